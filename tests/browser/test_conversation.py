"""A conversation in a real browser, from the first page to a reload, by mouse and keyboard, at a desk and a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from assistant.companion import Companion
from assistant.page.wording import examples, words
from tests.browser.served import ARGUMENTS, CHROMIUM, Person, Site, Unhurried
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
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


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


def test_a_closed_page_stops_its_reply(anna: Person, site: Site) -> None:
    anna.say(f"{DREAM} slowly")
    anna.page.wait_for_selector("#turn-1 .waiting")
    assert site.house.handlers.running.any
    anna.page.goto("about:blank")
    anna.page.wait_for_timeout(500)
    assert not site.house.handlers.running.any


def test_again_edit_and_take_back(anna: Person) -> None:
    anna.tell(DREAM)
    anna.page.click("#again")
    anna.page.wait_for_selector("body[data-state=done]")
    anna.wait(lambda: anna.turns() == 1 and anna.state() == "done" and bool(anna.reply(1)))
    anna.tell("It was dark.")
    anna.write("a draft")
    anna.page.click("#edit")
    anna.wait(lambda: anna.turns() == 1 and anna.box() == "It was dark.\n\na draft")
    anna.tell("It was light.")
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
    assert page.title() == "Dream companion"
    anna.tell("שלום עולם")
    assert page.evaluate("getComputedStyle(document.querySelector('#turn-2 .said')).direction") == "rtl"


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
    anna.page.get_by_role("button", name=words("forget", "refuse")).click()
    assert anna.turns() == 1
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
            anna.page.click("#try-again")
            anna.wait(lambda: anna.state() == "failed")
            anna.page.click("#built-in")
            anna.wait(lambda: anna.state() == "done" and anna.turns() == 1)
        finally:
            site.close()


def test_the_owner_may_change_who_answers(visit: Visit, site: Site) -> None:
    owner = visit(site.owner_link)
    page = owner.page
    assert page.url == site.address
    page.click("#change")
    page.click("#offers label >> nth=0")
    page.wait_for_selector("#use-offer")
    page.click("#use-offer")
    owner.wait(lambda: page.locator("#choice:visible").count() == 0)
    assert "Nothing leaves this computer." in page.inner_text("#who")
    page.click("#more .label-wrap")
    owner.wait(lambda: "you, since " in page.inner_text("#owner"))


def test_the_conversation_can_be_copied(visit: Visit) -> None:
    anna = visit(permissions=["clipboard-read", "clipboard-write"])
    anna.tell(DREAM)
    anna.page.click("#copy-last button")
    anna.wait(lambda: words("hint", "copied") in anna.hint())
    assert anna.page.evaluate("navigator.clipboard.readText()") == anna.reply(1)
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


def test_the_page_can_be_heard(anna: Person) -> None:
    anna.tell(DREAM)
    page = anna.page
    assert page.get_attribute("#turn-1 .reply", "aria-live") == "polite"
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
