"""Event streams end when their page is closed or the server ends; by themselves they would go on for ever."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def until_closing(app: ASGIApp, closing: asyncio.Event, scope: Scope, receive: Receive, send: Send) -> None:
    """Pass a stream on until it ends, its page is closed, or ``closing`` is set; one that had not begun is answered with 503."""
    begun = ended = False

    async def watched(message: Message) -> None:
        nonlocal begun, ended
        begun = True
        ended = message["type"] == "http.response.body" and not message.get("more_body", False)
        await send(message)

    stream = asyncio.ensure_future(app(scope, _nothing_more, watched))
    gone = asyncio.ensure_future(_disconnected(receive))
    ending = asyncio.ensure_future(closing.wait())
    try:
        await asyncio.wait({stream, gone, ending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        unfinished = [task for task in (stream, gone, ending) if not task.done()]
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        if begun and not ended:
            await send({"type": "http.response.body", "body": b""})
        if not begun and closing.is_set():
            await Response(status_code=503)(scope, receive, send)


async def _disconnected(receive: Receive) -> None:
    """Returns when the browser has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def _nothing_more() -> Message:
    """Stands in for ``receive`` behind the door: a stream has no body, and its end is watched for at the door."""
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}
