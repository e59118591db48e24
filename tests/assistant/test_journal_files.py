"""The journal as files: what is exported comes back, and what is damaged says so."""

import json
from datetime import UTC, datetime

import pytest

from assistant.journal import KeptConversation, KeptTurn
from assistant.journal.files import from_json, to_json, to_markdown
from knowledge.errors import UsageError

ANSWER = {
    "reply": "You fell. It may be a picture of losing hold [1].",
    "citations": [{"marker": 1, "section": "falling/losing-hold", "quote": "Hold is what gives way."}],
    "hits": [{"section": "falling/losing-hold", "title": "Losing hold"}],
}
WHEN = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
KEPT = KeptConversation(0, WHEN, (KeptTurn(0, WHEN, "i fell\nfar", ANSWER), KeptTurn(0, WHEN, "then nothing", None)))


def test_what_is_exported_is_imported_again():
    assert from_json(to_json([KEPT])) == [KEPT]


def test_markdown_quotes_the_dreamer_and_names_the_passage():
    text = to_markdown([KEPT])
    assert "> i fell\n> far" in text
    assert "[1] Losing hold: “Hold is what gives way.”" in text
    assert "## 01 March 2026, 04:30" in text


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 1}', '{"version": 1, "conversations": [{"created": "x"}]}']
)
def test_a_damaged_file_imports_nothing_and_says_so(text):
    with pytest.raises(UsageError, match="Nothing was imported"):
        from_json(text)


def test_a_later_version_is_named():
    with pytest.raises(UsageError, match="version 7"):
        from_json(json.dumps({"version": 7, "conversations": []}))
