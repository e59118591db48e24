"""Loads what a person reads on the page and at its door: texts.yaml, or texts.LANG.yaml beside it for another language.

Another language is a file of its own with every text of texts.yaml in it, and the setting DREAM_LANGUAGE names it. Only the page
speaks it: what the companion says in a reply stays English, and the safety screen, which finds out whether somebody is in danger,
was made for and measured in English alone. In another language it misses what it would hear in English. So before a file is
added here, the screen has to be made for that language and measured in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from assistant.kept_yaml import read_yaml
from knowledge.errors import UsageError

ENGLISH = "en"
_PACKAGE = "assistant.page"
_FILES = re.compile(r"texts\.([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.yaml")
_chosen = ENGLISH  # one for the whole program, set before anything is shown


def choose_language(name: str) -> None:
    """Speak this language from now on; "" and "en" are English.

    Raises UsageError where there is no file of that language, or one that lacks a text or names what cannot be filled in.
    """
    global _chosen
    name = name or ENGLISH
    if name not in languages():
        raise UsageError(
            f"There is no text file for the language {name!r}: assistant/page/texts.{name}.yaml is missing, and the page can speak "
            f"{', '.join(languages())}. Leave DREAM_LANGUAGE out for English. Before you write such a file: the safety screen was "
            "measured in English only, and in another language it misses people who are in danger."
        )
    if name != ENGLISH:
        _check(name, _of(ENGLISH), _of(name))
    _chosen = name


def languages() -> list[str]:
    """The languages that there is a file of, English first."""
    found = (_FILES.fullmatch(path.name) for path in files(_PACKAGE).iterdir())
    return [ENGLISH, *sorted(match.group(1) for match in found if match)]


def language() -> str:
    """The language of the page, as ``<html lang>`` names it."""
    return _chosen


@cache
def _of(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml(_PACKAGE, "texts.yaml" if name == ENGLISH else f"texts.{name}.yaml")
    return loaded


def _check(name: str, english: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    texts = dict(_paths(other))
    for path, text in _paths(english):
        if path not in texts:
            raise UsageError(f"texts.{name}.yaml lacks the text {path}, which in English is: {text}")
        unknown = _filled_in(texts[path]) - _filled_in(text)
        if unknown:
            raise UsageError(
                f"texts.{name}.yaml has {{{unknown.pop()}}} in the text {path}; texts.yaml does not fill that in."
            )


def _paths(texts: Any, *above: str) -> Iterator[tuple[str, str]]:
    """Each text with its place, as "hint.blank"; of a list only that it is there."""
    if isinstance(texts, Mapping):
        for name, below in texts.items():
            yield from _paths(below, *above, str(name))
    else:
        yield ".".join(above), "" if isinstance(texts, list) else str(texts)


def _filled_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def raw(*path: str) -> str:
    """The text at that place of the file, as it stands there."""
    found: Any = _of(_chosen)
    for name in path:
        found = found[name]
    return str(found).strip()


def words(*path: str, **values: object) -> str:
    """The text at that place of the file, with its ``{names}`` filled in."""
    return raw(*path).format(**values)


def examples() -> tuple[str, ...]:
    """The dreams that one may begin from."""
    return tuple(_of(_chosen)["examples"])


def names(of: str) -> tuple[str, ...]:
    """The list of names at that place of the file, of months or days of the week."""
    return tuple(_of(_chosen)[of])
