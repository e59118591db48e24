"""What the dreamer changed in what is remembered, or took out of it, and what follows for all that is made of their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.types import Fact, FactKind, Heard, Turn
from assistant.words import content_stems

MOST = 200  # corrections that count, of one conversation
LONGEST = 300  # characters of a fact, as it was told or as it is now
LONGEST_CORRECTED = 4 * 20_000  # characters of a text, beyond which nothing is put into it any more
READING = "reading"  # the kind of a correction that refuses a section of the library, whose reply was replaced since

_NAMED = frozenset({FactKind.PERSON, FactKind.IMAGE, FactKind.FEELING})  # told in a name; the others are sentences
_FIRST = re.compile(r"(your|my|our|the|an?|his|her|their|its|some|this|that)\s+(?=\S)", re.IGNORECASE)
_OURS = re.compile(r"^(?:my|our)\b", re.IGNORECASE)
_OTHERS = frozenset({"his", "her", "their", "its"})
NOTHING = "…"  # stands where a message said nothing else than what was taken out


@dataclass(frozen=True, slots=True)
class Correction:
    """``said`` is a fact as it was told first; ``instead`` what it is now, empty where it was taken out."""

    kind: FactKind
    said: str
    instead: str

    @property
    def is_named(self) -> bool:
        """Whether it is a person, an image or a feeling, and no sentence."""
        return self.kind in _NAMED


@dataclass(frozen=True)
class Corrections:
    """All corrections of one conversation. ``refused`` are sections whose readings did not fit, in replies that are gone."""

    made: tuple[Correction, ...] = ()
    refused: frozenset[str] = frozenset()

    @classmethod
    def of(cls, kept: Iterable[tuple[str, str, str]]) -> Corrections:
        """From the journal's kind, words and new words. One that changes nothing, or no fact, counts for nothing."""
        rows = [row for row in kept if row[1] != row[2] and row[1].strip() and len(row[1]) <= LONGEST]
        known = set(FactKind)
        made = [Correction(FactKind(kind), said, instead[:LONGEST]) for kind, said, instead in rows if kind in known]
        return cls(
            tuple(made[:MOST]),
            frozenset(said for kind, said, _ in rows if kind == READING),
        )

    @property
    def taken_out(self) -> list[Correction]:
        """Those that took something out."""
        return [one for one in self.made if not one.instead]

    @cached_property
    def left_out(self) -> frozenset[str]:
        """The stems of the names that were taken out: the same as if the dreamer had said to leave them out."""
        return frozenset().union(*(content_stems(one.said) for one in self.taken_out if one.is_named))

    def of_fact(self, fact: Fact) -> Fact | None:
        """The fact as it is to be remembered; None where it is not."""
        for one in self.made:
            if one.kind is fact.kind and one.said.lower() == fact.said.lower():
                return replace(fact, said=one.instead, told=fact.said) if one.instead else None
        return fact

    def in_turns(self, turns: Sequence[Turn]) -> tuple[Turn, ...]:
        """The turns with their messages as the dreamer would have them now."""
        return tuple(replace(turn, message=self.in_message(turn.message)) for turn in turns) if self.made else (*turns,)

    def in_message(self, message: str) -> str:
        """A message of the dreamer's as they would have it now."""
        return self._in_text(message, turned=False) or NOTHING if message else ""

    def in_heard(self, heard: Heard) -> Heard:
        """What was heard of a message, with the corrections in it."""
        if not self.made:
            return heard

        def as_said(text: str) -> str:
            return self._in_text(text, turned=False)

        def as_turned(text: str) -> str:
            return self._in_text(text, turned=True)

        clauses = [
            replace(one, said=as_said(one.said), turned=as_turned(one.turned), continued=as_turned(one.continued))
            for one in heard.clauses
            if not any(one.said in gone.said for gone in self.taken_out if not gone.is_named)
        ]
        mentions = [replace(one, said=as_said(one.said), turned=as_turned(one.turned)) for one in heard.mentions]
        parts = heard.directed
        matters = [replace(one, sentence=as_said(one.sentence)) for one in parts.matters if as_said(one.sentence)]
        return replace(
            heard,
            message=self.in_message(heard.message),
            clauses=tuple(one for one in clauses if one.said and one.turned),
            mentions=tuple(one for one in mentions if one.said and one.turned),
            feelings=tuple(filter(None, map(as_said, heard.feelings))),
            carried=as_said(heard.carried),
            directed=replace(parts, told=as_said(parts.told), message=as_said(parts.message), matters=tuple(matters)),
        )

    def _in_text(self, text: str, *, turned: bool) -> str:
        """The text corrected; ``turned`` says that it speaks to the dreamer ("your mother") and not of them ("my mother")."""
        for one in self.made:
            room = LONGEST_CORRECTED - len(text)
            if not one.instead and not one.is_named:
                text = re.sub(_loosely(one.said) + r"[\s,;:.!?–—-]*", "", text, flags=re.IGNORECASE)
            elif one.instead and room > 0:
                times = room // len(one.instead) + 1  # that it can be put in
                pattern = _pattern_of_name(one.said) if one.is_named else _pattern_of_sentence(one.said)
                new = _renamed(one, turned=turned) if one.is_named else lambda _, new=one.instead: new
                text = pattern.sub(new, text, count=times)
        return text.strip()


def as_remembered(kind: FactKind, words: str) -> str:
    """What the dreamer wrote in place of a fact, as it is remembered: on one line, and a name as one says it to them."""
    plain = " ".join(words.split())
    return _OURS.sub("your", plain) if kind in _NAMED else plain


def _loosely(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))


def _pattern_of_sentence(sentence: str) -> re.Pattern[str]:
    return re.compile(_loosely(sentence), re.IGNORECASE)


def _pattern_of_name(name: str) -> re.Pattern[str]:
    """The name in a text, with whatever little word stands before it."""
    bare = _FIRST.sub("", name, count=1) if _FIRST.match(name) else name
    return re.compile(rf"(?:\b{_FIRST.pattern})?(?<![\w-]){_loosely(bare)}(?![\w-])", re.IGNORECASE)


def _renamed(correction: Correction, *, turned: bool) -> Callable[[re.Match[str]], str]:
    """Puts the new name in the old one's place: with the little word that stood there, unless the new one has another."""
    new_first = _FIRST.match(correction.instead)
    bare = correction.instead[new_first.end() :] if new_first else correction.instead
    own = new_first.group(1).lower() if new_first else ""
    own = "my" if own == "your" and not turned else own
    old_first = _FIRST.match(correction.said)
    old = old_first.group(1).lower() if old_first else ""
    old = "my" if old == "your" and not turned else old

    def renamed(found: re.Match[str]) -> str:
        there = found.group(1) or ""
        if there.lower() in _OTHERS and there.lower() != old:  # "her mother" is not theirs
            return found.group()
        keeps = there and own and (own == old or own in ("a", "an")) and there.lower() not in ("a", "an")
        first = there if keeps else own if there or own not in ("a", "an", "the") else ""
        new = f"{first} {bare}".strip() if there or new_first else bare
        return new[:1].upper() + new[1:] if found.group()[:1].isupper() else new

    return renamed
