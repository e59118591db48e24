"""Whether a passage supports a sentence: signals read off the two texts, weighed by small trees that were learned from pairs."""
