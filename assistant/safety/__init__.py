"""The safety screen, and what is said when it finds something: rules and texts of our own, no model and no network."""

from assistant.safety.care import CrisisReply, crisis_reply, distress_note
from assistant.safety.screening import screen

__all__ = ["CrisisReply", "crisis_reply", "distress_note", "screen"]
