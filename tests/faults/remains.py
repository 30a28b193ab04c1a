"""What is left of the log in the end, held against all that was ever seen in it: only what retention may drop has gone."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from account import Account

from monitor.core import article, retention
from monitor.core.events import Recorded, type_of
from monitor.errors import ViewsUnavailable
from monitor.ports import Floor
from monitor.store import RedisLog
from monitor.store.verify import verify
from monitor.store.views import compare

Entities = dict[str, list[Recorded]]

CATCHING_UP = 30.0  # seconds that the views get to be made again without what was dropped


@dataclass
class Remains:
    """What is left: how many segments, how many events went, and what is wrong."""

    segments: int = 0
    dropped: int = 0
    problems: list[str] = field(default_factory=list)


async def remains(log: RedisLog, account: Account) -> Remains:
    """Read the whole log again, at a moment at which nothing is dropped, and verify it."""
    while True:
        floors = await _floors(log)
        await account.read_on(log)
        standing = [event for at in range(log.partitions) async for event in log.read(at)]
        findings = await verify(log)
        if await _floors(log) == floors:
            break
    dropped = len(account.events) - len(standing)
    problems = list(findings.problems)
    if dropped != findings.dropped:
        problems.append(f"{dropped} events went, and {findings.dropped} are said to have gone")
    problems += await _amiss(log, account, _by_entity(account.events.values()), _by_entity(standing))
    return Remains(findings.segments, dropped, problems)


async def _amiss(log: RedisLog, account: Account, seen: Entities, left: Entities) -> list[str]:
    """What of any entity went that should have stayed, or is not as it was."""
    found = [f"{entity} came from nowhere" for entity in left if entity not in seen]
    for entity, events in seen.items():
        if [event.version for event in events] != [*range(1, len(events) + 1)]:
            found.append(f"the account has missed some of {entity}: it must look more often")
        gone, head = len(events) - len(left[entity]), await log.load(events[0].partition, entity)
        if events[gone:] != left[entity]:
            found.append(f"{entity} is not what it was after version {gone}")
        may = retention.droppable(entity, [type_of(event.event) for event in events])
        if gone and (gone > may or retention.is_needed(entity, head.snapshot or b"")):
            found.append(f"lost: {gone} events of {entity}, of which {may} might go")
        if entity in account.articles and article.encode(account.articles[entity]) != head.snapshot:
            found.append(f"{entity} is kept as it never was")
    return found


async def differing(log: RedisLog, views: Path) -> list[str]:
    """Where the daemon's views do not say what the log says, once they were made again without what was dropped."""
    until = time.monotonic() + CATCHING_UP
    while True:
        try:
            difference = await compare(log, views)
        except ViewsUnavailable as error:
            difference = str(error)
        if difference is None:
            return []
        if time.monotonic() > until:
            return [f"the views differ: {difference}"]
        await asyncio.sleep(0.5)


async def _floors(log: RedisLog) -> list[Floor | None]:
    return [await log.floor(at) for at in range(log.partitions)]


def _by_entity(events: Iterable[Recorded]) -> Entities:
    found: Entities = defaultdict(list)
    for event in events:
        found[event.entity].append(event)
    return found
