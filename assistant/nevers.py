"""What no reply may say, whatever the model: by rules for every voice, and for a model's own sentences by examples besides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.kept_yaml import read_yaml
from assistant.learned import SentenceClassifier, levelled
from assistant.words import MARK, content_stems, count_words, is_english
from knowledge.embedding import Embedder

ALLOWED, NEVER = "allowed", "never"
LEARNED = "too near to what is never said"  # the name of the fault that the classifier finds
# Set on harmless sentences that sound near (nearly_nevers.jsonl), so that one in fifty of them is blocked.
SURELY = 0.75
SURELY_IN_PART = 0.8  # a part of a sentence says less by itself
SIGNAL, FORM = 0.25, 0.5  # how much each counts beside the embedding
STRENGTH = 5.0
FEWEST_WORDS_OF_A_PART = 4
FEWEST_TOLD = 3  # stems: fewer can be put together to say anything
FEWEST_WORDS = 3  # of a sentence of our own, for it to be an example
OF_OUR_OWN = ("responses.yaml", "scenes.yaml", "matters.yaml")

_JOINTS = re.compile(
    r"(?<=[.!?])[\"'”’)]*\s+|[,;:]\s+(?!or\b)|\s[–—-]\s|,?\s+(?=(?:and|but|so|because|although|though)\b)"
)
_STRETCHES = re.compile(r"(?<=[.!?])[\"'”’)]*\s+|[:;]\s+")
_GOES_ON = re.compile(r"(?:and|but|so|because|although|though)\b")
_ASKS = re.compile(r"\?|\b(?:do you think|could it be|i wonder|is it possible)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


def never_said(text: str, told: Sequence[str] = ()) -> list[str]:
    """The names of the rules that a sentence breaks; empty where it breaks none.

    ``told`` are the dreamer's messages where the sentence gives their words back: what they said themselves ("the doctor told
    me that I will die") is not ours when we repeat it. What they only asked is no saying of theirs.
    """
    theirs = stated(told)
    broken = []
    for name, pattern in _patterns("rules").items():
        found = [content_stems(match.group()) for match in pattern.finditer(levelled(text))]
        if any(not stems or not stems <= theirs for stems in found):
            broken.append(name)
    return broken


def stated(told: Sequence[str]) -> frozenset[str]:
    """The stems of what the dreamer said, apart from what they asked."""
    sentences = (sentence for message in told for sentence in _SENTENCES.split(message))
    return frozenset().union(*(content_stems(sentence) for sentence in sentences if not _ASKS.search(sentence)))


class Nevers:
    """Learned from nevers_examples.yaml, our own sentences and the signals of nevers.yaml; for sentences that a model made. English only.

    One judge serves many threads.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self.classifier = SentenceClassifier(
            "nevers", _examples(), embedder, folder, strength=STRENGTH, columns=self._columns, beside=_signals_as_told
        )

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        self.classifier.warm_up()

    def faults(self, text: str, told: Sequence[str] = ()) -> list[str]:
        """The fault, as ``never_said`` names its own; empty where there is none.

        Whole sentences are judged and their parts, lest something forbidden hides behind something harmless. What gives back
        only words of ``told``, and enough of them, is the dreamer's.
        """
        bare = MARK.sub("", text).strip()
        if bare in frozenset(our_own()) or not is_english(bare):
            return []
        theirs = stated(told)
        stretches = dict.fromkeys([*parts(bare), *_STRETCHES.split(bare)])
        said = [
            one for one in stretches if not FEWEST_TOLD <= len(content_stems(one)) <= len(content_stems(one) & theirs)
        ]
        outright = list(dict.fromkeys(name for one in said for name in said_outright(one)))
        if outright or not said:
            return outright
        judged = [one for one in said if not _pardons().search(levelled(one))]
        enough = [SURELY if one == bare else SURELY_IN_PART for one in judged]
        return [LEARNED] if judged and np.any(self.likely(judged) >= enough) else []

    def likely(self, said: Sequence[str]) -> NDArray[np.float64]:
        """How likely each is something that is never said (0 to 1), by the examples."""
        found: NDArray[np.float64] = self.classifier.probabilities(said, self._columns(said))
        return found[:, self.classifier.labels.index(NEVER)]

    def _columns(self, said: Sequence[str]) -> NDArray[np.float32]:
        """A row a sentence: its embedding, and the signals that it shows."""
        shown = np.array([[name in signals for name in _names()] for signals in map(signals_of, said)])
        weights = [FORM if name in _forms() else SIGNAL for name in _names()]
        return np.hstack([self._embedder.encode(list(said)), shown * weights]).astype(np.float32)


def parts(text: str) -> list[str]:
    """The text, and each stretch of it between two joints that has words enough to say something."""
    cut = [part.strip() for part in _JOINTS.split(text)]
    return list(dict.fromkeys([text, *(part for part in cut if count_words(part) >= FEWEST_WORDS_OF_A_PART)]))


def signals_of(sentence: str) -> frozenset[str]:
    """The signals that a sentence shows, and the forms that they make together."""
    told = levelled(sentence)
    shown = {name for name, pattern in _patterns("signals").items() if pattern.search(told)}
    made = {name for name, form in _forms().items() if shown & set(form["shows"]) and not shown & set(form["without"])}
    return frozenset(shown | made)


@cache
def _patterns(kind: str) -> dict[str, re.Pattern[str]]:
    """The patterns of a part of the file; one may stand on several lines."""
    told: dict[str, str] = _told()[kind]
    return {name: _compiled(pattern) for name, pattern in told.items()}


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("\n", ""))


@cache
def _told() -> dict[str, Any]:
    told: dict[str, Any] = read_yaml("assistant", "nevers.yaml")
    return told


@cache
def _pardons() -> re.Pattern[str]:
    return _compiled(_told()["pardons"])


def said_outright(sentence: str) -> list[str]:
    """The wordings and plain forms of what is never said that a sentence of a model has; empty where it has none."""
    told = levelled(sentence)
    if _pardons().search(told):
        return []
    worded = [name for name, pattern in _patterns("wordings").items() if pattern.search(told)]
    goes_on = _GOES_ON.match(told)  # "... and wash" is no order
    return worded or ([] if goes_on else sorted(signals_of(sentence) & frozenset(_told()["plain_forms"])))


@cache
def _forms() -> dict[str, dict[str, list[str]]]:
    told: dict[str, dict[str, list[str]]] = _told()["forms"]
    return told


@cache
def _names() -> tuple[str, ...]:
    """All signals and forms, in the order of their columns."""
    return (*_patterns("signals"), *_forms())


def _signals_as_told() -> str:
    patterns = {name: pattern.pattern for name, pattern in _patterns("signals").items()}
    return repr((patterns, _forms(), SIGNAL, FORM))


@cache
def _examples() -> dict[str, list[str]]:
    """Both lists; what is allowed with its parts, as they are judged too, and every second sentence of our own."""
    rows = _rows()
    fine = [*allowed(), *our_own()[::2]]
    never = [one for label, told in rows.items() if label != ALLOWED for one in told]
    return {ALLOWED: list(dict.fromkeys(part for one in fine for part in parts(one))), NEVER: never}


@cache
def _rows() -> dict[str, list[str]]:
    rows: dict[str, list[str]] = read_yaml("assistant", "nevers_examples.yaml")
    return rows


def allowed() -> tuple[str, ...]:
    """Sentences that a good model may say."""
    return tuple(_rows()[ALLOWED])


@cache
def our_own() -> tuple[str, ...]:
    """Every sentence that we say ourselves: no model made it, so it is what a good reply sounds like."""
    read = [read_yaml("assistant", "texts.yaml"), *(read_yaml("assistant", "method", name) for name in OF_OUR_OWN)]
    said = (one for told in read for one in _strings(told) if count_words(one) >= FEWEST_WORDS and "{" not in one)
    return tuple(dict.fromkeys(said))


def _strings(told: Any) -> Iterator[str]:
    """Every text in a file, the keys left out."""
    if isinstance(told, str):
        yield " ".join(told.split())
    elif isinstance(told, dict | list):
        for one in told.values() if isinstance(told, dict) else told:
            yield from _strings(one)
