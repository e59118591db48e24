"""What a person keeps: dreams, what was said about them, and what recurs, in one database."""

from assistant.journal.records import KeptConversation, KeptTurn, answer_to_json, hit_to_json, turn_from_record
from assistant.journal.store import JOURNAL, Journal

__all__ = ["JOURNAL", "Journal", "KeptConversation", "KeptTurn", "answer_to_json", "hit_to_json", "turn_from_record"]
