"""Doubts whether a stretch is a whole clause, rightly parsed: what is doubted is only ever quoted."""

from __future__ import annotations

from assistant.hearing.grammar import Word
from assistant.hearing.lexicon import PERSONS, closed
from assistant.hearing.segments import FEWEST_WORDS, MOST_WORDS, Segment, counted
from assistant.hearing.standing import is_subordinate

_DANGLING_TAGS = frozenset({"DT", "PRP$", "TO", "CC", "WDT", "WP", "WP$", "PDT", "POS", "WRB"})
_MAY_DANGLE = frozenset({"that", "this", "what", "why", "how", "all", "where", "who"})
_OPENING_QUESTIONS = closed("opening_questions")
_OPENING_INVERSIONS = closed("opening_inversions")
_EMPTY_WITHOUT_OBJECT = closed("empty_without_object")
_NEEDING_WORDS = closed("telling_verbs_needing_words")
_MAY_BE_PART_OF_VERB = frozenset({"in", "out", "up", "down", "on", "off", "over", "around", "by", "through", "along"})
_ALWAYS_LEADING = frozenset({"to", "with", "of", "for", "from", "at", "about", "into"})
_HEARERS = closed("hearers")


def is_shaky(segment: Segment) -> bool:
    """Whether the stretch may be no whole clause, or the parser may not have understood it."""
    count = len(counted(segment.words)) + len(segment.given_subject) + len(segment.supplied.split())
    if not FEWEST_WORDS <= count <= MOST_WORDS or (segment.subject is None and not segment.supplied):
        return True
    return (
        _opens_wrongly(segment)
        or _ends_wrongly(segment)
        or _is_unfinished(segment)
        or _has_odd_head(segment)
        or _disagrees(segment)
        or any(_is_loose(word, segment) for word in segment.words)
    )


def _opens_wrongly(segment: Segment) -> bool:
    words = segment.words
    first = words[0]
    asks = not segment.given_subject and first.lower in _OPENING_QUESTIONS
    commands = first.tag == "VB" and not segment.supplied
    there_was_i = segment.lowers[:3] == ["there", "was", "i"]
    return (
        asks
        or commands
        or there_was_i
        or first.lower == "back"
        or any(word.tag in {"WP", "WDT", "WP$"} for word in words[:2])
    )


def _ends_wrongly(segment: Segment) -> bool:
    last, head = segment.words[-1], segment.head
    if last.tag in _DANGLING_TAGS and last.lower not in _MAY_DANGLE:
        return True
    if _hangs_in_the_air(last):
        return True
    existing = segment.subject is not None and segment.subject.lower == "there"
    return head.lemma in {"be", "seem"} and last is head and not existing


def _hangs_in_the_air(last: Word) -> bool:
    """Whether the last word is a preposition that lost what it led to."""
    part_of_verb = last.lower in _MAY_BE_PART_OF_VERB and last.before is last.head
    led = last.tag == "IN" and last.role in {"prep", "mark"} and not part_of_verb
    bound = last.lower in {"of", "at", "from", "with", "into", "onto", "than", "during"}
    after_another = last.lower == "in" and last.before is not None and last.before.role == "pobj"
    if not (led or bound or after_another):
        return False
    above = last.head
    while not above.is_root and above.role not in {"relcl", "ccomp", "acl", "xcomp"}:
        above = above.head
    return above.role not in {"relcl", "acl"}


def _is_unfinished(segment: Segment) -> bool:
    """Whether it stops before the point: "I said", "you know", "she did", "either ..." without its "or"."""
    head, lowers = segment.head, segment.lowers
    if (
        is_subordinate(head)
        or ("either" in lowers and "or" not in lowers)
        or lowers[-1] == "both"
        or lowers.count('"') % 2
    ):
        return True
    after = [word for word in segment.words if word.index > head.index and word.role not in {"prt", "neg", "dative"}]
    if head.lemma in _EMPTY_WITHOUT_OBJECT:
        return all(_is_hearer(word) for word in after)
    hearers = [w for w in after if w.role in {"prep", "pobj", "poss", "det"} or w.lower in _HEARERS or w.is_noun]
    says_nothing = head.child("dobj", "ccomp", "xcomp", "advcl") is None and len(hearers) == len(after)
    if head.lemma in _NEEDING_WORDS and says_nothing:
        return True
    last = segment.words[-1]
    return last.lemma in {"say", "tell", "think", "hope"} and last.is_verb


def _is_hearer(word: Word) -> bool:
    possessed = word.role in {"poss", "det"} and word.head.lemma in PERSONS
    return word.lower in _HEARERS or word.tag == "NNP" or word.lemma in PERSONS or possessed


def _has_odd_head(segment: Segment) -> bool:
    """Whether the verb cannot be what it was taken for: no tense, no English word, its subject in the wrong place."""
    head, subject = segment.head, segment.subject
    if not head.finite() and not segment.supplied:
        return True
    if not (head.text.isascii() and head.text.replace("'", "").isalpha()):
        return True
    turned_round = subject is not None and subject.index > head.index and subject.role != "expl"
    return turned_round and segment.words[0].lower not in _OPENING_INVERSIONS


def _disagrees(segment: Segment) -> bool:
    """Whether the verb has not the form that its subject asks for ("he go", "I goes"): repeated, it would be our slip."""
    head, subject = segment.head, segment.subject
    if subject is None or segment.given_subject:
        return False
    bare = head.tag in {"VB", "VBP"} and head.child("aux") is None and head.lower not in {"was", "were", "'s"}
    if subject.lower in {"he", "she", "it"}:
        return bare
    if subject.tag == "NNS" and head.lower in {"was", "is", "has"}:
        return True
    return subject.lower in {"i", "you", "we", "they"} and head.tag == "VBZ" and head.lower not in {"'s", "is"}


def _is_loose(word: Word, segment: Segment) -> bool:
    """Whether a word hangs nowhere or wrongly: the sign of a sentence that the parser did not understand."""
    if word is segment.head:
        return False
    if word.role == "dep" and word.tag not in {"UH", "RB", ","}:
        return True
    if word.role in {"aux", "auxpass"} and word.subject() is not None:
        return True
    if word.before is not None and _lost_its_object(word.before, word):
        return word.before in segment.words
    if word.tag == "MD" and word.role != "aux" and word.index < segment.words[-2].index:
        return True
    if word.before is not None and word.before.lower == "i" and word.tag.startswith(("NN", "DT", "IN")):
        return word.before in segment.words
    if word.is_verb and word.finite() and word.role in {"ccomp", "parataxis", "advcl", "ROOT", "relcl"}:
        return word.subject() is None and word.lower != "'s" and not _subject_is_relative(word)
    return word.is_root and word.is_verb and word not in segment.head.children


def _lost_its_object(preposition: Word, after: Word) -> bool:
    """As in "neighbours I was close to years ago", cut before "I"."""
    bare = preposition.lower in _ALWAYS_LEADING and preposition.role == "prep" and not preposition.children
    return bare and after.tag.startswith(("NN", "CD", "DT", "PRP")) and after.head is not preposition


def _subject_is_relative(word: Word) -> bool:
    return any(child.tag in {"WP", "WDT", "WRB"} or child.lower == "that" for child in word.children)
