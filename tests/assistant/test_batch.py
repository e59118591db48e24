"""Batches: a row that fails says so, the others go on, and standard output holds JSON alone."""

import json

import pytest

from assistant.batch import field, messages_of, run_batch
from knowledge.errors import StorageError, UsageError


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_rows_are_answered_in_order_with_their_ids(tmp_path, capsys):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "a", "query": "one"}\n\n{"query": "two"}\n', encoding="utf-8")
    assert run_batch(path, lambda row: {"said": row["query"]})
    assert lines(capsys.readouterr().out) == [{"id": "a", "said": "one"}, {"said": "two"}]


def test_a_row_that_fails_is_named_and_the_others_go_on(tmp_path, capsys):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": 1, "query": 5}\nnot json\n{"id": 3, "query": "x"}\n', encoding="utf-8")
    assert not run_batch(path, lambda row: {"said": field(row, "query", str)})
    first, second, third = lines(capsys.readouterr().out)
    assert first == {"id": 1, "error": {"kind": "usage", "message": "A row needs 'query', a text; it has 5."}}
    assert second["error"]["message"] == f"Line 2 of {path} is not a JSON object."
    assert third == {"id": 3, "said": "x"}


def test_an_error_of_the_answer_becomes_its_row(tmp_path, capsys):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "z"}\n', encoding="utf-8")

    def full(_row):
        raise StorageError("The disk is full.")

    assert not run_batch(path, full)
    assert lines(capsys.readouterr().out) == [{"id": "z", "error": {"kind": "storage", "message": "The disk is full."}}]


def test_a_missing_file_is_said_in_a_sentence(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        run_batch(tmp_path / "none.jsonl", lambda row: row)


@pytest.mark.parametrize("row", [{}, {"messages": []}, {"messages": "hello"}, {"messages": ["a", 1]}])
def test_messages_must_be_a_list_of_texts(row):
    with pytest.raises(UsageError, match="messages"):
        messages_of(row)
