"""The edits within one sentence in two versions: figures, hedges, a slip of the pen. Quotations are told over the whole text."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.core.events import Edit, EditZone, Measure
from monitor.core.revision.differing import differing
from monitor.core.revision.figures import Figure
from monitor.core.revision.hedges import hedged, hedges
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.numerals import counts
from monitor.core.revision.recount import Recount, recounted
from monitor.core.revision.typos import typo

_LONGEST_SLIP = 160  # characters of a difference, with what stands beside it


def sentence_edits(before: str, after: str, words: Lexicon, *, zone: EditZone, block: int | None) -> list[Edit]:
    """The typed edits of a sentence; `before` or `after` may be empty, where it came or went."""
    if not before or not after:
        return [_figure_edit(recount, before, after, zone, block) for recount in recounted(before, after, words)]
    left, right = differing(before, after)
    found: list[Edit] = []
    if counts(left, words) or counts(right, words):
        found += [_figure_edit(recount, before, after, zone, block) for recount in recounted(before, after, words)]
    if hedges(left, words) or hedges(right, words):
        found += _hedge_edit(before, after, words, zone, block)
    if not found and max(len(left), len(right)) < _LONGEST_SLIP:
        found += _typo_edit(before, after, zone, block)
    return found


def _figure_edit(recount: Recount, before: str, after: str, zone: EditZone, block: int | None) -> Edit:
    old, new = recount.old, recount.new
    named = new or old
    return Edit(
        kind="figure" if old and new else "figure_added" if new else "figure_removed",
        zone=zone,
        before=before[old.start : old.end] if old else "",
        after=after[new.start : new.end] if new else "",
        block=block,
        sentence_before=before,
        sentence_after=after,
        unit=named.unit if named else "",
        noun=named.noun if named else "",
        figure_before=_measure(old),
        figure_after=_measure(new),
        speaker=recount.speaker,
    )


def _measure(figure: Figure | None) -> Measure | None:
    return Measure(figure.value, figure.bound, figure.upper) if figure else None


def _hedge_edit(before: str, after: str, words: Lexicon, zone: EditZone, block: int | None) -> Iterator[Edit]:
    if found := hedged(before, after, words):
        yield Edit(
            kind="hedge",
            zone=zone,
            before=found.before,
            after=found.after,
            block=block,
            sentence_before=before,
            sentence_after=after,
        )


def _typo_edit(before: str, after: str, zone: EditZone, block: int | None) -> Iterator[Edit]:
    if found := typo(before, after):
        yield Edit(
            kind="typo",
            zone=zone,
            before=found.before,
            after=found.after,
            block=block,
            sentence_before=before,
            sentence_after=after,
        )
