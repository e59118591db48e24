"""The door: names, cookies, the owner's link, tabs, sizes and headers, with a small application behind it."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from assistant.page.addresses import Addresses
from assistant.page.beside.frame import form
from assistant.page.door import Door
from assistant.page.guests import SCOPE_KEY, Guest
from assistant.page.keys import Keys
from assistant.page.limits import (
    LARGE,
    LARGE_AT_ONCE,
    MOST_BYTES,
    MOST_BYTES_BESIDE,
    MOST_BYTES_PASTED,
    MOST_CHARACTERS,
)

OWN = "http://127.0.0.1:7860"
JOIN = "/gradio_api/queue/join"
DATA = "/gradio_api/queue/data?session_hash="
DOCUMENT = (
    '<html><head><meta property="og:image" content="https://raw.example/x.png" /><meta charset="utf-8" />'
    "<script>window.gradio_config = {};</script></head><body style=''><gradio-app></gradio-app></body></html>"
)


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """Stands in for Gradio: gives a document at "/", and elsewhere who the door says is asking and what was sent."""
    if scope["type"] != "http":
        return
    guest = scope.get(SCOPE_KEY)
    if scope["path"] == "/":
        kind, body = b"text/html", DOCUMENT.encode()
    else:
        sent = (await receive()).get("body", b"") if scope["method"] == "POST" else b""
        names = [name.decode() for name, _ in scope["headers"]]
        told = {
            "visitor": guest and guest.visitor,
            "owner": guest and guest.owner,
            "sent": sent.decode(),
            "headers": names,
        }
        kind, body = b"application/json", json.dumps(told).encode()
    headers = [(b"content-type", kind), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def make_door(data_dir: Path, **how: Any) -> Door:
    addresses = Addresses(how.pop("host", "127.0.0.1"), 7860, lambda: "abc.gradio.live")
    keys = Keys(data_dir)
    return Door(
        behind,
        keys,
        "the-owner-token",
        is_ours=addresses.is_ours,
        is_shared=addresses.is_shared,
        address=addresses.own,
        **how,
    )


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return make_door(tmp_path)


def browser(door: Door, base_url: str = OWN) -> TestClient:
    return TestClient(door, base_url=base_url, follow_redirects=False)


def opened(door: Door) -> TestClient:
    """A browser that has opened the page."""
    client = browser(door)
    assert client.get("/").status_code == 200
    return client


def join(client: TestClient, tab: str = "tab12345", **how: Any) -> Any:
    return client.post(JOIN, json={"session_hash": tab, "data": ["a dream"]}, **how)


# ---- names ----


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "LOCALHOST:7860", "abc.gradio.live"]
)
def test_its_own_names_are_answered(door: Door, host: str) -> None:
    assert browser(door).get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7860",
        "127.0.0.1:80",
        "127.0.0.1",
        "127.0.0.1.evil.example:7860",
        "192.168.1.4:7860",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/assets/index.js", "/login", "/gradio_api/app_id"])
def test_any_other_name_is_refused_in_a_plain_sentence(door: Door, host: str, path: str) -> None:
    refused = browser(door).get(path, headers={"host": host})
    assert refused.status_code == 403
    assert refused.text == f"This companion does not answer to the name {host or '?'}. Open it at {OWN}."
    assert "set-cookie" not in refused.headers


def test_a_given_host_is_one_of_its_names(tmp_path: Path) -> None:
    client = browser(make_door(tmp_path, host="192.168.1.4"))
    assert client.get("/", headers={"host": "192.168.1.4:7860"}).status_code == 200
    assert client.get("/", headers={"host": "192.168.1.5:7860"}).status_code == 403


def test_listening_everywhere_any_number_will_do_but_no_other_name(tmp_path: Path) -> None:
    client = browser(make_door(tmp_path, host="0.0.0.0"))
    assert client.get("/", headers={"host": "192.168.1.4:7860"}).status_code == 200
    assert client.get("/", headers={"host": "[fe80::1]:7860"}).status_code == 200
    assert client.get("/", headers={"host": "rebound.example:7860"}).status_code == 403


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:9000", "null", "http://127.0.0.1:7860.evil.example", "http://[", ""],
)
def test_a_call_from_another_page_is_refused(door: Door, origin: str) -> None:
    client = opened(door)
    assert join(client, headers={"origin": origin}).status_code == 403
    assert join(client, headers={"origin": OWN}).status_code == 200


# ---- visitors ----


def test_a_page_load_gives_a_cookie_that_scripts_and_other_sites_cannot_use(door: Door) -> None:
    cookie = browser(door).get("/").headers["set-cookie"]
    assert "; HttpOnly" in cookie and "; SameSite=Lax" in cookie and "; Path=/" in cookie
    assert "Secure" not in cookie


def test_over_the_share_link_the_cookie_is_secure(door: Door) -> None:
    assert "; Secure" in browser(door).get("/", headers={"host": "abc.gradio.live"}).headers["set-cookie"]


def test_two_browsers_are_two_visitors_and_each_stays_itself(door: Door) -> None:
    one, other = opened(door), opened(door)
    names = [join(one, "tabone1").json()["visitor"], join(other, "tabtwo2").json()["visitor"]]
    assert names[0] != names[1]
    assert len(names[0]) >= 43  # 32 bytes
    one.get("/")
    assert join(one, "tabone1").json()["visitor"] == names[0]


@pytest.mark.parametrize(
    "call",
    [
        "/config",
        "/gradio_api/app_id",
        DATA + "tab12345",
        "/gradio_api/heartbeat/tab12345",
        "/gradio_api/file=/etc/passwd",
    ],
)
def test_without_a_cookie_nothing_but_the_page_is_given(door: Door, call: str) -> None:
    assert browser(door).get(call).status_code == 401


@pytest.mark.parametrize("call", [JOIN, "/gradio_api/upload", "/gradio_api/cancel", "/gradio_api/run/send", "/login"])
def test_without_a_cookie_nothing_can_be_sent(door: Door, call: str) -> None:
    assert browser(door).post(call, json={"session_hash": "tab12345"}).status_code in (401, 403)


def test_a_forged_cookie_is_worth_nothing(door: Door) -> None:
    client = opened(door)
    name, value = next(iter(client.cookies.items()))
    visitor, _, signature = value.rpartition(".")
    for forged in (visitor, f"{visitor}.{'0' * len(signature)}", f"x{visitor}.{signature}", f".{signature}", "", "ü.ü"):
        stranger = browser(door)
        headers = {"cookie": f"{name}={forged}".encode()}
        assert stranger.post(JOIN, json={"session_hash": "tab12345"}, headers=headers).status_code == 401
        assert name in stranger.get("/", headers=headers).headers["set-cookie"]  # a page load makes it a new visitor


def test_a_visitor_is_known_again_after_a_restart(tmp_path: Path) -> None:
    client = opened(make_door(tmp_path))
    before = join(client).json()["visitor"]
    again = browser(make_door(tmp_path))
    again.cookies = client.cookies
    assert join(again).json()["visitor"] == before


def test_two_data_folders_do_not_overwrite_each_others_cookies(tmp_path: Path) -> None:
    """Browsers send a host's cookies to all of its ports."""
    one, other = opened(make_door(tmp_path / "one")), opened(make_door(tmp_path / "other"))
    assert set(one.cookies).isdisjoint(other.cookies)


def test_the_key_is_for_its_owners_eyes(tmp_path: Path) -> None:
    Keys(tmp_path)
    assert stat.S_IMODE((tmp_path / "door.key").stat().st_mode) == 0o600


# ---- the owner ----


def test_the_owners_link_makes_the_owner_and_leaves_the_address_bar(door: Door) -> None:
    client = browser(door)
    answer = client.get("/?owner=the-owner-token")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert join(client).json()["owner"] is True


def test_coming_from_this_computer_makes_nobody_the_owner(door: Door) -> None:
    client = opened(door)
    assert join(client).json()["owner"] is False
    client.get("/?owner=another-token")
    assert join(client).json()["owner"] is False


def test_an_owner_of_an_earlier_start_is_a_visitor_now(tmp_path: Path) -> None:
    client = browser(make_door(tmp_path))
    client.get("/?owner=the-owner-token")
    later = make_door(tmp_path)
    later._owner_token = "the-token-of-the-next-start"
    again = browser(later)
    again.cookies = client.cookies
    assert join(again).json()["owner"] is False


# ---- tabs ----


@pytest.mark.parametrize("call", [DATA + "tab12345", "/gradio_api/heartbeat/tab12345"])
def test_another_visitors_stream_cannot_be_read(door: Door, call: str) -> None:
    one, other = opened(door), opened(door)
    assert join(one).status_code == 200
    assert one.get(call).status_code == 200
    assert other.get(call).status_code == 403
    assert join(other).status_code == 403
    assert other.post("/gradio_api/cancel", json={"session_hash": "tab12345", "event_id": "x"}).status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'"x"', b"not json", b'{"session_hash": 5}', b'{"session_hash": "../x"}']
)
def test_a_call_without_a_tab_is_refused(door: Door, body: bytes) -> None:
    assert opened(door).post(JOIN, content=body).status_code == 400


def test_who_is_here_is_known_while_their_page_is_open(door: Door) -> None:
    left = door.present.came("anna")
    assert list(door.present()) == ["anna"]
    left_again = door.present.came("anna")
    left()
    assert list(door.present()) == ["anna"]
    left_again()
    assert door.present() == {}


# ---- what is let through ----


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://x/",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/run/send",
        "/gradio_api/api/send",
        "/gradio_api/call/send",
        "/gradio_api/component_server",
        "/gradio_api/runs",
        "/gradio_api/vibe-edit",
        "/gradio_api/queue/join/",
        "/gradio_api/heartbeat/../upload",
        "/config",
        "/monitoring",
        "/static/fonts/x.woff2",
        "/svelte/x.js",
        "/manifest.json",
        "/token",
        "/docs",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_what_the_page_does_not_need_is_refused(door: Door, path: str, method: str) -> None:
    assert opened(door).request(method, path).status_code in (401, 403)


@pytest.mark.parametrize("path", ["/assets/index.js", "/theme.css", "/look/look.js", "/favicon.ico"])
def test_what_holds_no_words_is_open_to_read_only(door: Door, path: str) -> None:
    assert browser(door).get(path).status_code == 200
    assert browser(door).post(path).status_code == 405


def test_a_body_is_limited(door: Door) -> None:
    client = opened(door)
    fits = json.dumps({"session_hash": "tab12345", "data": ["x" * (MOST_BYTES - 100)]})
    assert client.post(JOIN, content=fits).json()["sent"] == fits
    assert client.post(JOIN, content="x" * (MOST_BYTES + 1)).status_code == 413
    pieces = (b"x" * 50_000 for _ in range(10))
    assert client.post(JOIN, content=pieces).status_code == 413  # no length was told beforehand


FORMS = {"origin": OWN, "content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    "path", ["/journal", "/dream/1", "/library/adding/files", "/library/adding/text", "/yours/delete"]
)
def test_a_guests_form_is_limited_but_holds_a_long_dream_in_any_script(door: Door, path: str) -> None:
    client = opened(door)
    dream = "%F0%9F%90%8B" * MOST_CHARACTERS
    assert client.post(path, content=dream, headers=FORMS).json()["sent"] == dream
    assert client.post(path, content="x" * (MOST_BYTES_BESIDE + 1), headers=FORMS).status_code == 413


def test_only_where_files_are_brought_in_are_they_large_and_articles_are_the_owners(door: Door) -> None:
    guest, owner = opened(door), opened(door)
    owner.get("/?owner=the-owner-token")
    file, text = "x" * (MOST_BYTES_PASTED + 1), "x" * MOST_BYTES_PASTED
    assert guest.post("/yours/bring-in", content=file, headers=FORMS).status_code == 200
    assert owner.post("/library/adding/files", content=file, headers=FORMS).status_code == 200
    assert owner.post("/library/adding/text", content=text, headers=FORMS).status_code == 200
    assert owner.post("/library/adding/text", content=file, headers=FORMS).status_code == 413
    assert owner.post("/journal", content=text, headers=FORMS).status_code == 413


def test_large_bodies_wait_for_each_other_and_small_ones_do_not(tmp_path: Path) -> None:
    inside: list[int] = []
    most = 0
    go_on = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        nonlocal most
        size = len((await receive())["body"])
        inside.append(size)
        most = max(most, len([one for one in inside if one > LARGE]))
        await go_on.wait()
        inside.remove(size)

    door = make_door(tmp_path)
    door._app = slow
    keys = Keys(tmp_path)
    cookie = f"dream_visitor_{keys.mark}={keys.sign('visitor', 'anna')}"

    async def bring_in(size: int) -> None:
        headers = {"host": "127.0.0.1:7860", "origin": OWN, "cookie": cookie, "content-length": str(size)}
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/yours/bring-in",
            "query_string": b"",
            "scheme": "http",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive() -> Any:
            return {"type": "http.request", "body": b"x" * size}

        async def send(message: Any) -> None:
            raise AssertionError(message)

        await door(scope, receive, send)

    async def all_at_once() -> None:
        sent = [asyncio.create_task(bring_in(size)) for size in (LARGE + 1,) * 4 + (100,)]
        await asyncio.sleep(0.1)
        assert sorted(inside) == [100] + [LARGE + 1] * LARGE_AT_ONCE
        go_on.set()
        await asyncio.gather(*sent)

    asyncio.run(all_at_once())
    assert most == LARGE_AT_ONCE and inside == []


@pytest.mark.parametrize(
    "path", ["/journal/" + "x" * 500, "/look/%00", "/assets/a%00b", "/journal/%0a", "/%00", "/dream/" + "9" * 5000]
)
def test_an_address_that_can_be_none_of_ours_is_refused(door: Door, path: str) -> None:
    client = opened(door)
    for answer in (client.get(path), client.post(path, headers=FORMS)):
        assert (answer.status_code, answer.text) == (404, "There is nothing here.")


@pytest.mark.parametrize(
    "path", ["/%ff", "/journal/%ff%fe", "/journal/%ED%A0%80", "/gradio_api/heartbeat/%ff", "/a%5Cb"]
)
def test_odd_bytes_in_an_address_are_refused(door: Door, path: str) -> None:
    client = opened(door)
    assert client.get(path).status_code in (403, 404)
    assert client.post(path, headers=FORMS).status_code in (403, 404)


def test_a_host_with_an_endless_port_is_refused(door: Door) -> None:
    assert browser(door).get("/", headers={"host": "127.0.0.1:" + "7" * 5000}).status_code == 403


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded; charset=punycode",
        "multipart/form-data; boundary=x; CharSet=unicode_escape",
        "multipart/form-data; boundary=x; charset*=utf-8''punycode",
    ],
)
def test_a_form_that_names_a_charset_is_not_decoded(kind: str) -> None:
    assert sent_to_a_form(kind, b"", {}) == 400


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("application/x-www-form-urlencoded", b"text=%ED%A0%80a", "\ufffd\ufffd\ufffda"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nwhale\r\n--x--\r\n',
            "whale",
        ),
    ],
)
def test_a_form_holds_whole_characters(kind: str, body: bytes, text: str) -> None:
    filled: dict[str, Any] = {}
    assert sent_to_a_form(kind, body, filled) == 200
    assert filled == {"text": text}


def test_halves_of_characters_that_came_all_the_same_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async def parse(_self: Any) -> FormData:
        return FormData([("text", "a\ud800b")])

    monkeypatch.setattr("starlette.formparsers.FormParser.parse", parse)
    filled: dict[str, Any] = {}
    assert sent_to_a_form("application/x-www-form-urlencoded", b"", filled) == 200
    assert filled == {"text": "a?b"}


def sent_to_a_form(kind: str, body: bytes, filled: dict[str, Any]) -> int:
    """The status with which a form answers; what it held is put into ``filled``."""

    def answer(_request: Any, _guest: Guest, given: dict[str, Any]) -> PlainTextResponse:
        filled.update(given)
        return PlainTextResponse(given["text"])

    app = Starlette(routes=[form("/here", answer)])

    async def with_guest(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, SCOPE_KEY: Guest("anna")}, receive, send)

    return int(
        TestClient(with_guest, base_url=OWN).post("/here", content=body, headers={"content-type": kind}).status_code
    )


def test_what_a_proxy_could_have_written_is_not_believed(door: Door) -> None:
    told = join(opened(door), headers={"x-forwarded-host": "evil.example", "x-forwarded-for": "1.2.3.4"}).json()
    assert not [name for name in told["headers"] if name.startswith("x-forwarded")]


# ---- headers ----


def test_every_answer_carries_the_security_headers(door: Door) -> None:
    client = opened(door)
    for answer in (client.get("/"), join(client), client.get("/config"), client.get("/assets/x.js")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers


def test_words_are_kept_out_of_caches_and_scripts_are_not(door: Door) -> None:
    client = opened(door)
    assert client.get("/").headers["cache-control"] == "no-store"
    assert join(client).headers["cache-control"] == "no-store"
    assert "immutable" in client.get("/assets/index.js").headers["cache-control"]


def test_the_page_runs_no_script_but_its_own(door: Door) -> None:
    page = browser(door).get("/")
    policy = page.headers["content-security-policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert page.text.count("<script") == page.text.count(f'<script nonce="{nonce}"') > 0
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert "connect-src 'self'" in policy and "img-src 'self' data:" in policy
    assert nonce not in browser(door).get("/").headers["content-security-policy"]


def test_the_page_names_no_other_host(door: Door) -> None:
    page = browser(door).get("/").text
    assert "raw.example" not in page and "https://" not in page
    assert "<title>Dream companion</title>" in page


# ---- the end ----


def test_an_event_stream_ends_with_the_server(tmp_path: Path) -> None:
    async def endless(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/":
            await behind(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"data: ALIVE\n\n", "more_body": True})
        await asyncio.sleep(3600)

    door = make_door(tmp_path)
    door._app = endless

    async def listen() -> list[Any]:
        keys = Keys(tmp_path)
        cookie = f"dream_visitor_{keys.mark}={keys.sign('visitor', 'anna')}"
        sent: list[Any] = []
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/gradio_api/heartbeat/tab12345",
            "query_string": b"",
            "scheme": "http",
            "headers": [(b"host", b"127.0.0.1:7860"), (b"cookie", cookie.encode())],
            "client": ("127.0.0.1", 5),
        }

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            await asyncio.sleep(3600)

        listening = asyncio.create_task(door(scope, receive, send))
        await asyncio.sleep(0.05)
        assert list(door.present()) == ["anna"]
        door.closing.set()
        await asyncio.wait_for(listening, 1)
        return sent

    sent = asyncio.run(listen())
    assert sent[-1].get("more_body", False) is False
    assert door.present() == {}
