"""Compares libraries that do grammar on our labelled messages: ``python -m assistant.evaluation.grammars`` (needs the extra "compare")."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from assistant.evaluation.hearing import Reader, SaidDeed, said_deed, score_deeds, shares_of_deeds
from assistant.evaluation.samples import rows
from assistant.hearing.deeds import deeds
from assistant.hearing.grammar import Grammar
from assistant.hearing.plain_text import blocks

Tagged = Sequence[tuple[str, str]]  # words of a sentence, each tagged "noun", "pronoun", "verb", "aux", "not" or ""

_PRONOUNS = frozenset(
    "i you he she it we they me him her us them nobody nothing someone somebody everyone everybody who".split()
)
_NOT = frozenset({"not", "n't", "never", "nobody", "nothing"})
_AUXILIARIES = frozenset(
    "am is are was were be been being 'm 's 're do does did have has had 've can could will would should may might must wo ca".split()
)
_WORD = re.compile(r"[A-Za-z]+(?=n't\b)|n't\b|'(?:m|s|re|ve|d|ll)\b|[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*|[.,;:!?]")


def main() -> None:
    """Print one line a library: how many verbs it finds, and of these the right subject, object and denial."""
    grammar = Grammar()
    readers: dict[str, Reader] = {
        "spaCy en_core_web_sm, its tree, mended (ours)": lambda text: _by_tree(grammar, text),
        "spaCy en_core_web_sm, its tags, nearest noun": lambda text: _by_nearest(_spacy_tags(grammar, text)),
    }
    readers |= _others()
    for name, read in readers.items():
        counts: Counter[str] = Counter()
        for row in rows("hearing"):
            counts += score_deeds(row, [deed for block in blocks(row["message"]) for deed in read(block.text)])
        sys.stdout.write(f"{name}: {shares_of_deeds(counts)}\n")


def _others() -> dict[str, Reader]:
    from HanTa import HanoverTagger
    from textblob.en.taggers import PatternTagger

    hanover, pattern = HanoverTagger.HanoverTagger("morphmodel_en.pgz"), PatternTagger()
    return {
        "HanTa, nearest noun": lambda text: _by_nearest(_plain_tags(hanover.tag_sent(_WORD.findall(text)), 2)),
        "TextBlob's pattern tagger, nearest noun": lambda text: _by_nearest(
            _plain_tags(pattern.tag(" ".join(_WORD.findall(text))), 1)
        ),
    }


def _by_tree(grammar: Grammar, text: str) -> list[SaidDeed]:
    return [said_deed(deed, lambda word: word.lower if word else "") for deed in deeds(grammar.parse([text]))]


def _spacy_tags(grammar: Grammar, text: str) -> Tagged:
    return _plain_tags([(word.text, word.tag) for sentence in grammar.parse([text]) for word in sentence.words], 1)


def _plain_tags(words: Sequence[tuple[Any, ...]], column: int) -> Tagged:
    return [(word[0].lower(), _kind(word[0].lower(), str(word[column]))) for word in words]


def _kind(word: str, tag: str) -> str:
    if word in _NOT:
        return "not" if word in {"not", "n't", "never"} else "pronoun"
    if word in _PRONOUNS:
        return "pronoun"
    if word in _AUXILIARIES:
        return "aux"
    if tag.startswith("V"):
        return "verb"
    return "noun" if tag.startswith("N") else ""


def _by_nearest(words: Tagged) -> list[SaidDeed]:
    """The noun or pronoun nearest before a verb does it, the one nearest after it is whom it is done to."""
    found = []
    for place, (word, kind) in enumerate(words):
        lone = kind == "aux" and not any(later == "verb" for _, later in words[place + 1 : place + 4])
        if kind != "verb" and not lone:
            continue
        before = [one for one, of in words[:place] if of in {"noun", "pronoun"}]
        after = [one for one, of in words[place + 1 : place + 4] if of in {"noun", "pronoun", "verb"}]
        nearest = words[max(0, place - 3) : place]
        denied = any(of == "not" for _, of in [*nearest, *words[place + 1 : place + 2]]) or bool(
            before and before[-1] in _NOT
        )
        whom = after[0] if after and not lone else ""
        found.append(SaidDeed(word, before[-1] if before else "", whom, denied))
    return found


if __name__ == "__main__":
    main()
