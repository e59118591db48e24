"""The voices: each turns the plan of a turn into words. The built-in one composes, the free one lets a model write."""
