"""What can be counted about a sentence and a passage without understanding either: over a hundred figures, each with a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.nevers import never_said
from assistant.support import rules
from assistant.support.opposites import OPPOSITES, stem_of
from assistant.support.vectors import DIMENSION, word_vector
from assistant.words import FUNCTION_WORDS, MARK, content_stems

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

TALK_WEIGHT = 0.3  # of words like "may" or "sense", that any reading has, beside words of content
ALIKE = 0.6  # from here on, two words are taken to be matched
NUMBER_REACH = 7  # words on either side of a number that tell what it counts

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+(?:['’][^\W_]+)*")
_CLAUSE = re.compile(
    r"[,;:()]|\s[–—-]\s|\b(?:and|but|though|although|because|whereas|while|which|who|whose|or|so|since|when|if|that|as)\b",
    re.IGNORECASE,
)
_SCALES = {
    "negation": r"\b(?:not|no|never|nobody|nothing|none|neither|nor|without|hardly|scarcely|barely|rarely|seldom|cannot|unlikely|little|few|lacks?|lacking)\b|n['’]t\b",
    "hedge": r"\b(?:may|might|could|can|perhaps|possib\w+|maybe|sometimes|some|seem\w*|likely|tend\w*|suggest\w*|guess\w*|apt|conceivabl\w*|probabl\w*|appears?|as if|as though|need not|needn't)\b",
    "frequency": r"\b(?:often|usually|mostly|many|most|commonly|frequently|sometimes|some|few|rarely|seldom|several|plenty|largely|generally)\b",
    "certainty": r"\b(?:always|every|everyone|everybody|all|nobody|never|prove[sdn]?|proof|shows?|shown|showed|must|means?|certain\w*|definite\w*|clear(?:ly)?|truly|indeed|sure(?:ly)?|established|confirm\w*|ruled out|only|no doubt|undoubtedly|demonstrat\w+|reveals?|invariably|whoever|whatever|cannot but|bound to|fact|has been|have been|at all|exactly|whole|entire\w*|any)\b",
    "overclaim": r"\b(?:sure to|bound to|no other way|(?:cannot|can['’]t) be (?:coincidence|chance|otherwise)|nobody who|no one who|nothing but|not (?:just|simply|merely|only)|whoever|whatever|every(?:one|body|thing|where)?|always|never|without exception|in every case|must|proof|proves?|proved|proven|established|certain(?:ly)?|definitely|beyond doubt|no doubt|undoubtedly|guarantee\w*|means that|it means|has shown|have shown|shows that|confirmed?|settled|all of|all the|only to|the only|ruled out|obvious\w*|inevitabl\w*|in fact|is the (?:reason|cause)|the real|the true|can only|nothing else|fully|completely|entirely|for certain|for sure)\b",
    "cause": r"\b(?:because|since|caus\w+|due to|leads?|led|reasons?|why|makes?|made|brings?|brought|so that|therefore|hence|thanks to|owing|result\w*|comes? from|came from|springs?|produc\w+|trigger\w*|(?:it is|it was) .{3,60} that|is what|explains?|when|once|after|the more|through|by)\b",
    "future": r"\b(?:will|won't|soon|going to|about to|before long|on its way|tomorrow|next|ahead|coming|to come|future|later|is over|shall)\b|['’]ll\b",
    "illness": r"\b(?:disorder\w*|depress\w*|anxi\w*|syndrome|symptom\w*|sign|signs|signal|diagnos\w*|patholog\w*|narciss\w*|trauma\w*|burnout|phobi\w*|narcolep\w*|neuro\w*|ill|illness|condition|clinical\w*|attachment|complex|personality|repress\w*|suffer\w*|deficien\w*|grief|ptsd|insomnia|apnoea|suicid\w*|psych\w*|leaning|obsess\w*|compuls\w*|addict\w*|disease|dementia|epilep\w*|bipolar|autis\w*|adhd)\b",
    "comparison": r"\b(?:more|less|fewer|longer|shorter|slower|faster|higher|lower|better|worse|most|least|rarer|commoner|stronger|weaker|before|after|than|larger|smaller|older|younger|rather)\b",
    "only": r"\b(?:only|alone|solely|nothing but|just|merely)\b",
    "research": r"\b(?:study|studies|research\w*|survey\w*|found|test\w*|experiment\w*|evidence|finding\w*|scien\w*)\b",
    "hearsay": r"\b(?:said|say|says|hold|held|lore|tradition|read|reading|idea|belie\w+|popular|according|thought|think|guess|suppos\w*|account|opinion|view|suspect\w*)\b",
}  # fmt: skip
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _SCALES.items()}
_LOCAL = ("negation", "hedge", "frequency", "certainty", "comparison", "cause", "research", "hearsay")
_YOU = re.compile(r"\b(?:you|your|yours|yourself|you['’]\w+)\b", re.IGNORECASE)
_I = re.compile(r"\bI\b")
_ONES = dict(zip("one two three four five six seven eight nine".split(), range(1, 10), strict=True))
_TEENS = dict(
    zip(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        range(10, 20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_SHARES = {"half": "1/2", "third": "1/3", "quarter": "1/4", "fifth": "1/5", "tenth": "1/10"}
_SINGLE = {"twice": "2", "double": "2"}
_NUMBER = re.compile(
    rf"(?P<figure>\d+(?:[.,]\d+)*)|\bone in (?P<one_in>[a-z]+)\b|\b(?P<share>{'|'.join(_SHARES)})s?\b|"
    rf"\b(?P<ten>{'|'.join(_TENS)})(?:[- ](?P<unit>{'|'.join(_ONES)}))?\b|"
    rf"\b(?P<word>{'|'.join([*list(_ONES)[1:], *_TEENS])}|twice|hundreds?|thousands?|dozens?|second|first|last|fourth|once|double|single)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Number:
    value: str
    word: int  # number of the word in which it stands


class _Sentence:
    """One sentence, taken apart."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = list(_WORD.finditer(text))
        self.words = [match.group() for match in found]
        self.starts = np.array([match.start() for match in found], dtype=np.int64)
        self.stems = [stem_of(word) for word in self.words]
        lowered = [word.lower().replace("’", "'") for word in self.words]
        self.content = np.array([word not in FUNCTION_WORDS for word in lowered], dtype=bool)
        cuts = np.array([match.start() for match in _CLAUSE.finditer(text)], dtype=np.int64)
        self.clauses = np.searchsorted(cuts, self.starts, side="right")
        hits = {name: [match.start() for match in _PATTERNS[name].finditer(text)] for name in _LOCAL}
        self.local = {
            name: np.isin(self.clauses, np.searchsorted(cuts, np.array(starts, dtype=np.int64), side="right"))
            for name, starts in hits.items()
            if name != "negation"
        }
        negated = np.zeros(len(found), dtype=bool)
        for start in hits["negation"]:
            clause = np.searchsorted(cuts, start, side="right")
            negated |= (self.clauses == clause) & (self.starts >= start)
        self.local["negation"] = negated

    @cached_property
    def vectors(self) -> Floats:
        """A row a word."""
        return np.array([word_vector(word)[0] for word in self.words], dtype=np.float64).reshape(-1, DIMENSION)

    @cached_property
    def rarity(self) -> Floats:
        """How rare each word is."""
        return np.array([word_vector(word)[1] for word in self.words], dtype=np.float64)

    @cached_property
    def vector(self) -> Floats:
        """Of the whole sentence: its words, rare ones first."""
        return _unit((self.vectors * (self.rarity * self.content + 0.05)[:, None]).sum(axis=0))

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many words of each scale it has."""
        return {name: len(pattern.findall(self.text)) for name, pattern in _PATTERNS.items()}

    @cached_property
    def numbers(self) -> list[_Number]:
        """Every number in figures or words, in order."""
        found = ((_value(match), match.start()) for match in _NUMBER.finditer(self.text))
        return [
            _Number(value, max(0, int(np.searchsorted(self.starts, start, side="right")) - 1))
            for value, start in found
            if value
        ]


class _Passage:
    """A passage's sentences, and their words one after the other."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.sentences = [_Sentence(text) for text in texts]
        self.stems = [stem for sentence in self.sentences for stem in sentence.stems]
        self.stem_array = np.array(self.stems, dtype=str)
        lengths = [len(sentence.words) for sentence in self.sentences]
        self.of_word = np.repeat(np.arange(len(lengths)), lengths)
        self.offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        self.clauses = np.concatenate(
            [sentence.clauses + 1000 * number for number, sentence in enumerate(self.sentences)]
        )
        self.vectors = np.concatenate([sentence.vectors for sentence in self.sentences])
        self.local = {
            name: np.concatenate([sentence.local[name] for sentence in self.sentences]).astype(float) for name in _LOCAL
        }
        self.numbers = [
            (number, place, _Number(found.value, found.word + int(self.offsets[number])))
            for number, sentence in enumerate(self.sentences)
            for place, found in enumerate(sentence.numbers)
        ]

    def around(self, number: int) -> str:
        """The sentence with its neighbours."""
        return " ".join(sentence.text for sentence in self.sentences[max(0, number - 1) : number + 2])


@dataclass(frozen=True, slots=True)
class Features:
    """The figures by name, and the number of the passage's sentence that they were taken against."""

    values: dict[str, float]
    best: int


@lru_cache(maxsize=256)
def _passage(texts: tuple[str, ...]) -> _Passage:
    return _Passage(texts)


def features(sentence: str, sentences: tuple[str, ...]) -> Features:
    """All figures about a sentence and the sentences of a passage; both must have a word."""
    claim, passage = _Sentence(sentence), _passage(sentences)
    bare = rules.COURTESY.sub("", MARK.sub("", sentence).rstrip(" ."))
    talk = np.array([bool(content_stems(word) & rules.OF_TALK) for word in claim.words], dtype=bool)
    carrying = claim.content & ~talk
    if not carrying.any():
        carrying = claim.content if claim.content.any() else np.ones(len(claim.words), dtype=bool)
    weights = claim.rarity * claim.content * np.where(talk, TALK_WEIGHT, 1.0) + 1e-6
    weights /= weights.sum()
    alike = claim.vectors @ passage.vectors.T
    same = np.array(claim.stems, dtype=str)[:, None] == passage.stem_array[None, :]
    by_sentence = np.maximum.reduceat(alike, passage.offsets, axis=1).T
    shared = np.maximum.reduceat(same, passage.offsets, axis=1).T.astype(float)
    lexical, soft = shared @ weights, by_sentence @ weights
    whole = np.array([other.vector @ claim.vector for other in passage.sentences])
    order = np.argsort(-(lexical + soft + whole), kind="stable")
    best, second = int(order[0]), int(order[min(1, len(order) - 1)])
    values: dict[str, float] = {
        "shared": lexical[best],
        "shared with two": np.maximum(shared[best], shared[second]) @ weights,
        "shared with all": shared.max(axis=0) @ weights,
        "soft": soft[best],
        "soft with two": np.maximum(by_sentence[best], by_sentence[second]) @ weights,
        "soft with all": by_sentence.max(axis=0) @ weights,
        "whole": whole[best],
        "whole, most alike": whole.max(),
        "whole, passage": float(_unit(np.sum([other.vector for other in passage.sentences], axis=0)) @ claim.vector),
        "lead of the best": (lexical + soft + whole)[best] - (lexical + soft + whole)[second],
        "outside the best": (by_sentence.max(axis=0) - by_sentence[best])[carrying].max(),
        "words": len(claim.words),
        "words of the best": len(passage.sentences[best].words),
        "you": len(_YOU.findall(sentence)),
        "you in the passage": any(_YOU.search(other.text) for other in passage.sentences),
        "I": bool(_I.search(sentence)),
    }
    values |= _unmatched(claim, carrying, by_sentence, shared, best)
    values |= _order(claim, passage, best)
    values |= _scales(claim, passage, best)
    values |= _aligned(claim, passage, carrying, alike, same, by_sentence)
    values |= _numbers(claim, passage, alike, best)
    values |= _by_rules(bare, sentences)
    return Features({name: float(value) for name, value in values.items()}, best)


def _unmatched(
    claim: _Sentence, carrying: Booleans, by_sentence: Floats, shared: Floats, best: int
) -> dict[str, float]:
    """What of the sentence the passage does not have, word by word and clause by clause."""
    closest, in_best = by_sentence.max(axis=0), np.sort(by_sentence[best][carrying])
    anywhere = np.sort(closest[carrying])
    new = carrying & ~(shared.max(axis=0) > 0)
    longest = run = 0
    for is_new, is_content in zip(new, claim.content, strict=True):
        run = run + 1 if is_new else 0 if is_content else run
        longest = max(longest, run)
    clauses = [(claim.clauses == clause) & carrying for clause in np.unique(claim.clauses[carrying])]
    values = {
        "new words": new.sum(),
        "new words, share": new.sum() / carrying.sum(),
        "new words, rarity": (claim.rarity * new).sum(),
        "new words in a row": longest,
        "new words, worst": closest[new].min(initial=1.0),
        "content words": carrying.sum(),
        "match, mean": anywhere.mean(),
        "match in the best, median": np.median(in_best),
        "clauses": len(clauses),
        "worst clause": min(by_sentence[:, clause].mean(axis=1).max() for clause in clauses),
        "worst clause in the best": min(by_sentence[best][clause].mean() for clause in clauses),
        "worst clause, shared": min(shared[:, clause].mean(axis=1).max() for clause in clauses),
        "words best matched elsewhere": (by_sentence.argmax(axis=0)[carrying] != best).mean(),
    }
    for rank in range(3):
        values[f"match, worst {rank}"] = anywhere[min(rank, len(anywhere) - 1)]
        values[f"match in the best, worst {rank}"] = in_best[min(rank, len(in_best) - 1)]
    for limit in (0.25, 0.35, 0.45, 0.55, 0.7):
        values[f"matched below {limit}"] = (carrying & (closest < limit)).sum()
    return values


def _order(claim: _Sentence, passage: _Passage, best: int) -> dict[str, float]:
    """How far the sentence is the passage's best sentence with a few words changed, and whether words changed places."""
    other = passage.sentences[best]
    blocks = [
        block
        for block in SequenceMatcher(None, claim.stems, other.stems, autojunk=False).get_matching_blocks()
        if block.size
    ]
    kept = np.zeros(len(claim.words), dtype=bool)
    used = np.zeros(len(other.words), dtype=bool)
    for block in blocks:
        kept[block.a : block.a + block.size] = True
        used[block.b : block.b + block.size] = True
    content = max(1, int(claim.content.sum()))
    known = set(other.stems)
    found = np.array([stem in known for stem in claim.stems], dtype=bool)
    places = np.array(
        [
            other.stems.index(stem)
            for stem, is_content in zip(claim.stems, claim.content & found, strict=True)
            if is_content
        ]
    )
    pairs = len(places) * (len(places) - 1) / 2
    inserted = " ".join(word for word, is_kept in zip(claim.words, kept, strict=True) if not is_kept)
    left_out = " ".join(word for word, is_used in zip(other.words, used, strict=True) if not is_used)
    values = {
        "in order": kept.mean(),
        "in order, content": (kept & claim.content).sum() / content,
        "in order, longest": max((block.size for block in blocks), default=0) / len(claim.words),
        "out of order": ((found & claim.content).sum() - (kept & claim.content).sum()) / content,
        "inversions": np.triu(places[:, None] > places[None, :], 1).sum() / pairs if pairs else 0.0,
        "of the best left out": (~used & other.content).sum(),
    }
    for name, pattern in _PATTERNS.items():
        values[f"{name} put in"] = len(pattern.findall(inserted))
        values[f"{name} left out"] = len(pattern.findall(left_out))
    return values


def _scales(claim: _Sentence, passage: _Passage, best: int) -> dict[str, float]:
    """Words of certainty, doubt, cause and so on: how many here, how many there, and which are new."""
    around, there = passage.around(best), passage.sentences[best].counts
    values: dict[str, float] = {}
    for name, pattern in _PATTERNS.items():
        said = {found.group().lower() for found in pattern.finditer(claim.text)}
        values[name] = claim.counts[name]
        values[f"{name} in the best"] = there[name]
        values[f"{name} more"] = claim.counts[name] - there[name]
        values[f"{name} new"] = len(said - {found.group().lower() for found in pattern.finditer(around)})
    return values


def _aligned(
    claim: _Sentence, passage: _Passage, carrying: Booleans, alike: Floats, same: Booleans, by_sentence: Floats
) -> dict[str, float]:
    """Each content word beside the word that it seems to come from: is that denied, doubted or counted otherwise there?"""
    prior = by_sentence[:, carrying].mean(axis=1)
    source = (alike + 0.25 * same + 0.6 * prior[passage.of_word][None, :]).argmax(axis=1)
    every = np.arange(len(claim.words))
    match = alike[every, source] + 0.2 * same[every, source]
    sure = carrying & (match > ALIKE)
    weights = sure * match
    total = max(float(weights.sum()), 1e-6)
    values: dict[str, float] = {"match of sources, mean": match[carrying].mean()}
    for name in _LOCAL:
        more = claim.local[name].astype(float) - passage.local[name][source]
        values[f"{name} at words, more"] = (weights * (more > 0)).sum() / total
        values[f"{name} at words, less"] = (weights * (more < 0)).sum() / total
    places = source[sure]
    jumps = np.minimum(np.abs(np.diff(places)), 20)
    crossed = passage.of_word[places[1:]] != passage.of_word[places[:-1]]
    in_clause = claim.clauses[sure][1:] == claim.clauses[sure][:-1]
    torn = in_clause & (passage.clauses[places[1:]] != passage.clauses[places[:-1]])
    main = int(np.bincount(passage.of_word[places]).argmax()) if len(places) else 0
    main_stems, all_stems = set(passage.sentences[main].stems), set(passage.stems)
    values |= {
        "jumps": jumps.mean() if len(jumps) else 0.0,
        "backwards": (np.diff(places) < 0).mean() if len(jumps) else 0.0,
        "sentences crossed": crossed.mean() if len(jumps) else 0.0,
        "clauses torn": torn.mean() if len(jumps) else 0.0,
        "opposites in the main sentence": _opposites(set(claim.stems), main_stems),
        "opposites in the passage": _opposites(set(claim.stems), all_stems),
        "whole, main sentence": float(passage.sentences[main].vector @ claim.vector),
    }
    return values


def _opposites(here: set[str], there: set[str]) -> int:
    return sum(bool(OPPOSITES.get(stem, frozenset()) & there) for stem in here - there)


def _numbers(claim: _Sentence, passage: _Passage, alike: Floats, best: int) -> dict[str, float]:
    """Whether the sentence's numbers stand in the passage, and beside the words that they stand beside here."""
    values = [found.value for found in claim.numbers]
    everywhere = {found.value for _, _, found in passage.numbers}
    near = {found.value for number, _, found in passage.numbers if abs(number - best) <= 1}
    there = {found.value for number, _, found in passage.numbers if number == best}
    fits, leads = [], []
    for number in claim.numbers:
        window = np.arange(max(0, number.word - NUMBER_REACH + 1), min(len(claim.words), number.word + NUMBER_REACH))
        window = window[claim.content[window] & (window != number.word)]
        window = np.array([place for place in window if not claim.words[place][0].isdigit()], dtype=np.int64)
        if not len(window):
            continue
        own = [
            _fit(alike, passage, window, found.word) for _, _, found in passage.numbers if found.value == number.value
        ]
        others = [
            _fit(alike, passage, window, found.word) for _, _, found in passage.numbers if found.value != number.value
        ]
        fits.append(max(own, default=0.0))
        leads.append(max(own) - max(others, default=0.0) if own else -0.3)
    return {
        "numbers": len(values),
        "numbers not in the passage": sum(value not in everywhere for value in values),
        "numbers not near": sum(value not in near for value in values),
        "numbers not in the best": sum(value not in there for value in values),
        "numbers in place": min(fits, default=0.8),
        "numbers, lead over others": min(leads, default=0.3),
    }


def _fit(alike: Floats, passage: _Passage, window: NDArray[np.int64], place: int) -> float:
    """How well the words around a number here are matched around a number there; further away counts less."""
    reach = np.arange(max(0, place - NUMBER_REACH), min(len(passage.of_word), place + NUMBER_REACH + 1))
    reach = reach[passage.of_word[reach] == passage.of_word[place]]
    return float((alike[np.ix_(window, reach)] - 0.015 * np.abs(reach - place)[None, :]).max(axis=1).mean())


def _by_rules(claim: str, sentences: tuple[str, ...]) -> dict[str, float]:
    """What each of the rules says."""
    stems = content_stems(claim) - rules.OF_TALK
    overlaps = [rules.overlap(stems, other) for other in sentences]
    position = int(np.argmax(overlaps))
    around, passage = " ".join(sentences[max(0, position - 1) : position + 2]), " ".join(sentences)
    capitals = {word for word in _WORD.findall(claim)[1:] if word[0].isupper() and not re.match(r"I(?:['’]|$)", word)}
    names = content_stems(" ".join(capitals))
    return {
        "rule: overlap": overlaps[position],
        "rule: nothing shared": not overlaps[position],
        "rule: new stems": len(stems - content_stems(passage)),
        "rule: numbers": len(rules.numbers(claim) - rules.numbers(around)),
        "figures not in the passage": len(rules.figures(claim) - rules.figures(passage)),
        "rule: a number moved": rules.moves_a_number(claim, "\n".join(sentences)),
        "rule: never said": bool(never_said(claim)),
        "rule: surer": rules.is_surer(claim, sentences[position], around),
        "rule: compares otherwise": rules.compares_otherwise(claim, around),
        "rule: negates otherwise": rules.negates_otherwise(claim, sentences[position], around),
        "rule: denied next": bool(
            rules.DENIES_WHAT_WENT_BEFORE.match((*sentences, "")[position + 1]) and not rules.NEGATION.search(claim)
        ),
        "rule: new names": len(names - content_stems(passage)),
        "rule: names": len(names),
    }


def _value(match: re.Match[str]) -> str:
    """A number as it is compared: 25 for twenty-five, 1/4 for one in four."""
    found = {name: text.lower() for name, text in match.groupdict().items() if text}
    small = _ONES | _TEENS
    if "figure" in found:
        return found["figure"].replace(",", "")
    if "one_in" in found:
        number = small.get(found["one_in"]) or _TENS.get(found["one_in"])
        return f"1/{number}" if number else ""
    if "share" in found:
        return _SHARES[found["share"]]
    if "ten" in found:
        return str(_TENS[found["ten"]] + _ONES.get(found.get("unit", ""), 0))
    word = found["word"]
    return _SINGLE.get(word) or (str(small[word]) if word in small else word.removesuffix("s"))


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-6)
