"""What waits to be told together: alerts join a window, the window closes, and its members are frozen. It forms no message and sets no timer.

A lane is all that is alike for one channel and route; it has one window at a time, numbered on. A window's members are its events.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from monitor.core.events import AlertGrouped, AlertHeld, AlertRaised, AlertSuppressed, AnyEvent, entity_id
from monitor.core.policy.copies import Sketch, Voice, independent
from monitor.core.policy.labels import Labels, chosen
from monitor.core.policy.quiet import LOUD
from monitor.core.policy.routing import GROUP_INTERVAL, GROUP_LIMIT, GROUP_WAIT, WITHIN, Aim

Mode = Literal["group", "digest", "sources", "quiet"]
Joined = AlertGrouped | AlertHeld

VOICES = 50  # compared of one window, for `min_sources`


class Lane(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the log keeps of a lane: how many windows it has had, when the last message left it, and until when a story counts as told by enough.

    A lane's version moves when a window opens or closes, a window's when an alert joins or leaves it.
    """

    number: int = 0
    told_at: datetime | None = None
    enough_until: datetime | None = None


class Window(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the log keeps of an open window. `waiting` counts those in it, `loud` says whether one of them is critical."""

    lane: str
    mode: Mode
    channel: str
    route: str
    labels: dict[str, tuple[str, ...]]
    opened_at: datetime
    due: datetime
    limit: int = GROUP_LIMIT
    waiting: int = 0
    loud: bool = False
    voices: tuple[Voice, ...] = ()
    enough: bool = True

    @property
    def full(self) -> bool:
        """Whether it takes no more: the next alert opens another."""
        return self.waiting >= self.limit


class Throttle(msgspec.Struct, frozen=True):
    """What the log keeps of a throttled lane: the alert that was let through, and until when it is the only one."""

    alert: str
    until: datetime


def mode_of(aim: Aim, severity: str, now: datetime) -> Mode | None:
    """What an alert has to wait for on its way to a channel; None: nothing, it is told at once."""
    handling = aim.handling
    if (handling.min_sources or 1) > 1:
        return "sources"
    if severity != LOUD and handling.quiet and handling.quiet.held_until(now):
        return "quiet"
    if handling.digest:
        return "digest"
    return "group" if handling.groups else None


def lane_of(mode: Mode, aim: Aim, labels: Labels) -> tuple[str, dict[str, tuple[str, ...]]]:
    """A lane's id and the labels that are alike in it. A digest, and what quiet hours held, has all of its route in one."""
    alike = chosen(labels, aim.handling.alike) if mode in {"group", "sources"} else {}
    return _lane_id(mode, aim, alike), alike


def throttle_lane(aim: Aim, labels: Labels) -> str:
    """The id of the lane in which a throttle counts."""
    return _lane_id("throttle", aim, chosen(labels, aim.handling.repeated))


def window_id(lane: str, number: int) -> str:
    """The computed id of a lane's window."""
    return entity_id("group", lane, str(number))


def opened(mode: Mode, aim: Aim, lane: str, alike: dict[str, tuple[str, ...]], state: Lane, now: datetime) -> Window:
    """A new window, with nobody in it yet."""
    enough = mode != "sources" or (state.enough_until is not None and now < state.enough_until)
    due = _due("group" if enough and mode == "sources" else mode, aim, state, now)
    limit = aim.handling.group_limit or GROUP_LIMIT
    return Window(lane, mode, aim.channel, aim.route, alike, now, due, limit, enough=enough)


def closed(state: Lane, window: Window, aim: Aim, now: datetime, *, told: bool) -> Lane:
    """The lane after its window closed, with a message or without."""
    told_by_enough = told and window.mode == "sources"
    return Lane(
        number=state.number,
        told_at=now if told else state.told_at,
        enough_until=now + (aim.handling.within or WITHIN) if told_by_enough else state.enough_until,
    )


def joined(
    window: Window, aim: Aim, group: str, alert: AlertRaised, voice: Voice | None, brief: dict[str, Any], now: datetime
) -> tuple[Window, Joined]:
    """The window with an alert more, and the event that says so. A full window, or one that has heard enough sources, is due now."""
    voices = (*window.voices, voice)[:VOICES] if voice and window.mode == "sources" else window.voices
    enough = window.enough or independent(voices) >= (aim.handling.min_sources or 1)
    ready = (window.waiting + 1 >= window.limit and window.mode != "quiet") or (enough and not window.enough)
    due = min(window.due, now) if ready else window.due
    after = msgspec.structs.replace(
        window,
        waiting=window.waiting + 1,
        loud=window.loud or alert.severity == LOUD,
        voices=voices,
        enough=enough,
        due=due,
    )
    kind = AlertHeld if window.mode == "quiet" else AlertGrouped
    return after, kind(now, alert.alert, aim.channel, aim.route, group, due, brief)


def members(events: Sequence[AnyEvent]) -> list[Joined]:
    """Who waits in a window, in the order of joining: each once, without those that were taken out again."""
    found: dict[str, Joined] = {}
    for event in events:
        if isinstance(event, AlertGrouped | AlertHeld):
            found.setdefault(event.alert, event)
        elif isinstance(event, AlertSuppressed):
            found.pop(event.alert, None)
    return list(found.values())


def left(window: Window) -> Window:
    """The window after one of those in it was taken out."""
    return msgspec.structs.replace(window, waiting=max(0, window.waiting - 1))


def voice_of(labels: Labels, drawn: Sketch) -> Voice:
    """Whose text an alert is about."""
    return Voice(" ".join(labels.get("site") or labels.get("feed") or ()), drawn)


def _lane_id(mode: str, aim: Aim, alike: dict[str, tuple[str, ...]]) -> str:
    words = [word for name, values in alike.items() for word in (f"{name}=", *values)]
    return entity_id("lane", mode, aim.route, aim.channel, *words)


def _due(mode: Mode, aim: Aim, state: Lane, now: datetime) -> datetime:
    handling = aim.handling
    match mode:
        case "sources":
            return now + (handling.within or WITHIN)
        case "quiet":
            return (handling.quiet.held_until(now) if handling.quiet else None) or now
        case "digest":
            return now + (handling.digest.wait(now) if handling.digest else timedelta(0))
        case "group":
            after = state.told_at + (handling.group_interval or GROUP_INTERVAL) if state.told_at else now
            return max(now + (handling.group_wait or GROUP_WAIT), after)
