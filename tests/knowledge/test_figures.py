"""The search on the real library: the figures that it must keep, and the inputs that must not trouble it."""

import pytest

from assistant.evaluation.retrieval import auroc, hit_at, ranks
from assistant.evaluation.samples import labelled, outside_messages, real_dreams_outside
from tests.warm_companion import warm_companion


@pytest.fixture(scope="module")
def library(library_dir):
    return warm_companion(library_dir).library


def test_the_right_section_comes_first_and_among_three(library):
    found = ranks(library, labelled("retrieval"))
    assert hit_at(found, 1) >= 0.87
    assert hit_at(found, 3) >= 0.97


def test_a_followup_is_helped_by_the_conversation(library):
    rows = labelled("followups")
    with_conversation = hit_at(ranks(library, rows), 3)
    alone = hit_at(ranks(library, rows, before=False), 3)
    assert with_conversation >= 0.85
    assert with_conversation > alone


def test_what_the_library_has_nothing_on_is_told_apart(library):
    real = real_dreams_outside()
    inside = [library.search(row.message).coverage for row in labelled("retrieval")]
    outside = [library.search(message).coverage for message in outside_messages() + real]
    assert auroc(inside, outside) >= 0.93


@pytest.mark.parametrize("blank", ["", "  \n\t ", "\u200b", "🙂", "؟", "\x00\x07"])
def test_a_message_without_words_troubles_nothing(library, blank):
    found = library.search(blank)
    assert not found.covered or found.hits


def test_the_middle_of_a_very_long_message_is_searched_too(library):
    filler = "We had lunch with my cousins and talked about the new curtains for the kitchen. " * 110
    message = filler + "Then my feet were glued to the floor and I could not lift them. " * 3 + filler
    found = library.search(message[:20_000], count=3)
    assert "cant-run/feet-stuck" in [hit.section.id for hit in found.hits]


def test_the_same_message_finds_the_same(library):
    first, second = (library.search("a dog was after me in the woods") for _ in range(2))
    assert first == second
