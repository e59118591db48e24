"""What holds for every test, and what many share: the real embedding model, the indexed library, the folder of test data.

No test reaches another computer, the home folder or a setting of the person who runs it.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.models.small_model import small_model_path
from assistant.settings import Settings
from knowledge.embedding import SentenceTransformerEmbedder
from knowledge.library import Library

REPOSITORY = Path(__file__).parents[1]
KEPT_LIBRARY = REPOSITORY / ".pytest_cache" / "library"  # between runs; an index knows by itself when it is out of date
DEFAULT_MODELS = Settings().models_dir  # as it is before the environment is cleared
KEPT_SETTING = "DREAM_TEST_DATA"

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"


def is_this_computer(address: Any) -> bool:
    """Whether a socket's address is a path, or a host that leads back to where the test runs."""
    if not isinstance(address, tuple):
        return True
    try:
        return address[0] in ("", "localhost") or ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return False


def only_here(connect: Callable[..., Any]) -> Callable[..., Any]:
    """``socket.connect`` and its like, for addresses of this computer alone."""

    def connect_here(self: socket.socket, address: Any) -> Any:
        assert is_this_computer(address), f"A test tried to reach {address}."
        return connect(self, address)

    return connect_here


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Any:
    """Sockets lead to this computer only."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("connect", "connect_ex"):
            patched.setattr(socket.socket, name, only_here(getattr(socket.socket, name)))
        yield


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home folder and an environment without settings."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patched:
        for name in list(os.environ):
            if name.startswith(("DREAM_", "OPENAI_", "XDG_")) and name != KEPT_SETTING:
                patched.delenv(name)
        patched.setenv("HOME", str(home))
        yield


@pytest.fixture(autouse=True)
def own_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The default data folder is each test's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


@pytest.fixture(scope="session")
def embedder() -> SentenceTransformerEmbedder:
    """The real embedding model, loaded once."""
    return SentenceTransformerEmbedder()


@pytest.fixture(scope="session")
def library_dir(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceTransformerEmbedder) -> Path:
    """A data folder with the index of the packaged library; a test that changes it copies it first."""
    folder = tmp_path_factory.mktemp("library")
    if KEPT_LIBRARY.exists():
        shutil.copytree(KEPT_LIBRARY, folder, dirs_exist_ok=True)
    before = {path.name for path in folder.glob("index/*")}
    if Library(folder, embedder).warm_up().id not in before:
        shutil.rmtree(KEPT_LIBRARY, ignore_errors=True)
        shutil.copytree(folder, KEPT_LIBRARY)
    return folder


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of public test data, which is no part of the project."""
    folder = Path(os.environ.get(KEPT_SETTING, REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"there is no test data in {folder}; DREAM_TEST_DATA names the folder")
    return folder


@pytest.fixture(scope="session")
def small_model() -> Path:
    """The small model's file, where `dream model get small` has fetched it."""
    path = small_model_path(DEFAULT_MODELS)
    if path is None:
        pytest.skip(f"the small model is not in {DEFAULT_MODELS}; `dream model get small` fetches it")
    return path
