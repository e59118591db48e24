"""A message in plain form for the screen: lower case, contractions spelt out, cut into sentences and clauses."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from assistant.safety.rules import FILLERS, SPELLING

LONGEST = 20_000  # characters that are read: of a longer message its beginning and its end
ENDING = 8_000

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "…": ". "})
_LEET = re.compile(r"(?<=[a-z])[*!1@$03](?=[a-z])")
_LETTERS = {"!": "i", "1": "i", "*": "i", "@": "a", "$": "s", "0": "o", "3": "e"}
_SHOUTED = re.compile(r"([a-z])\1{2,}")
_DOUBLE = frozenset("lseof")  # letters that English doubles: "killlll" is "kill", "diiie" is "die"
_CONTRACTIONS = (
    (re.compile(r"\b(?:can't|can not)\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bain't\b"), "am not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\bi'?d(?= (?:be|never|rather|like|love|just|do|have|want|kill|die|end|prefer|not)\b)"), "i would"),
    (re.compile(r"\bi'd\b"), "i had"),
    (re.compile(r"\bill(?= (?:be|do|kill|never|just|end|go|die|not|probably|have|take)\b)"), "i will"),
    (re.compile(r"\b(\w+)'d\b"), r"\1 would"),
    (re.compile(r"\b(\w+)'ll\b"), r"\1 will"),
    (re.compile(r"\b(\w+)'ve\b"), r"\1 have"),
    (re.compile(r"\b(\w+)'re\b"), r"\1 are"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"\b(it|he|she|that|there|what|who|here|everything|nothing|life|everyone|nobody|how)'s\b"), r"\1 is"),
    (re.compile(r"\b(thats|whats|theres)\b"), lambda found: f"{found[0][:-1]} is"),
)  # fmt: skip
_DROPPED = re.compile(r"https?://\S+|www\.\S+|<[^<>\n]{1,100}>|@\w+")
_SENTENCE = re.compile(r"[.!?]+(?=\s|$|[a-z\"'])|\n+")
_SUBJECT = (
    r"(?:i|he|she|they|we|it|you|my|the|a|there|this|that|now|lately|honestly|then|when|maybe|sometimes|also|even|still|"
    r"no one|nobody|everyone|every|what|how|do|not)\b"
)
_CLAUSE = re.compile(
    rf"""
      [;:]\s+ | \s+[-–—]+\s+ | [(),]\s*(?={_SUBJECT}) | [(),]\s*(?=(?:and|but|so|or|yet)\s)
    | \s+(?=(?:but|because|although|though|so|then|except|until|since)\s)
    | \s+(?=(?:and|or)\s+{_SUBJECT}) | \s+(?=and\s+(?:had|have|keep|dream\w*|want|feel|need|wish|think|am|can)\b)
    """,
    re.VERBOSE,
)
_SPACED = re.compile(r"\b(?:[a-z] ){3,}[a-z]\b")
_SPELT = re.compile(r"[a-z/']+")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence with a subject of its own: its text and where it stands in the sentence."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in plain form, and its clauses."""

    text: str
    clauses: tuple[Clause, ...]


def plain(text: str) -> str:
    """Lower case, straight apostrophes, contractions and slang spelt out, no fillers; line breaks and stops stay."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - ENDING]}\n{text[-ENDING:]}"
    lowered = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).lower()
    lowered = "".join(character for character in lowered if unicodedata.category(character) != "Cf")
    lowered = _DROPPED.sub(" ", lowered).replace("p.s.", "ps").replace("k.m.s", "kms")
    lowered = _SPACED.sub(lambda found: found[0].replace(" ", ""), lowered)
    lowered = _LEET.sub(lambda found: _LETTERS[found[0]], lowered)
    lowered = _SHOUTED.sub(lambda found: found[1] * (2 if found[1] in _DOUBLE else 1), lowered)
    lowered = _SPELT.sub(lambda found: SPELLING.get(found[0], found[0]), lowered)
    for contraction, spelt_out in _CONTRACTIONS:
        lowered = contraction.sub(spelt_out, lowered)
    lowered = FILLERS.sub("", lowered)
    return re.sub(r"[ \t\r\f\v]+", " ", lowered)


def sentences(text: str) -> list[Sentence]:
    """The sentences of a message, in plain form."""
    cut = (" ".join(part.split()) for part in _SENTENCE.split(plain(text)))
    return [Sentence(part, _clauses(part)) for part in cut if part]


def _clauses(sentence: str) -> tuple[Clause, ...]:
    starts = [0, *(found.end() for found in _CLAUSE.finditer(sentence)), len(sentence)]
    return tuple(Clause(sentence[a:b], a, b) for a, b in pairwise(starts) if sentence[a:b].strip())
