"""Asks to take the configuration up anew, gathered, and the file read once it stands still. It swaps nothing.

However many ask while one round is under way, the next answers all of them; it reads what stands in the file then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from monitor import config as configuration
from monitor.config import Config, comparing
from monitor.config.files import read_text
from monitor.core.configured import Configured, Outcome
from monitor.core.watch.evaluate import Rulebook
from monitor.errors import ConfigError, Fault
from monitor.rules import rulebook_of

logger = structlog.get_logger()

SETTLE: Final = 0.25  # seconds for which no file may have been written to
PATIENCE: Final = 10.0  # seconds after which a file that is still written to is refused

Stamps = Mapping[Path, tuple[int, int, int] | None]


@dataclass(frozen=True, slots=True)
class Ready:
    """A configuration that is good, with its rules compiled, and what the log is to know of it."""

    config: Config
    rulebook: Rulebook
    configured: Configured
    resealed: frozenset[str]


class Reloads:
    """Who asks, and what they are told. One for a run."""

    def __init__(self, file: Path, env: Mapping[str, str]) -> None:
        self.file, self._env = file, env
        self._asked = asyncio.Event()
        self._waiting: list[asyncio.Future[Outcome]] = []
        self._round: list[asyncio.Future[Outcome]] = []

    def ask(self) -> None:
        """Take the file up anew, soon."""
        self._asked.set()

    async def outcome(self) -> Outcome:
        """Ask, and wait for what comes of a round that begins after this."""
        waiting: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self.ask()
        return await waiting

    async def asked(self) -> None:
        """Wait until somebody asks; a round begins then."""
        await self._asked.wait()
        self._asked.clear()
        self._round, self._waiting = self._waiting, []

    def answer(self, outcome: Outcome) -> None:
        """End the round."""
        for waiting in self._round:
            if not waiting.done():
                waiting.set_result(outcome)
        self._round = []

    async def ready(self, before: Config, rulebook: Rulebook) -> Ready | None:
        """The configuration as the file has it now, once it stands still; None where it says what `before` says.

        `rulebook` is that of `before`; where the rules are the same it is not compiled anew.

        Raises ConfigError with every fault, and where something differs that cannot change while Monitor runs.
        """
        after = await self._settled(before)
        return await asyncio.to_thread(self._compared, before, after, rulebook)

    def _compared(self, before: Config, after: Config, rulebook: Rulebook) -> Ready | None:
        """Takes its time where there are many names."""
        if after == before:
            return None
        if faults := comparing.fixed(before, after, read_text(self.file), str(self.file)):
            raise ConfigError(faults)
        same = (after.digest, after.timezone) == (before.digest, before.timezone)
        return Ready(
            after,
            rulebook if same else rulebook_of(after),
            comparing.configured(after),
            comparing.resealed(before, after),
        )

    async def _settled(self, before: Config) -> Config:
        """Read until no file was written to between a little before the reading and its end."""
        files = comparing.files(before)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            stamps = _stamps([self.file, *files])
            await asyncio.sleep(SETTLE)
            found = await asyncio.to_thread(self._load)
            files = comparing.files(found) if isinstance(found, Config) else files
            if _stamps([self.file, *files]) != stamps:
                continue
            if isinstance(found, ConfigError):
                raise found
            return found
        raise ConfigError([Fault(str(self.file), 0, 0, "", f"expected files at rest, got writes for {PATIENCE:g} s")])

    def _load(self) -> Config | ConfigError:
        try:
            return configuration.load(self.file, self._env)
        except ConfigError as error:
            return error


def _stamps(files: Iterable[Path]) -> Stamps:
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
