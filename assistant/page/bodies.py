"""The bodies of requests: how long they may be, and read whole before anything behind the door sees them."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from assistant.page.guests import Refused
from assistant.page.limits import LARGE, MOST_BYTES
from assistant.page.wording import words


def check_length(headers: Headers, most: int, told: str) -> Refused:
    """Raises what it returns otherwise: the refusal of a body that is too large."""
    too_large = Refused(413, told or words("refused", "too_large", most=f"{most:,}"))
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 20 or int(length) > most:
        raise too_large
    return too_large


def may_be_large(headers: Headers) -> bool:
    """Whether more than a little may come: much is announced, or nothing."""
    return "transfer-encoding" in headers or int(headers.get("content-length", LARGE + 1)) > LARGE


async def whole_body(
    headers: Headers, receive: Receive, most: int = MOST_BYTES, told: str = ""
) -> tuple[Receive, bytes]:
    """The request's body, at most so many bytes, and a ``receive`` that gives it once more."""
    too_large = check_length(headers, most, told)
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            raise too_large
    given = False

    async def once_more() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return once_more, bytes(body)
