"""Where a word is still to be found: in files, also compressed ones, and in the memory of a program that runs.

``python -m tests.traces serve ...`` runs `dream`, and at each SIGUSR1 writes what in its memory holds ``NAMES`` to ``FOUND``
in the current TMPDIR, a line each; the file appears once it is whole.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from assistant.cli import main

# No dreamer says them and no file has them; written so that no string of the program holds them but those that are told.
NAMES = re.compile("(?:zwarbl[i]k|plondor[u]v|quimst[a]rg)", re.IGNORECASE)
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")
FOUND = "found.txt"
LONGEST_TOLD, FEW = 150, 8  # characters of what was found, and keys of a dictionary that holds it
TEXTS = (str, bytes, bytearray, np.ndarray)
ATOMS = frozenset({str, bytes, int, float, bool, type(None)})
PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x9c\xda]")  # where gzip and zlib begin


def name(number: int) -> str:
    """One of the words, made here so that no test holds it."""
    return ("Zwarbl" + "ik", "Plondor" + "uv", "Quimst" + "arg", "Brelf" + "oom", "Sprunt" + "ela")[number]


def files_with(word: str, *folders: Path) -> list[Path]:
    """The files under these folders that hold the word, in any case or encoding, also where they are compressed."""
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if word.lower() in path.name.lower() or (path.is_file() and _is_in(word, path.read_bytes()))
    ]


def _is_in(word: str, data: bytes) -> bool:
    wanted = [word.lower().encode(encoding) for encoding in ENCODINGS]
    return any(one in text.lower() for text in (data, *_unpacked(data)) for one in wanted)


def _unpacked(data: bytes) -> Iterator[bytes]:
    for found in PACKED.finditer(data):
        try:
            yield zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data[found.start() :])
        except zlib.error:
            continue


def in_memory() -> list[str]:
    """All that Python reaches in this program and that holds one of ``NAMES``, each with what kinds of things hold it."""
    gc.collect()
    frames = [frame for frame in sys._current_frames().values() if frame is not sys._getframe()]
    holders: list[Any] = [*gc.get_objects(), *(frame.f_locals for frame in frames)]
    seen: set[int] = set()
    found: dict[int, Any] = {}
    while holders:
        held = gc.get_referents(*holders)
        found |= {id(one): one for one in held if isinstance(one, TEXTS) and NAMES.search(_text_of(one))}
        # What holds no containers is not tracked, and not among the objects above.
        untracked = {id(one): one for one in held if type(one) not in ATOMS and not gc.is_tracked(one)}
        holders = [one for key, one in untracked.items() if key not in seen]
        seen |= untracked.keys()
    kinds: dict[int, set[str]] = {key: set() for key in found}
    for holder in gc.get_referrers(*found.values()) if found else ():
        for one in gc.get_referents(holder):
            if id(one) in kinds and holder is not found:
                kinds[id(one)].add(_named(holder))
    return [f"{_text_of(one)[:LONGEST_TOLD]!r} in {', '.join(sorted(kinds[key]))}" for key, one in found.items()]


def _named(holder: Any) -> str:
    kind = f"{type(holder).__module__}.{type(holder).__qualname__}"
    return f"{kind} with {', '.join(map(str, list(holder)[:FEW]))}" if isinstance(holder, dict) else kind


def _text_of(one: Any) -> str:
    if isinstance(one, str):
        return one
    if isinstance(one, bytes | bytearray):
        return one.decode("utf-8", "ignore")
    return " ".join(map(str, one.ravel())) if one.dtype.kind in "US" else ""


def found_in(process_id: int, temporary: Path) -> list[str]:
    """Ask a program that runs by this module what its memory holds."""
    path = temporary / FOUND
    path.unlink(missing_ok=True)
    os.kill(process_id, signal.SIGUSR1)
    deadline = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    found = path.read_text(encoding="utf-8").splitlines()
    path.unlink()
    return found


def _tell(*_: object) -> None:
    path = Path(os.environ["TMPDIR"]) / FOUND
    part = path.with_suffix(".part")
    part.write_text("\n".join(in_memory()), encoding="utf-8")
    part.rename(path)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _tell)
    main()
