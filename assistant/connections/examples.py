"""How a program uses a connection, to be copied: for the owner's page and the command line."""

from __future__ import annotations

from assistant.connections.grants import Connection

_MCP = """\
{{
  "mcpServers": {{
    "dream-companion": {{
      "type": "http",
      "url": "{address}/mcp",
      "headers": {{"Authorization": "Bearer {key}"}}
    }}
  }}
}}"""

_OPENAI = """\
from openai import OpenAI

client = OpenAI(base_url="{address}/v1", api_key="{key}")
reply = client.chat.completions.create(
    model="dream-companion",
    messages=[{{"role": "user", "content": "I was running and my legs would not move."}}],
)
print(reply.choices[0].message.content)"""

_CURL = """\
curl {address}/v1/chat/completions \\
  -H "Authorization: Bearer {key}" \\
  -H "Content-Type: application/json" \\
  -d '{{"messages": [{{"role": "user", "content": "I was running and my legs would not move."}}]}}'"""

_GRADIO = """\
import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # or the client tells its makers that it is used
from gradio_client import Client

companion = Client(
    "{address}/api/gradio",
    headers={{"Authorization": "Bearer {key}"}},
    analytics_enabled=False,
)
told = companion.predict("I was running and my legs would not move.", api_name="/tell")
print(told["reply"])
told = companion.predict("I was scared.", told["conversation"], api_name="/tell")"""

_EXAMPLES = {
    Connection.MCP: {"MCP": _MCP},
    Connection.OPENAI: {"Python": _OPENAI, "curl": _CURL},
    Connection.GRADIO: {"Python": _GRADIO},
}


def examples(connection: Connection, address: str, key: str) -> dict[str, str]:
    """The examples by what they are for; ``address`` is the companion's own, without a slash at its end."""
    return {name: text.format(address=address, key=key) for name, text in _EXAMPLES[connection].items()}
