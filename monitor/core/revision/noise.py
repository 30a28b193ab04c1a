"""What differs between two pictures of one page and is no edit: looks, words seen before, places that never rest, half a page.

It learns, for each article, which places of the page change without the article changing (`places.Place`, kept in the article's
looks). A difference in a restless place is held back until it has stood long enough, and so is one that is strange by itself
(`piece.Piece`); prose that is edited again and again is neither. A look that shows hardly anything of the text is held back as a
whole. Nothing is dropped unsaid: `Settled.notes` names what was set aside, and why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from monitor.core.content import Block, Content
from monitor.core.revision.belonging import Story
from monitor.core.revision.composed import bearers, composed
from monitor.core.revision.gaps import Gap
from monitor.core.revision.loss import Doubt, lost
from monitor.core.revision.piece import Piece, is_prose, pieces
from monitor.core.revision.places import NOTHING, Place
from monitor.core.text import joined, lettering, short_hash

__all__ = ["Place", "Settled", "is_prose", "settle", "wording"]

_MOST_PLACES = 48
_COUNTS = 3  # figures alone that change in prose, one after the other, before it is taken for a counter
_WHOLE = "*"  # stands for both neighbours of the page as a whole
_ENDS = ("^", "$", _WHOLE)
_PATIENCE_WITH_RETURN = 12  # looks
_PATIENCE_WITH_DOUBT = 2  # looks that a difference has to stand which is strange by itself
_LINES = ("title", "dek", "byline")
_NOBODY = Story(())


@dataclass(frozen=True, slots=True)
class Settled:
    """The content without the noise, what was learned of the places, and a note on each thing set aside.

    `held`: some difference waits for the next look, which must read the page in full.
    """

    content: Content
    places: tuple[Place, ...]
    notes: tuple[str, ...]
    held: bool = False


def settle(
    old: Content,
    new: Content,
    *,
    look: int,
    places: tuple[Place, ...],
    before: Collection[str],
    now: Collection[str],
    past: Collection[str],
    repeated: Collection[str] = frozenset(),
    apart: Collection[str] = frozenset(),
) -> Settled:
    """The new content with everything that is no edit put back as it was.

    `before` and `now` are the hashes (`text.short_hash` of a lettering) of texts visible outside the article, at the last
    look and at this one, `repeated` those of texts that other articles of the site show, `apart` those of texts of the article that
    stand in other wrappers than its prose; `past` holds the wordings of earlier revisions: what returns as a whole is never told in parts.
    """
    judge = _Judge(look, list(places), before, now, repeated, apart)
    said, recorded = wording(new), wording(old)
    differences = pieces(old, new)
    returns = said in past and judge.is_first_return() and any(p and p.is_edited_prose for _, p in differences)
    doubt = lost(old.blocks, new.blocks)
    if doubt is None and not returns and (doubt := judge.doubts(said, (recorded, *past))):
        attempt = _Judge(look, list(places), before, now, repeated, apart)
        undone = wording(attempt.settled(old, new, differences, past))
        doubt = doubt if undone == recorded or undone not in past else None
    if doubt and not returns and judge.waits(doubt, recorded, said):
        judge.noted(said)
        return Settled(old, judge.learned(), tuple(judge.notes), held=True)
    content = judge.settled(old, new, differences, past)
    if returns:
        judge.noted(recorded)
        judge.noted(said)
        judge.believe()
        return Settled(new, judge.learned(), ())
    if judge.held:
        judge.noted(said)
    if judge.held and said in past and wording(content) not in past:
        content = old
    else:
        judge.believe()
    return Settled(content, judge.learned(), tuple(judge.notes), held=judge.held)


@dataclass(slots=True)
class _Judged:
    """A difference that counts: which place it is in, and the hashes of both texts. `doubt`: why it should be seen again unless something sure stands beside it.

    `undoes`: it counts only where it undoes what was told, so that an earlier revision stands again.
    """

    piece: Piece
    index: int
    difference: tuple[str, str]
    doubt: str
    undoes: bool = False

    def counts(self, *, sure: bool, undone: bool) -> bool:
        """Whether it is an edit, if something `sure` stands beside it, if all that is `undone` makes an earlier revision stand again."""
        return undone if self.undoes else sure or not self.doubt


@dataclass(slots=True)
class _Judge:
    """One look at one article: which differences count."""

    look: int
    places: list[Place]
    before: Collection[str]
    now: Collection[str]
    repeated: Collection[str]
    apart: Collection[str]
    notes: list[str] = field(default_factory=list)
    held: bool = False
    _known: list[Place] = field(init=False)
    _seen: dict[int, set[tuple[str, str]]] = field(default_factory=dict)
    _believed: list[_Judged] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._known = list(self.places)

    # --- the page as a whole ---

    def doubts(self, said: str, past: Collection[str]) -> Doubt | None:
        """Whether a state comes back that was seen but never told as a whole: it is told once it stands, and not as news."""
        for place in self._known:
            if place.before == _WHOLE and place.knows(said) and said not in past and not self._goes_on(place, said):
                return Doubt("a state that was seen before is back", _PATIENCE_WITH_RETURN)
        return None

    def is_first_return(self) -> bool:
        """Whether no state of the page came back or waited before: a text that is undone once is told at once."""
        return not any(place.before == _WHOLE and place.texts for place in self._known)

    def _goes_on(self, place: Place, said: str) -> bool:
        """Whether the state stood at the last look, too, waiting piece by piece."""
        waits = any(one.new == said for one in place.held)
        return place.texts[-1] == said and place.last == self.look - 1 and not waits

    def noted(self, said: str) -> None:
        """Remember a state that is not told as it is."""
        index = self._find((_WHOLE, _WHOLE), (_WHOLE, _WHOLE), (), ())
        self.places[index] = self.places[index].showed(said, self.look)

    def waits(self, doubt: Doubt, old: str, new: str) -> bool:
        """Whether a doubtful look has to be seen again."""
        index = self._find((_WHOLE, _WHOLE), (old, new), (), ())
        place = self.places[index]
        held = place.waiting(old, new)
        if held is None:
            place = self.places[index] = place.stirred((), (old, new), self.look, signs=0, swap=False)
            held = place.held[-1]
        self._seen.setdefault(index, set()).add((old, new))
        self.held = self.look - held.since < doubt.patience
        if self.held:
            self.notes.append(f"{doubt.why}: it has to be seen again")
        return self.held

    # --- its differences ---

    def line(self, name: str, old: str, new: str) -> str:
        """A title, standfirst or byline: the new one where it is an edit."""
        if not new or lettering(old) == lettering(new):
            return old
        if not old:
            return new
        line = Piece((Block("heading", old),), (Block("heading", new),), (name, name), _NOBODY, is_line=True)
        judged = self._judged(line)
        if judged is not None:
            self._believed.append(judged)
        return old if judged is None else new

    def settled(
        self, old: Content, new: Content, differences: Sequence[tuple[Gap, Piece | None]], past: Collection[str]
    ) -> Content:
        """The new content with everything that is no edit put back as it was. What is only strange counts beside a sure edit.

        A line that came with a block which says it too counts with that block: furniture has bylines of its own.
        """
        lines = {name: self.line(name, getattr(old, name), getattr(new, name)) for name in _LINES}
        came = [piece for _, piece in differences]
        borne = {name: by for name in _LINES if not getattr(old, name) and (by := bearers(lines[name], came))}
        judged = [self._weighed(piece, gap, old.blocks, new.blocks) for gap, piece in differences]
        sure = any(line != getattr(old, name) for name, line in lines.items() if name not in borne)
        sure = sure or any(one and not one.doubt and not one.undoes for one in judged)
        stated = {
            name: getattr(new, name) or getattr(old, name) for name in ("section", "lang", "published", "modified")
        }

        def content(*, undone: bool) -> Content:
            counts = [one is not None and one.counts(sure=sure, undone=undone) for one in judged]
            blocks = composed(old.blocks, new.blocks, [gap for gap, _ in differences], counts)
            brought = {name: lines[name] if any(counts[one] for one in by) else "" for name, by in borne.items()}
            return msgspec.structs.replace(new, blocks=blocks, **lines | brought, **stated)

        undone = any(one and one.undoes for one in judged) and wording(content(undone=True)) in past
        self._conclude([one for one in judged if one], sure=sure, undone=undone)
        return content(undone=undone)

    def _conclude(self, judged: Sequence[_Judged], *, sure: bool, undone: bool) -> None:
        for one in judged:
            if one.counts(sure=sure, undone=undone):
                self._believed.append(one)
            else:
                self.held = True
                self.notes.append(f"{one.piece.sample} {one.doubt}: it has to be seen again")

    def _weighed(self, piece: Piece | None, gap: Gap, old: tuple[Block, ...], new: tuple[Block, ...]) -> _Judged | None:
        """What a difference is worth; None where it is no edit."""
        if piece is None:
            return None
        why = self._artefact(piece, gap, old, new)
        if why:
            self.notes.append(why)
            return None
        return self._judged(piece)

    def _artefact(self, piece: Piece, gap: Gap, old: tuple[Block, ...], new: tuple[Block, ...]) -> str:
        """Why what came or went is none of the article's doing; empty where it is."""
        if not (piece.is_prose and piece.belongs) and self._was_there((*piece.was, *piece.now), self.repeated):
            return f"{piece.sample} stands on other articles of the site"
        if piece.is_exchange:
            return ""
        if not piece.was and self._was_there(piece.now, self.before):
            return "text that was visible on the page before is no insertion"
        if not piece.now and self._was_there(piece.was, self.now):
            return "text that is still visible on the page is no removal"
        if not piece.now and _rolled_off(piece.before, old[gap.b :], new):
            return "the oldest posts rolled off the page: no removal"
        return ""

    @staticmethod
    def _was_there(texts: Sequence[str], seen: Collection[str]) -> bool:
        said = [text for text in texts if text]
        return bool(said) and all(short_hash(text) in seen for text in said)

    def _judged(self, piece: Piece) -> _Judged | None:
        """What text that became another at this place is worth; learns the place either way."""
        old, new = (short_hash(text) if text else NOTHING for text in (piece.old, piece.new))
        were, are = ([short_hash(text) for text in side if text] for side in (piece.was, piece.now))
        index = self._find(piece.place, (old, new), were, are)
        place = self.places[index]
        held = place.waiting(old, new)
        returned = self._known[index].has_returned(were, are)
        self._seen.setdefault(index, set()).add((old, new))
        if held is None:
            swapped = self._swapped(self._known[index], piece)
            signs = max(returned, swapped) if piece.is_reworded else returned + swapped
            signs -= min(signs, place.unrest - self._known[index].unrest)  # of one look the strongest sign counts
            swap = piece.is_swap and not piece.is_line
            place = place.stirred([*were, *are], (old, new), self.look, signs=signs, swap=swap)
            held = place.held[-1]
        self.places[index] = place
        stood = self.look - held.since
        counts = piece.is_counted_on and place.swaps > _COUNTS
        quick = returned and self._known[index].is_quick(held.since)
        comes = piece.is_own and not piece.before
        free = (piece.is_edited_prose or piece.is_chapter or comes) and not returned and not counts
        if not free and stood < place.patience(strange=piece.is_strange):
            why = f"stands in a place that never rests ({place.unrest} signs of it)"
            if piece.is_own and returned and not (quick and self._known[index].texts[-1] in {*were, *are}):
                return _Judged(piece, index, (old, new), why, undoes=True)
            self.held = True
            self.notes.append(f"{piece.sample} {why}")
            return None
        doubt = "" if free or stood >= _PATIENCE_WITH_DOUBT else self._doubt(piece, returned=returned, quick=quick)
        return _Judged(piece, index, (old, new), doubt)

    def _doubt(self, piece: Piece, *, returned: bool, quick: bool) -> str:
        """Why a difference is to be seen again, whatever its place is known for; empty where it need not."""
        if piece.is_line:
            return ""
        if quick and not piece.after and piece.belongs is not None:
            return "had only just come"
        restless = any(place.unrest and place.before != _WHOLE for place in self._known)
        if piece.is_very_strange or (piece.is_strange and (restless or returned)):
            return "has nothing to do with the story"
        return "stands apart from the text" if self._stands_apart(piece) else ""

    def _stands_apart(self, piece: Piece) -> bool:
        """Whether what comes, goes or gives way to another stands where no prose of the story does, and is none of it."""
        is_post = any(block.id or block.at for block in (*piece.before, *piece.after))
        is_heading = piece.belongs is True and not piece.is_prose
        own = is_post or is_heading or piece.is_own or piece.is_chapter or piece.is_reworded
        return not own and self._was_there((*piece.was, *piece.now), self.apart)

    def believe(self) -> None:
        """Put on record what was taken for an edit at this look."""
        for one in self._believed:
            self.places[one.index] = self.places[one.index].believed(one.difference, one.piece.place)

    def _swapped(self, place: Place, piece: Piece) -> int:
        """How much it says that once more a text gives way to quite another here."""
        if piece.is_line or not piece.is_swap or not place.swaps:
            return 0
        quick = place.is_quick(self.look)
        if piece.is_edited_prose:  # a figure that is edited now and then, or one that counts
            return 2 * (quick and place.swaps >= _COUNTS)
        # a story that is updated throughout rewrites a paragraph twice in a row: that alone holds nothing back
        return int(quick or piece.alone) + (quick and piece.alone and piece.is_counted_on)

    # --- its places ---

    def _find(
        self, beside: tuple[str, str], difference: tuple[str, str], were: Collection[str], are: Collection[str]
    ) -> int:
        """The place of a difference; a new one where it is not known."""
        index = next(self._likely(beside, difference, were, are), None)
        if index is not None:
            return index
        place = Place(*beside, self.look)
        self.places.append(place)
        self._known.append(place)
        return len(self.places) - 1

    def _likely(
        self, beside: tuple[str, str], difference: tuple[str, str], were: Collection[str], are: Collection[str]
    ) -> Iterator[int]:
        """The places that it may be: where it is held, where those texts stood, between those neighbours, next to one of them.

        A text on record that took no part in the unrest of a place does not stand in it.
        """
        left, right = beside
        places = list(enumerate(zip(self.places, self._known, strict=True)))
        yield from (i for i, (place, _) in places if place.waiting(*difference))
        near = [(i, p, k) for i, (p, k) in places if not were or not p.texts or any(map(k.knows, were))]
        yield from (i for i, place, _ in near if (place.before, place.after) == beside)
        yield from (i for i, (_, known) in places if any(map(known.knows, (*were, *are))))
        yield from (i for i, _, known in near if known.knows(left) or known.knows(right))
        yield from (i for i, p, _ in near if p.before == left not in _ENDS or p.after == right not in _ENDS)

    def learned(self) -> tuple[Place, ...]:
        """The places after this look, those that changed last at the end."""
        after = [place.looked(self.look, self._seen.get(index, set())) for index, place in enumerate(self.places)]
        return tuple(sorted(after, key=lambda place: place.last)[-_MOST_PLACES:])


def _rolled_off(gone: tuple[Block, ...], later: tuple[Block, ...], new: tuple[Block, ...]) -> bool:
    """Whether what went are the oldest posts of a live blog: none that is older is still shown."""
    if not all(block.id or block.at for block in gone):
        return False
    stamps = [block.at for block in gone if block.at]
    if stamps:
        return not any(block.at and block.at < max(stamps) for block in new)
    shown = {block.id for block in new if block.id}
    return bool(shown) and not any(block.id in shown for block in later)


def wording(content: Content) -> str:
    """The hash of all that a content says: equal for two that differ only in looks, stamps or labels."""
    lines = (lettering(line) for line in (content.title, content.dek, content.byline))
    return short_hash("\0".join([*lines, joined(block.text for block in content.blocks)]))
