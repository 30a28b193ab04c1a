"""What policy decided, as statements to execute: how each channel is told of an alert, silences, acks. Pure, like the projection."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from monitor.core.events import (
    AlertAcked,
    AlertDecision,
    AlertGrouped,
    AlertHeld,
    AlertRouted,
    AlertSuppressed,
    GroupClosed,
    GroupOpened,
    InhibitionStarted,
    PolicyEvent,
    SilenceExpired,
    SilenceSet,
    Telling,
    ThrottleStarted,
)
from monitor.store.views.statements import Write, as_json, change, insert, stamp, upsert


def decided(event: AlertDecision | PolicyEvent) -> tuple[Write, ...]:
    """The statements of one decision."""
    match event:
        case AlertSuppressed():
            return _suppressed(event)
        case AlertRouted():
            return tuple(_telling(event.alert, event.at, telling) for telling in event.tellings)
        case AlertAcked():
            return (upsert("acks", event.alert, at=stamp(event.at), by=event.by, note=event.note),)
        case SilenceSet() | SilenceExpired():
            return (_silence(event),)
        case AlertGrouped() | AlertHeld() | GroupOpened() | GroupClosed() | ThrottleStarted() | InhibitionStarted():
            return ()  # what they mean for an alert is said by `alert.routed`, `alert.suppressed` and the message
        case _ as unreachable:
            assert_never(unreachable)


def _telling(alert: str, at: datetime, telling: Telling, by: str = "") -> Write:
    return upsert(
        "tellings",
        f"{alert} {telling.channel}",
        alert=alert,
        channel=telling.channel,
        at=stamp(at),
        route=telling.route,
        how=telling.how,
        waits_in=telling.group,
        until=stamp(telling.until) if telling.until else None,
        reason=telling.reason,
        by=by,
    )


def _suppressed(event: AlertSuppressed) -> tuple[Write, ...]:
    """Of one channel it is a telling's end; of all, the alert's."""
    if not event.channel:
        return (change("alerts", event.alert, suppressed=event.reason),)
    telling = Telling(event.channel, event.route, "suppressed", reason=event.reason)
    return (_telling(event.alert, event.at, telling, event.by),)


def _silence(event: SilenceSet | SilenceExpired) -> Write:
    if isinstance(event, SilenceExpired):
        return change("silences", event.silence, ended_at=stamp(event.at), ended_by=event.by)
    return insert(
        "silences",
        id=event.silence,
        at=stamp(event.at),
        matchers=as_json(event.matchers),
        until=stamp(event.until),
        comment=event.comment,
        by=event.by,
    )
