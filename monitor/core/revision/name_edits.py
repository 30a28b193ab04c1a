"""The edits of names: those in a changed sentence of one text that stand nowhere in the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from monitor.core.content import Content
from monitor.core.events import Edit
from monitor.core.revision.names import Known, names
from monitor.core.revision.reading import Reading

_MOST = 20  # of one text
_BETWEEN = "\0 "  # what no name spans, and one may begin behind


def name_edits(reading: Reading) -> Iterator[Edit]:
    """The names that went, then those that came."""
    alignment = reading.alignment
    yield from _only_there(reading, alignment.new, new=False)
    yield from _only_there(reading, alignment.old, new=True)


def _only_there(reading: Reading, other: Content, *, new: bool) -> Iterator[Edit]:
    """The names of one text of which the other knows nothing, by their last word."""
    found: dict[str, int] = {}
    known = Known("\n".join([other.title, other.dek, other.byline, *(block.text for block in other.blocks)]))
    news = list(_news(reading, new=new))
    if not names(_BETWEEN.join([text for _, text in news]), reading.words, known):
        return  # as nearly always: told at once, not passage by passage
    blocks = reading.blocks(new=new)
    for block, text in news:
        here = names(text, reading.words, known)
        if here and reading.is_prose(blocks[block].text):
            for name in here:
                if not reading.is_slip(name):
                    found.setdefault(name, block)
    for name, block in islice(found.items(), _MOST):
        yield Edit(
            kind="entity_added" if new else "entity_removed",
            zone=reading.zone(block, new=new),
            before="" if new else name,
            after=name if new else "",
            block=block,
        )


def _news(reading: Reading, *, new: bool) -> Iterator[tuple[int, str]]:
    """What one text says that the other does not, with its block: paragraphs, sentences, and what differs in those that are one."""
    blocks = reading.blocks(new=new)
    for _, pair in reading.changed():
        numbers = pair.after if new else pair.before
        if pair.kind in {"added", "removed"}:
            yield from ((number, blocks[number].text) for number in numbers)
            continue
        for both in reading.compared(pair):
            own = both.pair.after if new else both.pair.before
            if own and own[0].block in numbers:
                yield own[0].block, both.right if new else both.left
