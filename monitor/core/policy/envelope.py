"""The envelope of every message: a type, when it happened, and the data, as canonical bytes of a bounded size. It signs nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from monitor.core.policy.cutting import cut_to_fit

MAX_BODY = 20_000
"""Bytes. Standard Webhooks 1.0, Payload size: under 20 kB."""

_canonical = msgspec.json.Encoder(order="deterministic")


def sealed(kind: str, at: datetime, data: dict[str, Any]) -> str:
    """The body of a message of a type such as `feed.failing`; what is too long is cut, and `cut` names it."""
    envelope = {"type": kind, "timestamp": stamp(at)}
    room = MAX_BODY - len(_canonical.encode({**envelope, "data": 0}))
    return _canonical.encode({**envelope, "data": cut_to_fit(data, room)}).decode()


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
