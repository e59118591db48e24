"""What must hold before a model file is loaded, because the native library would only say "failed", or crash."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import struct
import sys
from pathlib import Path

from assistant.errors import ModelFileError

# What the wheels of xllamacpp for Linux are compiled for; without it the program ends ("Illegal instruction").
PROCESSOR_FEATURES = frozenset({"avx2", "fma", "f16c", "bmi2"})
CPUINFO = Path("/proc/cpuinfo")

# https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
GGUF_MAGIC = b"GGUF"
GGUF_VERSIONS = (2, 3)
GGUF_HEADER = struct.Struct("<4sIQQ")  # magic, version, tensors, metadata entries


def check_model_file(path: Path) -> None:
    """Raises ModelFileError unless the file can be read and begins like a GGUF file with a model in it."""
    try:
        with path.open("rb") as file:
            header = file.read(GGUF_HEADER.size)
    except FileNotFoundError:
        raise ModelFileError(f"There is no model file {path}. Correct the path (DREAM_GGUF).") from None
    except OSError as error:
        raise ModelFileError(f"The model file {path} cannot be read: {error.strerror or error}.") from error
    if header[:4] != GGUF_MAGIC:
        raise ModelFileError(
            f"The file {path} is not a GGUF model: it begins with {header[:4]!r}. Choose another file."
        )
    if len(header) < GGUF_HEADER.size:
        raise ModelFileError(f"The model file {path} is only {len(header)} bytes long. Fetch it again.")
    _, version, tensors, _ = GGUF_HEADER.unpack(header)
    if version not in GGUF_VERSIONS:
        raise ModelFileError(
            f"The model file {path} is of GGUF version {version}, only 2 and 3 can be read. Choose another."
        )
    if not tensors:
        raise ModelFileError(f"The model file {path} holds no weights (a vocabulary only?). Choose another file.")


def check_processor(cpuinfo: str | None = None) -> None:
    """Raises ModelFileError where llama.cpp would crash on this processor. ``cpuinfo``: as in Linux's /proc/cpuinfo."""
    if cpuinfo is None:
        if sys.platform != "linux" or platform.machine() not in {"x86_64", "AMD64"} or not CPUINFO.exists():
            return
        cpuinfo = CPUINFO.read_text()
    features = {word for line in cpuinfo.splitlines() if line.startswith("flags") for word in line.split()}
    missing = sorted(PROCESSOR_FEATURES - features)
    if features and missing:
        raise ModelFileError(
            f"This computer's processor cannot run a model file here: it lacks {', '.join(missing).upper()}. "
            "Use a model server (Ollama, or any endpoint) instead, or no model."
        )


def physical_cores(cpuinfo: str | None = None) -> int:
    """How many cores this process may use, not counting the second threads of a core."""
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    if cpuinfo is None:
        cpuinfo = CPUINFO.read_text() if CPUINFO.exists() else ""
    cores = set()
    for processor in cpuinfo.split("\n\n"):
        fields = dict(re.findall(r"^(physical id|core id)\s*: (\d+)", processor, re.MULTILINE))
        if "core id" in fields:
            cores.add((fields.get("physical id"), fields["core id"]))
    return min(allowed, len(cores)) if cores else allowed


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
