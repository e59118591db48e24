"""The journal as files: exported to Markdown to read or JSON to keep, and brought in again from these or from plain text with dates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from assistant.journal.dated_text import NOON, dated_pieces
from assistant.journal.records import KeptConversation, KeptCorrection, KeptTurn, OwnWords, turn_from_record
from knowledge.errors import UsageError

VERSION = 2
NOTHING = "Nothing was imported."
EARLIEST = date(1900, 1, 2)  # night of a dream
LONGEST_TITLE = 80  # characters; what stands behind a date and is longer belongs to the dream

_HEADING = "# Dreams"
_DREAM = re.compile(r"^## (\d\d \w+ \d{4}, \d\d:\d\d)(?: · (.*))?$", re.M)
_NIGHT = re.compile(r"^- Night: (\d{4}-\d\d-\d\d)$", re.M)
_OWN_NAMES = {
    "day_before": "The day before",
    "felt_on_waking": "On waking",
    "felt_after": "After talking",
    "note": "Note",
}


class _Read(BaseModel):
    """Read as strictly as it was written: what is of another kind would break the pages that show it."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)


class _Citation(_Read):
    marker: Annotated[int, Field(ge=1, le=99)]
    section: str
    quote: str


class _Hit(_Read):
    section: str
    title: str
    text: str
    article: str
    evidence: str


class _Sentence(_Read):
    text: str
    role: str
    frame: str
    marker: int
    cites: int | None
    repaired: bool


class _Answer(_Read):
    kind: str
    reply: str
    question: str
    citations: list[_Citation]
    hits: list[_Hit]
    sentences: list[_Sentence] = Field(default_factory=list)
    covered: bool
    seconds: float
    stopped: bool = False


def _whole(answer: dict[str, Any] | None) -> dict[str, Any] | None:
    """An answer that the rest of the program can show and go on from. Raises ValueError."""
    if answer is None:
        return None
    _Answer.model_validate(answer)
    try:
        turn_from_record(KeptTurn(0, datetime.now(UTC), "", answer))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"a reply is not whole ({error!r})") from error
    return answer


class _Turn(BaseModel):
    created: AwareDatetime
    message: str
    answer: Annotated[dict[str, Any] | None, AfterValidator(_whole)] = None
    fits: dict[Annotated[int, Field(ge=1, le=99)], bool] = Field(default_factory=dict)


class _Correction(BaseModel):
    kind: Annotated[str, Field(max_length=20)]
    said: Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
    instead: Annotated[str, Field(max_length=300)]


class _Own(BaseModel):
    title: str = ""
    day_before: str = ""
    felt_on_waking: str = ""
    felt_after: str = ""
    note: str = ""


class _Conversation(BaseModel):
    created: AwareDatetime
    night: date | None = None
    own: _Own = Field(default_factory=_Own)
    corrections: Annotated[list[_Correction], Field(max_length=200)] = Field(default_factory=list)
    turns: list[_Turn]


class _File(BaseModel):
    version: Literal[1, 2]
    conversations: list[_Conversation]


def to_json(conversations: Iterable[KeptConversation]) -> str:
    """Everything of these conversations, in a form that ``from_text`` reads."""
    rows = [
        {
            "created": kept.created.isoformat(),
            "night": kept.night and kept.night.isoformat(),
            "own": asdict(kept.own),
            "corrections": [one._asdict() for one in kept.corrections],
            "turns": [
                {
                    "created": turn.created.isoformat(),
                    "message": turn.message,
                    "answer": turn.answer,
                    "fits": dict(turn.fits),
                }
                for turn in kept.turns
            ],
        }
        for kept in conversations
    ]
    return json.dumps({"version": VERSION, "conversations": rows}, ensure_ascii=False, indent=1)


def to_markdown(conversations: Iterable[KeptConversation]) -> str:
    """The conversations to read, with the dreamer's own words and the passages behind each reply."""
    return "\n\n".join([_HEADING, *(piece for kept in conversations for piece in _pieces(kept))]) + "\n"


def _pieces(kept: KeptConversation) -> Iterator[str]:
    title = f" · {kept.own.title}" if kept.own.title else ""
    yield f"## {kept.created:%d %B %Y, %H:%M}{title}"
    own = asdict(kept.own)
    told = [f"- Night: {kept.night}"] if kept.night and kept.night != kept.created.date() else []
    told += [f"- {heading}: {' '.join(own[name].split())}" for name, heading in _OWN_NAMES.items() if own[name]]
    if told:
        yield "\n".join(told)
    for turn in kept.turns:
        yield "\n".join(f"> {line}" for line in turn.message.splitlines())
        if not turn.answer:
            continue
        yield turn.answer["reply"]
        titles = {hit["section"]: hit["title"] for hit in turn.answer["hits"]}
        for citation in turn.answer["citations"]:
            marker, section = citation["marker"], citation["section"]
            fits = {True: " (that fits)", False: " (doesn't fit)", None: ""}[turn.fits.get(marker)]
            yield f"[{marker}] {titles.get(section, section)}: “{citation['quote']}”{fits}"


def from_text(text: str) -> list[KeptConversation]:
    """The dreams of a file: an exported one, or plain text in which each dream begins with a line that begins with its date.

    Of exported Markdown only the dreamer's own words come back, for it does not hold the rest. Raises UsageError where nothing
    can be made of it; then nothing is brought in.
    """
    text = text.removeprefix("\ufeff")
    try:
        dreams = _dreams_of(text)
        for kept in dreams:
            _check_dates(kept)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"Something in it is no date that there is ({error}). {NOTHING}") from error
    return dreams


def _dreams_of(text: str) -> list[KeptConversation]:
    if text.lstrip().startswith(("{", "[")):
        return from_json(text)
    if text.lstrip().startswith(_HEADING) and _DREAM.search(text):
        return _from_markdown(text)
    return _from_dated_text(text)


def _check_dates(kept: KeptConversation) -> None:
    """Raises UsageError for a dream of a time in which nobody can have told it here."""
    latest = datetime.now(UTC).date() + timedelta(days=1)
    for day in (kept.night or kept.created.date(), *(turn.created.date() for turn in kept.turns)):
        if not EARLIEST <= day <= latest:
            raise UsageError(
                f"One of its dreams is of {day.isoformat()}, which is too long ago or lies ahead. {NOTHING}"
            )


def from_json(text: str) -> list[KeptConversation]:
    """The conversations of an exported file. Raises UsageError where it is damaged or of a later version."""
    try:
        version = json.loads(text)["version"]
        if isinstance(version, int) and version > VERSION:
            raise UsageError(
                f"This journal has version {version}, and this program reads up to version {VERSION}. {NOTHING} "
                "A later version of the program can read it."
            )
        return [_conversation(row) for row in _File.model_validate_json(text).conversations]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"This is no exported journal, or it is damaged: {_reason(error)}. {NOTHING}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"at {'.'.join(map(str, first['loc'])) or 'the beginning'}, {first['msg']}"
    if isinstance(error, json.JSONDecodeError):
        return f"it breaks off or goes wrong in line {error.lineno}"
    return f"it lacks {error}" if isinstance(error, KeyError) else "it is of another form"


def _conversation(row: _Conversation) -> KeptConversation:
    return KeptConversation(
        0,
        row.created,
        tuple(KeptTurn(0, turn.created, turn.message, turn.answer, turn.fits) for turn in row.turns),
        row.night,
        OwnWords(**row.own.model_dump()),
        tuple({(one.kind, one.said): KeptCorrection(**one.model_dump()) for one in row.corrections}.values()),
    )


def _from_markdown(text: str) -> list[KeptConversation]:
    found = list(_DREAM.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    dreams = []
    for heading, end in zip(found, ends, strict=True):
        created = datetime.strptime(heading.group(1), "%d %B %Y, %H:%M").replace(tzinfo=UTC)
        night = _NIGHT.search(text, heading.end(), end)
        messages = [
            re.sub(r"^> ?", "", block, flags=re.M).rstrip("\n")
            for block in text[heading.end() : end].split("\n\n")
            if block.startswith(">")
        ]
        turns = tuple(KeptTurn(0, created, message, None) for message in messages)
        own = OwnWords(title=heading.group(2) or "")
        dreams.append(KeptConversation(0, created, turns, _day(night[1]) if night else None, own))
    return dreams


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise UsageError(f"There is no such night as {written}. {NOTHING}") from error


def _from_dated_text(text: str) -> list[KeptConversation]:
    dreams = []
    for night, behind, told in dated_pieces(text):
        title, message = (behind, told) if told and len(behind) <= LONGEST_TITLE else ("", f"{behind}\n{told}".strip())
        if message:
            created = datetime.combine(night, NOON).astimezone()
            dreams.append(
                KeptConversation(0, created, (KeptTurn(0, created, message, None),), night, OwnWords(title=title))
            )
    if not dreams:
        raise UsageError(
            "No dream with a date was found in it. Begin each dream with a line that begins with its date, "
            f"such as 2026-03-05 or 5 March 2026. {NOTHING}"
        )
    return dreams
