"""Tells words back in the second person: I was -> you were, my -> your, my sister and I -> you and your sister."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.hearing.grammar import Word
from assistant.hearing.lexicon import closed
from assistant.hearing.nouns import is_bare_kin

FIRST_PERSON = closed("first_person")
SECOND_PERSON = closed("second_person")
_TURNED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
    "we": "you", "us": "you", "our": "your", "ours": "yours", "ourselves": "yourselves", "ourself": "yourself",
}  # fmt: skip
_ITS_FOR_IT_IS = re.compile(
    r"\bits(?= (?:ok|okay|cause|because|not|an?|the|like|just|been|fine|all|so|really|about|as if|me|you)\b)"
)
_WITH_YOU = {"am": "are", "'m": "'re", "was": "were"}
_IN_PLURAL = {"was": "were", "is": "are", "has": "have"}
_WRITTEN_OUT = {"'re": " are", "'m": " are", "'ve": " have", "'ll": " will"}


def turned(words: Sequence[Word], instead: Mapping[int, str], quotes: Mapping[int, str]) -> str:
    """The words in the second person.

    ``instead`` gives words by their index that are said otherwise (a pronoun's antecedent, the group that "we" is);
    ``quotes`` gives what stands in quotation marks, by the character where its stand-in begins.
    """
    pieces = []
    for word, spaced in _me_first(words):
        if word.start in quotes:
            piece = quotes[word.start]
        elif word.index in instead:
            piece = instead[word.index]
        else:
            piece = _word(word, words, instead)
        pieces.append(f" {piece}" if spaced else piece)
    return tidy("".join(pieces))


def tidy(text: str) -> str:
    """Even spaces and commas, as after something was left out or put in."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([,.!?;])", r"\1", text)
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = _ITS_FOR_IT_IS.sub(r"it's", text)
    text = re.sub(r"\b(and|but|so|or),? (?:and|but)\b", r"\1", text)
    text = re.sub(r"\b(told|tells?|telling|warned|promised|showed) you you\b", r"\1 you that you", text)
    return text.strip(" ,;:-")


def _word(word: Word, words: Sequence[Word], instead: Mapping[int, str]) -> str:
    number = words.index(word)
    if is_first_person(word):
        return _TURNED[word.lower]
    before = words[number - 1] if number else None
    if before is not None and before.index in instead and word.lower in _WRITTEN_OUT and word.start == before.end:
        return _WRITTEN_OUT[word.lower]
    if before is not None and before.index in instead and word.lower == "'d":
        return " would" if any(other.tag == "VB" for other in words[number + 1 : number + 3]) else " had"
    if word.lower in _WITH_YOU and _belongs_to_i(word, words, number):
        return _WITH_YOU[word.lower]
    if word.lower == "do" and _is_alone(word):
        return "does"
    if word.lower in _IN_PLURAL and _has_plural_subject(word, words):
        return _IN_PLURAL[word.lower]
    if is_bare_kin(word):
        return f"your {word.lower}"
    if word.start == 0 and word.tag not in {"NNP", "NNPS"} and not (word.text.isupper() and len(word.text) > 1):
        return word.lower
    return word.text


def is_first_person(word: Word) -> bool:
    """Whether this word means the one who writes ("mine" may be a pit)."""
    if word.lower == "mine":
        before = word.before
        return before is None or before.tag not in {"DT", "JJ", "NN", "CD", "PRP$", "POS"}
    return word.lower in FIRST_PERSON and not (word.lower == "us" and word.text == "US")


def _belongs_to_i(verb: Word, words: Sequence[Word], number: int) -> bool:
    """Whether "I" is what this "was" or "am" speaks of; the word beside it says so more reliably than the parse."""
    if verb.lower in {"am", "'m"}:
        return True
    for neighbour in reversed(words[max(0, number - 4) : number]):
        if neighbour.lower == "i":
            return True
        if neighbour.is_noun or neighbour.tag == "PRP":
            return _shares_with_me(neighbour)
        if neighbour.tag not in {"RB", "RBR"}:
            break
    if number + 1 < len(words) and words[number + 1].lower == "i":
        return True
    subject = _subject_of(verb)
    return subject is not None and (subject.lower in {"i", "we"} or _joins_me(subject))


def _is_alone(verb: Word) -> bool:
    """Whether this "do" of "he don't" speaks of one alone."""
    subject = verb.head.subject() if verb.role == "aux" and verb.tag in {"VBP", "VB"} else None
    return subject is not None and subject.lower in {"he", "she", "it"} and subject.index == verb.index - 1


def _shares_with_me(noun: Word) -> bool:
    """Whether a noun right before the verb is joined with "I" or "me" into its subject."""
    first = noun.head if noun.role == "conj" else noun
    return first.role in {"nsubj", "nsubjpass"} and _joins_me(first)


def _subject_of(verb: Word) -> Word | None:
    clause = verb.head if verb.role in {"aux", "auxpass"} else verb
    for _ in range(6):
        subject = clause.subject()
        if subject is not None and subject.lower in {"who", "that", "which"} and clause.role == "relcl":
            return clause.head
        if subject is not None:
            return subject
        if clause.role != "conj":
            return None
        clause = clause.head
    return None


def _joins_me(subject: Word) -> bool:
    together = [subject, *(child for child in subject.children if child.role == "conj")]
    return len(together) > 1 and any(word.lower in {"i", "me", "we", "us"} for word in together)


def _has_plural_subject(verb: Word, words: Sequence[Word]) -> bool:
    subject = _subject_of(verb)
    if subject is None or subject not in words or subject.index > verb.index:
        return False
    joined = [child for child in subject.children if child.role == "conj" and child.tag.startswith(("NN", "PRP"))]
    by_and = any(child.role == "cc" and child.lower == "and" for child in subject.children)
    if joined and by_and and subject.tag.startswith(("NN", "PRP")):
        return _joins_me(subject)
    return subject.tag == "NNS" and subject.child("det") is None and subject.child("poss") is not None


def _me_first(words: Sequence[Word]) -> list[tuple[Word, bool]]:
    """The words, each with whether a space stands before it; "my sister and I" as "I and my sister"."""
    order = [(word, number > 0 and words[number - 1].end < word.start) for number, word in enumerate(words)]
    for number, word in enumerate(words):
        joined = word.lower in {"i", "me"} and word.role == "conj" and number > 1 and words[number - 1].lower == "and"
        if not joined or word.head.role not in {"nsubj", "nsubjpass"} or word.head not in words:
            continue
        first = words.index(word.head)
        left = word.head.left_edge()
        while first > 0 and words[first - 1].index >= left:
            first -= 1
        others = [(other, True) for other, _ in order[first : number - 1]]
        order[first : number + 1] = [(word, order[first][1]), (words[number - 1], True), *others]
        break
    return order
