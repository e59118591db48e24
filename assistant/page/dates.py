"""How the pages write a day: its parts are named in the texts, so that a language brings its own."""

from __future__ import annotations

from datetime import date

from assistant.page.wording import names, words


def long_day(day: date) -> str:
    """As in "5 March 2026"."""
    return words("dates", "long", day=day.day, month=names("months_in_full")[day.month - 1], year=day.year)


def whole_day(day: date) -> str:
    """As in "Thursday, 5 March 2026"."""
    return words("dates", "whole", weekday=weekday(day.weekday()), day=long_day(day))


def weekday(number: int) -> str:
    """The name of a day of the week; 0 is Monday."""
    return names("weekdays")[number]


def short_weekday(day: date) -> str:
    """As in "Thu"."""
    return names("weekdays_in_short")[day.weekday()]


def month_of(day: date) -> str:
    """As in "March 2026"."""
    return words("dates", "month", month=names("months_in_full")[day.month - 1], year=day.year)


def short_month_of(day: date) -> str:
    """As in "Mar 2026"."""
    return words("dates", "month", month=names("months")[day.month - 1], year=day.year)


def initial_of_month(day: date) -> str:
    """As in "M", where months stand in a row."""
    return names("months")[day.month - 1][0]


def short_day(day: date) -> str:
    """As in "5 Mar"."""
    return words("dates", "short", day=day.day, month=names("months")[day.month - 1])


EVERY = (long_day, whole_day, short_weekday, short_day, month_of)  # the templates know them by these names
