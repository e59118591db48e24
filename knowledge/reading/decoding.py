"""Turns the bytes of a text file into characters, or says why they are none."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from knowledge.errors import UnreadableArticle

MOST_CONTROL_CHARACTERS = 0.02  # of a text; binary data has many more
HTML_HEAD_BYTES = 4096

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


def decode_text(path: Path, data: bytes) -> str:
    """UTF-8, or UTF-16 with its mark. Raises UnreadableArticle for another encoding and for binary data."""
    text = _decoded(data, "utf-8")
    if text is None:
        text = data.decode("latin-1")  # takes any bytes: only to tell letters of another encoding from binary data
        _refuse_binary(path, text)
        raise UnreadableArticle(path, "It is not UTF-8 text; open it in an editor and save it as UTF-8.")
    _refuse_binary(path, text)
    return text


def decode_html(path: Path, data: bytes) -> str:
    """The page in UTF-8, in the encoding that it names, or in what browsers fall back to (windows-1252)."""
    text = _decoded(data, "utf-8")
    declared = _DECLARED.search(data[:HTML_HEAD_BYTES])
    if text is None and declared is not None:
        text = _decoded(data, declared[1].decode("ascii"))
    if text is None:
        text = data.decode("windows-1252", errors="replace")
    _refuse_binary(path, text)
    return text


def _decoded(data: bytes, encoding: str) -> str | None:
    """The text in the encoding that a byte order mark names, else in the one given; None where it is not that."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _refuse_binary(path: Path, text: str) -> None:
    if "\0" in text or len(_CONTROL.findall(text)) > MOST_CONTROL_CHARACTERS * len(text):
        raise UnreadableArticle(path, "It holds binary data, not text; export it as UTF-8 text, PDF or Word.")
