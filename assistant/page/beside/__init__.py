"""The pages beside the conversation: the journal, what recurs, the library, and what is one's own. Plain HTML, each at its own address."""
