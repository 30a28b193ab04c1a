"""Apprise channels: Slack, Discord, Teams, Telegram, e-mail, ntfy and a hundred others, by a URL that is a secret.

Each channel has a worker process of its own (`apprise_worker`), killed where it takes too long, so that one that hangs
blocks nobody. Apprise says no more than that it handed the message over: the outcome is `accepted`, never `delivered`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path
from time import monotonic

import msgspec

import monitor
from monitor.config.channels import Apprise as Table
from monitor.notifiers import apprise_worker
from monitor.notifiers.apprise_worker import Answer, Task
from monitor.notifiers.plain import telling
from monitor.ports import Net, Outcome

SECONDS = 30.0  # for one message, a start of the worker included
MAX_ANSWER = 4_096  # bytes
_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Of the environment; nothing else, for it holds secrets."""


def from_table(table: Table, _net: Net) -> Apprise:
    """Open a configured channel; its worker starts with the first message."""
    return Apprise(table.url.get_secret_value(), allow_private=table.allow_private)


class Apprise:
    """Sends to one Apprise URL, one message at a time."""

    def __init__(self, url: str, *, allow_private: bool = False, seconds: float = SECONDS) -> None:
        self._url, self._allow_private, self._seconds = url, allow_private, seconds
        self._worker: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def send(
        self,
        notification: str,
        body: str,
        *,
        at: datetime,  # noqa: ARG002 - nothing is signed
        thread: str = "",  # noqa: ARG002 - Apprise has no threads
    ) -> Outcome:
        """Hand one message over. Never raises for what the worker or the other side did."""
        try:
            told = telling(body)
        except ValueError as error:
            return Outcome("dead", "bad_body", f"{notification}: {error}")
        task = Task(self._url, told.title, told.text or told.title, told.grave, self._allow_private, self._seconds)
        started = monotonic()
        async with self._turn:
            answer = await self._ask(task)
        return outcome_of(answer, monotonic() - started)

    async def _ask(self, task: Task) -> Answer:
        try:
            async with asyncio.timeout(self._seconds):
                worker = await self._running()
                assert worker.stdin is not None  # noqa: S101 - both are pipes
                assert worker.stdout is not None  # noqa: S101 - as above
                worker.stdin.write(msgspec.json.encode(task) + b"\n")
                await worker.stdin.drain()
                return msgspec.json.decode(await worker.stdout.readline(), type=Answer)
        except TimeoutError:
            await self._end()
            return Answer(reason="timeout")
        except (OSError, ValueError, msgspec.DecodeError):  # ValueError: a line beyond the limit
            await self._end()
            return Answer(reason="worker_died")
        except asyncio.CancelledError:
            await self._end()
            raise

    async def _running(self) -> asyncio.subprocess.Process:
        if self._worker is None or self._worker.returncode is not None:
            self._worker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", apprise_worker.__file__),  # as a file: it needs none of this package
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(),
                limit=MAX_ANSWER,
            )
        return self._worker

    async def _end(self) -> None:
        """Kill the worker; the next message starts another."""
        worker, self._worker = self._worker, None
        if worker is not None and worker.returncode is None:
            worker.kill()
            await worker.wait()


def _environment() -> dict[str, str]:
    """What the worker may know of ours, and where it finds Monitor's own modules."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    paths = [str(Path(monitor.__file__).parents[1]), *filter(None, [passed.get("PYTHONPATH")])]
    return {**passed, "PYTHONPATH": os.pathsep.join(paths)}


def outcome_of(answer: Answer, seconds: float) -> Outcome:
    """What the worker's word means. Even what Apprise does not know (a misspelt URL) somebody can mend: try again."""
    if answer.accepted:
        return Outcome("accepted", seconds=seconds)
    return Outcome("retry", answer.reason, "", answer.status, seconds=seconds)
