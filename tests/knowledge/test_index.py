"""The index: nothing is embedded twice, and whatever happens to a generation, the next reader has a whole one."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge import index
from knowledge.errors import LibraryError, StorageError
from knowledge.generation import Generation
from knowledge.index import KEPT_GENERATIONS, IndexFolder
from knowledge.passages import cut
from knowledge.search import Searcher
from knowledge.shelf import article_to_json
from knowledge.types import Article
from tests.knowledge.small_library import BACKGROUND, Letters, article, run, some_articles, start

BUILD = """
import sys
from pathlib import Path
from knowledge.errors import StorageError
from knowledge.index import IndexFolder
from tests.knowledge.small_library import BACKGROUND, Letters, some_articles
embedder = Letters()
folder = IndexFolder(Path(sys.argv[1]), embedder, BACKGROUND)
"""


def folder_in(path: Path, embedder: Letters | None = None, background: Sequence[str] = BACKGROUND) -> IndexFolder:
    return IndexFolder(path, embedder or Letters(), background)


def generations(path: Path) -> list[str]:
    return sorted(found.name for found in (path / "index").iterdir() if found.is_dir())


def check(generation: Generation, articles: Mapping[str, Article], embedder: Letters | None = None) -> None:
    """The generation is whole: every text that belongs there is found by itself, first, and stands for the right section."""
    embedder = embedder or Letters()
    passages = [passage for one in articles.values() for passage in cut(one, embedder.count_tokens)]
    assert [article_to_json(one) for one in generation.articles.values()] == list(
        map(article_to_json, articles.values())
    )
    assert list(generation.passages) == passages
    found = generation.nearest_passages(embedder.encode([passage.embedded_text for passage in passages]), 1)
    assert [row[0][0] for row in found] == list(range(len(passages)))
    texts = [utterance.text for utterance in generation.utterances]
    for text, row in zip(texts, generation.nearest_utterances(embedder.encode(texts), len(texts)), strict=True):
        assert len(row) == len(texts)
        assert row[0][1] == pytest.approx(1, abs=1e-4)
        assert generation.utterances[row[0][0]].text == text
    for one in articles.values():
        for section in one.sections:
            scores = generation.classifier.scores(section.dreamers_say, embedder.encode(section.dreamers_say))
            assert {generation.classifier.classes[number] for number in scores.argmax(axis=1)} == {section.id}


def test_a_generation_is_built_once_and_opened_again(tmp_path: Path) -> None:
    embedder, articles = Letters(), some_articles()
    assert folder_in(tmp_path).newest_id() == ""
    assert folder_in(tmp_path).open_current(articles) is None
    told: list[tuple[int, int]] = []
    built = folder_in(tmp_path, embedder).build(articles, lambda done, of: told.append((done, of)))
    check(built, articles)
    assert told[-1] == (len(embedder.seen), len(embedder.seen)) and len(set(embedder.seen)) == len(embedder.seen)
    embedder.seen.clear()
    opened = folder_in(tmp_path, embedder).open_current(articles)
    assert opened is not None and opened.id == built.id == folder_in(tmp_path).newest_id()
    check(opened, articles)
    assert folder_in(tmp_path, embedder).build(articles).id == built.id
    assert embedder.seen == []


def test_of_a_changed_library_only_what_is_new_is_embedded(tmp_path: Path) -> None:
    embedder, articles = Letters(), some_articles()
    first = folder_in(tmp_path, embedder).build(articles)
    embedder.seen.clear()
    changed = {**articles, "bees": article("bees", "hum", "wax"), "keys": article("keys", "lock")}
    assert folder_in(tmp_path, embedder).open_current(changed) is None
    second = folder_in(tmp_path, embedder).build(changed)
    assert second.id > first.id
    check(second, changed)
    assert embedder.seen and all("wax" in text.lower() or "lock" in text.lower() for text in embedder.seen)
    embedder.seen.clear()
    fewer = {"keys": changed["keys"], "falls": articles["falls"]}
    check(folder_in(tmp_path, embedder).build(fewer), fewer)
    assert embedder.seen == []


def test_another_background_is_embedded_and_learned(tmp_path: Path) -> None:
    embedder, articles = Letters(), some_articles()
    folder_in(tmp_path, embedder).build(articles)
    embedder.seen.clear()
    other = ("we pack my box", *reversed(BACKGROUND), "five dozen jugs")
    generation = folder_in(tmp_path, embedder, other).build(articles)
    check(generation, articles)
    assert sorted(embedder.seen) == ["five dozen jugs", "we pack my box"]
    vectors = dict(zip((found.text for found in generation.utterances), generation.utterance_vectors(), strict=True))
    for text in other:
        np.testing.assert_allclose(vectors[text], Letters().encode([text])[0], atol=1e-6)


@pytest.mark.parametrize("other", [Letters("aeiouclmhx"), Letters(fingerprint="another model of the same dimension")])
def test_vectors_of_two_models_are_never_mixed(tmp_path: Path, other: Letters) -> None:
    articles = some_articles()
    first = folder_in(tmp_path).build(articles)
    assert folder_in(tmp_path, other).open_current(articles) is None
    second = folder_in(tmp_path, other).build(articles)
    assert second.passage_vectors().shape[1] == len(other.alphabet)
    assert set(other.seen) == set(second.vectors_by_text()) == set(first.vectors_by_text())
    again = folder_in(tmp_path).open_current(articles)
    assert again is not None and again.id == first.id, "the other model's generation does not hide the first"


def test_other_passage_rules_lead_to_a_new_generation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    articles = some_articles()
    first = folder_in(tmp_path).build(articles)
    monkeypatch.setattr(index, "PASSAGE_RULES_VERSION", "of another time")
    assert folder_in(tmp_path).open_current(articles) is None
    second = folder_in(tmp_path).build(articles)
    assert second.id > first.id
    check(second, articles)


def test_the_newest_three_are_kept_and_half_ones_cleared_away(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    half = tmp_path / "index" / "0000000000000001"
    (half / "chroma").mkdir(parents=True)
    (tmp_path / "index" / "not ours").mkdir()
    built = [folder.build({"bees": article("bees", "hum", word)}).id for word in ("wax", "sting", "hive", "nectar")]
    assert built == sorted(built)
    assert generations(tmp_path) == built[-KEPT_GENERATIONS:]
    assert folder.newest_id() == built[-1]


def test_ids_go_on_where_the_clock_went_back(tmp_path: Path) -> None:
    from_tomorrow = tmp_path / "index" / f"{(time.time_ns() + 10**14) // 10**6:016d}"
    from_tomorrow.mkdir(parents=True)
    assert folder_in(tmp_path).build(some_articles()).id > from_tomorrow.name


def test_a_reader_goes_on_when_its_generation_is_removed_and_leaves_nothing_behind(tmp_path: Path) -> None:
    articles, before = some_articles(), set(Path(tempfile.gettempdir()).glob("dream-index-*"))
    generation = folder_in(tmp_path).build(articles)
    shutil.rmtree(tmp_path / "index")
    check(generation, articles)
    del generation
    gc.collect()
    assert set(Path(tempfile.gettempdir()).glob("dream-index-*")) <= before


def test_reading_changes_nothing_of_a_generation(tmp_path: Path) -> None:
    articles = some_articles()
    folder_in(tmp_path).build(articles)
    files = {path: path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file()}
    opened = folder_in(tmp_path).open_current(articles)
    assert opened is not None
    check(opened, articles)
    assert files == {path: path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file()}


def flip(path: Path) -> None:
    """Other bytes in the middle."""
    content = bytearray(path.read_bytes())
    for position in range(len(content) // 2, min(len(content), len(content) // 2 + 64)):
        content[position] ^= 0xFF
    path.write_bytes(bytes(content))


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def other_words(path: Path) -> None:
    """A manifest that is whole as JSON and says something else."""
    path.write_text(path.read_text().replace("come to many people", "come to hardly anybody"))


def harmed(folder: Path, name: str, harm: Callable[[Path], None]) -> bool:
    """Harm every file of that name below the folder that holds something; whether there was one."""
    files = [path for path in folder.rglob(Path(name).name) if path.as_posix().endswith(name) and path.stat().st_size]
    for path in files:
        harm(path)
    return bool(files)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Article]]:
    """A data folder with so many utterances that Chroma writes its graph to the disk."""
    folder = tmp_path_factory.mktemp("large")
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [f"{a}{b}{c}" for a in letters[:8] for b in letters[8:16] for c in letters[16:25]]
    articles = {"many": article("many", *words)}
    folder_in(folder).build(articles)
    return folder, articles


def test_a_copied_index_is_whole(large: tuple[Path, dict[str, Article]], tmp_path: Path) -> None:
    folder, articles = large
    assert harmed(folder, "link_lists.bin", Path.exists), "this test is about a graph on the disk"
    opened = folder_in(Path(shutil.copytree(folder, tmp_path / "copy"))).open_current(articles)
    assert opened is not None
    texts = [utterance.text for utterance in opened.utterances]
    nearest = opened.nearest_utterances(Letters().encode(texts), 1)
    assert sum(row[0][1] > 0.9999 for row in nearest) == len(texts)


@pytest.mark.parametrize("harm", [Path.unlink, cut_in_half, flip], ids=["gone", "cut", "flipped"])
@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "classifier.npz",
        "classifier.json",
        "chroma.sqlite3",
        "data_level0.bin",
        "header.bin",
        "length.bin",
        "link_lists.bin",
        "index_metadata.pickle",
    ],
)
def test_a_damaged_generation_is_not_opened(
    large: tuple[Path, dict[str, Article]], tmp_path: Path, name: str, harm: Callable[[Path], None]
) -> None:
    folder, articles = large
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    assert harmed(copy, name, harm)
    assert folder_in(copy).open_current(articles) is None


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("manifest.json", Path.unlink),
        ("manifest.json", cut_in_half),
        ("chroma.sqlite3", Path.unlink),
        ("chroma.sqlite3", flip),
        ("data_level0.bin", flip),
        ("classifier.npz", flip),
        ("classifier.json", cut_in_half),
    ],
)
def test_a_damaged_generation_is_made_anew(tmp_path: Path, name: str, harm: Callable[[Path], None]) -> None:
    embedder, articles = Letters(), some_articles()
    first = folder_in(tmp_path, embedder).build(articles)
    assert harmed(tmp_path / "index", name, harm)
    embedder.seen.clear()
    second = folder_in(tmp_path, embedder).build(articles)
    assert second.id > first.id
    check(second, articles)
    assert set(embedder.seen) == set(second.vectors_by_text()), "nothing is taken from the damaged one"


@pytest.mark.parametrize(
    "content", ["", "{", "null", "[]", '"text"', "{}", '{"checksum": 1, "made_of": {}}', "\ufeff", None]
)
def test_a_manifest_that_is_none_is_passed_over(tmp_path: Path, content: str | None) -> None:
    articles = some_articles()
    first = folder_in(tmp_path).build(articles)
    manifest = tmp_path / "index" / first.id / "manifest.json"
    other_words(manifest) if content is None else manifest.write_text(content)
    assert folder_in(tmp_path).open_current(articles) is None
    check(folder_in(tmp_path).build(articles), articles)


def test_an_emptied_generation_gives_way_to_the_one_before_it(tmp_path: Path) -> None:
    embedder, articles = Letters(), some_articles()
    first = folder_in(tmp_path, embedder).build(articles)
    more = {**articles, "keys": article("keys", "lock")}
    second = folder_in(tmp_path, embedder).build(more)
    shutil.rmtree(tmp_path / "index" / second.id)
    (tmp_path / "index" / second.id).mkdir()
    older = folder_in(tmp_path).open_current(articles)
    assert older is not None and older.id == first.id
    embedder.seen.clear()
    check(folder_in(tmp_path, embedder).build(more), more)
    assert embedder.seen and all("lock" in text.lower() for text in embedder.seen)


def test_damage_to_what_is_only_used_again_is_not_carried_on(tmp_path: Path) -> None:
    embedder, articles = Letters(), some_articles()
    first = folder_in(tmp_path, embedder).build(articles)
    for path in (tmp_path / "index" / first.id / "chroma").rglob("data_level0.bin"):
        flip(path)
    embedder.seen.clear()
    more = {**articles, "keys": article("keys", "lock")}
    check(folder_in(tmp_path, embedder).build(more), more)
    assert len(set(embedder.seen)) > len(articles)


def test_a_building_process_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    code = """
    import os, signal, sys, time
    from pathlib import Path
    import chromadb, sklearn.linear_model, sklearn.feature_extraction.text
    from knowledge.index import IndexFolder
    from tests.knowledge.small_library import BACKGROUND, Letters, some_articles

    def build(folder):
        IndexFolder(Path(folder), Letters(), BACKGROUND).build(some_articles())

    def child(action):
        number = os.fork()
        if number == 0:
            action()
            os._exit(0)
        return number

    began = time.monotonic()
    os.waitpid(child(lambda: build(sys.argv[1] + "/whole")), 0)
    whole = time.monotonic() - began
    for number in range(6):
        victim = child(lambda: build(f"{sys.argv[1]}/{number}"))
        time.sleep(whole * (number + 0.5) / 6)
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
    """
    run(code, tmp_path)
    articles = some_articles()
    for number in range(6):
        folder = folder_in(tmp_path / str(number))
        opened = folder.open_current(articles)
        if opened is not None:
            check(opened, articles)
        check(folder.build(articles), articles)
        assert len(generations(tmp_path / str(number))) == 1, "what was half-written is cleared away"


def test_of_two_processes_that_build_at_once_one_waits_and_both_have_the_same(tmp_path: Path) -> None:
    code = BUILD + "input(); print(folder.build(some_articles()).id, len(embedder.seen))"
    both = [start(code, tmp_path) for _ in range(2)]
    printed = []
    for process in both:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        printed.append(out.split())
    assert printed[0][0] == printed[1][0] == folder_in(tmp_path).newest_id()
    assert "0" in (printed[0][1], printed[1][1]), "one embeds, the other finds it done"


READ_ONLY = (
    BUILD
    + """
generation = folder.open_current(some_articles())
print(generation and len(generation.nearest_passages(embedder.encode(["hum"]), 3)[0]))
try:
    folder.build({"bees": some_articles()["bees"]})
except StorageError as error:
    print(error)
"""
)


def test_a_read_only_folder_can_be_searched_and_a_new_index_is_refused_in_plain_words(tmp_path: Path) -> None:
    folder_in(tmp_path).build(some_articles())
    everything = [tmp_path / "index", *(tmp_path / "index").rglob("*")]
    for path in everything:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        found, told = run(READ_ONLY, tmp_path, as_root=False).splitlines()
    finally:
        for path in everything:
            path.chmod(0o700)
    assert found == "3"
    assert told == (
        f"The data folder {tmp_path / 'index'} cannot be used: Permission denied. "
        "Free some space or choose another folder with --data-dir."
    )
    assert len(generations(tmp_path)) == 1


def test_files_that_must_not_grow_are_told_in_plain_words_and_nothing_is_half_done(tmp_path: Path) -> None:
    code = (
        BUILD
        + """
import resource
from dataclasses import replace
from tests.knowledge.small_library import article
section = replace(article("keys", "lock").sections[0], sources=("a long title " * 30_000,))
keys = replace(article("keys", "lock"), sections=(section,))
for kilobytes in (1, 50, 150, 300):
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000 * kilobytes, resource.RLIM_INFINITY))
    try:
        folder.build({**some_articles(), "keys": keys})
    except StorageError as error:
        print(error)
"""
    )
    told = run(code, tmp_path).splitlines()
    assert len(told) == 4, "Chroma's files at first, the manifest at last"
    assert all("Free some space or choose another folder with --data-dir" in line for line in told)
    assert generations(tmp_path) == []
    check(folder_in(tmp_path).build(some_articles()), some_articles())


def test_a_full_disk_is_told_in_plain_words_and_the_old_index_goes_on(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(tmp_path)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only a user who may mount can have a small disk")
    try:
        articles, ballast = some_articles(), tmp_path / "ballast"
        built = folder_in(tmp_path).build(articles)
        more = {**articles, "keys": article("keys", "lock")}
        for kilobytes in (240, 120, 60, 1):
            ballast.write_bytes(bytes(shutil.disk_usage(tmp_path).free - 1000 * kilobytes))
            with pytest.raises(StorageError, match="Free some space or choose another folder with --data-dir"):
                folder_in(tmp_path).build(more)
            ballast.unlink()
            assert generations(tmp_path) == [built.id]
            opened = folder_in(tmp_path).open_current(articles)
            assert opened is not None
            check(opened, articles)
        check(folder_in(tmp_path).build(more), more)
    finally:
        gc.collect()
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in its place")
    with pytest.raises(StorageError, match="cannot be used: Not a directory"):
        folder_in(tmp_path / "data").build(some_articles())


def test_no_room_for_a_readers_copy_is_told_and_the_index_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = some_articles()
    built = folder_in(tmp_path).build(articles)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(StorageError, match="absent cannot be used: No such file or directory"):
        folder_in(tmp_path).open_current(articles)
    monkeypatch.undo()
    assert folder_in(tmp_path).build(articles).id == built.id


def test_equal_libraries_are_searched_equally(tmp_path: Path) -> None:
    queries = Letters().encode(["hum bees", "cliff", "lift again"])
    first, second = (folder_in(tmp_path / name).build(some_articles()) for name in ("one", "two"))
    assert first.nearest_utterances(queries, 3) == second.nearest_utterances(queries, 3)
    results = [Searcher(generation, Letters()).search("hum hum") for generation in (first, second)]
    assert results[0] == results[1] and results[0].hits[0].section.id == "bees/hum"


def test_asking_for_more_than_there_is_or_nothing_is_no_fault(tmp_path: Path) -> None:
    generation = folder_in(tmp_path).build(some_articles())
    assert [len(row) for row in generation.nearest_passages(Letters().encode(["hum", "lift"]), 1000)] == [3, 3]
    assert generation.nearest_passages(Letters().encode([]), 5) == []
    assert generation.nearest_passages(Letters().encode(["hum"]), 0) == [[]]


@pytest.fixture(scope="module")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma-server")
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, env=os.environ)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def collections_on(url: str) -> set[str]:
    import chromadb

    with chromadb.HttpClient(host="127.0.0.1", port=int(url.rpartition(":")[2])) as client:
        return {collection.name.partition("-")[0] for collection in client.list_collections()}


def test_chroma_may_be_a_server(tmp_path: Path, chroma_server: str) -> None:
    embedder, articles = Letters(), some_articles()
    folder = IndexFolder(tmp_path, embedder, BACKGROUND, chroma_server)
    check(folder.build(articles), articles)
    embedder.seen.clear()
    opened = IndexFolder(tmp_path, embedder, BACKGROUND, chroma_server).open_current(articles)
    assert opened is not None
    check(opened, articles)
    built = [folder.build({**articles, "keys": article("keys", word)}).id for word in ("lock", "ring", "chain", "hole")]
    assert collections_on(chroma_server) == set(built[-KEPT_GENERATIONS:])
    assert not [text for text in embedder.seen if "hum" in text.lower()]


def test_a_server_that_lost_the_index_gets_a_new_one(tmp_path: Path, chroma_server: str) -> None:
    import chromadb

    articles = some_articles()
    folder = IndexFolder(tmp_path, Letters(), BACKGROUND, chroma_server)
    first = folder.build(articles)
    with chromadb.HttpClient(host="127.0.0.1", port=int(chroma_server.rpartition(":")[2])) as client:
        client.delete_collection(f"{first.id}-utterances")
    assert folder.open_current(articles) is None
    with pytest.raises(StorageError, match="The index cannot be searched: .*DREAM_CHROMA_URL"):
        first.nearest_utterances(Letters().encode(["hum"]), 3)
    check(folder.build(articles), articles)


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    folder = IndexFolder(tmp_path, Letters(), BACKGROUND, "http://127.0.0.1:1")
    with pytest.raises(
        StorageError, match=r"cannot be written to .*DREAM_CHROMA_URL is set, see that the server answers"
    ):
        folder.build(some_articles())
    assert generations(tmp_path) == []


def test_an_index_that_cannot_be_read_back_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "open_generation", lambda *_: None)
    with pytest.raises(LibraryError, match=r"just built in .* cannot be read back. Check the disk"):
        folder_in(tmp_path).build(some_articles())
