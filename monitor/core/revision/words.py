"""Two versions of one text, word by word, as a person would mark what changed: whole words, whole figures, whole phrases.

The least that has to go and to come is found first (`gaps`); then an edit that could stand at several places is laid where a phrase
begins, edits that rearrange or enlarge one phrase become one, and one that holds several is taken apart (`phrases`). The rules are
measured by `tests/bench/spans.py`. It names no edit and judges none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from monitor.core.revision.gaps import Gap, gaps
from monitor.core.revision.phrases import ARTICLES, LINKS, is_mark, parted, said
from monitor.core.revision.tokens import Words, key, words_of
from monitor.core.text import lettering


class Change(NamedTuple):
    """before[a:b] became after[c:d] (offsets in code points); either may be empty."""

    a: int
    b: int
    c: int
    d: int


_MOST_CHARACTERS = 300_000  # of both texts together; the words of longer ones are not told apart
_LONGEST_REARRANGED = 3  # words that may stay in place within one rearranged or bracketed phrase
_LONGEST_LINE = 2_000  # words beyond which phrases are no longer looked at, only words


_OPENING, _CLOSING = "([{“‘«„「『（", ")]}”’»」』）"


def diff(before: str, after: str) -> tuple[Change, ...]:
    """Where the words of two texts differ, in order. Empty for texts that differ only in white space and looks."""
    if before == after or lettering(before) == lettering(after):
        return ()
    if len(before) + len(after) > _MOST_CHARACTERS:
        return (Change(0, len(before), 0, len(after)),)
    old, new = words_of(before), words_of(after)
    found = spans([key(word) for word in old.texts], [key(word) for word in new.texts])
    changes = [Change(*_extent(old, gap.a, gap.b), *_extent(new, gap.c, gap.d)) for gap in found]
    return tuple(c for c in changes if lettering(before[c.a : c.b]) != lettering(after[c.c : c.d]))


def spans(old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """The edits between two sequences of words, in order; swapped sequences give the mirrored edits."""
    if list(old) > list(new):
        return [Gap(c, d, a, b) for a, b, c, d in spans(new, old)]
    found = gaps(old, new)
    if not found or len(old) + len(new) > _LONGEST_LINE:
        return found
    found = _as_phrases(_settled(found, old, new), old, new)
    return [part for gap in found for part in parted(gap, old, new)]


def moves(before: str, after: str, changes: Sequence[Change]) -> tuple[tuple[int, int], ...]:
    """Which deletions and insertions are one phrase that moved, as pairs of indices into `changes`. One word alone moves nothing."""
    come = {lettering(after[c.c : c.d]): k for k, c in enumerate(changes) if c.a == c.b}
    gone = [(lettering(before[c.a : c.b]), k) for k, c in enumerate(changes) if c.c == c.d]
    found = [
        (k, come.pop(said)) for said, k in gone if said in come and " " in before[changes[k].a : changes[k].b].strip()
    ]
    return tuple(found)


def _extent(words: Words, first: int, last: int) -> tuple[int, int]:
    """The characters that words[first:last] take up; an empty run lies where it would begin."""
    if first < last:
        return words.starts[first], words.ends[last - 1]
    place = words.starts[first] if first < len(words.starts) else (words.ends[-1] if words.ends else 0)
    return place, place


# --- where an edit begins --------------------------------------------------------------------------------------------


def _settled(found: list[Gap], old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """Each pure insertion or deletion laid where it reads as a phrase: “in 2015 [in 2014]” rather than “in [2015 in] 2014”."""
    settled: list[Gap] = []
    for k, gap in enumerate(found):
        if not _alone(gap):
            settled.append(gap)
            continue
        removes = gap.a < gap.b
        words, start, end = (old, gap.a, gap.b) if removes else (new, gap.c, gap.d)
        before = gap.a - (settled[-1].b if settled else 0)  # words that stay between this edit and its neighbours
        after = (found[k + 1].a if k + 1 < len(found) else len(old)) - gap.b
        left = _slack(words, start - 1, end - 1, -1, before)
        right = _slack(words, start, end, 1, after)
        if left == before and settled and _alone(settled[-1]) and (settled[-1].a < settled[-1].b) == removes:
            last = settled.pop()
            settled.append(Gap(last.a, gap.b - left, last.c, gap.d - left))
            continue
        by = (
            max(range(-left, right + 1), key=lambda by: (_phrasal(words, start + by, end + by), by))
            if left + right
            else 0
        )
        settled.append(Gap(gap.a + by, gap.b + by, gap.c + by, gap.d + by))
    return settled


def _alone(gap: Gap) -> bool:
    """Whether words only go or only come."""
    return gap.a == gap.b or gap.c == gap.d


def _slack(words: Sequence[str], first: int, second: int, step: int, most: int) -> int:
    """How far an edit can slide in one direction without becoming another."""
    count = 0
    while count < most and words[first + count * step] == words[second + count * step]:
        count += 1
    return count


def _phrasal(words: Sequence[str], start: int, end: int) -> int:
    """How much words[start:end] reads as a phrase by its first and its last word."""
    first, last = words[start].lower(), words[end - 1].lower()
    opens = 2 if first in LINKS or first in _OPENING else 1 if first in ARTICLES else -2 * is_mark(first)
    if last in _OPENING:
        return opens - 3
    return opens + (-1 if last in LINKS or last in ARTICLES else 2 if last in _CLOSING else 2 * (not is_mark(last)))


# --- what is one edit ------------------------------------------------------------------------------------------------


def _as_phrases(found: list[Gap], old: Sequence[str], new: Sequence[str]) -> list[Gap]:
    """The edits, where two that rearrange, bracket or enlarge one phrase are one."""
    result: list[Gap] = []
    for gap in found:
        if result and _are_one(result[-1], gap, old, new):
            result[-1] = Gap(result[-1].a, gap.b, result[-1].c, gap.d)
        else:
            result.append(gap)
    return result


def _are_one(left: Gap, right: Gap, old: Sequence[str], new: Sequence[str]) -> bool:
    kept = right.a - left.b
    if kept > _LONGEST_REARRANGED:
        return False
    went, came = (old[left.a : left.b], old[right.a : right.b]), (new[left.c : left.d], new[right.c : right.d])
    if _brackets(*went, *came) or _brackets(*came, *went) or _rearranged(went, came) or _rearranged(came, went):
        return True
    across = (went[0] and came[1] and not went[1] and not came[0]) or (
        went[1] and came[0] and not went[0] and not came[1]
    )
    return kept == 1 and bool(across) and not is_mark(old[left.b])


def _brackets(left: Sequence[str], right: Sequence[str], others: Sequence[str], more: Sequence[str]) -> bool:
    """Whether two edits put brackets or commas, and perhaps words before them, around what stays: CIO → Chief Information Officer (CIO)."""
    if others or more:
        return False
    if list(right) == [","]:
        return "," in left[:-1]  # Lyon → Villeurbanne, near Lyon,
    return (
        right[:1] in ([")"], ["）"]) and any(mark in left for mark in "(（") and not any(mark in left for mark in ")）")
    )


def _rearranged(went: tuple[Sequence[str], Sequence[str]], came: tuple[Sequence[str], Sequence[str]]) -> bool:
    """Whether the words that went on one side of what stays came on its other side, and no other words did."""
    moved, other = said(went[0]), said(went[1])
    return bool(moved) and not other and not said(came[0]) and moved == said(came[1])
