"""Does a sentence give back what the dreamer told: no detail or feeling added, no owner or role changed? Rules, no grammar.

Made for sentences of a model. It lets a free wording pass and catches what is plainly another story.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.hearing.lexicon import FEELING_NOUNS, FELT
from assistant.words import content_stems

TOLD = 0.4  # share of the sentence's content that must stand in what was told
FEWEST = 3  # content words from which that share tells anything: "held" and "hold" do not look alike

_FAMILIES = (
    """afraid scared frightened terrified fear fearful panic panicked terror dread horror horrified petrified anxious anxiety alarmed
    worried worry nervous uneasy unease tense threatened apprehensive unsafe startled shaken frantic""",
    "angry anger furious fury rage mad enraged livid annoyed irritated outraged resentful resentment indignant",
    "sad sadness sorrow sorrowful grief heartbroken unhappy miserable lonely loneliness alone grieve melancholy despair longing hurt cry cried tears",
    "ashamed shame embarrassed embarrassment humiliated humiliation mortified exposed self-conscious guilty guilt remorse awkward",
    "happy happiness joy joyful glad delighted elated thrilled excited excitement peaceful peace calm serene relieved relief content free light blissful",
    """helpless powerless helplessness powerlessness hopeless hopelessness desperate desperation frustrated frustration stuck trapped overwhelmed
    exhausted defeated useless""",
    "confused confusion bewildered puzzled perplexed disoriented lost surprised astonished amazed shocked stunned",
)
_STEMS_OF_FAMILIES = tuple(content_stems(words) for words in _FAMILIES)
_FEELINGS = content_stems(" ".join(FELT | FEELING_NOUNS))
_GRAVE = content_stems(
    """stab stabbed kill killed murder murdered hit beat beaten shoot shot attack attacked hurt strangle strangled strangling rape raped abuse
    abused betray betrayed abandon abandoned cheat cheated steal stole stolen bury buried burn burned burnt drown drowned die died threaten
    threatened cry cried weep wept bleed bled"""
)
_AUX = r"(?:(?:was|were|am|are|'m|'re|had|have|'ve|'d|could|can|would|did|do|not|n't|never|just|then|only|even|still|suddenly|kept|began|started|tried|to|had been|have been)\s+)*"
_MY_DEED = re.compile(rf"\b(?:i|we)(?=\s|')\s*{_AUX}(\w+)", re.IGNORECASE)
_YOUR_DEED = re.compile(rf"\byou(?=\s|')\s*{_AUX}(\w+)", re.IGNORECASE)
_DONE_TO_ME = r"\b{verb}\w*\s+(?:\w+\s+){{0,2}}?(?:me|us|my|our)\b"
_PASSIVE = re.compile(
    r"\byou(?:'re|'d been| are| were| was| got| get| had been| have been) (?:being )?(\w+)", re.IGNORECASE
)
_YOURS = re.compile(r"\byour (?:own )?(?:(?:old|dead|late|little|big|younger|older|best) )?(\w+)", re.IGNORECASE)


def faults_of_reflection(sentence: str, told: Sequence[str]) -> list[str]:
    """What a sentence changes of what was told; empty where it changes nothing that these rules see."""
    everything = "\n".join(told)
    stems, theirs = content_stems(sentence), content_stems(everything)
    faults = []
    if len(stems) >= FEWEST and len(stems & theirs) < TOLD * len(stems):
        faults.append("most of it was not told")
    if any(not _was_felt(stem, theirs) for stem in stems & _FEELINGS):
        faults.append("a feeling was added")
    if _changes_owner(sentence, everything):
        faults.append("an owner was changed")
    if _changes_role(sentence, everything):
        faults.append("a role was changed")
    if stems & _GRAVE - theirs - _FEELINGS:
        faults.append("a deed was added")
    return faults


def _was_felt(stem: str, theirs: frozenset[str]) -> bool:
    """Whether that feeling, or one near to it, was told."""
    return stem in theirs or any(stem in family and family & theirs for family in _STEMS_OF_FAMILIES)


def _changes_owner(sentence: str, told: str) -> bool:
    """Whether something of another's is given to the dreamer: "her mother" told, "your mother" given back."""
    for noun in _YOURS.findall(sentence):
        owners = re.findall(
            rf"\b(my|our|his|her|their|the|an?|\w+'s) (?:\w+ )?{re.escape(noun)}\b", told, re.IGNORECASE
        )
        others = [owner for owner in owners if owner.lower() in ("his", "her", "their")]
        if others and len(others) == len(owners):
            return True
    return False


def _changes_role(sentence: str, told: str) -> bool:
    """Whether the dreamer is said to have done what was done to them: "he chased me" told, "you chased him" given back."""
    suffered = {verb.lower() for verb in _PASSIVE.findall(sentence)}
    mine = frozenset().union(*(content_stems(verb) for verb in _MY_DEED.findall(told)))
    for verb in _YOUR_DEED.findall(sentence):
        stem = next(iter(content_stems(verb)), "")
        if len(stem) < 3 or stem in mine or verb.lower() in suffered:
            continue
        if re.search(_DONE_TO_ME.format(verb=re.escape(stem.rstrip("ei"))), told, re.IGNORECASE):
            return True
    return False
