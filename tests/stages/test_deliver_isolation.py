"""Many channels that hang delay none that does not: nothing of what one holds while it waits is needed by another.

Over real HTTP, through the daemon's own client and loops. Time is not measured (tests/bench/channels.py does): were there any place, lock,
connection or claim that channels share, four hundred attempts that never end would hold it, and the test would not end.
"""

import asyncio
import contextlib
import json
from collections import Counter
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime

from monitor.core.events import DeliverySucceeded, NotificationFormed, entity_id
from monitor.listen import new_secret
from monitor.net import open_net
from monitor.notifiers.webhook import Webhook
from monitor.ports import Batch, Limits
from monitor.stages import deliver, jobs
from monitor.stages.gate import Gate
from monitor.stages.herald import append_of
from monitor.stages.work import Pace, over_timers

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
HANGING, AT_ONCE, EACH = 99, 4, 4
LIVE = "live"
FOR_EVER = Limits(total_seconds=3600.0)


class Receivers:
    """One server for all channels: it takes the connections of those that hang, and answers the live one."""

    def __init__(self):
        self.hanging, self.taken, self.connected = 0, Counter(), 0

    async def serve(self, reader, writer):
        self.connected += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            name = head.split(" ")[1].strip("/")
            if name == LIVE:
                self.taken[head.split("webhook-id: ")[1].split("\r\n")[0]] += 1
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                await writer.drain()
            else:
                self.hanging += 1
                await reader.read()  # until the other side gives up
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.connected -= 1

    @asynccontextmanager
    async def open(self):
        async with await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=1024) as server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            await until(lambda: not self.connected)


async def form(log, channels, turns, name):
    messages = [
        NotificationFormed(
            NOON, entity_id("msg", channel, f"{name} {turn}"), channel, (), f"article_{turn}", json.dumps({"type": "x"})
        )
        for channel in channels
        for turn in range(turns)
    ]
    await log.commit(Batch(0, appends=tuple(map(append_of, messages))))
    dispatcher = deliver.Dispatcher(log, {})
    async with aclosing(log.consume(deliver.GROUP, 0)) as batches:
        async for batch in batches:
            await asyncio.gather(*map(dispatcher, batch))
            if not batch:
                return messages
    return messages


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def test_ninety_nine_channels_that_hang_hold_nothing_that_the_hundredth_needs(log):
    dead = [f"dead{number}" for number in range(HANGING)]
    receivers, secret = Receivers(), new_secret()
    async with receivers.open() as origin, open_net(user_agent="test") as net, asyncio.TaskGroup() as group:
        paces = {name: Pace() for name in [*dead, LIVE]}
        loops = []
        for name, pace in paces.items():
            hook = Webhook(net, f"{origin}/{name}", [secret], allow_private=True, limits=FOR_EVER)
            courier = deliver.Courier(log, name, hook, gate := Gate())
            kind = jobs.deliveries_of(name)
            loops.append(over_timers(log, kind, 0, courier, pace, concurrency=AT_ONCE, lease=60.0, gate=gate))
        await form(log, dead, EACH, "dead")
        tasks = [group.create_task(loop) for loop in loops]
        await until(lambda: receivers.hanging == HANGING * EACH)
        formed = await form(log, [LIVE], 50, "live")

        async def ring():
            while len(receivers.taken) < len(formed):
                await paces[LIVE].ring()
                await asyncio.sleep(0.01)

        await asyncio.wait_for(ring(), 20)
        assert receivers.hanging == HANGING * EACH, "and they hang still"
        assert receivers.taken == Counter(message.notification for message in formed), "each once"
        succeeded = {
            recorded.event.notification
            async for recorded in log.read(0)
            if isinstance(recorded.event, DeliverySucceeded)
        }
        assert len(succeeded) >= len(formed) - AT_ONCE, "the last may still be under way"
        for task in tasks:
            task.cancel()
