"""The quotations of two texts against each other: added, removed, reworded, said by somebody else, moved.

A quotation that is still elsewhere in quotation marks, or was cut in two, is not removed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.entry import words
from monitor.core.revision.namesakes import same_speaker
from monitor.core.revision.quotes import Quote
from monitor.core.text import lettering

_REWORDED = 0.5  # likeness of two quotations of one speaker that are one
_ELSEWHERE = 0.6  # the same where nothing else tells that they are one
_IN_ITS_STEAD = 0.5  # for a short one at the same place, with a word of the old one in it
_SAID_BY_ANOTHER = 0.85  # likeness of a quotation that is now somebody else's
_MOST_TIMES = 6  # as long as one that it holds
_LEAST_PART = 8  # letters of a quotation that is found again within another
_COMPLETE = 0.9  # of a quotation's letters stand in its parts
_MOST_PAIRS = 2_500

_long_word = re.compile(r"[^\W\d_]{4,}")

Change = Literal["added", "removed", "reworded", "reattributed", "moved"]


class Placed(NamedTuple):
    """A quotation and the block that holds it; `home` is the same for blocks of both texts that are one."""

    quote: Quote
    block: int
    home: int
    letters: str
    telling: tuple[str, ...]  # the longer words, without those of which every sentence is full
    touched: bool  # whether it stands where the texts differ

    @classmethod
    def at(cls, quote: Quote, block: int, home: int, lexicon: Lexicon, *, touched: bool) -> Placed:
        """With the letters and words by which quotations are compared."""
        said = quote.words.casefold()
        long = _long_word.findall(said) if lexicon.spaced else _runs(said)
        telling = tuple(word for word in long if word not in lexicon.functions)
        return cls(quote, block, home, lettering(quote.bare or quote.words), telling, touched)


_wide_run = re.compile("[\u3400-\u9fff]{2,}|[\u30a0-\u30ff]{3,}")
_everyday = words(
    "我们 我們 他们 他們 她们 你们 大家 自己 没有 沒有 这个 這個 这是 這是 那个 一个 一個 一定 可以 就是 不是 不会 不能 什么 什麼 怎么 已经 已經 现在 還是 还是 因为 因為 所以 但是 如果 非常 需要"
)


def _runs(said: str) -> list[str]:
    """What stands for words in scripts without spaces: two characters together, or a run of katakana."""
    found = []
    for run in _wide_run.findall(said):
        found += [run] if "\u30a0" <= run[0] <= "\u30ff" else [run[at : at + 2] for at in range(len(run) - 1)]
    return [pair for pair in found if pair not in _everyday]


class Requoted(NamedTuple):
    """What became of a quotation; None where it was or is not there."""

    change: Change
    old: Placed | None
    new: Placed | None


def requoted(
    old: Sequence[Placed],
    new: Sequence[Placed],
    *,
    still: Callable[[str], bool],
    before: Callable[[str], bool],
    strayed: Callable[[Placed, Placed], bool],
) -> Iterator[Requoted]:
    """What became of the quotations of the passages that changed.

    `still` says whether letters stand in a quotation elsewhere in the new text, `before` whether they did in the old one, `strayed`
    whether a quotation went to another paragraph, where paragraphs were cut or run together.
    """
    pairs = [*_the_same(old, new)]
    left, right = _without_joined(*_rest(old, new, pairs))
    pairs += _alike(left, right)
    for one, other in pairs:
        if change := _change(one, other, strayed):
            yield Requoted(change, one, other)
    left, right = _rest(left, right, pairs)
    parts_old, parts_new = "\0".join(p.letters for p in old), "\0".join(p.letters for p in new)
    for one in left:
        if (
            not one.quote.slight
            and not _found(one.letters, parts_new)
            and not _made_of(one.letters, right)
            and not still(one.letters)
        ):
            yield Requoted("removed", one, None)
    for other in right:
        if (
            not other.quote.slight
            and not _found(other.letters, parts_old)
            and not _made_of(other.letters, left)
            and not before(other.letters)
        ):
            yield Requoted("added", None, other)


def _found(letters: str, quoted: str) -> bool:
    return len(letters) >= _LEAST_PART and letters in quoted


def _made_of(letters: str, parts: Sequence[Placed]) -> bool:
    """Whether a quotation is now told in parts: all but a few of its letters stand in other quotations."""
    found = [part.letters for part in parts if len(part.letters) >= _LEAST_PART and part.letters in letters]
    return sum(map(len, found)) >= 0.8 * len(letters) > 0


def _without_joined(old: list[Placed], new: list[Placed]) -> tuple[list[Placed], list[Placed]]:
    """Without quotations that were cut in two, or run together, and say the same."""
    told = {id(p) for whole in old for p in _parts(whole, new)} | {id(p) for whole in new for p in _parts(whole, old)}
    return [one for one in old if id(one) not in told], [one for one in new if id(one) not in told]


def _parts(whole: Placed, others: Sequence[Placed]) -> list[Placed]:
    """The whole with the quotations that make it up together; nothing where they do not."""
    parts = [other for other in others if other.letters and other.letters in whole.letters]
    complete = len(parts) > 1 and sum(len(part.letters) for part in parts) >= _COMPLETE * len(whole.letters)
    return [whole, *parts] if complete else []


def _the_same(old: Sequence[Placed], new: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Quotations with the same letters: those of one speaker and place first."""
    rest = list(new)
    for one in old:
        twins = [other for other in rest if other.letters == one.letters]
        if twins:
            best = twins[0]
            if len(twins) > 1:
                best = max(twins, key=lambda other: (_same(one, other), one.home == other.home))
            rest.remove(best)
            yield one, best


def _rest(
    old: Sequence[Placed], new: Sequence[Placed], pairs: Sequence[tuple[Placed, Placed]]
) -> tuple[list[Placed], list[Placed]]:
    gone, come = {id(one) for one, _ in pairs}, {id(other) for _, other in pairs}
    return [one for one in old if id(one) not in gone], [other for other in new if id(other) not in come]


def _alike(old: Sequence[Placed], new: Sequence[Placed]) -> list[tuple[Placed, Placed]]:
    """Quotations that are one, reworded, the likest first."""
    if not old or not new or len(old) * len(new) > _MOST_PAIRS:
        return []
    likely = sorted(
        (-share, i, j) for i, one in enumerate(old) for j, other in enumerate(new) if (share := _likeness(one, other))
    )
    pairs: list[tuple[Placed, Placed]] = []
    gone: set[int] = set()
    come: set[int] = set()
    for _, i, j in likely:
        if i not in gone and j not in come:
            pairs.append((old[i], new[j]))
            gone.add(i)
            come.add(j)
    return pairs


def _likeness(one: Placed, other: Placed) -> float:
    """How surely one quotation became the other; 0 where that is not sure enough."""
    if (one.quote.slight and other.quote.slight) or not (one.touched or other.touched):
        return 0.0
    if not (one.touched and other.touched):  # only one of them is another: it says more now, or less
        return _IN_ITS_STEAD if one.home == other.home and _same(one, other) and _holds(one, other) else 0.0
    here, known = one.home == other.home, one.quote.speaker and other.quote.speaker
    if not _same(one, other):
        enough = _SAID_BY_ANOTHER
    elif here and (known or one.quote.cue == other.quote.cue) and _shares_word(one, other):
        return max(Indel.normalized_similarity(one.letters, other.letters), _IN_ITS_STEAD)
    else:
        enough = _REWORDED if known or here else _ELSEWHERE
    return Indel.normalized_similarity(one.letters, other.letters, score_cutoff=enough)


def _same(one: Placed, other: Placed) -> bool:
    left, right = one.quote, other.quote
    return same_speaker(left.speaker, right.speaker, left.context, right.context)


def _shares_word(one: Placed, other: Placed) -> bool:
    """Whether two quotations have a telling word in common, in some form (inefficace, peu efficace), or one holds all of the other."""
    return _holds(one, other) or any(
        a[:6] in b or b[:6] in a or a in b or b in a for a in one.telling for b in other.telling
    )


def _holds(one: Placed, other: Placed) -> bool:
    """Whether all that one quotation says stands in the other, and is a good part of it."""
    shorter, longer = sorted((one.letters, other.letters), key=len)
    return shorter in longer and len(longer) <= _MOST_TIMES * len(shorter)


def _change(one: Placed, other: Placed, strayed: Callable[[Placed, Placed], bool]) -> Change | None:
    if not _same(one, other):
        return "reattributed"
    if one.letters != other.letters:
        return "reworded"
    return "moved" if one.home != other.home or strayed(one, other) else None
