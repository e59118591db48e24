"""Turns what is shown into HTML. Everything that a person, a model or the library wrote is escaped by the templates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from assistant.page import dates, places
from assistant.page.shown import ShownPassage, ShownTurn, State
from assistant.page.way import STAGES, way_of
from assistant.page.wording import examples, language, words
from assistant.types import Kind

MARK = re.compile(r"\[(\d{1,2})\]")
HELP = re.compile(
    r"\b(?:findahelpline\.com|988lifeline\.org|988\.ca|113\.nl)\b"
)  # the only addresses that become links
_BREAKS_THE_LINE_ORDER = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("assistant.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update({place.__name__: place for place in places.EVERY})
    environment.globals.update(words=words, examples=examples, language=language, State=State, STAGES=STAGES)
    environment.filters.update(visible=visible, with_marks=with_marks, with_quotes=with_quotes, with_links=with_links)
    environment.filters.update({written.__name__: written for written in dates.EVERY})
    return environment


def render(template: str, **values: object) -> str:
    """One template of this package, filled in."""
    return _templates().get_template(f"{template}.html.jinja").render(**values)


def conversation(turns: Sequence[ShownTurn], conversation_id: int | None, night: date | None = None) -> str:
    """The whole conversation, or the welcome where nothing has been said yet. ``night`` names the dream in the browser's tab.

    Its words do not: a browser writes the titles of pages to its disk, where they stay when everything is forgotten here. Nor is a
    tab named before it is known that nobody is in danger.
    """
    is_named = night and turns and turns[0].kind and all(turn.kind != Kind.CRISIS for turn in turns)
    return render(
        "conversation",
        turns=turns,
        conversation=conversation_id or "",
        state=turns[-1].state if turns else "welcome",
        name=words("dream_of", day=dates.short_day(night)) if is_named and night else "",
        way=way_of(turns),
    )


def behind(turns: Sequence[ShownTurn]) -> str:
    """The passages behind the last reply."""
    return render("behind", turn=turns[-1] if turns else None)


def hint(*path: str, **values: object) -> str:
    """A line above the box, from the texts; without a path, none."""
    return told(words("hint", *path, **values) if path else "")


def told(text: str, restore: str = "", forgotten: bool = False) -> str:
    """A line above the box. ``restore`` is a message that goes back into it; ``forgotten`` empties it, in every tab."""
    return render("hint", text=text, restore=restore, forgotten=forgotten)


def visible(text: str) -> Markup:
    """What was written, to the letter; control characters and those that turn the reading order get a visible sign."""
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    return Markup("").join(_sign(character) for character in normal)


def _sign(character: str) -> Markup:
    if character in "\n\t" or (unicodedata.category(character) != "Cc" and character not in _BREAKS_THE_LINE_ORDER):
        return escape(character)
    code = ord(character)
    sign = chr(0x2400 + code) if code < 0x20 else f"⟨{code:02X}⟩"
    return Markup('<span class="control">{}</span>').format(sign)


def with_links(text: str) -> Markup:
    """The text with the addresses of the help lines as links; they open beside the page and are not told of it."""
    pieces: list[Markup] = []
    position = 0
    for found in HELP.finditer(text):
        pieces.append(visible(text[position : found.start()]))
        pieces.append(
            Markup('<a class="help" href="https://{0}" target="_blank" rel="noreferrer">{0}</a>').format(found.group())
        )
        position = found.end()
    return Markup("").join([*pieces, visible(text[position:])])


def with_marks(paragraph: str, turn: ShownTurn) -> Markup:
    """The paragraph with its marks as links to the passages. A bracketed number that marks nothing stays as it is."""
    titles = {passage.number: passage.title for passage in turn.cited}
    pieces: list[Markup] = []
    position = 0
    for found in MARK.finditer(paragraph):
        number = int(found.group(1))
        if number not in titles:
            continue
        pieces.append(with_links(paragraph[position : found.start()]))
        pieces.append(
            Markup('<a class="mark" data-mark="{0}-{1}" href="#passage-{0}-{1}" aria-label="{2}">[{1}]</a>').format(
                turn.number, number, words("reply", "passage", number=number, title=titles[number])
            )
        )
        position = found.end()
    return Markup("").join([*pieces, with_links(paragraph[position:])])


def with_quotes(passage: ShownPassage) -> Markup:
    """The passage's text, the sentences that carry the claims marked."""
    quotes = "|".join(re.escape(quote) for quote in sorted(passage.quotes, key=len, reverse=True) if quote)
    if not quotes:
        return visible(passage.text)
    pieces = re.split(f"({quotes})", passage.text)  # what is marked stands in the odd places
    return Markup("").join(
        Markup("<mark>{}</mark>").format(visible(piece)) if place % 2 else visible(piece)
        for place, piece in enumerate(pieces)
    )
