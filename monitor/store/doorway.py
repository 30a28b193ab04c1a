"""The embedded server's unix socket: where it lies, who finds it there, whether somebody answers behind it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket as sockets
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

from monitor.errors import LogUnavailable

LONGEST = 100  # bytes; sun_path has 108 on Linux and 104 on macOS (unix(7))
_RECORD = "socket"
_NAME = "valkey.sock"


def choose(folder: Path) -> Path:
    """In `folder`, or in a private directory where that path is too long for a socket; recorded for others to find."""
    path, before = folder.absolute() / _NAME, recorded(folder)
    if len(os.fsencode(path)) > LONGEST:
        path = before if before and _is_private(before.parent) else Path(tempfile.mkdtemp(prefix="monitor-")) / _NAME
    (folder / _RECORD).write_text(str(path))
    return path


def recorded(folder: Path) -> Path | None:
    """Where the socket of the server on `folder` lies, if one was started there and not stopped."""
    record = folder / _RECORD
    return Path(record.read_text()) if record.exists() else None


def remove(folder: Path) -> None:
    """Take the socket, its record and its private directory away."""
    if path := recorded(folder):
        path.unlink(missing_ok=True)
        (folder / _RECORD).unlink()
        if path.parent != folder.absolute() and _is_private(path.parent):
            shutil.rmtree(path.parent, ignore_errors=True)


def clear(path: Path) -> None:
    """Take away what a dead server left."""
    path.unlink(missing_ok=True)


def url(path: Path) -> str:
    """The socket as a URL for the client."""
    return f"unix://{quote(str(path))}"


def quoted(path: Path) -> str:
    """A path inside the double quotes of a server's setting."""
    escaped = (chr(byte) if 32 < byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in os.fsencode(path))
    return "".join(escaped)


def is_open(path: Path) -> bool:
    """Whether somebody listens there."""
    with sockets.socket(sockets.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


async def answers(path: Path) -> bool:
    """Whether a server there is ready."""
    return (await _say(path, b"PING\r\n")).startswith(b"+PONG")


async def end_leftover(path: Path) -> None:
    """End a server that has outlived its owner, whose lock the caller holds. Raises LogUnavailable where it does not end."""
    for _ in range(100):
        if not is_open(path):
            return
        await _say(path, b"SHUTDOWN NOSAVE\r\n")
        await asyncio.sleep(0.1)
    raise LogUnavailable(f"a server of an earlier run still listens at {path} and does not end: end it by hand")


async def _say(path: Path, words: bytes) -> bytes:
    """One inline command and the first line of its answer; empty where there is none."""
    try:
        async with asyncio.timeout(1.0):
            reader, writer = await asyncio.open_unix_connection(str(path))
            try:
                writer.write(words)
                await writer.drain()
                return await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return b""


def _is_private(folder: Path) -> bool:
    try:
        facts = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not stat.S_IMODE(facts.st_mode) & 0o077
