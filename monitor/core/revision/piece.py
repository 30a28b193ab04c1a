"""One difference between two pictures of a page, and what kind of thing it is by itself: edited prose, or what furniture does.

It remembers nothing of earlier looks and decides nothing: what the place of a difference is known for is `places`, what is done about
it is `noise`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Indel

from monitor.core.content import Block, Content
from monitor.core.revision.align import paired
from monitor.core.revision.belonging import Story
from monitor.core.revision.gaps import Gap, gaps
from monitor.core.revision.lexicon import lexicon
from monitor.core.revision.notes import note
from monitor.core.text import lettering, short_hash, without_digits

_PROSE_WORDS = 4
_PROSE_LETTERS = 12  # where words are not parted by spaces
_LONG_WORDS = 8  # of a block that is hardly furniture
_LONG_LETTERS = 40  # the same where words are not parted by spaces
_PARAGRAPHS = 3  # of prose that are more than a widget's
_SENTENCE_ENDS = (".", "!", "?", "…", ":", "”", '"', "»", "。", "！", "？", "।", "۔", "؟")
_ALIKE = 0.7  # the likeness of a text that was edited with what it was
_UNLIKE = 0.5  # the likeness of short texts below which one was not made of the other
# of a text's words, by weight: with less in common it has nothing to do with the story
_SHARE_OF_EXCHANGE, _SHARE_OF_PROSE, _SHARE_OF_SHORT = 0.1, 0.05, 0.3
_SHARE_OF_OWN = 0.4  # the same: with as much, long prose surely is the story's; of paragraphs of other stories one in fourteen has it
_MOST_NOTES = 40  # blocks in which a correction or an update is looked for
_SAMPLE = 2_000  # letters that are compared


@dataclass(frozen=True)
class Piece:
    """A difference: the blocks that were and that are, what stands on either side, and the story around it.

    `place` are hashes of the neighbours, `^` and `$` at the ends, or twice the name of a line; `alone`: nothing beside it differs.
    """

    before: tuple[Block, ...]
    after: tuple[Block, ...]
    place: tuple[str, str]
    story: Story
    lang: str = ""
    alone: bool = True
    is_line: bool = False

    @cached_property
    def was(self) -> tuple[str, ...]:
        """The letters of each block that was."""
        return tuple(lettering(block.text) for block in self.before)

    @cached_property
    def now(self) -> tuple[str, ...]:
        """The letters of each block that is."""
        return tuple(lettering(block.text) for block in self.after)

    @cached_property
    def old(self) -> str:
        """All letters that were."""
        return "".join(self.was)

    @cached_property
    def new(self) -> str:
        """All letters that are."""
        return "".join(self.now)

    @property
    def sample(self) -> str:
        """What to call it."""
        if self.is_line:
            return f"the {self.place[0]}"
        return f"“{' '.join(block.text for block in self.after or self.before)[:60]}”"

    @cached_property
    def is_long(self) -> bool:
        """Whether there is prose of some length in it."""
        return not self.is_line and any(map(_is_long, (*self.before, *self.after)))

    @cached_property
    def likeness(self) -> float:
        """How much alike the old and the new text are, 0..1."""
        return Indel.normalized_similarity(self.old[:_SAMPLE], self.new[:_SAMPLE])

    @cached_property
    def is_counted_on(self) -> bool:
        """Whether nothing but figures differ."""
        return self.is_exchange and without_digits(self.old) == without_digits(self.new)

    @property
    def is_exchange(self) -> bool:
        """Whether a text stands where another stood."""
        return bool(self.old and self.new)

    @property
    def is_reworded(self) -> bool:
        """Whether a text stands where another stood that was made of it."""
        return self.is_exchange and self.likeness >= _UNLIKE

    @property
    def is_swap(self) -> bool:
        """Whether a text gave way to quite another, or a short one only counted on."""
        return self.is_exchange and (self.likeness < _ALIKE or not self.is_long or self.is_counted_on)

    @property
    def is_edited_prose(self) -> bool:
        """Whether long prose became much the same prose: furniture hardly does."""
        return self.is_long and self.is_exchange and (self.is_counted_on or not self.is_swap)

    @cached_property
    def is_chapter(self) -> bool:
        """Whether several paragraphs of prose that belong to the story came: furniture hardly does."""
        return sum(map(_is_long, self.after)) >= _PARAGRAPHS and self.belongs is True

    @cached_property
    def belongs(self) -> bool | None:
        """Whether either text belongs to the story, or says something about it; None where that cannot be told.

        A post of a live blog does, whatever its words: it is known by its id or stamp.
        """
        blocks = (*self.before, *self.after)
        if any(block.id or block.at for block in blocks) or any(_is_note(b, self.lang) for b in blocks[:_MOST_NOTES]):
            return True
        shares = [
            self.story.share(" ".join(block.text for block in side)) for side in (self.before, self.after) if side
        ]
        if None in shares:
            return None
        return max(share for share in shares if share is not None) >= self._least_share

    @cached_property
    def is_own(self) -> bool:
        """Whether all of it is surely the story's: corrections, updates, and long prose that shares many words with it."""
        return not self.is_line and all(_is_own(b, self.story, self.lang) for b in (*self.before, *self.after))

    @property
    def _least_share(self) -> float:
        if self.is_exchange:
            return _SHARE_OF_EXCHANGE
        return _SHARE_OF_PROSE if self.is_prose else _SHARE_OF_SHORT

    @cached_property
    def is_prose(self) -> bool:
        """Whether there is a written sentence in it."""
        return any(is_prose(block.text) for block in (*self.before, *self.after))

    @cached_property
    def is_strange(self) -> bool:
        """Whether furniture does this and editors hardly do: a text that has nothing to do with the story comes, goes, gives way to another or counts on."""
        if self.is_line or self.is_edited_prose:
            return False
        if self.is_counted_on:
            return not self.belongs and not self.is_prose  # a figure in a sentence may be the whole story
        return self.belongs is False and not self.is_reworded

    @cached_property
    def is_very_strange(self) -> bool:
        """Whether it is so strange that not one edit in five hundred is like it: prose of another story, another text in its place, a counter."""
        return self.is_strange and (self.is_exchange or self.is_prose)


def pieces(old: Content, new: Content) -> list[tuple[Gap, Piece | None]]:
    """All differences between the blocks of two contents, and where they are, in order; None for one that is only cut into other paragraphs."""
    was, now = [lettering(block.text) for block in old.blocks], [lettering(block.text) for block in new.blocks]
    if "".join(was) == "".join(now):
        return []
    found = gaps(was, now)
    story = Story([old.title, old.dek, old.byline, *(block.text for block in _kept(found, new.blocks))])
    return [piece for gap in found for piece in _taken_apart(gap, (was, now), old, new, story)]


def _kept(found: list[Gap], new: tuple[Block, ...]) -> Iterator[Block]:
    cursor = 0
    for gap in found:
        yield from new[cursor : gap.c]
        cursor = gap.d
    yield from new[cursor:]


def _taken_apart(
    gap: Gap, letters: tuple[list[str], list[str]], old: Content, new: Content, story: Story
) -> Iterator[tuple[Gap, Piece | None]]:
    """A gap as pieces, unless it only cuts the same words into other paragraphs."""
    was, now = letters
    if "".join(was[gap.a : gap.b]) == "".join(now[gap.c : gap.d]):
        yield gap, None
        return
    left = short_hash(was[gap.a - 1]) if gap.a else "^"
    right = short_hash(was[gap.b]) if gap.b < len(was) else "$"
    lang = new.lang or old.lang
    pairs = paired(gap, [block.text for block in old.blocks], [block.text for block in new.blocks])
    parts = [part for pair in pairs for part in _told_apart(pair, old.blocks, new.blocks, story, lang)]
    for part in parts:
        before, after = old.blocks[part.a : part.b], new.blocks[part.c : part.d]
        alone = len(parts) == 1 and len(before) + len(after) == 2
        differs = "".join(was[part.a : part.b]) != "".join(now[part.c : part.d])
        yield part, Piece(before, after, (left, right), story, lang, alone) if differs else None


def _told_apart(gap: Gap, old: tuple[Block, ...], new: tuple[Block, ...], story: Story, lang: str) -> Iterator[Gap]:
    """A gap, with what is surely the story's at its head and at its end as gaps of their own: furniture beside it is another matter."""
    a, b, c, d = gap
    if b - a == d - c == 1 and Indel.normalized_similarity(old[a].text, new[c].text) >= _UNLIKE:
        yield gap
        return
    was, now = ([_is_own(block, story, lang) for block in side] for side in (old[a:b], new[c:d]))
    head = Gap(a, a + _run(was), c, c + _run(now))
    if head == gap:
        yield gap
        return
    end = Gap(b - _run(was[::-1]), b, d - _run(now[::-1]), d)
    rest = Gap(head.b, max(head.b, end.a), head.d, max(head.d, end.c))
    for part in (head, rest, Gap(rest.b, b, rest.d, d)):
        if part.a < part.b or part.c < part.d:
            yield part


def _run(own: list[bool]) -> int:
    """How many at the head are true."""
    return next((index for index, one in enumerate(own) if not one), len(own))


def _is_long(block: Block) -> bool:
    """Whether a block is prose of some length."""
    if not is_prose(block.text):
        return False
    return block.text.count(" ") >= _LONG_WORDS or (
        not block.text.isascii() and len(lettering(block.text)) >= _LONG_LETTERS
    )


def _is_own(block: Block, story: Story, lang: str) -> bool:
    """Whether a block surely is the story's."""
    return (_is_long(block) and (story.share(block.text) or 0) >= _SHARE_OF_OWN) or _is_note(block, lang)


def _is_note(block: Block, lang: str) -> bool:
    """Whether a block is a correction or an update: it says something about the text. Many a page claims a language that is not its own."""
    words = {lexicon(claim, block.text) for claim in (lang, "")}
    return any(note(block.text, one) in {"correction", "update"} for one in words)


def is_prose(text: str) -> bool:
    """Whether a block reads like written sentences, as furniture hardly does."""
    text = text.rstrip(")]’' ")
    long_enough = text.count(" ") >= _PROSE_WORDS or (not text.isascii() and len(lettering(text)) >= _PROSE_LETTERS)
    return long_enough and text.endswith(_SENTENCE_ENDS)
