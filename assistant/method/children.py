"""What is left out where a child writes: no reading and no question on sex, and nothing that makes nakedness a matter of it."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.method.scenes import scenes_in
from assistant.texts import in_turn
from assistant.types import Directed, Heard, Plan

LEFT_OUT = ("naked/at-ease",)  # sections, by their id
_SCENE = "sexual"
_OF_SEX = re.compile(
    r"\b(?:sex(?:y|es|ual\w*|ed|ting)?|porn\w*|erotic\w*|orgasm\w*|masturbat\w*|genitals?|penis|vagina|boobs?|breasts?|"
    r"horny|arous\w*|(?:make|makes|made|making) (?:love|out)|seduc\w*|lust\w*|nudes|turn(?:s|ed) (?:me|you) on|hook(?:ed|ing)? up)\b",
    re.IGNORECASE,
)
_OF_DESIRE = re.compile(
    r"\b(?:desir\w+|intima\w+|attract\w+|sensual\w*|your (?:naked|nude|bare) body)\b", re.IGNORECASE
)


def is_for_adults(text: str) -> bool:
    """Whether a reading, thought or question speaks of sex or desire."""
    return bool(_OF_SEX.search(text) or _OF_DESIRE.search(text))


def tells_of_sex(parts: Directed) -> bool:
    """Whether a message does, by its words or by the scene that it tells."""
    return bool(_OF_SEX.search(parts.message)) or any(one.name == _SCENE for one in scenes_in(parts.scenes))


def as_of_a_child(heard: Heard) -> Heard:
    """What was heard without what tells of sex, so that nothing is asked about it, now or later."""
    scenes = tuple(one for one in heard.directed.scenes if one.name != _SCENE)
    clauses = tuple(clause for clause in heard.clauses if not _OF_SEX.search(clause.said))
    mentions = tuple(mention for mention in heard.mentions if not _OF_SEX.search(mention.said))
    return replace(heard, clauses=clauses, mentions=mentions, directed=replace(heard.directed, scenes=scenes))


def for_a_child(plan: Plan, *, of_sex: bool) -> Plan:
    """The plan for a child. Where the message is ``of_sex`` nothing is read into it, and a grown-up they trust is asked about."""
    plan = replace(plan, child=True)
    if of_sex:
        plan = replace(plan, readings=(), hits=(), covered=False, remark="")
    if plan.question and (of_sex or is_for_adults(plan.question)):
        question = in_turn("ask_a_child", plan.asked, len(plan.earlier))
        plan = replace(plan, question=question, facet="", scene="", fixed_question=True)
    return plan
