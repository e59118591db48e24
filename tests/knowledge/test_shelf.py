"""The shelf: every article in its place, own ones in front, and nothing lost by damage or a wrong id."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.errors import LibraryError, StorageError
from knowledge.shelf import Shelf, article_from_json, article_to_json, digest
from knowledge.types import Article, Evidence, Reading, Section
from tests.knowledge.small_library import article, run

RICH = Article(
    "night-train",
    "The night train",
    (
        Section(
            "night-train/late",
            "Running late – 遅れ",
            "Nobody waits.\n\nThe doors close.",
            Evidence.CLINICAL_PRACTICE,
            ("Somebody (2001). A book.",),
            (Reading("It may be about being late.", "Nobody waits."),),
            ("Who waits?",),
            ("missed my train again 😩",),
        ),
        Section("night-train/platform", "The platform", "It is long."),
    ),
    theme="trains",
    opening="Trains come up often.",
)


def test_an_article_is_the_same_after_it_was_stored() -> None:
    assert article_from_json(article_to_json(RICH)) == RICH


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"id": "x"}', article_to_json(RICH).replace("clinical", "no")]
)
def test_what_is_no_stored_article_is_refused(text: str) -> None:
    with pytest.raises(LibraryError, match="not a stored article"):
        article_from_json(text)


def test_a_digest_changes_with_the_content_alone() -> None:
    assert digest(article_from_json(article_to_json(RICH))) == digest(RICH)
    section = replace(RICH.sections[0], dreamers_say=("missed my train again",))
    assert digest(replace(RICH, sections=(section, RICH.sections[1]))) != digest(RICH)


def test_the_projects_own_articles_and_background_are_there(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    articles = shelf.all()
    assert {"cant-run", "falling", "teeth"} <= articles.keys()
    assert all(section.dreamers_say for section in articles["cant-run"].sections)
    assert len(shelf.background) > 100
    assert all(line and not line.startswith(("-", "#")) for line in shelf.background)
    assert shelf.own() == {}


def test_own_articles_are_kept_replaced_and_removed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.add(RICH)
    assert not shelf.add(RICH)
    assert Shelf(tmp_path).own() == {"night-train": RICH}
    later = replace(RICH, title="The late train")
    assert shelf.add(later)
    assert shelf.all()["night-train"] == later
    assert shelf.remove("night-train")
    assert not shelf.remove("night-train")
    assert "night-train" not in shelf.all()


def test_an_own_article_stands_in_the_place_of_the_projects(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    packaged = shelf.all()["teeth"]
    assert not shelf.add(packaged), "it is there already"
    mine = article("teeth", "molar")
    assert shelf.add(mine) and shelf.all()["teeth"] == mine
    assert shelf.remove("teeth") and shelf.all()["teeth"] == packaged
    assert not shelf.remove("teeth"), "the project's own cannot be removed"


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe\x00", b'{"id": "night-train"}'])
def test_a_damaged_one_is_named_and_left_out_and_mended_by_adding_it_again(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(tmp_path)
    shelf.add(RICH)
    shelf.add(article("bees", "hum"))
    (tmp_path / "articles" / "night-train.json").write_bytes(damage)
    with caplog.at_level(logging.WARNING):
        assert list(shelf.own()) == ["bees"]
    assert "night-train.json is damaged: add its file again" in caplog.text
    assert shelf.add(RICH)
    assert shelf.own()["night-train"] == RICH


def test_a_damaged_one_can_be_removed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.add(RICH)
    (tmp_path / "articles" / "night-train.json").write_text("{")
    assert shelf.remove("night-train")
    assert list((tmp_path / "articles").iterdir()) == []


@pytest.mark.parametrize("article_id", ["../secret", "/secret", "", "*", "night-*", ".."])
def test_only_an_article_of_that_very_id_is_removed(tmp_path: Path, article_id: str) -> None:
    shelf = Shelf(tmp_path)
    shelf.add(RICH)
    (tmp_path / "secret.json").write_text("mine")
    assert not shelf.remove(article_id)
    assert (tmp_path / "secret.json").exists() and "night-train" in shelf.own()


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in its place")
    shelf = Shelf(tmp_path / "data")
    assert shelf.own() == {}
    with pytest.raises(StorageError, match="articles cannot be used: Not a directory"):
        shelf.add(RICH)


def test_a_read_only_folder_is_told_and_nothing_changes(tmp_path: Path) -> None:
    Shelf(tmp_path).add(RICH)
    code = """
    import sys
    from pathlib import Path
    from knowledge.errors import StorageError
    from knowledge.shelf import Shelf
    from tests.knowledge.small_library import article
    shelf = Shelf(Path(sys.argv[1]))
    for change in (lambda: shelf.add(article("bees", "hum")), lambda: shelf.remove("night-train")):
        try:
            change()
        except StorageError as error:
            print(error)
    """
    (tmp_path / "articles").chmod(0o500)
    try:
        told = run(code, tmp_path, as_root=False)
    finally:
        (tmp_path / "articles").chmod(0o700)
    assert told.count("articles cannot be used: Permission denied. Free some space or choose another folder") == 2
    assert list(Shelf(tmp_path).own()) == ["night-train"]
