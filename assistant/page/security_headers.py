"""The security headers that every answer carries."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from assistant.page.shell import policy


def with_security_headers(send: Send, path: str) -> Send:
    """Sends the security headers along, and keeps words out of every cache."""

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in [name for name in headers if name.lower().startswith("access-control-")]:
                del headers[name]
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "same-origin"  # other hosts are told nothing; a form of ours needs its origin
            # Only the page itself may listen, and it asks the browser for dictation that stays on the device (aloud.js).
            microphone = "(self)" if path == "/" else "()"
            headers["Permissions-Policy"] = f"camera=(), microphone={microphone}, geolocation=()"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
            headers.setdefault("Content-Security-Policy", policy())
            named_by_content = re.match(r"/(assets|look)/", path) and message["status"] == 200
            headers["Cache-Control"] = "public, max-age=31536000, immutable" if named_by_content else "no-store"
        await send(message)

    return with_headers
