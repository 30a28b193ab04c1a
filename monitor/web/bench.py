"""Where readers' queries are tried: each in a process of its own, one at a time, killed where it takes too long. It judges nothing."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import msgspec
import structlog

from monitor.core.watch.rules import Entity
from monitor.store.views import Reader
from monitor.trials import Asked, Errand, Outcome
from monitor.web.desk import Desk, article_named

logger = structlog.get_logger()

PATIENCE: Final = 30.0  # seconds for one process
MOST_WAITING: Final = 4
_ENTITY: Final = re.compile(r"@([a-z0-9][a-z0-9_-]{0,63})")
_PASSED_ON: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR")  # of the environment, which holds secrets
_WHAT: Final = "monitor.trials"


class Busy(Exception):
    """Others try as many queries as may wait."""


class NoSuchArticle(LookupError):
    """No article is known by that name."""


class Exhausted(Exception):
    """The try took more time or memory than it may."""


class Bench:
    """Tries queries with the names that the configuration knows."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turn, self._waiting = asyncio.Lock(), 0

    async def tried(self, asked: Asked) -> Outcome:
        """What comes of it. Raises Busy, NoSuchArticle, Exhausted, and ViewsUnavailable where nothing was recorded yet."""
        errand = await self._errand(asked)
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            async with self._turn:
                return await _done(errand)
        finally:
            self._waiting -= 1

    async def _errand(self, asked: Asked) -> Errand:
        desk, name = self._desk, asked.article.strip()
        if name:
            row = await desk.ask(lambda reader: article_named(reader, name))
            if row is None:
                raise NoSuchArticle(name)
            asked = msgspec.structs.replace(asked, article=row.id)
        elif asked.days:
            await desk.ask(Reader.positions)
        named = frozenset(_ENTITY.findall(asked.query))
        entities = await asyncio.to_thread(lambda: list(self._of(named)))
        return Errand(asked, entities, [source.id for source in desk.sources], str(desk.views), desk.now())

    def _of(self, names: frozenset[str]) -> Iterator[Entity]:
        """The entities of these ids. There may be a million others."""
        return (entity for entity in self._desk.entities if entity.id in names) if names else iter(())


async def _done(errand: Errand) -> Outcome:
    """Have a process do an errand."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", _WHAT, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
    )
    try:
        async with asyncio.timeout(PATIENCE):
            said, trouble = await process.communicate(msgspec.json.encode(errand))
    except TimeoutError as error:
        raise Exhausted from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        last = trouble.decode(errors="replace").strip().rpartition("\n")[2]
        logger.warning("a try of a query failed", status=process.returncode, reason=last[:500])
        raise Exhausted
    return msgspec.json.decode(said, type=Outcome)
