"""The real daemon, as a process of its own that is started again whenever it dies, as systemd would. Knows nothing of stories."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from monitor.errors import MonitorError

_PAUSE = 0.1  # seconds between a death and the next start
_GRACE = 15.0  # seconds that the daemon gets to drain when it is told to stop
_FAILURES = 3  # ends of its own accord, in a row, after which the daemon is not started again
_PR_SET_PDEATHSIG = 1  # prctl(2)


class DaemonFailed(MonitorError):
    """The daemon ends by itself as often as it is started; the message carries its last words."""


class Daemon:
    """The daemon on one configuration. `restarts` counts how often it was started again; its words go to the file `said`.

    `exit_status` is how it ended when it was told to stop: known once `running` has been left.
    """

    def __init__(
        self, config: Path, said: Path, environment: Mapping[str, str], died: Callable[[], None] = lambda: None
    ) -> None:
        self._command = (sys.executable, "-m", "monitor", "run", "--config", str(config))
        self._said, self._environment, self._died = said, {**os.environ, **environment}, died
        self._process: asyncio.subprocess.Process | None = None
        self.restarts = 0
        self.exit_status: int | None = None

    @property
    def pid(self) -> int | None:
        """The process that runs now, if one does."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    @property
    def ended_badly(self) -> bool:
        """Whether it was told to stop and did not end as it should; told while it was still starting, it just dies of the signal."""
        return self.exit_status not in {None, 0, -signal.SIGTERM}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Daemon]:
        """Keep the daemon alive while entered; then let it drain. Raises DaemonFailed (in an ExceptionGroup) where it cannot run."""
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(self._keep_alive(), name="daemon")
            try:
                yield self
            finally:
                keeper.cancel()
                await asyncio.wait({keeper})
                await self._end()

    async def _keep_alive(self) -> None:
        failures = 0
        while True:
            code = await self._live()
            failures = 0 if code < 0 else failures + 1  # below zero: a signal killed it
            if failures == _FAILURES:
                raise DaemonFailed(f"the daemon does not run (exit status {code}):\n{self._last_words()}")
            self._died()
            await asyncio.sleep(_PAUSE)
            self.restarts += 1

    async def _live(self) -> int:
        with self._said.open("ab") as said:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is ours to answer
                preexec_fn=_end_with(os.getpid()),
            )
        code = await self._process.wait()
        self._sweep()
        return code

    async def _end(self) -> None:
        """Ask the daemon to stop, and wait for it."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), _GRACE)
        self._sweep()
        self.exit_status = await self._process.wait()

    def _sweep(self) -> None:
        """See that nothing of the daemon's process group outlives it (systemd's KillMode=control-group)."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _last_words(self) -> str:
        return "\n".join(self._said.read_text("utf-8", "replace").splitlines()[-12:])


def _end_with(parent: int) -> Callable[[], None]:
    """What the child does before it becomes the daemon: see to it that the kernel ends it with us (Linux only)."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def promise() -> None:
        if libc:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return promise
