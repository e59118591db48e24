"""How well messages are heard, on 300 of our own that two writers labelled: who does what to whom, whose things, persons, feelings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.clause_weights import is_marked
from assistant.companion import Companion
from assistant.evaluation.samples import rows
from assistant.giving_back import give_back
from assistant.hearing import Ear
from assistant.hearing.deeds import Deed, deeds, noun_phrase
from assistant.hearing.grammar import Grammar, Sentence, Word
from assistant.hearing.plain_text import Block, blocks
from assistant.types import Heard, MentionKind

_WORDS = re.compile(r"[\w'’-]+")
_OF_THE_SPEAKER = frozenset({"my", "our", "i", "we"})


@dataclass(frozen=True, slots=True)
class SaidDeed:
    """A deed by the words in which the message tells it, in lower case; ``who`` and ``whom`` the heads, "" where there is none."""

    verb: str
    who: str
    whom: str
    denied: bool


Reader = Callable[[str], Sequence[SaidDeed]]


def measure_hearing() -> dict[str, Any]:
    """Shares of what the labels hold that was heard, and of what was heard that they hold."""
    grammar = Grammar()
    ear = Ear(grammar)
    labelled = rows("hearing")
    counts: Counter[str] = Counter()
    for row in labelled:
        parts = blocks(row["message"])
        sentences = grammar.parse([part.text for part in parts])
        counts += score_deeds(row, _said_deeds(row["message"], parts, sentences))
        counts += _score_owners(row, sentences)
        counts += _score_heard(row, ear.hear(row["message"]))
    return {"messages": len(labelled), **shares_of_deeds(counts), **_shares(counts)}


def measure_hearts(companion: Companion) -> dict[str, Any]:
    """Of held-out tellings in which a reader marked the heart: how often it is among the heaviest clauses, and given back."""
    found: Counter[str] = Counter()
    labelled = rows("gist")
    for row in labelled:
        heard = companion.hear(row["message"], under_way=False)
        heaviest = sorted(heard.clauses, key=lambda clause: -clause.weight)
        given = give_back(heard)
        told = given.clauses if given is not None else ()
        found["first"] += any(is_marked(clause.said, row["gist"]) for clause in heaviest[:1])
        found["three"] += any(is_marked(clause.said, row["gist"]) for clause in heaviest[:3])
        found["told"] += any(is_marked(clause.said, row["gist"]) for clause in told)
        found["stretches"] += len(row["gist"])
        found["stretches told"] += sum(any(is_marked(one.said, [part]) for one in told) for part in row["gist"])
    return {
        "tellings with their heart marked": len(labelled),
        "the weightiest clause is of it": found["first"] / len(labelled),
        "one of the three weightiest is": found["three"] / len(labelled),
        "something of it is given back": found["told"] / len(labelled),
        "share of it that is given back": found["stretches told"] / found["stretches"],
    }


def shares_of_deeds(counts: Counter[str]) -> dict[str, Any]:
    """The figures on who does what to whom."""
    return {
        "verbs labelled": counts["deeds"],
        "verbs heard": counts["verb"] / counts["deeds"],
        "of these, who does it": counts["who"] / counts["verb"],
        "of these, to whom or what (or to none)": counts["whom"] / counts["verb"],
        "of these, denied or not": counts["denied right"] / counts["verb"],
        "denials heard": counts["denial heard"] / counts["denial"],
    }


def score_deeds(row: dict[str, Any], heard: Sequence[SaidDeed]) -> Counter[str]:
    """How many of a row's labelled verbs were heard, and of these how many with the right subject, object and denial."""
    counts: Counter[str] = Counter()
    left = list(heard)
    for label in row["acts"]:
        counts["deeds"] += 1
        counts["denial"] += label["negated"]
        found = next((one for one in left if _is_the_verb(one.verb, label["does"].lower())), None)
        if found is None:
            continue
        left.remove(found)
        counts["verb"] += 1
        counts["who"] += _is_head_of(found.who, label["who"]) or (not found.who and label["who"].lower() == "i")
        counts["whom"] += _is_head_of(found.whom, label["whom"])
        counts["denied right"] += found.denied == label["negated"]
        counts["denial heard"] += found.denied and label["negated"]
    return counts


def _shares(counts: Counter[str]) -> dict[str, Any]:
    return {
        "owners labelled": counts["owners"],
        "owners heard": counts["owner"] / counts["owners"],
        "persons heard": counts["person"] / counts["persons"],
        "images heard": counts["image"] / counts["images"],
        "feelings heard": counts["feeling"] / counts["feelings"],
        "feelings heard that are none": f"{counts['false feeling']} of {counts['heard feelings']}",
        "verbs in a clause that is told as of life, or of the dream": counts["told"],
        "of these, rightly": counts["life right"] / counts["told"],
        "asides labelled": counts["asides"],
        "asides given back": counts["aside told"],
    }


def _said_deeds(message: str, parts: Sequence[Block], sentences: Sequence[Sentence]) -> list[SaidDeed]:
    block_of = {id(word): parts[sentence.block] for sentence in sentences for word in sentence.words}

    def said(word: Word | None) -> str:
        return message[slice(*block_of[id(word)].said(word.start, word.end))].lower() if word is not None else ""

    return [said_deed(deed, said) for deed in deeds(sentences)]


def said_deed(deed: Deed, said: Callable[[Word | None], str]) -> SaidDeed:
    """The deed by its words; ``said`` gives a word as the message has it."""
    return SaidDeed(said(deed.verb), said(deed.who), said(deed.whom), deed.denied)


def _is_the_verb(heard: str, labelled: str) -> bool:
    """The same word; a clitic ("'m", "s") may be labelled without the word it hangs on."""
    return heard == labelled or (len(labelled) < 3 and heard.replace("'", "").endswith(labelled.replace("'", "")))


def _is_head_of(heard: str, labelled: str) -> bool:
    if not heard:
        return not labelled
    return heard.replace("'", "") in [word.replace("'", "") for word in _WORDS.findall(labelled.lower())]


def _score_owners(row: dict[str, Any], sentences: Sequence[Sentence]) -> Counter[str]:
    """Whose things they are, by the words before the noun."""
    owned = {
        (word.lower, owner.lower)
        for sentence in sentences
        for word in sentence.words
        if word.is_noun
        for owner in noun_phrase(word)
        if owner.role == "poss"
    }
    counts: Counter[str] = Counter()
    for label in row["owners"]:
        owners = set(_WORDS.findall(label["owner"].lower()))
        wanted = owners | _OF_THE_SPEAKER if owners & _OF_THE_SPEAKER else owners
        counts["owners"] += 1
        counts["owner"] += any(thing == label["thing"].lower() and owner in wanted for thing, owner in owned)
    return counts


def _score_heard(row: dict[str, Any], heard: Heard) -> Counter[str]:
    counts: Counter[str] = Counter()
    persons = [one.said.lower() for one in heard.mentions if one.kind is MentionKind.PERSON]
    things = [one.said.lower() for one in heard.mentions]
    counts["persons"] = len(row["persons"])
    counts["person"] = sum(_is_named(label, persons) for label in row["persons"])
    counts["images"] = len(row["images"])
    counts["image"] = sum(_is_named(label, things) for label in row["images"])
    labels = {feeling.lower() for feeling in row["feelings"]}
    counts["feelings"] = len(labels)
    counts["feeling"] = sum(any(one in label or label in one for one in heard.feelings) for label in labels)
    counts["heard feelings"] = len(heard.feelings)
    counts["false feeling"] = sum(not any(one in label or label in one for label in labels) for one in heard.feelings)
    for label in row["acts"]:
        clause = next((one for one in heard.clauses if label["does"].lower() in _WORDS.findall(one.said.lower())), None)
        if clause is not None:
            counts["told"] += 1
            counts["life right"] += clause.waking == label["waking"]
    counts["asides"] = len(row["asides"])
    counts["aside told"] = sum(
        any(aside.lower() in clause.said.lower() for clause in heard.clauses) for aside in row["asides"]
    )
    return counts


def _is_named(label: str, mentions: Sequence[str]) -> bool:
    """Whether the label's last word, mostly the noun, stands in one of the mentions."""
    head = _WORDS.findall(label.lower())[-1]
    return any(head in _WORDS.findall(one) or head.rstrip("s") in _WORDS.findall(one) for one in mentions)
