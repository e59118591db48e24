"""Words that turn a sentence round when one stands for the other."""

from __future__ import annotations

import Stemmer

_stemmer = Stemmer.Stemmer("english", 0)  # 0: it keeps no words itself

_PAIRS = """
more/less most/few many/few often/seldom often/rarely usually/hardly before/after longer/shorter long/short
higher/lower high/low better/worse best/worst larger/smaller large/small big/small older/younger
pleasant/unpleasant common/rare commonest/rarest first/last early/late earlier/later up/down inside/outside
begin/end begin/stop start/end with/without above/below men/women man/woman male/female children/adults
children/grown strong/weak stronger/weaker help/harm possible/impossible likely/unlikely known/unknown easy/hard
easier/harder ordinary/unusual ordinary/strange near/far increase/decrease grow/shrink rise/fall remember/forget
alone/together old/new open/closed open/shut right/wrong same/different alike/different safe/dangerous slow/fast
slowly/quickly day/night waking/sleeping waking/asleep awake/asleep good/bad nothing/something nobody/somebody
neither/both calm/afraid past/future sometimes/never seldom/always forwards/backwards forward/backward
outward/inward outwards/inwards front/behind own/other own/foreign gain/lose gained/lost outweigh/outnumber
convinced/doubtful support/contradict supports/contradicts confirm/refute agree/disagree found/lost
present/absent present/missing presence/absence full/empty rich/poor success/failure succeed/fail pass/fail
well/ill well/badly healthy/ill health/illness truth/lie true/false true/untrue friend/stranger friend/enemy
loud/quiet silent/loud light/heavy light/dark bright/dark hot/cold warm/cold wet/dry left/right north/south
day/evening morning/evening morning/night arrive/leave arrives/leaves come/go enter/leave buy/sell give/take
push/pull win/lose love/hate like/dislike comfort/alarm comfort/distress joy/sorrow happy/sad pleasure/pain
peace/war parent/child mother/father son/daughter brother/sister husband/wife boy/girl king/queen public/private
real/imagined actual/imagined fact/fiction cause/effect reason/result rest/effort ease/effort fewer/more
less/most least/most majority/minority minority/majority all/none everyone/nobody everybody/nobody
everything/nothing everywhere/nowhere anything/nothing always/never ever/never yes/no can/cannot does/doesn't
only/also beginner/expert simple/complicated careful/careless gentle/harsh mild/severe minor/major narrow/wide
thick/thin deep/shallow tight/loose clean/dirty clear/unclear clearly/vaguely vivid/dull vivid/faint
frequent/infrequent frequently/infrequently regular/irregular necessary/unnecessary needed/needless
useful/useless conscious/unconscious aware/unaware willing/unwilling able/unable certain/uncertain sure/unsure
honest/dishonest direct/indirect dependent/independent equal/unequal fair/unfair familiar/unfamiliar
familiar/strange harmless/harmful harmless/dangerous included/excluded including/excluding visible/invisible
welcome/unwelcome improve/worsen improved/worsened decline/grow relief/dread relief/regret attract/repel
approach/avoid approach/flee chase/flee pursuer/pursued hunter/hunted dreamer/sleeper rare/often
rarely/frequently seldom/frequently few/most several/one one/both part/whole partly/wholly half/all
""".split()


def stem_of(word: str) -> str:
    """The stem of a word, whatever its case."""
    return str(_stemmer.stemWord(word.lower().replace("’", "'").removesuffix("'s")))


def _both_ways() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one, other in (map(stem_of, pair.split("/")) for pair in _PAIRS):
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {stem: frozenset(opposites) for stem, opposites in found.items()}


OPPOSITES = _both_ways()
