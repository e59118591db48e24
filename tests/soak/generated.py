"""Articles made of random words, on nothing that our library speaks of: they are load, not text to be read."""

from __future__ import annotations

import random
from pathlib import Path

KINDS = """bronze brittle coarse crooked dented faded gilded hollow heavy knotted lacquered mottled narrow greasy padded quilted rusted
salted tarred varnished waxed woven zinc""".split()
THINGS = """anvil barrel beacon bobbin caravan chisel compass cornet cradle dynamo ferry funnel gasket gherkin harbour herring kettle
lantern lathe lemon mallet mandolin marrow needle nutmeg oar paddock parsnip pulley quarry rhubarb saddle scarf spindle teapot thimble
tractor trombone turnip vinegar wagon walnut whistle wicket""".split()
DEEDS = """admires balances borrows carries counts empties fetches gathers labels lends measures mends outweighs paints polishes repays
replaces scrapes sells shelters sorts stacks stores tunes weighs wraps""".split()
WHERE = """after the auction, at the market, before the tide, behind the mill, beside the canal, by the weighbridge, in the
orchard, near the depot, on the quay, past the tollgate, under the awning""".replace("\n", " ").split(", ")


def sentence(chance: random.Random) -> str:
    """A sentence of a dozen words that is hardly ever made twice."""
    subject, thing, other = chance.sample(THINGS, 3)
    kind, another = chance.sample(KINDS, 2)
    return f"A {kind} {subject} {chance.choice(DEEDS)} the {another} {thing} {chance.choice(WHERE)} for a {other}."


def section(chance: random.Random, sentences: int) -> str:
    """A heading and that many sentences below it, in paragraphs of four."""
    made = [sentence(chance) for _ in range(sentences)]
    paragraphs = [" ".join(made[start : start + 4]) for start in range(0, sentences, 4)]
    heading = f"The {chance.choice(KINDS)} {chance.choice(THINGS)} and the {chance.choice(THINGS)}"
    return "\n\n".join([f"## {heading}", *paragraphs])


def write_article(path: Path, chance: random.Random, *, sections: int = 1, sentences: int = 4) -> str:
    """A Markdown file with an article in it; the article's first sentence."""
    parts = [section(chance, sentences) for _ in range(sections)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join([f"# {path.stem}", *parts]) + "\n", encoding="utf-8")
    return parts[0].split("\n\n")[1].partition(". ")[0] + "."
