"""Which blocks stand apart from the text: in wrappers that hold hardly any of its prose, as boxes, teasers and tools do.

A page's template puts all paragraphs of an article into the same wrappers, and what is none of it into others. That is only a hint:
nothing is left out for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from selectolax.lexbor import LexborNode

from monitor.sources.page.blocks import Shown

_LEAST = 0.1  # of the letters of all prose: wrappers with as much hold text
_TEXTS = frozenset(
    """
    p li ul ol dl dt dd blockquote figure figcaption caption h1 h2 h3 h4 h5 h6 hgroup header pre section
    table thead tbody tfoot tr td th
    """.split()  # noqa: SIM905 - a word list reads best as words
)


def apart(shown: Sequence[Shown], nodes: Mapping[int, LexborNode]) -> Iterator[str]:
    """The letters of the blocks that stand apart; none where the page shows no prose. `nodes` are the elements that `Shown.path` names."""
    wrappers = [_wrappers(block, nodes) for block in shown]
    prose: dict[tuple[str, ...], int] = defaultdict(int)
    for block, around in zip(shown, wrappers, strict=True):
        prose[around] += len(block.letters) * block.is_prose()
    total = sum(prose.values())
    for block, around in zip(shown, wrappers, strict=True):
        if prose[around] < total * _LEAST:
            yield block.letters


def _wrappers(block: Shown, nodes: Mapping[int, LexborNode]) -> tuple[str, ...]:
    """The tags of the elements above a block that are not the text's own, such as paragraphs, lists and tables."""
    return tuple(tag for element in block.path if (tag := nodes[element].tag or "") not in _TEXTS)
