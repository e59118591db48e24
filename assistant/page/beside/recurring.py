"""What recurs over time: months, days of the week, the days before, and what dreams hold, each point leading to its dreams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.companion import Companion
from assistant.journal.dreams import Marked, MarkKind
from assistant.page.beside.frame import page, shown
from assistant.page.beside.journal import DAYS, MOST_FOUND, by_month
from assistant.page.guests import Guest
from assistant.page.wording import words
from assistant.recurring import IN_MOST_DREAMS
from assistant.words import stem
from knowledge.types import Article

MOST_MONTHS = 24  # that the plots go back
MOST_NAMED = 12  # of each kind
FEWEST = 2  # dreams that hold it, or it does not recur
HOW_COMMON = "how-common"  # the section in which an article says how many people dream so


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a plot: how many dreams, as a share of the highest bar, and where it leads."""

    name: str
    count: int
    share: float
    address: str


@dataclass(frozen=True, slots=True)
class Strand:
    """Something that recurs, with its dreams month by month."""

    name: str
    count: int
    address: str
    months: tuple[Bar, ...]
    first: date
    last: date
    article: Article | None = None
    common: str = ""
    common_sources: tuple[str, ...] = ()


def routes(companion: Companion) -> list[Route]:
    """The pages of what recurs."""
    dreams = companion.journal.dreams

    def recurring(request: Request, guest: Guest) -> Response:
        companion.recurring.later(guest.visitor)
        nights = dreams.nights(guest.visitor)
        months = _months(night for _, night, _ in nights)
        strands = _strands(dreams.marks(guest.visitor), months, companion.library.articles())
        return shown(
            request,
            "recurring",
            words("recurring", "heading"),
            count=len(nights),
            unread=companion.recurring.unread(guest.visitor),
            plots=_plots(nights, months),
            strands=strands,
        )

    def strand(request: Request, guest: Guest) -> Response:
        kind, name = request.path_params["kind"], request.path_params["name"]
        held = [mark for mark in dreams.marks(guest.visitor) if mark.kind == kind and _key(mark) == _key_of(kind, name)]
        ids = [mark.conversation for mark in reversed(held)]
        found = dreams.entries_of(guest.visitor, ids[:MOST_FOUND])
        article = companion.library.articles().get(name) if kind == MarkKind.THEME else None
        shown_name = article.title if article else name
        common, sources = _how_common(article)
        return shown(
            request,
            "strand",
            shown_name,
            name=shown_name,
            kind=kind,
            months=by_month(found[id] for id in dict.fromkeys(ids) if id in found),
            count=len(set(ids)),
            article=article,
            common=common,
            sources=sources,
        )

    return [page("/recurring", recurring), page("/recurring/{kind}/{name}", strand)]


def _month_of(night: date) -> str:
    return f"{night:%Y-%m}"


def _months(nights: Iterable[date]) -> list[str]:
    """The months from the first dream to the last, without a gap, at most MOST_MONTHS."""
    there = sorted(set(map(_month_of, nights)))
    if not there:
        return []
    year, month = map(int, there[0].split("-"))
    found = []
    while (name := f"{year:04}-{month:02}") <= there[-1]:
        found.append(name)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found[-MOST_MONTHS:]


def _plots(nights: Sequence[tuple[int, date, str]], months: Sequence[str]) -> dict[str, tuple[Bar, ...]]:
    """How many dreams there were in each month, on each day of the week, and after each kind of day."""
    weekdays = {str(number): f"{date(2024, 1, 1 + number):%A}" for number in range(7)}
    return {
        "months": _plot(
            Counter(_month_of(night) for _, night, _ in nights),
            {month: (_month_name(month), f"/journal?month={month}") for month in months},
        ),
        "weekdays": _plot(
            Counter(str(night.weekday()) for _, night, _ in nights),
            {number: (name, f"/journal?weekday={number}") for number, name in weekdays.items()},
        ),
        "days": _plot(
            Counter(day for _, _, day in nights if day),
            {day: (words("days", day), f"/journal?day={day}") for day in DAYS},
        ),
    }


def _plot(counts: Mapping[str, int], addresses: Mapping[str, tuple[str, str]]) -> tuple[Bar, ...]:
    """A bar for each of ``addresses``, which holds its name and where it leads."""
    highest = max((counts.get(key, 0) for key in addresses), default=0)
    return tuple(
        Bar(name, counts.get(key, 0), counts.get(key, 0) / highest if highest else 0.0, address)
        for key, (name, address) in addresses.items()
    )


def _month_name(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01'):%b %Y}"


def _strands(
    marks: Sequence[Marked], months: Sequence[str], articles: Mapping[str, Article]
) -> dict[MarkKind, list[Strand]]:
    """What recurs, by kind, most first."""
    held: dict[MarkKind, dict[str, list[Marked]]] = {kind: {} for kind in MarkKind}
    for mark in marks:
        if mark.name in IN_MOST_DREAMS:
            continue
        held[mark.kind].setdefault(_key(mark), []).append(mark)
    return {
        kind: [
            _strand(kind, some, months, articles)
            for some in sorted(strands.values(), key=lambda some: -_count(some))[:MOST_NAMED]
            if _count(some) >= FEWEST
        ]
        for kind, strands in held.items()
    }


def _count(marks: Sequence[Marked]) -> int:
    return len({mark.conversation for mark in marks})


def _strand(kind: MarkKind, marks: Sequence[Marked], months: Sequence[str], articles: Mapping[str, Article]) -> Strand:
    name = Counter(mark.name for mark in marks).most_common(1)[0][0]
    article = articles.get(name) if kind is MarkKind.THEME else None
    address = f"/recurring/{kind.value}/{quote(name, safe='')}"
    by_month = Counter(_month_of(night) for night in {mark.conversation: mark.night for mark in marks}.values())
    common, sources = _how_common(article)
    return Strand(
        article.title if article else name,
        _count(marks),
        address,
        _plot(by_month, {month: (_month_name(month), f"{address}#{month}") for month in months}),
        marks[0].night,
        marks[-1].night,
        article,
        common,
        sources,
    )


def _how_common(article: Article | None) -> tuple[str, tuple[str, ...]]:
    """How common the theme is among people, as the library says it, and the studies behind it."""
    section = next((one for one in article.sections if one.id.endswith(f"/{HOW_COMMON}")), None) if article else None
    if section is None or not section.readings:
        return "", ()
    said = [reading.rests_on for reading in section.readings]
    return next((one for one in said if any(map(str.isdigit, one))), said[0]), section.sources


def _key(mark: Marked) -> str:
    return _key_of(mark.kind, mark.name)


def _key_of(kind: str, name: str) -> str:
    """What counts as the same: an article, or a word in whatever number."""
    return name if kind == MarkKind.THEME else stem(name)
