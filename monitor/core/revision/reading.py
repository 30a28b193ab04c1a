"""Two texts as they are read together: aligned, with what is found out once and used by all that looks for edits. It names none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from monitor.core.content import Block
from monitor.core.events import Edit
from monitor.core.revision.alignment import Alignment, BlockPair
from monitor.core.revision.authors import is_author_line
from monitor.core.revision.differing import Versions, compared
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.notes import LONGEST_STAMP, Note, note
from monitor.core.revision.resettled import Resettled, resettled
from monitor.core.revision.sentences import SentencePair
from monitor.core.text import lettering

_MOST_TO_SEARCH = 300  # blocks that are not as they were: of more, each is compared with none
_LEAST_TO_STAND = 24  # letters of a block that is known again within another
Zone = Literal["body", "lede"]


class Passage(msgspec.Struct, frozen=True, gc=False):
    """A block that is not as it was, and the parts of it that are not. `home` is the same for both texts' blocks of one pair."""

    block: int
    home: int
    text: str
    parts: tuple[tuple[int, int], ...]


@dataclass(slots=True, eq=False)
class Reading:
    """Two texts aligned, and what is found on the way: stamps in the text, and where quotations explain a change."""

    alignment: Alignment
    words: Lexicon
    stamps: list[Edit] = field(default_factory=list)
    quoted: dict[tuple[bool, int], list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[str, Note] = field(default_factory=dict)
    ledes: dict[bool, int] = field(default_factory=dict)
    found: dict[bool, list[Passage]] = field(default_factory=dict)
    slips: set[str] = field(default_factory=set)
    said: dict[bool, list[str]] = field(default_factory=dict)
    homes: list[tuple[int, BlockPair]] | None = None
    moves: Resettled | None = None
    read: dict[int, list[tuple[SentencePair, Versions]]] = field(default_factory=dict)

    def blocks(self, *, new: bool) -> tuple[Block, ...]:
        """The blocks of the newer or the older text."""
        return self.alignment.new.blocks if new else self.alignment.old.blocks

    def note(self, text: str) -> Note:
        """What a passage says about the article (`notes.note`), found once."""
        if text not in self.notes:
            self.notes[text] = note(text, self.words)
        return self.notes[text]

    def is_stamp(self, text: str) -> bool:
        """Whether a passage is a stamp and nothing else."""
        return len(text) <= LONGEST_STAMP and self.note(text) == "stamp"

    def zone(self, block: int | None, *, new: bool) -> Zone:
        """Whether a block is the first paragraph of its text."""
        if new not in self.ledes:
            prose = (i for i, block in enumerate(self.blocks(new=new)) if self._may_lead(block))
            self.ledes[new] = next(prose, -1)
        return "lede" if block == self.ledes[new] else "body"

    def _may_lead(self, block: Block) -> bool:
        prose = block.kind in {"paragraph", "post", "quote"} and not is_author_line(block.text)
        return prose and not self.is_stamp(block.text)

    def touches(self, pair: SentencePair) -> bool:
        """Whether a quotation in the sentences of a pair is an edit of its own."""
        if not self.quoted:
            return False
        return any(
            start < sentence.end and sentence.start < end
            for new, side in ((False, pair.before), (True, pair.after))
            for sentence in side
            for start, end in self.quoted.get((new, sentence.block), ())
        )

    def compared(self, pair: BlockPair) -> list[tuple[SentencePair, Versions]]:
        """The sentences of a pair of blocks that are not as they were. A pair is known by itself, which is quicker than by what it holds."""
        found = self.read.get(id(pair))
        if found is None:
            found = self.read[id(pair)] = [(both, compared(both)) for both in pair.sentences if both.kind != "kept"]
        return found

    def changed(self) -> list[tuple[int, BlockPair]]:
        """The pairs of blocks that are not as they were, with their numbers."""
        if self.homes is None:
            self.homes = [(home, pair) for home, pair in enumerate(self.alignment.blocks) if pair.kind != "kept"]
        return self.homes

    @classmethod
    def of(cls, alignment: Alignment, words: Lexicon) -> Reading:
        """The texts to read, where a paragraph that took over a sentence of the one before it is that one, rewritten."""
        return cls(Alignment(alignment.old, alignment.new, tuple(_taken_over(alignment.blocks))), words)

    def is_prose(self, text: str) -> bool:
        """Whether a passage is the article's own, and no note or author line."""
        return not self.note(text) and not is_author_line(text)

    def is_slip(self, name: str) -> bool:
        """Whether a name only differs by a slip of the pen, which is told as such."""
        return bool(self.slips) and not self.slips.isdisjoint(name.split())

    def resettled(self) -> Resettled:
        """What became of the sentences that left their paragraph, found once."""
        if self.moves is None:
            self.moves = resettled(pair for _, pair in self.changed())
        return self.moves

    def is_told_as_moved(self, pair: SentencePair) -> bool:
        """Whether a sentence moved, with no other word, together with all of its paragraph."""
        emptied = pair.before[0].block in self.resettled().emptied
        return emptied and lettering(pair.before[0].text) == lettering(pair.after[0].text)

    def stands(self, text: str, *, new: bool) -> int | None:
        """The block of one text (`new`), not as it was, within which all that a block of the other said once stands now."""
        letters = lettering(text)
        if len(letters) < _LEAST_TO_STAND or len(self.changed()) > _MOST_TO_SEARCH:
            return None
        there, here = self._said(new=new), self._said(new=not new)
        home = next((k for k, other in enumerate(there) if letters in other), None)
        if home is None or sum(letters in other for other in here) != 1:
            return None
        return self.passages(new=new)[home].block

    def _said(self, *, new: bool) -> list[str]:
        if new not in self.said:
            self.said[new] = [lettering(passage.text) for passage in self.passages(new=new)]
        return self.said[new]

    def passages(self, *, new: bool) -> list[Passage]:
        """The blocks of one text that are not as they were; some may be notes or author lines (`is_prose`)."""
        if new not in self.found:
            self.found[new] = list(self._passages(new=new))
        return self.found[new]

    def _passages(self, *, new: bool) -> Iterator[Passage]:
        blocks = self.blocks(new=new)
        left = {} if new else self.resettled().stood
        for home, pair in self.changed():
            for block in pair.after if new else pair.before:
                text = blocks[block].text
                parts = _parts(pair, block, text, new=new)
                yield Passage(block, home, text, (*parts, *left[block]) if block in left else parts)


def _taken_over(pairs: tuple[BlockPair, ...]) -> Iterator[BlockPair]:
    last: BlockPair | None = None
    for pair in pairs:
        if last and {last.kind, pair.kind} == {"added", "removed"}:
            added, removed = (pair, last) if pair.kind == "added" else (last, pair)
            kept = [both for both in added.sentences if both.before and both.before[0].block == removed.before[0]]
            if kept:
                yield _rewritten(added, removed)
                last = None
                continue
        if last:
            yield last
        last = pair
    if last:
        yield last


def _rewritten(added: BlockPair, removed: BlockPair) -> BlockPair:
    """The two as one pair, in which the sentence that both have is kept."""
    there = [
        msgspec.structs.replace(both, kind="kept") if _is_kept(both, removed.before[0]) else both
        for both in (*removed.sentences, *added.sentences)
    ]
    return BlockPair("changed", removed.before, added.after, tuple(there))


def _is_kept(both: SentencePair, block: int) -> bool:
    if both.kind != "moved" or both.before[0].block != block:
        return False
    return lettering(both.before[0].text) == lettering(both.after[0].text)


def _parts(pair: BlockPair, block: int, text: str, *, new: bool) -> tuple[tuple[int, int], ...]:
    """Where the sentences stand that are not as they were; the whole of a block that came or went."""
    if pair.kind in {"added", "removed"}:
        return ((0, len(text)),)
    return tuple(
        (sentence.start, sentence.end)
        for both in pair.sentences
        if both.kind != "kept"
        for sentence in (both.after if new else both.before)
        if sentence.block == block
    )
