"""What differs between two pictures of one page and is no edit: looks, words seen before, places that never rest, half a page.

It learns, for each article, which places of the page change without the article changing (`places.Place`, kept in the article's
looks). A difference in a restless place is held back until it has stood long enough; prose that is edited again and again is not
such a place. A look that shows hardly anything of the text is held back as a whole. Nothing is dropped unsaid: `Settled.notes`
names what was set aside, and why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from rapidfuzz.distance import Indel

from monitor.core.content import Block, Content
from monitor.core.revision.align import paired
from monitor.core.revision.gaps import Gap, gaps
from monitor.core.revision.places import NOTHING, Place
from monitor.core.text import joined, lettering, short_hash, without_digits

__all__ = ["Place", "Settled", "is_prose", "settle", "wording"]

_MOST_PLACES = 48
_PROSE_WORDS = 4
_PROSE_LETTERS = 12  # where words are not parted by spaces
_LONG_WORDS = 8  # of a block that is hardly furniture
_LONG_LETTERS = 40  # the same where words are not parted by spaces
_SENTENCE_ENDS = (".", "!", "?", "…", ":", "”", '"', "»", "。", "！", "？", "।", "۔", "؟")
_ALIKE = 0.7  # the likeness of a text that was edited with what it was
_COUNTS = 3  # figures alone that change in prose, one after the other, before it is taken for a counter
_SAMPLE = 2_000  # letters that are compared
_WHOLE = "*"  # stands for both neighbours of the page as a whole
_ENDS = ("^", "$", _WHOLE)
_TEXT = 300  # letters that make a text which can be lost
_LOST, _EMPTY = 0.25, 0.15  # of the old letters: where no more of them is left, and no more shown, it is another page
_CUT = 0.6  # of the old letters: where no more is left and nothing came, half of the page may be missing
_PATIENCE_WITH_LOSS, _PATIENCE_WITH_CUT, _PATIENCE_WITH_RETURN = 3, 2, 12  # looks


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
) -> Settled:
    """The new content with everything that is no edit put back as it was.

    `before` and `now` are the hashes (`text.short_hash` of a lettering) of texts visible outside the article, at the last
    look and at this one; `past` holds the wordings of earlier revisions: what returns as a whole is never told in parts.
    """
    judge = _Judge(look, list(places), before, now)
    said = wording(new)
    recorded = wording(old)
    is_first_return = said in past and judge.is_first_return()
    doubt = _doubt(old.blocks, new.blocks) or judge.doubts(said, (recorded, *past))
    if doubt and not is_first_return and judge.waits(doubt, recorded, said):
        judge.noted(said)
        return Settled(old, judge.learned(), tuple(judge.notes), held=True)
    blocks = judge.blocks(old.blocks, new.blocks)
    changed = {name: judge.line(name, getattr(old, name), getattr(new, name)) for name in ("title", "dek", "byline")}
    stated = {name: getattr(new, name) or getattr(old, name) for name in ("section", "lang", "published", "modified")}
    content = msgspec.structs.replace(new, blocks=blocks, **changed, **stated)
    if is_first_return:
        judge.noted(recorded)
        judge.noted(said)
        judge.believe()
        return Settled(new, judge.learned(), ())
    if judge.held:
        judge.noted(said)
    if judge.held and said in past:
        content = old
    else:
        judge.believe()
    return Settled(content, judge.learned(), tuple(judge.notes), held=judge.held)


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Why a whole look is doubted, and how many looks more it takes to believe it."""

    why: str
    patience: int


def _doubt(old: tuple[Block, ...], new: tuple[Block, ...]) -> _Doubt | None:
    """Whether a look shows so little of the known text that the page may be half loaded, cut short or an error's."""
    was = [lettering(block.text) for block in _without_tail(old, new)]
    total = sum(map(len, was))
    if total < _TEXT:
        return None
    shown = [lettering(block.text) for block in new]
    there = set(shown)
    left = sum(len(text) for text in was if text in there)
    size = sum(map(len, shown))
    if left < total * _LOST and size < total * _EMPTY:
        return _Doubt("hardly anything of the known text is left", _PATIENCE_WITH_LOSS)
    if size < total * _CUT and there <= set(was) and shown != was[: len(shown)]:
        return _Doubt("much of the known text is missing and nothing came instead", _PATIENCE_WITH_CUT)
    if _breaks_off(was, shown):
        return _Doubt("the text breaks off in the middle", _PATIENCE_WITH_CUT)
    return None


def _without_tail(old: tuple[Block, ...], new: tuple[Block, ...]) -> tuple[Block, ...]:
    """The known blocks without the posts of a live blog that are older than any that is shown: they rolled off long ago."""
    oldest = min((block.at for block in new if block.at), default=None)
    return old if oldest is None else tuple(b for b in old if b.at is None or b.at >= oldest)


def _breaks_off(was: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether the known text is shown up to the middle of a block, and no further."""
    last = len(shown) - 1
    if last < 1 or len(shown) >= len(was) or list(shown[:last]) != list(was[:last]):
        return False
    return shown[last] != was[last] and was[last].startswith(shown[last])


@dataclass(frozen=True, slots=True)
class _Piece:
    """A difference: the letters of the blocks that were and that are, a sample to name it by, whether it is long prose, and whether nothing beside it differs."""

    was: tuple[str, ...]
    now: tuple[str, ...]
    sample: str
    long: bool
    alone: bool = True

    @property
    def old(self) -> str:
        """All letters that were."""
        return "".join(self.was)

    @property
    def new(self) -> str:
        """All letters that are."""
        return "".join(self.now)

    @property
    def is_swap(self) -> bool:
        """Whether a text gave way to quite another, or a short one only counted on."""
        if not self.old or not self.new:
            return False
        alike = Indel.normalized_similarity(self.old[:_SAMPLE], self.new[:_SAMPLE])
        return alike < _ALIKE or not self.long or self.is_counted_on

    @property
    def is_edited_prose(self) -> bool:
        """Whether long prose became much the same prose: furniture hardly does."""
        return self.long and bool(self.old and self.new) and (self.is_counted_on or not self.is_swap)

    @property
    def is_counted_on(self) -> bool:
        """Whether nothing but figures differ."""
        return bool(self.old and self.new) and without_digits(self.old) == without_digits(self.new)


@dataclass(slots=True)
class _Judge:
    """One look at one article: which differences count."""

    look: int
    places: list[Place]
    before: Collection[str]
    now: Collection[str]
    notes: list[str] = field(default_factory=list)
    held: bool = False
    _known: list[Place] = field(init=False)
    _seen: dict[int, set[tuple[str, str]]] = field(default_factory=dict)
    _believed: list[tuple[int, str, str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._known = list(self.places)

    def doubts(self, said: str, past: Collection[str]) -> _Doubt | None:
        """Whether a state comes back that was seen but never told as a whole: it is told once it stands, and not as news."""
        for place in self._known:
            if place.before == _WHOLE and place.knows(said) and said not in past and not self._goes_on(place, said):
                return _Doubt("a state that was seen before is back", _PATIENCE_WITH_RETURN)
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
        index = self._find(_WHOLE, _WHOLE, (_WHOLE, _WHOLE), (), ())
        self.places[index] = self.places[index].showed(said, self.look)

    def waits(self, doubt: _Doubt, old: str, new: str) -> bool:
        """Whether a doubtful look has to be seen again."""
        index = self._find(_WHOLE, _WHOLE, (old, new), (), ())
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

    def line(self, name: str, old: str, new: str) -> str:
        """A title, standfirst or byline: the new one where it is an edit."""
        if not new or lettering(old) == lettering(new):
            return old
        piece = _Piece((lettering(old),), (lettering(new),), f"the {name}", long=False)
        return new if not old or self._is_edit(piece, name, name, is_line=True) else old

    def blocks(self, old: tuple[Block, ...], new: tuple[Block, ...]) -> tuple[Block, ...]:
        """The new blocks, with the old ones where a difference is no edit."""
        was, is_now = [lettering(b.text) for b in old], [lettering(b.text) for b in new]
        if "".join(was) == "".join(is_now):
            return old
        result: list[Block] = []
        cursor = 0
        for gap in gaps(was, is_now):
            result += new[cursor : gap.c]
            left = short_hash(was[gap.a - 1]) if gap.a else "^"
            right = short_hash(was[gap.b]) if gap.b < len(was) else "$"
            pieces = _pieces(gap, was, is_now, old, new)
            for piece in pieces:
                kept = self._accepts(piece, old, new, left, right, alone=len(pieces) == 1)
                result += new[piece.c : piece.d] if kept else old[piece.a : piece.b]
            cursor = gap.d
        result += new[cursor:]
        return tuple(result) if "".join(lettering(b.text) for b in result) != "".join(was) else old

    def _accepts(
        self, gap: Gap, old: tuple[Block, ...], new: tuple[Block, ...], left: str, right: str, *, alone: bool
    ) -> bool:
        was, is_now = [lettering(b.text) for b in old[gap.a : gap.b]], [lettering(b.text) for b in new[gap.c : gap.d]]
        if "".join(was) == "".join(is_now):
            return False
        if not was and self._was_there(is_now, self.before):
            self.notes.append("text that was visible on the page before is no insertion")
            return False
        if not is_now and self._was_there(was, self.now):
            self.notes.append("text that is still visible on the page is no removal")
            return False
        if not is_now and _rolled_off(old[gap.a : gap.b], old[gap.b :], new):
            self.notes.append("the oldest posts rolled off the page: no removal")
            return False
        both = (*old[gap.a : gap.b], *new[gap.c : gap.d])
        sample = " ".join(b.text for b in (new[gap.c : gap.d] or old[gap.a : gap.b]))
        piece = _Piece(
            tuple(was), tuple(is_now), f"“{sample[:60]}”", any(map(_is_long, both)), alone and len(both) == 2
        )
        return self._is_edit(piece, left, right)

    @staticmethod
    def _was_there(texts: Sequence[str], seen: Collection[str]) -> bool:
        said = [text for text in texts if text]
        return bool(said) and all(short_hash(text) in seen for text in said)

    def _is_edit(self, piece: _Piece, left: str, right: str, *, is_line: bool = False) -> bool:
        """Whether text that became another at this place is an edit; learns the place either way."""
        old, new = (short_hash(text) if text else NOTHING for text in (piece.old, piece.new))
        were, are = ([short_hash(text) for text in side if text] for side in (piece.was, piece.now))
        index = self._find(left, right, (old, new), were, are)
        place = self.places[index]
        held = place.waiting(old, new)
        returned = self._known[index].has_returned(were, are)
        self._seen.setdefault(index, set()).add((old, new))
        if held is None:
            signs = returned + self._swapped(self._known[index], piece) * (not is_line)
            signs -= min(signs, place.unrest - self._known[index].unrest)  # of one look the strongest sign counts
            swap = piece.is_swap and not is_line
            place = place.stirred([*were, *are], (old, new), self.look, signs=signs, swap=swap)
            held = place.held[-1]
        counts = piece.is_counted_on and place.swaps > _COUNTS
        free = piece.is_edited_prose and not returned and not counts
        if not free and self.look - held.since < place.patience:
            self.places[index], self.held = place, True
            self.notes.append(f"{piece.sample} stands in a place that never rests ({place.unrest} signs of it)")
            return False
        self.places[index] = place
        self._believed.append((index, old, new, left, right))
        return True

    def believe(self) -> None:
        """Put on record what was taken for an edit at this look."""
        for index, *difference in self._believed:
            self.places[index] = self.places[index].believed(*difference)

    def _swapped(self, place: Place, piece: _Piece) -> int:
        """How much it says that once more a text gives way to quite another here."""
        if not piece.is_swap or not place.swaps:
            return 0
        quick = place.is_quick(self.look)
        if piece.is_edited_prose:  # a figure that is edited now and then, or one that counts
            return 2 * (quick and place.swaps >= _COUNTS)
        # a story that is updated throughout rewrites a paragraph twice in a row: that alone holds nothing back
        return int(quick or piece.alone) + (quick and piece.alone and piece.is_counted_on)

    def _find(
        self, left: str, right: str, difference: tuple[str, str], were: Collection[str], are: Collection[str]
    ) -> int:
        """The place of a difference; a new one where it is not known."""
        index = next(self._likely(left, right, difference, were, are), None)
        if index is not None:
            return index
        place = Place(left, right, self.look)
        self.places.append(place)
        self._known.append(place)
        return len(self.places) - 1

    def _likely(
        self, left: str, right: str, difference: tuple[str, str], were: Collection[str], are: Collection[str]
    ) -> Iterator[int]:
        """The places that it may be: where it is held, where those texts stood, between those neighbours, next to one of them.

        A text on record that took no part in the unrest of a place does not stand in it.
        """
        places = list(enumerate(zip(self.places, self._known, strict=True)))
        yield from (i for i, (place, _) in places if place.waiting(*difference))
        near = [(i, p, k) for i, (p, k) in places if not were or not p.texts or any(map(k.knows, were))]
        yield from (i for i, place, _ in near if (place.before, place.after) == (left, right))
        yield from (i for i, (_, known) in places if any(map(known.knows, (*were, *are))))
        yield from (i for i, _, known in near if known.knows(left) or known.knows(right))
        yield from (i for i, p, _ in near if p.before == left not in _ENDS or p.after == right not in _ENDS)

    def learned(self) -> tuple[Place, ...]:
        """The places after this look, those that changed last at the end."""
        after = [place.looked(self.look, self._seen.get(index, set())) for index, place in enumerate(self.places)]
        return tuple(sorted(after, key=lambda place: place.last)[-_MOST_PLACES:])


def _pieces(
    gap: Gap, was: Sequence[str], is_now: Sequence[str], old: tuple[Block, ...], new: tuple[Block, ...]
) -> list[Gap]:
    """A gap taken apart, unless it only cuts the same words into other paragraphs."""
    if "".join(was[gap.a : gap.b]) == "".join(is_now[gap.c : gap.d]):
        return [gap]
    return paired(gap, [b.text for b in old], [b.text for b in new])


def _rolled_off(gone: tuple[Block, ...], later: tuple[Block, ...], new: tuple[Block, ...]) -> bool:
    """Whether what went are the oldest posts of a live blog: none that is older is still shown."""
    if not all(block.id or block.at for block in gone):
        return False
    stamps = [block.at for block in gone if block.at]
    if stamps:
        return not any(block.at and block.at < max(stamps) for block in new)
    shown = {block.id for block in new if block.id}
    return bool(shown) and not any(block.id in shown for block in later)


def _is_long(block: Block) -> bool:
    """Whether a block is prose of some length."""
    if not is_prose(block.text):
        return False
    return block.text.count(" ") >= _LONG_WORDS or (
        not block.text.isascii() and len(lettering(block.text)) >= _LONG_LETTERS
    )


def is_prose(text: str) -> bool:
    """Whether a block reads like written sentences, as furniture hardly does."""
    text = text.rstrip(")]’' ")
    long_enough = text.count(" ") >= _PROSE_WORDS or (not text.isascii() and len(lettering(text)) >= _PROSE_LETTERS)
    return long_enough and text.endswith(_SENTENCE_ENDS)


def wording(content: Content) -> str:
    """The hash of all that a content says: equal for two that differ only in looks, stamps or labels."""
    lines = (lettering(line) for line in (content.title, content.dek, content.byline))
    return short_hash("\0".join([*lines, joined(block.text for block in content.blocks)]))
