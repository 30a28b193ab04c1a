"""What differs between two pictures of one page and is no edit: looks, words seen before, places that never rest.

It learns, for each article, which places of the page change without the article changing (`Place`, kept in the article's
looks): a place that flips back and forth between states, or holds something new at most looks. Prose that is edited again
and again is not such a place. Nothing is dropped unsaid: `Settled.notes` names what was set aside, and why.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import msgspec

from monitor.core.content import Block, Content
from monitor.core.revision.align import Gap, gaps, paired
from monitor.core.text import joined, lettering, short_hash

_MOST_PLACES = 48
_MOST_STATES = 8
_PATIENCE, _PATIENCE_WITH_PROSE = 2, 3  # returns to an earlier state that are believed to be edits
_RESTED = 8  # looks in one state, after which a restless place is believed again
_PROSE_WORDS = 4
_PROSE_LETTERS = 12  # where words are not parted by spaces
_SENTENCE_ENDS = (".", "!", "?", "…", ":", "”", '"', "»", "。", "！", "？", "।", "۔", "؟")


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place of the page that changed, known by its neighbours; the states it was seen in, newest last; the one on record."""

    before: str
    after: str
    states: tuple[str, ...]
    record: str
    since: int
    changes: int = 1
    returns: int = 0
    run: int = 1

    def seen(self, state: str, look: int) -> Place:
        """The place after a look that saw it in `state`."""
        if state == self.states[-1]:
            return msgspec.structs.replace(self, run=self.run + 1)
        fresh = self if self.run < _RESTED else msgspec.structs.replace(self, since=look, changes=0, returns=0)
        states = (*self.states, state)[-_MOST_STATES:]
        returns = fresh.returns + (state in self.states)
        return msgspec.structs.replace(fresh, states=states, changes=fresh.changes + 1, returns=returns, run=1)

    def flips(self, patience: int) -> bool:
        """Whether what was seen here goes back and forth: it came back to an earlier state `patience` times."""
        return self.run < _RESTED and self.returns >= patience

    def hurries(self, look: int) -> bool:
        """Whether something else is seen here at most looks."""
        return self.run < _RESTED and self.changes >= 3 and self.changes * 2 > look - self.since


@dataclass(frozen=True, slots=True)
class Settled:
    """The content without the noise, what was learned of the places, and a note on each thing set aside."""

    content: Content
    places: tuple[Place, ...]
    notes: tuple[str, ...]


def settle(
    old: Content,
    new: Content,
    *,
    look: int,
    places: tuple[Place, ...],
    before: Collection[str],
    now: Collection[str],
    past: Collection[str],
) -> Settled:
    """The new content with everything that is no edit put back as it was.

    `before` and `now` are the hashes (`text.short_hash` of a lettering) of texts visible outside the article, at the last
    look and at this one; `past` holds the wordings of earlier revisions: what returns as a whole is no furniture in a hurry.
    """
    judge = _Judge(look, list(places), before, now, returning=wording(new) in past)
    blocks = judge.blocks(old.blocks, new.blocks)
    changed = {name: judge.line(name, getattr(old, name), getattr(new, name)) for name in ("title", "dek", "byline")}
    stated = {name: getattr(new, name) or getattr(old, name) for name in ("section", "lang", "published", "modified")}
    content = msgspec.structs.replace(new, blocks=blocks, **changed, **stated)
    return Settled(content, judge.learned(), tuple(judge.notes))


@dataclass(slots=True)
class _Judge:
    """One look at one article: which differences count."""

    look: int
    places: list[Place]
    before: Collection[str]
    now: Collection[str]
    returning: bool
    hit: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def line(self, name: str, old: str, new: str) -> str:
        """A title, standfirst or byline: the new one where it is an edit."""
        if not new or lettering(old) == lettering(new):
            return old
        return new if not old or self._edit(f"the {name}", old, new, name, name, _PATIENCE, may_hurry=True) else old

    def blocks(self, old: tuple[Block, ...], new: tuple[Block, ...]) -> tuple[Block, ...]:
        """The new blocks, with the old ones where a difference is no edit."""
        was, is_now = [lettering(b.text) for b in old], [lettering(b.text) for b in new]
        if "".join(was) == "".join(is_now):
            return old
        result: list[Block] = []
        cursor = 0
        for gap in gaps(was, is_now):
            result += new[cursor : gap.c]
            for piece in _pieces(gap, was, is_now, old, new):
                kept = self._accepts(piece, old, new, was, is_now)
                result += new[piece.c : piece.d] if kept else old[piece.a : piece.b]
            cursor = gap.d
        result += new[cursor:]
        return tuple(result) if "".join(lettering(b.text) for b in result) != "".join(was) else old

    def _accepts(
        self, gap: Gap, old: tuple[Block, ...], new: tuple[Block, ...], was: Sequence[str], is_now: Sequence[str]
    ) -> bool:
        before, after = "".join(was[gap.a : gap.b]), "".join(is_now[gap.c : gap.d])
        if before == after:
            return False
        if self._was_there(is_now[gap.c : gap.d], self.before) and not before:
            self.notes.append("text that was visible on the page before is no insertion")
            return False
        if self._was_there(was[gap.a : gap.b], self.now) and not after:
            self.notes.append("text that is still visible on the page is no removal")
            return False
        left = short_hash(was[gap.a - 1]) if gap.a else "^"
        right = short_hash(was[gap.b]) if gap.b < len(was) else "$"
        prose = any(is_prose(b.text) for b in (*old[gap.a : gap.b], *new[gap.c : gap.d]))
        sample = " ".join(b.text for b in (new[gap.c : gap.d] or old[gap.a : gap.b]))
        patience = _PATIENCE_WITH_PROSE if prose else _PATIENCE
        return self._edit(f"“{sample[:60]}”", before, after, left, right, patience, may_hurry=prose)

    @staticmethod
    def _was_there(texts: Sequence[str], seen: Collection[str]) -> bool:
        said = [text for text in texts if text]
        return bool(said) and all(short_hash(text) in seen for text in said)

    def _edit(self, what: str, old: str, new: str, left: str, right: str, patience: int, *, may_hurry: bool) -> bool:
        """Whether text that became another at this place is an edit; learns the place either way."""
        state = short_hash(lettering(new))
        index = self._find(left, right)
        if index is None:
            index = len(self.places)
            recorded = short_hash(lettering(old))
            self.places.append(Place(left, right, (recorded, state), recorded, self.look))
        else:
            self.places[index] = self.places[index].seen(state, self.look)
        self.hit.add(index)
        place = self.places[index]
        hurries = place.hurries(self.look) and not may_hurry and not self.returning
        if hurries or place.flips(patience):
            self.notes.append(
                f"{what} stands in a place that never rests ({place.changes} changes, {place.returns} returns)"
            )
            return False
        self.places[index] = msgspec.structs.replace(place, record=state, before=left, after=right)
        return True

    def _find(self, left: str, right: str) -> int | None:
        for index, place in enumerate(self.places):
            if index not in self.hit and ((place.before == left != "^") or (place.after == right != "$")):
                return index
        ends = [i for i, p in enumerate(self.places) if i not in self.hit and (p.before, p.after) == (left, right)]
        return ends[0] if ends else None

    def learned(self) -> tuple[Place, ...]:
        """The places after this look: one where nothing differs is in the state that is on record."""
        known = [p if i in self.hit else p.seen(p.record, self.look) for i, p in enumerate(self.places)]
        return tuple(known[-_MOST_PLACES:])


def _pieces(
    gap: Gap, was: Sequence[str], is_now: Sequence[str], old: tuple[Block, ...], new: tuple[Block, ...]
) -> list[Gap]:
    """A gap taken apart, unless it only cuts the same words into other paragraphs."""
    if "".join(was[gap.a : gap.b]) == "".join(is_now[gap.c : gap.d]):
        return [gap]
    return paired(gap, [b.text for b in old], [b.text for b in new])


def is_prose(text: str) -> bool:
    """Whether a block reads like written sentences, as furniture hardly does."""
    text = text.rstrip(")]’' ")
    long_enough = text.count(" ") >= _PROSE_WORDS or (not text.isascii() and len(lettering(text)) >= _PROSE_LETTERS)
    return long_enough and text.endswith(_SENTENCE_ENDS)


def wording(content: Content) -> str:
    """The hash of all that a content says: equal for two that differ only in looks, stamps or labels."""
    lines = (lettering(line) for line in (content.title, content.dek, content.byline))
    return short_hash("\0".join([*lines, joined(block.text for block in content.blocks)]))
