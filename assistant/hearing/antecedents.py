"""Finds whom he, she, it, they and we mean, so that a clause can be told by itself; says where that is not certain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from assistant.hearing.grammar import Word
from assistant.hearing.lexicon import closed
from assistant.hearing.mentions import Named, Number
from assistant.hearing.segments import Segment

_MALE = closed("male")
_FEMALE = closed("female")
_MANY = closed("many")
_THING = closed("thing")
_FAMILY = (
    dict.fromkeys(_MALE, "he")
    | dict.fromkeys(_FEMALE, "she")
    | dict.fromkeys(_MANY, "they")
    | dict.fromkeys(_THING, "it")
)
_NOTHING_NAMED = "something"
_SOMEBODY = frozenset({"someone", "somebody"})
_POINTING = closed("pointing")
_OWNING = closed("owning")
_WE = closed("we")
_TOGETHER = closed("together")
_WEATHER = closed("weather")
_ALONE = closed("standing_alone")
_KEEPING_COMPANY = closed("keeping_company")
_SOMETIMES_IT = closed("sometimes_it")
_COLLECTIVE = closed("collective")
_TO_THE_FORE = frozenset({"nsubj", "nsubjpass", "dobj", "attr", "conj"})  # roles that a pronoun takes up
_REACH = 3  # sentences over which "he" or "she" is followed back
_REACH_OF_THEY = 1


@dataclass(slots=True)
class Company:
    """Those whom the dreamer was with, which "we" then means besides "you"."""

    word: Word
    said: str
    number: Number
    sentence: int  # where they were last named


@dataclass(slots=True)
class Sense:
    """What the pronouns of a stretch mean. ``instead`` gives words by their index that are to be said otherwise."""

    instead: dict[int, str] = field(default_factory=dict)
    only_alone: set[int] = field(
        default_factory=set
    )  # of these words, those that may stay as they are after the stretch before
    leans: bool = False  # only the stretch right before it explains a pronoun
    lost: bool = False  # a word that nothing explains for certain, and that would be taken wrongly
    dangling: dict[str, str] = field(
        default_factory=dict
    )  # pronouns that nothing right before explains, and the only noun that each could mean, "" where there are several
    names: set[tuple[str, str]] = field(
        default_factory=set
    )  # pronouns that one could take for somebody or something named in it, each with that noun
    unnamed: set[str] = field(default_factory=set)  # pronouns that the dreamer never explains: he, she, it or they
    means: set[str] = field(
        default_factory=set
    )  # whom and what it speaks of: nouns, and the pronouns it leaves standing

    @property
    def instead_when_continued(self) -> dict[int, str]:
        """What is said otherwise where the stretch before is told too."""
        return {index: said for index, said in self.instead.items() if index not in self.only_alone}


def company_at(segment: Segment, place: int, names: Sequence[Named]) -> Company | None:
    """Whom "we" means in a stretch: the last that the dreamer is said to be with, when nobody else was named since."""
    end = segment.words[-1].index
    known = [one for one in names if one.is_somebody and (one.sentence, one.word.index) <= (place, end)]
    found: Company | None = None
    for one in known:
        if found is not None and one.word.lemma == found.word.lemma:
            found = Company(found.word, found.said, found.number, one.sentence)
        else:
            found = (
                Company(one.word, one.mention.turned, one.number, one.sentence)
                if one.mention and _is_with_me(one.word)
                else None
            )
    return found if found is not None and place - found.sentence <= _REACH else None


def _is_with_me(word: Word) -> bool:
    """As in "my sister and I", "me and Tom", "I was there with a friend", with nobody else beside."""
    joined = [child for child in word.children if child.role == "conj"] + ([word.head] if word.role == "conj" else [])
    if joined:
        return (
            len(joined) == 1
            and joined[0].lower in {"i", "me"}
            and not any(child.role == "conj" and child is not word for child in joined[0].children)
        )
    verb = word.head.head
    subject = verb.subject() if word.role == "pobj" and word.head.lower == "with" and verb.is_verb else None
    return subject is not None and subject.lower == "i" and verb.lemma in _KEEPING_COMPANY


def sense(
    segment: Segment,
    place: int,
    before: Sense | None,
    names: Sequence[Named],
    company: Company | None,
    unnamed: Collection[str],
) -> Sense:
    """What the pronouns of a stretch mean, given all that is named in the message and what the stretch before it meant.

    ``before`` is none where that stretch cannot be told; ``company`` is whom "we" means here besides the dreamer, where
    that is certain; ``unnamed`` are the pronouns that the message used from its beginning without a name.
    """
    result = Sense()
    words = [*segment.given_subject, *segment.words]
    inside = {id(word) for word in words}
    view = _View(
        within=[one for one in names if id(one.word) in inside],
        earlier=[one for one in names if _precedes(one, segment, place) and id(one.word) not in inside],
        place=place,
        before=before.means if before is not None else set(),
        unnamed=unnamed,
    )
    for word in words:
        if word.lower in _WE:
            _understand_we(word, words, company, result)
        elif word.lower in _THING:
            _understand_it(word, words, view, result)
        elif word.lower in _MALE | _FEMALE | _MANY:
            _understand_somebody(word, view, result)
        elif word.lower in _POINTING and _points(word):
            _lean(result, before is not None)
    for one in view.within:
        _point_plainly(one, view.earlier, result)
    result.names = {
        (family, one.word.lemma)
        for family in ("he", "she", "they", "it")
        for one in view.within
        if _could_be(family, one)
    }
    result.means.update(one.word.lemma for one in view.within)
    result.means.update((_SOMEBODY | {_NOTHING_NAMED}) & {word.lower for word in words})
    result.means.update(_FAMILY[word.lower] for word in words if word.lower in _FAMILY)
    return result


_KNOWING = frozenset({"know", "recognize", "recognise", "remember"})


def _point_plainly(one: Named, earlier: Sequence[Named], result: Sense) -> None:
    """A storyteller's "this man" is told back as "a man" where he is new, as "the man" where he is known."""
    pointer = next(
        (child for child in one.word.children if child.lower in {"this", "these"} and child.role == "det"), None
    )
    after = next((word for word in one.word.subtree() if word.before is pointer), None) if pointer is not None else None
    if pointer is None or after is None:
        return
    described = one.word.child("amod") is not None or one.word.role == "attr"
    is_known = one.word.role == "dobj" and one.word.head.lemma in _KNOWING  # whoever knows it does not bring it in
    if is_known or (not described and any(other.word.lemma == one.word.lemma for other in earlier)):
        result.instead[pointer.index] = "the"
    elif pointer.lower == "these":
        result.instead[pointer.index] = "the" if pointer.before is not None and pointer.before.lower == "of" else ""
    else:
        result.instead[pointer.index] = "an" if _sounds_open(after.lower) else "a"


def _sounds_open(word: str) -> bool:
    return (word[0] in "aeiou" and not word.startswith(("uni", "use", "eu", "one", "uk"))) or word.startswith(
        ("hour", "honest", "heir")
    )


@dataclass(slots=True)
class _View:
    """What can be seen from a stretch: the nouns in it and before it, and what the stretch right before it meant."""

    within: list[Named]
    earlier: list[Named]
    place: int
    before: set[str]
    unnamed: Collection[str]

    def recent(self, sentences: int) -> list[Named]:
        return [one for one in self.earlier if one.sentence >= self.place - sentences]

    def goes_on(self, pronoun: str, fitting: Iterable[str]) -> bool:
        """Whether the stretch before speaks of one that the pronoun fits, or already used the pronoun."""
        return _FAMILY[pronoun] in self.before or bool(self.before & set(fitting))


def _precedes(one: Named, segment: Segment, place: int) -> bool:
    return one.sentence < place or (one.sentence == place and one.word.index < segment.words[0].index)


def _lean(result: Sense, possible: bool, pronoun: str = "", may_mean: Collection[str] = ()) -> None:
    """The stretch leans on the one before where that is ``possible``; else a ``pronoun`` dangles, and other words are lost."""
    if possible:
        result.leans = True
    elif pronoun:
        result.dangling[_FAMILY[pronoun]] = next(iter(may_mean)) if len(may_mean) == 1 else ""
    else:
        result.lost = True


def _could_be(family: str, one: Named) -> bool:
    return _may_be_it(one) and one.number is Number.ONE if family == "it" else fits(family, one)


def _points(word: Word) -> bool:
    """Whether "this", "one" or "both" stands for something, instead of before it."""
    if word.role in {"det", "predet", "nummod", "advmod", "mark", "cc", "preconj", "amod", "quantmod", "appos", "poss"}:
        return False
    if any(child.role == "prep" and child.lower == "of" for child in word.children):
        return False
    if word.lower == "that" and word.role in {"nsubj", "nsubjpass", "dobj", "pobj"}:
        if word.before is not None and word.before.is_noun:
            return False
        return word.head.role != "relcl" and word.head.head.role != "relcl" and word.tag != "WDT"
    return word.role in {"nsubj", "nsubjpass", "dobj", "pobj", "attr", "conj", "dative"}


def fits(pronoun: str, one: Named) -> bool:
    """Whether the pronoun could mean the noun, by number and sex."""
    if pronoun in _MANY:
        return one.number is Number.MANY or one.word.lemma in _COLLECTIVE
    if one.number is Number.MANY or not one.is_somebody or one.word.lemma in _COLLECTIVE:
        return False
    return one.sex == "either" or one.sex == ("male" if pronoun in _MALE else "female")


def _understand_somebody(word: Word, view: _View, result: Sense) -> None:
    pronoun = word.lower
    inside = [
        one
        for one in view.within
        if fits(pronoun, one) and one.word.index < word.index and not _acts_on(one.word, word)
    ]
    fitting = {one.word.lemma: one for one in view.earlier if fits(pronoun, one) and not _acts_on(one.word, word)}
    if inside or (pronoun in _MANY and _group_before(word, view.within)):
        rivals = {one.word.lemma for one in view.recent(1) if fits(pronoun, one)} - {one.word.lemma for one in inside}
        if rivals and word.role in {"nsubj", "nsubjpass"}:
            _lean(result, view.goes_on(pronoun, rivals))
        return
    if not fitting:
        _unexplained(pronoun, view, result)
        return
    last = list(fitting.values())[-1]
    if last.mention is not None and any(last.mention.turned in said for said in result.instead.values()):
        result.only_alone.update({word.index} & set(result.instead))
        return
    if len(fitting) == 1 and not _is_doubtful(pronoun, last, view) and last.mention is not None:
        result.instead[word.index] = _instead(word, last.mention.turned)
        if view.goes_on(pronoun, fitting):
            result.only_alone.add(word.index)
        result.means.add(last.word.lemma)
        return
    _lean(result, view.goes_on(pronoun, fitting), pronoun, fitting)


def _is_doubtful(pronoun: str, one: Named, view: _View) -> bool:
    """Whether the only noun that fits may yet not be meant: far off, in the background, beside an unknown one."""
    lately = view.recent(_REACH_OF_THEY if pronoun in _MANY else _REACH)
    to_the_fore = any(other.word.role in _TO_THE_FORE for other in lately if other.word.lemma == one.word.lemma)
    beside = pronoun not in _MANY and any(other.may_be_somebody for other in view.earlier)
    return not to_the_fore or beside or one.is_animal or one.word.tag == "NNPS" or pronoun in _ALONE


def _unexplained(pronoun: str, view: _View, result: Sense) -> None:
    """A pronoun with nothing to fit it: somebody the dreamer took as known from the first word on, or else a riddle."""
    if not view.earlier or _FAMILY[pronoun] in view.unnamed:
        result.unnamed.add(_FAMILY[pronoun])
    else:
        _lean(result, bool(_SOMEBODY & view.before), pronoun)


def _acts_on(noun: Word, pronoun: Word) -> bool:
    """Whether the noun is the subject of the verb whose object the pronoun is: those two are not the same."""
    verb = pronoun.head
    while verb.role in {"prep", "agent", "dative"} or not verb.is_verb:
        if verb.is_root or pronoun.role == "poss":
            return False
        verb = verb.head
    subject = verb.subject()
    while subject is None and verb.role in {"conj", "xcomp"}:
        verb = verb.head
        if verb.child("dobj") is not None:
            return False
        subject = verb.subject()
    return (
        subject is noun
        and pronoun.role in {"dobj", "pobj", "dative"}
        and not pronoun.lower.endswith(("self", "selves"))
    )


def _group_before(word: Word, within: Sequence[Named]) -> bool:
    joined = [
        one
        for one in within
        if one.word.index < word.index and any(c.role == "conj" and c.is_noun for c in one.word.children)
    ]
    return bool(joined)


def _instead(word: Word, said: str) -> str:
    if word.lower in _OWNING and word.role == "poss" and word.head.is_noun:
        return f"{said}'" if said.endswith("s") else f"{said}'s"
    return said


def _understand_it(word: Word, words: Sequence[Word], view: _View, result: Sense) -> None:
    inside = [one for one in view.within if _may_be_it(one) and one.word.index < word.index]
    if any(one.number is Number.ONE for one in inside) or _means_nothing(word, words):
        return
    things = {one.word.lemma for one in view.earlier if one.number is Number.ONE and _may_be_it(one)}
    goes_on = view.goes_on(word.lower, things) or (_NOTHING_NAMED in view.before and word.role == "nsubj")
    _lean(result, goes_on, word.lower, things)


def _may_be_it(one: Named) -> bool:
    return not one.sex or one.is_animal or one.word.lemma in _SOMETIMES_IT


def _means_nothing(word: Word, words: Sequence[Word]) -> bool:
    """Whether this "it" is that of "it was dark", "it felt like ...", "it was hard to breathe"."""
    verb = word.head
    if word.role not in {"nsubj", "nsubjpass", "expl"} or not verb.is_verb:
        return False
    after = [other.lower for other in words if other.index > verb.index][:4]
    if verb.lemma in {"rain", "snow", "hail"} or (
        set(after[:3]) & _WEATHER and verb.lemma in {"be", "get", "become", "start", "begin"}
    ):
        return True
    if verb.lemma in {"feel", "seem", "turn"} and after[:1] and after[0] in {"like", "as", "that", "out", "so"}:
        return True
    if verb.lemma == "be" and after[:1] in (["like"], ["as"]) and verb.child("advcl", "ccomp") is not None:
        return True
    adjective = verb.child("acomp", "attr")
    return adjective is not None and any(
        child.role in {"xcomp", "ccomp", "advcl"} and child.index > adjective.index
        for child in (*adjective.children, *verb.children)
    )


def _understand_we(word: Word, words: Sequence[Word], company: Company | None, result: Sense) -> None:
    if any(other.lower in _TOGETHER and abs(other.index - word.index) <= 4 and other is not word for other in words):
        result.lost = True
    if word.role == "pobj" and word.head.lower == "of" and not word.head.head.is_verb:
        result.lost = True
    if word.lower != "we" or word.role not in {"nsubj", "nsubjpass"}:
        return
    if company is None:
        result.lost = True
    elif any(other is company.word and other.index < word.index for other in words):
        result.instead[word.index] = "you both" if company.number is Number.ONE else "you all"
    elif not any(said.startswith("you and ") for said in result.instead.values()):
        result.instead[word.index] = f"you and {company.said}"
