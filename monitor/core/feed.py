"""What is known of a feed, and what a look at it means: which entries are new, when it fails, falls silent or moved, when to look again.

Reads no feed and keeps no time: entries arrive as keys and fingerprints, chance and now as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from monitor.core import cadence as cadences
from monitor.core import failing
from monitor.core import rhythm as rhythms
from monitor.core.cadence import Cadence, Hints
from monitor.core.events import FeedBaselined, FeedEvent, FeedFailing, FeedGone, FeedMoved, FeedRecovered, FeedStale
from monitor.core.failing import Run
from monitor.core.overlap import Gaps
from monitor.core.rhythm import Rhythm
from monitor.core.takeover import Home
from monitor.core.tempo import Tempo
from monitor.core.validators import Trust
from monitor.core.websub import Announced

MOVES_BEFORE_BELIEVING = 3
MOVES_OVER = timedelta(hours=24)
KEYS_REMEMBERED = 4_000
LONGEST_WAIT = timedelta(hours=24)
UNWATCHED = timedelta(hours=6)  # between two looks, where they are not always so far apart


class Feed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The snapshot of a feed: what its events say. `moved_from` is the address under which `url` was found.

    `lying_since`: its validators are not believed. One that is `gone` is failing, too.
    """

    id: str
    url: str
    title: str = ""
    baselined: bool = False
    failing_since: datetime | None = None
    moved_from: str = ""
    stale_since: datetime | None = None
    lying_since: datetime | None = None
    slow_since: datetime | None = None
    gone_since: datetime | None = None


class PartLook(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """What a part of an index of sitemaps said last: `listing.stamp` of it, and its validators."""

    stamp: str = ""
    etag: str = ""
    last_modified: str = ""


class FeedLooks(msgspec.Struct, frozen=True, omit_defaults=True):
    """The note of a feed: what the last looks brought. Its loss costs one full fetch, and what was learned of its rhythm.

    `known` maps entry keys to the fingerprint last seen; `moving` collects sightings of a permanent redirect; `parts` are those
    of an index of sitemaps by their address. When it was last read it held `entries`, which reached back to `oldest` by their own
    word (None where one has no date), and said `hints`. `apart`: how many seconds lay between the last two good looks; `cadence`: what
    they brought.
    """

    url: str = ""
    etag: str = ""
    last_modified: str = ""
    body_sha256: str = ""
    known: dict[str, str] = {}
    looked_at: datetime | None = None
    last_ok: datetime | None = None
    failures: int = 0
    moving_to: str = ""
    moving: tuple[datetime, ...] = ()
    hints: Hints = Hints()
    parts: dict[str, PartLook] = {}
    entries: int = 0
    oldest: datetime | None = None
    apart: float = 0.0
    rhythm: Rhythm = Rhythm()
    cadence: Cadence | None = None
    trust: Trust = Trust()
    tempo: Tempo = Tempo()
    gaps: Gaps = Gaps()
    run: Run = Run()
    next_look: datetime | None = None
    home: Home = Home()
    hub: Announced = Announced()


def news(looks: FeedLooks, seen: Mapping[str, str]) -> list[str]:
    """The keys of entries that are new, or whose fingerprint differs from the one last seen, in the feed's order.

    An entry that says under a new key what another said is not new: some feeds give all their entries new keys at each poll.
    """
    words = set(looks.known.values())
    return [
        key
        for key, fingerprint in seen.items()
        if looks.known.get(key) != fingerprint and (key in looks.known or fingerprint not in words)
    ]


def remember(looks: FeedLooks, seen: Mapping[str, str]) -> dict[str, str]:
    """All fingerprints worth keeping: those of this look, and the newest of before up to a bound, for feeds that flap."""
    kept = {key: fingerprint for key, fingerprint in looks.known.items() if key not in seen}
    merged = {**kept, **seen}
    return dict(list(merged.items())[-max(KEYS_REMEMBERED, len(seen)) :])


def read(looks: FeedLooks, seen: Mapping[str, str], dates: Sequence[datetime | None], hints: Hints) -> FeedLooks:
    """What is kept of the entries of a look: their fingerprints, their dates by their own word, what the feed says of when to come again."""
    known = [date for date in dates if date]
    oldest = min(known) if known and len(known) == len(dates) else None
    return msgspec.structs.replace(looks, known=remember(looks, seen), hints=hints, entries=len(dates), oldest=oldest)


def shown(looks: FeedLooks, before: FeedLooks, seen: Mapping[str, str], at: datetime) -> FeedLooks:
    """What a look at a feed that shows its newest entries only tells of how soon they make room for others."""
    if looks.cadence is None or not before.last_ok or not before.known:
        return looks
    rolls = len(looks.known) > len(seen)
    cadence = cadences.shown(
        looks.cadence, len(seen), len(_unheard(before, seen)), rolls=rolls, since=before.last_ok, at=at
    )
    return msgspec.structs.replace(looks, cadence=cadence)


def _unheard(looks: FeedLooks, seen: Mapping[str, str]) -> list[str]:
    """The keys of entries that are new, edited ones not among them; none at the first look, for what it finds came before."""
    return [key for key in news(looks, seen) if key not in looks.known] if looks.known else []


def worked(
    feed: Feed,
    looks: FeedLooks,
    at: datetime,
    *,
    before: FeedLooks | None = None,
    seen: Mapping[str, str] | None = None,
) -> tuple[Feed, FeedLooks, tuple[FeedEvent, ...]]:
    """The feed answered well: a failing one has recovered; it brought something new, or is silent for too long by its own rhythm.

    `seen` are the entries where it was read anew, and `before` is what was known until then.
    """
    before = before or looks
    known, unseen = before.known, _was_unwatched(looks, at)
    apart = (at - looks.last_ok).total_seconds() if looks.last_ok else 0.0
    looks = msgspec.structs.replace(looks, failures=0, run=Run(), last_ok=at, looked_at=at, apart=apart)
    events: tuple[FeedEvent, ...] = ()
    if feed.failing_since:
        is_whole = known and not looks.parts  # of an index only the parts that changed are read
        missed = known.keys().isdisjoint(seen or known) if is_whole else None
        events = (
            FeedRecovered(at=at, feed=feed.id, url=feed.url, failing_since=feed.failing_since, may_have_missed=missed),
        )
        feed = msgspec.structs.replace(feed, failing_since=None, gone_since=None)
    new = len(_unheard(before, seen or {}))
    looks = msgspec.structs.replace(looks, cadence=_cadence(looks, new, at))
    feed, looks, said = _in_rhythm(feed, looks, at, brings=new > 0, unseen=unseen)
    return feed, looks, events + said


def _cadence(looks: FeedLooks, new: int, at: datetime) -> Cadence:
    if looks.cadence is not None:
        return cadences.looked(looks.cadence, new, looks.apart)
    reach = (at - looks.oldest).total_seconds() if looks.oldest else None
    return cadences.begun(looks.hints, looks.entries, reach)


def _in_rhythm(
    feed: Feed, looks: FeedLooks, at: datetime, *, brings: bool, unseen: bool
) -> tuple[Feed, FeedLooks, tuple[FeedEvent, ...]]:
    """A stale feed that brings something has recovered; one that is silent for longer than it ever is has gone stale. Each is said once."""
    rhythm = looks.rhythm if looks.rhythm.since else rhythms.begun(at)
    rhythm = rhythms.came(rhythm, at, unseen=unseen) if brings else rhythm
    looks = msgspec.structs.replace(looks, rhythm=rhythm)
    if brings and feed.stale_since:
        back = FeedRecovered(at=at, feed=feed.id, url=feed.url, failing_since=feed.stale_since, was="stale")
        return msgspec.structs.replace(feed, stale_since=None), looks, (back,)
    if feed.stale_since or not rhythm.last or not rhythms.is_overdue(rhythm, at):
        return feed, looks, ()
    pauses = rhythms.pauses(rhythm)
    stale = FeedStale(at, feed.id, feed.url, rhythm.last, pauses.usual, pauses.longest)
    return msgspec.structs.replace(feed, stale_since=at), looks, (stale,)


def baseline(feed: Feed, *, title: str, entries: int, backlog: int, at: datetime) -> tuple[Feed, tuple[FeedEvent, ...]]:
    """The first good look at a feed is said once."""
    if feed.baselined:
        return feed, ()
    event = FeedBaselined(at=at, feed=feed.id, url=feed.url, title=title, entries=entries, backlog=backlog)
    return msgspec.structs.replace(feed, baselined=True, title=title), (event,)


def failed(
    feed: Feed,
    looks: FeedLooks,
    *,
    reason: str,
    detail: str,
    status: int | None,
    at: datetime,
    retry_after: float | None = None,
    next_try: datetime | None = None,
    only_here: bool = False,
) -> tuple[Feed, FeedLooks, tuple[FeedEvent, ...]]:
    """The feed failed. One bad look is no news; several in a row are once they weigh enough, and so is, later, that it is gone.

    `only_here`: its articles have their text in the feed alone, so that nobody looks at them meanwhile.
    """
    failures, run = looks.failures + 1, failing.another(looks.run, reason, status, retry_after, at)
    looks = msgspec.structs.replace(looks, failures=failures, run=run, looked_at=at)
    if feed.failing_since:
        return _gone(feed, looks, reason=reason, status=status, at=at, next_try=next_try)
    if run.weight < failing.ENOUGH:
        return feed, looks, ()
    event = FeedFailing(
        at=at,
        feed=feed.id,
        url=feed.url,
        reason=reason,
        detail=detail,
        status=status,
        failures=failures,
        last_ok=looks.last_ok,
        next_try=next_try,
        may_have_missed=_may_have_missed(looks, at),
        articles_unwatched=looks.entries if only_here else 0,
    )
    return msgspec.structs.replace(feed, failing_since=at), looks, (event,)


def _gone(
    feed: Feed, looks: FeedLooks, *, reason: str, status: int | None, at: datetime, next_try: datetime | None
) -> tuple[Feed, FeedLooks, tuple[FeedEvent, ...]]:
    """A failing feed may turn out to be there no more."""
    run, is_missing = looks.run, failing.is_missing(reason, status)
    if feed.gone_since or not is_missing or not failing.is_gone(run, status, at):
        return feed, looks, ()
    event = FeedGone(
        at=at,
        feed=feed.id,
        url=feed.url,
        reason=reason,
        status=status,
        since=run.since or at,
        looks=run.missing,
        last_ok=looks.last_ok,
        next_try=next_try,
    )
    return msgspec.structs.replace(feed, gone_since=at), looks, (event,)


def _was_unwatched(looks: FeedLooks, at: datetime) -> bool:
    """Whether nobody looked for much longer than usual, as while Monitor was not running: what is found then came some time since."""
    apart = (at - looks.last_ok).total_seconds() if looks.last_ok else 0.0
    return apart > max(UNWATCHED.total_seconds(), 3 * looks.apart)


def _may_have_missed(looks: FeedLooks, at: datetime) -> bool | None:
    """Whether the feed was unread for longer than its entries reached back when it was read last."""
    if not looks.last_ok or not looks.oldest:
        return None
    return at - looks.last_ok > looks.last_ok - looks.oldest


def redirected(
    feed: Feed, looks: FeedLooks, to: str | None, at: datetime
) -> tuple[Feed, FeedLooks, tuple[FeedEvent, ...]]:
    """A permanent redirect is believed after several looks over a day: a captive portal or a hijack lasts less.

    `to` is None where this look was not redirected for good.
    """
    if to is None or to == feed.url:
        return feed, msgspec.structs.replace(looks, moving_to="", moving=()), ()
    sightings = (*(looks.moving if looks.moving_to == to else ()), at)
    if len(sightings) < MOVES_BEFORE_BELIEVING or sightings[-1] - sightings[0] < MOVES_OVER:
        kept = (sightings[0], *sightings[-(MOVES_BEFORE_BELIEVING - 1) :]) if len(sightings) > 1 else sightings
        return feed, msgspec.structs.replace(looks, moving_to=to, moving=kept), ()
    event = FeedMoved(at=at, feed=feed.id, url=feed.url, to=to)
    moved = msgspec.structs.replace(feed, url=to, moved_from=feed.moved_from or feed.url)
    return moved, msgspec.structs.replace(looks, url=to, moving_to="", moving=()), (event,)


def wait_after_failure(
    failures: int, every: timedelta, retry_after: float | None, chance: float, *, until: timedelta | None = None
) -> timedelta:
    """Twice as long after each failure, at most a day, a quarter of it by chance (0..1) so that feeds do not march in step.

    A server's own Retry-After (seconds) is obeyed where it asks for more, within a day. `until` is how long it is to the next
    time that the user named, which is not passed over otherwise.
    """
    factor: int = 2 ** min(failures - 1, 16)
    doubled = min(every * factor, LONGEST_WAIT)
    asked = timedelta(seconds=min(max(retry_after or 0.0, 0.0), LONGEST_WAIT.total_seconds()))
    wait = min(doubled * (0.875 + chance / 4), LONGEST_WAIT)
    return max(wait if until is None else min(wait, until), asked)


def wait_after_pause(pause: float, chance: float) -> timedelta:
    """The wait for a host that asked for a pause (seconds), and up to a quarter more: whoever waits for it does not come all at once."""
    return timedelta(seconds=pause * (1 + chance / 4))
