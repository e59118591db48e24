"""Makes of a message's stretches the clauses that can be given back: turned, weighed, and sure or not."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from assistant.hearing import asides
from assistant.hearing.antecedents import Sense, company_at, sense
from assistant.hearing.grammar import Sentence, Word
from assistant.hearing.lexicon import COARSE, EXPLICIT, SAYING_VERBS, closed
from assistant.hearing.mentions import Named
from assistant.hearing.plain_text import Block
from assistant.hearing.pronouns import FIRST_PERSON, SECOND_PERSON, turned
from assistant.hearing.segments import Segment, segments
from assistant.hearing.telling import weight
from assistant.hearing.trimming import trimmed
from assistant.types import Clause

_COMMON = closed("common")
_ENGLISH_SHARE = 0.2

_WITH_YOU = re.compile(r"^(\w+ly |just |also |still )?was(?=n't\b|\b)")

_QUOTING_LIKE = re.compile(
    r"(?<!\bit )(?:\b(?:was|were|is|are|am)|'m|'s|'re) (?:just |all )?like,? "
    r"(?:oh|omg|no|yes|ok|okay|wait|what|why|wow|hey|um|well)\b",
    re.IGNORECASE,
)
_OPENING_MARK = re.compile(r"(?<!\w)'(?=\w)")
_CLOSING_MARK = re.compile(r"(?<=[\w,!])(?<!s)'(?!\w)")
_WOULD = re.compile(r"\b(?:would|might|could)\b(?! not|n't)|'d(?! been| had| gone)\b", re.IGNORECASE)
_LEFT_AS_I = re.compile(r"\bI\b(?!['’])")  # in a telling so garbled that the grammar missed it
_QUOTED = re.compile(r"[\"“][^\"”]*(?:[\"”]|$)")
_SUPPOSING = re.compile(r"\b(?:if|unless|would|wish)\b|'d\b", re.IGNORECASE)
_LIKENS = re.compile(r"^(?:and |but |or |just |more |almost )*(?:like|as if|as though)\b", re.IGNORECASE)
_ASKS_WITHOUT_A_MARK = re.compile(
    r"^(?:and |but |so |or |then )?(?:(?:do|does|did|should|can|could|would|will)(?:n't)? (?:i|we|he|she|it|they|you|this|that|the|my|her|his)|"
    r"(?:am|is|are|was|were)(?:n't)? (?:i|we|he|she|it|they|you)|why|what|how|who|where)\b(?! was\b| were\b)",
    re.IGNORECASE,
)
_TORN_OFF = re.compile(
    r"^(?:only|except|save|unless|or else) (?:that )?(?:i|we|you|he|she|it|they|there|this|that|the|my|his|her)\b",
    re.IGNORECASE,
)
_PAST_MODALS = frozenset({"could", "would", "might", "should", "'d"})
_BEFORE_QUESTION = closed("before_question")
_Felt = Sequence[tuple[str, Word]]


@dataclass(slots=True)
class _Stretch:
    segment: Segment
    sentence: int
    block: Block
    start: int
    end: int
    waking: bool = False

    @property
    def text(self) -> str:
        return self.block.text[self.start : self.end]


def clauses(
    message: str, parts: Sequence[Block], sentences: Sequence[Sentence], names: Sequence[Named], felt: Sequence[_Felt]
) -> tuple[tuple[Clause, ...], dict[int, float]]:
    """The clauses in their order, and for each noun (by the id of its word) the weight of the clause it stands in."""
    if not _is_english(*parts) or asides.are_orders_to_a_machine([part.text for part in parts]):
        return (), {}
    stretches = _stretches(parts, sentences)
    _mark_waking(stretches)
    found: dict[str, Clause] = {}
    weights: dict[int, float] = {}
    before: Sense | None = None
    unnamed: set[str] = set()
    explicit = {number for number, stretch in enumerate(stretches) if _has(stretch, EXPLICIT)}
    for number, stretch in enumerate(stretches):
        if _is_untellable(stretch) or {number - 1, number + 1} & explicit:
            before = None
            continue
        company = company_at(stretch.segment, stretch.sentence, names)
        means = sense(stretch.segment, stretch.sentence, before, names, company, unnamed)
        unnamed |= means.unnamed
        told_before = stretches[number - 1] if number else None
        clause = _clause(message, stretch, told_before, means, felt[stretch.sentence], number / len(stretches))
        before = means if clause.sure or clause.continued or clause.dangling else None
        weights.update({id(word): clause.weight for word in stretch.segment.words})
        found.setdefault(clause.turned, clause)
    return tuple(found.values()), weights


def clause_places(message: str, told: Sequence[Clause]) -> list[tuple[int, int]]:
    """Where each clause stands in the message: its first character and the one after its last."""
    found = []
    end = 0
    for clause in told:
        start = max(message.find(clause.said, end), end)
        end = start + len(clause.said)
        found.append((start, end))
    return found


def _is_english(*parts: Block) -> bool:
    words = [word for part in parts for word in re.findall(r"[^\W\d_]+(?:'\w+)?", part.text.lower())]
    return len(words) < 6 or sum(word in _COMMON for word in words) >= _ENGLISH_SHARE * len(words)


def _stretches(parts: Sequence[Block], sentences: Sequence[Sentence]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for place, sentence in enumerate(sentences):
        block = parts[sentence.block]
        if block.label or is_question(sentence, block) or not _is_english(block):
            continue
        last = found[-1].segment.subject if found else None
        mine = not found or (last is not None and last.lower == "i") or bool(found[-1].segment.given_subject)
        for segment in segments(sentence, mine):
            told = trimmed(segment, mine)
            if told is not None:
                told.shaky = told.shaky or bool(_LIKENS.match(block.text)) or _is_acted_out(told, block)
                found.append(_Stretch(told, place, block, told.words[0].start, told.words[-1].end))
    return found


def _is_acted_out(segment: Segment, block: Block) -> bool:
    """Whether it comes after "and I was like, oh no", in somebody's own words."""
    quoting = _QUOTING_LIKE.search(block.text)
    return quoting is not None and segment.words[-1].end > quoting.end()


def is_question(sentence: Sentence, block: Block) -> bool:
    """Whether it asks; "and I'm like really scared??" does not."""
    if not block.text.endswith("?"):
        return False
    lowers = [word.lower for word in sentence.words]
    opening = next((word for word in sentence.words if word.lower not in _BEFORE_QUESTION), sentence.words[0])
    inverted = opening.tag in {"MD", "VBD", "VBZ", "VBP"} or opening.tag in {"WP", "WRB", "WDT", "WP$"}
    return inverted or bool({"mean", "means", "normal", "what", "why", "you", "your"} & set(lowers)) or len(lowers) < 5


def _mark_waking(stretches: Sequence[_Stretch]) -> None:
    in_past = asides.told_in_past([stretch.segment for stretch in stretches])
    announced = next((number for number, stretch in enumerate(stretches) if stretch.block.announces), 0)
    if any(asides.speaks_of_dreaming(stretch.text) for stretch in stretches[:announced]):
        announced = 0
    awake = False
    for number, stretch in enumerate(stretches):
        if asides.is_awakening(stretch.segment):
            awake = number >= len(stretches) / 2
            stretch.waking = True
        stretch.waking = stretch.waking or (
            awake
            or number < announced
            or asides.is_of_waking(stretch.text)
            or asides.is_general(stretch.segment, stretch.text, in_past)
        )


def _is_untellable(stretch: _Stretch) -> bool:
    subject = stretch.segment.subject
    spoken_to = subject is not None and subject.lower in SECOND_PERSON
    asks = _ASKS_WITHOUT_A_MARK.match(stretch.text) is not None and not stretch.segment.supplied
    return spoken_to or asks or _has(stretch, COARSE) or asides.is_around(stretch.text)


def _has(stretch: _Stretch, words: Collection[str]) -> bool:
    return any(word.lower in words or word.lemma in words for word in stretch.segment.words)


def _is_supposed(stretch: _Stretch, before: _Stretch | None) -> bool:
    """Whether "I'd fall" goes on with what would be "if I let go": told alone, it would be a fact."""
    would = _WOULD.search(stretch.text) is not None and " if " not in f" {stretch.text.lower()} "
    return would and before is not None and _SUPPOSING.search(before.text) is not None


def _clause(
    message: str, stretch: _Stretch, before: _Stretch | None, means: Sense, felt: _Felt, position: float
) -> Clause:
    segment = stretch.segment
    words = segment.words
    inside = {id(word) for word in words}
    feeling = next((name for name, word in felt if id(word) in inside), "")
    start, end = stretch.block.said(stretch.start, stretch.end)
    torn = _TORN_OFF.match(stretch.text) is not None
    clear = not (segment.shaky or torn or means.lost) and _can_be_turned(stretch) and not _is_supposed(stretch, before)
    continues = clear and (means.leans or bool(means.only_alone))
    heavy = weight(segment, position, bool(feeling)) - 0.4 * bool(means.unnamed) - 0.8 * stretch.waking
    told_back = _turned(message, stretch, means.instead)
    left_as_i = bool(_LEFT_AS_I.search(_QUOTED.sub("", told_back)))
    return Clause(
        said=message[start:end],
        turned=told_back,
        weight=round(max(heavy, 0.05), 2),
        sure=clear and not means.leans and not means.dangling and not left_as_i,
        dangling=frozenset(means.dangling.items()) if clear and not means.leans and not left_as_i else frozenset(),
        names=frozenset(means.names),
        waking=stretch.waking,
        past=_is_past(words),
        feeling=feeling,
        continued=_turned(message, stretch, means.instead_when_continued) if continues else "",
    )


def _is_past(words: Sequence[Word]) -> bool:
    """Whether the first finite verb is in a past tense; a clause without one goes with the telling, which mostly is."""
    finite = next((word for word in words if word.tag in ("VBD", "VBZ", "VBP", "MD")), None)
    if finite is None:
        return True
    return finite.tag == "VBD" or (finite.tag == "MD" and finite.lower in _PAST_MODALS)


def _turned(message: str, stretch: _Stretch, instead: Mapping[int, str]) -> str:
    segment, block = stretch.segment, stretch.block
    quotes = {place: message[slice(*block.said(place, place + 1))] for place in block.quoted}
    text = turned(segment.words, instead, quotes)
    if segment.given_subject:
        text = f"{turned(segment.given_subject, instead, quotes)} {text}"
    elif segment.supplied:
        text = segment.supplied + " " + _WITH_YOU.sub(r"\1were", text)
    return text


def _can_be_turned(stretch: _Stretch) -> bool:
    """Whether nobody else's "I" or "you" stands in it: in a quotation, or where speech is told without marks."""
    words = stretch.segment.words
    lowers = {word.lower for word in words}
    if lowers & SECOND_PERSON or any(word.start in stretch.block.quoted for word in words):
        return False
    if len(_OPENING_MARK.findall(stretch.text)) != len(_CLOSING_MARK.findall(stretch.text)):
        return False
    if any(_speaks_in_the_present(word, stretch.segment.head) for word in words):
        return False
    return not any(_is_speech_without_marks(word) for word in words if word.is_verb)


def _speaks_in_the_present(word: Word, head: Word) -> bool:
    """As in "each word came out as I'm sorry": an "I am" amid the past is somebody's own words."""
    if word.lower not in {"am", "'m"} or head.tag != "VBD" or word.before is None:
        return False
    leading = word.before.before
    compared = leading is not None and (leading.tag.startswith("W") or leading.lower in {"than", "as", "that"})
    return word.before.lower == "i" and not (compared and leading is not None and leading.lower != "as")


def _is_speech_without_marks(verb: Word) -> bool:
    """As in "she said I am late": a present tense after a past one, beside the speaker's own "I"."""
    if verb.lemma not in SAYING_VERBS and verb.lemma != "be":
        return False
    for said in verb.children:
        if said.role not in {"ccomp", "parataxis", "advcl", "xcomp"} or said.index < verb.index:
            continue
        if verb.lemma == "be":
            subject = verb.subject()
            quoting = any(child.lower == "like" for child in (*verb.children, *said.children)) and said.finite()
            if quoting and subject is not None and subject.lower not in {"it", "that", "this", "there"}:
                return True
            continue
        if said.tag == "VB" and not any(child.tag in {"TO", "MD"} or child.role == "nsubj" for child in said.children):
            return True
        if said.role == "xcomp":
            continue
        theirs = any(word.lower in FIRST_PERSON for word in said.subtree())
        present = said.tag in {"VBP", "VBZ", "VB", "MD"} or any(child.tag in {"VBP", "VBZ"} for child in said.children)
        past = verb.tag in {"VBD", "VBN", "VBG"}
        if (
            theirs
            and present
            and past
            and not any(child.lower in {"could", "would", "had", "should"} for child in said.children)
        ):
            return True
    return False
