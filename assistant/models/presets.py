"""Three larger models by name, each with where it lies, and which of them this computer can run.

Their sizes, licences and files are as we know them. What counts is asked from the hub itself (hub.py) before anything is fetched:
the file's size, licence and SHA-256 at that moment can't be known for sure beforehand.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SYSTEM_BYTES = 2_000_000_000  # of memory, left to the operating system and a browser
COMPANION_BYTES = 1_400_000_000  # what the companion takes without a model


@dataclass(frozen=True, slots=True)
class Preset:
    """A model that can be fetched by name.

    ``memory`` is what it takes in use: its file, the room for two conversations of 8192 tokens each
    (DREAM_CONTEXT_TOKENS), and half a gigabyte to work in. With fewer ``cores`` than these it keeps one waiting.
    """

    name: str
    what: str
    repository: str
    file_name: str
    about_bytes: int
    licence: str
    memory: int
    cores: int


# A token of the conversation takes 82 kB in the two Granite models (40 layers; 4 heads of 128, or 8 of 64, for keys and
# for values, 2 bytes each), and 147 kB in Qwen's (36 layers, 8 heads of 128).
PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="light",
            what="Granite 4.0 1B, by IBM: the smallest of the three",
            repository="ibm-granite/granite-4.0-1b-GGUF",
            file_name="granite-4.0-1b-Q4_K_M.gguf",
            about_bytes=1_020_000_000,
            licence="apache-2.0",
            memory=2_900_000_000,
            cores=4,
        ),
        Preset(
            name="middle",
            what="Granite 4.1 3B, by IBM: twice as large, and twice as slow",
            repository="ibm-granite/granite-4.1-3b-GGUF",
            file_name="granite-4.1-3b-Q4_K_M.gguf",
            about_bytes=2_100_000_000,
            licence="apache-2.0",
            memory=4_000_000_000,
            cores=6,
        ),
        Preset(
            name="large",
            what="Qwen3 4B Instruct 2507, by Alibaba, in a file by the makers of llama.cpp: the largest, and the slowest",
            repository="ggml-org/Qwen3-4B-Instruct-2507-Q8_0-GGUF",
            file_name="qwen3-4b-instruct-2507-q8_0.gguf",
            about_bytes=4_280_000_000,
            licence="apache-2.0",
            memory=7_200_000_000,
            cores=8,
        ),
    )
}


def fetched_path(preset: Preset, models_dir: Path) -> Path | None:
    """Where the model lies, if it has been fetched; only a file that was checked gets that name."""
    path = models_dir / preset.file_name
    return path if path.is_file() else None


def memory_here() -> int:
    """This computer's whole memory in bytes; 0 where it can't be told (on Windows)."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def fits(preset: Preset, memory: int) -> bool:
    """Whether the model fits a computer's memory, beside its system and the companion."""
    return memory >= preset.memory + SYSTEM_BYTES + COMPANION_BYTES


def best_for(memory: int, cores: int) -> Preset | None:
    """The largest model that fits the memory and is brisk enough on so many cores; else the lightest that fits, if one does."""
    fitting = [preset for preset in PRESETS.values() if fits(preset, memory)]
    brisk = [preset for preset in fitting if cores >= preset.cores]
    return brisk[-1] if brisk else next(iter(fitting), None)


def speed_of(preset: Preset, cores: int) -> str:
    """How fast it will be on so many cores, in a sentence; reckoned from a small model's measured speed, on the safe side."""
    if cores >= preset.cores:
        return f"On {cores} cores expect up to half a minute before the first word of a reply, then several words a second."
    return (
        f"On {'one core' if cores == 1 else f'{cores} cores'} it is slow: minutes may pass before the first word of a reply, "
        "and then it writes a few words a second at most."
    )
