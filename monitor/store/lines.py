"""The lines of an export: a heading, events, what stands beside them, and an end that covers every byte before it. Talks to no server."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, Final, Literal, cast

import msgspec
import zstandard

from monitor.errors import Corrupt
from monitor.store.bases import Cut
from monitor.store.entries import Stored

FORMAT: Final = 1
_LINE_BYTES: Final = 2**28


class Heading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="monitor", tag_field="line"):
    """The first line. `whole`: what stands beside the events is there too, so that a log can be made of it."""

    format: int
    partitions: int
    whole: bool


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="event", tag_field="line"):
    """One event."""

    partition: int
    event: Stored


class Floor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="floor", tag_field="line"):
    """Before a partition's first event: retention has dropped `dropped` events up to `position`, the `n`-th. Cuts follow, then what was kept."""

    partition: int
    number: int
    position: str
    n: int
    dropped: int


class Lost(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="cut", tag_field="line"):
    """An entity that lost its beginning; in the order of entities."""

    partition: int
    cut: Cut


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="key", tag_field="line"):
    """A key beside the events, by its name within the partition: a `hash` or `zset` as pairs, a `list` as its elements."""

    partition: int
    name: str
    kind: Literal["hash", "zset", "list"]
    values: tuple[bytes, ...]


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="group", tag_field="line"):
    """How far a consumer group is; `open` are the events it has not finished: consumer, position, deliveries."""

    partition: int
    name: str
    position: str
    open: tuple[tuple[str, str, int], ...]


class End(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="end", tag_field="line"):
    """The last line: the sha256 (hex) of all bytes before it."""

    sha256: str


Line = Heading | Floor | Lost | Event | Key | Group | End
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class Writer:
    """Writes lines, and at last the end that covers them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest = file, hashlib.sha256()

    def write(self, line: Heading | Floor | Lost | Event | Key | Group) -> None:
        """Write one line."""
        self.raw(msgspec.json.encode(line) + b"\n")

    def raw(self, line: bytes) -> None:
        """Write a line that is one already."""
        self._digest.update(line)
        self._file.write(line)

    def end(self) -> None:
        """Write the end."""
        self._file.write(msgspec.json.encode(End(self._digest.hexdigest())) + b"\n")


def check(path: Path) -> Heading:
    """Read a file through without using it; returns its heading. Raises Corrupt where it is not whole, or not an export."""
    digest, heading, end = hashlib.sha256(), None, None
    for raw in _raw(path):
        if end is not None:
            raise Corrupt(f"{path} goes on behind its end")
        if heading is None:
            heading = _decoded(raw, path)
        if raw.startswith(b'{"line":"end"'):
            end = _decoded(raw, path)
        else:
            digest.update(raw)
    if not isinstance(heading, Heading) or heading.format != FORMAT:
        raise Corrupt(f"{path} is no export that this Monitor knows")
    if not isinstance(end, End):
        raise Corrupt(f"{path} breaks off: its end is missing")
    if end.sha256 != digest.hexdigest():
        raise Corrupt(f"{path} holds other bytes than were exported")
    return heading


def read(path: Path) -> Iterator[Floor | Lost | Event | Key | Group]:
    """What a file holds between its heading and its end. Raises Corrupt."""
    for raw in _raw(path):
        line = _decoded(raw, path)
        if not isinstance(line, Heading | End):
            yield line


def _decoded(raw: bytes, path: Path) -> Line:
    try:
        return _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Corrupt(f"{path} is no export that this Monitor knows: {error}") from error


def _raw(path: Path) -> Iterator[bytes]:
    """The lines of a file, unpacked where its name ends in `.zst`."""
    try:
        with path.open("rb") as file, opened(path, file) as lines:
            while raw := lines.readline(_LINE_BYTES):
                yield raw
    except (OSError, zstandard.ZstdError) as error:
        raise Corrupt(f"{path} cannot be read: {error}") from error


def opened(path: Path, file: BinaryIO) -> BinaryIO:
    """The file as it is, or unpacked."""
    return cast("BinaryIO", io.BufferedReader(zstandard.open(file, "rb"))) if path.suffix == ".zst" else file


def created(path: Path, file: BinaryIO) -> BinaryIO:
    """The file as it is, or packed."""
    return cast("BinaryIO", zstandard.open(file, "wb")) if path.suffix == ".zst" else file
