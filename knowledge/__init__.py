"""The library: the articles, and how they are read, cut into passages, embedded, indexed and searched."""
