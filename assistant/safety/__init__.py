"""The safety screen, and what is said when it finds something: rules, learned hints and texts of our own, no language model and no network."""

from assistant.safety.care import care_reply
from assistant.safety.child import is_child
from assistant.safety.hints import Hints
from assistant.safety.notes import distress_note, other_language_note
from assistant.safety.screening import has_denied, screen
from assistant.safety.topics import is_of_a_night
from assistant.safety.wording import WrittenReply, countries, country_code, help_in

__all__ = [
    "Hints",
    "WrittenReply",
    "care_reply",
    "countries",
    "country_code",
    "distress_note",
    "has_denied",
    "help_in",
    "is_child",
    "is_of_a_night",
    "other_language_note",
    "screen",
]
