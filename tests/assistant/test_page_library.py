"""The library's pages, through the real door: to read, to ask, and the owner's own articles coming and going."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from starlette.testclient import TestClient

from assistant.companion import Companion
from assistant.journal import Journal, KeptConversation, KeptTurn
from assistant.page.addresses import Addresses
from assistant.page.beside.asking import MOST_CHARACTERS, QUESTIONS_A_MINUTE, Asking, excerpt
from assistant.page.beside.librarian import FOLDERS, safe_name
from assistant.page.beside.sealed import Sealed
from assistant.page.guests import Guest
from assistant.page.handlers import Handlers
from assistant.page.limits import MOST_FILES
from assistant.page.places import anchor_of, place_of, place_of_article
from assistant.page.serve import House
from assistant.page.sharing import Sharing
from assistant.page.wording import words
from assistant.settings import Settings
from assistant.voices.answering import Answering
from knowledge.forgetting import forget, remembering
from knowledge.reading import read_pasted, slug
from tests.assistant.test_page_handlers import asking, last, tell
from tests.warm_companion import warm_companion, with_small_library

OWN = "http://127.0.0.1:7860"
BEGUN = datetime(2024, 3, 1, tzinfo=UTC)
WHALES = "# Whales in gardens\n\n## The whale\n\nA whale swims through the garden at dusk, and <b>nobody</b> minds.\n"
Browser = TestClient


def answer_citing(*sections: str) -> dict[str, Any]:
    """A kept answer whose reply cites these sections."""
    citations = [{"marker": number, "section": section, "quote": ""} for number, section in enumerate(sections, 1)]
    return {"reply": "A reply.", "question": "", "citations": citations, "hits": [], "covered": True, "kind": "dream"}


def dream(number: int, *sections: str, message: str = "") -> KeptConversation:
    """The dream of a night, talked over with these sections."""
    told = BEGUN + timedelta(days=number)
    turn = KeptTurn(0, told, message or f"The dream of night {number}.", answer_citing(*sections))
    return KeptConversation(0, told, (turn,))


def house_of(companion: Companion) -> House:
    addresses = Addresses("127.0.0.1", 7860, lambda: "")
    return House(companion, addresses, Sharing(companion.settings.data_dir))


@pytest.fixture(scope="module")
def companion(library_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Companion:
    """A warm companion with a library and a journal of this module's own."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(library_dir, folder, dirs_exist_ok=True)
    warm = warm_companion(library_dir)
    settings = Settings(data_dir=folder, model="", base_url="", api_key="")
    own = warm.with_answering(Answering(settings), Journal(folder), settings)
    own.library = warm.library.in_folder(folder)
    return own


@pytest.fixture(scope="module")
def house(companion: Companion) -> House:
    return house_of(companion)


def visit(house: House, owner: bool = False) -> Browser:
    """A browser that has opened the page."""
    browser = TestClient(house.door, base_url=OWN)
    assert browser.get(f"/library?owner={house.owner_token}").status_code == 200
    if owner:
        browser.get(f"/?owner={house.owner_token}")
    browser.headers["origin"] = OWN
    return browser


def visitor_of(house: House, browser: Browser) -> str:
    return str(house.door._keys.checked("visitor", browser.cookies[house.door._visitor_cookie]))


@pytest.fixture
def anna(house: House) -> Browser:
    return visit(house)


@pytest.fixture(scope="module")
def small(companion: Companion, tmp_path_factory: pytest.TempPathFactory) -> Companion:
    """A companion to whose library adding takes no time."""
    return with_small_library(companion, tmp_path_factory.mktemp("small house"))


@pytest.fixture(scope="module")
def small_house(small: Companion) -> House:
    return house_of(small)


@pytest.fixture
def owner(small_house: House, small: Companion) -> Iterator[Browser]:
    """The owner's browser; what they added is off the shelf again afterwards."""
    yield visit(small_house, owner=True)
    for article in small.library.own_articles():
        small.library._shelf.remove(article)


def seen(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def asked(browser: Browser, question: str) -> str:
    """The page on which a question is answered."""
    answer = browser.post("/library/ask", data={"question": question})
    assert answer.status_code == 200, answer.text
    return answer.text


def finished(owner: Browser) -> str:
    """The page of what was added, once that is over."""
    for _ in range(600):
        page = seen(owner, "/library/adding")
        if "data-look-again" not in page:
            return page
        time.sleep(0.05)
    raise AssertionError(page)


def send(owner: Browser, *files: tuple[str, bytes]) -> Any:
    return owner.post("/library/adding/files", files=[("files[]", file) for file in files], follow_redirects=False)


def uploads(companion: Companion) -> list[Path]:
    return list(companion.settings.data_dir.glob(f"{FOLDERS}*"))


# ---- to read ----


def test_every_article_is_listed_with_what_came_up(companion: Companion, house: House, anna: Browser) -> None:
    visitor = visitor_of(house, anna)
    companion.journal.restore(
        visitor, [dream(1, "cant-run/feet-stuck", "teeth/loose"), dream(2, "cant-run/feet-stuck")]
    )
    companion.journal.restore("bert", [dream(1, "exam/late")])
    page = seen(anna, "/library")
    for article in companion.library.articles().values():
        assert f'<a href="/library/{article.id}" dir="auto">{article.title}</a>' in unescape(page)
        assert article.theme in page
    assert page.count(words("library", "one_used")) == 1  # teeth/loose is no section of the library
    assert words("library", "add") not in page and words("library", "own") not in page


def test_an_article_is_read_section_by_section(companion: Companion, anna: Browser) -> None:
    page = unescape(seen(anna, "/library/cant-run"))
    article = companion.library.articles()["cant-run"]
    assert article.opening in page and article.theme in page
    for section in article.sections:
        anchor = section.id.partition("/")[2]
        assert f'id="{anchor}"' in page and f'href="#{anchor}"' in page
        assert f'href="/?about={section.id}"' in page
        for paragraph in section.text.split("\n\n"):
            assert f'<p class="text" dir="auto">{paragraph}</p>' in page
        assert all(source in page for source in section.sources)
    assert words("evidence", "physiology") in page and words("evidence", "tradition") in page
    assert 'class="in-dreams"' not in page


def test_beside_a_section_stand_the_dreams_in_which_it_came_up(
    companion: Companion, house: House, anna: Browser
) -> None:
    visitor = visitor_of(house, anna)
    kept = [dream(number, "cant-run/feet-stuck", message=f"I <b>stuck</b> in night {number}") for number in range(60)]
    companion.journal.restore(visitor, kept)
    companion.journal.restore("bert", [dream(99, "cant-run/feet-stuck", message="Another's zebra")])
    ids = [conversation.id for conversation in companion.journal.conversations(visitor)]
    page = seen(anna, "/library/cant-run")
    assert page.count('<section class="part used"') == 1
    assert words("library", "came_up", count=60) in page
    assert f'href="/dream/{ids[-1]}"' in page and "I &lt;b&gt;stuck&lt;/b&gt; in night 59" in page
    assert f'href="/dream/{ids[0]}"' not in page and "zebra" not in page
    first = seen(anna, "/library/cant-run/dreams?section=feet-stuck")
    assert first.count('href="/dream/') == 50 and "from=50" in first
    later = seen(anna, "/library/cant-run/dreams?section=feet-stuck&from=50")
    assert later.count('href="/dream/') == 10 and f'href="/dream/{ids[0]}"' in later and "from=" not in later
    companion.journal.delete_visitors(visitor)
    assert words("library", "none_came_up") in seen(anna, "/library/cant-run/dreams?section=feet-stuck&from=x")


@pytest.mark.parametrize("path", ["/library/no-such", "/library/%3Cb%3E", "/library/cant-run/dreams?section=no-such"])
def test_what_is_not_there_is_told(anna: Browser, path: str) -> None:
    answer = anna.get(path)
    assert answer.status_code in (403, 404) and "<b>" not in answer.text
    assert "It may have been taken out" in answer.text or answer.text == words("refused", "nothing_here")


def test_the_passages_behind_a_reply_lead_into_the_library(companion: Companion) -> None:
    shown = last(iter([tell(Handlers(companion), asking("anna with passages"))]))
    assert 'href="/library/cant-run#' in shown.behind
    opened = last(Handlers(companion).load(shown.conversation_id, asking("anna with passages")))
    assert 'href="/library/cant-run#' in opened.behind


# ---- to ask ----


def test_a_question_finds_the_sections_that_are_about_it(anna: Browser) -> None:
    page = asked(anna, "why can't I run in my dreams")
    assert 'href="/library/cant-run#' in page and words("evidence", "physiology") in page
    assert words("ask_library", "nothing") not in page
    assert "why can&#39;t I run in my dreams" in page


def test_a_question_stands_in_no_address_and_is_nobody_elses_to_read(house: House, anna: Browser) -> None:
    question = "I dreamt my teeth fell out, why"
    led = anna.post("/library/ask", data={"question": question}, follow_redirects=False)
    address = led.headers["location"]
    assert led.status_code == 303 and address.startswith("/library?asked=") and "teeth" not in address
    assert question in seen(anna, address) and question in seen(anna, address)  # also when it is looked at again
    for browser, other in ((visit(house), address), (anna, f"{address[:-4]}AAA="), (anna, "/library?asked=ä")):
        page = seen(browser, other)
        assert question not in page and 'class="shelf"' in page


def test_what_is_sealed_is_opened_by_its_visitor_in_the_same_run() -> None:
    sealed = Sealed()
    token = sealed.seal("anna", "two\nlines, ä")
    assert sealed.opened("anna", token) == "two\nlines, ä"
    assert sealed.opened("bert", token) == Sealed().opened("anna", token) == sealed.opened("anna", "é\ud800") == ""
    assert sealed.opened("anna", sealed.seal("anna", "\ud800")) == "?"


def test_that_nothing_covers_a_question_is_said(anna: Browser) -> None:
    page = asked(anna, "how do I bake a <b>sourdough</b> bread with rye flour")
    assert words("ask_library", "nothing") in page and "<b>" not in page


def test_a_blank_question_shows_the_articles_and_a_long_one_is_refused(anna: Browser) -> None:
    assert 'class="shelf"' in asked(anna, " ")
    page = asked(anna, "a" * (MOST_CHARACTERS + 1))
    assert words("ask_library", "too_long", count=MOST_CHARACTERS + 1, most=MOST_CHARACTERS) in page


def test_a_visitor_asks_so_often_and_no_more(anna: Browser) -> None:
    for _ in range(QUESTIONS_A_MINUTE):
        asked(anna, "teeth")
    assert f"You have asked {QUESTIONS_A_MINUTE} times" in asked(anna, "teeth")


def test_while_the_library_is_being_opened_that_is_said_and_it_opens(tmp_path: Path, library_dir: Path) -> None:
    loaded = threading.Event()

    class Cold(Companion):
        def warm_up(self) -> None:
            self._note_progress(3, 10)
            assert loaded.wait(20)
            self._progress = (0, 0)
            self._warm.set()

    warm = warm_companion(library_dir)
    cold = Cold.open(Settings(data_dir=tmp_path, model="", base_url="", api_key=""))
    cold.library = warm.library
    browser = visit(house_of(cold))
    page = asked(browser, "teeth")
    assert "The answer then comes here by itself." in page or words("ask_library", "opening") in page
    assert 'http-equiv="refresh"' in page
    assert words("ask_library", "opening_pieces", done=3, of=10) in asked(browser, "teeth")
    loaded.set()
    for _ in range(100):
        page = asked(browser, "teeth that fall out")
        if 'href="/library/teeth#' in page:
            return
        time.sleep(0.05)
    raise AssertionError(page)


def test_a_question_asked_while_everything_is_deleted_leaves_nothing_behind(
    companion: Companion, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    remembering_it = remembering(8)(kept.append)
    search = companion.library.search

    def searched(question: str, count: int) -> Any:
        forget()
        remembering_it(question)
        return search(question, count=count)

    monkeypatch.setattr(companion.library, "search", searched)
    assert Asking(companion).answer(Guest("anna"), "teeth").hits
    remembering_it("teeth")
    assert kept == ["teeth", "teeth"]  # it had been forgotten once more


def test_an_excerpt_ends_with_a_sentence_or_a_word() -> None:
    assert excerpt("Short.") == "Short."
    assert excerpt("A sentence of some words. " * 30).endswith("words. …")
    assert excerpt("end, " * 100).endswith("end, end …")


# ---- the owner's own ----


OWNERS_PAGES = ["/library/adding", "/library/teeth/remove"]
OWNERS_FORMS = ["/library/adding/files", "/library/adding/text", "/library/adding/stop", "/library/teeth/remove"]


def test_nobody_but_the_owner_adds_or_removes(small: Companion, small_house: House) -> None:
    anna = visit(small_house)
    for path in OWNERS_PAGES:
        assert words("owner", "only_owner") in seen(anna, path, 403)
    for path in OWNERS_FORMS:
        answer = anna.post(path, data={"title": "Mine", "text": "A text of mine."})
        assert answer.status_code == 403 and words("owner", "only_owner") in answer.text
    assert small.library.own_articles() == frozenset() and uploads(small) == []


def test_files_of_every_kind_are_added_and_what_cannot_be_is_told(
    small: Companion, owner: Browser, small_house: House, tmp_path: Path
) -> None:
    anna = visit(small_house)
    word = Document()
    word.add_heading("A house with no doors", 1)
    word.add_paragraph("Whoever dreams of a house with no doors looks for the way out of it.")
    word.save(str(tmp_path / "house.docx"))
    sent = send(
        owner,
        ("../../whales & <i>gardens.md", WHALES.encode()),
        (
            "C:\\dreams\\Owls.html",
            b"<h1>Owls</h1><p>Owls sit on the clock and tell nobody the time.</p><script>x()</script>",
        ),
        ("house.docx", (tmp_path / "house.docx").read_bytes()),
        ("damaged.pdf", b"%PDF-1.7 and then nothing"),
        ("empty.txt", b"  "),
        ("<script>.exe", b"MZ"),
        ("no ending", b"Some words."),
        ("large.txt", b"words " * 3_400_000),
        ("owls.txt", b"Other owls, of which some more words are said here."),
    )
    assert (sent.status_code, sent.headers["location"]) == (303, "/library/adding")
    page = finished(owner)
    assert uploads(small) == []
    assert "Whales in gardens" in page and "Owls" in page and "A house with no doors" in page
    for told in (
        "damaged.pdf",
        "It is empty.",
        "The ending &#39;.exe&#39; is not one that we can read",
        "&lt;script&gt;.exe",
        "It has no file ending",
        "It is 20.4 MB large and we take at most 20 MB",
        words("adding", "same_name"),
    ):
        assert told in page, told
    assert small.library.own_articles() == {"whales-i-gardens", "owls", "house"}
    listed = seen(anna, "/library")
    assert listed.count(words("library", "own")) == 3
    read = seen(anna, "/library/whales-i-gardens")
    assert (
        "garden at dusk" in read
        and "<b>" not in read
        and words("library", "remove") not in read
        and words("evidence", "ungraded") in read
    )
    assert place_of("whales-i-gardens/the-whale") in asked(anna, "a whale swims through the garden at dusk")


def test_what_is_there_already_or_takes_a_place_is_told(small: Companion, owner: Browser) -> None:
    send(owner, ("whales.md", WHALES.encode()))
    assert words("adding", "replaces") not in finished(owner)
    send(owner, ("whales.md", WHALES.encode()))
    page = finished(owner)
    assert words("adding", "done_nothing") in page and words("adding", "there_already") in page
    send(owner, ("whales.md", f"{WHALES}\nAnd once more.\n".encode()))
    assert words("adding", "replaces") in finished(owner)
    assert small.library.own_articles() == {"whales"}
    assert 'href="/library/whales/remove"' in seen(owner, "/library/adding")


def test_the_librarys_own_article_returns_when_one_in_its_place_is_taken_out(small: Companion, owner: Browser) -> None:
    small.library._shelf.add(read_pasted("Teeth", WHALES))
    assert words("removing", "packaged_returns") in unescape(seen(owner, "/library/teeth/remove"))
    assert "Dreams about teeth" not in seen(owner, "/library")
    small.library._shelf.remove("teeth")
    assert "Dreams about teeth" in seen(owner, "/library")


def test_an_article_of_the_name_of_the_form_is_read(small: Companion, owner: Browser) -> None:
    small.library._shelf.add(read_pasted("Ask", WHALES))
    assert place_of_article("ask") == "/library/ask" and "garden at dusk" in seen(owner, "/library/ask")


def test_a_pasted_text_is_added_and_taken_out_again(small: Companion, owner: Browser) -> None:
    title = "Doors? <script>1</script>"
    owner.post(
        "/library/adding/text", data={"title": title, "text": "The door\n\nA door that never opens is met again."}
    )
    page = finished(owner)
    assert "Doors? &lt;script&gt;1&lt;/script&gt;" in page and "<script>1" not in page
    (own,) = small.library.own_articles()
    asked = seen(owner, f"{place_of_article(own)}/remove")
    assert words("removing", "meaning") in asked and words("removing", "packaged_returns") not in asked
    owner.post(f"{place_of_article(own)}/remove")
    finished(owner)
    assert small.library.own_articles() == frozenset()
    assert "It may have been taken out" in seen(owner, place_of_article(own), 404)
    assert "came with the companion" in seen(owner, "/library/teeth/remove", 400)


def test_a_text_that_cannot_be_added_stands_in_its_field_again(owner: Browser) -> None:
    for title, text, told in (
        ("", "My words about owls.", words("adding", "no_title")),
        ("Owls", " ", words("adding", "no_text")),
        ("Owls", "words " * 100_000, "a pasted text can hold 500,000"),
        ("Owls", "***", "It is still here."),
    ):
        answer = owner.post("/library/adding/text", data={"title": title, "text": text})
        assert answer.status_code == 400 and told in answer.text
        assert text in answer.text and f'value="{title}"' in answer.text
    answer = send(owner, ("", b""))
    assert answer.status_code == 400 and words("adding", "no_files") in answer.text


def test_one_thing_is_done_at_a_time_and_can_be_stopped(
    small: Companion, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder: Any = small.library.embedder
    begun, goes_on = threading.Event(), threading.Event()
    encode = embedder.encode

    def slowly(texts: list[str]) -> Any:
        begun.set()
        assert goes_on.wait(20)
        return encode(texts)

    monkeypatch.setattr(embedder, "encode", slowly)
    send(owner, ("whales.md", WHALES.encode()))
    assert begun.wait(20)
    page = seen(owner, "/library/adding")
    assert 'http-equiv="refresh"' in page and words("adding", "stop") in page
    answer = owner.post("/library/adding/text", data={"title": "Owls", "text": "My words about owls."})
    assert answer.status_code == 400 and words("adding", "one_at_a_time") in answer.text
    assert "My words about owls." in answer.text
    assert send(owner, ("owls.md", b"Owls.")).status_code == 400
    owner.post("/library/adding/stop")
    goes_on.set()
    assert words("adding", "stopped") in finished(owner)
    assert small.library.own_articles() == frozenset() and uploads(small) == []


def test_a_disk_that_refuses_is_told_and_the_text_is_not_lost(
    small: Companion, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("knowledge.files.tempfile.mkstemp", full)
        owner.post("/library/adding/text", data={"title": "Owls", "text": "My words about owls."})
        page = finished(owner)
    assert "No space left on device" in page and words("adding", "failed") in page
    assert "My words about owls." in page and small.library.own_articles() == frozenset()
    with monkeypatch.context() as patched:
        patched.setattr("assistant.page.beside.librarian.shutil.copyfileobj", full)
        assert "No space left on device" in send(owner, ("owls.md", b"Owls.")).text
    assert uploads(small) == []


def test_too_much_at_once_is_told_before_anything_is_done(small: Companion, owner: Browser) -> None:
    answer = send(owner, *((f"{number}.txt", b"Words.") for number in range(MOST_FILES + 1)))
    assert answer.status_code == 400 and f"more than {MOST_FILES} files" in answer.text
    huge = owner.post("/library/adding/files", content=b"", headers={"content-length": "100000000"})
    assert huge.status_code == 413 and huge.text == words("refused", "too_large_file", most=64)
    assert uploads(small) == [] and small.library.own_articles() == frozenset()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("C:\\a\\b.txt", "b.txt"),
        ("", "article"),
        ("..", "article"),
        (".md", "md"),
        ("a\x00b\n\u202e.md", "ab.md"),
        ('<"x">?.md', "x.md"),
        ("träume & мечты.html", "träume & мечты.html"),
    ],
)
def test_a_name_from_outside_becomes_one_that_a_disk_takes(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_the_longest_name_fits_and_keeps_its_ending(tmp_path: Path) -> None:
    name = safe_name("ж" * 5000 + ".md")
    (tmp_path / name).touch()
    assert name.endswith("ж.md") and slug(Path(name).stem)


def test_places_are_no_page_of_ours_by_accident() -> None:
    assert (
        place_of_article("adding") == "/library/~adding" and place_of("träume/weiß") == "/library/tr%C3%A4ume#wei%C3%9F"
    )
    assert anchor_of("a/content") == "content_" and anchor_of("a/feet-stuck") == "feet-stuck"
