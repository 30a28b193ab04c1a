"""Messages: an alert becomes bytes for one channel, once and for ever. It signs and sends nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from monitor.core.events import AlertRaised, NotificationFormed, entity_id
from monitor.core.policy.envelope import MAX_BODY, sealed

__all__ = ["MAX_BODY", "correct", "form", "remind", "same_text"]


def form(
    alert: AlertRaised,
    channel: str,
    at: datetime,
    *,
    route: str = "",
    copies: int | None = None,
    supersedes: str | None = None,
) -> NotificationFormed:
    """The message that tells one channel of one alert. Forming it twice gives the same id and the same bytes, whatever `at` is.

    `copies` is how many other articles are known to have its text (None: not known), `supersedes` the alert that it corrects.
    """
    data = {**alert.data, "copies": same_text(copies)} if copies is not None else alert.data
    data = {**data, "supersedes": supersedes} if supersedes else data
    return NotificationFormed(
        at=at,
        notification=entity_id("msg", alert.alert, channel),
        channel=channel,
        alerts=(alert.alert,),
        article=alert.article,
        body=sealed("alert.raised", alert.at, data),
        route=route,
    )


def correct(alert: AlertRaised, channel: str, at: datetime, *, route: str, by: str, says: str) -> NotificationFormed:
    """The message that takes an alert back where it was told, because of the event `by`; `says` is why, for a person."""
    correction = entity_id("alert", alert.alert, "superseded", by)
    summary = f"{says}: {alert.data.get('summary') or alert.alert}"[:300]
    evidence = {**(alert.data.get("evidence") or {}), "event": by}
    data = {**alert.data, "id": correction, "supersedes": alert.alert, "summary": summary, "evidence": evidence}
    return NotificationFormed(
        at=at,
        notification=entity_id("msg", correction, channel),
        channel=channel,
        alerts=(alert.alert,),
        article=alert.article,
        body=sealed("alert.superseded", at, data),
        kind="superseded",
        route=route,
    )


def remind(formed: NotificationFormed, number: int, at: datetime) -> NotificationFormed:
    """The message that repeats another, for the `number`th time, because nobody has acked it."""
    body: dict[str, Any] = msgspec.json.decode(formed.body)
    summary = f"Reminder {number}: {body['data'].get('summary') or ''}"[:300]
    return msgspec.structs.replace(
        formed,
        at=at,
        notification=entity_id("msg", formed.notification, "reminder", str(number)),
        body=sealed(body["type"], at, {**body["data"], "summary": summary}),
        kind="reminder",
    )


def same_text(copies: int | None) -> dict[str, int] | None:
    """How many other articles have the same text, as a payload says it."""
    return None if copies is None else {"same_text": copies}
