"""Tells what a message says to the companion from what it tells: questions, corrections, complaints, remarks, leave-taking."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.phrases import plain
from assistant.types import Directed
from assistant.words import content_stems, count_words

_ANY = re.IGNORECASE
_SENTENCES = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n+|\s*;\s+")
_LEADS_IN = re.compile(
    r"^(?:(?:and|but|so|or|then|also|well|now|ok(?:ay)?|no|yes|yeah|right|look|please|pls|just tell me|tell me|honestly|anyway|again|hm+|oh|ah|ha(?:ha)*|sorry|"
    r"i (?:mean|wonder|was wondering|am wondering|'m wondering)|(?:i )?(?:just )?(?:want|wanted|would like|'d like) to (?:know|ask)|my question is|"
    r"i(?: \w+)? (?:asked|was asking)(?: you)?(?: (?:\w+ times|twice|again|already))*(?: (?=what|if|whether|why|how|is|are|can|should|does|do)(?:if |whether )?)?|(?:do|can|could) you (?:know|tell me|say))\b[\s,:.…–—-]*)+",
    _ANY,
)
_ASKS = re.compile(
    r"^(?:(?:why|how come)\b|how (?:common|normal|usual|rare|often do|many|long does|likely|does|do|can|could|should|bad|dangerous)\b|"
    r"what(?:'s| is| does| do| could| might| would| can| causes| triggers| if| about| happens)\b.*\b(?:it|this|that|these|such|dreams?|i|you|mean|means|evidence|called|do|name|point|common)\b|"
    r"(?:is|was|isn'?t) (?:it|this|that|there|she|he) \b|(?:is|are) (?:dreams?|nightmares?|these|they|there)\b|"
    r"(?:should|can|could|may|must|will|would) (?:i|you|it|one|we|this|that|people|anyone|someone)\b|"
    r"(?:do|does|did|has|have) (?:i|you|it|this|that|other|many|most|people|everyone|anyone|anybody|dreams?|the dream|my dream)\b|"
    r"am i\b|what (?:i|we) (?:could|can|should)\b|(?:the dream|my dream|this dream|it) means?\b|(?:so )?(?:which|who) (?:one|of (?:them|these|those))\b|(?:do )?you think\b|any (?:evidence|idea|proof)\b|what (?:now|then)\b)",
    _ANY,
)
_POINTS_BACK = re.compile(
    r"^(?:and|but|what about|so)? ?(?:what about )?((?:the|my|his|her|that) \w+(?: \w+)?)(?:,? (?:then|though|what about (?:it|him|her|them)))?\s*\?+$",
    _ANY,
)
_TAG = re.compile(r",? (?:isn'?t it|right|no|don'?t you think|do you think|you think)\s*\?+$", _ANY)
_CORRECTS = re.compile(
    r"\b(?:was|were|is|are)(?:n'?t| not) (?:even )?(?:in|part of|from) (?:the|my|that) dream\b|\bnot (?:from|in|part of) (?:the|my) dream\b|\bin (?:the )?real life\b.*\bnot\b|"
    r"\b(?:nobody|no one) (?:said|was|did)\b.*|\bthere (?:was|were)(?:n'?t| no) (?:any )?\w+|^(?:what|which) \w+\s*[?.!]*$|\bmy \w+(?:'?s| is) (?:still )?alive\b|"
    r"\bthat(?:'s| is| was)(?:n'?t| not) (?:the|a|my|in the) (?:dream|question)\b",
    _ANY,
)
_COMPLAINS = re.compile(
    r"\b(?:you(?:'re| are)? (?:not|never)(?: really| even)? (?:listen\w*|answer\w*|hear\w*|get(?:ting)? it)|you did(?:n'?t| not) (?:say|answer|tell|listen|hear)|"
    r"(?:i )?(?:just|literally|already) (?:just |literally |already )*(?:said|told|asked)|i (?:was|were) asking you|i asked(?: you)?\b|as i said|like i said|stop asking|"
    r"(?:do|does)(?:n'?t| not) (?:really )?(?:understand|get) (?:this|the|your|that) question|what (?:do|does) (?:you|that|it) mean by|that makes no sense|"
    r"(?:that'?s|that is) not what i (?:said|asked|meant)|i (?:do not|don'?t) (?:know|understand) what (?:that|you) means?)\b",
    _ANY,
)
_REMARKS = re.compile(
    r"^(?:ok(?:ay)?(?: fine)?|fine|look|lol|haha+|ha|sorry(?:,? that(?:'s| is| was) (?:dark|a lot|silly|weird|long))?|never ?mind|whatever|anyway|right|well|hm+|idk|nothing(?: really| else)*|"
    r"what|pardon|huh|please(?: just)?(?: tell me)?|just tell me|no ?one|you(?:'re| are) right|not really|no(?: idea| clue)?|yes|yeah|haven'?t a clue|no clue|i (?:don'?t|do not) know|you are allowed.*|that (?:last bit )?(?:actually )?helped(?: actually)?|"
    r"(?:ok )?the last bit helped(?: actually)?|if you (?:want|like)|hello\??|u there\??|are you there\??)[\s.!,?]*$",
    _ANY,
)
_LEAVES = re.compile(
    r"^(?:(?:ok(?:ay)?|right|well|alright|great|cool|anyway|so|no|nothing(?: else)?(?: really)?)[,.! ]+)*(?:(?:many |a lot of )?thanks\b|thank (?:you|u)\b|thx\b|ty\b|cheers\b|bye\b|goodbye\b|good ?night\b|"
    r"i(?:'m| am) (?:off|going|done|leaving)\b(?! to (?:be|have|do)\b)|i(?:'ll| will)? (?:go|leave it (?:there|here|at that)|stop here|think i(?:'ll| will) (?:leave|stop|go))\b|i think i(?:'ll| will) (?:leave it|stop|go)\b|"
    r"(?:that(?:'s| is| has been|'s been) (?:been )?(?:nice|lovely|helpful|all|enough|it)\b)|(?:see|talk to) (?:you|ya)\b|got to go\b|gotta go\b|let'?s leave it)",
    _ANY,
)


def directed(message: str) -> Directed:
    """Part a message. What is not plainly said to the companion counts as told."""
    told: list[str] = []
    asked: list[str] = []
    pointed_at, complains, corrects, denied = "", False, False, frozenset[str]()
    sentences = [part.strip() for part in _SENTENCES.split(plain(message)) if part.strip()]
    leaves = bool(sentences) and any(_is_short(_LEAVES, part) for part in sentences[-2:])
    for sentence in sentences:
        pointing = _POINTS_BACK.match(sentence)
        matter = _LEADS_IN.sub("", sentence, count=1)
        if pointing and not _CORRECTS.search(sentence):
            pointed_at = pointing.group(1)
        elif _CORRECTS.search(sentence) and count_words(sentence) <= 14:
            corrects, denied = True, denied | content_stems(_CORRECTS.sub(_what_is_denied(sentence), sentence))
        elif _ASKS.match(matter) or _TAG.search(sentence):
            asked.append(matter)
            complains = complains or bool(_COMPLAINS.search(sentence))
        elif _COMPLAINS.search(sentence):
            complains = True
        elif not (_REMARKS.match(sentence) or (leaves and _is_short(_LEAVES, sentence))):
            told.append(sentence)
    return Directed(" ".join(told), " ".join(asked), pointed_at, complains, corrects, denied, leaves)


def _is_short(pattern: re.Pattern[str], sentence: str) -> bool:
    return count_words(sentence) <= 12 and bool(pattern.match(sentence))


def _what_is_denied(sentence: str) -> Callable[[re.Match[str]], str]:
    """For "there were no people" and "which people" the denied thing stands inside the pattern, for others before it."""
    return lambda found: found.group() if re.match(r"there|what|which", found.group(), _ANY) else ""
