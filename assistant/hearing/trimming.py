"""Trims a stretch to what can be said by itself: joints off at both ends, cut to length at a clause border."""

from __future__ import annotations

from assistant.hearing.grammar import Word
from assistant.hearing.lexicon import closed
from assistant.hearing.segments import FEWEST_WORDS, MOST_WORDS, Segment, counted
from assistant.hearing.wholeness import is_shaky

_CONNECTIVES = closed("connectives")
_DROPPED_WHEN_LEADING = closed("dropped_when_leading")
_CONDITIONS = closed("conditions")
_NOMINATIVES = closed("nominatives")
_LIMITING = closed("limiting")
_LEFT_OVER_AT_END = closed("left_over_at_end")
_IN_TITLES = closed("in_titles")
_TIMES = closed("times")
_LOOSE_ROLES = frozenset(
    {"cc", "advmod", "intj", "punct", "dep", "mark", "prep", "discourse", "ROOT", "parataxis", "preconj"}
)


def trimmed(segment: Segment, mine: bool) -> Segment | None:
    """The stretch as it can be told, its doubts noted; none where its verb or subject fell away.

    ``mine``: where it opens with its verb, as in a diary, "I" is what was left out.
    """
    joints = []
    words = segment.words
    while words and (words[0].is_mark or _is_joint(words, segment.head)):
        joints.append(words[0].lower)
        words = words[1:]
    words = _without_fragment(_without_end(words), segment)
    if len(counted(words)) > MOST_WORDS:
        words = _shortened(words)
    segment.words = words
    own_subject = segment.subject if not segment.given_subject else None
    if segment.head not in words or (own_subject is not None and own_subject not in words):
        return None
    if mine and segment.subject is None and not segment.supplied and _opens_with_verb(segment):
        segment.supplied = "you"
    segment.joined_by = next((word for word in joints if word in _CONNECTIVES), "")
    segment.shaky = segment.shaky or is_shaky(segment) or "or" in joints or "like" in joints
    return segment


def _is_joint(words: list[Word], head: Word) -> bool:
    """Whether the first word only ties the stretch to what came before."""
    first, second = words[0], words[1].lower if len(words) > 1 else ""
    if first.lower not in _DROPPED_WHEN_LEADING or (first.role == "mark" and first.head is not head):
        return False
    if first.lower == "just":
        return second in _NOMINATIVES | {"my", "the", "there"}
    if first.lower == "so" and second in {"many", "much", "few", "far", "long"}:
        return False
    if first.lower in {"no", "nah", "nope"}:
        return second == "," or second in _NOMINATIVES | {"no", "my", "the", "there", "nah"}
    return first.role in _LOOSE_ROLES


def _opens_with_verb(segment: Segment) -> bool:
    """Whether a stretch begins as a diary does: "Couldn't find my shoes", "was running from a dog"."""
    first = next((word for word in segment.words if word.tag != "RB"), segment.words[0])
    negated = any(word.lower in {"n't", "not"} for word in segment.words[:3])
    past = first.tag == "VBD" or (first.tag == "MD" and negated)
    return past and (first is segment.head or first.head is segment.head) and segment.words[0].index == 0


def _without_fragment(words: list[Word], segment: Segment) -> list[Word]:
    """Without what stands before "and" and has no verb: "in my bed, in my shoes, and (my family laughed)"."""
    if segment.subject is None or segment.given_subject or segment.subject not in words:
        return words
    if _is_after_title(segment.subject, words):
        return words[words.index(segment.subject) :]
    left = segment.subject.left_edge()
    joint = next((place for place, word in enumerate(words) if word.index == left - 1 and word.tag == "CC"), 0)
    if joint and not any(word.is_verb for word in words[:joint]):
        return words[joint + 1 :]
    return words


def _is_after_title(subject: Word, words: list[Word]) -> bool:
    """Whether a title runs into "I": "My Last Exam (I am sitting my last exam)"."""
    last = subject.before
    if last is None or subject.lower not in _NOMINATIVES or last not in words or not last.is_noun:
        return False
    title = words[: words.index(subject)]
    capital = all(word.text[0].isupper() or word.lower in _IN_TITLES for word in title)
    return capital and title[0].tag != "DT" and len(title) > 1 and last.lower not in _TIMES


def _without_end(words: list[Word]) -> list[Word]:
    while words and _is_left_over(words[-1]):
        words = words[:-1]
    return words


def _is_left_over(last: Word) -> bool:
    if last.is_mark:
        return last.lower != '"'
    if last.lower == "so" and last.before is not None and last.before.lemma in {"do", "say", "think"}:
        return False
    loose = last.role in {"mark", "advmod", "cc", "intj", "prep", "dep"}
    return last.tag == "CC" or (last.lower in _LEFT_OVER_AT_END and loose)


def _shortened(words: list[Word]) -> list[Word]:
    """Cut at the last border that leaves a whole clause of no more than MOST_WORDS; unchanged where there is none."""
    limited = any(word.lower in _LIMITING for word in words)
    paired = any(word.lower in {"either", "both", "neither", "between"} for word in words)
    cuts = []
    for word in words:
        cuttable = (
            word.is_verb and not paired
            if word.role == "conj"
            else word.role in {"advcl", "relcl", "acl"} and not limited
        )
        left = word.left_edge() if cuttable and word.head in words else 0
        if left <= word.head.index:
            continue
        dropped = [other.lower for other in words if other.index >= left]
        if dropped[0] in {"like", "as"} or not _CONDITIONS.isdisjoint(dropped) or "but" in dropped:
            continue
        kept = _without_end([other for other in words if other.index < left])
        if FEWEST_WORDS < len(counted(kept)) <= MOST_WORDS:
            cuts.append(kept)
    return max(cuts, key=len, default=words)
