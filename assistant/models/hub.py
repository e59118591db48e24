"""Asks the model hub about a file and fetches it: resumed where it broke off, and checked by its SHA-256.

huggingface_hub knows the hub's address (HF_ENDPOINT names another), its links and its answers. The requests are made
here: what the owner asks for by name may go out while that library stays offline for all else, without a token and
without a word about this computer.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
from rich.filesize import decimal

from assistant import __version__
from assistant.errors import ModelFileError
from assistant.models.model_file import check_model_file, sha256_of
from assistant.models.presets import Preset
from knowledge.errors import StorageError, UsageError
from knowledge.files import only_writer, plain_storage_errors

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

REVISION = "main"
TIMES = httpx2.Timeout(30, connect=10)  # seconds without a word from the hub
SPARE_BYTES = 200_000_000  # of the disk, not to be filled
# Bytes as they lie there: a compressed answer could not be gone on with in the middle.
HEADERS = {"User-Agent": f"dream-companion/{__version__}", "Accept-Encoding": "identity"}
ANOTHER = "Choose another model (`dream model list`), or set DREAM_GGUF to a file of your own."
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)  # an answer that is not the hub's

Progress = Callable[[int, int], None]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class HubFile:
    """A preset's file as the hub describes it; ``licence`` is "" where the hub states none."""

    preset: Preset
    hub: str
    commit: str
    size: int
    sha256: str
    licence: str
    url: str

    @property
    def source(self) -> str:
        """Where it comes from, to be shown."""
        return f"{self.hub}/{self.preset.repository} ({self.preset.file_name}, commit {self.commit[:12]})"


def describe(preset: Preset, *, endpoint: str | None = None) -> HubFile:
    """What the hub says of a preset's file just now; nothing is fetched.

    ``endpoint`` is the hub's address, by default huggingface_hub's. Raises ModelFileError where the hub can't be reached,
    has no such file, or states no SHA-256 for it, and UsageError where its address is none.
    """
    from huggingface_hub import constants, hf_hub_url

    address = (endpoint or constants.ENDPOINT).rstrip("/")
    hub = _shown(address)
    info = _model_info(address, hub, preset)
    listed = next((file for file in info.siblings or () if file.rfilename == preset.file_name), None)
    if listed is None:
        raise ModelFileError(f"There is no file {preset.file_name} in {hub}/{preset.repository} any more. {ANOTHER}")
    if listed.lfs is None or not re.fullmatch("[0-9a-f]{64}", str(listed.lfs.sha256)):
        raise ModelFileError(
            f"{hub} states no SHA-256 for {preset.file_name}, so that what arrives could not be checked: nothing is fetched. "
            f"{ANOTHER}"
        )
    return HubFile(
        preset=preset,
        hub=hub,
        commit=str(info.sha),
        size=listed.lfs.size,
        sha256=listed.lfs.sha256,
        licence=_licence(info),
        url=hf_hub_url(preset.repository, preset.file_name, revision=info.sha, endpoint=address),
    )


def is_there(file: HubFile, models_dir: Path) -> bool:
    """Whether the file has been fetched and is whole, to the byte."""
    return _is_whole(models_dir / file.preset.file_name, file)


def begun_bytes(file: HubFile, models_dir: Path) -> int:
    """How much of it lies here from a fetch that broke off."""
    return _bytes_in(_part(file, models_dir))


def free_disk(folder: Path) -> int:
    """Free bytes on the disk of a folder that need not be there yet."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return shutil.disk_usage(there).free


def fetch(
    file: HubFile,
    models_dir: Path,
    *,
    progress: Progress = lambda here, whole: None,
    tell: Tell = lambda _: None,
    free_disk: Callable[[Path], int] = free_disk,
) -> Path:
    """Fetch the file into ``models_dir`` unless it is there and whole; its path.

    What a broken connection leaves is kept, and the next call goes on from there. ``progress`` is told how many bytes are here,
    and of how many; ``tell`` each step in a sentence. Raises ModelFileError (not to be had, or damaged) or StorageError
    (the folder can't be written, or the disk is too small).
    """
    path = models_dir / file.preset.file_name
    with plain_storage_errors(models_dir), only_writer(models_dir, "fetching a model", timeout=1):
        if _is_whole(path, file):
            tell(f"The {file.preset.name} model is there already, and whole: {path}.")
            return path
        part = _part(file, models_dir)
        _drop_other_parts(part, path)
        if _bytes_in(part) < file.size:
            _check_disk(file, part, free_disk(models_dir))
            _download(file, part, progress, tell)
        tell("Checking what arrived…")
        _check(file, part)
        return part.replace(path)


def _model_info(address: str, hub: str, preset: Preset) -> ModelInfo:
    """The hub's answer about the repository, with its files. https://huggingface.co/docs/hub/api"""
    from huggingface_hub import ModelInfo

    url = f"{address}/api/models/{preset.repository}/revision/{REVISION}"
    try:
        with _client(address) as client:
            answer = client.get(url, params={"blobs": True})
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _unreachable(hub, error) from error
    if answer.status_code != 200:
        raise _refused(answer.status_code, hub, preset.repository)
    try:
        info = ModelInfo(**answer.json())  # type: ignore[no-untyped-call]
        if not re.fullmatch("[0-9a-f]{40,64}", info.sha or ""):
            raise ValueError("no commit")
        return info
    except UNREADABLE as error:
        raise ModelFileError(
            f"What {hub} says of {preset.repository} cannot be read: it is no model hub. Correct its address (HF_ENDPOINT)."
        ) from error


def _licence(info: ModelInfo) -> str:
    """The licence that the repository's card states, "" for none."""
    stated = getattr(info.card_data, "license", None)
    return ", ".join(map(str, stated)) if isinstance(stated, list) else str(stated or "")


def _download(file: HubFile, part: Path, progress: Progress, tell: Tell) -> None:
    """Add what is missing to the part."""
    here = _bytes_in(part)
    asked = {"Range": f"bytes={here}-"} if here else {}
    try:
        with _client(file.url) as client, client.stream("GET", file.url, headers=asked) as answer:
            if here and answer.status_code in (200, 206):
                tell(_resumes(answer, f"{_of(here, file.size)} are here"))
            _write(answer, file, part, here, progress)
    except httpx2.HTTPError as error:
        raise _broke_off(file, part, str(error) or type(error).__name__) from error
    if _bytes_in(part) < file.size:
        raise _broke_off(file, part, "it ended early")


def _write(answer: httpx2.Response, file: HubFile, part: Path, here: int, progress: Progress) -> None:
    """Write an answer as it comes: after what is here if it is the rest, else from the beginning."""
    rest = answer.status_code == 206 and answer.headers.get("content-range", "").startswith(f"bytes {here}-")
    if answer.status_code in (206, 416) and not rest:
        part.unlink(missing_ok=True)
        raise ModelFileError(
            f"{file.hub} does not go on where the fetch broke off ({answer.status_code}). {_again(file)} begins anew."
        )
    if answer.status_code not in (200, 206):
        raise _refused(answer.status_code, file.hub, file.preset.file_name)
    here = here if rest else 0
    with part.open("ab" if rest else "wb") as kept:
        progress(here, file.size)
        for piece in answer.iter_raw():
            kept.write(piece)
            here += len(piece)
            progress(min(here, file.size), file.size)
            if here > file.size:
                return  # no need for more: it is another file


def _check(file: HubFile, part: Path) -> None:
    """See that the part is the file, to the byte, and a model; else it is deleted."""
    found = sha256_of(part)
    if found != file.sha256:
        part.unlink()
        raise ModelFileError(
            f"What arrived is not the file {file.preset.file_name}: its SHA-256 is {found}, the hub states {file.sha256}. "
            f"It was deleted. {_again(file)} begins anew."
        )
    try:
        check_model_file(part)
    except ModelFileError as error:
        part.unlink()
        raise ModelFileError(
            f"What the hub has as {file.preset.file_name} is no use here, and was deleted. {error}"
        ) from error


def _check_disk(file: HubFile, part: Path, free: int) -> None:
    missing = file.size - _bytes_in(part)
    if free < missing + SPARE_BYTES:
        raise StorageError(
            f"The disk of {part.parent} has {decimal(free)} free; {decimal(missing)} are to be fetched, and "
            f"{decimal(SPARE_BYTES)} must be left. Free some space, or choose another data folder (DREAM_DATA_DIR)."
        )


def _client(address: str) -> httpx2.Client:
    """A client without a token; like the rest of the program it uses no proxy for this computer's own addresses."""
    from assistant.models.failures import is_loopback  # only now: it brings a large library with it

    local = is_loopback(urlsplit(address).hostname or "")
    return httpx2.Client(headers=HEADERS, timeout=TIMES, follow_redirects=True, trust_env=not local)


def _is_whole(path: Path, file: HubFile) -> bool:
    return path.is_file() and path.stat().st_size == file.size and sha256_of(path) == file.sha256


def _part(file: HubFile, models_dir: Path) -> Path:
    """What has arrived of the file; its SHA-256 in the name keeps it apart from what was there of another version."""
    return models_dir / f"{file.preset.file_name}.{file.sha256}.part"


def _drop_other_parts(part: Path, path: Path) -> None:
    for other in path.parent.glob(f"{path.name}.*.part"):
        if other != part:
            other.unlink()


def _bytes_in(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _shown(address: str) -> str:
    """The hub's address as it may be shown: without user name and password. Raises UsageError for what is none."""
    try:
        parts = urlsplit(address)
        known = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise UsageError(f"The model hub's address {address!r} is not a web address. Correct HF_ENDPOINT, or unset it.")
    return parts.netloc.rpartition("@")[2] + parts.path


def _resumes(answer: httpx2.Response, here: str) -> str:
    if answer.status_code == 206:
        return f"Going on where it broke off: {here}."
    return f"The hub does not go on where it broke off ({here}): beginning anew."


def _of(here: int, whole: int) -> str:
    return f"{decimal(here)} of {decimal(whole)}"


def _again(file: HubFile) -> str:
    return f"`dream model get {file.preset.name}`"


def _unreachable(hub: str, error: Exception) -> ModelFileError:
    return ModelFileError(
        f"The model hub {hub} cannot be reached ({str(error) or type(error).__name__}). Check the internet connection, and try again; "
        "the companion works without it, too."
    )


def _broke_off(file: HubFile, part: Path, reason: str) -> ModelFileError:
    return ModelFileError(
        f"The connection to {file.hub} broke off ({reason}): {_of(_bytes_in(part), file.size)} are here. "
        f"{_again(file)} goes on from there."
    )


def _refused(status: int, hub: str, what: str) -> ModelFileError:
    """What a status other than success means."""
    if status in (401, 403, 404):  # the hub says 401 also of what is not there
        return ModelFileError(f"{hub} has no {what} for everybody ({status}): it was moved or closed. {ANOTHER}")
    if status == 429:
        return ModelFileError(f"{hub} takes no more requests just now (429). Please try again in a few minutes.")
    if status >= 500:
        return ModelFileError(f"The model hub {hub} is in trouble ({status}). Please try again in a moment.")
    return ModelFileError(f"{hub} does not give {what} ({status}). {ANOTHER}")
