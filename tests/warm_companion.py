"""A companion with its models loaded, made once for all tests of the page that need one."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from assistant.companion import Companion
from assistant.journal import Journal
from assistant.settings import Settings
from assistant.voices.answering import Answering


@cache
def warm_companion(library_dir: Path) -> Companion:
    """The built-in voice answers. Its data folder is a copy of ``library_dir`` that is removed at the end of the run."""
    folder = Path(tempfile.mkdtemp(prefix="dream-companion-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(library_dir, folder, dirs_exist_ok=True)
    companion = Companion.open(Settings(data_dir=folder, model="", base_url="", api_key=""))
    companion.warm_up()
    return companion


def with_endpoint(warm: Companion, base_url: str) -> Companion:
    """The same library and journal, but a model at this address answers."""
    settings = Settings(data_dir=warm.settings.data_dir, model="some-model", base_url=base_url, api_key="")
    return warm.with_answering(Answering(settings), warm.journal, settings)


def with_small_library(warm: Companion, folder: Path) -> Companion:
    """The same models, but a folder of its own and a library of two sections, so that adding to it takes no time."""
    settings = Settings(data_dir=folder, model="", base_url="", api_key="")
    small = warm.with_answering(Answering(settings), Journal(folder), settings)
    library = warm.library.in_folder(folder)
    teeth = warm.library.articles()["teeth"]
    few = library._shelf.background[:20]
    library._shelf.__dict__.update(_packaged={"teeth": replace(teeth, sections=teeth.sections[:2])}, background=few)
    library._index._background = few
    small.library = library
    return small
