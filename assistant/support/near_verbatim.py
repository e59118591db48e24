"""Whether a sentence says what a passage says nearly to the letter: then no likelihood is needed to know that it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.support.rules import CERTAIN, NEGATION, NUMBER_WORDS, OF_TALK, figures, numbers, sentences_of
from assistant.words import content_stems

MOST_SENTENCES = 3  # of the passage, that stand beside each other
FEWEST_WORDS = 4  # of content, for the sentence to say anything
LEFT_OUT = 0.2  # share of a clause's content that the sentence may leave out
LONGEST_LEAD_IN = 14  # words

_WORDS = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*")
_NOT = re.compile(r"n't\b")
_ONE_OF = re.compile(r"\bone (?=(?:in|of|out)\b)")  # a count; else "one" is a person
_CLAUSES = re.compile(r"[,;:]|\s[–—-]\s")
_LEAD_IN = re.compile(r"^([^:]{1,110}):\s+(?=\S)|^([^,:;]{1,60}),\s+(?=\S)")
_OF_CONDITION = re.compile(r"^(?:and |but |so )?(?:if|while|since|when|from|as|for|of|to|about)\b", re.IGNORECASE)
_SCOPE = re.compile(
    r"^(?:in|among|for|when|if|where|while|unless|after|before|with|as|according|of)\b", re.IGNORECASE
)  # what a sentence of the passage begins with, that limits all the rest of it
_OF_LEADING_IN = OF_TALK | content_stems(
    """help know knowing worth common practice guess finding research study figure library passage say tell told note mark thing point
    fair broad question why how answer line there here far well nothing more one second first other hand matter believe honest kind"""
)
_PERSONS = frozenset(
    """you your yours yourself one they them their theirs he him his she her hers i me my we us our someone somebody anyone people
    person dreamer dreamers themselves himself herself""".split()
)
_FORMS = {
    **dict.fromkeys(("is", "are", "was", "were", "been", "being"), "be"),
    **dict.fromkeys(("has", "had", "having"), "have"),
    **dict.fromkeys(("this", "that", "these", "those", "such"), "it"),
    **dict.fromkeys(_PERSONS, "person"),
}
_PASSED_OVER = frozenset(
    "a an the of to and in on at for with as so too also then there just itself any though but or very still even own do did does".split()
)
_LIMITS = frozenset(
    """about around nearly almost roughly some many most few often sometimes rarely usually seldom mostly may might could can perhaps
    possibly only if when unless while whether until where not no never nobody nothing none neither nor without hardly likely
    unlikely seem seems reported said thought believed guess untested tradition popular more less fewer than before after because
    since least every all always both saying sayings says say belief beliefs claim claims legend rumour story""".split()
)
_COUNTS = frozenset().union(*({word, *content_stems(word)} for word in (*NUMBER_WORDS, "thirds", "quarters")))
_MAY_BE_ADDED = frozenset({"may", "might", "could", "can", "perhaps", "some", "be", "have", "it", "person"})


@dataclass(frozen=True, slots=True)
class _Clause:
    sentence: int
    begins: bool  # whether it is the sentence's first
    text: str
    words: tuple[str, ...]


def is_near_verbatim(sentence: str, passage: str) -> bool:
    """Whether the sentence, after a lead-in that claims nothing, holds only words of the passage in the passage's order.

    Of each clause that it draws on it leaves out little, and nothing that limits, denies or counts; a limit that the passage's
    sentence begins with ("In students, ...") has to be there as well. Of the 1,440 labelled pairs it takes a fifth of the
    right ones and none of the near misses.
    """
    said = _words(_without_lead_in(sentence.strip()))
    if sum(word not in _MAY_BE_ADDED for word in said) < FEWEST_WORDS:
        return False
    sentences = sentences_of(passage)
    return any(
        _stands_in(said, list(_clauses(sentences[start : start + count])))
        for count in range(1, MOST_SENTENCES + 1)
        for start in range(len(sentences) - count + 1)
    )


def _stands_in(said: list[str], clauses: list[_Clause]) -> bool:
    theirs = [(word, number) for number, clause in enumerate(clauses) for word in clause.words]
    blocks = SequenceMatcher(None, said, [word for word, _ in theirs], autojunk=False).get_matching_blocks()
    here = {place for block in blocks for place in range(block.a, block.a + block.size)}
    there = {place for block in blocks for place in range(block.b, block.b + block.size)}
    if any(place not in here and word not in _MAY_BE_ADDED for place, word in enumerate(said)):
        return False
    drawn_on = {number for place, (word, number) in enumerate(theirs) if place in there and word not in _MAY_BE_ADDED}
    for number in drawn_on:
        content = [word for word, owner in theirs if owner == number and not _is_light(word)]
        missing = [
            word
            for place, (word, owner) in enumerate(theirs)
            if owner == number and place not in there and not _is_light(word)
        ]
        if any(_limits(word) for word in missing) or len(missing) > LEFT_OUT * len(content):
            return False
    used = {clauses[number].sentence for number in drawn_on}
    return not any(
        clause.begins and clause.sentence in used and number not in drawn_on and _SCOPE.match(clause.text)
        for number, clause in enumerate(clauses)
    )


def _is_light(word: str) -> bool:
    return word in _MAY_BE_ADDED and word not in _LIMITS


def _limits(word: str) -> bool:
    return word in _LIMITS or word in _COUNTS or word[0].isdigit()


def _clauses(sentences: list[str]) -> Iterator[_Clause]:
    for number, sentence in enumerate(sentences):
        parts = [(part.strip(), tuple(_words(part))) for part in _CLAUSES.split(sentence)]
        for place, (text, words) in enumerate(part for part in parts if part[1]):
            yield _Clause(number, place == 0, text, words)


def _words(text: str) -> list[str]:
    """Its words as they are compared: stems, persons and forms of "be" folded into one, light ones left out."""
    found: list[str] = []
    plain = _NOT.sub(r" not", text.lower().replace("’", "'")).replace("ca not", "can not").replace("cannot", "can not")
    for word in _WORDS.findall(_ONE_OF.sub("1 ", plain)):
        word = word.removesuffix("'s")
        word = _FORMS.get(word, word)
        if word in _PASSED_OVER:
            continue
        stems = frozenset() if word in _LIMITS or word in _MAY_BE_ADDED else content_stems(word)
        found.append(next(iter(stems), word))
    return found


def _without_lead_in(sentence: str) -> str:
    """The sentence without the words that only lead up to what it says: "As for how common it is: ..."."""
    while (found := _LEAD_IN.match(sentence)) and _claims_nothing(found.group(1) or found.group(2), found.group(2)):
        sentence = sentence[found.end() :]
    return sentence


def _claims_nothing(lead_in: str, before_a_comma: str | None) -> bool:
    if len(lead_in.split()) > LONGEST_LEAD_IN or numbers(lead_in) or figures(lead_in):
        return False
    if NEGATION.search(lead_in) or CERTAIN.search(lead_in):
        return False
    return content_stems(lead_in) <= _OF_LEADING_IN or bool(before_a_comma and _OF_CONDITION.match(lead_in))
