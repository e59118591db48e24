"""What the dreamer marks and corrects by hand: readings that fit or don't, facts that are changed or taken out, the next step."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.companion import Companion
from assistant.corrections import LONGEST, LONGEST_CORRECTED, MOST, Corrections
from assistant.evaluation.replies import VISITOR, talk
from assistant.page.by_hand import ByHand
from assistant.page.handlers import Handlers
from assistant.page.wording import words
from assistant.types import FactKind, Kind, Safety, Stage, Turn, Wish
from knowledge.forgetting import forget, remembering
from tests.assistant.test_page_handlers import asking
from tests.warm_companion import warm_companion

DREAM = "I was running from a man and my legs would not move at all. I was scared."
KITCHEN = (
    "My uncle Ron was standing in our old kitchen with a lantern and would not let me pass. I was scared. "
    "My boss sat at the table and counted spoons."
)
LIFE = "It's the same at work, nobody lets me through."
ASKED = "what have i told you so far?"
NOTE = "please write me a note"
WHY = "why can't i run in my dreams?"


@pytest.fixture
def companion(library_dir: Path, tmp_path: Path) -> Companion:
    return warm_companion(library_dir).with_journal_in(tmp_path)


@pytest.fixture
def conversation(companion: Companion) -> int:
    return companion.journal.start_conversation(VISITOR)


def mark(companion: Companion, conversation: int, turn: Turn, fits: bool | None) -> None:
    assert turn.citations and turn.id
    for citation in turn.citations:
        companion.journal.dreams.set_fit(VISITOR, conversation, turn.id, citation.marker, fits)


def sections(turns: list[Turn]) -> set[str]:
    return {citation.section for turn in turns for citation in turn.citations}


def titles(turn: Turn) -> list[str]:
    return [next(hit.section.title for hit in turn.hits if hit.section.id == one.section) for one in turn.citations]


def passages_of(note: Turn) -> str:
    return note.reply.partition("Passages that went with it")[2]


# ---- readings ----


def test_a_reading_that_does_not_fit_is_never_offered_again_and_not_in_the_note(
    companion: Companion, conversation: int
) -> None:
    (told,) = talk(companion, [DREAM], conversation)
    mark(companion, conversation, told, False)
    later = talk(companion, [DREAM, WHY, "is there another reading?", "is there another reading?", NOTE], conversation)
    assert sections(later) and sections(later).isdisjoint(sections([told]))
    assert passages_of(later[-1]) and not any(title in passages_of(later[-1]) for title in titles(told))


def test_it_stays_refused_where_another_reply_takes_its_place(companion: Companion, conversation: int) -> None:
    (told,) = talk(companion, [DREAM], conversation)
    assert told.id
    mark(companion, conversation, told, False)
    taken = companion.take_back(VISITOR, conversation, told.id)
    list(companion.respond(VISITOR, conversation, DREAM, instead_of=taken.reply))
    later = talk(companion, [DREAM, "is there another reading?"], conversation)
    again = companion.journal.conversation(VISITOR, conversation).turns[0].answer
    assert again is not None and not {row["section"] for row in again["citations"]} & sections([told])
    assert sections(later).isdisjoint(sections([told]))


def test_the_word_can_be_taken_back(companion: Companion, conversation: int) -> None:
    (told,) = talk(companion, [DREAM], conversation)
    mark(companion, conversation, told, False)
    mark(companion, conversation, told, None)
    (note,) = talk(companion, [NOTE], conversation)
    assert all(title in passages_of(note) for title in titles(told))


def test_the_note_names_only_what_fits_where_anything_is_marked(companion: Companion, conversation: int) -> None:
    told, answered = talk(companion, [DREAM, WHY], conversation)
    assert sections([answered]) - sections([told])
    mark(companion, conversation, answered, True)
    refused, note = talk(companion, ["no, that doesn't fit me at all", NOTE], conversation)
    assert refused.kind is Kind.REJECTION
    assert all(title in passages_of(note) for title in titles(answered))  # the mark says more than the word
    assert not any(title in passages_of(note) for title in set(titles(told)) - set(titles(answered)))


# ---- the memory ----


def facts(companion: Companion, conversation: int) -> dict[str, FactKind]:
    return {fact.said: fact.kind for fact in companion.remembered(VISITOR, conversation)}


def test_what_is_taken_out_by_hand_is_gone_as_if_it_had_been_said(companion: Companion, conversation: int) -> None:
    talk(companion, [KITCHEN, LIFE], conversation)
    assert facts(companion, conversation)["your boss"] is FactKind.PERSON
    companion.correct(VISITOR, conversation, FactKind.PERSON, "your boss", " ")
    assert "your boss" not in facts(companion, conversation) and "your uncle" in facts(companion, conversation)
    later = talk(companion, ["It was dark.", ASKED, NOTE], conversation)
    assert not any("boss" in turn.reply for turn in later)
    assert all("lantern" in turn.reply for turn in later[1:])


def test_a_sentence_is_taken_out_and_others_with_its_words_stay(companion: Companion, conversation: int) -> None:
    talk(companion, [KITCHEN, f"{LIFE} Work is where I meet my friends."], conversation)
    said = next(fact for fact in companion.remembered(VISITOR, conversation) if "nobody lets me" in fact.said)
    companion.correct(VISITOR, conversation, said.kind, said.said, "")
    later = talk(companion, [ASKED, NOTE], conversation)
    assert not any("nobody lets me" in turn.reply for turn in later)
    assert "kitchen" in later[-1].reply


def test_what_is_changed_is_used_from_then_on_and_can_be_changed_again(companion: Companion, conversation: int) -> None:
    talk(companion, [KITCHEN, LIFE], conversation)
    companion.correct(VISITOR, conversation, FactKind.PERSON, "your uncle", "my\n brother")
    (fact,) = [fact for fact in companion.remembered(VISITOR, conversation) if fact.told]
    assert (fact.said, fact.told) == ("your brother", "your uncle")
    told, note = talk(companion, [ASKED, NOTE], conversation)
    assert "your brother" in told.reply and "uncle" not in told.reply
    assert "My brother Ron was standing in our old kitchen" in note.reply and "uncle" not in note.reply
    companion.correct(VISITOR, conversation, fact.kind, fact.told, fact.told)
    assert "My uncle Ron" in talk(companion, [NOTE], conversation)[0].reply


def test_a_changed_sentence_is_kept_whatever_it_is_about(companion: Companion, conversation: int) -> None:
    talk(companion, [KITCHEN, LIFE], conversation)
    said = next(fact for fact in companion.remembered(VISITOR, conversation) if "nobody lets me" in fact.said)
    companion.correct(VISITOR, conversation, said.kind, said.said, "blue spoons")
    told, note = talk(companion, [ASKED, NOTE], conversation)
    assert "blue spoons" in told.reply and "blue spoons" in note.reply and "nobody lets" not in note.reply


def test_the_screen_hears_what_was_really_said(companion: Companion, conversation: int) -> None:
    talk(companion, [KITCHEN], conversation)
    (care,) = talk(companion, ["I want to kill myself tonight."], conversation)
    assert care.kind is Kind.CRISIS
    companion.correct(VISITOR, conversation, FactKind.LIFE, "I want to kill myself tonight", "")
    (after,) = talk(companion, ["and the lantern was green"], conversation)
    assert after.safety is Safety.DISTRESS


@pytest.mark.parametrize(
    ("told", "instead", "message", "corrected"),
    [
        ("your uncle Ron", "Rob", "My uncle Ron left. Then uncle Ron ran.", "Rob left. Then Rob ran."),
        ("your mother", "your aunt", "My mother and her mother.", "My aunt and her mother."),
        ("a dog", "an elephant", "A dog came, the dog sat.", "An elephant came, the elephant sat."),
        ("a dog", "a cat", "A dog-eared hotdog.", "A dog-eared hotdog."),
        ("scared", "angry", "I was scared.", "I was angry."),
    ],
)
def test_a_new_name_stands_where_the_old_one_stood(told: str, instead: str, message: str, corrected: str) -> None:
    assert Corrections.of([("person", told, instead)]).in_message(message) == corrected


def test_a_message_of_which_nothing_is_left_is_no_empty_one() -> None:
    assert Corrections.of([("life", LIFE.rstrip("."), "")]).in_message(LIFE) == "…"


@pytest.mark.parametrize("kind", ["person", "life"])
def test_corrections_make_no_text_longer_than_can_be_read(kind: str) -> None:
    blown = Corrections.of([(kind, name, f"{name} {following} " * 150) for name, following in ("ab", "bc", "ca")])
    assert len(blown.in_message("a " * 10_000)) <= LONGEST_CORRECTED + 2 * LONGEST
    out = Corrections.of([(kind, "a", "b" * LONGEST), ("life", "the lantern", "")])
    assert "lantern" not in out.in_message("a " * 9_000 + "the lantern")  # what is taken out stays out


def test_what_is_no_correction_of_a_fact_counts_for_nothing() -> None:
    rows = [("life", " ", "x"), ("person", "", "x"), ("life", "x" * (LONGEST + 1), ""), ("reading", "", "")]
    assert Corrections.of(rows) == Corrections()
    many = Corrections.of([("life", f"word {number}", "y" * 999) for number in range(MOST + 9)])
    assert len(many.made) == MOST and {len(one.instead) for one in many.made} == {LONGEST}


@pytest.mark.parametrize(("kind", "told"), [("life", ""), ("person", " \n"), ("person", "a"), ("life", "your boss")])
def test_only_what_is_remembered_is_corrected(companion: Companion, conversation: int, kind: str, told: str) -> None:
    talk(companion, [KITCHEN], conversation)
    by_hand = ByHand(Handlers(companion))

    def correct(kind: str, told: str, instead: str) -> str:
        clicked: Any = SimpleNamespace(kind=kind, told=told, instead=instead)
        return by_hand.correct(str(conversation), clicked, asking(VISITOR))

    assert "your boss" in correct(kind, told, "x" * 300)
    assert "findahelpline.com" in correct(kind, told, "I want to kill myself")  # help is named all the same
    assert companion.journal.conversation(VISITOR, conversation).corrections == ()
    assert words("kept", "left_out") in correct("person", "your boss", "")
    assert words("kept", "changed") in correct("person", "your boss", "your boss")  # put back, though it is no fact now


def test_a_note_written_while_everything_is_deleted_leaves_nothing_behind(
    companion: Companion, conversation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(companion, [KITCHEN], conversation)
    kept: list[str] = []
    remembering_it = remembering(8)(kept.append)

    look_back = companion._look_back

    def while_deleted(visitor: str, number: int) -> Any:
        forget()
        remembering_it(KITCHEN)
        return look_back(visitor, number)

    monkeypatch.setattr(companion, "_look_back", while_deleted)
    companion.note_of(VISITOR, conversation)
    remembering_it(KITCHEN)
    assert kept == [KITCHEN, KITCHEN]  # it had been forgotten once more


# ---- steps ----


def test_the_next_step_is_gone_on_to_when_it_is_asked_for(companion: Companion) -> None:
    onward = "Let's go on to the next step."
    turns = talk(companion, [DREAM, "Let's skip this question.", onward, "Maybe it's about my exam.", onward, onward])
    assert [turn.wish for turn in turns] == [None, Wish.SKIP, Wish.GO_ON, None, Wish.GO_ON, Wish.GO_ON]
    assert [turn.stage for turn in turns] == [
        *[Stage.EXPLORE] * 2,
        *[Stage.INSIGHT] * 2,
        *[Stage.ACTION] * 2,
    ]
    assert all(turn.question for turn in turns)


def test_a_new_ending_can_be_left(companion: Companion) -> None:
    begun = [DREAM, "I'd like to try another ending."]
    turns = talk(companion, [*begun, "I turn round and he is a small dog.", "Let's stop here.", "I think of my work."])
    assert turns[2].facet == "ending" and turns[3].wish is Wish.STOP and turns[4].facet != "ending"
    over = talk(companion, [*begun, "I fly off.", "That's the end.", NOTE])
    assert "goes like this now: “I fly off.”" in over[3].reply or "“I fly off.”" in over[3].reply
    assert "“.”" not in over[3].reply and "That's the end" not in over[4].reply
