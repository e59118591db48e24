"""The journal as files: exported to Markdown to read or JSON to keep, and imported from that JSON again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from assistant.journal.records import KeptConversation, KeptTurn
from knowledge.errors import UsageError

VERSION = 1


def to_json(conversations: Iterable[KeptConversation]) -> str:
    """Everything of these conversations, in a form that ``from_json`` reads."""
    rows = [
        {
            "created": conversation.created.isoformat(),
            "turns": [
                {"created": turn.created.isoformat(), "message": turn.message, "answer": turn.answer}
                for turn in conversation.turns
            ],
        }
        for conversation in conversations
    ]
    return json.dumps({"version": VERSION, "conversations": rows}, ensure_ascii=False, indent=1)


def from_json(text: str) -> list[KeptConversation]:
    """The conversations of an exported file. Raises UsageError where it is damaged or of a later version."""
    try:
        content = json.loads(text)
        version = content["version"]
        if version == VERSION:
            return [_conversation(row) for row in content["conversations"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"This is not an exported journal, or it is damaged ({type(error).__name__}). Nothing was imported."
        ) from error
    raise UsageError(f"This journal has version {version}; this program reads version {VERSION}. Nothing was imported.")


def _conversation(row: dict[str, Any]) -> KeptConversation:
    turns = tuple(
        KeptTurn(0, datetime.fromisoformat(turn["created"]), str(turn["message"]), turn["answer"])
        for turn in row["turns"]
    )
    return KeptConversation(0, datetime.fromisoformat(row["created"]), turns)


def to_markdown(conversations: Iterable[KeptConversation]) -> str:
    """The conversations to read, with the passages behind each reply."""
    pieces = ["# Dreams"]
    for conversation in conversations:
        pieces.append(f"## {conversation.created:%d %B %Y, %H:%M}")
        for turn in conversation.turns:
            pieces.append("\n".join(f"> {line}" for line in turn.message.splitlines()))
            if turn.answer:
                pieces.append(turn.answer["reply"])
                titles = {hit["section"]: hit["title"] for hit in turn.answer["hits"]}
                pieces += [
                    f"[{citation['marker']}] {titles.get(citation['section'], citation['section'])}: \u201c{citation['quote']}\u201d"
                    for citation in turn.answer["citations"]
                ]
    return "\n\n".join(pieces) + "\n"
