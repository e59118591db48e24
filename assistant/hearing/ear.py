"""The ear: hears clauses, persons, images and feelings in a message, by grammar alone."""

from __future__ import annotations

from assistant.hearing.clauses import clauses, is_question
from assistant.hearing.feelings import feelings
from assistant.hearing.grammar import Grammar
from assistant.hearing.mentions import named, ordered
from assistant.hearing.phrases import phrase
from assistant.hearing.plain_text import Block, blocks
from assistant.types import Heard

_ASKING = phrase("asking")


class Ear:
    """Hears messages. Loads its grammar at the first of them; one ear serves many threads."""

    def __init__(self, grammar: Grammar | None = None) -> None:
        self._grammar = grammar or Grammar()

    def hear(self, message: str) -> Heard:
        """What was understood of one message. Never fails: of what is no English text, little is heard."""
        parts = blocks(message)
        sentences = self._grammar.parse([part.text for part in parts]) if parts else []
        names = named(sentences, parts, message)
        felt = [feelings(sentence, parts[sentence.block].label) for sentence in sentences]
        told, weights = clauses(message, parts, sentences, names, felt)
        return Heard(
            message=message,
            clauses=told,
            mentions=ordered(names, [weights.get(id(one.word), 0.0) for one in names]),
            feelings=tuple(dict.fromkeys(feeling for found in felt for feeling, _ in found)),
            asks_something=any(map(_asks, parts)) or any(is_question(one, parts[one.block]) for one in sentences),
        )


def _asks(part: Block) -> bool:
    return not part.label and bool(_ASKING.search(part.text))
