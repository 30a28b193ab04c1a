"""Content codings undone within bounds: no call ever yields more than the next few pieces of its output.

Takes whole bodies (their wire size is bounded already) and knows nothing of HTTP but the names of its codings.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterator

import brotli
import zstandard

from monitor.errors import Permanent

ACCEPTED = "gzip, deflate, br, zstd"

_PIECE = 64 * 1024
_MAX_CODINGS = 2
_MAX_RATIO = 100
_RATIO_FREE = 2**20
_MAX_MEMBERS = 1_024
_ZSTD_WINDOW = 8 * 2**20  # RFC 9659
_ZSTD_BITE = 128  # a zstd block of four bytes can hold 128 KiB, so that one bite yields 4 MiB at the very most
_IDENTITY = {"", "identity", "none", "utf-8"}  # the last two are not codings, but servers send them


class _Undecodable(Exception):
    """The body is not what its header says."""


def decode(body: bytes, header: str, limit: int, *, whole: bool = True) -> bytes:
    """Undo the codings that a Content-Encoding header names, up to `limit` bytes.

    Raises Permanent(`bomb`) beyond the limit or a ratio of 100 past the first MiB, Permanent(`encoding`) for an
    unknown, broken or unfinished coding, or more than two. With `whole` False it raises nothing of that, but returns the start.
    """
    names = [name for part in header.split(",") if (name := part.strip().lower()) not in _IDENTITY]
    try:
        for coding in _known(names) if body else ():
            body = _unpack(coding, body, len(body), limit, whole=whole)
    except _Undecodable as error:
        if whole:
            raise Permanent("encoding", str(error)) from error
        return b""
    if len(body) > limit and whole:
        raise Permanent("too_large", f"more than {limit} bytes")
    return body[:limit]


def _known(names: list[str]) -> list[str]:
    if len(names) > _MAX_CODINGS:
        raise _Undecodable(f"{len(names)} codings on one body")
    if unknown := [name for name in names if name not in _UNPACKERS]:
        raise _Undecodable(f"unknown coding {unknown[0][:50]!r}")
    return names[::-1]  # the last one named was applied last


def _unpack(coding: str, data: bytes, wire: int, limit: int, *, whole: bool) -> bytes:
    out = bytearray()
    try:
        for piece in _UNPACKERS[coding](data):
            out += piece
            if len(out) > limit or len(out) > max(_RATIO_FREE, wire * _MAX_RATIO):
                break
        else:
            return bytes(out)
    except (zlib.error, brotli.error, zstandard.ZstdError, _Undecodable) as error:
        if whole:
            raise _Undecodable(f"{coding}: {error}") from error
        return bytes(out)
    if whole:
        raise Permanent("bomb", f"{wire} bytes of {coding} hold more than {len(out)}")
    return bytes(out[:limit])


def _gunzip(data: bytes) -> Iterator[bytes]:
    """Members of RFC 1952, one after another; what follows the last and is no member is padding."""
    start = 0
    for _ in range(_MAX_MEMBERS):
        start = yield from _inflate(data, start, 16 + zlib.MAX_WBITS)
        if data[start : start + 2] != b"\x1f\x8b":
            return
    raise _Undecodable(f"more than {_MAX_MEMBERS} members")


def _undeflate(data: bytes) -> Iterator[bytes]:
    """RFC 9110 means the zlib format; some servers send the bare stream."""
    zlib_header = len(data) > 1 and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    yield from _inflate(data, 0, zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS)


def _inflate(data: bytes, start: int, window: int) -> Generator[bytes, None, int]:
    """The pieces of one stream; returns where it ends."""
    inflater = zlib.decompressobj(window)
    while start < len(data):
        pending = data[start : start + _PIECE]
        start += len(pending)
        while pending and not inflater.eof:
            yield inflater.decompress(pending, _PIECE)
            pending = inflater.unconsumed_tail
        if inflater.eof:
            return start - len(inflater.unused_data)
    while piece := inflater.decompress(b"", _PIECE):
        yield piece
    if not inflater.eof:
        raise _Undecodable("the body ends early")
    return start


def _unbrotli(data: bytes) -> Iterator[bytes]:
    """The one stream of RFC 7932."""
    decompressor = brotli.Decompressor()
    piece = decompressor.process(data, output_buffer_limit=_PIECE)
    while piece or not decompressor.can_accept_more_data():
        yield piece
        piece = decompressor.process(b"", output_buffer_limit=_PIECE)
    if not decompressor.is_finished():
        raise _Undecodable("the body ends early")


def _unzstd(data: bytes) -> Iterator[bytes]:
    """Frames of RFC 8878, one after another."""
    start = 0
    for _ in range(_MAX_MEMBERS):
        frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj(write_size=_PIECE)
        while not frame.eof:
            if start >= len(data):
                raise _Undecodable("the body ends early")
            yield frame.decompress(data[start : start + _ZSTD_BITE])
            start += _ZSTD_BITE
        start = min(start, len(data)) - len(frame.unused_data)
        if start >= len(data):
            return
    raise _Undecodable(f"more than {_MAX_MEMBERS} frames")


_UNPACKERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
