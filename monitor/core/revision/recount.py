"""The figures of one sentence in two versions: which became another, which came, which went. It reads no whole article.

A figure became another only where unit, noun and speaker are the same: 20 by the ministry and 30 by activists are two figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from rapidfuzz.distance import Indel

from monitor.core.revision.attribution import Attribution
from monitor.core.revision.figures import AGE, Figure, figures
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.marks import masked
from monitor.core.revision.namesakes import same_speaker
from monitor.core.revision.numerals import is_table
from monitor.core.revision.speakers import attributions
from monitor.core.revision.tokens import small

_ALIKE = 0.6  # of two nouns that are one, inflected
_SAYS_THE_SAME = 0.5  # of the words of two versions, where nothing else tells that their figures are one
_MOST = 24  # figures of a sentence that are compared
_word = re.compile(r"\w+")
_comma = re.compile(r"[,،，、]\s*$")


class Recount(msgspec.Struct, frozen=True, gc=False):
    """A figure before and after; None where there was or is none. `speaker` says whose figure it is, where that is told."""

    old: Figure | None
    new: Figure | None
    speaker: str


@dataclass(slots=True)
class _Sentence:
    text: str
    figures: Sequence[Figure]
    lexicon: Lexicon
    _said: Sequence[Attribution] | None = None

    @property
    def said(self) -> Sequence[Attribution]:
        """Who says something in the sentence; found where it is asked for."""
        if self._said is None:
            self._said = attributions(masked(self.text), self.lexicon)
        return self._said


def recounted(before: str, after: str, lexicon: Lexicon) -> list[Recount]:
    """What became of the figures of a sentence. Either version may be empty: the sentence came or went."""
    if is_table(before) or is_table(after):
        return []
    old, new = figures(before, lexicon)[:_MOST], figures(after, lexicon)[:_MOST]
    if not old and not new:
        return []
    if not old or not new:
        return _one_sided(_Sentence(before, old, lexicon), _Sentence(after, new, lexicon))
    placed = _in_place(before, old, after, new) if len(old) > 1 < len(new) else []
    old, new = _rest(old, new, placed)
    old, new = _without_equals(old, new)
    placed = [pair for pair in placed if pair[0].amount != pair[1].amount]
    if not old and not new and not placed:
        return []
    left, right = _Sentence(before, old, lexicon), _Sentence(after, new, lexicon)
    pairs = _matched(left, right) or _left_over(left, right)
    changed = sorted([*placed, *pairs], key=lambda pair: pair[1].start)
    old, new = _rest(old, new, pairs)
    return [
        *(Recount(one, other, _speaker(right, other) or _speaker(left, one)) for one, other in changed),
        *(Recount(one, None, _speaker(left, one)) for one in old),
        *(Recount(None, other, _speaker(right, other)) for other in new),
    ]


def _one_sided(left: _Sentence, right: _Sentence) -> list[Recount]:
    """Figures that all went, or all came."""
    gone = [Recount(one, None, _speaker(left, one)) for one in left.figures]
    return gone or [Recount(None, other, _speaker(right, other)) for other in right.figures]


_Pairs = list[tuple[Figure, Figure]]


def _rest(old: list[Figure], new: list[Figure], pairs: _Pairs) -> tuple[list[Figure], list[Figure]]:
    """The figures that are in no pair."""
    gone, come = {one for one, _ in pairs}, {other for _, other in pairs}
    return [one for one in old if one not in gone], [other for other in new if other not in come]


def _in_place(before: str, old: list[Figure], after: str, new: list[Figure]) -> _Pairs:
    """Figures of one thing that stand between the same words on both sides: those are one, whatever else has their value."""
    homes: dict[tuple[str, str, str], list[Figure]] = {}
    for other in new:
        homes.setdefault((*_neighbours(after, other), other.unit), []).append(other)
    pairs: _Pairs = []
    for one in old:
        there = homes.get((*_neighbours(before, one), one.unit), [])
        twin = next((other for other in there if alike(one.noun, other.noun)), None)
        if twin:
            there.remove(twin)
            pairs.append((one, twin))
    return pairs


def _without_equals(old: list[Figure], new: list[Figure]) -> tuple[list[Figure], list[Figure]]:
    """The figures without those that say the same in both, however they are written."""
    for same in (_same, _same_amount):
        old, new = _crossed_out(old, new, same)
    return old, new


def _crossed_out(
    old: list[Figure], new: list[Figure], same: Callable[[Figure, Figure], bool]
) -> tuple[list[Figure], list[Figure]]:
    rest, left = list(new), []
    for figure in old:
        twin = next((other for other in rest if same(figure, other)), None)
        if twin is None:
            left.append(figure)
        else:
            rest.remove(twin)
    return left, rest


def _same(one: Figure, other: Figure) -> bool:
    return one.amount == other.amount and one.unit == other.unit and alike(one.noun, other.noun)


def _same_amount(one: Figure, other: Figure) -> bool:
    """The same of something called otherwise: 120 patients are 120 soldiers; but $20 are not €20."""
    return one.amount == other.amount and (one.unit == other.unit or {one.unit, other.unit} == {"", AGE})


def alike(one: str, other: str) -> bool:
    """Whether two nouns may be one, in another form or not told."""
    one, other = one.casefold(), other.casefold()
    return not one or not other or one == other or Indel.normalized_similarity(one, other) >= _ALIKE


def _matched(left: _Sentence, right: _Sentence) -> _Pairs:
    """The figures that became another, best first: those that share the most of what stands around them."""
    before = [_neighbours(left.text, old) for old in left.figures]
    after = [_neighbours(right.text, new) for new in right.figures]
    likely = sorted(
        (-score, abs(i - j), i, j)
        for i, old in enumerate(left.figures)
        for j, new in enumerate(right.figures)
        if (score := _likeness(old, before[i], new, after[j]))
        and same_speaker(_speaker(left, old), _speaker(right, new))
    )
    gone: set[int] = set()
    come: set[int] = set()
    pairs: _Pairs = []
    for _, _, i, j in likely:
        if i not in gone and j not in come:
            pairs.append((left.figures[i], right.figures[j]))
            gone.add(i)
            come.add(j)
    return pairs


def _left_over(left: _Sentence, right: _Sentence) -> _Pairs:
    """The one figure of each version that has no noun and no equal, where the sentence says the same of it: kills three, leaves five dead."""
    if len(left.figures) != 1 or len(right.figures) != 1:
        return []
    (old,), (new,) = left.figures, right.figures
    if old.unit != new.unit or old.noun or new.noun:
        return []
    says_the_same = Indel.normalized_similarity(small(left.text), small(right.text)) >= _SAYS_THE_SAME
    return [(old, new)] if says_the_same and same_speaker(_speaker(left, old), _speaker(right, new)) else []


def _likeness(old: Figure, before: tuple[str, str], new: Figure, after: tuple[str, str]) -> int:
    """How surely one figure became the other, by what they count and the words beside them; 0 where they count different things."""
    if old.unit != new.unit or not alike(old.noun, new.noun):
        return 0
    around = (before[0] == after[0]) + (before[1] == after[1])
    named = bool(old.unit or (old.noun and new.noun))
    return 1 + around + 2 * named if named or around == 2 else 0


def _neighbours(text: str, figure: Figure) -> tuple[str, str]:
    """The word before a figure and the one after it."""
    before, after = _word.findall(text[max(figure.start - 30, 0) : figure.start]), _word.search(text, figure.end)
    return before[-1].lower() if before else "", after[0].lower() if after else ""


def _speaker(sentence: _Sentence, figure: Figure) -> str:
    """Whose figure it is: said before it, or at the end behind a comma; the nearest."""
    likely = [
        (distance, one.speaker)
        for one in sentence.said
        if (distance := _distance(sentence.text, one, figure)) is not None
    ]
    return min(likely)[1] if likely else ""


def _distance(text: str, one: Attribution, figure: Figure) -> int | None:
    if one.end <= figure.start:
        return figure.start - one.end
    if one.start < figure.end:
        return None if one.start > figure.start else 0
    behind = _comma.search(text[max(one.start - 3, 0) : one.start + 1].rstrip()) or _comma.search(
        text[: one.start][-3:]
    )
    return one.start - figure.end if behind else None
