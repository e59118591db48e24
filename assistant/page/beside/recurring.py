"""What recurs over time: months, days of the week, the days before, and what dreams hold, each point leading to its dreams."""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.companion import Companion
from assistant.journal.dreams import Dreams, MarkKind
from assistant.page.beside.frame import page, shown
from assistant.page.beside.journal import DAYS, MOST_FOUND, by_month
from assistant.page.dates import initial_of_month, short_month_of, weekday
from assistant.page.guests import Guest
from assistant.page.wording import words
from assistant.recurring import IN_MOST_DREAMS
from assistant.words import stem
from knowledge.forgetting import remembering
from knowledge.types import Article

MOST_MONTHS = 24  # that the plots go back
MOST_NAMED = 12  # of each kind
FEWEST = 2  # dreams that hold it, or it does not recur
HOW_COMMON = "how-common"  # the section in which an article says how many people dream so

_SECRET = secrets.token_bytes(32)  # of this run


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
    article: Article | None = None
    common: str = ""  # how common the theme is among people

    def to_scale(self, highest: int) -> Strand:
        """The same, with its months as shares of ``highest``."""
        return replace(self, months=tuple(replace(bar, share=bar.count / highest) for bar in self.months))


def routes(companion: Companion) -> list[Route]:
    """The pages of what recurs."""
    dreams = companion.journal.dreams

    def recurring(request: Request, guest: Guest) -> Response:
        companion.recurring.later(guest.visitor)
        articles = companion.library.articles()
        nights = dreams.nights(guest.visitor)
        months = _months(night for _, night, _ in nights)
        strands = _strands(dreams, guest.visitor, months, articles)
        return shown(
            request,
            "recurring",
            words("recurring", "heading"),
            count=len(nights),
            unread=companion.recurring.unread(guest.visitor),
            plots=_plots(nights, months),
            strands=strands,
            initials=[(initial_of_month(_first_day(month)), month[:4]) for month in months],
        )

    def strand(request: Request, guest: Guest) -> Response:
        kind, sign = request.path_params["kind"], request.path_params["sign"]
        meant = [name for _, name, _ in dreams.names(guest.visitor, kind) if sign_of(kind, name) == sign]
        names = dict(dreams.holding(guest.visitor, kind, meant))
        found = dreams.entries_of(guest.visitor, names)
        latest = sorted(found.values(), key=lambda entry: (entry.night, entry.id), reverse=True)[:MOST_FOUND]
        name = _commonest(names.values())
        article = companion.library.articles().get(name) if kind == MarkKind.THEME else None
        common, sources = _how_common(article)
        return shown(
            request,
            "strand",
            words("recurring", "heading"),
            name=article.title if article else name,
            kind=kind,
            months=by_month(latest),
            count=len(found),
            article=article,
            common=common,
            sources=sources,
        )

    return [page("/recurring", recurring), page("/recurring/{kind}/{sign}", strand)]


def _month_of(night: date) -> str:
    return night.isoformat()[:7]


def _months(nights: Iterable[date]) -> list[str]:
    """The months from the first dream to the last, without a gap, at most MOST_MONTHS."""
    there = sorted(set(map(_month_of, nights)))
    if not there:
        return []
    year, month = map(int, there[-1].split("-"))
    found: list[str] = []
    while len(found) < MOST_MONTHS and (name := f"{year:04}-{month:02}") >= there[0]:
        found.insert(0, name)
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


def _plots(nights: Sequence[tuple[int, date, str]], months: Sequence[str]) -> dict[str, tuple[Bar, ...]]:
    """How many dreams there were in each month, on each day of the week, and after each kind of day."""
    weekdays = {str(number): weekday(number) for number in range(7)}
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
    return short_month_of(_first_day(month))


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _strands(
    dreams: Dreams, visitor: str, months: Sequence[str], articles: Mapping[str, Article]
) -> dict[str, list[Strand]]:
    """What recurs, by kind, most first; all months of all of it are drawn to one scale."""
    strands: dict[str, list[Strand]] = {}
    for kind, names in _most_held(dreams.names(visitor)).items():
        by_month = {key: Counter[str]() for key in names}
        for name, month, count in dreams.months(visitor, kind, [name for same in names.values() for name in same]):
            by_month[_key(kind, name)][month] += count
        strands[kind] = [_strand(kind, same, by_month[key], months, articles) for key, same in names.items()]
    highest = max((bar.count for of_kind in strands.values() for one in of_kind for bar in one.months), default=1)
    return {kind: [one.to_scale(highest) for one in of_kind] for kind, of_kind in strands.items()}


def _most_held(names: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, Counter[str]]]:
    """Of each kind, what most dreams hold: the names that count as the same, with the number of dreams of each."""
    found: dict[str, dict[str, Counter[str]]] = {kind.value: {} for kind in MarkKind}
    for kind, name, count in names:
        if name not in IN_MOST_DREAMS:
            found[kind].setdefault(_key(kind, name), Counter())[name] = count
    return {
        kind: {
            key: same
            for key, same in sorted(by_key.items(), key=lambda item: item[1].total(), reverse=True)[:MOST_NAMED]
            if same.total() >= FEWEST
        }
        for kind, by_key in found.items()
    }


def _strand(
    kind: str, names: Counter[str], by_month: Mapping[str, int], months: Sequence[str], articles: Mapping[str, Article]
) -> Strand:
    [(name, _)] = names.most_common(1)
    article = articles.get(name) if kind == MarkKind.THEME else None
    address = f"/recurring/{kind}/{sign_of(kind, name)}"
    common, _ = _how_common(article)
    return Strand(
        article.title if article else name,
        names.total(),
        address,
        _plot(by_month, {month: (_month_name(month), f"{address}#{month}") for month in months}),
        article,
        common,
    )


def _how_common(article: Article | None) -> tuple[str, tuple[str, ...]]:
    """How common the theme is among people, as the library says it, and the studies behind it."""
    section = next((one for one in article.sections if one.id.endswith(f"/{HOW_COMMON}")), None) if article else None
    if section is None or not section.readings:
        return "", ()
    said = [reading.rests_on for reading in section.readings]
    return next((one for one in said if any(map(str.isdigit, one))), said[0]), section.sources


def _commonest(names: Iterable[str]) -> str:
    return next((name for name, _ in Counter(names).most_common(1)), "")


def sign_of(kind: str, name: str) -> str:
    """Stands for it in an address: browsers write addresses to their history, so these have no word of a dream, nor anything
    from which one could be found out when this program has ended."""
    return hmac.new(_SECRET, f"{kind} {_key(kind, name)}".encode(), "sha256").hexdigest()[:12]


@remembering(4096)
def _key(kind: str, name: str) -> str:
    """What counts as the same: an article, or a word in whatever number."""
    return name if kind == MarkKind.THEME else stem(name)
