"""All that a turn's plan is made from: the message, what was said before, what the search found, and what follows from them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.hearing.lexicon import HORROR
from assistant.memory import denied
from assistant.method.matters import LIKELY, LIKELY_IF_IT_WEIGHS, is_taken_up, known, main_matter_of, tells_of_the_dream
from assistant.method.new_ending import told_anew
from assistant.method.responses import Response, comfort_for, response_to, said_to_the_shaken
from assistant.method.stages import asked_beyond_the_dream, speaks_beyond_the_dream, stage_of
from assistant.phrases import beyond_no, corrects, says_nothing
from assistant.types import Fact, Heard, Kind, Matter, Stage, Turn, Wish
from assistant.understanding import ABOUT_A_DREAM, FEWEST_WORDS_OF_A_DREAM, asked_for_quiet, begins_anew
from assistant.words import content_stems, count_words, is_english
from knowledge.types import SearchResult, Section

STAYS_NIGHT = 2  # replies after a word to somebody who is shaken
_FRIGHTENS = re.compile(
    r"\b(?:nightmares?|terrif\w+|terror|scar(?:ed|y)|frighten\w*|panic\w*|scream\w*|horr\w+|worst dream|heart (?:is|was) (?:still )?\w+)\b",
    re.IGNORECASE,
)
_HAS_DIED = re.compile(  # said of life, in passing: "she hummed like that before she died"
    r"\b(?:before|since|after|until|when) (?:he|she|they|(?:my|our) \w+) (?:died|passed(?: away)?)\b|"
    r"\b(?:he|she|they)(?:'s| is| has| have|'ve) (?:been )?(?:dead|gone) (?:for|since|now)\b",
    re.IGNORECASE,
)
_DIED_IN_LIFE = re.compile(  # "she died in june", "we buried him last week"
    r"\b(?:died|passed(?: away| on)?|lost (?:him|her|them|my \w+)|buried (?:him|her|them|my \w+))\b[^.!?]{0,25}?\b(?:ago|last (?:week|month|year|spring|summer|autumn|fall|winter|night)|this (?:week|month|year|spring|summer|autumn|fall|winter)|"
    r"in (?:january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter|\d{4})|when i was (?!in)|yesterday)\b",
    re.IGNORECASE,
)
_LAUGHS = re.compile(r"\b(?:l+o+l+|lmf?ao|rofl|(?:ha){2,}h?|hehe+)\b|[\U0001f602\U0001f923\U0001f605]", re.IGNORECASE)
_OF_GRIEF = frozenset({"loss", "misses"})
_GRAVE = _OF_GRIEF | {"regret", "guilt", "unsaid", "self_doubt", "alone"}
WEIGHS_BESIDES_A_DREAM, LIKELY_BESIDES_A_DREAM = 8.0, 0.6
STAYS_GRAVE = 2  # messages
_MEANING = frozenset({"asks_meaning", "asks_symbol"})


@dataclass(frozen=True)
class Situation:
    """``turns`` and ``turns_heard`` are those about the dream under way, ``earlier`` all of them.

    ``earlier_told`` are all earlier turns with what their messages tell, without greetings and questions to us.
    ``memory`` is of the whole conversation; ``left_out`` are the stems of what the dreamer wants to be kept out of it, and
    ``taken_out`` those of them that they took out of the memory by hand.
    """

    kind: Kind
    heard: Heard
    earlier: tuple[Turn, ...]
    turns: tuple[Turn, ...]
    turns_heard: tuple[Heard, ...]
    found: SearchResult
    sections: Mapping[str, Section]
    memory: tuple[Fact, ...] = ()
    left_out: frozenset[str] = frozenset()
    taken_out: frozenset[str] = frozenset()
    instead_of: Turn | None = None
    earlier_told: tuple[Turn, ...] = ()

    @property
    def spoken(self) -> tuple[Turn, ...]:
        """The turns whose words are not said again: those before, and the reply that this one replaces."""
        return (*self.earlier, self.instead_of) if self.instead_of else self.earlier

    @property
    def message(self) -> str:
        """The part of the message that tells something."""
        return self.heard.message

    @cached_property
    def stage(self) -> Stage:
        """Where this dream is in the method; what a message brought of its own accord counts as covered."""
        brought = [known()[matter.name].facet for matter in map(_matter_of, self.turns_heard[1:]) if matter]
        return stage_of(self.turns, self.heard, self.kind, brought)

    @cached_property
    def matter(self) -> Matter | None:
        """What a message after the dream was told is about most of all."""
        if self.kind in (Kind.DREAM, Kind.UNCOVERED):
            return self._life_told_besides
        if self.kind not in (Kind.ANSWER, Kind.REJECTION, Kind.WHY):
            return None
        died = next((one for one in self.heard.directed.matters if _HAS_DIED.search(one.sentence)), None)
        return replace(died, name="loss", likely=1.0) if died else _matter_of(self.heard)

    @property
    def _life_told_besides(self) -> Matter | None:
        """What a telling says of waking life, where it weighs: "I go back to work next week"."""
        waking = [clause.said for clause in self.heard.clauses if clause.waking]
        of_life = [
            one
            for one in self.heard.directed.matters
            if not known()[one.name].of_the_dream
            and known()[one.name].weight >= WEIGHS_BESIDES_A_DREAM
            and one.likely >= LIKELY_BESIDES_A_DREAM
            and any(said in one.sentence or one.sentence in said for said in waking)
        ]
        return max(of_life, key=lambda one: known()[one.name].weight * one.likely, default=None)

    @cached_property
    def response(self) -> Response | None:
        """What we answer of our own to a direct question, if there is one."""
        parts = self.heard.directed
        if self.kind is Kind.DREAM and parts.asks in _MEANING:
            return None  # who tells a dream and asks what it means gets the reading
        if self.kind not in (*ABOUT_A_DREAM, Kind.WHY, Kind.OUTSIDE):
            return None
        return response_to(parts.asks, self.said, len(parts.message))

    @property
    def wish(self) -> Wish | None:
        """What the dreamer asks the companion to do."""
        parts = self.heard.directed
        if self.kind is Kind.ANSWER and begins_anew(parts):
            return Wish.NEW_ENDING
        return (parts.wish or Wish.SKIP) if self.kind is Kind.WISH else None

    @property
    def anew(self) -> list[str] | None:
        """The messages of the new version told so far, this one last; None where nobody is at it."""
        turns = [] if self.wish is Wish.NEW_ENDING else told_anew(self.turns)
        if turns is None or self.kind is not Kind.ANSWER:
            return None
        return [*(turn.message for turn in turns), *([] if says_nothing(self.message) else [self.message])]

    @property
    def is_night(self) -> bool:
        """Whether the dreamer is shaken, or was a reply or two ago and brings nothing to take up: nothing leads back into the dream."""
        if is_taken_up(self.matter) and not asks_gently(self.heard.directed.state):
            return False
        lately = [sentence.text for turn in self.turns[-STAYS_NIGHT:] for sentence in turn.sentences]
        return asks_gently(self.heard.directed.state) or any(one in said_to_the_shaken() for one in lately)

    @property
    def is_frightening(self) -> bool:
        """Whether the dreamer is shaken, or says that the dream frightened them."""
        return self.is_night or any(_FRIGHTENS.search(message) for message in [*self.told, self.message])

    @property
    def tells_of_a_death(self) -> bool:
        """Whether the message says in passing that somebody has died, in life."""
        said = self.heard.directed.message or self.message
        return bool(_HAS_DIED.search(said) or _DIED_IN_LIFE.search(said))

    @property
    def is_funny(self) -> bool:
        """Whether the dreamer laughs at it, and nothing in it frightens or hurts."""
        said = self.heard.directed.message or self.message
        dark = HORROR & set(re.findall(r"[a-z]+", said.lower()))
        return bool(_LAUGHS.search(said)) and not dark and not self.is_frightening and not self.grieves

    @property
    def grieves(self) -> bool:
        """Whether the message tells of somebody who is gone and missed."""
        lost = any(one.name in _OF_GRIEF and one.likely >= LIKELY_IF_IT_WEIGHS for one in self.heard.directed.matters)
        return lost or self.heard.directed.state == "grieving"

    @property
    def lately_grave(self) -> Matter | None:
        """The loss, guilt or regret that one of the last messages before this one told of."""
        lately = map(_matter_of, reversed(self.turns_heard[1:][-STAYS_GRAVE:]))
        return next((one for one in lately if one and one.name in _GRAVE and is_taken_up(one)), None)

    @property
    def is_quiet(self) -> bool:
        """Whether the dreamer asked not to be asked anything, and has not asked to go on since."""
        return asked_for_quiet(self.turns) and self.wish is None

    @property
    def wants_a_reading(self) -> bool:
        """Whether the message asks for another reading."""
        return self.wish is Wish.ANOTHER_READING

    @property
    def said(self) -> set[str]:
        """All sentences of the conversation so far."""
        return {sentence.text for turn in self.spoken for sentence in turn.sentences}

    @property
    def asked(self) -> list[str]:
        """The questions of the conversation so far."""
        return [turn.question for turn in self.spoken if turn.question]

    @property
    def articles(self) -> set[str]:
        """The articles that have been brought in on this dream."""
        return {citation.section.partition("/")[0] for turn in self.turns for citation in turn.citations}

    @cached_property
    def told(self) -> list[str]:
        """The dreamer's messages that a question may be tied to, newest first; none where no dream was told yet."""
        turns, kind, message = self.turns, self.kind, self.message
        told = [
            turn.message for turn in reversed(turns) if turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message)
        ]
        if kind is Kind.REJECTION and beyond_no(message):
            return [message, *told]
        if kind in ABOUT_A_DREAM and not (says_nothing(message) and told):
            return [message, *told]
        return [message] if kind is Kind.WHY and not told else told

    @property
    def dream_told(self) -> bool:
        """Whether there was a dream, or something of one, before this message."""
        return any(turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message) for turn in self.turns)

    @property
    def speaks_of_life(self) -> bool:
        """Whether the message brings something of waking life, to be held beside the dream; not twice in a row."""
        if not self.turns or self.turns[-1].facet == "bridge" or says_nothing(self.message):
            return False
        if self.kind is Kind.REJECTION:
            return bool(beyond_no(self.message))
        return self.kind is Kind.ANSWER and _goes_beyond(self.heard, self.turns[-1])

    @property
    def heard_of_the_dream(self) -> list[Heard]:
        """What was heard of the dream itself, newest first; what was said of it or of waking life holds no image of it."""
        replies = [(turn.kind, one) for turn, one in zip(self.turns, self.turns_heard, strict=True)]
        replies.append((self.kind, self.heard))
        told = [
            _of_the_dream(kind, one)
            for (kind, one), before in zip(replies, [None, *self.turns], strict=True)
            if kind in (Kind.DREAM, Kind.UNCOVERED) or (kind is Kind.ANSWER and not _goes_beyond(one, before))
        ]
        taken_back = denied([*self.turns_heard, self.heard]) | self.taken_out
        return [_without(one, taken_back) for one in reversed(told) if not says_nothing(one.message)]


def _of_the_dream(kind: Kind, heard: Heard) -> Heard:
    """What was heard without what is told of waking life; an answer in the present tense may be of either, so it gives no moment."""
    waking = [clause.said for clause in heard.clauses if clause.waking]
    waking += [one.sentence for one in heard.directed.matters if one.name == "about_the_talk" and one.likely >= LIKELY]
    return replace(
        heard,
        clauses=tuple(one for one in heard.clauses if not one.waking and (one.past or kind is not Kind.ANSWER)),
        mentions=tuple(one for one in heard.mentions if not any(one.said in said for said in waking)),
    )


def _without(heard: Heard, taken_back: frozenset[str]) -> Heard:
    """What was heard, without what the dreamer says was no part of the dream."""
    return replace(
        heard,
        mentions=tuple(one for one in heard.mentions if not content_stems(one.turned) & taken_back),
        clauses=tuple(one for one in heard.clauses if not content_stems(one.turned) & taken_back),
    )


def _goes_beyond(heard: Heard, before: Turn | None) -> bool:
    """Whether an answer is about waking life, or about the dream as a whole: it tells no image of the dream."""
    if before is None or corrects(heard.message):
        return False
    waking = bool(heard.clauses) and all(clause.waking for clause in heard.clauses)
    if waking or asked_beyond_the_dream(before) or speaks_beyond_the_dream(heard.message):
        return True
    return not tells_of_the_dream(heard.directed.matters)


def _matter_of(heard: Heard) -> Matter | None:
    return main_matter_of(heard.directed.matters)


def tells_enough(situation: Situation) -> bool:
    """Whether the message tells something that a wish can be about."""
    return count_words(situation.heard.directed.told) >= FEWEST_WORDS_OF_A_DREAM


def asks_gently(state: str) -> bool:
    """Whether somebody in this state is asked about now, and not about the dream."""
    comfort = comfort_for(state, ())
    return comfort is not None and comfort.asks_gently


def is_in_english(message: str, turns: Sequence[Turn]) -> bool:
    """A few words are in the language of what was told before them."""
    if count_words(message) <= 3 and turns and content_stems(message):
        return is_english(f"{turns[0].message} {message}")
    return is_english(message)
