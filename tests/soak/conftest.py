"""What every soak test has: a way to tell its figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.soak.figures import Tell


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]) -> Tell:
    """Tells a figure by its name."""
    return Tell(capsys, record_property)
