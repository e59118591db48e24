"""Where the library was used: kept with each reply, gone with it, and found in a journal that is older than the table."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.journal import JOURNAL, Journal, KeptConversation, KeptTurn
from assistant.types import Citation, Kind, Safety, Stage, Turn

BEGUN = datetime(2024, 3, 1, tzinfo=UTC)
PLAIN = Turn("m", Kind.DREAM, "r", "", (), (), True, Safety.NONE, Stage.EXPLORE, "built-in", "")
FEET, LOOSE = "cant-run/feet-stuck", "teeth/loose"


def citing(*sections: str) -> Turn:
    return replace(PLAIN, citations=tuple(Citation(n, section, "") for n, section in enumerate(sections, 1)))


def kept(number: int, answer: object) -> KeptConversation:
    told = BEGUN + timedelta(days=number)
    turn = KeptTurn(0, told, f"night {number}", answer)  # type: ignore[arg-type]
    return KeptConversation(0, told, (turn,))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def test_what_a_reply_cites_is_found_by_its_visitor_and_goes_with_it(journal: Journal) -> None:
    first, second = journal.start_conversation("anna"), journal.start_conversation("anna")
    turn = journal.record_message("anna", first, "my feet stuck")
    journal.record_answer("anna", turn, citing(FEET, FEET, LOOSE))
    journal.record_answer("anna", turn, citing(FEET))  # once more, in place of the first
    for _ in range(2):
        journal.record_answer("anna", journal.record_message("anna", second, "again"), citing(FEET, LOOSE))
    journal.record_answer("bert", journal.record_message("anna", second, "again"), citing("exam/late"))  # not his
    assert journal.cited.sections("anna") == {FEET: 2, LOOSE: 1}
    assert journal.cited.sections("bert") == {}
    assert [use.dream for use in journal.cited.uses("anna", [FEET])] == [second, first]
    journal.drop_turns_from("anna", first, turn)
    assert [use.dream for use in journal.cited.uses("anna", [FEET])] == [second]
    journal.delete_conversation("anna", second)
    assert journal.cited.sections("anna") == {}


def test_an_imported_journal_is_found_as_well_whatever_its_answers_are(journal: Journal) -> None:
    broken = [None, {}, [], "x", {"citations": 3}, {"citations": [3, {"section": 4}, {}]}]
    journal.restore("anna", [kept(number, answer) for number, answer in enumerate(broken)])
    assert journal.cited.sections("anna") == {}
    journal.restore("anna", [kept(9, {"citations": [{"section": LOOSE}, {"section": LOOSE}]})])
    assert [use.night for use in journal.cited.uses("anna", [LOOSE])] == [kept(9, None).created.astimezone().date()]


def test_a_journal_of_before_is_filled_from_its_answers(tmp_path: Path, journal: Journal) -> None:
    journal.restore("anna", [kept(number, {"citations": [{"section": FEET}]}) for number in range(1200)])
    journal.restore("anna", [kept(1300, None), kept(1301, {"citations": [4]})])
    journal.close()
    with closing(sqlite3.connect(tmp_path / JOURNAL)) as database, database:
        database.execute("UPDATE turns SET answer = '{' WHERE id = 1")
        database.execute("DROP TABLE cited_sections")
        database.execute("UPDATE alembic_version SET version_num = '0002'")
    again = Journal(tmp_path)
    assert again.cited.sections("anna") == {FEET: 1199}
    again.close()
