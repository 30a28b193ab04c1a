"""Whether the log, archive and stream alike, is whole: every event where and as it was recorded. It mends nothing.

Checked of each partition: the archive's manifests and segments by their sha256; that the events are numbered without a gap, in
order, each id once and computed from what it names; that each entity's versions follow one another and its hashes form a chain;
that heads, histories and articles' snapshots say what the events say. What grows with the log lies in a scratch database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from typing import Final

from monitor.errors import Corrupt, LogError
from monitor.ports import Floor
from monitor.store import segments
from monitor.store.entries import Stored
from monitor.store.keys import Keys
from monitor.store.log import RedisLog
from monitor.store.reckoning import Findings, Reckoning

_PAGE: Final = 500


async def verify(log: RedisLog, counted: Callable[[int], None] = lambda _: None) -> Findings:
    """Look at every event of the log. `counted` hears of every page. What is recorded meanwhile may be looked at or not."""
    findings = Findings()
    log.archive.forget()
    for partition in range(log.partitions):
        with closing(Reckoning(partition, findings)) as reckoning:
            await _check_archive(log, partition, findings)
            await _check_base(log, partition, reckoning)
            await _check_events(log, partition, reckoning, counted)
            await _check_heads(log, partition, reckoning, counted)
    return findings


async def _check_archive(log: RedisLog, partition: int, findings: Findings) -> None:
    """Every manifest and every byte of every segment."""
    try:
        manifests = await log.archive.manifests(partition)
    except Corrupt as error:
        findings.add(str(error))
        return
    for manifest in manifests:
        findings.segments += 1
        try:
            events = await asyncio.to_thread(list, segments.read(log.archive.folder(partition), manifest))
        except Corrupt as error:
            findings.add(str(error))
            continue
        said = (manifest.events, manifest.begins, manifest.first, manifest.last)
        if said != (len(events), events[0].n, events[0].position, events[-1].position):
            findings.add(
                f"partition {partition}: the manifest {manifest.name} says other events than its segment holds"
            )


async def _check_base(log: RedisLog, partition: int, reckoning: Reckoning) -> None:
    """What the archive stands on, where its oldest segments were dropped."""
    findings = reckoning.findings
    try:
        base = await log.archive.base(partition)
        if base is None:
            return
        reckoning.stand_on(base.position, base.n)
        findings.dropped += base.dropped
        findings.since = max(findings.since, Floor(base.position, base.dropped).at.isoformat(timespec="seconds"))
        async for page in log.archive.cuts(partition):
            await asyncio.to_thread(reckoning.found, page)
    except Corrupt as error:
        findings.add(str(error))


async def _check_events(log: RedisLog, partition: int, reckoning: Reckoning, counted: Callable[[int], None]) -> None:
    try:
        async for page in _pages(log.scan(partition, reckoning.position)):
            await asyncio.to_thread(reckoning.enter, page)
            counted(len(page))
    except LogError as error:
        reckoning.findings.add(str(error))


async def _pages(events: AsyncIterator[Stored]) -> AsyncIterator[list[Stored]]:
    page: list[Stored] = []
    async for event in events:
        page.append(event)
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page


async def _check_heads(log: RedisLog, partition: int, reckoning: Reckoning, counted: Callable[[int], None]) -> None:
    """What the log keeps beside the events: heads, histories, snapshots. What has moved on meanwhile is read on, and looked at again."""
    known = set(reckoning.entities())
    others = [entity async for entity in _standing(log, partition) if entity not in known]
    moved = await _compared(log, partition, reckoning, [*sorted(known), *sorted(others)], last=False)
    while moved:
        before = reckoning.position
        await _check_events(log, partition, reckoning, counted)
        moved = await _compared(log, partition, reckoning, moved, last=reckoning.position == before)
    reckoning.findings.entities += len(reckoning.entities())


async def _compared(
    log: RedisLog, partition: int, reckoning: Reckoning, entities: Sequence[str], *, last: bool
) -> list[str]:
    """Look at the heads of some entities; returns those that have moved on."""
    keys, moved = Keys(partition), []
    for start in range(0, len(entities), _PAGE):
        page = entities[start : start + _PAGE]
        states = await log.connection.ask_all([("HMGET", keys.state(entity), "v", "h", "s") for entity in page])
        histories = await log.connection.ask_all([("LRANGE", keys.history(entity), 0, -1) for entity in page])
        for entity, state, history in zip(page, states, histories, strict=True):
            if not await asyncio.to_thread(reckoning.compare, entity, state, history, last=last):
                moved.append(entity)
    return moved


async def _standing(log: RedisLog, partition: int) -> AsyncIterator[str]:
    """Every entity that has a version."""
    prefix, cursor = Keys(partition).state(""), b"0"
    while True:
        cursor, found = await log.connection.ask("SCAN", cursor, "MATCH", f"{prefix}*", "COUNT", _PAGE)
        versions = await log.connection.ask_all([("HGET", key, "v") for key in found]) if found else []
        for key, version in zip(found, versions, strict=True):
            if int(version or 0):
                yield key.decode().removeprefix(prefix)
        if cursor == b"0":
            return
