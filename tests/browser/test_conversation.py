"""A conversation in a real browser, from the first page to a reload, by mouse and keyboard, at a desk and a phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

from assistant.companion import Companion
from assistant.page import running
from assistant.page.wording import examples, words
from tests.browser.served import CHROMIUM, Person, Site, Unhurried
from tests.endpoint import Endpoint, status
from tests.warm_companion import warm_companion, with_endpoint

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is found: install it, with `apt-get install chromium` say"
    ),
]

DREAM = "I was running from a man and my legs would not move at all. I woke up scared."
Visit = Callable[..., Person]


@pytest.fixture(scope="module")
def companion(library_dir: Path) -> Companion:
    return warm_companion(library_dir)


@pytest.fixture(scope="module")
def site(companion: Companion) -> Iterator[Site]:
    served = Site(Unhurried(companion))
    yield served
    served.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Opens the page in a browser of its own. No page may ask another host for anything, or break its own policy."""
    contexts: list[BrowserContext] = []
    hosts: set[str] = set()
    complaints: list[str] = []

    def visit(address: str = site.address, **how: Any) -> Person:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **how})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
        page.on("console", lambda told: complaints.append(told.text) if "AbortError" not in told.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Person(page, address)

    yield visit
    for context in contexts:
        context.close()
    assert hosts <= {"127.0.0.1", ""}
    assert not [
        complaint for complaint in complaints if "Content Security Policy" in complaint or "Error:" in complaint
    ]


@pytest.fixture
def anna(visit: Visit) -> Person:
    return visit()


# ---- telling a dream ----


def test_a_dream_gets_a_reply_piece_by_piece_with_its_source_and_goes_on(anna: Person) -> None:
    page = anna.page
    assert page.title() == "Dream companion"
    anna.say(f"{DREAM} It went slowly.")
    assert page.wait_for_selector(".waiting .breath", timeout=2000)
    page.wait_for_selector("#turn-1 .reply p")
    assert anna.state() == "replying" and page.locator("#send:visible").count() == 0
    anna.wait(lambda: anna.state() == "done")
    assert page.locator("#turn-1 .reply p").count() >= 3
    assert page.locator("#turn-1 .question").inner_text().endswith("?")
    assert page.locator("#behind .passage.cited mark").count() >= 1
    assert anna.box() == ""
    anna.tell("They felt heavy, as if they were made of lead.")
    assert anna.turns() == 2 and anna.reply(2)


def test_the_waiting_sign_comes_at_once(anna: Person) -> None:
    anna.write(DREAM)
    waited = anna.page.evaluate(
        """() => new Promise((tell) => {
             const began = performance.now();
             new MutationObserver(() => {
               if ("sending" in document.body.dataset) tell(performance.now() - began);
             }).observe(document.body, { attributes: true });
             document.querySelector("#send").click();
           })"""
    )
    assert waited < 100
    anna.wait(lambda: anna.state() == "done")


def test_an_example_is_put_into_the_box_to_be_changed(anna: Person) -> None:
    anna.page.click(".example >> nth=1")
    assert anna.box() == examples()[1] and anna.state() == "welcome"
    anna.write("my own words")
    anna.page.click(".example >> nth=2")
    assert anna.box() == "my own words" and words("hint", "example") in anna.hint()


def test_a_mark_leads_to_its_passage_and_back(anna: Person) -> None:
    anna.tell(DREAM)
    mark = anna.page.locator("#turn-1 a.mark").first
    mark.click()
    anna.wait(lambda: str(anna.page.evaluate("document.activeElement.id")).startswith("passage-1-"))
    assert anna.page.locator(":focus .text mark").count() == 1
    anna.page.locator(":focus .back a").click()
    anna.wait(lambda: anna.page.evaluate("document.activeElement.className") == "mark")
    assert anna.page.url == anna.page.url.partition("#")[0]


def test_a_dream_the_library_has_nothing_on_gets_no_passages(anna: Person) -> None:
    anna.tell("qwxz plmkt vbnrt zzyq")
    assert anna.page.locator("#behind .passage:visible").count() == 0


# ---- changing one's mind ----


def test_a_reply_can_be_stopped(anna: Person) -> None:
    anna.say(f"{DREAM} slowly")
    anna.page.wait_for_selector("#turn-1 .waiting")
    anna.page.click("#stop")
    anna.wait(lambda: anna.state() == "stopped", seconds=2)
    assert words("reply", "stopped") in anna.page.inner_text("#turn-1")
    anna.tell("Then something else happened.")


def test_a_closed_page_stops_its_reply(anna: Person, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SECONDS_TO_COME_BACK", 0.1)
    anna.say(f"{DREAM} slowly")
    anna.page.wait_for_selector("#turn-1 .waiting")
    assert site.house.handlers.running.any
    anna.page.goto("about:blank")
    deadline = time.monotonic() + 10
    while site.house.handlers.running.any:
        assert time.monotonic() < deadline
        anna.page.wait_for_timeout(50)


def test_a_reload_amid_a_reply_shows_it_in_the_end(anna: Person) -> None:
    anna.say(f"{DREAM} slowly")
    anna.page.wait_for_selector("#turn-1 .waiting")
    anna.page.reload()
    anna.page.wait_for_selector("body[data-ready]")
    anna.wait(lambda: anna.state() == "done")
    assert anna.page.locator("#turn-1 .question").count() == 1


@pytest.mark.parametrize("turned_to", ["new", "forget-one", "forget-all", "earlier"])
def test_what_one_turns_to_amid_a_reply_stays(anna: Person, turned_to: str) -> None:
    anna.tell("I dreamed of water.")
    anna.page.click("#new")
    anna.wait(lambda: anna.state() == "welcome")
    anna.say(f"{DREAM} slowly")
    anna.page.wait_for_selector("#turn-1 .reply p")
    if turned_to == "new":
        anna.page.click("#new")
    elif turned_to == "earlier":
        anna.page.click("#more .label-wrap")
        anna.page.click("#earlier [data-open] >> nth=1")
    else:
        anna.page.click("#more .label-wrap")
        anna.page.click(f"#{turned_to}")
        anna.page.click(".question-panel .grave:visible")
    turned = "done" if turned_to == "earlier" else "welcome"
    anna.wait(lambda: anna.state() == turned)
    anna.page.wait_for_timeout(1500)
    assert anna.state() == turned and DREAM not in anna.page.inner_text("#conversation")
    anna.tell("Something else.")


def test_a_message_that_waits_is_not_sent_when_the_reply_is_stopped(anna: Person) -> None:
    anna.say(f"{DREAM} slowly")
    anna.page.wait_for_selector("#turn-1 .waiting")
    anna.say("And then?")
    anna.page.click("#stop")
    anna.wait(lambda: anna.state() == "stopped")
    anna.page.wait_for_timeout(300)
    assert anna.turns() == 1 and anna.box() == "And then?" and anna.hint() == ""


def test_again_edit_and_take_back(anna: Person) -> None:
    anna.tell(DREAM)
    anna.page.click("#again")
    anna.page.wait_for_selector("body[data-state=done]")
    anna.wait(lambda: anna.turns() == 1 and anna.state() == "done" and bool(anna.reply(1)))
    anna.tell("It was dark.")
    anna.write("a draft")
    anna.page.click("#edit")
    anna.wait(lambda: anna.turns() == 1 and anna.box() == "It was dark.\n\na draft")
    anna.say(anna.box())
    anna.wait(lambda: anna.turns() == 2 and anna.state() == "done")
    anna.page.wait_for_timeout(300)
    assert anna.box() == "" and anna.said(2) == "It was dark.\n\na draft" and anna.hint() == ""
    anna.page.press("#box textarea", "Enter")
    assert words("hint", "blank") in anna.hint() and anna.turns() == 2
    anna.page.click("#undo")
    anna.wait(lambda: anna.turns() == 1 and words("hint", "taken_back") in anna.hint())
    anna.tell("It was light.")
    assert anna.box() == "" and anna.turns() == 2
    anna.page.click("#undo")
    anna.wait(lambda: anna.turns() == 1 and words("hint", "taken_back") in anna.hint())
    anna.page.click("#undo")
    anna.wait(lambda: anna.state() == "welcome")


def test_what_is_sent_too_early_waits_and_is_sent_after(anna: Person) -> None:
    anna.say(f"{DREAM} slowly")
    anna.page.wait_for_selector("#turn-1")
    anna.say("And I could not call out.")
    assert words("hint", "kept") in anna.hint() and anna.box() == "And I could not call out."
    anna.wait(lambda: anna.turns() == 2 and anna.state() == "done")
    assert anna.said(2) == "And I could not call out." and anna.box() == ""


@pytest.mark.parametrize("blank", ["", "   \n "])
def test_nothing_is_sent_for_a_blank_message(anna: Person, blank: str) -> None:
    anna.say(blank)
    assert words("hint", "blank") in anna.hint() and anna.turns() == 0


def test_too_long_a_message_stays_in_the_box(anna: Person) -> None:
    anna.say("x" * 20_001)
    assert "That is 20,001 characters, and one message can hold 20,000." in anna.hint()
    assert len(anna.box()) == 20_001 and anna.turns() == 0


# ---- in two tabs ----


def another_tab(anna: Person) -> Person:
    """The same person at a second tab, in the same conversation."""
    return Person(anna.page.context.new_page(), anna.page.url)


def test_a_conversation_that_another_tab_shortened_goes_on(anna: Person) -> None:
    anna.tell(DREAM)
    anna.tell("It was dark.")
    other = another_tab(anna)
    other.page.click("#undo")
    other.wait(lambda: other.turns() == 1)
    anna.say("It was light.")
    anna.wait(lambda: anna.turns() == 2 and anna.state() == "done" and anna.said(2) == "It was light.")
    assert anna.box() == ""
    anna.tell("And warm.")


@pytest.mark.parametrize("act", ["#undo", "#edit", "#again"])
def test_nothing_is_taken_back_that_this_tab_does_not_show(anna: Person, act: str) -> None:
    anna.tell(DREAM)
    other = another_tab(anna)
    other.tell("It was dark.")
    anna.page.click(act)
    anna.wait(lambda: words("hint", "went_on") in anna.hint())
    assert anna.turns() == 2 and anna.box() == "" and anna.reply(2) == other.reply(2)


def test_forgetting_everything_empties_every_tab(anna: Person) -> None:
    anna.tell(DREAM)
    other = another_tab(anna)
    anna.write("a secret draft")
    other.write("another secret draft")
    anna.page.click("#more .label-wrap")
    anna.page.click("#forget-all")
    anna.page.click(".question-panel .grave:visible")
    for person in (anna, other):
        person.wait(lambda who=person: who.state() == "welcome" and who.box() == "")
        assert "secret" not in person.page.evaluate("JSON.stringify([{...sessionStorage}, window.name])")


# ---- words stay words ----


def test_words_are_shown_to_the_letter(anna: Person) -> None:
    nasty = (
        "  <b>bold</b> <img src=x onerror=\"document.title='owned'\"> **md** _x_ `{{value}}` ${1+1} [a](http://evil.example)\n"
        "\tindented   \u202espaces\x07 <script>document.title='owned'</script> &amp; שלום 👋🏽 # not a heading"
    )
    anna.tell(nasty)
    assert anna.said(1) == nasty.replace("\u202e", "⟨202E⟩").replace("\x07", "␇")
    page = anna.page
    assert page.locator("#conversation :is(b, img, script, h1, em, strong)").count() == 0
    assert page.locator("#conversation a:not(.mark)").count() == 0
    assert re.fullmatch(r"Dream of \d+ [A-Z][a-z]+ · Dream companion", page.title())
    anna.tell("שלום עולם")
    assert page.evaluate("getComputedStyle(document.querySelector('#turn-2 .said')).direction") == "rtl"
    rights = "[...document.querySelectorAll('.said')].map((said) => Math.round(said.getBoundingClientRect().right))"
    assert len(set(page.evaluate(rights))) == 1


# ---- coming back ----


def test_a_reload_keeps_the_conversation_and_the_draft(anna: Person) -> None:
    anna.tell(DREAM)
    reply = anna.reply(1)
    anna.write("half a thou")
    anna.page.reload()
    anna.page.wait_for_selector("#turn-1 .reply p")
    assert (anna.said(1), anna.reply(1)) == (DREAM, reply)
    anna.wait(lambda: anna.box() == "half a thou")
    anna.page.click("#new")
    anna.wait(lambda: anna.state() == "welcome")
    anna.page.reload()
    anna.page.wait_for_selector("body[data-ready]")
    assert anna.state() == "welcome"
    anna.page.click("#more .label-wrap")
    anna.page.click("#earlier [data-open]")
    anna.wait(lambda: anna.turns() == 1)


def test_two_visitors_see_only_their_own(visit: Visit) -> None:
    anna, bert = visit(), visit()
    anna.tell(DREAM)
    bert.page.reload()
    bert.page.wait_for_selector("body[data-ready]")
    assert bert.state() == "welcome"
    bert.page.evaluate("sessionStorage.setItem('dream-companion-conversation', '1')")
    bert.page.reload()
    bert.page.wait_for_selector("body[data-ready]")
    assert "from a man" not in bert.page.content()
    assert bert.page.locator("#change").count() == 0 and bert.page.locator("#owner").count() == 0


def test_forgetting_is_asked_once_more_and_then_done(anna: Person) -> None:
    anna.tell(DREAM)
    anna.page.click("#more .label-wrap")
    anna.page.click("#forget-one")
    anna.wait(lambda: anna.page.evaluate("document.activeElement.textContent.trim()") == words("forget", "refuse"))
    anna.page.keyboard.press("Enter")
    anna.wait(lambda: anna.page.locator(".question-panel:visible").count() == 0)
    assert anna.turns() == 1
    anna.page.click("#forget-one")
    anna.page.wait_for_selector(".question-panel:visible")
    anna.page.keyboard.press("Escape")
    anna.page.click("#more .label-wrap")
    anna.wait(lambda: anna.page.locator(".question-panel:visible").count() == 0)
    anna.page.click("#forget-all")
    anna.wait(lambda: words("forget", "ask_all") in anna.page.inner_text("#more"))
    anna.page.get_by_role("button", name=words("forget", "yes_all")).click()
    anna.wait(lambda: anna.state() == "welcome" and words("forget", "done_all") in anna.hint())
    anna.page.reload()
    anna.page.wait_for_selector("body[data-ready]")
    assert anna.state() == "welcome"


def test_a_lost_server_loses_no_words_and_the_page_comes_back(visit: Visit, companion: Companion) -> None:
    site = Site(Unhurried(companion))
    try:
        anna = visit(site.address)
        anna.tell(DREAM)
        site.close()
        anna.say("written while nobody was there")
        anna.wait(lambda: words("hint", "no_connection") in anna.hint())
        assert anna.box() == "written while nobody was there"
        site = site.restarted()
        anna.wait(lambda: anna.state() == "done" and anna.hint() == "")
        assert anna.said(1) == DREAM
        anna.wait(lambda: anna.box() == "written while nobody was there")
    finally:
        site.close()


def test_a_failing_model_is_told_and_the_built_in_voice_answers(visit: Visit, companion: Companion) -> None:
    with Endpoint(status(500, "broken")) as endpoint:
        site = Site(with_endpoint(companion, endpoint.base_url))
        try:
            anna = visit(site.address)
            anna.say(DREAM)
            anna.wait(lambda: anna.state() == "failed")
            assert anna.page.locator("#turn-1 [role=alert]").inner_text()
            before = anna.page.get_attribute("#turn-1", "data-turn")
            anna.page.click("#try-again")
            anna.wait(lambda: anna.page.get_attribute("#turn-1", "data-turn") not in ("", before))
            assert anna.state() == "failed"
            anna.page.click("#built-in")
            anna.wait(lambda: anna.state() == "done" and anna.turns() == 1)
        finally:
            site.close()


def test_the_owner_may_change_who_answers(visit: Visit, companion: Companion) -> None:
    site = Site(with_endpoint(companion, "http://127.0.0.1:9/v1"))
    try:
        owner = visit(site.owner_link)
        page = owner.page
        assert page.url == site.address
        owner.wait(lambda: "some-model" in page.inner_text("#who"))
        page.click("#change")
        page.wait_for_selector("#offers label.selected >> nth=0")
        assert "some-model" in page.inner_text("#offers label.selected")
        page.click("#offers label >> nth=0")
        page.wait_for_selector("#use-offer")
        page.click("#use-offer")
        owner.wait(lambda: page.locator("#choice:visible").count() == 0)
        assert words("who", "built_in") in page.inner_text("#who")
        page.click("#more .label-wrap")
        owner.wait(lambda: words("owner", "you") in page.inner_text("#owner") and "since " in page.inner_text("#owner"))
    finally:
        site.close()


def test_the_conversation_can_be_copied(visit: Visit) -> None:
    anna = visit(permissions=["clipboard-read", "clipboard-write"])
    anna.tell(DREAM)
    anna.page.click("#copy-last button")
    anna.wait(lambda: words("hint", "copied") in anna.hint())
    copied = str(anna.page.evaluate("navigator.clipboard.readText()"))
    assert copied.startswith(anna.reply(1))
    for line in copied.removeprefix(anna.reply(1)).strip().splitlines():
        assert re.fullmatch(r"\[\d\] .+: .+ \([a-z ]+\)", line)
    assert "\n\n[1] " in copied
    anna.wait(lambda: anna.hint() == "")
    anna.page.click("#more .label-wrap")
    anna.page.click("#copy-all button")
    anna.wait(
        lambda: str(anna.page.evaluate("navigator.clipboard.readText()")).startswith(f"You: {DREAM}\n\nThe companion: ")
    )


# ---- by keyboard, on a phone, by night, for those who listen ----


def test_everything_goes_by_keyboard(anna: Person) -> None:
    page, keys = anna.page, anna.page.keyboard
    anna.wait(lambda: page.evaluate("document.activeElement.closest('#box') !== null"))
    keys.type("first line")
    keys.press("Shift+Enter")
    keys.type("second line")
    keys.press("Enter")
    anna.wait(lambda: anna.state() == "done")
    assert anna.said(1) == "first line\nsecond line"
    keys.type(f"{DREAM} slowly")
    keys.press("Enter")
    anna.wait(lambda: anna.state() == "replying")
    keys.press("Escape")
    anna.wait(lambda: anna.state() == "stopped", seconds=2)
    seen = set()
    for _ in range(40):
        keys.press("Tab")
        focused = page.evaluate(
            """() => { const at = document.activeElement;
                       const name = at.getAttribute("aria-label") || at.innerText;
                       return [at.closest("[id]")?.id, name, getComputedStyle(at).outlineStyle]; }"""
        )
        if focused[0] in ("new", "more", "again", "edit", "undo", "copy-last", "behind-panel"):
            seen.add(focused[0])
            assert focused[1].strip() and focused[2] != "none", focused
    assert seen >= {"new", "more", "again", "edit", "undo"}
    page.focus("#more .label-wrap")
    keys.press("Enter")
    page.wait_for_selector("#forget-one:visible")
    assert page.get_attribute("#more .label-wrap", "aria-expanded") == "true"
    keys.press("Tab")
    keys.press("Escape")
    anna.wait(lambda: page.locator("#forget-one:visible").count() == 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_sticks_out_and_everything_is_large_enough(visit: Visit, scheme: str) -> None:
    anna = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=scheme)
    page = anna.page
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(sideways) == 0
    anna.tell(f"{DREAM} {'Donaudampfschifffahrt' * 8}")
    page.click("#more .label-wrap")
    assert page.evaluate(sideways) == 0
    page.click("#more .label-wrap")
    anna.tell("heavy")
    page.click("#turn-1 .earlier summary")
    assert page.evaluate(sideways) == 0
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('#box textarea')).fontSize)") >= 16
    heights = "[...document.querySelectorAll('button')].filter(b => b.offsetParent).map(b => b.offsetHeight)"
    assert min(page.evaluate(heights)) >= 24
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(246, 242, 234)", "dark": "rgb(22, 21, 29)"}[scheme]


WELCOMES = [(1366, 650), (1280, 800), (390, 844), (320, 640)]
COVERED = """(selector) => {
  const part = document.querySelector(selector).getBoundingClientRect();
  const top = document.querySelector("#top").getBoundingClientRect().bottom;
  const box = document.querySelector("#composer").getBoundingClientRect().top;
  return part.top < top || part.bottom > box;
}"""


@pytest.mark.parametrize(("width", "height"), WELCOMES)
def test_the_first_screen_says_what_this_is_not_and_where_help_is(visit: Visit, width: int, height: int) -> None:
    anna = visit(viewport={"width": width, "height": height})
    anna.page.wait_for_selector(".who-this-is a.help")
    assert not anna.page.evaluate(COVERED, ".who-this-is")
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert anna.page.evaluate(sideways) == 0


def test_after_a_long_message_the_reply_is_in_view_and_the_message_folded(anna: Person) -> None:
    anna.tell("\n".join([DREAM] * 60))
    page = anna.page
    assert not page.evaluate(COVERED, "#turn-1 .reply p")
    page.focus(".show-all")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('#said-1').offsetHeight") > 1000
    assert page.get_attribute(".show-all", "aria-expanded") == "true"
    anna.tell("It was dark.")
    assert page.evaluate("document.querySelector('#said-1').offsetHeight") > 1000
    page.click(".show-all")
    assert page.evaluate("document.querySelector('#said-1').offsetHeight") < 400


def test_writing_does_not_move_the_page_and_scrolling_up_stops_the_following(anna: Person) -> None:
    for message in (DREAM, "heavy as lead", "and dark"):
        anna.tell(message)
    page = anna.page
    page.evaluate("document.activeElement.blur()")
    page.evaluate("scrollTo(0, 100)")
    page.focus("#box textarea")
    page.keyboard.type("some words")
    page.focus("#new")
    assert page.evaluate("scrollY") == 100
    anna.say(f"{DREAM} slowly")
    page.wait_for_selector("#turn-4 .reply p")
    page.evaluate("document.dispatchEvent(new WheelEvent('wheel')); scrollTo({top: 0, behavior: 'instant'})")
    anna.wait(lambda: anna.state() == "done")
    assert page.evaluate("scrollY") == 0


def test_what_was_opened_stays_open_while_a_reply_comes(anna: Person) -> None:
    anna.tell(DREAM)
    anna.tell("They were heavy.")
    page = anna.page
    page.click("#turn-1 .earlier summary")
    page.click("#turn-1 .earlier .from summary")
    anna.tell(f"{DREAM} slowly")
    assert page.locator("#turn-1 .earlier[open] .from[open]").count() == 1
    page.click("#turn-1 .earlier > summary")
    anna.tell("It was dark.")
    assert page.locator("#turn-1 .earlier[open]").count() == 0


def test_the_page_can_be_heard(anna: Person) -> None:
    anna.tell(DREAM)
    page = anna.page
    assert page.get_attribute("#told", "aria-live") == "polite"
    told = page.evaluate("[...document.querySelectorAll('#told p')].map((piece) => piece.textContent).join(' ')")
    for paragraph in page.locator("#turn-1 .reply p").all_inner_texts():
        assert told.count(paragraph) == 1
    assert page.locator("h1").inner_text() == "Dream companion"
    assert page.get_by_role("textbox", name=words("composer", "label")).count() == 1
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, textarea:not([style*='display: none'])")]
             .filter((part) => part.offsetParent && !(part.innerText.trim() || part.getAttribute("aria-label")))
             .map((part) => part.outerHTML)"""
    )
    assert nameless == []
    assert page.locator("footer:visible a, a[href*='gradio']").count() == 0


def test_motion_is_left_out_where_it_is_not_wanted(anna: Person) -> None:
    anna.say(f"{DREAM} slowly")
    anna.page.wait_for_selector(".breath i")
    assert anna.page.evaluate("getComputedStyle(document.querySelector('.breath i')).animationName") == "none"
    anna.wait(lambda: anna.state() == "done")


# ---- the country ----


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_country_is_chosen_by_keyboard_on_a_phone_and_names_its_line(visit: Visit, scheme: str) -> None:
    anna = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=scheme)
    page = anna.page
    anna.tell("I don't want to live any more.")
    ask = page.locator(".ask-country:visible")
    assert ask.inner_text() == words("country", "ask")
    assert not re.search(r"\d", anna.reply(1))
    ask.focus()
    page.keyboard.press("Enter")
    anna.wait(lambda: page.evaluate("document.activeElement.id") == "country-choice")
    shown = page.locator("#country-choice option").all_inner_texts()
    assert shown[0] == words("country", "none") and shown[1:] == sorted(shown[1:]) and "Netherlands" in shown
    for part in ("#country-choice", ".ask-country"):
        assert page.evaluate(f"document.querySelector('{part}').offsetHeight") >= 44
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.keyboard.type("Neth")
    page.keyboard.press("Enter")
    anna.wait(lambda: "113" in page.inner_text("#country-help"))
    assert page.evaluate("document.activeElement.id") == "country-choice"
    assert page.locator(".ask-country:visible").count() == 0
    anna.tell("I want to die.")
    assert "113" in anna.reply(2)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    anna.wait(lambda: anna.turns() == 2 and page.locator(".ask-country:visible").count() == 0)
    page.click("#more .label-wrap")
    anna.wait(lambda: page.locator("#country-choice").input_value() == "NL")
    page.click("#forget-all")
    page.click(".question-panel .grave:visible")
    anna.wait(lambda: anna.state() == "welcome")
    anna.tell("I don't want to live any more.")
    page.click("#more .label-wrap")
    anna.wait(lambda: page.locator("#country-choice").input_value() == "")
    assert page.locator(".ask-country:visible").count() == 1 and "113" not in anna.reply(1)
