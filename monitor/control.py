"""How a verb speaks to the daemon that runs: one request, one answer, JSON lines over a unix socket in the data directory. Knows no verb."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from monitor.errors import LogUnavailable

NAME: Final = "control.sock"
LONGEST: Final = 100  # bytes; sun_path has 108 on Linux and 104 on macOS (unix(7))
MOST: Final = 64 * 1024  # bytes of a request
PATIENCE: Final = 10.0  # seconds that a client gets to say what it wants

Answer = Callable[[dict[str, Any]], Awaitable[object]]


@asynccontextmanager
async def answering(folder: Path, answer: Answer) -> AsyncIterator[None]:
    """While entered, answer whoever asks. The folder is the caller's alone: what another left there is taken away."""
    serving: set[asyncio.Task[None]] = set()

    def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with (
            closing(writer),
            suppress(OSError, TimeoutError, ValueError, msgspec.MsgspecError),
        ):  # who asks badly gets no answer
            async with asyncio.timeout(PATIENCE):
                asked = msgspec.json.decode(await reader.readline(), type=dict[str, Any])
            writer.write(msgspec.json.encode(await answer(asked)))
            await writer.drain()

    # Made under a name of its own and renamed: another daemon may begin on this folder at the same moment, and the later one is reached.
    own = folder / f"{os.getpid()}.sock"
    own.unlink(missing_ok=True)
    with _reachable(folder, own.name) as path:
        server = await asyncio.start_unix_server(taken, path, limit=MOST)
    own.chmod(0o600)
    made = own.stat().st_ino
    own.rename(folder / NAME)
    try:
        yield
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        with suppress(FileNotFoundError):
            if (folder / NAME).stat().st_ino == made:
                (folder / NAME).unlink()


def ask(folder: Path, asked: dict[str, Any], seconds: float) -> Any:
    """The answer of the daemon that runs on a folder. Raises LogUnavailable where none does, or it does not answer in time."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as door:
        door.settimeout(seconds)
        try:
            with _reachable(folder, NAME) as path:
                door.connect(path)
        except PermissionError as error:
            raise LogUnavailable(f"the monitor on {folder} is somebody else's: ask as the user that runs it") from error
        except OSError as error:
            raise LogUnavailable(f"no monitor runs on {folder}: start it with `monitor run`") from error
        try:
            door.sendall(msgspec.json.encode(asked) + b"\n")
            said = b"".join(iter(lambda: door.recv(MOST), b""))
        except OSError as error:
            raise LogUnavailable(f"the monitor that runs on {folder} did not answer in {seconds:g} s") from error
    if not said:
        raise LogUnavailable(f"the monitor that ran on {folder} ended before it answered")
    return msgspec.json.decode(said)


@contextmanager
def _reachable(folder: Path, name: str) -> Iterator[str]:
    """A socket's path, by way of the open folder where it is too long for a socket (Linux)."""
    path = str(folder.absolute() / name)
    if len(os.fsencode(path)) <= LONGEST:
        yield path
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{opened}/{name}"
    finally:
        os.close(opened)
