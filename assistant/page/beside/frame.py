"""What every page beside the conversation shares: who asks, the frame around what is shown, forms, errors in plain words."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from assistant.errors import ConversationError
from assistant.page import render
from assistant.page.guests import SCOPE_KEY, Guest
from assistant.page.limits import MOST_FILES, MOST_UPLOADED
from assistant.page.shell import STYLES_BESIDE, look_version, policy_beside
from assistant.page.wording import words
from assistant.telling import told
from knowledge.errors import DreamError

MultiPartParser.spool_max_size = (
    MOST_UPLOADED  # what is uploaded goes into no file for temporary files, which lie elsewhere
)

Form = dict[str, Any]


class NotHere(DreamError):
    """There is nothing to show at this address; the message says what was looked for."""


Answer = Callable[[Request, Guest], Response]
AnswerToForm = Callable[[Request, Guest, Form], Response]


def guest_of(request: Request) -> Guest:
    """Who asks, as the door has found it."""
    guest: Guest = request.scope[SCOPE_KEY]
    return guest


def shown(request: Request, template: str, title: str, *, status: int = 200, **values: object) -> Response:
    """A page in the frame. ``title`` names it; ``template`` lies in templates/beside/ and extends the frame."""
    html = render.render(
        f"beside/{template}",
        title=title,
        here=request.url.path,
        owner=guest_of(request).owner,
        person=guest_of(request).name,
        version=look_version(),
        styles=STYLES_BESIDE,
        **values,
    )
    return HTMLResponse(html, status, {"Content-Security-Policy": policy_beside()})


def led_to(address: str) -> Response:
    """Where a form leads when it is done, so that a reload does not do it again."""
    return RedirectResponse(address, 303)


def page(path: str, answer: Answer) -> Route:
    """A page to look at. What goes wrong is told in the frame."""

    async def answered(request: Request) -> Response:
        return await _plainly(request, functools.partial(answer, request, guest_of(request)))

    return Route(path, answered, methods=["GET", "HEAD"])


def form(path: str, answer: AnswerToForm) -> Route:
    """Where a form is sent. The door has seen to it that it is ours and not too large; files in it are UploadFile.

    Browsers name no charset for a form. One that is named would be decoded, in whatever time that takes.
    """

    async def answered(request: Request) -> Response:
        if "charset" in request.headers.get("content-type", "").lower():
            return _trouble(request, words("beside", "form", most=MOST_FILES), 400)
        try:
            async with request.form(max_files=MOST_FILES, max_part_size=4_000_000) as given:
                filled: Form = {
                    name: given.getlist(name) if name.endswith("[]") else _whole_characters(given[name])
                    for name in given
                }
                return await _plainly(request, functools.partial(answer, request, guest_of(request), filled))
        except HTTPException:  # it cannot be taken apart
            return _trouble(request, words("beside", "form", most=MOST_FILES), 400)

    return Route(path, answered, methods=["POST"])


def _whole_characters(value: str | UploadFile) -> str | UploadFile:
    """A text without halves of characters, which nothing can keep or show."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def text_in(form: Form, name: str, most: int = 500) -> str:
    """What was written in a field, without space around it; at most so many characters."""
    value = form.get(name, "")
    return value.replace("\r\n", "\n").strip()[:most] if isinstance(value, str) else ""


async def _plainly(request: Request, answer: Callable[[], Response]) -> Response:
    try:
        return await run_in_threadpool(answer)
    except (ConversationError, NotHere) as error:
        return _trouble(request, str(error), 404)
    except Exception as error:
        text = told(error, owner=guest_of(request).owner, otherwise=words("beside", "unexpected"))
        return _trouble(request, text, 400 if isinstance(error, DreamError) else 500)


def not_here(request: Request) -> Response:
    """There is no such page."""
    return _trouble(request, words("beside", "not_here"), 404)


def _trouble(request: Request, text: str, status: int) -> Response:
    return shown(request, "trouble", words("beside", "trouble"), status=status, text=text)
