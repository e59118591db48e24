"""Puts the owner's articles on the shelf and takes them off it: in the background, one errand at a time, telling how far it is."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, NamedTuple

from assistant.page.wording import words
from assistant.telling import told
from knowledge.errors import UsageError
from knowledge.files import folder_of_this_program, plain_storage_errors, remove_folders_of_the_dead
from knowledge.library import Ingested, Library
from knowledge.reading import read_pasted, slug
from knowledge.types import Article

FOLDERS = "adding-"  # in the data folder, then the process: what was uploaded lies there until it is read
LONGEST_NAME = 120  # bytes of a file's name without its ending
LONGEST_ENDING = 20  # characters
NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


class Step(StrEnum):
    """How far an errand is."""

    READING = "reading"
    INDEXING = "indexing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Upload(NamedTuple):
    """A file as a browser sends it; ``name`` may be anything."""

    name: str
    file: BinaryIO


class NotTaken(NamedTuple):
    """A file that could not be taken in, and why."""

    name: str
    reason: str


class Added(NamedTuple):
    """An article that was taken in; ``replaces`` says whether one of that id was there before."""

    id: str
    title: str
    sections: int
    replaces: bool


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was written into the form, to be shown there again where it could not be kept."""

    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Errand:
    """What the librarian is at, or did last.

    ``removes`` is the title of an article that is taken out, empty where some are added. ``number`` and ``of`` count the
    files while they are read, and the pieces of text while they are indexed.
    """

    step: Step = Step.READING
    removes: str = ""
    file: str = ""
    number: int = 0
    of: int = 0
    added: tuple[Added, ...] = ()
    there_already: tuple[str, ...] = ()
    not_taken: tuple[NotTaken, ...] = ()
    trouble: str = ""
    pasted: Pasted = field(default_factory=Pasted)

    @property
    def is_under_way(self) -> bool:
        """Whether it is not over yet."""
        return self.step in (Step.READING, Step.INDEXING)


class _Stopped(Exception):
    """The owner does not want it any more."""


class Librarian:
    """Works on one library. What it is given is told by ``errand``; a second errand is refused while one is under way."""

    def __init__(self, library: Library, data_dir: Path) -> None:
        self._library = library
        self._data_dir = data_dir
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._errand: Errand | None = None
        remove_folders_of_the_dead(data_dir, FOLDERS)

    @property
    def errand(self) -> Errand | None:
        """What is under way, or what came of the last one."""
        return self._errand

    def add_files(self, uploads: Sequence[Upload]) -> None:
        """Read these files and add what can be read. Raises UsageError while another errand is under way, StorageError."""
        self._begin(Errand(of=len(uploads)))
        folder: Path | None = None
        try:
            with plain_storage_errors(self._data_dir):
                folder = folder_of_this_program(self._data_dir, FOLDERS)
                names = {_keep(upload, folder / str(number)): upload.name for number, upload in enumerate(uploads)}
        except BaseException as error:
            self._end(Errand(Step.FAILED, trouble=str(error)), folder)
            raise
        self._go(lambda: self._add_files(names), folder)

    def add_pasted(self, pasted: Pasted) -> None:
        """Add a text. Raises UnreadableArticle where there is none in it, UsageError while another errand is under way."""
        article = read_pasted(pasted.title, pasted.text)
        self._begin(Errand(Step.INDEXING, pasted=pasted))
        self._go(lambda: self._add([article], {}, ()))

    def remove(self, article: Article) -> None:
        """Take out an own article. Raises UsageError while another errand is under way."""
        self._begin(Errand(Step.INDEXING, removes=article.title))
        self._go(lambda: self._remove(article))

    def stop(self) -> None:
        """Give up what is under way, and leave everything as it was; what is nearly finished may still be finished."""
        self._stop.set()

    # ---- errands ---------------------------------------------------------------------------------------------------

    def _add_files(self, names: dict[Path, str]) -> Errand:
        ids: set[str] = set()
        alike: list[NotTaken] = []
        files: list[Path] = []
        for path, name in names.items():
            if slug(path.stem) in ids:
                alike.append(NotTaken(name, words("adding", "same_name")))
            else:
                ids.add(slug(path.stem))
                files.append(path)
        return self._add(files, names, tuple(alike))

    def _add(self, sources: Sequence[Path | Article], names: dict[Path, str], alike: tuple[NotTaken, ...]) -> Errand:
        before = self._library.articles().keys()
        ingested = self._library.ingest(
            self._handed_over(sources), on_file=lambda path: self._tell_file(names[path]), on_embedded=self._tell_pieces
        )
        failed = tuple(NotTaken(names[Path(error.path)], error.reason) for error in ingested.failed)
        return Errand(
            Step.DONE,
            added=self._added(ingested, set(before)),
            there_already=self._there_already(sources, ingested),
            not_taken=(*failed, *alike),
        )

    def _handed_over(self, sources: Sequence[Path | Article]) -> Iterator[Path | Article]:
        yield from sources
        self._tell(lambda errand: replace(errand, step=Step.INDEXING, number=0, of=0))

    def _added(self, ingested: Ingested, before: set[str]) -> tuple[Added, ...]:
        articles = self._library.articles()
        found = [articles[article_id] for article_id in ingested.articles if article_id in articles]
        return tuple(Added(one.id, one.title, len(one.sections), one.id in before) for one in found)

    def _there_already(self, sources: Sequence[Path | Article], ingested: Ingested) -> tuple[str, ...]:
        """The titles of the articles that were on the shelf as they are."""
        failed = {error.path for error in ingested.failed}
        ids = [
            source.id if isinstance(source, Article) else slug(source.stem) or "article"
            for source in sources
            if str(source) not in failed
        ]
        articles = self._library.articles()
        return tuple(articles[one].title for one in ids if one not in ingested.articles and one in articles)

    def _remove(self, article: Article) -> Errand:
        removed = self._library.remove(article.id)
        trouble = "" if removed else words("removing", "gone")
        return Errand(Step.DONE if removed else Step.FAILED, removes=article.title, trouble=trouble)

    # ---- one at a time ---------------------------------------------------------------------------------------------

    def _begin(self, errand: Errand) -> None:
        with self._lock:
            if self._errand is not None and self._errand.is_under_way:
                raise UsageError(words("adding", "one_at_a_time"))
            self._stop.clear()
            self._errand = errand

    def _go(self, work: Callable[[], Errand], folder: Path | None = None) -> None:
        threading.Thread(target=self._work, args=(work, folder), name="librarian", daemon=True).start()

    def _work(self, work: Callable[[], Errand], folder: Path | None) -> None:
        begun = self._errand or Errand()
        try:
            ended = work()
        except _Stopped:
            ended = replace(begun, step=Step.STOPPED)
        except Exception as error:
            trouble = told(error, owner=True, otherwise=words("adding", "unexpected"))
            ended = replace(begun, step=Step.FAILED, trouble=trouble)
        self._end(ended, folder)

    def _end(self, errand: Errand, folder: Path | None) -> None:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        self._errand = errand

    def _tell_file(self, name: str) -> None:
        self._tell(lambda errand: replace(errand, step=Step.READING, file=name, number=errand.number + 1))

    def _tell_pieces(self, done: int, of: int) -> None:
        self._tell(lambda errand: replace(errand, step=Step.INDEXING, number=done, of=of))

    def _tell(self, now: Callable[[Errand], Errand]) -> None:
        if self._stop.is_set():
            raise _Stopped
        if self._errand is not None:
            self._errand = now(self._errand)


def _keep(upload: Upload, folder: Path) -> Path:
    """The upload as a file in a folder of its own, under as much of its name as a file may have."""
    folder.mkdir()
    path = folder / safe_name(upload.name)
    with path.open("wb") as file:
        shutil.copyfileobj(upload.file, file)
    return path


def safe_name(name: str) -> str:
    """The last part of a file's name without what a disk could take amiss, not too long; its ending stays."""
    last = "".join(character for character in re.split(r"[/\\]", name)[-1] if character.isprintable())
    path = Path(NOT_IN_NAMES.sub(" ", last).strip(" .") or "article")
    stem = path.stem.encode("utf-8", "ignore")[:LONGEST_NAME].decode("utf-8", "ignore").strip(" .")
    return f"{stem or 'article'}{path.suffix[:LONGEST_ENDING]}"
