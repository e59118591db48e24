"""The conversation's page under axe, in each of its states: nothing serious stands between it and those who see or hear it differently."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from assistant.companion import Companion
from tests.browser.served import CHROMIUM, Person, Site, Unhurried
from tests.endpoint import Endpoint, status
from tests.warm_companion import warm_companion, with_endpoint

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is found: install it, with `apt-get install chromium` say"
    ),
]

DREAM = "I was running from a man and my legs would not move at all. My uncle Ron stood at the door. I was scared."
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def companion(library_dir: Path) -> Companion:
    return warm_companion(library_dir)


def at(browser: Browser, site: Site) -> Person:
    """Somebody at the page; axe is put into it, which its policy would not allow."""
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    return Person(context.new_page(), site.address)


def grave_findings(person: Person) -> list[str]:
    """What axe finds by day, and by night on a phone."""
    found = []
    for scheme, width in (("light", 1280), ("dark", 390)):
        person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        person.page.set_viewport_size({"width": width, "height": 844})
        found += _grave_findings(person)
    return found


def _grave_findings(person: Person) -> list[str]:
    response = Axe().run(person.page).response
    assert len(response["passes"]) > 15
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}"
        for one in response["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def test_axe_finds_nothing_serious_in_a_conversation(browser: Browser, companion: Companion) -> None:
    site = Site(Unhurried(companion))
    try:
        anna = at(browser, site)
        found = {"welcome": grave_findings(anna)}
        anna.say(f"{DREAM} slowly")
        anna.page.wait_for_selector("#turn-1 .reply p")
        found["replying"] = grave_findings(anna)
        anna.wait(lambda: anna.state() == "done")
        anna.page.click("[data-fit=no]")
        anna.page.wait_for_selector("[data-fit=no][aria-pressed=true]")
        found["done"] = grave_findings(anna)
        anna.tell("I'd like to try another ending.")
        anna.page.click("#more .label-wrap")
        anna.page.click("#kept summary")
        anna.page.click("[data-change] >> nth=0")
        found["another ending, and the menu"] = grave_findings(anna)
        anna.page.keyboard.press("Escape")
        anna.page.keyboard.press("Escape")
        anna.tell("I want to die.")
        found["crisis"] = grave_findings(anna)
        assert anna.page.locator(".way, .ending").count() == 0
        assert not any(found.values()), found
    finally:
        site.close()


def test_axe_finds_nothing_serious_where_a_model_failed(browser: Browser, companion: Companion) -> None:
    with Endpoint(status(500, "broken")) as endpoint:
        site = Site(with_endpoint(companion, endpoint.base_url))
        try:
            anna = at(browser, site)
            anna.say(DREAM)
            anna.wait(lambda: anna.state() == "failed")
            assert grave_findings(anna) == []
        finally:
            site.close()
