"""Whole conversations through the companion: the events of a turn, the contract as shown, a model's faults, what is kept."""

import threading

import pytest

from assistant.errors import ConversationError
from assistant.evaluation.replies import faults_of_turns, talk
from assistant.evaluation.samples import real_cant_run_dreams, real_dreams
from assistant.journal import Journal
from assistant.settings import Settings
from assistant.types import Done, Kind, Notice, Passages, Question, Role, Safety, Sentence
from assistant.voices.answering import Answering
from knowledge.errors import UsageError
from tests.endpoint import Endpoint, say
from tests.endpoint_faults import FAULTS
from tests.warm_companion import warm_companion

DREAM = (
    "I was running from a man through our old street and my legs would not move. I called my sister but no sound came."
)


WARM = []  # the one companion whose models and library all tests here share


@pytest.fixture(autouse=True, scope="module")
def warm(library_dir):
    WARM[:] = [warm_companion(library_dir)]


@pytest.fixture
def companion(tmp_path):
    return WARM[0].with_journal_in(tmp_path)


def free_companion(tmp_path, endpoint, **settings):
    """The companion with a model at a local endpoint, on the library that is open already."""
    warm = WARM[0]
    options = Settings(
        data_dir=tmp_path, model="big-model", base_url=endpoint.base_url, api_key="", first_token_timeout=1,
        stall_timeout=1, reply_timeout=3, connect_timeout=1, **settings,
    )  # fmt: skip
    return warm.with_answering(Answering(options), Journal(tmp_path), options)


def events_of(companion, message, conversation=None, visitor="someone", **options):
    conversation = conversation or companion.journal.start_conversation(visitor)
    return conversation, list(companion.respond(visitor, conversation, message, **options))


def test_a_turn_shows_passages_then_units_then_the_question_then_is_done(companion):
    _, events = events_of(companion, DREAM)
    kinds = [type(event) for event in events]
    assert kinds[0] is Passages and kinds[-2:] == [Question, Done]
    assert set(kinds[1:-2]) == {Sentence}
    turn = events[-1].turn
    assert turn.kind is Kind.DREAM and turn.covered and turn.safety is Safety.NONE
    assert [event.role for event in events[1:3]] == [Role.HEARD, Role.READING]
    assert turn.hits[0].section.id == "cant-run/being-chased"
    for citation in turn.citations:
        assert citation.quote in turn.hits[citation.marker - 1].passage.text


def test_the_message_is_kept_before_it_is_answered(companion):
    conversation = companion.journal.start_conversation("someone")
    events = companion.respond("someone", conversation, DREAM)
    next(events)
    assert companion.journal.conversation("someone", conversation).turns[0].message == DREAM
    events.close()


@pytest.mark.parametrize("message", ["", "   \n", "x" * 20_001])
def test_blank_and_over_long_messages_are_not_taken(companion, message):
    conversation = companion.journal.start_conversation("someone")
    with pytest.raises(UsageError):
        list(companion.respond("someone", conversation, message))
    assert companion.journal.conversation("someone", conversation).turns == ()


def test_nobody_else_can_answer_in_a_conversation(companion):
    conversation = companion.journal.start_conversation("someone")
    with pytest.raises(ConversationError):
        list(companion.respond("another", conversation, DREAM))


def test_a_waking_wish_to_die_is_met_with_written_words_and_no_reading(companion):
    _, events = events_of(companion, "I dreamed of a bridge. And honestly I don't want to be alive any more.")
    turn = events[-1].turn
    assert turn.kind is Kind.CRISIS and turn.safety is Safety.CRISIS
    assert turn.citations == () and "findahelpline.com" in turn.reply


def test_dying_in_a_dream_is_no_crisis(companion):
    _, events = events_of(companion, "In my dream a man shot me and I died, and then I stood up and went home.")
    assert events[-1].turn.kind is not Kind.CRISIS


@pytest.mark.parametrize(
    ("messages", "kinds"),
    [
        ([DREAM, "thanks"], [Kind.DREAM, Kind.CLOSE]),
        ([DREAM, "idk"], [Kind.DREAM, Kind.ANSWER]),
        ([DREAM, "why do legs not work in dreams?"], [Kind.DREAM, Kind.WHY]),
        ([DREAM, "no, that doesn't fit"], [Kind.DREAM, Kind.REJECTION]),
        (["can you give me a recipe for pancakes?"], [Kind.OUTSIDE]),
        (["I found a whole new room in my house full of lamps"], [Kind.UNCOVERED]),
    ],
)
def test_each_message_is_answered_in_its_kind(companion, messages, kinds):
    assert [turn.kind for turn in talk(companion, messages)] == kinds


def test_a_reading_that_was_refused_does_not_come_back(companion):
    turns = talk(companion, [DREAM, "no, that doesn't fit", "It was more about my sister.", "I could not reach her."])
    refused = {citation.section for citation in turns[0].citations}
    assert refused
    assert not refused & {citation.section for turn in turns[1:] for citation in turn.citations}


def test_no_question_is_asked_twice(companion):
    turns = talk(companion, [DREAM, "idk", "It was dark.", "idk", "My sister lives far away.", "I miss her.", "idk"])
    questions = [turn.question for turn in turns]
    assert len(set(questions)) == len(questions)


def test_replies_to_real_dreams_keep_the_contract(companion):
    dreams = real_dreams()[:100:2] + real_cant_run_dreams()  # `dream eval` has all
    if not dreams:
        pytest.skip("no real dreams at hand: set DREAM_TEST_DATA")
    broken = [
        (turn.reply, faults)
        for dream in dreams
        for turn in talk(companion, [dream])
        for faults in faults_of_turns([turn])
        if faults
    ]
    assert broken == []


GOOD_REPLY = (
    "HEARD: You were running from a man through your old street, and when you called your sister no sound came.\n",
    'READING [1] "{quote}": Two fears may have met here, something coming for you and just then a broken power to answer it.\n',
    "QUESTION: What was it like to call your sister and hear nothing?\n",
)


def test_a_good_models_reply_is_shown_as_it_is_written(tmp_path):
    quote = next(
        reading.rests_on
        for section in WARM[0].library.articles()["cant-run"].sections
        if section.id == "cant-run/being-chased"
        for reading in section.readings
        if "two" in reading.rests_on.lower()
    )
    with Endpoint(say(*(piece.format(quote=quote) for piece in GOOD_REPLY))) as endpoint:
        companion = free_companion(tmp_path, endpoint)
        _, events = events_of(companion, DREAM)
        turn = events[-1].turn
        asked = endpoint.requests[-1].body["messages"]
    assert turn.voice == "free" and turn.model == "big-model"
    assert turn.reply.startswith("You were running from a man through your old street")
    assert turn.question == "What was it like to call your sister and hear nothing?"
    assert turn.citations[0].quote in turn.hits[0].passage.text
    assert asked[0]["role"] == "system" and DREAM in asked[-1]["content"]
    assert not turn.fallback


BAD_REPLY = (
    "Great dream! This means that you have PTSD. Studies prove that 90 per cent of such dreams foretell a loss [1]. "
    "You should leave your job. Call 555-123-4567. Did you like it? Was it dark?"
)


def test_nothing_of_a_bad_models_reply_is_shown(tmp_path):
    with Endpoint(say(BAD_REPLY)) as endpoint:
        _, events = events_of(free_companion(tmp_path, endpoint), DREAM)
    turn = events[-1].turn
    for forbidden in ("PTSD", "90 per cent", "foretell", "leave your job", "555", "Great dream"):
        assert forbidden not in turn.reply
    assert turn.repairs >= 3
    assert faults_of_turns([turn]) == [[]]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: getattr(fault, "name", str(fault)))
def test_whatever_an_endpoint_does_wrong_is_said_and_the_built_in_voice_can_answer(tmp_path, fault):
    with Endpoint(fault.behaviour) as endpoint:
        companion = free_companion(tmp_path, endpoint)
        conversation, events = events_of(companion, DREAM)
        notices = [event for event in events if isinstance(event, Notice)]
        assert notices and notices[-1].text.endswith("What you wrote is kept.")
        assert not any(isinstance(event, Done) for event in events)
        kept = companion.journal.conversation("someone", conversation).turns[-1]
        assert kept.message == DREAM and kept.answer is None
        message = companion.take_back("someone", conversation, kept.id).message
        _, events = events_of(companion, message, conversation, built_in=True)
        assert events[-1].turn.voice == "built-in"


def test_a_key_in_the_environment_alone_sends_nothing(tmp_path, monkeypatch):
    with Endpoint(say("HEARD: no")) as endpoint:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-lying-about")
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.base_url)
        options = Settings(data_dir=tmp_path)
        companion = WARM[0].with_answering(Answering(options), Journal(tmp_path), options)
        companion._warm.set()
        _, events = events_of(companion, DREAM)
        assert events[-1].turn.voice == "built-in"
        assert endpoint.requests == []


def test_stopping_keeps_what_was_shown(companion):
    stop = threading.Event()
    conversation = companion.journal.start_conversation("someone")
    shown = []
    for event in companion.respond("someone", conversation, DREAM, stop=stop):
        if isinstance(event, Sentence):
            shown.append(event.text)
            stop.set()
    kept = companion.journal.conversation("someone", conversation).turns[0]
    assert kept.answer is not None and kept.answer["reply"].startswith(shown[0])


def test_another_reply_has_another_reading_and_another_question(companion):
    conversation, events = events_of(companion, DREAM)
    first = events[-1].turn
    taken = companion.take_back("someone", conversation, first.id)
    assert taken.message == DREAM and taken.reply.reply == first.reply
    _, events = events_of(companion, DREAM, conversation, instead_of=taken.reply)
    second = events[-1].turn
    assert second.question != first.question
    assert {citation.quote for citation in second.citations}.isdisjoint(citation.quote for citation in first.citations)
    assert faults_of_turns([second]) == [[]]


SEATED = "I woke up and couldnt move, someone was standing by the door and something sat on my chest"


@pytest.mark.parametrize(
    ("messages", "kind"),
    [
        ([SEATED, "what? nothing. she told me that as a kid. should i see a doctor??"], Kind.WHY),
        ([SEATED, "i asked you three times is it dangerous"], Kind.WHY),
        ([SEATED, "it was the hat man. thanks, i'm off"], Kind.CLOSE),
        ([SEATED, "Thank you. Can I have what I've said, to keep?"], Kind.WISH),
        ([SEATED, "Nothing. Can we do the new ending now?"], Kind.WISH),
    ],
)
def test_what_is_said_to_the_companion_is_met_wherever_it_stands(companion, messages, kind):
    assert talk(companion, messages)[-1].kind is kind


def test_what_was_not_in_the_dream_is_not_asked_about_again(companion):
    turns = talk(companion, [DREAM, "which sister? there was no sister in it", "It was dark."])
    assert "“" not in turns[1].reply
    assert all("sister" not in turn.question for turn in turns[1:])
