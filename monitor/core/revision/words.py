"""Two versions of one text, word by word. Numbers, dates and sums of money are atoms: 63 → 66 is never "6" + "3".

Words are whole in any script; offsets count characters of the original texts. It names no edit and judges none.
"""

from __future__ import annotations

from typing import NamedTuple

from monitor.core.revision.align import Gap, gaps
from monitor.core.text import lettering, tokens


class Change(NamedTuple):
    """before[a:b] became after[c:d] (offsets in characters); either may be empty."""

    a: int
    b: int
    c: int
    d: int


_MOST_CHARACTERS = 300_000  # of both texts together; the words of longer ones are not told apart


def diff(before: str, after: str) -> tuple[Change, ...]:
    """Where the words of two texts differ, in order. Empty for texts that differ only in white space and looks."""
    if lettering(before) == lettering(after):
        return ()
    if len(before) + len(after) > _MOST_CHARACTERS:
        return (Change(0, len(before), 0, len(after)),)
    old, new = tokens(before), tokens(after)
    found = _bridged(gaps(_compared(old), _compared(new)), old)
    changes = [_change(gap, old, new) for gap in found]
    return tuple(c for c in changes if lettering(before[c.a : c.b]) != lettering(after[c.c : c.d]))


def _compared(words: list[tuple[str, int, int]]) -> list[str]:
    """What two words are compared by: a mark without letters is only itself."""
    return [lettering(word) or word for word, _, _ in words]


def _bridged(found: list[Gap], old: list[tuple[str, int, int]]) -> list[Gap]:
    """Two changes with nothing but a mark between them are one."""
    result: list[Gap] = []
    for gap in found:
        if result and not any(lettering(word) for word, _, _ in old[result[-1].b : gap.a]):
            result[-1] = Gap(result[-1].a, gap.b, result[-1].c, gap.d)
        else:
            result.append(gap)
    return result


def _change(gap: Gap, old: list[tuple[str, int, int]], new: list[tuple[str, int, int]]) -> Change:
    return Change(*_extent(old, gap.a, gap.b), *_extent(new, gap.c, gap.d))


def _extent(words: list[tuple[str, int, int]], first: int, last: int) -> tuple[int, int]:
    """The characters that words[first:last] take up; an empty run lies where it would begin."""
    if first < last:
        return words[first][1], words[last - 1][2]
    place = words[first][1] if first < len(words) else (words[-1][2] if words else 0)
    return place, place
