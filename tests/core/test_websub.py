"""Subscriptions as values: what is asked and when, what a hub may say, and how far it is relied on."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core import websub
from monitor.core.websub import Announced, Seal, Subscription

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NEW = Subscription("https://hub.example/", "https://post.example/feed", "token", "secret")
YES = {"hub.mode": "subscribe", "hub.topic": NEW.topic, "hub.challenge": "c"}


def subscribed(lease=864_000, at=NOON):
    after = websub.verified(websub.asked(NEW, at), {**YES, "hub.lease_seconds": str(lease)}, at)
    assert after is not None
    return after


@given(st.integers(0, 10**11))
def test_a_subscription_is_renewed_before_its_lease_ends_and_never_in_a_rush(lease):
    known = subscribed(lease)
    until = known.active_until - NOON
    assert until == min(timedelta(seconds=lease), websub.LONGEST_LEASE)
    assert websub.until_due(known, NOON) >= websub.SOONEST_RENEWAL
    if until > websub.SOONEST_RENEWAL:
        assert known.due_at < known.active_until


@pytest.mark.parametrize(
    "asks",
    [
        {**YES, "hub.mode": "unsubscribe"},
        {**YES, "hub.topic": "https://other.example/feed"},
        {"hub.mode": "subscribe"},
        {},
    ],
)
def test_what_was_not_asked_for_is_not_confirmed(asks):
    assert websub.verified(websub.asked(NEW, NOON), asks, NOON) is None
    assert websub.denied(websub.asked(NEW, NOON), asks, NOON) is None


def test_a_hub_is_heard_for_a_day_after_it_was_asked():
    assert websub.verified(NEW, YES, NOON) is None, "nobody asked it"
    known = websub.asked(NEW, NOON)
    assert websub.verified(known, YES, NOON + DAY) is not None
    assert websub.verified(known, YES, NOON + DAY + MINUTE) is None


@pytest.mark.parametrize("lease", ["", "-5", "1e9", "٥", "soon"])
def test_a_lease_that_is_none_is_the_one_that_was_asked_for(lease):
    after = websub.verified(websub.asked(NEW, NOON), {**YES, "hub.lease_seconds": lease}, NOON)
    assert after.active_until == NOON + websub.LEASE


def test_who_is_not_heard_of_or_refuses_is_asked_ever_more_seldom_and_never_given_up():
    known, at, waits = NEW, NOON, []
    for _ in range(9):
        known = websub.asked(known, at)
        waits.append(websub.until_due(known, at))
        at = known.due_at
    hours = [1, 2, 4, 8, 16, 24, 24, 24]
    assert waits == [websub.VERIFIED_WITHIN, *(timedelta(hours=hour) for hour in hours)]
    known = websub.refused(websub.asked(NEW, NOON), "http_500", NOON)
    assert (websub.until_due(known, NOON), known.trouble) == (timedelta(hours=1), "http_500")
    again = websub.refused(websub.asked(known, NOON), "http_500", NOON)
    assert websub.until_due(again, NOON) == timedelta(hours=2)


def test_a_denial_ends_what_was_promised():
    known = websub.denied(subscribed(), {"hub.mode": "denied", "hub.topic": NEW.topic, "hub.reason": "no"}, NOON)
    assert (websub.is_active(known, NOON), known.trouble) == (False, "no")
    assert websub.until_due(known, NOON) == timedelta(hours=1)


def test_a_renewal_that_fails_leaves_what_was_promised_until_it_ends():
    known = subscribed(lease=86_400)
    later = known.due_at
    known = websub.refused(websub.asked(known, later), "timeout", later)
    assert websub.is_active(known, later)
    assert not websub.is_active(known, NOON + DAY)
    assert websub.until_due(known, later) == timedelta(hours=1)


def test_pushes_ask_for_a_poll_at_once_and_a_flood_of_them_for_one_in_half_a_minute():
    known = subscribed()
    assert websub.until_poll(known, NOON) == timedelta(0)
    known = websub.pushed(known, NOON)
    assert websub.until_poll(known, NOON + timedelta(seconds=10)) == timedelta(seconds=20)
    assert websub.until_poll(known, NOON + MINUTE) == timedelta(0)


# --- signatures --------------------------------------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=50), max_size=5), st.text(max_size=20), st.sampled_from(sorted(websub.METHODS)))
def test_a_body_that_was_signed_with_the_secret_is_good_and_no_other(pieces, secret, method):
    digits = hmac.new(secret.encode("utf-8", "replace"), b"".join(pieces), getattr(hashlib, method)).hexdigest()
    seal, other = Seal(f"{method}={digits}", secret), Seal(f"{method}={digits}", f"{secret}.")
    for piece in pieces:
        seal.update(piece)
        other.update(piece)
    assert seal.is_good
    assert not other.is_good
    seal.update(b".")
    assert not seal.is_good


@pytest.mark.parametrize("header", ["", "md5=00", "sha256=xyz", "sha512=0", "SHA256=00", "sha224=00"])
def test_a_signature_of_another_make_is_none(header):
    with pytest.raises(ValueError, match=r".*"):
        Seal(header, "secret")


def test_a_signature_that_is_cut_short_is_not_good():
    digits = hmac.new(b"secret", b"", "sha256").hexdigest()
    assert not Seal(f"sha256={digits[:-2]}", "secret").is_good
    assert not Seal("sha256=", "secret").is_good
    assert not Seal("sha256", "secret").is_good


# --- reliance ----------------------------------------------------------------------------------------------------------


def test_a_hub_proves_itself_by_pushes_that_bring_something_and_loses_that_by_changes_it_did_not_announce():
    announced, five = Announced("h", "t"), timedelta(minutes=5)
    for pushes in (1, 2, 3):
        assert websub.wait(five, announced, active=True) == five
        announced = websub.looked(announced, pushes, brings=True)
    assert websub.wait(five, announced, active=True) == 2 * five
    assert websub.wait(five, announced, active=False) == five, "what was promised has ended"
    assert websub.looked(announced, 4, brings=False).proved == 3, "an empty push proves nothing"
    missed = websub.looked(announced, 3, brings=True)
    assert websub.wait(five, missed, active=True) == five


@given(st.integers(1, 10**6), st.lists(st.tuples(st.booleans(), st.booleans())), st.booleans())
def test_polling_is_never_more_than_half_as_frequent_nor_more_than_an_hour_apart_by_pushes(seconds, looks, active):
    announced, pushes, usual = Announced("h", "t"), 0, timedelta(seconds=seconds)
    for was_pushed, brings in looks:
        pushes += was_pushed
        announced = websub.looked(announced, pushes, brings=brings)
        wait = websub.wait(usual, announced, active=active)
        assert usual <= wait <= max(usual, min(2 * usual, timedelta(hours=1)))
        assert wait == usual or active


def test_what_is_known_survives_its_note():
    known = websub.pushed(subscribed(), NOON)
    assert msgspec.json.decode(msgspec.json.encode(known), type=Subscription) == known
