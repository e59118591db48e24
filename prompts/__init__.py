"""Every word that is said to a model, one file each, readable as it is sent; a missing or unknown variable is an error."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, meta

_environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False)


class PromptError(Exception):
    """A prompt was rendered with other variables than the ones it names: a fault of the program, never of a person."""


@cache
def _load(name: str) -> tuple[Template, frozenset[str]]:
    source = (files("prompts") / f"{name}.md").read_text(encoding="utf-8")
    return _environment.from_string(source), frozenset(meta.find_undeclared_variables(_environment.parse(source)))


def render(name: str, **variables: Any) -> str:
    """The prompt of that name with its variables filled in. Raises PromptError when one is missing or not asked for."""
    template, wanted = _load(name)
    if wanted != variables.keys():
        missing, unknown = sorted(wanted - variables.keys()), sorted(variables.keys() - wanted)
        raise PromptError(f"Prompt {name!r}: missing {missing}, not asked for {unknown}.")
    return template.render(**variables).strip()
