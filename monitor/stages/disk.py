"""What the stages do while the data directory takes nothing: no polling, one line in the log, trying again. It writes nothing of its own.

A full disk is the operator's to free; nothing that was acknowledged is lost meanwhile, and everything goes on by itself afterwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeVar

import structlog

from monitor.errors import DiskTrouble
from monitor.ports import Captures, Swept

logger = structlog.get_logger()

PAUSE: Final = 1.0  # seconds between two attempts

_Answer = TypeVar("_Answer")


class Disk:
    """Whether the data directory takes what must be kept. As a gate it lets nothing be read that could not be kept."""

    def __init__(self, probe: Callable[[], None] = lambda: None) -> None:
        """`probe` writes something durably, in a thread, and raises DiskTrouble where that fails."""
        self._probe = probe
        self.trouble = ""

    def refused(self, error: DiskTrouble) -> None:
        """Take note that something could not be written."""
        if not self.trouble:
            logger.error("the disk takes nothing; polling pauses until it does", reason=str(error))
        self.trouble = str(error)

    async def look(self) -> None:
        """See whether the trouble has passed."""
        if not self.trouble:
            return
        try:
            await asyncio.to_thread(self._probe)
        except DiskTrouble:
            return
        self.trouble = ""
        logger.info("the disk takes writes again; polling goes on")

    async def until_taken(self, write: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Do something that writes, again and again until the disk takes it."""
        while True:
            try:
                return await write()
            except DiskTrouble as error:
                self.refused(error)
            await asyncio.sleep(PAUSE)

    # --- the gate of polling

    def take(self, most: int) -> int:
        """All places, or none."""
        return 0 if self.trouble else most

    def give_back(self, count: int) -> None:
        """There are always more."""


class WatchedCaptures:
    """Captures of which it is noticed that the disk does not take them."""

    def __init__(self, captures: Captures, disk: Disk) -> None:
        self._captures, self._disk = captures, disk

    async def keep(self, body: bytes) -> str:
        """Store, as the Captures within."""
        try:
            return await self._captures.keep(body)
        except DiskTrouble as error:
            self._disk.refused(error)
            raise

    async def read(self, sha256: str) -> bytes | None:
        """Read, as the Captures within."""
        return await self._captures.read(sha256)

    async def sweep(self, needed: Callable[[str], bool], *, older_than: timedelta, most_bytes: int) -> Swept:
        """Delete, as the Captures within."""
        return await self._captures.sweep(needed, older_than=older_than, most_bytes=most_bytes)
