"""What a message is about, where it leaves the bare dream: which of it to take up, what to say to it, what to ask about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from assistant.kept_yaml import read_yaml
from assistant.texts import turned
from assistant.types import Matter

LIKELY = 0.42  # from here on a matter is taken up
LIKELY_IF_IT_WEIGHS = 0.55  # and one of those that would hurt if it were not so, from here on
WEIGHS = 6.5
SURE = 0.75  # a sentence of our own is said only from here on, for it must be right
TAKEN_UP = 5.0  # weight
CARRIES_FAR_LESS = 0.4
LEAST_CARRIES = 0.3  # a sentence that carries nothing still weighs a little
LATER_WEIGHS = 0.15  # share of its weight that a sentence gains by standing last: people come to the point at the end


@dataclass(frozen=True, slots=True)
class Known:
    """How a matter is met. ``weight`` says how much a listener would want to take it up (0 to 10), ``facet`` which facet of the
    method its questions are about, ``says`` and ``asks`` fit whatever sentence is about it; ``of_the_dream`` whether it
    tells what was in the dream."""

    weight: float
    facet: str
    of_the_dream: bool
    says: tuple[str, ...]
    asks: tuple[str, ...]


@cache
def known() -> dict[str, Known]:
    """All matters, by their label in hearing/matters.yaml."""
    rows: dict[str, dict[str, Any]] = read_yaml("assistant.method", "matters.yaml")
    return {
        name: Known(
            row["weight"],
            row["facet"],
            row.get("of_the_dream", False),
            tuple(row["says"]),
            tuple(row["asks"]),
        )
        for name, row in rows.items()
    }


@cache
def all_questions() -> frozenset[str]:
    """Every question about a matter: they point at what the dreamer just said, without naming it."""
    return frozenset(question for matter in known().values() for question in matter.asks)


def main_matter_of(matters: Sequence[Matter]) -> Matter | None:
    """The one to take up: what weighs most, the more the surer it is; None where none is likely enough.

    A sentence that carries far less than another one of the message is passed over.
    """
    most = max((matter.carries for matter in matters), default=0.0)
    heard_in = [matter for matter in matters if matter.carries > most - CARRIES_FAR_LESS]
    return max(filter(_is_likely, heard_in), key=_worth, default=None)


def _is_likely(matter: Matter) -> bool:
    return matter.likely >= (LIKELY_IF_IT_WEIGHS if known()[matter.name].weight >= WEIGHS else LIKELY)


def _worth(matter: Matter) -> float:
    weight = known()[matter.name].weight
    return weight * matter.likely * (1 + LATER_WEIGHS * matter.place) * (LEAST_CARRIES + matter.carries)


def is_taken_up(matter: Matter | None) -> bool:
    """Whether it weighs enough to come before the method's own next question."""
    return matter is not None and known()[matter.name].weight >= TAKEN_UP


def said_to(matter: Matter, said: Collection[str]) -> str:
    """A sentence of our own that fits it and was not said yet; empty where there is none, or the matter is not sure."""
    if matter.likely < SURE:
        return ""
    wordings = turned(known()[matter.name].says, len(matter.sentence))
    return next((one for one in wordings if one not in said), "")


def asked_about(matter: Matter, asked: Collection[str], number: int = 0, person: str = "") -> str:
    """A question about it that was not asked yet, beginning the search at ``number``; empty where all were asked.

    ``person`` is whom it speaks of, where that is one person: "your mother".
    """
    wordings = turned(known()[matter.name].asks, number)
    if person:
        wordings = [one.replace("this person", person) for one in wordings]
    return next((one for one in wordings if one not in asked), "")


def tells_of_the_dream(matters: Sequence[Matter]) -> bool:
    """Whether some sentence tells what was in the dream; so also where nothing is known of what they are about."""
    likely = [matter for matter in matters if matter.likely >= LIKELY]
    return not likely or any(known()[matter.name].of_the_dream for matter in likely)
