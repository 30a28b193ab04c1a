"""Which passages of two texts are one passage: kept, changed, cut in two, run together or moved. It looks at words, not at meaning.

The same rules serve paragraphs and sentences. All work is bounded: of very many passages only those at about the same place of both texts are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

import msgspec
from rapidfuzz.distance import Indel, LCSseq, Postfix, Prefix

from monitor.core.revision.corresponding import corresponding, gained, spelled
from monitor.core.revision.gaps import Gap, gaps
from monitor.core.revision.moving import moves
from monitor.core.text import lettering

Kind = Literal["kept", "changed", "split", "merged", "moved", "added", "removed"]

_SURELY = 0.7  # the share above which two passages at the same place are one, whatever stands beside them
_PLAINLY = 0.9  # of their letters: passages that need not be compared by words
_SAME_LENGTH = 0.8  # of two passages of which neither was cut
_MOST_PASSAGES = 20_000  # of a gap that are compared at all
_MOST_SHIFTED = 12  # of a gap in which one may have given a part of itself to its neighbour


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
    return "changed" if gained(spelled(old), spelled(new)) else None


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
    start, cut = _betweenspelled(old, head, -1), len(old) - _betweenspelled(old, len(old) - tail, 1)
    same = lettering(old[start : len(old) - cut]) == lettering(new[start : len(new) - cut])
    return "kept" if same else "changed"


def _differ(old: str, new: str) -> bool:
    """Whether texts that are the same up to these characters surely say something else: two plain letters or figures."""
    return old.isascii() and new.isascii() and old.isalnum() and new.isalnum() and old.lower() != new.lower()


@lru_cache(maxsize=64)  # asked of a passage at its place, and at the head or the end of a gap
def _share(old: str, new: str) -> float:
    if Indel.normalized_similarity(old, new, score_cutoff=_PLAINLY):
        return 1.0
    return LCSseq.normalized_similarity(spelled(old), spelled(new), score_cutoff=_SURELY)


def _betweenspelled(text: str, at: int, step: int) -> int:
    """The nearest place in one direction where letterings can be parted: at a space that belongs to no figure."""
    while 0 < at < len(text):
        if text[at] == " " and text[at - 1].isalpha() and text[at + 1 : at + 2].isalpha():
            return at
        at += step
    return at


def _resembling(gap: Gap, old: Sequence[str], new: Sequence[str]) -> Iterator[Link]:
    if gap.a == gap.b or gap.c == gap.d:
        yield from _alone(gap)
    elif shifted := _shifted(gap, old, new):
        i, j = shifted
        yield from _resembling(Gap(gap.a, i, gap.c, j), old, new)
        yield from (Link("changed", i, i + 1, j, j + 1), Link("changed", i + 1, i + 2, j + 1, j + 2))
        yield from _resembling(Gap(i + 2, gap.b, j + 2, gap.d), old, new)
    else:
        yield from _as_corresponding(gap, old, new)


def _shifted(gap: Gap, old: Sequence[str], new: Sequence[str]) -> tuple[int, int] | None:
    """Where two neighbours begin of which one gave a part of itself to the other: that is all of the one and the rest of the other.

    By their words alone the two would seem to have run together, as the part may be longer than what it left.
    """
    if not 1 < gap.b - gap.a <= _MOST_SHIFTED or not 1 < gap.d - gap.c <= _MOST_SHIFTED:
        return None
    was, now = [lettering(text) for text in old[gap.a : gap.b]], [lettering(text) for text in new[gap.c : gap.d]]
    for i, (one, next_one) in enumerate(pairwise(was)):
        for j, (other, next_other) in enumerate(pairwise(now)):
            down = _is_part(other, one) and _is_part(next_one, next_other)
            if down or (_is_part(one, other) and _is_part(next_other, next_one)):
                return gap.a + i, gap.c + j
    return None


def _is_part(part: str, whole: str) -> bool:
    return 0 < len(part) < len(whole) and (whole.startswith(part) or whole.endswith(part))


def _as_corresponding(gap: Gap, old: Sequence[str], new: Sequence[str]) -> Iterator[Link]:
    before, after = list(map(spelled, old[gap.a : gap.b])), list(map(spelled, new[gap.c : gap.d]))
    a, c = gap.a, gap.c
    for pair in corresponding(before, after):
        there = Gap(gap.a + pair.a, gap.a + pair.b, gap.c + pair.c, gap.c + pair.d)
        yield from _alone(Gap(a, there.a, c, there.c))
        kind: Kind = "split" if there.d - there.c > 1 else "merged" if there.b - there.a > 1 else "changed"
        yield Link(kind, *there)
        a, c = there.b, there.d
    yield from _alone(Gap(a, gap.b, c, gap.d))


def _alone(gap: Gap) -> Iterator[Link]:
    yield from (Link("removed", i, i + 1, gap.c, gap.c) for i in range(gap.a, gap.b))
    yield from (Link("added", gap.a, gap.a, j, j + 1) for j in range(gap.c, gap.d))
