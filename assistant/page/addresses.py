"""The names under which this companion may be asked for. Any other name in a Host header is refused (DNS rebinding)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable


class Addresses:
    """Where we listen and what we are called. ``share_host`` gives the share link's host name, or ""."""

    def __init__(self, host: str, port: int, share_host: Callable[[], str]) -> None:
        self.host = host
        self.port = port
        self._share_host = share_host
        self.everywhere = host in ("0.0.0.0", "::", "")

    @property
    def local_host(self) -> str:
        """The name by which this computer itself reaches us."""
        return "127.0.0.1" if self.everywhere or self.host == "localhost" else self.host

    @property
    def own(self) -> str:
        """Our address on this computer."""
        return f"http://{_bracketed(self.local_host)}:{self.port}"

    @property
    def is_local_only(self) -> bool:
        """Whether only this computer itself can reach us (but for a share link)."""
        if self.host == "localhost":
            return True
        literal = _as_ip(self.host)
        return literal is not None and literal.is_loopback

    def is_shared(self, host_header: str) -> bool:
        """Whether a request came by the share link."""
        return bool(host_header) and host_header.lower() == self._share_host().lower()

    def is_ours(self, host_header: str) -> bool:
        """Whether a Host header names us.

        A number in place of a name cannot be rebound, so all of this computer's numbers pass when we listen everywhere.
        """
        if self.is_shared(host_header):
            return True
        name, port = _split(host_header.lower())
        if port != self.port:
            return False
        if name in ("localhost", "127.0.0.1", "::1", self.host.lower()):
            return True
        return self.everywhere and _as_ip(name) is not None


def _split(host_header: str) -> tuple[str, int]:
    """Name and port of a Host header; port -1 where it is no Host header at all."""
    if host_header.endswith("]") or ":" not in host_header:
        name, port = host_header, "80"
    else:
        name, _, port = host_header.rpartition(":")
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    return name, int(port) if port.isascii() and port.isdecimal() else -1


def _as_ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
