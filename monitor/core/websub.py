"""Subscribing to a hub that tells when a feed changes: what is to be asked of it, what it may say, how far it is relied on. It asks nobody.

After WebSub, W3C Recommendation of 23 January 2018, which sections name here.

A push is a hint and nothing more: what a feed says is read at the feed. So a hub that lies, or somebody who can sign as it,
can make us look too often within bounds, and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

LEASE: Final = timedelta(days=10)  # that is asked for
LONGEST_LEASE: Final = timedelta(days=30)  # that is believed
SOONEST_RENEWAL: Final = timedelta(minutes=10)
VERIFIED_WITHIN: Final = timedelta(minutes=10)  # of asking, or it has failed; …
HEARD_WITHIN: Final = timedelta(days=1)  # … what comes later counts, too, until then
FIRST_RETRY: Final = timedelta(hours=1)
LONGEST_RETRY: Final = timedelta(days=1)
APART: Final = timedelta(seconds=30)  # between two polls that pushes ask for
METHODS: Final = frozenset({"sha1", "sha256", "sha384", "sha512"})
PROVEN: Final = 3  # pushes that brought something: then the feed is polled less often, …
LESS_OFTEN: Final = 2  # … by so much, for a push that is lost must not cost entries, …
AT_LEAST_EVERY: Final = timedelta(hours=1)  # … and so often still
_MOST_PROVEN: Final = 5
_MISSED: Final = 2  # what one unannounced change costs of that


class Subscription(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a subscription. Its loss costs a new one.

    `token` is the secret part of the address at which the hub calls, `secret` what it signs with. `heard`: it has answered what it was
    asked at `asked_at`. At `due_at` it is asked again. `pushes` counts those that were signed.
    """

    hub: str
    topic: str
    token: str
    secret: str
    asked_at: datetime | None = None
    heard: bool = False
    due_at: datetime | None = None
    active_until: datetime | None = None
    failures: int = 0
    trouble: str = ""
    pushes: int = 0
    pushed_at: datetime | None = None


class Announced(msgspec.Struct, frozen=True, omit_defaults=True):
    """The hub that a feed names, by what name it knows the feed, and how well its pushes did.

    `heard` of its pushes were acted on; `proved` grows with each that brought something, and shrinks with each change that none announced.
    """

    hub: str = ""
    topic: str = ""
    heard: int = 0
    proved: int = 0


# --- subscribing -------------------------------------------------------------------------------------------------------


def is_active(known: Subscription, at: datetime) -> bool:
    """Whether the hub has promised to push."""
    return known.active_until is not None and at < known.active_until


def fits(known: Subscription, announced: Announced) -> bool:
    """Whether a subscription is to the hub and topic that the feed names now."""
    return (known.hub, known.topic) == (announced.hub, announced.topic)


def until_due(known: Subscription, at: datetime) -> timedelta:
    """The time until the hub is asked: to renew, or again, where it refused or was not heard of. Zero or less: now."""
    return known.due_at - at if known.due_at else timedelta(0)


def asked(known: Subscription, at: datetime) -> Subscription:
    """The hub is asked now. That it was not heard of since the last time is a failure."""
    failures = known.failures + (known.asked_at is not None and not known.heard)
    due = at + max(VERIFIED_WITHIN, _retry(failures))
    return msgspec.structs.replace(known, asked_at=at, heard=False, due_at=due, failures=failures)


def refused(known: Subscription, why: str, at: datetime) -> Subscription:
    """The hub will not, or could not be reached."""
    failures = known.failures + 1
    return msgspec.structs.replace(
        known, heard=True, due_at=at + _retry(failures), failures=failures, trouble=why[:200]
    )


def _retry(failures: int) -> timedelta:
    return min(FIRST_RETRY * 2.0 ** min(failures - 1, 16), LONGEST_RETRY) if failures else timedelta(0)


def form(known: Subscription, callback: str) -> dict[str, str]:
    """What the hub is asked (section 5.1)."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": known.topic,
        "hub.callback": callback,
        "hub.secret": known.secret,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }


# --- what a hub says ---------------------------------------------------------------------------------------------------


def verified(known: Subscription, asks: Mapping[str, str], at: datetime) -> Subscription | None:
    """The subscription after the hub has asked whether it is wanted (section 5.3); None where it is not."""
    wanted = asks.get("hub.mode") == "subscribe" and asks.get("hub.topic") == known.topic
    if not wanted or known.asked_at is None or at - known.asked_at > HEARD_WITHIN:
        return None
    seconds = asks.get("hub.lease_seconds", "")
    granted = timedelta(seconds=int(seconds[:12])) if seconds.isascii() and seconds.isdigit() else LEASE
    lease = min(granted, LONGEST_LEASE)
    due = at + max(lease * 3 / 4, SOONEST_RENEWAL)
    return msgspec.structs.replace(known, heard=True, due_at=due, active_until=at + lease, failures=0, trouble="")


def denied(known: Subscription, asks: Mapping[str, str], at: datetime) -> Subscription | None:
    """The subscription after the hub has said no (section 5.2); None where it has not."""
    if asks.get("hub.mode") != "denied" or asks.get("hub.topic") != known.topic:
        return None
    return msgspec.structs.replace(refused(known, asks.get("hub.reason") or "denied", at), active_until=None)


def pushed(known: Subscription, at: datetime) -> Subscription:
    """The hub says that the feed has changed."""
    return msgspec.structs.replace(known, pushes=known.pushes + 1, pushed_at=at)


def until_poll(before: Subscription, at: datetime) -> timedelta:
    """How long a poll waits that a push asks for: not at all, unless another push has just asked for one."""
    if before.pushed_at is None:
        return timedelta(0)
    return max(before.pushed_at + APART - at, timedelta(0))


class Seal:
    """The signature of a push, checked while its body comes (section 8)."""

    def __init__(self, header: str, secret: str) -> None:
        """`header` is `X-Hub-Signature`. Raises ValueError for a method that is none of `METHODS`, or no signature."""
        method, _, digits = header.strip().partition("=")
        if method not in METHODS:
            raise ValueError(f"signed by none of {', '.join(sorted(METHODS))}")
        self._given = bytes.fromhex(digits)
        self._made = hmac.new(secret.encode(), digestmod=getattr(hashlib, method))

    def update(self, piece: bytes) -> None:
        """More of the body."""
        self._made.update(piece)

    @property
    def is_good(self) -> bool:
        """Whether the whole body was signed with the secret; takes as long whatever was given."""
        return hmac.compare_digest(self._made.digest(), self._given)


# --- how far it is relied on -------------------------------------------------------------------------------------------


def named(announced: Announced, hub: str, topic: str) -> Announced:
    """The feed names this hub now, or none; what its hub of before has proved is not another's."""
    if not hub:
        return Announced()
    return announced if (announced.hub, announced.topic) == (hub, topic) else Announced(hub, topic)


def looked(announced: Announced, pushes: int, *, brings: bool) -> Announced:
    """The feed was read: so many pushes had come in all, and it brought something or not."""
    proved = announced.proved
    if brings:
        proved = min(proved + 1, _MOST_PROVEN) if pushes > announced.heard else max(proved - _MISSED, 0)
    return msgspec.structs.replace(announced, heard=pushes, proved=proved)


def wait(usual: timedelta, announced: Announced, *, active: bool) -> timedelta:
    """The time until the next poll: twice as long, an hour at most, while a hub that has proved itself is to push."""
    if not active or announced.proved < PROVEN:
        return usual
    return max(usual, min(usual * LESS_OFTEN, AT_LEAST_EVERY))
