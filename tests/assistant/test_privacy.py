"""Privacy, proved on the real program: where it speaks to, what it sends before a yes, what it logs, what it forgets."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from tests.endpoint import Endpoint, Exchange, Request, answer, say, status
from tests.program import REPOSITORY, Program, Tab, running
from tests.traces import files_with, found_in, in_memory, name
from tests.warm_companion import warm_companion

DREAM = "I was running from a man and my legs would not move at all."
REPLY = ("HEARD: Your legs would not move.\n", "QUESTION: What was the man like?\n")
UNSHARE = ["unshare", "--map-root-user", "--net"]
NAMES = (0, 1, 2)


def can_unshare() -> bool:
    """Whether this computer lets a program have a network of its own."""
    if shutil.which(UNSHARE[0]) is None:
        return False
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture
def house(tmp_path: Path, library_dir: Path) -> Path:
    """A folder for a program; its data folder holds the index of the packaged library."""
    shutil.copytree(library_dir, tmp_path / "house" / "data")
    return tmp_path / "house"


# ---- nothing leaves ----


@pytest.mark.skipif(not can_unshare(), reason="this computer lets no program have a network of its own (unshare)")
@pytest.mark.parametrize(
    "indexed",
    [pytest.param(True, id="library read"), pytest.param(False, id="first start", marks=pytest.mark.soak)],
)
def test_without_a_network_it_talks_and_tries_to_reach_nobody(tmp_path: Path, house: Path, indexed: bool) -> None:
    folder = house if indexed else tmp_path / "new house"
    ran = subprocess.run(
        [*UNSHARE, sys.executable, "-m", "tests.unplugged", str(folder), DREAM, "They were made of lead."],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["seen by a try of our own"] > 0  # the count does count
    assert told["tried"] == 0
    assert told["questions"] == 2 and told["forgotten"]


# ---- nothing is sent before a yes, and no secret is told ----

KEY, PASSWORD = "sk-a-key-that-nobody-has-1234567890", "a pass phrase for this test alone"


def test_a_key_sends_nothing_before_the_owners_yes_and_no_secret_is_logged(house: Path, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords.txt"
    passwords.write_text(f"anna:{PASSWORD}\n", encoding="utf-8")

    def echo_key(exchange: Exchange) -> None:
        status(401, f"wrong key: {exchange.request.headers['authorization']}")(exchange)

    with (
        Endpoint(say(*REPLY)) as endpoint,
        running(
            house,
            *("serve", "--port", 0, "--auth-file", passwords),
            OPENAI_API_KEY=KEY,
            OPENAI_BASE_URL=endpoint.base_url,
        ) as program,
    ):
        link = program.owner_link()
        owner = Tab("ownertab1")
        owner.open(link)
        assert "question" in list(owner.say(DREAM))[-1]
        (offers,) = [output for output in owner.call("offers") if output]
        named = [offer for _, offer in offers[1]["choices"] if endpoint.base_url in offer]
        assert len(named) == 1
        list(owner.call("looked_at", named[0]))
        list(owner.call("greet"))
        assert endpoint.requests == []

        list(owner.call("choose", named[0]))
        assert [request.path for request in endpoint.requests] == ["/v1/models"]
        list(owner.say("They were made of lead."))
        assert endpoint.requests[-1].path == "/v1/chat/completions"
        assert endpoint.requests[-1].headers["authorization"] == f"Bearer {KEY}"

        endpoint.queue(echo_key, status(500, KEY), status(500, KEY))
        shown = [list(owner.say(f"And then {name(0)} came."))[-1] for _ in range(2)]
        assert all('data-state="failed"' in one and KEY not in one for one in shown)
        stranger = httpx.Client(base_url=link.partition("/?")[0], follow_redirects=True)
        stranger.get("/")
        for word in ("wrong", PASSWORD):
            stranger.post("/login", data={"name": "anna", "password": word})
        assert "gradio_config" in stranger.get("/").text
        stranger.post("/gradio_api/queue/join", content=PASSWORD)
        stranger.get("/?owner=a-guess")
        stranger.get("/", headers={"Host": "elsewhere.example"})
        assert program.interrupt() == 0
    token = link.partition("owner=")[2]
    assert program.printed.count(token) == 1  # the first line
    told = program.printed.replace(token, "") + program.errors
    for secret in (KEY, PASSWORD, token, "a-guess", name(0), DREAM):
        assert secret not in told
    assert files_with(KEY, house) == files_with(PASSWORD, house) == files_with(token, house / "data") == []


# ---- what is deleted is gone ----


def last_turn(shown: str) -> str:
    """Which turn the page shows as the last."""
    return shown.rpartition('data-turn="')[2].partition('"')[0]


def heard(request: Request) -> str:
    """A model that says again which of the names it was told."""
    told = " and ".join(name(one) for one in NAMES if name(one) in json.dumps(request.body)) or "water"
    return f"HEARD: You dreamed of {told}.\nQUESTION: What was {told} like?\n"


def tell_much(tab: Tab, endpoint: Endpoint | None) -> None:
    """A conversation in which much goes wrong or is taken back, and each of the words is said."""
    list(tab.say(f"I dreamed that {name(0)} chased me with a {name(1)} by the sea and my legs would not move."))
    shown = list(tab.say(f"The {name(1)} was my mother's, and {name(0)} was {name(2)}ing."))[-1]
    shown = tab.act("again", tab.conversation, last_turn(shown))
    tab.act("edit", tab.conversation, last_turn(shown))
    shown = list(tab.say(f"I wept over {name(2)}. " * 40))[-1]
    tab.act("undo", tab.conversation, last_turn(shown))
    if endpoint is not None:
        endpoint.queue(status(401, name(0)), say("HEARD: You ", f"met {name(0)}", " once", delay=2))
        shown = list(tab.say(f"Why do I dream of {name(0)}?"))[-1]
        assert 'data-state="failed"' in shown
        tab.act("let_built_in_answer", tab.conversation, last_turn(shown))
        threading.Timer(1, tab.ask, ["stop"]).start()
        assert 'data-state="stopped"' in list(tab.say(f"{name(1)}, {name(1)}, {name(1)}!"))[-1]
    list(tab.say(f"What have I told you of {name(2)}?"))


def traces(program: Program, *folders: Path) -> list[str]:
    """Where the words are still to be found."""
    held = [str(path) for word in NAMES for path in files_with(name(word), *folders)]
    return held + found_in(program.process.pid, program.temporary)


def test_a_deletion_empties_all_that_is_remembered_of_texts(library_dir: Path) -> None:
    companion = warm_companion(library_dir)
    conversation = companion.journal.start_conversation("anna")
    for message in (f"I dreamed that {name(0)} chased me.", f"The {name(1)} was my mother's, and I {name(2)}ed."):
        list(companion.respond("anna", conversation, message))
    del message
    assert len(in_memory()) > 0
    companion.journal.delete_conversation("anna", conversation)
    assert len(in_memory()) == 0


@pytest.mark.soak
@pytest.mark.parametrize(("by", "killed"), [("built-in", False), ("model", False), ("model", True)])
def test_what_is_deleted_is_in_no_file_and_not_in_memory(house: Path, by: str, killed: bool) -> None:
    tab, other = Tab("firsttab1"), Tab("othertab1")
    with Endpoint(answer(heard)) as endpoint:
        model = {"DREAM_MODEL": "some-model", "OPENAI_BASE_URL": endpoint.base_url} if by == "model" else {}
        played = endpoint if by == "model" else None
        home = {"HOME": str(house / "home"), "XDG_CACHE_HOME": str(house / "home" / "cache")}
        if killed:
            with running(house, "serve", "--port", 0, **model, **home) as program:
                tab.open(program.address())
                tell_much(tab, played)
                program.kill()
        with running(house, "serve", "--port", 0, module="tests.traces", **model, **home) as program:
            for one in (tab, other):
                one.open(program.address())
                tell_much(one, played)
            assert traces(program, house)  # what is looked for is found before
            tab.act("forget_conversation", tab.conversation)
            tab.act("forget_everything")
            tab.act("new")
            other.act("forget_conversation", other.conversation)
            list(other.say("I dreamed of water."))
            assert traces(program, house) == []
            assert program.interrupt() == 0
    assert [path for word in NAMES for path in files_with(name(word), house)] == []
