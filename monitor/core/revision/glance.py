"""Whether an edit of a sentence can have touched a figure or a hedge at all, told at a glance from the words that changed. It reads none.

Most edits leave the figures beside them alone, and how sure the sentence is. What is told here is only that; where it is not plain, they are
read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.keys import telling_words
from monitor.core.revision.numerals import FRACTIONS, PARTS_BEFORE, counts, has_digit, spells
from monitor.core.revision.tokens import small

_AROUND = 5  # words around a number within which its bound and its unit stand
_sign = re.compile("[-−–%％٪‰$€£¥₹₽₩₴#№§°]")
_of_a_part = re.compile(rf"\W*(?:{FRACTIONS}|(?:{PARTS_BEFORE})\b)", re.IGNORECASE)

_mark = re.compile("[\"“”„«»‹›「」『』‘’']")
_PLAIN, _TELLING, _NUMBER, _HEDGING = 0, 1, 2, 4  # what a word may be to the figures beside it, and to its sentence


class Touched(NamedTuple):
    """What words that changed may have touched."""

    figures: bool
    hedges: bool


_ANYTHING = Touched(figures=True, hedges=True)


def touched(changed: Iterable[str] | None, lexicon: Lexicon) -> Touched:
    """What may have been touched where these words gave way to others, one for one (`differing.Versions`).

    Where none of them is telling, every number has the same beside it, and every hedge that was there still is.
    """
    if changed is None or not lexicon.spaced:
        return _ANYTHING
    kinds = 0
    for kind in map(_kind(lexicon), changed):
        kinds |= kind
    return _NOTHING if not kinds else Touched(figures=bool(kinds & (_TELLING | _NUMBER)), hedges=bool(kinds & _HEDGING))


_NOTHING = Touched(figures=False, hedges=False)


def may_recount(left: str, right: str, lexicon: Lexicon) -> bool:
    """Whether a figure may have come, gone or changed where two versions of a sentence differ.

    It did not where the same numbers have the same telling words around them. What they count does not matter: a figure that is
    the same, of something called otherwise, is no edit.
    """
    if not lexicon.spaced:
        return counts(left, lexicon) or counts(right, lexicon)
    if not (has_digit(left) or has_digit(right) or spells(small(f"{left} {right}"), lexicon)):
        return False
    kind = _kind(lexicon)
    old, new = left.split(), right.split()
    return _surroundings(old, list(map(kind, old))) != _surroundings(new, list(map(kind, new)))


def _surroundings(words: list[str], kinds: list[int]) -> list[list[str]]:
    """Each number with what is telling around it; other words, however many together, are one blank."""
    found = []
    for at, kind in enumerate(kinds):
        if kind & _NUMBER:
            first = max(at - _AROUND, 0)
            found.append(_without_plain(words[first : at + _AROUND], kinds[first : at + _AROUND]))
    return found


def _without_plain(words: Sequence[str], kinds: Sequence[int]) -> list[str]:
    told = [""]
    for word, kind in zip(words, kinds, strict=True):
        if kind & (_TELLING | _NUMBER):
            told.append(word)
        elif told[-1]:
            told.append("")
    return [*told, ""] if told[-1] else told


@cache
def _kind(lexicon: Lexicon) -> Callable[[str], int]:
    """What a word with its marks may be to the figures beside it and to its sentence; of those that were asked for last it is known."""
    known = telling_words(
        [
            *lexicon.at_least, *lexicon.at_most, *lexicon.about, *lexicon.at_least_after, *lexicon.at_most_after, *lexicon.about_after,
            *lexicon.percent, *lexicon.money, *lexicon.age_before, *lexicon.age_after, *lexicon.months, *lexicon.times, *lexicon.labels,
            *lexicon.joins, *lexicon.between, *lexicon.negations,
        ],
        lexicon.functions,
    )  # fmt: skip

    hedging = telling_words(lexicon.hedges, ())

    @lru_cache(maxsize=1 << 13)
    def kind(word: str) -> int:
        said = small(word)
        # a mark may show where a quotation ends, in which no hedge counts
        hedge = _PLAIN if hedging.isdisjoint(said) and not _mark.search(word) else _HEDGING
        if counts(word, lexicon):
            return _NUMBER | hedge
        if _sign.search(word) or _of_a_part.match(word) or not known.isdisjoint(said):
            return _TELLING | hedge
        return hedge

    return kind
