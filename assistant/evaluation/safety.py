"""How the safety screen does on public crisis texts and ordinary dreams, where the folder with them is at hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from assistant.evaluation.samples import outside_rows, real_cant_run_dreams, real_dreams
from assistant.safety import screen
from assistant.types import Safety


def measure_safety() -> dict[str, Any]:
    """Found and falsely alarmed shares; empty where there is nothing to measure on."""
    rows = outside_rows("crisis")
    if not rows:
        return {}
    at_risk = [screen([row["text"]]).level for row in rows if row["label"] == 1]
    safe = [screen([row["text"]]).level for row in rows if row["label"] == 0]
    dreams = [screen([dream]).level for dream in real_dreams() + real_cant_run_dreams()]
    return {
        "texts at risk, without, dreams": f"{len(at_risk)}, {len(safe)}, {len(dreams)}",
        "at risk, found": float(np.mean([level is not Safety.NONE for level in at_risk])),
        "without risk, called crisis": float(np.mean([level is Safety.CRISIS for level in safe])),
        "dreams, called crisis": float(np.mean([level is Safety.CRISIS for level in dreams])),
    }
