"""A message in parts: every word is in one of them, in order, and none is too long or empty."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.parts import MOST_PARTS, SINGLE_PART_WORDS, WORDS_IN_PART, parts_of, sentences_of

SENTENCE = "I ran and ran but the street would not go by under my feet. "


@pytest.mark.parametrize("blank", ["", " ", "\n\n\t", "\u2003"])
def test_a_blank_message_has_none(blank: str) -> None:
    assert parts_of(blank) == []


def test_a_short_message_is_searched_as_it_is() -> None:
    assert parts_of("  I fell.\nThen I   woke. ") == ["I fell. Then I woke."]
    longest = " ".join(["word."] * SINGLE_PART_WORDS)
    assert parts_of(longest) == [longest]
    assert len(parts_of(longest + " more")) > 1


def test_a_long_message_is_cut_between_sentences() -> None:
    parts = parts_of(SENTENCE * 20)
    assert len(parts) > 5
    assert all(part.endswith("feet.") and len(part.split()) <= WORDS_IN_PART for part in parts)


def test_a_message_without_sentences_is_cut_evenly() -> None:
    sizes = [len(part.split()) for part in parts_of("word " * 200)]
    assert sum(sizes) == 200 and max(sizes) <= WORDS_IN_PART and min(sizes) >= WORDS_IN_PART // 2


def test_a_very_long_message_has_longer_parts_rather_than_more() -> None:
    parts = parts_of(SENTENCE * 2000)
    assert len(parts) <= 2 * MOST_PARTS
    assert " ".join(parts).split() == (SENTENCE * 2000).split()


def test_ends_of_sentences_in_quotes_and_on_lines_are_seen() -> None:
    told = " ".join(["filler"] * 40) + '. She said "run!" ' + " ".join(["more"] * 40) + "\nNew line " + "x " * 40
    assert any(part.startswith("more") for part in parts_of(told))
    assert any(part.startswith("New line") for part in parts_of(told))


@given(st.text(alphabet=st.sampled_from("ab .!?…\n\"'夢😩"), max_size=1500))
def test_no_word_is_lost_added_or_moved(message: str) -> None:
    parts = parts_of(message)
    assert all(part.strip() for part in parts)
    joined, said = "".join(parts), message
    for mark in "\"'”’) \n":  # a closing quote may go with the end of its sentence
        joined, said = joined.replace(mark, ""), said.replace(mark, "")
    assert joined == "".join(said.split())


def test_sentences_of_a_text_leave_out_the_very_short_ones() -> None:
    text = "The legs will not go at all. Why? Nobody has tested that directly yet!\n\nA new paragraph says some more."
    assert sentences_of(text) == [
        "The legs will not go at all.",
        "Nobody has tested that directly yet!",
        "A new paragraph says some more.",
    ]
    assert sentences_of("Too short.") == []
