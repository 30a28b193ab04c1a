"""Messages: an alert becomes bytes for one channel, once and for ever. It signs and sends nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from monitor.core.events import AlertRaised, NotificationFormed, entity_id
from monitor.core.policy.cutting import cut_to_fit

MAX_BODY = 20_000
"""Bytes. Standard Webhooks 1.0, Payload size: under 20 kB."""

_canonical = msgspec.json.Encoder(order="deterministic")


def form(alert: AlertRaised, channel: str, at: datetime) -> NotificationFormed:
    """The message that tells one channel of one alert. Forming it twice gives the same id and the same bytes, whatever `at` is."""
    return NotificationFormed(
        at=at,
        notification=entity_id("msg", alert.alert, channel),
        channel=channel,
        alerts=(alert.alert,),
        article=alert.article,
        body=_body(alert.data, alert.at),
    )


def _body(data: dict[str, Any], at: datetime) -> str:
    envelope = {"type": "alert.raised", "timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    room = MAX_BODY - len(_canonical.encode({**envelope, "data": 0}))
    return _canonical.encode({**envelope, "data": cut_to_fit(data, room)}).decode()
