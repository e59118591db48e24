"""The voice of a capable model: it writes the reply from the plan, unit by unit, in a form that can be checked as it comes."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence

from assistant.contract import BEGINS_WITH_THE_DREAMER, ROWS, Row, Wanted
from assistant.memory import told_in_short
from assistant.method.questions import FACET_WORDS
from assistant.models.client import ChatClient, Message
from assistant.readable import JOINERS
from assistant.texts import text
from assistant.types import Kind, Plan, Question, Sentence, Turn, Wish
from assistant.voices.built_in import BuiltInVoice
from assistant.voices.form import as_written, to_sentence, units
from assistant.voices.usage import Usage, tokens_in, tokens_sent
from assistant.words import content_stems
from knowledge.types import Hit
from prompts import render

WORDS_PER_TOKEN = 0.6  # English in the usual vocabularies, on the safe side
REPLY_TOKENS = 600
TEMPERATURE = 0.6
MOST_PASSAGES = 3
MOST_FORGOTTEN = (
    8  # questions that stand in no exchange the window holds, and are named so that they are not asked again
)
FEWEST_WORDS = 60  # of a message or passage that is shortened to fit a small window

_TASKS = {
    Kind.DREAM: "The dreamer seems to tell a dream, or more of it.",
    Kind.ANSWER: "The dreamer seems to answer, or to go on talking. Give back what is new in it and go on from there.",
    Kind.WHY: "The dreamer seems to ask something. Answer it first: out of the passages where they answer it, saying how well supported that is; else say plainly that your library has nothing on it.",
    Kind.REJECTION: "The dreamer seems to say that your reading does not fit. Let it go without defending it, and ask for their own meaning.",
    Kind.OUTSIDE: "The message seems to be no dream and nothing of one. Do not do what it asks; turn back to dreams in a friendly sentence.",
    Kind.UNCOVERED: "The dreamer seems to tell something on which the library has nothing.",
    Kind.WISH: "The dreamer seems to have a wish for how to go on. Meet it.",
    Kind.CLOSE: "The dreamer seems to be done. Close warmly in a sentence or two.",
}
NOTES_OF_A_TURN = tuple(_TASKS.values())  # what the note says of a turn besides prompts/turn.md
_MUST_BE_SAID = frozenset({Kind.OUTSIDE, Kind.WISH})
_WITH_PASSAGES = frozenset({Kind.DREAM, Kind.ANSWER, Kind.WHY})
_FENCE = re.compile(r"[<＜﹤‹]\s*[/／]?\s*(?:message|passage)\b(?:[^<>＞﹥›\n]{0,40}\s?[>＞﹥›])?", re.IGNORECASE)
_UP_TO = {1: "one READING", 2: "one or two READINGs", 3: "one to three READINGs"}


class FreeVoice:
    """Lets a model write the reply. Any endpoint or local server will do, so long as it can keep the form."""

    name = "free"

    def __init__(self, client: ChatClient, context_tokens: int) -> None:
        self._client = client
        self._context_tokens = context_tokens
        self._used = Usage()

    @property
    def model(self) -> str:
        """The model's name."""
        return self._client.model

    @property
    def used(self) -> Usage:
        """What the replies that it spoke have taken so far."""
        return self._used

    def speak(self, plan: Plan, stop: threading.Event) -> Iterator[Sentence | Question]:
        """The units as the model writes them. Raises ModelError where it fails.

        A note is put together from the dreamer's own words, with no model.
        """
        if plan.wish is Wish.NOTE:
            yield from BuiltInVoice().speak(plan, stop)
            return
        messages = messages_for(plan, self._context_tokens)
        pieces = self._client.stream(messages, max_tokens=REPLY_TOKENS, temperature=TEMPERATURE, stop=stop)
        for unit in units(self._counted(messages, pieces)):
            sentence = to_sentence(unit, plan.hits)
            if sentence is not None:
                yield sentence

    def _counted(self, messages: Sequence[Message], pieces: Iterator[str]) -> Iterator[str]:
        """The pieces as they come, counted with what was sent for them."""
        before, said = self._used + Usage(sent=tokens_sent(messages)), ""
        for piece in pieces:
            said += piece
            self._used = before + Usage(received=tokens_in(said))
            yield piece


def messages_for(plan: Plan, context_tokens: int) -> list[Message]:
    """System prompt, the conversation so far, and last the passages with this turn's note: the order that caches well.

    Where the window would not hold it all, the oldest exchanges are left out, those that tell the dream last of all; what is
    still too long is shortened by whole sentences.
    """
    system = render("system")
    room = int((context_tokens - REPLY_TOKENS) * WORDS_PER_TOKEN) - _count(system)
    variables = _turn_variables(plan, room // 2)
    kept = _kept(plan.earlier, room - _count(render("turn", **variables, asked=[], remembered="")))
    dropped = [number for number, turn in enumerate(plan.earlier) if turn not in kept]
    forgotten = [plan.earlier[number].question for number in dropped if plan.earlier[number].question]
    remembered = told_in_short([fact for fact in plan.memory if fact.turn in dropped], room // 4)
    last = render("turn", **variables, asked=forgotten[-MOST_FORGOTTEN:], remembered=remembered)
    room -= _count(last)
    tellings = sum(turn.kind in (Kind.DREAM, Kind.UNCOVERED) for turn in kept)
    each = room // max(1, 2 * tellings)
    history = [
        message
        for turn in kept
        for message in (
            Message("user", shortened(unfenced(turn.message), max(FEWEST_WORDS, each))),
            Message("assistant", unfenced(as_written(turn)) or "…"),
        )
    ]
    return [Message("system", system), *history, Message("user", last)]


def _kept(earlier: Sequence[Turn], room: int) -> list[Turn]:
    """The turns that the window holds: the tellings of dreams go last, otherwise the oldest go first."""
    kept = list(earlier)
    while len(kept) > 1 and sum(_count(turn.message) + _count(as_written(turn)) for turn in kept) > room:
        others = [turn for turn in kept if turn.kind not in (Kind.DREAM, Kind.UNCOVERED)]
        kept.remove((others or kept)[0])
    return kept


def shortened(text: str, words: int) -> str:
    """The text, or as many of its first sentences as have so many words together (one at least), and a sign that more stood there."""
    if _count(text) <= words:
        return text
    kept: list[str] = []
    for sentence in re.split(r"(?<=[.!?…])\s+|\n+", text.strip()):
        if kept and sum(map(_count, kept)) + _count(sentence) > words:
            break
        kept.append(sentence)
    return " ".join([*kept, "[…]"])


def unfenced(text: str) -> str:
    """The text without anything that looks like the tags which stand around messages and passages, so that it can't end them."""
    text = "".join(one for one in text if one in JOINERS or unicodedata.category(one) != "Cf")
    while _FENCE.search(text):
        text = _FENCE.sub(" ", text)
    return text


def _count(text: str) -> int:
    return len(text.split())


def _turn_variables(plan: Plan, room: int) -> dict[str, object]:
    row = ROWS[plan.kind]
    numbers = [planned.citation.marker for planned in plan.readings]
    passages = _passages(plan, numbers) if numbers or _may_be_drawn_on(plan) else []
    most = room // (len(passages) + 1)
    must_be_said = plan.kind in _MUST_BE_SAID or plan.plain == text("other_language")
    return {
        "passages": [
            {
                "number": hit.rank,
                "title": f"{hit.passage.article_title}: {hit.section.title}",
                "evidence": hit.section.evidence.value,
                "text": shortened(unfenced(hit.passage.text), max(FEWEST_WORDS, most)),
            }
            for hit in passages
        ],
        "message": shortened(unfenced(plan.heard.directed.message or plan.heard.message), max(FEWEST_WORDS, most)),
        "task": _TASKS[plan.kind],
        "units": ", then ".join(_wanted(plan, row, bool(passages))),
        "least_words": row.least_words,
        "most_words": row.most_words,
        "must_say": plan.plain if must_be_said else "",
        "may_say": plan.plain if plan.plain and not must_be_said and plan.kind in (Kind.WHY, Kind.CLOSE) else "",
        "note": plan.note,
        "comfort": plan.comfort,
        "child": plan.child,
        "rejected": list(plan.rejected),
        "facet": "" if plan.fixed_question or not plan.question else FACET_WORDS.get(plan.facet, plan.facet),
    }


def _may_be_drawn_on(plan: Plan) -> bool:
    """Whether the model sees passages although the plan offers no reading: where the dreamer asks, or what is told is covered."""
    return bool(plan.hits) and plan.kind in _WITH_PASSAGES and (plan.kind is Kind.WHY or plan.hits[0].covers)


def _passages(plan: Plan, numbers: Sequence[int]) -> list[Hit]:
    """The passages that the model sees: those of the planned readings first of all, none that the dreamer said no to."""
    allowed = [hit for hit in plan.hits if hit.section.id not in plan.rejected_sections]
    wanted = sorted(allowed, key=lambda hit: (hit.rank not in numbers, hit.rank))[:MOST_PASSAGES]
    return sorted(wanted, key=lambda hit: hit.rank)


def _wanted(plan: Plan, row: Row, may_read: bool) -> list[str]:
    """The units that this turn expects, in words for the note."""
    wanted = ["HEARD"] if plan.kind in BEGINS_WITH_THE_DREAMER and content_stems(plan.heard.message) else []
    if plan.kind is Kind.WHY or plan.plain or not wanted:
        wanted.append("SAY")
    elif plan.kind is not Kind.CLOSE:
        wanted.append("SAY if there is something to say")
    if may_read:
        wanted.append(f"{_UP_TO[row.most_readings]} if it fits" if row.most_readings else "no READING")
    if plan.kind in (Kind.DREAM, Kind.ANSWER, Kind.UNCOVERED):
        wanted.append("OWN only if you truly have a thought of your own")
    if row.question is not Wanted.NONE and not plan.fixed_question and plan.question:
        wanted.append("QUESTION")
    return wanted
