"""Reads articles: takes a due article, looks at its page (or at its feed entry), and records what the core decides. Decides nothing.

A conflict means that somebody else recorded a look first: load again, decide again. The raw body of a revision is kept
before the event that names it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
import structlog

from monitor.core import article as core
from monitor.core.article import Article, Decision, Looks, Seed, Sighting
from monitor.core.events import Absence, Evidence
from monitor.core.feed import wait_after_failure
from monitor.core.http import retry_after
from monitor.core.urls import aliases, article_id, canonical
from monitor.errors import Conflict, OutsideError, Permanent, Transient
from monitor.ports import (
    Append,
    Batch,
    Captures,
    Claim,
    Finish,
    Head,
    Log,
    Net,
    ParsedPage,
    Parser,
    Response,
    SetTimer,
)
from monitor.stages import jobs
from monitor.stages.jobs import FetchJob
from monitor.stages.sources import Source, validators
from monitor.stages.work import put_back

logger = structlog.get_logger()

CONFLICTS_BEFORE_GIVING_BACK = 5
FAILURES_BEFORE_GIVING_UP = 12
FIRST_RETRY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Rechecks:
    """How often an article is looked at again, and when it counts as gone."""

    minimum: timedelta
    maximum: timedelta
    until: timedelta
    hot_every: timedelta
    gone_checks: int
    gone_over: timedelta


class Fetcher:
    """Works on claims of `fetch` timers."""

    def __init__(
        self,
        log: Log,
        net: Net,
        parser: Parser,
        captures: Captures,
        sources: Mapping[str, Source],
        rechecks: Rechecks,
    ) -> None:
        self._log, self._net, self._parser, self._captures = log, net, parser, captures
        self._sources, self._rechecks = sources, rechecks

    async def __call__(self, claim: Claim) -> None:
        """Look at one article, once. Raises Fenced where the claim went to somebody else meanwhile."""
        job = jobs.decode(claim.payload) if claim.payload else None
        source = self._sources.get(job.source) if job else None
        if job is None or source is None:  # nothing to read, or its source was taken out of the configuration
            await self._log.commit(Batch(claim.partition, finish=Finish(claim, delay=None)))
            return
        for _ in range(CONFLICTS_BEFORE_GIVING_BACK):
            with suppress(Conflict):
                await self._once(claim, job, source)
                return
        await put_back(self._log, claim)

    async def _once(self, claim: Claim, job: FetchJob, source: Source) -> None:
        at = await self._log.now()
        known = await self._load(claim)
        try:
            look = await self._look(claim, job, source, known, at)
        except OutsideError as error:
            await self._try_later(claim, job, source, known, error)
            return
        if look is None:
            await self._log.commit(Batch(claim.partition, finish=Finish(claim, delay=None)))
            return
        if look.decision.events and look.body:
            await self._captures.keep(look.body)
        await self._record(claim, job, source, known, look, at)

    async def _load(self, claim: Claim) -> Known:
        head, looks, hot = await asyncio.gather(
            self._log.load(claim.partition, claim.member),
            self._log.note(claim.partition, _looks_note(claim.member)),
            self._log.note(claim.partition, jobs.hot_note(claim.member)),
        )
        hot_until = datetime.fromisoformat(hot.decode()) if hot else None
        return Known(head, core.decode_article(head.snapshot), core.decode_looks(looks), hot_until)

    # --- one look ---

    async def _look(self, claim: Claim, job: FetchJob, source: Source, known: Known, at: datetime) -> Look | None:
        """What one look brings; None where the address turned out to be another article's, which is looked at instead."""
        if job.content == "feed":
            body = job.html.encode()
            page = await self._parser.fragment(job.html, job.url, job.title)
            evidence = Evidence(
                fetched_at=at,
                url=job.url,
                status=200,
                raw_sha256=_sha256(body),
                extractor=page.extractor,
                confidence=page.confidence,
            )
            return Look(self._decide(claim, job, source, known, page, evidence), body)
        response = await self._net.get(job.url, headers=validators(known.looks.etag, known.looks.last_modified))
        if response.status == 304 or (response.status == 200 and _sha256(response.body) == known.looks.raw_sha256):
            return Look(core.unchanged(known.article, known.looks, at))
        absence = _absence(job, response, at)
        if absence:
            return Look(self._missed(known, absence))
        if response.status != 200:
            pause = retry_after(response.headers.get("retry-after"), at)
            raise Transient(f"http_{response.status}", status=response.status, retry_after=pause)
        return await self._read(claim, job, source, known, response, at)

    async def _read(
        self, claim: Claim, job: FetchJob, source: Source, known: Known, response: Response, at: datetime
    ) -> Look | None:
        page = await self._parser.page(response.body, response.url, response.headers, known.looks.container)
        if page.verdict != "article" and known.article is None:
            raise Permanent(page.verdict, page.detail, status=response.status)
        if page.verdict == "not_found":
            return Look(self._missed(known, Absence(at=at, status=response.status, reason="says_not_found")))
        if page.verdict == "article" and await self._is_copy(claim, job, known, (response.url, page.canonical)):
            return None
        evidence = Evidence(
            fetched_at=at,
            url=response.url,
            status=response.status,
            raw_sha256=_sha256(response.body),
            extractor=page.extractor,
            etag=response.headers.get("etag", "")[:1024],
            last_modified=response.headers.get("last-modified", "")[:128],
            confidence=page.confidence,
        )
        return Look(self._decide(claim, job, source, known, page, evidence), response.body)

    def _decide(
        self, claim: Claim, job: FetchJob, source: Source, known: Known, page: ParsedPage, evidence: Evidence
    ) -> Decision:
        page = _completed(page, job)
        seed = Seed(
            article=claim.member,
            url=job.url,
            source=job.source,
            tags=source.tags,
            aliases=job.aliases,
            feed_title=job.title,
            backlog=job.is_old(page.content.published, evidence.fetched_at),
        )
        return core.observe(known.article, known.looks, _sighting(page, evidence), seed=seed)

    def _missed(self, known: Known, absence: Absence) -> Decision:
        rechecks = self._rechecks
        return core.miss(known.article, known.looks, absence, checks=rechecks.gone_checks, over=rechecks.gone_over)

    async def _is_copy(self, claim: Claim, job: FetchJob, known: Known, addresses: Sequence[str]) -> bool:
        """Bind the addresses under which the page knows itself; one that is bound to another article makes this a copy of it."""
        for alias in aliases([address for address in addresses if address and not _is_front(address)]):
            owner = await self._log.pin(alias, claim.member)
            if owner != claim.member and known.article is None:
                logger.info("another address of a known article", url=job.url, article=owner)
                timer = SetTimer(jobs.FETCH, owner, delay=0.0, only_sooner=True)
                await self._log.commit(Batch(self._log.partition_of(owner), timers=(timer,)))
                return True
        return False

    # --- what came of it ---

    async def _record(
        self, claim: Claim, job: FetchJob, source: Source, known: Known, look: Look, at: datetime
    ) -> None:
        decision = look.decision
        appends: tuple[Append, ...] = ()
        if decision.events and decision.article:
            snapshot = core.encode(decision.article)
            appends = (Append(claim.member, known.head, decision.events, snapshot),)
        wait = self._wait(source, job, decision, known.hot_until, at)
        await self._log.commit(
            Batch(
                claim.partition,
                appends=appends,
                notes={_looks_note(claim.member): core.encode(decision.looks)},
                finish=Finish(
                    claim, delay=_seconds(wait), payload=jobs.encode(msgspec.structs.replace(job, failures=0))
                ),
            )
        )
        tell = logger.info if decision.events else logger.debug
        tell("article read", url=job.url, article=claim.member, events=len(decision.events), why=decision.why)

    def _wait(
        self, source: Source, job: FetchJob, decision: Decision, hot_until: datetime | None, at: datetime
    ) -> timedelta | None:
        if source.fixed:
            return source.until(at) if source.until else source.every
        if job.content == "feed" or decision.article is None:
            return None  # the feed brings it again when it changes
        rechecks = self._rechecks
        return core.recheck_in(
            msgspec.structs.replace(decision.article, hot_until=hot_until),
            decision.looks,
            at,
            minimum=rechecks.minimum,
            maximum=rechecks.maximum,
            until=rechecks.until,
            hot_every=rechecks.hot_every,
        )

    async def _try_later(self, claim: Claim, job: FetchJob, source: Source, known: Known, error: OutsideError) -> None:
        failures = job.failures + 1
        first = source.every if source.fixed else min(FIRST_RETRY, self._rechecks.maximum)
        wait: timedelta | None = wait_after_failure(failures, first, error.retry_after, random.random())
        if failures >= FAILURES_BEFORE_GIVING_UP and not source.fixed:
            wait = None if known.article is None else self._rechecks.maximum
        payload = jobs.encode(msgspec.structs.replace(job, failures=failures))
        await self._log.commit(Batch(claim.partition, finish=Finish(claim, _seconds(wait), payload)))
        logger.warning(
            "article not read" if wait else "article given up",
            url=job.url,
            article=claim.member,
            reason=error.reason,
            detail=error.detail,
            failures=failures,
            next_try_in=wait and round(wait.total_seconds(), 1),
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an article before a look at it."""

    head: Head
    article: Article | None
    looks: Looks
    hot_until: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """What a look brought: the decision, and the raw body where one was read."""

    decision: Decision
    body: bytes = b""


async def arrange_pages(log: Log, pages: Mapping[str, Source]) -> None:
    """See that each single page has its article and its timer."""
    for page in pages.values():
        known = aliases([page.url])
        article = await log.resolve(known) or article_id(canonical(page.url))
        for alias in known:
            article = await log.pin(alias, article)
        job = FetchJob(url=page.url, source=page.id, aliases=known, max_age=page.max_age.total_seconds())
        seen = await log.note(log.partition_of(article), _looks_note(article)) is not None
        delay = page.every.total_seconds() if seen and not page.until else 0.0
        timer = SetTimer(jobs.FETCH, article, delay, payload=jobs.encode(job), only_sooner=True)
        await log.commit(Batch(log.partition_of(article), timers=(timer,)))


def _completed(page: ParsedPage, job: FetchJob) -> ParsedPage:
    """A page that does not say when it was published, or by whom, is as old and as signed as its feed says."""
    content = page.content
    content = msgspec.structs.replace(
        content, published=content.published or job.published, byline=content.byline or job.author
    )
    return dataclasses.replace(page, content=content)


def _sighting(page: ParsedPage, evidence: Evidence) -> Sighting:
    return Sighting(
        content=page.content,
        evidence=evidence,
        verdict=page.verdict,
        access=page.access,
        container=page.container,
        detail=page.detail,
        titles=page.titles,
        rest=page.rest,
    )


def _absence(job: FetchJob, response: Response, at: datetime) -> Absence | None:
    if response.status in {404, 410}:
        return Absence(at=at, status=response.status, reason="not_found" if response.status == 404 else "gone")
    if response.status == 200 and _is_front(response.url) and not _is_front(job.url):
        return Absence(at=at, status=200, reason="redirected_to_front_page")
    return None


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query


def _looks_note(article: str) -> str:
    return f"article:{article}"


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _seconds(wait: timedelta | None) -> float | None:
    return None if wait is None else wait.total_seconds()
