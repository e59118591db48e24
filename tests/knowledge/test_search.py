"""The search on the real library: the figures it must keep, long and odd messages, follow-ups, and the same answer twice."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.evaluation.retrieval import auroc, hit_at, ranks
from assistant.evaluation.samples import labelled, outside_messages, real_dreams_outside
from knowledge.embedding import SentenceTransformerEmbedder
from knowledge.index import IndexFolder
from knowledge.library import Library
from knowledge.search import COVERED, Searcher
from knowledge.types import Article, SearchResult, Section
from tests.knowledge.small_library import BACKGROUND, Letters, article, some_articles

FILLER = "We had lunch with my cousins and talked about the new curtains for the kitchen and the price of tiles. "
SCENE = "Then somebody was after me and my feet were glued to the floor, I could not lift them one inch. "
LONGEST = 20_000  # characters, as long as the page takes them


@pytest.fixture(scope="module")
def library(library_dir: Path, embedder: SentenceTransformerEmbedder) -> Library:
    return Library(library_dir, embedder)


def sections(result: SearchResult) -> list[str]:
    return [hit.section.id for hit in result.hits]


@pytest.fixture(scope="module")
def inside(library: Library) -> list[SearchResult]:
    """What is found for the labelled messages, in their order."""
    return [library.search(row.message) for row in labelled("retrieval")]


def test_the_right_section_comes_first_and_among_three(inside: list[SearchResult]) -> None:
    pairs = [(row.sections, sections(result)) for row, result in zip(labelled("retrieval"), inside, strict=True)]
    assert sum(found[0] in right for right, found in pairs) / len(pairs) >= 0.86
    assert sum(not right.isdisjoint(found[:3]) for right, found in pairs) / len(pairs) >= 0.97


def test_what_the_library_has_nothing_on_is_told_apart(library: Library, inside: list[SearchResult]) -> None:
    outside = [library.search(message) for message in outside_messages()]
    assert auroc([one.coverage for one in inside], [one.coverage for one in outside]) >= 0.93
    assert sum(one.covered for one in inside) / len(inside) >= 0.9
    assert sum(one.covered for one in outside) / len(outside) <= 0.1


def test_real_dreams_of_other_things_are_told_apart(
    library: Library, inside: list[SearchResult], test_data: Path
) -> None:
    real = [library.search(dream).coverage for dream in real_dreams_outside()]
    assert len(real) > 100
    assert auroc([one.coverage for one in inside], real) >= 0.93


def test_what_was_said_before_helps_a_follow_up(library: Library) -> None:
    rows = labelled("followups")
    with_before = ranks(library, rows)
    assert hit_at(with_before, 3) >= 0.9
    assert hit_at(with_before, 1) >= hit_at(ranks(library, rows, before=False), 1) + 0.1
    row = rows[1]
    assert row.message == "am i the only one"
    assert sections(library.search(row.message, before=row.before, count=1))[0] in row.sections


def test_what_was_said_before_does_not_drown_a_message_that_speaks_for_itself(library: Library) -> None:
    message = (
        "Another one, quite different: all my front teeth came loose while I was talking, they crumbled like chalk and I "
        "kept spitting the pieces into my hand in front of everybody."
    )
    before = ["I was falling from a roof and never reached the ground."] * 3
    assert library.search(message, before=before) == library.search(message)


def test_no_labelled_message_is_nearly_a_sentence_that_the_library_learned_from(
    library: Library, embedder: SentenceTransformerEmbedder
) -> None:
    learned = [one.text for one in library.warm_up().utterances]
    measured = [row.message for name in ("retrieval", "source_article") for row in labelled(name)] + outside_messages()
    likeness = embedder.encode(measured) @ library.warm_up().utterance_vectors().T
    assert len(learned) == likeness.shape[1]
    near = [(measured[row], learned[column]) for row, column in zip(*np.where(likeness > 0.9), strict=True)]
    assert near == []


def test_hits_are_ranked_whole_and_of_different_sections(library: Library) -> None:
    result = library.search("my legs would not move and something came closer", count=7)
    assert [hit.rank for hit in result.hits] == [1, 2, 3, 4, 5, 6, 7]
    assert len(set(sections(result))) == 7
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True) and scores[-1] >= 0 and scores[0] <= 1
    assert result.covered and result.coverage >= COVERED
    assert all(hit.passage.text in hit.section.text and hit.section.dreamers_say for hit in result.hits)
    assert library.search("my legs would not move", count=0).hits == ()


def test_one_article_alone(library: Library) -> None:
    result = library.search("my feet were glued to the road", article="teeth", count=50)
    assert {hit.section.article for hit in result.hits} == {"teeth"}
    assert sorted(sections(result)) == sorted(section.id for section in library.articles()["teeth"].sections)
    assert library.search("my feet were glued to the road", article="tee").hits == ()


@pytest.mark.parametrize("blank", ["", " ", "\n\t\r\n ", "\u2003\u3000"])
def test_a_blank_message_finds_nothing(library: Library, blank: str) -> None:
    assert library.search(blank) == SearchResult(blank, False, 0.0)
    assert library.search(blank, before=["my teeth fell out"]).hits == ()


ODD = [
    "🙂",
    "😱🏃‍♀️💨 legs = 🧱",
    "كنت أركض ولم تتحرك ساقاي",
    "\u202emy legs would not move\u202c",
    "my legs\u200b would\u00ad not move",
    "\x00\x01\x07\x1b[31m",
    "my legs \x00 would not move\x7f",
    "\ufffe\uffff",
    "\ud800 a lone surrogate \udfff",
    "!!!???...",
    "a",
    "x" * 5000,
    "' OR 1=1; --",
    "$where {} [] %s %n \\",
    "Ich konnte nicht laufen, meine Beine waren wie Blei",
    "夢の中で走れない",
]


@pytest.mark.parametrize("message", ODD)
def test_an_odd_message_is_searched_like_any_other(library: Library, message: str) -> None:
    result = library.search(message, before=[message])
    assert len(result.hits) == 5
    assert all(0 <= hit.score <= 1 for hit in result.hits)
    assert -3 < result.coverage < 3


def test_marks_that_are_not_seen_change_little(library: Library) -> None:
    assert sections(library.search("\u202emy feet were glued to the floor\u202c \x00"))[0] == "cant-run/feet-stuck"


def test_naughty_strings(library: Library, test_data: Path) -> None:
    strings = [line for line in (test_data / "naughty.txt").read_text("utf-8").splitlines() if line.strip()]
    for string in strings[::12]:
        assert len(library.search(string).hits) in (0, 5)


def test_the_middle_of_a_very_long_message_is_found_in_time(library: Library) -> None:
    half = FILLER * ((LONGEST - len(SCENE)) // 2 // len(FILLER))
    message = half + SCENE + half
    assert LONGEST - 500 < len(message) <= LONGEST
    began = time.process_time()
    result = library.search(message, count=3)
    assert time.process_time() - began < 6, "two cores have 3 seconds"
    assert "cant-run/feet-stuck" in sections(result)
    assert library.search((half + SCENE * 3 + half)[:LONGEST]).covered
    assert not library.search((half * 2)[:LONGEST]).covered


@pytest.mark.parametrize("message", ["a dog was after me", SCENE + FILLER * 8, "idk"])
def test_the_same_message_finds_the_same(library: Library, message: str) -> None:
    first = library.search(message, before=["it was dark", "my teeth"])
    assert library.search(message, before=["it was dark", "my teeth"]) == first


def test_another_opening_of_the_index_finds_the_same(
    library: Library, library_dir: Path, embedder: SentenceTransformerEmbedder
) -> None:
    messages = [row.message for row in random.Random(7).sample(labelled("retrieval"), 12)]
    other = Library(library_dir, embedder)
    assert [other.search(message) for message in messages] == [library.search(message) for message in messages]


def searcher(folder: Path, articles: dict[str, Article], background: Sequence[str] = BACKGROUND) -> Searcher:
    return Searcher(IndexFolder(folder, Letters(), background).build(articles), Letters())


def test_a_section_is_found_by_what_dreamers_say_and_by_its_text(tmp_path: Path) -> None:
    small = searcher(tmp_path, some_articles())
    for message, section in (("hum hum", "bees/hum"), ("cliff, cliff", "falls/cliff"), ("the LIFT lift", "falls/lift")):
        result = small.search(message)
        assert sections(result)[0] == section and result.covered
        assert len(result.hits) == 3
    assert not small.search("jolly zigzag quizzes").covered


def test_a_section_without_utterances_is_found_by_its_text(tmp_path: Path) -> None:
    own = Article(
        "mine", "Mine", (Section("mine/wax", "Wax", "Wax dripped over every box of wax we kept in the attic."),)
    )
    small = searcher(tmp_path, {**some_articles(), "mine": own})
    assert sections(small.search("wax dripped over a box of wax"))[0] == "mine/wax"
    assert small.search("wax dripped over a box of wax").covered
    assert sections(small.search("hum hum"))[0] == "bees/hum"
    assert sections(small.search("hum hum", article="mine")) == ["mine/wax"]


def test_a_text_that_is_one_short_word_and_sections_that_say_the_same_trouble_nothing(tmp_path: Path) -> None:
    odd = Article(
        "odd", "Odd", tuple(Section(f"odd/{n}", "Same", text) for n, text in enumerate(["Wax.", "Wax.", "wax"]))
    )
    small = searcher(tmp_path, {**some_articles(), "odd": odd, "bees": article("bees", "hum", "wax")})
    assert set(sections(small.search("wax", count=10))) == {
        "odd/0", "odd/1", "odd/2", "bees/hum", "bees/wax", "falls/cliff", "falls/lift",
    }  # fmt: skip
