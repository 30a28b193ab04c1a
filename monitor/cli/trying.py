"""Tries a channel: forms a marked alert, works for it as a daemon would, and waits for what the log says came of it.

A daemon that runs is not in the way: whichever of the two is first makes the attempt. Messages of the channel that wait anyway go out too.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from monitor.core.events import DeliveryDied, DeliveryEvent, DeliveryFailed, DeliverySucceeded
from monitor.core.policy import channels
from monitor.core.policy.trial import trial
from monitor.ports import Batch, Log

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.stages.work import Pace

PATIENCE: Final = 40.0  # seconds for the attempt
_DRAIN: Final = 20.0
_LEASE: Final = 60.0
_TICK: Final = 0.1


async def try_channel(config: Config, channel: str, log: Log) -> DeliveryEvent | None:
    """Send a marked alert to a channel by the normal path. Returns what the first attempt came to, None where none was made in time."""
    from monitor import rules  # the parts take a second to import
    from monitor.net import open_net
    from monitor.notifiers import KINDS
    from monitor.stages import deliver, jobs
    from monitor.stages.herald import append_of
    from monitor.stages.work import Pace, over_events, over_timers

    home = channels.entity(channel)
    formed = trial(channel, await log.now(), lives_with=home, ruleset=config.digest)
    partition, pace, table = log.partition_of(home), Pace(), config.channels[channel]
    [recorded] = await log.commit(Batch(partition, appends=(append_of(formed),)))
    async with open_net(user_agent=rules.user_agent(config.polling.contact)) as net, asyncio.TaskGroup() as group:
        dispatcher = deliver.Dispatcher(log, {channel: pace}, rules.audience_of(config))
        courier = deliver.Courier(log, channel, KINDS[table.type](table, net))
        events = group.create_task(over_events(log, deliver.GROUP, partition, dispatcher, pace))
        timers = group.create_task(
            over_timers(log, jobs.deliveries_of(channel), partition, courier, pace, concurrency=1, lease=_LEASE)
        )
        bell = group.create_task(_ringing(pace))
        try:
            async with asyncio.timeout(PATIENCE):
                return await _came_of(log, partition, recorded.position, formed.notification)
        except TimeoutError:
            return None
        finally:
            await pace.stop()
            await asyncio.wait([timers], timeout=_DRAIN)
            for task in (bell, events, timers):
                task.cancel()


async def _came_of(log: Log, partition: int, after: str, notification: str) -> DeliveryEvent | None:
    async for recorded in log.read(partition, after, follow=True):
        event = recorded.event
        if isinstance(event, DeliverySucceeded | DeliveryFailed | DeliveryDied) and event.notification == notification:
            return event
    return None


async def _ringing(pace: Pace) -> None:
    while True:
        await asyncio.sleep(_TICK)
        await pace.ring()
