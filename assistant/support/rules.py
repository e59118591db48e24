"""Rules over words, numbers, certainty and negation: each says one thing about a sentence and a passage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.words import content_stems, words

DENIED_WORDS = 3  # of content, after a negation

_SENTENCES = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")
CLAUSES = re.compile(r"[,;:()]|\s[–—-]\s|\b(?:and|but|though|although|because|whereas|while|which|who|whose|or|so)\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NUMBER_WORDS = {
    "half": "1/2", "third": "1/3", "quarter": "1/4", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "dozen": "12", "hundred": "100", "thousand": "1000",
}  # fmt: skip
CERTAIN = re.compile(
    r"\b(?:always|never|every|all (?:of|the|dream\w*|people|such)|everyone|nobody|prove[sn]?|shows?|shown|must|means? that|the reason|because|"
    r"causes?|caused|due to|leads? to|certain(?:ly)?|definitely|clearly|truly|will|does|the only|most (?:of|often|people|\w+s)|cures?|guarantees?)\b",
    re.IGNORECASE,
)
_DOUBTS = re.compile(
    r"\b(?:may|might|could|can|perhaps|possib\w+|maybe|sometimes|some|often|usually|seem\w*|seldom|likely|tend\w*|suggest\w*|guess\w*|says?|said|"
    r"believed?|thought|reading|readings|read|idea|many|few|one|if|whether|about|rarely|hearsay|popular|take|takes|taken|people)\b",
    re.IGNORECASE,
)
_HEDGED_MOST = re.compile(r"\bat (?:the )?most\b|\bmostly\b", re.IGNORECASE)
NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|nothing|none|neither|nor|without|hardly|rarely|seldom|cannot|unlikely)\b|n['’]t\b",
    re.IGNORECASE,
)
DENIES_WHAT_WENT_BEFORE = re.compile(
    r"^(?:that|this)(?: (?:saying|idea|belief|claim|view|notion|rumour|rumor))? (?:cannot|can['’]t|is not|isn['’]t|is wrong|is untrue|was not|has never)\b",
    re.IGNORECASE,
)
_PARTS = re.compile(r"(?<!\d),|,(?!\d)|;|\band\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
_OF_COUNTING = content_stems(
    "study studies student students people person survey surveys asked question report reports per cent percent sample least time"
)
_COMPARISON_OF = re.compile(
    r"\b(more|less|fewer|longer|shorter|slower|faster|higher|lower|better|worse|least|rarer?|seldom|commoner|stronger|weaker|before|after)\b(?:\s+(?:of|the|a|an|in|on|to|time|than)\b)*\s*(\w*)",
    re.IGNORECASE,
)
OF_TALK = content_stems(
    """may some people person find mind sense something sometimes perhaps possible possibly wonder often feel usual usually mostly
    likely picture way moment dreamer think thought read reading take taken see seen simply simple might idea view call called
    carry touch stand close weigh company wide alone fit speak hint echo suit suggest recognise recognize resemble whatever
    ordinary odd far welcome familiar clear plain real wherever ask asked"""
)
COURTESY = re.compile(
    r",? (?:so|and) (?:if|you|yours|your \w+|an? \w+ one)\b[^,;]*\b(?:alone|company|odd|ordinary|crowd|unusual)\b[^;]*$|"
    r",? (?:which|as you|as yours) may or may not\b[^;]*$",
    re.IGNORECASE,
)


def sentences_of(text: str) -> list[str]:
    """The sentences of a passage, each to the letter a part of it."""
    return [sentence for paragraph in text.split("\n") for sentence in _SENTENCES.split(paragraph.strip()) if sentence]


def figures(text: str) -> set[str]:
    """Every number that a text writes in figures."""
    return set(_NUMBER.findall(text))


def numbers(text: str) -> set[str]:
    """Every number in a text, in figures, small number words included."""
    return figures(text) | {NUMBER_WORDS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in NUMBER_WORDS}


def overlap(stems: frozenset[str], text: str) -> float:
    """Share of the stems that a text has."""
    return len(stems & content_stems(text)) / len(stems) if stems else 0.0


def is_surer(claim: str, best: str, around: str) -> bool:
    """Whether the claim has a word of certainty or cause that the passage has not there, or leaves out its doubt."""
    surest = {word.lower() for word in CERTAIN.findall(_HEDGED_MOST.sub("", claim))}
    if surest - {word.lower() for word in CERTAIN.findall(around)}:
        return True
    nearest = max(CLAUSES.split(best), key=lambda clause: len(content_stems(clause) & content_stems(claim)))
    return bool(_DOUBTS.search(nearest)) and not _DOUBTS.search(claim)


def compares_otherwise(claim: str, around: str) -> bool:
    """Whether the claim says more where the passage says less, or compares where the passage does not."""
    theirs = [(word.lower(), content_stems(of)) for word, of in _COMPARISON_OF.findall(around)]
    for word, of in _COMPARISON_OF.findall(claim):
        alike = [other for other, compared in theirs if compared & content_stems(of)]
        if word.lower() not in (alike or [other for other, _ in theirs]):
            return True
    return False


def negates_otherwise(claim: str, best: str, around: str) -> bool:
    """Whether the claim denies what the passage says there, or says what it denies."""
    if NEGATION.search(claim) and not NEGATION.search(around):
        return True
    stems = content_stems(claim) - OF_TALK
    here, there = _denials(claim), _denials(best)
    first_here = frozenset().union(*(content_stems(denial[0]) for denial in here if denial))
    denied_here, denied_there = _content(here), _content(there)
    affirmed_there = content_stems(best) - denied_there
    return bool((denied_there & stems) - denied_here) or bool(first_here & affirmed_there)


def _denials(text: str) -> list[list[str]]:
    """For each clause with a negation, the first content words after it."""
    found = [(clause, NEGATION.search(clause)) for clause in CLAUSES.split(text)]
    return [
        [word for word in words(clause[negation.end() :]) if content_stems(word) - OF_TALK][:DENIED_WORDS]
        for clause, negation in found
        if negation
    ]


def _content(denials: list[list[str]]) -> frozenset[str]:
    return content_stems(" ".join(word for denial in denials for word in denial))


def moves_a_number(claim: str, passage: str) -> bool:
    """Whether a number of the claim is given to what the passage gives another number to."""
    places = list(_numbers_in_place(passage))
    for number, about, _ in _numbers_in_place(claim):
        own = frozenset().union(*(clause | lead for found, clause, lead in places if found == number))
        others = frozenset().union(*(clause for found, clause, _ in places if found != number))
        if (about & others) - own:
            return True
    return False


def _numbers_in_place(text: str) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """Each figure but years, with the content of its clause and of what leads up to that clause without a figure."""
    for sentence in sentences_of(text):
        first, before = "", ""
        for clause in _PARTS.split(sentence):
            found = {figure for figure in figures(clause) if not _YEAR.fullmatch(figure)}
            lead = content_stems(f"{first} {before}")
            for number in found:
                yield number, content_stems(clause) - _OF_COUNTING, lead
            first, before = (first, "") if found else (first or clause, clause)
