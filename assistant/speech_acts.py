"""Tells what a message says to the companion from what it tells: questions, wishes, no, corrections, complaints, leave-taking."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.learned import SentenceClassifier
from assistant.phrases import plain, wish_of
from assistant.types import Directed, Wish
from assistant.words import content_stems, count_words, is_english
from knowledge.embedding import Embedder

LIKELY = 0.35  # a sentence is read as an act of a group from here on, and as telling something below
LIKELY_ENOUGH_TO_ACT = 0.5  # a wish, a correction or a complaint changes what the companion does
LIKELY_BY_ITSELF = 0.15  # an act is read only if it is likely itself, and not only its group
SURE = 0.85  # from here on an act needs none of the words of act_words.yaml
LIKELY_NO = 0.2  # right after a reading was offered
FELT_NOW, FELT_NOW_IN_A_LONG_TELLING = 0.4, 0.7  # a state is taken for the waking person's own from here on
FROM_THE_BEGINNING = 2  # sentences of a long message that are looked at, for there stands talk to the companion
FROM_THE_END = 4
LONG = 40  # words; most of a longer message is the dream
SHORT = 14  # words: a correction or a leave-taking is no longer

TELLS = "tells"
_WISHES = {
    "wishes_new_ending": Wish.NEW_ENDING,
    "wishes_note": Wish.NOTE,
    "wishes_skip": Wish.SKIP,
    "wishes_quiet": Wish.QUIET,
    "wishes_start_again": Wish.START_AGAIN,
    "wishes_delete": Wish.DELETE,
    "wishes_another_reading": Wish.ANOTHER_READING,
    "wishes_go_on": Wish.GO_ON,
    "wishes_stop": Wish.STOP,
}
_ANSWERS = frozenset({TELLS, "agrees", "denies", "not_knowing"})  # what tells something, if only a little
_CHANGE_COURSE = frozenset({"wishes", "corrects", "complains"})
_NOT_FOR_US = frozenset({"asks_outside", "asks_companion"})

_ANY = re.IGNORECASE
_SENTENCES = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n+|\s*;\s+")
_LEADS_IN = re.compile(
    r"^(?:(?:and|but|so|or|then|also|well|now|ok(?:ay)?|no|yes|yeah|right|look|please|pls|just tell me|tell me|honestly|anyway|again|hm+|oh|ah|ha(?:ha)*|sorry|"
    r"i (?:mean|wonder|was wondering|am wondering|'m wondering)|(?:i )?(?:just )?(?:want|wanted|would like|'d like) to (?:know|ask)|my question is|"
    r"(?:do|can|could) you (?:know|tell me|say))\b[\s,:.…–—-]*)+",
    _ANY,
)
_POINTS_BACK = re.compile(
    r"^(?:and|but|what about|so)? ?(?:what about )?((?:the|my|me|his|her|that) \w+(?: \w+)?)(?:,? (?:with|in|at|on) [^,?]+)?(?:,? (?:then|though|what about (?:it|him|her|them)))?\s*\?+$",
    _ANY,
)
_ASKING_FORM = re.compile(
    r"\?|^(?:wh(?:y|at|o|en|ere|ich)|how|is|are|am|was|were|do|does|did|can|could|may|should|would|will|has|have|any|says who|since when|you promise|explain|interpret|tell me|so you)\b|"
    r"\bwhy\b|\bwhat(?:'?s| is| does| do) .*\b(?:mean|supposed|say|about)\b|\bhow (?:come|long|often|common|many)\b|\b(?:is|are|am|does|do|can|should) (?:it|this|that|i|they|you|dreams?|everybody|everyone)\b|"
    r"\b(?:wonder|curious|(?:want|like|love|need) to (?:know|understand|ask)|want an? (?:answer|explanation)|explain|interpret)\b",
    _ANY,
)
_COMPLAINS = re.compile(
    r"\byou(?:'?re| are)? (?:saying|not (?:listening|answering|hearing|getting)|ignoring|repeating|being (?:cold|rude|harsh)|did ?n'?t (?:answer|listen|hear|say|give)|do ?n'?t (?:listen|understand|answer|get it)|keep (?:asking|saying)|never answer\w*|gave no|just (?:asked|said that|repeated))\b|"
    r"\bi (?:just |already )?asked (?:you )?(?:a|the|what|whether|if|for|three|twice|that)\b|\banswer (?:me|my|the) ?(?:question)?\b|\b(?:straight|simple) (?:question|answer)\b|"
    r"\bthat'?s (?:an? )?(?:horrible|awful|rude|mean|harsh|cruel|cold) thing to say\b",
    _ANY,
)
_NOT_THIS = re.compile(r"\bnot (?:my |the |an? |his |her |our )?(\w+)", _ANY)
_DENIES_A_FACT = re.compile(
    r"\b(?:was|were|is|are)(?:n'?t| not) (?:even )?(?:in|part of|from) (?:the|my|that) dream\b|\bnot (?:from|in|part of) (?:the|my) dream\b|\bin (?:the )?real life\b.*\bnot\b|"
    r"\b(?:nobody|no one) (?:said|was|did)\b.*|\bthere (?:was|were)(?:n'?t| no) (?:any )?\w+|^(?:what|which) \w+\s*[?.!]*$|\bmy \w+(?:'?s| is) (?:still )?alive\b",
    _ANY,
)


def examples(name: str) -> dict[str, list[str]]:
    """The example sentences by label, out of hearing/acts.yaml or hearing/states.yaml."""
    return {label: list(sentences) for label, sentences in _file(name).items()}


def _file(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files("assistant") / "hearing" / f"{name}.yaml").read_text("utf-8"))
    return loaded


class SpeechActs:
    """Reads messages with two classifiers learned from examples: of what a sentence does, and of how its writer is now.

    Learned at the first use, some ten seconds, and kept in ``folder``. One reader serves many threads.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._acts = SentenceClassifier("acts", examples("acts"), embedder, folder)
        self._states = SentenceClassifier("states", examples("states"), embedder, folder)
        self._words = {label: re.compile(pattern, _ANY) for label, pattern in _file("act_words").items()}

    def warm_up(self) -> None:
        """Learn, or read what was learned."""
        self._acts.warm_up()
        self._states.warm_up()

    def read(self, message: str) -> Directed:
        """The message in its parts. What is not plainly said to the companion counts as told."""
        if not is_english(message):
            return Directed(message=message, told=message)  # the examples are English
        sentences = [part.strip() for part in _SENTENCES.split(plain(message)) if re.search(r"\w", part)]
        acts, state, may_be_no = self._acts_and_state(sentences)
        asked = [
            (_LEADS_IN.sub("", one, count=1) or one, act)
            for one, act in zip(sentences, acts, strict=True)
            if act.startswith("asks")
        ]
        denied = frozenset[str]()
        for one, act in zip(sentences, acts, strict=True):
            if act == "corrects" and count_words(one) <= SHORT:
                denied |= content_stems(" ".join(_NOT_THIS.findall(one)))
                if _DENIES_A_FACT.search(one):
                    denied |= content_stems(_DENIES_A_FACT.sub(_what_is_denied(one), one))
        wish = next((_WISHES[act] for act in acts if act in _WISHES), None) or wish_of(message)
        pointed = next((found.group(1) for one in sentences if (found := _POINTS_BACK.match(one))), "")
        pointed = pointed or next((one for one, act in zip(sentences, acts, strict=True) if act == "points_back"), "")
        return Directed(
            message=message,
            told=" ".join(one for one, act in zip(sentences, acts, strict=True) if _tells(one, act)),
            question=" ".join(one for one, act in asked if act not in _NOT_FOR_US),
            asks=next((act for _, act in asked if act != "asks_why"), asked[0][1] if asked else ""),
            pointed_at=pointed,
            complains="complains" in acts,
            corrects="corrects" in acts,
            denied=denied,
            leaves="closes" in acts[-2:] or (len(acts) > 1 and acts[-1] == "greets"),
            rejects="rejects" in acts,
            may_reject=may_be_no,
            opens_a_dream="turns_to_another_dream" in acts,
            announces="announces" in acts,
            greets="greets" in acts[:-1] or acts == ["greets"],
            puzzled="puzzled" in acts,
            wish=wish,
            state=state,
        )

    def _act(self, sentence: str, probabilities: NDArray[np.float64]) -> str:
        """What the sentence does: the likeliest group of acts, and in it the likeliest act."""
        totals: dict[str, float] = {}
        for act, probability in zip(self._acts.labels, probabilities, strict=True):
            totals[_group(act)] = totals.get(_group(act), 0.0) + float(probability)
        if not _ASKING_FORM.search(_LEADS_IN.sub("", sentence, count=1)):
            totals.pop("asks")
        elif totals["asks"] >= LIKELY_NO:
            totals.pop("complains", None)  # who asks is answered first
        if _COMPLAINS.search(sentence) and totals.get("asks", 0.0) < LIKELY_NO:
            return "complains"
        best = max(totals, key=lambda group: totals[group])
        if totals[best] < (LIKELY_ENOUGH_TO_ACT if best in _CHANGE_COURSE else LIKELY):
            return TELLS
        among = [
            (probability, act)
            for act, probability in zip(self._acts.labels, probabilities, strict=True)
            if _group(act) == best
            and probability >= LIKELY_BY_ITSELF
            and (probability >= SURE or self._may_be(act, sentence))
        ]
        return max(among)[1] if among else TELLS

    def _may_be(self, label: str, sentence: str) -> bool:
        """Whether the sentence has a word of those without which it is not taken for this act or state."""
        needed = self._words.get(label)
        return needed is None or bool(needed.search(sentence))

    def _acts_and_state(self, sentences: Sequence[str]) -> tuple[list[str], str, bool]:
        """What each sentence does, how the writer is now, and whether one of them may say no to a reading."""
        places = range(len(sentences))
        seen = [n for n in places if n < FROM_THE_BEGINNING or n >= len(sentences) - FROM_THE_END]
        if not seen:
            return [], "", False
        looked_at = [sentences[number] for number in seen]
        vectors = self._embedder.encode(looked_at)
        acts = [TELLS] * len(sentences)
        likely = self._acts.probabilities(looked_at, vectors)
        for number, row in zip(seen, likely, strict=True):
            acts[number] = self._act(sentences[number], row)
        no = self._acts.labels.index("rejects")
        may_be_no = any(
            row[no] >= LIKELY_NO and self._may_be("rejects", one) for one, row in zip(looked_at, likely, strict=True)
        )
        least = FELT_NOW if sum(map(count_words, sentences)) <= LONG else FELT_NOW_IN_A_LONG_TELLING
        states = self._states.probabilities(looked_at, vectors)
        found = [
            (float(probability), state)
            for sentence, row in zip(looked_at, states, strict=True)
            for state, probability in zip(self._states.labels, row, strict=True)
            if state != "none" and probability >= least and self._may_be(state, sentence)
        ]
        return acts, max(found)[1] if found else "", may_be_no


def _tells(sentence: str, act: str) -> bool:
    """Whether the sentence tells something, be it in putting something right: "it was my aunt"."""
    return act in _ANSWERS or (act == "corrects" and not _DENIES_A_FACT.search(sentence))


def _group(act: str) -> str:
    """Acts that are answered alike, so that doubt among them is no doubt that it is one of them."""
    if act in _NOT_FOR_US:
        return "not for us"
    return next((name for name in ("asks", "wishes") if act.startswith(name)), TELLS if act in _ANSWERS else act)


def _what_is_denied(sentence: str) -> Callable[[re.Match[str]], str]:
    """For "there were no people" and "which people" the denied thing stands inside the pattern, for others before it."""
    return lambda found: found.group() if re.match(r"there|what|which", found.group(), _ANY) else ""
