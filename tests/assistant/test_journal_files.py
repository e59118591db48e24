"""The journal as files: what is exported comes back, plain text with dates comes in, and what is damaged says so."""

import json
from datetime import UTC, date, datetime

import pytest

from assistant.journal import KeptConversation, KeptTurn
from assistant.journal.files import from_json, from_text, to_json, to_markdown
from assistant.journal.records import KeptCorrection, OwnWords
from knowledge.errors import UsageError

ANSWER = {
    "message": "i fell\nfar",
    "kind": "dream",
    "reply": "You fell. It may be a picture of losing hold [1].",
    "question": "",
    "citations": [{"marker": 1, "section": "falling/losing-hold", "quote": "Hold is what gives way."}],
    "hits": [
        {
            "section": "falling/losing-hold",
            "title": "Losing hold",
            "text": "…",
            "article": "falling",
            "evidence": "study",
        }
    ],
    "covered": True,
    "safety": "none",
    "stage": "explore",
    "voice": "built-in",
    "model": "",
    "repairs": 0,
    "fallback": False,
    "seconds": 0.1,
}
WHEN = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
OWN = OwnWords("The long fall", "hard", "shaken", "calmer", "a note\nof two lines")
KEPT = KeptConversation(
    0,
    WHEN,
    (KeptTurn(0, WHEN, "i fell\nfar", ANSWER, {1: False}), KeptTurn(0, WHEN, "then nothing", None)),
    date(2026, 3, 1),
    OWN,
    (KeptCorrection("person", "your boss", ""),),
)


def test_what_is_exported_is_imported_again():
    assert from_text(to_json([KEPT])) == [KEPT]


def test_a_file_of_the_first_version_is_still_read():
    row = {"created": WHEN.isoformat(), "turns": [{"created": WHEN.isoformat(), "message": "i fell", "answer": None}]}
    assert from_json(json.dumps({"version": 1, "conversations": [row]})) == [
        KeptConversation(0, WHEN, (KeptTurn(0, WHEN, "i fell", None),))
    ]


def test_markdown_quotes_the_dreamer_names_the_passage_and_keeps_their_own_words():
    text = to_markdown([KEPT])
    assert "> i fell\n> far" in text
    assert "[1] Losing hold: “Hold is what gives way.” (doesn't fit)" in text
    assert "## 01 March 2026, 04:30 · The long fall" in text
    assert "- On waking: shaken\n- After talking: calmer\n- Note: a note of two lines" in text


def test_of_markdown_the_dreamers_words_come_back():
    back = from_text(to_markdown([KEPT, KEPT]))
    assert [[turn.message for turn in one.turns] for one in back] == [["i fell\nfar", "then nothing"]] * 2
    assert {(one.created, one.own.title) for one in back} == {(WHEN, "The long fall")}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"version": 1}',
        '{"version": 1, "conversations": [{"created": "x"}]}',
        '{"version": null}',
        "[" * 100_000,
        to_json([KEPT])[:-30],
        to_json([KEPT]).replace('"citations"', '"citation"'),
        to_json([KEPT]).replace('"stage": "explore"', '"stage": "beyond"'),
        to_json([KEPT]).replace('"covered": true', '"covered": 5'),
        to_json([KEPT]).replace('"article": "falling"', '"article": []'),
        to_json([KEPT]).replace('"said": "your boss"', '"said": " "'),
        to_json([KEPT]).replace("2026-03-01T04:30:00+00:00", "0001-01-01T00:00:00+14:00"),
        to_json([KEPT]).replace('"night": "2026-03-01"', '"night": "9999-12-31"'),
        to_json([KEPT]).replace('"1": false', '"99999999999999999999": false'),
        to_markdown([KEPT]).replace("01 March", "31 Foo"),
        "0001-01-01\nfog",
    ],
)
def test_a_damaged_file_imports_nothing_and_says_so(text: str):
    with pytest.raises(UsageError, match="Nothing was imported"):
        from_text(text)


def test_a_later_version_is_named():
    with pytest.raises(UsageError, match="version 7"):
        from_text(json.dumps({"version": 7, "conversations": [], "new": "things"}))


def test_plain_text_is_cut_at_its_dates():
    text = """2024-03-05 The whale
a whale swam in the garden

and it sang
Tuesday, March 12, 2024
i was late again
## 1st of April 2024: nothing but falling, all night long, and my brother laughed at the bottom, he had my shoes and would not give them back
05.04.2024
"""
    dreams = from_text("\ufeff" + text)
    assert [(one.night.isoformat(), one.own.title, one.turns[0].message[:22]) for one in dreams if one.night] == [
        ("2024-03-05", "The whale", "a whale swam in the ga"),
        ("2024-03-12", "", "i was late again"),
        ("2024-04-01", "", "nothing but falling, a"),
    ]
    assert dreams[0].turns[0].message == "a whale swam in the garden\n\nand it sang"
    assert dreams[0].created.astimezone().hour == 12


@pytest.mark.parametrize(
    ("text", "night"),
    [
        ("3/4/2026\nx\n25/4/2026\ny", "2026-04-03"),
        ("3/4/2026\nx\n4/25/2026\ny", "2026-03-04"),
        ("3/4/2026\nx", "2026-03-04"),
        ("3.4.2026\nx", "2026-04-03"),
    ],
)
def test_the_other_dates_say_which_number_is_the_month(text: str, night: str):
    assert from_text(text)[0].night == date.fromisoformat(night)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "No dream with a date"),
        ("i dreamt of 2024 owls", "No dream with a date"),
        ("2024-02-30 fog\nfog", "no such date"),
        ("my journal\n2024-02-03\nfog", "Before the first date stands “my journal”"),
        ("13/4/2026\nx\n4/13/2026\ny", "it cannot be told"),
    ],
)
def test_text_of_which_nothing_can_be_made_says_why(text: str, told: str):
    with pytest.raises(UsageError, match=told) as raised:
        from_text(text)
    assert "Nothing was imported" in str(raised.value)
