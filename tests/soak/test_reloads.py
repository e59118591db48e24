"""The page is reloaded, closed or its server killed at random moments of 500 replies: what was said is in the conversation, or still in the box."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from tests.browser.served import ARGUMENTS, CHROMIUM, Person
from tests.program import Program, running
from tests.soak.figures import Tell

pytestmark = [
    pytest.mark.soak,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is found"),
]

TIMES, KILLS = 500, 20
TURNS_EACH = 8  # of a conversation, before another is begun
LONGEST_WAIT = 900  # milliseconds between a message and what befalls it


def test_no_turn_is_lost(tmp_path: Path, library_dir: Path, tell: Tell) -> None:
    chance = random.Random(6)
    shutil.copytree(library_dir, tmp_path / "data")
    killed_at = set(chance.sample(range(TIMES), KILLS))
    happened = {"reloaded": 0, "closed": 0, "killed": 0}
    lost: list[str] = []
    number = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(60_000)
        port = 0
        while number < TIMES:
            with running(tmp_path, "serve", "--port", port) as program:
                address = program.address()
                port = int(address.rsplit(":", 1)[1])
                person = Person(context.new_page(), address)
                while number < TIMES:
                    message = f"I was running from man number {number} and my legs would not move."
                    what = _befalls(person, message, program, chance, kills=number in killed_at)
                    happened[what] += 1
                    number += 1
                    if what == "killed":
                        break
                    person = _again(context, person, address, what)
                    lost += [] if _is_kept(person, message) else [f"{message} ({what})"]
                    if number % TURNS_EACH == 0:
                        person.wait(lambda person=person: person.state() != "replying", 60)
                        person.page.click("#new")
                        person.wait(lambda person=person: person.turns() == 0)
            if what == "killed" and number < TIMES:
                with running(tmp_path, "serve", "--port", port) as program:
                    person.page.close()
                    person = Person(context.new_page(), program.address())
                    lost += [] if _is_kept(person, message) else [f"{message} ({what})"]
                    person.page.close()
        browser.close()
    for what, times in happened.items():
        tell(what, times)
    tell("lost", lost)
    assert lost == []


def _befalls(person: Person, message: str, program: Program, chance: random.Random, *, kills: bool) -> str:
    """Say it, and let something happen at a random moment. A tab that is closed takes along what the server never got, so that waits for it."""
    person.wait(lambda: person.state() != "replying", 60)
    person.write("")
    person.say(message)
    closes = chance.random() < 0.4
    if kills or closes:
        person.page.wait_for_function(
            "text => [...document.querySelectorAll('.said')].at(-1)?.textContent === text", arg=message
        )
    person.page.wait_for_timeout(chance.uniform(0, LONGEST_WAIT))
    if kills:
        program.kill()
        return "killed"
    return "closed" if closes else "reloaded"


def _again(context: BrowserContext, person: Person, address: str, what: str) -> Person:
    if what == "closed":
        person.page.close()
        return Person(context.new_page(), address)
    return Person(person.page, address)


def _is_kept(person: Person, message: str) -> bool:
    """Whether it stands in the conversation, or waits in the box."""
    person.wait(lambda: person.state() != "replying", 60)
    said = person.page.locator("#conversation .said").all_text_contents()
    return message in said or message in person.box()
