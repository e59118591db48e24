"""Reads the rules of the screen (rules.yaml) once and compiles them. Knows nothing of messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.kept_yaml import read_yaml
from assistant.types import Safety

_PART = re.compile(r"<(\w+)>")
_SUBJECT = "<i><soft>"
_WORDS_BETWEEN = ((re.compile(r" ~(\d)"), r"(?: [\\w'-]+){0,\1}"), (re.compile(r"~(\d) "), r"(?:[\\w'-]+ ){0,\1}"))


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing the screen listens for, and its level when said of waking life now, of a waking past, or unclearly."""

    name: str
    kind: str
    says: str  # completes "the person ..."
    waking: Safety
    past: Safety
    unsure: Safety
    weak: bool  # two different weak signals in one conversation count as crisis
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None  # idioms and accidents, looked for near the match
    impossible_awake: re.Pattern[str] | None  # nobody can say this of the waking past


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that the reply takes up while a risk is open, after a risk of these kinds (none: of any)."""

    name: str
    kinds: tuple[str, ...]
    pattern: re.Pattern[str] | None  # None: a person who could be told, see HELPERS


def _read() -> dict[str, Any]:
    content: dict[str, Any] = read_yaml("assistant.safety", "rules.yaml")
    return content


def _expanded_parts(parts: Mapping[str, str | list[str]]) -> dict[str, str]:
    done: dict[str, str] = {}
    for name, part in parts.items():
        joined = part if isinstance(part, str) else f"(?:{'|'.join(part)})"
        done[name] = _PART.sub(lambda found: done[found[1]], joined)
    return done


def _compiled(patterns: str | Iterable[str]) -> re.Pattern[str]:
    joined = patterns if isinstance(patterns, str) else _either(patterns)
    joined = _PART.sub(lambda found: _PARTS[found[1]], joined)
    for notation, expression in _WORDS_BETWEEN:
        joined = notation.sub(expression, joined)
    return re.compile(joined)


def _either(patterns: Iterable[str]) -> str:
    """One expression for all; those that open with the same subject try it once, which makes a search much faster."""
    rows = list(patterns)
    of_the_person = [row.removeprefix(_SUBJECT) for row in rows if row.startswith(_SUBJECT)]
    others = [f"(?:{row})" for row in rows if not row.startswith(_SUBJECT)]
    shared = [f"{_SUBJECT}(?:{'|'.join(of_the_person)})"] if of_the_person else []
    return "|".join([*shared, *others])


def _signal(row: Mapping[str, Any]) -> Signal:
    waking = Safety(row["waking"])
    unsure = Safety.DISTRESS if waking is Safety.CRISIS else Safety.NONE
    return Signal(
        name=row["name"],
        kind=row["kind"],
        says=row["says"],
        waking=waking,
        past=Safety(row["past"]),
        unsure=Safety(row["unsure"]) if "unsure" in row else unsure,
        weak=bool(row.get("weak", False)),
        pattern=_compiled(row["patterns"]),
        unless=_compiled(row["unless"]) if "unless" in row else None,
        impossible_awake=_compiled(row["impossible_awake"]) if "impossible_awake" in row else None,
    )


def _group(name: str) -> dict[str, re.Pattern[str]]:
    return {key: _compiled(patterns) for key, patterns in _RULES[name].items()}


_RULES = _read()
_PARTS = _expanded_parts(_RULES["parts"])

SPELLING: dict[str, str] = _RULES["spelling"]
FILLERS = re.compile(rf"\b(?:{'|'.join(_RULES['fillers'].split())})\b")
FRAMES = _group("frames")
WEIGHING = _group("weighing")
ANSWERS = _group("answers")
HARMFUL = _compiled(_RULES["harmful"])
HELPERS = _group("helpers")
TAKES_UP: tuple[Topic, ...] = tuple(
    Topic(name, tuple(row.get("kinds", ())), _compiled(row["patterns"]) if row else None)
    for name, row in _RULES["takes_up"].items()
)
POINTS_BACK = _group("points_back")
HISTORY = _group("history")
SIGNALS: tuple[Signal, ...] = tuple(_signal(row) for row in _RULES["signals"])
