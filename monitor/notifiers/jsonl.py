"""JSON lines: each message as one line of a file, on the disk before it counts as delivered. A full file is renamed, and the oldest removed.

A line is `{"id", "at", "type", "timestamp", "data"}`. After a crash the last line may stand there twice, with one id.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from monitor.config.channels import JsonLines as Table
from monitor.ports import Net, Outcome

_MODE = 0o600
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def from_table(table: Table, _net: Net) -> JsonLines:
    """Open a configured channel; the file is made with its first line."""
    return JsonLines(table.file, table.rotate_mib * 2**20, table.keep)


class JsonLines:
    """Appends to a file."""

    def __init__(self, file: Path, rotate_bytes: int, keep: int) -> None:
        self._file, self._rotate_bytes, self._keep = file, rotate_bytes, keep
        self._writing = asyncio.Lock()

    async def send(
        self,
        notification: str,
        body: str,
        *,
        at: datetime,
        thread: str = "",  # noqa: ARG002 - lines have no threads
    ) -> Outcome:
        """Append one line. A file that cannot be written is tried again; a body that is no message is dead."""
        try:
            message = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeEncodeError):
            return Outcome("dead", "bad_body", f"{notification} is no message")
        stamped = {"id": notification, "at": at.astimezone(UTC), **message}
        line = msgspec.json.encode(stamped) + b"\n"
        try:
            async with self._writing:
                await asyncio.to_thread(self._append, line)
        except OSError as error:
            return Outcome("retry", "file", error.strerror or type(error).__name__)
        return Outcome("delivered")

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self._file, _FLAGS, _MODE)
        try:
            size = os.fstat(descriptor).st_size
            torn = size and not _ends_a_line(self._file)
            written = os.write(descriptor, b"\n" + line if torn else line)
            if written < len(line):
                os.ftruncate(descriptor, size)
                raise OSError(28, "the disk is full")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if size == 0:
            _sync_folder(self._file.parent)
        if size + len(line) >= self._rotate_bytes:
            self._rotate()

    def _rotate(self) -> None:
        for number in range(self._keep, 0, -1):
            older = self._numbered(number - 1) if number > 1 else self._file
            if older.exists():
                older.replace(self._numbered(number))
        _sync_folder(self._file.parent)

    def _numbered(self, number: int) -> Path:
        return self._file.with_name(f"{self._file.name}.{number}")


def _ends_a_line(file: Path) -> bool:
    """Whether the file's last line is whole: a power cut may have left half of one."""
    with file.open("rb") as opened:
        opened.seek(-1, os.SEEK_END)
        return opened.read(1) == b"\n"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
