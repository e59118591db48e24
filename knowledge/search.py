"""Finds the sections that matter for a message: meaning (Chroma), words (BM25) and utterances, fused into one score.

A long message is searched part by part, each section taking its best part. An own article has no utterances; it borrows
those of the library's sections that its text is most like. What lies nearer to the background than to any section is
not covered. The figures behind the constants stand in CHANGELOG.md; `dream eval` measures them.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import bm25s
import numpy as np

from knowledge.embedding import Embedder, Vectors
from knowledge.generation import BACKGROUND, Generation
from knowledge.parts import parts_of
from knowledge.types import Hit, SearchResult
from knowledge.utterances import stems

SIDE_BY_SIDE = 4  # visitors' searches
NEIGHBOURS = 150  # utterances asked of Chroma for each part of a message
NEAREST = 3  # a section's nearest utterances, whose mean similarity counts
CLASSIFIER_WEIGHT = 0.1
TEXT_WEIGHT = 0.4
WORDS_WEIGHT = 0.25
TEXT_WEIGHT_OWN = 0.8  # a text without utterances has to speak for itself
WORDS_WEIGHT_OWN = 0.2  # but its words are few
OWN_MARGIN = 0.05  # by which an own article's sentence must be nearer than the background to count as covered
BORROWING_SHARPNESS = 25.0  # 1 / 0.04: similarity of texts -> share of a borrowed section
EVIDENCE_SHARPNESS = 20.0  # utterance score -> share among sections
COVERED = -0.06  # standing out of the background from which a section counts as covering a message
LENGTH_PENALTY = 0.12  # the best of many parts stands out by chance: taken off per logarithm of their number
CONTEXT_WORDS = 24  # of a message up to this long, what came before it counts as well
CONTEXT_WEIGHT = 0.35
ARTICLE_WEIGHT = 0.3  # taken off an article by as much as it stands out less of what came before than the best one


@dataclass(frozen=True)
class _Scores:
    """What a text scores for each section: a value, the best passage, how far it stands out of the background."""

    sections: Vectors
    best_passage: list[int]
    standing: Vectors


class Searcher:
    """Searches one generation of the index. Stateless between calls and safe in several threads."""

    def __init__(self, generation: Generation, embedder: Embedder) -> None:
        self._embedder = embedder
        self._generation = generation
        self._sections = list(dict.fromkeys(passage.section.id for passage in generation.passages))
        position = {section: number for number, section in enumerate(self._sections)}
        articles = [section.partition("/")[0] for section in self._sections]
        names = list(dict.fromkeys(articles))
        self._article_of_section = np.array([names.index(name) for name in articles], dtype=np.int64)
        self._columns_of_article = [np.flatnonzero(self._article_of_section == number) for number in range(len(names))]
        self._section_of_passage = [position[passage.section.id] for passage in generation.passages]
        self._first_passage = [self._section_of_passage.index(number) for number in range(len(self._sections))]
        classes = [BACKGROUND, *self._sections]
        class_position = {name: number for number, name in enumerate(classes)}
        self._class_of_utterance = [class_position[utterance.section] for utterance in generation.utterances]
        known = generation.classifier.classes
        self._column_of_class = np.array(
            [class_position[name] for name in known if name in class_position], dtype=np.int64
        )
        self._known_columns = np.array([n for n, name in enumerate(known) if name in class_position], dtype=np.int64)
        said = {passage.section.id for passage in generation.passages if passage.section.dreamers_say}
        self._own = np.array([section not in said for section in self._sections])
        self._text_weights = np.where(self._own, TEXT_WEIGHT_OWN, TEXT_WEIGHT)
        self._word_weights = np.where(self._own, WORDS_WEIGHT_OWN, WORDS_WEIGHT)
        self._loans = self._borrow()
        self._words = self._word_index()
        self._beside = ThreadPoolExecutor(
            SIDE_BY_SIDE, thread_name_prefix="search"
        )  # Chroma is asked two things at once

    def search(self, message: str, *, before: Sequence[str] = (), count: int = 5, article: str = "") -> SearchResult:
        """The best sections for a message; see ``Library.search``."""
        message, *before = (_encodable(text) for text in (message, *before))
        scores = self._score(message)
        if scores is None or not self._sections:
            return SearchResult(message, False, 0.0)
        coverage_alone = float(scores.standing.max())
        if before and len(message.split()) <= CONTEXT_WORDS:
            scores = self._in_context(scores, message, " ".join(before[-2:]))
        values, standing = scores.sections, scores.standing
        coverage = float(standing.max())
        order = [
            n for n in np.argsort(-values, kind="stable") if not article or self._sections[n].startswith(f"{article}/")
        ]
        hits = tuple(
            Hit(
                rank,
                _to_unit(float(values[number])),
                self._generation.passages[scores.best_passage[number]],
                bool(standing[number] >= COVERED),
            )
            for rank, number in enumerate(order[:count], 1)
        )
        return SearchResult(message, coverage >= COVERED, round(coverage, 4), hits, round(coverage_alone, 4))

    def _in_context(self, alone: _Scores, message: str, before: str) -> _Scores:
        """The scores of a message that says little by itself, helped by what was said before it."""
        context, earlier = self._score(f"{before} {message}"), self._score(before)
        if context is None or earlier is None:
            return alone
        values = (1 - CONTEXT_WEIGHT) * alone.sections + CONTEXT_WEIGHT * context.sections
        of_article = np.array([earlier.standing[columns].max() for columns in self._columns_of_article])
        behind = np.clip(of_article.max() - of_article, 0, 1)[self._article_of_section]
        return replace(
            alone,
            sections=np.asarray(values - ARTICLE_WEIGHT * behind, dtype=np.float32),
            standing=np.maximum(alone.standing, context.standing),
        )

    def _score(self, text: str) -> _Scores | None:
        parts = parts_of(text)
        if not parts:
            return None
        vectors = self._embedder.encode(parts)
        if len(parts) > 1:
            vectors = np.vstack([vectors, _unit(vectors.mean(axis=0))])
            parts = [*parts, text]
        of_texts = self._beside.submit(self._text_similarity, vectors)
        likeness, nearest_one = self._utterance_likeness(vectors)
        utterances = likeness + self._learned_scores(parts, vectors)
        similarity, best_passage = of_texts.result()
        of_sections = utterances[:, 1:]  # of an own section: its nearest sentences
        lent = of_sections.copy()
        if self._own.any():
            similarity[:, self._own] = (similarity[:, self._own] + of_sections[:, self._own]) / 2
            lent[:, self._own] = np.maximum(self._lend(of_sections[:, ~self._own]), of_sections[:, self._own])
        words = self._word_scores(text)
        sections = (lent + self._text_weights * similarity).max(axis=0) + words
        # The classifier knows the background as a class and its score counts there too; own sections are set against
        # the likeness of meaning alone.
        standing = lent - utterances[:, :1]
        if self._own.any():
            of_own = nearest_one[:, 1:][:, self._own] - nearest_one[:, :1] - OWN_MARGIN
            standing[:, self._own] = np.maximum(standing[:, self._own], of_own)
        penalty = LENGTH_PENALTY * float(np.log(max(1, len(parts) - 1)))
        return _Scores(sections.astype(np.float32), best_passage, standing.max(axis=0) - penalty)

    def _text_similarity(self, vectors: Vectors) -> tuple[Vectors, list[int]]:
        """Cosine of each part with each section's nearest passage, and that passage over all parts."""
        similarity = np.zeros((len(vectors), len(self._sections)), dtype=np.float32)
        best = [-1.0] * len(self._sections)
        best_passage = list(self._first_passage)
        count = min(len(self._generation.passages), max(60, len(self._sections)))
        for row, found in enumerate(self._generation.nearest_passages(vectors, count)):
            nearest: dict[int, float] = {}
            for passage, cosine in found:
                section = self._section_of_passage[passage]
                nearest.setdefault(section, cosine)
                if cosine > best[section]:
                    best[section] = cosine
                    best_passage[section] = passage
            similarity[row, list(nearest)] = np.maximum(list(nearest.values()), 0)
        return similarity, best_passage

    def _utterance_likeness(self, vectors: Vectors) -> tuple[Vectors, Vectors]:
        """For each part how near the background (first column) and each section come: by their nearest few, and one."""
        scores = np.zeros((len(vectors), 1 + len(self._sections)), dtype=np.float32)
        nearest_one = np.zeros_like(scores)
        for row, found in enumerate(self._generation.nearest_utterances(vectors, NEIGHBOURS)):
            if not found:
                continue
            floor = found[-1][1]
            nearest: dict[int, list[float]] = {}
            for utterance, cosine in found:
                nearest.setdefault(self._class_of_utterance[utterance], []).append(cosine)
            scores[row] = nearest_one[row] = floor
            for number, cosines in nearest.items():
                best = (cosines + [floor] * NEAREST)[:NEAREST]
                scores[row, number] = sum(best) / NEAREST
                nearest_one[row, number] = cosines[0]
        return scores, nearest_one

    def _learned_scores(self, parts: Sequence[str], vectors: Vectors) -> Vectors:
        """For each part what the classifier adds to the background (first column) and to each section it knows."""
        scores = np.zeros((len(vectors), 1 + len(self._sections)), dtype=np.float32)
        learned = self._generation.classifier.scores(parts, vectors)
        scores[:, self._column_of_class] = CLASSIFIER_WEIGHT * learned[:, self._known_columns]
        return scores

    def _borrow(self) -> Vectors:
        """How much each section without utterances takes of each section that has them; rows sum to one.

        Alike are sections whose passages are, and whose nearest sentence is to the other's passage.
        """
        own = np.flatnonzero(self._own)
        lenders = np.flatnonzero(~self._own)
        if not len(own) or not len(lenders):
            return np.zeros((len(own), len(lenders)), dtype=np.float32)
        passages, sentences = self._generation.passage_vectors(), self._generation.utterance_vectors()
        sections = np.array(self._section_of_passage)
        centre = np.stack([_unit(passages[sections == number].mean(axis=0)) for number in range(len(self._own))])
        classes = np.array(self._class_of_utterance)
        by_sentence = np.stack(
            [(sentences[classes == 1 + number] @ centre[lenders].T).max(axis=0, initial=-1.0) for number in own]
        )
        alike = np.exp(BORROWING_SHARPNESS * (centre[own] @ centre[lenders].T + by_sentence) / 2)
        return np.asarray(alike / alike.sum(axis=1, keepdims=True), dtype=np.float32)

    def _lend(self, lenders: Vectors) -> Vectors:
        """The scores that sections without utterances get from those that have them."""
        if not lenders.size:
            return np.zeros((len(lenders), len(self._loans)), dtype=np.float32)
        top = lenders.max(axis=1, keepdims=True)
        shares = np.exp(EVIDENCE_SHARPNESS * (lenders - top))
        shares /= shares.sum(axis=1, keepdims=True)
        return np.asarray(top + np.log(shares @ self._loans.T + 1e-3) / EVIDENCE_SHARPNESS, dtype=np.float32)

    def _word_index(self) -> bm25s.BM25:
        texts: dict[str, list[str]] = {section: [] for section in self._sections}
        for passage in self._generation.passages:
            texts[passage.section.id] += [passage.section.title, passage.text]
        for utterance in self._generation.utterances:
            if utterance.section != BACKGROUND:
                texts[utterance.section].append(utterance.text)
        index = bm25s.BM25(k1=1.2, b=0.5)
        index.index([_content(" ".join(pieces)) for pieces in texts.values()], show_progress=False)
        return index

    def _word_scores(self, text: str) -> Vectors:
        """BM25 of the whole message, the best section as one, weighted."""
        tokens = [token for token in _content(text) if token in self._words.vocab_dict]
        if not tokens:
            return np.zeros(len(self._sections), dtype=np.float32)
        scores = self._words.get_scores(tokens)
        return np.asarray(self._word_weights * scores / max(float(scores.max()), 1e-9), dtype=np.float32)


def _encodable(text: str) -> str:
    """The text without lone surrogates, which JSON may bring and no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)


def _content(text: str) -> list[str]:
    return [stem for stem in stems(text) if stem not in _STOP] or ["-"]


_STOP = frozenset(
    stems(
        "a an and are as at be but by for if in into is it no not of on or such that the their then there these they "
        "this to was will with i me my we you he she his her had have were so just"
    )
)


def _to_unit(score: float) -> float:
    """A fused score (about -0.5 to 2.5) as a figure between 0 and 1, equal steps staying equal."""
    return min(1.0, max(0.0, (score + 0.5) / 3))
