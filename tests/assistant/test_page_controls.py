"""The controls beside the talk, handler by handler, with the real companion: marks, the memory, buttons that speak, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.companion import Companion
from assistant.corrections import LONGEST as MOST_CHARACTERS_OF_A_FACT
from assistant.page import render
from assistant.page.by_hand import ByHand
from assistant.page.guests import SCOPE_KEY, Guest
from assistant.page.handlers import NEW, Handlers, Shown
from assistant.page.links import Link, link_in
from assistant.page.shown import ShownTurn, State
from assistant.page.way import SAID_BY_BUTTONS, way_of
from assistant.page.wording import words
from assistant.types import Kind, Wish
from knowledge.errors import UsageError
from tests.warm_companion import warm_companion

DREAM = "I was running from a man and my legs would not move at all. My uncle stood at the door. I was scared."


def asking(visitor: str) -> Any:
    return SimpleNamespace(request=SimpleNamespace(scope={SCOPE_KEY: Guest(visitor)}), session_hash="tab1")


@pytest.fixture(scope="module")
def companion(library_dir: Path) -> Companion:
    return warm_companion(library_dir)


@pytest.fixture
def handlers(companion: Companion) -> Handlers:
    return Handlers(companion)


@pytest.fixture
def by_hand(handlers: Handlers) -> ByHand:
    return ByHand(handlers)


@pytest.fixture
def anna(request: pytest.FixtureRequest) -> Any:
    return asking(f"anna in {request.node.name}")


@pytest.fixture
def told(handlers: Handlers, anna: Any) -> Shown:
    return last(handlers.send(DREAM, NEW, anna))


def last(shown: Iterator[Shown]) -> Shown:
    return list(shown)[-1]


def state(shown: Shown) -> str:
    return shown.conversation.partition('data-state="')[2].partition('"')[0]


# ---- whether a reading fits ----


class Buttons(HTMLParser):
    """The attributes of the buttons that say whether a reading fits."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "button" and "data-fit" in dict(attrs):
            self.found.append(dict(attrs))


def pressed(html: str) -> list[str | None]:
    return [button["data-fit"] for button in Buttons(html).found if button["aria-pressed"] == "true"]


def a_press(shown: Shown, fits: bool) -> Any:
    turn = re.search(r'data-turn="([^"]+)"', shown.conversation)
    assert turn
    return SimpleNamespace(turn=turn[1], marker=Buttons(shown.conversation).found[0]["data-marker"], fits=fits)


def test_a_mark_on_a_reading_stays_changes_and_is_taken_back(
    handlers: Handlers, by_hand: ByHand, anna: Any, told: Shown
) -> None:
    buttons = Buttons(told.conversation).found
    assert [button["data-fit"] for button in buttons] == ["yes", "no"] * (len(buttons) // 2) and buttons
    assert pressed(told.conversation) == []
    number = told.conversation_id
    assert pressed(by_hand.fit(number, a_press(told, True), anna)) == ["yes"]
    assert pressed(last(handlers.load(number, anna)).conversation) == ["yes"]
    assert pressed(by_hand.fit(number, a_press(told, False), anna)) == ["no"]
    assert pressed(last(handlers.send("They were heavy.", number, anna)).conversation) == ["no"]
    assert pressed(by_hand.fit(number, a_press(told, False), anna)) == []


def test_nobody_marks_anothers_reading_or_one_that_is_not_there(by_hand: ByHand, anna: Any, told: Shown) -> None:
    press = a_press(told, True)
    assert "data-fit" not in by_hand.fit(told.conversation_id, press, asking("bert"))
    elsewhere = SimpleNamespace(turn=press.turn, marker="99", fits=True)
    assert pressed(by_hand.fit(told.conversation_id, elsewhere, anna)) == []
    gone = SimpleNamespace(turn="0 0", marker=press.marker, fits=True)
    assert pressed(by_hand.fit(told.conversation_id, gone, anna)) == []


def test_while_a_reply_is_written_nothing_can_be_marked(handlers: Handlers, anna: Any, told: Shown) -> None:
    replying = next(handlers.send("They were heavy.", told.conversation_id, anna))
    assert all("disabled" in button for button in Buttons(replying.conversation).found)
    handlers.running.stop_all()


# ---- what is remembered ----


def test_what_is_remembered_is_shown_changed_taken_out_and_put_back(by_hand: ByHand, anna: Any, told: Shown) -> None:
    def correct(told_first: str, instead: str) -> str:
        clicked = SimpleNamespace(kind="person", told=told_first, instead=instead)
        return by_hand.correct(told.conversation_id, clicked, anna)

    shown = by_hand.remembered(told.conversation_id, anna)
    assert words("kept", "kinds", "person") in shown and ">your uncle<" in shown and "data-told=" in shown
    changed = correct("your uncle", "my <b>aunt</b>")
    assert "your &lt;b&gt;aunt&lt;/b&gt;" in changed and words("kept", "changed") in changed
    assert 'data-told="your uncle"' in changed  # it is still known by what was told
    out = correct("your uncle", "  ")
    assert words("kept", "left_out") in out and words("kept", "taken_out") in out
    assert ">your uncle</s>" in out and ">your uncle</span>" not in out
    assert ">your uncle</span>" in correct("your uncle", "your uncle")
    assert words("kept", "grave") in correct("your uncle", "I want to kill myself").replace("&#39;", "'")
    with pytest.raises(UsageError, match="301 characters"):
        correct("your uncle", "x" * (MOST_CHARACTERS_OF_A_FACT + 1))


def test_nobody_reads_or_corrects_what_is_remembered_of_another(by_hand: ByHand, anna: Any, told: Shown) -> None:
    bert = asking("bert")
    assert by_hand.remembered(told.conversation_id, bert) == ""
    assert (
        by_hand.correct(told.conversation_id, SimpleNamespace(kind="person", told="your uncle", instead=""), bert) == ""
    )
    assert ">your uncle<" in by_hand.remembered(told.conversation_id, anna)


def test_before_the_library_is_open_the_memory_waits(handlers: Handlers, anna: Any, told: Shown) -> None:
    cold = Handlers(Companion.open(handlers.companion.settings))
    assert words("kept", "not_yet") in ByHand(cold).remembered(told.conversation_id, anna)


# ---- where the talk is, and what a button says ----


def say(handlers: Handlers, anna: Any, shown: Shown, what: str) -> Shown:
    return last(handlers.say(shown.conversation_id, SimpleNamespace(what=what), anna))


def offered(shown: Shown) -> list[str]:
    return re.findall(r'data-say="(\w+)"', shown.conversation)


def present(shown: Shown) -> str:
    found = re.search(r'aria-current="step">([^<]+)<', shown.conversation)
    return found[1] if found else ""


def test_the_buttons_say_it_in_words_and_lead_through_the_method(handlers: Handlers, anna: Any, told: Shown) -> None:
    assert present(told) == words("way", "stages", "explore") and offered(told) == ["skip", "go_on"]
    skipped = say(handlers, anna, told, "skip")
    assert words("way", "says", "skip").replace("'", "&#39;") in skipped.conversation
    insight = say(handlers, anna, skipped, "go_on")
    assert present(insight) == words("way", "stages", "insight")
    action = say(handlers, anna, insight, "go_on")
    assert present(action) == words("way", "stages", "action") and offered(action) == ["skip", "ending", "note"]
    begun = say(handlers, anna, action, "ending")
    assert 'data-step="ending"' in begun.conversation and offered(begun) == ["stop"]
    assert words("ending", "stop") in begun.conversation
    under_way = last(handlers.send("I turn round and he is a small dog.", begun.conversation_id, anna))
    assert 'data-step="ending"' in under_way.conversation and offered(under_way) == ["ending_over", "stop"]
    over = say(handlers, anna, under_way, "ending_over")
    assert "data-step" not in over.conversation and "small dog" in over.conversation.rpartition("turn-7")[2]
    closed = last(handlers.send("thanks, good night", over.conversation_id, anna))
    assert present(closed) == words("way", "stages", "close") and offered(closed) == []


def test_another_ending_can_be_stopped_and_a_crisis_ends_it(handlers: Handlers, anna: Any, told: Shown) -> None:
    begun = say(handlers, anna, told, "ending")
    stopped = say(handlers, anna, begun, "stop")
    assert "data-step" not in stopped.conversation
    begun = say(handlers, anna, stopped, "ending")
    crisis = last(handlers.send("I want to die.", begun.conversation_id, anna))
    assert 'class="way"' not in crisis.conversation and "data-step" not in crisis.conversation
    assert 'data-name=""' in crisis.conversation


def test_no_button_says_anything_else(handlers: Handlers, anna: Any, told: Shown) -> None:
    assert list(handlers.say(told.conversation_id, SimpleNamespace(what="anything"), anna)) == []
    assert {name for name in SAID_BY_BUTTONS if words("way", "says", name) and words("way", "buttons", name)} == set(
        SAID_BY_BUTTONS
    )


def test_before_a_dream_is_told_there_is_no_way(handlers: Handlers, anna: Any) -> None:
    assert 'class="way"' not in last(handlers.send("hello", NEW, anna)).conversation
    turn = ShownTurn(1, DREAM, (), "", (), False, State.DONE, kind=Kind.DREAM, stage="explore")
    assert way_of([]) is None and way_of([turn]) is not None
    unanswered = replace(turn, kind="", state=State.REPLYING)
    way = way_of([replace(turn, wish=Wish.NEW_ENDING), unanswered])
    assert way is not None and way.anew and way.say == ()


# ---- links and the title ----


def test_a_link_opens_a_dream_of_ones_own(handlers: Handlers, anna: Any, told: Shown) -> None:
    number = told.conversation_id
    handlers.new(anna)
    assert last(handlers.load(f"?dream={number}", anna)).conversation == told.conversation
    for person, link in ((asking("bert"), f"?dream={number}"), (anna, "?dream=99999999"), (anna, "?dream=x")):
        shown = last(handlers.load(link, person))
        assert state(shown) == "welcome" and shown.conversation_id == NEW
        assert words("hint", "no_such_dream") in shown.hint


def test_a_link_begins_a_talk_about_a_section(handlers: Handlers, anna: Any, told: Shown) -> None:
    section = next(iter(handlers.companion.library.articles().values())).sections[0]
    shown = last(handlers.load(f"?about={section.id}", anna))
    sentence = render.told("", words("hint", "first_sentence", title=section.title)).partition("data-restore=")[2]
    assert state(shown) == "welcome" and sentence.partition(">")[0] in shown.hint
    for wrong in ("nothing/here", "cant-run", "../..", "cant-run/nothing"):
        missing = last(handlers.load(f"?about={wrong}", anna))
        assert words("hint", "no_such_section") in missing.hint and state(missing) == "welcome"
    empty = last(handlers.load("?write", anna))
    assert state(empty) == "welcome" and words("hint", "no_such_dream") not in empty.hint


def test_only_links_of_ours_are_followed() -> None:
    assert (
        link_in("?dream=5") == Link("5")
        and link_in("?about=a%2Fb") == Link(about="a/b")
        and link_in("?write") == Link()
    )
    assert link_in("?__theme=dark") is None and link_in("5") is None and link_in("new") is None and link_in("") is None


def test_the_tab_is_named_by_the_night_once_it_is_known_that_nobody_is_in_danger(handlers: Handlers, anna: Any) -> None:
    shown = list(handlers.send(DREAM, NEW, anna))
    names = [each.conversation.partition('data-name="')[2].partition('"')[0] for each in shown]
    assert names[0] == "" and re.fullmatch(r"Dream of \d+ \w+", names[-1])
