"""A revision as typed edits, with before and after, place and sentences. Rules that a reader can check; docs/revisions.md says them.

It names what changed; whether that matters is `revision.significance`'s to say, and whether there is a revision `core.article`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from monitor.core.content import Block, Content
from monitor.core.events import Declared, Edit, EditZone, Significance
from monitor.core.revision import significance
from monitor.core.revision.alignment import aligned
from monitor.core.revision.authors import is_author_line
from monitor.core.revision.body_edits import body_edits
from monitor.core.revision.lexicon import Lexicon, lexicon
from monitor.core.revision.link_edits import link_edits
from monitor.core.revision.reading import Reading
from monitor.core.revision.sentence_edits import sentence_edits
from monitor.core.revision.telling import summary
from monitor.core.text import lettering

__all__ = ["Classified", "classified", "edits", "is_author_line", "summary"]


class Classified(NamedTuple):
    """What a revision is: its typed edits, what they amount to, and one plain line."""

    edits: tuple[Edit, ...]
    significance: Significance
    update_declared: Declared
    stealth: bool
    bump: bool
    summary: str


def classified(old: Content, new: Content, *, seen: Content | None = None) -> Classified:
    """What led from old to new. `seen` states the stamps of the newest look at the old words, where they are not old's own."""
    found, stamped = _read(old, new)
    weight = significance.weighed(found)
    declared = significance.declared(found, seen or old, new, stamped=stamped)
    return Classified(
        found, weight, declared, weight == "major" and declared == "no", significance.is_bump(found), summary(found)
    )


def edits(old: Content, new: Content) -> tuple[Edit, ...]:
    """The typed edits that lead from old to new: the title first, then the text in its order."""
    return _read(old, new)[0]


def _read(old: Content, new: Content) -> tuple[tuple[Edit, ...], bool]:
    """The edits, and whether a stamp in the text changed beside them."""
    words = lexicon(new.lang or old.lang, _sample(new) or _sample(old))
    reading = Reading.of(aligned(old, new), words)
    found = (*_stated(old, new, words), *body_edits(reading))
    stamps = tuple(reading.stamps)
    found = (*(found or stamps or tuple(_stamp(old, new))), *link_edits(reading))
    return found or tuple(_looks(old, new)), bool(stamps)


def _sample(content: Content) -> str:
    """Enough of the text to tell its language; nothing where the content states it."""
    return "" if content.lang else " ".join([content.title, *(block.text for block in content.blocks[:8])])


def _stated(old: Content, new: Content, words: Lexicon) -> Iterator[Edit]:
    """The edits of title, standfirst and author, and the figures and hedges in them."""
    if lettering(old.title) != lettering(new.title):
        yield Edit(kind="headline", zone="title", before=old.title, after=new.title)
        yield from _in_title(old.title, new.title, words)
    if lettering(old.dek) != lettering(new.dek):
        yield Edit(kind="dek", zone="dek", before=old.dek, after=new.dek)
        yield from sentence_edits(old.dek, new.dek, words, zone="dek", block=None)
    if lettering(old.byline) != lettering(new.byline):
        yield Edit(kind="byline", zone="byline", before=old.byline, after=new.byline)


def _in_title(before: str, after: str, words: Lexicon) -> list[Edit]:
    """The figures and hedges that changed in a title; what came or went with a new title is told by the title."""
    found = sentence_edits(before, after, words, zone="title", block=None)
    return [edit for edit in found if edit.kind in {"figure", "hedge"}]


def _stamp(old: Content, new: Content) -> Iterator[Edit]:
    """A new stamp on the same words."""
    if old.modified != new.modified and new.modified is not None:
        before = old.modified.isoformat() if old.modified else ""
        yield Edit(kind="stamp_only", zone="stamp", before=before, after=new.modified.isoformat())


def _looks(old: Content, new: Content) -> Iterator[Edit]:
    """One edit for all that differs in looks alone: marks, capitals, white space, where paragraphs end."""
    lines: tuple[tuple[EditZone, str, str], ...] = (
        ("title", old.title, new.title),
        ("dek", old.dek, new.dek),
        ("byline", old.byline, new.byline),
    )
    for zone, before, after in lines:
        if before != after:
            yield Edit(kind="cosmetic", zone=zone, before=before, after=after)
            return
    for index, block in enumerate(new.blocks):
        twin = old.blocks[index] if index < len(old.blocks) else Block("paragraph", "")
        if (twin.kind, twin.text) != (block.kind, block.text):
            yield Edit(kind="cosmetic", zone="body", before=twin.text, after=block.text, block=index)
            return
