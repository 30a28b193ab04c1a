"""Which passages of two texts are one passage: kept, changed, cut in two, run together or moved. It looks at words, not at meaning.

The same rules serve paragraphs and sentences. All work is bounded: of very many passages only those at about the same place of both texts are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal

import msgspec
from rapidfuzz.distance import Indel, LCSseq, Postfix, Prefix

from monitor.core.revision.gaps import Gap, gaps
from monitor.core.revision.tokens import small
from monitor.core.text import lettering

Kind = Literal["kept", "changed", "split", "merged", "moved", "added", "removed"]

_ENOUGH = 0.36  # the share of common words above which two passages are one, rewritten
_ENOUGH_TO_MOVE = 0.6  # the same for passages at different places
_SURELY = 0.7  # the share above which two passages at the same place are one, whatever stands beside them
_PLAINLY = 0.9  # of their letters: passages that need not be compared by words
_SAME_LENGTH = 0.8  # of two passages of which neither was cut
_LEAST_TO_MOVE = 4  # words of a passage that is known again when it is reworded elsewhere
_MOST_PARTS = 4  # into which one passage is cut
_MOST_CELLS = 10_000  # pairs whose likeness is measured in one gap: about 50 ms
_MOST_PASSAGES = 20_000  # of a gap that are compared at all
_MOST_WORDS = 400  # of one passage: its beginning says which it is

_WIDE = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_wide = re.compile(f"[{_WIDE}]")
_word = re.compile(rf"[{_WIDE}]|[^\W{_WIDE}]+")  # a figure ends where a script without spaces goes on


_Spelled = list[str]  # a passage as its words


class Link(msgspec.Struct, frozen=True, gc=False):
    """old[a:b] and new[c:d] are one passage; for what was added or removed, one of the two is empty."""

    kind: Kind
    a: int
    b: int
    c: int
    d: int


def linked(old: Sequence[str], new: Sequence[str]) -> list[Link]:
    """The passages of two texts as links in the order of the newer text, each passage in exactly one.

    Kept are those that say the same in all their letters and figures.
    """
    if kinds := in_place(old, new):
        return [Link(kind, i, i + 1, i, i + 1) for i, kind in enumerate(kinds)]
    return rearranged(old, new)


def rearranged(old: Sequence[str], new: Sequence[str]) -> list[Link]:
    """The same for passages of which `in_place` could not tell what became of them."""
    if list(old) > list(new):  # of the two directions one is computed, so that the other is its mirror
        return sorted(map(_mirrored, _linked(new, old)), key=_place)
    return _linked(old, new)


def in_place(old: Sequence[str], new: Sequence[str]) -> list[Kind] | None:
    """What became of each passage where plainly none came, went or moved, as in most edits; None where that is not plain."""
    if len(old) != len(new):
        return None
    kinds: list[Kind] = []
    last = True  # whether the passages before are the same
    for i, (one, other) in enumerate(zip(old, new, strict=True)):
        if one == other:
            kinds.append("kept")
            last = True
            continue
        single = last and old[i + 1 : i + 2] == new[i + 1 : i + 2]
        kind = _plainly(one, other, single=single) or (_became(one, other) if single else None)
        if kind is None:
            return None
        kinds.append(kind)
        last = False
    return kinds


def _linked(old: Sequence[str], new: Sequence[str]) -> list[Link]:
    """The links of texts of which the first sorts before the other."""
    links: list[Link] = []
    a = c = 0
    for gap in gaps(old, new):
        if gap.a > a:
            links += _kept(a, gap.a, c)
        links += _within(gap, old, new)
        a, c = gap.b, gap.d
    links += _kept(a, len(old), c)
    return _with_moves(links, old, new)


_MIRROR: Final[dict[Kind, Kind]] = {"split": "merged", "merged": "split", "added": "removed", "removed": "added"}


def _mirrored(link: Link) -> Link:
    return Link(_MIRROR.get(link.kind, link.kind), link.c, link.d, link.a, link.b)


def _place(link: Link) -> tuple[int, bool, int]:
    return link.c, link.c < link.d, link.a


def one_by_one(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The passages that are one, rewritten, in the order of both; here none is cut in two or run together."""
    pairs = _corresponding(list(map(_words, old)), list(map(_words, new)), parts=1)
    return [(pair.a, pair.c) for pair in pairs]


def _with_moves(links: list[Link], old: Sequence[str], new: Sequence[str]) -> list[Link]:
    """The links, where what was removed here and added there has moved."""
    gone = [link.a for link in links if link.kind == "removed"]
    come = [link.c for link in links if link.kind == "added"]
    if not gone or not come:
        return links
    home = {come[j]: gone[i] for i, j in moves([old[i] for i in gone], [new[j] for j in come])}
    left = set(home.values())
    return [
        Link("moved", home[link.c], home[link.c] + 1, link.c, link.d)
        if link.kind == "added" and link.c in home
        else link
        for link in links
        if link.kind != "removed" or link.a not in left
    ]


# --- in order --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)  # one passage is held against several
def _words(text: str) -> list[str]:
    """The words of a text, capitals and marks left aside; cut short after some hundred."""
    text = text[: _MOST_WORDS * 20]
    spaced = text.isascii() or not _wide.search(text)
    return (small(text) if spaced else _word.findall(text.casefold()))[:_MOST_WORDS]


def _kept(start: int, stop: int, place: int) -> Iterator[Link]:
    return (Link("kept", i, i + 1, place + i - start, place + i - start + 1) for i in range(start, stop))


def _within(gap: Gap, old: Sequence[str], new: Sequence[str]) -> Iterator[Link]:
    """The links of a gap: first what is plainly one at its head and its end, then what differs in looks alone or resembles."""
    a, b, c, d = gap
    single = b - a == d - c == 1
    while a < b and c < d and (kind := _plainly(old[a], new[c], single=single)):
        yield Link(kind, a, a + 1, c, c + 1)
        a, c = a + 1, c + 1
    end: list[Link] = []
    while a < b and c < d and (kind := _plainly(old[b - 1], new[d - 1], single=single)):
        end.append(Link(kind, b - 1, b, d - 1, d))
        b, d = b - 1, d - 1
    rest = Gap(a, b, c, d)
    if a == b or c == d or max(b - a, d - c) > _MOST_PASSAGES:
        yield from _alone(rest)
    elif b - a == d - c == 1:
        yield from _one_and_one(rest, old[a], new[c])
    else:
        yield from _alike(rest, old, new)
    yield from reversed(end)


def _one_and_one(gap: Gap, old: str, new: str) -> Iterator[Link]:
    """The link of two passages that stand alone between their neighbours, or that they are none."""
    if kind := _became(old, new):
        yield Link(kind, *gap)
    else:
        yield from _alone(gap)


def _became(old: str, new: str) -> Kind | None:
    """What became of a passage that stands alone between its neighbours; None where the new one is another."""
    if lettering(old) == lettering(new):
        return "kept"
    return "changed" if _gain(_words(old), _words(new)) else None


def _alike(gap: Gap, old: Sequence[str], new: Sequence[str]) -> Iterator[Link]:
    before, after = [lettering(text) for text in old[gap.a : gap.b]], [lettering(text) for text in new[gap.c : gap.d]]
    a = c = 0
    for inner in (*gaps(before, after), Gap(len(before), len(before), len(after), len(after))):
        yield from _kept(gap.a + a, gap.a + inner.a, gap.c + c)
        yield from _resembling(Gap(gap.a + inner.a, gap.a + inner.b, gap.c + inner.c, gap.c + inner.d), old, new)
        a, c = inner.b, inner.d


def _plainly(old: str, new: str, *, single: bool) -> Kind | None:
    """What became of a passage of which most stays; None where that is not so, or it may have been cut.

    `single` passages, with no others beside them, cannot have been cut, and may differ more in length.
    """
    shorter, longer = (len(old), len(new)) if len(old) < len(new) else (len(new), len(old))
    if not single and shorter < _SAME_LENGTH * longer:
        return None
    head = Prefix.similarity(old, new)
    tail = min(Postfix.similarity(old, new), shorter - head)
    if 2 * (head + tail) < longer and (single or _share(old, new) < _SURELY):
        return None
    if _differ(old[head : head + 1], new[head : head + 1]):
        return "changed"
    start, cut = _between_words(old, head, -1), len(old) - _between_words(old, len(old) - tail, 1)
    same = lettering(old[start : len(old) - cut]) == lettering(new[start : len(new) - cut])
    return "kept" if same else "changed"


def _differ(old: str, new: str) -> bool:
    """Whether texts that are the same up to these characters surely say something else: two plain letters or figures."""
    return old.isascii() and new.isascii() and old.isalnum() and new.isalnum() and old.lower() != new.lower()


@lru_cache(maxsize=64)  # asked of a passage at its place, and at the head or the end of a gap
def _share(old: str, new: str) -> float:
    if Indel.normalized_similarity(old, new, score_cutoff=_PLAINLY):
        return 1.0
    return LCSseq.normalized_similarity(_words(old), _words(new), score_cutoff=_SURELY)


def _between_words(text: str, at: int, step: int) -> int:
    """The nearest place in one direction where letterings can be parted: at a space that belongs to no figure."""
    while 0 < at < len(text):
        if text[at] == " " and text[at - 1].isalpha() and text[at + 1 : at + 2].isalpha():
            return at
        at += step
    return at


def _resembling(gap: Gap, old: Sequence[str], new: Sequence[str]) -> Iterator[Link]:
    if gap.a == gap.b or gap.c == gap.d:
        yield from _alone(gap)
        return
    before, after = list(map(_words, old[gap.a : gap.b])), list(map(_words, new[gap.c : gap.d]))
    a, c = gap.a, gap.c
    for pair in _corresponding(before, after):
        there = Gap(gap.a + pair.a, gap.a + pair.b, gap.c + pair.c, gap.c + pair.d)
        yield from _alone(Gap(a, there.a, c, there.c))
        kind: Kind = "split" if there.d - there.c > 1 else "merged" if there.b - there.a > 1 else "changed"
        yield Link(kind, *there)
        a, c = there.b, there.d
    yield from _alone(Gap(a, gap.b, c, gap.d))


def _alone(gap: Gap) -> Iterator[Link]:
    yield from (Link("removed", i, i + 1, gap.c, gap.c) for i in range(gap.a, gap.b))
    yield from (Link("added", gap.a, gap.a, j, j + 1) for j in range(gap.c, gap.d))


def _corresponding(old: Sequence[_Spelled], new: Sequence[_Spelled], parts: int = _MOST_PARTS) -> list[Gap]:
    """The same for spelled passages. Very many are compared in stretches, each with its like."""
    rows, columns = len(old), len(new)
    stretches = min(-(-rows * columns // _MOST_CELLS), rows, columns)
    found: list[Gap] = []
    for k in range(stretches):
        a, b, c, d = (
            k * rows // stretches,
            (k + 1) * rows // stretches,
            k * columns // stretches,
            (k + 1) * columns // stretches,
        )
        found += (Gap(a + p.a, a + p.b, c + p.c, c + p.d) for p in _best(old[a:b], new[c:d], parts))
    return found


def _best(old: Sequence[_Spelled], new: Sequence[_Spelled], parts: int) -> list[Gap]:
    """The pairs whose gains sum up highest (Needleman and Wunsch, with passages cut or joined, no cost for a gap)."""
    rows, columns = len(old), len(new)
    if rows == columns == 1:
        return [Gap(0, 1, 0, 1)] if _gain(old[0], new[0]) else []
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    taken: dict[tuple[int, int], tuple[int, int]] = {}
    for i in range(rows - 1, -1, -1):
        row, below = best[i], best[i + 1]
        for j in range(columns - 1, -1, -1):
            most = max(below[j], row[j + 1])
            for height, width, gain in _pairings(old, new, i, j, parts):
                if gain + best[i + height][j + width] > most:
                    most = gain + best[i + height][j + width]
                    taken[i, j] = height, width
            row[j] = most
    return list(_path(best, taken))


def _path(best: Sequence[Sequence[float]], taken: dict[tuple[int, int], tuple[int, int]]) -> Iterator[Gap]:
    i = j = 0
    while i < len(best) - 1 and j < len(best[0]) - 1:
        if step := taken.get((i, j)):
            yield Gap(i, i + step[0], j, j + step[1])
            i, j = i + step[0], j + step[1]
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1


def _pairings(
    old: Sequence[_Spelled], new: Sequence[_Spelled], i: int, j: int, parts: int
) -> Iterator[tuple[int, int, float]]:
    """How the passages at i and j may be one: (how many old ones, how many new ones, what is gained)."""
    gain = _gain(old[i], new[j])
    if gain:
        yield 1, 1, gain
    if len(new[j]) < len(old[i]):
        yield from ((1, count, gain) for count, gain in _cuts(old[i], new[j : j + parts]))
    else:
        yield from ((count, 1, gain) for count, gain in _cuts(new[j], old[i : i + parts]))


def _cuts(whole: _Spelled, parts: Sequence[_Spelled]) -> Iterator[tuple[int, float]]:
    """How well the first two, three … parts together make up the whole."""
    together = parts[0]
    for count, part in enumerate(parts[1:], 2):
        together = together + part
        if not part or len(together) * 2 > len(whole) * 3:
            return
        if gain := _gain(whole, together):
            yield count, gain


def _gain(old: _Spelled, new: _Spelled) -> float:
    """What is gained by taking two spelled passages for one: their common words, less a share of all; 0 where that is too much."""
    total = len(old) + len(new)
    if 2 * min(len(old), len(new)) <= _ENOUGH * total:
        return 0.0
    return max(2 * LCSseq.similarity(old, new) - _ENOUGH * total, 0.0)


# --- moved -----------------------------------------------------------------------------------------------------------


def moves(gone: Sequence[str], come: Sequence[str]) -> list[tuple[int, int]]:
    """Which of the passages that went is which of those that came: word for word, else in most of their words."""
    if list(gone) > list(come):
        return [(i, j) for j, i in moves(come, gone)]
    pairs = _same(gone, come)
    gone_again, come_again = {i for i, _ in pairs}, {j for _, j in pairs}
    rest = [i for i in range(len(gone)) if i not in gone_again], [j for j in range(len(come)) if j not in come_again]
    return [*pairs, *_reworded(gone, come, *rest)]


def _same(gone: Sequence[str], come: Sequence[str]) -> list[tuple[int, int]]:
    """Those that say the same; of immensely many, those that are the same."""
    said = lettering if len(gone) + len(come) <= _MOST_PASSAGES else str
    homes: dict[str, list[int]] = {}
    for i in range(len(gone) - 1, -1, -1):
        homes.setdefault(said(gone[i]), []).append(i)
    homes.pop("", None)
    return [(home.pop(), j) for j, text in enumerate(come) if (home := homes.get(said(text)))]


def _reworded(gone: Sequence[str], come: Sequence[str], left: list[int], right: list[int]) -> list[tuple[int, int]]:
    if not left or not right or len(left) * len(right) > _MOST_CELLS:
        return []
    old, new = {i: _words(gone[i]) for i in left}, {j: _words(come[j]) for j in right}
    likely = sorted(
        (-share, i, j)
        for i in left
        for j in right
        if min(len(old[i]), len(new[j])) >= _LEAST_TO_MOVE
        and (share := Indel.normalized_similarity(old[i], new[j], score_cutoff=_ENOUGH_TO_MOVE))
    )
    pairs: list[tuple[int, int]] = []
    for _, i, j in likely:
        if i in old and j in new:
            pairs.append((i, j))
            del old[i], new[j]
    return pairs
