"""What kind of turn a message asks for: a dream, an answer, a question to the library, a no, a wish, thanks, or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.phrases import (
    Small,
    Wish,
    announces,
    is_about_us,
    is_greeting,
    main_matter,
    rejects,
    says_goodbye,
    says_nothing,
    small_answer,
    wish_of,
)
from assistant.types import Citation, Heard, Kind, Turn
from assistant.words import content_stems, count_words

SURELY_COVERED = (
    0.2  # coverage of a question that names no dream: the library's own are at 0.2 and more, others below 0.18
)
LONG = 60  # words: a longer message tells more of a dream rather than answering
FEW = 12  # words: less than this told so far is no dream yet, and a longer telling is its beginning
ABOUT_A_DREAM = (Kind.DREAM, Kind.UNCOVERED, Kind.ANSWER)

_ASKS = re.compile(
    r"^(?:(?:and|but|so|or|then|also|well|though|because)[, ]+)*(?:why|how|what|who|whose|where|when|which|is|are|am|was|were|do|does|did|can|"
    r"could|will|would|should|has|have|had|may|might|isn't|aren't|doesn't|don't|didn't|can't)\b|(?:why|right|you think|how come|meaning)\s*\?",
    re.IGNORECASE,
)
_ASKS_WITHOUT_A_MARK = re.compile(
    r"^(?:(?:and|but|so|or|then|also|well) )*(?:why\b|how come\b|how (?:common|normal|usual|rare|many people|often do)\b|how (?:do|can|could|should) (?:i|you|one|we|people)\b|"
    r"is (?:it|this|that) (?:\w+ )?(?:normal|common|usual|true|known|bad|dangerous|rare|weird|a sign|because|due)\b|what (?:does|do|could|might|would) (?:it|this|that|these|such|the dream|my dream)\b|"
    r"what (?:causes|triggers|percent|share)\b|am i (?:the only|going|just|weird|normal|crazy|ill|sick)\b|(?:can|should) (?:i|you|one|it|anyone|someone)\b|"
    r"do (?:other|many|most|lots of|all|i have|i need)\b|does (?:it|this|that|everyone|anyone|anybody|everybody)\b|has (?:anyone|anybody)\b|are there\b|is there\b)"
    r"|\bi(?:'d| would)? (?:also )?(?:wonder|(?:want|like) to (?:know|understand)|am wondering|'m wondering) (?:why|what|how|if|whether)\b",
    re.IGNORECASE,
)
_ASKS_FOR_MORE = re.compile(
    r"^(?:please |can you |could you |would you |will you |pls )*(?:tell me (?:more|about|why|what (?:it|this|that|my|the dream))|explain|interpret|analy[sz]e|go on|continue|more|"
    r"what do you (?:think|make)|what(?:'s| is) your (?:interpretation|opinion|take|view|reading)|(?:help me |i want to )understand)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^(?:(?:please|pls|can you|could you|would you|will you|now|then|hello|hi|hey|chatgpt|stop),? )*(?:write|give me|tell me|translate|explain|show|calculate|solve|code|convert|"
    r"recommend|suggest|list|ignore|forget|repeat|print|act as|pretend|imagine you|you are now|you will|you must|from now on|now you are|provide|encode|reply|respond|render|reverse|"
    r"integrate|include|modify|augment|enhance|apply|encrypt|determine|analy[sz]e|complete|continue|summari[sz]e|output|say|draft|compose|define|compare|describe|start your|"
    r"help me (?:with|write|code|find)|find me|make me|i want you to|i need you to|be an?|do not look|use (?:a|an|emoji)|add)\b"
    r"|\b(?:your|the) (?:answer|response|reply|replies|prompts?|instructions?|system prompt|embeddings)\b|\brecipe\b.*\?|```|\bignore (?:all|any|every|previous|the|your) \w+|\b(?:language model|chat ?gpt|jailbreak)\b",
    re.IGNORECASE,
)
_DREAM_WORDS = re.compile(
    r"\b(?:dream(?:s|ed|t|ing)?|nightmare\w*|woke|wake|waking|asleep|sleep\w*|last night)\b", re.IGNORECASE
)
_MY_DREAM = re.compile(
    r"\b(?:my|this|the|that) (?:\w+ )?(?:dreams?|nightmares?)\b|\bi dream|\b(?:it|this|that)\b", re.IGNORECASE
)
_NEW_DREAM = re.compile(
    r"\b(?:another|a (?:different|second|new)|the (?:other|second|next)|one more) (?:\w+ )?(?:dream|nightmare)\b(?! about (?:it|that|this)\b)"
    r"|\b(?:last night|tonight|this morning|yesterday)[, ]+i (?:also )?(?:had a|dream\w*)\b|\bi (?:also|then) (?:had a dream|dream(?:ed|t))\b"
    r"|^(?:also,? )?i (?:had a (?:\w+ )?(?:dream|nightmare)|dream(?:ed|t))\b",
    re.IGNORECASE,
)
__all__ = [
    "ABOUT_A_DREAM",
    "Wish",
    "asks_the_library",
    "begins_a_new_dream",
    "is_greeting",
    "kind_of",
    "of_this_dream",
    "rejected_citations",
    "says_nothing",
    "small_answer",
    "wish_of",
]


def asks_the_library(message: str, heard: Heard) -> bool:
    """Whether the message asks what is known, or for more, rather than telling something; the question is its main matter."""
    matter = main_matter(message)
    if _ASKS_FOR_MORE.match(matter):
        return True
    parts = [part for part in re.split(r"(?<=[.!?\n])\s+", matter) if part.strip()]
    asked = sum(count_words(part) for part in parts if _is_question(part))
    return asked > 0 and asked * 2 >= count_words(matter)


def _is_question(sentence: str) -> bool:
    if _ASKS_WITHOUT_A_MARK.search(sentence):
        return True
    return sentence.rstrip(" \"'”’)").endswith("?") and bool(_ASKS.search(sentence))


def begins_a_new_dream(message: str) -> bool:
    """Whether the message says of itself that it turns to another dream."""
    named = _NEW_DREAM.search(message)
    if named is None or "?" in message:
        return False
    return count_words(message) > FEW or bool(
        re.search(r"another|second|different|new|other|more", named.group(), re.IGNORECASE)
    )


def of_this_dream(earlier: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns since the conversation last turned to a dream: before them lies another, or a start that was taken back."""
    start = 0
    for number, turn in enumerate(earlier):
        if turn.kind is Kind.WISH and wish_of(turn.message) is Wish.START_AGAIN:
            start = number + 1
        elif number and turn.kind in (Kind.DREAM, Kind.UNCOVERED, Kind.OUTSIDE) and begins_a_new_dream(turn.message):
            start = number
    return tuple(earlier[start:])


def rejected_citations(turns: Sequence[Turn]) -> list[Citation]:
    """The citations that the dreamer said no to: those of the last reply with a reading before each no."""
    rejected: list[Citation] = []
    offered: tuple[Citation, ...] = ()
    for turn in turns:
        if turn.kind is Kind.REJECTION:
            rejected += offered
        offered = turn.citations or offered
    return rejected


def question_to_answer(heard: Heard, earlier_heard: Sequence[Heard]) -> str:
    """What the dreamer asks the companion now: in this message, or before, where they say that it was not answered."""
    if heard.directed.complains and earlier_heard:
        return heard.directed.question or earlier_heard[-1].directed.question
    return heard.directed.question


def kind_of(
    message: str,
    heard: Heard,
    earlier: Sequence[Turn],
    *,
    covered: bool,
    coverage_alone: float | None = None,
    question: str = "",
) -> Kind:
    """The kind of turn, by the words alone and by what went before. Safety is decided elsewhere and comes first.

    ``covered`` is what the search said of the message in its conversation: it tells a dream the library knows from one it
    does not. ``coverage_alone`` is the search's figure for the message by itself, where the two differ. ``question`` is what of
    the message, once a dream was told, asks the companion.
    """
    said = message.strip()
    earlier = of_this_dream(earlier)
    told = [turn.message for turn in earlier if turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message)]
    alone = (1.0 if covered else 0.0) if coverage_alone is None else coverage_alone
    if wish_of(said) is not None and (told or count_words(said) <= FEW):
        return Kind.WISH
    if says_goodbye(said) or (told and heard.directed.leaves and not heard.directed.question):
        return Kind.CLOSE
    if told and any(turn.citations for turn in earlier) and rejects(said, just_offered=bool(earlier[-1].citations)):
        return Kind.REJECTION
    if is_greeting(said) or is_about_us(said) or (announces(said) and (not told or begins_a_new_dream(said))):
        return Kind.WHY if told and _ASKS_FOR_MORE.match(said) else Kind.OUTSIDE
    small = small_answer(said)
    if small is Small.PUZZLED or (small is not None and not _is_question(said)):
        return Kind.ANSWER if told else Kind.OUTSIDE
    if not (told and _ASKS_FOR_MORE.match(said)) and _is_order(said, alone):
        return Kind.OUTSIDE
    if told and question and not begins_a_new_dream(said) and _is_on_topic(question, told, alone):
        return Kind.WHY
    if asks_the_library(said, heard):
        return Kind.WHY if _is_on_topic(said, told, alone) else Kind.OUTSIDE
    if told and not begins_a_new_dream(said) and not _tells_more(said, told, covered=covered):
        return Kind.ANSWER
    return Kind.DREAM if covered else Kind.UNCOVERED


def _tells_more(said: str, told: Sequence[str], *, covered: bool) -> bool:
    """Whether the message goes on telling the dream, rather than answering what was asked about it."""
    words, before = count_words(said), sum(map(count_words, told))
    return (words > LONG and covered) or (before < FEW <= words and words > 2 * before)


def _is_order(said: str, coverage_alone: float) -> bool:
    """Whether the message asks for something else than a talk about a dream."""
    if _MY_DREAM.search(said) and _ASKS_FOR_MORE.match(said):
        return False
    return bool(_ORDER.search(said)) and coverage_alone < SURELY_COVERED


def _is_on_topic(question: str, told: Sequence[str], coverage_alone: float) -> bool:
    """Whether a question is about dreams: by its words, by what was told, or because it points at what was told."""
    if _DREAM_WORDS.search(question) or coverage_alone >= SURELY_COVERED:
        return True
    stems = content_stems(question)
    pointing = bool(told) and (
        len(stems) <= 1 or (bool(re.search(r"\b(?:it|this|that)\b", question, re.IGNORECASE)) and len(stems) <= 3)
    )
    return pointing or any(stems & content_stems(message) for message in told)
