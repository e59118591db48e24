"""A companion with its models loaded and its library indexed, made once for all tests that need one.

Indexing takes a minute, so the index is kept between runs beside pytest's own cache; it knows by itself when it is out of
date.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from assistant.companion import Companion
from assistant.settings import Settings
from assistant.voices.answering import Answering

KEPT = Path(__file__).parents[1] / ".pytest_cache" / "library"


@cache
def warm_companion() -> Companion:
    """The built-in voice answers. Its data folder is a copy that is removed at the end of the run."""
    folder = Path(tempfile.mkdtemp(prefix="dream-companion-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if KEPT.exists():
        shutil.copytree(KEPT, folder, dirs_exist_ok=True)
    companion = Companion.open(Settings(data_dir=folder, model="", base_url="", api_key=""))
    before = _files(folder)
    companion.warm_up()
    if _files(folder) != before:
        shutil.rmtree(KEPT, ignore_errors=True)
        shutil.copytree(folder, KEPT, ignore=shutil.ignore_patterns("journal*"))
    return companion


def _files(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*") if not path.name.startswith("journal"))


def with_endpoint(base_url: str) -> Companion:
    """The same library and journal, but a model at this address answers."""
    warm = warm_companion()
    settings = Settings(data_dir=warm.settings.data_dir, model="some-model", base_url=base_url, api_key="")
    companion = Companion(settings, warm.library, warm.journal, Answering(settings), warm._ear)
    companion.warm_up()
    return companion
