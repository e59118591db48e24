"""What kind of turn a message asks for: a dream, an answer, a question to the library, a no, a wish, thanks, or something else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.method.new_ending import told_anew
from assistant.phrases import (
    Small,
    announces,
    asks_about_our_question,
    asks_what_we_are,
    is_about_us,
    is_greeting,
    rejects,
    says_goodbye,
    says_how_they_are,
    says_nothing,
    small_answer,
    wish_of,
)
from assistant.reply_kinds import ANSWER, CLOSE, DREAM, MORE, OUTSIDE, REJECTION, WHY, WISH
from assistant.speech_acts import ANSWERED_FIRST, asking_part
from assistant.types import Citation, Directed, Heard, Kind, Turn, Wish
from assistant.words import count_words, is_english

WORDS_OF_A_THEME = 2  # "chased" is a dream, told in a word
SURELY_COVERED = (
    0.2  # coverage of a question that names no dream: the library's own are at 0.2 and more, others below 0.18
)
LONG = 60  # words: a longer message tells more of a dream rather than answering
FEW = 12  # words: less than this told so far is no dream yet, and a longer telling is its beginning
FEWEST_WORDS_OF_A_DREAM = 4
WORDS_OF_A_GOODBYE = 4
LEAVE_TAKING = 40  # words that may stand before a goodbye that ends the conversation all the same
ANOTHER_DREAM = 0.5  # a telling in the middle of a talk is of another dream from here on
REFUSES = 0.6  # from here on an answer to a reading is taken for a no to it
MAY_REFUSE = 0.3  # and from here on where its words say no as well
RULES_WEIGH = 0.3  # of the kind that the rules name, beside how likely each kind is by what was learned
WISH_WEIGHS = 0.6  # where they hear a wish by its words
RULES_WEIGH_FIRST = 0.7  # where nothing was told yet
NO_WITHOUT_A_READING = 0.6  # a no to a reading that lies further back than the last reply is rarer
NO_TO_WHAT_IS_REFUSED = 0.6  # and rarer still to one that was refused already
OUTSIDE_IS_RARER = 0.5  # in talks than among the examples
RECENT = 4  # replies: a no without a name means a reading in the latest of them
BESIDE_A_QUESTION = 16  # words: less than this told beside a first question only says what it is about
_PLAINLY_ASKED = frozenset({*ANSWERED_FIRST, "asks_real", "asks_memory_of_talk"})
_ABOUT_THE_TALK = frozenset({"asks_privacy", "asks_memory_of_talk"})
ABOUT_A_DREAM = (Kind.DREAM, Kind.UNCOVERED, Kind.ANSWER)

_ORDER = re.compile(
    r"^(?:(?:please|pls|can you|could you|would you|will you|now|then|hello|hi|hey|chatgpt|stop),? )*(?:write|give me|tell me|translate|explain|show|calculate|solve|code|convert|"
    r"recommend|suggest|list|ignore|forget|repeat|print|act as|pretend|imagine you|you are now|you will|you must|from now on|now you are|provide|encode|reply|respond|render|reverse|"
    r"integrate|include|modify|augment|enhance|apply|encrypt|determine|analy[sz]e|complete|continue|summari[sz]e|output|say|draft|compose|define|compare|describe|start your|"
    r"help me (?:with|write|code|find)|find me|make me|i want you to|i need you to|be an?|do not look|use (?:a|an|emoji)|add)\b"
    r"|^[\d\s+\-*/x×=().?]*\d ?[-+*/x×] ?\d[\d\s+\-*/x×=().?]*$|\b(?:your|the) (?:answer|response|reply|replies|prompts?|instructions?|system prompt|embeddings)\b|\brecipe\b.*\?|```|\bignore (?:all|any|every|previous|the|your) \w+|\b(?:language model|chat ?gpt|jailbreak)\b",
    re.IGNORECASE,
)
_ASKS_SOMETHING = re.compile(
    r"\b(?:why|what|how|mean(?:s|ing)?|wonder\w*|curious|normal|explain\w*|interpret\w*|reason|cause[sd]?|know (?:if|whether)|tell me|do you|does (?:it|this|that)|is (?:it|this|that)|should i|am i|can (?:it|dreams))\b",
    re.IGNORECASE,
)
SURELY_OF_LIFE = 0.6
SURELY_A_WISH = 0.5
_OF_LIFE = frozenset({"like_now", "insight", "loss", "misses"})
_DREAM_WORDS = re.compile(
    r"\b(?:dream(?:s|ed|t|ing)?|nightmare\w*|woke|wake|waking|asleep|sleep\w*|last night)\b", re.IGNORECASE
)
_MY_DREAM = re.compile(
    r"\b(?:my|this|the|that) (?:\w+ )?(?:dreams?|nightmares?)\b|\bi dream|\bwhat i (?:said|told|dreamt)\b",
    re.IGNORECASE,
)
_NEW_DREAM = re.compile(
    r"\b(?:another|a (?:different|second|new)|the (?:other|second|next)|one more) (?:\w+ )?(?:dream|nightmare)\b(?! about (?:it|that|this)\b)"
    r"|\b(?:last night|tonight|this morning|yesterday)[, ]+i (?:also )?(?:had a|dream\w*)\b|\bi (?:also|then) (?:had a dream|dream(?:ed|t))\b"
    r"|\banother night\b|\bi had one (?:where|in which|about|with)\b|\b(?:totally|completely|whole) (?:different|other) (?:dream|one)\b"
    r"|\bdrea?mt? (?:of |about )?something else\b|\bin my nap\b|\bi (?:once|also) dreamt\b|^(?:not related|unrelated)\b"
    r"|\bsomething else i dream(?:t|ed)\b|\b(?:had|have|one|tell(?: you)?) another\b(?: \w+)? ?(?:thing|one|dream)?(?=[\s.:,]|$)|\bmy other rec+ur\w+ (?:one|dream|nightmare)\b"
    r"|^(?:i )?woke (?:up )?(?:just now )?(?:at \d+ ?(?:am|a\.m\.)? )?(?:w|with) this\b|\bthe dream of (?:this|last) night\b"
    r"|^(?:also,? )?i (?:had a (?:\w+ )?(?:dream|nightmare)|dream(?:ed|t))\b",
    re.IGNORECASE,
)
_AGREES = re.compile(
    r"\b(?:yes,? that(?:'?s| is) (?:it|right|true)|(?:it|that|this) (?:really |does )?fits|this is true|is true\b|you(?:'?re| are| have) right|so true|spot on|good idea|(?:that|it) (?:really |actually )?(?:helped|helps)\b)",
    re.IGNORECASE,
)
_NAMES_A_READING = re.compile(
    r"\b(?:readings?|interpretation|explanation|idea|theory|article|library|that one|fits?|fitting|you (?:said|say|think)|horoscope|nonsense|rubbish)\b",
    re.IGNORECASE,
)
_GOES_AGAINST = re.compile(
    r"\b(?:no|nah|nope|not|never|nothing|nobody|neither|wrong|actually|just|only|fine|rather|meh|bit|too|doubt|rubbish|nonsense|hardly|horoscope|\w+n'?t|but)\b",
    re.IGNORECASE,
)  # without one of these an answer is no no
_FINDS_IT_IN_LIFE = re.compile(
    r"^(?:\W*(?:yes|yeah|yep|hm+|well|oh|ah|ok|so|idk|maybe|perhaps|probably|i guess|i think|i suppose|honestly)\b)*\W*"
    r"(?:(?:(?:it|that|this|which) )?(?:(?:kind of|sort of|kinda|also|really) )?(?:reminds? me of|makes me think of|brings up)\b"
    r"|(?:(?:it|that|this)(?:'?s| is| feels| was) )?(?:(?:kind of|sort of|kinda|a bit|just|exactly) )?like (?:my|our|at|in|with|when|how)\b"
    r"|my (?:job|work|boss|marriage|studies|thesis|business|project|course|divorce|move)\b)",
    re.IGNORECASE,
)  # "It reminds me of my job, nothing gets done there": an answer, whatever it denies
_SENTENCE_ENDS = re.compile(r"\w[.!?](?=\s|$)")
_HAD_A_DREAM = re.compile(
    r"\bi (?:\w+ )?dream(?:t|ed)\b|\bi (?:keep|kept) (?:having|dreaming)\b|\bi (?:\w+ )?(?:had|have|got) (?:had )?(?:a|an|the|this|that|another|the same) (?:\w+ ){0,2}(?:dream|nightmare)\b"
    r"|\bin (?:my|the|this) dream\b|\bmy (?:\w+ )?(?:dream|nightmare)\b|^(?:\W*(?:hi|hello|ok|so|lol|again)\W+)*dream(?:t|ed)\b",
    re.IGNORECASE,
)
_DREAMT_LAST_NIGHT = re.compile(
    r"\bi (?:\w+ed|was|flew|fell|ran|saw|went|had|dreamt)\b.{0,80}\blast night\b", re.IGNORECASE
)
_GOODBYE = re.compile(
    r"\b(?:(?:good ?)?b+y+e+|(?:good|nighty?) ?night|see (?:you|ya|u)|ta-?ra)\b[\sx]*$", re.IGNORECASE
)
_REPORTED = re.compile(r"\b(?:said|says?|told|waved?|wrote|without|no|never)\b", re.IGNORECASE)
_NO_OTHER = re.compile(r"\b(?:no|not|never|\w+n'?t|none)\b[\w' ]{0,20}\b(?:another|other|second)\b", re.IGNORECASE)
__all__ = [
    "ABOUT_A_DREAM",
    "as_understood",
    "asked_for_quiet",
    "begins_anew",
    "fitting_citations",
    "kind_of",
    "of_this_dream",
    "opens_a_dream",
    "question_to_answer",
    "rejected_citations",
    "says_nothing",
    "tells_a_dream",
]


_ON_WHAT_TO_DO = frozenset({"asks_help", "asks_if_it_works", "asks_cause", "asks_opinion", "asks_agreement"})
_MEDICINE = re.compile(
    r"\b(?:pills?|tablets?|doses?|medic(?:ine|ation)s?|meds|antidepressants?|sertraline|lithium|insulin|melatonin|prazosin|"
    r"\w{2,}(?:azepam|olol|azodone|oxetine|azapine|etiapine|opram)|beta blockers?|sleeping aids?|(?:can|could|should) i take)\b",
    re.IGNORECASE,
)


def of_medicine(directed: Directed, told: Sequence[str]) -> Directed:
    """The same message, taken for a question to a doctor where it asks what to do about a medicine that was just spoken of."""
    asks = directed.asks in _ON_WHAT_TO_DO and any(_MEDICINE.search(message) for message in told[-2:])
    return replace(directed, asks="asks_doctor") if asks else directed


def opens_a_dream(message: str, parts: Directed) -> bool:
    """Whether the message says of itself that it turns to another dream, and tells something of it."""
    if _NO_OTHER.search(message):
        return False
    named = _NEW_DREAM.search(message)
    if named is None:
        return parts.opens_a_dream and not parts.wish
    if "?" in message and not parts.opens_a_dream:
        return False
    return count_words(message) > FEW or bool(
        re.search(r"another|second|different|new|other|more", named.group(), re.IGNORECASE)
    )


def of_this_dream(earlier: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns since the conversation last turned to a dream: before them lies another, or a start that was taken back."""
    start = 0
    for number, turn in enumerate(earlier):
        if turn.wish is Wish.START_AGAIN:
            start = number + 1
        elif number and turn.opens_a_dream:
            start = number
    return tuple(earlier[start:])


def asked_for_quiet(earlier: Sequence[Turn]) -> bool:
    """Whether the dreamer asked not to be asked anything about this dream, and has not asked to go on since."""
    wishes = [turn.wish for turn in of_this_dream(earlier) if turn.wish in (Wish.QUIET, Wish.GO_ON, Wish.NEW_ENDING)]
    return bool(wishes) and wishes[-1] is Wish.QUIET


def rejected_citations(turns: Sequence[Turn], *, says_no: bool = False) -> list[Citation]:
    """The citations that the dreamer said no to: those of the last reply with a reading before each no, and those marked as not
    fitting. What is marked as fitting is not among them. ``says_no``: a no follows on the last of these turns.
    """
    rejected: list[Citation] = []
    offered: list[Citation] = []
    for turn in turns:
        if turn.kind is Kind.REJECTION:
            rejected += offered
        rejected += [citation for citation in turn.citations if citation.marker in turn.misfits]
        if turn.citations:
            offered = [citation for citation in turn.citations if citation.marker not in turn.fits]
    return rejected + offered if says_no else rejected


def fitting_citations(turns: Sequence[Turn]) -> list[Citation]:
    """The citations that the dreamer marked as fitting."""
    return [citation for turn in turns for citation in turn.citations if citation.marker in turn.fits]


def question_to_answer(heard: Heard, earlier_heard: Sequence[Heard]) -> str:
    """What the dreamer asks the companion now: in this message, or before, where they say that it was not answered."""
    if heard.directed.complains and earlier_heard:
        return heard.directed.question or earlier_heard[-1].directed.question
    return heard.directed.question


def kind_of(
    message: str,
    heard: Heard,
    earlier: Sequence[Turn],
    *,
    covered: bool,
    coverage_alone: float | None = None,
    question: str = "",
    likely: Mapping[str, float] | None = None,
) -> Kind:
    """The kind of turn, by what the message does and by what went before. Safety is decided elsewhere and comes first.

    ``covered`` is what the search said of the message in its conversation: it tells a dream the library knows from one it
    does not. ``coverage_alone`` is the search's figure for the message by itself, where the two differ. ``question`` is what of
    the message asks the companion, ``likely`` how likely it is each kind of reply by what was learned (reply_kinds.py): rules
    and likelihoods are weighed together, unless the message is a plain case.
    """
    alone = (1.0 if covered else 0.0) if coverage_alone is None else coverage_alone
    likely = likely or {}
    if _was_told(of_this_dream(earlier)) and _ends_with_a_goodbye(message):
        return Kind.CLOSE
    by_rules = _by_rules(message, heard, earlier, covered, alone, question, likely.get(REJECTION, 0.0))
    how_they_are = says_how_they_are(message)
    if how_they_are and by_rules is Kind.REJECTION:
        by_rules = Kind.ANSWER
    goes_along = _goes_along(message, heard.directed)
    told = _was_told(of_this_dream(earlier))
    names_a_theme = not told and alone >= SURELY_COVERED and count_words(message) <= WORDS_OF_A_THEME
    if not likely or names_a_theme or _is_plain(message, heard.directed, of_this_dream(earlier)):
        return by_rules
    offered = any(turn.citations for turn in of_this_dream(earlier))
    dream = Kind.DREAM if covered else Kind.UNCOVERED
    answer = Kind.ANSWER if told else dream
    asks = Kind.WHY if _may_ask(message, question) else answer
    kinds = {
        ANSWER: answer,
        MORE: by_rules if by_rules in ABOUT_A_DREAM else answer,
        DREAM: dream,
        REJECTION: Kind.REJECTION if offered and not how_they_are and not goes_along else answer,
        WHY: dream if not told and tells_a_dream(heard.directed) else asks,
        WISH: Kind.WHY if question else Kind.WISH if _may_be_a_wish(heard.directed, likely) else answer,
        OUTSIDE: Kind.OUTSIDE,
        CLOSE: Kind.CLOSE,
    }
    just_offered = bool(earlier and earlier[-1].citations)
    stands = 1.0 if _a_reading_stands(of_this_dream(earlier)) else NO_TO_WHAT_IS_REFUSED
    rarer = {
        OUTSIDE: OUTSIDE_IS_RARER if told else 1.0,
        REJECTION: stands * (1.0 if just_offered else NO_WITHOUT_A_READING),
    }
    named = heard.directed.wish is not None and by_rules is Kind.WISH
    weights = {by_rules: WISH_WEIGHS if named else RULES_WEIGH if told else RULES_WEIGH_FIRST}
    for label, probability in likely.items():
        weights[kinds[label]] = weights.get(kinds[label], 0.0) + rarer.get(label, 1.0) * probability
    return max(weights, key=lambda kind: weights[kind])


def _a_reading_stands(earlier: Sequence[Turn]) -> bool:
    """Whether a reading was offered that was not refused since."""
    for turn in reversed(earlier):
        if turn.kind is Kind.REJECTION:
            return False
        if any(citation.marker not in turn.misfits for citation in turn.citations):
            return True
        if turn.citations:
            return False
    return False


def _may_ask(message: str, question: str) -> bool:
    """Whether it may be a question to us: something of it was heard as one, or it has the form of one."""
    return bool(question) or "?" in message or _ASKS_SOMETHING.search(message) is not None


def _ends_with_a_goodbye(message: str) -> bool:
    """Whether the last few words take leave, and nothing is asked: "got school byeee", "Thank you. Good night." """
    last = re.split(r"[.!?…,;\n]+\s*", message.strip(" .!?…,;\n"))[-1]
    said = _GOODBYE.search(last) is not None and not _REPORTED.search(last)
    return (
        said and "?" not in message and count_words(last) <= WORDS_OF_A_GOODBYE and count_words(message) <= LEAVE_TAKING
    )


def _may_be_a_wish(parts: Directed, likely: Mapping[str, float]) -> bool:
    """Whether a wish may be met that no rule sees: what it does cannot be taken for an answer."""
    return parts.may_wish is not None and (parts.wish is not None or likely.get(WISH, 0.0) >= SURELY_A_WISH)


def _goes_along(message: str, parts: Directed) -> bool:
    """Whether it finds the dream in its life, or tells of a loss: nobody says no like that."""
    if _FINDS_IT_IN_LIFE.search(message.replace("’", "'")):
        return not rejects(message, just_offered=True)
    return any(matter.name in _OF_LIFE and matter.likely >= SURELY_OF_LIFE for matter in parts.matters)


def _is_plain(message: str, parts: Directed, earlier: Sequence[Turn]) -> bool:
    """Whether the rules alone decide: a new ending is under way, or a set phrase says it all."""
    told = _was_told(earlier)
    if not told and (parts.announces or parts.greets or is_greeting(message) or says_nothing(message)):
        return True
    last = earlier[-1] if earlier else None
    return (
        told_anew(earlier) is not None
        or not is_english(message)
        or (asks_what_we_are(message) and count_words(message) <= FEW)
        or small_answer(message) is not None
        or says_goodbye(message)
        or wish_of(message) is not None
        or (last is not None and asks_about_our_question(message, last.question))
        or (
            last is not None
            and bool(last.citations)
            and rejects(message, just_offered=True)
            and not says_how_they_are(message)
        )
        or (told and parts.asks in _PLAINLY_ASKED)
        or parts.complains
        or parts.corrects
    )


def tells_a_dream(parts: Directed) -> bool:
    """Whether a first message tells one, whatever it asks besides."""
    told = count_words(parts.told) >= BESIDE_A_QUESTION or bool(_HAD_A_DREAM.search(parts.told))
    return told or bool(_DREAMT_LAST_NIGHT.search(parts.message))


def _was_told(earlier: Sequence[Turn]) -> bool:
    """Whether something of a dream was told."""
    return any(turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message) for turn in earlier)


def _by_rules(
    message: str,
    heard: Heard,
    earlier: Sequence[Turn],
    covered: bool,
    alone: float,
    question: str,
    refuses: float,
) -> Kind:
    """The kind of turn by rules alone; ``alone`` is the coverage of the message by itself, ``refuses`` how likely it says no to a reading."""
    said, parts = message.strip(), heard.directed
    earlier = of_this_dream(earlier)
    told = [turn.message for turn in earlier if turn.kind in ABOUT_A_DREAM and not says_nothing(turn.message)]
    another = opens_a_dream(said, parts)
    tells = count_words(parts.told)
    if asks_what_we_are(said) and count_words(said) <= FEW:
        return Kind.OUTSIDE
    if parts.wish is Wish.STOP and parts.leaves and told:
        return Kind.CLOSE
    if (
        parts.wish is not None
        and (told or count_words(said) <= FEW)
        and tells <= LONG
        and not (another and tells > FEW)
        and not (parts.wish is Wish.GO_ON and not told and tells_a_dream(parts))
    ):
        return Kind.WISH
    if not question and (says_goodbye(said) or (parts.leaves and tells <= LEAVE_TAKING and (told or tells <= FEW))):
        return Kind.CLOSE
    offered = any(turn.citations for turn in earlier)
    if told and question and parts.asks in ANSWERED_FIRST:
        return Kind.WHY
    if told and offered and not another and _says_no(said, parts, earlier, refuses):
        return Kind.REJECTION
    if _is_only_to_us(said, parts, told=bool(told), another=another):
        return Kind.OUTSIDE
    small = small_answer(said)
    if told and asks_about_our_question(said, earlier[-1].question):
        return Kind.ANSWER
    if (
        small is Small.PUZZLED
        or (small is not None and not question)
        or (parts.puzzled and told and tells <= FEW and not question)
    ):
        return Kind.ANSWER if told else Kind.OUTSIDE
    if _is_order(said, alone) or (parts.asks == "asks_outside" and tells <= FEW and not _is_of_dreams(said, alone)):
        return Kind.OUTSIDE
    if question and not another and _is_the_matter(question, parts, told, alone):
        return Kind.WHY
    if told_anew(earlier) is not None or (told and not another and not _tells_more(said, told, covered=covered)):
        return Kind.ANSWER
    return Kind.DREAM if covered else Kind.UNCOVERED


def as_understood(parts: Directed, kind: Kind, likely: Mapping[str, float], earlier: Sequence[Turn]) -> Directed:
    """The message's parts, with what follows from its kind where its words left it open: which wish, that another dream begins, or
    that our question was not understood."""
    if kind is Kind.ANSWER and earlier and asks_about_our_question(parts.message, earlier[-1].question):
        return replace(parts, puzzled=True)
    if kind is Kind.WISH and parts.wish is None:
        return replace(parts, wish=parts.may_wish)
    if kind is Kind.WHY and not parts.question:
        return replace(parts, question=asking_part(parts.message))
    if kind in (Kind.DREAM, Kind.UNCOVERED) and likely.get(DREAM, 0.0) >= ANOTHER_DREAM:
        return replace(parts, opens_a_dream=True)
    return parts


def begins_anew(parts: Directed) -> bool:
    """Whether the message wishes for another ending and tells the beginning of it in the same breath."""
    return (
        parts.wish is Wish.NEW_ENDING and count_words(parts.told) >= 2 * FEWEST_WORDS_OF_A_DREAM and not parts.question
    )


def _says_no(said: str, parts: Directed, earlier: Sequence[Turn], refuses: float) -> bool:
    if parts.corrects or not is_english(said) or _AGREES.search(said):
        return False
    if rejects(said, just_offered=bool(earlier[-1].citations)):
        return True
    if _FINDS_IT_IN_LIFE.search(said):
        return False
    if earlier[-1].citations:
        likely = (refuses >= REFUSES and _GOES_AGAINST.search(said)) or (parts.rejects and refuses >= MAY_REFUSE)
        return bool(likely) and not parts.question and count_words(said) <= LONG
    lately = any(turn.citations for turn in earlier[-RECENT:])
    return parts.rejects and lately and bool(_NAMES_A_READING.search(said))


def _is_only_to_us(said: str, parts: Directed, *, told: bool, another: bool) -> bool:
    """Whether the message greets, asks who answers here, or says that there is a dream, and tells nothing yet."""
    if is_greeting(said) or (is_about_us(said) and count_words(said) <= FEW):
        return True
    if count_words(parts.told) > (FEW if parts.announces and not told else FEW // 2):
        return False
    if count_words(parts.told) > FEW // 2 and len(_SENTENCE_ENDS.findall(said)) > 1:
        return False  # it tells something, however shortly
    coming = (announces(said) and not parts.question) or parts.announces
    return (
        parts.asks == "asks_companion"
        or (parts.asks in _ABOUT_THE_TALK and not told)
        or parts.greets
        or (coming and (not told or another))
    )


def _is_the_matter(question: str, parts: Directed, told: Sequence[str], alone: float) -> bool:
    """Whether the question is what the message is about: after a dream was told any is, before that one without a telling."""
    if told:
        return True
    if parts.asks == "asks_why" and not _is_on_topic(question, alone):
        return False
    return count_words(parts.told) < max(count_words(question), BESIDE_A_QUESTION)


def _tells_more(said: str, told: Sequence[str], *, covered: bool) -> bool:
    """Whether the message goes on telling the dream, rather than answering what was asked about it."""
    words, before = count_words(said), sum(map(count_words, told))
    return (words > LONG and covered) or (before < FEW // 2 and words >= FEW)


def _is_order(said: str, coverage_alone: float) -> bool:
    """Whether the message gives orders to a machine."""
    return bool(_ORDER.search(said)) and not _is_of_dreams(said, coverage_alone)


def _is_of_dreams(said: str, coverage_alone: float) -> bool:
    return coverage_alone >= SURELY_COVERED or bool(_MY_DREAM.search(said))


def _is_on_topic(question: str, coverage_alone: float) -> bool:
    """Whether a first question is about dreams."""
    return bool(_DREAM_WORDS.search(question)) or coverage_alone >= SURELY_COVERED
