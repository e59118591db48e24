"""The HTML document around Gradio's page: our title, look and first words, shown before Gradio's scripts are there."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files

from assistant.page import render
from assistant.page.limits import MOST_CHARACTERS
from assistant.page.wording import language, raw

_PREVIEWS = re.compile(r"\s*<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>", re.S)
STYLES = ("colours.css", "frame.css", "talk.css", "steps.css", "box.css")
STYLES_BESIDE = ("colours.css", "beside.css", "journal.css", "connections.css", "library.css", "answering.css")
SCRIPTS_OF_THE_TALK = ("look.js", "aloud.js", "leaving.js")
SCRIPTS = (*SCRIPTS_OF_THE_TALK, "beside.js", "library.js", "answering.js")
_FOR_SCRIPTS = ("blank", "example", "too_long", "kept", "copied", "copy_failed", "no_connection", "not_taken")
_LANGUAGE = re.compile(r"<html(?: lang=\"[^\"]*\")?")
_MANIFEST = re.compile(r"\s*<link rel=\"manifest\"[^>]*>")


@cache
def look_version() -> str:
    """Changes with the style sheets and look.js, so that browsers may keep them."""
    look = files("assistant.page") / "look"
    content = b"".join((look / name).read_bytes() for name in (*STYLES, *STYLES_BESIDE, "login.css", *SCRIPTS))
    return hashlib.sha256(content).hexdigest()[:12]


def dressed(document: str, nonce: str, whose: str = "") -> str:
    """Gradio's document with our head and first words, ``nonce`` on each script, and no other host named.

    ``whose`` tells the page whether what it finds in the browser is its own visitor's.
    """
    document = _MANIFEST.sub("", _PREVIEWS.sub("", document))
    head = render.render(
        "head",
        version=look_version(),
        styles=STYLES,
        scripts=SCRIPTS_OF_THE_TALK,
        texts={**_texts_for_scripts(), "whose": whose},
    )
    document = document.replace("</head>", head + "</head>", 1)
    document = re.sub(r"(<body[^>]*>)", lambda found: found.group(1) + render.render("first_words"), document, count=1)
    document = _LANGUAGE.sub(f'<html lang="{language()}"', document, count=1)
    return document.replace("<script", f'<script nonce="{nonce}"')


def _texts_for_scripts() -> dict[str, str]:
    """What look.js says of its own accord."""
    hints = {name: raw("hint", name).replace("{most}", f"{MOST_CHARACTERS:,}") for name in _FOR_SCRIPTS}
    names = {
        "title": ("title",),
        "label": ("composer", "label"),
        "placeholder": ("composer", "placeholder"),
        "placeholder_ending": ("composer", "placeholder_ending"),
        "placeholder_later": ("composer", "placeholder_later"),
        "talk_about": ("actions", "talk_about"),
        "try_again": ("actions", "try_again"),
        "new": ("actions", "new"),
        "new_short": ("actions", "new_short"),
        "again": ("actions", "again"),
        "again_short": ("actions", "again_short"),
        "edit": ("actions", "edit"),
        "edit_short": ("actions", "edit_short"),
        "undo": ("actions", "undo"),
        "undo_short": ("actions", "undo_short"),
        "read_aloud": ("aloud", "read"),
        "stop_reading": ("aloud", "stop"),
        "dictate": ("aloud", "dictate"),
        "stop_dictating": ("aloud", "stop_dictating"),
        "not_heard": ("aloud", "not_heard"),
        "no_microphone": ("aloud", "no_microphone"),
        "you": ("reply", "you"),
        "companion": ("reply", "companion"),
        "show_all": ("reply", "show_all"),
        "show_less": ("reply", "show_less"),
    }
    return {**hints, **{name: raw(*path) for name, path in names.items()}}


def policy(nonce: str = "") -> str:
    """The Content-Security-Policy. Gradio evaluates the templates of its HTML components and sets styles inline."""
    return _policy(f"'self' 'nonce-{nonce}' 'unsafe-eval'" if nonce else "'none'")


def policy_beside() -> str:
    """The policy of the pages beside the conversation: our own scripts and nothing evaluated; a picture may be drawn in the page."""
    return _policy("'self'")


def _policy(scripts: str) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "manifest-src 'self'",
            "connect-src 'self'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
