"""The pages beside the conversation in a real browser: reachable, legible at every width by day and by night, sound for a screen reader, asking no other host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from assistant.page.beside.recurring import sign_of
from assistant.page.wording import words
from tests.browser.served import CHROMIUM, Person, Site
from tests.warm_companion import warm_companion

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is found: install it, with `apt-get install chromium` say"
    ),
]

FALLING = "I was falling from a tower and my brother watched from a window. My suitcase fell beside me. I was scared."
AGAIN = "My brother carried my suitcase up a tower, and then I was falling again, and I was scared."
ROOMS = (
    "/journal",
    "/recurring",
    f"/recurring/image/{sign_of('image', 'suitcase')}",
    "/library",
    "/library/falling",
    "/yours",
    "/yours/delete",
)
WIDTHS = (390, 768, 1280, 1920)

CUT_OFF = """() => {
  const shown = [...document.querySelectorAll("main *, header *")].filter((part) => part.offsetParent);
  const wide = shown.filter((part) => part.getBoundingClientRect().right > innerWidth + 1);
  const sideways = document.documentElement.scrollWidth > innerWidth;
  return (sideways ? ["the page scrolls sideways"] : []).concat(wide.map((part) => part.outerHTML.slice(0, 120)));
}"""


@pytest.fixture(scope="module")
def site(library_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    served = Site(warm_companion(library_dir).with_journal_in(tmp_path_factory.mktemp("journal")))
    yield served
    served.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A browser of somebody who has written two dreams down and talked about the second."""
    context = browser.new_context(
        base_url=site.address, bypass_csp=False, reduced_motion="reduce", accept_downloads=True
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    hosts: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
    page.on("console", lambda told: complaints.append(told.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for dream in (FALLING, AGAIN):
        page.goto("/journal")
        page.fill("#dream", dream)
        page.press("#dream", "Control+Enter")
        page.wait_for_url("**/dream/*")
    yield page
    context.close()
    assert hosts <= {"127.0.0.1", ""}
    assert complaints == []


def dream_of(page: Page) -> str:
    """The address of the dream that was written down last."""
    page.goto("/journal")
    return str(page.locator("a.dream").first.get_attribute("href"))


def test_a_dream_goes_from_the_box_to_a_card_to_keep(page: Page, site: Site, tmp_path: Path) -> None:
    dream = dream_of(page)
    page.goto(dream)
    page.fill("#title", "The tower")
    page.fill("#note", "I want to ring my brother. " + "Long words " * 60 + "夢 🐋")
    page.check("input[value=hard]")
    page.click("#own button.main")
    assert page.locator("#own .told").inner_text() == words("dream", "kept")
    assert page.locator("h1").inner_text() == "The tower"
    assert page.title().startswith(
        "Dream of "
    )  # and no word of the dream, which the browser would write to its history
    page.goto(f"{dream}/card")
    with page.expect_download() as picture:
        page.click("[data-picture]")
    kept = tmp_path / "card.png"
    picture.value.save_as(kept)
    assert kept.read_bytes().startswith(b"\x89PNG") and kept.stat().st_size > 10_000
    with page.expect_download() as markdown:
        page.click("a[download]")
    assert markdown.value.suggested_filename.endswith(".md")


def test_every_page_fits_every_width_by_day_and_by_night_and_is_sound(page: Page, browser: Browser, site: Site) -> None:
    site.house.companion.recurring._catch_up(site.house.companion.journal.visitors()[-1])
    dream = dream_of(page)
    state = page.context.storage_state()
    for scheme in ("light", "dark"):
        looking = browser.new_context(base_url=site.address, storage_state=state, color_scheme=scheme, bypass_csp=True)
        one = looking.new_page()
        for address in (*ROOMS, dream, f"{dream}/card", f"{dream}/delete"):
            one.goto(address)
            for width in WIDTHS:
                one.set_viewport_size({"width": width, "height": 900})
                assert one.evaluate(CUT_OFF) == [], (address, width)
            result = Axe().run(one).response
            assert result["passes"]
            found = result["violations"]
            grave = [(hit["id"], hit["nodes"][0]["html"]) for hit in found if hit["impact"] in ("serious", "critical")]
            assert grave == [], (address, scheme)
        looking.close()


def test_what_is_deleted_is_gone_from_the_open_conversation_too(page: Page, site: Site) -> None:
    talking = Person(page.context.new_page(), site.address)
    talking.write("a draft about the tower")
    page.goto("/yours/delete")
    page.click("button.grave")
    assert page.locator("h1").inner_text() == words("yours", "deleted")
    talking.wait(lambda: talking.box() == "" and talking.state() == "welcome")
    assert talking.page.evaluate("window.name") == ""
