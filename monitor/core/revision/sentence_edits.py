"""The edits within one sentence in two versions: figures, hedges, a slip of the pen. Quotations are told over the whole text."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.core.events import Edit, EditZone, Measure
from monitor.core.revision.differing import Versions, versions
from monitor.core.revision.figures import Figure
from monitor.core.revision.glance import may_recount, touched
from monitor.core.revision.hedges import hedged, may_hedge
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.recount import Recount, recounted
from monitor.core.revision.typos import Typo, typo

_LONGEST_SLIP = 160  # characters of a difference, with what stands beside it


def sentence_edits(before: str, after: str, words: Lexicon, *, zone: EditZone, block: int | None) -> list[Edit]:
    """The typed edits of a sentence; `before` or `after` may be empty, where it came or went."""
    return edits_within(versions(before, after), words, zone=zone, block=block)


def edits_within(said: Versions, lexicon: Lexicon, *, zone: EditZone, block: int | None) -> list[Edit]:
    """The same for a sentence of which it is known where its versions differ: only that is read at first."""
    found: list[Edit] = []
    before, after, left, right, changed = said.before, said.after, said.left, said.right, said.changed
    figures, sureness = touched(changed, lexicon)
    if figures and may_recount(left, right, lexicon):
        found += [_figure_edit(recount, before, after, zone, block) for recount in recounted(before, after, lexicon)]
    if not before or not after:
        return found
    if sureness and may_hedge(left, right, lexicon):
        found += _hedge_edit(before, after, lexicon, zone, block)
    if not found and max(len(left), len(right)) < _LONGEST_SLIP and (slip := typo(left, right, changed)):
        found.append(_typo_edit(slip, before, after, zone, block))
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


def _hedge_edit(before: str, after: str, lexicon: Lexicon, zone: EditZone, block: int | None) -> Iterator[Edit]:
    if found := hedged(before, after, lexicon):
        yield Edit(
            kind="hedge",
            zone=zone,
            before=found.before,
            after=found.after,
            block=block,
            sentence_before=before,
            sentence_after=after,
        )


def _typo_edit(slip: Typo, before: str, after: str, zone: EditZone, block: int | None) -> Edit:
    return Edit(
        kind="typo",
        zone=zone,
        before=slip.before,
        after=slip.after,
        block=block,
        sentence_before=before,
        sentence_after=after,
    )
