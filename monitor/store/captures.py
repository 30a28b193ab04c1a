"""Raw bodies by the SHA-256 of their bytes, one zstd file each. Knows nothing of what the bodies are."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path

import zstandard

from monitor.errors import Corrupt

_NAME = re.compile(r"[0-9a-f]{64}\Z")
_LEVEL = 6
MOST_BYTES = 64 * 2**20  # no body comes near it (the net's limit is 10 MiB); a file that claims more is damaged


class FileCaptures:
    """The `Captures` port on a directory: `<folder>/ab/cdef….zst`. Files are never changed once they are there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, body: bytes) -> str:
        """Store a body durably, once; returns its SHA-256."""
        return await asyncio.to_thread(self._keep, body)

    async def read(self, sha256: str) -> bytes | None:
        """The body; None where it is not kept. Raises Corrupt where the file does not match its name."""
        return await asyncio.to_thread(self._read, sha256)

    def _keep(self, body: bytes) -> str:
        name = hashlib.sha256(body).hexdigest()
        path = self._path(name)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_durably(path, zstandard.ZstdCompressor(level=_LEVEL).compress(body))
            _sync(self._folder)
        return name

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


def _write_durably(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
