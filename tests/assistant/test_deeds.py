"""Who does what to whom is read from a message as people write it."""

import pytest

from assistant.hearing.deeds import deeds
from assistant.hearing.grammar import Grammar
from assistant.hearing.plain_text import blocks


@pytest.fixture(scope="module")
def grammar():
    return Grammar()


def read(grammar, message):
    found = deeds(grammar.parse([part.text for part in blocks(message)]))
    return [
        (one.who.lower if one.who else "", one.verb.lemma, one.whom.lower if one.whom else "", one.denied)
        for one in found
    ]


@pytest.mark.parametrize(
    ("message", "deed"),
    [
        ("my ex landlord chased me through the flat", ("landlord", "chase", "me", False)),
        ("i was bitten by my sisters dog", ("dog", "bite", "i", False)),
        ("nobody heard me", ("nobody", "hear", "me", True)),
        ("i couldnt reach him", ("i", "reach", "him", True)),
        ("I tried to call my mother", ("i", "call", "mother", False)),
        ("my brother let me drive the bus", ("me", "drive", "bus", False)),
        ("I ran home and locked the door", ("i", "lock", "door", False)),
        ("there was a man who followed my friend", ("man", "follow", "friend", False)),
        ("she never told me the name", ("she", "tell", "me", True)),
    ],
)
def test_who_does_what_to_whom(grammar, message, deed):
    assert deed in read(grammar, message)


def test_nothing_is_read_from_nothing(grammar):
    assert read(grammar, "") == [] and read(grammar, "a blue lamp") == []
