"""Files are written whole, by one writer at a time, and a refusing disk is told in plain words."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from knowledge.errors import StorageError
from knowledge.files import folder_of_this_program, only_writer, plain_storage_errors, write_whole
from tests.knowledge.small_library import run, start

HOLD = """
import sys, time
from pathlib import Path
from knowledge.files import only_writer
with only_writer(Path(sys.argv[1]), "building the index"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_text_is_written_and_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "note.json"
    write_whole(path, "first")
    write_whole(path, "zweite Fassung – 夢")
    assert path.read_text(encoding="utf-8") == "zweite Fassung – 夢"
    assert os.listdir(path.parent) == ["note.json"]


def test_what_cannot_be_written_leaves_the_old_text_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    write_whole(path, "first")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "half of it \ud800")
    assert path.read_text() == "first"
    assert os.listdir(tmp_path) == ["note.json"]


def test_a_folder_that_cannot_be_written_is_told_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in its place")
    with pytest.raises(StorageError) as told:
        write_whole(tmp_path / "data" / "note.json", "text")
    assert str(tmp_path / "data") in str(told.value)
    assert "Free some space or choose another folder with --data-dir." in str(told.value)


def test_a_full_disk_leaves_the_old_text(tmp_path: Path) -> None:
    write_whole(tmp_path / "note.json", "first")
    code = """
    import resource, sys
    from pathlib import Path
    from knowledge.errors import StorageError
    from knowledge.files import write_whole
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
    try:
        write_whole(Path(sys.argv[1]), "x" * 20_000)
    except StorageError as error:
        print(error)
    """
    assert "cannot be used: File too large" in run(code, tmp_path / "note.json")
    assert (tmp_path / "note.json").read_text() == "first"
    assert os.listdir(tmp_path) == ["note.json"]


def test_a_refusal_is_told_in_the_systems_words() -> None:
    with (
        pytest.raises(StorageError, match="/data cannot be used: No space left on device"),
        plain_storage_errors(Path("/data")),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_two_threads_write_one_after_the_other(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def write(number: int) -> None:
        with only_writer(tmp_path, "writing"):
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.02)
            inside.remove(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 6


def test_another_process_is_waited_for_and_named_when_it_takes_too_long(tmp_path: Path) -> None:
    other = start(HOLD, tmp_path)
    assert other.stdout and other.stdout.readline() == "held\n"
    with (
        pytest.raises(
            StorageError, match=r"Another program is building the index in .* did not finish in 0 s\. Try again"
        ),
        only_writer(tmp_path, "building the index", timeout=0.2),
    ):
        pytest.fail("the lock is held by another process")
    other.kill()
    other.communicate()
    with only_writer(tmp_path, "building the index", timeout=5):
        pass  # a process that was killed holds no lock


def test_the_lock_is_free_again_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_writer(tmp_path, "writing"):
        1 / 0  # noqa: B018
    with only_writer(tmp_path, "writing", timeout=0.1):
        pass


def test_what_a_killed_program_left_is_removed_and_a_running_ones_stays(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    left, others = tmp_path / f"adding-{ended.pid}-abc", tmp_path / "adding-whales-abc"
    for folder in (left, others):
        (folder / "in it").mkdir(parents=True)
    first = folder_of_this_program(tmp_path, "adding-")
    assert folder_of_this_program(tmp_path, "adding-") != first
    assert first.is_dir() and others.is_dir() and not left.exists()
