"""What one visitor may ask for, and the line in which replies wait: who is refused, who is told their place, who goes ahead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.companion import Companion
from assistant.page.guests import SCOPE_KEY, Guest
from assistant.page.handlers import NEW, Handlers, Shown
from assistant.page.limits import AT_HOME, MINUTE, REPLIES_AT_ONCE, SHARED, Pace
from assistant.page.line import Line
from assistant.page.wording import words
from assistant.types import Event, Notice
from tests.warm_companion import warm_companion

DREAM = "I was running from a man and my legs would not move at all."
DESPAIR = "I want to kill myself tonight."


def asking(visitor: str, owner: bool = False, tab: str = "tab1") -> Any:
    """A request as the door hands it to Gradio."""
    return SimpleNamespace(request=SimpleNamespace(scope={SCOPE_KEY: Guest(visitor, owner)}), session_hash=tab)


class Held:
    """The companion, whose replies begin only when they are let."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self.let = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._companion, name)

    def respond(self, *arguments: Any, **how: Any) -> Iterator[Event]:
        events = self._companion.respond(*arguments, **how)

        def when_let() -> Iterator[Event]:
            self.let.wait(20)
            yield from events

        return when_let()


@pytest.fixture
def held(library_dir: Path, tmp_path: Path) -> Iterator[Held]:
    companion = Held(warm_companion(library_dir).with_journal_in(tmp_path))
    yield companion
    companion.let.set()


def until(replying: Iterator[Shown], is_so: Callable[[Shown], bool]) -> Shown:
    """The first state of the page that is so."""
    return next(shown for shown in replying if is_so(shown))


# ---- the line ----


def test_the_first_are_served_and_the_others_move_up() -> None:
    line = Line(at_once=2, most_waiting=2)
    places = [line.join() for _ in range(4)]
    assert line.full
    assert [place.is_set() for place in places] == [True, True, False, False]
    assert [line.before(place) for place in places] == [0, 0, 1, 2]
    line.leave(places[2])  # gives up
    line.leave(places[0])
    assert places[3].is_set() and line.before(places[3]) == 0 and not line.full


def test_whoever_waits_is_told_the_place_and_then_served() -> None:
    line, stop = Line(at_once=1, most_waiting=9), threading.Event()
    first, second, third = line.join(), line.join(), line.join()
    waiting = line.in_turn(third, stop, iter([Notice("waiting", "the reply")]))
    assert next(waiting) == Notice("waiting", words("reply", "before_you", count=2))
    line.leave(first)
    assert next(waiting) == Notice("waiting", words("reply", "one_before_you"))
    line.leave(second)
    assert list(waiting) == [Notice("waiting", ""), Notice("waiting", "the reply")]


def test_whoever_stops_gives_the_place_up() -> None:
    line, stop = Line(at_once=1, most_waiting=9), threading.Event()
    line.join()
    waiting = line.in_turn(line.join(), stop, iter([Notice("waiting", "the reply")]))
    next(waiting)
    stop.set()
    assert list(waiting) == []
    assert line.before(line.join()) == 1


def test_the_page_tells_the_place_keeps_the_words_and_answers_in_the_end(held: Held) -> None:
    handlers = Handlers(held)  # type: ignore[arg-type]
    replying = [handlers.send(DREAM, NEW, asking(f"visitor {number}")) for number in range(REPLIES_AT_ONCE + 2)]
    for one in replying:
        next(one)
    told = until(replying[-1], lambda shown: "before you" in shown.conversation)
    assert words("reply", "before_you", count=2) in told.conversation and DREAM in told.conversation
    kept = held.journal.conversation(f"visitor {REPLIES_AT_ONCE + 1}", int(told.conversation_id))
    assert [turn.message for turn in kept.turns] == [DREAM], "it is kept while it waits"
    held.let.set()
    ends = [list(one)[-1].conversation for one in replying]
    assert all('data-state="done"' in end and "before you" not in end for end in ends)


def test_words_that_call_for_help_wait_for_nobody(held: Held) -> None:
    handlers = Handlers(held, SHARED)  # type: ignore[arg-type]
    waiting = [handlers.send(DREAM, NEW, asking(f"visitor {number}")) for number in range(REPLIES_AT_ONCE + 1)]
    for one in waiting:
        next(one)
    desperate = asking(f"visitor {REPLIES_AT_ONCE}", tab="tab2")  # who is waiting in another tab besides
    shown = [next(answered := handlers.send(DESPAIR, NEW, desperate))]
    held.let.set()
    shown += list(answered)
    assert 'data-state="done"' in shown[-1].conversation
    assert not any("before you" in each.conversation for each in shown)
    for one in waiting:
        list(one)


# ---- what one visitor may ask for ----


def test_through_a_link_one_reply_at_a_time_is_written_and_at_home_several(held: Held) -> None:
    for limits, guest, refused in ((SHARED, "anna", True), (AT_HOME, "bea", False)):
        handlers = Handlers(held, limits)  # type: ignore[arg-type]
        first = handlers.send(DREAM, NEW, asking(guest, tab="tab1"))
        next(first)
        second = next(handlers.send("Another dream.", NEW, asking(guest, tab="tab2")))
        assert (words("hint", "one_at_a_time") in second.hint) is refused
        handlers.running.abandon_all_of(guest)
        list(first)


def test_after_so_many_messages_a_minute_a_visitor_waits_and_the_owner_does_not(library_dir: Path) -> None:
    handlers = Handlers(warm_companion(library_dir), SHARED)
    for visitor, owner in (("somebody quick", False), ("the owner, quick", True)):
        guest = asking(visitor, owner)
        for _ in range(SHARED.messages_a_minute):
            refused = handlers._refusal(guest.request.scope[SCOPE_KEY], DREAM)
            assert refused == ""
        shown = list(handlers.send(DREAM, NEW, guest))[-1]
        assert ("You have sent 10 messages within a minute" in shown.hint) is not owner
        assert (handlers.journal.conversations(visitor) == []) is not owner


def test_the_pace_is_each_visitors_own_and_the_minute_passes() -> None:
    now = [100.0]
    pace = Pace(lambda: now[0])
    assert [pace.seconds_to_wait("anna", 2) for _ in range(3)] == [0, 0, MINUTE]
    assert pace.seconds_to_wait("bea", 2) == 0
    now[0] += MINUTE
    assert pace.seconds_to_wait("anna", 2) == 0


def test_through_a_link_messages_are_shorter(library_dir: Path) -> None:
    handlers = Handlers(warm_companion(library_dir), SHARED)
    shown = list(handlers.send("x" * (SHARED.characters + 1), NEW, asking("wordy")))[-1]
    assert "4,001 characters, and one message can hold 4,000" in shown.hint
    assert handlers.journal.conversations("wordy") == []


def test_another_reply_counts_too_and_what_is_refused_stays(library_dir: Path) -> None:
    handlers = Handlers(warm_companion(library_dir), SHARED)
    guest = asking("somebody who asks again")
    shown = list(handlers.send(DREAM, NEW, guest))[-1]
    for _ in range(SHARED.messages_a_minute - 1):
        assert handlers._refusal(guest.request.scope[SCOPE_KEY], DREAM) == ""
    last_turn = shown.conversation.rpartition('data-turn="')[2].partition('"')[0]
    again = list(handlers.again(shown.conversation_id, last_turn, guest))[-1]
    assert "Your words are kept" in again.hint and again.conversation == shown.conversation
