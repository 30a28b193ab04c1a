"""Two texts of an article against each other: blocks, and the sentences of those that differ. Any two revisions, not only neighbours.

It says what became of each passage and names no edit. Swapped texts give the mirrored alignment.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import msgspec

from monitor.core.content import Block, Content
from monitor.core.revision.pairing import Kind, Link, linked
from monitor.core.revision.sentences import Sentence, SentencePair, across, pairs, told_apart


class BlockPair(msgspec.Struct, frozen=True, gc=False):
    """Blocks that are one, by their numbers in the older and the newer text; `sentences` is empty for one that was kept.

    `kept` means the same letters and figures, perhaps with other marks or white space; `moved` may be reworded as well.
    """

    kind: Kind
    before: tuple[int, ...]
    after: tuple[int, ...]
    sentences: tuple[SentencePair, ...] = ()


class Alignment(NamedTuple):
    """Every block of both texts in exactly one pair, in the order of the newer text; what was removed stands where it stood."""

    old: Content
    new: Content
    blocks: tuple[BlockPair, ...]

    @property
    def sentences(self) -> Iterator[SentencePair]:
        """The sentences of all blocks that are not merely kept."""
        return chain.from_iterable(block.sentences for block in self.blocks)


def aligned(old: Content, new: Content) -> Alignment:
    """What became of each block and, in those that differ, of each sentence."""
    links = linked([block.text for block in old.blocks], [block.text for block in new.blocks])
    told = iter(across([_sentences(link, old.blocks, new.blocks) for link in links if link.kind != "kept"]))
    return Alignment(old, new, tuple(_block_pair(link, told) for link in links))


def _block_pair(link: Link, told: Iterator[tuple[SentencePair, ...]]) -> BlockPair:
    if link.kind == "kept":
        return BlockPair("kept", (link.a,), (link.c,))
    return BlockPair(link.kind, tuple(range(link.a, link.b)), tuple(range(link.c, link.d)), next(told))


def _sentences(link: Link, old: tuple[Block, ...], new: tuple[Block, ...]) -> list[SentencePair]:
    return pairs(_told_apart(range(link.a, link.b), old), _told_apart(range(link.c, link.d), new))


def _told_apart(numbers: range, blocks: tuple[Block, ...]) -> list[Sentence]:
    return [sentence for number in numbers for sentence in told_apart(number, blocks[number].text)]
