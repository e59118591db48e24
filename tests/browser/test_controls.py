"""The controls beside the talk in a real browser: marks, the memory, steps, another ending, links, reading aloud, dictation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from assistant.page.wording import words
from tests.browser.served import CHROMIUM, Person, Site, Unhurried
from tests.warm_companion import warm_companion

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is found: install it, with `apt-get install chromium` say"
    ),
]

DREAM = "I was running from a man and my legs would not move at all. My uncle stood at the door. I was scared."
Visit = Callable[..., Person]

# What a browser has that speaks and listens; the one of the tests has no voice and no ear.
VOICES = """(voices) => {
  window.heardAloud = [];
  window.voices = voices;
  const speech = new EventTarget();
  Object.assign(speech, {
    getVoices: () => window.voices,
    speak: (utterance) => window.heardAloud.push(utterance),
    cancel: () => (window.heardAloud = []),
  });
  Object.defineProperty(window, "speechSynthesis", { value: speech });
  window.SpeechSynthesisUtterance = class extends EventTarget {
    constructor(text) { super(); this.text = text; }
  };
}"""
EAR = """({ available, here }) => {
  delete window.webkitSpeechRecognition;
  window.SpeechRecognition = class extends EventTarget {
    static available(asked) { window.askedOfEar = asked; return Promise.resolve(available); }
    start() { window.ear = this; }
    stop() { this.dispatchEvent(new Event("end")); }
    abort() { this.stop(); }
  };
  if (here) window.SpeechRecognition.prototype.processLocally = false;
}"""
HERE = {"name": "Here", "lang": "en-GB", "localService": True, "default": False}
ELSEWHERE = {"name": "Elsewhere", "lang": "en-US", "localService": False, "default": True}
FOREIGN = {"name": "Hier", "lang": "de-DE", "localService": True, "default": True}


@pytest.fixture(scope="module")
def site(library_dir: Path) -> Iterator[Site]:
    served = Site(Unhurried(warm_companion(library_dir)))
    yield served
    served.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Opens the page in a browser of its own, which ``stubs`` are put into."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def visit(address: str = "", stubs: tuple[tuple[str, Any], ...] = (), **how: Any) -> Person:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **how})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        for stub, given in stubs:
            page.add_init_script(f"({stub})({json.dumps(given)})")
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Person(page, f"{site.address}{address}")

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def focused(person: Person) -> str:
    return str(person.page.evaluate("document.activeElement.textContent.trim()"))


# ---- by keyboard ----


def test_a_reading_is_marked_by_keyboard_and_the_mark_outlasts_a_reload(visit: Visit) -> None:
    anna = visit()
    anna.tell(DREAM)
    page = anna.page
    page.focus("[data-fit=no]")
    page.keyboard.press("Space")
    page.wait_for_selector("[data-fit=no][aria-pressed=true]")
    anna.wait(lambda: focused(anna) == words("fits", "no"))
    page.reload()
    page.wait_for_selector("[data-fit=no][aria-pressed=true]")
    page.focus("[data-fit=no]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-fit=no][aria-pressed=false]")
    told = page.evaluate("document.querySelector('#told').textContent")
    assert words("fits", "no") not in told  # the region reads out replies, and no buttons


def test_a_button_says_it_for_the_person_and_what_stands_in_the_box_stays(visit: Visit) -> None:
    anna = visit()
    anna.tell(DREAM)
    anna.write("half a thou")
    anna.page.focus("[data-say=skip]")
    anna.page.keyboard.press("Enter")
    anna.wait(lambda: anna.turns() == 2 and anna.state() == "done")
    assert anna.said(2) == words("way", "says", "skip") and anna.box() == "half a thou"
    assert anna.page.locator("[aria-current=step]").inner_text() == words("way", "stages", "explore")


def test_another_ending_is_a_calm_step_that_can_be_left(visit: Visit) -> None:
    anna = visit()
    anna.tell(DREAM)
    height = "document.querySelector('#box textarea').offsetHeight"
    before = anna.page.evaluate(height)
    for what in ("go_on", "go_on", "ending"):
        turns = anna.turns()
        anna.page.click(f"[data-say={what}]")
        anna.wait(lambda turns=turns: anna.turns() == turns + 1 and anna.state() == "done")
    assert anna.page.locator(".ending p").count() == 3
    anna.wait(lambda: anna.page.evaluate(height) > 2 * before)
    assert anna.page.get_attribute("#box textarea", "placeholder") == words("composer", "placeholder_ending")
    anna.page.click("[data-say=stop]")
    anna.wait(lambda: anna.page.locator(".ending").count() == 0 and anna.page.evaluate(height) < 1.2 * before)


def test_what_is_remembered_is_changed_and_taken_out_by_keyboard(visit: Visit) -> None:
    anna = visit()
    anna.tell(DREAM)
    page, keys = anna.page, anna.page.keyboard
    page.click("#more .label-wrap")
    page.focus("#kept summary")
    keys.press("Enter")
    page.focus("[data-told='your uncle'] [data-change]")
    keys.press("Enter")
    keys.press("Escape")
    anna.wait(lambda: focused(anna) == words("kept", "change") and page.locator(".fact-form:visible").count() == 0)
    keys.press("Enter")
    keys.type("my aunt")
    keys.press("Enter")
    anna.wait(lambda: words("kept", "changed") in anna.hint())
    assert focused(anna) == words("kept", "heading") and page.locator("#kept .kept[open]").count() == 1
    assert page.locator("[data-told='your uncle'] .fact-said").inner_text() == "your aunt"
    page.click("[data-told='your uncle'] [data-take-out]")
    anna.wait(lambda: words("kept", "left_out") in anna.hint())
    page.click("[data-put-back]")
    anna.wait(lambda: page.locator("[data-told='your uncle'] .fact-said").inner_text() == "your uncle")


def test_what_acts_on_a_reply_stands_in_one_row_on_a_phone(visit: Visit) -> None:
    stubs = ((VOICES, [HERE]), (EAR, {"available": "available", "here": True}))
    anna = visit(stubs=stubs, viewport={"width": 390, "height": 844})
    anna.tell(DREAM)
    anna.page.click("#copy-last [data-read]")
    anna.page.wait_for_selector("#dictate")
    assert anna.page.get_by_role("button", name=words("actions", "undo")).count() == 1
    for width in (390, 360):
        anna.page.set_viewport_size({"width": width, "height": 844})
        tops = anna.page.evaluate(
            """[...document.querySelectorAll("#actions button")].filter((one) => one.offsetParent)
                 .map((one) => Math.round(one.getBoundingClientRect().top))"""
        )
        assert len(tops) == 5 and len(set(tops)) == 1
        assert anna.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


# ---- links ----


def test_the_address_leads_back_to_the_dream_and_the_tab_is_named_by_its_night(visit: Visit, site: Site) -> None:
    anna = visit()
    anna.tell(DREAM)
    page = anna.page
    number = page.get_attribute("#conversation .talk", "data-conversation")
    assert page.url == f"{site.address}?dream={number}"
    assert re.fullmatch(r"Dream of \d+ \w+ · Dream companion", page.title())
    page.click("#new")
    anna.wait(lambda: anna.state() == "welcome")
    assert page.url == site.address and page.title() == words("title")
    again = Person(page.context.new_page(), f"{site.address}?dream={number}&__theme=dark")
    again.wait(lambda: again.turns() == 1 and again.said(1) == DREAM)
    assert again.page.url == f"{site.address}?__theme=dark&dream={number}"
    again.tell("I want to die.")
    assert again.page.title() == words("title")
    stranger = visit(f"?dream={number}")
    stranger.wait(lambda: words("hint", "no_such_dream") in stranger.hint())
    assert stranger.state() == "welcome" and stranger.page.url == site.address


def test_links_begin_a_talk(visit: Visit, site: Site) -> None:
    article = next(iter(site.house.companion.library.articles().values()))
    section = article.sections[0]
    anna = visit(f"?about={section.id}")
    begun = words("hint", "first_sentence", title=section.title)
    anna.wait(lambda: anna.box() == begun and words("hint", "begun") in anna.hint())
    assert anna.page.url == site.address
    anna.page.reload()
    anna.wait(lambda: anna.box() == begun)
    bert = visit("?write", has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    bert.wait(lambda: bert.page.evaluate("document.activeElement.closest('#box') !== null"))
    assert bert.state() == "welcome" and bert.page.url == site.address


# ---- aloud ----


def test_a_reply_is_read_aloud_by_a_voice_of_this_computer_and_stopped(visit: Visit) -> None:
    anna = visit(stubs=((VOICES, [ELSEWHERE, FOREIGN, HERE]),))
    anna.tell(DREAM)
    page = anna.page
    button = page.locator("#copy-last [data-read]")
    assert button.inner_text() == words("aloud", "read")
    button.click()
    pieces = page.evaluate("window.heardAloud.map((one) => [one.text, one.voice.name, one.lang])")
    assert {(name, lang) for _, name, lang in pieces} == {("Here", "en-GB")}
    assert [text for text, _, _ in pieces] == [re.sub(r"\s*\[\d+\]", "", one) for one in anna.reply(1).split("\n\n")]
    assert button.inner_text() == words("aloud", "stop")
    button.click()
    assert page.evaluate("window.heardAloud") == [] and button.inner_text() == words("aloud", "read")
    button.click()
    page.evaluate("window.heardAloud.at(-1).dispatchEvent(new Event('end'))")
    anna.wait(lambda: button.inner_text() == words("aloud", "read"))
    anna.tell("They were heavy.")
    page.click("#turn-1 [data-read]")
    assert page.locator("[data-read]", has_text=words("aloud", "stop")).count() == 1
    page.click("#new")
    anna.wait(lambda: anna.state() == "welcome" and page.evaluate("window.heardAloud.length") == 0)


def test_without_a_voice_of_this_computer_nothing_is_read_aloud(visit: Visit) -> None:
    anna = visit(stubs=((VOICES, []),))
    anna.tell(DREAM)
    for voices, offered in (([], 0), ([ELSEWHERE], 0), ([FOREIGN], 0), ([HERE], 1)):
        anna.page.evaluate("(voices) => { window.voices = voices; }", voices)
        anna.page.evaluate("speechSynthesis.dispatchEvent(new Event('voiceschanged'))")
        assert anna.page.locator("[data-read]:visible").count() == offered


def test_what_is_dictated_on_this_device_goes_into_the_box(visit: Visit) -> None:
    anna = visit(stubs=((EAR, {"available": "available", "here": True}),))
    page = anna.page
    anna.write("I dreamed")
    page.click("#dictate")
    assert page.evaluate("window.askedOfEar") == {"langs": ["en"], "processLocally": True}
    assert page.evaluate("[window.ear.processLocally, window.ear.lang, window.ear.continuous]") == [True, "en", True]
    assert page.get_attribute("#dictate", "aria-pressed") == "true"
    page.evaluate(
        """() => {
             const said = (isFinal, transcript) => Object.assign([{ transcript }], { isFinal });
             const results = [said(true, " of a house"), said(false, "with")];
             window.ear.dispatchEvent(Object.assign(new Event("result"), { resultIndex: 0, results }));
           }"""
    )
    assert anna.box() == "I dreamed of a house"
    page.click("#dictate")
    assert page.inner_text("#dictate") == words("aloud", "dictate")
    page.click("#dictate")
    page.evaluate("window.ear.dispatchEvent(Object.assign(new Event('error'), { error: 'not-allowed' }))")
    assert words("aloud", "no_microphone") in anna.hint()


@pytest.mark.parametrize(
    "ear", [{"available": "downloadable", "here": True}, {"available": "available", "here": False}]
)
def test_where_the_browser_would_send_what_is_said_there_is_no_dictation(visit: Visit, ear: dict[str, Any]) -> None:
    anna = visit(stubs=((EAR, ear),))
    anna.page.wait_for_timeout(200)
    assert anna.page.locator("#dictate").count() == 0


def test_only_the_page_itself_may_listen(site: Site) -> None:
    policies = {
        path: httpx.get(f"{site.address}{path}").headers["permissions-policy"]
        for path in ("", "library", "look/look.js")
    }
    assert policies[""] == "camera=(), microphone=(self), geolocation=()"
    assert policies["library"] == policies["look/look.js"] == "camera=(), microphone=(), geolocation=()"
