"""What `dream connections` shows and asks: which ways in are on, and one of them before and while it is turned on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from assistant.connections.examples import examples
from assistant.connections.grants import Connection, Grant, Grants
from assistant.page.wording import words
from assistant.terminal import VISITOR
from knowledge.errors import UsageError

ADDRESS = "http://127.0.0.1:7860"  # where `dream serve` listens unless told otherwise


def named(name: str) -> Connection:
    """The connection of that name. Raises UsageError where there is none."""
    try:
        return Connection(name)
    except ValueError:
        raise UsageError(f"There is no connection {name!r}. There are: {', '.join(Connection)}.") from None


def connection_rows(data_dir: Path) -> list[dict[str, Any]]:
    """Every connection, in the form of `dream connections list --json`."""
    kept = Grants(data_dir).all()
    return [_row(connection, kept.get(connection) or Grant("")) for connection in Connection]


def _row(connection: Connection, grant: Grant) -> dict[str, Any]:
    return {
        "connection": connection.value,
        "on": grant.is_on,
        "since": grant.since.isoformat(timespec="minutes") if grant.since else None,
        "last_used": grant.last_used.isoformat(timespec="minutes") if grant.last_used else None,
        "reads_journal": grant.reads_journal,
    }


def print_connections(rows: list[dict[str, Any]]) -> None:
    """The connections, two lines each, and how to turn one on."""
    for row in rows:
        used = f"last used {row['last_used'] or 'never'}" if row["on"] else ""
        reads = "reads the journal" if row["reads_journal"] else ""
        state = ", ".join(filter(None, [f"on since {row['since']}" if row["on"] else "off", used, reads]))
        sys.stdout.write(f"{row['connection']:7} {words('connections', 'names', row['connection'])}\n{'':8}{state}\n")
    sys.stdout.write("`dream connections on NAME` turns one on, and asks first.\n")


def turn_on(connection: Connection, data_dir: Path, *, reads_journal: bool, agreed: bool, console: Console) -> str:
    """Say what it means, ask (unless ``agreed``), and turn it on; the key.

    Raises UsageError where it is on already or nobody can be asked, typer.Exit for a no.
    """
    if reads_journal and connection is not Connection.MCP:
        raise UsageError("Only mcp can read the journal. Leave out --read-journal.")
    grants = Grants(data_dir)
    if grants.of(connection):
        raise UsageError(
            f"{connection} is on already. For a new key turn it off first: dream connections off {connection}."
        )
    for text in (words("connections", "means", connection), words("connections", "shared")):
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    if reads_journal:
        console.print(words("connections", "reads_terminal"), markup=False, highlight=False, soft_wrap=True)
    if not agreed:
        if not sys.stdin.isatty():
            raise UsageError(f"Nobody can be asked here. Add --yes to turn {connection} on without a question.")
        if not typer.confirm("Turn it on?", err=True):
            raise typer.Exit(1)
    return grants.turn_on(connection, VISITOR, reads_journal=reads_journal)


def print_key(connection: Connection, key: str, console: Console) -> None:
    """The key on standard output, and beside it how it is used."""
    sys.stdout.write(f"{key}\n")
    lines = [words("connections", "key_line_terminal")]
    for name, text in examples(connection, ADDRESS, "KEY").items():
        lines += ["", f"{name}:", text]
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)
