"""Has the small model tell a few sentences back in one: several tries, of which most must pass the check and agree."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assistant.errors import ModelError
from assistant.hearing.grammar import Grammar
from assistant.models.client import Message, Times
from assistant.models.local_server import LocalServer
from assistant.retelling.faithful import Faithfulness, agreeing
from prompts import render

CANDIDATES = 6
FEWEST_AGREEING = 4
TEMPERATURE = 0.5
MOST_TOKENS = 60
SIDE_BY_SIDE = 4
CONTEXT_TOKENS = 512


class Retelling:
    """The small model with its adapter; loads both at the first use. Safe in several threads."""

    def __init__(self, model: Path, adapter: Path | None, grammar: Grammar) -> None:
        self._server = LocalServer(
            model, context_tokens=CONTEXT_TOKENS, parallel=SIDE_BY_SIDE, times=Times(reply=20), adapter=adapter
        )
        self._grammar = grammar
        self._tries = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="retelling")

    def tell(self, message: str) -> str:
        """One sentence that tells it back, or "" where too few tries were faithful."""
        check = Faithfulness(self._grammar, message)
        passed = [one for one in self.candidates(message) if not check.faults(one)]
        return agreeing(passed, FEWEST_AGREEING)

    def candidates(self, message: str, count: int = CANDIDATES) -> list[str]:
        """So many tries, the first without chance; those that failed are left out."""
        client = self._server.client()
        messages = (Message("system", render("retell")), Message("user", message))

        def one(number: int) -> str:
            temperature = TEMPERATURE if number else 0.0
            try:
                return "".join(client.stream(messages, max_tokens=MOST_TOKENS, temperature=temperature)).strip()
            except ModelError:
                return ""

        return [said for said in self._tries.map(one, range(count)) if said]

    def close(self) -> None:
        """Free the model's memory."""
        self._tries.shutdown()
        self._server.close()
