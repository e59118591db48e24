"""What kind of turn a message asks for: a dream, an answer, a question to the library, a no, a wish, thanks, or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from assistant.types import Heard, Kind, Turn
from assistant.words import content_stems, count_words

SHORT = 14  # words: a longer message that begins with thanks or no goes on to say something


class Wish(StrEnum):
    """What a dreamer may ask the companion to do."""

    NEW_ENDING = "new_ending"
    NOTE = "note"
    STOP = "stop"
    SKIP = "skip"
    START_AGAIN = "start_again"


_WISHES: dict[Wish, str] = {
    Wish.NEW_ENDING: r"\b(?:new|another|different|better|other) end(?:ing)?\b|\b(?:change|rewrite|re-write) (?:the|my|how|its?) (?:dream|ending|end|it ends)\b",
    Wish.NOTE: r"\b(?:give|write|make|send) me (?:a |the )?(?:note|summary)\b|\bsum (?:it|this|that) up\b|\bsummari[sz]e (?:it|this|that|my dream|the dream)\b",
    Wish.STOP: r"^(?:please )?(?:stop|end|quit|enough)(?: (?:here|now|it|this|please|for (?:now|today)))*[.!]*$|\b(?:i(?:'d| would)? (?:want|like) to stop|let'?s stop)\b",
    Wish.SKIP: r"^(?:please )?(?:skip|next|pass)(?: (?:this|that|it|the question|question|please|one))*[.!]*$|\b(?:rather not|don'?t want to) (?:say|answer|talk about (?:that|it|this))\b",
    Wish.START_AGAIN: r"\b(?:start (?:again|over|anew|afresh)|begin again|new conversation)\b",
}
_CLOSE = re.compile(
    r"^(?:ok(?:ay)?[,. ]+|alright[,. ]+|well[,. ]+)?(?:many )?(?:thanks|thank (?:you|u)|thx|ty|cheers|bye|goodbye|good ?night|see you|"
    r"that(?:'s| is| was) (?:all|enough|it)|i(?:'m| am) done|that helped)\b",
    re.IGNORECASE,
)
_REJECTION = re.compile(
    r"^(?:no+|nope|nah|not really|hm+ no|i don'?t think so|that'?s (?:not|wrong)|wrong|not (?:it|at all|quite|true|for me))\b"
    r"|\b(?:that|it|this|the reading|your reading|neither|none of (?:that|it|them)) (?:does|do)(?:es)?(?:n'?t| not) (?:really )?(?:fit|apply|match|ring true|feel right|help)\b"
    r"|\bdoes(?:n'?t| not) (?:really )?(?:fit|apply|ring true)\b|\b(?:that'?s|that is|it'?s|you'?re) (?:just )?(?:not (?:it|true|right|what)|wrong|off|nonsense)\b",
    re.IGNORECASE,
)
_LIBRARY_QUESTION = re.compile(
    r"\b(?:why (?:do|does|did|can'?t|cant|is|are|am|would|could|couldn'?t|couldnt|have|has|was|were|it|the|my|i|we|people|one|always|on earth)|"
    r"how (?:common|often|many|normal|usual|rare|come|frequent|does (?:the|my|a|it|this|that)|do (?:people|you|i|dreams?|lucid))|"
    r"is (?:it|this|that) (?:\w+ )?(?:normal|common|usual|true|known|bad|dangerous|rare|weird|a sign|because|due)|"
    r"what (?:does|do|could|might|would|can) (?:it|this|that|these|my|the|such|they|i|one|you)\b|what (?:is|are|'s) (?:the|behind|going|this|that|it|happening|known|meant|a |science|research|studies)|"
    r"what (?:causes|happens|helps|makes|percent)|what'?s (?:the|behind|going|happening)|(?:are|is|does|do|did) (?:there|anyone|anybody|everybody|everyone|other|many|most|lots|people|dreams?|science|research)|"
    r"has (?:anyone|anybody|it|this)|am i the only|can (?:i|you|one|it|anything) |should i|do (?:i|you) (?:have|need|know|think)|"
    r"how (?:can|could|should|would|to) (?:i|you|one|we|stop|get)?|where does (?:it|this|that)|which)\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"^(?:idk|i ?d(?:on'?t|unno|o not) ?(?:know|remember|recall)?|dunno|no (?:idea|clue)|not sure|(?:i'?m )?unsure|can'?t (?:say|remember|tell)|maybe|"
    r"nothing|none|hard to (?:say|tell)|who knows|what)(?: (?:really|sorry|tbh|honestly|anymore|yet|exactly|either))*[\s.!?]*$",
    re.IGNORECASE,
)
_GREETING = re.compile(r"^(?:hi|hello|hey|good (?:morning|evening|afternoon)|hiya|yo)\b[\s,!.]*(?:there|you|again)?[\s,!.]*$", re.IGNORECASE)
_REQUEST = re.compile(
    r"^(?:please |can you |could you |would you |pls )?(?:write|give|tell me (?:a joke|how|what|who|when|where|the)|make|translate|explain|show|calculate|solve|code|"
    r"convert|recommend|suggest|find|list|what(?:'s| is) (?:the )?(?:weather|time|capital|\d)|who (?:is|was|won)|how (?:do|to|can|much|long|far|tall|old)|"
    r"ignore|forget|repeat|print|act as|pretend|you are now|help me (?:with|write|code|find))\b",
    re.IGNORECASE,
)
_DREAM_WORDS = re.compile(
    r"\b(?:dream(?:s|ed|t|ing)?|nightmare\w*|woke|wake|waking|asleep|sleep\w*|last night|this morning)\b", re.IGNORECASE
)
_NEW_DREAM = re.compile(
    r"\b(?:another|different|other|new|second|next) (?:dream|nightmare)\b|\b(?:last night|tonight|this morning|yesterday) i (?:had|dream\w*)\b"
    r"|\bi (?:also )?(?:had|dream(?:ed|t)) (?:a|another|of|about|that|this)\b",
    re.IGNORECASE,
)


def wish_of(message: str) -> Wish | None:
    """What the message asks the companion to do, if that is what it does."""
    if count_words(message) > 2 * SHORT:
        return None
    for wish, pattern in _WISHES.items():
        if re.search(pattern, message.strip(), re.IGNORECASE):
            return wish
    return None


def says_nothing(message: str) -> bool:
    """Whether an answer holds nothing to go on from: "idk", "not sure", "yes", a smiley."""
    return not content_stems(message) or bool(_NOTHING.match(message.strip()))


def is_greeting(message: str) -> bool:
    """Whether the message only says hello."""
    return bool(_GREETING.match(message.strip()))


def asks_the_library(message: str, heard: Heard) -> bool:
    """Whether the message asks what is known, rather than telling something; the question is its main matter."""
    questions = [part for part in re.split(r"(?<=[.!?\n])\s+", message) if _LIBRARY_QUESTION.search(part)]
    asked = sum(count_words(question) for question in questions)
    return bool(questions) and (heard.asks_something or "?" in message or asked) > 0 and asked * 2 >= count_words(message)


def kind_of(message: str, heard: Heard, earlier: Sequence[Turn], *, covered: bool) -> Kind:
    """The kind of turn, by the words alone and by what went before. Safety is decided elsewhere and comes first.

    ``covered`` is what the search said of the message: it tells a dream the library knows from one it does not, and a
    question to the library from a request for something else.
    """
    said = message.strip()
    short = count_words(said) <= SHORT
    dream_told = any(turn.kind in (Kind.DREAM, Kind.UNCOVERED, Kind.ANSWER, Kind.WHY) for turn in earlier)
    offered = any(turn.citations for turn in earlier)
    if wish_of(said) is not None and (dream_told or short):
        return Kind.WISH
    if _CLOSE.match(said) and short:
        return Kind.CLOSE
    if dream_told and offered and _REJECTION.search(said) and count_words(said) <= 3 * SHORT:
        return Kind.REJECTION
    if asks_the_library(said, heard) and covered:
        return Kind.WHY
    if is_greeting(said) or _off_topic(said, heard, covered=covered, dream_told=dream_told):
        return Kind.OUTSIDE
    if dream_told and not _NEW_DREAM.search(said) and (count_words(said) <= 60 or earlier[-1].question == ""):
        return Kind.ANSWER
    return Kind.DREAM if covered else Kind.UNCOVERED


def _off_topic(said: str, heard: Heard, *, covered: bool, dream_told: bool) -> bool:
    if covered and _DREAM_WORDS.search(said):
        return False
    if _REQUEST.match(said) and not _DREAM_WORDS.search(said):
        return True
    asks = "?" in said and asks_the_library(said, heard)
    return asks and not covered and not _DREAM_WORDS.search(said) and not dream_told
