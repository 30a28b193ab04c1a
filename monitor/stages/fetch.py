"""Works on due articles: loads what is known, has one look taken, records what the core decided and when to look again. Decides nothing.

A conflict means that somebody else recorded a look first: load again, look again. The raw body of a revision is kept
before the event that names it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
import structlog

from monitor.core import article as core
from monitor.core import explained, repeated
from monitor.core.article import Decision
from monitor.core.events import ArticleDiscovered, ArticleRevised
from monitor.core.feed import wait_after_failure, wait_after_pause
from monitor.core.pagewatch import SOURCE
from monitor.core.urls import site
from monitor.errors import Conflict, OutsideError, Postponed
from monitor.ports import Append, Batch, Captures, Claim, Finish, Log, Net, Parser
from monitor.stages import jobs
from monitor.stages.asked import Asked, Known, Look, Rechecks, looks_note
from monitor.stages.follow import Followed
from monitor.stages.identity import Addresses, arrange_pages
from monitor.stages.jobs import FetchJob
from monitor.stages.look import Looker
from monitor.stages.sight import Eyes
from monitor.stages.sources import Source
from monitor.stages.work import put_back

__all__ = ["CONFLICTS_BEFORE_GIVING_BACK", "FAILURES_BEFORE_GIVING_UP", "Fetcher", "Rechecks", "arrange_pages"]

logger = structlog.get_logger()

CONFLICTS_BEFORE_GIVING_BACK = 5
FAILURES_BEFORE_GIVING_UP = 12
FIRST_RETRY = timedelta(seconds=30)
ASIDE = timedelta(hours=1)


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
        eyes: Eyes,
        followed: Followed | None = None,
    ) -> None:
        self._log, self._captures, self._sources, self._rechecks = log, captures, sources, rechecks
        self._followed, self._eyes = followed or Followed(), eyes
        self._looker = Looker(net, parser, captures, Addresses(log), eyes, rechecks)

    async def __call__(self, claim: Claim) -> None:
        """Look at one article, once. Raises Fenced where the claim went to somebody else meanwhile."""
        job = jobs.decode(claim.payload) if claim.payload else self._followed.job(claim.member)
        source = self._source(job, claim.member) if job else None
        if job is None or source is None:
            await self._log.commit(Batch(claim.partition, finish=self._set_aside(claim, job)))
            return
        for _ in range(CONFLICTS_BEFORE_GIVING_BACK):
            with suppress(Conflict):
                await self._once(Asked(claim, job, source, await self._load(claim, job), await self._log.now()))
                return
        await put_back(self._log, claim)

    def _source(self, job: FetchJob, article: str) -> Source | None:
        """On whose behalf an article is read; None where nobody wants it any more: a page may stand elsewhere now."""
        source = self._sources.get(job.source)
        moved = source is not None and source.fixed and source.url != job.url
        return self._followed.source(article) if moved or source is None else source

    def _set_aside(self, claim: Claim, job: FetchJob | None) -> Finish:
        """Nobody wants it now, but its feed may come back: it waits for that as long as one is looked at that rests."""
        if job is None or job.source == SOURCE or job.source in self._sources:
            return Finish(claim, delay=None)
        later = msgspec.structs.replace(job, aside=job.aside + 1)
        waits = later.aside * ASIDE <= self._rechecks.until
        return Finish(claim, ASIDE.total_seconds() if waits else None, jobs.encode(later))

    async def _once(self, asked: Asked) -> None:
        try:
            look = await self._looker.look(asked)
        except Postponed as error:
            wait = wait_after_pause(error.retry_after, random.random())
            next_try = round(wait.total_seconds(), 1)
            logger.info("article waits", url=asked.job.url, why=error.detail, next_try_in=next_try)
            await self._log.commit(Batch(asked.claim.partition, finish=Finish(asked.claim, wait.total_seconds())))
            return
        except OutsideError as error:
            await self._try_later(asked, error)
            return
        if look is None:
            await self._log.commit(Batch(asked.claim.partition, finish=Finish(asked.claim, delay=None)))
            return
        if look.body and _names_a_body(look.decision):
            await self._captures.keep(look.body)
        await self._record(asked, look)

    async def _load(self, claim: Claim, job: jobs.FetchJob) -> Known:
        article, partition = claim.member, claim.partition
        head, looks, hot, why, beside = await asyncio.gather(
            self._log.load(partition, article),
            self._log.note(partition, looks_note(article)),
            self._log.note(partition, jobs.hot_note(article)),
            self._log.note(partition, explained.note_key(article)),
            self._log.note(partition, repeated.note_key(site(job.url))),
        )
        return Known(
            head,
            core.decode_article(head.snapshot),
            core.decode_looks(looks),
            datetime.fromisoformat(hot.decode()) if hot else None,
            explained.decode(why),
            beside,
        )

    # --- what came of it ---

    async def _record(self, asked: Asked, look: Look) -> None:
        decision, claim = look.decision, asked.claim
        appends: tuple[Append, ...] = ()
        if decision.events and decision.article:
            snapshot = core.encode(decision.article)
            appends = (Append(claim.member, asked.known.head, decision.events, snapshot),)
        wait = self._followed.sooner(claim.member, self._wait(asked, decision))
        seen = explained.observed(
            asked.at, decision.outcome, decision.why, status=look.status, filters=decision.filters
        )
        notes = {
            looks_note(claim.member): core.encode(decision.looks),
            explained.note_key(claim.member): _explained(asked, seen, wait),
            **_seen_on_site(asked, look),
        }
        known = asked.job.content == "page" and decision.looks.count > 0  # the feed's words are needed no more
        job = msgspec.structs.replace(asked.job, failures=0, aside=0, html="" if known else asked.job.html)
        payload = jobs.encode(job)
        finish = Finish(claim, delay=_seconds(wait), payload=payload)
        await self._log.commit(Batch(claim.partition, appends=appends, notes=notes, finish=finish))
        tell = logger.info if decision.events else logger.debug
        tell("article read", url=asked.job.url, article=claim.member, events=len(decision.events), why=decision.why)

    def _wait(self, asked: Asked, decision: Decision) -> timedelta | None:
        source, at, rechecks = asked.source, asked.at, self._rechecks
        if source.fixed:
            return source.until(at) if source.until else source.every
        if asked.job.content == "feed" or decision.article is None or decision.outcome == "replaced":
            return None  # the feed brings it again when it changes; what was replaced is looked for no more
        wait = core.recheck_in(
            msgspec.structs.replace(decision.article, hot_until=asked.known.hot_until),
            decision.looks,
            at,
            minimum=rechecks.minimum,
            maximum=rechecks.maximum,
            until=rechecks.until,
            hot_every=rechecks.hot_every,
            confirm=rechecks.confirm,
        )
        if decision.outcome != "blocked" or wait is None:
            return wait
        # who refuses is not asked again at once
        polite = wait_after_failure(len(decision.looks.walls), FIRST_RETRY, None, random.random())
        return max(wait, min(polite, rechecks.maximum))

    async def _try_later(self, asked: Asked, error: OutsideError) -> None:
        failures, source, rechecks = asked.job.failures + 1, asked.source, self._rechecks
        doubtful = self._eyes.doubtful
        first = source.every if source.fixed else min(FIRST_RETRY, rechecks.maximum)
        wait: timedelta | None = wait_after_failure(failures, first, error.retry_after, random.random())
        if failures >= FAILURES_BEFORE_GIVING_UP and not source.fixed:
            wait = None if asked.known.article is None and not doubtful else rechecks.maximum
        why = f"Not read: {error.reason}{f' ({error.detail})' if error.detail else ''}."
        if doubtful:
            why += " Most hosts cannot be reached from here just now."
        seen = explained.observed(asked.at, "failed", why, status=error.status)
        payload = jobs.encode(msgspec.structs.replace(asked.job, failures=failures))
        notes = {explained.note_key(asked.article): _explained(asked, seen, wait, failures)}
        await self._log.commit(
            Batch(asked.claim.partition, notes=notes, finish=Finish(asked.claim, _seconds(wait), payload))
        )
        logger.warning(
            "article not read" if wait else "article given up",
            url=asked.job.url,
            article=asked.article,
            reason=error.reason,
            detail=error.detail,
            failures=failures,
            next_try_in=wait and round(wait.total_seconds(), 1),
        )


def _seen_on_site(asked: Asked, look: Look) -> dict[str, bytes | None]:
    """The note on what the articles of a site show, where a page brought something new."""
    if not look.texts or not (look.decision.events or look.decision.filters):
        return {}
    known = repeated.decode(asked.known.site)
    after = repeated.with_page(known, asked.article, look.texts, asked.at)
    return {} if after == known else {repeated.note_key(site(asked.job.url)): repeated.encode(after)}


def _names_a_body(decision: Decision) -> bool:
    """Whether an event of the decision names the raw body that was read."""
    return any(isinstance(event, ArticleDiscovered | ArticleRevised) for event in decision.events)


def _explained(asked: Asked, seen: explained.Seen, wait: timedelta | None, failures: int = 0) -> bytes:
    due = None if wait is None else asked.at + wait
    return explained.encode(explained.noted(asked.known.explained, seen, next_look=due, failures=failures))


def _seconds(wait: timedelta | None) -> float | None:
    return None if wait is None else wait.total_seconds()
