"""Takes out of a web page what its reader would not see: scripts, and text that is hidden by markup or style."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement  # type: ignore[import-untyped, unused-ignore]

_NEVER_SHOWN = ("script", "style", "noscript", "template", "object", "svg", "select", "textarea")
_FRAME_OF_PAGE = ("html", "body", "main", "article")  # often hidden only until a script has run

_NOTHING = r"(?:0+\.?0*|\.0+)(?:px|em|rem|pt|%)?\s*(?:;|!|$)"
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden"
    r"|(?<![-\w])(?:left|right|top|bottom|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?(?:[ ,]+[01](?:px)?){3}\s*\)|clip-path\s*:\s*inset\(\s*(?:50|100)%"
    r"|(?<![-\w])color\s*:\s*(?:transparent|rgba\([^)]*,\s*0?\.?0*\))",
    re.IGNORECASE,
)
_HIDING_IN_PLACE = re.compile(  # in a style sheet these are mostly the start of an animation
    rf"(?<![-\w])opacity\s*:\s*(?:{_NOTHING}|0?\.0\d*|[0-5]%)|font-size\s*:\s*(?:{_NOTHING}|(?:[01](?:\.\d+)?|\.\d+)p[xt])"
    r"|transform\s*:[^;]*scale[xy]?\(\s*0?\.?0*\s*[,)]|text-fill-color\s*:\s*transparent",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?:^|;)\s*(color|background(?:-color)?)\s*:\s*([^;!]+)", re.IGNORECASE)
_WHITE = re.compile(  # or so near to it that nobody sees the difference
    r"(?<![-\w])color\s*[:=]\s*[\"']?(?:white|snow|ivory|ghostwhite|floralwhite|#(?:fff|f[a-f0-9]f[a-f0-9]f[a-f0-9])(?![\da-f]{1,2}\b)|"
    r"rgba?\(\s*25[0-5](?:\s*,\s*25[0-5]){2}|hsla?\([^)]*,\s*(?:9[89]|100)(?:\.\d+)?%)",
    re.IGNORECASE,
)
_SHOWING = re.compile(r"display\s*:\s*(?!none)\w|visibility\s*:\s*visible", re.IGNORECASE)

_HIDDEN_ATTRIBUTE = re.compile(r"\shidden(?=[\s=>/])", re.IGNORECASE)
_STYLE = re.compile(r"style\s*=\s*[\"']([^\"']*)", re.IGNORECASE)

_CSS_COMMENT = re.compile(r"/\*(?:.*?\*/|.*)", re.DOTALL)
_CSS_NAME = re.compile(r"[.#][\w-]+")
_SIMPLE_SELECTOR = re.compile(r"\w*([.#][\w-]+)")


def remove_hidden(page: HtmlElement) -> None:
    """Drop the page's hidden elements, in place.

    Style sheets in the page count as far as they name a class or an id alone; nothing else of the cascade is followed.
    """
    white_page = _is_white(page)
    hidden_names = _hidden_names(page, white_page)
    for element in list(page.iter()):
        if not isinstance(element.tag, str) or element.tag in _FRAME_OF_PAGE or element.getparent() is None:
            continue
        if element.tag in _NEVER_SHOWN or _is_hidden(element, hidden_names, white_page):
            element.drop_tree()


def _is_white(page: HtmlElement) -> bool:
    """Whether nothing in the page gives any of it a background, so that white text cannot be seen."""
    return not page.xpath(
        "//link[contains(@rel, 'stylesheet')] | //*[@bgcolor] | //*[@background]"
        " | //*[contains(@style, 'background')] | //style[contains(., 'background')]"
    )


def _is_hidden(element: HtmlElement, hidden_names: set[str], white_page: bool) -> bool:
    style = element.get("style") or ""
    names = {f".{name}" for name in (element.get("class") or "").split()} | {f"#{element.get('id')}"}
    return (
        "hidden" in element.attrib
        or (element.tag == "dialog" and "open" not in element.attrib)
        or _HIDING.search(style) is not None
        or _HIDING_IN_PLACE.search(style) is not None
        or _in_colour_of_ground(style)
        or (white_page and _WHITE.search(f"{style};color={element.get('color', '')}") is not None)
        or not names.isdisjoint(hidden_names)
    )


def hides(tag: str) -> bool:
    """Whether an HTML tag, as it is written, hides what stands in it on a white page."""
    styles = _STYLE.findall(tag)
    return (
        _HIDDEN_ATTRIBUTE.search(tag) is not None
        or _WHITE.search(tag) is not None
        or any(
            _HIDING.search(style) or _HIDING_IN_PLACE.search(style) or _in_colour_of_ground(style) for style in styles
        )
    )


def _in_colour_of_ground(style: str) -> bool:
    """Whether a style gives text and background one colour."""
    colours = {name.lower()[:5]: value.strip().lower() for name, value in _COLOUR.findall(style)}
    return len(colours) == 2 and len(set(colours.values())) == 1


def _hidden_names(page: HtmlElement, white_page: bool) -> set[str]:
    """The classes (.name) and ids (#name) that the page's style sheets hide and never show again."""
    hidden, shown = set(), set()
    for selectors, style in _css_rules("\n".join(style.text or "" for style in page.iter("style"))):
        for selector in selectors.split(","):
            simple = _SIMPLE_SELECTOR.fullmatch(selector.strip())
            if simple and (_HIDING.search(style) or (white_page and _WHITE.search(style))):
                hidden.add(simple[1])
            elif _SHOWING.search(style):
                shown.update(_CSS_NAME.findall(selector))
    return hidden - shown


def _css_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The selectors and the declarations of each rule that stands outside of blocks such as ``@media``."""
    depth = 0
    for part in _CSS_COMMENT.sub("", sheet).split("}"):
        opened = part.count("{")
        if depth == 0 and opened == 1:
            selectors, _, style = part.partition("{")
            yield selectors.rpartition(";")[2], style
        depth = max(0, depth + opened - 1)
