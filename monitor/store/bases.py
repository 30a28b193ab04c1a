"""What an archive stands on once its oldest segments were dropped: what was kept of them, and where each entity's chain goes on.

`00000042-7.base.json` is the manifest that the log names; it covers `00000042-7.base-0001.jsonl.zst` and on, the events that were kept, as
segments, and `00000042-7.base.cuts.zst`: of each entity that lost its beginning, the version and hash that its next event follows.
`42` is the number of the newest segment that was dropped. Knows no server; every call blocks on the disk.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import msgspec
import zstandard

from monitor.core.standing import Article, decode_article
from monitor.errors import Corrupt
from monitor.store import durable, segments
from monitor.store.entries import Stored
from monitor.store.segments import FRAME_BYTES, LEVEL, MOST_BYTES, Frame, Manifest, Seal

_PART_EVENTS: Final = 2_000
_PART_BYTES: Final = 2**23


class Cut(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An entity that lost its events up to `version`, the last of which had this hash.

    Of an article: its state after the next event, which is its newest text's, and the addresses that the lost events named.
    """

    entity: str
    version: int
    hash: str
    state: msgspec.Raw = msgspec.Raw(b"null")
    addresses: tuple[str, ...] = ()

    @property
    def article(self) -> Article | None:
        """The state; None of what is no article. Raises Corrupt."""
        raw = bytes(self.state)
        return None if raw == b"null" else decode_article(raw)


class Cuts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of all cuts, in the order of their entities, in frames; `first` of each is an entity."""

    entities: int
    size: int
    sha256: str
    frames: tuple[Frame, ...]


class Part(Manifest, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A segment of the events that were kept; they are numbered as they were, with gaps."""

    part: int

    @property
    def segment(self) -> str:
        """The segment's file."""
        return f"{self.number:08}-{self.token}.base-{self.part:04}.jsonl.zst"


class Base(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The manifest. Dropped were `dropped` events in all, up to `position`, the `n`-th of the partition; `covers` was the newest segment's manifest."""

    partition: int
    number: int
    token: int
    made_at: datetime
    covers: str
    covers_sha256: str
    position: str
    n: int
    dropped: int
    parts: tuple[Part, ...]
    cuts: Cuts

    @property
    def name(self) -> str:
        """The manifest's own file."""
        return f"{self.number:08}-{self.token}.base.json"

    @property
    def size(self) -> int:
        """The bytes of all its files but the manifest."""
        return self.cuts.size + sum(part.size for part in self.parts)


_bases = msgspec.json.Decoder(Base)
_cuts = msgspec.json.Decoder(Cut)


def write(folder: Path, about: Base, kept: Iterable[Stored], cuts: Iterable[Cut]) -> tuple[Base, Seal]:
    """Write a base durably: what was kept in the order of positions, the cuts in that of entities. It counts once the log has noted its seal.

    `about` says which it is; its parts and cuts are what is written.
    """
    durable.make_folder(folder)
    stem = about.name.removesuffix(".json")
    parts = tuple(_write_part(folder, about, number, page) for number, page in enumerate(_pages(kept), start=1))
    with durable.writing(folder / f"{stem}.cuts.zst") as file:
        written = _write_cuts(file, cuts)
    base = msgspec.structs.replace(about, parts=parts, cuts=written)
    content = msgspec.json.format(msgspec.json.encode(base), indent=1)
    durable.write(folder / base.name, content)
    return base, Seal(base.name, hashlib.sha256(content).hexdigest())


def read(folder: Path, seal: Seal) -> Base:
    """Read a base's manifest. Raises Corrupt where it is not there or not the one that was noted."""
    content = segments.sealed(folder, seal)
    try:
        return _bases.decode(content)
    except msgspec.MsgspecError as error:
        raise Corrupt(f"the archive's base {folder / seal.name} was written by another Monitor: {error}") from error


def cuts(folder: Path, of: Base) -> Iterator[Cut]:
    """All cuts, in the order of their entities. Raises Corrupt where the file does not hold the bytes that were sealed."""
    path, digest, found = _cuts_file(folder, of), hashlib.sha256(), 0
    for begin, end in _spans(of.cuts):
        packed = segments.some_bytes(path, begin, end)
        digest.update(packed)
        for cut in _unpack(packed, path):
            found += 1
            yield cut
    if digest.hexdigest() != of.cuts.sha256 or found != of.cuts.entities or path.stat().st_size != of.cuts.size:
        raise Corrupt(f"the archive's base {path} holds other bytes than were sealed")


def cut(folder: Path, of: Base, entity: str) -> Cut | None:
    """Where an entity was cut; None where it was not. Only the frame that may hold it is read."""
    place = bisect_right([frame.first for frame in of.cuts.frames], entity) - 1
    if place < 0:
        return None
    begin, end = _spans(of.cuts)[place]
    path = _cuts_file(folder, of)
    return next((each for each in _unpack(segments.some_bytes(path, begin, end), path) if each.entity == entity), None)


def files(folder: Path, number: int, token: int) -> list[Path]:
    """The files of one base."""
    return sorted(folder.glob(f"{number:08}-{token}.base*"))


def sweep(folder: Path, noted: Seal, token: int) -> None:
    """Take away bases that were never noted, or are not the noted one any more, unless a later holder of the lease writes them just now."""
    stem = noted.name.removesuffix(".json") or "-"
    for path in folder.glob("[0-9]*-[0-9]*.base*"):
        its_token = int(path.name.partition("-")[2].partition(".")[0])
        if not path.name.startswith(stem) and its_token <= token:
            path.unlink(missing_ok=True)


def _pages(events: Iterable[Stored]) -> Iterator[list[Stored]]:
    page, size = list[Stored](), 0
    for event in events:
        page.append(event)
        size += len(bytes(event.data))
        if len(page) == _PART_EVENTS or size >= _PART_BYTES:
            yield page
            page, size = [], 0
    if page:
        yield page


def _write_part(folder: Path, of: Base, number: int, events: list[Stored]) -> Part:
    frames, packed = segments.pack(events)
    part = Part(
        partition=of.partition,
        number=of.number,
        token=of.token,
        sealed_at=of.made_at,
        events=len(events),
        begins=events[0].n,
        first=events[0].position,
        last=events[-1].position,
        size=len(packed),
        sha256=hashlib.sha256(packed).hexdigest(),
        frames=frames,
        part=number,
    )
    durable.write(folder / part.segment, packed)
    return part


def _write_cuts(file: IO[bytes], cuts: Iterable[Cut]) -> Cuts:
    digest, size, entities, frames = hashlib.sha256(), 0, 0, list[Frame]()
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    for first, lines, count in _framed(cuts):
        frames.append(Frame(first, size))
        packed = compressor.compress(lines)
        file.write(packed)
        digest.update(packed)
        size, entities = size + len(packed), entities + count
    return Cuts(entities, size, digest.hexdigest(), tuple(frames))


def _framed(cuts: Iterable[Cut]) -> Iterator[tuple[str, bytes, int]]:
    first, lines, count = "", bytearray(), 0
    for each in cuts:
        if len(lines) >= FRAME_BYTES:
            yield first, bytes(lines), count
            lines, count = bytearray(), 0
        first = first if count else each.entity
        lines += msgspec.json.encode(each) + b"\n"
        count += 1
    if count:
        yield first, bytes(lines), count


def _cuts_file(folder: Path, of: Base) -> Path:
    return folder / f"{of.name.removesuffix('.json')}.cuts.zst"


def _spans(of: Cuts) -> list[tuple[int, int]]:
    offsets = [frame.offset for frame in of.frames]
    return list(zip(offsets, [*offsets[1:], of.size], strict=True)) if offsets else []


def _unpack(frame: bytes, path: Path) -> Iterator[Cut]:
    try:
        lines = zstandard.ZstdDecompressor().decompress(frame, max_output_size=MOST_BYTES)
        yield from map(_cuts.decode, lines.splitlines())
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise Corrupt(f"the archive's base {path} cannot be unpacked: {error}") from error
