"""The safety screen, and what is said when it finds something: rules and texts of our own, no model."""
from assistant.safety.screening import screen
__all__ = ["screen"]
