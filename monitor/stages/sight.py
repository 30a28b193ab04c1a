"""Watches over all exchanges who answers: says once that Monitor is blind, and once that it sees again; knows when to doubt. It judges no feed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from urllib.parse import urlsplit

import msgspec
import structlog

from monitor.core import sight as core
from monitor.core.events import MonitorBlind, MonitorSighted
from monitor.errors import Conflict, Transient
from monitor.ports import Append, Batch, Limits, Log, Net, Response

logger = structlog.get_logger()

ENTITY = "monitor"
LATELY = 600.0  # seconds for which an exchange tells of our own network
_MOST_HOSTS = 10_000


class Eyes:
    """What this process sees. `hosts` are those of the feeds and pages; others may well be dead for years.

    `clock` counts seconds, from anywhere.
    """

    def __init__(self, log: Log, hosts: Collection[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._log, self._hosts, self._clock = log, frozenset(hosts), clock
        self._sight = core.Sight()
        self._heard: dict[str, tuple[float, bool]] = {}  # the last exchange of each host, the newest last

    @property
    def blind(self) -> bool:
        """Whether nobody answers: a failure of those who did not says nothing about them."""
        return self._sight.blind

    @property
    def doubtful(self) -> bool:
        """Whether most hosts that were asked lately gave no answer: what one of them says may come from somebody in between."""
        since = self._clock() - LATELY
        return self.blind or core.is_doubtful([heard for at, heard in self._heard.values() if at >= since])

    async def open(self) -> None:
        """Go on with what was said last."""
        self._sight = _read((await self._log.load(self._log.partition_of(ENTITY), ENTITY)).snapshot)

    async def missed(self, host: str) -> None:
        """A host gave no answer."""
        self._hear(host, answered=False)
        if host not in self._hosts:
            return
        self._sight, event = core.missed(self._sight, host, len(self._hosts), await self._log.now())
        await self._say(event)

    async def saw(self, host: str) -> None:
        """A host answered, whatever it said."""
        self._hear(host, answered=True)
        if not self._sight.silent:
            return
        self._sight, event = core.saw(self._sight, await self._log.now())
        await self._say(event)

    def _hear(self, host: str, *, answered: bool) -> None:
        self._heard.pop(host, None)
        self._heard[host] = (self._clock(), answered)
        if len(self._heard) > _MOST_HOSTS:
            del self._heard[next(iter(self._heard))]

    async def _say(self, event: MonitorBlind | MonitorSighted | None) -> None:
        if event is None:
            return
        partition, blind = self._log.partition_of(ENTITY), isinstance(event, MonitorBlind)
        logger.warning("nobody answers: Monitor is blind" if blind else "Monitor sees again")
        while True:
            head = await self._log.load(partition, ENTITY)
            if _read(head.snapshot).blind == blind:
                return  # another process said it
            append = Append(ENTITY, head, (event,), msgspec.json.encode(self._sight))
            try:
                await self._log.commit(Batch(partition, appends=(append,)))
            except Conflict:
                continue
            return


class WatchedNet:
    """A Net whose exchanges are watched. What is sent is not: receivers fail by themselves."""

    def __init__(self, net: Net, eyes: Eyes) -> None:
        self._net, self._eyes = net, eyes

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, limits: Limits | None = None
    ) -> Response:
        """Fetch, as the Net within."""
        host = urlsplit(url).netloc
        try:
            response = await self._net.get(url, headers=headers, limits=limits)
        except Transient as error:
            if error.reason in core.NO_ANSWER:
                await self._eyes.missed(host)
            raise
        await self._eyes.saw(host)
        return response

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Mapping[str, str],
        allow_private: bool = False,
        limits: Limits | None = None,
    ) -> Response:
        """Send, as the Net within."""
        return await self._net.post(url, body, headers=headers, allow_private=allow_private, limits=limits)


def _read(snapshot: bytes) -> core.Sight:
    return msgspec.json.decode(snapshot, type=core.Sight) if snapshot else core.Sight()
