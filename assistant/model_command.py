"""What `dream model` shows and asks: which models there are, and one of them before and while it is fetched."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from assistant.models import hub, small_model
from assistant.models.hub import HubFile
from assistant.models.model_file import physical_cores
from assistant.models.presets import PRESETS, Preset, best_for, fetched_path, fits, memory_here, speed_of
from knowledge.errors import UsageError

NAMES = ("small", *PRESETS)
SMALL = "SmolLM2 135M, which the tests use: too small to hold a conversation"


def model_rows(models_dir: Path) -> list[dict[str, Any]]:
    """Every model that can be fetched, in the form of `dream model list --json`; ``path`` is "" for one that isn't here.

    ``fits`` is whether this computer's memory holds it, None where that can't be told; ``best`` marks the one advised.
    """
    memory = memory_here()
    best = best_for(memory, physical_cores())
    small = small_model.small_model_path(models_dir)
    rows = [_row("small", small_model.BYTES, SMALL, small, True, False)]
    return rows + [
        _row(
            preset.name,
            preset.about_bytes,
            preset.what,
            fetched_path(preset, models_dir),
            fits(preset, memory) if memory else None,
            preset is best,
        )
        for preset in PRESETS.values()
    ]


def _row(name: str, size: int, what: str, path: Path | None, fits: bool | None, best: bool) -> dict[str, Any]:
    return {"name": name, "bytes": size, "what": what, "path": str(path or ""), "fits": fits, "best": best}


def print_models(rows: list[dict[str, Any]]) -> None:
    """The models, two lines each, and how to fetch one."""
    for row in rows:
        here = f"fetched: {row['path']}" if row["path"] else "not fetched"
        sys.stdout.write(f"{row['name']:7} {decimal(row['bytes']):>8}  {row['what']}\n{'':18}{_fitting(row)}; {here}\n")
    sys.stdout.write("`dream model get NAME` fetches one, and asks first.\n")


def _fitting(row: dict[str, Any]) -> str:
    if row["best"]:
        return "fits this computer best"
    if row["fits"] is None:
        return "how much memory this computer has can't be told"
    return "fits this computer" if row["fits"] else "needs more memory than this computer has"


def get_preset(preset: Preset, models_dir: Path, *, agreed: bool, console: Console) -> Path:
    """Show what is to be fetched, ask (unless ``agreed``), and fetch it; its path.

    Raises UsageError where nobody can be asked, typer.Exit for a no, else what the hub and the disk refuse.
    """
    if not agreed and not sys.stdin.isatty():
        raise UsageError(
            f"Nothing is fetched: without a terminal nobody can be asked. To say yes: dream model get {preset.name} --yes"
        )
    file = hub.describe(preset)
    if hub.is_there(file, models_dir):
        _say(console, f"The {preset.name} model is there already, and whole.")
        return models_dir / preset.file_name
    for line in facts(file, models_dir):
        _say(console, line)
    if not agreed and not _says_yes(console):
        _say(console, "Nothing was fetched.")
        raise typer.Exit(1)
    return _fetch_with_bar(file, models_dir, console)


def print_use(preset: Preset, path: Path, console: Console) -> None:
    """Where the model lies, how it is made to answer, and how fast it will be."""
    sys.stdout.write(f"{path}\nDREAM_GGUF={shlex.quote(str(path))}\n")
    _say(console, f"Set DREAM_GGUF so, and this model answers. {speed_of(preset, physical_cores())}")


def facts(file: HubFile, models_dir: Path) -> list[str]:
    """All that a person wants to know before saying yes, a line each."""
    preset, begun = file.preset, hub.begun_bytes(file, models_dir)
    lines = [
        f"{preset.name}: {preset.what}",
        f"  size       {decimal(file.size)}" + (f", of which {decimal(begun)} are here already" if begun else ""),
        f"  licence    {file.licence or 'none stated'}",
        f"  from       {file.source}",
        f"  to lie at  {models_dir / preset.file_name}",
        f"  memory     {decimal(preset.memory)} in use, of {_memory()}",
        f"  free disk  {decimal(hub.free_disk(models_dir))}",
    ]
    if file.licence != preset.licence:
        stated = f"states the licence {file.licence!r}" if file.licence else "states no licence"
        lines.append(f"The hub {stated}; we know the model under {preset.licence}. Read it there before you say yes.")
    if memory_here() and not fits(preset, memory_here()):
        lines.append("That is more memory than this computer has to spare: the model may not start, or be very slow.")
    return lines


def _memory() -> str:
    return f"{decimal(memory_here())} here" if memory_here() else "an amount that can't be told here"


def _fetch_with_bar(file: HubFile, models_dir: Path, console: Console) -> Path:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Fetching", total=file.size, visible=False)
        return hub.fetch(
            file,
            models_dir,
            progress=lambda here, whole: progress.update(task, completed=here, total=whole, visible=True),
            tell=lambda line: _say(console, line),
        )


def _says_yes(console: Console) -> bool:
    try:
        return console.input("Fetch it? [y/N] ", markup=False).strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
