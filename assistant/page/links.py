"""Links into the page: to a dream, to a talk about a section of the library, or to an empty page to write on."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs


class Link(NamedTuple):
    """``/?dream=ID`` opens that conversation, ``/?about=ARTICLE/SECTION`` begins one about it, ``/?write`` an empty one."""

    dream: str = ""
    about: str = ""


def link_in(asked: str) -> Link | None:
    """The link in what a tab asks for, which is the query of its address; None where it asks for no such thing."""
    if not asked.startswith("?"):
        return None
    query = parse_qs(asked[1:], keep_blank_values=True)
    if not query.keys() & {"dream", "about", "write"}:
        return None
    return Link(query.get("dream", [""])[0], query.get("about", [""])[0])
