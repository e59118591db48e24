"""Where a conversation is in the method, and what its next question should be about."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.types import Heard, Kind, MentionKind, Stage, Turn, Wish
from assistant.understanding import of_this_dream, says_nothing
from knowledge.types import Hit

LEGS = re.compile(
    r"\b(?:legs?|feet|foot|knees?|body|limbs?|run(?:ning)?|move|moving|walk(?:ing)?|paraly[sz]ed)\b", re.IGNORECASE
)
_COMES_BACK = re.compile(
    r"\b(?:recurring|recurrent|keeps? (?:on )?(?:coming|happening|having|dreaming|returning)|(?:every|each|most|many) nights?|"
    r"(?:once|twice|\w+ times) (?:a|every|this|last|each) (?:night|week|month|year)|\w+ time this (?:week|month|year)|"
    r"the same (?:dream|nightmare)|comes? back to me)\b",
    re.IGNORECASE,
)
_AT_TIMES = re.compile(
    r"\b(?:again|always|often|sometimes|usually|for (?:years|months|weeks|ages|a long time)|since (?:i was|childhood|my)|once in a while|now and then|used to|"
    r"(?:many|several|some|few|two|three|four|five|\d+) times|(?:second|third|fourth|fifth|\d+th) time|as a (?:child|kid)|(?:years?|months?) ago)\b",
    re.IGNORECASE,
)
_NEXT_STEP = re.compile(r"\bnext (?:step|stage)\b", re.IGNORECASE)
_OF_DREAMING = re.compile(r"\b(?:dreams?|dreamed|dreamt|dreaming|nightmares?)\b", re.IGNORECASE)
_WAKING = re.compile(r"\b(?:woke|awoke|wake|waking|woken)\b", re.IGNORECASE)

_IN_ORDER = (Stage.EXPLORE, Stage.INSIGHT, Stage.ACTION)
FEELING = ("feeling-in-dream", "feeling-named", "feeling-on-waking", "body")
IMAGE = ("image", "turning-point", "person", "wish", "since-when", "section")
MEANING = ("own-meaning",)
WAKING_LIFE = ("waking-link", "bridge")
BEYOND_THE_DREAM = frozenset(
    {"association", "waking-link", "bridge", "own-meaning", "step", "since-when", "feeling-on-waking"}
)
_BEYOND = re.compile(
    r"\b(?:reminds? me|makes? me think|made me think|in (?:real|my|waking) life|at work|my (?:job|boss|work)\b.* (?:is|keeps?|always|never|wants?|has)|when i was (?:a |little|young|small|\d)|"
    r"lately|these days|nowadays|at the moment|years? ago|(?:maybe|perhaps|i think|i guess|it'?s|it is) (?:it'?s |that )?(?:about|because|that i|like when)|i (?:always|never|often) )",
    re.IGNORECASE,
)
_OF_WAKING_LIFE = re.compile(
    r"\b(?:life|days|waking|awake|lately|today|at present|at the moment|just now|a doctor|weeks?)\b", re.IGNORECASE
)


def stage_of(earlier: Sequence[Turn], heard: Heard, kind: Kind, brought: Collection[str] = ()) -> Stage:
    """The stage of this turn: it moves on with what has been covered of this dream or when the dreamer asks for the next step, and
    ends when they end it.

    ``brought`` are facets that earlier messages spoke of without being asked. Insight comes once a feeling, an image and what comes to mind about it have been spoken of; action once the dreamer's
    own meaning and a place in waking life have.
    """
    if kind is Kind.CLOSE:
        return Stage.CLOSE
    turns = of_this_dream(earlier)
    if Wish.NEW_ENDING in [*(turn.wish for turn in turns), heard.directed.wish if kind is Kind.WISH else None]:
        return Stage.ACTION
    answered = [*answered_facets(turns, heard, kind), *brought]
    explored = [
        any(facet in answered for facet in FEELING),
        any(facet in answered for facet in IMAGE),
        "association" in answered,
    ]
    understood = all(any(facet in answered for facet in group) for group in (MEANING, WAKING_LIFE))
    if not all(explored) and len(answered) < 2 * len(explored):
        covered = Stage.EXPLORE
    else:
        covered = Stage.ACTION if understood else Stage.INSIGHT
    return max(covered, _asked_for(turns, heard, kind), key=_IN_ORDER.index)


def _asked_for(turns: Sequence[Turn], heard: Heard, kind: Kind) -> Stage:
    """The stage that the dreamer has gone on to by asking for the next step, in this message or before."""
    reached = [turn.stage for turn in turns if turn.wish is Wish.GO_ON and _NEXT_STEP.search(turn.message)]
    wishes_now = kind is Kind.WISH and heard.directed.wish is Wish.GO_ON and _NEXT_STEP.search(heard.directed.message)
    if wishes_now and turns and turns[-1].stage in _IN_ORDER:
        reached.append(_IN_ORDER[min(_IN_ORDER.index(turns[-1].stage) + 1, len(_IN_ORDER) - 1)])
    return max((stage for stage in reached if stage in _IN_ORDER), key=_IN_ORDER.index, default=Stage.EXPLORE)


def speaks_beyond_the_dream(message: str) -> bool:
    """Whether an answer says of itself that it is about something else than what happened in the dream."""
    return bool(_BEYOND.search(message))


def asked_beyond_the_dream(turn: Turn) -> bool:
    """Whether the turn's question was about waking life or thoughts of the dream, so that its answer tells no image of it."""
    return turn.facet in BEYOND_THE_DREAM or (turn.facet == "section" and bool(_OF_WAKING_LIFE.search(turn.question)))


def answered_facets(turns: Sequence[Turn], heard: Heard, kind: Kind) -> list[str]:
    """What has been asked about and answered with more than an "idk", in its order; this message answers the last question."""
    replies = [*((turn.kind, turn.message) for turn in turns[1:]), (kind, heard.message)]
    return [
        turn.facet
        for turn, (replied, message) in zip(turns, replies, strict=False)
        if turn.facet and replied in (Kind.ANSWER, Kind.DREAM) and not says_nothing(message)
    ]


def facets_for(
    stage: Stage, kind: Kind, heard: Heard, hits: Sequence[Hit], earlier: Sequence[Turn], told: Sequence[str]
) -> list[str]:
    """What to ask about, most wanted first. What was asked about already comes last, the latest at the very end."""
    asked = [turn.facet for turn in of_this_dream(earlier) if turn.facet]
    if kind is Kind.REJECTION:
        return ["own-meaning", "waking-link", "association", "image"]
    if stage is Stage.EXPLORE:
        wanted = _to_explore(kind, heard, hits, asked, told)
    elif stage is Stage.INSIGHT:
        wanted = ["own-meaning", "waking-link", "section", "association", "person", "wish"]
    else:
        wanted = ["step", "section", "wish", "own-meaning", "waking-link"]
    latest = {facet: number for number, facet in enumerate(asked, 1)}
    rest = ["image", "feeling-in-dream", "turning-point", "association", "own-meaning", "waking-link", "step"]
    return [*sorted(wanted, key=lambda facet: latest.get(facet, 0)), *(facet for facet in rest if facet not in wanted)]


def _to_explore(kind: Kind, heard: Heard, hits: Sequence[Hit], asked: Sequence[str], told: Sequence[str]) -> list[str]:
    """A feeling first, then an image, what it brings to mind, who is in it, what was wished; the body first when legs fail."""
    feelings = ["feeling-named"] if heard.feelings else ["feeling-in-dream"]
    persons = ["person"] if any(mention.kind is MentionKind.PERSON for mention in heard.mentions) else []
    waking = [] if any(_WAKING.search(message) for message in told) else ["feeling-on-waking"]
    since = ["since-when"] if any(recurs(message) for message in told) else []
    of_the_library = ["scene", "section", "first"] if kind in (Kind.DREAM, Kind.UNCOVERED) else ["section"]
    wanted = [
        *of_the_library,
        *feelings,
        "image",
        *since,
        "association",
        *persons,
        "wish",
        *waking,
        "turning-point",
    ]
    if says_nothing(heard.message):  # after an "idk", something nearer to hand
        wanted = ["image", "wish", *feelings, "association"]
    elif kind is Kind.ANSWER and not {"association"} & set(asked):
        wanted = ["association", *wanted] if set(IMAGE) & set(asked) else ["image", "association", *persons, *wanted]
    if legs_fail(heard, hits) and "body" not in asked:
        wanted.insert(0, "body")
    return list(dict.fromkeys(wanted))


def recurs(message: str) -> bool:
    """Whether the dreamer says that the dream comes back; "again" and the like count only where dreaming is spoken of."""
    if _COMES_BACK.search(message):
        return True
    return any(_AT_TIMES.search(part) and _OF_DREAMING.search(part) for part in re.split(r"[.!?\n]", message))


def legs_fail(heard: Heard, hits: Sequence[Hit]) -> bool:
    """Whether this is the dream in which the body will not carry one, so that pain, position and bedding are asked about first."""
    named = any(mention.kind is MentionKind.BODY for mention in heard.mentions)
    about = any(
        hit.covers and hit.section.article in ("cant-run", "cant-run-article", "sleep-paralysis") for hit in hits[:2]
    )
    return about and (named or bool(LEGS.search(heard.message)))
