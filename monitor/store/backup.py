"""The embedded log copied while it runs, and put back. Knows nothing of what it copies: the files of one moment, and the sha256 of each.

The append-only file only grows, so that its beginning is the log as it was a moment ago. It is copied first: what it has dropped
is in the archive by then, and what its events name is among the captures. A backup is whole once its list of files is there.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

import msgspec

from monitor.errors import Corrupt, LogUnavailable
from monitor.store import appendfile, durable
from monitor.store.archive import FOLDER as ARCHIVE
from monitor.store.dropping import locked

LIST: Final = "backup.json"
APPENDFILE: Final = "log/appendonlydir"
_TREES: Final = (ARCHIVE, "captures")
_CHUNK: Final = 2**20
_TRIES: Final = 10

Counted = Callable[[int], None]


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a backup: its path below the data directory, its bytes and their sha256 (hex)."""

    path: str
    size: int
    sha256: str


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds, and when its copying began."""

    made_at: datetime
    files: tuple[File, ...]


def back_up(data_dir: Path, target: Path, counted: Counted = lambda _: None) -> Backup:
    """Copy a log, with its archive and captures, to a new directory; `counted` hears of bytes. Blocks on the disk.

    Raises LogUnavailable where there is no embedded log, or the target is not empty.
    """
    if not (data_dir / APPENDFILE).is_dir():
        raise LogUnavailable(
            f"there is no embedded log in {data_dir}: a server of your own is backed up by its own means"
        )
    _see_that_it_is_empty(target)
    made_at = datetime.now(UTC)
    durable.make_folder(target)
    with ExitStack() as stack:
        for folder in sorted((data_dir / ARCHIVE).glob("[0-9]*")):
            stack.enter_context(locked(folder, fcntl.LOCK_SH))  # what the log names when it is copied stays until it is
        files = list(_copy_appendfile(data_dir, target, counted))
        for tree in _TREES:
            for path in _below(data_dir / tree):
                name = str(path.relative_to(data_dir))
                with (
                    suppress(FileNotFoundError),
                    path.open("rb") as file,
                ):  # a capture that nobody needs may go meanwhile
                    files.append(_copy(file, target, name, counted))
    backup = Backup(made_at, tuple(files))
    os.sync()
    durable.write(target / LIST, msgspec.json.format(msgspec.json.encode(backup), indent=1))
    return backup


def restore(source: Path, data_dir: Path, counted: Counted = lambda _: None) -> Backup:
    """Put a backup into an empty data directory; `counted` hears of bytes. Blocks on the disk.

    Raises Corrupt where the backup is not whole, LogUnavailable where the directory is not empty.
    """
    backup = read(source)
    _see_that_it_is_empty(data_dir)
    aside = data_dir / "log" / "restoring"
    durable.make_folder(aside)
    for file in sorted(backup.files, key=lambda file: file.path.startswith(APPENDFILE)):
        name = file.path.replace(APPENDFILE, "log/restoring", 1)
        try:
            with (source / file.path).open("rb") as kept:
                copied = _copy(kept, data_dir, name, counted)
        except OSError as error:
            raise Corrupt(f"the backup's file {source / file.path} cannot be read: {error.strerror}") from error
        if (copied.size, copied.sha256) != (file.size, file.sha256):
            raise Corrupt(f"the backup's file {source / file.path} holds other bytes than were copied")
    os.sync()
    aside.rename(data_dir / APPENDFILE)  # from here on there is a log
    durable.sync(data_dir / "log")
    return backup


def read(source: Path) -> Backup:
    """What a backup says it holds. Raises Corrupt where there is none, or one that did not come to its end."""
    try:
        backup = msgspec.json.decode((source / LIST).read_bytes(), type=Backup)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Corrupt(f"{source} is no backup that came to its end: {error}") from error
    roots = (f"{APPENDFILE}/", *(f"{tree}/" for tree in _TREES))
    if strange := [file.path for file in backup.files if ".." in file.path or not file.path.startswith(roots)]:
        raise Corrupt(f"{source} names a file that is none of Monitor's: {strange[0]}")
    return backup


def _copy_appendfile(data_dir: Path, target: Path, counted: Counted) -> Iterator[File]:
    """The files of one manifest, as they were at one moment."""
    folder = data_dir / APPENDFILE
    for _ in range(_TRIES):
        with ExitStack() as stack:
            manifest = folder / "appendonly.aof.manifest"  # not the temporary one of a rewrite under way
            said = manifest.read_bytes()
            names = [line.split()[1] for line in said.decode().splitlines() if line.split()[-1] in {"b", "i"}]
            try:
                opened = [stack.enter_context((folder / name).open("rb")) for name in names]
            except FileNotFoundError:  # rewritten meanwhile
                continue
            if manifest.read_bytes() != said:
                continue
            for name, file in zip(names, opened, strict=True):
                end = appendfile.whole_bytes(file.fileno()) if name == names[-1] else None
                yield _copy(file, target, f"{APPENDFILE}/{name}", counted, end)
        (target / APPENDFILE / manifest.name).write_bytes(said)
        yield File(f"{APPENDFILE}/{manifest.name}", len(said), hashlib.sha256(said).hexdigest())
        return
    raise LogUnavailable("the server rewrites its file again and again: try once more")


def _copy(source: IO[bytes], target: Path, name: str, counted: Counted, end: int | None = None) -> File:
    """Copy a file, or its first `end` bytes."""
    digest, size = hashlib.sha256(), 0
    path = target / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as copy:
        path.chmod(0o600)
        while chunk := source.read(_CHUNK if end is None else min(_CHUNK, end - size)):
            copy.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            counted(len(chunk))
    shutil.copystat(source.name, path)  # a capture's time says when it was last kept
    return File(name, size, digest.hexdigest())


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _see_that_it_is_empty(folder: Path) -> None:
    if folder.exists() and any(path.name != "lock" for path in folder.iterdir()):
        raise LogUnavailable(f"{folder} is not empty: give a directory that is, or none yet")
