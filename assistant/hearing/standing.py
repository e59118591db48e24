"""Tells which verbs head a clause of their own, and which only say more about another."""

from __future__ import annotations

from assistant.hearing.grammar import Word
from assistant.hearing.lexicon import CLAUSE_TAKING_VERBS, INTRANSITIVE_VERBS, SAYING_VERBS, STATIVE_VERBS, closed
from assistant.hearing.mending import RUN_ON_ROLES

_SUBORDINATING = closed("subordinating")
_CONDITIONS = closed("conditions")
_MODALS = closed("modals")
_NOMINATIVES = closed("nominatives")
_POINTS_IN_TIME = closed("points_in_time")
_GIVING_VERBS = closed("giving_verbs")
_SAID_AFTERWARDS = SAYING_VERBS | closed("thinking_verbs")


def stands_alone(verb: Word) -> bool:
    """Whether this finite verb heads a clause that is not part of what another clause says."""
    if verb.is_root:
        return True
    if verb.subject() is None:
        return False
    if verb.role == "conj":
        return _goes_on_with_and(verb)
    if verb.role not in RUN_ON_ROLES or not _main_clause_above(verb):
        return False
    if _begins_anew(verb):
        return True
    opening = min(verb.subtree(), key=lambda word: word.index)
    marked = any(
        child.role == "mark" or child.lower in _SUBORDINATING for child in verb.children if child.index < verb.index
    )
    if opening.lower in {"so", "but", "and", "then", "yet"} and verb.role != "ccomp":
        return not marked
    if marked or opening.lower in _SUBORDINATING:
        return False
    if verb.role == "parataxis":
        return verb.head.lemma not in SAYING_VERBS or verb.index < verb.head.index
    if verb.role == "ccomp" and verb.index < verb.head.index:
        above = verb.head
        said_after = above.lemma in _SAID_AFTERWARDS and above.child("dobj", "prep", "acomp", "attr") is None
        return above.subject() is not None and not said_after
    return _has_no_gap(verb) if verb.role in {"relcl", "acl"} else _runs_on_after(verb)


def is_subordinate(verb: Word) -> bool:
    """Whether "although", "when" or "every time" opens its clause, so that it tells nothing without the one after."""
    subject = verb.subject()
    if verb.role in {"relcl", "acl"} and verb.head.role == "npadvmod" and verb.head.lower in _POINTS_IN_TIME:
        return subject is not None
    if verb.role == "advcl" and any(
        child.role == "npadvmod" and child.lower in _POINTS_IN_TIME for child in verb.children
    ):
        return True
    return subject is not None and any(
        child.lower in _SUBORDINATING and child.role in {"mark", "advmod"} and child.index < subject.index
        for child in verb.children
    )


def _goes_on_with_and(verb: Word) -> bool:
    first = verb.head
    if _is_elliptic(verb):
        return False
    if first.is_noun and first.is_root:
        return True
    return first.is_verb and stands_alone(first) and not _may_be_part_of_what_is_said(verb, first)


def _is_elliptic(verb: Word) -> bool:
    """Whether "but I couldn't" only says that what was just told did not, or did, succeed."""
    left = [word for word in verb.subtree() if word.role not in {"punct", "cc", "neg", "advmod"}]
    return (verb.tag == "MD" or verb.lemma in {"do", "have", "be", "can", "could"}) and len(left) <= 2


def _main_clause_above(verb: Word) -> bool:
    above = verb.head
    while not above.is_root:
        if above.role in {"ccomp", "advcl", "pcomp", "csubj"} and above.is_verb and not stands_alone(above):
            return False
        above = above.head
    return True


def _begins_anew(verb: Word) -> bool:
    """Whether "I", "he", "we" stands right after a word that cannot lead into a clause: "I came out | I screamed"."""
    subject = verb.subject()
    last = subject.before if subject is not None and subject.lower in _NOMINATIVES else None
    if last is None or not verb.finite():
        return False
    if last.tag.startswith("JJ"):
        so = any(child.lower in {"so", "such", "too", "as", "that", "more"} for child in last.children)
        return (
            verb.tag == "VBD" and verb.lemma not in {"be", "have", "do"} and not so and last.role in {"acomp", "oprd"}
        )
    if last.tag == "RP":
        return True
    in_past = last.tag in {"VBD", "VBN", "VBG"}
    return in_past and last.lemma in INTRANSITIVE_VERBS and last.lemma not in CLAUSE_TAKING_VERBS


def _may_be_part_of_what_is_said(verb: Word, first: Word) -> bool:
    """Whether "and ..." may still belong to what somebody said, thought or supposed before it."""
    said = any(child.role == "ccomp" and child.index > first.index for child in first.children)
    supposed = any(
        word.lower in _CONDITIONS and word.role == "mark" for word in first.subtree() if word.index < verb.index
    )
    modal = any(child.role == "aux" and child.lower in _MODALS for child in verb.children)
    denied = any(child.role == "neg" for child in verb.children)
    first_is_modal = any(child.role == "aux" and child.lower in _MODALS for child in first.children)
    if modal and not denied and (supposed or said or first_is_modal):
        return True
    tied = any(word.lower in {"and", "or", "that"} for word in first.children if first.index < word.index < verb.index)
    still = verb.lemma in STATIVE_VERBS or modal
    same_tense = verb.tag == first.tag or not modal
    return said and first.lemma in SAYING_VERBS and tied and same_tense and still and not _comma_before(verb)


def _comma_before(verb: Word) -> bool:
    left = verb.left_edge()
    return any(word.lower == "," and left - 3 <= word.index < left for word in verb.head.children)


def _runs_on_after(verb: Word) -> bool:
    """Whether a clause after a verb or adjective that takes none only runs on."""
    above = verb.head
    if above.tag.startswith("JJ") or above.tag == "VBN":
        return verb.tag == "VBD" and verb.lemma not in {"be", "have", "do"}
    return above.is_verb and above.lemma not in CLAUSE_TAKING_VERBS and verb.finite()


def _has_no_gap(verb: Word) -> bool:
    """Whether a clause that hangs on a noun without "who" or "that" is whole by itself, so that it only runs on."""
    subject = verb.subject()
    if subject is None or subject.index > verb.index or subject.lower in {"who", "that", "which"}:
        return False
    prepositions = [word for word in verb.subtree() if word.tag == "IN"]
    if any(not word.children for word in prepositions) or (verb.child("acomp") is not None and prepositions):
        return False
    told = verb.child("dobj", "acomp", "attr")
    only_to_whom = verb.lemma in _GIVING_VERBS and told is not None and told.tag == "PRP"
    whole = told is not None and not only_to_whom and not any(child.role == "prep" for child in told.children)
    return (
        whole
        or verb.lemma in INTRANSITIVE_VERBS
        or (verb.child("xcomp") is not None and verb.lemma in {"try", "start"})
    )
