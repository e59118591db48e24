"""How a soak test tells its figures: at once, whether or not pytest captures what is printed, and in its report."""

from __future__ import annotations

from collections.abc import Callable

import pytest


class Tell:
    """Called with a figure's name and the figure."""

    def __init__(self, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]) -> None:
        self._capsys = capsys
        self._record_property = record_property

    def __call__(self, name: str, figure: object) -> None:
        text = f"{figure:.3g}" if isinstance(figure, float) else str(figure)
        self._record_property(name, text)
        with self._capsys.disabled():
            print(f"\n    {name}: {text}", end="", flush=True)
