"""The persons, animals, body parts, places and things that a dreamer names, with how one says them to the dreamer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.hearing.grammar import Sentence, Word
from assistant.hearing.lexicon import (
    ANIMALS,
    BODY,
    COARSE,
    FEELING_NOUNS,
    FELT,
    FEMALE,
    FEMALE_NAMES,
    KIN_WITHOUT_ARTICLE,
    MALE,
    MALE_NAMES,
    NOT_THINGS,
    ONLY_FELT,
    PERSONS,
    PERSONS_IN_PLURAL,
    PLACES,
    STATIVE_VERBS,
    TELLING_NOUNS,
)
from assistant.hearing.plain_text import Block
from assistant.types import Mention, MentionKind

LONGEST_NAME = 6  # words

_BEFORE_NOUN = frozenset({"det", "poss", "amod", "compound", "nummod", "nmod", "predet"})
_TO_THE = frozenset({"a", "an", "the", "this", "these", "that", "those", "some", "another", "several", "his", "its", "their"})
_NOBODY = frozenset({"no", "any", "every", "each", "either", "neither", "all", "both", "what", "which", "such", "many", "few", "more",
                     "most", "enough", "other", "certain", "various"})  # fmt: skip
_ABSTRACT_ENDINGS = ("ness", "tion", "sion", "ment", "ity", "ance", "ence", "ism", "ship", "hood", "ology", "ing", "dom", "cy", "ude")
_CONCRETE = frozenset({"building", "ring", "painting", "station", "apartment", "basement", "instrument", "monument", "wedding",
                       "king", "ceiling", "city", "ambulance", "fence", "entrance", "pharmacy", "wing", "railing", "string",
                       "television", "clothing", "parking", "lightning", "kingdom", "being", "document", "sting", "spring"})  # fmt: skip
_OF_WHOM = frozenset({"group", "bunch", "crowd", "pack", "herd", "flock", "swarm", "pile", "gang"})
_QUANTITIES = frozenset({"many", "few", "more", "most", "enough", "so", "about", "almost", "quite", "at", "least", "several", "lots",
                         "nearly", "some", "one", "a", "such", "various", "numerous", "countless"})  # fmt: skip
_TITLES = frozenset({"mr", "mr.", "mrs", "mrs.", "ms", "ms.", "dr", "dr.", "miss", "professor", "president", "aunt", "uncle", "captain"})
_EMPTY_ADJECTIVES = frozenset({"same", "whole", "certain", "own", "such", "particular", "specific", "actual", "very"})
_PERSONAL_VERBS = frozenset({"ask", "tell", "thank", "meet", "marry", "kiss", "hug", "talk", "speak", "call", "greet", "invite", "date"})
_PERSONAL_ENDINGS = ("er", "or", "ist", "ian", "mate", "man", "woman", "person", "boy", "girl", "friend", "ee")
_NOT_PERSONAL = frozenset(
    """door floor water paper mirror corner flower tower shower drawer computer letter number dinner river winter summer weather
    finger shoulder counter corridor elevator color error horror terror motor supper fever ladder tree coffee knee power order
    corner border powder feather butter pepper silver leather trailer container locker cover poster buffer helicopter newspaper
    sweater slipper hammer butcher boiler cooler freezer printer charger laser tractor reactor monitor detector projector
    tumor odor armor harbor horror mist list fist wrist dagger drawer rubber lighter burner blender manner matter offer ember
    timber cucumber whisper laughter slaughter thunder chapter quarter theater center meter liter boulder folder soldering
    underwater anchor razor author""".split()
)
_FEMALE, _MALE, _EITHER = "female", "male", "either"


class Number(StrEnum):
    """How many a noun means, as pronouns tell it."""

    ONE = "one"
    MANY = "many"


@dataclass(slots=True)
class Named:
    """A noun of the message where it stands, with all that pronouns and questions need to know of it."""

    word: Word
    sentence: int
    mention: Mention | None  # none where it is not worth a question, or cannot be said
    number: Number
    sex: str = ""  # male, female, either; empty for a thing
    may_be_somebody: bool = False  # a thing by our lists that acts as a person does, or bears a name

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
        for word in sentence.words:
            if word.is_noun and word.role != "compound" and word.start not in blocks[sentence.block].quoted:
                one = _named(word, place, sentence, blocks[sentence.block], message)
                if one is not None:
                    found.append(one)
    _know_names_again(found)
    return found


def _know_names_again(names: Sequence[Named]) -> None:
    """A name that acts as a person once is a person everywhere."""
    persons = {one.word.text for one in names if one.sex and one.word.text[0].isupper()}
    for one in names:
        if not one.sex and one.may_be_somebody and one.word.text in persons:
            one.sex = _EITHER
            one.mention = replace(one.mention, kind=MentionKind.PERSON) if one.mention is not None else None


def _named(word: Word, place: int, sentence: Sentence, block: Block, message: str) -> Named | None:
    lemma = _singular(word)
    kind = _kind(word, lemma)
    if kind is None:
        return None
    number = Number.MANY if _is_plural(word, lemma) else Number.ONE
    being = kind in {MentionKind.PERSON, MentionKind.ANIMAL}
    mention = _mention(word, kind, sentence, block, message, number)
    one = Named(word, place, mention, number, _sex(word, lemma) if being else "")
    acts = word.role == "nsubj" and word.head.is_verb and word.head.lemma not in STATIVE_VERBS
    spoken_with = word.role in {"dobj", "pobj", "dative"} and (word.head.lemma in _PERSONAL_VERBS or word.head.head.lemma in _PERSONAL_VERBS)
    looks_like = lemma.endswith(_PERSONAL_ENDINGS) and lemma not in _NOT_PERSONAL
    one.may_be_somebody = (
        not being and kind is MentionKind.THING and (acts or spoken_with or looks_like or word.tag in {"NNP", "NNPS"})
    )
    return one


def _singular(word: Word) -> str:
    if word.tag in {"NNP", "NNPS"}:
        return word.lower
    return {"people": "person", "men": "man", "women": "woman", "children": "child"}.get(word.lower, word.lemma)


def _is_plural(word: Word, lemma: str) -> bool:
    if word.lower in PERSONS_IN_PLURAL:
        return word.lower not in {"everyone", "everybody"}
    return word.tag in {"NNS", "NNPS"} and lemma not in {"news", "stairs"} or word.lower in {"teeth", "feet", "stairs"}


def _sex(word: Word, lemma: str) -> str:
    if lemma in MALE or word.lower in MALE_NAMES:
        return _MALE
    if lemma in FEMALE or word.lower in FEMALE_NAMES:
        return _FEMALE
    return _EITHER


def _kind(word: Word, lemma: str) -> MentionKind | None:
    if lemma in NOT_THINGS or word.lower in NOT_THINGS or word.lower in FELT | ONLY_FELT | FEELING_NOUNS:
        return None
    if lemma == "home" and word.child("det", "poss", "amod") is None or _is_only_likened(word):
        return None
    for names, kind in (
        (PERSONS | PERSONS_IN_PLURAL, MentionKind.PERSON),
        (ANIMALS, MentionKind.ANIMAL),
        (BODY, MentionKind.BODY),
        (PLACES, MentionKind.PLACE),
    ):
        if lemma in names or word.lower in names:
            return kind
    if _is_name(word) or word.lower in MALE_NAMES | FEMALE_NAMES:
        return _kind_of_name(word)
    if lemma in _CONCRETE or lemma in TELLING_NOUNS:
        return MentionKind.THING
    if len(lemma) < 3 or lemma.endswith(_ABSTRACT_ENDINGS) or not lemma.isalpha():
        return None
    return MentionKind.THING


def _is_only_likened(word: Word) -> bool:
    """Whether it only lends its size or manner: "as high as a house", "like a coffin"; or is what the dreamer was."""
    above = word.head
    if word.role == "pobj" and (above.lower in {"like", "as", "than"} or (above.lower == "of" and above.head.lemma == "size")):
        return True
    subject = above.subject() if word.role == "attr" and above.is_verb else None
    return subject is not None and subject.lower in {"i", "we"}


def _is_name(word: Word) -> bool:
    return word.tag in {"NNP", "NNPS"} or (word.start > 0 and word.text[0].isupper() and not word.text.isupper())


def _kind_of_name(word: Word) -> MentionKind | None:
    if word.lower in MALE_NAMES | FEMALE_NAMES or any(
        child.role == "compound" and child.lower in MALE_NAMES | FEMALE_NAMES for child in word.children
    ):
        return MentionKind.PERSON if word.text[0].isupper() or word.tag == "NNP" else None
    if not word.text[0].isupper() or not word.text.isalpha() or len(word.text) < 3:
        return None
    if any(child.lower in _TITLES for child in word.children):
        return MentionKind.PERSON
    if word.role == "pobj" and word.head.lower in {"in", "at", "to", "from", "near", "through", "into"}:
        return MentionKind.PLACE
    doing = word.role in {"nsubj", "poss"}
    company = word.role == "pobj" and word.head.lower in {"with", "by"}
    return MentionKind.PERSON if doing or company else MentionKind.THING


def _mention(
    word: Word, kind: MentionKind, sentence: Sentence, block: Block, message: str, number: Number
) -> Mention | None:
    chunk = _chunk(word, sentence)
    if chunk is None or len(chunk) > LONGEST_NAME:
        return None
    turned = _turned(chunk, word, kind)
    if not turned or any(part.lower in COARSE for part in chunk):
        return None
    if len(turned.split()) > LONGEST_NAME:
        return None
    start, end = block.said(chunk[0].start, chunk[-1].end)
    return Mention(message[start:end], turned, kind, number is Number.MANY)


def _chunk(word: Word, sentence: Sentence) -> list[Word] | None:
    """The noun with what stands before it, and an "of" that belongs to a group of beings."""
    left = word.index
    for child in word.children:
        if child.index < word.index and child.role in _BEFORE_NOUN:
            left = min(left, child.left_edge())
    chunk = sentence.words[left : word.index + 1]
    if any(part.tag.startswith(("VB", "CC", "IN", "W")) and part.role not in {"amod", "compound"} for part in chunk[:-1]):
        return None
    if any(part.role == "punct" and part.text != "-" for part in chunk):
        return None
    if word.lemma in _OF_WHOM:
        preposition = next((child for child in word.children if child.lower == "of"), None)
        inner = preposition.child("pobj") if preposition else None
        if inner is not None and inner.right_edge() == inner.index and inner.index - word.index <= 3:
            return sentence.words[left : inner.index + 1]
    return chunk


def _turned(chunk: Sequence[Word], word: Word, kind: MentionKind) -> str:
    rest = list(chunk)
    opening = ""
    owner = _owner_by_name(chunk)
    if owner:
        return owner
    while rest and rest[0].role in {"det", "predet", "poss"} | {"nummod"} and not opening:
        first = rest[0]
        if first.lower in _NOBODY:
            return ""
        if first.lower in {"my", "our"}:
            opening, rest = "your", rest[1:]
        elif first.lower in {"her", "his", "their", "its"}:
            if kind in {MentionKind.PERSON, MentionKind.ANIMAL, MentionKind.PLACE}:
                return ""
            opening, rest = "the", rest[1:]
        elif first.lower in _TO_THE:
            opening, rest = "the", rest[1:]
        else:
            break
    while len(rest) > 1 and rest[0].lower in _QUANTITIES:
        rest = rest[1:]
    rest = [part for part in rest if part.lower not in _EMPTY_ADJECTIVES or part is word]
    said = _spelt(rest)
    if any(part.lower in {"my", "our", "your", "his", "her", "their", "i", "me", "you", "we", "us"} for part in rest):
        if rest[0].lower not in {"my", "our"} or any(part.lower in {"his", "her", "their", "your", "you"} for part in rest):
            return ""
        said = " ".join("your" if part in {"my", "our", "My", "Our"} else part for part in said.split(" "))
        return said
    if opening:
        return f"{opening} {said}"
    if is_bare_kin(word):
        return f"your {word.lower}"
    if _is_name(word) and word.text[0].isupper():
        return said
    return f"the {said}" if not said.startswith("the ") else said


def _owner_by_name(chunk: Sequence[Word]) -> str:
    """As in "Wendy's door" or "Dad's car", which take no article."""
    first = chunk[0]
    if first.role != "poss" or len(chunk) < 3 or chunk[1].tag != "POS":
        return ""
    if is_bare_kin(first):
        return f"your {first.lower}" + _spelt(chunk[1:])[0:2] + " " + _spelt(chunk[2:])
    return _spelt(chunk) if _is_name(first) and first.text[0].isupper() else ""


def is_bare_kin(word: Word) -> bool:
    """Whether this is "Mom" or "dad" said as a name, which one tells back as "your mom"."""
    if word.lower not in KIN_WITHOUT_ARTICLE or word.tag not in {"NN", "NNP"}:
        return False
    return not any(child.index < word.index and child.role in _BEFORE_NOUN for child in word.children) and word.role not in {
        "compound", "amod", "npadvmod", "intj",
    }  # fmt: skip


def _spelt(words: Sequence[Word]) -> str:
    pieces = []
    for number, word in enumerate(words):
        keeps = word.tag in {"NNP", "NNPS"} or (word.start > 0 and word.text[0].isupper()) or (word.text.isupper() and len(word.text) > 1)
        text = word.text if keeps else word.lower
        pieces.append(f" {text}" if number and words[number - 1].end < word.start else text)
    return "".join(pieces).strip()


def ordered(names: Sequence[Named], weights: Sequence[float]) -> tuple[Mention, ...]:
    """The mentions, each once, the most telling first. ``weights`` says how telling the clause around each name is."""
    scores: dict[str, float] = {}
    first: dict[str, Mention] = {}
    for one, weight in zip(names, weights, strict=True):
        if one.mention is None:
            continue
        key = one.word.lemma
        known = first.setdefault(key, one.mention)
        if len(known.turned) < len(one.mention.turned) and not known.turned.startswith("your "):
            first[key] = one.mention
        scores[key] = scores.get(key, 0.0) * 0.5 + _interest(one) + 0.5 * weight
    return tuple(first[key] for key in sorted(first, key=lambda key: -scores[key]))


def _interest(one: Named) -> float:
    assert one.mention is not None
    kind = one.mention.kind
    interest = {
        MentionKind.PERSON: 1.5,
        MentionKind.ANIMAL: 1.8,
        MentionKind.BODY: 1.0,
        MentionKind.PLACE: 0.7,
        MentionKind.THING: 0.8,
    }[kind]
    if one.mention.turned.startswith("your ") and kind is not MentionKind.PLACE:
        interest += 0.7
    if one.word.lemma in TELLING_NOUNS:
        interest += 0.6
    if one.word.role in {"nsubj", "nsubjpass"}:
        interest += 0.3
    return interest
