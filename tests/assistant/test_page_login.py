"""The password: its file, how it is checked, how often one may guess, and the form that asks for it."""

from __future__ import annotations

import math
import re
import stat
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.testclient import TestClient

from assistant.errors import ServingError
from assistant.page.addresses import Addresses
from assistant.page.door import Door
from assistant.page.keys import Keys
from assistant.page.login import DAY, LoggedOut, Login
from assistant.page.passwords import Guesses, Passwords, read_passwords
from assistant.page.serve import _share
from assistant.page.sharing import new_password
from assistant.page.wording import words
from knowledge.errors import UsageError

OWN = "http://127.0.0.1:7860"


class Clock:
    """A clock that a test winds on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# ---- the file ----


def test_names_and_passwords_are_read_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "people"
    path.write_text("# who may come in\nanna:pass: word \n\nböb:géheim\n", encoding="utf-8")
    assert read_passwords(path) == {"anna": "pass: word ", "böb": "géheim"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("anna:x\nsecret-without-colon\n", "Line 2 of"),
        ("anna:\n", "Line 1 of"),
        (":x\n", "Line 1 of"),
        ("anna:x\nanna:y\n", "The name anna stands twice"),
        ("# nothing\n", "holds no line"),
    ],
)
def test_a_file_of_another_form_is_named_without_its_secrets(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "people"
    path.write_text(text)
    with pytest.raises(UsageError, match=told) as raised:
        read_passwords(path)
    assert "secret-without-colon" not in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere cannot be read: No such file"):
        read_passwords(tmp_path / "nowhere")


def test_a_made_up_password_is_long_enough_and_can_be_read_aloud() -> None:
    one = new_password()
    assert re.fullmatch(r"[bdfgklmnprstvwxz aeiou]{4}(-[a-z]{4}){4}", one)
    assert 10 * math.log2(16 * 5) >= 60
    assert one != new_password()


# ---- checking and guessing ----


def test_only_the_right_password_of_that_name_matches() -> None:
    passwords = Passwords({"anna": "one", "bea": "two"})
    assert passwords.match("anna", "one")
    for name, password in (("anna", "two"), ("nobody", "one"), ("anna", "\ud800")):
        assert not passwords.match(name, password)


def test_the_sixth_guess_waits_and_each_further_one_longer() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    for _ in range(Guesses.FREE):
        assert guesses.seconds_to_wait("10.0.0.1") == 0
        guesses.was_wrong("10.0.0.1")
    waits = []
    for _ in range(4):
        waits.append(guesses.seconds_to_wait("10.0.0.1"))
        clock.now += waits[-1]
        assert guesses.seconds_to_wait("10.0.0.1") == 0
        guesses.was_wrong("10.0.0.1")
    assert waits == [30, 60, 120, 240]
    assert guesses.seconds_to_wait("10.0.0.2") == 0


def test_the_right_password_clears_the_count() -> None:
    guesses = Guesses(Clock())
    for _ in range(Guesses.FREE - 1):
        guesses.was_wrong("10.0.0.1")
    guesses.was_right("10.0.0.1")
    guesses.was_wrong("10.0.0.1")
    assert guesses.seconds_to_wait("10.0.0.1") == 0


def test_many_addresses_together_are_limited_too() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    for number in range(Guesses.TOGETHER):
        guesses.was_wrong(f"10.0.{number}.1")
    assert guesses.seconds_to_wait("10.1.1.1") > 0
    clock.now += Guesses.TOGETHER_SECONDS + 1
    assert guesses.seconds_to_wait("10.1.1.1") == 0


# ---- the form ----


def entrance(tmp_path: Path, passwords: dict[str, str], clock: Clock | None = None) -> Door:
    """A door that asks for a password, with a page behind it that says who came in."""
    keys = Keys(tmp_path)
    login = Login(passwords, keys, tmp_path, Guesses(clock or Clock()), clock=clock or time.time)
    app = FastAPI()
    app.add_route("/login", login.answer, methods=["GET", "POST"])
    app.add_api_route("/gradio_api/app_id", lambda: {"inside": True})
    app.add_api_route("/", lambda: JSONResponse({"inside": True}))
    addresses = Addresses("127.0.0.1", 7860, lambda: "")
    return Door(app, keys, "the-owner-token", is_ours=addresses.is_ours, address=OWN, login=login)


def browser(door: Door) -> TestClient:
    client = TestClient(door, base_url=OWN, follow_redirects=False)
    client.get("/login")
    return client


def enter(client: TestClient, **given: Any) -> Any:
    return client.post("/login", data=given, headers={"origin": OWN})


def test_the_page_leads_to_the_form_and_the_password_to_the_page(tmp_path: Path) -> None:
    client = browser(entrance(tmp_path, {"anna": "one two"}))
    assert client.get("/").headers["location"] == "/login"
    assert client.get("/gradio_api/app_id").status_code == 401
    entered = enter(client, name="anna", password="one two")
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert "; HttpOnly" in entered.headers["set-cookie"]
    assert client.get("/").status_code == 200
    assert client.get("/gradio_api/app_id").json() == {"inside": True}


def test_the_form_needs_no_script_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    form = browser(entrance(tmp_path, {"anna": "x"})).get("/login").text
    assert "<script" not in form and "http" not in form
    assert 'for="name"' in form and 'for="password"' in form and 'autocomplete="current-password"' in form
    assert 'id="name"' not in browser(entrance(tmp_path, {"": "x"})).get("/login").text


@pytest.mark.parametrize(
    "given",
    [
        {"name": "anna", "password": "two"},
        {"name": "nobody", "password": "one"},
        {"name": "anna"},
        {},
        {"password": "x" * 5000},
    ],
)
def test_a_wrong_password_is_told_without_saying_what_was_wrong(tmp_path: Path, given: dict[str, str]) -> None:
    answer = enter(browser(entrance(tmp_path, {"anna": "one"})), **given)
    assert answer.status_code == 401
    assert "That did not match. Look at it once more; capitals count." in answer.text
    assert "set-cookie" not in answer.headers


def test_after_five_wrong_passwords_even_the_right_one_waits(tmp_path: Path) -> None:
    clock = Clock()
    client = browser(entrance(tmp_path, {"": "right"}, clock))
    for _ in range(5):
        assert enter(client, password="wrong").status_code == 401
    locked = enter(client, password="right")
    assert locked.status_code == 429
    assert "Please wait 30 seconds before the next one." in locked.text
    clock.now += 31
    assert enter(client, password="right").status_code == 303


def test_the_pass_is_the_browsers_own(tmp_path: Path) -> None:
    door = entrance(tmp_path, {"": "right"})
    inside, outside = browser(door), browser(door)
    enter(inside, password="right")
    name = door.login.cookie if door.login else ""
    outside.cookies.set(name, inside.cookies[name], domain="127.0.0.1")
    assert outside.get("/").headers["location"] == "/login"


def test_other_passwords_end_every_pass(tmp_path: Path) -> None:
    client = browser(entrance(tmp_path, {"": "right"}))
    enter(client, password="right")
    same, changed = (
        TestClient(entrance(tmp_path, {"": word}), base_url=OWN, follow_redirects=False) for word in ("right", "new")
    )
    same.cookies = changed.cookies = client.cookies
    assert same.get("/").status_code == 200
    assert changed.get("/").headers["location"] == "/login"


def test_a_pass_holds_for_thirty_days_whatever_the_browser_keeps(tmp_path: Path) -> None:
    clock = Clock()
    client = browser(entrance(tmp_path, {"": "right"}, clock))
    enter(client, password="right")
    kept = dict(client.cookies)
    for days, location in ((29.9, None), (30.1, "/login")):
        clock.now = 1000 + days * DAY
        again = TestClient(entrance(tmp_path, {"": "right"}, clock), base_url=OWN, follow_redirects=False, cookies=kept)
        assert again.get("/").headers.get("location") == location


def test_who_was_logged_out_is_forgotten_when_their_pass_is_too_old_anyhow(tmp_path: Path) -> None:
    clock = Clock()
    left = LoggedOut(tmp_path, clock)
    left.add("anna")
    file = tmp_path / "logged_out.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and "anna" not in file.read_text()
    assert "anna" in LoggedOut(tmp_path, clock) and "bert" not in LoggedOut(tmp_path, clock)
    clock.now += 31 * DAY
    left.add("bert")
    again = LoggedOut(tmp_path, clock)
    assert "bert" in again and "anna" not in again
    file.write_text("not\x00what we wrote\n\n" + file.read_text())
    assert "bert" in LoggedOut(tmp_path, clock)


@pytest.mark.parametrize(("host", "stays"), [("127.0.0.1", False), ("0.0.0.0", True)])
def test_without_a_share_link_the_password_stays_where_others_can_come_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str, stays: bool
) -> None:
    class NoLink:
        def start(self, _host: str, _port: int) -> str:
            raise ServingError("the line is down")

    house: Any = SimpleNamespace(door=entrance(tmp_path, {"": "right"}), sharing=NoLink())
    _share(house, Addresses(host, 7860, lambda: ""), "right")
    assert (house.door.login is not None) is stays
    told = capsys.readouterr()
    assert "the line is down" in told.err
    assert (words("serving", "password_stays", password="right") in told.out) is stays


def test_the_owner_needs_no_password(tmp_path: Path) -> None:
    client = browser(entrance(tmp_path, {"anna": "one"}))
    client.get("/?owner=the-owner-token")
    assert client.get("/").status_code == 200


def test_another_site_cannot_log_anybody_in(tmp_path: Path) -> None:
    door = entrance(tmp_path, {"": "right"})
    assert (
        browser(door).post("/login", data={"password": "right"}, headers={"origin": "http://evil.example"}).status_code
        == 403
    )
    stranger = TestClient(door, base_url=OWN)  # another site's form sends our cookie along no more than this does
    assert stranger.post("/login", data={"password": "right"}, headers={"origin": OWN}).status_code == 401


def test_without_passwords_there_is_no_form(tmp_path: Path) -> None:
    door = entrance(tmp_path, {"": "x"})
    door.login = None
    assert browser(door).get("/login").headers["location"] == "/"
    assert browser(door).get("/").status_code == 200
