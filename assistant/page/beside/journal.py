"""The journal: one box to write a dream down, the dreams by month, and a search by words and by meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.companion import MOST_CHARACTERS, Companion
from assistant.journal.dreams import Entry
from assistant.page.beside.frame import Form, form, led_to, page, shown, text_in
from assistant.page.beside.sealed import Sealed
from assistant.page.dates import month_of
from assistant.page.dates import weekday as weekday_name
from assistant.page.guests import Guest
from assistant.page.wording import words
from assistant.words import content_stems
from knowledge.errors import UsageError

A_PAGE = 40  # dreams
MOST_FOUND = 60
MEANS_THE_SAME = 0.3  # cosine from which on a dream is shown for what it means; see CONTRIBUTING.md
DAYS = ("ordinary", "hard", "good", "unusual")
_MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_PLACE = re.compile(r"(\d{4}-\d\d-\d\d)~(\d{1,9})", re.ASCII)


class Month(NamedTuple):
    """The dreams of one month."""

    name: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which dreams are listed: those of a month, after one kind of day, or of one day of the week."""

    told: str
    fits: Callable[[date, str], bool]


def by_month(entries: Iterable[Entry]) -> list[Month]:
    """The dreams under the months of their nights, in the order in which they come."""
    return [Month(name, list(some)) for name, some in groupby(entries, lambda entry: month_of(entry.night))]


def routes(companion: Companion) -> list[Route]:
    """The pages of the journal."""
    dreams = companion.journal.dreams
    sealed = Sealed()

    def journal(request: Request, guest: Guest) -> Response:
        if chosen := _filter(request):
            ids = [id for id, night, day in dreams.nights(guest.visitor) if chosen.fits(night, day)][::-1]
            entries = dreams.entries_of(guest.visitor, ids[:MOST_FOUND])
            listed = [entries[id] for id in ids if id in entries]
            return _listed(request, listed, told=chosen.told, count=len(ids))
        return latest(request, guest)

    def latest(request: Request, guest: Guest, written: str = "", trouble: str = "") -> Response:
        before = _place_in(request.query_params.get("before", ""))
        listed = dreams.entries(guest.visitor, count=A_PAGE + 1, before=before)
        more, listed = listed[A_PAGE:], listed[:A_PAGE]
        last = f"{listed[-1].night.isoformat()}~{listed[-1].id}" if more else ""
        count = dreams.count(guest.visitor)
        return _listed(request, listed, count=count, more=last, written=written, trouble=trouble)

    def write(request: Request, guest: Guest, given: Form) -> Response:
        written = given.get("dream")
        told = written.strip() if isinstance(written, str) else ""
        try:
            _check(told)
            night = day_in(given)
        except UsageError as error:
            return latest(request, guest, told, str(error))
        conversation = companion.journal.start_conversation(guest.visitor)
        companion.journal.record_message(guest.visitor, conversation, told)
        if night:
            dreams.set_night(guest.visitor, conversation, night)
        companion.recurring.later(guest.visitor)
        return led_to(f"/dream/{conversation}?written")

    def ask(_request: Request, guest: Guest, given: Form) -> Response:
        asked = sealed.seal(guest.visitor, text_in(given, "q", 300))
        return led_to(f"/journal/found?{urlencode({'asked': asked})}")

    def found(request: Request, guest: Guest) -> Response:
        asked = sealed.opened(guest.visitor, request.query_params.get("asked", ""))
        what = search(companion, guest.visitor, asked) if asked else Found([], [])
        return shown(request, "found", words("journal", "search"), asked=asked, found=what)

    return [
        page("/journal", journal),
        form("/journal", write),
        form("/journal/search", ask),
        page("/journal/found", found),
    ]


def _place_in(written: str) -> tuple[date, int] | None:
    """The night and id of the dream after which a list goes on."""
    place = _PLACE.fullmatch(written)
    try:
        return (date.fromisoformat(place[1]), int(place[2])) if place else None
    except ValueError:
        return None


def _check(told: str) -> None:
    """Raises UsageError where there is nothing to write down, or more than one message can hold."""
    if not told:
        raise UsageError(words("journal", "blank"))
    if len(told) > MOST_CHARACTERS:
        raise UsageError(words("journal", "too_long", count=f"{len(told):,}", most=f"{MOST_CHARACTERS:,}"))


def day_in(given: Form, name: str = "night") -> date | None:
    """The day in a field; None where it was left empty. Raises UsageError for what is no day, or lies ahead."""
    written = text_in(given, name, 20)
    if not written:
        return None
    try:
        night = date.fromisoformat(written)
    except ValueError as error:
        raise UsageError(words("journal", "no_day", written=written)) from error
    if night > datetime.now().date():
        raise UsageError(words("journal", "ahead", written=written))
    return night


class Found(NamedTuple):
    """What a search found: the dreams that hold the words, and those that mean something like it."""

    by_words: list[Entry]
    by_meaning: list[Entry]


def search(companion: Companion, visitor: str, asked: str) -> Found:
    """The visitor's dreams that hold all the words, newest first, and of the others those that mean something like it, nearest first.

    Before the models are loaded there is only the search by words.
    """
    dreams = companion.journal.dreams
    by_words = dreams.with_words(visitor, asked.split())[:MOST_FOUND]
    near = companion.recurring.alike(visitor, asked) if companion.warm and content_stems(asked) else []
    by_meaning = [id for id, likeness in near if likeness >= MEANS_THE_SAME and id not in by_words]
    by_meaning = by_meaning[: MOST_FOUND // 4]
    entries = dreams.entries_of(visitor, [*by_words, *by_meaning])
    return Found(*([entries[id] for id in ids if id in entries] for ids in (by_words, by_meaning)))


def _listed(
    request: Request,
    entries: list[Entry],
    *,
    count: int,
    told: str = "",
    more: str = "",
    written: str = "",
    trouble: str = "",
) -> Response:
    """The journal; ``written`` is what was to be written down, and ``trouble`` why it could not be."""
    return shown(
        request,
        "journal",
        words("journal", "heading"),
        status=400 if trouble else 200,
        months=by_month(entries),
        count=count,
        told=told,
        more=more,
        written=written,
        trouble=trouble,
        today=datetime.now().date().isoformat(),
    )


def _filter(request: Request) -> Filter | None:
    asked = request.query_params
    if month := _MONTH.fullmatch(asked.get("month", "")):
        year, number = int(month[1]), int(month[2])
        if 1 <= number <= 12 and year >= 1:
            name = month_of(date(year, number, 1))
            return Filter(name, lambda night, _day: (night.year, night.month) == (year, number))
    if asked.get("weekday", "") in tuple("0123456"):
        number = int(asked["weekday"])
        told = words("journal", "on_a", day=weekday_name(number))
        return Filter(told, lambda night, _day: night.weekday() == number)
    if (day := asked.get("day", "")) in DAYS:
        return Filter(words("journal", "after_a", day=words("days", day)), lambda _night, before: before == day)
    return None
