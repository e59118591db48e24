"""The feelings that dreamers name as their own."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.hearing.grammar import Sentence, Word
from assistant.hearing.lexicon import DONE_TO_ME, FEELING_NOUNS, FEELING_VERBS, FELT, ONLY_FELT, closed

_LINKING = closed("linking_verbs")
_MINE = frozenset({"i", "me", "we", "myself"})
_NEGATING = closed("denying")
_NOT_SO = closed("not_so")
_IN_THE_AIR = closed("in_the_air")
_HEDGES = frozenset(
    "kind of kinda sort sorta a bit little like just mostly mainly really very so pretty quite too honestly lowkey maybe probably both and or um hmm idk well "
    "rather more simply first".split()
)
_GOES_WITH = frozenset({"at", "with", "to", "about"})
_NAMED_UNDER = ("feeling", "emotion", "mood", "thought")


def feelings(sentence: Sentence, label: str = "") -> list[tuple[str, Word]]:
    """The feelings that the writer names in this sentence, each with its word. ``label`` is the heading above it."""
    under_heading = label.startswith(_NAMED_UNDER) or not any(word.is_verb for word in sentence.words)
    found = []
    for word in sentence.words:
        feeling = _feeling(word, sentence.words, under_heading)
        if feeling and not _is_denied(word, sentence.words):
            found.append((feeling, word))
    return found


def _feeling(word: Word, words: Sequence[Word], under_heading: bool) -> str:
    if word.lower in FELT | ONLY_FELT and word.role not in {"amod", "compound", "det"}:
        strong = word.lower in FELT
        if strong and (under_heading or _opens_an_answer(word, words)):
            return word.lower
        if _is_said_of_me(word, words, strong):
            return word.lower
    if (
        word.lower in FEELING_NOUNS
        and word.is_noun
        and word.role != "compound"
        and (under_heading or _is_my_noun(word, words))
    ):
        return word.lower
    if word.lemma in FEELING_VERBS and word.is_verb and _holder(word) in _MINE:
        return FEELING_VERBS[word.lemma]
    if (
        word.lemma in DONE_TO_ME
        and word.is_verb
        and any(one.role == "dobj" and one.lower in _MINE for one in word.children)
    ):
        return DONE_TO_ME[word.lemma]
    return ""


def _opens_an_answer(word: Word, words: Sequence[Word]) -> bool:
    """As in "lonely i guess", "kinda sad and angry": the answer begins with the feeling."""
    if word.child("nsubj") is not None or (word.is_verb and word.tag != "VBN"):
        return False
    before = [other.lower for other in words[: word.index] if not other.is_mark]
    follows = words[word.index + 1] if word.index + 1 < len(words) else None
    if follows is not None and (follows.is_noun or (follows.lower in _GOES_WITH and not word.index)):
        return False
    return all(other in _HEDGES or other in FELT for other in before)


def _is_said_of_me(word: Word, words: Sequence[Word], strong: bool) -> bool:
    verb = word if word.is_verb and word.role not in {"acomp", "advcl", "oprd"} else word.head
    if (word.role == "conj" and not word.is_verb) or (word.role == "conj" and word.head.lower in FELT | ONLY_FELT):
        first = word.head
        while first.role == "conj" and first.head is not first:
            first = first.head
        verb = first if first.is_verb and first.role not in {"acomp", "oprd"} else first.head
    if (verb is not word and verb.lemma == "make") or (verb.lemma == "feel" and verb.head.lemma == "make"):
        return any(
            other.lower in _MINE
            for other in words[verb.index if verb.lemma == "make" else verb.head.index : word.index]
        )
    if verb is word and _is_done_not_felt(word):
        return False
    if word.is_root and strong and word.subject() is None:
        return word.index < 4
    if verb is not word and verb.lemma not in _LINKING:
        return strong and _stands_aside(word, words)
    if not strong and verb.lemma not in {"feel", "wake", "leave"}:
        return False
    if any(child.lower == "by" and child.role == "agent" for child in word.children) and _holder(verb) not in _MINE:
        return False
    return _holder(verb) in _MINE or (verb is not word and verb.lemma == "feel" and _holder(verb) == "")


def _is_done_not_felt(word: Word) -> bool:
    """As in "I threatened him", "I hurt my knee": the form of a feeling, but an act."""
    passive = any(child.role in {"aux", "auxpass"} and child.lemma in {"be", "get", "feel"} for child in word.children)
    return word.tag in {"VBD", "VBP", "VB"} and not passive


def _stands_aside(word: Word, words: Sequence[Word]) -> bool:
    """As in "I stood there, terrified": an adjective that hangs loosely on what I did."""
    verb = word.head
    return (
        word.role in {"advcl", "acomp", "oprd", "ccomp"}
        and verb.is_verb
        and _holder(verb) in _MINE
        and word.index > verb.index
    )


def _is_my_noun(word: Word, words: Sequence[Word]) -> bool:
    owner = word.child("poss")
    if owner is not None:
        return owner.lower in {"my", "our"}
    if word.child("relcl", "acl") is not None:
        return False
    above = word.head
    for _ in range(3):
        if above.is_verb:
            holder = _holder(above)
            return (
                holder in _MINE
                or (holder in _IN_THE_AIR and above.lemma == "be")
                or (
                    above.child("dobj") is not None
                    and (
                        above.child("dobj").lower in _MINE  # type: ignore[union-attr]
                    )
                )
            )
        if above.is_root:
            return True
        above = above.head
    return False


def _holder(verb: Word) -> str:
    """Whose state the verb tells: its subject in lower case, "" where it has none of its own."""
    clause = verb
    for _ in range(6):
        subject = clause.subject()
        if subject is not None:
            if verb.tag == "VBZ" and subject.lower in _MINE:
                return ""
            mine = [child.lower for child in subject.children if child.role == "conj"]
            return "i" if "i" in mine or subject.lower in _MINE else subject.lower
        if clause.role not in {"conj", "xcomp", "advcl", "acomp"} or clause.is_root:
            return "" if clause.index > 1 else "i"
        clause = clause.head
    return ""


def _is_denied(word: Word, words: Sequence[Word]) -> bool:
    before = [other.lower for other in words[max(0, word.index - 4) : word.index]]
    if "never" in before and before[-1:] == ["so"]:
        return False  # "never felt so calm"
    if any(other in _NEGATING for other in before):
        return "but" not in before[before.index(next(o for o in before if o in _NEGATING)) :]
    verb = word.head
    near = {child.lower for child in (*verb.children, *word.children) if child.role in {"aux", "neg", "mark"}}
    return bool(near & (_NOT_SO | _NEGATING)) or any(other in {"if", "wish"} for other in before)
