"""How the daemon itself is: alive, ready and with what reasons, and in numbers for Prometheus. It asks log, disk and views, and decides nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from monitor import __version__
from monitor.core.condition import condition
from monitor.ports import Log
from monitor.web.desk import Desk
from monitor.web.door import Keys

BEHIND: Final = 120.0  # seconds that the oldest unfinished work may be old before Monitor does not keep up
PATIENCE: Final = 5.0  # seconds for the log's answers
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"  # Prometheus' text format


@dataclass(frozen=True, slots=True)
class Body:
    """What is asked how it is: the log with the groups that follow it, the kinds of timers at work, and the trouble of the disk."""

    log: Log
    groups: Sequence[str]
    kinds: Callable[[], Sequence[str]]
    disk_trouble: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Pulse:
    """The numbers of one moment: seconds and events by group, seconds by kind of timer."""

    behind: dict[str, float]
    lag: dict[str, int]
    late: dict[str, float]
    parked: dict[str, int]


class Vitals:
    """The handlers."""

    def __init__(self, body: Body, desk: Desk, keys: Keys) -> None:
        self._body, self._desk, self._keys = body, desk, keys

    def routes(self) -> list[web.RouteDef]:
        """Where they stand."""
        return [web.get("/healthz", self.alive), web.get("/readyz", self.ready), web.get("/metrics", self.metrics)]

    async def alive(self, _: web.Request) -> web.Response:
        """The event loop turns."""
        return web.Response(text="alive\n")

    async def ready(self, request: web.Request) -> web.Response:
        """Whether Monitor keeps up, with the reasons where it does not; to whom may not come in, only whether."""
        reasons = await self._reasons()
        said = {"ready": not reasons} | ({"reasons": reasons} if self._keys.open_to(request) else {})
        return web.json_response(said, status=503 if reasons else 200)

    async def metrics(self, _: web.Request) -> web.Response:
        """Everything that can be counted, in Prometheus' text format."""
        registry = CollectorRegistry()
        troubles = self._troubles()
        pulse = None if troubles else await self._pulse()
        feeds: Counter[str] = Counter(
            condition(row, str).state for row in await self._desk.listed(lambda reader: reader.feeds())
        )
        sent = dict(await self._desk.listed(lambda reader: list(reader.delivery_counts().items())))
        registry.register(_Families([*_of_pulse(pulse), *_of_views(feeds, sent), _trouble(troubles), _about()]))
        return web.Response(body=generate_latest(registry), headers={"content-type": CONTENT_TYPE})

    async def _reasons(self) -> list[str]:
        if troubles := self._troubles():
            return troubles
        pulse = await self._pulse()
        if pulse is None:
            return [f"the log gave no answer within {PATIENCE:.0f} s"]
        late = [f"{group} is {age:.0f} s behind" for group, age in pulse.behind.items() if age > BEHIND]
        return late + [f"{kind} is {age:.0f} s late" for kind, age in pulse.late.items() if age > BEHIND]

    def _troubles(self) -> list[str]:
        return [trouble for trouble in (self._body.log.trouble, self._body.disk_trouble()) if trouble]

    async def _pulse(self) -> Pulse | None:
        """The numbers; None where the log does not answer in time."""
        log, groups, partitions = self._body.log, self._body.groups, range(self._body.log.partitions)
        try:
            async with asyncio.timeout(PATIENCE):
                return Pulse(
                    behind={group: max([await log.behind(group, at) for at in partitions]) for group in groups},
                    lag={group: sum([await log.lag(group, at) for at in partitions]) for group in groups},
                    late={kind: max([await self._late(kind, at) for at in partitions]) for kind in self._body.kinds()},
                    parked={group: len(await log.parked(group)) for group in groups},
                )
        except TimeoutError:
            return None

    async def _late(self, kind: str, partition: int) -> float:
        due = await self._body.log.next_due(kind, partition)
        return max(0.0, -due) if due is not None else 0.0


# --- Prometheus --------------------------------------------------------------------------------------------------------


class _Families:
    """What was gathered, as the library wants to collect it."""

    def __init__(self, families: Sequence[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._families


def _family(name: str, says: str, label: str, values: Mapping[str, float] | Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"monitor_{name}", says, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _of_pulse(pulse: Pulse | None) -> list[GaugeMetricFamily]:
    if pulse is None:
        return []
    return [
        _family("behind_seconds", "The age of the oldest event that a stage has not finished.", "stage", pulse.behind),
        _family("lag_events", "Events that a stage has not finished.", "stage", pulse.lag),
        _family("late_seconds", "How long the most overdue timer of a kind has been due.", "kind", pulse.late),
        _family("parked_events", "Events that kept failing a stage and were set aside.", "stage", pulse.parked),
    ]


def _of_views(feeds: Mapping[str, int], sent: dict[tuple[str, str], int]) -> list[GaugeMetricFamily]:
    messages = GaugeMetricFamily(
        "monitor_deliveries", "Messages, by channel and by how they stand.", labels=["channel", "state"]
    )
    for about, number in sent.items():
        messages.add_metric(list(about), number)
    return [_family("feeds", "Feeds that were read or failed, by how they stand.", "state", feeds), messages]


def _trouble(troubles: Sequence[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily("monitor_trouble", "Whether log or disk are in trouble just now.", value=len(troubles))


def _about() -> GaugeMetricFamily:
    return _family("info", "Which Monitor this is.", "version", {__version__: 1})
