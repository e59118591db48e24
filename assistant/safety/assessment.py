"""What the screen keeps of a conversation: the assessment after each message, and the course on which the next one is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.safety.findings import LIGHTLY
from assistant.types import Safety

ORDER = (Safety.NONE, Safety.DISTRESS, Safety.CRISIS)
QUIET_MESSAGES = 4  # after a plain word of being safe, so many messages without any sign close a crisis
# Kinds of an assessment that no rule's signal has.
PAST = "past"  # what was a risk to themself once
HINT = "hint"  # what was learned, not matched; a signal, too
FAINT_HINT = "faint hint"  # one that is hardly more than a tone: they are asked how they are, as anybody may be
DENIED = "denied"  # of a message that has ended it
# A dream told with these is answered as one, with a soft word before it.
LIGHT = ("sad", "grief", "watched", PAST, LIGHTLY)
CLOSE_BY = ("danger", "controlled", "watched", "abuse", "other", "harm")  # these are about somebody else, too
# "It is not like that" ends none of these.
NOT_TO_BE_DENIED = ("danger", "controlled", "abuse", "other", "voices", "medicine")


@dataclass(frozen=True, slots=True)
class Assessment:
    """The level after the last message, why, what kind of danger, and whether dream or day was meant is unsure."""

    level: Safety
    why: str
    kind: str = ""
    unsure: bool = False
    after_crisis: bool = False  # nothing new, but a crisis was voiced before
    denied: bool = False  # nothing new, and the person says that they are not in danger
    after_denial: bool = False  # nothing new, and they have said so before
    weak: bool = False  # one veiled sign, that may also be of the dream or the moment
    hinted: bool = False  # only something that was learned speaks for it, no word that can be named
    faint: bool = False  # and that not strongly
    cares: bool = False  # it is answered by the risk alone: no dream, no model
    new: bool = False  # and the message itself brings a sign
    topic: str = ""  # what of the message such a reply takes up
    helper: str = ""  # a person whom it names, who could be told


@dataclass(slots=True)
class Course:
    """What of the conversation so far bears on the next message."""

    crisis_open: bool = False
    of_self: bool = False  # something was said of not wanting to live, and not taken back since
    said_safe: bool = False
    denials: int = 0
    quiet: int = 0
    kind: str = ""  # of the open crisis
    named: bool = False  # the person has said what "it" is: the dream
    death: bool = False
    suicide: bool = False
    dream: bool = False
    weak: set[tuple[int, str]] = field(default_factory=set)
    hints: int = 0
    hints_denied: bool = False
    stays: str = ""  # the kind of the risk that is stayed with
    stayed: int = 0  # messages since that brought nothing new
    quiet_of_distress: int = 0  # messages of the dream since
    of_the_dream: bool = False  # they have gone back to the dream since
    not_helpers: frozenset[str] = frozenset()  # those who hurt them, or whom they fear for
