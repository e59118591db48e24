"""The companion as an MCP server (https://modelcontextprotocol.io), over streamable HTTP, without sessions: /mcp."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, ParamSpec, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import Tool, ToolAnnotations
from pydantic import BaseModel, Field
from starlette.routing import BaseRoute

from assistant import __version__
from assistant.connections.abilities import Abilities
from assistant.connections.answers import Contents, Dream, Dreams, Found, Reading, Told
from assistant.connections.grants import Connection
from assistant.page.limits import MOST_BYTES_OF_A_PROGRAM
from assistant.page.wording import raw, words
from assistant.telling import told

READ_JOURNAL = "read_journal"
P = ParamSpec("P")
R = TypeVar("R")


class LibraryRead(BaseModel):
    """What was read: the list of articles, or one of them."""

    contents: Contents | None = None
    reading: Reading | None = None


class JournalRead(BaseModel):
    """What was read: a list of dreams, or one of them."""

    list: Dreams | None = None
    dream: Dream | None = None


class CompanionServer(MCPServer):
    """Shows the journal only where its owner has allowed that."""

    def __init__(self, abilities: Abilities) -> None:
        super().__init__(
            "dream-companion",
            title=words("title"),
            version=__version__,
            instructions=raw("mcp", "instructions"),
            log_level="ERROR",
        )
        self._abilities = abilities
        for name, function in _tools(abilities).items():
            self.add_tool(
                _plainly(function),
                name=name,
                title=words("mcp", name, "title"),
                description=words("mcp", name, "description"),
                annotations=ToolAnnotations(read_only_hint=name != "tell_dream", open_world_hint=False),
            )
        self._served = self.streamable_http_app(
            streamable_http_path=Connection.MCP.path,
            stateless_http=True,
            json_response=True,
            max_request_body_size=MOST_BYTES_OF_A_PROGRAM,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the door does that
        )

    def routes(self) -> list[BaseRoute]:
        """The address, to be mounted behind the door; ``session_manager.run()`` is to be entered meanwhile."""
        return self._served.routes

    async def list_tools(self) -> list[Tool]:
        """The tools that this connection may use now."""
        may_read = self._abilities.grant(Connection.MCP).reads_journal
        return [tool for tool in await super().list_tools() if may_read or tool.name != READ_JOURNAL]


def _tools(abilities: Abilities) -> dict[str, Callable[..., BaseModel]]:
    def tell_dream(
        message: Annotated[str, Field(description=words("mcp", "tell_dream", "message"))],
        conversation: Annotated[int | None, Field(description=words("mcp", "tell_dream", "conversation"))] = None,
    ) -> Told:
        return abilities.tell(Connection.MCP, message, conversation)

    def search_library(
        query: Annotated[str, Field(description=words("mcp", "search_library", "query"))],
        count: Annotated[int, Field(ge=1, le=20)] = 5,
    ) -> Found:
        return abilities.search(Connection.MCP, query, count)

    def read_article(
        name: Annotated[str, Field(description=words("mcp", "read_article", "name"))] = "",
    ) -> LibraryRead:
        if not name:
            return LibraryRead(contents=abilities.contents(Connection.MCP))
        return LibraryRead(reading=abilities.read(Connection.MCP, name))

    def read_journal(
        dream: Annotated[int | None, Field(description=words("mcp", READ_JOURNAL, "dream"))] = None,
        search: Annotated[str, Field(description=words("mcp", READ_JOURNAL, "search"))] = "",
    ) -> JournalRead:
        if dream is not None:
            return JournalRead(dream=abilities.dream(Connection.MCP, dream))
        return JournalRead(list=abilities.journal(Connection.MCP, search))

    return {function.__name__: function for function in (tell_dream, search_library, read_article, read_journal)}


def _plainly(function: Callable[P, R]) -> Callable[P, R]:
    """What goes wrong is told in our own words, and logged without those of the dreamer."""

    @functools.wraps(function)
    def plainly(*values: P.args, **named: P.kwargs) -> R:
        try:
            return function(*values, **named)
        except Exception as error:
            raise ToolError(told(error, otherwise=words("connections", "unexpected"))) from None

    return plainly
