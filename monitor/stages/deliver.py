"""Delivers messages: makes a timer of each message formed, makes the attempts, and records what came of them. Forms no message.

Each channel has its own timers and its own workers, so that a dead receiver delays nobody else.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime

import msgspec
import structlog

from monitor.core.events import (
    DeliveryDied,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryRequested,
    DeliverySucceeded,
    NotificationFormed,
)
from monitor.core.policy.schedule import Dead, Delivered, Retry, next_step
from monitor.errors import Conflict
from monitor.ports import Append, Batch, Claim, Consumed, Finish, Head, Log, Notifier, Outcome, SetTimer
from monitor.stages.jobs import Message, deliveries_of
from monitor.stages.work import Pace, done_with

logger = structlog.get_logger()

GROUP = "deliver"


class Dispatcher:
    """Handles the events of the group: what is formed or asked for again becomes due."""

    def __init__(self, log: Log, paces: Mapping[str, Pace]) -> None:
        self._log, self._paces = log, paces

    async def __call__(self, consumed: Consumed) -> None:
        """Make one event's timer and ack it, together."""
        event = consumed.recorded.event
        if not isinstance(event, NotificationFormed | DeliveryRequested):
            await self._log.commit(done_with(consumed.ack))
            return
        timer = SetTimer(deliveries_of(event.channel), event.notification, delay=0.0, payload=b"")
        await self._log.commit(Batch(consumed.ack.partition, timers=(timer,), ack=consumed.ack))
        if event.channel in self._paces:
            await self._paces[event.channel].ring()


class Courier:
    """Works on the due messages of one channel."""

    def __init__(self, log: Log, channel: str, notifier: Notifier) -> None:
        self._log, self._channel, self._notifier = log, channel, notifier

    async def __call__(self, claim: Claim) -> None:
        """Make one attempt and record what came of it. Raises Fenced where the claim went to somebody else meanwhile."""
        head = await self._log.load(claim.partition, claim.member)
        message = reopened(msgspec.json.decode(head.snapshot, type=Message))
        at = await self._log.now()
        outcome = await self._notifier.send(message.notification, message.body, at=at)
        event, message, delay = judge(message, outcome, at, random.random())
        await self._record(claim, head, event, message, delay)
        logger.info(
            "message delivered" if delay is None and outcome.kind == "delivered" else "message not delivered",
            notification=message.notification,
            channel=self._channel,
            attempt=message.attempts,
            reason=outcome.reason or None,
            status=outcome.status,
            seconds=round(outcome.seconds, 3),
            retry_in=delay and round(delay, 1),
        )

    async def _record(
        self, claim: Claim, head: Head, event: DeliveryEvent, message: Message, delay: float | None
    ) -> None:
        append = Append(message.notification, head, (event,), msgspec.json.encode(message))
        try:
            await self._log.commit(Batch(claim.partition, appends=(append,), finish=Finish(claim, delay)))
        except Conflict:  # somebody asked for it again meanwhile: the attempt still counts
            head = await self._log.load(claim.partition, message.notification)
            await self._record(claim, head, event, message, delay)


def reopened(message: Message) -> Message:
    """A message that had come to its end and is due again starts a new round of attempts."""
    if message.state == "scheduled":
        return message
    return msgspec.structs.replace(message, before=message.attempts, state="scheduled")


def judge(
    message: Message, outcome: Outcome, at: datetime, chance: float
) -> tuple[DeliveryEvent, Message, float | None]:
    """What an attempt's outcome means: the event, the message after it, and seconds until the next attempt (None: no more)."""
    attempt = message.attempts + 1
    step = next_step(attempt - message.before, outcome, chance)
    where = (message.notification, message.channel, attempt)
    ended = msgspec.structs.replace(message, attempts=attempt)
    match step:
        case Delivered():
            done = DeliverySucceeded(at, *where, outcome.status, outcome.seconds)
            return done, msgspec.structs.replace(ended, state="delivered"), None
        case Retry(delay):
            return DeliveryFailed(at, *where, outcome.reason, outcome.detail, outcome.status, delay), ended, delay
        case Dead():
            died = DeliveryDied(at, *where, outcome.reason, outcome.detail, outcome.status)
            return died, msgspec.structs.replace(ended, state="dead"), None
