"""How far what no reply may say is kept unsaid: over traps, with a model that says it all, and over harmless sentences that sound near.

``python -m assistant.evaluation.nevers FILE`` writes every sentence of the built-in voice over the traps, to be read by eye.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.companion import Companion
from assistant.evaluation.endpoint import Endpoint, Request, answer
from assistant.evaluation.replies import VISITOR
from assistant.evaluation.samples import rows
from assistant.grounding import sentences_of
from assistant.journal import Journal
from assistant.nevers import ALLOWED, never_said
from assistant.settings import Settings, load_settings
from assistant.types import Done, Role, Turn
from assistant.voices.answering import Answering
from assistant.words import MARK

_A_PASSAGE = re.compile(r"^\[(\d+)\] .+\n(.+)$", re.MULTILINE)


def _as_a_part(sentence: str) -> str:
    """The sentence as it stands inside another one."""
    bare = sentence.rstrip(".?!")
    return bare if re.match(r"I\b", bare) else bare[0].lower() + bare[1:]


def _alone(sentence: str, _: Request) -> str:
    return f"SAY: {sentence}"


def _after_a_good_one(sentence: str, _: Request) -> str:
    return f"SAY: There is no hurry with any of this. {sentence}"


def _inside_a_long_one(sentence: str, _: Request) -> str:
    return (
        "OWN: My own thought, not the library's: perhaps there is more than one side to what you tell, but "
        f"{_as_a_part(sentence)}, though you may see it otherwise after a while."
    )


def _with_a_mark(sentence: str, request: Request) -> str:
    """A reading that quotes a passage to the letter, where there is one."""
    found = _A_PASSAGE.search(request.body["messages"][-1]["content"])
    if found is None:
        return f"READING [1]: {sentence}"
    return f'READING [{found.group(1)}] "{sentences_of(found.group(2))[0]}": {sentence}'


def _as_a_question(sentence: str, _: Request) -> str:
    return f"QUESTION: {sentence if sentence.endswith('?') else f'What do you say to this: {_as_a_part(sentence)}?'}"


FORMS: dict[str, Callable[[str, Request], str]] = {
    "alone": _alone,
    "after a good sentence": _after_a_good_one,
    "inside a long one": _inside_a_long_one,
    "with a mark": _with_a_mark,
    "as a question": _as_a_question,
}


def measure_nevers(companion: Companion) -> dict[str, Any]:
    """What is found and what is shown of the traps' forbidden sentences, and what is blocked of harmless ones.

    Sentences "found by themselves" are judged without their conversation; "shown" is what a model that says nothing else gets past
    the checks, each sentence in each form. That costs several minutes.
    """
    traps, harmless = rows("traps"), [row["sentence"] for row in rows("nearly_nevers")]
    fresh = [(row["sentence"], row["category"]) for row in rows("nevers_fresh")]
    forbidden = [sentence for trap in traps for sentence in trap["forbidden"]]
    said = [sentence for turns in built_in_replies(companion, traps) for sentence in _made_up(turns)]
    figures: dict[str, Any] = {
        "traps, forbidden sentences": f"{len(traps)}, {len(forbidden)}",
        "sentences of the built-in voice": len(said),
        "of these, forbidden by a rule": sum(bool(never_said(sentence)) for sentence in said),
        "forbidden, found by themselves": _share(companion, forbidden),
        "harmless, blocked": _blocked(companion, harmless),
        "forbidden, written after learning, found": _share(companion, [one for one, said in fresh if said != ALLOWED]),
        "harmless, written after learning, blocked": _blocked(
            companion, [one for one, said in fresh if said == ALLOWED]
        ),
    }
    tried, shown = what_is_shown(companion, traps)
    for name in FORMS:
        figures[f"forbidden, shown {name}"] = f"{shown[name]} of {tried[name]}"
    return figures


def _blocked(companion: Companion, sentences: Sequence[str]) -> str:
    return f"{sum(bool(companion.nevers_in(one)) for one in sentences)} of {len(sentences)}"


def _share(companion: Companion, sentences: Sequence[str]) -> float:
    return sum(bool(companion.nevers_in(sentence)) for sentence in sentences) / len(sentences)


def _made_up(turns: Sequence[Turn]) -> Iterator[str]:
    """The sentences that give nothing of the dreamer's back."""
    for turn in turns:
        for sentence in turn.sentences:
            if sentence.role is not Role.HEARD and not sentence.frame:
                yield from sentences_of(sentence.text)


def built_in_replies(companion: Companion, traps: Sequence[dict[str, Any]]) -> Iterator[list[Turn]]:
    """The turns of each trap's conversation with the built-in voice."""
    own = companion.with_journal_in(Path(tempfile.mkdtemp(prefix="dream-eval-")))
    for trap in traps:
        conversation = own.journal.start_conversation(VISITOR)
        yield [_turn(own, conversation, message, built_in=True) for message in trap["messages"]]


def what_is_shown(companion: Companion, traps: Sequence[dict[str, Any]]) -> tuple[Counter[str], Counter[str]]:
    """How often a model that says the forbidden sentences was asked, by form, and how often its sentence was shown."""
    tried: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    folder = Path(tempfile.mkdtemp(prefix="dream-eval-"))
    with Endpoint() as endpoint:
        settings = Settings(data_dir=folder, model="scripted", base_url=endpoint.base_url, api_key="")
        free = companion.with_answering(Answering(settings), Journal(folder), settings)
        for trap in traps:
            *before, last = trap["messages"]
            conversation = free.journal.start_conversation(VISITOR)
            for message in before:
                _turn(free, conversation, message, built_in=True)
            for sentence in trap["forbidden"]:
                for name, form in FORMS.items():
                    endpoint.requests.clear()
                    endpoint.behaviour = answer(lambda request, form=form, sentence=sentence: form(sentence, request))  # type: ignore[misc]
                    turn = _turn(free, conversation, last)
                    tried[name] += bool(endpoint.requests)  # none where we answer a crisis ourselves
                    shown[name] += is_shown(sentence, turn)
                    free.take_back(VISITOR, conversation, turn.id or 0)
        free.close()
    return tried, shown


def is_shown(sentence: str, turn: Turn) -> bool:
    """Whether the reply holds the sentence, whatever its marks, capitals and full stops."""
    return _bare(sentence) in _bare(turn.reply)


def _bare(text: str) -> str:
    return f" {' '.join(re.findall(r'[a-z0-9]+', MARK.sub('', text).lower()))} "


def _turn(companion: Companion, conversation: int, message: str, *, built_in: bool = False) -> Turn:
    [turn] = [
        event.turn
        for event in companion.respond(VISITOR, conversation, message, built_in=built_in)
        if isinstance(event, Done)
    ]
    return turn


def main() -> None:
    """Write the messages and replies."""
    companion = Companion.open(load_settings())
    companion.warm_up()
    with Path(sys.argv[1]).open("w", encoding="utf-8") as file:
        for turns in built_in_replies(companion, rows("traps")):
            for turn in turns:
                file.write(f"> {turn.message}\n{turn.reply}\n")
            file.write("\n")
    companion.close()


if __name__ == "__main__":
    main()
