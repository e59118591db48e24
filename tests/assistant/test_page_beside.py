"""The pages beside the conversation, through the door: what is kept is shown, searched, changed, brought in and deleted, each visitor's own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.companion import Companion
from assistant.journal import Journal
from assistant.page.addresses import Addresses
from assistant.page.beside.recurring import sign_of
from assistant.page.limits import MOST_UPLOADED
from assistant.page.serve import House
from assistant.page.sharing import Sharing
from assistant.page.wording import words
from assistant.types import Done
from tests.traces import files_with
from tests.warm_companion import warm_companion

OWN = "http://127.0.0.1:7860"
FALLING = "I was falling from a tower and my brother watched from a window. My suitcase fell beside me. I was scared."
AGAIN = "My brother carried my suitcase up a tower, and then I was falling again, and I was scared."
Browser = Callable[[], TestClient]


@pytest.fixture
def house(library_dir: Path, tmp_path: Path) -> House:
    companion = warm_companion(library_dir).with_journal_in(tmp_path)
    return House(companion, Addresses("127.0.0.1", 7860, lambda: ""), Sharing(tmp_path))


@pytest.fixture
def browser(house: House) -> Browser:
    def opened() -> TestClient:
        client = TestClient(house.door, base_url=OWN, headers={"origin": OWN})
        client.get("/journal")
        return client

    return opened


def companion_of(house: House) -> Companion:
    return house.companion


def write_down(client: TestClient, told: str, night: str = "") -> str:
    """Its address."""
    answer = client.post("/journal", data={"dream": told, "night": night}, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"].partition("?")[0]


def talk_about(house: House, address: str, message: str) -> None:
    visitor = house.companion.journal.visitors()[0]
    *_, done = house.companion.respond(visitor, int(address.rsplit("/", 1)[1]), message)
    assert isinstance(done, Done)


def text_of(html: str) -> str:
    """What is read, without the markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_dream_is_written_down_in_one_box_and_stands_in_the_journal(browser: Browser) -> None:
    anna = browser()
    assert words("journal", "none") in anna.get("/journal").text
    address = write_down(anna, "a <b>whale</b> in the garden", "2026-03-05")
    shown = anna.get("/journal").text
    assert "a &lt;b&gt;whale&lt;/b&gt; in the garden" in shown and "March 2026" in shown and address in shown
    assert words("journal", "talked_about") not in shown.partition("March 2026")[2]
    assert words("dream", "written") in anna.get(f"{address}?written").text
    assert f'href="/?dream={address.rsplit("/", 1)[1]}"' in anna.get(address).text


def test_what_cannot_be_written_down_says_why(browser: Browser) -> None:
    anna = browser()
    for given, told in (
        ({"dream": "  "}, words("journal", "blank")),
        ({"dream": "x" * 20_001}, "20,001 characters"),
        ({"dream": "an owl", "night": "2026-02-30"}, "is no day"),
        ({"dream": "an owl", "night": "2999-01-01"}, "lies ahead"),
    ):
        answer = anna.post("/journal", data=given)
        assert answer.status_code == 400 and told in answer.text
        assert given["dream"].strip() in answer.text  # nothing that was written is lost
    assert words("journal", "none") in anna.get("/journal").text


def test_nobody_sees_anothers(browser: Browser) -> None:
    anna, bert = browser(), browser()
    address = write_down(anna, "a whale in the garden")
    assert "whale" not in bert.get("/journal").text and "whale" not in bert.get("/yours/dreams.json").text
    assert words("journal", "by_words", count=1) not in bert.post("/journal/search", data={"q": "whale"}).text
    for asked in (address, f"{address}/card", f"{address}/note.md", f"{address}/delete"):
        assert bert.get(asked).status_code == 404
    assert bert.post(f"{address}/delete").status_code == 404
    assert bert.post(address, data={"title": "mine"}).status_code == 404
    assert "whale" in anna.get(address).text


def test_a_form_that_another_page_sends_is_refused(browser: Browser) -> None:
    anna = browser()
    address = write_down(anna, "a whale in the garden")
    for origin in ("http://evil.example", "null"):
        assert anna.post(f"{address}/delete", headers={"origin": origin}).status_code == 403
    del anna.headers["origin"]
    assert anna.post(f"{address}/delete").status_code == 403
    assert "whale" in anna.get(address).text


def test_what_one_adds_is_kept_and_two_tabs_lose_nothing_of_each_others(browser: Browser) -> None:
    anna = browser()
    address = write_down(anna, "a whale in the garden")
    seen = re.search(r'name="seen" value="(\w+)"', anna.get(address).text)
    assert seen is not None
    one = {"seen": seen[1], "title": "The whale", "day_before": "hard", "felt_after": "calm", "night": "2026-03-05"}
    assert words("dream", "kept") in anna.post(address, data=one).text
    other = {"seen": seen[1], "title": "My garden", "note": "I want to keep this.", "night": "2026-03-05"}
    answer = anna.post(address, data=other)
    assert answer.status_code == 409 and words("dream", "changed_meanwhile") in text_of(answer.text)
    assert "The whale" in answer.text and "I want to keep this." in answer.text and 'value="My garden"' in answer.text
    seen = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert seen is not None
    anna.post(address, data={**other, "seen": seen[1]})
    shown = anna.get(address).text
    assert "My garden" in shown and "I want to keep this." in shown and "The whale" not in shown
    assert "I want to keep this." in anna.get(f"{address}/note.md").text


def test_a_slip_in_a_form_loses_nothing_and_two_nights_do_not_pass_each_other_unseen(browser: Browser) -> None:
    anna = browser()
    address = write_down(anna, "a whale in the garden")
    seen = re.search(r'name="seen" value="(\w+)"', anna.get(address).text)
    assert seen is not None
    answer = anna.post(address, data={"seen": seen[1], "note": "a\r\nlong note", "night": "2999-01-01"})
    assert answer.status_code == 400 and "lies ahead" in answer.text and "a\nlong note" in answer.text
    anna.post(address, data={"seen": seen[1], "night": "2026-03-05"})
    answer = anna.post(address, data={"seen": seen[1], "night": "2026-03-07"})
    assert answer.status_code == 409 and "5 March 2026" in answer.text and 'value="2026-03-07"' in answer.text


def test_what_was_looked_for_is_nobody_elses(browser: Browser) -> None:
    anna, bert = browser(), browser()
    write_down(anna, "a whale in the garden")
    found = anna.post("/journal/search", data={"q": "whale"}, follow_redirects=False).headers["location"]
    assert "whale" not in found and "whale" in anna.get(found).text
    for address in (found, "/journal/found?asked=é", "/journal/found?asked="):
        assert "whale" not in bert.get(address).text


def test_odd_addresses_are_answered(browser: Browser) -> None:
    anna = browser()
    write_down(anna, "a whale in the garden")
    assert anna.get("/dream/99999999999999999999").status_code == 404
    for asked in ("before=2026-99-99~1", "before=2026-01-01~99999999999999999999", "month=0000-13", "weekday=9"):
        assert "whale" in anna.get(f"/journal?{asked}").text or "before" in asked


def test_dreams_are_found_by_their_words_and_by_what_they_mean(browser: Browser, house: House) -> None:
    anna = browser()
    write_down(anna, "Our teacher handed out a test that I had not studied for, and the bell rang.")
    write_down(anna, "A whale swam through the flooded cellar while we had breakfast.")
    house.companion.recurring._catch_up(house.companion.journal.visitors()[0])
    by_words = text_of(anna.post("/journal/search", data={"q": "WHALE cellar"}).text)
    assert words("journal", "by_words", count=1) in by_words and "flooded" in by_words and "studied" not in by_words
    by_meaning = text_of(anna.post("/journal/search", data={"q": "an exam at school"}).text)
    assert words("journal", "by_meaning") in by_meaning and "studied" in by_meaning and "flooded" not in by_meaning
    assert "None of your dreams" in text_of(anna.post("/journal/search", data={"q": "zeppelin"}).text)


def test_what_recurs_leads_to_its_dreams_and_says_how_common_it_is(browser: Browser, house: House) -> None:
    anna = browser()
    assert words("recurring", "too_few") in text_of(anna.get("/recurring").text)
    first, second = write_down(anna, FALLING, "2026-01-05"), write_down(anna, AGAIN, "2026-03-09")
    visitor = house.companion.journal.visitors()[0]
    house.companion.recurring._catch_up(visitor)
    shown = anna.get("/recurring").text
    for told in ("suitcase", "brother", "tower", "scared", "Falling in a dream", "74 in 100"):
        assert told in shown
    assert shown.count('class="bead"') >= 8  # two months each of what recurs
    assert text_of(shown).count("Jan 2026 1") == 1 and "Monday 2" in text_of(shown)
    held = anna.get(f"/recurring/image/{sign_of('image', 'suitcase')}").text
    assert first in held and second in held
    assert (
        "5,941 people" in anna.get(f"/recurring/theme/{sign_of('theme', 'falling')}").text
    )  # a study behind the figure
    before = house.companion.recurring.before(visitor, int(second.rsplit("/", 1)[1]))
    assert before is not None and before.entry.id == int(first.rsplit("/", 1)[1])
    assert {"falling", "suitcase", "brother", "tower"} <= {mark.name for mark in before.shared}
    assert house.companion.recurring.before(visitor, before.entry.id) is None
    anna.post(f"{first}/delete")
    assert "suitcase" not in anna.get("/recurring").text


def test_people_keep_their_names_and_all_months_are_drawn_to_one_scale(browser: Browser, house: House) -> None:
    anna = browser()
    write_down(anna, "Ezra stood on the tower with my Mom.", "2026-01-05")
    for day in ("2026-03-09", "2026-03-10"):
        write_down(anna, "I was on a tower with Ezra. A parrot came, and then there were parrots everywhere.", day)
    house.companion.recurring._catch_up(house.companion.journal.visitors()[0])
    shown = anna.get("/recurring").text
    people = shown.partition('id="kind-person"')[2].partition("</section>")[0]
    assert ">Ezra</a>" in people and re.findall(r"--share: ([\d.]+)", people) == ["0.500", "1.000"]
    assert re.findall(r">(\w)</span>", people) == ["J", "F", "M"]
    assert "parrot in 2 dreams" in text_of(shown).replace("parrots", "parrot")  # of one dream it counts once


def test_words_of_a_crisis_are_no_theme(browser: Browser, house: House) -> None:
    anna = browser()
    write_down(anna, "I want to kill myself, I have the pills here in my kitchen and my brother does not know.")
    visitor = house.companion.journal.visitors()[0]
    house.companion.recurring._catch_up(visitor)
    assert house.companion.journal.dreams.marks(visitor) == []


def test_a_talk_shows_on_its_dreams_page_with_its_passages_and_gives_a_note(browser: Browser, house: House) -> None:
    anna = browser()
    address = write_down(anna, "i was late")
    talk_about(house, address, "I was running from a man and my legs would not move at all. My sister laughed.")
    shown = anna.get(address).text
    assert "[1]" in shown and words("dream", "go_on") in shown
    note = text_of(anna.get(f"{address}/card").text)
    assert "my legs would not move" in note and words("card", "stays") in note
    markdown = anna.get(f"{address}/note.md")
    assert markdown.headers["content-disposition"].startswith("attachment") and markdown.text.startswith("# ")


def test_everything_goes_out_and_comes_back_and_is_deleted_without_a_trace(
    browser: Browser, house: House, tmp_path: Path
) -> None:
    anna, bert = browser(), browser()
    address = write_down(anna, "a whalebone umbrella in the garden", "2026-03-05")
    talk_about(house, address, "I was running from a whalebone man and my legs would not move at all.")
    exported = anna.get("/yours/dreams.json")
    assert exported.headers["content-disposition"] == 'attachment; filename="dreams.json"'
    assert json.loads(exported.text)["version"] == 2
    assert "whalebone umbrella" in anna.get("/yours/dreams.md").text
    for file in (
        {"file": ("dreams.json", exported.content)},
        {"file": ("dreams.md", anna.get("/yours/dreams.md").content)},
    ):
        back = anna.post("/yours/bring-in", files=file)
        assert words("yours", "added", count=0) in back.text and words("yours", "were_there", count=1) in back.text
    back = bert.post("/yours/bring-in", files={"file": ("dreams.json", exported.content)})
    assert words("yours", "added", count=1) in back.text
    assert "whalebone umbrella" in bert.get("/journal").text
    house.companion.recurring._worker.shutdown(wait=True)
    for client in (anna, bert):
        assert words("yours", "delete_sure", count=1) in client.get("/yours/delete").text
        assert words("yours", "deleted") in client.post("/yours/delete").text
        assert words("journal", "none") in client.get("/journal").text
    assert files_with("whalebone", tmp_path) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"version": 9, "conversations": []}', "version 9"),
        (b'{"version": 2, "conversations": [{"created"', "damaged"),
        (b"\xff\x00\x81\x93", "is no text"),
        (b"hello", "No dream with a date"),
        (b"", "No dream with a date"),
    ],
)
def test_a_file_of_which_nothing_can_be_made_changes_nothing(browser: Browser, content: bytes, told: str) -> None:
    anna = browser()
    answer = anna.post("/yours/bring-in", files={"file": ("dreams.json", content)})
    assert answer.status_code == 400 and told in text_of(answer.text) and "Nothing was imported" in answer.text
    assert words("journal", "none") in anna.get("/journal").text


def test_a_file_that_is_too_large_is_refused_before_it_is_read(browser: Browser) -> None:
    anna = browser()
    answer = anna.post("/yours/bring-in", content=b"", headers={"content-length": str(MOST_UPLOADED + 1)})
    assert answer.status_code == 413 and "64 million bytes" in answer.text


def test_dates_in_pasted_text_make_dreams(browser: Browser) -> None:
    anna = browser()
    answer = anna.post("/yours/bring-in", data={"pasted": "2026-03-05 The whale\r\nIt sang.\r\n2026-03-07\r\nAn owl."})
    assert words("yours", "added", count=2) in answer.text
    shown = anna.get("/journal").text
    assert "The whale" in shown and "An owl." in shown


def test_a_full_disk_is_told_and_nothing_is_half_done(
    browser: Browser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself says that it is full: it is given no more pages."""
    anna = browser()
    write_down(anna, "a whale in the garden")
    with house.companion.journal._database._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    from sqlalchemy import event

    event.listen(
        house.companion.journal._database._engine,
        "checkout",
        lambda connection, *_: connection.execute(f"PRAGMA max_page_count={pages}"),
    )
    many = "\n".join(f"2026-03-{day:02}\n{'an owl ' * 2000}" for day in range(1, 29))
    answer = anna.post("/yours/bring-in", data={"pasted": many})
    assert answer.status_code == 400 and "cannot be read or written just now" in text_of(answer.text)
    shown = anna.get("/journal").text
    assert "whale" in shown and "owl" not in shown


def test_an_address_that_leads_nowhere_says_so_in_the_frame(browser: Browser) -> None:
    anna = browser()
    for address in ("/dream/99", "/dream/x", "/journal/x", "/recurring/x"):
        answer = anna.get(address)
        assert answer.status_code == 404, address
    assert words("beside", "to_talk") in anna.get("/dream/99").text


def test_journals_of_the_first_version_gain_nights_and_lose_nothing(tmp_path: Path) -> None:
    """The tables as they were before there were migrations."""
    import sqlite3

    with sqlite3.connect(tmp_path / "journal.sqlite3") as old:
        old.executescript(
            """
            CREATE TABLE visitors (id VARCHAR NOT NULL PRIMARY KEY, created DATETIME NOT NULL, voice VARCHAR NOT NULL);
            CREATE TABLE chosen_countries (visitor_id VARCHAR NOT NULL PRIMARY KEY REFERENCES visitors (id) ON DELETE CASCADE, country VARCHAR NOT NULL);
            CREATE TABLE conversations (id INTEGER NOT NULL PRIMARY KEY, visitor_id VARCHAR NOT NULL REFERENCES visitors (id) ON DELETE CASCADE, created DATETIME NOT NULL);
            CREATE TABLE turns (id INTEGER NOT NULL PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE, created DATETIME NOT NULL, message VARCHAR NOT NULL, answer VARCHAR);
            INSERT INTO visitors VALUES ('anna', '2026-01-01 00:00:00', '');
            INSERT INTO conversations VALUES (7, 'anna', '2026-01-02 03:04:05.000000');
            INSERT INTO turns VALUES (9, 7, '2026-01-02 03:04:05.000000', 'a whale', NULL);
            """
        )
    for _ in range(2):
        journal = Journal(tmp_path)
        kept = journal.conversation("anna", 7)
        assert (kept.turns[0].message, str(kept.night)) == ("a whale", "2026-01-02")
        assert [entry.id for entry in journal.dreams.entries("anna", count=5)] == [7]
        journal.close()
