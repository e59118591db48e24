"""Sets the small model's retelling beside the composition: ``python -m assistant.retelling.compare [ADAPTER]`` writes pairs to be read blind.

A pair holds the composition, the model's sentence if its check lets it speak, and what the model says ``alone``, unchecked.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

import numpy as np

from assistant.companion import Companion
from assistant.errors import ModelFileError
from assistant.evaluation.replies import in_own_folder
from assistant.evaluation.samples import rows
from assistant.giving_back import give_back
from assistant.hearing.grammar import Grammar
from assistant.models.small_model import small_model_path
from assistant.retelling.retell import Retelling
from assistant.settings import load_settings

MESSAGES = 90
FEWEST_WORDS, MOST_WORDS = 12, 48
SEED = 3


def main() -> None:
    """Tell our labelled messages back in both ways; print how often the model was let speak and how long it took, write the pairs."""
    settings = load_settings()
    model = small_model_path(settings.models_dir)
    if model is None:
        raise ModelFileError("The small model is not here. Fetch it with `dream model get small`.")
    adapter = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    companion = in_own_folder(Companion.open(settings))
    retelling = Retelling(model, adapter, Grammar())
    pairs, seconds = [], []
    for message in _messages():
        composed = give_back(companion.hear(message, under_way=False))
        began = time.perf_counter()
        told = retelling.tell(message)
        seconds.append(time.perf_counter() - began)
        alone = next(iter(retelling.candidates(message, 1)), "")
        if composed is not None:
            pairs.append({"message": message, "composed": composed.text, "model": told, "alone": alone})
    retelling.close()
    path = Path("build", "pairs.jsonl")
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs), encoding="utf-8")
    sys.stdout.write(
        f"{len(seconds)} messages, {len(pairs)} pairs in {path}; "
        f"seconds p50 {np.quantile(seconds, 0.5):.1f}, p95 {np.quantile(seconds, 0.95):.1f}\n"
    )


def _messages() -> list[str]:
    """Messages of the labelled set that tell something and ask nothing, in a fixed random order."""
    fitting = [
        row["message"]
        for row in rows("hearing")
        if FEWEST_WORDS <= len(row["message"].split()) <= MOST_WORDS and "?" not in row["message"]
    ]
    random.Random(SEED).shuffle(fitting)
    return fitting[:MESSAGES]


if __name__ == "__main__":
    main()
