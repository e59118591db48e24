"""Model servers that run on this computer already, at their usual ports. They are only listed; nothing is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from assistant.errors import ModelError
from assistant.models.client import ChatClient, Times

USUAL_PORTS = {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8000: "vLLM"}


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server that answered. ``name`` is whose usual port it is, which need not be what it is."""

    name: str
    base_url: str
    models: tuple[str, ...]


def find_servers(timeout: float = 0.4, ports: Mapping[int, str] = USUAL_PORTS) -> list[FoundServer]:
    """Ask all ports at once which models they offer: who answers in ``timeout`` seconds, in the ports' order."""

    def look(port: int, name: str) -> FoundServer | None:
        base_url = f"http://127.0.0.1:{port}/v1"
        client = ChatClient(base_url, "", "", Times(connect=timeout))
        try:
            models = client.models(timeout)
        except ModelError:  # nobody there, or a program of another kind
            return None
        finally:
            client.close()
        return FoundServer(name, base_url, tuple(models))

    with ThreadPoolExecutor(max_workers=max(1, len(ports))) as pool:
        return [server for server in pool.map(look, ports.keys(), ports.values()) if server is not None]
