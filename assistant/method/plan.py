"""The plan of a turn: what it reflects, which readings it may offer and what it asks, decided before any voice speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.contract import ROWS
from assistant.corrections import Corrections
from assistant.memory import NONE, denied, remembered, since_the_start
from assistant.method.asking import gentle_question, question_of
from assistant.method.children import LEFT_OUT, as_of_a_child, for_a_child, tells_of_sex
from assistant.method.offering import may_answer, readings_for
from assistant.method.saying import comfort, plain_words, remark
from assistant.method.several_dreams import chosen
from assistant.method.situation import Situation, is_in_english
from assistant.types import Heard, Kind, Plan, Turn
from assistant.understanding import of_this_dream, opens_a_dream, rejected_citations
from assistant.words import content_stems, count_words
from knowledge.types import SearchResult, Section

WITHOUT_HITS = (Kind.OUTSIDE, Kind.CLOSE)
NOW = "now"  # the facet of a question about how somebody is at this moment
NEXT_TO_NOTHING = 6  # words told beside a question that points back


def make_plan(
    kind: Kind,
    heard: Heard,
    earlier: Sequence[Turn],
    earlier_heard: Sequence[Heard],
    found: SearchResult,
    *,
    sections: Mapping[str, Section] | None = None,
    instead_of: Turn | None = None,
    child: bool = False,
    corrections: Corrections = NONE,
) -> Plan:
    """The plan of this turn. ``earlier_heard`` are the dreamer's earlier messages as heard, in their order.

    ``sections`` holds the library's by their id, where the kind of turn needs them: for the closing note, and for where a
    reading comes from. ``instead_of`` is an answer to this message that the dreamer wanted another one for: its readings and
    its question are not used again while there are others. ``child`` says that the dreamer is one. ``corrections`` are what they
    changed in the memory; all that is made of what they told before is made of it as corrected.
    """
    of_sex = child and tells_of_sex(heard.directed)
    if child:
        heard, earlier_heard = as_of_a_child(heard), [as_of_a_child(one) for one in earlier_heard]
    start = since_the_start(earlier)
    left_out = denied([*earlier_heard[start:], heard]) | corrections.left_out
    memory = remembered(earlier, earlier_heard, start, left_out, corrections)
    earlier, earlier_heard = corrections.in_turns(earlier), [corrections.in_heard(one) for one in earlier_heard]
    another = opens_a_dream(heard.message, heard.directed) and kind in (Kind.DREAM, Kind.UNCOVERED)
    turns = () if another else of_this_dream(earlier)
    turns_heard = tuple(_understood(one, turns[:1]) for one in earlier_heard[len(earlier) - len(turns) :])
    if turns_heard:
        later = [*(turn.message for turn in turns[1:]), heard.directed.message or heard.message]
        turns_heard = (chosen(turns_heard[0], later), *turns_heard[1:])
    heard = _brought_back(_understood(heard, turns), turns_heard)
    situation = Situation(
        kind,
        heard,
        tuple(earlier),
        turns,
        turns_heard,
        found,
        sections or {},
        memory,
        left_out,
        corrections.left_out,
        instead_of,
        tuple(
            replace(turn, message=one.directed.told or turn.message)
            for turn, one in zip(earlier, earlier_heard, strict=True)
        ),
    )
    if kind is Kind.WHY and not may_answer(situation):
        situation = replace(situation, found=replace(found, covered=False))
        found = situation.found
    rejected = rejected_citations(earlier, says_no=kind is Kind.REJECTION)
    if instead_of is not None:
        rejected += [citation for citation in instead_of.citations if citation.marker in instead_of.misfits]
    hits = () if kind in WITHOUT_HITS or (kind is Kind.WISH and not situation.wants_a_reading) else found.hits
    left_out_sections = (
        *(citation.section for citation in rejected),
        *sorted(corrections.refused),
        *(LEFT_OUT if child else ()),
    )
    allowed = [hit for hit in hits if hit.section.id not in left_out_sections]
    readings = tuple(readings_for(situation, allowed)) if found.covered else ()
    if not readings and instead_of and found.covered:
        readings = tuple(readings_for(replace(situation, instead_of=None), allowed))
    if kind is Kind.DREAM and not readings:
        situation = replace(situation, kind=Kind.ANSWER if turns and not another else Kind.UNCOVERED)
    question = question_of(situation, allowed if found.covered else [])
    human_word = comfort(situation)
    gentle = gentle_question(situation) if question.text and situation.is_night else ""
    plain = plain_words(situation, readings)
    plan = Plan(
        kind=situation.kind,
        stage=situation.stage,
        heard=heard,
        readings=readings,
        question=gentle or question.text,
        facet=NOW if gentle else question.facet,
        scene="" if gentle else question.scene,
        comfort=human_word.text if human_word else "",
        memory=memory,
        matter=situation.matter,
        remark="" if human_word or (plain and situation.kind is not Kind.UNCOVERED) else remark(situation),
        wish=situation.wish,
        opens_a_dream=another,
        plain=plain,
        hits=hits,
        covered=found.covered and bool(hits) and (bool(readings) or not ROWS[kind].least_readings),
        earlier=tuple(earlier),
        spoken=situation.spoken,
        told=tuple(situation.told),
        asked=tuple(situation.asked),
        rejected=tuple(citation.quote for citation in rejected),
        rejected_sections=left_out_sections,
    )
    return for_a_child(plan, of_sex=of_sex) if child else plan


def _understood(heard: Heard, turns: Sequence[Turn]) -> Heard:
    """What was heard; of a message in another language only the message, for the grammar is English. One word is no clause."""
    if not is_in_english(heard.message, turns):
        return replace(heard, clauses=(), mentions=(), feelings=())
    return replace(heard, clauses=()) if count_words(heard.message) == 1 else heard


def _brought_back(heard: Heard, turns_heard: Sequence[Heard]) -> Heard:
    """For a bare "and the dog?" what was told of the dog before, as if it were told now."""
    wanted = content_stems(heard.directed.pointed_at)
    if not wanted or count_words(heard.directed.told) > NEXT_TO_NOTHING:
        return heard
    for earlier in turns_heard:
        clauses = tuple(clause for clause in earlier.clauses if content_stems(clause.said) & wanted)
        mentions = tuple(mention for mention in earlier.mentions if content_stems(mention.turned) & wanted)
        if clauses or mentions:
            return replace(earlier, clauses=clauses, mentions=mentions, feelings=(), directed=heard.directed)
    return heard
