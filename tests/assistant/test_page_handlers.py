"""What the page does, handler by handler, with the real companion behind it and its built-in voice."""

from __future__ import annotations

import logging
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.companion import Companion
from assistant.page import running
from assistant.page.arriving import arriving
from assistant.page.guests import SCOPE_KEY, Guest
from assistant.page.handlers import NEW, Handlers, Shown
from assistant.page.limits import MOST_CHARACTERS
from assistant.page.owner import OwnerHandlers
from assistant.page.page import build_page
from assistant.page.sharing import Sharing
from assistant.page.tabs import Here
from assistant.page.wording import words
from assistant.quiet_log import log_without_words
from assistant.types import Event, Notice
from knowledge.errors import StorageError, UsageError
from tests.endpoint import Endpoint, say, status
from tests.warm_companion import warm_companion, with_endpoint

DREAM = "I was running from a man and my legs would not move at all."


def asking(visitor: str, owner: bool = False, tab: str = "tab1") -> Any:
    """A request as the door hands it to Gradio."""
    return SimpleNamespace(request=SimpleNamespace(scope={SCOPE_KEY: Guest(visitor, owner)}), session_hash=tab)


@pytest.fixture(scope="module")
def companion(library_dir: Path) -> Companion:
    return warm_companion(library_dir)


@pytest.fixture
def handlers(companion: Companion) -> Handlers:
    return Handlers(companion)


@pytest.fixture
def anna(request: pytest.FixtureRequest) -> Any:
    """A visitor of this test's own."""
    return asking(f"anna in {request.node.name}")


def visitor_of(request: Any) -> str:
    return str(request.request.scope[SCOPE_KEY].visitor)


def last(shown: Iterator[Shown]) -> Shown:
    return list(shown)[-1]


def tell(handlers: Handlers, request: Any, message: str = DREAM, conversation: str = NEW) -> Shown:
    return last(handlers.send(message, conversation, request))


def state(shown: Shown) -> str:
    return shown.conversation.partition('data-state="')[2].partition('"')[0]


def last_turn(shown: Shown) -> str:
    """Which turn the page shows as the last."""
    return shown.conversation.rpartition('data-turn="')[2].partition('"')[0]


def opened(handlers: Handlers, request: Any, number: str) -> Shown:
    return last(handlers.open_earlier(SimpleNamespace(number=number), request))


# ---- talking ----


def test_a_dream_is_shown_at_once_and_answered_piece_by_piece(handlers: Handlers, anna: Any) -> None:
    shown = list(handlers.send(DREAM, NEW, anna))
    assert DREAM in shown[0].conversation
    states = [state(each) for each in shown]
    assert states == sorted(states, reverse=True) and states.count("replying") >= 4 and states[-1] == "done"
    assert 'class="mark"' in shown[-1].conversation and 'class="question"' in shown[-1].conversation
    assert "<mark>" in shown[-1].behind
    kept = handlers.journal.conversation(visitor_of(anna), int(shown[-1].conversation_id))
    assert [turn.message for turn in kept.turns] == [DREAM]


def test_an_answer_goes_on_with_the_same_conversation(handlers: Handlers, anna: Any) -> None:
    first = tell(handlers, anna)
    second = tell(handlers, anna, "They felt heavy, like lead.", first.conversation_id)
    assert second.conversation_id == first.conversation_id
    assert second.conversation.count('class="turn"') == 2


def test_a_reload_shows_the_conversation_as_it_was(handlers: Handlers, anna: Any) -> None:
    told = tell(handlers, anna)
    for remembered in (told.conversation_id, "", "not a number", "99999999"):
        again = last(handlers.load(remembered, anna))
        assert (again.conversation, again.behind) == (told.conversation, told.behind)
    assert state(last(handlers.load(NEW, anna))) == "welcome"


@pytest.mark.parametrize("blank", ["", "   ", "\n\t\n", "\u2003"])
def test_nothing_is_sent_for_a_blank_message(handlers: Handlers, anna: Any, blank: str) -> None:
    shown = tell(handlers, anna, blank)
    assert words("hint", "blank") in shown.hint
    assert state(shown) == "welcome"
    assert handlers.journal.conversations(visitor_of(anna)) == []


def test_a_message_that_is_too_long_is_told_in_figures_and_not_kept(handlers: Handlers, anna: Any) -> None:
    shown = tell(handlers, anna, "x" * (MOST_CHARACTERS + 1))
    assert "That is 20,001 characters, and one message can hold 20,000." in shown.hint
    assert handlers.journal.conversations(visitor_of(anna)) == []


def test_a_message_of_any_characters_is_taken(handlers: Handlers, anna: Any) -> None:
    shown = tell(handlers, anna, "I dreamed of \ud800 and \x00 <b>\u202e שלום 👋🏽 {{x}}")
    assert state(shown) == "done"
    assert "I dreamed of ? and" in shown.conversation


# ---- again, edit, undo ----


def test_another_reply_takes_the_place_of_the_last(handlers: Handlers, anna: Any) -> None:
    told = tell(handlers, anna)
    again = last(handlers.again(told.conversation_id, last_turn(told), anna))
    assert again.conversation.count('class="turn"') == 1 and state(again) == "done"
    assert len(handlers.journal.conversation(visitor_of(anna), int(told.conversation_id)).turns) == 1


def test_edit_gives_the_words_back_into_the_box(handlers: Handlers, anna: Any) -> None:
    told = tell(handlers, anna, "My <b>legs</b>")
    edited = handlers.edit(told.conversation_id, last_turn(told), anna)
    assert 'data-restore="My &lt;b&gt;legs&lt;/b&gt;"' in edited.hint
    assert state(edited) == "welcome" and edited.conversation_id == told.conversation_id


def test_undo_takes_back_the_last_message_only(handlers: Handlers, anna: Any) -> None:
    first = tell(handlers, anna)
    second = tell(handlers, anna, "Another thing.", first.conversation_id)
    undone = handlers.undo(first.conversation_id, last_turn(second), anna)
    assert undone.conversation == first.conversation
    assert 'data-restore=""' in undone.hint
    handlers.undo(first.conversation_id, last_turn(first), anna)
    assert words("hint", "nothing_to_take_back") in handlers.undo(first.conversation_id, "", anna).hint


def test_nothing_is_taken_back_that_this_tab_does_not_show(handlers: Handlers, anna: Any) -> None:
    first = tell(handlers, anna)
    elsewhere = asking(visitor_of(anna), tab="tab2")
    second = tell(handlers, elsewhere, "Another thing.", first.conversation_id)
    for act in (handlers.edit, handlers.undo):
        shown = act(first.conversation_id, last_turn(first), anna)
        assert words("hint", "went_on") in shown.hint and shown.conversation == second.conversation
    assert words("hint", "went_on") in last(handlers.again(first.conversation_id, last_turn(first), anna)).hint
    handlers.undo(first.conversation_id, last_turn(second), elsewhere)
    third = tell(handlers, elsewhere, "Something else.", first.conversation_id)
    assert handlers.undo(first.conversation_id, last_turn(second), anna).conversation == third.conversation


def test_a_new_conversation_keeps_the_old_one_within_reach(handlers: Handlers, anna: Any) -> None:
    told = tell(handlers, anna)
    assert state(handlers.new(anna)) == "welcome"
    assert f'data-open="{told.conversation_id}"' in handlers.earlier(NEW, anna)
    assert "aria-current" not in handlers.earlier(NEW, anna)
    assert f'data-open="{told.conversation_id}" aria-current="true"' in handlers.earlier(told.conversation_id, anna)
    assert opened(handlers, anna, told.conversation_id).conversation == told.conversation


# ---- whose it is ----


def test_nobody_reaches_another_visitors_conversation(handlers: Handlers, anna: Any) -> None:
    told = tell(handlers, anna)
    number = told.conversation_id
    bert = asking("bert " + visitor_of(anna))
    assert state(last(handlers.load(number, bert))) == "welcome"
    assert words("earlier", "none") in handlers.earlier(number, bert)
    assert state(opened(handlers, bert, number)) == "welcome"
    for act in (handlers.edit, handlers.undo):
        assert "from a man" not in str(act(number, last_turn(told), bert))
    assert "from a man" not in str(handlers.forget_conversation(number, bert))
    assert "from a man" not in str(list(handlers.again(number, last_turn(told), bert)))
    elsewhere = tell(handlers, bert, "Mine.", number)
    assert elsewhere.conversation_id != number and "from a man" not in elsewhere.conversation
    handlers.forget_everything(bert)
    assert last(handlers.load(number, anna)).conversation == told.conversation


# ---- stopping ----


def test_a_reply_can_be_stopped_and_what_was_said_stays(companion: Companion, anna: Any) -> None:
    with Endpoint(
        say("HEARD: Your legs would not move.\n", *["QUESTION: What was behind you"] * 12, delay=0.2)
    ) as endpoint:
        handlers = Handlers(with_endpoint(companion, endpoint.base_url))
        replying = handlers.send(DREAM, NEW, anna)
        first = next(replying)
        while "Your legs would not move." not in next(replying).conversation:
            continue
        handlers.stop(anna)
        shown = last(replying)
    assert state(shown) == "stopped" and words("reply", "stopped") in shown.conversation
    assert "Your legs would not move." in shown.conversation
    assert handlers.journal.conversation(visitor_of(anna), int(first.conversation_id)).turns[0].message == DREAM


def test_stopping_reaches_only_the_tab_it_was_asked_in(handlers: Handlers, anna: Any) -> None:
    replying = handlers.send(DREAM, NEW, anna)
    next(replying)
    next(replying)
    handlers.stop(asking(visitor_of(anna), tab="another"))
    handlers.stop(asking("bert"))
    assert state(last(replying)) == "done"


class Hesitating:
    """A companion that waits, before the second event of a reply, until it may go on or is stopped."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self.may_go_on = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._companion, name)

    def respond(self, *what: Any, stop: threading.Event, **how: Any) -> Iterator[Event]:
        for number, event in enumerate(self._companion.respond(*what, stop=stop, **how)):
            while number == 1 and not stop.wait(0.01) and not self.may_go_on.is_set():
                pass
            yield event


@pytest.fixture
def hesitating(companion: Companion) -> Iterator[Handlers]:
    handlers = Handlers(Hesitating(companion))  # type: ignore[arg-type]
    yield handlers
    handlers.running.stop_all()


def in_background(shown: Iterator[Shown]) -> tuple[list[Shown], threading.Thread]:
    """What a handler shows, gathered while the test goes on."""
    found: list[Shown] = []
    thread = threading.Thread(target=lambda: found.extend(shown), daemon=True)
    thread.start()
    return found, thread


@pytest.mark.parametrize("turned_to", ["new", "earlier", "forget one", "forget all"])
def test_what_the_person_turns_to_is_not_overwritten_by_the_reply_before(
    hesitating: Handlers, anna: Any, turned_to: str
) -> None:
    replying = hesitating.send(DREAM, NEW, anna)
    number = next(replying).conversation_id
    next(replying)
    rest, thread = in_background(replying)
    if turned_to == "new":
        shown = hesitating.new(anna)
    elif turned_to == "earlier":
        shown = opened(hesitating, anna, NEW)
    elif turned_to == "forget one":
        shown = hesitating.forget_conversation(number, anna)
    else:
        shown = hesitating.forget_everything(anna)
    assert state(shown) == "welcome"
    thread.join(5)
    assert not thread.is_alive() and rest == []


def test_a_reload_amid_a_reply_shows_it_when_it_is_finished(hesitating: Handlers, anna: Any) -> None:
    replying = hesitating.send(DREAM, NEW, anna)
    told = next(replying)
    next(replying)
    hesitating.leave(anna)
    replying.close()  # type: ignore[attr-defined]
    reloaded = hesitating.load(told.conversation_id, asking(visitor_of(anna), tab="tab2"))
    assert state(next(reloaded)) == "replying"
    hesitating.companion.may_go_on.set()  # type: ignore[attr-defined]
    shown = last(reloaded)
    assert state(shown) == "done" and 'class="question"' in shown.conversation
    assert not hesitating.running.any


def test_a_reply_for_which_nobody_comes_back_is_ended(
    hesitating: Handlers, anna: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SECONDS_TO_COME_BACK", 0.05)
    replying = hesitating.send(DREAM, NEW, anna)
    told = next(replying)
    next(replying)
    reply = hesitating.running.of(Guest(visitor_of(anna)), int(told.conversation_id))
    hesitating.leave(anna)
    assert reply is not None and reply.written.wait(5)
    assert list(replying) == [] and not hesitating.running.any


def test_a_stopped_reply_says_so_after_a_reload_too(hesitating: Handlers, anna: Any) -> None:
    hesitating.companion.may_go_on.set()  # type: ignore[attr-defined]
    replying = hesitating.send(DREAM, NEW, anna)
    while 'class="reply">\n<p' not in (shown := next(replying)).conversation:
        pass
    hesitating.stop(anna)
    last(replying)
    reply = hesitating.running.of(Guest(visitor_of(anna)), int(shown.conversation_id))
    assert reply is None or reply.written.wait(5)
    reloaded = last(hesitating.load(shown.conversation_id, anna))
    if 'class="question"' not in reloaded.conversation:
        assert state(reloaded) == "stopped" and words("reply", "stopped") in reloaded.conversation


def test_events_keep_arriving_while_one_waits_and_stop_ends_the_wait_at_once() -> None:
    released = threading.Event()

    def slow() -> Iterator[Event]:
        yield Notice("waiting", "one")
        released.wait(10)
        yield Notice("waiting", "two")

    stop = threading.Event()
    came = arriving(slow(), stop, seconds=0.01)
    assert next(came) == Notice("waiting", "one")
    assert next(came) is None
    stop.set()
    assert list(came) == []
    released.set()


def test_what_a_reply_raises_arrives_too() -> None:
    def failing() -> Iterator[Event]:
        yield Notice("waiting", "one")
        raise StorageError("The disk is full.")

    came = arriving(failing(), threading.Event())
    assert next(came) == Notice("waiting", "one")
    with pytest.raises(StorageError, match="The disk is full"):
        next(came)


# ---- failures ----


def test_a_model_that_fails_is_told_and_the_built_in_voice_can_answer(companion: Companion, anna: Any) -> None:
    with Endpoint(status(500, "broken")) as endpoint:
        handlers = Handlers(with_endpoint(companion, endpoint.base_url))
        failed = tell(handlers, anna)
        assert state(failed) == "failed" and 'role="alert"' in failed.conversation and DREAM in failed.conversation
        failed = last(handlers.again(failed.conversation_id, last_turn(failed), anna))
        assert state(failed) == "failed"
        answered = last(handlers.let_built_in_answer(failed.conversation_id, last_turn(failed), anna))
    assert state(answered) == "done" and answered.conversation.count('class="turn"') == 1


def test_words_that_could_not_be_kept_go_back_into_the_box_and_the_owner_alone_is_told_of_the_folder(
    handlers: Handlers, anna: Any, caplog: pytest.LogCaptureFixture
) -> None:
    journal = handlers.companion.settings.data_dir / "journal.sqlite3"
    with closing(sqlite3.connect(journal)) as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON turns BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
        try:
            shown, owners = tell(handlers, anna), tell(handlers, asking("olga", owner=True))
        finally:
            database.execute("DROP TRIGGER full")
    assert all(f'data-restore="{DREAM}"' in each.hint for each in (shown, owners))
    assert f"The journal {journal} cannot be used: database or disk is full." in owners.hint
    assert "cannot be read or written just now" in shown.hint and str(journal.parent) not in shown.hint
    assert f"The journal {journal} cannot be used" in caplog.text and DREAM not in caplog.text
    assert state(shown) == "welcome"
    assert state(tell(handlers, anna, DREAM, shown.conversation_id)) == "done"


def test_a_failure_of_our_own_is_told_kindly_and_logged_without_words(
    companion: Companion, anna: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Deaf:
        def hear(self, message: str) -> Any:
            raise RuntimeError(f"cannot hear {message}")

    broken = Companion(
        companion.settings,
        companion.library,
        companion.journal,
        companion._answering,
        replace(companion._readers, ear=Deaf()),  # type: ignore[arg-type]
        companion._nevers,
    )
    broken._warm.set()
    shown = tell(Handlers(broken), anna)
    assert state(shown) == "failed" and words("reply", "unexpected") in shown.conversation.replace("&#39;", "'")
    assert "RuntimeError" in caplog.text and "my legs" not in caplog.text


def test_a_failure_is_logged_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("my secret dream")
    except ValueError as error:
        log_without_words(logging.getLogger("test"), error)
    assert "ValueError" in caplog.text and "test_page_handlers" in caplog.text
    assert "ValueError: my" not in caplog.text and "(my secret" not in caplog.text


def test_the_first_reading_of_the_library_says_how_far_it_is(handlers: Handlers, anna: Any) -> None:
    reading = Handlers(Companion.open(handlers.companion.settings))
    reading.companion._progress = (40, 300)
    replying = reading.send(DREAM, NEW, anna)
    shown = [next(replying), next(replying)]
    while "40 of 300" not in shown[-1].conversation:
        shown.append(next(replying))
    reading.companion._progress = (300, 300)
    while words("reply", "almost_ready") not in shown[-1].conversation:
        shown.append(next(replying))
    reading.stop(anna)
    assert state(last(replying)) == "stopped"


# ---- forgetting ----


def test_one_conversation_is_forgotten_and_the_others_stay(handlers: Handlers, anna: Any) -> None:
    one, other = tell(handlers, anna), tell(handlers, anna, "Another dream of water.")
    shown = handlers.forget_conversation(one.conversation_id, anna)
    assert words("forget", "done_one") in shown.hint and state(shown) == "welcome"
    assert [kept.id for kept in handlers.journal.conversations(visitor_of(anna))] == [int(other.conversation_id)]
    assert words("forget", "nothing") in handlers.forget_conversation(one.conversation_id, anna).hint


def test_everything_is_forgotten_to_the_last_byte(handlers: Handlers, anna: Any) -> None:
    tell(handlers, anna, "a dream about xylophonequartz")
    handlers.forget_everything(anna)
    assert handlers.journal.conversations(visitor_of(anna)) == []
    for path in handlers.companion.settings.data_dir.glob("journal.sqlite3*"):
        assert b"xylophonequartz" not in path.read_bytes()


# ---- who answers, and the owner ----


def owners(companion: Companion, tmp_path: Path) -> OwnerHandlers:
    here = Here(datetime(2026, 1, 1, 4, 10))
    return OwnerHandlers(companion, lambda: {"olga": here, "visitor": here}, Sharing(tmp_path))


def test_everybody_is_told_who_answers_and_only_the_owner_may_change_it(companion: Companion, tmp_path: Path) -> None:
    owner = owners(companion, tmp_path)
    line, change, panel = owner.greet(asking("anna"))
    assert words("who", "built_in") in line and 'data-voice="built-in"' in line
    assert (change["visible"], panel["visible"]) == (False, False)
    assert owner.greet(asking("olga", owner=True))[1]["visible"] is True
    for act in (owner.offers, owner.stop_sharing):
        with pytest.raises(UsageError, match="Only the person who runs this companion"):
            act(asking("anna"))
    for choose in (owner.looked_at, owner.choose):
        with pytest.raises(UsageError, match="Only the person who runs this companion"):
            choose("built-in", asking("anna"))
    assert owner.here("", asking("anna"))[0] == ""


def test_what_leaves_the_computer_needs_a_clear_yes(companion: Companion, tmp_path: Path) -> None:
    settings = companion.settings.model_copy(update={"base_url": "http://192.0.2.7:8000/v1", "model": "far-model"})
    far = companion.with_answering(type(companion._answering)(settings), companion.journal, settings)
    owner, olga = owners(far, tmp_path), asking("olga", owner=True)
    offers = {offer.leaves_computer: offer for offer in far.offers()}
    assert owner.offers(olga)[1]["value"] == offers[True].id
    assert words("who", "leaving_short", model="far-model") in owner.greet(olga)[0]
    text, button = owner.looked_at(offers[True].id, olga)
    assert (
        words("who", "leaves", host="192.0.2.7") in text
        and "tokens" in text
        and button["value"] == "Yes, my words may leave this computer"
    )
    text, button = owner.looked_at(offers[False].id, olga)
    assert words("who", "stays") in text and button["value"] == words("who", "use")
    line, panel = owner.choose(offers[False].id, olga)
    assert far.who_answers("olga").voice == "built-in" and panel["visible"] is False
    assert words("who", "built_in") in line
    assert owner.offers(olga)[1]["value"] == offers[False].id
    with pytest.raises(UsageError):
        owner.choose("endpoint http://evil.example model", olga)


def test_the_owner_sees_who_is_here_and_since_when(companion: Companion, tmp_path: Path) -> None:
    shown, stop = owners(companion, tmp_path).here("", asking("olga", owner=True))
    told = re.sub(r"(\s*<[^>]+>\s*)+", "|", shown)
    assert "Here now (2)|You|since Thu 01 Jan, 04:10|A visitor|since Thu 01 Jan, 04:10|" in told
    assert words("owner", "not_sharing") in shown and stop["visible"] is False


def test_the_owner_is_told_how_long_the_link_may_live(companion: Companion, tmp_path: Path) -> None:
    owner, sharing = owners(companion, tmp_path), Sharing(tmp_path)
    owner._sharing, sharing._tunnel = sharing, SimpleNamespace(proc=SimpleNamespace(poll=lambda: None))
    sharing.link, sharing.since = "https://abc.gradio.live", datetime(2026, 1, 1, 4, 10)
    shown, stop = owner.here("", asking("olga", owner=True))
    assert "https://abc.gradio.live" in shown and "Shared since Thu 01 Jan, 04:10." in shown
    assert "may end from Sun 04 Jan, 04:10 on" in " ".join(shown.split())
    assert "over by Thu 08 Jan, 04:10 at the latest" in shown and stop["visible"] is True
    sharing._tunnel.proc.poll = lambda: 1
    assert words("owner", "link_gone") in owner.here("", asking("olga", owner=True))[0]


# ---- the page as a whole ----


def test_every_event_of_the_page_is_private(handlers: Handlers, tmp_path: Path) -> None:
    page = build_page(handlers, owners(handlers.companion, tmp_path))
    events = page.get_config_file()["dependencies"]
    assert len(events) > 15
    assert {event["api_visibility"] for event in events} == {"private"}
    assert page.get_api_info()["named_endpoints"] == {}
