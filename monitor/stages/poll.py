"""Polls feeds: fetches a due feed, and makes a fetch timer of each entry that is new or was changed. Reads no article.

Entries become timers before the feed's validators are kept: a crash in between costs one repeated fetch, never an article.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import structlog

from monitor.core import conduct, takeover, websub
from monitor.core import feed as core
from monitor.core import validators as trust
from monitor.core.events import FeedEvent
from monitor.core.http import fresh_for
from monitor.core.listing import to_read
from monitor.core.sight import NO_ANSWER
from monitor.core.urls import aliases, article_id, canonical, site
from monitor.errors import OutsideError, Permanent, Postponed
from monitor.ports import Append, Batch, Claim, Entry, Finish, Head, Log, Net, Parser, Response, SetTimer
from monitor.stages import jobs
from monitor.stages.asking import asked, tried
from monitor.stages.listings import Listings, is_worth_reading
from monitor.stages.sources import Source

if TYPE_CHECKING:
    from monitor.stages.websub import Hubs  # which knows the notes of polling

logger = structlog.get_logger()

ASKED_AT_ONCE = 32  # questions to the log: together they cost one sync of its disk
BYTES_AT_ONCE = 2**20  # of timers in one write
FIRST_LOOKS = 10  # a second: a hundred new feeds are read within ten, and the articles of many hold up nobody's polls


@dataclass(slots=True)
class Look:
    """A feed under examination: where it stood, where it stands now, and the events in between; the entries seen, where it was read anew.

    `late`: how long after it was due, in seconds.
    """

    head: Head
    feed: core.Feed
    looks: core.FeedLooks
    before: core.FeedLooks
    late: float
    seen: Mapping[str, str] | None = None
    events: tuple[FeedEvent, ...] = ()

    def then(self, step: tuple[core.Feed, core.FeedLooks, tuple[FeedEvent, ...]]) -> None:
        """Take a step of the core."""
        self.feed, self.looks, events = step
        self.events += events


class Poller:
    """Works on claims of `poll` timers."""

    def __init__(
        self,
        log: Log,
        net: Net,
        parser: Parser,
        sources: Mapping[str, Source],
        is_blind: Callable[[], bool] = lambda: False,
        hubs: Hubs | None = None,
    ) -> None:
        """`is_blind` says whether nobody at all answers: then a feed that does not is not judged. `hubs`: where feeds may be subscribed to."""
        self._log, self._net, self._sources = log, net, sources
        self._listings = Listings(net, parser)
        self._is_blind, self._hubs = is_blind, hubs

    async def __call__(self, claim: Claim) -> None:
        """Poll one feed, once. Raises Fenced where the claim went to somebody else meanwhile."""
        source = self._sources.get(claim.member)
        if source is None:
            await self._log.commit(Batch(claim.partition, finish=Finish(claim, delay=None)))
            return
        at = await self._log.now()
        look = await self._load(claim, source, at)
        timers: tuple[SetTimer, ...] = ()
        try:
            fresh = await self._look(source, look, at)
            now = await self._log.now()
            wait = source.wait(look.looks, claim.due, now, fresh)
            if self._hubs is not None:
                look.looks, wait, timers = await self._hubs.looked(source, look.looks, look.before, wait, now)
        except Postponed as error:
            wait, now = core.wait_after_pause(error.retry_after, random.random()), await self._log.now()
            logger.info("feed waits for its host", feed=source.id, next_try_in=round(wait.total_seconds(), 1))
        except OutsideError as error:
            now = await self._log.now()
            wait = self._after_failure(source, look, error, claim.due, now)
        look.looks = msgspec.structs.replace(look.looks, next_look=now + wait)
        await self._log.commit(
            Batch(
                claim.partition,
                appends=_appends(source, look),
                timers=timers,
                notes={looks_note(source.id): msgspec.json.encode(look.looks)},
                finish=Finish(claim, delay=max(wait.total_seconds(), 0.0)),
            )
        )

    async def _load(self, claim: Claim, source: Source, at: datetime) -> Look:
        head = await self._log.load(claim.partition, entity(source.id))
        feed = msgspec.json.decode(head.snapshot, type=core.Feed) if head.snapshot else core.Feed(source.id, source.url)
        if source.url not in {feed.url, feed.moved_from}:  # the configuration names another address now
            feed = core.Feed(source.id, source.url)
        raw = await self._log.note(claim.partition, looks_note(source.id))
        looks = msgspec.json.decode(raw, type=core.FeedLooks) if raw else core.FeedLooks()
        looks = looks if looks.url == feed.url else core.FeedLooks(url=feed.url)
        return Look(head, feed, looks, looks, (at - claim.due).total_seconds())

    async def _look(self, source: Source, look: Look, at: datetime) -> float | None:
        """Look once. Returns for how many seconds the answer says that it is good."""
        response, with_validators = await asked(self._net, look.feed, look.looks, at)
        fresh = fresh_for(response.headers, at)
        log = logger.bind(feed=source.id, status=response.status, bytes=len(response.body), late=round(look.late, 3))
        if response.status == 304:
            look.then(conduct.timed(look.feed, look.looks, response.seconds, at))
            look.looks = msgspec.structs.replace(look.looks, trust=trust.unseen(look.looks.trust))
            look.then(core.worked(look.feed, look.looks, at))
            look.then(core.redirected(look.feed, look.looks, response.permanent_url, at))
            log.debug("feed unchanged", how="304")
            return fresh
        digest = hashlib.sha256(response.body).hexdigest()
        if digest != look.looks.body_sha256:
            await self._read(source, look, response, at, log)
            seen = look.seen or {}
            found = tried(self._net, look.feed, look.looks, look.before, seen, at, with_validators=with_validators)
            look.then(await found)
        else:
            log.debug("feed unchanged", how="same bytes")
        look.looks = msgspec.structs.replace(look.looks, trust=trust.seen(look.looks.trust, at))
        if not look.looks.parts:  # an index is always read: its parts change without it
            look.looks = msgspec.structs.replace(
                look.looks,
                body_sha256=digest,
                etag=response.headers.get("etag", "")[:1024],
                last_modified=response.headers.get("last-modified", "")[:128],
            )
        look.then(conduct.timed(look.feed, look.looks, response.seconds, at))
        look.then(core.worked(look.feed, look.looks, at, before=look.before, seen=look.seen))
        look.then(core.redirected(look.feed, look.looks, response.permanent_url, at))
        return fresh

    async def _read(
        self, source: Source, look: Look, response: Response, at: datetime, log: structlog.typing.FilteringBoundLogger
    ) -> None:
        parsed, parts = await self._listings.read(source, response, look.looks.parts, at)
        present = [entry for entry in parsed.entries if is_worth_reading(parsed, entry, at, source.max_age)]
        _is_still_itself(look, present, at)
        look.seen = seen = {entry.key: _fingerprint(entry) for entry in present}
        dated = [entry.key for entry in present if entry.published or entry.updated]
        news = to_read(parsed.kind, core.news(look.looks, seen), dated, first_look=not look.feed.baselined)
        await self._schedule(source, present, news)
        old = [entry for entry in parsed.entries if _is_old(entry, source.max_age, at)]
        look.feed, events = core.baseline(
            look.feed, title=parsed.title, entries=len(parsed.entries), backlog=len(old), at=at
        )
        look.events += events
        dates = [entry.published or entry.updated for entry in present]
        hub = websub.named(look.looks.hub, parsed.hub, parsed.topic or look.feed.url)
        look.looks = msgspec.structs.replace(core.read(look.looks, seen, dates, parsed.hints), parts=parts, hub=hub)
        if parsed.kind != "sitemap":  # what it lists goes by its age, not because it is full
            look.looks = core.shown(look.looks, look.before, seen, at)
            look.then(conduct.overlapped(look.feed, look.looks, at, before=look.before, seen=seen))
        log.info("feed read", entries=len(parsed.entries), news=len(news), truncated=parsed.truncated or None)

    async def _schedule(self, source: Source, entries: Sequence[Entry], changed: set[str]) -> None:
        uses = Counter(entry.key for entry in entries)
        places = asyncio.Semaphore(ASKED_AT_ONCE)

        async def timer_of(entry: Entry) -> SetTimer:
            known = aliases([entry.url], feed=source.id, guid=entry.key if uses[entry.key] == 1 else "")
            async with places:
                article = await self._article_of(entry, known)
            job = jobs.of_entry(entry, source=source.id, content=source.content, max_age=source.max_age, aliases=known)
            return SetTimer(jobs.FETCH, article, delay=0.0, payload=jobs.encode(job), only_sooner=True)

        news = [entry for entry in entries if entry.key in changed and _has_address(entry, source)]
        timers: dict[int, list[SetTimer]] = {}
        for timer in await asyncio.gather(*map(timer_of, news)):
            timers.setdefault(self._log.partition_of(timer.member), []).append(timer)
        for partition, due in timers.items():
            for some in _in_batches(due):
                await self._log.commit(Batch(partition, timers=some))

    async def _article_of(self, entry: Entry, known: tuple[str, ...]) -> str:
        article = await self._log.resolve(known) or article_id(canonical(entry.url))
        for alias in known:
            article = await self._log.pin(alias, article)
        return article

    def _after_failure(self, source: Source, look: Look, error: OutsideError, due: datetime, at: datetime) -> timedelta:
        if error.reason in NO_ANSWER and self._is_blind():
            logger.info("feed not seen, as nothing is", feed=source.id, reason=error.reason)
            return source.wait(look.looks, due, at)
        wait = core.wait_after_failure(
            look.looks.failures + 1,
            source.usual(look.looks, at),
            error.retry_after,
            random.random(),
            until=source.until_named(at),
        )
        look.then(
            core.failed(
                look.feed,
                look.looks,
                reason=error.reason,
                detail=error.detail,
                status=error.status,
                at=at,
                retry_after=error.retry_after,
                next_try=at + wait,
                only_here=source.content == "feed",
            )
        )
        logger.warning(
            "feed failed",
            feed=source.id,
            reason=error.reason,
            detail=error.detail,
            failures=look.looks.failures,
            next_try_in=round(wait.total_seconds(), 1),
        )
        return wait


async def arrange(log: Log, sources: Mapping[str, Source], *, at_once: bool = False) -> None:
    """See that each feed has its timer: when it is due next, or, for those never read, from now on, so many a second (unless `at_once`)."""
    places, now, pause = asyncio.Semaphore(ASKED_AT_ONCE), await log.now(), 0.0 if at_once else 1 / FIRST_LOOKS
    unread = itertools.count()

    async def arranged(source: Source) -> None:
        partition = log.partition_of(entity(source.id))
        async with places:
            read_before = await log.note(partition, looks_note(source.id)) is not None
            delay = source.latest(now).total_seconds() if read_before else next(unread) * pause
            timer = SetTimer(jobs.POLL, source.id, delay, payload=b"", only_sooner=True)
            await log.commit(Batch(partition, timers=(timer,)))

    await asyncio.gather(*map(arranged, sources.values()))


def entity(source: str) -> str:
    """The log's name of a feed."""
    return f"feed_{source}"


def _appends(source: Source, look: Look) -> tuple[Append, ...]:
    if not look.events:
        return ()
    return (Append(entity(source.id), look.head, look.events, msgspec.json.encode(look.feed)),)


def _is_still_itself(look: Look, entries: Sequence[Entry], at: datetime) -> None:
    """Raises Permanent(`replaced`) where all entries are strange: none is read before the feed has stood so for a day."""
    keys, urls = [entry.key for entry in entries], [entry.url for entry in entries]
    home = takeover.seen(look.looks.home, look.looks.known, keys, urls, at)
    look.looks = msgspec.structs.replace(look.looks, home=home)
    if home.strange_looks:
        sites = ", ".join(sorted({site(url.lower()) for url in urls if url})[:3])
        raise Permanent(
            "replaced", f"all {len(keys)} entries are new and lead to {sites}, none to {', '.join(home.sites)}"
        )


def _has_address(entry: Entry, source: Source) -> bool:
    if entry.url and not aliases([entry.url]):
        logger.warning("entry without a usable address", feed=source.id, url=entry.url[:200])
    return bool(aliases([entry.url]))


def _in_batches(timers: Sequence[SetTimer]) -> Iterator[tuple[SetTimer, ...]]:
    """The timers, in writes that the log takes: an entry may carry a text of a megabyte."""
    batch: list[SetTimer] = []
    size = 0
    for timer in timers:
        if batch and size + len(timer.payload or b"") > BYTES_AT_ONCE:
            yield tuple(batch)
            batch, size = [], 0
        batch.append(timer)
        size += len(timer.payload or b"")
    if batch:
        yield tuple(batch)


def looks_note(source: str) -> str:
    """The key of the note on what the last looks at a feed brought."""
    return f"feed:{source}"


def _fingerprint(entry: Entry) -> str:
    words = msgspec.json.encode((entry.url, entry.title, entry.summary, entry.content_html, entry.updated))
    return hashlib.sha256(words).hexdigest()[:16]


def _is_old(entry: Entry, max_age: timedelta, at: datetime) -> bool:
    claimed = entry.published or entry.updated
    return claimed is not None and at - claimed > max_age
