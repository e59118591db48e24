"""The plan of a turn: what it reflects, which readings it may offer and what it asks, decided before any voice speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.contract import ROWS
from assistant.method.new_ending import ENDING, REHEARSAL, is_whole, said_back, told_anew
from assistant.method.note import closing_note
from assistant.method.questions import Chosen, around, choose_question, quoted_beginning, quoted_end
from assistant.method.responses import (
    Comfort,
    Response,
    comfort_for,
    gentle_questions,
    response_to,
    said_to_the_shaken,
    steadying,
)
from assistant.method.several_dreams import chosen, dreams_in, which_first
from assistant.method.stages import asked_beyond_the_dream, facets_for, speaks_beyond_the_dream, stage_of
from assistant.method.themes import speaks_of
from assistant.phrases import (
    Small,
    announces,
    beyond_no,
    corrects,
    is_about_us,
    is_greeting,
    says_nothing,
    small_answer,
)
from assistant.texts import in_turn, text
from assistant.types import Citation, Heard, Kind, MentionKind, Plan, PlannedReading, Stage, Turn, Wish
from assistant.understanding import (
    ABOUT_A_DREAM,
    FEWEST_WORDS_OF_A_DREAM,
    SURELY_COVERED,
    begins_anew,
    of_this_dream,
    opens_a_dream,
    rejected_citations,
)
from assistant.words import content_stems, count_words, is_english
from knowledge.types import Hit, Reading, SearchResult, Section

NEAR = 0.04  # a second section this close in score to the first fits nearly as well
SHARED = 2  # content words that a reading of it has to share with what was told
WITHOUT_HITS = (Kind.OUTSIDE, Kind.CLOSE)
ONE_PERSON = 3  # words of an answer that does no more than name somebody
MOST_SOURCES = 2  # named in one reply
NEXT_TO_NOTHING = 6  # words told beside a question that points back
STAYS_NIGHT = 2  # replies after a word to somebody who is shaken


_OF_THIS_DREAM = frozenset({"asks_meaning", "asks_help"})
_OF_HEALTH = frozenset(
    {"sleep-paralysis", "nightmares"}
)  # the articles that say what is dangerous and when to see a doctor
_OF_ASKING = content_stems(
    "mean means meaning normal common happen happens reason cause why explain explanation tell think article library proof evidence proven hypothesis certain sure"
)


@dataclass(frozen=True)
class _Situation:
    """All that a plan is made from. ``turns`` and ``turns_heard`` are those about the dream under way."""

    kind: Kind
    heard: Heard
    earlier: tuple[Turn, ...]
    turns: tuple[Turn, ...]
    turns_heard: tuple[Heard, ...]
    found: SearchResult
    stage: Stage
    sections: Mapping[str, Section]
    instead_of: Turn | None = None

    @property
    def spoken(self) -> tuple[Turn, ...]:
        """The turns whose words are not said again: those before, and the reply that this one replaces."""
        return (*self.earlier, self.instead_of) if self.instead_of else self.earlier

    @property
    def message(self) -> str:
        return self.heard.message

    @property
    def response(self) -> Response | None:
        """What we answer of our own to a direct question, if there is one."""
        parts = self.heard.directed
        if self.kind is not Kind.WHY and (
            parts.asks == "asks_meaning" or self.kind not in (*ABOUT_A_DREAM, Kind.WHY, Kind.OUTSIDE)
        ):
            return None  # who tells a dream and asks what it means gets the reading
        return response_to(parts.asks, self.said, len(parts.message))

    @property
    def wish(self) -> Wish | None:
        parts = self.heard.directed
        if self.kind is Kind.ANSWER and begins_anew(parts):
            return Wish.NEW_ENDING
        return (parts.wish or Wish.SKIP) if self.kind is Kind.WISH else None

    @property
    def anew(self) -> list[str] | None:
        """The messages of the new version told so far, this one last; None where nobody is at it."""
        turns = [] if self.wish is Wish.NEW_ENDING else told_anew(self.turns)
        if turns is None or self.kind is not Kind.ANSWER:
            return None
        return [*(turn.message for turn in turns), *([] if says_nothing(self.message) else [self.message])]

    @property
    def is_night(self) -> bool:
        """Whether the dreamer is shaken, or was a reply or two ago: then nothing leads back into the dream."""
        lately = [sentence.text for turn in self.turns[-STAYS_NIGHT:] for sentence in turn.sentences]
        return _asks_gently(self.heard.directed.state) or any(one in said_to_the_shaken() for one in lately)

    @property
    def wants_a_reading(self) -> bool:
        return self.wish is Wish.ANOTHER_READING

    @property
    def said(self) -> set[str]:
        """All sentences of the conversation so far."""
        return {sentence.text for turn in self.spoken for sentence in turn.sentences}

    @property
    def asked(self) -> list[str]:
        return [turn.question for turn in self.spoken if turn.question]


def make_plan(
    kind: Kind,
    heard: Heard,
    earlier: Sequence[Turn],
    earlier_heard: Sequence[Heard],
    found: SearchResult,
    *,
    sections: Mapping[str, Section] | None = None,
    instead_of: Turn | None = None,
) -> Plan:
    """The plan of this turn. ``earlier_heard`` are the dreamer's earlier messages as heard, in their order.

    ``sections`` holds the library's by their id, where the kind of turn needs them: for the closing note, and for where a
    reading comes from. ``instead_of`` is an answer to this message that the dreamer wanted another one for: its readings and
    its question are not used again while there are others.
    """
    another = opens_a_dream(heard.message, heard.directed) and kind in (Kind.DREAM, Kind.UNCOVERED)
    turns = () if another else of_this_dream(earlier)
    turns_heard = tuple(_understood(one, turns[:1]) for one in earlier_heard[len(earlier) - len(turns) :])
    if turns_heard:
        later = [*(turn.message for turn in turns[1:]), heard.directed.message or heard.message]
        turns_heard = (chosen(turns_heard[0], later), *turns_heard[1:])
    heard = _brought_back(_understood(heard, turns), turns_heard)
    situation = _Situation(
        kind, heard, tuple(earlier), turns, turns_heard, found, stage_of(turns, heard, kind), sections or {}, instead_of
    )
    if kind is Kind.WHY and not _may_answer(situation):
        situation = replace(situation, found=replace(found, covered=False))
        found = situation.found
    rejected = rejected_citations(earlier)
    if kind is Kind.REJECTION:
        rejected += next((turn.citations for turn in reversed(earlier) if turn.citations), ())
    hits = () if kind in WITHOUT_HITS or (kind is Kind.WISH and not situation.wants_a_reading) else found.hits
    allowed = [hit for hit in hits if hit.section.id not in {citation.section for citation in rejected}]
    readings = tuple(_readings(situation, allowed)) if found.covered else ()
    if not readings and instead_of and found.covered:
        readings = tuple(_readings(replace(situation, instead_of=None), allowed))
    if kind is Kind.DREAM and not readings:
        situation = replace(situation, kind=Kind.UNCOVERED)
    question = _question(situation, allowed if found.covered else [])
    comfort = _comfort(situation)
    gentle = _gentle_question(situation) if question.text and situation.is_night else ""
    return Plan(
        kind=situation.kind,
        stage=situation.stage,
        heard=heard,
        readings=readings,
        question=gentle or question.text,
        facet="" if gentle else question.facet,
        fixed_question=bool(gentle),
        note=comfort.text if comfort else "",
        wish=situation.wish,
        opens_a_dream=another,
        plain=_plain(situation, readings),
        hits=hits,
        covered=found.covered and bool(hits) and (bool(readings) or not ROWS[kind].least_readings),
        earlier=tuple(earlier),
        spoken=situation.spoken,
        told=tuple(_told(situation)),
        asked=tuple(situation.asked),
        rejected=tuple(citation.quote for citation in rejected),
        rejected_sections=tuple(citation.section for citation in rejected),
    )


def _understood(heard: Heard, turns: Sequence[Turn]) -> Heard:
    """What was heard; of a message in another language only the message, for the grammar is English. One word is no clause."""
    if not _is_english(heard.message, turns):
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


def _is_english(message: str, turns: Sequence[Turn]) -> bool:
    """A few words are in the language of what was told before them."""
    if count_words(message) <= 3 and turns and content_stems(message):
        return is_english(f"{turns[0].message} {message}")
    return is_english(message)


def _readings(situation: _Situation, allowed: Sequence[Hit]) -> Iterator[PlannedReading]:
    """The readings that may be offered, best first; none is offered twice in a conversation.

    A dream gets one of the best section, and a second where another section fits nearly as well and speaks of the same. A
    question to the library gets two facts of the best section.
    """
    kind = situation.kind
    if (
        situation.anew is not None
        or ROWS[kind].most_readings == 0
        or not allowed
        or (kind is Kind.ANSWER and not _may_deepen(situation, allowed[0]))
    ):
        return
    said = {citation.quote for turn in situation.spoken for citation in turn.citations}
    given = 0
    fit = [
        hit for hit in allowed if kind is Kind.WHY or (hit.covers and speaks_of(situation.message, hit.section.article))
    ]
    for place, hit in enumerate(fit):
        fresh = [reading for reading in hit.section.readings if reading.rests_on not in said]
        fitting = _most_fitting(fresh, situation.message)
        if given and (place > 2 or not _fits_as_well(hit, allowed[0], fitting, situation)):
            return
        for reading in fitting[: _most_of_a_section(kind, given)]:
            given += 1
            citation = Citation(hit.rank, hit.section.id, reading.rests_on)
            yield PlannedReading(citation, reading.text, hit)


def _most_of_a_section(kind: Kind, given: int) -> int:
    """How many readings the next section may give; a question is answered out of the section that fits it best."""
    if kind is Kind.WHY:
        return 2 if given == 0 else 0
    return 1 if given < ROWS[kind].most_readings else 0


def _fits_as_well(hit: Hit, best: Hit, readings: Sequence[Reading], situation: _Situation) -> bool:
    if best.score - hit.score > NEAR or not readings:
        return False
    words = frozenset().union(*(content_stems(message) for message in [situation.message, *_told(situation)]))
    return len(words & content_stems(f"{hit.section.title} {readings[0].text}")) >= SHARED


def _may_deepen(situation: _Situation, best: Hit) -> bool:
    """Whether an answer may get a reading: the dreamer's own meaning was asked for, and it stays with what the dream is about."""
    turns = situation.turns
    if (
        situation.stage is Stage.EXPLORE
        or turns[-1].citations
        or turns[-1].kind is Kind.WISH
        or says_nothing(situation.message)
    ):
        return False
    if not any(turn.facet == "own-meaning" for turn in turns):
        return False
    shared = content_stems(situation.message) & content_stems(f"{best.section.title} {best.section.text}")
    return best.section.article in _articles(situation) and len(shared) >= SHARED


def _may_answer(situation: _Situation) -> bool:
    """Whether the library may answer a question: by what it says itself, or in what was brought in on the dream already."""
    response = situation.response
    best = situation.found.hits[0] if situation.found.hits else None
    ours = situation.heard.directed.asks in ("asks_memory_of_talk", "asks_proof")
    if best is None or ours or (response is not None and not response.library):
        return False
    if situation.found.coverage_alone >= SURELY_COVERED or not _dream_told(situation):
        return True
    known = best.section.article in _articles(situation)
    if response is not None:
        return known and (situation.heard.directed.asks in _OF_THIS_DREAM or best.section.article in _OF_HEALTH)
    stems = content_stems(situation.heard.directed.question or situation.message) - _OF_ASKING
    about = content_stems(f"{best.section.title} {best.section.text} {' '.join(best.section.asks)}")
    return known and (not stems or bool(stems & about))


def _articles(situation: _Situation) -> set[str]:
    """The articles that have been brought in on this dream."""
    return {citation.section.partition("/")[0] for turn in situation.turns for citation in turn.citations}


def _most_fitting(readings: Sequence[Reading], message: str) -> list[Reading]:
    """The readings in the order of what they share with the dreamer's words; the section's own order decides ties."""
    words = content_stems(message)
    return sorted(readings, key=lambda reading: -len(words & content_stems(reading.text)))


def _question(situation: _Situation, hits: Sequence[Hit]) -> Chosen:
    kind, asked = situation.kind, situation.asked
    if kind is Kind.WISH and situation.wish not in (Wish.SKIP, Wish.START_AGAIN, Wish.GO_ON, Wish.ANOTHER_READING):
        return (
            Chosen("", "")
            if _dream_told(situation) or situation.wish in (Wish.QUIET, Wish.DELETE, Wish.STOP)
            else _for_a_dream(situation)
        )
    if kind in (Kind.CLOSE, Kind.CRISIS):
        return Chosen("", "")
    if kind is Kind.WHY and not _asks_after_answering(situation, hits):
        return Chosen("", "")
    told = _told(situation)
    if kind is Kind.WHY and not _dream_told(situation):
        return _behind(situation, hits)
    if not told or situation.wish is Wish.START_AGAIN:
        return _for_a_dream(situation)
    if situation.anew is not None and kind is Kind.ANSWER:
        return _of_the_new_ending(situation, told)
    several = dreams_in(situation.message) if kind in (Kind.DREAM, Kind.UNCOVERED) else []
    if several:
        return Chosen(which_first(several), "")
    facets = facets_for(situation.stage, kind, situation.heard, hits, situation.turns, told)
    heard = _heard_of_the_dream(situation)
    if kind is Kind.ANSWER and count_words(situation.message) <= ONE_PERSON and _persons(situation.heard):
        facets, heard = ["person", *facets], [situation.heard, *heard]
    elif _speaks_of_life(situation):
        facets = ["bridge", *facets]
        heard = heard[1:] or heard
    leading = (
        hits[:1] if kind in (Kind.DREAM, Kind.WHY) or (hits and hits[0].section.article in _articles(situation)) else []
    )
    return choose_question(heard, facets, leading, told=told, asked=asked)


def _persons(heard: Heard) -> bool:
    return any(mention.kind is MentionKind.PERSON for mention in heard.mentions)


def _asks_after_answering(situation: _Situation, hits: Sequence[Hit]) -> bool:
    """Whether an answer to a question is followed by one of ours: not after every one, and not where it would press."""
    if situation.response is not None and not situation.response.asks:
        return False
    informs = situation.found.covered and any(_readings(situation, hits))
    return not (informs and situation.turns and situation.turns[-1].question)


def _of_the_new_ending(situation: _Situation, told: Sequence[str]) -> Chosen:
    """How the new version goes on; what it is like to have it, once it is whole; something smaller where nothing comes."""
    parts, asked = situation.anew or [], situation.asked
    if says_nothing(situation.message):
        last = parts[-1] if parts else (told[0] if told else "")
        return Chosen(around(quoted_end(last, 6), "ask_smaller_of_ending", told, asked), ENDING)
    if is_whole(parts):
        return Chosen(around(quoted_beginning(parts[0], 8), "ask_of_new_ending", told, asked), REHEARSAL)
    return Chosen(around(quoted_end(situation.message, 6), "ask_next_of_ending", told, asked), ENDING)


def _heard_of_the_dream(situation: _Situation) -> list[Heard]:
    """What was heard of the dream itself, newest first; what was said of it or of waking life holds no image of it."""
    replies = [(turn.kind, one) for turn, one in zip(situation.turns, situation.turns_heard, strict=True)]
    replies.append((situation.kind, situation.heard))
    told = [
        _of_the_dream(kind, one)
        for (kind, one), before in zip(replies, [None, *situation.turns], strict=True)
        if kind in (Kind.DREAM, Kind.UNCOVERED) or (kind is Kind.ANSWER and not _goes_beyond(one, before))
    ]
    denied = frozenset().union(*(one.directed.denied for one in [*situation.turns_heard, situation.heard]))
    return [_without(one, denied) for one in reversed(told) if not says_nothing(one.message)]


def _of_the_dream(kind: Kind, heard: Heard) -> Heard:
    """What was heard without what is told of waking life; an answer in the present tense may be of either, so it gives no moment."""
    waking = [clause.said for clause in heard.clauses if clause.waking]
    return replace(
        heard,
        clauses=tuple(one for one in heard.clauses if not one.waking and (one.past or kind is not Kind.ANSWER)),
        mentions=tuple(one for one in heard.mentions if not any(one.said in said for said in waking)),
    )


def _without(heard: Heard, denied: frozenset[str]) -> Heard:
    """What was heard, without what the dreamer says was no part of the dream."""
    return replace(
        heard,
        mentions=tuple(one for one in heard.mentions if not content_stems(one.turned) & denied),
        clauses=tuple(one for one in heard.clauses if not content_stems(one.turned) & denied),
    )


def _goes_beyond(heard: Heard, before: Turn | None) -> bool:
    """Whether an answer is about waking life, or about the dream as a whole: it tells no image of the dream."""
    if before is None or corrects(heard.message):
        return False
    waking = bool(heard.clauses) and all(clause.waking for clause in heard.clauses)
    return waking or asked_beyond_the_dream(before) or speaks_beyond_the_dream(heard.message)


def _speaks_of_life(situation: _Situation) -> bool:
    """Whether the message brings something of waking life, to be held beside the dream; not twice in a row."""
    if not situation.turns or situation.turns[-1].facet == "bridge" or says_nothing(situation.message):
        return False
    if situation.kind is Kind.REJECTION:
        return bool(beyond_no(situation.message))
    return situation.kind is Kind.ANSWER and _goes_beyond(situation.heard, situation.turns[-1])


def _told(situation: _Situation) -> list[str]:
    """The dreamer's messages that a question may be tied to, newest first; none where no dream was told yet."""
    turns, kind, message = situation.turns, situation.kind, situation.message
    told = [turn.message for turn in reversed(turns) if turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message)]
    if kind is Kind.REJECTION and beyond_no(message):
        return [message, *told]
    if kind in ABOUT_A_DREAM and not (says_nothing(message) and told):
        return [message, *told]
    return [message] if kind is Kind.WHY and not told else told


def _dream_told(situation: _Situation) -> bool:
    return any(turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message) for turn in situation.turns)


def _for_a_dream(situation: _Situation) -> Chosen:
    return Chosen(in_turn("no_dream_yet", situation.asked), "")


def _behind(situation: _Situation, hits: Sequence[Hit]) -> Chosen:
    """What lies behind a question to the library, where no dream was told."""
    chosen = choose_question([], ["section"], hits[:1], told=[situation.message], asked=situation.asked)
    if chosen.facet == "section":
        return chosen
    question = around(quoted_beginning(situation.message, 12), "ask_behind", [situation.message], situation.asked)
    return Chosen(question, "") if question else _for_a_dream(situation)


def _plain(situation: _Situation, readings: Sequence[PlannedReading]) -> str:
    """The sentence of our own that this turn needs, if any; what is said once a conversation is said once."""
    kind, said, number, response = situation.kind, situation.said, len(situation.earlier), situation.response
    if kind is Kind.OUTSIDE:
        return _to_what_is_outside(situation)
    if situation.heard.directed.asks == "asks_help" and not readings:
        return (steadying(said) if situation.is_night else "") or text("nothing_to_try")
    if situation.heard.directed.asks == "asks_proof" and kind is Kind.WHY:
        source = _where_it_comes_from(situation)
        if source and source not in said:
            return source
    if response is not None:
        return response.text
    plainly_asked = [question for question in situation.asked if "“" not in question]
    if situation.heard.directed.asks == "asks_memory_of_talk" and plainly_asked:
        return text("where_we_were").format(plainly_asked[-1])
    if kind in (Kind.UNCOVERED, Kind.ANSWER, Kind.DREAM) and not (
        says_nothing(situation.message) or _is_english(situation.message, situation.turns)
    ):
        return "" if text("other_language") in said else text("other_language")
    if kind is Kind.UNCOVERED:
        return "" if text("uncovered") in said or situation.found.covered else text("uncovered")
    if situation.anew and is_whole(situation.anew):
        whole = said_back(situation.anew)
        return text("new_ending_whole").format(whole) if whole else ""
    if kind is Kind.ANSWER:
        return _to_what_was_put_right(situation) or _to_a_small_answer(situation)
    if kind is Kind.WHY and not readings:
        return in_turn("nothing_more" if situation.found.covered else "no_answer", said, number)
    if kind is Kind.REJECTION:
        return in_turn("rejection", said, number)
    if kind is Kind.CLOSE:
        return in_turn("close" if _dream_told(situation) else "close_without_a_dream", said, number)
    return _to_a_wish(situation, readings) if kind is Kind.WISH else ""


def _where_it_comes_from(situation: _Situation) -> str:
    """The sources and the grade of the latest reading; empty where none was given."""
    cited = next((turn.citations[-1].section for turn in reversed(situation.earlier) if turn.citations), "")
    section = situation.sections.get(cited)
    if section is None:
        return ""
    told = text("source", "named" if section.sources else "unnamed").format(
        title=section.title, sources=" ".join(source.rstrip(".") + "." for source in section.sources[:MOST_SOURCES])
    )
    return f"{told} {text('graded', section.evidence.value)}"


def _to_what_is_outside(situation: _Situation) -> str:
    message, said = situation.message, situation.said
    if is_greeting(message) or situation.heard.directed.greets:
        return text("greeting_again") if _dream_told(situation) else text("greeting")
    if situation.response is not None and not is_about_us(message):
        return f"{situation.response.text} {in_turn('invitation', said, len(situation.earlier))}"
    if is_about_us(message) or situation.heard.directed.asks == "asks_companion":
        return text("about_us")
    if announces(message) or says_nothing(message) or situation.heard.directed.announces:
        return in_turn("invitation", said, len(situation.earlier))
    outside = text("outside_again" if any(text("outside") in one for one in said) else "outside")
    return f"{outside} {text('outside_back')}" if _dream_told(situation) else outside


def _to_what_was_put_right(situation: _Situation) -> str:
    parts = situation.heard.directed
    if not (parts.complains or parts.corrects):
        return ""
    return in_turn("put_right" if parts.corrects else "passed_over", situation.said, len(situation.earlier))


def _to_a_small_answer(situation: _Situation) -> str:
    small = Small.PUZZLED if situation.heard.directed.puzzled else small_answer(situation.message)
    if small is None:
        return ""
    offered = bool(situation.turns and situation.turns[-1].citations)
    name = "yes_it_fits" if small is Small.YES and offered else small.value
    return in_turn(name, situation.said, len(situation.earlier))


def _to_a_wish(situation: _Situation, readings: Sequence[PlannedReading]) -> str:
    wish = situation.wish or Wish.SKIP
    if wish is Wish.ANOTHER_READING and not readings:
        return in_turn("nothing_more", situation.said)
    if wish is Wish.NOTE:
        return closing_note(
            _since_the_start(situation.earlier), {id: section.title for id, section in situation.sections.items()}
        ) or text("wish", "no_dream")
    tells = count_words(situation.heard.directed.told) >= FEWEST_WORDS_OF_A_DREAM
    if wish is Wish.NEW_ENDING and not (_dream_told(situation) or tells):
        return text("wish", "no_dream")
    return text("wish", wish.value)


def _since_the_start(earlier: Sequence[Turn]) -> Sequence[Turn]:
    """All turns of the conversation, whichever dream they are about; of one that was begun again those since then."""
    again = max((number for number, turn in enumerate(earlier) if turn.wish is Wish.START_AGAIN), default=-1)
    return earlier[again + 1 :]


def _comfort(situation: _Situation) -> Comfort | None:
    """One human sentence for somebody who says how they are now; not in two replies running the same."""
    state = situation.heard.directed.state
    if situation.kind not in ABOUT_A_DREAM or not state or situation.response is not None:
        return None
    return comfort_for(state, situation.said)


def _asks_gently(state: str) -> bool:
    comfort = comfort_for(state, ())
    return comfort is not None and comfort.asks_gently


def _gentle_question(situation: _Situation) -> str:
    """A question about now and not about the dream; empty where all of them were asked."""
    return next((question for question in gentle_questions() if question not in situation.asked), "")
