"""Chooses the one question of a turn: from the sections' own questions and the method's bank, fitted to the dreamer's words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.contract import faults_of_question
from assistant.kept_yaml import read_yaml
from assistant.method.scenes import ANY, asked_about_scene, scenes_in
from assistant.method.stages import recurs
from assistant.texts import choices
from assistant.types import Clause, Heard, Mention, MentionKind, Stage
from assistant.words import content_stems, count_words, is_english
from knowledge.types import Hit

SLOT = re.compile(r"\{(\w+)\}")
SLOT_KINDS = {
    "person": MentionKind.PERSON,
    "animal": MentionKind.ANIMAL,
    "body": MentionKind.BODY,
    "place": MentionKind.PLACE,
    "thing": MentionKind.THING,
}
_OF_BEINGS = frozenset({"person", "animal", "body", "feeling"})
_OF_SETTINGS = frozenset({"place", "thing"})  # asked about out of nowhere, a lamp sounds arbitrary
_SETTINGS = (MentionKind.PLACE, MentionKind.THING)
MOMENT_WORDS = 9  # a longer clause makes a question that nobody can follow
FILLERS = 3  # of one kind, the most telling
BACK = "Back to where"
BACK_AGAIN_AFTER = 5  # questions
FELT = "feeling-in-dream"
HEARTS = 3  # clauses of a telling that count as the heart of it
FIRST_ON_A_SCENE = frozenset(
    {FELT, "wish", "association"}
)  # facets of a first question: nobody is asked for what was just told
FIRST_ON_ANY_DREAM = frozenset({FELT, "image", "association"})  # where nothing is known of it, no wish is supposed
OF_STRANGERS = frozenset(
    {FELT, "image", "own-meaning"}
)  # facets on which somebody is asked about who is nobody of theirs
IN_THEIR_WORDS = 0.5  # more than this share of a section's question must be the dreamer's own words

FACET_WORDS = {
    "feeling-in-dream": "what they felt in the dream",
    "feeling-named": "the feeling they named",
    "feeling-on-waking": "how they woke",
    "body": "the body: what it felt like, in the dream and on waking",
    "image": "one image: what it was like",
    "association": "what an image or person brings to mind",
    "bridge": "what something in the dream has to do with what they just said of their life",
    "waking-link": "where in waking life they know something like it",
    "own-meaning": "what they themselves make of it",
    "ending": "how the new version of the dream goes on",
    "rehearsal": "what it is like to have the new version, and when to go through it",
    "step": "what they would change, in the dream or by day",
    "turning-point": "where in it something shifted in them: what they knew or decided there",
    "wish": "what they would have wanted there",
    "since-when": "since when and how often they have dreamed it, what was different this time",
    "person": "who someone is to them, what is between them, what is left unsaid",
    "section": "what the passage leads on to",
    "now": "how they are at this moment and what would help, not about the dream",
}

_OPENS_BADLY = re.compile(
    r"^(?:while|when|as|if|because|after|before|then|suddenly|finally|eventually|again|so|but|and|or|that|who|which|where|since|until|for|"
    r"maybe|perhaps|apparently|basically|in|at|on|once|next|now|first|later|"
    r"you(?:'re| are| were)? ?(?:\w+ly )?(?:think|thought|know|knew|remember|recall|guess|believe|suppose|mean|sure|wonder|don't know|can't remember))\b",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"^(?:you|it|there|we|they|he|she)(?:'re|'s| are| were| was| is) (?:all |back |just |still )?(?:in|at|on|inside|outside|near|with|a|an|the|about|like|very|really|so)\b",
    re.IGNORECASE,
)
_MOOD = re.compile(r"^you(?:'re|'d been| are| were| was| felt| feel| get| got| became| had been)\b", re.IGNORECASE)
_NO_MOMENT = re.compile(  # only thought of, about the dream as a dream, told of a longer time, or broken up
    r"\b(?:would|might|may|will|should|shall|have|has|used|always|never|every|now)\b(?! not\b)|'(?:d|ll|ve) |\bdream|[,:;(]|\d",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:you|it|that|this|he|she|they|we|there) (?:weren't|wasn't|didn't|don't|doesn't|aren't|isn't|were not|was not|did not|do not|are not|is not)\b",
    re.IGNORECASE,
)
_OWN_SUBJECT = re.compile(r"\b(?:i|we|im|ive|id|i'\w+|we'\w+|me|us|my|our)\b", re.IGNORECASE)
_BEGINS_AS_A_MOMENT = re.compile(
    r"^(?:you|he|she|it|they|we|i|there|somebody|someone|everybody|everyone|nobody|the|your|his|her|its|their|this|that|an?|some|two|three|all|both|no one|no|"
    r"[A-Z][\w'-]+)\b"
)
_SENTENCE_ENDS = re.compile(r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)[.!?…]+(?=\s|$)|[;\n]+")
_THEM = re.compile(r"\bthem\b")
_NO_IMAGE = content_stems(
    """way part side lot kind sort time moment end rest day night morning case fact reason point bit place dream nightmare stuff
    something anything nothing everything idea sense feeling scene story form shape front top bottom middle center while hour minute second week month year other left right number"""
)
_OF_TALK = content_stems(
    "happen happened moment point place kind notice tell strongest clearly exactly first last most"
)
_LAUGHS = re.compile(r"\b(?:l+m+f?a+o+|lo+l+|(?:[hj][ae]){2,}h?|o+mg+|wtf|tbh|idk|ngl|btw|ok|xd)\b", re.IGNORECASE)
_HOW_OFTEN = re.compile(
    r"\b(?:how often|how long (?:have|has)|since when|first (?:time|dream|come|have|begin|fly)|(?:did|do) (?:dreams|this dream)|last (?:came|had|dream)|"
    r"usually|in earlier dreams|before this|other dreams|dreamed before|the nights?|when in your life|these dreams|it happens|had such dreams)\b",
    re.IGNORECASE,
)
_SAID_HOW_OFTEN = re.compile(
    r"\b(?:every|each|most|twice|once|since|for (?:years|months|weeks)|\w+ times|\w+ time this|years? ago|as a (?:child|kid)|always|often)\b",
    re.IGNORECASE,
)
_ASKS_HOW_OFTEN = re.compile(
    r"^(?:how often|since when|when did you (?:first|last)|how long|when in your life)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Filler:
    """What stands in a question's slot; ``is_background`` marks a setting, which is asked about after what happened."""

    text: str
    is_background: bool = False


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question of the method's bank; its one slot is filled with something the dreamer said."""

    facet: str
    stage: Stage
    number: str
    text: str

    @property
    def slot(self) -> str:
        """The name of its slot."""
        found = SLOT.search(self.text)
        return found.group(1) if found else ""

    def filled(self, filler: Filler) -> str:
        """The question with this in its slot."""
        return self.text.replace(f"{{{self.slot}}}", filler.text)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The question of a turn, its facet, and the sentence of this message whose scene it is about, if it is about one."""

    text: str
    facet: str
    scene: str = ""


@dataclass(frozen=True, slots=True)
class _Told:
    """A scene of the dream; ``moment`` names it in a question, where it was told in an earlier message, and ``person`` the one
    person in it."""

    name: str
    sentence: str
    moment: str = ""
    person: str = ""


@cache
def bank() -> tuple[BankQuestion, ...]:
    """All questions of questions.yaml."""
    rows = read_yaml("assistant.method", "questions.yaml")
    return tuple(BankQuestion(row["facet"], Stage(row["stage"]), row["number"], row["text"]) for row in rows)


def choose_question(
    heard: Sequence[Heard],
    facets: Sequence[str],
    hits: Sequence[Hit],
    *,
    told: Sequence[str],
    asked: Sequence[str],
    goes_back: bool = True,
) -> Chosen:
    """The best question that keeps the contract.

    ``heard`` are the dreamer's messages about the dream as heard, newest first; ``facets`` what the method wants to ask about,
    most wanted first: "section" stands for the questions of the sections in ``hits``, "scene" for those that a first reply
    may ask about a scene of the dream, "first" for those that it may ask where no scene is known. A scene's own questions on a facet come before the bank's.
    There is always a question: where nothing fits, the dreamer's own words are quoted back into one.
    ``goes_back`` says whether a question may go back to a scene told in an earlier message; only one of a few does.
    """
    may_go_back = goes_back and not any(question.startswith(BACK) for question in asked[-BACK_AGAIN_AFTER:])
    scenes = [scene for scene in _scenes_told(heard, told) if may_go_back or not scene.moment]
    for facet in facets:
        for chosen in _questions_on(facet, heard, hits, scenes, told, asked):
            if not faults_of_question(chosen.text, told, asked) and _may_be_asked(chosen.text, told):
                return chosen
    return _from_their_words(told, asked)


def _scenes_told(heard: Sequence[Heard], told: Sequence[str]) -> list[_Told]:
    """The scenes of the dream, newest first; one of an earlier message only where a moment of it can be named."""
    found: dict[str, _Told] = {}
    for one in heard:
        is_new = bool(told) and one.message in told[0]
        for scene in scenes_in(one.directed.scenes, one.message):
            clauses = tuple(clause for clause in one.clauses if clause.said in scene.sentence)
            moment = next(iter(moments(replace(one, clauses=clauses))), "")
            if is_new or moment:
                person = _the_one_person(one, scene.sentence)
                found.setdefault(scene.name, _Told(scene.name, scene.sentence, "" if is_new else moment, person))
    return list(found.values())


def _questions_on(
    facet: str,
    heard: Sequence[Heard],
    hits: Sequence[Hit],
    scenes: Sequence[_Told],
    told: Sequence[str],
    asked: Sequence[str],
) -> Iterator[Chosen]:
    """All questions on a facet, the best first."""
    salt = "\n".join(told)
    if facet == "section":
        yield from (Chosen(text, facet) for text in _of_sections(hits, told))
        return
    told_a_feeling = {FELT} if any(one.feelings for one in heard[:1]) else set()
    if facet == "scene":
        for scene in scenes:
            yield from _about_scene(scene, FIRST_ON_A_SCENE - told_a_feeling, salt)
        return
    if facet == "first":
        yield from _first_without_a_scene(heard[:1], told_a_feeling, asked, salt)
        return
    for scene in scenes:
        yield from _about_scene(scene, {facet}, salt)
    yield from (Chosen(text, facet) for text in _filled(facet, heard, asked, salt, _OF_BEINGS))
    yield from _about_scene(_Told(ANY, ""), {facet}, salt)
    yield from (Chosen(text, facet) for text in _filled(facet, heard, asked, salt, _OF_SETTINGS))


def _first_without_a_scene(
    heard: Sequence[Heard], but: Collection[str], asked: Sequence[str], salt: str
) -> Iterator[Chosen]:
    """A first question where no scene is known: about somebody of the dreamer's own at the heart of it, or one for whatever dream,
    on no facet of ``but``; which of the two comes first looks random."""
    hearts = [_heart(one) for one in heard]
    of_person = [
        Chosen(text, facet)
        for facet in sorted({FELT, "wish"} - set(but), key=lambda facet: _shuffle(salt + facet))
        for text in _filled(facet, _with_own_persons(hearts), asked, salt, _OF_BEINGS)
    ]
    for_any = list(_about_scene(_Told(ANY, ""), FIRST_ON_ANY_DREAM - set(but), salt))
    person_first = int(_shuffle(salt), 16) % 2
    yield from [*of_person[:FILLERS], *for_any] if person_first else for_any
    yield from of_person


def _heart(heard: Heard) -> Heard:
    """What was heard, of the most telling clauses alone."""
    hearts = sorted(heard.clauses, key=lambda clause: -clause.weight)[:HEARTS]
    return replace(
        heard,
        clauses=tuple(clause for clause in heard.clauses if clause in hearts),
        mentions=tuple(one for one in heard.mentions if any(one.said in clause.said for clause in hearts)),
    )


def _with_own_persons(heard: Sequence[Heard]) -> list[Heard]:
    """The same with nothing but persons whom the dreamer calls theirs, or by a name."""
    return [replace(one, mentions=tuple(filter(_is_own_person, one.mentions)), feelings=()) for one in heard]


def _is_only_of_life(mention: Mention, heard: Heard) -> bool:
    """Whether it was named in what is told of waking life, and nowhere in the dream."""
    named_in = [clause for clause in heard.clauses if mention.said in clause.said]
    return bool(named_in) and all(clause.waking for clause in named_in)


def _is_own_person(mention: Mention) -> bool:
    return mention.kind is MentionKind.PERSON and (mention.turned.startswith("your ") or mention.turned[:1].isupper())


def _about_scene(scene: _Told, facets: Collection[str], salt: str) -> Iterator[Chosen]:
    """The questions about a scene, in an order that looks random; with its moment, where it lies further back."""
    for facet, text in sorted(asked_about_scene(scene.name, facets), key=lambda row: _shuffle(salt + row[1])):
        if scene.person and "one of them" not in text:
            text = _THEM.sub(scene.person, text)
        if scene.moment:
            yield Chosen(f"{BACK} {scene.moment}: {text[0].lower()}{text[1:]}", facet)
        else:
            yield Chosen(text, facet, scene.sentence)


def _of_sections(hits: Sequence[Hit], told: Sequence[str]) -> Iterator[str]:
    """The questions of the sections that speak of what the dreamer spoke of, and not of what only the section knows."""
    words = frozenset().union(*(content_stems(message) for message in told))
    for hit in hits:
        for ask in hit.section.asks:
            stems = content_stems(ask) - _OF_TALK
            if len(stems & words) > IN_THEIR_WORDS * len(stems):
                yield ask


def _the_one_person(heard: Heard, told: str) -> str:
    """Whom "them" of a question about a scene means, where the scene's clauses name one person and no other."""
    persons = {
        one.turned for one in heard.mentions if one.kind is MentionKind.PERSON and not one.plural and one.said in told
    }
    return persons.pop() if len(persons) == 1 else ""


def _may_be_asked(question: str, told: Sequence[str]) -> bool:
    """Whether a question of how often or since when has its ground: the dream comes back, and they have not said it yet."""
    if not _HOW_OFTEN.search(question):
        return True
    returning = [message for message in told if recurs(message)]
    return bool(returning) and not (
        _ASKS_HOW_OFTEN.match(question) and any(_SAID_HOW_OFTEN.search(message) for message in returning)
    )


def _filled(facet: str, heard: Sequence[Heard], asked: Sequence[str], salt: str, slots: frozenset[str]) -> list[str]:
    """The bank's questions on a facet with one of these slots, filled with what the dreamer said of the dream.

    What no question has named yet comes first, then the newest message, then what is most telling in it; among equals an
    order that looks random.
    """
    found = [
        (
            _named(filler.text, asked),
            filler.is_background,
            age,
            rank,
            question.filled(filler),
        )
        for age, message in enumerate(heard)
        for question in bank()
        if question.facet == facet and question.slot in slots
        for rank, filler in enumerate(_fillers(question, message))
    ]
    return [text for *_, text in sorted(found, key=lambda row: (*row[:4], _shuffle(salt + row[4])))]


def _named(filler: str, asked: Sequence[str]) -> int:
    """How many questions have spoken of it."""
    stems = content_stems(filler)
    return sum(stems <= content_stems(question) for question in asked) if stems else 0


def _fillers(question: BankQuestion, heard: Heard) -> list[Filler]:
    """What can stand in the question's slot, most telling first."""
    if question.slot == "feeling":
        return [Filler(feeling) for feeling in heard.feelings if content_stems(feeling)][:1]
    wanted = SLOT_KINDS[question.slot]
    fitting = [
        mention
        for mention in heard.mentions
        if mention.kind is wanted
        and not _is_only_of_life(mention, heard)
        and _fits(question, mention)
        and not _LAUGHS.search(mention.turned)
        and is_english(mention.turned)
    ]
    template = content_stems(SLOT.sub("", question.text))
    return [
        Filler(mention.turned, is_background=mention.kind in _SETTINGS)
        for mention in fitting[:FILLERS]
        if not content_stems(mention.turned) & template
    ]


def moments(heard: Heard) -> list[str]:
    """The clauses that a question can point back to as a moment of the dream, most telling first: events before settings."""
    fitting = [
        clause
        for clause in heard.clauses
        if clause.sure
        and not clause.waking
        and 3 <= count_words(clause.turned) <= MOMENT_WORDS
        and content_stems(clause.turned)
        and _BEGINS_AS_A_MOMENT.match(clause.turned)
        and not _DENIES.search(clause.turned)
        and (_OWN_SUBJECT.search(clause.said) or not clause.turned.startswith("you "))  # no subject that we supplied
        and not (_OPENS_BADLY.match(clause.turned) or _NO_MOMENT.search(clause.turned) or _is_mood(clause))
    ]
    fitting.sort(key=lambda clause: (bool(_SETTING.match(clause.turned)), -clause.weight))
    return [clause.turned for clause in fitting]


def _is_mood(clause: Clause) -> bool:
    return bool(clause.feeling and _MOOD.match(clause.turned)) or content_stems(clause.turned) <= content_stems(
        clause.feeling
    )


def _fits(question: BankQuestion, mention: Mention) -> bool:
    if mention.kind is MentionKind.BODY and not mention.turned.startswith("your "):
        return False
    if question.slot == "person" and question.facet not in OF_STRANGERS and not _is_own_person(mention):
        return False
    if not content_stems(mention.turned) - _NO_IMAGE:
        return False
    return question.number == "any" or question.number == ("plural" if mention.plural else "singular")


def _shuffle(text: str) -> str:
    """An order that looks random and is always the same for the same conversation."""
    return hashlib.sha256(text.encode()).hexdigest()


def around(quoted: str, frames: str, told: Sequence[str], asked: Sequence[str]) -> str:
    """A question around the dreamer's quoted words, in a wording of texts.yaml that keeps the contract; "" where none does."""
    wordings = [frame.format(quoted) for frame in choices(frames)] if quoted else []
    turned = sorted(wordings, key=lambda wording: _shuffle("\n".join(told) + wording))
    return next((wording for wording in turned if not faults_of_question(wording, told, asked)), "")


def _from_their_words(told: Sequence[str], asked: Sequence[str]) -> Chosen:
    """A question around a quotation, for messages in which no image, clause or feeling could be made out."""
    for message in told:
        question = around(quoted_beginning(message), "ask_of_quotation", told, asked)
        if question:
            return Chosen(question, "image")
    return Chosen(choices("ask_of_nothing")[len(asked) % len(choices("ask_of_nothing"))], "image")


def quoted_beginning(message: str, most: int = 8) -> str:
    """The first few words of a message with content, as they stand, without marks that would break a quotation."""
    for sentence in _SENTENCE_ENDS.split(message):
        words = re.sub(r"[\"“”<>\[\]{}|\\`*_#]", "", sentence).split()
        piece = " ".join(words[:most]).strip(" ,;:-")
        if content_stems(piece) and piece.isprintable():
            return piece
    return ""


def quoted_end(message: str, most: int) -> str:
    """The last few words of a message's last sentence with content, as they stand, without marks that would break a quotation."""
    for sentence in reversed(_SENTENCE_ENDS.split(message)):
        words = re.sub(r"[\"“”<>\[\]{}|\\`*_#]", "", sentence).split()
        piece = " ".join(words[-most:]).strip(" ,;:-")
        if content_stems(piece) and piece.isprintable():
            return piece
    return ""
