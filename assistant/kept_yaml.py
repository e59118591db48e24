"""Reads the readable files that stand beside the code."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

# libyaml reads the large files twenty times as fast; where PyYAML was built without it, its own reader does the same.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(package: str, *path: str) -> Any:
    """The content of a YAML file of a package."""
    return yaml.load(files(package).joinpath(*path).read_text(encoding="utf-8"), Loader=_LOADER)
