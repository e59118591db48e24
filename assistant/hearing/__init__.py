"""Hears a message by grammar: its clauses turned to the second person, its persons, images and feelings."""

from assistant.hearing.ear import Ear

__all__ = ["Ear"]
