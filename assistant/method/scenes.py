"""The scenes of dreams: searching and not finding, a loved one who is cold; and what to ask about each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from assistant.kept_yaml import read_yaml
from assistant.types import Matter

LIKELY = 0.4  # from here on a scene is asked about: of 140 messages with one, 65 were, 0.95 of them rightly (from 0.3 on 81, 0.91)
NONE = "none"  # what is no scene: a detail, a mood, a remark
_SORE = {
    "birth": re.compile(
        r"\b(?:miscarr\w*|infertil\w*|ivf|childless|stillb\w+|abort\w*|stop(?:ped)? trying|tr(?:y|ied|ying) for (?:a |\w+ )?(?:baby|child\w*|kid|years|\w+ years)|"
        r"(?:can ?no?t|could ?n[o']?t|never) (?:have|had) (?:a |any )?(?:child\w*|kids?|bab\w+)|lost (?:the|my|our|a) baby|(?:do ?n[o']?t|not) have (?:any )?(?:child\w+|kids))\b",
        re.IGNORECASE,
    ),
}
ANY = "any"  # questions for whatever dream


@dataclass(frozen=True, slots=True)
class Scene:
    """How a scene is met: its questions, each with its facet of the method, fit whatever dream holds the scene."""

    asks: tuple[tuple[str, str], ...]


@cache
def scenes() -> dict[str, Scene]:
    """All scenes, by their label in hearing/scenes.yaml."""
    rows: dict[str, dict[str, Any]] = read_yaml("assistant.method", "scenes.yaml")
    return {
        name: Scene(tuple((facet, text) for facet, texts in row["asks"].items() for text in texts))
        for name, row in rows.items()
    }


@cache
def all_scene_questions() -> frozenset[str]:
    """Every question about a scene: they point at what was told, without naming it."""
    return frozenset(text for scene in scenes().values() for _, text in scene.asks)


def scenes_in(told: Sequence[Matter], message: str = "") -> list[Matter]:
    """The scenes that are likely enough, the likeliest first; none that touches a sore that the message tells of."""
    sore = {name for name, told_of in _SORE.items() if told_of.search(message)}
    return [one for one in told if one.name not in {NONE, *sore} and one.likely >= LIKELY]


def asked_about_scene(name: str, facets: Collection[str]) -> Iterator[tuple[str, str]]:
    """The questions about a scene on these facets, each with its facet."""
    return ((facet, text) for facet, text in scenes()[name].asks if facet in facets)
