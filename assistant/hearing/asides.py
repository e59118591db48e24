"""Tells what is of the dream from what is of waking life, and both from what is only said around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.hearing.lexicon import STATIVE_VERBS
from assistant.hearing.segments import Segment

_AROUND = re.compile(
    r"""^(?:(?:and|but|so|anyway|also|just|i)\ )*(?:
        (?:am\ |'m\ |i'm\ )?(?:so\ |very\ )?sorry\b | thanks?\b | please\b | hope\b | let\ me\b | tell\ me\b | wish\ i\ could\ (?:remember|tell) |
        (?:that's|that\ is|that\ was)\ (?:all|it|about\ it)\b | the\ end$
    )|\b(?:
        this\ (?:is|will|might|may|could|would)(?:\ \w+){0,3}\ (?:sound|long|weird|crazy|mad|silly|stupid|confusing)|know\ how\ (?:that|this|it)\ sounds|
        long\ (?:text|post|story|message)|my\ english|reddit|throwaway|first\ (?:post|time\ (?:here|posting|writing))|
        (?:dream|sleep)\ (?:journal|diary|dictionary|book)|help\ me\ (?:understand|figure)|
        wonder(?:ing)?\ (?:what|if\ (?:it|this|that)|why\ i\ dream)|(?:it|this|that|they|dream|dreams)\ (?:all\ )?means?\b|
        interpretations?|interpret\ (?:it|this|that|my|dreams?)|
        (?:don't|can't|cannot|couldn't|do\ not|didn't|barely|hardly|not)\ (?:really\ |quite\ |even\ |clearly\ )?(?:remember|recall)|
        i\ (?:\w+\ )?(?:forget|forgot)\ (?:the\ rest|most|what\ happened|the\ details|how|but|it)|trying\ to\ (?:remember|recall|think)|
        memory\ (?:is|was|of)|(?:no|any|clear|vague|vivid)\ memor(?:y|ies)|recollection|the\ details|the\ rest\ of\ the\ dream|
        (?:can't|couldn't|not)\ (?:say|tell)\ (?:where|exactly|who|what|how|why)|
        i\ ?(?:am|'m|was)\ (?:\w+\ )?(?:not\ (?:really\ |quite\ |totally\ )?sure|unsure)\b|not\ sure\ (?:if|why|what|who|how)|
        (?:i|we)\ (?:guess|suppose|bet|reckon)\b|i\ mean\b|(?:write|wrote|writing|type|typed|typing)\ (?:this|it|that)\ down|
        makes?\ (?:no\ |any\ )?sense|don't\ know\ (?:why|what\ to\ make|if\ (?:it|this))|reminds?\ me|reminded\ me|comes?\ to\ mind
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_TO_A_MACHINE = re.compile(
    r"""\b(?:ignore\ (?:all|any|every|previous|the|your)|disregard|(?:previous|above|your|these|all|system|following)\ (?:instruction|prompt|rule)s?|
        system\ (?:prompt|configuration|message)|language\ model|chat\ ?gpt|gpt|open\ ?ai|an?\ ai\b|jailbreak\w*|prompts?|developer\ mode|
        pretend\ (?:to\ be|you)|act\ as|output|base64|debug\w*|policies|break\ character|role-?play|simulate|from\ now\ on)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_OF_THE_DREAM = re.compile(r"\b(?:dreams?|dreaming|nightmares?)\b", re.IGNORECASE)
_IN_THE_DREAM = re.compile(
    r"\b(?:in|during|through|throughout|for|of|about) (?:the|my|this|that|a|most of the|half the|every|these|those) "
    r"(?:\w+ )?(?:dreams?|nightmares?)\b|\b(?:the|my) (?:whole|entire) (?:dream|nightmare)\b|"
    r"\b(?:had|have) (?:a|this|the) (?:\w+ )?(?:dream|nightmare) (?:about|of|involving|with)\b|^i dream that\b", re.IGNORECASE
)
_AWAKE = re.compile(
    r"\b(?:woke|wake|wakes|awoke|awake|awakened|woken|waking)\b|"
    r"\bin (?:real|waking|actual) life\b|\birl\b|\bin reality\b|\breal[- ]life\b|\bin my (?:real )?life\b|"
    r"\bwhen i was (?:a (?:kid|child|teen\w*|boy|girl|baby)|little|young|younger|small|\d+|in (?:school|college|high))|"
    r"\b(?:years?|months?|weeks?) (?:ago|back)\b|\blast (?:year|month|week|summer|winter|spring|fall|autumn|christmas)\b|"
    r"\byesterday\b|\b(?:have|has|is|are|'m|'s|got)\b.*\btomorrow\b|\bthese days\b|\blately\b|\bnowadays\b|\bcurrently\b|\bat the moment\b|"
    r"\b(?:every|each|most|some) (?:night|morning|week|few (?:days|weeks|months))\b|\brecently\b|\bfor (?:\w+ )?(?:weeks|months|years)\b|"
    r"\bsince (?:i|my|the|we|last|then)\b|\bbefore bed\b|(?<!died )(?<!born )\bin (?:19|20)\d\d\b|\bto be honest\b|\balarm clock\b|"
    r"\bthis morning\b|\bi (?:\w+ )?(?:fell|fall|go|went|got|get) (?:back )?(?:to sleep|asleep|to bed)\b|\bat work\b.*\bnow\b|\bfor real\b",
    re.IGNORECASE,
)
_STILL = re.compile(r"\bi (?:still|always|usually|often|never|sometimes|normally|tend to|used to)\b", re.IGNORECASE)


def is_around(text: str) -> bool:
    """Whether the words are a greeting, an excuse, a request or a remark on the telling itself."""
    return bool(_AROUND.search(text) or _TO_A_MACHINE.search(text))


def is_said_to_a_machine(message: str) -> bool:
    """Whether the message as a whole gives orders to a program."""
    return len(_TO_A_MACHINE.findall(message)) > 1


def is_of_waking(text: str) -> bool:
    """Whether the words speak of waking life, of sleep or of the dream as a dream."""
    return bool(_AWAKE.search(text) or _OF_THE_DREAM.search(_IN_THE_DREAM.sub("", text)))


def is_awakening(segment: Segment) -> bool:
    """Whether here the dreamer wakes up, so that what follows is of waking life."""
    lowers = segment.lowers
    return bool({"i", "me"} & set(lowers)) and bool({"woke", "awoke", "awakened", "wake", "wakes", "awaken"} & set(lowers))


def told_in_past(segments: Sequence[Segment]) -> bool:
    """Whether the message is told in the past tense on the whole."""
    past = sum(_tense(segment) == "past" for segment in segments)
    present = sum(_tense(segment) == "present" for segment in segments)
    return past > 2 * present


def is_general(segment: Segment, text: str, in_past: bool) -> bool:
    """Whether a present tense amid a past telling says how things are: "my father is a doctor", "I always lose my keys"."""
    if not in_past or _tense(segment) != "present":
        return False
    return segment.head.lemma in STATIVE_VERBS or bool(_STILL.search(text))


def _tense(segment: Segment) -> str:
    head = segment.head
    carriers = [child for child in head.children if child.role in {"aux", "auxpass"}] + [head]
    tags = [word.tag for word in carriers]
    if "VBD" in tags:
        return "past"
    if any(word.lower in {"could", "would"} for word in carriers):
        return ""
    return "present" if {"VBZ", "VBP"} & set(tags) else ""
