"""The safety screen, and what is said when it finds something: rules, learned hints and texts of our own, no language model and no network."""

from assistant.safety.care import CrisisReply, crisis_reply, distress_note
from assistant.safety.hints import Hints
from assistant.safety.screening import screen

__all__ = ["CrisisReply", "Hints", "crisis_reply", "distress_note", "screen"]
