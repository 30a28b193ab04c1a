"""What people ask for, recorded as events: an alert taken note of, a silence set or ended, a message sent again.

The verbs and the page ask by the same lines, with the daemon running or not. Nothing is done here: the stages do what the events say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import msgspec

from monitor.core.events import AlertAcked, AnyEvent, DeliveryRequested, SilenceExpired, SilenceSet
from monitor.core.policy import silences
from monitor.core.policy.silences import Mutes
from monitor.errors import Conflict, ViewsUnavailable
from monitor.ports import Append, Batch, Head, Log
from monitor.stages.jobs import AlertState

Silenced = TypeVar("Silenced", SilenceSet, SilenceExpired)
Decide = Callable[[Mutes, datetime], Silenced]


class NotInForce(LookupError):
    """There is no such silence, or it has ended."""


async def acknowledge(log: Log, alert: str, article: str, by: str, note: str) -> None:
    """Record that somebody has taken note of an alert. Raises ViewsUnavailable where the log does not hold it."""

    def acked(_: Head, at: datetime) -> tuple[AnyEvent, bytes]:
        return AlertAcked(at=at, alert=alert, by=by, note=note), msgspec.json.encode(AlertState(acked=True))

    await _beside(log, article, alert, acked)


async def send_again(log: Log, notification: str, channel: str, article: str, by: str) -> None:
    """Record that somebody asked for a message again: same id, same bytes. Raises ViewsUnavailable where the log does not hold it."""

    def requested(head: Head, at: datetime) -> tuple[AnyEvent, bytes]:
        return DeliveryRequested(at=at, notification=notification, channel=channel, by=by), head.snapshot

    await _beside(log, article, notification, requested)


async def silence(log: Log, decide: Decide[Silenced]) -> Silenced:
    """Record what is decided on the silences in force; decided again where these have changed meanwhile. Raises what `decide` raises."""
    home = log.partition_of(silences.ENTITY)
    while True:
        head = await log.load(home, silences.ENTITY)
        mutes = silences.decode(head.snapshot)
        event = decide(mutes, await log.now())
        snapshot = msgspec.json.encode(silences.fold(mutes, event))
        try:
            await log.commit(Batch(home, appends=(Append(silences.ENTITY, head, (event,), snapshot),)))
        except Conflict:
            continue
        return event


async def end_silence(log: Log, name: str, by: str) -> SilenceExpired:
    """End a silence before its time. Raises NotInForce where there is none of that id in force."""

    def decide(mutes: Mutes, now: datetime) -> SilenceExpired:
        if not any(one.silence == name and one.until > now for one in mutes.silences):
            raise NotInForce(name)
        return SilenceExpired(now, name, by)

    return await silence(log, decide)


async def _beside(
    log: Log, article: str, entity: str, decided: Callable[[Head, datetime], tuple[AnyEvent, bytes]]
) -> None:
    """Record an event of what lives where its article does; again where something else was recorded in between."""
    partition = log.partition_of(article)
    while True:
        head = await log.load(partition, entity)
        if not head.version:
            raise ViewsUnavailable(f"the log does not hold {entity}: `monitor rebuild` makes the views again")
        event, snapshot = decided(head, await log.now())
        try:
            await log.commit(Batch(partition, appends=(Append(entity, head, (event,), snapshot),)))
        except Conflict:
            continue
        return
