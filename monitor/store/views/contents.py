"""A revision's text as the views keep it: JSON, compressed. Every revision is whole, so that any two can be compared at once."""

from __future__ import annotations

import msgspec
import zstandard

from monitor.core.content import Content
from monitor.errors import Corrupt

_decoder = msgspec.json.Decoder(Content)


def pack(content: Content) -> bytes:
    """Compress a text."""
    return zstandard.compress(msgspec.json.encode(content))


def unpack(packed: bytes) -> Content:
    """Read a text back. Raises Corrupt where the bytes are damaged."""
    try:
        return _decoder.decode(zstandard.decompress(packed))
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise Corrupt(f"a stored text cannot be read: {error}") from error
