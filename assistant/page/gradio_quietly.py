"""Imports Gradio as this project uses it: without telemetry, without a hub, without rewriting its own type stubs.

Everything of ours that needs Gradio takes ``gr`` from here, so that nothing imports it before the environment is set.
"""

from __future__ import annotations

import gc
import inspect
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Gradio reads these at import. Only the exact string "True" would switch its telemetry on.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_RUN_HISTORY"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"


@contextmanager
def _briskly() -> Iterator[None]:
    """While Gradio is imported, keep it from writing each component's type stub anew (1.9 of 3.6 seconds), and
    the garbage collector from looking through all that is being loaded (0.3).

    Gradio leaves a component out whose source file cannot be told, so that is what it hears.
    """
    getfile = inspect.getfile

    def refuse_components(of: Any) -> str:
        if inspect.isclass(of) and of.__module__.startswith("gradio."):
            raise OSError("no stub files wanted")
        return getfile(of)

    inspect.getfile = refuse_components  # type: ignore[assignment]
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        inspect.getfile = getfile


with _briskly():
    import gradio as gr

__all__ = ["gr"]
