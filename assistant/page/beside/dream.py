"""One dream: what was told and said, the dreamer's own words about it, the note to take away, and its deletion."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from assistant.companion import Companion
from assistant.journal import KeptConversation
from assistant.journal.records import OwnWords
from assistant.page.beside.frame import Form, form, led_to, page, shown, text_in
from assistant.page.beside.journal import DAYS, day_in
from assistant.page.beside.recurring import sign_of
from assistant.page.dates import long_day
from assistant.page.guests import Guest
from assistant.page.running import RunningReplies
from assistant.page.shown import ShownTurn, from_journal
from assistant.page.wording import words
from knowledge.errors import UsageError

MOST_OF_A_NOTE = 8_000  # characters
TITLE_WORDS = 9  # of a dream that was given no title, as it is named then


def title_of(kept: KeptConversation) -> str:
    """The dreamer's title, else the telling's first words."""
    if kept.own.title:
        return kept.own.title
    told = re.split(r"(?<=[.!?…])\s|\n", kept.turns[0].message.strip(), maxsplit=1)[0] if kept.turns else ""
    first = told.split()
    return " ".join(first[:TITLE_WORDS]) + ("…" if len(first) > TITLE_WORDS else "")


def tab_name(kept: KeptConversation) -> str:
    """What the browser's tab says. Browsers write that to their history, so it has no word of the dream."""
    return words("dream_of", day=long_day(night_of(kept)))


class Written(NamedTuple):
    """What stands in the form of a dream: the dreamer's own words, and the night as it was written."""

    own: OwnWords
    night: str


def night_of(kept: KeptConversation) -> date:
    """The day on which the dreamer woke from it."""
    return kept.night or kept.created.astimezone().date()


def routes(companion: Companion, running: RunningReplies) -> list[Route]:
    """The pages of one dream; ``running`` are the replies that are being written."""
    journal = companion.journal

    def kept_of(request: Request, guest: Guest) -> KeptConversation:
        return journal.conversation(guest.visitor, int(request.path_params["id"]))

    def dream(request: Request, guest: Guest) -> Response:
        kept = kept_of(request, guest)
        return _dream(request, guest, companion, kept, Written(kept.own, night_of(kept).isoformat()))

    def keep(request: Request, guest: Guest, given: Form) -> Response:
        kept = kept_of(request, guest)
        own = OwnWords(
            title=text_in(given, "title", 120),
            day_before=day if (day := text_in(given, "day_before")) in DAYS else "",
            felt_on_waking=text_in(given, "felt_on_waking", 300),
            felt_after=text_in(given, "felt_after", 300),
            note=text_in(given, "note", MOST_OF_A_NOTE),
        )
        written = Written(own, text_in(given, "night", 20))
        try:
            night = day_in(given) or night_of(kept)
        except UsageError as error:
            return _dream(request, guest, companion, kept, written, trouble=str(error))
        there = (kept.own, night_of(kept))
        if (own, night) == there:
            return led_to(f"/dream/{kept.id}")
        is_still = given.get("seen") == _seen(kept)
        if not is_still or not journal.dreams.set_own(guest.visitor, kept.id, own, night, if_still=there):
            kept = kept_of(request, guest)
            return _dream(request, guest, companion, kept, written, changed_meanwhile=True)
        return led_to(f"/dream/{kept.id}?kept#own")

    def card(request: Request, guest: Guest) -> Response:
        kept = kept_of(request, guest)
        return shown(
            request, "card", tab_name(kept), kept=kept, name=title_of(kept), note=_note(companion, guest, kept)
        )

    def markdown(request: Request, guest: Guest) -> Response:
        kept = kept_of(request, guest)
        text = f"# {title_of(kept)}\n\n{long_day(night_of(kept))}\n\n{_note(companion, guest, kept)}\n"
        disposition = f'attachment; filename="dream-{kept.night}.md"'
        return PlainTextResponse(text, media_type="text/markdown", headers={"Content-Disposition": disposition})

    def ask_delete(request: Request, guest: Guest) -> Response:
        kept = kept_of(request, guest)
        return shown(request, "delete_dream", words("dream", "delete"), kept=kept, name=title_of(kept))

    def delete(request: Request, guest: Guest, _given: Form) -> Response:
        kept = kept_of(request, guest)
        running.abandon_all_of(guest.visitor, kept.id)
        journal.delete_conversation(guest.visitor, kept.id)
        return led_to("/journal")

    return [
        page("/dream/{id:int}", dream),
        form("/dream/{id:int}", keep),
        page("/dream/{id:int}/card", card),
        page("/dream/{id:int}/note.md", markdown),
        page("/dream/{id:int}/delete", ask_delete),
        form("/dream/{id:int}/delete", delete),
    ]


def _dream(
    request: Request,
    guest: Guest,
    companion: Companion,
    kept: KeptConversation,
    written: Written,
    *,
    changed_meanwhile: bool = False,
    trouble: str = "",
) -> Response:
    """The page of a dream; ``written`` is what stands in the form, which neither another tab nor a slip must wipe away."""
    articles = companion.library.articles()
    turns = [from_journal(number, turn, articles) for number, turn in enumerate(kept.turns, start=1)]
    return shown(
        request,
        "dream",
        tab_name(kept),
        status=409 if changed_meanwhile else 400 if trouble else 200,
        kept=kept,
        own=written.own,
        night=written.night,
        today=datetime.now().date().isoformat(),
        trouble=trouble,
        seen=_seen(kept),
        turns=turns,
        is_answered=any(_is_answered(turn) for turn in turns),
        sign_of=sign_of,
        marks=companion.journal.dreams.marks(guest.visitor, kept.id),
        articles=articles,
        days=DAYS,
        changed_meanwhile=changed_meanwhile,
        is_new="written" in request.query_params,
        was_kept="kept" in request.query_params,
    )


def _is_answered(turn: ShownTurn) -> bool:
    return bool(turn.units)


def _note(companion: Companion, guest: Guest, kept: KeptConversation) -> str:
    """The dreamer's note, else the one that the conversation gives."""
    return kept.own.note or companion.note_of(guest.visitor, kept.id)


def _seen(kept: KeptConversation) -> str:
    """Tells whether a dream's own words are still those that a form was filled with."""
    return hashlib.sha256(repr(replace(kept, turns=(), corrections=())).encode()).hexdigest()[:16]
