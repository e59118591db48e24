"""Learns what the classifiers know from their examples and writes it where it is shipped: python -m assistant.hearing.learn."""

from __future__ import annotations

import sys
from pathlib import Path

from assistant.clause_weights import ClauseWeights
from assistant.hearing import Ear
from assistant.learned import SHIPPED, SentenceClassifier, write
from assistant.nevers import Nevers
from assistant.reply_kinds import ReplyKinds
from assistant.safety import Hints
from assistant.settings import Settings
from assistant.speech_acts import SpeechActs
from knowledge.embedding import SentenceTransformerEmbedder


def classifiers() -> tuple[SentenceClassifier, ...]:
    """All classifiers that come with the package, with the embedding model that comes as a package."""
    embedder = SentenceTransformerEmbedder(Settings.model_fields["embedding_model"].default)
    nowhere = Path("/nonexistent")
    speech_acts = SpeechActs(embedder, nowhere)
    replies, weights = ReplyKinds(embedder, nowhere, speech_acts), ClauseWeights(embedder, nowhere, Ear())
    alone = (*Hints(embedder, nowhere).classifiers, Nevers(embedder, nowhere).classifier)
    return (*speech_acts.classifiers, *weights.classifiers, *alone, *replies.classifiers)


def main() -> None:
    """Write one file a classifier, and remove those of other examples."""
    SHIPPED.mkdir(exist_ok=True)
    for classifier in classifiers():  # the last ones read with those before them
        for other in SHIPPED.glob(f"{classifier.name}-*.npz"):
            if other.name != classifier.file_name:
                other.unlink()
        if not (SHIPPED / classifier.file_name).exists():
            write(classifier.learn(), SHIPPED / classifier.file_name)
        sys.stdout.write(f"{classifier.file_name}\n")


if __name__ == "__main__":
    main()
