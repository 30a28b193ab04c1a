"""The demo as a command: its folder, its signals, its words and its exit status. What is played stands in `show`."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from monitor import telemetry
from monitor.demo.screen import Screen
from monitor.demo.show import Show, staged
from monitor.demo.stories import STORIES
from monitor.demo.verdict import Verdict
from monitor.errors import MonitorError

AS_EXPECTED, OTHERWISE, INTERRUPTED = 0, 1, 130


def perform(*, once: bool, as_json: bool) -> int:
    """Run the demo; returns the exit status: 0 only if exactly the expected happened, 130 where it was interrupted before.

    With `once` it ends by itself within a minute; otherwise newsroom and daemon go on until SIGINT or SIGTERM.
    Raises DaemonFailed where the daemon cannot run.
    """
    telemetry.configure("error", "console")
    folder = Path(tempfile.mkdtemp(prefix="monitor-demo-"))
    screen = Screen(Console(quiet=as_json, highlight=False))
    status = OTHERWISE
    try:
        status = asyncio.run(_evening(folder, screen, once=once, as_json=as_json))
    except BaseExceptionGroup as group:
        raise _first(group) from None
    finally:
        if status == OTHERWISE:
            sys.stderr.write(f"The daemon's log and data are in {folder}\n")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return status


async def _evening(folder: Path, screen: Screen, *, once: bool, as_json: bool) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with staged(folder, screen) as show:
        if not await _played(show, stop):
            return INTERRUPTED
        if not once:
            _tell(show, as_json=as_json)
            screen.lingering(show.newsroom, folder / "config.toml")
            await stop.wait()
    verdict = _tell(show, as_json=as_json) if once else show.verdict()
    return OTHERWISE if verdict.differences else AS_EXPECTED


async def _played(show: Show, stop: asyncio.Event) -> bool:
    """Play to the end, unless somebody stops it before."""
    playing, stopped = asyncio.create_task(show.perform()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({playing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            playing.result()
        return playing.done()
    finally:
        for task in (playing, stopped):
            task.cancel()


def _tell(show: Show, *, as_json: bool) -> Verdict:
    verdict = show.verdict()
    show.screen.ended(verdict, show.record, STORIES, show.newsroom.url)
    if as_json:
        sys.stdout.write(json.dumps(verdict.document, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        sys.stderr.writelines(f"{difference}\n" for difference in verdict.differences)
    return verdict


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error to tell: the first of Monitor's own, else the group as it is."""
    known, _ = group.split(MonitorError)
    error: BaseException = known or group
    while isinstance(error, BaseExceptionGroup) and known:
        error = error.exceptions[0]
    return error
