"""Commands over many rows: JSON lines in, JSON lines out; a row that fails says so and the others go on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from knowledge.errors import DreamError, UsageError

Row = dict[str, Any]
Value = TypeVar("Value")


def print_json(value: Any) -> None:
    """One object on one line of standard output; nothing else is ever printed there."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def error_row(error: DreamError, row_id: Any = None) -> Row:
    """What a failed row looks like."""
    failed = {"error": {"kind": error.kind, "message": str(error)}}
    return failed if row_id is None else {"id": row_id, **failed}


def run_batch(path: Path, answer: Callable[[Row], Row]) -> bool:
    """Print ``answer(row)`` for each row of the file, with the row's id in front; whether all went well."""
    well = True
    for row in _rows(path):
        if isinstance(row, DreamError):
            well = False
            print_json(error_row(row))
            continue
        row_id = row.get("id")
        try:
            answered = answer(row)
            print_json(answered if row_id is None else {"id": row_id, **answered})
        except DreamError as error:
            well = False
            print_json(error_row(error, row_id))
    return well


def _rows(path: Path) -> Iterator[Row | UsageError]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _parsed(line, number, path)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The batch file {path} cannot be read: {error}.") from error


def _parsed(line: str, number: int, path: Path) -> Row | UsageError:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        return UsageError(f"Line {number} of {path} is not a JSON object.")
    return row


def field(row: Row, name: str, kind: type[Value]) -> Value:
    """A field of a row. Raises UsageError where it is missing or of another type."""
    value = row.get(name)
    if not isinstance(value, kind):
        raise UsageError(f"A row needs {name!r}, {'a list' if kind is list else 'a text'}; it has {value!r}.")
    return value


def messages_of(row: Row) -> list[str]:
    """The user's turns of a row, at least one."""
    messages = field(row, "messages", list)
    if not messages or not all(isinstance(message, str) for message in messages):
        raise UsageError("A row needs 'messages', a list of at least one text.")
    return messages
