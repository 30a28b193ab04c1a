"""Whether an edit of a sentence can have touched a figure at all, told at a glance from the words that changed. It reads no figure.

Most edits leave the figures beside them alone. What is told here is only that; where it is not plain, the figures are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.keys import telling_words
from monitor.core.revision.numerals import FRACTIONS, PARTS_BEFORE, counts, has_digit, spells
from monitor.core.revision.tokens import small

_AROUND = 5  # words around a number within which its bound and its unit stand
_sign = re.compile("[-−–%％٪‰$€£¥₹₽₩₴#№§°]")
_of_a_part = re.compile(rf"\W*(?:{FRACTIONS}|(?:{PARTS_BEFORE})\b)", re.IGNORECASE)

_PLAIN, _TELLING, _NUMBER = 0, 1, 2  # what a word is to the figures beside it


def may_recount(left: str, right: str, words: list[str], lexicon: Lexicon) -> bool:
    """Whether a figure may have come, gone or changed where two versions of a sentence differ; `words` are those of both, in small letters.

    It did not where the same numbers have the same telling words around them. What they count does not matter: a figure that is
    the same, of something called otherwise, is no edit.
    """
    if not lexicon.spaced:
        return counts(left, lexicon) or counts(right, lexicon)
    if not (has_digit(left) or has_digit(right) or spells(words, lexicon)):
        return False
    is_to_figures = _telling(lexicon)
    old, new = left.split(), right.split()
    return _surroundings(old, list(map(is_to_figures, old))) != _surroundings(new, list(map(is_to_figures, new)))


def _surroundings(words: list[str], kinds: list[int]) -> list[list[str]]:
    """Each number with what is telling around it; other words, however many together, are one blank."""
    found = []
    for at, kind in enumerate(kinds):
        if kind == _NUMBER:
            first = max(at - _AROUND, 0)
            found.append(_without_plain(words[first : at + _AROUND], kinds[first : at + _AROUND]))
    return found


def _without_plain(words: Sequence[str], kinds: Sequence[int]) -> list[str]:
    told = [""]
    for word, kind in zip(words, kinds, strict=True):
        if kind:
            told.append(word)
        elif told[-1]:
            told.append("")
    return [*told, ""] if told[-1] else told


@cache
def _telling(lexicon: Lexicon) -> Callable[[str], int]:
    """What a word with its marks is to the figures beside it; of those that were asked for last it is known."""
    known = telling_words(
        [
            *lexicon.at_least, *lexicon.at_most, *lexicon.about, *lexicon.at_least_after, *lexicon.at_most_after, *lexicon.about_after,
            *lexicon.percent, *lexicon.money, *lexicon.age_before, *lexicon.age_after, *lexicon.months, *lexicon.times, *lexicon.labels,
            *lexicon.joins, *lexicon.between, *lexicon.negations,
        ],
        lexicon.functions,
    )  # fmt: skip

    @lru_cache(maxsize=1 << 13)
    def telling(word: str) -> int:
        if counts(word, lexicon):
            return _NUMBER
        if _sign.search(word) or _of_a_part.match(word) or not known.isdisjoint(small(word)):
            return _TELLING
        return _PLAIN

    return telling
