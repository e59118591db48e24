"""Our own texts (words.yaml) with the numbers of our own table (lines.yaml) in their places; the countries of that table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.kept_yaml import read_yaml


@dataclass(frozen=True, slots=True)
class WrittenReply:
    """What is said, and the one question that ends it (empty where none is asked)."""

    text: str
    question: str


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = read_yaml("assistant.safety", name)
    return content


WORDS = _read("words.yaml")
_PERSON = re.compile(r"\{[Hh]elper\}")
_LINES = _read("lines.yaml")


def countries() -> dict[str, str]:
    """The countries of our table by their two letters, each with its name, sorted by name."""
    found = {row["country"]: row["name"] for row in (*_LINES["lines"], *_LINES["emergency"])}
    return dict(sorted(found.items(), key=lambda entry: entry[1]))


def country_code(country: str) -> str:
    """The two letters of a country of our table, given by its letters or a name; "" for any other."""
    rows = (*_LINES["lines"], *_LINES["emergency"])
    found = _of_country(rows, country)
    return str(found["country"]) if found else ""


def help_in(country: str) -> str:
    """One plain sentence on what the table has for a country: its line, its emergency number; "" where it has neither."""
    line, emergency = _of_country(_LINES["lines"], country), _of_country(_LINES["emergency"], country)
    told = [
        str(WORDS["slots"]["there"][name]).format(number=row["number"], how=row["how"])
        for name, row in (("line", line), ("urgent", emergency))
        if row is not None
    ]
    return " ".join(told)


def slots(country: str = "", *, child: bool = False, outside: bool = False) -> dict[str, str]:
    """What stands in the places of our texts; ``outside`` where the person is hurt by somebody close to them."""
    international = _LINES["international"]["number"]
    line = _of_country(_LINES["lines"], country)
    emergency = _of_country(_LINES["emergency"], country)
    wordings = WORDS["slots"]

    def of(slot: str, row: Mapping[str, Any] | None) -> str:
        if row is None:
            return str(wordings[slot]["unknown"]).format(international=international)
        return str(wordings[slot]["known"]).format(number=row["number"], how=row["how"], international=international)

    return {
        "international": international,
        "line": of("line", line),
        "short_line": of("short_line", line),
        "urgent": of("urgent", emergency),
        "person": wordings["person_outside" if outside else "person"]["child" if child else "adult"],
    }


def filled(text: str, places: Mapping[str, str]) -> str:
    """A text with its places filled."""
    return text.strip().format(**places)


def unsaid(options: Sequence[str], places: Mapping[str, str], said: Sequence[str]) -> str:
    """The first of the wordings that no earlier reply of the conversation holds; where all were said, they are gone through again."""
    return filled(next(iter(new_of(options, places, said)), options[len(said) % len(options)]), places)


def new_of(options: Sequence[str], places: Mapping[str, str], said: Sequence[str]) -> list[str]:
    """Those that no earlier reply of the conversation holds, with whatever person in it."""
    return [option for option in options if not any(_without_person(option, places) in reply for reply in said)]


def _without_person(option: str, places: Mapping[str, str]) -> str:
    """The longest part of a wording beside the person whom it names."""
    return filled(max(_PERSON.split(option), key=len), places)


def _of_country(rows: Sequence[Mapping[str, Any]], country: str) -> Mapping[str, Any] | None:
    wanted = country.strip().lower()
    return next((row for row in rows if wanted in row["names"]), None)
