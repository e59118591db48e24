"""Looks over the installation and says what works, what does not, and what to do."""

from __future__ import annotations

import importlib.metadata
import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.filesize import decimal

from assistant.companion import Companion
from assistant.models.discovery import find_servers
from assistant.models.model_file import check_processor, physical_cores
from assistant.models.own_endpoint import OwnEndpoints
from assistant.models.presets import PRESETS, best_for, fetched_path, fits, memory_here, speed_of
from assistant.models.small_model import small_model_path
from assistant.settings import Settings
from assistant.types import Done, Notice
from knowledge.embedding import SentenceTransformerEmbedder
from knowledge.errors import DreamError

PACKAGES = ("gradio", "chromadb", "sentence-transformers", "torch", "openai", "xllamacpp", "spacy")
MOST_REPLACED = 0.1  # of a model's sentences: one that has more replaced cannot carry the free voice
TRIED_ON = (
    "I was running from a man through our old street and my legs would not move. I tried to call my sister but no sound came.",
    "My grandmother, who died two years ago, was sitting in the kitchen and peeling apples. She smiled and said nothing.",
    "I had an exam and could not find the room, the corridors kept changing, and everyone else had already begun.",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``state`` is "works", "fails" or "note"; ``remedy`` is what to do, "" where nothing."""

    name: str
    state: str
    says: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """The finding as `dream doctor --json` prints it."""
        return {"name": self.name, "state": self.state, "says": self.says, "remedy": self.remedy}


def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which things depend on each other."""
    checks: list[tuple[str, Callable[[Settings], Finding]]] = [
        ("packages", _packages),
        ("data folder", _data_folder),
        ("embedding model", _embedding),
        ("library", _library),
        ("built-in voice", _built_in_voice),
        ("processor", _processor),
        ("small model", _small_model),
        ("larger models", larger_models),
        ("model servers here", _servers),
        ("model", _model),
        ("entered endpoint", _entered),
    ]
    return [_guarded(name, check, settings) for name, check in checks]


def _guarded(name: str, check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except DreamError as error:
        return Finding(name, "fails", str(error))


def _packages(_: Settings) -> Finding:
    versions = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in PACKAGES)
    return Finding("packages", "works", versions)


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(
            "data folder", "fails", f"{folder} cannot be written: {error.strerror}.", "Choose another with --data-dir."
        )
    return Finding("data folder", "works", str(folder))


def _embedding(settings: Settings) -> Finding:
    embedder = SentenceTransformerEmbedder(settings.embedding_model)
    return Finding("embedding model", "works", f"{embedder.folder}, checksum {embedder.fingerprint[:12]}")


def _library(settings: Settings) -> Finding:
    companion = Companion.open(settings)
    generation = companion.library.warm_up()
    companion.close()
    return Finding(
        "library",
        "works",
        f"{len(generation.articles)} articles, {len(generation.passages)} passages, index {generation.id}",
    )


def _built_in_voice(settings: Settings) -> Finding:
    share, said = _try_voice(settings, built_in=True)
    if said:
        return Finding("built-in voice", "fails", said)
    return Finding("built-in voice", "works", f"{len(TRIED_ON)} dreams answered, {share:.0%} of the sentences replaced")


def _processor(_: Settings) -> Finding:
    check_processor()
    return Finding("processor", "works", f"{os.cpu_count()} cores; model files can be run on it")


def _small_model(settings: Settings) -> Finding:
    path = small_model_path(settings.models_dir)
    if path is None:
        return Finding("small model", "note", "not fetched; nothing needs it yet", "dream model get small")
    return Finding("small model", "works", str(path))


def larger_models(settings: Settings, memory: int | None = None, cores: int | None = None) -> Finding:
    """Which larger model this computer can run, which are here, and how to fetch the best; by default as it really is."""
    name = "larger models"
    memory = memory_here() if memory is None else memory
    cores = physical_cores() if cores is None else cores
    here = [preset.name for preset in PRESETS.values() if fetched_path(preset, settings.models_dir)]
    fetched = f"Fetched: {', '.join(here)}." if here else "None is fetched; nothing needs one."
    if not memory:
        return Finding(
            name, "note", f"this computer does not say how much memory it has. {fetched}", "dream model list"
        )
    best = best_for(memory, cores)
    if best is None:
        return Finding(name, "note", f"{decimal(memory)} of memory are too little for any. {fetched}")
    fitting = " or ".join(preset.name for preset in PRESETS.values() if fits(preset, memory))
    says = (
        f"{decimal(memory)} of memory hold {fitting}; {best.name} is the best here. {speed_of(best, cores)} {fetched}"
    )
    return Finding(name, "note", says, "" if best.name in here else f"dream model get {best.name}")


def _servers(_: Settings) -> Finding:
    servers = find_servers()
    if not servers:
        return Finding("model servers here", "note", "none found; the built-in voice needs none")
    found = "; ".join(f"{server.name} at {server.base_url} ({', '.join(server.models[:5])})" for server in servers)
    return Finding(
        "model servers here", "works", found, "Choose one in the page, or set DREAM_MODEL and DREAM_BASE_URL."
    )


def _model(settings: Settings) -> Finding:
    if not settings.model and settings.gguf is None:
        return Finding("model", "note", "none configured: replies are composed from your words and the library")
    share, said = _try_voice(settings, built_in=False)
    if said:
        return Finding("model", "fails", said, "The built-in voice goes on answering meanwhile.")
    if share > MOST_REPLACED:
        return Finding(
            "model",
            "fails",
            f"{share:.0%} of its sentences had to be replaced; {MOST_REPLACED:.0%} is the most for a good conversation.",
            "Choose a larger model, or leave DREAM_MODEL and DREAM_GGUF unset for the built-in voice.",
        )
    return Finding("model", "works", f"can carry the conversation: {share:.0%} of its sentences were replaced")


def _entered(settings: Settings) -> Finding:
    """The endpoint that the owner entered in the page; nobody is asked whether it answers."""
    name, own = "entered endpoint", OwnEndpoints(settings.data_dir)
    entered, at_hand = own.entered(), own.at_hand()
    if entered is None:
        return Finding(name, "note", "none: the owner can enter one in the page, under Change")
    says = f"{entered.model} at {entered.host}"
    if own.is_in_keyring and at_hand is None:
        return Finding(name, "note", f"{says}; the keyring does not give its key out", "Unlock the keyring.")
    if at_hand is None:
        return Finding(name, "note", f"{says}; its key is in no keyring, so it is entered anew after each start")
    return Finding(
        name, "works", f"{says}; its key is in the keyring" if own.is_in_keyring else f"{says}, without a key"
    )


def _try_voice(settings: Settings, *, built_in: bool) -> tuple[float, str]:
    """Share of units replaced over a few dreams, and what went wrong if the model failed; leaves no conversation behind."""
    companion = Companion.open(settings)
    replaced = units = 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            tried = companion.with_journal_in(Path(folder))
            for dream in TRIED_ON:
                conversation = tried.journal.start_conversation("doctor")
                for event in tried.respond("doctor", conversation, dream, stop=threading.Event(), built_in=built_in):
                    if isinstance(event, Notice) and event.kind != "waiting":
                        return 1.0, event.text
                    if isinstance(event, Done):
                        replaced += event.turn.repairs
                        units += len(event.turn.sentences) + bool(event.turn.question)
            tried.journal.close()
    finally:
        companion.close()
    return replaced / max(1, units), ""
