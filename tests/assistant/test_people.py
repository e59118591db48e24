"""Several people on one computer: a name is a person with a journal of their own, in every browser, and of nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from assistant.cli import app
from assistant.companion import Companion
from assistant.page.keys import Keys
from assistant.page.passwords import HASHED, Passwords, hashed_line, read_passwords
from assistant.page.wording import words
from knowledge.errors import UsageError
from tests.assistant.test_door import OWN, join, make_door
from tests.assistant.test_page_login import enter
from tests.browser.served import Site
from tests.program import Tab
from tests.warm_companion import warm_companion

PASSWORDS = {"anna": "one", "bert": "two", "anna anew": "three"}
HASHES = {name: hashed_line(name, said).partition(":")[2] for name, said in PASSWORDS.items()}  # hashing takes its time
PEOPLE = {name: HASHES[name] for name in ("anna", "bert")}
DREAM = "I was running from a man and my legs would not move at all."


def door_for(data_dir: Path, passwords: dict[str, str] | None = None, **how: Any) -> Any:
    """A door for these people, with the login behind it."""
    from assistant.page.login import Login

    login = Login(passwords or PEOPLE, Keys(data_dir), data_dir, **how)
    door = make_door(data_dir, login=login)
    behind = door._app

    async def with_login(scope: Any, receive: Any, send: Any) -> None:
        from starlette.requests import Request

        if scope["type"] == "http" and scope["path"] in ("/login", "/logout"):
            request = Request(scope, receive)
            answer = await (login.answer(request) if scope["path"] == "/login" else login.leave(request))
            await answer(scope, receive, send)
        else:
            await behind(scope, receive, send)

    door._app = with_login
    return door


def browser(door: Any) -> TestClient:
    client = TestClient(door, base_url=OWN, follow_redirects=False)
    client.get("/login")
    return client


def entered(door: Any, name: str, password: str) -> TestClient:
    client = browser(door)
    assert enter(client, name=name, password=password).status_code == 303
    return client


def visitor(client: TestClient, tab: str) -> str:
    return str(join(client, tab).json()["visitor"])


def leave(client: TestClient, **headers: str) -> Any:
    return client.post("/logout", headers={"origin": OWN, **headers})


# ---- who is who ----


def test_a_name_is_the_same_person_in_every_browser_and_after_a_restart(tmp_path: Path) -> None:
    door = door_for(tmp_path)
    here, there = entered(door, "anna", "one"), entered(door, " anna ", "one")
    anna = visitor(here, "taba1")
    assert visitor(there, "taba2") == anna and "anna" not in anna and len(anna) == 64
    assert visitor(entered(door, "bert", "two"), "tabb1") != anna
    assert visitor(entered(door_for(tmp_path), "anna", "one"), "taba3") == anna
    assert visitor(entered(door_for(tmp_path / "other"), "anna", "one"), "taba3") != anna  # another secret


def test_another_password_keeps_the_person_but_ends_their_passes_alone(tmp_path: Path) -> None:
    door = door_for(tmp_path)
    anna, bert = entered(door, "anna", "one"), entered(door, "bert", "two")
    before = visitor(anna, "taba1")
    changed = door_for(tmp_path, {**PEOPLE, "anna": HASHES["anna anew"]})
    again, berts = (TestClient(changed, base_url=OWN, follow_redirects=False) for _ in range(2))
    again.cookies, berts.cookies = anna.cookies, bert.cookies
    assert again.get("/").headers["location"] == "/login" and berts.get("/").status_code == 200
    assert visitor(entered(changed, "anna", "three"), "taba2") == before


def test_without_their_name_nobody_reaches_their_journal(tmp_path: Path) -> None:
    anna = entered(door_for(tmp_path), "anna", "one")
    removed = TestClient(door_for(tmp_path, {"bert": PEOPLE["bert"]}), base_url=OWN, follow_redirects=False)
    removed.cookies = anna.cookies
    assert removed.get("/").headers["location"] == "/login" and join(removed).status_code == 401


def test_a_login_makes_the_browser_a_new_one(tmp_path: Path) -> None:
    door = door_for(tmp_path)
    client = browser(door)
    cookie = Keys(tmp_path).cookie("visitor")
    before = client.cookies[cookie]
    enter(client, name="anna", password="one")
    annas = visitor(client, "taba1")
    between = client.cookies[cookie]
    enter(client, name="bert", password="two")
    assert len({before, between, client.cookies[cookie]}) == 3
    assert visitor(client, "tabb1") != annas
    assert join(client, "taba1").status_code == 403  # the tab that is still open is Anna's
    client.cookies.set(cookie, between, domain="127.0.0.1")  # Anna's browser, Bert's pass
    assert join(client, "tabb1").status_code == 401


def test_one_password_for_all_makes_nobody_a_person(tmp_path: Path) -> None:
    door = door_for(tmp_path, {"": "right"})
    one, other = browser(door), browser(door)
    for client in (one, other):
        enter(client, password="right", name="anna")
    assert visitor(one, "tab1") != visitor(other, "tab2")
    assert 'id="name"' not in one.get("/login").text


def test_the_owner_is_no_person_and_logging_in_ends_ownership_of_the_browser(tmp_path: Path) -> None:
    door = door_for(tmp_path)
    client = entered(door, "anna", "one")
    annas = visitor(client, "taba1")
    client.get("/?owner=the-owner-token")
    told = join(client, "tabo1").json()
    assert told["owner"] is True and told["visitor"] != annas
    client.cookies.delete(Keys(tmp_path).cookie("owner"))
    assert client.get("/").headers["location"] == "/login"  # the pass went with it
    client.get("/?owner=the-owner-token")
    enter(client, name="bert", password="two")
    assert join(client, "tabb1").json()["owner"] is False


# ---- logging out ----


def test_after_logging_out_the_browser_is_nobodys(tmp_path: Path) -> None:
    door = door_for(tmp_path)
    client = entered(door, "anna", "one")
    visitor(client, "taba1")
    stolen = dict(client.cookies)
    gone = leave(client)
    assert (gone.status_code, gone.headers["location"]) == (303, "/login?left")
    assert dict(client.cookies) == {}
    assert client.get("/").headers["location"] == "/login" and join(client, "taba1").status_code == 401
    assert words("login", "left") in client.get("/login?left").text
    for at_door in (door, door_for(tmp_path)):  # and after a restart
        thief = TestClient(at_door, base_url=OWN, follow_redirects=False, cookies=stolen)
        assert thief.get("/").headers["location"] == "/login"
    assert visitor(entered(door, "anna", "one"), "taba2")


def test_only_a_form_of_ours_logs_out(tmp_path: Path) -> None:
    client = entered(door_for(tmp_path), "anna", "one")
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 403
    assert leave(client, origin="http://evil.example").status_code == 403
    assert client.get("/").status_code == 200


def test_logging_out_without_a_pass_is_noted_nowhere(tmp_path: Path) -> None:
    door = door_for(tmp_path)
    assert leave(browser(door)).status_code == 303
    assert not (tmp_path / "logged_out.txt").exists()
    client = entered(door, "anna", "one")
    kept = dict(client.cookies)
    for _ in range(3):  # with a pass that is none after the first time
        leave(TestClient(door, base_url=OWN, follow_redirects=False, cookies=kept))
    assert len((tmp_path / "logged_out.txt").read_text().splitlines()) == 1


# ---- told before ----


def test_what_was_told_before_without_a_name_is_not_merged_but_named(tmp_path: Path) -> None:
    told: set[str] = set()
    door = door_for(tmp_path, told_here=told.__contains__)
    client = browser(door)
    assert words("login", "told_here") not in client.get("/login").text
    browsers_id = Keys(tmp_path).checked("visitor", client.cookies[Keys(tmp_path).cookie("visitor")])
    assert browsers_id
    told.add(browsers_id)
    assert words("login", "told_here") in client.get("/login").text
    enter(client, name="anna", password="one")
    assert visitor(client, "taba1") != browsers_id
    assert words("login", "told_here") not in client.get("/login").text


# ---- with the real page ----


@pytest.fixture(scope="module")
def companion(library_dir: Path) -> Companion:
    return warm_companion(library_dir)


@pytest.fixture(scope="module")
def site(companion: Companion) -> Iterator[Site]:
    served = Site(companion, passwords=PEOPLE)
    yield served
    served.close()


def at(site: Site, name: str, tab: str) -> Tab:
    """Somebody who has logged in at a browser of their own."""
    entering = httpx.Client(base_url=site.address, headers={"origin": site.address.rstrip("/")})
    entering.get("/login")
    entering.post("/login", data={"name": name, "password": PASSWORDS[name]})
    opened = Tab(tab)
    opened.browser.cookies = entering.cookies
    opened.open(site.address)
    return opened


def test_two_people_never_see_each_others_dreams(site: Site) -> None:
    anna, bert = at(site, "anna", "annatab1"), at(site, "bert", "berttab1")
    shown = list(anna.say(DREAM))[-1]
    assert DREAM in shown
    assert DREAM not in bert.act("load", anna.conversation)
    assert DREAM not in bert.act("open_earlier", anna.conversation)
    assert "from a man" not in list(bert.call("earlier", anna.conversation))[-1][0]
    bert.act("forget_everything")
    elsewhere = at(site, "anna", "annatab2")
    assert DREAM in elsewhere.act("load", "")
    assert words("login", "as_person", name="anna") in list(elsewhere.call("named"))[-1][0]
    page = elsewhere.browser.get("/library").text
    assert words("login", "as_person", name="anna") in page and "/logout" in page


def test_the_owner_sees_who_is_on_by_name(site: Site) -> None:
    owner = Tab("ownertab")
    owner.open(site.owner_link)
    left = site.house.door.present.came("some-visitor", "<b>anna")
    assert "&lt;b&gt;anna" in list(owner.call("here", ""))[-1][0]
    left()


# ---- the file ----


def test_a_line_of_the_command_lets_in_and_holds_no_password(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["password"], input="Zoë\na long: secret\na long: secret\n")
    assert ran.exit_code == 0
    line = ran.stdout.splitlines()[-1]
    assert line.startswith(f"Zoë:{HASHED}") and "secret" not in line
    path = tmp_path / "people"
    path.write_text(f"{line}\nbert:two\n", encoding="utf-8")
    passwords = Passwords(read_passwords(path))
    assert passwords.match("Zoë", "a long: secret") and passwords.match("bert", "two")
    assert not passwords.match("Zoë", line.partition(":")[2]) and not passwords.match("Zoë", "two")
    assert hashed_line("Zoë", "a long: secret") != line  # another salt


def test_accents_that_were_typed_otherwise_are_the_same_name(tmp_path: Path) -> None:
    path = tmp_path / "people"
    path.write_text("Zoe\u0308:one\n", encoding="utf-8")
    door = door_for(tmp_path, read_passwords(path))
    entered(door, "Zo\u00eb", "one")
    assert enter(browser(door), name="zo\u00eb", password="one").status_code == 401


@pytest.mark.parametrize("hashed", ["scrypt$", f"{HASHED}00$00", "scrypt$4$8$5$" + "0" * 32 + "$" + "0" * 128])
def test_a_hash_that_is_none_is_named_by_its_line(tmp_path: Path, hashed: str) -> None:
    path = tmp_path / "people"
    path.write_text(f"anna:{hashed}\n")
    with pytest.raises(UsageError, match=r"Line 1 of .* dream password"):
        read_passwords(path)


@pytest.mark.parametrize("name", ["", " ", "a:b", "#anna", "an\x07na"])
def test_a_name_that_no_line_can_have_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a name"):
        hashed_line(name, "secret")
