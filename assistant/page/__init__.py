"""The chat in the browser: the page, what it shows, and the door in front of it."""
