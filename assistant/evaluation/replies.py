"""How well replies keep the contract and their citations hold, over real dreams and whole conversations of our own."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.companion import Companion
from assistant.contract import faults_of_reply
from assistant.evaluation.samples import labelled, outside_messages, real_cant_run_dreams, real_dreams
from assistant.grounding import sentences_of
from assistant.types import Done, Kind, Role, Safety, Turn
from assistant.understanding import asked_for_quiet, says_nothing
from assistant.words import content_stems

VISITOR = "evaluation"
DREAMS = 100
FOLLOWED_BY = (
    "It felt like I was back at school, small and watched.",
    "idk",
    "why does this happen?",
    "that doesn't fit",
    "thanks",
)


def talk(companion: Companion, messages: Sequence[str], conversation: int | None = None) -> list[Turn]:
    """A whole conversation, or how one goes on; the finished turns of these messages."""
    if conversation is None:
        conversation = companion.journal.start_conversation(VISITOR)
    return [
        event.turn
        for message in messages
        for event in companion.respond(VISITOR, conversation, message)
        if isinstance(event, Done)
    ]


def faults_of_turns(turns: Sequence[Turn]) -> list[list[str]]:
    """The contract's faults of each turn, given those before it."""
    faults = []
    for number, turn in enumerate(turns):
        earlier = turns[:number]
        told = [other.message for other in turns[: number + 1] if not says_nothing(other.message)]
        of_turn = faults_of_reply(
            turn.kind,
            turn.sentences,
            turn.question,
            message=turn.message,
            told=told if any(other.kind is not Kind.OUTSIDE for other in turns[: number + 1]) else [],
            asked=[other.question for other in earlier if other.question],
            hits=turn.hits,
            covered=turn.covered,
            begins=turn.kind in (Kind.DREAM, Kind.UNCOVERED),
            may_ask=not asked_for_quiet(earlier),
        )
        # In distress the question may be one of our written ones, which is asked as it stands.
        written = turn.safety is Safety.DISTRESS
        faults.append([fault for fault in of_turn if not (written and fault.startswith("a question is"))])
    return faults


def reflections(turn: Turn) -> int:
    """How many sentences give back a detail of the message; a frame that only says so holds none.

    What is given back after a plain word ("Then we let that go. So you are not worried ...") counts as well.
    """
    said = content_stems(turn.message)
    heard = [sentence.text for sentence in turn.sentences if sentence.role is Role.HEARD or sentence.frame]
    return sum(bool(content_stems(one) & said) for text in heard for one in sentences_of(text))


def measure_replies(companion: Companion) -> dict[str, Any]:
    """Contract, citations, repairs and first-unit times of the configured voice."""
    dreams = real_dreams()[:DREAMS] + real_cant_run_dreams()
    if not dreams:
        dreams = [row.message for row in labelled("retrieval")][::3] + outside_messages()[::3]
    single = [talk(companion, [dream]) for dream in dreams]
    long = [talk(companion, [dream, *FOLLOWED_BY]) for dream in dreams[:: max(1, len(dreams) // 20)]]
    turns = [turn for conversation in single + long for turn in conversation]
    faults = [fault for conversation in single + long for fault in faults_of_turns(conversation)]
    citations = [citation for turn in turns for citation in turn.citations]
    standing = [
        citation.quote in turn.hits[citation.marker - 1].passage.text for turn in turns for citation in turn.citations
    ]
    first = np.array([turn.first_unit_seconds for conversation in single for turn in conversation])
    units = sum(len(turn.sentences) + bool(turn.question) for turn in turns)
    return {
        "replies": len(turns),
        "replies that keep the contract": float(np.mean([not fault for fault in faults])),
        "faults": dict(Counter(fault for row in faults for fault in row).most_common(8)),
        "dreams found covered": float(np.mean([conversation[0].covered for conversation in single if conversation])),
        "citations": len(citations),
        "citations whose quote stands to the letter": float(np.mean(standing)) if standing else 1.0,
        "reflections to questions": sum(map(reflections, turns)) / max(1, sum(bool(turn.question) for turn in turns)),
        "units repaired": sum(turn.repairs for turn in turns) / max(1, units),
        "fallbacks": sum(turn.fallback for turn in turns),
        "first unit, s p50": float(np.quantile(first, 0.5)),
        "first unit, s p95": float(np.quantile(first, 0.95)),
    }


def in_own_folder(companion: Companion) -> Companion:
    """The same companion with a journal that is thrown away, so that measuring leaves no conversations behind."""
    folder = Path(tempfile.mkdtemp(prefix="dream-eval-"))
    return companion.with_journal_in(folder)
