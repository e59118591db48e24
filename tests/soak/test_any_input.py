"""Whatever is typed or added: ten thousand messages and two thousand files of any content, and every string known to break programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.companion import Companion
from tests.assistant.test_injection import ANY_MESSAGE, assert_nothing_runs, markup_of
from tests.knowledge.test_reading_any import ENDINGS, TEXTS, read_or_refused
from tests.soak.figures import Tell
from tests.warm_companion import warm_companion

pytestmark = pytest.mark.soak

MESSAGES, FILES = 10_000, 2_000
AT_LENGTH = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}


@pytest.fixture
def companion(library_dir: Path, tmp_path: Path) -> Companion:
    return warm_companion(library_dir).with_journal_in(tmp_path)


def test_every_naughty_string_is_answered_and_nothing_in_it_runs(
    companion: Companion, test_data: Path, tell: Tell
) -> None:
    strings = [line for line in (test_data / "naughty.txt").read_text("utf-8").splitlines() if line.strip()]
    for string in strings:
        assert_nothing_runs(markup_of(companion, string))
    tell("strings answered", len(strings))


def test_any_message_is_answered_and_nothing_in_it_runs(companion: Companion, tell: Tell) -> None:
    answered = 0

    @settings(max_examples=MESSAGES, **AT_LENGTH)  # type: ignore[arg-type]
    @given(ANY_MESSAGE)
    def answer(message: str) -> None:
        nonlocal answered
        assert_nothing_runs(markup_of(companion, message))
        answered += 1

    answer()
    tell("messages answered", answered)


def test_any_file_is_read_or_refused(tell: Tell) -> None:
    read = 0

    @settings(max_examples=FILES, **AT_LENGTH)  # type: ignore[arg-type]
    @given(
        st.sampled_from(ENDINGS),
        st.one_of(st.binary(max_size=400), TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))),
    )
    def look_at(ending: str, data: bytes) -> None:
        nonlocal read
        read_or_refused(ending, data)
        read += 1

    look_at()
    tell("files read or refused", read)
