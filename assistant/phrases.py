"""Recognises what people say in a few set words: greetings, thanks, wishes, yes and no, not knowing, a request."""

from __future__ import annotations

import re
from enum import StrEnum

from assistant.types import Wish
from assistant.words import content_stems, count_words

SHORT = 14  # words: a longer message that begins with thanks or no goes on to say something
_ANY = re.IGNORECASE


ANSWERS_WITH = 2  # words beyond our own question


class Small(StrEnum):
    """What an answer says that holds nothing to go on from; each has its wordings in texts.yaml."""

    NOT_KNOWING = "not_knowing"
    YES = "yes"
    NO = "no"
    WORDLESS = "wordless"
    PUZZLED = "puzzled"


_PLEASE = r"(?:please |pls |ok(?:ay)?,? |so,? |and |now |then |yes,? |no,? )*"
_ASKED_FOR = r"(?:can|could|may) (?:we|i|you) |let'?s |let us |i(?:'d| would)? (?:rather |really )?(?:want|like|love|prefer)(?: to)? |how about |(?:give|help) me (?:with |to )?"
_A_NEW_ENDING = r"(?:a |an |the |my |some )?(?:new|another|different|better|other|happier|happy) ending"
_CHANGED = r"(?:change|rewrite|re-write) (?:the |my |how )?(?:dream|ending|end|it ends)"
_WISHES: dict[Wish, re.Pattern[str]] = {
    Wish.NEW_ENDING: re.compile(
        rf"^{_PLEASE}(?:(?:{_ASKED_FOR})?(?:(?:try|find|make|imagine|have|write|see|do|think of|come up with|invent) )?{_A_NEW_ENDING}"
        rf"|(?:{_ASKED_FOR})?{_CHANGED})\b"
        rf"|\b(?:{_ASKED_FOR}|like |something .{{0,30}})(?:do |try |make |have )?(?:{_A_NEW_ENDING}|{_CHANGED})\b",
        _ANY,
    ),
    Wish.NOTE: re.compile(
        rf"^{_PLEASE}(?:(?:can|could) you )?(?:please )?(?:i(?:'d| would)? (?:want|like) )?(?:(?:give|write|make|send)(?: me)? )?(?:a |the )?(?:short )?(?:note|summary)\b"
        r"(?! (?:on|under|in|from|that said)\b)|\bsum (?:it|this|that|everything) up\b(?! to)|\bsummari[sz]e (?:it|this|that|my dream|the dream)\b"
        r"|\b(?:can|could|will|would) you (?:please )?(?:write|give|make|send)(?: me)? (?:a|the|that|my) (?:\w+ )?note\b"
        r"|\b(?:can|could|may) i (?:have|keep|take) (?:what i(?:'ve| have)? (?:said|told|written)|(?:a|the|that) (?:\w+ )?note)\b",
        _ANY,
    ),
    Wish.STOP: re.compile(
        rf"^{_PLEASE}(?:stop|quit|enough)(?: (?:here|now|it|this|please|for (?:now|today)))*[.!]*$"
        r"|\b(?:i(?:'d| would)? (?:want|like) to stop|let'?s stop|let us stop)(?: (?:here|now|it|this|please|for (?:now|today)))*[.!]*$",
        _ANY,
    ),
    Wish.SKIP: re.compile(
        rf"^{_PLEASE}(?:skip|next|pass)(?: (?:this|that|it|the|question|please|one))*[.!]*$"
        r"|\b(?:rather not|prefer not to|don'?t want to|do not want to) (?:say|answer|(?:talk about|describe|go into|think about|speak of) (?:that|it|this))\b"
        rf"|^{_PLEASE}(?:ask (?:me )?)?(?:something else|another question|a different question)(?: please)?[.!]*$",
        _ANY,
    ),
    Wish.QUIET: re.compile(
        rf"^{_PLEASE}(?:just|only) (?:hear|listen to) (?:it|me|this)(?: out)?[.! ]*$"
        rf"|\b(?:do not|don'?t) say sorry,? (?:and )?just (?:hear|listen)\b|^{_PLEASE}no (?:more )?questions(?: please| now| for now)*[.!]*$",
        _ANY,
    ),
    Wish.START_AGAIN: re.compile(
        rf"^{_PLEASE}(?:{_ASKED_FOR})?(?:start (?:again|over|anew|afresh)|begin again|(?:a )?new conversation)\b", _ANY
    ),
}

ECHOED = 0.5  # more than this share of a question's content is ours
_TAKES_UP = re.compile(
    r"^(?:\w+ )?(?:did|do|does|would|was|is|to)?\b.*\b(?:what|who|whom|which|whose|that)\b", re.IGNORECASE
)
_QUESTION_PUZZLES = re.compile(
    r"\b(?:do ?n[o']?t|did ?n[o']?t|do not|did not|ca ?n'?t|cannot) (?:\w+ )?(?:understand|get|follow) (?:the|your|that|this|what you'?re ask\w*|what you ask\w*)(?: last)? ?(?:question)?"
    r"|\b(?:know|knowing|knew|show(?:ed|s)?|say|said|did|mean) what\s*\?+$|^(?:what|which|who|where|how|when)? ?(?:did|does|do|was|is)? ?what\b.*\bwhat\b.*\?|\b(?:did|does|was|is) what\b|^what do you mean\b|\b(?:odd|strange|funny|weird|stupid|silly|dumb|random) (?:thing to ask|question)\b",
    re.IGNORECASE,
)

_COURTESY = re.compile(
    r"^(?:(?:ok(?:ay)?|k|alright|all right|well|right|yes|yeah|hi+|hello(?: there)?|hey(?: there)?|hiya|yo|"
    r"(?:many |a lot of )?thanks(?: (?:so much|very much|a lot|again|a bunch))*|thank (?:you|u)(?: (?:so|very)? ?much)?(?: again)?(?: for \w+(?: me| that| this)?)?|"
    r"thx|ty|cheers|great|cool|nice|wow|h+m+|interesting|please|pls|sorry|um+|uh|oh|ah|lol|haha+|good (?:morning|evening|afternoon)|and|but|so|then|also)"
    r"(?=[\s,.!;:?…–—-]|$)[\s,.!;:…–—-]*)+",
    _ANY,
)
_THANKS_FIRST = re.compile(
    r"^(?:(?:ok(?:ay)?|hi+|hello|hey|(?:many |a lot of )?thanks(?: (?:so much|very much|a lot|again))*|thank (?:you|u)(?: (?:so|very) much)?|thx|ty|cheers)"
    r"(?:[,.!;:–—-]+\s*|\s+(?=(?:and|but|so)\b)))+(?:(?:and|but|so)\b,?\s*)?",
    _ANY,
)
_GREETING = re.compile(
    r"^(?:hi+|hello|hey+|hiya|yo|greetings|good (?:morning|evening|afternoon|day))\b[\s,!.]*(?:there|you|again|all|everyone|companion|dream companion)?[\s,!.?]*"
    r"(?:how are you(?: (?:doing|today|doing today))?|how(?:'s| is) it going|nice to meet you|what'?s up)?[\s!.?]*$|^(?:how are you|what'?s up)[\s\w]{0,10}[?!.]*$",
    _ANY,
)
_ABOUT_US = re.compile(
    r"^(?:(?:who|what) (?:are|made|built|wrote) you|what (?:can|do) you do|what is this|who is this|how (?:does|do) (?:this|you) work|"
    r"(?:are|r) (?:you|u) (?:an? )?(?:real|human|person|robot|bot|ai|machine|program|computer|therapist|doctor|psychologist|chatgpt)\b.*|"
    r"am i (?:talking|speaking|chatting) (?:to|with) .*|do you (?:have (?:any )?(?:dreams|feelings)|dream|sleep|feel).*|what('?s| is) your name|"
    r"(?:help|what (?:now|should i do|do i do))(?: me)?)[\s?!.]*$",
    _ANY,
)
_SOMEBODY = r"(?:human|person|people|robot|bot|ai|machine|program|computer|therap\w+|doctor|psycholog\w+|psychiatrist|counsell?or|shrink|chatgpt)"
_REAL = r"(?:(?:actually|really|even|just|still|not|an?|my|our|some|one of those|real|actual|live|living|trained|licensed|proper|like) )*"
_WHAT_ARE_YOU = re.compile(
    r"^(?:(?:wait|so|but|and|hey|hold on|sorry|honestly|seriously|also|then|ok(?:ay)?)[\s,.!…]+)*(?:"
    rf"(?:are|r) (?:you|u) {_REAL}(?:real|alive|{_SOMEBODY})\b.*|"
    rf"(?:you|u|you are|you'?re|ur) {_REAL}{_SOMEBODY}\b[\s,]*(?:now|then|are you|r u|right|or what|correct)?|"
    rf"am i {_REAL}(?:talking|speaking|chatting|writing|typing) (?:to|with) {_REAL}{_SOMEBODY}\b.*|"
    rf"(?:(?:can|could|will|would) (?:you|u) |please )*(?:be|act as|become|replace|act like) {_REAL}{_SOMEBODY}\b.*|"
    rf"(?:is|isn'?t) (?:this|it|that) (?:with |run by )?{_REAL}{_SOMEBODY}\b.*|"
    rf"is (?:there )?{_REAL}(?:someone|somebody|anyone|anybody|{_SOMEBODY}) {_REAL}(?:there )?(?:reading|typing|writing|answering|behind|on the other)\b.*|"
    rf"(?:do (?:you|u)|does (?:this|it)) count as {_REAL}{_SOMEBODY}\b.*|"
    rf"(?:can|could|may) i (?:please )?(?:talk|speak|chat|write) (?:to|with) {_REAL}{_SOMEBODY}\b.*"
    r")[\s?!.]*$",
    _ANY,
)
_CLOSE = re.compile(
    r"^(?:(?:ok(?:ay)?|alright|well|right|great|no|yes|cool|perfect|lovely|nothing|that'?s it)[,.! ]+)*"
    r"(?:(?:many |a lot of )?thanks|thank (?:you|u)|thx|ty|cheers|bye|goodbye|good ?night|see (?:you|ya)|talk (?:to you )?(?:later|soon|tomorrow)|"
    r"that(?:'s| is| was) (?:all|enough|it|plenty)|i(?:'m| am) (?:done|finished)|that (?:really )?helped|i(?:'ve| have)? (?:got to|have to|must) go(?! back| through)|gotta go)\b",
    _ANY,
)
_LAST_WORD = re.compile(r"(?:^|[\s,.!])(?:thanks|thank you|thx|bye|goodbye|good ?night)[\s.!]*$", _ANY)
_TOLD = re.compile(
    r"(?<!that )(?<!this )(?<!it )\b(?:was|were|said|she|he|they)\b", _ANY
)  # leave-taking that is told, not taken
_CLOSING_WORDS = content_stems(
    """thanks thank thx ty cheers bye goodbye good night goodnight see ya later tomorrow soon helped helps helpful help useful
    think thoughts better much great nice lovely day evening morning time talk talking listen listening enough done today interesting
    kind kindly appreciate appreciated finished sleep bed work leave go wonderful sweet food gotta plenty perfect conversation chat
    sense clear clearer calmer really lots bunch friend patience companion try"""
)
_REMEMBERED = r"(?:that(?:'s| is| was)|this is) (?:all|it|everything)(?: (?:that )?(?:i|we) (?:can |could |still |really )?(?:remember|recall|know|have|got|say|see))"
_NOT_KNOWING = re.compile(
    rf"^(?:idk|i ?d(?:on'?t|unno|o not) ?(?:really |exactly |honestly )?(?:know|remember|recall)?|i have no (?:idea|clue)|dunno|no (?:idea|clue|memory)|not sure|(?:i'?m )?(?:not sure|unsure)|"
    rf"(?:i )?can(?:'?t|not) (?:say|remember|tell|recall|think of (?:anything|anyone))|i forgot|maybe|perhaps|possibly|nothing(?: (?:comes to mind|really|in particular|special|else|more))?|none|hard to (?:say|tell)|who knows|"
    rf"beats me|{_REMEMBERED})(?:[, ]+(?:really|sorry|tbh|honestly|any ?more|yet|exactly|either|it|that|much|anything|at all|right now|i guess|why|how|what|who|where|when|for sure))*[\s.!?…]*$",
    _ANY,
)
_YES = re.compile(
    r"^(?:(?:yes|yeah|yep|yup|ya|sure|exactly|right|true|correct|indeed|absolutely|definitely|totally|of course|probably|ok(?:ay)?|k|mhm+|uh-?huh|"
    r"i (?:think|guess|suppose|believe) so|i agree|(?:that|it|this)(?:'s| is) (?:right|true|it|so true|correct|exactly it)|(?:that|it|this) (?:fits|does|helps|rings true|makes sense|could be)|"
    r"could be|good (?:point|question)|got it|i see|fair enough|agreed|very much(?: so)?|haha+|lol|so|very|much|well|really|cool|nice|great|interesting|wow|good|fine|spot on|please)[\s,.!…]*)+$",
    _ANY,
)
_NO = re.compile(
    r"^(?:(?:no+|nope|nah|na|not really|not at all|never|neither|i do(?:n'?t| not) think so|no one|nobody|nowhere|so|really|sorry|well)[\s,.!…]*)+$",
    _ANY,
)
_PUZZLED = re.compile(
    r"^(?:what|huh|sorry|pardon|what do you mean(?: by (?:that|this|it))?|how do you mean|i do(?:n'?t| not) (?:get|understand|follow)(?: (?:it|that|you|the question|what you mean|your question))?|"
    r"what (?:are you (?:asking|talking about|saying)|was the question|was that)|that makes no sense)[\s?!.]*$",
    _ANY,
)
_READING = r"(?:that|it|this|these|both|(?:the|your|this|that) (?:first |second |last )?(?:one|reading|interpretation|idea|passage))"
_FITS = r"(?:fit|apply|match|ring true|feel right|help|resonate|sound (?:right|like me)|speak to me|work for me)"
_FOR_ME = r"(?: (?:me|to me|for me|at all|either|really|with me|here|my (?:case|situation|life)))*"
_END = r"[\s.,!]*(?:$|[.,;!]|(?=\b(?:and|but|because|though|i|it)\b))"
_REJECTING = re.compile(
    rf"\b{_READING} (?:really |just |still |also )?(?:do|does|did)(?:n'?t| not) (?:really |quite |even )?{_FITS}{_FOR_ME}{_END}"
    rf"|\b(?:neither|none)(?: of (?:that|it|them|those|this))? (?:really )?(?:fits|applies|matches|rings true|helps|resonates){_FOR_ME}{_END}"
    r"|\bdoes(?:n'?t| not) (?:really |quite )?(?:apply|ring true|resonate|fit me|fit at all|fit either)\b"
    r"|\b(?:that'?s|that is|it'?s|it is|this is|you'?re|you are) (?:just |simply |completely |totally |so )?"
    r"(?:not (?:it|true|right|me|quite (?:it|right)|how i (?:see|feel))|wrong|nonsense|rubbish|bullshit|a stretch|far-?fetched)\b"
    r"|\b(?:that'?s|you'?re|you are) (?:way |completely )?off(?:\.|!|$)"
    r"|\bi (?:really )?(?:do(?:n'?t| not) (?:agree|see (?:it|that|myself)(?: (?:that way|like that|in (?:that|it)))?|believe (?:that|it|so)|buy (?:that|it)|relate)|disagree)\b"
    r"|\b(?:has|have|had) nothing to do with (?:me|it|this|that|my (?:life|dream))\b",
    _ANY,
)
_HOW_THEY_ARE = re.compile(
    r"^(?:(?:oh|ha(?:ha)*|lol|well|nah|no|nope|idk|yes|yeah|me|fine|ok)\W+)*(?:i am|i'm|im|i feel|i manage)\b(?: \w+){0,2}? "
    r"(?:fine|ok|okay|all right|alright|good|great|well|grand|better|upset|calm|tired|knackered|shaking|shaken|sad|weepy|perfectly)\b(?! (?:with|at|about|in|on|for|to|of|when|than|friends|person|mother|father)\b)",
    re.IGNORECASE,
)
_BARE_NO = re.compile(
    r"^(?:no+(?! (?:one|body|matter|idea|clue|other|longer|more|doubt|wonder|way|\w+ed\b))|nope|nah|not really|h+m+,? no|i do(?:n'?t| not) think so|not (?:it|at all|quite|true|for me|me|exactly)|wrong|false)\b[\s,.!:;–—-]*",
    _ANY,
)
_RATHER = re.compile(
    r"^(?:it'?s|it is|it was|i think it'?s|that'?s|to me it'?s|for me it'?s)? ?(?:more|rather|really|actually)\b.*\b(?:like|about|to do with|because)\b",
    _ANY,
)
_DENIES = re.compile(r"\b(?:not|never|no|nothing|nobody)\b|n['’]t\b", _ANY)
_ANNOUNCES = re.compile(
    r"\b(?:dreams?|dreamed|dreamt|nightmares?|tell|talk|ask|question|begin|start|listen|ready)\b", _ANY
)
_ANNOUNCING_WORDS = content_stems(
    """had have dream nightmare weird strange bad scary crazy odd awful terrible funny interesting vivid recurring beautiful long tell
    telling talk talking want help understand mean interpret interpretation need explain discuss share recent recently morning
    yesterday today tonight week ago question ask start begin ready listen analyse analyze new another different second hi hello please
    curious wonder something write describe chat creepy intense disturbing freaky wild horrible nice good again other"""
)


def plain(message: str) -> str:
    """The message without space around it, and with one kind of apostrophe."""
    return message.strip().replace("’", "'")


def main_matter(message: str) -> str:
    """What a message goes on to say after thanks, greetings and the like."""
    return _COURTESY.sub("", plain(message), count=1).strip()


def without_thanks(message: str) -> str:
    """The message without the hello or the thanks that it begins with; the whole where it is nothing else."""
    return _THANKS_FIRST.sub("", message.strip(), count=1).strip() or message


def corrects(message: str) -> bool:
    """Whether the message begins by saying no to what was heard: "no, it was my father"."""
    return _BARE_NO.match(plain(message)) is not None


def wish_of(message: str) -> Wish | None:
    """What the message asks the companion to do, if that is what it does."""
    if count_words(message) > 2 * SHORT:
        return None
    said = plain(message)
    matter = main_matter(message) or said
    return next((wish for wish, pattern in _WISHES.items() if pattern.search(said) or pattern.search(matter)), None)


def is_greeting(message: str) -> bool:
    """Whether the message only says hello."""
    return bool(_GREETING.match(plain(message)))


def is_about_us(message: str) -> bool:
    """Whether the message asks who or what answers here, or only for help."""
    return asks_what_we_are(message) or any(
        _ABOUT_US.match(text) for text in (plain(message), main_matter(message)) if text
    )


def asks_what_we_are(message: str) -> bool:
    """Whether the message asks for, or asks whether we are, a person or a therapist, and says nothing else."""
    return any(_WHAT_ARE_YOU.match(text) for text in (plain(message), main_matter(message)) if text)


def says_goodbye(message: str) -> bool:
    """Whether the message thanks or takes its leave, and says nothing else."""
    said = plain(message)
    if (
        "?" in said
        or not (_CLOSE.match(said) or _LAST_WORD.search(said))
        or re.match(_REMEMBERED, said, _ANY)
        or _TOLD.search(said)
    ):
        return False
    return content_stems(said) <= _CLOSING_WORDS


def announces(message: str) -> bool:
    """Whether the message says that there is a dream, and nothing of the dream: "I had a weird dream last night"."""
    matter = main_matter(message)
    return (
        count_words(matter) <= SHORT and bool(_ANNOUNCES.search(matter)) and content_stems(matter) <= _ANNOUNCING_WORDS
    )


def is_only_talk(message: str) -> bool:
    """Whether the message has no word of its own to give back: "tell me more", "what do you think it means"."""
    return content_stems(main_matter(message)) <= _ANNOUNCING_WORDS


def asks_about_our_question(message: str, question: str) -> bool:
    """Whether it asks our own question back ("where did what show itself?"), or says that it was not to be understood."""
    if count_words(message) > SHORT:
        return False  # who goes on to answer has understood
    if _QUESTION_PUZZLES.search(message):
        return True
    asked = next((part for part in re.split(r"(?<=[.!?])\s+", message.strip()) if part.endswith("?")), "")
    stems, ours = content_stems(asked), content_stems(question)
    return bool(asked and _TAKES_UP.search(asked) and stems and len(stems & ours) > ECHOED * len(stems))


def only_echoes(asked: str, message: str, question: str) -> bool:
    """Whether what a message seems to ask is our own ``question`` said over, before it is answered: "Whose opinion would I trust? Ann's"."""
    stems = content_stems(asked)
    answers = count_words(message) > count_words(asked) + ANSWERS_WITH
    return bool(stems) and answers and stems <= content_stems(question)


def small_answer(message: str) -> Small | None:
    """What an answer says that holds nothing to go on from: "idk", "yes exactly", "no", a smiley; None for any other."""
    said = plain(message)
    if re.fullmatch(r"[?\s!]*\?[?\s!]*", said):
        return Small.PUZZLED
    if not re.search(r"[^\W_]", said) or re.fullmatch(r"(?:h+m+|u[hm]+|e+r+|a+h+)[\s.…!?]*", said, _ANY):
        return Small.WORDLESS
    patterns = {Small.NOT_KNOWING: _NOT_KNOWING, Small.PUZZLED: _PUZZLED, Small.YES: _YES, Small.NO: _NO}
    for small, pattern in patterns.items():
        if pattern.match(said) or (pattern.match(main_matter(said)) and main_matter(said)):
            return small
    return None


def says_nothing(message: str) -> bool:
    """Whether an answer holds nothing to go on from."""
    return small_answer(message) is not None


def rejects(message: str, *, just_offered: bool) -> bool:
    """Whether the message says no to a reading. A bare no does so only where the last reply offered one.

    "No, it was my mother" corrects what was heard and "no one helped me" tells something: neither is such a no.
    """
    said = plain(message)
    if count_words(said) > 3 * SHORT:
        return False
    if _REJECTING.search(said):
        return True
    bare = _BARE_NO.match(said)
    if bare is None or not just_offered:
        return False
    rest = said[bare.end() :]
    return count_words(rest) == 0 or bool(_RATHER.match(rest) or _DENIES.search(rest)) or small_answer(rest) is not None


def says_how_they_are(message: str) -> bool:
    """Whether it begins by saying how the person is now, and says no to nothing else: "nah I'm alright, bit sweaty"."""
    said = plain(message)
    return bool(_HOW_THEY_ARE.match(said)) and not _REJECTING.search(said)


def beyond_no(message: str) -> str:
    """What a no goes on to say of the dreamer's own view: "it's more about my job" of "no, it's more about my job"."""
    said = plain(message)
    bare = _BARE_NO.match(said)
    borders = re.split(r"(?<=[.!;,])\s+", said[bare.end() :] if bare else said)
    parts = borders if bare else borders[1:]
    rest = " ".join(part for part in parts if not _REJECTING.search(part) and not _BARE_NO.match(part)).strip()
    return rest if len(content_stems(rest)) >= 1 and count_words(rest) >= 3 and small_answer(rest) is None else ""
