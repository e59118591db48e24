"""Puts the three ways in behind the door: their addresses, and what has to run while they are served."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI

from assistant.companion import Companion
from assistant.connections.abilities import Abilities
from assistant.connections.gate import Gate
from assistant.connections.gradio_api import build_api
from assistant.connections.grants import Connection, Grants
from assistant.connections.mcp_server import CompanionServer
from assistant.connections.openai_endpoint import OpenAIEndpoint
from assistant.page.gradio_quietly import gr
from assistant.page.kept_values import KeptValues
from assistant.page.running import RunningReplies


class Connections:
    """All that other programs may reach. ``gate`` is for the door to ask; ``grants`` is for the owner's page."""

    def __init__(self, companion: Companion, running: RunningReplies) -> None:
        self.grants = Grants(companion.settings.data_dir)
        self.gate = Gate(self.grants)
        abilities = Abilities(companion, self.grants, running)
        self._mcp = CompanionServer(abilities)
        self._openai = OpenAIEndpoint(abilities)
        self._gradio = build_api(abilities)
        self._kept_values = KeptValues(self._gradio)

    def mount(self, app: FastAPI) -> None:
        """Add the addresses; before the page's own, which takes every address that is left."""
        app.router.routes.extend([*self._mcp.routes(), *self._openai.routes()])
        gr.mount_gradio_app(
            app,
            self._gradio,
            path=Connection.GRADIO.path,
            footer_links=[],
            run_history=False,
            show_error=False,
            ssr_mode=False,
            mcp_server=False,
            pwa=False,
            enable_monitoring=False,
            max_file_size=1,
        )

    def running(self) -> AbstractAsyncContextManager[None]:
        """To be entered while the page is served, once."""
        return self._mcp.session_manager.run()
