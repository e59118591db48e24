"""Empties what Gradio keeps of each tab when words are deleted: the latest value of all that is on the page."""

from __future__ import annotations

from typing import Any

from knowledge.forgetting import keeps


class KeptValues:
    """The values of every tab's page, which Gradio keeps for links back to it; this page gives none, so nobody misses them."""

    def __init__(self, page: Any) -> None:
        self._page = page
        keeps(self)

    def cache_clear(self) -> None:
        """Forget them, those of tabs that were closed as well."""
        for tab in list(self._page.state_holder.session_data.values()):
            for config in list(tab.config_values.values()):
                if "value" in config.get("props", {}):
                    config["props"]["value"] = None
