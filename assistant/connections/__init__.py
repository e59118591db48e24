"""What other programs may use of the companion, once its owner has turned it on: MCP, an OpenAI-like endpoint, the Gradio API."""
