"""The archive's files: sealed segments of zstd JSON lines, each with a manifest that covers the manifest before it.

`<folder>/00000001-7.jsonl.zst` holds the events, `00000001-7.json` says what they are: the number of the segment and the token
of the lease under which it was sealed. A segment is a row of zstd frames, each readable by itself. Which manifest is the newest
is the log's to say: a file that no chain leads to was never part of the archive. Knows no server; every call blocks on the disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import zstandard

from monitor.errors import Corrupt
from monitor.store import durable
from monitor.store.entries import Stored, order

FRAME_BYTES: Final = 2**18
LEVEL: Final = 6
MOST_BYTES: Final = 2**28  # of one frame, unpacked: an event has at most 8 MiB


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a segment that is read by itself: the position of its first event, where it begins, in bytes."""

    first: str
    offset: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a segment holds. `begins` is the number of its first event in the partition; sizes in bytes."""

    partition: int
    number: int
    token: int
    sealed_at: datetime
    events: int
    begins: int
    first: str
    last: str
    size: int
    sha256: str
    frames: tuple[Frame, ...]
    previous: str = ""
    previous_sha256: str = ""

    @property
    def name(self) -> str:
        """The manifest's own file."""
        return f"{self.number:08}-{self.token}.json"

    @property
    def segment(self) -> str:
        """The segment's file."""
        return f"{self.number:08}-{self.token}.jsonl.zst"


class Seal(NamedTuple):
    """Which manifest, and the sha256 (hex) of its bytes. Both empty where nothing is archived yet."""

    name: str = ""
    sha256: str = ""


_manifests = msgspec.json.Decoder(Manifest)
_lines = msgspec.json.Decoder(Stored)


def line(event: Stored) -> bytes:
    """An event as a line of a segment."""
    return msgspec.json.encode(event) + b"\n"


def belong(folder: Path, log: str) -> None:
    """Make an archive that of one log, named by its id. Raises Corrupt where it is another log's: it must not be swept or mixed."""
    path = folder / "log"
    if not path.exists():
        durable.make_folder(folder)
        durable.write(path, log.encode())
    if path.read_text() != log:
        raise Corrupt(f"the archive in {folder} belongs to another log: move it away, or give this log its data back")


def write(
    folder: Path, partition: int, events: Sequence[Stored], *, after: Seal, number: int, token: int, at: datetime
) -> Seal:
    """Write a segment and its manifest durably; they count once the log has taken note of the seal."""
    durable.make_folder(folder)
    frames, packed = pack(events)
    manifest = Manifest(
        partition=partition,
        number=number,
        token=token,
        sealed_at=at,
        events=len(events),
        begins=events[0].n,
        first=events[0].position,
        last=events[-1].position,
        size=len(packed),
        sha256=hashlib.sha256(packed).hexdigest(),
        frames=frames,
        previous=after.name,
        previous_sha256=after.sha256,
    )
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    durable.write(folder / manifest.segment, packed)
    durable.write(folder / manifest.name, content)
    return Seal(manifest.name, hashlib.sha256(content).hexdigest())


def sealed(folder: Path, seal: Seal) -> bytes:
    """What a manifest holds. Raises Corrupt where it is not there or not the one that was sealed."""
    try:
        content = (folder / seal.name).read_bytes()
    except OSError as error:
        raise Corrupt(f"the archive's manifest {folder / seal.name} cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != seal.sha256:
        raise Corrupt(f"the archive's manifest {folder / seal.name} holds other bytes than were sealed")
    return content


def digest(folder: Path, of: Manifest) -> str:
    """The sha256 (hex) of a manifest that was read before."""
    return hashlib.sha256((folder / of.name).read_bytes()).hexdigest()


def manifest(folder: Path, seal: Seal) -> Manifest:
    """Read a segment's manifest. Raises Corrupt where it is not there or not the one that was sealed."""
    content = sealed(folder, seal)
    try:
        return _manifests.decode(content)
    except msgspec.MsgspecError as error:
        raise Corrupt(f"the archive's manifest {folder / seal.name} was written by another Monitor: {error}") from error


def read(folder: Path, of: Manifest) -> Iterator[Stored]:
    """Every event of a segment, in order. Raises Corrupt where its bytes are not those that were sealed."""
    packed = some_bytes(folder / of.segment, 0, of.size)
    if len(packed) != of.size or hashlib.sha256(packed).hexdigest() != of.sha256:
        raise Corrupt(f"the archive's segment {folder / of.segment} holds other bytes than were sealed")
    for begin, end in _spans(of):
        yield from _unpack(packed[begin:end], folder / of.segment)


def look_up(folder: Path, of: Manifest, positions: set[str]) -> Iterator[Stored]:
    """Those of a segment's events that stand at these positions; only the frames that hold them are read."""
    starts = [order(frame.first) for frame in of.frames]
    ends = [*starts[1:], (2**64, 0)]
    for (begin, end), low, high in zip(_spans(of), starts, ends, strict=True):
        if any(low <= order(position) < high for position in positions):
            events = _unpack(some_bytes(folder / of.segment, begin, end), folder / of.segment)
            yield from (event for event in events if event.position in positions)


def drop(folder: Path, number: int) -> None:
    """Take away every segment up to this number, its manifest last."""
    for path in sorted(folder.glob("[0-9]*-[0-9]*.json*"), reverse=True):
        if int(path.name.partition("-")[0]) <= number and ".base" not in path.name:
            path.unlink(missing_ok=True)


def sweep(folder: Path, number: int, token: int) -> None:
    """Take away what was written after segment `number` under earlier tokens and never became part of the archive."""
    for path in folder.glob("[0-9]*-[0-9]*.json*"):
        its_number, _, rest = path.name.partition("-")
        if int(its_number) > number and int(rest.split(".")[0]) < token:
            path.unlink(missing_ok=True)


def pack(events: Sequence[Stored]) -> tuple[tuple[Frame, ...], bytes]:
    """Events as the bytes of a segment, and the frames in it."""
    frames, packed = [], bytearray()
    for first, lines in _framed(events):
        frames.append(Frame(first, len(packed)))
        packed += zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(lines)
    return tuple(frames), bytes(packed)


def _framed(events: Sequence[Stored]) -> Iterator[tuple[str, bytes]]:
    first, lines = events[0].position, bytearray()
    for event in events:
        if len(lines) >= FRAME_BYTES:
            yield first, bytes(lines)
            first, lines = event.position, bytearray()
        lines += line(event)
    yield first, bytes(lines)


def _spans(of: Manifest) -> list[tuple[int, int]]:
    offsets = [frame.offset for frame in of.frames]
    return list(zip(offsets, [*offsets[1:], of.size], strict=True))


def some_bytes(path: Path, begin: int, end: int) -> bytes:
    """A part of a file of the archive. Raises Corrupt where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(begin)
            return file.read(end - begin)
    except OSError as error:
        raise Corrupt(f"the archive's file {path} cannot be read: {error.strerror}") from error


def _unpack(frame: bytes, path: Path) -> Iterator[Stored]:
    try:
        lines = zstandard.ZstdDecompressor().decompress(frame, max_output_size=MOST_BYTES)
        yield from map(_lines.decode, lines.splitlines())
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise Corrupt(f"the archive's segment {path} cannot be unpacked: {error}") from error
