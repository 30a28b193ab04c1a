"""A revision's text as the views keep it: JSON, compressed. Every revision is whole, so that any two can be compared at once."""

from __future__ import annotations

import threading

import msgspec
import zstandard

from monitor.core.content import Content
from monitor.errors import Corrupt

_decoder = msgspec.json.Decoder(Content)


class _Own(threading.local):
    """What is one thread's at a time, and dear to make."""

    def __init__(self) -> None:
        self.compressor, self.decompressor = zstandard.ZstdCompressor(), zstandard.ZstdDecompressor()


_own = _Own()


def pack(content: Content) -> bytes:
    """Compress a text."""
    return _own.compressor.compress(msgspec.json.encode(content))


def unpack(packed: bytes) -> Content:
    """Read a text back. Raises Corrupt where the bytes are damaged."""
    try:
        return _decoder.decode(_own.decompressor.decompress(packed))
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise Corrupt(f"a stored text cannot be read: {error}") from error
