"""Which browser tab belongs to whom, and who has the page open."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from assistant.page.guests import Refused
from assistant.page.limits import MOST_TABS
from assistant.page.wording import words

_TAB = re.compile(r"[A-Za-z0-9]{4,64}")


class Tabs:
    """Which browser tab belongs to which visitor: the first to name a tab keeps it."""

    def __init__(self) -> None:
        self._visitors: OrderedDict[str, str] = OrderedDict()

    def claim(self, tab: object, visitor: str) -> None:
        """Raises Refused where the tab is another visitor's, or no name of a tab."""
        if not isinstance(tab, str) or not _TAB.fullmatch(tab):
            raise Refused(400, words("refused", "nothing_here"))
        if self._visitors.setdefault(tab, visitor) != visitor:
            raise Refused(403, words("refused", "not_yours"))
        self._visitors.move_to_end(tab)
        if len(self._visitors) > MOST_TABS:
            self._visitors.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody who has the page open: since when, and the name under which they logged in."""

    since: datetime
    name: str = ""


class Present:
    """Who has the page open, and since when, by the heartbeat that each open page keeps."""

    def __init__(self) -> None:
        self._pages: dict[str, list[Here]] = {}

    def __call__(self) -> dict[str, Here]:
        """Each visitor that is here, by the page that was opened first."""
        return {visitor: pages[0] for visitor, pages in self._pages.copy().items() if pages}

    def came(self, visitor: str, name: str = "") -> Callable[[], None]:
        """A page was opened; call what is given back when it is closed."""
        here = Here(datetime.now(), name)
        self._pages.setdefault(visitor, []).append(here)

        def left() -> None:
            pages = self._pages[visitor]
            pages.remove(here)
            if not pages:
                del self._pages[visitor]

        return left
