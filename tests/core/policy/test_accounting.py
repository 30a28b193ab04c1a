"""The account balances after every event, and says where it would not."""

from datetime import UTC, datetime, timedelta

import pytest
from accounting import Account, Ledger

from monitor.core.events import (
    AlertGrouped,
    AlertHeld,
    AlertRaised,
    AlertRouted,
    AlertSuppressed,
    DeliveryDied,
    DeliveryFailed,
    DeliveryRequested,
    DeliverySucceeded,
    NotificationFormed,
    Telling,
)

NOON = datetime(2015, 11, 16, 12, tzinfo=UTC)


def raised(name):
    return AlertRaised(NOON, name, "article_1", 1, "war", "info", ("appeared",), ("desk",), False, {})


def routed(alert, **channels):
    return AlertRouted(NOON, alert, tuple(Telling(channel, "1", how) for channel, how in channels.items()))


def waits(kind, alert, channel="desk"):
    return kind(NOON, alert, channel, "1", "group_1", NOON + timedelta(minutes=1), {})


def formed(name, *alerts, channel="desk", kind="alert"):
    return NotificationFormed(NOON, name, channel, alerts, "article_1", "{}", kind)


STEPS = [
    (raised("a"), Account(raised=1, scheduled=1)),
    (formed("m1", "a"), Account(raised=1, scheduled=1)),
    (DeliveryFailed(NOON, "m1", "desk", 1, "timeout", "", None, 5.0), Account(raised=1, scheduled=1)),
    (DeliverySucceeded(NOON, "m1", "desk", 2, 200, 0.1), Account(raised=1, delivered=1)),
    (raised("b"), Account(raised=2, delivered=1, scheduled=1)),
    (AlertSuppressed(NOON, "b", "silenced"), Account(raised=2, delivered=1, suppressed=1)),
    (raised("c"), Account(raised=3, delivered=1, suppressed=1, scheduled=1)),
    (waits(AlertGrouped, "c"), Account(raised=3, delivered=1, suppressed=1, grouped=1)),
    (waits(AlertHeld, "c", "night"), Account(raised=4, delivered=1, suppressed=1, grouped=1, held=1)),
    (routed("c", desk="group", night="quiet"), Account(raised=4, delivered=1, suppressed=1, grouped=1, held=1)),
    (formed("m2", "c", "d"), Account(raised=4, delivered=1, suppressed=1, scheduled=2, held=1)),
    (raised("d"), Account(raised=5, delivered=1, suppressed=1, scheduled=2, held=1)),
    (
        DeliveryDied(NOON, "m2", "desk", 10, "timeout", "", None),
        Account(raised=5, delivered=1, suppressed=1, dead=2, held=1),
    ),
    (DeliveryRequested(NOON, "m2", "desk", "me"), Account(raised=5, delivered=1, suppressed=1, scheduled=2, held=1)),
    (AlertSuppressed(NOON, "c", "superseded", "night"), Account(raised=5, delivered=1, suppressed=2, scheduled=2)),
    (formed("m3", "a", kind="reminder"), Account(raised=5, delivered=1, suppressed=2, scheduled=2)),
    (DeliveryDied(NOON, "m3", "desk", 1, "x", "", None), Account(raised=5, delivered=1, suppressed=2, scheduled=2)),
]


def test_each_event_moves_a_telling_from_one_place_to_another():
    ledger = Ledger()
    for number, (event, account) in enumerate(STEPS):
        ledger.read(event)
        if number != 10:  # a message that names an alert before the log does is not balanced until then
            assert ledger.account() == account, event
            assert account.balances


@pytest.mark.parametrize("lost", ["desk", "archive"])
def test_a_telling_that_was_decided_and_is_nowhere_is_missed(lost):
    kept = "archive" if lost == "desk" else "desk"
    ledger = Ledger([raised("a"), routed("a", desk="now", archive="now"), formed("m1", "a", channel=kept)])
    assert ledger.missing() == [("a", lost)]
    assert not ledger.account().balances
    ledger.read(formed("m2", "a", channel=lost))
    assert ledger.missing() == []
    assert ledger.account().balances
