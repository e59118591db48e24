"""What a model's replies take: how much is sent and received, in tokens, and what it costs at the owner's own price."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path

from assistant.journal.records import KeptConversation
from assistant.types import Plan, Question, Sentence
from assistant.voices.built_in import BuiltInVoice
from assistant.voices.form import as_lines
from assistant.voices.usage import Usage, tokens_in
from knowledge.files import write_whole

MILLION = 1_000_000
FILE = "prices.json"
SAMPLE = (
    "I was back in my old school and late for an exam. The corridors kept changing and I could not find the room. When I "
    "tried to run my legs would hardly move, as if I were wading through water. Everyone else had already begun, and the "
    "teacher looked at me and said nothing. I woke up with my heart pounding."
)


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in whatever currency the provider takes."""

    sent: float
    received: float

    def of(self, usage: Usage) -> float:
        """What so many tokens cost."""
        return (self.sent * usage.sent + self.received * usage.received) / MILLION


@dataclass(frozen=True, slots=True)
class Spent:
    """What a conversation has taken so far: the replies of one model that stand in it, and their tokens."""

    replies: int
    usage: Usage


def usual_reply(plan: Plan) -> int:
    """About how many tokens come back for a plan, by what the built-in voice says to it, in the form in which a model writes."""
    units = list(BuiltInVoice().speak(plan, threading.Event()))
    sentences = [unit for unit in units if isinstance(unit, Sentence)]
    question = next((unit.text for unit in units if isinstance(unit, Question)), "")
    return tokens_in(as_lines(sentences, question))


def spent_in(conversation: KeptConversation, model: str) -> Spent:
    """What that model's replies in a conversation have taken."""
    answers = [turn.answer for turn in conversation.turns if turn.answer and turn.answer.get("model") == model]
    used = [Usage(*answer["tokens"]) for answer in answers if any(answer.get("tokens", ()))]
    return Spent(len(used), sum(used, Usage()))


class Prices:
    """The prices that the owner has entered, by the choice that they are for. Raises StorageError where the disk refuses."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._lock = threading.Lock()

    def of(self, choice: str) -> Price | None:
        """The price of a choice, where one was entered."""
        found = self._read().get(choice)
        return Price(*found) if found else None

    def set(self, choice: str, price: Price | None) -> None:
        """Keep a price, or forget it."""
        with self._lock:
            prices = self._read()
            if price is None and choice not in prices:
                return
            if price is None:
                del prices[choice]
            else:
                prices[choice] = [price.sent, price.received]
            write_whole(self._path, json.dumps(prices, ensure_ascii=False))

    def _read(self) -> dict[str, list[float]]:
        try:
            read = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(choice): [float(sent), float(received)] for choice, (sent, received) in read.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
