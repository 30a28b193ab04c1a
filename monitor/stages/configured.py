"""Records that another configuration is at work, once, whoever notices it first. It reads no configuration and changes nothing by it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from monitor.core import configured as core
from monitor.core.configured import ENTITY, Configured
from monitor.core.events import ConfigChanged
from monitor.errors import Conflict
from monitor.ports import Append, Batch, Log


async def record(
    log: Log, now: Configured, how: Literal["reload", "start"], resealed: Collection[str] = ()
) -> ConfigChanged | None:
    """Record what differs from what the log knows; None where nothing does, or it knew of none: the first is no change."""
    home = log.partition_of(ENTITY)
    while True:
        head = await log.load(home, ENTITY)
        before = core.decode(head.snapshot)
        event = core.difference(before, now, at=await log.now(), how=how, resealed=resealed) if before else None
        if before == now and event is None:
            return None
        append = Append(ENTITY, head, (event,) if event else (), core.encode(now))
        try:
            await log.commit(Batch(home, appends=(append,)))
        except Conflict:  # another process took it up as well
            continue
        return event
