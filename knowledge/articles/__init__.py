"""The articles that come with the project: Markdown, one theme a file; their form is described in CONTRIBUTING.md."""
