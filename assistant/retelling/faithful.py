"""Whether one sentence tells back what a person wrote and nothing else: who does what to whom, whose it is, in their words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from assistant.hearing.antecedents import fits
from assistant.hearing.deeds import Deed, deeds, noun_phrase
from assistant.hearing.grammar import Grammar, Sentence, Word
from assistant.hearing.mentions import Named, named
from assistant.hearing.plain_text import blocks

LEAST_WORDS, MOST_WORDS = 6, 32
YOU, THIRD = "you", "third"  # the sides of a deed: the person themself, somebody else by a pronoun; a noun is its own

_FIRST = frozenset({"i", "me", "myself", "we", "us", "ourselves"})
_SECOND = frozenset({"you", "yourself", "yourselves"})
_THIRD = frozenset("he him she her it they them who that which himself herself themselves one this".split())
_HE, _SHE = frozenset({"he", "him", "his", "himself"}), frozenset({"she", "her", "hers", "herself"})
_LIGHT = frozenset("be have do go get can will would could come make let try want keep start begin use".split())
# Words that join, point or count and add nothing; any other word must be the person's own.
_SMALL = frozenset(
    """a an the and or but so yet of in on at to for from with by as than then when while until till after before because since if whether
    though although without into onto out up down off over under through about around away back there here where who whom whose which that this these those
    it its he him his she her hers they them their theirs you your yours yourself yourselves someone somebody something anyone anybody anything nobody nothing no
    not n't never only even just still again too also all both each every either neither some any one two other another own same such very so really now
    be is are was were been being am 's 're 've 'm 'd 'll do does did done have has had having can could will would shall should may might must get got
    what how why more most much many few first last once twice ever yes like""".split()
)
_SAME = (
    {"mum", "mom", "mother", "mam", "mama", "mommy"},
    {"dad", "father", "papa", "daddy"},
    {"say", "tell", "ask", "go"},
    {"phone", "call", "ring"},
    {"till", "until"},
    {"tv", "television"},
    {"girlfriend", "gf"},
    {"boyfriend", "bf"},
)
_QUOTED = re.compile(r"[\"\u201c\u201d][^\"\u201c\u201d]*[\"\u201c\u201d]")
_OWN_FIRST_PERSON = re.compile(r"\b(?:I|me|my|mine|myself|we|us|our|ours)\b")


class Faithfulness:
    """Checks candidates against one message; parses the message once."""

    def __init__(self, grammar: Grammar, message: str) -> None:
        self._grammar = grammar
        self._sentences = _parsed(grammar, message)
        words = [word for sentence in self._sentences for word in sentence.words]
        self._said = {form for word in words for form in _forms(word)}
        self._deeds = deeds(self._sentences)
        self._persons = {word.lemma for word in words if word.is_noun}
        self._owners = _owners(self._sentences)
        self._lowers = {word.lower for word in words}
        self._qualities = _qualities(self._deeds)
        self._followed = _followed(self._sentences, named(self._sentences, blocks(message), message))

    def faults(self, candidate: str) -> list[str]:
        """What speaks against showing it; empty where nothing does."""
        sentences = _parsed(self._grammar, candidate)
        words = [word for sentence in sentences for word in sentence.words]
        told = deeds(sentences)
        faults = [*_faults_of_form(candidate, len([word for word in words if not word.is_mark]))]
        faults += [f"not their word: {word.lower}" for word in words if not self._is_theirs(word)]
        faults += [fault for deed in told for fault in self._faults_of_deed(deed)]
        faults += self._faults_of_owners(_owners(sentences))
        faults += [
            f"denied or not: {quality}"
            for quality, denied in _qualities(told).items()
            if quality in self._qualities and not denied & self._qualities[quality]
        ]
        lowers = {word.lower for word in words}
        if lowers & _HE and not self._lowers & _HE and not self._may_be("he"):
            faults.append("a he that is not told")
        if lowers & _SHE and not self._lowers & _SHE and not self._may_be("she"):
            faults.append("a she that is not told")
        if "only" in lowers and "only" not in self._lowers:
            faults.append("not their word: only")
        faults += self._faults_of_order(words)
        faults += self._faults_of_pronouns(candidate, sentences)
        return faults

    def _faults_of_pronouns(self, candidate: str, sentences: Sequence[Sentence]) -> Iterator[str]:
        """A he or she must follow the same noun that it follows in the message."""
        parts = blocks(candidate)
        here = _followed(sentences, named(sentences, parts, candidate))
        for (pronoun, verb), noun in here.items():
            theirs = self._followed.get((pronoun, verb))
            if theirs is not None and noun != theirs:
                yield f"whom it means: {pronoun} {verb}"

    def _is_theirs(self, word: Word) -> bool:
        return (
            word.is_mark
            or word.lower in _SMALL
            or bool(_forms(word) & self._said)
            or any(_forms(word) & alike and self._said & alike for alike in _SAME)
        )

    def _may_be(self, pronoun: str) -> bool:
        return bool(self._persons & (_MALE if pronoun == "he" else _FEMALE))

    def _faults_of_deed(self, deed: Deed) -> Iterator[str]:
        """Its verb must be told of the same one, done to the same one, and be denied or not as told."""
        if deed.verb.lemma in _LIGHT or deed.verb.lower in _SMALL:
            return
        alike = next((same for same in _SAME if deed.verb.lemma in same), {deed.verb.lemma})
        theirs = [one for one in self._deeds if one.verb.lemma in alike]
        if not theirs:
            return
        if not any(_same_side(deed.who, one.who) for one in theirs):
            yield f"who does it: {deed.verb.lower}"
        elif not any(_same_side(deed.who, one.who) and _same_object(deed.whom, one.whom) for one in theirs):
            yield f"to whom: {deed.verb.lower}"
        if not any(deed.denied == one.denied for one in theirs):
            yield f"denied or not: {deed.verb.lower}"

    def _faults_of_owners(self, told: dict[str, set[str]]) -> Iterator[str]:
        for thing, owners in told.items():
            theirs = self._owners.get(thing, set())
            for owner in owners:
                if (owner == YOU and YOU not in theirs) or (
                    owner != YOU and theirs and owner not in theirs and not (theirs - {YOU})
                ):
                    yield f"whose: {thing}"

    def _faults_of_order(self, words: Sequence[Word]) -> Iterator[str]:
        """Inside a clause their words must come in their order."""
        places: dict[str, list[int]] = {}
        for number, word in enumerate(word for sentence in self._sentences for word in sentence.words):
            for form in _forms(word):
                places.setdefault(form, []).append(number)
        last = -1
        for word in words:
            begins_a_clause = word.role in {"mark", "cc"} or word.tag in {"WDT", "WP", "WRB"}
            if word.is_mark or begins_a_clause or word.lower in {"and", "but", "so", "while", "as"}:
                last = -1
                continue
            if word.lower in _SMALL:
                continue
            known = sorted({place for form in _forms(word) for place in places.get(form, [])})
            following = [place for place in known if place > last]
            if known and not following:
                yield f"order: {word.lower}"
                return
            last = following[0] if following else last


def _parsed(grammar: Grammar, text: str) -> list[Sentence]:
    parts = blocks(text)
    return grammar.parse([part.text for part in parts]) if parts else []


def _forms(word: Word) -> set[str]:
    bare = word.lower.replace("'", "")
    return {word.lower, word.lemma, bare, _stem(word.lemma)} - {""}


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|s|ly|er|y|e)$", "", word) if len(word) > 4 else word


def _faults_of_form(candidate: str, words: int) -> Iterator[str]:
    bare = _QUOTED.sub("", candidate)
    if not LEAST_WORDS <= words <= MOST_WORDS:
        yield f"{words} words"
    if not re.fullmatch(r"[^.!?\n]+(?:\b(?:Mr|Mrs|Ms|Dr|St)\.[^.!?\n]+)*[.!]", bare.strip()):
        yield "not one sentence"
    if _OWN_FIRST_PERSON.search(bare) or re.search(r"\bi\b", bare):
        yield "an I is left"
    if not re.match(r"[A-Z\u201c\"'0-9]", candidate.strip()):
        yield "no capital"
    tokens = candidate.lower().split()
    if len({tuple(tokens[n : n + 3]) for n in range(len(tokens) - 2)}) < len(tokens) - 2:
        yield "says something twice"


def _side(word: Word | None) -> str:
    if word is None:
        return ""
    if word.lower in _FIRST or word.lower in _SECOND:
        return YOU
    return THIRD if word.lower in _THIRD else word.lemma


def _same_side(told: Word | None, theirs: Word | None) -> bool:
    """Whether a subject of the candidate is the one of the message; a pronoun may stand for a noun, never for the person themself."""
    one, other = _side(told), _side(theirs)
    if not one:
        return True
    if not other:
        return one == YOU  # a left-out subject is the writer
    if one == other:
        return True
    if YOU in (one, other):
        return _is_joined_with_me(theirs) if one == YOU else False
    return THIRD in (one, other) or any(one in same and other in same for same in _SAME)


def _is_joined_with_me(word: Word | None) -> bool:
    """As in "me and my brother were running"."""
    return word is not None and any(one.lower in _FIRST for one in word.subtree())


def _same_object(told: Word | None, theirs: Word | None) -> bool:
    one, other = _side(told), _side(theirs)
    if not one or not other or one == other:
        return True
    return YOU not in (one, other) and THIRD in (one, other)


def _qualities(told: Sequence[Deed]) -> dict[str, set[bool]]:
    """What is said to be so or not so: "I wasn't afraid" gives afraid, denied."""
    found: dict[str, set[bool]] = {}
    for deed in told:
        for child in deed.verb.children:
            if child.role in {"acomp", "attr"}:
                found.setdefault(child.lemma, set()).add(deed.denied)
    return found


def _followed(sentences: Sequence[Sentence], names: Sequence[Named]) -> dict[tuple[str, str], str]:
    """For each he or she and its verb the last noun before it that it could mean, "" where there is none."""
    order = {id(word): number for number, word in enumerate(word for sentence in sentences for word in sentence.words)}
    found: dict[tuple[str, str], str] = {}
    for sentence in sentences:
        for word in sentence.words:
            if word.lower in _HE | _SHE and word.role != "poss":
                fitting = [one for one in names if fits(word.lower, one) and order[id(one.word)] < order[id(word)]]
                verb = next((head for head in (word.head, word.head.head) if head.is_verb), word.head)
                found[word.lower, verb.lemma] = fitting[-1].word.lemma if fitting else ""
    return found


def _owners(sentences: Sequence[Sentence]) -> dict[str, set[str]]:
    """Whose each noun is, by the word before it: "you" for the person themself, else the owner's word."""
    found: dict[str, set[str]] = {}
    for sentence in sentences:
        for noun in sentence.words:
            if noun.is_noun:
                for owner in noun_phrase(noun):
                    if owner.role == "poss" and owner.head is noun:
                        mine = owner.lower in {"my", "our", "your"}
                        found.setdefault(noun.lemma, set()).add(YOU if mine else owner.lower)
    return found


_MALE = frozenset(
    "man boy father dad brother son husband uncle grandfather grandpa grandad boyfriend nephew king priest guy bloke groom waiter stepfather stepdad stepson landlord".split()
)
_FEMALE = frozenset(
    "woman girl mother mum mom sister daughter wife aunt grandmother grandma gran nan nana girlfriend niece queen bride nurse waitress stepmother stepmum stepdaughter lady nun midwife".split()
)


def agreeing(candidates: Collection[str], fewest: int) -> str:
    """The candidate that says most of what the others say, where at least so many were given; else ""."""
    if len(candidates) < fewest:
        return ""
    bags = {one: set(re.findall(r"[\w']+", one.lower())) for one in candidates}

    def likeness(one: str) -> float:
        return sum(len(bags[one] & bag) / max(1, len(bags[one] | bag)) for bag in bags.values())

    return max(candidates, key=likeness)
