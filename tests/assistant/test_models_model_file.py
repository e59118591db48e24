"""What is found out about a model file and the processor before the native library could crash on it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from assistant.errors import ModelFileError
from assistant.models.model_file import check_model_file, check_processor, physical_cores, sha256_of


def gguf(version: int = 3, tensors: int = 2) -> bytes:
    return struct.pack("<4sIQQ", b"GGUF", version, tensors, 1) + b"\0" * 100


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not a GGUF model: it begins with b''"),
        (b"<!DOCTYPE html><html>", "is not a GGUF model: it begins with b'<!DO'"),
        (b"GGUF\3\0", "is only 6 bytes long. Fetch it again"),
        (gguf(version=1), "is of GGUF version 1, only 2 and 3 can be read"),
        (gguf(version=3 << 24), "is of GGUF version 50331648"),
        (gguf(tensors=0), "holds no weights"),
    ],
)
def test_what_is_no_model_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "some.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        check_model_file(path)
    assert str(path) in str(caught.value) and says in str(caught.value)


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"cannot be read: Is a directory"):
        check_model_file(tmp_path)
    with pytest.raises(ModelFileError, match=r"There is no model file .*DREAM_GGUF"):
        check_model_file(tmp_path / "gone.gguf")


def test_a_model_passes(tmp_path: Path) -> None:
    path = tmp_path / "some.gguf"
    path.write_bytes(gguf(2))
    check_model_file(path)


def processors(flags: str, cores: list[tuple[int, int]]) -> str:
    """A /proc/cpuinfo with a processor for each (physical id, core id)."""
    return "\n\n".join(
        f"processor\t: {number}\nphysical id\t: {physical}\ncore id\t\t: {core}\nflags\t\t: fpu {flags}\nbugs\t\t: x"
        for number, (physical, core) in enumerate(cores)
    )


def test_a_processor_without_avx2_is_told_before_it_crashes() -> None:
    with pytest.raises(ModelFileError, match=r"lacks AVX2, BMI2, FMA\. Use a model server \(Ollama"):
        check_processor(processors("sse4_2 avx f16c", [(0, 0)]))
    check_processor(processors("avx avx2 f16c fma bmi2", [(0, 0)]))
    check_processor("processor : 0\nFeatures : fp asimd\n")  # nothing is known of it


def test_two_threads_of_a_core_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert physical_cores(processors("", [(0, 0), (0, 1), (0, 0), (0, 1), (1, 0)])) == 3
    assert physical_cores("processor : 0") == 8
    assert 1 <= physical_cores() <= 8


def test_sha256(tmp_path: Path) -> None:
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
