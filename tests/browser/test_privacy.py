"""What the page leaves and asks for in a real browser: no other host, and after forgetting no word, on its disk neither."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from assistant.page.wording import words
from tests.browser.served import ARGUMENTS, CHROMIUM, Person, Site
from tests.traces import files_with, name
from tests.warm_companion import warm_companion

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is found: install it, with `apt-get install chromium` say"
    ),
]

ALL = range(5)  # of the words that are looked for
SECONDS_TO_WRITE = 3  # that the browser takes to put on its disk what it keeps of a page
KEPT = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie, history.state, window.name,
  (await indexedDB.databases()).map((one) => one.name), await caches.keys(),
  (await navigator.serviceWorker.getRegistrations()).length,
])"""


@pytest.fixture
def site(library_dir: Path) -> Iterator[Site]:
    served = Site(warm_companion(library_dir))
    yield served
    served.close()


def test_a_whole_visit_asks_no_other_host_and_leaves_no_word(site: Site, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    hosts: set[str] = set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=ARGUMENTS, reduced_motion="reduce"
        )
        browser.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        browser.on("page", lambda page: page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).netloc)))
        _visit(browser, site)
        browser.close()
    assert hosts - {""} == {urlsplit(site.address).netloc}
    assert [path for word in ALL for path in files_with(name(word), profile, site.data_dir)] == []


def _keep_a_journal(page: Page, site: Site) -> None:
    """A dream written down, named, found again, as a card, among what recurs."""
    page.goto(f"{site.address}journal")
    page.fill("#dream", f"A {name(3)} sat in the {name(4)} and looked at me.")
    page.click(".write button.main")
    page.wait_for_url("**/dream/*")
    dream = page.url.partition("?")[0]
    page.fill("#title", f"The {name(3)}")
    page.fill("#note", f"I want to remember the {name(4)}.")
    page.click("#own button.main")
    page.wait_for_url("**kept*")
    site.house.companion.recurring._catch_up(site.house.companion.journal.visitors()[-1])
    page.goto(f"{dream}/card")
    page.goto(dream)
    page.locator("a.mark-of").first.click()
    page.goto(f"{site.address}journal")
    page.fill("#q", name(4))
    page.press("#q", "Enter")
    page.wait_for_selector("a.dream")
    page.goto(f"{site.address}recurring")
    page.goto(f"{site.address}yours")


def _visit(browser: BrowserContext, site: Site) -> None:
    """Examples, a conversation, its sources, the settings, a draft, a reload; then forgetting all."""
    anna = Person(browser.new_page(), site.owner_link)
    page = anna.page
    page.click(".example >> nth=1")
    anna.write("")
    anna.tell(f"I dreamed that {name(0)} chased me and my legs would not move.")
    page.locator("#turn-1 a.mark").first.click()
    anna.tell(f"The {name(1)} was my mother's.")
    page.click("#again")
    anna.wait(lambda: anna.turns() == 2 and anna.state() == "done" and bool(anna.reply(2)))
    page.click("#change")
    page.wait_for_selector("#offers label >> nth=0")
    page.click("#keep-voice")
    anna.write(f"I forgot to say that {name(2)}")
    page.reload()
    anna.wait(lambda: anna.turns() == 2 and name(2) in anna.box())
    _keep_a_journal(page, site)
    page.goto(site.address)
    anna.wait(lambda: anna.turns() == 2)
    page.wait_for_timeout(SECONDS_TO_WRITE * 1000)
    page.click("#more .label-wrap")
    page.click("#forget-all")
    page.get_by_role("button", name=words("forget", "yes_all")).click()
    anna.wait(lambda: anna.state() == "welcome" and words("forget", "done_all") in anna.hint())
    kept = page.evaluate(KEPT)
    anna.wait(lambda: not any(name(word).lower() in page.content().lower() for word in ALL))
    assert not any(name(word).lower() in kept.lower() for word in ALL)
    assert kept.endswith("[],[],0]")  # no database, no cache, no service worker
    page.wait_for_timeout(SECONDS_TO_WRITE * 1000)
    page.close()
