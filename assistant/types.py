"""What passes between the parts of the conversation: what was heard, the plan of a turn, its events. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from knowledge.types import Hit


class Kind(StrEnum):
    """What kind of turn a message asks for; each has its row in the reply contract (assistant/contract.py)."""

    DREAM = "dream"
    ANSWER = "answer"
    WHY = "why"
    REJECTION = "rejection"
    OUTSIDE = "outside"
    UNCOVERED = "uncovered"
    WISH = "wish"
    CLOSE = "close"
    CRISIS = "crisis"


class Stage(StrEnum):
    """Where the conversation is in Hill's method: exploration, insight, action, and the close."""

    EXPLORE = "explore"
    INSIGHT = "insight"
    ACTION = "action"
    CLOSE = "close"


class Wish(StrEnum):
    """What a dreamer may ask the companion to do."""

    NEW_ENDING = "new_ending"
    NOTE = "note"
    STOP = "stop"
    SKIP = "skip"
    QUIET = "quiet"
    START_AGAIN = "start_again"
    DELETE = "delete"
    ANOTHER_READING = "another_reading"
    LEAVE_OUT = "leave_out"  # to take something out of what is remembered
    GO_ON = "go_on"


class Safety(StrEnum):
    """What the screen found in the waking person's words."""

    NONE = "none"
    DISTRESS = "distress"
    CRISIS = "crisis"


@dataclass(frozen=True, slots=True)
class Screening:
    """The safety level of a conversation after its last message; ``why`` is one plain sentence for the log and the tests."""

    level: Safety
    why: str = ""


class MentionKind(StrEnum):
    """What sort of thing a noun of the dreamer's names."""

    PERSON = "person"
    ANIMAL = "animal"
    BODY = "body"
    PLACE = "place"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class Mention:
    """Something the dreamer named. ``said`` is as they wrote it, ``turned`` as one says it to them (my mother -> your mother).

    ``turned`` always starts with an article, a possessive or a name, so that it can stand in a question as it is.
    """

    said: str
    turned: str
    kind: MentionKind
    plural: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One finite clause of the message. ``turned`` is it told back in the second person, without a capital or full stop.

    ``weight`` orders clauses by how telling they are (higher first), ``sure`` is false where the turn may have changed the
    meaning: then it is only ever quoted, unless it is told where nothing could be taken for what its ``dangling`` pronouns mean.
    ``waking`` marks what is said of waking life, not of the dream; ``past`` that it is told in a past tense.
    """

    said: str
    turned: str
    weight: float
    sure: bool = True
    waking: bool = False
    past: bool = True
    feeling: str = ""
    continued: str = (
        ""  # the same told right after the clause before it, whose nouns its pronouns mean; empty: only by itself
    )
    # He, she, it or they, where it is not told here whom it means, each with the only noun that it can mean ("": several).
    dangling: frozenset[tuple[str, str]] = frozenset()
    # Those pronouns that one would take for a noun in it, each with the noun.
    names: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Matter:
    """What one sentence of a message is about: ``name`` is a label of hearing/matters.yaml or scenes.yaml, ``likely`` how sure that is
    (0 to 1).

    ``place`` is the sentence's share of the way through the message, 0 for its beginning and 1 for its end; ``carries`` how
    likely it holds what the person wants to be heard in (carrying.py).
    """

    sentence: str
    name: str
    likely: float
    place: float = 1.0
    carries: float = 1.0


@dataclass(frozen=True, slots=True)
class Directed:
    """A message in its parts: what it tells, and what it says to the companion.

    ``message`` is the whole of it; ``told`` are the sentences that tell something, as they stand; ``question`` those that ask what is known or thought, and
    ``asks`` what kind of question it is (a label of hearing/acts.yaml); ``pointed_at`` what a bare "and the dog?" names;
    ``denied`` the stems of what is said to be no part of the dream; ``state`` how the waking person is now (a label of
    hearing/states.yaml), empty where nothing is said of it. ``may_wish`` is the likeliest wish, sure or not. ``matters`` says what its sentences are about, those that tell;
    ``scenes`` which scenes of a dream it tells, the likeliest first.
    """

    message: str = ""
    told: str = ""
    question: str = ""
    asks: str = ""
    pointed_at: str = ""
    complains: bool = False
    corrects: bool = False
    denied: frozenset[str] = frozenset()
    leaves: bool = False
    rejects: bool = False
    opens_a_dream: bool = False
    announces: bool = False
    greets: bool = False
    puzzled: bool = False
    wish: Wish | None = None
    may_wish: Wish | None = None
    state: str = ""
    matters: tuple[Matter, ...] = ()
    scenes: tuple[Matter, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood of one message, by grammar alone; ``message`` is the part of it that tells something."""

    message: str
    clauses: tuple[Clause, ...] = ()
    mentions: tuple[Mention, ...] = ()
    feelings: tuple[str, ...] = ()  # as adjectives or nouns the dreamer used: "scared", "ashamed"
    asks_something: bool = False  # the message itself holds a question
    directed: Directed = field(default_factory=Directed)
    carried: str = ""  # a sentence without a clause, where it carries more of an answer than any clause (carrying.py)


@dataclass(frozen=True, slots=True)
class Citation:
    """One mark of a reply: ``[marker]`` points to the hit of ``section``; ``quote`` stands in that hit's text to the letter."""

    marker: int
    section: str
    quote: str


class FactKind(StrEnum):
    """What a remembered fact is about."""

    PERSON = "person"
    IMAGE = "image"
    FEELING = "feeling"
    LIFE = "life"  # of waking life, or a memory
    MEANING = "meaning"  # the dreamer's own sense of the dream
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the dreamer told, in their words; ``turn`` is the number of the message that told it first."""

    kind: FactKind
    said: str
    turn: int
    told: str = ""  # as it was told, where the dreamer has put it differently since


class Role(StrEnum):
    """What a shown unit of a reply does."""

    HEARD = "heard"  # gives back what the dreamer said
    READING = "reading"  # says something out of the library, with its mark
    THOUGHT = "thought"  # the companion's own, said to be so
    PLAIN = "plain"  # anything else we say: uncovered, outside, close, care
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Passages:
    """Event: what the search found, before a word of the reply."""

    hits: tuple[Hit, ...]
    covered: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """Event: a finished, checked unit of the reply (one or a few sentences). ``text`` holds its mark ``[n]`` where it cites."""

    text: str
    role: Role
    citation: Citation | None = None
    repaired: bool = False
    frame: str = ""  # the wording's own id, so that it is not used again in the same conversation


@dataclass(frozen=True, slots=True)
class Question:
    """Event: the one question that ends the reply."""

    text: str
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Event: something the person should know that is not part of the reply. ``kind`` is an error's kind, or "waiting"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange, as it is recorded and as ``dream ask`` prints it."""

    message: str
    kind: Kind
    reply: str
    question: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    covered: bool
    safety: Safety
    stage: Stage
    voice: str  # "built-in" or "free"
    model: str
    repairs: int = 0
    fallback: bool = False
    seconds: float = 0.0
    first_unit_seconds: float = 0.0
    sentences: tuple[Sentence, ...] = ()
    facet: str = ""
    wish: Wish | None = None
    opens_a_dream: bool = False  # the message says of itself that it turns to another dream
    stopped: bool = False  # the person did not let it finish
    tokens: tuple[int, int] = (0, 0)  # about how many were sent to a model, and received from it
    id: int | None = None
    fits: frozenset[int] = frozenset()  # the marks of its readings of which the dreamer said that they fit
    misfits: frozenset[int] = frozenset()  # and of those that don't


@dataclass(frozen=True, slots=True)
class Done:
    """Event: the turn is over and recorded."""

    turn: Turn


Event: TypeAlias = Passages | Sentence | Question | Notice | Done


@dataclass(frozen=True, slots=True)
class PlannedReading:
    """A reading that this turn may offer: the section's own sentence, its mark and what it rests on.

    ``lead`` says where it comes from, for a voice that says the sentence as it stands; empty where the sentence does so itself.
    """

    citation: Citation
    text: str
    hit: Hit
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What this turn shall reflect, which readings it may offer and what it asks about: decided before any model speaks."""

    kind: Kind
    stage: Stage
    heard: Heard
    readings: tuple[PlannedReading, ...] = ()
    question: str = ""  # composed already; a free voice may find better words for the same facet
    facet: str = ""  # what the question is about: a facet of the method's bank
    scene: str = ""  # the sentence of the message that the question is about, if it is about one scene of the dream
    plain: str = ""  # what must be said besides: uncovered, outside, close
    told: tuple[str, ...] = ()  # the dreamer's messages, this one last
    asked: tuple[str, ...] = ()  # the questions asked so far
    rejected: tuple[str, ...] = ()  # readings that the dreamer said no to
    rejected_sections: tuple[str, ...] = ()
    memory: tuple[Fact, ...] = ()  # of the messages before this one
    matter: Matter | None = None  # what of this message is taken up, if one thing stands out
    remark: str = ""  # a sentence of our own that fits it, said after what was heard
    note: str = ""  # a soft word for somebody who is not well, said after what was heard whatever the voice
    comfort: str = ""  # a human sentence for how the dreamer is now, if the voice has no better one
    fixed_question: bool = False  # the question must be asked as it is written
    reminder: str = ""  # what the companion is, said at the very beginning of this reply
    child: bool = False  # the dreamer says that they are a child
    hits: tuple[Hit, ...] = ()
    covered: bool = False
    wish: Wish | None = None
    opens_a_dream: bool = False
    earlier: tuple[Turn, ...] = field(default_factory=tuple)
    spoken: tuple[Turn, ...] = ()  # whose words are not said again: those before, and a reply that this one replaces

    def has_said(self, text: str) -> bool:
        """Whether a reply before this one has said the sentence."""
        return any(sentence.text == text for turn in self.spoken for sentence in turn.sentences)
