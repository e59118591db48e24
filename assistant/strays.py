"""Whether a model's sentence strays from the talk: says what a text from outside demands, or what has nothing to do with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from assistant.grounding import figures, sentences_of
from assistant.nevers import allowed, our_own
from assistant.readable import faults_of_wording, seen, without_told
from assistant.types import Kind, Plan, Role, Sentence
from assistant.words import FUNCTION_WORDS, content_stems, is_english, words
from knowledge.forgetting import remembering

NOT_OF_THE_TALK = "it has to do with the talk"
SAID_AS_OWN = re.compile(r"^(?:my own thought|a thought of my own)\b[^:]{0,40}:\s*", re.IGNORECASE)
MOST_WORDS = 15  # of what is demanded without quotation marks: a longer one is a text of its own
KNOWN = 0.8  # share of a sentence's content that is ours, where nothing else ties it to the talk

_SAY = (
    r"(?:say|write|print|output|repeat|type|state|stating|answer|reply|respond|start|begin|prefix|end|add|include|insert|append|"
    r"display|complete|continue|tell (?:me|us|them|everyone)|sag(?:e|en)?|schreib(?:e|en)?|antworte|di|dime|escribe|responde|dis|"
    r"écris|réponds|scrivi|rispondi)"
)
_REPLY = r"(?:repl(?:y|ies)|(?:message|sentence|phrase|line|response|answer|output|word|token|code|text)s?)"
_BEFORE = (
    rf"(?:^|\b(?:{_REPLY}|yours)\s+(?=\w+ with\b)|[.!?:;,()\[\]\n–—-]\s*|"
    r"\b(?:please|now|just|then|and|only|always|must|should|will|you|bitte|by|is to|sondern|y)\s+)"
)
_BETWEEN = (
    rf"(?:\s+(?:{_REPLY}|exactly|only|just|simply|with|by|that|the|this|following|as|an|to|me|saying|your?|every|each|all|of|it|"
    r"lo|siguiente|en|alemán)\b)*\s*[:=(]?\s*"
)
_NO_WORDING = (
    r"(?:an?|the|about|on|of|in|what|how|why|who|when|where|if|whether|some\w*|any\w*|more|it|this|down|me|us|him|her|them|to|with|"
    r"by|your?|my|all|each|every|again|nothing|no|one|is|are|was|does|do|did|over|ein\w*|und|y)"
)
_QUOTED = re.compile(rf"{_BEFORE}{_SAY}s?\b{_BETWEEN}[\"“”‘'«]([^\"“”\n]+?)[\"“”’'»](?!\w)", re.IGNORECASE)
_PLAIN = re.compile(
    rf"(?:^|[.!?:;\n–—-]\s*|\b(?:please|now|and|just|sondern|y)\s+){_SAY}"
    rf"(?:\s*:|\s+that|\s+(?:the )?{_REPLY}\b|\s+lo siguiente\b[^:.]*:)?\s+(?!{_NO_WORDING}\b)([^.!?\n\"“]+)",
    re.IGNORECASE,
)

_NAME = re.compile(r"^\W*[A-Z][\w'’-]*(?=:)|(?<=[\w,;] )(?!I\b)[A-Z][\w'’-]*")
_CALENDAR = """Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September
October November December Christmas Easter"""
_OF_THE_TALK = re.compile(
    r"\b(?:you|yours?|dream\w*|nights?|sleep\w*)\b|^(?:that|this|it|there|those|these|here|all)\b", re.IGNORECASE
)
_TURNS_DOWN = re.compile(
    r"\b(?:dream\w*|nights?|sleep|outside|listen\w*|library|program)\b|\bI(?:['’]m| am| do| will| would)? (?:not|only)\b|"
    r"\bI (?:can|do|wo|would)n?['’]t\b|\bI cannot\b|\bI['’]ll leave\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\bthat\b|:")
_TO_US = re.compile(r"\byour?\b", re.IGNORECASE)
_OF_A_DREAM = re.compile(r"\b(?:i|me|my|dream\w*|nightmares?|sleep\w*)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_HALF = re.compile(r"^\W*[a-z]|\b(?:and|or|because|than|the|an)\W*$|,\W*$")
_BESIDE_THE_VERB = (
    r"(?:am|had|have|was|will|can|could|would|do|did|may|might|must|should|also|only|just|still|always|rather|really|honestly|now|be|"
    r"been|to)"
)
_OF_OURSELVES = re.compile(
    rf"\b(?:I|we)(?:['’](?:m|d|ll|ve)\b)?(?:\s+{_BESIDE_THE_VERB}\b)*\s+([a-z]\w*['’]?\w*)|"
    r"(?<!\bnot )\b(?:my|our)\s+(?:own\s+)?([a-z]\w*)",
    re.IGNORECASE,
)
_DENIED = re.compile(r"n['’]t$|^(?:not|never|cannot|no|neither|nor)$")
_MESSAGES = re.compile(r"### Dreamers say\n.*?(?=\n#|\Z)", re.DOTALL)  # in an article of ours


def faults_of_straying(unit: Sentence, plan: Plan) -> list[str]:
    """Where a model's sentence leaves the talk; empty where it stays in it."""
    told = _told(plan)
    said = SAID_AS_OWN.sub("", unit.text)
    # Whoever gives words back as a quotation tells what was said; whoever only says them obeys.
    own = without_told(said, told) if unit.role is Role.HEARD else said
    faults = []
    if _says_what_was_demanded(own, [*told, *(hit.passage.embedded_text for hit in plan.hits)]):
        faults.append("what a text demands is not said")
    if plan.kind is Kind.OUTSIDE and not _turns_down(said, plan):
        faults.append("what is outside is turned down")
    if not is_english(said):
        return faults
    if _HALF.search(unit.text):
        faults.append("a sentence is a whole one")
    if unit.role is Role.READING:
        return faults
    dreamt = _dreamt(plan)
    named = content_stems(" ".join(_NAME.findall(said)))
    if not named <= _known_stems() | content_stems("\n".join(told) if unit.role is Role.HEARD else dreamt):
        faults.append("a name was told by nobody")
    if not set(_of_ourselves(own)) <= _all_of_ourselves():
        faults.append("a reply speaks as nobody else")
    if plan.kind is not Kind.OUTSIDE and not all(_is_of_the_talk(one, dreamt) for one in sentences_of(own)):
        faults.append(NOT_OF_THE_TALK)
    return faults


def faults_of_straying_question(offered: str, plan: Plan) -> list[str]:
    """The same of a model's question, and of what it asks about."""
    told, dreamt, about = _told(plan), _dreamt(plan), what_is_asked_about(offered)
    faults = faults_of_straying(Sentence(offered, Role.QUESTION), plan)
    if figures(offered) - figures("\n".join(told)):
        faults.append("a figure carries its mark")
    if content_stems(dreamt) and not content_stems(offered) & content_stems(dreamt):
        faults.append(NOT_OF_THE_TALK)
    if about and is_english(offered) and not (is_english(about) and _is_of_the_talk(about, dreamt)):
        faults.append(NOT_OF_THE_TALK)
    return faults + (faults_of_wording(about, told) if about else [])


def what_is_asked_about(question: str) -> str:
    """What stands after "that" or a colon: "... to hear that she left"."""
    return " ".join(_ABOUT.split(question, maxsplit=1)[1:]).strip()


def _told(plan: Plan) -> list[str]:
    return [*(turn.message for turn in plan.earlier), plan.heard.directed.message or plan.heard.message]


def _dreamt(plan: Plan) -> str:
    """What the dreamer told, as far as words show it: no sentence that speaks to us, no question but of a dream."""
    parts = plan.heard.directed
    before = [turn.message for turn in plan.earlier if turn.kind is not Kind.OUTSIDE]
    sentences = (one for text in (*before, parts.told, parts.question) for one in _SENTENCE_END.split(text))
    return "\n".join(one for one in sentences if not _TO_US.search(one) and ("?" not in one or _OF_A_DREAM.search(one)))


def _says_what_was_demanded(sentence: str, texts: Sequence[str]) -> bool:
    """Whether it holds words that one of the texts tells somebody to say."""
    said = f" {' '.join(_stems(sentence))} "
    return any(f" {' '.join(stems)} " in said for text in texts for stems in _demanded(text))


def _turns_down(said: str, plan: Plan) -> bool:
    """Whether a sentence, in words that were told or are ours, goes back to the dream or says what we do not do."""
    stems = content_stems(said)
    goes_back = bool(_TURNS_DOWN.search(said) or stems & content_stems(_dreamt(plan)))
    return goes_back and stems <= _our_stems() | content_stems("\n".join(_told(plan)))


def _is_of_the_talk(sentence: str, dreamt: str) -> bool:
    """Whether it points at the dreamer or the dream, shares a word with what was told, or has hardly a word that is not ours."""
    stems = content_stems(sentence)
    if _OF_THE_TALK.search(sentence) or stems & content_stems(dreamt):
        return True
    return len(stems & _known_stems()) >= KNOWN * len(stems)


@cache
def _our_stems() -> frozenset[str]:
    """The stems of all that we say of our own accord, and those of the calendar."""
    return content_stems(" ".join([*our_own(), _CALENDAR]))


@cache
def _known_stems() -> frozenset[str]:
    """Those, and the stems of what a model may say and of our articles, without the messages in them; a reader's own are from outside."""
    articles = [one.read_text(encoding="utf-8") for one in (files("knowledge") / "articles").iterdir()]
    texts = [_MESSAGES.sub("", article) for article in articles]
    return _our_stems() | content_stems("\n".join([*texts, *allowed()]))


@cache
def _all_of_ourselves() -> frozenset[str]:
    return frozenset(one for sentence in (*our_own(), *allowed()) for one in _of_ourselves(sentence))


def _of_ourselves(sentence: str) -> list[str]:
    """What "I" does in a sentence, as its verb, and what is called "my"."""
    found = ((deed or thing).lower() for deed, thing in _OF_OURSELVES.findall(sentence))
    return [one for one in found if not _DENIED.search(one)]


@remembering(512)
def _demanded(text: str) -> tuple[tuple[str, ...], ...]:
    """The content stems, in their order, of each thing that the text tells somebody to say."""
    shown = seen(text)
    quoted = (_stems(found[1]) for found in _QUOTED.finditer(shown))
    plain = (_stems(found[1]) for found in _PLAIN.finditer(shown) if len(words(found[1])) <= MOST_WORDS)
    return tuple(dict.fromkeys([*filter(None, quoted), *(stems for stems in plain if len(stems) > 1)]))


def _stems(text: str) -> tuple[str, ...]:
    lowered = (word.lower().replace("’", "'") for word in words(seen(text)))
    return tuple(stem for word in lowered if word not in FUNCTION_WORDS for stem in content_stems(word))
