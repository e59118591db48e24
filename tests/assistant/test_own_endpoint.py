"""An endpoint of the owner's own: what is kept of it and where, how it is tried, what it costs, and that its key is never told."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked

from assistant.companion import Companion
from assistant.errors import ModelError
from assistant.models.own_endpoint import FILE, OwnEndpoint, OwnEndpoints
from assistant.page.beside.answering import HERE
from assistant.page.costs import said_amount, said_costs
from assistant.page.wording import words
from assistant.settings import Settings
from assistant.voices.answering import TRIED_WITH, Answering
from assistant.voices.costs import Price
from assistant.voices.usage import Usage
from knowledge.errors import StorageError
from tests.browser.served import Site
from tests.endpoint import Endpoint, say, status
from tests.endpoint_faults import another_protocol, hang_before_headers
from tests.program import Tab
from tests.traces import files_with
from tests.warm_companion import warm_companion, with_endpoint

KEY = "sk-a-key-that-nobody-has-0987654321"
REPLY = ("HEARD: Your legs would not move.\n", "QUESTION: What was the man like?\n")
DREAM = "I was running from a man and my legs would not move at all."


class KeyringInMemory(KeyringBackend):
    """A system's keyring, as far as the library can tell."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._expect_open()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._expect_open()
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._expect_open()
        del self.entries[service, username]

    def _expect_open(self) -> None:
        if self.locked:
            raise KeyringLocked(f"locked, and {KEY} is told by a careless backend")


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    """Not that of whoever runs the tests."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def vault() -> KeyringInMemory:
    backend = KeyringInMemory()
    keyring.set_keyring(backend)
    return backend


# ---- what is kept ----


FAR = OwnEndpoint("https://api.example.com/v1", "some-model", KEY)


def test_in_memory_the_key_lasts_as_long_as_the_program(tmp_path: Path) -> None:
    own = OwnEndpoints(tmp_path)
    assert own.at_hand() is None and own.entered() is None
    own.keep(FAR, in_keyring=False)
    assert own.at_hand() == FAR
    assert KEY not in (tmp_path / FILE).read_text() and KEY not in repr(FAR) and KEY not in FAR.choice
    later = OwnEndpoints(tmp_path)
    assert later.at_hand() is None and later.entered() == OwnEndpoint(FAR.address, FAR.model)
    later.forget()
    assert later.entered() is None and not (tmp_path / FILE).exists()


def test_in_the_keyring_it_lasts_until_it_is_forgotten(tmp_path: Path, vault: KeyringInMemory) -> None:
    OwnEndpoints(tmp_path).keep(FAR, in_keyring=True)
    assert list(vault.entries.values()) == [KEY] and files_with(KEY, tmp_path) == []
    later = OwnEndpoints(tmp_path)
    assert later.at_hand() == FAR and later.is_in_keyring
    assert OwnEndpoints(tmp_path / "another").at_hand() is None
    later.forget()
    assert vault.entries == {} and later.at_hand() is None and OwnEndpoints(tmp_path).at_hand() is None


def test_another_endpoint_leaves_no_old_key_in_the_keyring(tmp_path: Path, vault: KeyringInMemory) -> None:
    own = OwnEndpoints(tmp_path)
    own.keep(FAR, in_keyring=True)
    own.keep(OwnEndpoint("http://127.0.0.1:9/v1", "other"), in_keyring=True)
    assert vault.entries == {} and own.at_hand() == OwnEndpoint("http://127.0.0.1:9/v1", "other")
    assert OwnEndpoints(tmp_path).at_hand() == own.at_hand()  # it needs no key


def test_a_locked_keyring_is_told_without_what_it_says(tmp_path: Path, vault: KeyringInMemory) -> None:
    own = OwnEndpoints(tmp_path)
    own.keep(FAR, in_keyring=True)
    vault.locked = True
    assert OwnEndpoints(tmp_path).at_hand() is None
    for act in (own.forget, lambda: own.keep(FAR, in_keyring=True)):
        with pytest.raises(StorageError, match=r"The keyring of this computer refuses \(KeyringLocked\)") as raised:
            act()
        assert KEY not in str(raised.value) and raised.value.__cause__ is None
    vault.locked = False
    own.forget()
    assert vault.entries == {}


@pytest.mark.parametrize(("priority", "fit"), [(5, True), (1, True), (0.5, False), (-1, False)])
def test_only_a_keyring_that_is_one_is_offered(
    tmp_path: Path, vault: KeyringInMemory, monkeypatch: pytest.MonkeyPatch, priority: float, fit: bool
) -> None:
    monkeypatch.setattr(KeyringInMemory, "priority", priority)
    assert OwnEndpoints(tmp_path).keyring.usable() is fit


# ---- trying it ----


@pytest.mark.parametrize(
    ("behaviour", "about", "says"),
    [
        (status(401, "wrong key"), "key", "does not accept the key (401). Copy it once more, whole."),
        (status(404, "no such model"), "model", "there is no model 'some-model' (404). Correct the model's name,"),
        (status(400, "x", error_code="model_not_found"), "model", "refuses the request to some-model (400)"),
        (another_protocol, "address", "is not a model server. Correct the address."),
        (say("hello", finish="content_filter"), "", "filter held back"),
        (hang_before_headers, "", "said nothing within 0.3 seconds"),
        (status(429, "x", error_code="insufficient_quota"), "", "has no credit left"),
    ],
)
def test_what_is_wrong_is_told_for_its_field(tmp_path: Path, behaviour: Any, about: str, says: str) -> None:
    answering = Answering(Settings(data_dir=tmp_path, first_token_timeout=0.3))
    with Endpoint(behaviour) as endpoint, pytest.raises(ModelError) as raised:
        answering.try_endpoint(OwnEndpoint(endpoint.base_url, "some-model", KEY))
    assert raised.value.about == about and says in str(raised.value)
    assert not re.search(r"DREAM_|OPENAI_|sk-", str(raised.value))


def test_nobody_there_is_the_address(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match=r"Nothing answers at http://127.0.0.1:9/v1. .*correct the address\."
    ) as raised:
        Answering(Settings(data_dir=tmp_path)).try_endpoint(OwnEndpoint("http://127.0.0.1:9/v1", "m", KEY))
    assert raised.value.about == "address"


# ---- the page ----


@pytest.fixture(scope="module")
def companion(library_dir: Path) -> Companion:
    return warm_companion(library_dir)


@pytest.fixture(scope="module")
def site(companion: Companion) -> Iterator[Site]:
    served = Site(companion)
    yield served
    served.close()


class Page(NamedTuple):
    """What a form led to, as one reads it."""

    text: str
    status_code: int


class Owner:
    """The owner's browser, at the page of their endpoint."""

    def __init__(self, site: Site) -> None:
        self.tab = Tab("ownertab")
        self.tab.open(site.owner_link)
        self.browser = self.tab.browser
        self.browser.headers["origin"] = site.address.rstrip("/")
        self.browser.follow_redirects = True

    def look(self) -> str:
        return html.unescape(self.browser.get(HERE).text)

    def send(self, form: str, **given: str) -> Page:
        answer = self.browser.post(f"{HERE}/{form}", data=given)
        return Page(html.unescape(answer.text), answer.status_code)


@pytest.fixture
def owner(site: Site, companion: Companion) -> Iterator[Owner]:
    yield Owner(site)
    companion.answering.forget_endpoint()


def wrong(page: str, name: str) -> str:
    """What is said beside a field."""
    found = re.search(rf'<p class="wrong" id="{name}-wrong" role="alert">(.*?)</p>', page)
    assert found is None or f'aria-describedby="{name}-wrong {name}-about" aria-invalid="true"' in page
    return found.group(1) if found else ""


def choice_in(page: str) -> str:
    """The endpoint that the page asks a yes to."""
    found = re.search(r'name="choice" value="([^"]+)"', page)
    return found.group(1) if found else ""


def test_from_the_form_to_a_reply_and_forgotten_again(
    owner: Owner, companion: Companion, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Endpoint(status(401, f"wrong key: {KEY}")) as endpoint:
        pages = [owner.look()]
        assert endpoint.requests == []
        given = {"address": f" {endpoint.base_url}/chat/completions ", "model": "some-model"}
        refused = owner.send("try", **given, key=f"{KEY} ")
        assert refused.status_code == 400 and "does not accept the key" in wrong(refused.text, "key")
        assert f'value="{endpoint.base_url}"' in refused.text and 'value="some-model"' in refused.text
        endpoint.behaviour = say("hello")
        tried = owner.send("try", **given, key="")  # the key was entered already
        assert tried.status_code == 200 and "answered, in 0." in tried.text and words("endpoint", "stays") in tried.text
        assert words("endpoint", "no_keyring") in tried.text and 'name="keyring"' not in tried.text
        for request in endpoint.requests:
            assert request.headers["authorization"] == f"Bearer {KEY}"
            assert [message["content"] for message in request.body["messages"]] == [TRIED_WITH]
        assert owner.send("use", choice="own http://127.0.0.1:9/v1 another").status_code == 400
        used = owner.send("use", choice=choice_in(tried.text))
        assert "some-model at 127.0.0.1" in used.text and words("endpoint", "key_in_memory") in used.text
        pages += [refused.text, tried.text, used.text, owner.look()]

        endpoint.behaviour = say(*REPLY)
        assert "What was the man like?" in list(owner.tab.say(DREAM))[-1]
        assert endpoint.requests[-1].headers["authorization"] == f"Bearer {KEY}"
        pages += [str(list(owner.tab.call("offers"))), str(list(owner.tab.call("greet")))]

        forgotten = owner.send("forget")
        assert words("endpoint", "forgotten") in forgotten.text and companion.answering.own.at_hand() is None
        asked = len(endpoint.requests)
        list(owner.tab.say("They were made of lead."))
        assert len(endpoint.requests) == asked
    assert not [page for page in pages if KEY in page]
    assert KEY not in caplog.text and files_with(KEY, companion.settings.data_dir) == []


def test_the_tick_is_offered_where_there_is_a_keyring(owner: Owner, vault: KeyringInMemory) -> None:
    with Endpoint(say("hello")) as endpoint:
        tried = owner.send("try", address=endpoint.base_url, model="some-model", key=KEY)
        assert 'type="checkbox" name="keyring"' in tried.text and words("endpoint", "no_keyring") not in tried.text
        used = owner.send("use", choice=choice_in(tried.text), keyring="yes")
    assert words("endpoint", "key_in_keyring") in used.text and list(vault.entries.values()) == [KEY]
    owner.send("forget")
    assert vault.entries == {}


def test_after_a_restart_a_key_in_memory_is_missed_and_the_built_in_voice_answers(
    owner: Owner, companion: Companion
) -> None:
    with Endpoint(say("hello")) as endpoint:
        tried = owner.send("try", address=endpoint.base_url, model="some-model", key=KEY)
        owner.send("use", choice=choice_in(tried.text))
        choice = choice_in(tried.text)
        later = companion.with_answering(Answering(companion.settings), companion.journal)
        companion.journal.choose_voice("olga", choice)
        who = later.who_answers("olga")
        assert (who.voice, who.missing) == ("built-in", "127.0.0.1")
        assert later.answering.voice(choice).name == "built-in"
        asked = len(endpoint.requests)
        conversation = later.journal.start_conversation("olga")
        list(later.respond("olga", conversation, DREAM))
        assert len(endpoint.requests) == asked
    companion.journal.delete_visitors("olga")


def test_a_key_is_used_for_no_other_address(owner: Owner) -> None:
    with Endpoint(status(401, "no")) as one, Endpoint(say("hello")) as other:
        owner.send("try", address=one.base_url, model="some-model", key=KEY)
        owner.send("try", address=other.base_url, model="some-model", key="")
        assert KEY not in other.requests[-1].headers["authorization"]


def test_a_model_that_is_not_there_is_told_with_those_that_are(owner: Owner) -> None:
    with Endpoint(status(404, "no such model")) as endpoint:
        endpoint.models = ["llama-large", "llama-small", "whisper"]
        page = owner.send("try", address=endpoint.base_url, model="llama-smal", key=KEY).text
    assert "It says that it has: llama-small, llama-large" in wrong(page, "model")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("address", "api.example.com", "no_address"),
        ("address", "ftp://api.example.com", "no_address"),
        ("address", "http://[", "no_address"),
        ("address", "https://me:secret@api.example.com/v1", "address_with_more"),
        ("address", "https://api.example.com/v1?key=secret", "address_with_more"),
        ("model", " ", "no_model"),
        ("key", "two words", "no_key"),
        ("key", "schlüssel", "no_key"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_nobody_is_asked(
    owner: Owner, field: str, value: str, text: str
) -> None:
    with Endpoint(say("hello")) as endpoint:
        given = {"address": endpoint.base_url, "model": "m", "key": KEY, field: value}
        answer = owner.send("try", **given)
        assert answer.status_code == 400 and wrong(answer.text, field) == words("endpoint", text)
        assert endpoint.requests == []


def test_nobody_but_the_owner_comes_here(site: Site) -> None:
    stranger = httpx.Client(base_url=site.address, headers={"origin": site.address.rstrip("/")})
    stranger.get("/")
    assert words("owner", "only_owner") in stranger.get(HERE).text
    for form in ("try", "use", "forget", "price"):
        assert stranger.post(f"{HERE}/{form}", data={"address": "http://127.0.0.1:9/v1"}).status_code == 400
    assert site.house.companion.answering.own.entered() is None


# ---- what it costs ----


def test_what_was_sent_and_received_is_counted_with_each_reply(companion: Companion, tmp_path: Path) -> None:
    with Endpoint(say(*REPLY)) as endpoint:
        here = with_endpoint(companion, endpoint.base_url)
        conversation = here.journal.start_conversation("cora")
        for message in (DREAM, "They were made of lead."):
            list(here.respond("cora", conversation, message))
        sent = ["".join(message["content"] for message in request.body["messages"]) for request in endpoint.requests]
    settings = Settings(data_dir=tmp_path, base_url="http://192.0.2.7/v1", model="some-model", api_key="")
    far = companion.with_answering(Answering(settings), companion.journal, settings)
    kept = far.journal.conversation("cora", conversation)
    used = [turn.answer["tokens"] for turn in kept.turns if turn.answer]
    for (tokens_sent, tokens_received), text in zip(used, sent, strict=True):
        assert tokens_sent == pytest.approx(len(text) / 4, rel=0.02)
        assert tokens_received == pytest.approx(len("".join(REPLY)) / 4, abs=1)
    assert words("cost", "no_price_yet") in said_costs(far, "cora", kept)
    far.answering.prices.set(far.choice_of("cora"), Price(2, 10))
    lines = said_costs(far, "cora", kept)
    total = sum(sent * 2 + received * 10 for sent, received in used) / 1_000_000
    assert f"{sum(sent for sent, _ in used):,} tokens sent" in lines[1]
    assert words("cost", "so_far_costs", cost=said_amount(total), each=said_amount(total / 2)) == lines[2]
    assert said_costs(here, "cora", kept) == []  # nothing leaves this computer
    companion.journal.delete_visitors("cora")


def test_a_first_reply_is_measured_on_the_real_request(companion: Companion) -> None:
    usage = companion.usage_of_a_first_reply()
    assert 1000 < usage.sent < 2500 and 30 < usage.received < 300


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "0"),
        (12.3, "12.30"),
        (0.5, "0.50"),
        (0.0042, "0.0042"),
        (0.00012, "0.00012"),
        (1e-9, "less than a millionth"),
    ],
)
def test_small_amounts_are_said_in_figures_that_say_something(amount: float, said: str) -> None:
    assert said_amount(amount) == said


def test_a_price_counts_what_is_sent_and_received() -> None:
    assert Price(2, 10).of(Usage(500_000, 100_000)) == 2.0


def test_a_price_is_entered_with_a_point_or_a_comma_and_kept(companion: Companion, tmp_path: Path) -> None:
    settings = Settings(data_dir=companion.settings.data_dir, base_url="http://192.0.2.7/v1", model="far", api_key="")
    far = companion.with_answering(Answering(settings), companion.journal, settings)
    site = Site(far)
    try:
        owner = Owner(site)
        assert words("cost", "no_price_yet") in owner.look()
        refused = owner.send("price", sent="much", received="0,6")
        assert wrong(refused.text, "sent") == words("cost", "no_price") and 'value="0,6"' in refused.text
        priced = owner.send("price", sent="0.15", received="0,6")
        assert 'value="0.15"' in priced.text and 'value="0.6"' in priced.text
        assert "At your price the first reply to a dream costs about 0.000" in priced.text
        assert words("cost", "no_price_yet") in owner.send("price", sent="", received="").text
    finally:
        site.close()
