"""Slow, obvious doubles of what the core does quickly: they say what is meant, and the core is held to them."""

from __future__ import annotations

import re

from monitor.core.watch.fold import _JOINED, _diacritics, _squeezed, fold

_units = re.compile(f"(?:{_JOINED}|.)[{_diacritics}]*", re.DOTALL)


def origins(text: str) -> tuple[list[int], list[int]]:
    """Where each folded letter comes from, unit by unit."""
    raw, starts, ends = "", [], []
    for unit in _units.finditer(text):
        piece = "".join(fold_alone(unit[0]))
        raw += piece
        starts += [unit.start()] * len(piece)
        ends += [unit.end()] * len(piece)
    gone: set[int] = set()
    for gap in _squeezed.finditer(raw):
        keeps = gap.lastgroup == "run"
        if keeps:
            ends[gap.start()] = ends[gap.end() - 1]
        gone |= set(range(gap.start() + keeps, gap.end()))
    kept = [at for at in range(len(raw)) if at not in gone]
    return [starts[at] for at in kept], [ends[at] for at in kept]


def fold_alone(unit: str) -> str:
    """A unit's folding without the squeezing, which looks at neighbours: no unit folds to a run or ends in 's."""
    return fold(unit)
