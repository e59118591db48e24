"""Gives a person the most telling of their message back, in their own words and in the second person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from assistant.hearing.asides import are_orders_to_a_machine, is_around
from assistant.hearing.clauses import clause_places
from assistant.hearing.lexicon import COARSE, FUNNY, HORROR
from assistant.hearing.phrases import any_of
from assistant.kept_yaml import read_yaml
from assistant.types import Clause, Heard
from assistant.words import content_stems

FEWEST_WORDS = 8
MOST_WORDS = 45
LONGEST_QUOTE = 20  # words
_LONGEST_QUOTE_IN_CHARACTERS = 160
_WORDS_OF_FRAMES = 8  # at most this many are added by a frame
_BEST, _LESS_WORTH = 4, 1.0
_TOO_SHORT = 0.12  # worth that a telling loses by each word that it has too few
_COMFORTABLE = 32  # words; beyond, a reply gets long to listen to
_DANGLING = 1.2  # worth that a telling loses by a "he" that it does not name
_APART = 0.8  # and by going on with something that did not stand right after
_CHOICES = 14  # clauses among which pairs and threes are sought

_FRAMES: dict[str, dict[str, str]] = read_yaml("assistant", "frames.yaml")

OF_THE_DREAM = [frame for group in _FRAMES.values() for frame in group if frame.startswith("in-dream")]

WITHOUT_A_FORMULA = frozenset(  # frames that add no word of their own, so that nobody hears them again
    {"plain", "bare", "joined", "parted", "bare-quote", "alone", "quote-first-bare", "quote-after-bare"}
)

_JOINTS = {"": ", and ", "and": ", and ", "but": ", but ", "so": ", so ", "then": ", and then ", "yet": ", yet "}
_BETWEEN = frozenset({"and", "but", "so", "then", "yet", "plus", "also", "or", "that", "i", "next", "anyway"})
_REPORTING = re.compile(
    r"\b(?:said|says|say|told|tells|tell|thought|think|knew|know|realized|realised|asked|if|that|because|until|as if|"
    r"felt like|dreamed|dreamt)\b"
)
_OPENS_IN_TIME = re.compile(
    r"^(?:suddenly|then|finally|eventually|when|as|while|after|before|if|in|at|on|once|for|from|later|now|first|somehow|"
    r"because|since|during|next|by|one|with|until|only|this time|every|each|although)\b"
)
_IS_A_STATE = re.compile(  # what may have been so all along
    r"^(?:there\b|(?:[\w'-]+ ){1,5}?(?:was|were|is|are|am|had|have|has|looked|seemed|felt|feel|knew|know|wanted|want|liked|could|would|can|might|may|kept|keep|remember|think|thought)\b|"
    r"[\w-]+'(?:s|re|m|d|ve)\b)",
    re.IGNORECASE,
)
_NOTHING_SAID = re.compile(rf"^(?:{any_of('nothing_said')}\b[\s,.!?]*)+$", re.IGNORECASE)
_ORDERS = re.compile(rf"^(?:(?:please|now|pls|ok|hi|hello|hey) )*{any_of('orders')}\b", re.IGNORECASE)
_ASKING = re.compile(
    r"^(?:and |but |so )?(?:what|why|how|who|whose|where|when|which|is|are|am|was|were|do|does|did|can|could|would|"
    r"should|will|has|have)\b",
    re.IGNORECASE,
)
_OPENS_OUTSIDE = re.compile(r"^you (?:remember|recall|think|know|had a|have a)|\bdream")
_QUOTATION = re.compile(r'"[^"]*"')
_FIRST_PERSON = re.compile(r"\b(?:(?i:i|me|my|mine|myself|we|our|ours|ourselves)|us|Us)\b")
_BORDER = re.compile(
    r"[,;:]|\s[-\u2013\u2014]|\s(?=(?:and|but|so|because|where|when|while|which|who|then|until|with|trying|as)\s)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[<>{}\[\]()|\\`~^=*_#@]|https?:|www\.|\w\.(?:com|org|net)\b")
_CUT_SHORT = re.compile(
    r"\b(?:just|like|so|very|an?|the|of|and|or|but|is|was|are|were|really|my|your|turn(?:ed|s)? out)$", re.IGNORECASE
)
_HALF = re.compile(
    r"^(?:(?:and|but|so) )?(?:each time|every time|whenever)\b(?!.*,)", re.IGNORECASE
)  # "each time you sat down", cut before what then was
_SOUNDS_LIKE_ADVICE = re.compile(
    r"^(?:(?:maybe|perhaps|probably|then|so|and|but) )*you (?:should|ought|must|need to|have to|could|'d better)\b",
    re.IGNORECASE,
)
_SPEAKS = re.compile(  # "I was like dad it's our house": what was said then, and nothing that the dreamer was like
    r"^(?:you|he|she|they|we) (?:were|was|are|is) (?:just |all |so )?like,? (?!(?:an?|the|this|that|these|those|some|in|when|being|it|your|my|his|her|their|our|nothing|something|two|one|ten|\w+ing)\b)|"
    r"^(?:you|he|she|they|we) (?:were|was|are|is) (?:just |all |so )?like\b.*\b(?:its|it's|that's|what|why|is|are|am|you're|i'm)\b|"
    r"\b(?:was|were) (?:just )?going (?:yes|no|oh|what|hey|come on)\b",
    re.IGNORECASE,
)
_LOSES = re.compile(  # told back without the dream around it, it would sound as if it had happened
    r"\b(?:lost|lose|losing) (?:your|the|a|our) (?:\w+ )?(?:baby|child|kid|kids|son|daughter|boy|girl)\b|\byour (?:\w+ ){1,3}(?:died|was dead|were dead|is dead|drowned|was killed|were killed|all died)\b",
    re.IGNORECASE,
)
_BLAMES_THEM = re.compile(  # from us it would be a verdict
    r"\byour (?:own )?fault\b|\byou(?:'re| are| were| feel| felt) (?:so |such |just |really |an? )*(?:stupid|idiot|bad|terrible|awful|horrible|selfish|pathetic|useless|worthless|failure|coward|monster)\b",
    re.IGNORECASE,
)
_LIKE = re.compile(r"\b(?:like|as if|as though)\s+$", re.IGNORECASE)
_WORDS_SPOKEN = re.compile(r"[\s,:]*[\"“'‘](?=\w)")  # "she kept saying" and then the words
_QUOTE_LEFT_OPEN = re.compile(r"(?<!\w)'(?=\w)(?!.*\w[,.!?]?'(?!\w))")
_SHORT_OF_AN_APOSTROPHE = re.compile(  # "ill get found out": somebody's "I" that was not turned
    r"\b(?:id|ive|im)\b|(?<!\bfeel )(?<!\bfelt )(?<!\bwas )(?<!\bwere )(?<!\bbeing )(?<!\bfell )(?<!\bso )(?<!\bvery )\bill (?:get|be|have|never|go|do|die|lose|see|know|not|just|always)\b",
    re.IGNORECASE,
)
_SHORT_QUOTE = 7  # words
FEWEST_QUOTED, MOST_QUOTED = 3, 16  # words of the heart of a telling, for it to be quoted beside the rest
_WORDS_BESIDE_A_QUOTE = 22
_FAR_MORE = 1.2  # weight by which the heart is above the rest, for it to be quoted rather than left out
_LEADS_ON = re.compile(
    r"^(?:(?:and|but|so|then|also|plus|or|ok(?:ay)?|well|um|like(?=,)|honestly|tbh|anyway|fine|bruh|yeah|yes|no(?=\s*[,.…:–—-]|\s+(?:i|it|he|she|they|we|but)\b))\b[\s,.…:–—-]*)+(?=\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """One or two sentences of the person's own words; ``frame`` is the id of the shape they are said in."""

    text: str
    frame: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class _Window:
    clauses: tuple[Clause, ...]
    told: tuple[str, ...]  # each clause as it is said here
    joints: tuple[str, ...]  # before each clause but the first; empty where it did not stand beside the one before
    flows: tuple[bool, ...]  # of each joint, whether it can join the two into one sentence
    ends: bool  # whether its last clause is the last one told
    broken_off: bool  # whether a "but" goes on right after its last clause

    @property
    def words(self) -> int:
        return sum(len(text.split()) for text in self.told)


def give_back(
    heard: Heard, *, used_frames: Collection[str] = (), seed: int = 0, fewest_words: int = FEWEST_WORDS
) -> GivenBack | None:
    """The most telling of what was heard, given back in one or two sentences of at most 45 words.

    With fewer than ``fewest_words`` a telling is worth less, so that more of it is given back where there is more. Frames in ``used_frames`` are avoided while others fit; ``seed`` varies the choice among them. What cannot be turned
    for certain is only quoted. None where the message says nothing that could be given back.
    """
    for waking in (False, True):
        windows = list(_windows(heard, waking))
        if windows:
            best = _begins_early(heard, windows, fewest_words)
            quoted = _beside_a_quote(heard, windows, best, used_frames, seed)
            return quoted or _framed(heard, best, used_frames, seed)
    return _quoted(heard, used_frames, seed)


def _begins_early(heard: Heard, windows: Sequence[_Window], fewest_words: int) -> _Window:
    """Of the windows that are worth most the one that begins first in the telling: it brings its own surroundings with it.

    Blind, one reader preferred it to the one worth most in 26 of 33 pairs (assistant/retelling/README.md).
    """
    worth = {window: _worth(window) - _TOO_SHORT * max(0, fewest_words - window.words) for window in windows}
    best = sorted(windows, key=worth.__getitem__, reverse=True)[:_BEST]
    near = [one for one in best if worth[one] >= worth[best[0]] - _LESS_WORTH and not one.broken_off]
    return min(near or best[:1], key=lambda window: heard.clauses.index(window.clauses[0]))


def _windows(heard: Heard, waking: bool) -> Iterator[_Window]:
    """One to three clauses in their order, of which each stands alone or right after the one it leans on."""
    places = clause_places(heard.message, heard.clauses)
    joints = _joints(heard, places)
    usable = [
        number
        for number, clause in enumerate(heard.clauses)
        if (clause.sure or clause.continued or clause.dangling)
        and clause.waking == waking
        and _is_fit(clause)
        and not (
            _SOUNDS_LIKE_ADVICE.match(clause.turned)
            or _SPEAKS.search(clause.turned)
            or _BLAMES_THEM.search(clause.turned)
        )
        and not _is_cut_off(heard.message, *places[number])
    ]
    last = _last_told(heard, places, waking)
    chosen = set(sorted(usable, key=lambda number: -heard.clauses[number].weight)[:_CHOICES])
    chosen |= {number - 1 for number in chosen if heard.clauses[number].continued} & set(usable)
    for size in (1, 2, 3):
        for numbers in combinations(sorted(chosen), size):
            window = _window(heard, numbers, joints, numbers[-1] == last)
            if window is not None and (size > 1 or not _is_hollow(window)) and (size < 3 or any(window.flows)):
                yield window


def _window(heard: Heard, numbers: tuple[int, ...], joints: Sequence[str], ends: bool) -> _Window | None:
    beside = [right == left + 1 and bool(joints[right]) for left, right in zip((-2, *numbers), numbers, strict=False)]
    clauses = tuple(heard.clauses[number] for number in numbers)
    if not all(
        clause.sure or (after and clause.continued) or clause.dangling
        for clause, after in zip(clauses, beside, strict=True)
    ):
        return None
    if any(_misleads(earlier, later) for earlier, later in combinations(clauses, 2)):
        return None
    if any(_hangs_in_the_air(clauses[:place], clauses[place]) for place in range(1, len(clauses)) if not beside[place]):
        return None
    told = tuple(
        clause.continued if after and clause.continued else clause.turned
        for clause, after in zip(clauses, beside, strict=True)
    )
    joined = tuple(joints[number] if after else "" for number, after in zip(numbers, beside, strict=True))[1:]
    window = _Window(
        clauses=clauses,
        told=told,
        joints=joined,
        flows=tuple(bool(joint) and not _REPORTING.search(before) for joint, before in zip(joined, told, strict=False)),
        ends=ends and not beside[-1],
        broken_off=numbers[-1] + 1 < len(joints) and joints[numbers[-1] + 1] == _JOINTS["but"],
    )
    return window if window.words <= MOST_WORDS - _WORDS_OF_FRAMES else None


def _is_cut_off(message: str, start: int, end: int) -> bool:
    """Whether without what stands beside it a clause says something else: what was only like that, or spoken words that are gone."""
    return bool(_LIKE.search(message[:start])) or bool(_WORDS_SPOKEN.match(message[end:]))


def _misleads(earlier: Clause, later: Clause) -> bool:
    """Whether a "he" of one of the clauses would be taken for somebody else whom the other names."""
    families = {family for family, _ in earlier.dangling}
    if any(family in families for family, _ in later.names):
        return True
    named = {family for family, _ in earlier.names}
    return any(pronoun in named and not (noun and (pronoun, noun) in earlier.names) for pronoun, noun in later.dangling)


def _hangs_in_the_air(before: Sequence[Clause], clause: Clause) -> bool:
    """Whether a clause told further on speaks of a "he" whom nothing told before names."""
    named = frozenset().union(*(one.names for one in before))
    return any((pronoun, noun) not in named for pronoun, noun in clause.dangling)


def _unexplained(window: _Window) -> int:
    """How many pronouns it leaves standing that it doesn't explain."""
    named: set[tuple[str, str]] = set()
    open_ones: set[str] = set()
    for clause in window.clauses:
        open_ones |= {pronoun for pronoun, noun in clause.dangling if (pronoun, noun) not in named}
        named |= clause.names
    return len(open_ones)


def _is_hollow(window: _Window) -> bool:
    """Whether it is a few words about something it does not name."""
    return window.words < FEWEST_WORDS and bool(re.match(r"(?:he|she|it|they|this|that)\b", window.told[0]))


def _is_fit(clause: Clause) -> bool:
    """Whether the clause may be shown: clean, whole in its marks, and nobody's "I" left in it."""
    lowers = set(re.findall(r"[\w'-]+", clause.turned.lower()))
    return not (
        _SHORT_OF_AN_APOSTROPHE.search(clause.turned)
        or _CUT_SHORT.search(clause.turned)
        or _HALF.match(clause.turned)
        or lowers & COARSE
        or _MARKUP.search(clause.turned)
        or _FIRST_PERSON.search(_QUOTATION.sub("", clause.turned))
    ) and (clause.turned.count('"') % 2 == 0)


def _joints(heard: Heard, places: Sequence[tuple[int, int]]) -> list[str]:
    """For each clause what joins it to the one before it; empty where other words stood between the two."""
    found = [""]
    for (_, end), (start, _) in pairwise(places):
        between = re.findall(r"[^\W\d_]+", heard.message[end:start].lower())
        beside = len(between) <= 2 and all(word in _BETWEEN for word in between)
        tie = next((word for word in between if word in _JOINTS), "")
        tie = "then" if "then" in between and tie == "and" else tie
        found.append(_JOINTS[tie] if beside else "")
    return found


def _last_told(heard: Heard, places: Sequence[tuple[int, int]], waking: bool) -> int:
    """The number of the clause that the telling ends with; -1 where something else was told after it."""
    told = [number for number, clause in enumerate(heard.clauses) if clause.waking == waking]
    if not told:
        return -1
    last = told[-1]
    end = places[last + 1][0] if last + 1 < len(places) else len(heard.message)
    return last if len(heard.message[places[last][1] : end].split()) <= 3 else -1


def _worth(window: _Window) -> float:
    weights = sorted((clause.weight for clause in window.clauses), reverse=True)
    worth = sum(weight * share for weight, share in zip(weights, (1.0, 0.75, 0.45), strict=False))
    if window.words < FEWEST_WORDS:
        worth -= 1.2
    worth -= 0.12 * max(0, window.words - _COMFORTABLE)
    worth -= _APART * sum(not joint for joint in window.joints)
    worth -= _DANGLING * _unexplained(window)
    content = [_content(text) for text in window.told]
    worth -= 0.35 * sum(len(one & other) for one, other in combinations(content, 2))
    return worth


def _content(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z']+", text.lower()) if len(word) > 4}


def _framed(heard: Heard, window: _Window, used_frames: Collection[str], seed: int) -> GivenBack:
    a, b, joint, opened = _as_two(window)
    group = "one" if not b else "side-by-side" if joint else "apart"
    if window.words < FEWEST_WORDS:
        group, a, b = "one-short", f"{a}{joint or ', and '}{b}" if b else a, ""
    feeling = _feeling(heard, window)
    fitting = [frame for frame in _FRAMES[group] if _fits(frame, heard, window, a, feeling)]
    if _LOSES.search(" ".join(window.told)) and not window.clauses[0].waking and _may_be_placed(a):
        fitting = [frame for frame in _FRAMES[group] if frame in OF_THE_DREAM and frame not in used_frames] or fitting
    frame = _choose(fitting, used_frames, seed)
    text = _FRAMES[group][frame].format(
        A=_capital(a), a=a, B=_capital(opened), b=b, joint=joint, Feeling=_capital(feeling)
    )
    return GivenBack(re.sub(r"\.\.+", ".", text), frame, window.clauses)


def _as_two(window: _Window) -> tuple[str, str, str, str]:
    """What is told as two parts with the joint between them, and the second as it opens a sentence of its own."""
    told, joints = window.told, window.joints
    if len(told) == 1:
        return told[0], "", "", ""
    if len(told) == 2:
        return told[0], told[1], joints[0] if window.flows[0] else "", _opened(told[1], joints[0])
    first_two = f"{told[0]}{joints[0]}{told[1]}"
    last_two = f"{told[1]}{joints[1]}{told[2]}"
    if window.flows[0] and (not window.flows[1] or len(first_two.split()) <= len(last_two.split())):
        return first_two, told[2], "", _opened(told[2], joints[1])
    return told[0], last_two, "", _opened(last_two, joints[0])


def _opened(text: str, joint: str) -> str:
    """A sentence that keeps the dreamer's "but" or "so", and says that something lay between."""
    if not joint and not (_OPENS_IN_TIME.match(text) or _IS_A_STATE.match(text)):
        return f"later on, {text}"
    return f"{joint.strip(' ,')} {text}" if joint in {", but ", ", so "} else text


def _feeling(heard: Heard, window: _Window) -> str:
    told = " ".join(window.told).lower()
    message = heard.message.lower()
    return next((feeling for feeling in heard.feelings if feeling not in told and feeling in message), "")


def _fits(frame: str, heard: Heard, window: _Window, a: str, feeling: str) -> bool:
    if frame.startswith("named"):
        return bool(feeling)
    if frame.startswith(("so", "in-dream")):
        sober = _is_of(HORROR, heard) and not _is_of(FUNNY, heard)
        of_a_dream = frame.startswith("so") or re.search(r"dream|nightmare", heard.message, re.IGNORECASE)
        inside = _may_be_placed(a) and not window.clauses[0].waking
        return inside and not sober and bool(of_a_dream)
    return window.ends and len(window.clauses) == 2 if frame == "at-last" else True


def _may_be_placed(told: str) -> bool:
    """Whether "so" or "in the dream" can stand before it."""
    return not (_OPENS_IN_TIME.match(told) or _OPENS_OUTSIDE.search(told))


def _is_of(mood: frozenset[str], heard: Heard) -> bool:
    return bool(mood & set(re.findall(r"[a-z]+", heard.message.lower())))


def _choose(fitting: Sequence[str], used_frames: Collection[str], seed: int) -> str:
    fresh = [frame for frame in fitting if frame not in used_frames]
    fresh = fresh or [frame for frame in fitting if frame in WITHOUT_A_FORMULA] or list(fitting)
    return fresh[seed % len(fresh)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _quoted(heard: Heard, used_frames: Collection[str], seed: int) -> GivenBack | None:
    """The person's words as they stand, where they could not be turned; a feeling by itself is named."""
    message = _plain(heard.message)
    if not re.search(r"[^\W\d_]{2}", message) or _NOTHING_SAID.match(message) or _ORDERS.match(message):
        return None
    sentences = _sentences(heard.message)
    around = all(is_around(_plain(sentence)) for sentence in sentences)
    if are_orders_to_a_machine(sentences) or (around and not heard.asks_something):
        return None
    if len(message.split()) == 1 and heard.feelings:
        return _filled(
            "feeling", {"Feeling": _capital(heard.feelings[0]), "feeling": heard.feelings[0]}, used_frames, seed
        )
    quotable = [clause for clause in heard.clauses if _is_fit(clause) and _can_be_quoted(_plain(clause.said))]
    clause = max(quotable, key=lambda one: one.weight - one.waking, default=None)
    if clause is None or len(clause.said.split()) <= 2:
        clause = None
    quote = _plain(_whole(heard, clause)) if clause is not None else _opening(heard.message)
    if not quote:
        return None
    asked = heard.asks_something and bool(_ASKING.match(quote))
    group = "asked" if asked else "quoted-short" if len(quote.split()) <= _SHORT_QUOTE else "quoted"
    return _filled(group, {"quote": quote}, used_frames, seed, (clause,) if clause else ())


def _whole(heard: Heard, clause: Clause) -> str:
    """The clause as it was said, with the "like" before it that makes it a likeness."""
    start, _ = clause_places(heard.message, heard.clauses)[heard.clauses.index(clause)]
    like = _LIKE.search(heard.message[:start])
    return f"{like.group()}{clause.said}" if like else clause.said


def _beside_a_quote(
    heard: Heard, windows: Sequence[_Window], best: _Window, used_frames: Collection[str], seed: int
) -> GivenBack | None:
    """The heart of a telling as a quotation, beside a clause or two, where it cannot be turned and weighs far more than the rest."""
    heart = max(heard.clauses, key=lambda clause: clause.weight)
    quote = _plain(heart.said)
    weighs = heart.weight - max(clause.weight for clause in best.clauses)
    if (
        heart in best.clauses
        or heart.waking
        or weighs < _FAR_MORE
        or not FEWEST_QUOTED <= len(quote.split()) <= MOST_QUOTED
    ):
        return None
    if (
        not (_is_fit(heart) or _FIRST_PERSON.search(quote))
        or not _can_be_quoted(quote)
        or _QUOTE_LEFT_OPEN.search(quote)
    ):
        return None
    number = heard.clauses.index(heart)
    short = [one for one in windows if len(one.clauses) < 3 and one.words <= _WORDS_BESIDE_A_QUOTE]
    if not short:
        return None
    window = max(short, key=lambda one: _worth(one) - _distance(heard, one, number))
    after = heard.clauses.index(window.clauses[-1]) < number
    beside = abs(number - heard.clauses.index(window.clauses[-1 if after else 0])) == 1
    if not beside and _hangs_in_the_air(window.clauses, heart):
        return None
    a, b, joint, opened = _as_two(window)
    told = f"{a}{joint}{b}" if joint else f"{a}. {_capital(opened)}" if b else a
    if not (after or beside):
        told = _opened(told, "")
    words = {"quote": quote, "A": _capital(told)}
    group = "quote-before" if not after else "quote-after" if beside else "quote-further-on"
    varied = len(heard.message)  # or every first reply would quote in the same shape
    return _filled(group, words, used_frames, seed + varied, (*window.clauses, heart))


def _distance(heard: Heard, window: _Window, number: int) -> float:
    """What a telling loses by lying far from the clause of that number, or after it."""
    apart = number - heard.clauses.index(window.clauses[-1])
    return 0.15 * abs(apart) + 0.3 * (apart < 0)


def _filled(
    group: str, words: Mapping[str, str], used_frames: Collection[str], seed: int, clauses: tuple[Clause, ...] = ()
) -> GivenBack:
    """A frame of the group with the words in it."""
    texts = {frame: shape.format(**words) for frame, shape in _FRAMES[group].items()}
    frame = _choose(list(texts), used_frames, seed)
    return GivenBack(texts[frame], frame, clauses)


def _opening(message: str) -> str:
    """The sentence, or the first part of one up to a clause border, that says most and is short enough to be quoted."""
    found = []
    for sentence in _sentences(message):
        plain = _plain(sentence)
        asks = sentence.rstrip().endswith("?")
        if _NOTHING_SAID.match(plain) or (is_around(plain) and not asks) or _ORDERS.match(plain):
            continue
        borders = [len(plain), *(match.start() for match in reversed(list(_BORDER.finditer(plain))))]
        for border in borders:
            part = _plain(plain[:border])
            if _can_be_quoted(part) and (len(part.split()) > 3 or border == len(plain)):
                found.append(part)
                break
    return max(reversed(found), key=lambda part: (min(4, len(part.split())), len(content_stems(part))), default="")


def _sentences(message: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?;])\s+|\n+|\s\W\s", message) if part.strip()]


def _can_be_quoted(text: str) -> bool:
    words = text.split()
    coarse = {word.strip(".,!?'").lower() for word in words} & COARSE
    letters = sum(character.isalpha() or character.isspace() for character in text)
    if len(text) > _LONGEST_QUOTE_IN_CHARACTERS or letters < 0.8 * len(text):
        return False
    if len(words) > _SHORT_QUOTE and _CUT_SHORT.search(text):
        return False
    return (
        0 < len(words) <= LONGEST_QUOTE
        and not coarse
        and not _MARKUP.search(text)
        and bool(re.search(r"[^\W\d_]{2}", text))
    )


def _plain(text: str) -> str:
    """On one line, without quotation marks, pictures and what cannot be seen."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" or unicodedata.category(c) == "So" else c for c in text)
    kept = re.sub(r"[\"“”„«»]", "", kept)
    plain = re.sub(r"\s+", " ", kept).strip(" .,;:!?…-\u2013\u2014'")
    return _LEADS_ON.sub("", plain) or plain
