"""The edits of names: those in a changed sentence of one text that stand nowhere in the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from monitor.core.content import Content
from monitor.core.events import Edit
from monitor.core.revision.names import Known, names
from monitor.core.revision.reading import Passage, Reading

_MOST = 20  # of one text


def name_edits(reading: Reading) -> Iterator[Edit]:
    """The names that went, then those that came."""
    alignment = reading.alignment
    yield from _only_there(reading, alignment.new, new=False)
    yield from _only_there(reading, alignment.old, new=True)


def _only_there(reading: Reading, other: Content, *, new: bool) -> Iterator[Edit]:
    """The names of one text of which the other knows nothing, by their last word."""
    found: dict[str, int] = {}
    known = Known("\n".join([other.title, other.dek, other.byline, *(block.text for block in other.blocks)]))
    for passage, text in _news(reading, new=new):
        here = names(text, reading.words, known)
        if here and reading.is_prose(passage):
            for name in here:
                if not reading.is_slip(name):
                    found.setdefault(name, passage.block)
    for name, block in islice(found.items(), _MOST):
        yield Edit(
            kind="entity_added" if new else "entity_removed",
            zone=reading.zone(block, new=new),
            before="" if new else name,
            after=name if new else "",
            block=block,
        )


def _news(reading: Reading, *, new: bool) -> Iterator[tuple[Passage, str]]:
    """What one text says that the other does not, by passage: paragraphs, sentences, and what differs in those that are one."""
    for passage in reading.passages(new=new):
        pair = reading.alignment.blocks[passage.home]
        if pair.kind in {"added", "removed"}:
            yield passage, passage.text
            continue
        for both in reading.compared(pair):
            own = both.pair.after if new else both.pair.before
            if own and own[0].block == passage.block:
                yield passage, both.right if new else both.left
