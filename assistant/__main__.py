"""`python -m assistant` is `dream`."""

from assistant.cli import main

main()
