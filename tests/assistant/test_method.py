"""The method over whole conversations: a dream told anew, several dreams, what is brought back, who is shaken, what fits."""

import re
from pathlib import Path

import pytest

from assistant.evaluation.method import dreamers
from assistant.evaluation.replies import faults_of_turns, talk
from assistant.hearing import Ear
from assistant.method.questions import choose_question
from assistant.method.responses import comfort_for, gentle_questions, response_to
from assistant.method.several_dreams import dreams_in, which_first
from assistant.method.themes import may_read, speaks_of
from assistant.texts import choices
from assistant.types import Kind, Wish
from tests.warm_companion import warm_companion

STAIRS = "Every night a man sits on the stairs of our old flat and I can't get past him. Then he stands up and I wake."
THREE = (
    "Three dreams! 1) my teeth fell out in a meeting and I hid them. 2) there was a giraffe in our kitchen, very quiet. "
    "3) my old landlord rang about the bath."
)


@pytest.fixture
def companion(library_dir, tmp_path):
    return warm_companion(library_dir).with_journal_in(tmp_path)


def test_a_new_ending_is_told_over_several_turns_and_said_back_whole(companion):
    parts = [
        "the light on the stairs works now",
        "he takes his hood down and he is just a boy",
        "I give him an orange. That's the end.",
    ]
    turns = talk(companion, [STAIRS, "I'd like to try a different ending", *parts])
    assert turns[1].kind is Kind.WISH and turns[1].wish is Wish.NEW_ENDING
    for turn, part in zip(turns[2:4], parts, strict=False):
        assert turn.kind is Kind.ANSWER and part in turn.reply and not turn.citations
        assert turn.facet == "ending" and turn.question
    assert all(words in turns[4].reply for words in ("light on the stairs", "just a boy", "an orange"))
    assert turns[4].facet == "rehearsal"
    assert [faults for faults in faults_of_turns(turns) if faults] == []


def test_the_note_holds_the_new_version(companion):
    turns = talk(
        companion,
        [STAIRS, "can we change the ending?", "the light works and he lets me pass. the end", "please write me a note"],
    )
    assert "the light works and he lets me pass" in turns[-1].reply.partition("as you tell it now")[2]


def test_nothing_comes_to_mind_for_the_new_ending(companion):
    turns = talk(companion, [STAIRS, "can we change the ending?", "idk"])
    assert turns[2].facet == "ending" and turns[2].question


def test_the_readme_shows_what_is_said(companion):
    readme = Path(__file__).parents[2].joinpath("README.md").read_text("utf-8")
    message, reply = ["".join(part).strip() for part in re.findall(r"((?:^> [^\[\n].*\n)+)", readme, re.MULTILINE)[:2]]
    message, reply = (" ".join(one.replace("> ", "").split()) for one in (message, reply))
    assert talk(companion, [message])[0].reply == reply


def test_several_dreams_are_told_apart_and_one_is_stayed_with(companion):
    assert len(dreams_in(THREE)) == 3 and dreams_in("I had 2 dogs. They ran.") == []
    turns = talk(companion, [THREE, "The giraffe please.", "It had come a long way, you could tell."])
    assert turns[0].question == which_first(dreams_in(THREE)) == "Which of the three would you like to begin with?"
    assert not any(word in turn.question for turn in turns[1:] for word in ("teeth", "landlord", "bath"))


def test_what_is_pointed_to_comes_back(companion):
    dream = "There was a brown dog sitting at the barrier of a station. My uncle sold me a ticket. I did not get on the train."
    turns = talk(companion, [dream, "It felt sad.", "He was friendly.", "and the dog?"])
    assert "dog" in turns[-1].reply.lower()


def test_a_direct_question_is_answered_before_anything_else(companion):
    turns = talk(companion, [STAIRS, "is it dangerous to have this so often?"])
    answer = response_to("asks_danger", (), len(turns[1].message))
    assert turns[1].kind is Kind.WHY and answer is not None and turns[1].reply.startswith(answer.text)
    assert turns[1].question == ""


def test_who_is_shaken_is_asked_about_now(companion):
    message = "its 4am and i cant stop shaking. my little boy was under the ice and i could not break it"
    [turn] = talk(companion, [message])
    comfort = comfort_for("shaken", (), len(message))
    assert comfort is not None and comfort.text in turn.reply and turn.question == gentle_questions()[0]


def test_a_correction_is_kept(companion):
    dream = "My mother was standing at the sink with her back to me and would not turn round. The tap was running."
    turns = talk(companion, [dream, "no, it was my aunt, not my mother", "it was annoying", "i was ten"])
    assert not any("mother" in turn.question for turn in turns[1:])


def test_a_long_telling_is_read_only_by_an_article_it_speaks_of():
    long = "I was at a desk and edited the tables of a website for somebody who wanted other colours and boxes, and he came back many times with more of them."
    assert not speaks_of(long, "teeth", 0.0) and not speaks_of(long, "falling", 0.0)
    assert speaks_of(long, "teeth", 0.5)  # surely covered
    assert speaks_of(f"{long} Then my tooth broke.", "teeth", 0.0)
    assert speaks_of("they came out one by one", "teeth", 0.0) and speaks_of(long, "an-article-of-ones-own", 0.0)


def test_the_scripted_dreamers_are_whole():
    found = dreamers()
    assert len(found) >= 20 and len({dreamer.id for dreamer in found}) == len(found)
    assert all(5 <= len(dreamer.turns) <= 12 for dreamer in found)
    assert max(len(dreamer.turns[0].say.split()) for dreamer in found) >= 600


def test_scripted_dreamers_meet_the_contract_and_no_question_twice(companion):
    for dreamer in dreamers()[::4]:
        turns = talk(companion, [turn.say for turn in dreamer.turns])
        assert [faults for faults in faults_of_turns(turns) if faults] == [], dreamer.id
        asked = [turn.question for turn in turns if turn.question]
        assert len(asked) == len(set(asked)), dreamer.id


def test_a_section_that_answers_a_question_reads_no_dream_without_a_word_for_it():
    assert not may_read("my back tooth fell out on the bus", "teeth/omen")
    assert may_read("my back tooth fell out and gran says it means a death", "teeth/omen")
    assert may_read("my back tooth fell out, is that bad?", "teeth/omen")
    assert may_read("my back tooth fell out on the bus", "teeth/falling-out")


def test_numbers_in_a_telling_are_no_list_of_dreams():
    assert (
        dreams_in(
            "One was my age and the other was 17. One looked like a toddler but was 18. These people gave us cakes."
        )
        == []
    )


def test_a_word_is_a_dream_where_the_library_knows_it(companion):
    [turn] = talk(companion, ["chased"])
    assert turn.kind is Kind.DREAM and turn.citations[0].section.startswith("being-chased/")
    [turn] = talk(companion, ["pizza"])
    assert not turn.citations


def test_what_was_dreamt_of_is_told_and_that_there_is_a_dream_is_not(companion):
    assert talk(companion, ["I dreamt about a video game"])[0].kind is Kind.UNCOVERED
    assert talk(companion, ["I want to tell you about a dream"])[0].kind is Kind.OUTSIDE


@pytest.mark.parametrize(
    "message",
    [
        "I don't remember the details but I know I dreamt about people I was friendly with years ago.",
        "Almost nothing left. Something green, maybe stairs.",
    ],
)
def test_nobody_is_asked_for_a_moment_of_what_they_forgot(companion, message):
    assert talk(companion, [message])[0].question in choices("ask_of_little")


@pytest.mark.parametrize("facet", ["wish", "person", "waking-link"])
def test_a_stranger_is_not_asked_about_as_somebody_of_their_own(facet):
    def asked(message):
        return choose_question([Ear().hear(message)], [facet], [], told=[message], asked=[]).text

    assert "the waitress" not in asked("The waitress brought the menu, and I sat down.")
    assert "your aunt" in asked("My aunt brought the menu, and I sat down.")
