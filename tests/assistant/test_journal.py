"""The journal's promises: what is deleted is in no byte of its files, what is exported holds every word and comes back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from assistant.errors import ConversationError
from assistant.journal import Journal, KeptConversation
from assistant.journal.files import from_json, to_json, to_markdown
from assistant.types import Kind, Safety, Sentence, Stage, Turn
from assistant.types import Role as Part
from tests.traces import files_with

PEOPLE, TURNS = 10, 15
SEED = 5  # of the talk in which, of these people, one word stayed as long as only freed pages were wiped


def turn(message: str, reply: str, *, stopped: bool = False) -> Turn:
    """A turn as the companion records it."""
    return Turn(
        message=message,
        kind=Kind.DREAM,
        reply=f"{reply} What was it like?",
        question="What was it like?",
        citations=(),
        hits=(),
        covered=False,
        safety=Safety.NONE,
        stage=Stage.EXPLORE,
        voice="built-in",
        model="",
        sentences=(Sentence(reply, Part.PLAIN),),
        stopped=stopped,
    )


def test_no_byte_of_what_was_deleted_stays(tmp_path: Path) -> None:
    """Where rows grow and move from page to page, SQLite leaves copies that its wiping of freed pages does not reach."""
    chance = random.Random(SEED)
    journal = Journal(tmp_path)
    people = {f"visitor {number}": journal.start_conversation(f"visitor {number}") for number in range(PEOPLE)}
    told = []
    for number in range(PEOPLE * TURNS):
        visitor = chance.choice(list(people))
        word = f"{visitor.replace(' ', '')}spoke{number}times"
        message = f"{word} " * chance.choice((1, 1, 2, 90))
        told.append((visitor, journal.record_message(visitor, people[visitor], message), word))
    for visitor, turn_id, word in chance.sample(told, len(told)):
        journal.record_answer(visitor, turn_id, turn(word, f"{word} " * chance.choice((1, 20, 40, 110))))
    for visitor in ("visitor 0", "visitor 1"):
        journal.delete_conversation(visitor, people[visitor])
    journal.delete_visitors("visitor 2", "visitor 3")
    data = b"".join(path.read_bytes() for path in tmp_path.iterdir()).decode("latin-1")
    stays = {visitor for visitor, _, word in told if word in data}
    assert stays == people.keys() - {f"visitor {number}" for number in range(4)}
    journal.delete_visitors(*journal.visitors())
    assert files_with("spoke", tmp_path) == []
    journal.close()


def test_every_word_of_both_sides_is_exported_and_comes_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "here")
    conversation = journal.start_conversation("anna")
    answered = ["a whale\nin the garden \u2028 🐋 “quoted”", "half a lone \ud83d surrogate"]
    for number, message in enumerate(answered):
        journal.record_answer(
            "anna",
            journal.record_message("anna", conversation, message),
            turn(message, f"The reply {number}.", stopped=bool(number)),
        )
    journal.record_message("anna", conversation, "nobody answered this")
    journal.start_conversation("bert")
    journal.record_message("bert", journal.start_conversation("bert"), "another's owl")
    kept = [one for visitor in journal.visitors() for one in journal.conversations(visitor)]
    exported = to_json(kept)
    other = Journal(tmp_path / "there")
    assert other.restore("somebody", from_json(exported)) == 2
    assert other.restore("somebody", from_json(exported)) == 0
    assert [without_numbers(one) for one in other.conversations("somebody")] == list(map(without_numbers, kept))
    for text in (exported, to_markdown(kept)):
        for said in ("whale", "🐋 “quoted”", "surrogate", "nobody answered this", "another's owl"):
            assert said in text
        assert text.count("What was it like?") >= 2 and "The reply 0." in text and "The reply 1." in text
    journal.close()
    other.close()


def without_numbers(kept: KeptConversation) -> tuple[object, ...]:
    """What of a conversation is the same in every journal."""
    return kept.created, [(one.created, one.message, one.answer) for one in kept.turns]


def test_nobody_deletes_what_is_anothers(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    conversation = journal.start_conversation("anna")
    journal.record_message("anna", conversation, "a whale in the garden")
    with pytest.raises(ConversationError):
        journal.delete_conversation("bert", conversation)
    assert journal.delete_visitors("bert") == 0
    assert [one.id for one in journal.conversations("anna")] == [conversation]
    journal.close()
