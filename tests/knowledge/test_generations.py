"""Generations of the index: immutable, checked when opened, and made anew where they do not fit or are damaged."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.index import IndexFolder
from knowledge.types import Article, Section


class WordLengths:
    """An embedder whose vectors can be computed by eye: the counts of words of each length, at unit length."""

    def __init__(self, fingerprint="word-lengths", dimension=12):
        self.fingerprint = fingerprint
        self.dimension = dimension
        self.encoded = []

    def encode(self, texts):
        self.encoded += texts
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                vectors[row, min(len(word), self.dimension) - 1] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def count_tokens(self, text):
        return len(text.split()) + 2


BACKGROUND = ("we had soup and bread", "my cousin called about the car")


def article(name, *texts, says=("i fell down again", "falling all night long")):
    sections = tuple(
        Section(f"{name}/part-{number}", f"Part {number}", text, dreamers_say=says) for number, text in enumerate(texts)
    )
    return Article(name, name.title(), sections)


@pytest.fixture
def articles():
    return {
        "falling": article("falling", "A fall without ground is a fall without an end to it."),
        "bees": article("bees", "A swarm may hum around a head all day.", says=("bees in my hair", "a hive hummed")),
    }


def test_a_generation_is_built_once_and_opened_again(tmp_path, articles):
    embedder = WordLengths()
    built = IndexFolder(tmp_path, embedder, BACKGROUND).build(articles)
    embedder.encoded.clear()
    opened = IndexFolder(tmp_path, embedder, BACKGROUND).open_current(articles)
    assert opened is not None and opened.id == built.id
    assert IndexFolder(tmp_path, embedder, BACKGROUND).build(articles).id == built.id
    assert embedder.encoded == []


def test_only_what_is_new_is_embedded(tmp_path, articles):
    embedder = WordLengths()
    folder = IndexFolder(tmp_path, embedder, BACKGROUND)
    folder.build({"falling": articles["falling"]})
    embedder.encoded.clear()
    folder.build(articles)
    assert embedder.encoded
    assert not [text for text in embedder.encoded if "fall" in text.lower()]


@pytest.mark.parametrize("embedder", [WordLengths("another"), WordLengths("wider", dimension=20)])
def test_another_embedding_model_leads_to_a_new_generation(tmp_path, articles, embedder):
    first = IndexFolder(tmp_path, WordLengths(), BACKGROUND).build(articles)
    folder = IndexFolder(tmp_path, embedder, BACKGROUND)
    assert folder.open_current(articles) is None
    assert folder.build(articles).id > first.id


def test_other_articles_or_another_background_do_not_fit(tmp_path, articles):
    folder = IndexFolder(tmp_path, WordLengths(), BACKGROUND)
    folder.build(articles)
    changed = {
        **articles,
        "bees": article("bees", "A swarm may leave its hive at noon.", says=("bees in my hair", "hum")),
    }
    assert folder.open_current(changed) is None
    assert IndexFolder(tmp_path, WordLengths(), ("other words",)).open_current(articles) is None


def garble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for position in range(len(content) // 3, min(len(content), len(content) // 3 + 200)):
        content[position] ^= 0xFF
    path.write_bytes(bytes(content))


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and ".lock" not in path.name)


def test_whatever_file_is_damaged_or_gone_a_whole_generation_is_made(tmp_path, articles):
    embedder = WordLengths()
    names = [path.relative_to(tmp_path) for path in files_of(Path(tmp_path)) or []]
    IndexFolder(tmp_path, embedder, BACKGROUND).build(articles)
    whole = [path for path in files_of(tmp_path / "index") if path.relative_to(tmp_path) not in names]
    assert whole
    for number in range(len(whole)):
        for harm in (garble, Path.unlink):
            folder = tmp_path / f"{number}-{harm.__name__}"
            built = IndexFolder(folder, embedder, BACKGROUND).build(articles)
            victims = files_of(folder / "index")
            victim = victims[number % len(victims)]
            if victim.stat().st_size == 0:
                continue
            harm(victim)
            again = IndexFolder(folder, embedder, BACKGROUND)
            mended = again.open_current(articles) or again.build(articles)
            vectors = embedder.encode(["a swarm may hum"])
            expected = [position for position, _ in built.nearest_passages(vectors, 2)[0]]
            assert [position for position, _ in mended.nearest_passages(vectors, 2)[0]] == expected, victim


def test_half_a_generation_is_passed_over_and_cleared_away(tmp_path, articles):
    folder = IndexFolder(tmp_path, WordLengths(), BACKGROUND)
    half = tmp_path / "index" / "9999999999999999"
    (half / "chroma").mkdir(parents=True)
    built = folder.build(articles)
    assert folder.open_current(articles).id == built.id
    assert not half.exists()


def test_nearest_are_given_best_first_with_their_cosine(tmp_path, articles):
    embedder = WordLengths()
    built = IndexFolder(tmp_path, embedder, BACKGROUND).build(articles)
    text = built.passages[1].embedded_text
    (found,) = built.nearest_passages(embedder.encode([text]), 2)
    assert found[0][0] == 1
    assert found[0][1] == pytest.approx(1.0, abs=1e-4)
    assert found[0][1] > found[1][1]
