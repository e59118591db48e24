"""Where on our pages an article of the library, a section of it, or a dream is to be found. Ids hold letters, digits and '-'."""

from __future__ import annotations

from urllib.parse import quote

ADDING = "/library/adding"
_TAKEN = frozenset({"adding"})  # below /library, by a page that is no article
_TAKEN_ANCHORS = frozenset({"content"})  # by the frame


def place_of_article(article_id: str) -> str:
    """The page on which an article is read."""
    return f"/library/{'~' if article_id in _TAKEN else ''}{quote(article_id)}"


def article_at(name: str) -> str:
    """The id of the article whose page has this name below /library."""
    return name.removeprefix("~")


def anchor_of(section_id: str) -> str:
    """What follows the # of a section's place: the last part of its id."""
    name = section_id.partition("/")[2]
    return f"{name}_" if name in _TAKEN_ANCHORS else name


def place_of(section_id: str) -> str:
    """Where a section is read."""
    return f"{place_of_article(section_id.partition('/')[0])}#{quote(anchor_of(section_id))}"


def place_to_talk_about(section_id: str) -> str:
    """The conversation, with a first sentence about this section in the box."""
    return f"/?about={quote(section_id)}"


def place_of_dream(conversation: int) -> str:
    """The page of a dream."""
    return f"/dream/{conversation}"


EVERY = (place_of, place_of_article, place_to_talk_about, place_of_dream)  # the templates know them by these names
