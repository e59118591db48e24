"""Plain text that holds one dream after another, cut where a line begins with a date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time

from knowledge.errors import UsageError

NOON = time(12)  # of a dream whose hour nobody wrote down

_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|oct october|nov november|dec december".split(
            "|"
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_END = r"(?:\s*[-–—:,.·|]+\s*|\s+|$)"
_FORMS = [
    rf"(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?:[T ]\d{{1,2}}:\d\d(?::\d\d)?)?{_END}",
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_MONTH},?\s+(?P<y>\d{{4}}){_END}",
    rf"{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}}){_END}",
    rf"(?P<first>\d{{1,2}})[-/.](?P<second>\d{{1,2}})[-/.](?P<y>\d{{4}}){_END}",
]
_DATES = [re.compile(rf"^[#*\s>\[(]*{_WEEKDAY}{form}[)\]*]*\s*", re.I) for form in _FORMS]


def dated_pieces(text: str) -> Iterator[tuple[date, str, str]]:
    """The date of each piece, what stands behind it in its line, and the lines up to the next date.

    Of 3/4/2026 either may be the month: the text's other dates decide, and where they do not, the separator (with a point the
    day comes first). Raises UsageError for a date that there is not, or where both orders occur, and for words before the first date: nothing is left
    out silently.
    """
    lines = text.splitlines()
    found = [(number, match) for number, line in enumerate(lines) if (match := _date_in(line))]
    day_first = _day_comes_first([match for _, match in found])
    before = "\n".join(lines[: found[0][0]]).strip() if found else ""
    if before:
        raise UsageError(
            f"Before the first date stands “{before[:60]}”, and it is not clear to which night that belongs. "
            "Put a date before it, or take it out. Nothing was imported."
        )
    ends = [number for number, _ in found][1:] + [len(lines)] * bool(found)
    for (number, match), end in zip(found, ends, strict=True):
        yield (
            _date(match, day_first),
            lines[number][match.end() :].strip(" *#"),
            "\n".join(lines[number + 1 : end]).strip(),
        )


def _date_in(line: str) -> re.Match[str] | None:
    return next((match for form in _DATES if (match := form.match(line))), None)


def _day_comes_first(matches: list[re.Match[str]]) -> bool:
    numeric = [match for match in matches if "first" in match.groupdict()]
    day_first = any(int(match["first"]) > 12 for match in numeric)
    month_first = any(int(match["second"]) > 12 for match in numeric)
    if day_first and month_first:
        raise UsageError(
            "Some of its dates have the day first and others the month, so it cannot be told which 3/4 means. "
            "Write them as 2026-04-03. Nothing was imported."
        )
    if day_first or month_first or not numeric:
        return day_first
    return "." in numeric[0].group()


def _date(match: re.Match[str], day_first: bool) -> date:
    parts = match.groupdict()
    if "first" in parts:
        day, month = (parts["first"], parts["second"]) if day_first else (parts["second"], parts["first"])
    elif parts.get("month"):
        day, month = parts["d"], str(_MONTHS[parts["month"].lower()])
    else:
        day, month = parts["d"], parts["m"]
    try:
        return date(int(parts["y"]), int(month), int(day))
    except ValueError as error:
        raise UsageError(
            f"There is no such date as “{match.group().strip()}” ({error}). Nothing was imported."
        ) from error
