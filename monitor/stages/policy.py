"""Decides whom an alert is told, and when: a message for each channel at once, a place among those that wait, or the reason why nobody is. Sends nothing.

What spans partitions (lanes, throttles, mutes, known texts) are entities and notes of the log, each in its own home, written only at
the version that was read: so nothing is lost with a process, and two that decide at once do not both prevail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog

from monitor.core import article as articles
from monitor.core.events import (
    AlertRaised,
    AlertRouted,
    AlertSuppressed,
    AnyEvent,
    ArticleRestored,
    ArticleRevised,
    Telling,
)
from monitor.core.policy import corrections, silences
from monitor.core.policy.bundles import brief_of
from monitor.core.policy.copies import Sketch, Texts, sketch_of
from monitor.core.policy.corrections import Thread
from monitor.core.policy.labels import Labels, labels_of
from monitor.core.policy.notifications import form
from monitor.core.policy.routing import Aim, Route, aims
from monitor.core.policy.silences import Inhibition
from monitor.ports import Append, Consumed, Head, Log
from monitor.stages.drafts import Draft
from monitor.stages.jobs import Correct, Remind, scheduled, set_waiting
from monitor.stages.lanes import Arrival, join, throttled
from monitor.stages.work import apart, done_with, one_lane

logger = structlog.get_logger()

GROUP = "policy"
GRACE = 3.0  # seconds that the matcher gets to raise an alert which itself says what an event took back


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says of routes and inhibitions."""

    routes: tuple[Route, ...] = ()
    inhibitions: tuple[Inhibition, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What is known when an alert is decided: its own head, what is muted, what was told of its article and of its text."""

    head: Head
    mutes: Head
    thread: Head
    sketch: Sketch
    texts: Texts
    now: datetime


def lanes(rules: Rules) -> Callable[[Consumed], Hashable]:
    """What the router decides about in its order; any event at all may start an inhibition, where there are some."""
    return one_lane if rules.inhibitions else apart(AlertRaised | ArticleRevised | ArticleRestored)


class Router:
    """Handles the events of the group. `channels` maps the ids of known channels to their kinds."""

    def __init__(self, log: Log, channels: Mapping[str, str], rules: Rules | None = None) -> None:
        self._log, self._channels, self._rules = log, channels, rules or Rules()

    async def __call__(self, consumed: Consumed) -> None:
        """Decide about one event and ack it, together. Raises Conflict where something it looked at has moved on."""
        match consumed.recorded.event:
            case AlertRaised() as alert:
                await self._decide(consumed, alert)
            case ArticleRevised() | ArticleRestored() as event:
                await self._note(consumed, event)
            case event if self._rules.inhibitions:
                draft, mutes = Draft(), await self._mutes()
                await self._inhibit(draft, mutes, event, consumed.recorded.id)
                await draft.commit(self._log, consumed.ack.partition, ack=consumed.ack)
            case _:
                await self._log.commit(done_with(consumed.ack))

    # --- alerts ------------------------------------------------------------------------------------------------------

    async def _decide(self, consumed: Consumed, alert: AlertRaised) -> None:
        partition, labels, draft = consumed.ack.partition, labels_of(alert), Draft()
        desk = await self._look(partition, alert)
        aimed = [aim for aim in aims(self._rules.routes, labels, alert.notify) if aim.channel in self._channels]
        suppressed = self._why_nobody(alert, aimed, labels, desk)
        await self._inhibit(draft, desk.mutes, alert, alert.alert)
        if suppressed:
            draft.appends[partition].append(Append(alert.alert, desk.head, (suppressed,), desk.head.snapshot))
            logger.info("alert suppressed", alert=alert.alert, watchlist=alert.watchlist, reason=suppressed.reason)
        else:
            await self._tell(draft, partition, alert, labels, desk, aimed)
        await draft.commit(self._log, partition, ack=consumed.ack)

    async def _look(self, partition: int, alert: AlertRaised) -> Desk:
        log, copies = self._log, copies_note(alert.watchlist)
        head, mutes, thread, article, texts, now = await asyncio.gather(
            log.load(partition, alert.alert),
            self._mutes(),
            log.load(partition, corrections.entity(alert.article)),
            log.load(partition, alert.article),
            log.note(log.partition_of(copies), copies),
            log.now(),
        )
        standing = articles.decode_article(article.snapshot)
        sketch = sketch_of(standing.content) if standing else ()
        known = msgspec.msgpack.decode(texts, type=Texts) if texts else Texts()
        return Desk(head, mutes, thread, sketch, known, now)

    def _why_nobody(self, alert: AlertRaised, aimed: list[Aim], labels: Labels, desk: Desk) -> AlertSuppressed | None:
        if alert.backlog:
            return AlertSuppressed(alert.at, alert.alert, "backlog")
        if alert.template:
            return AlertSuppressed(alert.at, alert.alert, "template", by=alert.template)
        if not aimed:
            return AlertSuppressed(alert.at, alert.alert, "no_channel")
        mutes = silences.decode(desk.mutes.snapshot)
        muted = silences.muted(mutes, self._rules.inhibitions, alert.alert, labels, desk.now)
        return AlertSuppressed(alert.at, alert.alert, muted.reason, by=muted.by) if muted else None

    async def _tell(
        self, draft: Draft, partition: int, alert: AlertRaised, labels: Labels, desk: Desk, aimed: list[Aim]
    ) -> None:
        """A telling for each channel; where all are told at once, the messages themselves say so."""
        thread = corrections.decode(desk.thread.snapshot)
        copies, supersedes = self._remember(draft, alert, desk), corrections.supersedes(thread, alert)
        brief = brief_of(alert, copies, supersedes)
        arrival = Arrival(partition, alert, labels, desk.sketch, brief, desk.now)
        tellings = []
        for aim in aimed:
            telling = await throttled(self._log, draft, aim, arrival) or await join(self._log, draft, aim, arrival)
            if telling is None:
                formed = form(alert, aim.channel, alert.at, route=aim.route, copies=copies, supersedes=supersedes)
                draft.appends[partition].append(scheduled(formed))
                self._remind(draft, partition, aim, formed.notification, alert)
            tellings.append(telling or Telling(aim.channel, aim.route, "now"))
        self._record(draft, partition, alert, desk, tuple(tellings))
        self._follow(draft, partition, alert, desk, corrections.told(thread, alert, tuple(tellings)))

    def _remember(self, draft: Draft, alert: AlertRaised, desk: Desk) -> int | None:
        """How many other articles have this text; from now on this one too."""
        if not desk.sketch:
            return None
        texts, copies = desk.texts.told(alert.article, desk.sketch)
        note = copies_note(alert.watchlist)
        draft.notes[self._log.partition_of(note)][note] = msgspec.msgpack.encode(texts)
        return copies

    def _remind(self, draft: Draft, partition: int, aim: Aim, notification: str, alert: AlertRaised) -> None:
        if every := aim.handling.remind:
            alerts = ((alert.alert, alert.article),)
            job = Remind(notification, aim.channel, alerts, every.total_seconds(), notification)
            draft.timers[partition].append(set_waiting(f"remind:{notification}", job, job.every))

    def _record(
        self, draft: Draft, partition: int, alert: AlertRaised, desk: Desk, tellings: tuple[Telling, ...]
    ) -> None:
        if all(telling.how == "now" for telling in tellings):
            return
        suppressed = [
            AlertSuppressed(alert.at, alert.alert, telling.reason, telling.channel, telling.route)
            for telling in tellings
            if telling.how == "suppressed"
        ]
        events: tuple[AnyEvent, ...] = (AlertRouted(alert.at, alert.alert, tellings), *suppressed)
        draft.appends[partition].append(Append(alert.alert, desk.head, events, desk.head.snapshot))
        logger.info("alert routed", alert=alert.alert, **{telling.channel: telling.how for telling in tellings})

    def _follow(self, draft: Draft, partition: int, alert: AlertRaised, desk: Desk, thread: Thread) -> None:
        snapshot = msgspec.json.encode(thread)
        draft.appends[partition].append(Append(corrections.entity(alert.article), desk.thread, (), snapshot))

    # --- what alerts and events do to others -------------------------------------------------------------------------

    async def _mutes(self) -> Head:
        return await self._log.load(self._log.partition_of(silences.ENTITY), silences.ENTITY)

    async def _inhibit(self, draft: Draft, head: Head, event: AnyEvent, by: str) -> None:
        """Begin what this inhibits, if it is the source of a rule."""
        if not self._rules.inhibitions:
            return
        mutes = silences.decode(head.snapshot)
        started = silences.inhibitions(mutes, self._rules.inhibitions, by, labels_of(event), await self._log.now())
        for one in started:
            mutes = silences.fold(mutes, one)
        if started:
            home = self._log.partition_of(silences.ENTITY)
            draft.appends[home].append(Append(silences.ENTITY, head, started, msgspec.json.encode(mutes)))

    async def _note(self, consumed: Consumed, event: ArticleRevised | ArticleRestored) -> None:
        """Note what an event takes back; whoever was told something else hears of it shortly."""
        partition, recorded, draft = consumed.ack.partition, consumed.recorded, Draft()
        if undone := corrections.undone_by(event, recorded.id):
            entity = corrections.entity(event.article)
            head = await self._log.load(partition, entity)
            thread = corrections.noted(corrections.decode(head.snapshot), undone)
            draft.appends[partition].append(Append(entity, head, (), msgspec.json.encode(thread)))
            job = Correct(event.article, recorded.id)
            draft.timers[partition].append(set_waiting(f"correct:{recorded.id}", job, GRACE))
        if self._rules.inhibitions:
            await self._inhibit(draft, await self._mutes(), event, recorded.id)
        await draft.commit(self._log, partition, ack=consumed.ack)


def copies_note(watchlist: str) -> str:
    """The key of the note that knows the texts of a watchlist's alerts."""
    return f"copies:{watchlist}"
