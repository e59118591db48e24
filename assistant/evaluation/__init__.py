"""Measures the companion: retrieval, citations, the reply contract, safety and speed, printed as one table by `dream eval`."""
