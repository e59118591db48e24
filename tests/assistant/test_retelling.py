"""What the small model tells back is shown only where it is true to the person's words."""

import pytest

from assistant.hearing.grammar import Grammar
from assistant.retelling.faithful import Faithfulness, agreeing


@pytest.fixture(scope="module")
def grammar():
    return Grammar()


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("my ex landlord chased me through the flat", "Your ex landlord was chasing you through the flat."),
        ("i was back at school and my hands were paper", "You were back at school, and your hands were paper."),
        ("an old lady made me eat a whole pot of snow", "An old lady made you eat a whole pot of snow."),
    ],
)
def test_what_is_true_passes(grammar, message, told):
    assert Faithfulness(grammar, message).faults(told) == []


@pytest.mark.parametrize(
    ("message", "told", "fault"),
    [
        ("my ex landlord chased me through the flat", "You chased your ex landlord through the flat.", "who does it"),
        ("she hit me with her bag and i cried", "You hit her with her bag and cried.", "who does it"),
        ("my mum told me to wait at the gate", "You told your mum to wait at the gate.", "who does it"),
        ("his shoes were red and i laughed", "Your shoes were red and you laughed.", "whose"),
        ("I wasn't afraid of my dad this time", "You were afraid of your dad this time.", "denied or not"),
        ("my cat died on sunday and i still put out his bowl", "Your cat died on Saturday and you still put out his bowl.", "not their word"),
        ("i walked home in the rain", "I walked home in the rain.", "an I is left"),
        ("i walked home in the rain", "You walked home. It rained.", "not one sentence"),
    ],
)  # fmt: skip
def test_what_is_untrue_or_no_sentence_does_not(grammar, message, told, fault):
    assert any(one.startswith(fault) for one in Faithfulness(grammar, message).faults(told))


def test_most_must_agree():
    tries = ["You fell off the roof.", "You fell off the roof again.", "A dog sang."]
    assert agreeing(tries, 4) == ""
    assert agreeing(tries, 3) == "You fell off the roof."
