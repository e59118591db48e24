"""Where a conversation is in the method, and what its next question should be about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.types import Heard, Kind, MentionKind, Stage, Turn
from knowledge.types import Hit

LEGS = re.compile(r"\b(?:legs?|feet|foot|knees?|body|limbs?|run(?:ning)?|move|moving|walk(?:ing)?|paraly[sz]ed)\b", re.IGNORECASE)
EXPLORED = 3  # answered questions before insight is looked for: a feeling, an image, what it brings to mind
UNDERSTOOD = 6  # and before a step is spoken of


def stage_of(earlier: Sequence[Turn], kind: Kind) -> Stage:
    """The stage of this turn: it moves on as questions are answered, and ends when the dreamer ends it."""
    if kind is Kind.CLOSE:
        return Stage.CLOSE
    answered = sum(turn.kind is Kind.ANSWER for turn in earlier) + (kind is Kind.ANSWER)
    if answered < EXPLORED:
        return Stage.EXPLORE
    return Stage.INSIGHT if answered < UNDERSTOOD else Stage.ACTION


def facets_for(stage: Stage, kind: Kind, heard: Heard, hits: Sequence[Hit], asked_facets: Sequence[str]) -> list[str]:
    """What to ask about, most wanted first. What was asked about lately comes last; the body first when legs fail."""
    if kind is Kind.REJECTION:
        wanted = ["own-meaning", "association", "waking-link", "image"]
    elif stage is Stage.EXPLORE:
        feelings = ["feeling-named"] if heard.feelings else ["feeling-in-dream"]
        wanted = ["section", *feelings, "association", "image", "feeling-on-waking", "body", "waking-link"]
        if legs_fail(heard, hits) and "body" not in asked_facets:
            wanted.insert(0, "body")
        if kind in (Kind.ANSWER, Kind.UNCOVERED):
            wanted = ["association", *[facet for facet in wanted if facet != "association"]]
    elif stage is Stage.INSIGHT:
        wanted = ["own-meaning", "section", "waking-link", "association", "feeling-named", "image"]
    else:
        wanted = ["step", "section", "waking-link", "own-meaning", "association"]
    late = [facet for facet in wanted if facet in asked_facets[-2:]]
    ordered = [facet for facet in wanted if facet not in late] + late
    rest = ["feeling-in-dream", "image", "association", "own-meaning", "waking-link", "body", "feeling-on-waking", "step"]
    return ordered + [facet for facet in rest if facet not in ordered]


def legs_fail(heard: Heard, hits: Sequence[Hit]) -> bool:
    """Whether this is the dream in which the body will not carry one, so that pain, position and bedding are asked about first."""
    named = any(mention.kind is MentionKind.BODY for mention in heard.mentions)
    about = bool(hits) and hits[0].section.article in ("cant-run", "sleep-paralysis")
    return about and (named or bool(LEGS.search(heard.message)))
