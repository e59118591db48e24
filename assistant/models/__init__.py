"""Everything that talks to a language model: behind an address, or as a file in our own process."""
