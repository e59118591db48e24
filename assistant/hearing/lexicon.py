"""The word lists of the ear (words.yaml, feelings.yaml, closed_words.yaml), read once."""

from __future__ import annotations

from typing import Any

from assistant.kept_yaml import read_yaml


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = read_yaml("assistant.hearing", name)
    return content


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORDS = _read("words.yaml")
_CLOSED = _read("closed_words.yaml")
_FEELINGS = _read("feelings.yaml")

MALE = _words(_WORDS["persons"]["male"])
FEMALE = _words(_WORDS["persons"]["female"])
MALE_NAMES = _words(_WORDS["first_names"]["male"])
FEMALE_NAMES = _words(_WORDS["first_names"]["female"])
PERSONS = MALE | FEMALE | _words(_WORDS["persons"]["either"])
PERSONS_IN_PLURAL = _words(_WORDS["persons"]["plural"])
KIN_WITHOUT_ARTICLE = _words(_WORDS["kin_without_article"])
ANIMALS = _words(_WORDS["animals"])
BODY = _words(_WORDS["body"])
PLACES = _words(_WORDS["places"])
NOT_THINGS = _words(_WORDS["not_things"])
TELLING_VERBS = _words(_WORDS["telling_verbs"])
TELLING_NOUNS = _words(_WORDS["telling_nouns"])
STATIVE_VERBS = _words(_WORDS["stative_verbs"])
FAILING_VERBS = _words(_WORDS["failing_verbs"])
CLAUSE_TAKING_VERBS = _words(_WORDS["clause_taking_verbs"])
SAYING_VERBS = _words(_WORDS["saying_verbs"])
INTRANSITIVE_VERBS = _words(_WORDS["intransitive_verbs"])
HORROR = _words(_WORDS["horror"])
FUNNY = _words(_WORDS["funny"])
EXPLICIT = _words(_WORDS["explicit"])
COARSE = _words(_WORDS["coarse"]) | EXPLICIT  # never given back

FELT = _words(_FEELINGS["felt"])
ONLY_FELT = _words(_FEELINGS["only_felt"])
FEELING_NOUNS = _words(_FEELINGS["nouns"])
FEELING_VERBS: dict[str, str] = _FEELINGS["verbs"]
DONE_TO_ME: dict[str, str] = _FEELINGS["done_to_me"]


def closed(name: str) -> frozenset[str]:
    """The small words of grammar under this heading of closed_words.yaml."""
    return _words(_CLOSED[name])
