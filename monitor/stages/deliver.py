"""Delivers messages: makes a timer of each message formed, makes the attempts, and records what came of them. Forms no message.

Each channel has its own timers, its own workers and its own gate, so that a dead receiver delays nobody else and costs nothing.
First attempts at the messages of one article are made in the order in which they were formed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime
from time import monotonic
from weakref import WeakValueDictionary

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
from monitor.core.policy import channels
from monitor.core.policy.channels import Standing
from monitor.core.policy.schedule import Dead, Delivered, Retry, after_a_knock, is_away, next_step
from monitor.errors import Conflict
from monitor.ports import Append, Batch, Claim, Consumed, Finish, Head, Log, Notifier, Outcome, SetTimer
from monitor.stages.gate import Gate
from monitor.stages.herald import Audience, Herald
from monitor.stages.jobs import Message, deliveries_of, thread_note
from monitor.stages.work import Pace

logger = structlog.get_logger()

GROUP = "deliver"
STEP = 0.003  # seconds between two timers of one article: those of the same millisecond would have no order, and times are rounded


def lane_of(consumed: Consumed) -> tuple[str, str]:
    """Which events the dispatcher must handle in their order: those of one channel about one article."""
    match consumed.recorded.event:
        case NotificationFormed(channel=channel, article=article):
            return channel, article
        case _:
            return "", consumed.recorded.entity


class Dispatcher:
    """Handles the events of the group: what is formed or asked for again becomes due, what else channels want to know is formed."""

    def __init__(self, log: Log, paces: Mapping[str, Pace], audience: Audience | None = None) -> None:
        self._log, self._paces = log, paces
        self._herald = Herald(log, audience or Audience())
        self._last: dict[tuple[str, str], tuple[float, float]] = {}  # when a timer was set, and its delay

    async def __call__(self, consumed: Consumed) -> None:
        """Make one event's timer or messages and ack it, together."""
        match consumed.recorded.event:
            case NotificationFormed(notification=notification, channel=channel, article=article):
                delay = self._behind(channel, article)
                await self._set(consumed, channel, notification, delay, article.encode())
                self._last[channel, article] = monotonic(), delay
            case DeliveryRequested(notification=notification, channel=channel):
                await self._set(consumed, channel, notification, 0.0, b"")
            case _:
                appends = await self._herald.appends(consumed)
                await self._log.commit(Batch(consumed.ack.partition, appends=appends, ack=consumed.ack))

    async def _set(self, consumed: Consumed, channel: str, notification: str, delay: float, payload: bytes) -> None:
        timer = SetTimer(deliveries_of(channel), notification, delay=delay, payload=payload)
        await self._log.commit(Batch(consumed.ack.partition, timers=(timer,), ack=consumed.ack))
        if channel in self._paces:
            await self._paces[channel].ring()

    def _behind(self, channel: str, article: str) -> float:
        """The delay that brings a message's timer behind that of the article's message before it."""
        now = monotonic()
        if len(self._last) > 1_000:
            self._last = {key: (at, delay) for key, (at, delay) in self._last.items() if now - at < delay + 1}
        at, delay = self._last.get((channel, article), (0.0, -1.0))
        return max(0.0, delay + STEP - (now - at))


class Courier:
    """Works on the due messages of one channel."""

    def __init__(self, log: Log, channel: str, notifier: Notifier, gate: Gate | None = None) -> None:
        self._log, self._channel, self._notifier = log, channel, notifier
        self._gate = gate or Gate()
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, claim: Claim) -> None:
        """Make one attempt and record what came of it. Raises Fenced where the claim went to somebody else meanwhile."""
        turn = self._turns.setdefault(claim.payload or claim.member.encode(), asyncio.Lock())
        outcome = None
        try:
            async with turn:  # first come, first served: the articles' messages stay in order
                head = await self._log.load(claim.partition, claim.member)
                message = reopened(msgspec.json.decode(head.snapshot, type=Message))
                standing = await standing_of(self._log, self._channel)
                if standing.state == "disabled":
                    await self._refuse(claim, head, message, standing)
                    return
                outcome = await self._attempt(claim, head, message)
        finally:
            if outcome is None:
                self._gate.settle(None)

    async def _attempt(self, claim: Claim, head: Head, message: Message) -> Outcome:
        topic = thread_note(self._channel, message.article) if message.article.startswith("article_") else ""
        thread = (await self._log.note(claim.partition, topic) or b"") if topic else b""
        at = await self._log.now()
        outcome = await self._notifier.send(message.notification, message.body, at=at, thread=thread.decode())
        self._gate.settle(outcome)
        await self._tell_of_the_channel(outcome, at)
        rest = self._gate.rest if self._gate.resting and is_away(outcome) else None
        event, message, delay = judge(message, outcome, at, random.random(), rest=rest)
        notes = {topic: outcome.receipt.encode()} if topic and outcome.receipt and not thread else {}
        await self._record(claim, head, event, message, delay, notes)
        logger.info(
            "message not delivered" if outcome.kind not in {"delivered", "accepted"} else f"message {outcome.kind}",
            notification=message.notification,
            channel=self._channel,
            attempt=message.attempts,
            reason=outcome.reason or None,
            status=outcome.status,
            seconds=round(outcome.seconds, 3),
            retry_in=delay and round(delay, 1),
        )
        return outcome

    async def _tell_of_the_channel(self, outcome: Outcome, at: datetime) -> None:
        """Record what the attempt says about the channel, before what it says about the message: a crash in between repeats the attempt."""
        entity = channels.entity(self._channel)
        partition = self._log.partition_of(entity)
        while True:
            head = await self._log.load(partition, entity)
            event = channels.news(
                channels.read(head.snapshot), self._channel, outcome,
                failures=self._gate.failures, given_up=self._gate.resting, at=at,
            )  # fmt: skip
            if event is None:
                return
            snapshot = msgspec.json.encode(channels.fold(event))
            try:
                await self._log.commit(Batch(partition, appends=(Append(entity, head, (event,), snapshot),)))
            except Conflict:  # another attempt said something meanwhile
                continue
            logger.warning("channel stands otherwise", channel=self._channel, event_type=type(event).__name__)
            return

    async def _refuse(self, claim: Claim, head: Head, message: Message, standing: Standing) -> None:
        """A disabled channel is told nothing: the message is a dead letter without an attempt."""
        at = await self._log.now()
        event = DeliveryDied(
            at, message.notification, message.channel, message.attempts, "channel_disabled", standing.reason, None
        )
        dead = msgspec.structs.replace(message, state="dead")
        await self._record(claim, head, event, dead, None, {})
        logger.info(
            "message not delivered", notification=message.notification, channel=self._channel, reason=event.reason
        )

    async def _record(
        self,
        claim: Claim,
        head: Head,
        event: DeliveryEvent,
        message: Message,
        delay: float | None,
        notes: Mapping[str, bytes],
    ) -> None:
        append = Append(message.notification, head, (event,), msgspec.json.encode(message))
        try:
            await self._log.commit(Batch(claim.partition, appends=(append,), notes=notes, finish=Finish(claim, delay)))
        except Conflict:  # somebody asked for it again meanwhile: the attempt still counts
            head = await self._log.load(claim.partition, message.notification)
            await self._record(claim, head, event, message, delay, notes)


async def standing_of(log: Log, channel: str) -> Standing:
    """How a channel stands by the log."""
    entity = channels.entity(channel)
    return channels.read((await log.load(log.partition_of(entity), entity)).snapshot)


def reopened(message: Message) -> Message:
    """A message that had come to its end and is due again starts a new round of attempts."""
    if message.state == "scheduled":
        return message
    return msgspec.structs.replace(message, before=message.attempts, state="scheduled", since=None)


def judge(
    message: Message, outcome: Outcome, at: datetime, chance: float, *, rest: float | None = None
) -> tuple[DeliveryEvent, Message, float | None]:
    """What an attempt's outcome means: the event, the message after it, and seconds until the next attempt (None: no more).

    `rest`: the channel is away and this was only a knock, which the message's schedule does not count; so long until the next one.
    """
    attempt = message.attempts + 1
    since = message.since or at
    if rest is None:
        step = next_step(attempt - message.before, outcome, chance)
    else:
        step = after_a_knock(outcome, (at - since).total_seconds(), rest, chance)
    where = (message.notification, message.channel, attempt)
    ended = msgspec.structs.replace(message, attempts=attempt, before=message.before + (rest is not None), since=since)
    match step:
        case Delivered():
            accepted = outcome.kind == "accepted"
            done = DeliverySucceeded(at, *where, outcome.status, outcome.seconds, accepted, outcome.receipt)
            return done, msgspec.structs.replace(ended, state=outcome.kind), None
        case Retry(delay):
            return DeliveryFailed(at, *where, outcome.reason, outcome.detail, outcome.status, delay), ended, delay
        case Dead():
            died = DeliveryDied(at, *where, outcome.reason, outcome.detail, outcome.status)
            return died, msgspec.structs.replace(ended, state="dead"), None
