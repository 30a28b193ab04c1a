"""The account of all alerts: where each telling stands, folded from the events of any prefix of the log. It balances, or says why not.

A telling is one alert for one channel. An alert that is not decided yet is one telling, scheduled; so is one that tells nobody, suppressed.
`raised` is counted from what was decided (`alert.routed`, or the messages themselves where all are told at once), the six others
from what became of each telling: two ways through the log that must agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from monitor.core.events import (
    AlertGrouped,
    AlertHeld,
    AlertRaised,
    AlertRouted,
    AlertSuppressed,
    AnyEvent,
    DeliveryDied,
    DeliveryFailed,
    DeliveryRequested,
    DeliverySucceeded,
    NotificationFormed,
)

AGAIN: Final = frozenset({"reminder", "superseded"})
"""The kinds of messages that tell again of an alert that was accounted for."""


class Account(msgspec.Struct, frozen=True):
    """How many tellings there are, and where they stand."""

    raised: int = 0
    delivered: int = 0
    dead: int = 0
    scheduled: int = 0
    held: int = 0
    suppressed: int = 0
    grouped: int = 0

    @property
    def balances(self) -> bool:
        """Whether every telling is somewhere, and none is twice."""
        there = self.delivered + self.dead + self.scheduled + self.held + self.suppressed + self.grouped
        return self.raised == there


class Ledger:
    """Reads events of the log, those of each entity in order, and keeps the account of them."""

    def __init__(self, events: Iterable[AnyEvent] = ()) -> None:
        self._aimed: dict[str, frozenset[str]] = {}  # alert → the channels it is for; none before it is decided
        self._states: dict[tuple[str, str], str] = {}  # (alert, channel) → where the telling stands
        self._members: dict[str, tuple[tuple[str, str], ...]] = {}  # message → its tellings
        self._nobody: set[str] = set()
        for event in events:
            self.read(event)

    def read(self, event: AnyEvent) -> None:
        """Take one event more into account."""
        match event:
            case AlertRaised():
                self._aimed.setdefault(event.alert, frozenset())
            case AlertRouted():
                self._aimed[event.alert] = frozenset(telling.channel for telling in event.tellings)
            case AlertSuppressed(channel=""):
                self._nobody.add(event.alert)
            case AlertSuppressed():
                self._states[event.alert, event.channel] = "suppressed"
            case AlertGrouped() | AlertHeld():
                self._states[event.alert, event.channel] = "held" if isinstance(event, AlertHeld) else "grouped"
            case NotificationFormed():
                self._formed(event)
            case DeliverySucceeded() | DeliveryFailed() | DeliveryDied() | DeliveryRequested():
                for telling in self._members.get(event.notification, ()):
                    self._states[telling] = _STANDS[type(event)]

    def _formed(self, event: NotificationFormed) -> None:
        if event.kind in AGAIN:
            return
        self._members[event.notification] = tuple((alert, event.channel) for alert in event.alerts)
        for telling in self._members[event.notification]:
            self._states[telling] = "scheduled"

    def account(self) -> Account:
        """How it stands now."""
        found: Counter[str] = Counter(self._states.values())
        reached = Counter(alert for alert, _ in self._states)
        raised = 0
        for alert, channels in self._aimed.items():
            raised += len(channels) or reached[alert] or 1
            if not reached[alert] and not channels:
                found["suppressed" if alert in self._nobody else "scheduled"] += 1
        return Account(raised, **found)

    def missing(self) -> list[tuple[str, str]]:
        """The tellings that were decided and are nowhere: none, in a log that is whole."""
        return [
            (alert, channel)
            for alert, channels in self._aimed.items()
            for channel in sorted(channels)
            if (alert, channel) not in self._states
        ]


_STANDS: Final = {
    DeliverySucceeded: "delivered",
    DeliveryFailed: "scheduled",
    DeliveryDied: "dead",
    DeliveryRequested: "scheduled",
}
