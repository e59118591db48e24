"""What is one's own: taking the dreams along, bringing them in, deleting them, each with what it means."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from assistant.companion import Companion
from assistant.journal.files import from_text, to_json, to_markdown
from assistant.page.beside.frame import Form, form, page, shown
from assistant.page.guests import Guest
from assistant.page.running import RunningReplies
from assistant.page.wording import words
from knowledge.errors import UsageError


def routes(companion: Companion, running: RunningReplies) -> list[Route]:
    """The pages of what is one's own; ``running`` are the replies that are being written."""
    journal = companion.journal

    def yours(request: Request, guest: Guest) -> Response:
        return shown(
            request,
            "yours",
            words("rooms", "yours"),
            count=journal.dreams.count(guest.visitor),
            folder=companion.settings.data_dir if guest.owner else "",
        )

    def markdown(_request: Request, guest: Guest) -> Response:
        return _file(to_markdown(journal.conversations(guest.visitor)), "dreams.md", "text/markdown")

    def as_json(_request: Request, guest: Guest) -> Response:
        return _file(to_json(journal.conversations(guest.visitor)), "dreams.json", "application/json")

    def bring_in(request: Request, guest: Guest, given: Form) -> Response:
        dreams = from_text(_text_of(given))
        added = journal.restore(guest.visitor, dreams)
        companion.recurring.later(guest.visitor)
        return shown(request, "brought_in", words("yours", "brought_in"), added=added, there=len(dreams) - added)

    def ask_delete(request: Request, guest: Guest) -> Response:
        return shown(request, "delete_all", words("yours", "delete"), count=journal.dreams.count(guest.visitor))

    def delete(request: Request, guest: Guest, _given: Form) -> Response:
        running.abandon_all_of(guest.visitor)
        count = journal.delete_visitors(guest.visitor)
        return shown(request, "deleted_all", words("yours", "deleted"), count=count)

    return [
        page("/yours", yours),
        page("/yours/dreams.md", markdown),
        page("/yours/dreams.json", as_json),
        form("/yours/bring-in", bring_in),
        page("/yours/delete", ask_delete),
        form("/yours/delete", delete),
    ]


def _text_of(given: Form) -> str:
    """What was pasted, or the file's text. Raises UsageError where there is neither, or the file is no text."""
    pasted, file = given.get("pasted"), given.get("file")
    if isinstance(file, UploadFile) and file.filename:
        content = file.file.read()
        for encoding in ("utf-8", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8",):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise UsageError(words("yours", "no_text", name=file.filename[:80]))
    if isinstance(pasted, str) and pasted.strip():
        return pasted.replace("\r\n", "\n")
    raise UsageError(words("yours", "nothing_given"))


def _file(text: str, name: str, kind: str) -> Response:
    return PlainTextResponse(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
