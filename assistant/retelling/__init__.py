"""Retelling: what a person wrote told back in one sentence by the small model with an adapter, and checked against their words."""
