"""The persons, animals, body parts, places and things that a dreamer names, with how one says them to the dreamer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.hearing.grammar import Sentence, Word
from assistant.hearing.lexicon import ANIMALS, COARSE, TELLING_NOUNS, closed
from assistant.hearing.nouns import (
    BEFORE_NOUN,
    EITHER_SEX,
    is_bare_kin,
    is_name,
    is_plural,
    kind_of,
    may_be_somebody,
    sex_of,
)
from assistant.hearing.plain_text import Block
from assistant.types import Mention, MentionKind

LONGEST_NAME = 6  # words

_BEINGS = frozenset({MentionKind.PERSON, MentionKind.ANIMAL})
_MINE = frozenset({"my", "our"})
_OF_OTHERS = frozenset({"his", "her", "its", "their"})
_NOT_MINE = _OF_OTHERS | {"your", "i", "me", "you", "we", "us"}
_TO_THE = frozenset({"a", "an", "the", "this", "these", "that", "those", "some", "another", "several"})
_NO_MENTION_AFTER = closed("no_mention_after")
_QUANTITIES = closed("quantities")
_EMPTY_ADJECTIVES = closed("empty_adjectives")
_GROUPS_OF = closed("groups_of")
_INTEREST = {
    MentionKind.PERSON: 1.5,
    MentionKind.ANIMAL: 1.8,
    MentionKind.BODY: 1.0,
    MentionKind.PLACE: 0.7,
    MentionKind.THING: 0.8,
}


class Number(StrEnum):
    """How many a noun means, as pronouns tell it."""

    ONE = "one"
    MANY = "many"


_LIKENS = frozenset({"look", "seem", "sound", "be", "feel"})  # "he looked like my uncle"


@dataclass(slots=True)
class Named:
    """A noun of the message where it stands, with all that pronouns and questions need to know of it."""

    word: Word
    sentence: int
    mention: Mention | None  # none where it cannot be said to the dreamer
    number: Number
    sex: str = ""  # male, female, either; empty for what is neither person nor animal
    may_be_somebody: bool = False  # a thing by our lists that may be a person all the same

    @property
    def is_somebody(self) -> bool:
        """Whether "he", "she" or "they" can mean it."""
        return bool(self.sex)

    @property
    def is_animal(self) -> bool:
        """Whether it is an animal, which may be he, she or it."""
        return bool(self.sex) and (self.word.lemma in ANIMALS or self.word.lower in ANIMALS)


def named(sentences: Sequence[Sentence], blocks: Sequence[Block], message: str) -> list[Named]:
    """Every noun of the message that means a being, a body part, a place or a thing, in order."""
    found = []
    for place, sentence in enumerate(sentences):
        block = blocks[sentence.block]
        for word in sentence.words:
            kind = (
                kind_of(word) if word.is_noun and word.role != "compound" and word.start not in block.quoted else None
            )
            if kind is not None:
                mention = (
                    None
                    if _is_the_dreamer(word) or _may_be_an_owner(word) or _is_no_part(word) or _is_a_house(word)
                    else _mention(word, kind, sentence, block, message)
                )
                found.append(_named(word, kind, place, mention))
    _know_names_again(found)
    return found


def _is_the_dreamer(word: Word) -> bool:
    """As in "I was the pope" or "I was elected pope": what the dreamer was is nobody they met."""
    subject = word.head.subject() if word.role in {"attr", "oprd"} else None
    return subject is not None and subject.lower == "i"


def _may_be_an_owner(word: Word) -> bool:
    """As in "my friends husband", written without its apostrophe: the husband was met, not the friends."""
    after = next((one for one in word.head.subtree() if one.index == word.index + 1), None)
    return word.tag in {"NNS", "NNPS"} and after is not None and after.is_noun


def _is_no_part(word: Word) -> bool:
    """As in "she was not my child" or "he resembled Robert Graves": who is denied, or only likened to, was not met."""
    first = word
    while first.role == "conj":
        first = first.head
    verb = first.head
    if first.role in {"attr", "oprd"}:
        return verb.child("neg") is not None
    if first.role == "pobj":
        return verb.lower == "like" and verb.head.lemma in _LIKENS
    return first.role == "dobj" and verb.lemma == "resemble"


def _is_a_house(word: Word) -> bool:
    """As in "at my dad's": where one was, with or without him."""
    return word.role == "pobj" and any(child.tag == "POS" for child in word.children)


def ordered(names: Sequence[Named], weights: Sequence[float]) -> tuple[Mention, ...]:
    """The mentions, each once, the most telling first. ``weights`` says how telling the clause around each name is."""
    scores: dict[str, float] = {}
    best: dict[str, Mention] = {}
    for one, weight in zip(names, weights, strict=True):
        if one.mention is None:
            continue
        key = one.word.lemma
        known = best.setdefault(key, one.mention)
        if len(known.turned) < len(one.mention.turned) and not known.turned.startswith("your "):
            best[key] = one.mention
        scores[key] = scores.get(key, 0.0) * 0.5 + _interest(one.word, one.mention) + 0.5 * weight
    return tuple(best[key] for key in sorted(best, key=lambda key: -scores[key]))


def _interest(word: Word, mention: Mention) -> float:
    interest = _INTEREST[mention.kind]
    if mention.turned.startswith("your ") and mention.kind is not MentionKind.PLACE:
        interest += 0.7
    if word.lemma in TELLING_NOUNS:
        interest += 0.6
    if word.role in {"nsubj", "nsubjpass"}:
        interest += 0.3
    return interest


def _named(word: Word, kind: MentionKind, place: int, mention: Mention | None) -> Named:
    return Named(
        word=word,
        sentence=place,
        mention=mention,
        number=Number.MANY if is_plural(word) else Number.ONE,
        sex=sex_of(word) if kind in _BEINGS else "",
        may_be_somebody=kind is MentionKind.THING and may_be_somebody(word),
    )


def _know_names_again(names: Sequence[Named]) -> None:
    """A name that acts as a person once is a person everywhere."""
    persons = {one.word.text for one in names if one.sex and one.word.text[0].isupper()}
    for one in names:
        if not one.sex and one.may_be_somebody and one.word.text in persons:
            one.sex = EITHER_SEX
            one.mention = replace(one.mention, kind=MentionKind.PERSON) if one.mention is not None else None


def _mention(word: Word, kind: MentionKind, sentence: Sentence, block: Block, message: str) -> Mention | None:
    chunk = _chunk(word, sentence)
    if not chunk or len(chunk) > LONGEST_NAME or any(part.lower in COARSE for part in chunk):
        return None
    turned = _turned(chunk, word, kind)
    if not turned or len(turned.split()) > LONGEST_NAME:
        return None
    start, end = block.said(chunk[0].start, chunk[-1].end)
    return Mention(message[start:end], turned, kind, is_plural(word))


def _chunk(word: Word, sentence: Sentence) -> list[Word]:
    """The noun with what stands before it, and an "of" that belongs to a group; empty where that is something odd."""
    left = word.index
    for child in word.children:
        if child.index < word.index and child.role in BEFORE_NOUN:
            left = min(left, child.left_edge())
    chunk = sentence.words[left : word.index + 1]
    if any(
        part.tag.startswith(("VB", "CC", "IN", "W")) and part.role not in {"amod", "compound"} for part in chunk[:-1]
    ):
        return []
    if any(part.role == "punct" and part.text != "-" for part in chunk):
        return []
    if word.lemma in _GROUPS_OF:
        preposition = next((child for child in word.children if child.lower == "of"), None)
        inner = preposition.child("pobj") if preposition else None
        if inner is not None and inner.right_edge() == inner.index and inner.index - word.index <= 3:
            return sentence.words[left : inner.index + 1]
    return chunk


def _turned(chunk: list[Word], word: Word, kind: MentionKind) -> str:
    owner = _owner_by_name(chunk)
    if owner:
        return owner
    if len(chunk) > 2 and chunk[0].lower in {"all", "both", "half"} and chunk[1].role in {"det", "poss"}:
        chunk = chunk[1:]
    first = chunk[0]
    opening, rest = "", chunk
    if first.role in {"det", "predet", "poss", "nummod"}:
        if first.lower in _NO_MENTION_AFTER or (
            first.lower in _OF_OTHERS and kind not in {MentionKind.BODY, MentionKind.THING}
        ):
            return ""
        if first.lower in _MINE:
            opening, rest = "your", chunk[1:]
        elif first.lower in _TO_THE | _OF_OTHERS:
            opening, rest = "the", chunk[1:]
    while len(rest) > 1 and rest[0].lower in _QUANTITIES:
        rest = rest[1:]
    rest = [part for part in rest if part.lower not in _EMPTY_ADJECTIVES or part is word]
    if not rest or any(part.lower in _NOT_MINE for part in rest):
        return ""
    said = _spelt(rest)
    if any(part.lower in _MINE for part in rest):
        return f"your {_spelt(rest[1:])}" if rest[0].lower in _MINE else ""
    if opening:
        return f"{opening} {said}"
    if is_bare_kin(word):
        return f"your {word.lower}"
    return said if is_name(word) and word.text[0].isupper() else f"the {said}"


def _owner_by_name(chunk: Sequence[Word]) -> str:
    """As in "Wendy's door" or "Dad's car", which take no article."""
    first = chunk[0]
    if first.role != "poss" or len(chunk) < 3 or chunk[1].tag != "POS":
        return ""
    if is_bare_kin(first):
        return f"your {first.lower}{chunk[1].text} {_spelt(chunk[2:])}"
    return _spelt(chunk) if is_name(first) and first.text[0].isupper() else ""


def _spelt(words: Sequence[Word]) -> str:
    pieces = []
    for number, word in enumerate(words):
        shouted = word.text.isupper() and len(word.text) > 1
        text = word.text if word.start > 0 or shouted or word.tag in {"NNP", "NNPS"} else word.lower
        pieces.append(f" {text}" if number and words[number - 1].end < word.start else text)
    return "".join(pieces).strip()
