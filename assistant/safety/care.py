"""The written reply while a risk of the waking person is open: no interpretation, no model, and one step further each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.safety.assessment import DENIED, Assessment
from assistant.safety.child import is_child
from assistant.safety.screening import assess
from assistant.safety.topics import is_of_a_night
from assistant.safety.wording import WORDS, WrittenReply, new_of, slots, unsaid
from assistant.types import Safety


def care_reply(
    messages: Sequence[str], said: Sequence[str] = (), country: str = "", hints: Sequence[float] = ()
) -> WrittenReply | None:
    """The reply to the last of the messages, while a risk is open; None where an ordinary reply may be given.

    ``said`` are the replies of the conversation so far: nothing of them is said again while there is something else.
    ``hints`` is as in ``screen``; ``country`` is a two-letter code or a name; where our table has no line for it,
    findahelpline.com stands alone. The first reply to a crisis has 60 to 110 words with its question; later ones are short, and
    take up what the message speaks of: somebody who is there, a line that is refused, a goodbye.
    """
    assessment = assess(messages, hints)
    if not assessment.cares:
        return None
    child = is_child(messages)
    helper = assessment.helper.replace("my ", "your ", 1)
    places = slots(country, child=child, outside=assessment.kind == "danger")
    places |= {"helper": helper, "Helper": helper[:1].upper() + helper[1:]}

    def new(wordings: Sequence[str]) -> list[str]:
        return new_of(wordings, places, said)

    parts = [{name: _listed(part.get(name, [])) for name in ("text", "question")} for part in _parts(assessment)]
    later = parts[1:] or parts
    part = next((part for part in parts if new(part["text"])), later[len(said) % len(later)])
    text = unsaid(part["text"], places, said)
    questions = (
        part["question"]
        if new(part["question"]) or part["question"] == [""]
        else later[len(said) % len(later)]["question"]
    )
    if assessment.new and is_of_a_night(messages[-1]):
        text = f"{text} {unsaid(WORDS['dream_waits'], places, said)}"
    if child and assessment.level is not Safety.CRISIS and new(WORDS["to_a_child"]) == WORDS["to_a_child"]:
        text = f"{text} {WORDS['to_a_child'][0]}"
    return WrittenReply(text, unsaid(questions, places, said))


def _parts(assessment: Assessment) -> Iterator[Mapping[str, Any]]:
    """What may be said, in this order: the first words, what takes up the message, and what can be said at any time."""
    crisis = assessment.level is Safety.CRISIS
    if assessment.kind == DENIED:
        yield WORDS["denied"]
        return
    if assessment.denied:
        yield {
            **WORDS["denied_in_a_crisis"],
            **({"question": WORDS["takes_up"]["helper"]["question"]} if assessment.helper else {}),
        }
    if assessment.new:
        yield _of_kind("first" if crisis else "notes", assessment.kind)
    if assessment.topic:
        yield WORDS["takes_up"][assessment.topic]
    yield from _of_kind("later" if crisis and assessment.new else "going_on", assessment.kind)


def _of_kind(part: str, kind: str) -> Any:
    """The words of a part for a kind; some kinds share those of another."""
    return WORDS[part].get(kind) or WORDS[part][WORDS["shares"][part].get(kind, WORDS["shares"][part]["else"])]


def _listed(wordings: str | list[str]) -> list[str]:
    return [wordings] if isinstance(wordings, str) else wordings
