"""Fetching a larger model from a hub that a local server plays: asked about first, resumed, checked, and every fault in plain words."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.doctor import larger_models
from assistant.errors import ModelFileError
from assistant.models import hub
from assistant.models.hub import HubFile, describe, fetch, free_disk
from assistant.models.model_file import GGUF_HEADER, GGUF_MAGIC
from assistant.models.presets import PRESETS, best_for, fetched_path, fits, memory_here, speed_of
from assistant.settings import Settings
from knowledge.errors import StorageError, UsageError
from knowledge.files import only_writer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PRESET = PRESETS["light"]
CONTENT = GGUF_HEADER.pack(GGUF_MAGIC, 3, 1, 0) + os.urandom(700_000)
GB = 1_000_000_000


class Hub:
    """A model hub on a loopback port with one repository and one file; a test sets what goes wrong."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.licence: Any = "apache-2.0"
        self.listed: dict[str, Any] = {"rfilename": PRESET.file_name, "size": len(CONTENT)}
        self.state_sha256(CONTENT)
        self.info: bytes | None = None  # in place of the answer about the repository
        self.info_status = self.file_status = 200
        self.knows_ranges = True
        self.wrong_range = False
        self.cut_after: int | None = None  # bytes, once
        self.promised: int | None = None  # bytes that the answer claims to have
        self.elsewhere = ""  # where the file's address leads on to
        self.requests: list[tuple[str, dict[str, str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                server.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_address[1]}"
        self._thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self._thread.join()

    def state_sha256(self, content: bytes) -> None:
        """What the hub says of its file, true or not."""
        digest = hashlib.sha256(content).hexdigest()
        self.listed["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 134}

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        path = to.path.partition("?")[0]
        if path == f"/api/models/{PRESET.repository}/revision/main":
            self._answer(to, self.info_status, self._info())
        elif path == f"/{PRESET.repository}/resolve/{COMMIT}/{PRESET.file_name}" and self.elsewhere:
            self._answer(to, 302, b"", Location=self.elsewhere)
        elif path in (f"/{PRESET.repository}/resolve/{COMMIT}/{PRESET.file_name}", "/elsewhere"):
            self._answer_file(to)
        else:
            self._answer(to, 404, b"{}")

    def _info(self) -> bytes:
        card = {"license": self.licence} if self.licence else {}
        info = {
            "id": PRESET.repository,
            "sha": COMMIT,
            "cardData": card,
            "siblings": [{"rfilename": "README.md"}, self.listed],
        }
        return json.dumps(info).encode() if self.info is None else self.info

    def _answer_file(self, to: BaseHTTPRequestHandler) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", to.headers.get("Range", ""))
        if self.file_status != 200:
            self._answer(to, self.file_status, b"no")
        elif asked and self.knows_ranges:
            start = int(asked[1])
            told = start + 1 if self.wrong_range else start
            where = f"bytes {told}-{len(self.content) - 1}/{len(self.content)}"
            self._answer(to, 206, self.content[start:], Content_Range=where)
        else:
            self._answer(to, 200, self.content)

    def _answer(self, to: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
        to.send_response(status)
        file = status in (200, 206) and body is not self.info and "/resolve/" in to.path
        to.send_header("Content-Length", str(self.promised if file and self.promised is not None else len(body)))
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        if file and self.cut_after is not None:
            body, self.cut_after = body[: self.cut_after], None
        to.wfile.write(body)

    @property
    def ranges(self) -> list[str | None]:
        """The Range of each request for the file, None for the whole."""
        return [headers.get("range") for path, headers in self.requests if "/resolve/" in path]


@pytest.fixture
def played() -> Iterator[Hub]:
    server = Hub()
    yield server
    server.close()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "not" / "yet" / "models"


def described(played: Hub) -> HubFile:
    return describe(PRESET, endpoint=played.address)


def left_in(models: Path) -> set[str]:
    return {path.name for path in models.iterdir()} - {".lock"}


def part_name(content: bytes = CONTENT) -> str:
    return f"{PRESET.file_name}.{hashlib.sha256(content).hexdigest()}.part"


def test_the_hub_is_asked_before_anything_is_fetched(played: Hub) -> None:
    file = described(played)
    assert file.size == len(CONTENT) and file.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert file.commit == COMMIT and file.licence == "apache-2.0"
    assert file.url == f"{played.address}/{PRESET.repository}/resolve/{COMMIT}/{PRESET.file_name}"
    assert [path for path, _ in played.requests] == [f"/api/models/{PRESET.repository}/revision/main?blobs=true"]


def test_nothing_of_the_person_goes_along(played: Hub, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    fetch(described(played), models)
    assert len(played.requests) == 2
    for _, headers in played.requests:
        assert set(headers) <= {"host", "accept", "accept-encoding", "connection", "user-agent"}
        assert re.fullmatch(r"dream-companion/[\d.]+", headers["user-agent"])


def test_a_fetched_file_is_whole_and_known_again(played: Hub, models: Path) -> None:
    file, told, seen = described(played), [], []
    path = fetch(file, models, tell=told.append, progress=lambda here, whole: seen.append((here, whole)))
    assert path == models / PRESET.file_name == fetched_path(PRESET, models)
    assert path.read_bytes() == CONTENT and left_in(models) == {PRESET.file_name}
    assert seen[0] == (0, len(CONTENT)) and seen[-1] == (len(CONTENT), len(CONTENT)) and sorted(seen) == seen
    assert told == ["Checking what arrived…"] and played.ranges == [None]
    told.clear()
    assert fetch(file, models, tell=told.append) == path
    assert told == [f"The light model is there already, and whole: {path}."] and played.ranges == [None]


def test_a_damaged_file_is_fetched_again(played: Hub, models: Path) -> None:
    path = fetch(described(played), models)
    path.write_bytes(CONTENT[:-1] + b"?")
    assert fetch(described(played), models).read_bytes() == CONTENT


def test_a_broken_connection_is_gone_on_with(played: Hub, models: Path) -> None:
    file, told = described(played), []
    played.cut_after = 300_000
    with pytest.raises(ModelFileError) as broken:
        fetch(file, models)
    assert re.fullmatch(
        r"The connection to 127\.0\.0\.1:\d+ broke off \(.+\): 300\.0 kB of 700\.0 kB are here\. "
        r"`dream model get light` goes on from there\.",
        str(broken.value),
    )
    assert left_in(models) == {part_name()} and hub.begun_bytes(file, models) == 300_000
    assert fetched_path(PRESET, models) is None
    assert fetch(file, models, tell=told.append).read_bytes() == CONTENT
    assert played.ranges == [None, "bytes=300000-"]
    assert told[0] == "Going on where it broke off: 300.0 kB of 700.0 kB are here."
    assert left_in(models) == {PRESET.file_name}


def test_an_answer_that_ends_early_without_a_word_is_gone_on_with(played: Hub, models: Path) -> None:
    file = described(played)
    played.cut_after = played.promised = 200_000
    with pytest.raises(ModelFileError, match="broke off .it ended early.: 200.0 kB of 700.0 kB are here"):
        fetch(file, models)
    played.promised = None
    assert fetch(file, models).read_bytes() == CONTENT
    assert played.ranges == [None, "bytes=200000-"]


def test_all_bytes_that_are_here_are_only_checked(played: Hub, models: Path) -> None:
    models.mkdir(parents=True)
    (models / part_name()).write_bytes(CONTENT)
    assert fetch(described(played), models).read_bytes() == CONTENT and played.ranges == []


def test_a_hub_that_ignores_ranges_begins_anew(played: Hub, models: Path) -> None:
    file, told = described(played), []
    played.cut_after = 300_000
    with pytest.raises(ModelFileError):
        fetch(file, models)
    played.knows_ranges = False
    assert fetch(file, models, tell=told.append).read_bytes() == CONTENT
    assert played.ranges == [None, "bytes=300000-"]
    assert told[0] == "The hub does not go on where it broke off (300.0 kB of 700.0 kB are here): beginning anew."


@pytest.mark.parametrize("fault", ["another part", "416"])
def test_a_hub_that_sends_another_part_is_not_believed(played: Hub, models: Path, fault: str) -> None:
    file = described(played)
    models.mkdir(parents=True)
    (models / part_name()).write_bytes(CONTENT[:1000])
    played.wrong_range, played.file_status = (True, 200) if fault == "another part" else (False, 416)
    with pytest.raises(
        ModelFileError, match=r"does not go on where .* \((206|416)\)\. `dream model get light` begins anew"
    ):
        fetch(file, models)
    assert left_in(models) == set()


def test_parts_of_another_version_are_not_mixed_in(played: Hub, models: Path) -> None:
    models.mkdir(parents=True)
    (models / part_name(b"an older version")).write_bytes(b"an older")
    assert fetch(described(played), models).read_bytes() == CONTENT
    assert played.ranges == [None] and left_in(models) == {PRESET.file_name}


def test_the_hub_may_lead_on_to_another_address(played: Hub, models: Path) -> None:
    file = described(played)
    models.mkdir(parents=True)
    (models / part_name()).write_bytes(CONTENT[:400_000])
    played.elsewhere = f"{played.address}/elsewhere?signed=1"
    assert fetch(file, models).read_bytes() == CONTENT
    assert [headers.get("range") for _, headers in played.requests[1:]] == ["bytes=400000-", "bytes=400000-"]


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"?", CONTENT + b"more", b"GGUF"], ids=["byte", "more", "less"])
def test_another_content_is_deleted(played: Hub, models: Path, content: bytes) -> None:
    played.content = content
    if len(content) < len(CONTENT):  # all that should come is said to have come before
        models.mkdir(parents=True)
        (models / part_name()).write_bytes(b"?" * len(CONTENT))
    with pytest.raises(
        ModelFileError, match=r"What arrived is not .*SHA-256 is \w{64}, the hub states \w{64}\. It was deleted"
    ):
        fetch(described(played), models)
    assert left_in(models) == set()


def test_a_file_that_is_no_model_is_deleted(played: Hub, models: Path) -> None:
    played.content = b"<html>not a model</html>"
    played.state_sha256(played.content)
    with pytest.raises(ModelFileError, match="is no use here, and was deleted. .*is not a GGUF model"):
        fetch(described(played), models)
    assert left_in(models) == set()


def test_a_file_without_a_sha256_is_refused(played: Hub) -> None:
    del played.listed["lfs"]
    with pytest.raises(ModelFileError, match="states no SHA-256 .*nothing is fetched"):
        described(played)


def test_a_file_that_is_gone_is_told(played: Hub) -> None:
    played.listed["rfilename"] = "renamed.gguf"
    with pytest.raises(ModelFileError, match=r"There is no file granite.*\.gguf in .* any more\. Choose another"):
        described(played)


@pytest.mark.parametrize(
    ("stated", "licence"), [(None, ""), ("other", "other"), (["mit", "llama3.2"], "mit, llama3.2")]
)
def test_the_licence_is_the_one_that_the_hub_states(played: Hub, stated: Any, licence: str) -> None:
    played.licence = stated
    assert described(played).licence == licence


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, r"has no ibm-granite/.* for everybody \(401\): it was moved or closed\. Choose another"),
        (404, r"has no ibm-granite/.* for everybody \(404\)"),
        (429, r"takes no more requests just now \(429\)\. Please try again in a few minutes"),
        (503, r"is in trouble \(503\)\. Please try again in a moment"),
        (418, r"does not give ibm-granite/.* \(418\)"),
    ],
)
def test_what_the_hub_refuses_is_told(played: Hub, status: int, says: str) -> None:
    played.info_status = status
    with pytest.raises(ModelFileError, match=says):
        described(played)


def test_a_refusal_of_the_file_keeps_what_is_here(played: Hub, models: Path) -> None:
    models.mkdir(parents=True)
    (models / part_name()).write_bytes(CONTENT[:1000])
    played.file_status, told = 503, []
    with pytest.raises(ModelFileError, match=r"in trouble \(503\)"):
        fetch(described(played), models, tell=told.append)
    assert left_in(models) == {part_name()} and told == []


@pytest.mark.parametrize(
    "info", [b"<html>", b"[]", b"{}", b'{"id": "x", "sha": "main"}', b'{"id": "x", "sha": 5, "siblings": 7}']
)
def test_an_answer_that_is_no_hubs_is_told(played: Hub, info: bytes) -> None:
    played.info = info
    with pytest.raises(ModelFileError, match=r"it is no model hub\. Correct its address \(HF_ENDPOINT\)"):
        described(played)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", "http://user:secret@127.0.0.1:1"])
def test_nobody_there_is_told(endpoint: str) -> None:
    says = r"The model hub 127\.0\.0\.1:1 cannot be reached \(.+\)\. Check the internet"
    with pytest.raises(ModelFileError, match=says) as told:
        describe(PRESET, endpoint=endpoint)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("endpoint", ["hub.example", "http://[", "http://x:port", "ftp://hub.example", "http://"])
def test_an_address_that_is_none_is_told(endpoint: str) -> None:
    with pytest.raises(UsageError, match=r"is not a web address\. Correct HF_ENDPOINT"):
        describe(PRESET, endpoint=endpoint)


def test_a_hub_that_is_gone_by_then_leaves_what_is_here(played: Hub, models: Path) -> None:
    file = replace(described(played), url="http://127.0.0.1:1/x")
    models.mkdir(parents=True)
    (models / part_name()).write_bytes(CONTENT[:1000])
    with pytest.raises(ModelFileError, match="broke off .*: 1.0 kB of 700.0 kB are here"):
        fetch(file, models)
    assert left_in(models) == {part_name()}


def test_a_disk_that_is_too_small_is_told_before(played: Hub, models: Path) -> None:
    with pytest.raises(
        StorageError, match=r"has 200\.1 MB free; 700\.0 kB are to be fetched, and 200\.0 MB must be left\. Free"
    ):
        fetch(described(played), models, free_disk=lambda _: 200_100_000)
    assert played.ranges == []
    models.joinpath(part_name()).write_bytes(CONTENT[:650_000])  # then less is missing
    assert fetch(described(played), models, free_disk=lambda _: 200_100_000).read_bytes() == CONTENT


def test_the_free_disk_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert free_disk(tmp_path / "a" / "b") > 0 and free_disk(Path("no/such")) > 0


def test_a_folder_that_cannot_be_written_is_told(played: Hub, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file in its place")
    with pytest.raises(StorageError, match=r"models cannot be used: .*--data-dir"):
        fetch(described(played), tmp_path / "models")


def test_two_at_a_time_do_not_write_into_one_file(played: Hub, models: Path) -> None:
    with (
        only_writer(models, "fetching a model"),
        pytest.raises(StorageError, match="Another program is fetching a model"),
    ):
        fetch(described(played), models)


def test_the_presets_are_of_one_two_and_four_gigabytes() -> None:
    assert [round(preset.about_bytes / GB) for preset in PRESETS.values()] == [1, 2, 4]
    for name, preset in PRESETS.items():
        assert preset.name == name and preset.licence in {"apache-2.0", "mit"}
        assert preset.about_bytes + GB < preset.memory < 2 * preset.about_bytes + GB
        assert preset.file_name.endswith(".gguf") and preset.repository.count("/") == 1


@pytest.mark.parametrize(
    ("gigabytes", "cores", "best"),
    [
        (4, 8, None),
        (8, 8, "middle"),
        (8, 2, "light"),
        (16, 4, "light"),
        (16, 6, "middle"),
        (16, 8, "large"),
        (64, 1, "light"),
    ],
)
def test_the_best_is_the_largest_that_fits_and_is_brisk(gigabytes: int, cores: int, best: str | None) -> None:
    found = best_for(gigabytes * GB, cores)
    assert (found.name if found else None) == best


def test_what_fits_leaves_room_for_the_rest() -> None:
    assert fits(PRESET, 6_300_000_000) and not fits(PRESET, 6_200_000_000)
    assert memory_here() > GB


def test_the_doctor_says_which_one_fits(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    found = larger_models(settings, 16 * GB, 2)
    assert found.state == "note" and found.remedy == "dream model get light"
    assert found.says.startswith(
        "16.0 GB of memory hold light or middle or large; light is the best here. On 2 cores it is slow"
    )
    assert found.says.endswith("None is fetched; nothing needs one.")
    settings.models_dir.mkdir()
    (settings.models_dir / PRESET.file_name).touch()
    found = larger_models(settings, 16 * GB, 2)
    assert found.remedy == "" and found.says.endswith("Fetched: light.")
    assert larger_models(settings, 16 * GB, 8).remedy == "dream model get large"
    assert "too little for any" in larger_models(settings, 2 * GB, 8).says
    assert larger_models(settings, 0, 8).remedy == "dream model list"
    assert speed_of(PRESET, 1).startswith("On one core it is slow") and "several words" in speed_of(PRESET, 4)


def dream(data_dir: Path, endpoint: str, *arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, for huggingface_hub reads HF_ENDPOINT when it is imported. ``typed`` is
    written on a terminal."""
    command = [sys.executable, "-m", "assistant.cli", *arguments, "--data-dir", str(data_dir)]
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "1", "HF_TOKEN": "hf_secret"}
    if typed is None:
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )
    ours, theirs = pty.openpty()
    try:
        os.write(ours, typed.encode())
        return subprocess.run(command, env=environment, stdin=theirs, capture_output=True, text=True, timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)


def test_the_command_shows_asks_fetches_and_says_how_to_use_it(played: Hub, tmp_path: Path) -> None:
    path = tmp_path / "models" / PRESET.file_name
    no = dream(tmp_path, played.address, "model", "get", "light", typed="n\n")
    assert (no.returncode, no.stdout) == (1, "") and no.stderr.endswith("Nothing was fetched.\n")
    assert not path.exists() and played.ranges == []
    yes = dream(tmp_path, played.address, "model", "get", "light", typed="y\n")
    assert yes.returncode == 0, yes.stderr
    assert yes.stdout == f"{path}\nDREAM_GGUF={path}\n" and path.read_bytes() == CONTENT
    shown = yes.stderr.splitlines()
    assert shown[0] == f"light: {PRESET.what}"
    assert [line.split()[0] for line in shown[1:7]] == ["size", "licence", "from", "to", "memory", "free"]
    assert "700.0 kB" in shown[1] and "apache-2.0" in shown[2] and str(path) in shown[4]
    assert f"127.0.0.1:{played.http.server_address[1]}/{PRESET.repository}" in shown[3] and COMMIT[:12] in shown[3]
    assert "Fetch it? [y/N]" in yes.stderr
    assert all("authorization" not in headers for _, headers in played.requests)
    again = dream(tmp_path, played.address, "model", "get", "light", "--yes")
    assert again.returncode == 0 and again.stdout == yes.stdout
    assert again.stderr.startswith("The light model is there already, and whole.\n") and len(played.ranges) == 1


def test_without_a_terminal_nothing_is_fetched_unasked(played: Hub, tmp_path: Path) -> None:
    ran = dream(tmp_path, played.address, "model", "get", "light")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "Nothing is fetched: without a terminal nobody can be asked. To say yes: dream model get light --yes\n"
    )
    assert played.requests == []


def test_the_command_says_where_licences_differ_and_goes_on_later(played: Hub, tmp_path: Path) -> None:
    played.licence, played.cut_after = None, 300_000
    broken = dream(tmp_path, played.address, "model", "get", "light", "--yes")
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "The hub states no licence; we know the model under apache-2.0." in broken.stderr
    assert broken.stderr.endswith("300.0 kB of 700.0 kB are here. `dream model get light` goes on from there.\n")
    played.licence = "llama3.2"
    done = dream(tmp_path, played.address, "model", "get", "light", "--yes")
    assert done.returncode == 0 and "The hub states the licence 'llama3.2'; we know" in done.stderr
    assert "size       700.0 kB, of which 300.0 kB are here already" in done.stderr
    assert "Going on where it broke off" in done.stderr and played.ranges == [None, "bytes=300000-"]


def test_the_list_says_what_there_is_and_what_is_here(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    path = tmp_path / "models" / PRESET.file_name
    path.touch()
    listed = dream(tmp_path, "http://127.0.0.1:1", "model", "list")
    assert listed.returncode == 0 and f"fetched: {path}" in listed.stdout
    assert re.findall(r"^\w+", listed.stdout, re.MULTILINE) == ["small", "light", "middle", "large"]
    rows = json.loads(dream(tmp_path, "http://127.0.0.1:1", "model", "list", "--json").stdout)["models"]
    assert [row["name"] for row in rows] == ["small", *PRESETS]
    assert [bool(row["path"]) for row in rows] == [False, True, False, False]
    assert set(rows[0]) == {"name", "bytes", "what", "path", "fits", "best"}


def test_an_unknown_model_is_wrong_use(tmp_path: Path) -> None:
    ran = dream(tmp_path, "http://127.0.0.1:1", "model", "get", "huge")
    assert ran.returncode == 2
    assert ran.stderr == "There is no model 'huge' to fetch. There are: small, light, middle, large.\n"
