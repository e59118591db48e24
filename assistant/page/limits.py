"""How much the page takes, of words and of people."""

MOST_CHARACTERS = 20_000  # of one message; look.js holds the same figure
MOST_BYTES = 200_000  # of a request's body
REPLIES_AT_ONCE = 8  # that are written
MOST_WAITING = 64  # that wait for their turn
MOST_TABS = 20_000  # of browsers that are remembered
