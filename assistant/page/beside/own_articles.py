"""The owner's own articles: adding files or a text, how far that is, and taking an article out again."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.companion import Companion
from assistant.page.beside.frame import Form, NotHere, form, led_to, page, shown, text_in
from assistant.page.beside.librarian import Librarian, Pasted, Upload
from assistant.page.guests import Guest
from assistant.page.limits import MOST_FILES, MOST_UPLOADED
from assistant.page.places import ADDING, article_at
from assistant.page.wording import words
from knowledge.errors import DreamError, UnreadableArticle, UsageError
from knowledge.reading import ENDINGS, FORMATS, LARGEST_FILE_MEGABYTES
from knowledge.types import Article

MOST_PASTED = 500_000  # characters
LIMITS = {
    "formats": FORMATS,
    "files": MOST_FILES,
    "each": LARGEST_FILE_MEGABYTES,
    "all": MOST_UPLOADED // 1_000_000,
}


def routes(companion: Companion) -> list[Route]:
    """The pages for the owner alone; anybody else is told so, and nothing is done."""
    desk = Desk(companion)
    return [
        page(ADDING, lambda request, guest: _for_owner(request, guest, lambda: desk.adding(request))),
        *(
            form(path, _form_for_owner(answer))
            for path, answer in (
                (f"{ADDING}/files", desk.add_files),
                (f"{ADDING}/text", desk.add_text),
                (f"{ADDING}/stop", desk.stop),
                ("/library/{name}/remove", desk.remove),
            )
        ),
        page("/library/{name}/remove", lambda request, guest: _for_owner(request, guest, lambda: desk.ask(request))),
    ]


class Desk:
    """Where the owner hands articles in and out."""

    def __init__(self, companion: Companion) -> None:
        self._library = companion.library
        self._librarian = Librarian(companion.library, companion.settings.data_dir)

    def adding(self, request: Request, refused: str = "", pasted: Pasted | None = None) -> Response:
        """The forms; or what is being added or was added last. ``refused`` is why a form was not taken."""
        errand = self._librarian.errand
        if pasted is None:
            pasted = errand.pasted if errand and not errand.is_under_way else Pasted()
        own, articles = self._library.own_articles(), self._library.articles()
        return shown(
            request,
            "library/adding",
            words("adding", "heading"),
            status=400 if refused else 200,
            errand=errand,
            own=[articles[one] for one in sorted(own) if one in articles],
            refused=refused,
            pasted=pasted,
            limits=words("adding", "files_limits", **LIMITS),
            endings=",".join(ENDINGS),
            most=MOST_UPLOADED,
            too_large=words("adding", "files_too_large", count="{count}", most=MOST_UPLOADED // 1_000_000),
        )

    def add_files(self, request: Request, filled: Form) -> Response:
        """Take files in."""
        given = [file for file in filled.get("files[]", ()) if isinstance(file, UploadFile)]
        uploads = [Upload(file.filename or "", file.file) for file in given if file.filename or file.size]
        try:
            if not uploads:
                raise UsageError(words("adding", "no_files"))
            self._librarian.add_files(uploads)
        except DreamError as error:
            return self.adding(request, str(error))
        return led_to(ADDING)

    def add_text(self, request: Request, filled: Form) -> Response:
        """Take a pasted text in; where it cannot be, it stands in its field again."""
        text = filled.get("text", "")
        pasted = Pasted(text_in(filled, "title", 300), text if isinstance(text, str) else "")
        try:
            _check(pasted)
            self._librarian.add_pasted(pasted)
        except UnreadableArticle as error:
            return self.adding(request, words("adding", "text_not_taken", reason=error.reason), pasted)
        except DreamError as error:
            return self.adding(request, str(error), pasted)
        return led_to(ADDING)

    def stop(self, _request: Request, _filled: Form) -> Response:
        """Give up what is being added."""
        self._librarian.stop()
        return led_to(ADDING)

    def ask(self, request: Request) -> Response:
        """Ask once more before an article is taken out."""
        article = self._own(request)
        title = words("removing", "heading", title=article.title)
        returns = article.id in self._library.packaged_articles()
        return shown(request, "library/removing", title, article=article, returns=returns)

    def remove(self, request: Request, _filled: Form) -> Response:
        """Take an article out."""
        self._librarian.remove(self._own(request))
        return led_to(ADDING)

    def _own(self, request: Request) -> Article:
        name = article_at(request.path_params["name"])
        article = self._library.articles().get(name)
        if article is None:
            raise NotHere(words("library", "missing", name=name))
        if name not in self._library.own_articles():
            raise UsageError(words("removing", "not_own", title=article.title))
        return article


def _check(pasted: Pasted) -> None:
    """Raises UsageError where something is missing, or too long."""
    if not pasted.title:
        raise UsageError(words("adding", "no_title"))
    if not pasted.text.strip():
        raise UsageError(words("adding", "no_text"))
    if len(pasted.text) > MOST_PASTED:
        raise UsageError(words("adding", "text_too_long", count=f"{len(pasted.text):,}", most=f"{MOST_PASTED:,}"))


def _for_owner(request: Request, guest: Guest, answer: Callable[[], Response]) -> Response:
    if guest.owner:
        return answer()
    text = words("owner", "only_owner")
    return shown(request, "trouble", words("beside", "trouble"), status=403, text=text)


def _form_for_owner(answer: Callable[[Request, Form], Response]) -> Callable[[Request, Guest, Form], Response]:
    return lambda request, guest, filled: _for_owner(request, guest, lambda: answer(request, filled))
