"""Does what policy waits for when its time has come: closes windows, takes back what no longer holds, reminds. Lets nobody in, sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import structlog

from monitor.core.events import AlertRaised, AlertSuppressed, GroupClosed, NotificationFormed, Telling
from monitor.core.policy import corrections
from monitor.core.policy.bundles import bundle
from monitor.core.policy.corrections import Told, Undone
from monitor.core.policy.grouping import Joined, Lane, Window, closed, left, members
from monitor.core.policy.notifications import correct, form, remind
from monitor.core.policy.quiet import LOUD
from monitor.core.policy.routing import Aim, Handling, Route, by_name
from monitor.errors import Conflict, Dropped
from monitor.ports import Append, Batch, Claim, Finish, Head, Log
from monitor.stages.drafts import Draft
from monitor.stages.jobs import AlertState, Close, Correct, Message, Remind, scheduled, set_waiting, waiting
from monitor.stages.lanes import decoded

logger = structlog.get_logger()

MATCHED = "match"  # the group that must have read an event before it is known what alerts it raises
PATIENCE = 20  # times that this is waited for
AGAIN = 3.0  # seconds between
CONFLICTS = 10
REMINDERS = 100  # of one message: whoever has not acked by then will not
REMEMBERED = 20  # alerts of a message whose ack ends its reminders


class Waker:
    """Works on the due timers of policy, one partition's at a time."""

    def __init__(self, log: Log, routes: Sequence[Route] = ()) -> None:
        self._log = log
        self._handlings: Mapping[str, Handling] = by_name(routes)

    async def __call__(self, claim: Claim) -> None:
        """Do what is due. Raises Fenced where the claim went to somebody else meanwhile."""
        for _ in range(CONFLICTS):
            try:
                await self._do(claim)
            except Conflict as conflict:
                logger.info("decided on old news, deciding again", kind=claim.kind, reason=str(conflict))
            else:
                return
        await self._later(claim, AGAIN)

    async def _do(self, claim: Claim) -> None:
        match waiting(claim.payload):
            case Close() as job:
                await self._close(claim, job)
            case Correct() as job:
                await self._correct(claim, job)
            case Remind() as job:
                await self._remind(claim, job)

    async def _later(self, claim: Claim, seconds: float, payload: bytes | None = None) -> None:
        await self._log.commit(Batch(claim.partition, finish=Finish(claim, seconds, payload)))

    async def _done(self, claim: Claim) -> None:
        await self._log.commit(Batch(claim.partition, finish=Finish(claim, None)))

    def _quiet_for(self, route: str, severity: str, now: datetime) -> float:
        """Seconds for which nobody on a route wants to hear of this."""
        quiet = self._handlings.get(route, Handling()).quiet
        until = quiet.held_until(now) if quiet and severity != LOUD else None
        return (until - now).total_seconds() if until else 0.0

    # --- windows -----------------------------------------------------------------------------------------------------

    async def _close(self, claim: Claim, job: Close) -> None:
        log, home = self._log, claim.partition
        lane_head, head = await log.load(home, job.lane), await log.load(home, job.group)
        window, lane = decoded(head, Window), decoded(lane_head, Lane) or Lane()
        if window is None:
            await self._done(claim)
            return
        now = await log.now()
        if wait := self._wait(window, now):
            await self._later(claim, wait)
            return
        inside = members([recorded.event for recorded in await log.history(home, job.group)])
        await self._settle(claim, job, window, inside, (lane_head, lane), head, now)

    def _wait(self, window: Window, now: datetime) -> float:
        """Seconds that a window stays open: until it is due, and then until quiet hours end, unless something critical is in it."""
        if now < window.due:
            return (window.due - now).total_seconds()
        return self._quiet_for(window.route, LOUD if window.loud else "", now) if window.enough else 0.0

    async def _settle(
        self,
        claim: Claim,
        job: Close,
        window: Window,
        inside: list[Joined],
        lane: tuple[Head, Lane],
        head: Head,
        now: datetime,
    ) -> None:
        """The window's end: a message about those inside, or the reason why nobody is told of them."""
        draft, home = Draft(), claim.partition
        formed = await self._formed(window, inside, now) if inside and window.enough else None
        reason = "" if formed else "too_few_sources" if inside else "superseded"
        dropped = [
            AlertSuppressed(now, one.alert, reason, one.channel, one.route) for one in (inside if not formed else ())
        ]
        end = GroupClosed(now, job.group, window.channel, formed.notification if formed else "", len(inside), reason)
        draft.appends[home].append(Append(job.group, head, tuple(dropped), b""))
        aim = Aim(window.channel, window.route, self._handlings.get(window.route, Handling()))
        after = closed(lane[1], window, aim, now, told=formed is not None)
        draft.appends[home].append(Append(job.lane, lane[0], (end,), msgspec.json.encode(after)))
        if formed:
            draft.appends[home].append(scheduled(formed))
            self._set_reminder(draft, home, formed, aim, inside)
        await draft.commit(self._log, home, finish=Finish(claim, None))
        logger.info("group closed", group=job.group, channel=window.channel, alerts=len(inside), reason=reason or None)

    async def _formed(self, window: Window, inside: list[Joined], now: datetime) -> NotificationFormed:
        """A message about one alert is that alert's; it lives where the window did all the same."""
        if len(inside) > 1:
            return bundle(window, inside, now)
        brief = inside[0].brief
        alert = await self._alert(brief["id"], brief["article"]["id"])
        if alert is None:
            return bundle(window, inside, now)
        copies, route = brief["copies"], window.route
        told = form(
            alert, window.channel, now, route=route,
            copies=copies and copies["same_text"], supersedes=brief["supersedes"],
        )  # fmt: skip
        return msgspec.structs.replace(told, article=window.lane)

    def _set_reminder(
        self, draft: Draft, home: int, formed: NotificationFormed, aim: Aim, inside: list[Joined]
    ) -> None:
        if every := aim.handling.remind:
            alerts = tuple((one.alert, one.brief["article"]["id"]) for one in inside[:REMEMBERED])
            job = Remind(formed.notification, aim.channel, alerts, every.total_seconds(), formed.notification)
            draft.timers[home].append(set_waiting(f"remind:{formed.notification}", job, job.every))

    async def _alert(self, alert: str, article: str) -> AlertRaised | None:
        """An alert; None where retention has dropped it."""
        try:
            [recorded] = await self._log.history(self._log.partition_of(article), alert, 1)
        except Dropped:
            return None
        if not isinstance(recorded.event, AlertRaised):
            raise TypeError(f"{alert} does not begin as an alert")
        return recorded.event

    # --- corrections -------------------------------------------------------------------------------------------------

    async def _correct(self, claim: Claim, job: Correct) -> None:
        """Take back one alert after the other, each with a write of its own."""
        log, home = self._log, claim.partition
        if job.tries < PATIENCE and await log.lag(MATCHED, home):
            again = msgspec.structs.replace(job, tries=job.tries + 1)
            await self._later(claim, AGAIN, msgspec.json.encode(again))
            return
        entity = corrections.entity(job.article)
        head = await log.load(home, entity)
        thread, now = corrections.decode(head.snapshot), await log.now()
        undone = next((one for one in thread.undone if one.event == job.event), None)
        overtaken = corrections.overtaken(thread, undone) if undone else []
        if undone is None or not overtaken:
            await self._done(claim)
            return
        told, alert = overtaken[0], await self._alert(overtaken[0].alert, job.article)
        severity = alert.severity if alert else ""
        if wait := max((self._quiet_for(telling.route, severity, now) for telling in told.tellings), default=0.0):
            await self._later(claim, wait)
            return
        draft = Draft()
        if alert:  # else nobody can be told any more what it was that does not hold
            await self._take_back(draft, home, told, alert, undone, now)
        after = corrections.taken_back(thread, frozenset({told.alert}))
        draft.appends[home].append(Append(entity, head, (), msgspec.json.encode(after)))
        await draft.commit(log, home, finish=Finish(claim, 0.0 if len(overtaken) > 1 else None))
        logger.info("alert taken back", article=job.article, alert=told.alert)

    async def _take_back(
        self, draft: Draft, home: int, told: Told, alert: AlertRaised, undone: Undone, now: datetime
    ) -> None:
        """Out of the window where it still waits; else the same channel is told that it does not hold."""
        for telling in told.tellings:
            if telling.how == "suppressed" or (telling.group and await self._taken_out(draft, alert, telling, now)):
                continue
            says = "There again" if undone.reverted_to is None else "Taken back, the earlier text stands again"
            formed = correct(alert, telling.channel, now, route=telling.route, by=undone.event, says=says)
            draft.appends[home].append(scheduled(formed))

    async def _taken_out(self, draft: Draft, alert: AlertRaised, telling: Telling, now: datetime) -> bool:
        """Whether nobody was or will be told by this window: the alert leaves it now, or has left it before."""
        home = self._log.partition_of(telling.lane)
        try:
            events = [recorded.event for recorded in await self._log.history(home, telling.group)]
        except Dropped:  # closed long ago: its message was formed
            return False
        if any(isinstance(one, AlertSuppressed) and one.alert == alert.alert for one in events):
            return True
        head = await self._log.load(home, telling.group)
        window = decoded(head, Window)
        if window is None:  # closed: its message was formed
            return False
        gone = AlertSuppressed(now, alert.alert, "superseded", telling.channel, telling.route)
        draft.appends[home].append(Append(telling.group, head, (gone,), msgspec.json.encode(left(window))))
        return True

    # --- reminders ---------------------------------------------------------------------------------------------------

    async def _remind(self, claim: Claim, job: Remind) -> None:
        log, home = self._log, claim.partition
        if job.number > REMINDERS or await self._acked(job):
            await self._done(claim)
            return
        last = decoded(await log.load(home, job.last), Message)
        if last is None or last.state == "scheduled":  # the channel is behind: it need not hear it twice
            await self._later(claim, job.every)
            return
        try:
            [first] = await log.history(home, job.notification, 1)
        except Dropped:  # older than anything is kept: it was said often enough
            await self._done(claim)
            return
        if not isinstance(first.event, NotificationFormed):
            raise TypeError(f"{job.notification} does not begin as a message")
        again = remind(first.event, job.number, await log.now())
        payload = msgspec.structs.replace(job, last=again.notification, number=job.number + 1)
        finish = Finish(claim, job.every, msgspec.json.encode(payload))
        await log.commit(Batch(home, (scheduled(again),), finish=finish))
        logger.info("reminded", notification=job.notification, channel=job.channel, number=job.number)

    async def _acked(self, job: Remind) -> bool:
        """Whether somebody has taken note of one of the alerts."""
        for alert, article in job.alerts:
            state = decoded(await self._log.load(self._log.partition_of(article), alert), AlertState)
            if state and state.acked:
                return True
        return False
