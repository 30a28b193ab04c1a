"""A revision as typed edits with before and after, and one line of plain English. It reads operations; it decides no revision."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, starmap

from monitor.core.content import Block, Content, Delete, Insert, Keep, Move, Operation, Replace
from monitor.core.events import Edit
from monitor.core.revision.align import Gap, paired
from monitor.core.text import joined, lettering

_AUTHOR_LINE = re.compile(
    r"^\s*(?:by|von|par|por|di|door|av|af|od|autor(?:in)?:?|от|автор:?)\b.{0,200}$", re.IGNORECASE | re.DOTALL
)
_LONGEST_AUTHOR_LINE = 12  # words


def edits(old: Content, new: Content, operations: Sequence[Operation]) -> tuple[Edit, ...]:
    """The typed edits that lead from old to new, fields first, then the text in its order."""
    return (*_field_edits(old, new), *_body_edits(old.blocks, operations))


def _field_edits(old: Content, new: Content) -> Iterator[Edit]:
    if lettering(old.title) != lettering(new.title):
        yield Edit(kind="headline", zone="title", before=old.title, after=new.title)
    if lettering(old.dek) != lettering(new.dek):
        yield Edit(kind="dek", zone="dek", before=old.dek, after=new.dek)
    if lettering(old.byline) != lettering(new.byline):
        yield Edit(kind="byline", zone="byline", before=old.byline, after=new.byline)


def _body_edits(old: tuple[Block, ...], operations: Sequence[Operation]) -> Iterator[Edit]:
    moved = {i for o in operations if isinstance(o, Move) for i in range(o.start, o.start + o.count)}
    cursor = place = 0
    for operation in operations:
        match operation:
            case Keep(count):
                cursor, place = cursor + count, place + count
            case Delete(count):
                stay_away = (i for i in range(cursor, cursor + count) if i not in moved)
                yield from chain.from_iterable(_removed(old[i], i) for i in stay_away)
                cursor += count
            case Insert(blocks):
                yield from chain.from_iterable(_added(block, i) for i, block in enumerate(blocks, place))
                place += len(blocks)
            case Replace(count, blocks):
                yield from _rewritten(old[cursor : cursor + count], blocks, cursor, place)
                cursor, place = cursor + count, place + len(blocks)
            case Move(start, count):
                yield from starmap(_moved, zip(old[start : start + count], range(place, place + count), strict=True))
                place += count


def _moved(block: Block, place: int) -> Edit:
    return Edit(kind="paragraph_moved", zone="body", before=block.text, after=block.text, block=place)


def _rewritten(old: tuple[Block, ...], new: tuple[Block, ...], cursor: int, place: int) -> Iterator[Edit]:
    """A rewriting block by block: what resembles nothing on the other side went or came."""
    before, after = [block.text for block in old], [block.text for block in new]
    if joined(before) == joined(after):
        return
    for gap in paired(Gap(0, len(old), 0, len(new)), before, after):
        if gap.b - gap.a == 1 and gap.d - gap.c == 1:
            yield from _changed(old[gap.a], new[gap.c], place + gap.c)
            continue
        for i in range(gap.a, gap.b):
            yield from _removed(old[i], cursor + i)
        for j in range(gap.c, gap.d):
            yield from _added(new[j], place + j)


def _changed(old: Block, new: Block, place: int) -> Iterator[Edit]:
    if lettering(old.text) == lettering(new.text):
        return
    author = is_author_line(old.text) and is_author_line(new.text)
    kind, zone = ("byline", "byline") if author else ("paragraph_changed", "body")
    yield Edit(kind=kind, zone="byline" if zone == "byline" else "body", before=old.text, after=new.text, block=place)


def _removed(block: Block, place: int) -> Iterator[Edit]:
    if is_author_line(block.text):
        yield Edit(kind="byline", zone="byline", before=block.text, block=place)
    elif lettering(block.text):
        yield Edit(kind="paragraph_removed", zone="body", before=block.text, block=place)


def _added(block: Block, place: int) -> Iterator[Edit]:
    if is_author_line(block.text):
        yield Edit(kind="byline", zone="byline", after=block.text, block=place)
    elif lettering(block.text):
        yield Edit(kind="paragraph_added", zone="body", after=block.text, block=place)


def is_author_line(text: str) -> bool:
    """Whether a block of the text says no more than who wrote it."""
    if len(text) > 300 or len(text.split()) > _LONGEST_AUTHOR_LINE or text.rstrip().endswith((".", "!", "?", "…")):
        return False
    return _AUTHOR_LINE.match(text) is not None


_FIELDS = {"headline": "headline changed", "dek": "standfirst changed", "byline": "byline changed"}
_PARAGRAPHS = ("changed", "added", "removed", "moved")


def summary(found: Sequence[Edit]) -> str:
    """One plain line, such as "Headline changed; 2 paragraphs changed, 1 added."."""
    kinds = Counter(edit.kind for edit in found)
    parts = [words for kind, words in _FIELDS.items() if kinds[kind]]
    counts = [(kinds[f"paragraph_{verb}"], verb) for verb in _PARAGRAPHS if kinds[f"paragraph_{verb}"]]
    if counts:
        (first, verb), *others = counts
        noun = "paragraph" if first == 1 else "paragraphs"
        parts.append(", ".join([f"{first} {noun} {verb}", *(f"{n} {v}" for n, v in others)]))
    line = "; ".join(parts) or "text laid out anew"
    return f"{line[0].upper()}{line[1:]}."
