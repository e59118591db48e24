"""Who does what to whom: the verbs of a text with their subject, their object and whether they are denied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.hearing.grammar import Sentence, Word
from assistant.hearing.lexicon import closed
from assistant.hearing.mending import mend

_NOBODY = frozenset({"nobody", "nothing", "none", "no-one", "noone", "neither", "nowhere", "no"})
_DENY = frozenset({"not", "n't", "never", "nor", "hardly", "barely"})
_RELATIVE = frozenset({"who", "that", "which", "whom"})
_TOWARDS = frozenset({"at", "to", "for", "after", "with"})
_LETS = closed("letting_verbs")
_DIRECTED = closed("directed_verbs")


@dataclass(frozen=True, slots=True)
class Deed:
    """One verb: ``verb`` the word itself, ``who`` and ``whom`` the heads of its subject and object, where it has them.

    ``whom`` of a passive is its subject. ``denied`` also by "nobody" and "nothing".
    """

    verb: Word
    who: Word | None
    whom: Word | None
    denied: bool


def deeds(sentences: Sequence[Sentence]) -> list[Deed]:
    """The deeds of parsed sentences, in the order of their verbs; changes the sentences' trees where the parser erred."""
    found = []
    for sentence in sentences:
        mend(sentence)
        found += [_deed(word) for word in sentence.words if _does(word)]
    return found


def noun_phrase(head: Word) -> list[Word]:
    """The words before a noun that say whose or which it is, and the noun."""
    return [word for word in sorted(head.subtree(), key=lambda word: word.index) if word.index <= head.index]


def _does(word: Word) -> bool:
    if not word.tag.startswith("VB") or word.role in {"aux", "auxpass", "amod", "compound"}:
        return False
    if word.tag == "VBN" and word.role in {"acl", "acomp"}:
        return False
    return word.lemma not in {"go", "have", "use", "suppose"} or not any(
        child.role == "xcomp" and child.tag == "VB" for child in word.children
    )


def _deed(verb: Word) -> Deed:
    passive = verb.child("nsubjpass") is not None or verb.child("auxpass") is not None
    subject, obj = _subject(verb), _object(verb)
    if passive:
        agent = verb.child("agent")
        by = agent.child("pobj") if agent is not None else None
        return Deed(verb, by, subject, _is_denied(verb, subject, obj))
    return Deed(verb, subject, obj, _is_denied(verb, subject, obj))


def _subject(verb: Word) -> Word | None:
    own = next((child for child in verb.children if child.role in {"nsubj", "nsubjpass", "csubj"}), None)
    if own is not None and own.lower in _RELATIVE and verb.role == "relcl":
        return verb.head
    if own is None and verb.child("expl") is not None:
        return verb.child("attr", "dobj")
    return own or _borrowed(verb)


def _borrowed(verb: Word) -> Word | None:
    """The subject that a verb without one shares with the verb or noun that it hangs on."""
    head = verb.head
    if head is verb:
        return None
    if verb.role in {"acl", "relcl"} and head.is_noun:
        return head
    if verb.role in {"xcomp", "ccomp"} and head.lemma in _LETS:
        other = head.child("dobj", "dative")
        return other if other is not None and other.index < verb.index else _subject(head)
    if verb.role in {"xcomp", "conj", "advcl", "ccomp", "pcomp", "dep", "parataxis", "acomp"}:
        while not (head.is_verb or head.is_root):
            head = head.head
        return _subject(head) if head.is_verb else None
    return None


def _object(verb: Word) -> Word | None:
    """The direct object; of two the person; of "looked at me" the person too."""
    person = verb.child("dative")
    if person is not None:
        return person.child("pobj") or person
    direct = verb.child("dobj")
    if direct is not None:
        return verb.head if direct.lower in _RELATIVE and verb.role == "relcl" else direct
    if verb.lemma not in _DIRECTED:
        return None
    towards = next(
        (child for child in verb.children if child.role in {"prep", "prt"} and child.lower in _TOWARDS), None
    )
    return towards.child("pobj") if towards is not None else None


def _is_denied(verb: Word, *parts: Word | None) -> bool:
    return any(child.role == "neg" or child.lower in _DENY for child in verb.children) or any(
        part is not None
        and (
            part.lower in _NOBODY
            or any(child.lower in _NOBODY and child.role in {"det", "neg"} for child in part.children)
        )
        for part in parts
    )
