"""The conversation and the commands' output in the terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from assistant.companion import Companion
from assistant.errors import ModelError
from assistant.journal import answer_to_json
from assistant.types import Done, Event, Notice, Passages, Question, Sentence
from knowledge.errors import UsageError
from knowledge.library import Ingested, Library

VISITOR = "terminal"  # whose conversations those of the command line are
WELCOME = (
    "Tell me a dream. An empty line sends nothing; Ctrl+D ends. I am a companion, not a person and not a therapist."
)


def converse(companion: Companion, messages: Sequence[str]) -> list[dict[str, Any]]:
    """Each message answered with the conversation before it, in the form of `dream ask --json`.

    Raises the error of a model that failed.
    """
    conversation = companion.journal.start_conversation(VISITOR)
    turns = []
    for message in messages:
        for event in companion.respond(VISITOR, conversation, message):
            if isinstance(event, Notice) and event.kind != "waiting":
                error = ModelError(event.text)
                error.kind = event.kind
                raise error
            if isinstance(event, Done):
                turns.append(answer_to_json(event.turn))
    return turns


def print_turn(turn: dict[str, Any]) -> None:
    """A reply with the passages it cites."""
    sys.stdout.write(f"{turn['reply']}\n")
    titles = {hit["section"]: f"{hit['title']} ({hit['evidence']})" for hit in turn["hits"]}
    for citation in turn["citations"]:
        sys.stdout.write(f"  [{citation['marker']}] {titles[citation['section']]}: {citation['quote']}\n")


def print_hits(found: dict[str, Any]) -> None:
    """What a search found."""
    if not found["covered"]:
        sys.stdout.write("The library has nothing on this. What comes nearest:\n")
    for hit in found["hits"]:
        sys.stdout.write(f"{hit['rank']}. {hit['title']} ({hit['section']}, {hit['evidence']}, {hit['score']:.2f})\n")


def chat_in_terminal(companion: Companion) -> None:
    """Talk until the person ends it. Ctrl+C stops a reply; at the prompt it ends the program."""
    threading.Thread(target=companion.warm_up, daemon=True).start()
    out = Console(highlight=False)
    out.print(f"{WELCOME}\n{companion.who_answers(VISITOR).line}\n", markup=False)
    conversation = companion.journal.start_conversation(VISITOR)
    try:
        while True:
            try:
                message = input("> ")
            except (EOFError, KeyboardInterrupt):
                return
            if not message.strip():
                continue
            try:
                _answer(companion, conversation, message, out)
            except UsageError as error:
                out.print(str(error), markup=False)
    finally:
        companion.close()


def _answer(companion: Companion, conversation: int, message: str, out: Console) -> None:
    stop = threading.Event()
    events = companion.respond(VISITOR, conversation, message, stop=stop)
    try:
        _show(events, out)
    except KeyboardInterrupt:
        stop.set()
        out.print("(stopped)")


def _show(events: Iterable[Event], out: Console) -> None:
    passages: Passages | None = None
    for event in events:
        if isinstance(event, Passages):
            passages = event
        elif isinstance(event, Sentence | Question):
            out.print(event.text, markup=False, soft_wrap=True)
        elif isinstance(event, Notice):
            out.print(f"({event.text})", markup=False, soft_wrap=True)
        elif isinstance(event, Done) and passages is not None:
            for citation in event.turn.citations:
                section = passages.hits[citation.marker - 1].section
                out.print(
                    f"  [{citation.marker}] {section.title} ({section.evidence.value}): {citation.quote}",
                    markup=False,
                    style="dim",
                    soft_wrap=True,
                )
            out.print()


def ingest_with_progress(library: Library, paths: Iterable[Path], console: Console) -> Ingested:
    """Add files (a folder stands for the files in it) with a bar on standard error."""
    files = [file for path in paths for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        reading = progress.add_task("Reading", total=len(files))
        embedding = progress.add_task("Indexing", total=None, visible=False)
        return library.ingest(
            files,
            on_file=lambda _: progress.advance(reading),
            on_embedded=lambda done, of: progress.update(embedding, completed=done, total=of, visible=True),
        )
