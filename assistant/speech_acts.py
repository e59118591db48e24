"""Reads a message sentence by sentence: what each says to the companion, what it is about, and how its writer is now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.kept_yaml import read_yaml
from assistant.learned import SentenceClassifier
from assistant.phrases import is_only_talk, plain, wish_of
from assistant.types import Directed, Matter, Wish
from assistant.words import content_stems, count_words, is_english
from knowledge.embedding import Embedder

LIKELY = 0.35  # a sentence is read as an act of a group from here on, and as telling something below
SURELY_A_COMPLAINT = 0.75  # where no word says so by itself
LIKELY_ENOUGH_TO_ACT = 0.5  # a wish, a correction or a complaint changes what the companion does
LIKELY_BY_ITSELF = 0.15  # an act is read only if it is likely itself, and not only its group
AT_ALL = 0.05  # a wish is a likely one from here on, where something else says that there is one
ASKS_A_LITTLE = 0.2  # of a complaint: from here on what it asks is answered first
FELT_NOW, FELT_NOW_IN_A_LONG_TELLING = 0.4, 0.7  # a state is taken for the waking person's own from here on
FROM_THE_BEGINNING = 2  # sentences of a long message that are looked at, for there stands talk to the companion
FROM_THE_END = 4
MOST_SCENES = 4  # of a message, that are told apart
READ_FOR_SCENES = 12  # sentences of a telling, the longest ones besides those looked at anyway: each costs a vector
LONG = 40  # words; most of a longer message is the dream
SHORT = 14  # words: a correction or a leave-taking is no longer
ECHO = 3  # words
LONG_ANNOUNCEMENT = 20  # words: who writes more before a full stop is telling already
RUNS_ON = 14  # words: a longer sentence may be about two things
FEWEST_WORDS_OF_A_PART = 4

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
    "wishes_leave_out": Wish.LEAVE_OUT,
}
_ANSWERS = frozenset(
    {TELLS, "agrees", "denies", "not_knowing", "appreciates"}
)  # what tells something, if only a little
_CHANGE_COURSE = frozenset({"wishes", "corrects", "complains"})
_SURELY = frozenset(
    {"relieved", "amused", "hurting", "grieving", "exhausted"}
)  # to be glad, or sorry, where nobody is, is worse than silence
_NOT_FOR_US = frozenset({"asks_outside", "asks_companion"})

ANSWERED_FIRST = ("asks_illness", "asks_omen", "asks_danger", "asks_help", "asks_sanity")

_ANY = re.IGNORECASE
_SENTENCES = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n+|\s*;\s+")
_JOINTS = re.compile(
    r",?\s+(?=(?:and|but|so|because|cos|cause|cuz|though|although|then|like when|which|anyway)\b)|\s[–—-]+\s", _ANY
)
_LEADS_IN = re.compile(
    r"^(?:(?:and|but|so|or|then|also|well|now|ok(?:ay)?|no|yes|yeah|right|look|please|pls|just tell me|tell me|honestly|anyway|again|hm+|oh|ah|ha(?:ha)*|lol|sorry|bruh|bro|dude|mate|fine|idk|wait|"
    r"i (?:mean|wonder|was wondering|am wondering|'m wondering)|(?:i )?(?:just )?(?:want|wanted|would like|'d like) to (?:know|ask)|my question is|"
    r"(?:do|can|could) you (?:know|tell me|say))\b[\s,:.…–—-]*)+",
    _ANY,
)
_TELL_ME = re.compile(r"^(?:(?:please|just|pls|and|so) )*(?:tell|promise) me\b", _ANY)
_POINTS_BACK = re.compile(
    r"^(?:and|but|what about|so)? ?(?:what about )?((?:the|my|me|his|her|that) \w+(?: \w+)?)(?:,? (?:with|in|at|on) [^,?]+)?(?:,? (?:then|though|what about (?:it|him|her|them)))?\s*\?+$",
    _ANY,
)
_ASKING_FORM = re.compile(
    r"\?|^(?:wh(?:y|at|o|en|ere|ich)|how|is|are|am|was|were|do|does|did|can|could|may|should|would|will|has|have|any|says who|since when|you promise|explain|interpret|tell me|so you)\b|"
    r"\bwhy\b|\bwhat(?:'?s| is| does| do) .*\b(?:mean|supposed|say|about|stand for)\b|\bis there any\b|\bdoes (?:any|some)\w+\b|\bhow (?:come|long|often|common|many)\b|\b(?:is|are|am|does|do|can|should) (?:it|this|that|i|they|you|dreams?|everybody|everyone)\b|"
    r"\b(?:asking|asked|know) (?:you )?(?:if|whether|what|why|how)\b|\b(?:wonder(?:ing|ed)?|curious|(?:want|like|love|need) to (?:know|understand|ask)|want an? (?:answer|explanation)|explain|interpret)\b",
    _ANY,
)
_COMPLAINS = re.compile(
    r"\byou(?:'?re| are)? (?:saying|not (?:listening|answering|hearing|getting)|ignoring|repeating|being (?:cold|rude|harsh)|did ?n'?t (?:answer|listen|hear|say|give)|do ?n'?t (?:listen|understand|answer|get it)|keep (?:asking|saying)|(?:always|only(?: ever)?|just) (?:answer\w*|ask\w*|repeat\w*|quot\w+)|never answer\w*|gave no|just (?:asked|said that|repeated))\b|"
    r"\bi did ?n'?t ask (?:you|u)\b|\bi(?:'ve| have)? (?:just |already )?told (?:you|u)\b|\b(?:you|u)(?:'ve| have)? (?:not |now |just )?(?:answered|ignored|asked me (?:who|what|about|how))\b|\b(?:you|u) (?:did ?n'?t|did not|have ?n'?t|have not) (?:answer|tell)|"
    r"\bi (?:just |already )?asked (?:you )?(?:(?:a|the) (?:\w+ )?question|what|whether|if|three|twice|that)\b|\banswer (?:me|my|the) ?(?:question)?\b|\b(?:straight|simple) (?:question|answer)\b|"
    r"\bi never (?:said|told (?:you|u)|asked)\b|\bare (?:you|u) (?:even )?(?:reading|listening)\b|\bi just said\b|\bi did (?:answer|say|tell)\b|\bnot (?:really )?what i (?:said|asked|meant|wanted to (?:talk about|know|say))\b|\bi had asked\b|"
    r"\b(?:you|u) (?:have ?n'?t|did ?n'?t) (?:quoted?|laugh|notice|even)\b|\bi(?:'m| am| was) (?:talking|speaking) (?:about|of) (?:the|my)\b|"
    r"\bthat'?s (?:an? )?(?:horrible|awful|rude|mean|harsh|cruel|cold) thing to say\b|"
    r"\b(?:i (?:had|have|did) not ask(?:ed)? (?:you )?anything|parrot(?:ed|ing)|you (?:do |have )?(?:repeat|quote)d? my|you (?:have ?n'?t|have not) given)\b|"
    r"\b(?:why (?:are|do) (?:you|u) (?:keep )?(?:quot\w+|repeat\w*|giv\w+|say\w*)|i (?:literally |already )?just (?:said|told)|(?:you|u) (?:repeat|quote|parrot|skipped|turn it|turned it) |i was ?n'?t asking|"
    r"i(?:'ve| have) (?:now |already )?told (?:you|u)|still telling (?:you|u)|nobody told me|have ?n'?t told (?:you|u) the dream)\b",
    _ANY,
)
_NOT_DELETED = re.compile(
    r"\b(?:not?|never|\w+n'?t)\b.{0,25}\b(?:delet|forget|eras|remov)|"
    r"\bforget (?:about )?(?:the|that|my|his|her) (?!conversation|talk|chat|dream|whole|last|words?|story)\w+",  # "forget the hand"
    _ANY,
)
_LIKES_THE_QUESTION = re.compile(
    r"\bgood question\b|\bquestion is (?:one|good|a (?:good|fair|nice) one)\b|\b(?:like|liked) (?:your|that|the) question\b",
    _ANY,
)
_SAYS_WITH_A_QUESTION_MARK = re.compile(  # "umm that i like my job?"
    r"^(?:(?:um+|uh+|er+|hm+|well|oh|lol|yeah|so)\b[\s,.]*)*(?:maybe|kinda|kind of|sort of|probably|that (?:i|it|he|she|they|we)|because|cos|bc|i guess|just (?:the|that|a|my))\b.*\?$",
    _ANY,
)
_ASKS_FOR_THE_SOURCE = re.compile(
    r"\[\d+\][^.!]*\?|\bwhat(?:'?s| is| does| means?) (?:the |that |this )?(?:number )?(?:\[\d+\]|mark)|\bnumber \[\d+\]",
    _ANY,
)
_NAMES_WHAT_WAS_DREAMT = re.compile(
    r"\b(?:dreamt|dreamed|dreams?|nightmares?) (?:about|of|where|that|in which)\b", re.IGNORECASE
)
_GOES_ON_TO_TELL = re.compile(
    r"\b(?:dreams?|dream(?:t|ed)|nightmares?|one)\b.{0,20}\b(?:where|in which|about|of|when|that)\b", _ANY
)
_WHAT_IF = re.compile(r"\bwhat if\b", _ANY)
_DENIED_WISH = re.compile(
    r"(?:\bcan(?:no|'?)t|\bcould(?:n'?t| not)|n'?t|\bnever|\bnot|\bhow (?:do|can|to|could) .*|\bwhat .*) (?:to )?(?:stop|leave|skip|quit|end)\b",
    _ANY,
)
_ASKS_BY_ITSELF = re.compile(
    r"^(?:was|is) (?:it|that) (?:really )?(?:him|her|them|you)\b|\b(?:why|how|really|you|mean|dangerous|normal|sign|bad|crazy|mad|help)\b",
    _ANY,
)
_PUTS_RIGHT = re.compile(
    r"^(?:(?:wait|no|oh|actually|sorry|and|but|hang on)\b[\s,.]*)*(?:that'?s wrong|it was(?:n'?t| not) (?:a|the|my|her|his) \w+(?: either)?|not (?:a|the|my|his|her) \w+, ?(?:it was |but )?(?:a|the|my|his|her) \w+|i meant (?:my|the|a)\b|it was (?:a|an|the|my|our|her|his) \w+,? (?:and )?not (?:a|an|the|my|our|her|his) \w+)",
    _ANY,
)
_GOODBYE = re.compile(
    r"^(?:(?:ok(?:ay)?|well|right|so|anyway|and|thanks?|thank you|ta|cheers|thx)\b[\s,.]*)*(?:good ?night|night night|night all|bye|goodbye|see (?:you|ya)|gotta go|got to go|i (?:have|need|must|'?d better) (?:to )?(?:go|be off|run)\b|"
    r"off to (?:bed|sleep|work|the \w+)|(?:i'?m |im )?(?:going|gonna go) to (?:bed|sleep)|i(?:'?ll| will| shall| am going to)? (?:go|try) (?:to bed|to sleep|and sleep|back to sleep)|talk (?:later|tomorrow|another time))",
    _ANY,
)
_LEAVES_NOW = re.compile(
    r"\bi(?:'?ll| will|'?m going to| am going to|'?m gonna|'?d better)? (?:just |now )?(?:go )?(?:and )?(?:lie down|get some sleep|try (?:and|to) sleep|go (?:back )?to (?:bed|sleep)|leave it (?:there|here|at that)|get ready|have to get ready)\b|"
    r"\bi(?:'d| had)? best (?:get|be) (?:on|off|going)\b|\b(?:i must|i have to|i'?ve got to|gotta|got to) (?:dash|run|get on|be off)\b",
    _ANY,
)
_QUOTES = re.compile(r"[\"“”]|(?<!\w)'\w[^']{3,}'(?!\w)")  # what somebody else says
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")  # one after the other, so that no closing mark is taken for an opening one
_PASTED = 200  # characters of a quotation that somebody else wrote
_MAY_BE_A_DOUBT = frozenset({TELLS, "asks_why", "asks_opinion", "asks_proof"})
_IS_IT_NORMAL = re.compile(
    r"^(?:(?:and|but|so|ok|also|well|or|no|yes|please|lol|haha|honestly|just)\b[\s,]*)*(?:is|was|isn'?t) (?:it|that|this) (?:really |so |very |just |even |too )?(?:not )?(?:normal|abnormal|weird|strange|stupid|silly|odd|crazy|mad|wrong|bad of me|awful of me|terrible of me|pathetic|sick|dumb)\b",
    _ANY,
)
_NOT_THIS = re.compile(r"\bnot (?:my |the |an? |his |her |our )?(\w+)", _ANY)
_OF_LEAVING_OUT = content_stems(
    """take leave leaving left forget forgot part bit line sentence remark word thing note summary please delete remove drop cut scratch strike erase omit
    lose edit skip write mention keep kindly private rest everything only last said name talk call put out want lol haha"""
)
_OF_NOW = re.compile(  # without one of these a sentence of a long telling says how it was in the dream
    r"\b(?:(?<!know )now(?! that)|still|today|tonight|this morning|since (?:then|i woke)|awake|wak(?:e|ing)|woken?|these days|lately|"
    r"can(?:no|'?)t (?:sleep|stop|shake|get)|i'?m (?:so |very |really )?(?:shak|cry|sobb|trembl)ing)\b",
    _ANY,
)
_DENIES_A_FACT = re.compile(
    r"\b(?:was|were|is|are)(?:n'?t| not) (?:even )?(?:in|part of|from) (?:the|my|that) dream\b|\bnot (?:from|in|part of) (?:the|my) dream\b|\bin (?:the )?real life\b.*\bnot\b|"
    r"\b(?:nobody|no one) (?:said|was|did)\b.*|\bthere (?:was|were)(?:n'?t| no) (?:any )?\w+|^(?:what|which) \w+\s*[?.!]*$|\bmy \w+(?:'?s| is) (?:still )?alive\b",
    _ANY,
)


def examples(name: str) -> dict[str, list[str]]:
    """The example sentences by label, out of hearing/acts.yaml, states.yaml, matters.yaml or scenes.yaml."""
    return {label: list(sentences) for label, sentences in _file(name).items()}


def _file(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml("assistant", "hearing", f"{name}.yaml")
    return loaded


class SpeechActs:
    """Reads messages with classifiers learned from examples: of what a sentence does, what it is about, and how its writer is now.

    What was learned is shipped, or learned at the first use and kept in ``folder``. One reader serves many threads.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._acts = SentenceClassifier("acts", examples("acts"), embedder, folder)
        self._states = SentenceClassifier("states", examples("states"), embedder, folder)
        self._matters = SentenceClassifier("matters", examples("matters"), embedder, folder, meaning=0.5)
        self._scenes = SentenceClassifier("scenes", examples("scenes"), embedder, folder, meaning=0.6)
        self._words = {label: re.compile(pattern, _ANY) for label, pattern in _file("act_words").items()}

    @property
    def classifiers(self) -> tuple[SentenceClassifier, ...]:
        """All that it reads with."""
        return self._acts, self._states, self._matters, self._scenes

    @property
    def acts(self) -> tuple[str, ...]:
        """The labels of what a sentence can do."""
        return self._acts.labels

    def warm_up(self) -> None:
        """Read what was learned, or learn."""
        for classifier in self.classifiers:
            classifier.warm_up()

    def read(self, message: str) -> Directed:
        """The message in its parts. What is not plainly said to the companion counts as told."""
        if not is_english(message):
            return Directed(message=message, told=message)  # the examples are English
        whole = plain(message)
        own = _leave_out_pasted(whole)
        if own != whole and count_words(own) <= SHORT:
            return Directed(message=message, announces=True)  # nothing of their own yet
        sentences = in_sentences(own)
        if len(sentences) > 1 and _echoes(sentences[0]):
            sentences = sentences[1:]
        seen = [number for number in range(len(sentences)) if _is_looked_at(number, len(sentences))]
        read = read_of(sentences)
        vectors = dict(zip(read, self._embedder.encode([sentences[number] for number in read]), strict=True))
        acts, state, may_wish = self._acts_and_state(sentences, seen, np.array([vectors[number] for number in seen]))
        acts = [_as_doubt(sentence, act) for sentence, act in zip(sentences, acts, strict=True)]
        done = list(zip(sentences, acts, strict=True))
        asked = [(_LEADS_IN.sub("", one, count=1) or one, act) for one, act in done if act.startswith("asks")]
        pointed = next((found.group(1) for one in sentences if (found := _POINTS_BACK.match(one))), "")
        pointed = pointed or next((one for one, act in done if act == "points_back"), "")
        return Directed(
            message=message,
            told=" ".join(one for one, act in done if _tells(one, act)),
            question=" ".join(one for one, act in asked if act not in _NOT_FOR_US),
            asks="asks_proof" if _ASKS_FOR_THE_SOURCE.search(message) else _gravest([act for _, act in asked]),
            pointed_at=pointed,
            complains="complains" in acts,
            corrects="corrects" in acts,
            denied=frozenset().union(*(_denied(one, act) for one, act in done)),
            leaves="closes" in acts[-2:]
            or bool(sentences and (_GOODBYE.search(sentences[-1]) or _LEAVES_NOW.search(sentences[-1])))
            or (len(acts) > 1 and acts[-1] == "greets"),
            rejects="rejects" in acts,
            opens_a_dream="turns_to_another_dream" in acts,
            announces="announces" in acts,
            greets="greets" in acts[:-1] or acts == ["greets"],
            puzzled="puzzled" in acts,
            wish=next((_WISHES[act] for one, act in done if _wishes(one, act) and not _QUOTES.search(one)), None)
            or wish_of(message),
            may_wish=may_wish,
            state=state,
            matters=self._about(sentences, acts, {number: vectors[number] for number in seen}),
            scenes=self._scenes_of(sentences, acts, vectors),
        )

    def _about(
        self, sentences: Sequence[str], acts: Sequence[str], vectors: Mapping[int, NDArray[np.float32]]
    ) -> tuple[Matter, ...]:
        """What the sentences that tell something are about; of one that runs on, each part, with the whole one's vector."""
        parts, numbers = _told_parts(sentences, acts, vectors)
        likely = self._matters.probabilities(parts, np.array([vectors[number] for number in numbers]))
        labels, last = self._matters.labels, max(1, len(sentences) - 1)
        return tuple(
            Matter(part, labels[int(row.argmax())], float(row.max()), number / last)
            for part, number, row in zip(parts, numbers, likely, strict=True)
        )

    def _scenes_of(
        self, sentences: Sequence[str], acts: Sequence[str], vectors: Mapping[int, NDArray[np.float32]]
    ) -> tuple[Matter, ...]:
        """The scenes that are told, the likeliest first: what many parts speak of, and what the whole does."""
        parts, numbers = _told_parts(sentences, acts, vectors)
        if not parts:
            return ()
        rows = np.array([vectors[number] for number in numbers])
        middle = rows.mean(axis=0, keepdims=True)
        of_parts = self._scenes.probabilities(parts, rows)
        of_all = self._scenes.probabilities([" ".join(parts)], middle / np.linalg.norm(middle))[0]
        likely = (of_parts.sum(axis=0) / len(parts) ** 0.5 + of_all) / 2
        labels, last = self._scenes.labels, max(1, len(sentences) - 1)
        best = of_parts.argmax(axis=0)
        return tuple(
            Matter(parts[best[label]], labels[label], float(likely[label]), numbers[best[label]] / last)
            for label in np.argsort(-likely, kind="stable")[:MOST_SCENES]
        )

    def _act(self, sentence: str, probabilities: NDArray[np.float64]) -> str:
        """What the sentence does: the likeliest group of acts, and in it the likeliest act."""
        totals: dict[str, float] = {}
        for act, probability in zip(self._acts.labels, probabilities, strict=True):
            totals[_group(act)] = totals.get(_group(act), 0.0) + float(probability)
        if not (_ASKING_FORM.search(_LEADS_IN.sub("", sentence, count=1)) or _TELL_ME.match(sentence)):
            totals.pop("asks")
        elif totals["asks"] >= ASKS_A_LITTLE:
            totals["asks"] += totals.pop("complains", 0.0)  # who asks, be it again, is answered first
        others = max(totals.get("asks", 0.0) - ASKS_A_LITTLE, totals.get("wishes", 0.0) - LIKELY)
        if _PUTS_RIGHT.search(sentence) and count_words(sentence) <= SHORT:
            return "corrects"
        if _COMPLAINS.search(sentence) and others < 0:
            return "complains"
        best = max(totals, key=lambda group: totals[group])
        if totals[best] < (LIKELY_ENOUGH_TO_ACT if best in _CHANGE_COURSE else LIKELY):
            return TELLS
        if best == "announces" and _goes_on_to_tell(sentence):
            return TELLS
        if best == "complains" and (totals[best] < SURELY_A_COMPLAINT or _LIKES_THE_QUESTION.search(sentence)):
            return TELLS  # an apology to somebody who did not complain sounds deaf
        if best == "asks" and _SAYS_WITH_A_QUESTION_MARK.search(sentence):
            return TELLS
        among = [
            (probability, act)
            for act, probability in zip(self._acts.labels, probabilities, strict=True)
            if _group(act) == best and probability >= LIKELY_BY_ITSELF and self._may_be(act, sentence)
        ]
        return max(among)[1] if among else TELLS

    def _may_be(self, label: str, sentence: str) -> bool:
        """Whether the sentence has a word of those without which it is not taken for this act or state."""
        needed = self._words.get(label)
        return needed is None or bool(needed.search(sentence))

    def _acts_and_state(
        self, sentences: Sequence[str], seen: Sequence[int], vectors: NDArray[np.float32]
    ) -> tuple[list[str], str, Wish | None]:
        """What each sentence does, how the writer is now, and the likeliest wish, by the sentences that are looked at."""
        if not seen:
            return [], "", None
        looked_at = [sentences[number] for number in seen]
        acts = [TELLS] * len(sentences)
        likely = self._acts.probabilities(looked_at, vectors)
        for number, row in zip(seen, likely, strict=True):
            acts[number] = self._act(sentences[number], row)
        long = sum(map(count_words, sentences)) > LONG
        least = FELT_NOW_IN_A_LONG_TELLING if long else FELT_NOW
        states = self._states.probabilities(looked_at, vectors)
        found = [
            (float(probability), state)
            for sentence, row in zip(looked_at, states, strict=True)
            for state, probability in zip(self._states.labels, row, strict=True)
            if state != "none"
            and (not long or _OF_NOW.search(sentence))
            and probability >= (max(least, FELT_NOW_IN_A_LONG_TELLING) if state in _SURELY else least)
            and self._may_be(state, sentence)
        ]
        return acts, max(found)[1] if found else "", self._likeliest_wish(likely)

    def _likeliest_wish(self, likely: NDArray[np.float64]) -> Wish | None:
        """Of the sentences' acts, a row each: the wish that one of them is likeliest to be; None where none is at all."""
        wishes = [(likely[:, number].max(), act) for number, act in enumerate(self._acts.labels) if act in _WISHES]
        probability, act = max(wishes)
        return _WISHES[act] if probability >= AT_ALL else None


def _as_doubt(sentence: str, act: str) -> str:
    """What a sentence does; "is it stupid that I smelled the soap" is a doubt about oneself, whatever it seems to ask besides."""
    return "asks_sanity" if act in _MAY_BE_A_DOUBT and _IS_IT_NORMAL.search(sentence) else act


def _goes_on_to_tell(sentence: str) -> bool:
    """Whether a sentence that announces a dream tells it in the same breath."""
    words = count_words(sentence)
    if _NAMES_WHAT_WAS_DREAMT.search(sentence) and not is_only_talk(sentence):
        return True
    return words > LONG_ANNOUNCEMENT or (words > SHORT and bool(_GOES_ON_TO_TELL.search(sentence)))


def _told_parts(sentences: Sequence[str], acts: Sequence[str], numbers: Iterable[int]) -> tuple[list[str], list[int]]:
    """The parts of those sentences that may tell something, and for each the number of its sentence."""
    parts = [
        (part, number)
        for number in numbers
        if _may_tell(sentences[number], acts[number])
        for part in _parts(sentences[number])
    ]
    return [part for part, _ in parts], [number for _, number in parts]


def in_sentences(said: str) -> list[str]:
    """The sentences of a message in plain form, lines and halves of a semicolon counting as such."""
    return [part.strip() for part in _SENTENCES.split(said) if re.search(r"\w", part)]


def read_of(sentences: Sequence[str]) -> list[int]:
    """The numbers of those that are read: where talk to the companion stands, and the longest ones."""
    seen = (number for number in range(len(sentences)) if _is_looked_at(number, len(sentences)))
    return sorted({*seen, *_longest(sentences, READ_FOR_SCENES)})


def _longest(sentences: Sequence[str], most: int) -> list[int]:
    """The numbers of the longest sentences, for they hold most of what happened."""
    return sorted(range(len(sentences)), key=lambda number: -len(sentences[number]))[:most]


def _denied(sentence: str, act: str) -> frozenset[str]:
    """The stems of what the sentence says is no part of the dream, or is to be left out."""
    if act == "wishes_leave_out":
        return content_stems(sentence) - _OF_LEAVING_OUT
    if act != "corrects" or count_words(sentence) > SHORT:
        return frozenset()
    denied = content_stems(" ".join(_NOT_THIS.findall(sentence)))
    if _DENIES_A_FACT.search(sentence):
        denied |= content_stems(_DENIES_A_FACT.sub(_what_is_denied(sentence), sentence))
    return denied


def _wishes(sentence: str, act: str) -> bool:
    """Whether the sentence has a wish, and does not say what cannot stop, or is not to be deleted."""
    if act not in _WISHES or _DENIED_WISH.search(sentence):
        return False
    if act == "wishes_stop":
        return not sentence.endswith("?")
    return not (act == "wishes_delete" and _NOT_DELETED.search(sentence))


def _gravest(asked: Sequence[str]) -> str:
    """Of several questions the kind to answer first; empty where there is none."""
    grave = [act for act in ANSWERED_FIRST if act in asked]
    return next(iter([*grave, *(act for act in asked if act != "asks_why"), *asked]), "")


def _echoes(sentence: str) -> bool:
    """Whether it only takes up our own question: "sounds? he just said the one thing"."""
    return sentence.endswith("?") and count_words(sentence) <= ECHO and not _ASKS_BY_ITSELF.search(sentence)


def asking_part(message: str) -> str:
    """The sentences that have the form of a question, for a message that asks although none of them was read so; else the last."""
    sentences = in_sentences(plain(message))
    asking = [one for one in sentences if _ASKING_FORM.search(_LEADS_IN.sub("", one, count=1))]
    return " ".join(asking or sentences[-1:])


def without_pasted(message: str) -> str:
    """The message without a long quotation of somebody else's words, where anything is left then."""
    own = " ".join(_leave_out_pasted(message).split())
    return own if own and own != " ".join(message.split()) else message


def _leave_out_pasted(message: str) -> str:
    return _QUOTED.sub(lambda quoted: quoted.group() if len(quoted.group()) < _PASTED else " ", message)


def _is_looked_at(number: int, of: int) -> bool:
    return number < FROM_THE_BEGINNING or number >= of - FROM_THE_END


def _parts(sentence: str) -> list[str]:
    """The sentence; one that runs on cut where it joins something new, unless that leaves a scrap."""
    if count_words(sentence) <= RUNS_ON:
        return [sentence]
    parts: list[str] = []
    start = 0
    for end in [*(joint.end() for joint in _JOINTS.finditer(sentence)), len(sentence)]:
        long_enough = all(count_words(one) >= FEWEST_WORDS_OF_A_PART for one in (sentence[start:end], sentence[end:]))
        if long_enough or end == len(sentence):
            parts.append(sentence[start:end].strip(" ,–—-"))
            start = end
    return parts


def _tells(sentence: str, act: str) -> bool:
    """Whether the sentence tells something, be it in putting something right: "it was my aunt"."""
    return act in _ANSWERS or (act == "corrects" and not _DENIES_A_FACT.search(sentence))


def _may_tell(sentence: str, act: str) -> bool:
    """Whether it is no plain question, wish, thanks or correction to us: what else it is about may be taken up."""
    if act.startswith("asks"):
        return bool(_WHAT_IF.search(sentence)) or (act == "asks_agreement" and not sentence.endswith("?"))
    return (
        not act.startswith("wishes")
        and act not in ("closes", "greets", "announces", "complains", "puzzled")
        and (act != "corrects" or _tells(sentence, act))
    )


def _group(act: str) -> str:
    """Acts that are answered alike, so that doubt among them is no doubt that it is one of them."""
    if act in _NOT_FOR_US:
        return "not for us"
    return next((name for name in ("asks", "wishes") if act.startswith(name)), TELLS if act in _ANSWERS else act)


def _what_is_denied(sentence: str) -> Callable[[re.Match[str]], str]:
    """For "there were no people" and "which people" the denied thing stands inside the pattern, for others before it."""
    return lambda found: found.group() if re.match(r"there|what|which", found.group(), _ANY) else ""
