"""Told to stop together with all of its children, as Ctrl-C does and some supervisors do, the daemon ends as if it alone had heard."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("NOT RUN: it reads /proc, as Linux has it", allow_module_level=True)

BOTH = [signal.SIGINT, signal.SIGTERM]
PARAGRAPHS = [f"In dispatch {number} of the evening ministers said that the raid had begun." for number in range(1_500)]
SOON = 15.0  # seconds; less than a drain gives up after
MOMENTS = [
    (signal.SIGINT, 0.0),
    (signal.SIGINT, 0.9),
    (signal.SIGTERM, 0.6),
]  # in seconds: parts are loaded, parsers, the log


async def told(daemon, number: signal.Signals) -> int:
    """How the daemon ends when its whole group is sent a signal."""
    os.killpg(daemon.process.pid, number)
    return await asyncio.wait_for(daemon.process.wait(), SOON)


def hears(daemon, number: signal.Signals) -> bool:
    """Whether the daemon answers a signal itself."""
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> number - 1 & 1)


async def nobody_is_left(daemon) -> None:
    """Wait for the end of whoever was started by the daemon: they notice by themselves that it is gone."""
    async with asyncio.timeout(SOON):
        with suppress(ProcessLookupError):
            while True:
                os.killpg(daemon.process.pid, 0)
                await asyncio.sleep(0.02)


def said(daemon) -> str:
    return (daemon.folder / "log.jsonl").read_text()


def troubles(daemon) -> list[str]:
    return [line["event"] for line in daemon.lines() if line["level"] in {"warning", "error", "critical"}]


@pytest.mark.parametrize("number", BOTH)
async def test_a_signal_to_the_whole_group_ends_what_is_read_first(site, daemons, number):
    links = [site.article(f"/{name}", "A long night", *PARAGRAPHS) for name in range(6)]
    daemon = daemons(site.feed("/rss", *links), notify=())
    await daemon.start()
    while len(set(site.asked)) < 4:  # the parsers are at work
        await asyncio.sleep(0.02)
    assert await told(daemon, number) == 0
    assert "Traceback" not in said(daemon)
    assert troubles(daemon) == []
    assert daemon.lines()[-1]["event"] == "monitor stopped"
    await nobody_is_left(daemon)


@pytest.mark.parametrize(("number", "moment"), MOMENTS)
async def test_a_signal_to_the_whole_group_ends_a_start_at_any_moment(site, daemons, number, moment):
    daemon = daemons(site.feed("/rss"), notify=())
    await daemon.start()
    while not hears(daemon, signal.SIGTERM):  # the interpreter itself is still being loaded
        await asyncio.sleep(0.01)
    await asyncio.sleep(moment)
    assert await told(daemon, number) == 0
    assert "Traceback" not in said(daemon)
    assert troubles(daemon) == []
    await nobody_is_left(daemon)
