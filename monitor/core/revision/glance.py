"""Whether an edit of a sentence can have touched a figure at all, told at a glance from the words that changed. It reads no figure.

Most edits leave the figures beside them alone. What is told here is only that; where it is not plain, the figures are read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.keys import Gate, gate
from monitor.core.revision.numerals import counts, has_digit, spells

_AROUND = 5  # words around a number within which its bound, its unit and what it counts stand
_signs = re.compile("[-−–%％٪‰$€£¥₹₽₩₴#№§°]")


def may_recount(left: str, right: str, said: tuple[Sequence[str], Sequence[str]], lexicon: Lexicon) -> bool:
    """Whether a figure may have come, gone or changed where two versions of a sentence differ; `said` are the words of both, in small letters."""
    if not lexicon.spaced:
        return counts(left, lexicon) or counts(right, lexicon)
    if not (has_digit(left) or has_digit(right) or spells(said[0], lexicon) or spells(said[1], lexicon)):
        return False
    old, new = left.split(), right.split()
    before, after = _numbers(old, lexicon), _numbers(new, lexicon)
    if [old[at] for at in before] != [new[at] for at in after]:
        return True
    if len(before) == 1 and has_digit(old[before[0]]) and _signs.findall(left) == _signs.findall(right):
        changed = set(said[0]) ^ set(said[1])
        return _qualifying(lexicon).lets(changed, "")
    return _surroundings(old, before) != _surroundings(new, after)


def _numbers(words: list[str], lexicon: Lexicon) -> list[int]:
    return [at for at, word in enumerate(words) if _may_count(word, lexicon)]


@lru_cache(maxsize=1 << 13)
def _may_count(word: str, lexicon: Lexicon) -> bool:
    return counts(word, lexicon)


@cache
def _qualifying(lexicon: Lexicon) -> Gate:
    """What beside a number makes it another figure, or none: bounds, units, dates, names that a number is part of."""
    found = gate(
        [
            *lexicon.at_least, *lexicon.at_most, *lexicon.about, *lexicon.at_least_after, *lexicon.at_most_after, *lexicon.about_after,
            *lexicon.percent, *lexicon.money, *lexicon.age_before, *lexicon.age_after, *lexicon.months, *lexicon.times, *lexicon.labels,
            *map(re.escape, (*lexicon.scales, *lexicon.numbers)),
        ]
    )  # fmt: skip
    return found._replace(signs=frozenset())


def _surroundings(words: list[str], numbers: list[int]) -> list[list[str]]:
    return [words[max(at - _AROUND, 0) : at + _AROUND] for at in numbers]
