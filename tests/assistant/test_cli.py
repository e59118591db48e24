"""The command line as another program uses it: JSON alone on standard output, exit codes, plain sentences for errors."""

import json
import sys

import pytest

from assistant.cli import main
from tests.warm_companion import warm_companion


@pytest.fixture(scope="module")
def data_dir(library_dir):
    return str(warm_companion(library_dir).settings.data_dir)


@pytest.fixture
def dream(monkeypatch, capsys):
    """Runs a command; gives its exit code, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["dream", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return run


def test_search_prints_one_object_with_whole_sections(dream, data_dir):
    code, out, _ = dream("search", "my feet were glued to the road", "-k", "3", "--json", "--data-dir", data_dir)
    found = json.loads(out)
    assert code == 0
    assert found["covered"] is True
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3]
    assert found["hits"][0]["section"] == "cant-run/feet-stuck"
    assert set(found["hits"][0]) == {"rank", "score", "article", "section", "title", "text", "evidence"}


def test_search_in_one_article_only(dream, data_dir):
    _, out, _ = dream("search", "my feet were glued", "--article", "teeth", "--json", "--data-dir", data_dir)
    assert {hit["article"] for hit in json.loads(out)["hits"]} == {"teeth"}


def test_an_unknown_article_is_wrong_use(dream, data_dir):
    code, out, err = dream("search", "x", "--article", "bees", "--data-dir", data_dir)
    assert (code, out) == (2, "")
    assert err.strip() == "There is no article 'bees'. `dream library` lists them."


def test_ask_in_a_batch_answers_every_user_turn(dream, data_dir, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        json.dumps({"id": "one", "messages": ["I fell off a roof and nobody caught me.", "It was my school."]})
        + "\n"
        + json.dumps({"id": "two", "messages": [" "]})
        + "\n",
        encoding="utf-8",
    )
    code, out, _ = dream("ask", "--batch", str(rows), "--data-dir", data_dir)
    one, two = map(json.loads, out.splitlines())
    assert code == 1
    assert one["id"] == "one"
    assert [turn["message"] for turn in one["turns"]] == [
        "I fell off a roof and nobody caught me.",
        "It was my school.",
    ]
    first = one["turns"][0]
    assert first["kind"] == "dream" and first["voice"] == "built-in" and first["model"] == ""
    assert first["reply"].endswith(first["question"])
    texts = {hit["section"]: hit["text"] for hit in first["hits"]}
    for citation in first["citations"]:
        assert f"[{citation['marker']}]" in first["reply"]
        assert citation["quote"] in texts[citation["section"]]
    assert two["error"]["kind"] == "usage"


def test_screen_and_verify_need_no_library(dream, tmp_path):
    code, out, _ = dream("screen", "I want to die.", "--json")
    assert code == 0 and json.loads(out)["level"] == "crisis"
    rows = tmp_path / "rows.jsonl"
    passage = "About a quarter of people have dreamed of being paralysed."
    rows.write_text(
        json.dumps(
            {"id": 1, "sentence": "About a quarter of people have dreamed of being paralysed.", "passage": passage}
        )
        + "\n"
        + json.dumps({"id": 2, "sentence": "About 90 per cent of people dream of cats.", "passage": passage})
        + "\n",
        encoding="utf-8",
    )
    code, out, _ = dream("verify", "--batch", str(rows))
    supported, not_supported = map(json.loads, out.splitlines())
    assert supported["supported"] and supported["rests_on"] == passage
    assert not not_supported["supported"] and not_supported["rests_on"] == ""


def test_the_journal_is_exported_imported_and_deleted(dream, tmp_path):
    from assistant.journal import Journal

    folder = tmp_path / "data"
    journal = Journal(folder)
    journal.record_message("visitor", journal.start_conversation("visitor"), "a whale in the garden")
    journal.close()
    _, out, _ = dream("journal", "export", "--json", "--data-dir", str(folder))
    exported = tmp_path / "exported.json"
    exported.write_text(out, encoding="utf-8")
    other = str(tmp_path / "other")
    assert dream("journal", "import", str(exported), "--data-dir", other)[1] == "Imported 1 conversations.\n"
    assert "a whale in the garden" in dream("journal", "list", "--data-dir", other)[1]
    assert "> a whale in the garden" in dream("journal", "show", "1", "--data-dir", other)[1]
    assert dream("journal", "delete", "--all", "--data-dir", other)[1] == "Deleted 1 conversations.\n"
    assert dream("journal", "list", "--data-dir", other)[1] == ""
    assert dream("journal", "delete", "--data-dir", other)[0] == 2


def test_a_file_that_cannot_be_read_is_named_and_the_exit_code_is_one(dream, data_dir, tmp_path):
    bad = tmp_path / "empty.txt"
    bad.touch()
    code, out, _ = dream("ingest", str(bad), "--json", "--data-dir", data_dir)
    answer = json.loads(out)
    assert code == 1
    assert answer["articles"] == [] and answer["failed"][0]["path"] == str(bad)
    assert "empty" in answer["failed"][0]["reason"]


def test_an_unknown_setting_is_named(dream, monkeypatch):
    monkeypatch.setenv("DREAM_MODLE", "x")
    code, out, err = dream("library")
    assert (code, out) == (2, "")
    assert err.startswith("There is no setting DREAM_MODLE. Known settings: ")


def test_the_library_lists_its_ten_articles(dream, data_dir):
    _, out, _ = dream("library", "--json", "--data-dir", data_dir)
    articles = {row["article"]: row for row in json.loads(out)["articles"] if not row["own"]}
    assert len(articles) == 10
    assert [row["section"] for row in articles["cant-run"]["sections"]][:2] == [
        "cant-run/rem-atonia",
        "cant-run/helplessness",
    ]
    assert len(articles["cant-run"]["sections"]) == 15
