"""What an article says at one moment, as values, and the operations that lead from one moment to the next.

Decides nothing: what counts as a change is `core.article`'s to say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from monitor.errors import Corrupt

BlockKind = Literal["paragraph", "heading", "quote", "item", "caption", "post"]


class Link(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Words of a block that lead elsewhere. `target` is the canonical address without its query, in which sites count and track."""

    text: str
    target: str


class Block(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One visible unit of the text, with the links in it. `id` and `at` are a live-blog post's own, where it has them."""

    kind: BlockKind
    text: str
    id: str | None = None
    at: datetime | None = None
    links: tuple[Link, ...] = ()


class Content(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everything an article says. Stamps are the publisher's claims, never our own observation."""

    title: str
    dek: str = ""
    byline: str = ""
    section: str = ""
    lang: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    blocks: tuple[Block, ...] = ()

    def digest(self) -> str:
        """The sha256 (hex) that names this content and by which a fold verifies itself."""
        return hashlib.sha256(b"1" + _canonical.encode(self)).hexdigest()


_canonical = msgspec.json.Encoder(order="deterministic")


class Keep(msgspec.Struct, frozen=True, tag="keep", tag_field="op", forbid_unknown_fields=True):
    """The next `count` old blocks stay."""

    count: int


class Delete(msgspec.Struct, frozen=True, tag="delete", tag_field="op", forbid_unknown_fields=True):
    """The next `count` old blocks go."""

    count: int


class Insert(msgspec.Struct, frozen=True, tag="insert", tag_field="op", forbid_unknown_fields=True):
    """New blocks come here."""

    blocks: tuple[Block, ...]


class Replace(msgspec.Struct, frozen=True, tag="replace", tag_field="op", forbid_unknown_fields=True):
    """The next `count` old blocks are rewritten as `blocks`."""

    count: int
    blocks: tuple[Block, ...]


class Move(msgspec.Struct, frozen=True, tag="move", tag_field="op", forbid_unknown_fields=True):
    """`count` old blocks from index `start` come here; where they stood, a Delete passes over them."""

    start: int
    count: int


Operation = Keep | Delete | Insert | Replace | Move


def apply(operations: Sequence[Operation], old: tuple[Block, ...]) -> tuple[Block, ...]:
    """Rebuild the new blocks from the old ones.

    Raises Corrupt where the operations do not cover the old blocks exactly.
    """
    new: list[Block] = []
    cursor = 0
    for operation in operations:
        match operation:
            case Keep(count):
                new += old[cursor : cursor + count]
                cursor += count
            case Delete(count):
                cursor += count
            case Insert(blocks):
                new += blocks
            case Replace(count, blocks):
                new += blocks
                cursor += count
            case Move(start, count):
                if start + count > len(old):
                    raise Corrupt(f"a move of blocks {start}..{start + count} from a text of {len(old)}")
                new += old[start : start + count]
    if cursor != len(old):
        raise Corrupt(f"operations cover {cursor} blocks of {len(old)}")
    return tuple(new)
