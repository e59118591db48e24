"""What of a telling is its heart is learned from what readers marked, and given back."""

import pytest

from assistant.clause_weights import is_marked, tellings
from assistant.evaluation.samples import rows
from assistant.giving_back import give_back
from assistant.types import Clause, Heard
from tests.warm_companion import warm_companion


@pytest.fixture
def companion(library_dir, tmp_path):
    return warm_companion(library_dir).with_journal_in(tmp_path)


def test_the_heart_weighs_more_than_the_scene(companion):
    heard = companion.hear(
        "I was at the office on a Tuesday, the blinds were down as usual. Martin was at the copier and it hummed. There was a plant on my desk. "
        "Then I saw that my late father was sitting in my chair, and he was crying. I couldn't go to him.",
        under_way=False,
    )
    heaviest = max(heard.clauses, key=lambda clause: clause.weight)
    assert "crying" in heaviest.said or "couldn't go" in heaviest.said or "late father" in heaviest.said


def test_held_out_tellings_are_none_of_the_examples():
    learned = {row["message"] for row in tellings()}
    assert not [row for row in rows("gist") if row["message"] in learned]
    assert all(stretch in row["message"] for row in (*tellings(), *rows("gist")) for stretch in row["gist"])


def test_what_readers_marked_is_found_more_often_than_by_grammar_alone(companion):
    def found(weigh):
        hits = 0
        for row in rows("gist")[:60]:
            heaviest = sorted(weigh(row["message"]).clauses, key=lambda clause: -clause.weight)[:3]
            hits += any(is_marked(clause.said, row["gist"]) for clause in heaviest)
        return hits

    learned = found(lambda message: companion.hear(message, under_way=False))
    assert learned > found(companion._readers.ear.hear)


def test_a_clause_is_marked_by_its_words():
    assert is_marked("and he was crying", ["he was crying in my chair"])
    assert not is_marked("he was", ["he was crying in my chair"])
    assert not is_marked("the blinds were down", ["he was crying in my chair"])


def clause(said, weight, **more):
    return Clause(said, said, weight, **more)


def test_a_he_is_not_told_where_it_would_be_taken_for_somebody_else():
    first = clause("your brother opened the old garden gate", 2.0, names=frozenset({("he", "brother")}))
    between = clause("it rained on the roof all night long", 0.1)
    second = clause("he said that you would have to pay", 1.9, sure=False, dangling=frozenset({("he", "")}))
    heard = Heard(
        "your brother opened the old garden gate. it rained on the roof all night long. he said that you would have to pay",
        (first, between, second),
    )
    given = give_back(heard)
    assert given is not None and not {first, second} <= set(given.clauses)


def test_a_he_is_told_with_the_only_one_whom_it_can_mean():
    first = clause("your brother opened the old garden gate", 2.0, names=frozenset({("he", "brother")}))
    second = clause("he said that you would have to pay", 1.9, sure=False, dangling=frozenset({("he", "brother")}))
    given = give_back(
        Heard("your brother opened the old garden gate. he said that you would have to pay", (first, second))
    )
    assert given is not None and set(given.clauses) == {first, second}


def test_the_heart_is_quoted_where_it_cannot_be_turned():
    scene = clause("you were in your grandmother's kitchen with the radio on", 1.0)
    heart = clause("she said do you want cheese on yours", 3.5, sure=False)
    heard = Heard(
        "you were in your grandmother's kitchen with the radio on. she said do you want cheese on yours", (scene, heart)
    )
    given = give_back(heard)
    assert given is not None and "\u201cshe said do you want cheese on yours" in given.text
