"""A message as it was typed, made plain for the parser: blocks that remember where each character stood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assistant.hearing.lexicon import FEMALE, KIN_WITHOUT_ARTICLE, MALE, closed
from assistant.hearing.phrases import any_of, at_start
from assistant.kept_yaml import read_yaml

LONGEST = 12_000  # characters that are parsed: of a longer message its beginning and its end
ENDING = 3_000
STANDS_FOR_QUOTE = "something"  # what the parser reads in place of words in quotation marks

_SPELLING: dict[str, dict[str, str]] = read_yaml("assistant.hearing", "spelling.yaml")
_RESPELT = {typed: meant for group in _SPELLING.values() for typed, meant in group.items()}

_PIECES = re.compile(
    r"""
    (?P<drop>   ```.*?(?:```|\Z) | <[^<>\n]{1,200}> | https?://\S+ | www\.\S+ )
  | (?P<aside>  \([^()]{0,400}\) | \[[^\[\]]{0,400}\] )
  | (?P<quote>  "[^"\n]{1,600}" | (?<![\w])'[^'\n]{2,200}[.,!?]'(?!\w) )
  | (?P<word>   [^\W\d_]+(?:'[^\W\d_]+)* | w/o?\b | & )
  | (?P<dots>   (?:\.{2,}|…)+ )
  | (?P<bulleted> (?m:^)[ \t]*(?:[-*•·]|\d{1,2}[.)])\s+ | (?<=[\s.!?:,;])\(?\d{1,2}\)\s+ )
  | (?P<dash>   \s+-+\s* | --+ | \s*[\u2013\u2014]+\s* )
  | (?P<break>  [;:](?=\s|$) | \s*\n\s*(?:[-*•·]\s+|\d{1,2}[.)]\s+)? )
  | (?P<space>  [ \t\r\f\v\xa0]+ )
  | (?P<mark>   [,.!?'"] )
  | (?P<digits> \d+(?:[:.,]\d+)*(?:th|st|nd|rd|s|am|pm)?\b )
  | (?P<hyphen> - )
  | (?P<other>  . )
    """,
    re.VERBOSE | re.DOTALL,
)
_SENTENCE_END = re.compile(
    r"(?<![ .][A-Z])(?<!Mr)(?<!Mrs)(?<!Ms)(?<!Dr)(?<!St)(?<!vs)(?<!e\.g)(?<!i\.e)[.!?]+(?:\s+|$)"
)
_FILLERS = re.compile(any_of("fillers"), re.IGNORECASE)
_EVEN = str.maketrans(dict.fromkeys("\u2019\u2018\u00b4", "'") | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))
_PERHAPS_INVISIBLE = re.compile(r"[^\n\t -~]")
_AFTER_IT_IS = re.compile(
    r"\s+(?:a|an|the|about|not|like|just|only|so|really|been|going|always|too|my|her|his|that|because|as|raining|snowing|gone)\b",
    re.I,
)
_OWNERS = frozenset(f"{relative}s" for relative in MALE | FEMALE if not relative.endswith("s"))
_AFTER_OWNER = re.compile(rf"\s+(?:old |new )?(?:{'|'.join(closed('owned'))})\b", re.IGNORECASE)
_ONE_OF_THEM = frozenset(f"{relative}s" for relative in KIN_WITHOUT_ARTICLE if not relative.endswith("s"))
_AT_THE_HOUSE_OF = re.compile(r"\b(?:at|to|from|round|near) (?:my|our) $", re.IGNORECASE)
_IN_LAW = re.compile(r"\b(mother|father|sister|brother|son|daughter|parents|sisters|brothers) in law\b", re.IGNORECASE)
_LEFT_OVER = re.compile(r"^[\s,]+|(?<=\s)\s+|(?<=,)\s*,|\s+(?=[,.!?])")
_GREETING = re.compile(rf"^(?:{any_of('greetings')}\b[,.!]*\s+)+(?=\w)", re.IGNORECASE)
_DREAM_OPENINGS = at_start("dream_openings", after=r"(?:(?:and|but|so|then|also),?\s+)*")
_DREAM_ANNOUNCED = at_start("dream_announced", after=r"(?:(?:and|but|so|then|also),?\s+)*")
_LABEL = re.compile(rf"^{any_of('labels')}:$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """One sentence, or what stands for one. Character i of ``text`` was read from ``starts[i]:ends[i]``."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    label: str = ""  # the heading it stands under, as in "Feelings: scared."
    announces: bool = False  # begins with "I had a dream that": what was told before it is of waking life
    quoted: frozenset[int] = field(default_factory=frozenset)  # where a stand-in for a quotation begins

    def cut(self, start: int, end: int | None = None) -> Block:
        """The part between two characters, without the spaces around it."""
        end = len(self.text) if end is None else end
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        quoted = frozenset(place - start for place in self.quoted if start <= place < end)
        return replace(
            self, text=self.text[start:end], starts=self.starts[start:end], ends=self.ends[start:end], quoted=quoted
        )

    def without(self, start: int, end: int) -> Block:
        """All but the part between two characters."""
        quoted = frozenset(p if p < start else p - (end - start) for p in self.quoted if not start <= p < end)
        keep = (slice(0, start), slice(end, None))
        text = "".join(self.text[part] for part in keep)
        starts, ends = (sum((places[part] for part in keep), ()) for places in (self.starts, self.ends))
        return replace(self, text=text, starts=starts, ends=ends, quoted=quoted)

    def said(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters ``start:end`` stand in the message."""
        return self.starts[start], self.ends[end - 1]


class _Writer:
    """Collects plain text piece by piece, with the place that each piece was read from."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.quoted: set[int] = set()

    def write(self, piece: str, start: int, end: int) -> None:
        if piece.isspace() and (not self.text or self.text[-1] in " \n") and piece == " ":
            return
        same = len(piece) == end - start
        for offset, character in enumerate(piece):
            self.text.append(character)
            self.starts.append(start + offset if same else start)
            self.ends.append(start + offset + 1 if same else end)

    def whole(self) -> Block:
        return Block("".join(self.text), tuple(self.starts), tuple(self.ends), quoted=frozenset(self.quoted))


def blocks(message: str) -> list[Block]:
    """The message in blocks of one sentence each, spelt out, without greetings, openings, asides, links and code."""
    found: list[Block] = []
    label = ""
    for block in _sentences(_plain(message)):
        if block.text == "\x1e":
            label = ""
            continue
        if _LABEL.match(block.text):
            label = block.text.lower()
            continue
        found.append(replace(_without_opening(_without_fillers(block)), label=label))
    return [block for block in found if block.text]


def _plain(message: str) -> Block:
    writer = _Writer()
    message = _within_reach(_evenly(message))
    for match in _PIECES.finditer(message):
        start, end, kind, piece = match.start(), match.end(), match.lastgroup, match.group()
        if kind in {"drop", "other"}:
            writer.write(
                piece if piece in "%$€£/+" else "\n" if kind == "drop" or _is_picture(piece) else " ", start, end
            )
        elif kind == "aside":
            writer.write(" ", start, end)
        elif kind == "quote":
            _write_quote(writer, piece, start, end)
        elif kind == "word":
            writer.write(_in_place(piece, message, start, end), start, end)
        elif kind in {"dots", "dash"}:
            goes_on = re.match(
                r"\s*(?:and|but|so|then|or|because|from|to|in|on|at|with|of|for|like)\b", message[end:], re.I
            )
            writer.write(", " if goes_on else "\n", start, end)
        elif kind == "bulleted":
            writer.write("\n", start, end)
        elif kind == "break":
            writer.write(_joint(message, match), start, end)
        elif kind == "space":
            writer.write(" ", start, end)
        else:
            writer.write(piece, start, end)
    return writer.whole()


def _evenly(message: str) -> str:
    """Straight quotation marks, no shouting, nothing invisible; every character keeps its place."""
    text = message.translate(_EVEN)
    letters = [character for character in text if character.isalpha()]
    if len(letters) > 12 and sum(character.isupper() for character in letters) > 0.7 * len(letters):
        text = "".join(character.lower() if len(character.lower()) == 1 else character for character in text)
    text = _PERHAPS_INVISIBLE.sub(lambda match: " " if _is_invisible(match.group()) else match.group(), text)
    return _IN_LAW.sub(r"\1-in-law", text)


def _in_place(word: str, message: str, start: int, end: int) -> str:
    """The word as it is spelt, given what stands around it: "its raining", "my sisters face", "at my dads"."""
    if word.lower() == "its" and _AFTER_IT_IS.match(message, end):
        return "it's"
    at_home = word.lower() in _ONE_OF_THEM and _AT_THE_HOUSE_OF.search(message[max(0, start - 10) : start])
    if at_home or (word.lower() in _OWNERS and _AFTER_OWNER.match(message, end)):
        return f"{word[:-1]}'s"
    return _respelt(word)


def _within_reach(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    first, last = LONGEST - ENDING, len(text) - ENDING
    return text[:first] + "\n" * (last - first) + text[last:]


def _is_invisible(character: str) -> bool:
    return character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn"}


def _is_picture(character: str) -> bool:
    return unicodedata.category(character) in {"So", "Sk"}


def _respelt(word: str) -> str:
    meant = _RESPELT.get(word.lower())
    if meant is None or (len(word) > 1 and word.isupper()):
        return word
    return meant[0].upper() + meant[1:] if word[0].isupper() and len(word) > 1 else meant


def _write_quote(writer: _Writer, piece: str, start: int, end: int) -> None:
    inner = piece[1:-1].strip()
    names_something = len(inner.split()) <= 3 and not re.search(r"[.!?,]$|\b(?:i|me|my|you|your)\b", inner, re.I)
    if names_something and inner[:1].islower():
        writer.write(piece, start, end)
        return
    if writer.text and not writer.text[-1].isspace():
        writer.write(" ", start, start)
    writer.quoted.add(len(writer.text))
    writer.write(STANDS_FOR_QUOTE, start, end)
    if inner[-1:] in {".", "!", "?"} and not writer.text[-1].isspace():
        return


def _joint(message: str, match: re.Match[str]) -> str:
    """A line break inside a wrapped sentence is a space; any other break ends the sentence."""
    piece = match.group()
    if "\n" not in piece:
        return ":\n" if piece == ":" else "\n"
    if piece.count("\n") > 1:
        return "\n\x1e\n"
    line = message[message.rfind("\n", 0, match.start()) + 1 : match.start()]
    wrapped = len(line) > 50 and line[-1] not in ".!?:;" and message[match.end() : match.end() + 1].islower()
    return " " if wrapped else "\n"


def _sentences(plain: Block) -> Iterator[Block]:
    position = 0
    for line in re.finditer(r"[^\n]+", plain.text):
        position = line.start()
        for match in _SENTENCE_END.finditer(plain.text, line.start(), line.end()):
            yield from _if_any(plain.cut(position, match.end()))
            position = match.end()
        yield from _if_any(plain.cut(position, line.end()))


def _if_any(block: Block) -> Iterator[Block]:
    if block.text == "\x1e" or re.search(r"\w", block.text):
        yield block


def _without_fillers(block: Block) -> Block:
    for pattern in (_FILLERS, _LEFT_OVER):
        for match in reversed(list(pattern.finditer(block.text))):
            block = block.without(*match.span())
    return block.cut(0)


def _without_opening(block: Block) -> Block:
    announces = False
    for pattern in (_GREETING, _DREAM_OPENINGS, _DREAM_OPENINGS):
        match = pattern.match(block.text)
        if match:
            announces = announces or _DREAM_ANNOUNCED.match(block.text) is not None
            block = block.cut(match.end())
    return replace(block, announces=announces)
