"""What is shown of a turn, and that nobody's words become anything but words on the page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.journal import Journal, KeptTurn, answer_to_json
from assistant.page import render
from assistant.page.shown import LiveTurn, ShownTurn, State, from_journal
from assistant.page.wording import examples, words
from assistant.types import (
    Citation,
    Done,
    Kind,
    Notice,
    Passages,
    Question,
    Role,
    Safety,
    Sentence,
    Stage,
    Turn,
)
from knowledge.types import Article, Evidence, Hit, Passage, Section

PAGE = Path(render.__file__).parent
WHERE_TEXTS_ARE_USED = [*PAGE.rglob("*.py"), *PAGE.rglob("*.jinja"), *(PAGE.parent / "connections").glob("*.py")]
STUCK = Section(
    "cant-run/stuck",
    "Feet that stick",
    "Feet may stick. Some say it is helplessness.",
    Evidence.TRADITION,
    ("A. (2001).",),
)
ATONIA = Section("cant-run/rem", "Why legs fail", "In REM sleep muscles rest.", Evidence.PHYSIOLOGY)
HITS = tuple(
    Hit(rank, 0.5, Passage(section, "When you cannot run", 0, section.text))
    for rank, section in enumerate((STUCK, ATONIA), 1)
)
QUOTE = "Some say it is helplessness."
CITATION = Citation(1, STUCK.id, QUOTE)
READING = Sentence("It may be a kind of helplessness [1].", Role.READING, CITATION)
HEARD = Sentence("Your feet stuck. You were late.", Role.HEARD)
ASKED = "What held your feet?"


def turn(kind: Kind = Kind.DREAM, covered: bool = True, citations: tuple[Citation, ...] = (CITATION,)) -> Turn:
    reply = f"{HEARD.text} {READING.text} {ASKED}" if citations else f"{HEARD.text} {ASKED}"
    sentences = (HEARD, READING) if citations else (HEARD,)
    return Turn(
        "my feet",
        kind,
        reply,
        ASKED,
        citations,
        HITS,
        covered,
        Safety.NONE,
        Stage.EXPLORE,
        "built-in",
        "",
        sentences=sentences,
    )


def live(*events: Any, message: str = "my feet") -> ShownTurn:
    turn = LiveTurn(1, message)
    for event in events:
        turn.take(event)
    return turn.shown()


WHOLE = (Passages(HITS, True), HEARD, READING, Question(ASKED), Done(turn()))


class Elements(HTMLParser):
    """Gathers the elements of some HTML with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


# ---- a turn as it grows ----


def test_a_turn_grows_with_its_events() -> None:
    assert live().state is State.REPLYING
    assert [unit.text for unit in live(*WHOLE[:2]).paragraphs] == [HEARD.text]
    assert live(*WHOLE[:2]).cited == ()
    assert [passage.quotes for passage in live(*WHOLE[:3]).cited] == [(QUOTE,)]
    done = live(*WHOLE)
    assert (done.state, done.question, [passage.title for passage in done.near]) == (
        State.DONE,
        ASKED,
        ["Why legs fail"],
    )


def test_a_model_failure_is_kept_with_its_words_and_what_was_shown() -> None:
    failed = live(*WHOLE[:2], Notice("timeout", "No word came within 30 seconds."))
    assert (failed.state, failed.notice) == (State.FAILED, "No word came within 30 seconds.")
    assert [unit.text for unit in failed.paragraphs] == [HEARD.text]


def test_waiting_is_said_until_the_first_sentence() -> None:
    waiting = Notice("waiting", "The models are waking up.")
    assert live(waiting).state is State.REPLYING
    assert "The models are waking up." in render.conversation([live(waiting)], 1)
    assert live(waiting, *WHOLE[:2]).notice == ""


def test_a_kept_turn_looks_as_it_did_when_it_was_said(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    conversation = journal.start_conversation("anna")
    journal.record_answer("anna", journal.record_message("anna", conversation, "my feet"), turn())
    (kept,) = journal.conversation("anna", conversation).turns
    article = Article("cant-run", "When you cannot run", (STUCK, ATONIA))
    again = from_journal(1, kept, {"cant-run": article})
    assert again.key and replace(again, key="") == live(*WHOLE)
    assert render.conversation([replace(again, key="")], 1) == render.conversation([live(*WHOLE)], 1)
    assert render.behind([again]) == render.behind([live(*WHOLE)])


def test_a_kept_turn_survives_the_loss_of_its_article() -> None:
    kept = KeptTurn(7, datetime.now(UTC), "my feet", answer_to_json(turn()))
    assert [passage.article for passage in from_journal(1, kept, {}).cited] == ["cant-run"]


def test_a_kept_turn_that_was_stopped_says_so() -> None:
    stopped = answer_to_json(turn()) | {"question": "", "stopped": True}
    kept = KeptTurn(7, datetime.now(UTC), "my feet", stopped)
    assert words("reply", "stopped") in render.conversation([from_journal(1, kept, {})], 1)
    closed = KeptTurn(7, datetime.now(UTC), "goodbye", stopped | {"kind": Kind.CLOSE.value, "stopped": False})
    assert from_journal(1, closed, {}).state is State.DONE


def test_a_turn_without_a_reply_says_so_and_keeps_the_words() -> None:
    unfinished = from_journal(1, KeptTurn(7, datetime.now(UTC), "my feet", None), {})
    html = render.conversation([unfinished], 1)
    assert 'data-state="unfinished"' in html and "my feet" in html and words("reply", "written_down") in html
    after_another = render.conversation([unfinished, replace(unfinished, number=2)], 1)
    assert words("reply", "unfinished") in after_another


# ---- marks, passages and their ways to each other ----


def test_a_mark_leads_to_its_passage_and_back() -> None:
    shown = live(*WHOLE)
    marks = [link for link in Elements(render.conversation([shown], 1)).of("a") if link.get("class") == "mark"]
    behind = Elements(render.behind([shown]))
    assert [mark["href"] for mark in marks] == ["#passage-1-1"]
    assert marks[0]["aria-label"] == "passage 1: Feet that stick"
    assert "passage-1-1" in [article.get("id") for article in behind.of("article")]
    assert [link["data-back"] for link in behind.of("a") if "data-back" in link] == ["1-1"] == [marks[0]["data-mark"]]
    assert behind.of("a")[0]["href"] == "/library/cant-run#stuck"


def test_the_passage_shows_its_grade_its_source_and_the_sentence_that_carries_the_claim() -> None:
    html = render.behind([live(*WHOLE)])
    assert f"Feet may stick. <mark>{QUOTE}</mark>" in html
    assert "<strong>tradition</strong>" in html and words("evidence", "tradition") in html
    assert "A. (2001)." in html and "When you cannot run" in html


def test_one_passage_may_carry_two_claims() -> None:
    other = Sentence("Feet may stick [1].", Role.READING, Citation(1, STUCK.id, "Feet may stick."))
    html = render.behind([live(Passages(HITS, True), READING, other)])
    assert f"<mark>Feet may stick.</mark> <mark>{QUOTE}</mark>" in html
    assert html.count("passage cited") == 1


def test_cited_passages_come_first_and_the_others_are_set_apart() -> None:
    html = render.behind([live(*WHOLE)])
    assert html.index("Feet that stick") < html.index('<details class="near"') < html.index("Why legs fail")
    assert "[1]" in html and "[2]" not in html


def test_what_is_not_covered_is_said_in_one_line_without_passages() -> None:
    uncovered = live(Passages(HITS, False), HEARD, Question(ASKED), Done(turn(Kind.UNCOVERED, False, ())))
    html = render.behind([uncovered])
    assert Elements(html).text.strip() == words("behind", "uncovered")


def test_a_crisis_turn_shows_no_passages_and_no_remark_on_them() -> None:
    crisis = live(Passages(HITS, True), HEARD, Done(turn(Kind.CRISIS, True, ())))
    assert Elements(render.behind([crisis])).text.strip() == ""


def test_there_is_nothing_behind_a_reply_before_there_is_one() -> None:
    assert Elements(render.behind([])).text.strip() == ""
    assert Elements(render.behind([live()])).text.strip() == words("behind", "looking")
    failed = live(Notice("timeout", "No word came."))
    assert Elements(render.behind([failed])).text.strip() == ""


def test_the_help_lines_are_links_and_nothing_else_is() -> None:
    care = Sentence(f"At findahelpline.com people answer, {NASTY}", Role.PLAIN)
    shown = live(Passages((), False), care, message="see findahelpline.com and evil.example")
    (link,) = Elements(render.conversation([shown], 1)).of("a")
    assert (link["href"], link["target"], link["rel"]) == ("https://findahelpline.com", "_blank", "noreferrer")


def test_an_earlier_reply_keeps_its_own_passages() -> None:
    later = LiveTurn(2, "and then")
    html = Elements(render.conversation([live(*WHOLE), later.shown()], 1))
    assert "passage-1-1" in [article.get("id") for article in html.of("article")]


def test_a_bracketed_number_that_marks_nothing_is_no_link() -> None:
    quoting = Sentence("You wrote [1] and [7].", Role.HEARD)
    assert Elements(render.conversation([live(Passages(HITS, True), quoting)], 1)).of("a") == []


def paragraphs(*sentences: Sentence) -> list[str]:
    return [unit.text for unit in live(Passages(HITS, True), *sentences).paragraphs]


def test_a_reading_stands_in_a_paragraph_of_its_own() -> None:
    offered = Sentence("You know best.", Role.PLAIN)
    assert paragraphs(HEARD, READING, offered, offered) == [HEARD.text, READING.text, "You know best. You know best."]
    assert paragraphs(READING, READING) == [READING.text, READING.text]
    assert paragraphs(HEARD, HEARD, READING) == [f"{HEARD.text} {HEARD.text}", READING.text]
    assert paragraphs(Sentence("One.\n\nTwo.", Role.PLAIN), offered) == ["One.", "Two. You know best."]
    assert paragraphs() == []


# ---- words stay words ----

NASTY = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><b>&amp;"
    "{{ 7*7 }} ${7*7} `x` [a](http://evil.example) **b**"
)


def test_what_anybody_wrote_is_shown_to_the_letter_everywhere() -> None:
    section = Section("x/y", NASTY, NASTY, Evidence.UNGRADED, (NASTY,))
    hits = (Hit(1, 0.5, Passage(section, NASTY, 0, NASTY)),)
    cited = Sentence(f"{NASTY} [1].", Role.READING, Citation(1, "x/y", NASTY))
    shown = live(Passages(hits, True), cited, Question(NASTY), message=NASTY)
    for html in (
        render.conversation([shown], 1),
        render.behind([shown]),
        render.told(NASTY, NASTY),
        render.render("who", voice=NASTY, line=NASTY, short=NASTY),
        render.render("owner", people=[{"name": NASTY, "since": NASTY}], link="", sharing=[NASTY], costs=None),
        render.render("login", asks_name=True, trouble=NASTY, left=False, told_here=False, version="1"),
        render.render("title", person=NASTY),
        render.conversation([LiveTurn(1, NASTY).shown()], 1),
    ):
        elements = Elements(html)
        assert not elements.of("script") and not elements.of("img") and not elements.of("b")
        assert NASTY in elements.text or any(NASTY in attributes.values() for _, attributes in elements.found)
        assert not [link for link in elements.of("a") if not (link["href"] or "").startswith(("#", "/library/"))]


def test_white_space_stays_and_what_cannot_be_seen_gets_a_sign() -> None:
    said = Elements(str(render.visible("  a\n\n\tb \r\nc \x07\x00\x7f\x85 \u202eevil\u2066 שלום 👋🏽"))).text
    assert said == "  a\n\n\tb \nc ␇␀⟨7F⟩⟨85⟩ ⟨202E⟩evil⟨2066⟩ שלום 👋🏽"


@given(st.text())
def test_any_text_comes_out_as_text_only(text: str) -> None:
    elements = Elements(str(render.visible(text)))
    assert {tag for tag, _ in elements.found} <= {"span"}
    if not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text):
        assert elements.text == text


def test_what_is_written_takes_its_own_direction() -> None:
    assert 'class="said" id="said-1" dir="auto"' in render.conversation([live(message="שלום")], 1)


# ---- the texts and the look ----


def test_every_text_that_is_asked_for_is_there() -> None:
    texts = yaml.safe_load((PAGE / "texts.yaml").read_text(encoding="utf-8"))
    asked = set()
    for path in WHERE_TEXTS_ARE_USED:
        asked |= set(re.findall(r'words\(\s*"(\w+)"(?:, "(\w+)")?', path.read_text(encoding="utf-8")))
    assert len(asked) > 60
    for group, name in asked:
        assert name in texts[group] if name else group in texts
    assert set(texts["evidence"]) == {grade.value for grade in Evidence}


def test_nothing_on_the_page_is_left_unused() -> None:
    texts = yaml.safe_load((PAGE / "texts.yaml").read_text(encoding="utf-8"))
    code = "".join(path.read_text(encoding="utf-8") for path in WHERE_TEXTS_ARE_USED)
    for group, entries in texts.items():
        if group in ("examples", "evidence", "rooms", "title", "dream_of") or isinstance(entries, list):
            continue
        for name in entries:
            assert f'"{name}"' in code, f"{group}.{name}"


def test_the_first_page_offers_four_dreams_and_says_what_this_is_not() -> None:
    html = Elements(render.conversation([], None))
    assert [button["data-example"] for button in html.of("button")] == list(examples())
    assert len(examples()) == 4
    assert "not a therapist and not a person" in html.text and "findahelpline.com" in html.text
    assert [link["href"] for link in html.of("a")] == ["https://findahelpline.com"]


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("part", [0, 1, 2], ids=["day", "night", "night by Gradio's switch"])
def test_the_colours_can_be_read(part: int) -> None:
    css = (PAGE / "look" / "colours.css").read_text()
    found = colours(
        [
            css.partition("@media")[0],
            css.partition("@media")[2].partition("body.dark")[0],
            css.partition("body.dark")[2],
        ][part]
    )
    texts = [
        "ink paper",
        "ink raised",
        "ink said",
        "ink marked",
        "soft paper",
        "soft raised",
        "accent paper",
        "accent raised",
    ]
    texts += ["accent-ink accent", "accent-ink accent-hover", "grave paper", "grave raised"]
    for pair in texts:
        assert contrast(*(found[name] for name in pair.split())) >= 4.5, pair
    for pair in ["glow paper", "glow raised", "edge paper", "edge raised"]:
        assert contrast(*(found[name] for name in pair.split())) >= 3, pair


def test_the_look_fetches_nothing_and_brings_no_font() -> None:
    for path in PAGE.glob("look/*"):
        if path.suffix == ".png":
            continue
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text.replace("https:", "https ") or path.suffix == ".js", path
        assert "@font-face" not in text and "@import" not in text and "url(" not in text
