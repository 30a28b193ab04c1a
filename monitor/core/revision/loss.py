"""Looks that show hardly anything of a known text: an error's page, one that was not filled, one that breaks off. It remembers nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.core.content import Block
from monitor.core.text import lettering

_TEXT = 300  # letters that make a text which can be lost
_LOST, _EMPTY = 0.25, 0.15  # of the old letters: where no more of them is left, and no more shown, it is another page
_CUT = 0.6  # of the old letters: where no more is left and nothing came, half of the page may be missing
_PATIENCE_WITH_LOSS, _PATIENCE_WITH_CUT = 3, 2  # looks


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a whole look is doubted, and how many looks more it takes to believe it."""

    why: str
    patience: int


def lost(old: tuple[Block, ...], new: tuple[Block, ...]) -> Doubt | None:
    """Whether a look shows so little of the known text that the page may be half loaded, cut short or an error's."""
    was = [lettering(block.text) for block in _without_tail(old, new)]
    total = sum(map(len, was))
    if total < _TEXT:
        return None
    shown = [lettering(block.text) for block in new]
    there = set(shown)
    left = sum(len(text) for text in was if text in there)
    size = sum(map(len, shown))
    if left < total * _LOST and size < total * _EMPTY:
        return Doubt("hardly anything of the known text is left", _PATIENCE_WITH_LOSS)
    if size < total * _CUT and there <= set(was) and shown != was[: len(shown)]:
        return Doubt("much of the known text is missing and nothing came instead", _PATIENCE_WITH_CUT)
    if _breaks_off(was, shown):
        return Doubt("the text breaks off in the middle", _PATIENCE_WITH_CUT)
    return None


def _without_tail(old: tuple[Block, ...], new: tuple[Block, ...]) -> tuple[Block, ...]:
    """The known blocks without the posts of a live blog that are older than any that is shown: they rolled off long ago."""
    oldest = min((block.at for block in new if block.at), default=None)
    return old if oldest is None else tuple(b for b in old if b.at is None or b.at >= oldest)


def _breaks_off(was: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether the known text is shown up to the middle of a block, and no further."""
    last = len(shown) - 1
    if last < 1 or len(shown) >= len(was) or list(shown[:last]) != list(was[:last]):
        return False
    return shown[last] != was[last] and was[last].startswith(shown[last])
