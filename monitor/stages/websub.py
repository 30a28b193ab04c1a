"""Subscribes to the hubs that feeds name, and hears what they say. A push makes the feed's poll due; nothing that a hub sends is believed or kept.

What is to be done and when is `core.websub`'s to say; what is known stands in a note for each feed, so that any process hears for all.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec
import structlog

from monitor.core import websub as core
from monitor.core.feed import FeedLooks
from monitor.core.websub import Announced, Subscription
from monitor.errors import OutsideError
from monitor.ports import Batch, Claim, Finish, Log, Net, SetTimer
from monitor.stages import jobs
from monitor.stages.poll import entity, looks_note
from monitor.stages.sources import Source

logger = structlog.get_logger()

PATH: Final = "/websub"
LATE: Final = timedelta(minutes=10)  # for what is due: its timer was lost
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


class Subscriber:
    """Works on claims of `websub` timers: asks a feed's hub, anew before its promise ends, again where it was not heard of."""

    def __init__(
        self, log: Log, net: Net, feeds: Collection[str], address: str, is_own: Callable[[str], bool] = lambda _: False
    ) -> None:
        """`address` is where hubs reach this Monitor; `is_own` says of a hub's address whether it is private and may be asked all the same."""
        self._log, self._net, self._feeds = log, net, feeds
        self._address, self._is_own = address.rstrip("/"), is_own

    async def __call__(self, claim: Claim) -> None:
        """See to one feed's subscription, once. Raises Fenced where the claim went to somebody else meanwhile."""
        feed, at = claim.member, await self._log.now()
        announced = await self._announced(claim)
        if feed not in self._feeds or not announced.hub:
            await self._log.commit(
                Batch(claim.partition, notes={subscription_note(feed): None}, finish=Finish(claim, delay=None))
            )
            return
        known = await subscription(self._log, feed)
        if known is None or not core.fits(known, announced):
            known = _new(announced)
        if core.until_due(known, at) <= timedelta(0):
            known = await self._ask(feed, known, at)
        wait = max(core.until_due(known, at).total_seconds(), 1.0)
        await self._log.commit(Batch(claim.partition, finish=Finish(claim, delay=wait)))

    async def _announced(self, claim: Claim) -> Announced:
        raw = await self._log.note(claim.partition, looks_note(claim.member))
        return msgspec.json.decode(raw, type=FeedLooks).hub if raw else Announced()

    async def _ask(self, feed: str, known: Subscription, at: datetime) -> Subscription:
        """Ask the hub. What it is to be recognised by is kept first, for it may call before it answers."""
        known = core.asked(known, at)
        await _keep(self._log, feed, known)
        callback = f"{self._address}{PATH}/{feed}/{known.token}"
        trouble = await self._post(known, callback)
        logger.info("hub asked to push", feed=feed, hub=known.hub, trouble=trouble or None)
        known = await subscription(self._log, feed) or known
        if trouble and not known.heard:
            known = core.refused(known, trouble, at)
            await _keep(self._log, feed, known)
        return known

    async def _post(self, known: Subscription, callback: str) -> str:
        """What is wrong with the hub's answer; empty where it took the question (section 5.1.1)."""
        body = urlencode(core.form(known, callback)).encode()
        try:
            answer = await self._net.post(known.hub, body, headers=_FORM, allow_private=self._is_own(known.hub))
        except OutsideError as error:
            return str(error)
        return "" if 200 <= answer.status < 300 else f"http_{answer.status}"


# --- what hubs say -----------------------------------------------------------------------------------------------------


async def called(log: Log, feed: str, token: str) -> Subscription | None:
    """The subscription that an address belongs to; None where it is no address of ours."""
    known = await subscription(log, feed)
    fits = known is not None and secrets.compare_digest(known.token.encode(), token.encode())
    return known if fits else None


async def verified(log: Log, feed: str, known: Subscription, asks: Mapping[str, str]) -> bool:
    """Whether a hub that asks is told yes: it was asked for just that, or says no itself."""
    at = await log.now()
    after = core.denied(known, asks, at) or core.verified(known, asks, at)
    if after is None:
        return False
    await _keep(log, feed, after, timer=core.until_due(after, at))
    logger.info("hub has spoken", feed=feed, hub=known.hub, until=after.active_until, trouble=after.trouble or None)
    return True


async def pushed(log: Log, feed: str, known: Subscription) -> None:
    """Make the feed's poll due: its hub says that it has changed."""
    at = await log.now()
    wait = core.until_poll(known, at)
    partition = log.partition_of(entity(feed))
    timer = SetTimer(jobs.POLL, feed, wait.total_seconds(), only_sooner=True)
    notes = {subscription_note(feed): msgspec.json.encode(core.pushed(known, at))}
    await log.commit(Batch(partition, timers=(timer,), notes=notes))
    logger.info("hub pushed", feed=feed, hub=known.hub)


# --- what is known -----------------------------------------------------------------------------------------------------


async def subscription(log: Log, feed: str) -> Subscription | None:
    """What is known of a feed's subscription."""
    raw = await log.note(log.partition_of(entity(feed)), subscription_note(feed))
    return msgspec.json.decode(raw, type=Subscription) if raw else None


def subscription_note(feed: str) -> str:
    """The key of the note on a feed's subscription."""
    return f"websub:{feed}"


async def _keep(log: Log, feed: str, known: Subscription, *, timer: timedelta | None = None) -> None:
    timers = () if timer is None else (SetTimer(jobs.WEBSUB, feed, max(timer.total_seconds(), 0.0)),)
    notes = {subscription_note(feed): msgspec.json.encode(known)}
    await log.commit(Batch(log.partition_of(entity(feed)), timers=timers, notes=notes))


def _new(announced: Announced) -> Subscription:
    return Subscription(announced.hub, announced.topic, secrets.token_urlsafe(24), secrets.token_urlsafe(32))


class Hubs:
    """What the poller wants to know of hubs, where feeds may be subscribed to."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def looked(
        self, source: Source, looks: FeedLooks, before: FeedLooks, usual: timedelta, at: datetime
    ) -> tuple[FeedLooks, timedelta, tuple[SetTimer, ...]]:
        """After a good look: how well its hub's pushes do, when to poll next, and the timer of a subscription that is to be seen to."""
        if not looks.hub.hub:
            return looks, usual, ()
        known = await subscription(self._log, source.id)
        if known is None or not core.fits(known, looks.hub) or core.until_due(known, at) < -LATE:
            timer = SetTimer(jobs.WEBSUB, source.id, 0.0, payload=b"", only_sooner=True)
            return looks, usual, (timer,)
        brings = bool(before.known) and looks.known != before.known
        hub = core.looked(looks.hub, known.pushes, brings=brings)
        is_said = source.bounds is None
        wait = usual if is_said else core.wait(usual, hub, active=core.is_active(known, at))
        return msgspec.structs.replace(looks, hub=hub), wait, ()
