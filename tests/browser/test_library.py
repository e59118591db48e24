"""The library in a real browser: read by a deep link, asked, and added to, at a desk and at a phone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from assistant.page.wording import words
from tests.browser.served import CHROMIUM, Person, Site
from tests.warm_companion import warm_companion, with_small_library

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is found: install it, with `apt-get install chromium` say"
    ),
]

DREAM = "I was running from a man and my legs would not move at all. I woke up scared."
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def site(library_dir: Path) -> Iterator[Site]:
    served = Site(warm_companion(library_dir))
    yield served
    served.close()


@pytest.fixture
def small_site(library_dir: Path, tmp_path: Path) -> Iterator[Site]:
    """A site to whose library adding takes no time."""
    served = Site(with_small_library(warm_companion(library_dir), tmp_path))
    yield served
    served.close()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Open]:
    """Opens a page in a browser of its own; axe is let past the page's policy, which lets in no script but ours."""
    contexts: list[BrowserContext] = []

    def open_page(path: str, **how: Any) -> Page:
        context = browser.new_context(bypass_csp=True, reduced_motion="reduce", **how)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{site.address.rstrip('/')}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()


def faults(page: Page) -> list[str]:
    """What axe finds that keeps somebody out, and what stands out at the side."""
    found = Axe().run(page).response["violations"]
    told = [
        f"{one['id']}: {[node['html'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*told, *([f"{over} px too wide"] if over > 0 else [])]


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"])
def test_a_section_is_read_by_its_link_and_the_library_asked(
    open_page: Open, viewport: dict[str, int], scheme: str
) -> None:
    page = open_page("/library/cant-run#feet-stuck", viewport=viewport, color_scheme=scheme)
    heading = page.locator("#feet-stuck h2")
    bar = page.locator(".bar").bounding_box()
    box = heading.bounding_box()
    assert bar and box and bar["height"] <= box["y"] < viewport["height"] / 2  # below the bar, not under it
    assert page.locator("#feet-stuck .talk a").get_attribute("href") == "/?about=cant-run/feet-stuck"
    assert faults(page) == []
    page.click(f"nav[aria-label] >> text={words('rooms', 'library')}")
    assert faults(page) == []
    page.fill("#ask_field", "why do my legs not move when I run?")
    page.press("#ask_field", "Enter")
    page.wait_for_selector(".found a")
    assert page.locator("#answer_ .told").count() == 0 and faults(page) == []
    page.click(".found a >> nth=0")
    page.wait_for_url("**/library/cant-run#*")
    page.goto(f"{page.url.split('/library')[0]}/library")
    page.fill("#ask_field", "how do I bake a sourdough bread")
    page.press("#ask_field", "Enter")
    page.wait_for_url("**/library?asked=*")
    assert "sourdough" not in page.url
    assert page.locator("#answer_ .told").inner_text() == words("ask_library", "nothing") and faults(page) == []


def test_a_passage_behind_a_reply_leads_to_its_section_and_that_to_the_dream(open_page: Open, site: Site) -> None:
    page = open_page("/", viewport=DESK)
    Person(page, site.address).tell(DREAM)
    page.click("#behind .passage.cited .article a")
    page.wait_for_url("**/library/*#*")
    section = page.locator(f"#{page.url.partition('#')[2]}")
    assert DREAM[:40] in section.locator(".in-dreams").inner_text()
    assert faults(page) == []


def test_the_owner_adds_a_file_sees_how_far_it_is_and_takes_it_out(
    open_page: Open, small_site: Site, tmp_path: Path
) -> None:
    page = open_page("/library", viewport=PHONE)
    page.goto(small_site.owner_link)
    page.goto(f"{small_site.address}library/adding")
    assert faults(page) == []
    files = [
        {"name": "quiet whales.md", "mimeType": "text/markdown", "buffer": b"# Whales\n\nA whale in the garden."},
        {"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 nothing"},
    ]
    (tmp_path / "large.txt").touch()
    os.truncate(tmp_path / "large.txt", 70_000_000)
    page.set_input_files("#files_", tmp_path / "large.txt")
    told = page.eval_on_selector("#files_", "input => input.validationMessage")
    assert told == words("adding", "files_too_large", count=70, most=64)
    page.set_input_files("#files_", files)
    page.click(f"text={words('adding', 'files_button')}")
    page.wait_for_selector(".outcome", timeout=60_000)
    assert "bad.pdf" in page.locator(".outcome").inner_text() and faults(page) == []
    page.click(".outcome a")
    page.click(f"text={words('library', 'remove')}")
    assert faults(page) == []
    page.click(f"text={words('removing', 'agree')}")
    page.wait_for_selector(f".outcome :text('{words('adding', 'removed', title='Whales')}')", timeout=60_000)
    page.goto(f"{small_site.address}library")
    assert page.locator(".volume.own").count() == 0
