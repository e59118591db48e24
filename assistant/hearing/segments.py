"""Cuts a parsed sentence into stretches that can each be told on its own: one finite clause with what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.hearing.grammar import Sentence, Word
from assistant.hearing.lexicon import closed
from assistant.hearing.mending import mend
from assistant.hearing.standing import is_subordinate, stands_alone

FEWEST_WORDS = 2
MOST_WORDS = 22

_NOMINATIVES = closed("nominatives")
_DESCRIBING = closed("describing")
_NOT_DREAM_NOTES = closed("not_dream_notes")


@dataclass(slots=True)
class Segment:
    """A stretch of words with one finite verb at its heart, cut at clause borders."""

    words: list[Word]
    head: Word
    subject: Word | None
    joined_by: str = ""  # the word that tied it to what came before: and, but, so, then
    given_subject: list[Word] = field(default_factory=list)  # words of a subject it shares with the clause before
    supplied: str = ""  # a subject that the telegraphic writer left out, as it is told back: "you", "you were"
    shaky: bool = False  # the parse or the cut may be wrong

    @property
    def lowers(self) -> list[str]:
        """Its words in lower case."""
        return [word.lower for word in self.words]


def segments(sentence: Sentence, mine: bool) -> list[Segment]:
    """The sentence's stretches in order, untrimmed. ``mine``: where it has no finite verb, it leaves "I was" out."""
    mend(sentence)
    heads = [word for word in sentence.words if word.is_verb and word.finite() and stands_alone(word)]
    heads, borders = _borders(heads + _main_clause_within(heads))
    for number in range(1, len(borders)):
        borders[number] = _with_its_setting(borders[number], sentence.words, borders[number - 1])
    found = []
    for number, head in enumerate(heads):
        start = borders[number] if number else 0
        end = borders[number + 1] if number + 1 < len(heads) else len(sentence.words)
        whole = borders[number] <= head.index < end
        found.extend(_parts(Segment(sentence.words[start:end], head, head.subject(), shaky=not whole)))
    return found if heads or not mine else _note(sentence)


def counted(words: list[Word]) -> list[Word]:
    """The words that one would count: no punctuation, no "n't" or "'s"."""
    return [word for word in words if word.text[0].isalnum() or (len(word.text) > 1 and word.text[0] != "'")]


def _with_its_setting(border: int, words: list[Word], earliest: int) -> int:
    """Where "and for the whole dream (I was making tea)" begins, which the parser gave to the clause before."""
    for place in range(border - 1, earliest, -1):
        word = words[place]
        if word.is_verb or word.is_mark:
            return border
        if word.tag == "CC":
            leads = (
                place + 1 < border
                and words[place + 1].tag == "IN"
                and words[border].tag.startswith(("PRP", "DT", "NN"))
            )
            return place + 1 if leads else border
    return border


def _main_clause_within(heads: list[Word]) -> list[Word]:
    """The main clause of "when I opened the hatch they flew away", where the parser hung it on the hatch."""
    if not heads or not is_subordinate(heads[-1]):
        return []
    within = [word for word in heads[-1].subtree() if word.role == "relcl" and word.is_verb and word.finite()]
    found = [verb for verb in within if (subject := verb.subject()) is not None and subject.lower in _NOMINATIVES]
    return found[-1:]


def _borders(heads: list[Word]) -> tuple[list[Word], list[int]]:
    """The heads that carry a stretch, and where each stretch begins: at the first word that hangs on its head and no other.

    "When I got there" goes with the clause after it.
    """
    own = {id(head) for head in heads}
    kept: list[Word] = []
    borders: list[int] = []
    waiting: list[int] = []
    for number, head in enumerate(heads):
        waiting.append(_left(head, own))
        if number + 1 < len(heads) and is_subordinate(head):
            continue
        kept.append(head)
        borders.append(max(min(waiting), borders[-1] if borders else 0))
        waiting = []
    return kept, borders


def _left(head: Word, heads: set[int]) -> int:
    stack, left = [head], head.index
    while stack:
        word = stack.pop()
        left = min(left, word.index)
        stack.extend(child for child in word.children if id(child) not in heads)
    return left


def _note(sentence: Sentence) -> list[Segment]:
    """A note without its "I was": "falling again", "being chased by wolves"."""
    root = sentence.root
    opening = [word for word in sentence.words if word.index <= root.index and word.tag not in {"RB", "CC"}]
    carried = root.tag == "VBG" or (root.tag == "VBN" and any(child.lower == "being" for child in root.children))
    if not carried or root.subject() is not None or root.lemma in _NOT_DREAM_NOTES or root.lower in _DESCRIBING:
        return []
    denied = any(word.lower in {"not", "never"} for word in sentence.words[: root.index])
    if denied or any(word.tag not in {"VBG", "VBN"} for word in opening) or len(opening) > 2:
        return []
    return [Segment(list(sentence.words), root, None, supplied="you were")]


def _parts(segment: Segment) -> list[Segment]:
    """A long stretch parted where a second verb shares its subject: "I ran home | and (I) locked the door"."""
    if len(counted(segment.words)) <= MOST_WORDS or segment.subject is None:
        return [segment]
    subject = sorted(segment.subject.subtree(), key=lambda word: word.index)
    if len(subject) > 4 or not _can_be_repeated(segment.subject):
        return [segment]
    starts, heads = [0], [segment.head]
    for verb in _conjoined(segment.head):
        left = verb.left_edge() - segment.words[0].index
        if left > starts[-1] and verb in segment.words and _takes_up_subject(verb, segment, left):
            starts.append(left)
            heads.append(verb)
    pieces = []
    for number, (start, head) in enumerate(zip(starts, heads, strict=True)):
        end = starts[number + 1] if number + 1 < len(starts) else len(segment.words)
        piece = Segment(segment.words[start:end], head, segment.subject, given_subject=subject if number else [])
        disagrees = number > 0 and head.tag == "VBZ" and segment.subject.lower in {"i", "we", "they"}
        piece.shaky = segment.shaky or disagrees
        pieces.append(piece)
    return pieces


def _takes_up_subject(verb: Word, segment: Segment, left: int) -> bool:
    """Whether "and locked the door" goes on with the stretch's own subject: right after "and", nobody in between."""
    words = segment.words
    if verb.subject() is not None or not verb.finite() or "CC" not in {words[left - 1].tag, words[left].tag}:
        return False
    opening = next((word for word in words[left:] if word.tag not in {"CC", "RB"} and word.role != "punct"), verb)
    if opening is not verb and not (opening.head is verb and opening.role in {"aux", "auxpass", "neg"}):
        return False
    between = [word for word in words if segment.head.index < word.index < verb.index]
    return not any(word.role in {"nsubj", "nsubjpass"} and word.tag not in {"WP", "WDT"} for word in between)


def _can_be_repeated(subject: Word) -> bool:
    """Whether a subject said twice still means the same: "I", "my mother", not "someone" or "a man"."""
    determiner = subject.child("det", "poss")
    definite = determiner is not None and (determiner.lower == "the" or determiner.role == "poss")
    return subject.lower in {"i", "he", "she", "they", "we"} or definite or subject.tag == "NNP"


def _conjoined(verb: Word) -> list[Word]:
    found = []
    following = [child for child in verb.children if child.role == "conj" and child.is_verb]
    while following:
        word = following.pop(0)
        found.append(word)
        following.extend(child for child in word.children if child.role == "conj" and child.is_verb)
    return sorted(found, key=lambda word: word.index)
