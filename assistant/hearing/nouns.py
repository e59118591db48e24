"""What sort of thing a noun means: a person, an animal, a part of the body, a place, a thing, or none of these."""

from __future__ import annotations

from assistant.hearing.grammar import Word
from assistant.hearing.lexicon import (
    ANIMALS,
    BODY,
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
    closed,
)
from assistant.types import MentionKind

BEFORE_NOUN = frozenset({"det", "poss", "amod", "compound", "nummod", "nmod", "predet"})
MALE_SEX, FEMALE_SEX, EITHER_SEX = "male", "female", "either"

_NAMES = MALE_NAMES | FEMALE_NAMES
_NOTHING = NOT_THINGS | FELT | ONLY_FELT | FEELING_NOUNS
_ABSTRACT_ENDINGS = tuple(closed("abstract_endings"))
_CONCRETE = closed("concrete_all_the_same") | TELLING_NOUNS
_TITLES = closed("titles")
_PERSONAL_VERBS = closed("personal_verbs")
_PERSONAL_ENDINGS = tuple(closed("personal_endings"))
_NOT_PERSONAL = closed("not_personal")
_PRONOUNS = frozenset({"he", "she", "they", "it", "that", "this", "you"})
_SPOKEN_TO = frozenset(
    {"bro", "bruh", "dude", "mate", "pal", "man", "love", "guys", "girl", "kid", "mum", "mom", "doc"}
)
_FULL_ROLES = frozenset({"nsubj", "nsubjpass", "dobj", "pobj", "conj", "poss", "attr", "dative"})
_WHERE = frozenset({"in", "at", "to", "from", "near", "through", "into"})
_KINDS = (
    (PERSONS | PERSONS_IN_PLURAL, MentionKind.PERSON),
    (ANIMALS, MentionKind.ANIMAL),
    (BODY, MentionKind.BODY),
    (PLACES, MentionKind.PLACE),
)


def kind_of(word: Word) -> MentionKind | None:
    """The noun's kind; none where it names nothing that one could see or meet."""
    lemma = singular(word)
    if lemma in _NOTHING or word.lower in _NOTHING or _is_only_likened(word):
        return None
    if lemma == "home" and word.child("det", "poss", "amod") is None:
        return None
    for names, kind in _KINDS:
        if lemma in names or word.lower in names:
            return kind
    if is_name(word) or word.lower in _NAMES:
        return _kind_of_name(word)
    if lemma in _CONCRETE:
        return MentionKind.THING
    if len(lemma) < 3 or lemma.endswith(_ABSTRACT_ENDINGS) or not lemma.isalpha():
        return None
    return MentionKind.THING


def singular(word: Word) -> str:
    """The noun in the singular, in lower case."""
    if word.tag in {"NNP", "NNPS"}:
        return word.lower
    return {"people": "person", "men": "man", "women": "woman", "children": "child"}.get(word.lower, word.lemma)


def is_plural(word: Word) -> bool:
    """Whether the noun means several."""
    if word.lower in PERSONS_IN_PLURAL:
        return word.lower not in {"everyone", "everybody"}
    return (word.tag in {"NNS", "NNPS"} and word.lemma != "news") or word.lower in {"teeth", "feet", "stairs"}


def sex_of(word: Word) -> str:
    """Which of "he" and "she" a person or animal can be."""
    lemma = singular(word)
    if lemma in MALE or word.lower in MALE_NAMES:
        return MALE_SEX
    if lemma in FEMALE or word.lower in FEMALE_NAMES:
        return FEMALE_SEX
    return EITHER_SEX


def may_be_somebody(word: Word) -> bool:
    """Whether a noun that our lists take for a thing acts as a person does, is spoken with, or is made like a trade."""
    lemma = singular(word)
    acts = word.role == "nsubj" and word.head.is_verb and word.head.lemma not in STATIVE_VERBS
    verbs = {word.head.lemma, word.head.head.lemma}
    spoken_with = word.role in {"dobj", "pobj", "dative"} and bool(verbs & _PERSONAL_VERBS)
    looks_like = lemma.endswith(_PERSONAL_ENDINGS) and lemma not in _NOT_PERSONAL
    return acts or spoken_with or looks_like or word.tag in {"NNP", "NNPS"}


def is_name(word: Word) -> bool:
    """Whether the noun is written as a name."""
    return word.tag in {"NNP", "NNPS"} or (word.start > 0 and word.text[0].isupper() and not word.text.isupper())


def is_bare_kin(word: Word) -> bool:
    """Whether this is "Mom" or "dad" said as a name, which one tells back as "your mom"."""
    if word.lower not in KIN_WITHOUT_ARTICLE or word.tag not in {"NN", "NNP"}:
        return False
    described = any(child.index < word.index and child.role in BEFORE_NOUN for child in word.children)
    return not described and word.role not in {"compound", "amod", "npadvmod", "intj"}


def _is_only_likened(word: Word) -> bool:
    """Whether it only lends its size or manner ("as high as a house", "like a coffin"), says what somebody is, or calls us."""
    above = word.head
    if word.role == "pobj" and (above.lower in {"like", "as", "than"} or above.head.lemma == "size"):
        return True
    subject = above.subject() if word.role == "attr" and above.is_verb else None
    if subject is None:
        return word.lower in _SPOKEN_TO and word.role not in _FULL_ROLES
    owned = word.child("poss") is not None
    return subject.lower in {"i", "we"} or (subject.lower in _PRONOUNS and not owned)


def _kind_of_name(word: Word) -> MentionKind | None:
    parts = {word.lower, *(child.lower for child in word.children if child.role == "compound")}
    if parts & _NAMES:
        return MentionKind.PERSON if word.text[0].isupper() or word.tag == "NNP" else None
    if not word.text[0].isupper() or not word.text.isalpha() or len(word.text) < 3:
        return None
    if any(child.lower in _TITLES for child in word.children):
        return MentionKind.PERSON
    if word.role == "pobj" and word.head.lower in _WHERE:
        return MentionKind.PLACE
    with_somebody = word.role == "pobj" and word.head.lower in {"with", "by"}
    return MentionKind.PERSON if word.role in {"nsubj", "poss"} or with_somebody else MentionKind.THING
