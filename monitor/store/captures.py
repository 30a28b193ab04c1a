"""Raw bodies by the SHA-256 of their bytes, one zstd file each, and their deletion. Knows nothing of what the bodies are.

Keeping and deleting exclude each other by a lock on the folder, which holds between processes too: a body that is kept again
while it is being looked at is fresh afterwards, and fresh ones are never deleted.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import zstandard

from monitor.errors import Corrupt
from monitor.ports import Swept
from monitor.store import durable

FOLDER = "captures"  # in the data directory
_NAME = re.compile(r"[0-9a-f]{64}\Z")
_LEVEL = 6
_FRAME_HEADER = 18  # bytes, at most (RFC 8878, section 3.1.1)
MOST_BYTES = 64 * 2**20  # no body comes near it (the net's limit is 10 MiB); a file that claims more is damaged
FRESH = 3_600.0  # seconds; between keeping a body and knowing whether an event names it lie a few


class _File(NamedTuple):
    """A body on the disk; `kept` is when it was last kept, in seconds since 1970."""

    kept: float
    name: str
    size: int


class FileCaptures:
    """The `Captures` port on a directory: `<folder>/ab/cdef….zst`. A file's bytes never change; its time says when it was last kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, body: bytes) -> str:
        """Store a body durably, once; returns its SHA-256. Raises DiskTrouble where the disk does not take it."""
        with durable.keeping("captures"):
            return await asyncio.to_thread(self._keep, body)

    async def read(self, sha256: str) -> bytes | None:
        """The body; None where it is not kept. Raises Corrupt where the file does not match its name."""
        return await asyncio.to_thread(self._read, sha256)

    def size(self, sha256: str) -> int | None:
        """How many bytes a body has; None where it is not kept. Blocks on the disk."""
        if not _NAME.match(sha256):
            return None
        try:
            with self._path(sha256).open("rb") as file:
                return zstandard.frame_content_size(file.read(_FRAME_HEADER))
        except (FileNotFoundError, zstandard.ZstdError):
            return None

    async def sweep(self, needed: Callable[[str], bool], *, older_than: timedelta, most_bytes: int) -> Swept:
        """Delete bodies last kept longer ago than that, then the oldest until the rest fits into so many bytes.

        Never those that are `needed` (asked for each candidate, in a thread), nor those kept within the last hour.
        """
        with durable.keeping("captures"):
            return await asyncio.to_thread(self._sweep, needed, older_than.total_seconds(), most_bytes)

    def _keep(self, body: bytes) -> str:
        name = hashlib.sha256(body).hexdigest()
        path = self._path(name)
        durable.make_folder(path.parent)
        with self._locked(fcntl.LOCK_SH):
            try:
                os.utime(path)
            except FileNotFoundError:
                durable.write(path, zstandard.ZstdCompressor(level=_LEVEL).compress(body))
        return name

    def _sweep(self, needed: Callable[[str], bool], older_than: float, most_bytes: int) -> Swept:
        files = sorted(self._files())
        left, deleted, freed = sum(file.size for file in files), 0, 0
        for file in files:
            if time.time() - file.kept <= older_than and left <= most_bytes:
                break
            if not needed(file.name) and self._delete(file):
                deleted, freed, left = deleted + 1, freed + file.size, left - file.size
        return Swept(deleted, freed, left)

    def _files(self) -> Iterator[_File]:
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*.zst"):
            try:
                about = path.stat()
            except FileNotFoundError:  # somebody else sweeps too
                continue
            yield _File(about.st_mtime, path.parent.name + path.stem, about.st_size)

    def _delete(self, file: _File) -> bool:
        """Delete one body, unless it is fresh, or was kept again since it was listed."""
        path = self._path(file.name)
        with self._locked(fcntl.LOCK_EX):
            try:
                kept = path.stat().st_mtime
                if kept != file.kept or time.time() - kept < FRESH:
                    return False
                path.unlink()
            except FileNotFoundError:
                return False
        return True

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Hold the folder's lock: shared to keep, alone to delete."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)

    def _read(self, name: str) -> bytes | None:
        if not _NAME.match(name):
            return None
        try:
            packed = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        try:
            body = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MOST_BYTES)
        except zstandard.ZstdError as error:
            raise Corrupt(f"the capture {name} cannot be unpacked: {error}") from error
        if hashlib.sha256(body).hexdigest() != name:
            raise Corrupt(f"the capture {name} holds other bytes than its name says")
        return body

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name[2:]}.zst"
