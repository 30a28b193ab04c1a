"""What the manner of an answer says of a feed, whatever stands in it: that it is slow, that it lies, that looks do not overlap. Each is said once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from monitor.core import overlap, tempo, validators
from monitor.core.events import FeedEvent, FeedGapped, FeedLying, FeedRecovered, FeedSlow
from monitor.core.feed import Feed, FeedLooks
from monitor.core.validators import Trust

Step = tuple[Feed, FeedLooks, tuple[FeedEvent, ...]]


def asks_with_validators(feed: Feed, looks: FeedLooks, at: datetime) -> bool:
    """Whether the feed may be asked whether it has changed, instead of for what it holds."""
    return feed.lying_since is None and validators.may_be_sent(looks.trust, looks.rhythm, at)


def tried(feed: Feed, looks: FeedLooks, at: datetime, *, hidden: int, before: Trust) -> Step:
    """The validators of before were tried on a change: they would have hidden so many entries of it, or none.

    `before` is what was known of them before the look that found the change.
    """
    if hidden:
        looks = msgspec.structs.replace(looks, trust=validators.caught(looks.trust))
        if feed.lying_since:
            return feed, looks, ()
        event = FeedLying(at=at, feed=feed.id, url=feed.url, hidden=hidden, since=before.had)
        return msgspec.structs.replace(feed, lying_since=at), looks, (event,)
    looks = msgspec.structs.replace(looks, trust=validators.proved(looks.trust))
    since = feed.lying_since
    if since is None or not validators.is_redeemed(looks.trust, since, at):
        return feed, looks, ()
    back = FeedRecovered(at=at, feed=feed.id, url=feed.url, failing_since=since, was="lying")
    return msgspec.structs.replace(feed, lying_since=None), looks, (back,)


def timed(feed: Feed, looks: FeedLooks, seconds: float, at: datetime) -> Step:
    """The feed took so long to answer."""
    pace = tempo.answered(looks.tempo, seconds)
    looks = msgspec.structs.replace(looks, tempo=pace)
    since, is_slow = feed.slow_since, tempo.is_slow(pace, already=feed.slow_since is not None)
    if is_slow and since is None:
        slow = FeedSlow(at=at, feed=feed.id, url=feed.url, seconds=pace.now, usual=pace.usual)
        return msgspec.structs.replace(feed, slow_since=at), looks, (slow,)
    if since is not None and not is_slow:
        back = FeedRecovered(at=at, feed=feed.id, url=feed.url, failing_since=since, was="slow")
        return msgspec.structs.replace(feed, slow_since=None), looks, (back,)
    return feed, looks, ()


def overlapped(feed: Feed, looks: FeedLooks, at: datetime, *, before: FeedLooks, seen: Mapping[str, str]) -> Step:
    """The feed was read anew, whole; `before` is what was known until then."""
    gaps = overlap.counted(looks.gaps, before.known, seen, before.last_ok, at)
    if not overlap.is_worth_saying(gaps, at):
        return feed, msgspec.structs.replace(looks, gaps=gaps), ()
    event = FeedGapped(
        at=at, feed=feed.id, url=feed.url, since=before.last_ok or at, entries=len(seen), count=gaps.count
    )
    return feed, msgspec.structs.replace(looks, gaps=msgspec.structs.replace(gaps, said=at)), (event,)
