"""In a real browser: two people at one browser, logging out of it in every tab, and an endpoint entered by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from axe_playwright_python.sync_playwright import Axe
from keyring.backends import fail
from playwright.sync_api import Browser, Page

from assistant.companion import Companion
from assistant.page.wording import words
from tests.browser.served import CHROMIUM, Person, Site
from tests.endpoint import Endpoint, say, status
from tests.warm_companion import warm_companion

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is found: install it, with `apt-get install chromium` say"
    ),
]

DREAM = "I was running from a man and my legs would not move at all. I woke up scared."
REPLY = ("HEARD: Your legs would not move.\n", "QUESTION: What was the man like?\n")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LEFT_BEHIND = "JSON.stringify([{...sessionStorage}, window.name])"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def companion(library_dir: Path) -> Companion:
    return warm_companion(library_dir)


@pytest.fixture
def fresh(browser: Browser) -> Iterator[Open]:
    """Opens a page in a browser of its own."""
    contexts = []

    def opened(**how: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **how})
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def faults_of(page: Page) -> list[str]:
    """What a checker of accessibility finds."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


# ---- two people at one browser ----


@pytest.fixture(scope="module")
def house(companion: Companion, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    served = Site(
        companion.with_journal_in(tmp_path_factory.mktemp("people")), passwords={"anna": "one", "bert": "two"}
    )
    yield served
    served.close()


def log_in(page: Page, site: Site, name: str, password: str) -> Person:
    given, headers = {"name": name, "password": password}, {"origin": site.address.rstrip("/")}
    page.request.get(f"{site.address}login")
    assert page.request.post(f"{site.address}login", form=given, headers=headers).ok
    person = Person(page, site.address)
    person.wait(lambda: page.locator(".person-name:visible").all_inner_texts() == [f"You are {name}."])
    return person


def test_logging_out_leaves_nothing_in_any_tab_for_the_next_person(fresh: Open, house: Site) -> None:
    page = fresh()
    log_in(page, house, "anna", "one")
    page.goto(f"{house.address}library")
    anna = Person(page, house.address)
    anna.tell(DREAM)
    anna.write("a secret draft")
    other = Person(page.context.new_page(), house.address)
    other.wait(lambda: other.said(1) == DREAM)
    other.write("another secret draft")
    page.click(".leave")
    for tab in (page, other.page):
        tab.wait_for_url("**/login?left")
        assert words("login", "left") in tab.inner_text("main")
        assert tab.evaluate(LEFT_BEHIND) == '[{},""]'
    page.go_back()
    assert page.url == f"{house.address}login"
    assert DREAM not in page.content() and "secret" not in page.content()

    bert = log_in(page, house, "bert", "two")
    assert bert.state() == "welcome" and bert.box() == ""
    page.click("#more .label-wrap")
    bert.wait(lambda: words("earlier", "none") in page.inner_text("#earlier"))


def test_a_draft_of_somebody_else_is_never_put_into_the_box(fresh: Open, house: Site) -> None:
    page = fresh()
    log_in(page, house, "anna", "one").write("a secret draft")
    page.context.clear_cookies()  # her pass has run out, and no script was told
    bert = log_in(page, house, "bert", "two")
    assert bert.box() == "" and "secret" not in page.evaluate(LEFT_BEHIND)


def test_logging_out_needs_no_script(fresh: Open, house: Site) -> None:
    page = fresh(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(f"{house.address}login")
    page.fill("#name", "anna")
    page.fill("#password", "one")
    page.click("button")
    page.goto(f"{house.address}library")
    page.click(".leave")
    page.wait_for_url("**/login?left")
    page.goto(f"{house.address}library")
    assert page.url.endswith("/login")


def test_the_name_fits_on_a_phone(fresh: Open, companion: Companion) -> None:
    name = "Annabelle-Wilhelmine von Hohenschwangau"
    site = Site(companion, passwords={name: "one"})
    try:
        page = fresh(viewport={"width": 390, "height": 844})
        log_in(page, site, name, "one")
        assert page.evaluate(SIDEWAYS) == 0
        assert page.evaluate("document.querySelector('.leave').getBoundingClientRect().right") < 390
        assert page.evaluate("document.querySelector('.leave').offsetHeight") >= 24
        page.goto(f"{site.address}library")
        assert page.evaluate(SIDEWAYS) == 0
    finally:
        site.close()


# ---- the owner's endpoint ----


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


def test_an_endpoint_is_entered_tried_and_chosen_by_keyboard(
    fresh: Open, companion: Companion, no_keyring: None
) -> None:
    site = Site(companion)
    try:
        with Endpoint(say(*REPLY)) as endpoint:
            page = fresh(viewport={"width": 390, "height": 844}, color_scheme="dark")
            owner = Person(page, site.owner_link)
            owner.wait(lambda: page.locator("#change:visible").count() == 1)
            page.focus("#change")
            page.keyboard.press("Enter")
            page.wait_for_selector("#enter-own a:visible")
            page.focus("#enter-own a")
            page.keyboard.press("Enter")
            page.wait_for_selector("#address")
            assert faults_of(page) == []
            endpoint.queue(status(401, "wrong"))
            page.focus("#address")
            page.keyboard.type(endpoint.base_url)
            page.keyboard.press("Tab")
            page.keyboard.type("some-model")
            page.keyboard.press("Tab")
            page.keyboard.type("sk-wrong")
            page.keyboard.press("Enter")
            page.wait_for_selector("#key-wrong")
            assert page.evaluate("document.activeElement.id") == "key" and page.input_value("#key") == ""
            assert faults_of(page) == []
            page.keyboard.type("sk-right")
            page.keyboard.press("Enter")
            page.wait_for_selector("#tried")
            assert faults_of(page) == [] and page.evaluate(SIDEWAYS) == 0
            page.emulate_media(color_scheme="light")
            assert faults_of(page) == []
            page.focus("form[action='/yours/answering/use'] button.main")
            page.keyboard.press("Enter")
            page.wait_for_selector("#kept")
            page.click(".told a")
            owner.wait(lambda: "some-model" in page.inner_text("#who"))
            owner.tell(DREAM)
            assert "What was the man like?" in owner.reply(1)
            assert endpoint.requests[-1].headers["authorization"] == "Bearer sk-right"
            page.click("#more .label-wrap")
            page.wait_for_selector("#owner-text a")
            assert "some-model" in page.inner_text("#owner-text") and page.evaluate(SIDEWAYS) == 0
            page.click("#owner-text a[href='/yours/answering']")
            page.click("button.grave")
            page.wait_for_selector(".told")
            assert words("endpoint", "forgotten") in page.inner_text(".told")
            page.goto(site.address)
            owner.wait(lambda: words("who", "built_in") in page.inner_text("#who"))
    finally:
        companion.answering.forget_endpoint()
        site.close()
