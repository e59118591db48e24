"""How well the method holds: message kinds understood, and what scripted dreamers were promised in every conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from assistant.companion import Companion
from assistant.contract import asked_before
from assistant.evaluation.replies import VISITOR, faults_of_turns, reflections, talk
from assistant.evaluation.samples import rows
from assistant.giving_back import WITHOUT_A_FORMULA
from assistant.kept_yaml import read_yaml
from assistant.method.matters import main_matter_of
from assistant.method.responses import said_in_states
from assistant.method.scenes import scenes_in
from assistant.types import Citation, Kind, Role, Sentence, Turn
from assistant.words import content_stems

FITTING = {  # the kinds of turn that are right for a label of kinds.jsonl
    "dream": {Kind.DREAM, Kind.UNCOVERED},
    "more": {Kind.DREAM, Kind.UNCOVERED, Kind.ANSWER},
}


@dataclass(frozen=True, slots=True)
class ScriptedTurn:
    """A message of a scripted dreamer and what its reply was promised to be; each promise is explained in dreamers.yaml."""

    say: str
    kinds: frozenset[str]
    brings: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    asked: bool | None = None
    cites: bool | None = None
    promises: frozenset[str] = frozenset()  # easier, rejects, feelings, plainly


@dataclass(frozen=True, slots=True)
class Dreamer:
    """A scripted dreamer: whose messages are the same whatever is replied."""

    id: str
    about: str
    turns: tuple[ScriptedTurn, ...]


@dataclass
class _Kept:
    """Counts of promises kept and made, by name."""

    kept: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)

    def note(self, name: str, held: bool) -> None:
        self.made[name] += 1
        self.kept[name] += held

    def share(self, name: str) -> float:
        return self.kept[name] / self.made[name] if self.made[name] else 1.0


@cache
def dreamers() -> tuple[Dreamer, ...]:
    """All scripted dreamers."""
    told = read_yaml("assistant.evaluation", "data", "dreamers.yaml")
    return tuple(Dreamer(row["id"], row["about"], tuple(map(_turn, row["turns"]))) for row in told)


def _turn(row: dict[str, Any]) -> ScriptedTurn:
    kinds = [row["kind"]] if isinstance(row["kind"], str) else row["kind"]
    return ScriptedTurn(
        say=row["say"],
        kinds=frozenset(kinds) | ({"uncovered"} if "dream" in kinds else set()),
        brings=tuple(map(str, row.get("brings", ()))),
        never=tuple(row.get("never", ())),
        asked=row.get("asked"),
        cites=row.get("cites"),
        promises=frozenset(name for name in ("easier", "rejects", "feelings", "plainly") if row.get(name)),
    )


def measure_kinds(companion: Companion) -> dict[str, Any]:
    """Messages of our own, each in its conversation, whose kind was understood rightly, and what weighs most in others.

    The messages read while the rules were made are told apart: they show what broke, not how well it works.
    """
    seen = _kinds_of(companion, "kinds_seen")
    return {
        **_kinds_of(companion, "kinds"),
        "messages read while building": seen["messages"],
        "of these, kind understood": seen["kind understood"],
        **_matters(companion),
        **_scenes(companion),
        **_carrying(companion),
    }


def _matters(companion: Companion) -> dict[str, Any]:
    """Messages whose weightiest matter, as a reader labelled it, is the one taken up."""
    messages = rows("matters")
    taken_up = [main_matter_of(companion.read(row["message"]).matters) for row in messages]
    right = [
        matter is not None and matter.name in row["matters"] for matter, row in zip(taken_up, messages, strict=True)
    ]
    return {"messages with a matter": len(messages), "matter taken up": float(np.mean(right))}


def _scenes(companion: Companion) -> dict[str, Any]:
    """Dreams of our own whose scenes a reader labelled: how many are asked about by one, and how often it is one of the reader's."""
    told = [(set(row["scenes"]), scenes_in(companion.read(row["message"]).scenes)) for row in rows("scenes")]
    with_one = [(wanted, found) for wanted, found in told if wanted]
    asked = [found[0].name in wanted for wanted, found in with_one if found]
    return {
        "dreams with a scene": len(with_one),
        "a scene asked about": len(asked) / len(with_one),
        "of these, a right one": float(np.mean(asked)),
        "dreams without a scene, one asked about": f"{sum(bool(found) for wanted, found in told if not wanted)} of {len(told) - len(with_one)}",
    }


def _carrying(companion: Companion) -> dict[str, Any]:
    """Answers of several clauses: whether the weightiest is one that a reader marked."""
    answers = rows("carrying")
    heaviest = [max(companion.hear(row["message"]).clauses, key=lambda clause: clause.weight).said for row in answers]
    right = [clause in row["carries"] for clause, row in zip(heaviest, answers, strict=True)]
    return {"answers of several clauses": len(answers), "the weightiest is one that carries it": float(np.mean(right))}


def _kinds_of(companion: Companion, name: str) -> dict[str, Any]:
    messages = rows(name)
    right = Counter[str]()
    for row in messages:
        last = _answered_in_its_place(companion, row)
        right[row["kind"]] += last.kind in FITTING.get(row["kind"], {row["kind"]})
    total = Counter(row["kind"] for row in messages)
    return {
        "messages": len(messages),
        "kind understood": sum(right.values()) / len(messages),
        "by kind": {kind: round(right[kind] / count, 2) for kind, count in sorted(total.items())},
    }


def _answered_in_its_place(companion: Companion, row: dict[str, Any]) -> Turn:
    """The message answered after the messages before it, the last of them met with the row's own question and reading."""
    conversation = companion.journal.start_conversation(VISITOR)
    for turn in talk(companion, row["before"], conversation)[-1:]:
        sentences = tuple(one for one in turn.sentences if not one.citation)
        reading = row.get("reading", "")
        if row["cited"] and not reading:
            sentences = turn.sentences
        elif reading:
            sentences += (Sentence(f"{reading} [1]", Role.READING, _citation_of(companion, reading, turn)),)
        citations = tuple(one.citation for one in sentences if one.citation)
        met = replace(turn, question=row["asked"], sentences=sentences, citations=citations)
        companion.journal.record_answer(VISITOR, turn.id or 0, met)
    return talk(companion, [row["message"]], conversation)[-1]


def _citation_of(companion: Companion, reading: str, turn: Turn) -> Citation:
    """Where the library has the reading; one that it has not counts as the first passage's."""
    for article in companion.library.articles().values():
        for section in article.sections:
            for own in section.readings:
                if own.text == reading:
                    return Citation(1, section.id, own.rests_on)
    first = next((hit.passage.section.id for hit in turn.hits), "")
    return Citation(1, first, "")


def measure_method(companion: Companion) -> dict[str, Any]:
    """What the scripted dreamers met, over whole conversations."""
    kept, turns_in_all = _Kept(), 0
    repeated = questions = reflected = told_wrong = said_twice = 0
    words: list[int] = []
    for dreamer in dreamers():
        turns = talk(companion, [turn.say for turn in dreamer.turns])
        turns_in_all += len(turns)
        for faults in faults_of_turns(turns):
            kept.note("turns that keep their contract", not faults)
        asked = [turn.question for turn in turns]
        repeated += sum(bool(one) and asked_before(one, asked[:number]) for number, one in enumerate(asked) if one)
        questions += sum(map(bool, asked))
        reflected += sum(map(reflections, turns))
        words += [len(turn.reply.split()) for turn in turns]
        _note_promises(kept, dreamer.turns, turns)
        told_wrong += _told_wrong(dreamer.turns, turns)
        said_twice += formulas_said_twice(turns)
    return {
        "dreamers": len(dreamers()),
        "turns": turns_in_all,
        **{name: kept.share(name) for name in sorted(kept.made)},
        "questions asked twice": repeated,
        "reflections to questions": reflected / max(1, questions),
        "facts denied and told again": told_wrong,
        "formulas said twice in a conversation": said_twice,
        "words of a reply, median": float(np.median(words)),
    }


def formulas_said_twice(turns: Sequence[Turn]) -> int:
    """How many sentences of our own, and shapes in which words are given back, occur a second time in a conversation."""
    said: Counter[str] = Counter()
    for turn in turns:
        for sentence in turn.sentences:
            if sentence.frame and sentence.frame not in WITHOUT_A_FORMULA:
                said[sentence.frame] += 1
            elif sentence.role is Role.PLAIN:
                said[sentence.text] += 1
    return sum(count - 1 for count in said.values() if count > 1)


def _note_promises(kept: _Kept, script: Sequence[ScriptedTurn], turns: Sequence[Turn]) -> None:
    rejected: set[str] = set()
    for number, (wanted, turn) in enumerate(zip(script, turns, strict=True)):
        kept.note("kind understood", turn.kind in wanted.kinds)
        if rejected:
            kept.note("rejected readings stay away", not rejected & {one.quote for one in turn.citations})
        if wanted.brings:
            kept.note("brings what the message points to", _names_any(turn.reply, wanted.brings))
        if wanted.asked is not None:
            kept.note("asks, or does not, as it should", bool(turn.question) == wanted.asked)
        if wanted.cites is not None:
            kept.note("cites, or does not, as it should", bool(turn.citations) == wanted.cites)
        if "easier" in wanted.promises and number:
            kept.note("goes on to something else", turn.facet != turns[number - 1].facet or not turn.facet)
        if "feelings" in wanted.promises:
            kept.note("a word for how they are", any(one.text in said_in_states() for one in turn.sentences))
        if "plainly" in wanted.promises:
            first = turn.sentences[0] if turn.sentences else None
            kept.note(
                "a direct question answered first", first is not None and first.role in (Role.PLAIN, Role.READING)
            )
        if "rejects" in wanted.promises:
            rejected |= next(
                ({one.quote for one in t.citations} for t in reversed(turns[:number]) if t.citations), set()
            )


def _told_wrong(script: Sequence[ScriptedTurn], turns: Sequence[Turn]) -> int:
    """How many replies name what the dreamer has denied or put aside."""
    never: set[str] = set()
    found = 0
    for wanted, turn in zip(script, turns, strict=True):
        never |= set(wanted.never)
        found += bool(never) and _names_any(turn.reply, sorted(never))
    return found


def _names_any(text: str, words: Sequence[str]) -> bool:
    """Whether the text has one of the words, or a word that begins with one."""
    stems, lowered = content_stems(text), f" {text.lower()}"
    return any(content_stems(word) & stems or f" {word.lower()}" in lowered for word in words)
