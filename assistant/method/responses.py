"""What the companion says of its own accord to a direct question, and to somebody who is not well right now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from assistant.kept_yaml import read_yaml
from assistant.texts import turned

MOST_COMFORTS = 3  # for one state, in a conversation


@dataclass(frozen=True, slots=True)
class Response:
    """``library`` says whether the library may add what it has, ``asks`` whether a question follows, ``questions`` which first."""

    text: str
    library: bool
    asks: bool
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comfort:
    """One human sentence; ``asks_gently`` says whether the question shall be about now and not about the dream."""

    text: str
    asks_gently: bool


@cache
def _all() -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml("assistant.method", "responses.yaml")
    return loaded


def response_to(act: str, said: Collection[str], number: int = 0) -> Response | None:
    """The answer to a question of this kind, in a wording that was not said yet; None where we have none of our own.

    ``number`` turns the wordings, so that not every conversation begins with the same.
    """
    row = _all()["answers"].get(act)
    if row is None:
        return None
    fresh = [wording for wording in row["says"] if wording not in said] or row["says"]
    questions = turned(row["questions"], number) if "questions" in row else ()
    return Response(fresh[number % len(fresh)], row["library"], row["asks"], tuple(questions))


@cache
def questions_after_answers() -> frozenset[str]:
    """Every question that follows on an answer of ours."""
    return frozenset(question for row in _all()["answers"].values() for question in row.get("questions", ()))


def comfort_for(state: str, said: Collection[str], number: int = 0) -> Comfort | None:
    """A sentence for somebody in this state, ``number`` turning the wordings; None where MOST_COMFORTS of them were said: more
    would sound like a machine."""
    row = _all()["states"].get(state)
    fresh = [wording for wording in row["says"] if wording not in said] if row else []
    if not row or len(row["says"]) - len(fresh) >= MOST_COMFORTS:
        return None
    return Comfort(fresh[number % len(fresh)], row["asks_gently"])


@cache
def said_to_the_shaken() -> frozenset[str]:
    """The sentences after which the dreamer is asked about now."""
    return frozenset(wording for row in _all()["states"].values() if row["asks_gently"] for wording in row["says"])


@cache
def said_in_states() -> frozenset[str]:
    """Every sentence that comfort_for may give."""
    return frozenset(wording for row in _all()["states"].values() for wording in row["says"])


def steadying(said: Collection[str]) -> str:
    """Something small to do now, for somebody who is shaken and asks for help; "" where all was said."""
    return next((wording for wording in _all()["steadying"] if wording not in said), "")


def gentle_questions() -> tuple[str, ...]:
    """Questions about now, for somebody who is shaken; they are asked as they stand."""
    return tuple(_all()["gentle_questions"])
