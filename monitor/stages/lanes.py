"""Lets an alert join what waits to be told together, or finds that it repeats another: the lanes of policy as the log keeps them. Closes none."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from monitor.core.events import AlertRaised, GroupOpened, Telling, ThrottleStarted, entity_id
from monitor.core.policy.copies import Sketch
from monitor.core.policy.grouping import (
    Lane,
    Throttle,
    Window,
    joined,
    lane_of,
    mode_of,
    opened,
    throttle_lane,
    voice_of,
    window_id,
)
from monitor.core.policy.labels import Labels
from monitor.core.policy.routing import Aim
from monitor.ports import Append, Head, Log
from monitor.stages.drafts import Draft
from monitor.stages.jobs import Close, set_waiting

State = TypeVar("State", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An alert on its way to its channels, and all that may be asked of it there."""

    partition: int
    alert: AlertRaised
    labels: Labels
    sketch: Sketch
    brief: dict[str, Any]
    now: datetime


async def throttled(log: Log, draft: Draft, aim: Aim, arrival: Arrival) -> Telling | None:
    """The telling of an alert that repeats one which was let through; otherwise None, and this one is let through."""
    if aim.handling.throttle is None:
        return None
    lane, alert, now = throttle_lane(aim, arrival.labels), arrival.alert.alert, arrival.now
    home = log.partition_of(lane)
    head = await log.load(home, lane)
    state = decoded(head, Throttle)
    if state and state.alert != alert and now < state.until:
        return Telling(aim.channel, aim.route, "suppressed", reason="throttled")
    if state is None or state.alert != alert:
        until = now + aim.handling.throttle
        snapshot = msgspec.json.encode(Throttle(alert, until))
        draft.appends[home].append(Append(lane, head, (ThrottleStarted(now, lane, alert, until),), snapshot))
    return None


async def join(log: Log, draft: Draft, aim: Aim, arrival: Arrival) -> Telling | None:
    """The telling of an alert that waits with others; None where it is told at once.

    Where the lane has another home than the alert, a ticket beside it says that the alert has joined.
    """
    mode = mode_of(aim, arrival.alert.severity, arrival.now)
    if mode is None:
        return None
    lane, alike = lane_of(mode, aim, arrival.labels)
    home, ticket = log.partition_of(lane), entity_id("ticket", arrival.alert.alert, lane)
    lane_head, ticket_head = await asyncio.gather(log.load(home, lane), log.load(home, ticket))
    if ticket_head.snapshot:
        return msgspec.json.decode(ticket_head.snapshot, type=Telling)
    state = decoded(lane_head, Lane) or Lane()
    head, window = await _open_window(log, home, lane, state)
    opens = window is None
    if window is None:
        state, head = msgspec.structs.replace(state, number=state.number + 1), Head()
        window = opened(mode, aim, lane, alike, state, arrival.now)
    group = window_id(lane, state.number)
    voice = voice_of(arrival.labels, arrival.sketch)
    after, event = joined(window, aim, group, arrival.alert, voice, arrival.brief, arrival.now)
    draft.appends[home].append(Append(group, head, (event,), msgspec.json.encode(after)))
    opening = (GroupOpened(arrival.now, lane, group, aim.channel, aim.route, mode, after.due),) if opens else ()
    # Without an event the append still holds the lane to its version: no alert joins a window that has closed meanwhile.
    draft.appends[home].append(Append(lane, lane_head, opening, msgspec.json.encode(state)))
    if opens or after.due != window.due:
        wait = (after.due - arrival.now).total_seconds()
        draft.timers[home].append(set_waiting(group, Close(lane, group), wait))
    telling = Telling(aim.channel, aim.route, mode, lane, group, after.due)
    if home != arrival.partition:
        draft.appends[home].append(Append(ticket, ticket_head, (), msgspec.json.encode(telling)))
    return telling


async def _open_window(log: Log, home: int, lane: str, state: Lane) -> tuple[Head, Window | None]:
    """The lane's newest window, if alerts can still join it."""
    head = await log.load(home, window_id(lane, state.number)) if state.number else Head()
    window = decoded(head, Window)
    return head, None if window is None or window.full else window


def decoded(head: Head, kind: type[State]) -> State | None:
    """An entity's snapshot; None where there is none."""
    return msgspec.json.decode(head.snapshot, type=kind) if head.snapshot else None
