"""The conversation: understands a message, chooses a step, has the reply written, checks it."""

__version__ = "0.2.0"
