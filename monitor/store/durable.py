"""Files that are whole or not there: written beside, synced, renamed, and the folder synced. Every call blocks on the disk."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from monitor.errors import DiskTrouble


@contextmanager
def keeping(what: str) -> Iterator[None]:
    """Name what was to be kept where the disk does not take it. Raises DiskTrouble for the system's OSError."""
    try:
        yield
    except OSError as error:
        raise DiskTrouble(f"{what} cannot be written: {error.strerror or error}") from error


def write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put a file in its place; once this returns, a power cut leaves it there with all its bytes."""
    with writing(path, mode) as file:
        file.write(content)


@contextmanager
def writing(path: Path, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """A file to be written in pieces, and put in its place as a whole at the end; nothing is left of it where that fails."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder, for its owner alone, and what it lies in; a power cut leaves them there."""
    made = []
    while not path.exists():
        made.append(path)
        path = path.parent
    for folder in reversed(made):
        folder.mkdir(mode=0o700, exist_ok=True)
        sync(folder.parent)


def sync(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_ROOM = 2**21  # bytes that must be free before anything is tried again
_SAMPLE = bytes(2**16)


def probe(folder: Path) -> None:
    """See whether files can be kept in a folder. Raises DiskTrouble where they cannot."""
    with keeping("a file"):
        about = os.statvfs(folder)
        if about.f_bavail * about.f_frsize < _ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        descriptor, path = tempfile.mkstemp(dir=folder, prefix=".probe-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_SAMPLE)
                file.flush()
                os.fsync(file.fileno())
        finally:
            Path(path).unlink()
