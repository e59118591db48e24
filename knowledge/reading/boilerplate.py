"""Knows the lines that stand around an article and are not part of it: bylines, calls to share, related links."""

from __future__ import annotations

import re

LONGEST_LINE = 200  # characters
LONGEST_LINE_WORDS = 14  # what is longer is prose, whatever it begins with

_THING = r"(?:article|page|post|guide|story|blog|site|website)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?[,.]?"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = rf"(?:(?:\w+day,? )?(?:{_DAY} )?{_MONTH} (?:{_DAY} )?\d{{4}}|\d[\d./-]+\d)"
_NOTES = (
    r"(?:about )?\d+[- ]min(?:ute)?s?\.? read",
    r"by [^.!?]{2,60} [·•|] .*",
    rf"(?:(?:published|posted|(?:last )?updated|last modified)(?: on)?:? )?{_DATE}",
    r"(?:continue|keep) reading",
    r"read (?:more|next|also|on)",
    r"(?:see|show|load|view) (?:more|all)(?: .*)?",
    r"(?:did you )?f(?:ound|ind) this (?:\w+ )?(?:helpful|useful)",
    rf"was this (?:{_THING} )?(?:helpful|useful)",
    rf"(?:share|save|bookmark|print|email) this(?: {_THING})?(?: (?:on|to|for|with|via|by|in) .*)?",
    r"share(?: (?:on|via|with) .*)?",
    r"subscribe(?: (?:to|now|for|today)\b.*)?",
    r"sign up(?: (?:for|to|now|today)\b.*)?",
    r"follow us(?: .*)?",
    r"advertisements?|sponsored(?: content)?",
    r"(?:back to|go to) (?:the )?top",
    r"skip to (?:main )?content",
    r"(?:privacy policy|terms of (?:use|service)|cookie (?:policy|settings))",
    r"(?:©|\(c\)|copyright\b).*|.*\ball rights reserved",
)
_END_MATTER = (
    r"related(?: (?:reading|articles?|posts?|stories|topics?|links?|content|pages?))?",
    r"(?:more|recommended) (?:articles|posts|stories|reading|for you)",
    r"(?:you (?:may|might) also|you'll also) (?:like|enjoy|be interested in)",
    r"(?:leave|post|add|write) a (?:comment|reply)(?: .*)?",
    r"(?:\d+ )?comments?(?: \(\d+\))?",
)


def is_note(line: str) -> bool:
    """Whether a heading or a paragraph of its own is such a line and nothing more: what stands below it is text."""
    return _matches(_NOTE, line)


def is_end_matter(line: str) -> bool:
    """Whether it stands above matter that is not the article's: links to others, comments."""
    return _matches(_END, line)


def _any_of(lines: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in lines), re.IGNORECASE)


def _matches(pattern: re.Pattern[str], line: str) -> bool:
    if len(line) > LONGEST_LINE or len(line.split()) > LONGEST_LINE_WORDS:
        return False
    return pattern.fullmatch(line.replace("’", "'").strip(" \t•*→»›…").rstrip(".:?!… ")) is not None


_NOTE, _END = _any_of(_NOTES), _any_of(_END_MATTER)
