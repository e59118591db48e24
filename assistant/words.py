"""Words and stems: what two texts share, which words carry content, how many there are, whether they are English."""

from __future__ import annotations

import re

import Stemmer

from knowledge.forgetting import remembering

_stemmer = Stemmer.Stemmer("english", 0)  # 0: it keeps no words itself
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
MARK = re.compile(r"\s*\[(\d+)\]")

FUNCTION_WORDS = frozenset(
    """a about above after again against all almost along already also although always am an and another any anybody anyone
    anything are aren't around as at away back be became because become been before being below between both but by came can
    can't cannot come could couldn't did didn't do does doesn't doing don't done down during each either else enough even ever
    every everybody everyone everything few for from further get gets getting go goes going gone got had hadn't has hasn't have
    haven't having he he's her here hers herself him himself his how however i i'd i'll i'm i've if in instead into is isn't it
    it's its itself just keep kept kind know knew lately less let like look made make makes many may maybe me might mine more
    most much must my myself near need neither never next no nobody none nor not nothing now of off often on once one ones only
    onto or other others our ours ourselves out over own part perhaps put quite rather really same say said see seem seemed seems
    several shall she she's should shouldn't since so some somebody somehow someone something sometimes somewhere soon still
    such suddenly sure take than that that's the their theirs them themselves then there there's these they they're thing things
    think this those though through thus till time to together too took toward towards tried try trying under until up upon us
    used very was wasn't way we we're well went were weren't what what's when where which while who whole whom whose why will
    with within without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself
    dream dreams dreamed dreamt dreaming night last woke wake waking remember bit lot dont cant didnt wouldnt couldnt im ive
    isnt wasnt feel feels felt feeling idk dunno hmm yeah yep nope ok okay um uh""".split()
)

ENGLISH = frozenset(
    """the a an and or but so of to in on at with for from by i you he she it we they my your his her our their me him us them
    was were is are am be been had have has do did not no that this there then when what who which as if into out up down all
    would could can will just very because about like one""".split()
)
OTHER_LANGUAGES = (
    frozenset(
        """je le la les et un une des du dans mon ma mes est était avec pas que qui sur pour nous vous ich und der die das den dem ein
    eine mein meine war nicht mit auf ist wir sie zu el los las y en mi mis era con no por para que una yo il lo gli e di che
    mio mia ero con non per o os as um uma eu meu minha não com de het een ik van mijn niet was jag och att det som min inte jeg
    og ikke w nie się na i jest""".split()
    )
    - ENGLISH
)


# Of oneself, in languages whose small words are not among those above: enough to see that a short message is not English.
_OF_ONESELF = frozenset(
    """quiero estoy soy triste morir vivir odio vida sueño soñé muerte ayuda ayúdame sterben leben hilfe traum träume geträumt tot
    mourir vivre veux suis rêve rêvé aide morire vivere voglio sogno aiuto morrer viver quero sonhei ajuda dood leven wil droom hulp
    dö leva vill umrzeć żyć chcę pomoc aku saya ingin mati mimpi bermimpi ölmek istiyorum rüya yardım halál želim živjeti umrijeti
    jeena nahi chahta marna haluan kuolla""".split()
)


def may_be_another_language(text: str) -> bool:
    """Whether a text may be in another language than English: looked at more closely than by is_english, and sooner taken to be."""
    if not is_english(text):
        return True
    lowered = [word.lower() for word in words(text)]
    foreign = sum(
        word in OTHER_LANGUAGES or word in _OF_ONESELF or not word.replace("’", "'").isascii() for word in lowered
    )
    return foreign > sum(word in ENGLISH for word in lowered)


def is_english(text: str) -> bool:
    """Whether a text is English, as far as its small words show; one that shows nothing counts as English."""
    lowered = [word.lower() for word in words(text)]
    letters = [character for character in text if character.isalpha()]
    if letters and sum(character.isascii() for character in letters) * 2 < len(letters):
        return False
    return sum(word in OTHER_LANGUAGES for word in lowered) <= sum(word in ENGLISH for word in lowered)


def words(text: str) -> list[str]:
    """The words of a text, marks like [1] left out."""
    return _WORD.findall(MARK.sub("", text))


def count_words(text: str) -> int:
    """How many words a text has, marks left out."""
    return len(words(text))


def stem(word: str) -> str:
    """The stem of one word."""
    return str(_stemmer.stemWord(word.lower()))


@remembering(4096)
def content_stems(text: str) -> frozenset[str]:
    """Stems of the words that carry content."""
    lowered = (word.lower().replace("’", "'") for word in words(text))
    return frozenset(_stemmer.stemWord(word.removesuffix("'s")) for word in lowered if word not in FUNCTION_WORDS)
