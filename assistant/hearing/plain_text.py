"""A message as it was typed, made plain for the parser: blocks of even spelling that remember where each character stood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files

import yaml

LONGEST = 12_000  # characters that are parsed: of a longer message its beginning and its end
ENDING = 3_000
STANDS_FOR_QUOTE = "something"  # what the parser reads in place of words in quotation marks

_SPELLING: dict[str, dict[str, str]] = yaml.safe_load((files(__package__) / "spelling.yaml").read_text("utf-8"))
_RESPELT = {typed: meant for group in _SPELLING.values() for typed, meant in group.items()}

_SUBJECT = (
    r"(?:i|i'm|i've|i'd|he|he's|she|she's|we|we're|they|they're|it|it's|there|there's|my|his|her|our|their|the|a|an|this|"
    r"these|some|someone|somebody|everyone|everybody|nobody|no\ one|people|all|every|two|three|suddenly|one|me|\w+\ and\ i|"
    r"(?-i:[A-Z]\w+))"
)
_PIECES = re.compile(
    r"""
    (?P<drop>   ```.*?(?:```|\Z) | <[^<>\n]{1,200}> | https?://\S+ | www\.\S+ )
  | (?P<aside>  \([^()]{0,400}\) | \[[^\[\]]{0,400}\] )
  | (?P<quote>  "[^"\n]{1,600}" | (?<![\w])'[^'\n]{2,200}[.,!?]'(?!\w) )
  | (?P<word>   [^\W\d_]+(?:'[^\W\d_]+)* | w/o?\b | & )
  | (?P<dots>   (?:\.{2,}|…)+ )
  | (?P<bulleted> (?m:^)[ \t]*(?:[-*•·]|\d{1,2}[.)])\s+ )
  | (?P<dash>   \s+-+\s* | --+ | \s*[–—]+\s* )
  | (?P<break>  [;:](?=\s|$) | \s*\n\s*(?:[-*•·]\s+|\d{1,2}[.)]\s+)? )
  | (?P<space>  [ \t\r\f\v\xa0]+ )
  | (?P<mark>   [,.!?'"] )
  | (?P<digits> \d+(?:[:.,]\d+)*(?:th|st|nd|rd|s|am|pm)?\b )
  | (?P<hyphen> - )
  | (?P<other>  . )
    """,
    re.VERBOSE | re.DOTALL,
)
_SENTENCE_END = re.compile(r"(?<![ .][A-Z])(?<!Mr)(?<!Mrs)(?<!Ms)(?<!Dr)(?<!St)(?<!vs)(?<!e\.g)(?<!i\.e)[.!?]+(?:\s+|$)")
_FILLERS = re.compile(
    r"""
    (?: \b(?:lol|lmao|lmfao|rofl|ha(?:ha)+|omg|tbh|ngl|imo|fwiw|smh|xd|um+|uh+|erm+)\b
      | ,\s*(?:you\s+know|i\s+mean|like|kind\s+of|sort\s+of|as\s+i\s+(?:said|told\s+you|mentioned)|like\s+i\s+said)\s*(?=,)
      | ,?\s*\bright(?=\?)
      | \b(?:basically|literally|honestly)\b ,?
      | \b(?:idk|i\s+don't\s+know|not\s+sure|dunno)\s+(?:why|how|what\s+for|if\s+(?:this|it|that)\s+\w+(?:\s+\w+)?)\s*,?\s*but\b ,?
      | ,?\s*\b(?:idk|if\s+that\s+makes\s+(?:any\s+)?sense|if\s+you\s+know\s+what\s+i\s+mean|you\s+know\s+what\s+i\s+mean)\b ,?
      | ,\s*i\s+(?:don't|didn't)\s+know\s+(?:who|why|what|where|how)\s*(?=,)
      | (?<=was\ )like\ (?=(?:really|so|super|very|totally|all|completely)\ )
      | (?<!\ba\s)(?<!\bsome\s)(?<!\bthe\s)(?<!\bthis\s)(?<!\bthat\s)(?<!\bwhat\s)(?<!\bany\s)(?<!\bof\s)(?<!\bdifferent\s)
        \b(?:kind\ of|sort\ of|kinda|sorta)\ (?!like\b|a\b|an\b|the\b|thing)(?=[a-z])
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_EVEN = str.maketrans({"’": "'", "‘": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_PERHAPS_INVISIBLE = re.compile(r"[^\n\t -~]")
_AFTER_IT_IS = re.compile(
    r"\s+(?:a|an|the|about|not|like|just|so|really|been|going|always|too|my|her|his|that|because|as|raining|snowing|gone)\b", re.I
)
_IN_LAW = re.compile(r"\b(mother|father|sister|brother|son|daughter|parents|sisters|brothers) in law\b", re.IGNORECASE)
_LEFT_OVER = re.compile(r"^[\s,]+|(?<=\s)\s+|(?<=,)\s*,|\s+(?=[,.!?])")
_GREETING = re.compile(
    r"^(?:(?:ok(?:ay)?|well|anyways?|anyhow|yeah|yep|alright|hi|hello|hey|hiya|oh|wow|so|good (?:morning|evening|afternoon)"
    r"|hi there|hello there|hey there)\b[,.!]*\s+)+(?=\w)",
    re.IGNORECASE,
)
_NIGHTS = r"(?:\ (?:last\ night|this\ morning|tonight|the\ other\ (?:night|day)|recently|once|yesterday|today|again|before))?"
_DREAM_OPENINGS = re.compile(
    rf"""
    ^(?:(?:and|but|so|then|also),?\s+)*
    (?:
        (?:last\ night|this\ morning|tonight|the\ other\ (?:night|day)|yesterday|recently|one\ night|once),?\s+(?=(?:i|in)\b)
      | (?:in|during)\ (?:my|the|this|that|a|one|another|last\ night's)\ (?:\w+\ ){{0,2}}?(?:dream|nightmare)s?
        (?:\ i\ (?:had|keep\ having|have)(?=,|\ (?:last|this|the\ other|recently|once|yesterday|again)\b))?{_NIGHTS}\s*,?\s+(?=\w)
      | (?:i\ (?:\w+\ )?|i've\ (?:\w+\ )?|just\ |once\ )?(?:had|have|having|got)\ (?:a|an|this|the|another|one|such\ a|these|that)
        \ (?:[\w-]+,?\ ){{0,4}}?(?:dream|nightmare)s?{_NIGHTS}\s*,?
        \s*(?:that|where|were|in\ which|when|wherein|and\ in\ it|and|,)?,?\s+(?={_SUBJECT}\b)
      | (?:i\ )?(?:(?:just|also|once|often|always|actually)\ )?(?:dreamed|dreamt|dream|was\ dreaming|am\ dreaming|keep\ dreaming)
        {_NIGHTS}(?:\ that)?\s*,?\s+(?={_SUBJECT}\b)
      | (?:(?:all|what|the\ (?:first|last|next|only|main)\ thing)\ )(?:that\ )?i\ (?:can\ |do\ |could\ |really\ )?
        (?:remember|recall)(?:\ (?:about|of)\ (?:it|the\ dream))?\ (?:is|was)(?:\ that)?\s*,?\s+(?={_SUBJECT}\b)
      | i\ (?:(?:can|do|vaguely|clearly|distinctly|still|just|also|mostly|only)\ )*(?:remember|recall)(?:\ that)?\s+
        (?=(?:i|he|she|we|they|it|there)\ (?:was|were|am|is|are|had|could|couldn't|wasn't|weren't|tried|\w+ed)\b)
      | (?:and\ )?(?:the\ )?next\ thing\ i\ (?:know|knew|remember)(?:\ (?:is|was|that))?\s*,?\s+(?={_SUBJECT}\b)
      | (?:the|this|my|that)\ (?:dream|nightmare)\ (?:starts|started|begins|began|opens|opened)(?:\ (?:off|out))?
        \ (?:when|where|and|in\ which|as)\s+(?={_SUBJECT}\b)
      | it\ (?:all\ )?(?:starts|started|begins|began)(?:\ (?:off|out))?\ (?:when|where|with\ that|as)\s+(?={_SUBJECT}\b)
      | (?:there\ (?:was|is)\ )(?:a|this|one|another)\ (?:dream|one)\ (?:where|that|in\ which)\s+(?={_SUBJECT}\b)
      | (?:the|my|this)\ (?:dream|nightmare){_NIGHTS}\ (?:was|is)\ that\s+(?={_SUBJECT}\b)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:setting|characters?|feelings?(?: and thoughts?)?|thoughts?|interpretation|answers? to (?:the )?questions?|title|date|"
    r"emotions?|mood|place|people|context|background|note|edit|ps|p\.s|tl;?dr|update|questions?|tags?|time|location)\.?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One sentence, or what stands for one. Character i of ``text`` was read from ``starts[i]:ends[i]`` of the message."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    label: str = ""  # the heading it stands under, as in "Feelings: scared."
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
            writer.write(piece if piece in "%$€£/+" else "\n" if kind == "drop" or _is_picture(piece) else " ", start, end)
        elif kind == "aside":
            writer.write(" ", start, end)
        elif kind == "quote":
            _write_quote(writer, piece, start, end)
        elif kind == "word":
            writer.write("it's" if piece.lower() == "its" and _its(message, end) else _respelt(piece), start, end)
        elif kind in {"dots", "dash"}:
            goes_on = re.match(r"\s*(?:and|but|so|then|or|because|from|to|in|on|at|with|of|for|like)\b", message[end:], re.I)
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


def _its(message: str, end: int) -> bool:
    """Whether "its" stands for "it's", by the word after it."""
    return bool(_AFTER_IT_IS.match(message, end))


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
    for pattern in (_GREETING, _DREAM_OPENINGS, _DREAM_OPENINGS):
        match = pattern.match(block.text)
        if match:
            block = block.cut(match.end())
    return block
