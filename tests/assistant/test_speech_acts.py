"""What a message says to the companion and what it tells: learned from examples, held by words, English only."""

from collections import Counter

import pytest

from assistant.hearing.lexicon import COARSE
from assistant.method.responses import comfort_for, gentle_questions, response_to
from assistant.nevers import never_said
from assistant.phrases import only_echoes
from assistant.speech_acts import SpeechActs, examples
from assistant.types import Wish
from tests.warm_companion import warm_companion

LEAST_EXAMPLES = 40


@pytest.fixture(scope="module")
def acts(library_dir) -> SpeechActs:
    return warm_companion(library_dir)._readers.speech_acts


@pytest.mark.parametrize("name", ["acts", "states", "matters"])
def test_examples_are_many_and_each_stands_under_one_label(name):
    rows = examples(name)
    assert min(map(len, rows.values())) >= LEAST_EXAMPLES
    told = Counter(one.strip().lower() for sentences in rows.values() for one in set(sentences))
    assert [one for one, count in told.items() if count > 1] == []


@pytest.mark.parametrize(
    ("message", "asks"),
    [
        ("is it dangerous to have this every week?", "asks_danger"),
        ("should i see a doctor about it", "asks_doctor"),
        ("Am I losing my mind?", "asks_sanity"),
        ("does it mean something bad will happen to her?", "asks_omen"),
        ("what do you think i should do about my job?", "asks_opinion"),
        ("how sure are you of that, is there any evidence?", "asks_proof"),
    ],
)
def test_a_direct_question_is_known_by_its_kind(acts, message, asks):
    read = acts.read(message)
    assert read.asks == asks and read.question
    assert response_to(asks, ()) is not None


@pytest.mark.parametrize(
    ("message", "wish"),
    [
        ("can we skip this one please", Wish.SKIP),
        ("please write it all down for me", Wish.NOTE),
        ("i want to give it a different ending", Wish.NEW_ENDING),
        ("delete what i told you", Wish.DELETE),
        ("don't ask me anything, just listen", Wish.QUIET),
        ("do you have another reading of it?", Wish.ANOTHER_READING),
    ],
)
def test_a_wish_is_met_wherever_it_is_said(acts, message, wish):
    assert acts.read(message).wish is wish


@pytest.mark.parametrize(
    "message",
    [
        "Stop it, I screamed at the man, and he only laughed.",
        "My mother asked me whether I would stay for dinner.",
        "I forgot my suitcase at the station and the train left.",
        "No one helped me, they just stood there.",
        "She wrote it all down in a red book and shut it.",
    ],
)
def test_what_is_told_is_no_wish_and_no_question(acts, message):
    read = acts.read(message)
    assert read.told and read.wish is None and not read.rejects and not read.leaves and not read.question


@pytest.mark.parametrize(
    "message",
    [
        "But your question is one I rather like.",
        "umm that i actually like my job?",
        "He wasn't a man you asked things.",
    ],
)
def test_what_only_sounds_like_a_complaint_or_a_question_is_told(acts, message):
    read = acts.read(message)
    assert not read.complains and not read.asks and read.told


@pytest.mark.parametrize(
    "message",
    [
        "you've just parroted the whole thing back at me",
        "why are you quoting me",
        "i literally just said we had a fight",
    ],
)
def test_a_complaint_is_heard(acts, message):
    assert acts.read(message).complains


def test_a_source_is_asked_for_by_its_mark(acts):
    assert acts.read("It is very bad, I am heavy like stone. What is [1], where can I read it?").asks == "asks_proof"


def test_our_question_said_over_is_no_question_to_us():
    ours = "Whose opinion on it would you trust most?"
    assert only_echoes("Whose opinion would I trust?", "Whose opinion would I trust? My friend Margaret's.", ours)
    assert not only_echoes("Whose opinion would I trust?", "Whose opinion would I trust?", ours)
    assert not only_echoes("Is it dangerous?", "Is it dangerous? It was dark and cold.", ours)


def test_a_message_is_parted(acts):
    read = acts.read("I was late for the train again. Is that normal? Thanks, good night!")
    assert read.told == "I was late for the train again."
    assert "normal" in read.question and read.leaves


def test_another_language_is_all_told(acts):
    message = "Soñé que perdía los dientes, ¿es peligroso? No sé qué hacer."
    assert acts.read(message).told == message and not acts.read(message).question


@pytest.mark.parametrize("message", ["", "   ", "?!?", "\u202e\U0001f40d", "a" * 20_000, "I ran. " * 2_000])
def test_any_text_can_be_read(acts, message):
    assert isinstance(acts.read(message).told, str)


@pytest.mark.parametrize(
    ("message", "state"),
    [
        ("it's 4am and i can't stop shaking, my heart is pounding", "shaken"),
        ("i don't dare go back to sleep", "afraid_to_sleep"),
        ("My father passed away in the spring and I miss him so much.", "grieving"),
    ],
)
def test_who_is_not_well_now_is_seen(acts, message, state):
    assert acts.read(message).state == state


@pytest.mark.parametrize(
    "message", ["In the dream I was crying and nobody came.", "The dog was exhausted.", "She isn't dead, she is 88."]
)
def test_a_state_of_the_dream_or_of_others_is_not_taken_for_theirs(acts, message):
    assert acts.read(message).state == ""


def test_no_comfort_is_said_twice_and_then_none():
    said: set[str] = set()
    while comfort := comfort_for("shaken", said):
        assert comfort.text not in said
        said.add(comfort.text)
    assert len(said) > 1


@pytest.mark.parametrize("act", [act for act in examples("acts") if act.startswith("asks")])
def test_our_own_answers_promise_nothing_and_name_no_illness(act):
    said: set[str] = set()
    for _ in range(3):
        answer = response_to(act, said)
        if answer is not None:
            assert never_said(answer.text) == [] and not COARSE & set(answer.text.lower().split())
            said.add(answer.text)


def test_gentle_questions_ask_openly_about_now():
    assert all(
        question.endswith("?") and question.split()[0] in ("What", "Who", "How") for question in gentle_questions()
    )
