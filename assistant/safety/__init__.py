"""The safety screen, and what is said when it finds something: rules, learned hints and texts of our own, no language model and no network."""

from assistant.safety.care import (
    CrisisReply,
    countries,
    country_code,
    crisis_reply,
    distress_note,
    help_in,
    is_child,
    other_language_note,
)
from assistant.safety.hints import Hints
from assistant.safety.screening import screen

__all__ = [
    "CrisisReply",
    "Hints",
    "countries",
    "country_code",
    "crisis_reply",
    "distress_note",
    "help_in",
    "is_child",
    "other_language_note",
    "screen",
]
