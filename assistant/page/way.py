"""Where a talk is in the method, as the page shows it, and what may be said there by a button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.page.shown import ShownTurn, State
from assistant.types import Kind, Stage, Wish

STAGES = tuple(stage.value for stage in Stage)
SAID_BY_BUTTONS = ("skip", "go_on", "note", "ending", "ending_over", "stop")  # their words lie in texts.yaml

_TELL_A_DREAM = (Kind.DREAM, Kind.UNCOVERED, Kind.ANSWER)


@dataclass(frozen=True, slots=True)
class Way:
    """The ``stage`` that the talk is in, and the names of what the buttons may ``say`` now. ``anew``: another ending is being told."""

    stage: str
    say: tuple[str, ...]
    anew: bool


def way_of(turns: Sequence[ShownTurn]) -> Way | None:
    """None where nothing of a dream was told yet, and in a crisis."""
    answered = [turn for turn in turns if turn.kind]
    if not answered or answered[-1].kind == Kind.CRISIS or not any(turn.kind in _TELL_A_DREAM for turn in answered):
        return None
    last = answered[-1]
    anew = _told_anew(answered)
    is_open = turns[-1] is last and last.state in (State.DONE, State.STOPPED) and last.stage != Stage.CLOSE
    return Way(last.stage, tuple(_may_say(last, anew)) if is_open else (), anew is not None)


def _may_say(last: ShownTurn, anew: list[ShownTurn] | None) -> list[str]:
    if anew is not None:
        return [*(["ending_over"] if anew else []), "stop"]
    skips = ["skip"] if last.question else []
    return [*skips, *(["ending", "note"] if last.stage == Stage.ACTION else ["go_on"])]


def _told_anew(turns: Sequence[ShownTurn]) -> list[ShownTurn] | None:
    """The turns that told of another ending so far; None where nobody is at it now."""
    wished = [number for number, turn in enumerate(turns) if turn.wish == Wish.NEW_ENDING]
    since = turns[wished[-1] :] if wished else ()
    over = any(turn.ends_the_telling or turn.kind == Kind.CRISIS for turn in since)
    return None if over or not since else [turn for turn in since if turn.kind == Kind.ANSWER]
