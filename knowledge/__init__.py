"""The library: the articles, and how they are read, cut into passages, embedded, indexed and searched."""

import os

# Else ONNX Runtime, as it is published from 1.29 on, tells Microsoft of each model that it loads, and keeps an id of this
# computer for that (its Privacy.md). It reads this when it is first imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
