"""Model servers on this computer are found, and whatever else listens there is passed over in time."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

from assistant.models.discovery import FoundServer, find_servers
from tests.endpoint import Endpoint, body, status
from tests.endpoint_faults import another_protocol, drip_bytes, hang_before_headers, line_without_end, reset_at_once


def test_servers_are_found_among_other_programs() -> None:
    others = [
        hang_before_headers,
        drip_bytes,
        another_protocol,
        reset_at_once,
        line_without_end,
        body("text/html", "<html>A web shop</html>"),
        body("application/json", '{"error": "unknown endpoint"}'),
        body("application/json", "[]"),
        status(401, "who are you?"),
        status(404),
        status(500),
    ]
    with ExitStack() as stack:
        first, second, *rest = [stack.enter_context(Endpoint()) for _ in range(2 + len(others))]
        first.models = ["gemma3:4b", "qwen3:1.7b"]
        second.models = []
        for endpoint, behaviour in zip(rest, others, strict=True):
            endpoint.models_behaviour = behaviour
        holder = stack.enter_context(socket.socket())  # a port on which nobody listens
        holder.bind(("127.0.0.1", 0))
        ports = {endpoint.port: f"other {number}" for number, endpoint in enumerate(rest)}
        ports |= {holder.getsockname()[1]: "nobody", first.port: "Ollama", second.port: "LM Studio"}
        began = time.monotonic()
        found = find_servers(timeout=1, ports=ports)
        took = time.monotonic() - began
    assert found == [
        FoundServer("Ollama", first.base_url, ("gemma3:4b", "qwen3:1.7b")),
        FoundServer("LM Studio", second.base_url, ()),
    ]
    assert took < 3
    assert first.requests[0].headers["authorization"] == "Bearer not-needed"
    assert [request.method for request in first.requests] == ["GET"]


def test_no_ports_no_servers() -> None:
    assert find_servers(ports={}) == []
