"""Decides whom an alert is told: forms a message for each channel, or records why nobody is. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import structlog

from monitor.core.events import AlertRaised, AlertSuppressed
from monitor.core.policy.notifications import form
from monitor.ports import Append, Batch, Consumed, Head, Log
from monitor.stages.jobs import Message
from monitor.stages.work import done_with

logger = structlog.get_logger()

GROUP = "policy"


class Router:
    """Handles the events of the group. `channels` maps the ids of known channels to their kinds."""

    def __init__(self, log: Log, channels: Mapping[str, str]) -> None:
        self._log, self._channels = log, channels

    async def __call__(self, consumed: Consumed) -> None:
        """Decide about one alert and ack it, together. Raises Conflict where it was decided meanwhile."""
        recorded = consumed.recorded
        if not isinstance(recorded.event, AlertRaised):
            await self._log.commit(done_with(consumed.ack))
            return
        alert = recorded.event
        partition = consumed.ack.partition
        channels = [channel for channel in alert.notify if channel in self._channels]
        reason = silence(alert, channels)
        if reason:
            head = Head(version=1, hash=recorded.hash)
            append = Append(alert.alert, head, (AlertSuppressed(at=alert.at, alert=alert.alert, reason=reason),))
            await self._log.commit(Batch(partition, appends=(append,), ack=consumed.ack))
            logger.info("alert suppressed", alert=alert.alert, watchlist=alert.watchlist, reason=reason)
            return
        appends = tuple(_message(alert, channel) for channel in channels)
        await self._log.commit(Batch(partition, appends=appends, ack=consumed.ack))


def silence(alert: AlertRaised, channels: list[str]) -> str:
    """Why nobody is told, or nothing."""
    if alert.backlog:
        return "backlog"
    return "" if channels else "no_channel"


def _message(alert: AlertRaised, channel: str) -> Append:
    formed = form(alert, channel, alert.at)
    message = Message(formed.notification, channel, alert.article, formed.body)
    return Append(formed.notification, Head(), (formed,), msgspec.json.encode(message))
