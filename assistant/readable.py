"""What a shown sentence is made of: words that can be read, in letters of one script, with no address and no markup in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from assistant.words import ENGLISH, FUNCTION_WORDS, is_english

LONGEST_WORD = 30  # letters; longer ones are no words of ours
WORDS_TO_TELL = 6  # from so many on, a sentence without the small words of its language cannot be read
FEWEST_SMALL_WORDS = 0.15  # share of them in English that can be read; it has nearly half
NOT_READABLE = "a reply can be read"
NO_ADDRESS = "a reply holds no address"

_MARKUP = re.compile(
    r"[{}<>|\\`~^]|\*\*|__|\w\*|\*\w|!\[|\]\(|\[(?!\d+\]|…)|&(?:\w+|#\w+);|^\s*(?:[-*#•]|\d+[.)])\s", re.MULTILINE
)
_ADDRESS = re.compile(
    r"https?:|www\.|\S@\S|\b(?:data|javascript|mailto|file|ftp|blob):\S|\b[\w-]{2,}\.[a-z]{2,}\b|\bdot (?:com|org|net)\b",
    re.IGNORECASE,
)
_OF_OURS = re.compile(r"\b(?:findahelpline\.com|988lifeline\.org|988\.ca|113\.nl)\b")
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|a\.m|p\.m|o'clock)\b\.?", re.IGNORECASE)
_SPELT = re.compile(r"(?:\b\w[\s.-]+){3,}\w\b")
_OTHER_LETTERS = re.compile(r"[\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]")  # Latin ones in another width or face
_QUOTED = re.compile(r"[\"“]([^\"“”]*)[\"”]")
_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]+")
JOINERS = "\u200c\u200d"  # joiners, without which some scripts and emoji are misspelt


def seen(text: str) -> str:
    """The text as its reader sees it: no characters that show nothing or turn the reading order, one form of each letter."""
    if text.isascii():
        return text
    kept = [
        one
        for one in unicodedata.normalize("NFKC", text)
        if unicodedata.category(one) not in ("Cf", "Co", "Cs", "Cc") or one in "\n\t"
    ]
    return "".join(kept)


def without_told(text: str, told: Sequence[str]) -> str:
    """The text without what it quotes to the letter of what was told; what else stands between quotation marks is ours."""
    everything = " ".join(" ".join(told).split()).lower()
    return _QUOTED.sub(lambda found: "" if _closed(found[1]).lower() in everything else found[0], text)


def _closed(quoted: str) -> str:
    return " ".join(quoted.split()).strip(" .,;:!?…")


def faults_of_wording(text: str, told: Sequence[str]) -> list[str]:
    """What is wrong with a sentence as writing; empty where nothing is. ``told`` is what may be quoted."""
    own = without_told(text, told)
    faults = []
    if _MARKUP.search(own) or any(unicodedata.category(one) == "So" and one not in "".join(told) for one in own):
        faults.append("a reply is plain text")
    if _ADDRESS.search(_ABBREVIATED.sub("", _OF_OURS.sub("", own))):
        faults.append(NO_ADDRESS)
    if not _is_readable(own, told):
        faults.append(NOT_READABLE)
    return faults


def _is_readable(text: str, told: Sequence[str]) -> bool:
    everything = " ".join(told)
    if any(unicodedata.category(one) in ("Cf", "Co", "Cs") and one not in JOINERS for one in text):
        return False
    if _SPELT.search(text) or _OTHER_LETTERS.search(text):
        return False
    in_latin = is_english(everything)
    if any(_is_foreign(word, in_latin) and word not in everything for word in _WORD.findall(text)):
        return False
    if any(len(token) > LONGEST_WORD and token not in everything for token in _TOKEN.findall(text)):
        return False
    lowered = [word.lower() for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text)]
    if len(lowered) < WORDS_TO_TELL or not in_latin or not is_english(text):
        return True
    small = sum(word.replace("’", "'") in FUNCTION_WORDS or word in ENGLISH for word in lowered)
    return small >= FEWEST_SMALL_WORDS * len(lowered)


def _is_foreign(word: str, in_latin: bool) -> bool:
    """Whether a word has letters of another script: of any where Latin ones are written, else of one that looks like it."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha()}
    lookalikes = "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
    return lookalikes or (in_latin and bool(scripts - {"LATIN"}))
