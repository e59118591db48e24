"""What a conversation remembers: shown when asked for, corrected on a word, kept for a model whose window is small."""

import pytest

from assistant.evaluation.replies import talk
from assistant.journal import Journal
from assistant.settings import Settings
from assistant.types import Kind, Wish
from assistant.voices.answering import Answering
from tests.endpoint import Endpoint, say
from tests.warm_companion import warm_companion

DREAM = (
    "My uncle Ron was standing in our old kitchen with a lantern and would not let me pass. I was scared. "
    "My boss sat at the table and counted spoons."
)
TURNS = 60
WINDOW = 4000  # tokens of a small model
TOKENS_A_WORD = 1.6


@pytest.fixture
def companion(library_dir, tmp_path):
    return warm_companion(library_dir).with_journal_in(tmp_path)


def test_the_memory_is_shown_when_it_is_asked_for(companion):
    turns = talk(companion, [DREAM, "It's the same at work, nobody lets me through.", "what have i told you so far?"])
    reply = turns[-1].reply
    assert "lantern" in reply and "scared" in reply
    assert "at work, nobody lets me through" in reply
    assert turns[1].question in reply  # and where the talk was


def test_what_is_taken_back_is_gone_from_memory_and_note(companion):
    turns = talk(
        companion,
        [
            DREAM,
            "It's the same at work, nobody lets me through.",
            "please leave out the bit about my boss",
            "what have i told you so far?",
            "please write me a note",
        ],
    )
    assert turns[2].kind is Kind.WISH and turns[2].wish is Wish.LEAVE_OUT
    assert not any("boss" in turn.reply for turn in turns[3:])
    assert all("lantern" in turn.reply for turn in turns[3:])


def test_a_new_start_forgets(companion):
    turns = talk(
        companion, [DREAM, "can we start again from the beginning", "there was a lake", "what have i told you?"]
    )
    assert "lantern" not in turns[-1].reply


def test_sixty_turns_fit_a_window_of_four_thousand_tokens(library_dir, tmp_path):
    answers = [
        f"Then there was the room with the number {number} on it, and in it a chair, a lamp and somebody whom I half knew from "
        f"an earlier job, who told me once more about the weather in town {number}."
        for number in range(TURNS - 1)
    ]
    with Endpoint(
        say("HEARD: You came to a room, and in it was a lamp.\nQUESTION: What was the room like?\n")
    ) as endpoint:
        options = Settings(
            data_dir=tmp_path, model="small", base_url=endpoint.base_url, api_key="", context_tokens=WINDOW
        )
        companion = warm_companion(library_dir).with_answering(Answering(options), Journal(tmp_path), options)
        turns = talk(companion, [DREAM, *answers])
        asked = [request.body["messages"] for request in endpoint.requests]
    assert len(turns) == TURNS and {turn.voice for turn in turns} == {"free"}
    lengths = [TOKENS_A_WORD * sum(len(message["content"].split()) for message in messages) for messages in asked]
    assert max(lengths) < WINDOW
    last = asked[-1]
    told = [message["content"] for message in last if message["role"] == "user"]
    assert told[0] == DREAM  # the dream is never dropped, and no sentence is cut
    assert all(one in (DREAM, *answers) for one in told[:-1]) and answers[-1] in told[-1]
    assert len(told) < TURNS and "The dreamer told earlier: " in told[-1]
