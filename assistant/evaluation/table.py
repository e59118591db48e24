"""All measurements in one go, and the table that is printed."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from assistant.companion import Companion
from assistant.evaluation import baseline
from assistant.evaluation.grounding import measure_grounding
from assistant.evaluation.hearing import measure_hearing, measure_hearts
from assistant.evaluation.method import measure_kinds, measure_method
from assistant.evaluation.nevers import measure_nevers
from assistant.evaluation.replies import in_own_folder, measure_replies
from assistant.evaluation.retrieval import measure_retrieval
from assistant.evaluation.safety import measure_safety
from assistant.evaluation.speed import measure_speed


def evaluate_all(companion: Companion, *, with_model: bool = False) -> dict[str, dict[str, Any]]:
    """Every figure, by part. With ``with_model`` the configured voice is judged as well as the built-in one."""
    companion.warm_up()
    figures: dict[str, dict[str, Any]] = {
        "retrieval": dict(measure_retrieval(companion.library, companion.settings.data_dir)),
    }
    built_in = in_own_folder(companion)
    built_in.journal.choose_voice("evaluation", "built-in")
    figures["hearing"] = {**measure_hearing(), **measure_hearts(built_in)}
    figures["message kinds"] = measure_kinds(built_in)
    figures["scripted dreamers, built-in voice"] = measure_method(built_in)
    figures["replies, built-in voice"] = measure_replies(built_in)
    if with_model:
        free = in_own_folder(companion)
        figures[f"replies, {free.who_answers('evaluation').model or 'no model configured'}"] = measure_replies(free)
        figures[f"scripted dreamers, {free.who_answers('evaluation').model or 'no model configured'}"] = measure_method(
            free
        )
    figures["citations"] = measure_grounding()
    figures["what is never said"] = measure_nevers(built_in)
    figures["safety"] = measure_safety(built_in)
    figures["speed"] = measure_speed(built_in)
    return figures


def print_table(figures: dict[str, dict[str, Any]]) -> None:
    """The figures as a table on standard output, beside those of the run that was kept."""
    before = baseline.kept()
    table = Table("part", "figure", "value", "kept", "change")
    for part, rows in figures.items():
        shown_part = part
        for name, value in rows.items():
            earlier = before.get(part, {}).get(name)
            table.add_row(shown_part, name, _shown(value), _shown(earlier), baseline.change(value, earlier))
            shown_part = ""
    Console().print(table)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
