"""Mends what the parser often gets wrong: a subject that it hung on the wrong word, mostly in run-on sentences."""

from __future__ import annotations

from assistant.hearing.grammar import Sentence, Word
from assistant.hearing.lexicon import INTRANSITIVE_VERBS

RUN_ON_ROLES = frozenset({"ccomp", "advcl", "relcl", "parataxis", "acl", "dep", "pcomp", "xcomp"})


def mend(sentence: Sentence) -> None:
    """Hangs such subjects where they belong; changes the sentence's tree in place."""
    for word in sentence.words:
        _give_subject_to_verb(word)
    for verb in sentence.words:
        if verb.is_verb and verb.finite() and verb.role not in {"aux", "auxpass"} and verb.subject() is None:
            _mend_after_and(verb)
            _mend_after_noun(verb)
    for word in sentence.words:
        _join_friend_and_i(word, sentence)
        _join_me_and_friend(word, sentence)


def _give_subject_to_verb(auxiliary: Word) -> None:
    """As in "my feet were stuck", where the feet hang on "were"."""
    subject = auxiliary.subject() if auxiliary.role in {"aux", "auxpass"} else None
    if subject is not None and auxiliary.head.subject() is None:
        _hang(subject, auxiliary.head, subject.role)


def _mend_after_and(verb: Word) -> None:
    """As in "with my brother and the ice cracked", where the ice was taken for company."""
    noun = _before(verb)
    if noun is None or noun.role != "conj" or not noun.is_noun or not noun.head.is_noun or noun.head in verb.subtree():
        return
    joint = next((child for child in noun.head.children if child.role == "cc" and child.index < noun.index), None)
    if joint is None or joint.lower not in {"and", "but"} or joint.index != noun.left_edge() - 1:
        return
    if verb.role in RUN_ON_ROLES:
        _hang(noun, verb, "nsubj")
        verb.role = "parataxis"


def _before(verb: Word) -> Word | None:
    """The word before a verb and its auxiliaries and adverbs."""
    group = [verb, *(child for child in verb.children if child.role in {"aux", "auxpass", "neg", "advmod"})]
    first = min(group, key=lambda word: word.index)
    return first.before


def _mend_after_noun(verb: Word) -> None:
    """As in "nothing came out my mum just watched", where the mum was taken for what came out."""
    if verb.role not in {"parataxis", "ROOT", "ccomp", "dep"} or verb.subject() is not None:
        return
    noun = _before(verb)
    if noun is None or not noun.is_noun or noun.is_root or not noun.head.is_verb or noun.head is verb:
        return
    takes_no_object = noun.head.lemma in INTRANSITIVE_VERBS or noun.head.child("prt") is not None
    if noun.role == "npadvmod" or (noun.role == "dobj" and takes_no_object):
        above = noun.head
        _hang(noun, verb, "nsubj")
        if verb.role == "dep":
            _hang(verb, above, "parataxis")


def _join_friend_and_i(word: Word, sentence: Sentence) -> None:
    """As in "I was twelve and my friend and I ran", where the friend was taken for what I was."""
    joint = word.before
    noun = joint.before if joint is not None else None
    if word.lower != "i" or word.role not in {"nsubj", "nsubjpass"} or joint is None or noun is None:
        return
    if joint.lower != "and" or not noun.is_noun or noun.is_root or noun in word.head.subtree():
        return
    left = sentence.words[noun.left_edge()].before
    in_plural = any(other.lower == "were" for other in (word.head, *word.head.children))
    if left is None or left.tag == "CC" or left.lower == "," or in_plural:
        _hang(noun, word.head, word.role)
        _hang(word, noun, "conj")
        _hang(joint, noun, "cc")


def _join_me_and_friend(verb: Word, sentence: Sentence) -> None:
    """As in "there was a house and me and my sisters were looking", where I was taken for what there was."""
    noun = verb.subject() if verb.is_verb and verb.finite() else None
    joint = sentence.words[noun.left_edge()].before if noun is not None and noun.is_noun else None
    me = joint.before if joint is not None and joint.lower == "and" else None
    if noun is None or joint is None or me is None or me.lower != "me" or me.is_root or me in verb.subtree():
        return
    if me.before is not None and me.before.tag == "CC":
        _hang(me, verb, noun.role)
        _hang(noun, me, "conj")
        _hang(joint, me, "cc")


def _hang(word: Word, head: Word, role: str) -> None:
    """Hangs a word on another; leaves the tree as it is where that would close a circle."""
    if word.is_root or head in word.subtree():
        return
    word.head.children.remove(word)
    word.head, word.role = head, role
    head.children.append(word)
