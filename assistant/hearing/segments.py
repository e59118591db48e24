"""Cuts a parsed sentence into stretches that can each be told on its own: one finite clause with what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.hearing.grammar import Sentence, Word
from assistant.hearing.lexicon import CLAUSE_TAKING_VERBS, INTRANSITIVE_VERBS, SAYING_VERBS, STATIVE_VERBS

FEWEST_WORDS = 2
MOST_WORDS = 22

CONNECTIVES = frozenset({"and", "but", "so", "then", "or", "yet", "plus", "&"})
_LEADING = CONNECTIVES | {
    "also", "anyway", "anyways", "well", "ok", "okay", "oh", "um", "uh", "yeah", "next", "now", "later", "afterwards", "like",
    "because", "cause", "since", "though", "although", "still", "again", "besides", "however", "therefore", "nope", "yes", "no",
    "just", "apparently", "meanwhile", "instead", "otherwise", "firstly", "secondly", "lastly", "anyhow", "furthermore", "maybe", "perhaps",
}  # fmt: skip
_DROPPED_WHEN_LEADING = _LEADING - {"still", "again", "later", "maybe", "perhaps", "meanwhile", "apparently", "instead"}
_SUBORDINATING = frozenset(
    {"if", "when", "while", "as", "until", "till", "before", "after", "unless", "whether", "that", "which", "who", "where",
     "why", "how", "what", "whose", "whom", "whenever", "wherever", "once", "than", "although", "though", "because", "since",
     "whatever", "however", "cause", "like", "cuz"}
)  # fmt: skip
_NOMINATIVES = frozenset({"i", "he", "she", "we", "they"})
_TELLING_VERBS = frozenset({"say", "tell", "remark", "mention", "explain", "reply", "ask", "add", "answer", "announce", "inform"})
_THINKING_VERBS = frozenset({"think", "guess", "believe", "suppose", "know", "imagine", "figure", "swear", "remember", "hope"})
_POINTS_IN_TIME = frozenset({"time", "moment", "minute", "second", "instant", "day", "night"})
_TIMES = frozenset(
    """morning evening afternoon week month year summer winter spring autumn fall today tonight yesterday tomorrow way sudden hour
    weekend monday tuesday wednesday thursday friday saturday sunday""".split()
)
_CONDITIONS = frozenset({"if", "unless", "until", "whether", "till"})
_NEGATING = frozenset({"not", "n't", "no", "never", "nobody", "nothing", "none", "neither", "nor", "without", "hardly", "only",
                       "every", "all", "any", "each", "barely", "few"})  # fmt: skip
_DANGLING_TAGS = frozenset({"DT", "PRP$", "TO", "CC", "WDT", "WP", "WP$", "PDT", "POS", "WRB"})
_NOTES_ON_NOTES = frozenset({"try", "think", "remember", "wonder", "feel", "have", "hope", "look", "ask", "post", "thank"})
_MODALS = frozenset({"would", "could", "might", "should", "'d", "may", "will", "'ll", "wo"})
_RUN_ON_ROLES = frozenset({"ccomp", "advcl", "relcl", "parataxis", "acl", "dep", "pcomp", "xcomp"})


@dataclass(slots=True)
class Segment:
    """A stretch of words with one finite verb at its heart, cut at clause borders."""

    words: list[Word]
    head: Word
    subject: Word | None
    block: int
    joined_by: str = ""  # the word that tied it to what came before: and, but, so, then
    given_subject: list[Word] = field(default_factory=list)  # words of a subject it shares with the clause before
    supplied: str = ""  # a subject that the telegraphic writer left out, as it is told back: "you", "you were"
    shaky: bool = False

    @property
    def lowers(self) -> list[str]:
        """Its words in lower case."""
        return [word.lower for word in self.words]


def segments(sentence: Sentence, mine: bool) -> list[Segment]:
    """The sentence's stretches in order. ``mine``: where it opens without a subject, "I" is what was left out."""
    _mend(sentence)
    _join_with_me(sentence)
    _join_me_with(sentence)
    heads = [word for word in sentence.words if word.is_verb and word.finite() and _stands_alone(word)]
    borders = _borders(heads)
    for number in reversed(range(len(heads) - 1)):
        if _is_subordinate(heads[number]):
            borders[number + 1] = borders[number]
            del heads[number], borders[number]
    found = []
    for number, head in enumerate(heads):
        start = borders[number]
        end = borders[number + 1] if number + 1 < len(heads) else len(sentence.words)
        words = sentence.words[0 if number == 0 else start : end]
        segment = Segment(words, head, head.subject(), sentence.block)
        if not start <= head.index < end:
            segment.shaky = True
        found.extend(_parts(segment))
    if not heads and mine:
        found.extend(_note(sentence))
    return [tidy for segment in found if (tidy := _tidied(segment, mine)) is not None]


def _mend_after_and(verb: Word) -> None:
    """Gives "with my brother and the ice cracked" back its second clause, where the ice was taken for company."""
    noun = verb.before
    if noun is None or noun.role != "conj" or not noun.is_noun or not noun.head.is_noun or noun.head in verb.subtree():
        return
    joint = next((child for child in noun.head.children if child.role == "cc" and child.index < noun.index), None)
    if joint is None or joint.lower not in {"and", "but"} or joint.index != noun.left_edge() - 1 or verb.role not in _RUN_ON_ROLES:
        return
    _hang(noun, verb, "nsubj")
    verb.role = "parataxis"


def _join_me_with(sentence: Sentence) -> None:
    """Gives "and me and my sisters were looking" its whole subject where the parser took "me" for the end of what came before."""
    for word in sentence.words:
        noun = word.subject() if word.is_verb and word.finite() else None
        joint = sentence.words[noun.left_edge()].before if noun is not None and noun.is_noun else None
        me = joint.before if joint is not None and joint.lower == "and" else None
        if noun is None or joint is None or me is None or me.lower != "me" or me.is_root or me in word.subtree():
            continue
        before = me.before
        if before is not None and before.tag == "CC":
            _hang(me, word, noun.role)
            _hang(noun, me, "conj")
            _hang(joint, me, "cc")


def _join_with_me(sentence: Sentence) -> None:
    """Gives "my friend and I ran" its whole subject where the parser took the friend for the end of what came before."""
    for word in sentence.words:
        joint = word.before
        noun = joint.before if joint is not None else None
        if word.lower != "i" or word.role not in {"nsubj", "nsubjpass"} or joint is None or joint.lower != "and" or noun is None:
            continue
        if not noun.is_noun or noun.is_root or noun in word.head.subtree():
            continue
        left = sentence.words[noun.left_edge()].before
        if left is not None and left.tag != "CC" and left.lower != "," and not any(c.lower == "were" for c in (word.head, *word.head.children)):
            continue
        _hang(noun, word.head, word.role)
        _hang(word, noun, "conj")
        _hang(joint, noun, "cc")


def _hang(word: Word, head: Word, role: str) -> None:
    word.head.children.remove(word)
    word.head, word.role = head, role
    head.children.append(word)


def _is_subordinate(verb: Word) -> bool:
    """Whether "although", "when" or "if" opens this clause, so that it tells nothing without the one after it."""
    subject = verb.subject()
    if subject is not None and verb.role in {"relcl", "acl"} and verb.head.lower in _POINTS_IN_TIME and verb.head.role == "npadvmod":
        return True
    if verb.role == "advcl" and any(child.role == "npadvmod" and child.lower in _POINTS_IN_TIME for child in verb.children):
        return True
    return any(
        child.lower in _SUBORDINATING and child.role in {"mark", "advmod"} and subject is not None and child.index < subject.index
        for child in verb.children
    )


def _mend(sentence: Sentence) -> None:
    """Gives a verb that runs on without a subject the noun right before it: "nothing came out | my mum just watched"."""
    for verb in sentence.words:
        if verb.tag not in {"VBD", "VBZ", "VBP"} or verb.subject() is not None:
            continue
        _mend_after_and(verb)
        if verb.role not in {"parataxis", "ROOT", "ccomp"} or verb.subject() is not None:
            continue
        before = [word for word in sentence.words[: verb.index] if word.tag != "RB" or word.head is not verb]
        noun = before[-1] if before else None
        if noun is None or not noun.is_noun or noun.is_root or not noun.head.is_verb or noun.role not in {"dobj", "npadvmod"}:
            continue
        intransitive = noun.role == "npadvmod" or noun.head.lemma in INTRANSITIVE_VERBS or noun.head.child("prt") is not None
        if not intransitive or noun.head is verb:
            continue
        _hang(noun, verb, "nsubj")


def _note(sentence: Sentence) -> list[Segment]:
    """A note without its "I was": "falling again", "being chased by wolves"."""
    root = sentence.root
    opening = [word for word in sentence.words if word.index <= root.index and word.tag not in {"RB", "CC"}]
    carried = root.tag == "VBG" or (root.tag == "VBN" and any(child.lower == "being" for child in root.children))
    if not carried or root.subject() is not None or root.lemma in _NOTES_ON_NOTES:
        return []
    if any(word.tag not in {"VBG", "VBN"} for word in opening) or len(opening) > 2:
        return []
    return [Segment(list(sentence.words), root, None, sentence.block, supplied="you were")]


def _borders(heads: list[Word]) -> list[int]:
    own = {id(head) for head in heads}
    borders = []
    for head in heads:
        stack, left = [head], head.index
        while stack:
            word = stack.pop()
            left = min(left, word.index)
            stack.extend(child for child in word.children if id(child) not in own)
        borders.append(left)
    for number in range(1, len(borders)):
        borders[number] = max(borders[number], borders[number - 1])
    return borders


def _stands_alone(verb: Word) -> bool:
    """Whether this finite verb heads a clause that is not part of what another clause says."""
    if verb.is_root:
        return True
    if verb.subject() is None:
        return False
    if verb.role == "conj":
        first = verb.head
        if _is_elliptic(verb):
            return False
        if first.is_noun and first.is_root:
            return True
        return first.is_verb and _stands_alone(first) and not _hangs_on_what_is_said(verb, first)
    if verb.role not in _RUN_ON_ROLES or not _root_stands_above(verb):
        return False
    if _begins_anew(verb):
        return True
    opening = min(verb.subtree(), key=lambda word: word.index)
    marked = any(child.role == "mark" or child.lower in _SUBORDINATING for child in verb.children if child.index < verb.index)
    if opening.lower in {"so", "but", "and", "then", "yet"} and verb.role != "ccomp":
        return not marked
    if marked or opening.lower in _SUBORDINATING:
        return False
    if verb.role == "parataxis":
        return verb.head.lemma not in SAYING_VERBS or verb.index < verb.head.index
    if verb.role == "ccomp" and verb.index < verb.head.index:
        above = verb.head
        said_after = above.lemma in SAYING_VERBS | _THINKING_VERBS and above.child("dobj", "prep", "acomp", "attr") is None
        return above.subject() is not None and not said_after
    if verb.role in {"ccomp", "xcomp", "dep", "advcl", "pcomp"}:
        return _runs_on_after(verb)
    return verb.role in {"relcl", "acl"} and _has_no_gap(verb)


def _begins_anew(verb: Word) -> bool:
    """Whether "I", "he", "we" stands right after a word that cannot lead into a clause: "I came out | I screamed"."""
    subject = verb.subject()
    last = subject.before if subject is not None and subject.lower in _NOMINATIVES else None
    if last is None or verb.tag not in {"VBD", "VBZ", "VBP"} and not verb.finite():
        return False
    if last.tag.startswith("JJ"):
        so = any(child.lower in {"so", "such", "too", "as", "that", "more"} for child in last.children)
        return verb.tag == "VBD" and verb.lemma not in {"be", "have", "do"} and not so and last.role in {"acomp", "oprd"}
    if last.tag == "RP":
        return True
    return last.tag in {"VBD", "VBN", "VBG"} and last.lemma in INTRANSITIVE_VERBS and last.lemma not in CLAUSE_TAKING_VERBS


def _is_elliptic(verb: Word) -> bool:
    """Whether "but I couldn't" only says that what was just told did not, or did, succeed."""
    left = [word for word in verb.subtree() if word.role not in {"punct", "cc", "neg", "advmod"}]
    return (verb.tag == "MD" or verb.lemma in {"do", "have", "be", "can", "could"}) and len(left) <= 2


def _root_stands_above(verb: Word) -> bool:
    """Whether the word it hangs on is in a main clause, so that splitting it off breaks no other sentence."""
    above = verb.head
    while not above.is_root:
        if above.role in {"ccomp", "advcl", "pcomp", "csubj"} and above.is_verb and not _stands_alone(above):
            return False
        above = above.head
    return True


def _hangs_on_what_is_said(verb: Word, first: Word) -> bool:
    """Whether "and ..." may still be part of what somebody said, thought or supposed before it."""
    said = any(child.role == "ccomp" and child.index > first.index for child in first.children)
    supposed = any(word.lower in _CONDITIONS and word.role == "mark" for word in first.subtree() if word.index < verb.index)
    modal = any(child.role == "aux" and child.lower in _MODALS for child in verb.children)
    could_not = modal and any(child.role == "neg" for child in verb.children)
    if modal and not could_not and (supposed or said or any(c.lower in _MODALS for c in first.children if c.role == "aux")):
        return True
    same_tense = verb.tag == first.tag or not modal
    tied = any(word.lower in {"and", "or", "that"} for word in first.children if first.index < word.index < verb.index)
    reports = first.lemma in SAYING_VERBS
    still = verb.lemma in STATIVE_VERBS or modal
    return said and reports and tied and same_tense and still and not _comma_before(verb)


def _comma_before(verb: Word) -> bool:
    left = verb.left_edge()
    return any(word.lower == "," and left - 3 <= word.index < left for word in verb.head.children)


def _runs_on_after(verb: Word) -> bool:
    above = verb.head
    if above.tag.startswith("JJ") or above.tag == "VBN":
        return verb.tag == "VBD" and verb.lemma not in {"be", "have", "do"} and verb.subject() is not None
    if above.lemma in CLAUSE_TAKING_VERBS or not above.is_verb:
        return False
    return verb.tag in {"VBD", "VBZ", "VBP"} or verb.finite()


def _has_no_gap(verb: Word) -> bool:
    """Whether a clause that hangs on a noun without "who" or "that" is whole by itself, so that it only runs on."""
    subject = verb.subject()
    if subject is None or subject.index > verb.index or subject.lower in {"who", "that", "which"}:
        return False
    if any(word.tag == "IN" and not word.children for word in verb.subtree()):
        return False
    told = verb.child("dobj", "acomp", "attr")
    whole = told is not None and not any(child.role == "prep" for child in told.children)
    return whole or verb.lemma in INTRANSITIVE_VERBS or (verb.child("xcomp") is not None and verb.lemma in {"try", "start"})


def _parts(segment: Segment) -> list[Segment]:
    """A long stretch parted where a second verb shares its subject: "I ran home | and (I) locked the door"."""
    if len(_counted(segment.words)) <= MOST_WORDS or segment.subject is None:
        return [segment]
    last = segment.words[-1].index
    subject = sorted(segment.subject.subtree(), key=lambda word: word.index)
    if len(subject) > 4 or not _can_be_repeated(segment.subject):
        return [segment]
    parts, start = [], 0
    for verb in _conjoined(segment.head):
        left = verb.left_edge() - segment.words[0].index
        if verb.index > last or verb.subject() is not None or not verb.finite() or left <= start:
            continue
        if not _takes_up_subject(verb, segment, left):
            continue
        parts.append(segment.words[start:left])
        start = left
    parts.append(segment.words[start:])
    pieces = []
    for number, words in enumerate(parts):
        head = next((verb for verb in [segment.head, *_conjoined(segment.head)] if verb in words), segment.head)
        piece = Segment(words, head, segment.subject, segment.block, given_subject=[] if number == 0 else subject)
        disagrees = number > 0 and head.tag == "VBZ" and segment.subject.lower in {"i", "we", "they"}
        piece.shaky = segment.shaky or disagrees
        pieces.append(piece)
    return pieces


def _takes_up_subject(verb: Word, segment: Segment, left: int) -> bool:
    """Whether "and locked the door" goes on with the stretch's own subject: right after "and", nobody else in between."""
    words = segment.words
    if words[left - 1].tag != "CC" and words[left].tag != "CC":
        return False
    opening = next((word for word in words[left:] if word.tag not in {"CC", "RB"} and word.role != "punct"), verb)
    if opening is not verb and not (opening.head is verb and opening.role in {"aux", "auxpass", "neg"}):
        return False
    between = [word for word in words if segment.head.index < word.index < verb.index]
    return not any(word.role in {"nsubj", "nsubjpass"} and word.tag not in {"WP", "WDT"} for word in between)


def _can_be_repeated(subject: Word) -> bool:
    """Whether a subject said twice still means the same: "I", "my mother", not "someone" or "a man"."""
    determiner = subject.child("det", "poss")
    definite = determiner is not None and (determiner.lower == "the" or determiner.role == "poss")
    return subject.lower in {"i", "he", "she", "they", "we"} or definite or subject.tag == "NNP"


def _conjoined(verb: Word) -> list[Word]:
    found = []
    following = [child for child in verb.children if child.role == "conj" and child.is_verb]
    while following:
        word = following.pop(0)
        found.append(word)
        following.extend(child for child in word.children if child.role == "conj" and child.is_verb)
    return sorted(found, key=lambda word: word.index)


def _counted(words: list[Word]) -> list[Word]:
    return [word for word in words if word.text[0].isalnum() or (len(word.text) > 1 and not word.text.startswith("'"))]


def _tidied(segment: Segment, mine: bool) -> Segment | None:
    """Without the joints at both ends, cut to length; none where nothing is left to tell."""
    joints = []
    words = segment.words
    while words and (words[0].role == "punct" or words[0].lower in _DROPPED_WHEN_LEADING and _is_joint(words)):
        joints.append(words[0].lower)
        words = words[1:]
    words = _without_fragment(_without_end(words), segment)
    if len(_counted(words)) > MOST_WORDS:
        words = _shortened(words)
    segment.words = words
    if segment.head not in words or (segment.subject is not None and not segment.given_subject and segment.subject not in words):
        return None
    if mine and segment.subject is None and not segment.supplied and _opens_with_verb(segment):
        segment.supplied = "you"
    segment.joined_by = next((word for word in joints if word in CONNECTIVES), "")
    segment.shaky = segment.shaky or _is_shaky(segment) or "or" in joints or "like" in joints
    return segment


def _opens_with_verb(segment: Segment) -> bool:
    """Whether a stretch begins as a diary does: "Couldn't find my shoes", "was running from a dog"."""
    first = next((word for word in segment.words if word.tag != "RB"), segment.words[0])
    past = first.tag == "VBD" or (first.tag == "MD" and any(word.lower in {"n't", "not"} for word in segment.words[:3]))
    return past and (first is segment.head or first.head is segment.head) and segment.words[0].index == 0


def _is_joint(words: list[Word]) -> bool:
    first = words[0]
    if first.lower == "just":
        return len(words) > 1 and words[1].lower in _NOMINATIVES | {"my", "the", "there"}
    if first.lower == "so" and len(words) > 1 and words[1].lower in {"many", "much", "few", "far", "long"}:
        return False
    if first.lower == "no":
        return len(words) > 1 and words[1].lower == ","
    return first.role in {"cc", "advmod", "intj", "punct", "dep", "mark", "prep", "discourse", "ROOT", "parataxis", "preconj"}


def _without_fragment(words: list[Word], segment: Segment) -> list[Word]:
    """Without what stands before "and" and has no verb: "in my bed, in my shoes, and (my family laughed)"."""
    if segment.subject is None or segment.given_subject or segment.subject not in words:
        return words
    left = segment.subject.left_edge()
    if _stands_before_without_tie(segment.subject, words):
        return words[words.index(segment.subject) :]
    joint = next((place for place, word in enumerate(words) if word.index == left - 1 and word.tag == "CC"), 0)
    if joint and not any(word.is_verb for word in words[:joint]):
        return words[joint + 1 :]
    return words


def _stands_before_without_tie(subject: Word, words: list[Word]) -> bool:
    """Whether a title runs into "I": "My First Deer (I have killed my first deer)"."""
    last = subject.before
    if last is None or subject.lower not in _NOMINATIVES or last not in words or not last.is_noun or len(words) < 3:
        return False
    title = words[: words.index(subject)]
    capital = all(word.text[0].isupper() or word.lower in {"of", "the", "from", "with", "a", "in", "and", "to", "'s"} for word in title)
    return capital and title[0].tag != "DT" and len(title) > 1 and last.lower not in _POINTS_IN_TIME | _TIMES


def _without_joint_to_nothing(words: list[Word]) -> list[Word]:
    """Without "and for the whole dream" at the end, where what "and" joined went on as a stretch of its own."""
    for place in range(len(words) - 1, 1, -1):
        word = words[place]
        if word.tag == "CC" and word.role == "cc" and word.head.is_verb and word.lower in CONNECTIVES:
            after = words[place + 1 :]
            tied = any(other.role == "conj" for other in after)
            return words if tied or any(other.is_verb for other in after) else words[:place]
    return words


def _without_end(words: list[Word]) -> list[Word]:
    words = _without_joint_to_nothing(words)
    while words and (words[-1].role == "punct" and words[-1].lower not in {'"'} or words[-1].tag == "CC" or
                     words[-1].lower in {"then", "so", "because", "cause", "like", "that", "also"} and
                     words[-1].role in {"mark", "advmod", "cc", "intj", "prep", "dep"} and
                     not (words[-1].lower == "so" and words[-2:-1] and words[-2].lemma in {"do", "say", "think"})):  # fmt: skip
        words = words[:-1]
    return words


def _shortened(words: list[Word]) -> list[Word]:
    """Cut at the last border that leaves a whole clause of no more than MOST_WORDS; unchanged where there is none."""
    if any(word.lower in _NEGATING for word in words):
        cuttable = {"conj"}
    else:
        cuttable = {"advcl", "relcl", "acl", "conj"}
    cuts = []
    for word in words:
        if word.role not in cuttable or (word.role == "conj" and not word.is_verb) or word.head not in words:
            continue
        left = word.left_edge()
        opening = next((w for w in words if w.index == left), None)
        if word.role == "conj" and any(w.lower in {"either", "both", "neither", "between"} for w in words):
            continue
        dropped = {other.lower for other in words if other.index >= left}
        if left > word.head.index and opening and opening.lower not in {"like", "as"} and not dropped & (_CONDITIONS | {"but"}):
            kept = _without_end([w for w in words if w.index < left])
            if FEWEST_WORDS < len(_counted(kept)) <= MOST_WORDS:
                cuts.append(kept)
    return max(cuts, key=len, default=words)


def _is_shaky(segment: Segment) -> bool:
    words, head, subject = segment.words, segment.head, segment.subject
    count = len(_counted(words)) + len(segment.given_subject) + len(segment.supplied.split())
    if not FEWEST_WORDS <= count <= MOST_WORDS or (subject is None and not segment.supplied):
        return True
    if segment.given_subject == [] and words[0].lower in {"that", "which", "who", "than", "whether", "why", "how", "what"}:
        return True
    if _is_subordinate(head) or any(word.tag in {"WP", "WDT", "WP$"} for word in words[:2]) or _is_unfinished(segment):
        return True
    if words[-1].tag in _DANGLING_TAGS and words[-1].lower not in {"that", "this", "what", "why", "how", "all", "where", "who"}:
        return True
    if _hangs_in_the_air(words[-1]) and not _stranded(words[-1]):
        return True
    if any(word.lower == "i" and after.tag.startswith(("NN", "DT", "IN")) for word, after in zip(words, words[1:], strict=False)):
        return True
    if sum(word.text == '"' for word in words) % 2:
        return True
    if head.lemma in {"be", "seem"} and head.role != "aux" and words[-1] is head and (subject is None or subject.lower != "there"):
        return True
    if subject is not None and subject.index > head.index and subject.role != "expl" and not _inverted_rightly(segment):
        return True
    if (not head.finite() and not segment.supplied) or not (head.text.isascii() and head.text.replace("'", "").isalpha()):
        return True
    return any(_is_loose(word, segment) for word in words)


def _is_unfinished(segment: Segment) -> bool:
    """Whether it stops before the point: "I said", "you know", "she did", "either ..." without its "or"."""
    head, lowers = segment.head, segment.lowers
    if ("either" in lowers and "or" not in lowers) or ("both" in lowers and "and" not in lowers and lowers[-1] == "both"):
        return True
    after = [word for word in segment.words if word.index > head.index and word.role not in {"prt", "neg", "dative"}]
    people = {"what", "why", "how", "who", "where", "when", "me", "him", "her", "them", "us", "you", "it", "so", "too", "then"}
    only_hearers = all(word.lower in people or word.tag == "NNP" for word in after)
    if head.lemma in {"do", "say", "tell", "know", "think", "hope", "wish", "mean", "feel", "seem", "realize", "realise", "notice"}:
        return only_hearers
    hearers = [word for word in after if word.role in {"prep", "pobj", "poss", "det"} or word.lower in people or word.is_noun]
    if head.lemma in _TELLING_VERBS and head.child("dobj", "ccomp", "xcomp", "advcl") is None and len(hearers) == len(after):
        return True
    if any(word.tag == "MD" and word.role != "aux" and word is not head and word.index < segment.words[-2].index for word in segment.words):
        return True
    last = segment.words[-1]
    return last.lemma in {"say", "tell", "think", "hope"} and last.is_verb


def _hangs_in_the_air(last: Word) -> bool:
    """Whether the last word is a preposition that lost what it led to."""
    if last.tag == "IN" and last.role in {"prep", "mark"} or last.lower in {"of", "at", "from", "with", "into", "onto", "than", "during"}:
        return True
    return last.lower == "in" and last.before is not None and last.before.role == "pobj"


def _stranded(word: Word) -> bool:
    """Whether a preposition at the end may stand there: in a relative clause, or where the parser takes a particle for it."""
    above = word.head
    while not above.is_root and above.role not in {"relcl", "ccomp", "acl", "xcomp"}:
        above = above.head
    return above.role in {"relcl", "acl"}


def _inverted_rightly(segment: Segment) -> bool:
    first = segment.words[0].lower
    return first in {"there", "here", "suddenly", "in", "on", "at", "behind", "next", "out", "down", "up"}


def _is_loose(word: Word, segment: Segment) -> bool:
    """Whether a word hangs nowhere: the sign of a sentence that the parser did not understand."""
    if word is segment.head:
        return False
    if word.role == "dep" and word.tag not in {"UH", "RB", ","}:
        return True
    if word.is_verb and word.finite() and word.role in {"ccomp", "parataxis", "advcl", "ROOT", "relcl"}:
        return word.subject() is None and word.lower not in {"'s"} and not _subject_is_relative(word)
    return word.is_root and word is not segment.head and word not in segment.head.children and word.is_verb


def _subject_is_relative(word: Word) -> bool:
    return any(child.tag in {"WP", "WDT", "WRB"} or child.lower == "that" for child in word.children)
