"""Which article an address means: copies of known articles, and addresses that were given to another text. Reads no page.

An alias is bound to one article. Only two things bind it anew: the page at a second address turned out to be a copy, and
quite another text stands at the address of a known article, which starts its next generation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import structlog

from monitor.core.article import Article, decode_article
from monitor.core.content import Content
from monitor.core.likeness import are_strangers, took_over
from monitor.core.urls import aliases, article_id, canonical, is_guid, next_generation
from monitor.ports import Batch, Log, SetTimer
from monitor.stages import jobs
from monitor.stages.asked import Asked, is_front, looks_note
from monitor.stages.jobs import FetchJob
from monitor.stages.sources import Source

logger = structlog.get_logger()


class Addresses:
    """The aliases of the log, as a look needs them."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def heir(self, asked: Asked, content: Content, addresses: Sequence[str]) -> str | None:
        """The article that took this one's address over, its aliases bound and its first look due; None where the text is still this one's.

        A single page that is watched for itself has no heirs: whatever stands there is its text.
        """
        article, job = asked.known.article, asked.job
        if article is None or asked.source.fixed:
            return None
        said = msgspec.structs.replace(content, published=content.published or job.published)
        if not took_over(article, said, new_key=_has_new_key(article, job)):
            return None
        heir = next_generation(article.id, canonical(article.url))
        for alias in dict.fromkeys((*aliases([job.url, *filter(None, addresses)]), *job.aliases)):
            await self._log.repin(alias, article.id, heir)
        await self._read_soon(heir, msgspec.structs.replace(job, failures=0, follows=article.id))
        logger.info("another text took over an address", url=job.url, before=article.id, now=heir)
        return heir

    async def is_copy(self, asked: Asked, content: Content, addresses: Sequence[str]) -> bool:
        """Bind the addresses under which the page knows itself; one that is bound to another article of like text makes this a copy of it."""
        for alias in aliases([address for address in addresses if address and not is_front(address)]):
            owner = await self._log.pin(alias, asked.article)
            if owner != asked.article and asked.known.article is None and await self._is_alike(owner, content):
                await self._leave_to(owner, asked)
                return True
        return False

    async def _is_alike(self, owner: str, content: Content) -> bool:
        """Whether the owner of an address may be what was read. Some sites give all their pages one canonical address."""
        head = await self._log.load(self._log.partition_of(owner), owner)
        article = decode_article(head.snapshot)
        return article is None or not are_strangers(article.content, content)

    async def _leave_to(self, owner: str, asked: Asked) -> None:
        """From now on the copy's own addresses mean the article, which is looked at now."""
        logger.info("another address of a known article", url=asked.job.url, article=owner)
        for alias in asked.job.aliases:
            await self._log.repin(alias, asked.article, owner)
        await self._read_soon(owner, None)

    async def _read_soon(self, article: str, job: FetchJob | None) -> None:
        payload = None if job is None else jobs.encode(job)
        timer = SetTimer(jobs.FETCH, article, delay=0.0, payload=payload, only_sooner=True)
        await self._log.commit(Batch(self._log.partition_of(article), timers=(timer,)))


def _has_new_key(article: Article, job: FetchJob) -> bool:
    """Whether the feed calls it by another key than the one it was discovered under."""
    keys = [alias for alias in job.aliases if is_guid(alias)]
    return bool(keys) and any(map(is_guid, article.aliases)) and not set(keys) & set(article.aliases)


async def arrange_pages(log: Log, pages: Mapping[str, Source]) -> None:
    """See that each single page has its article and its timer."""
    for page in pages.values():
        known = aliases([page.url])
        article = await log.resolve(known) or article_id(canonical(page.url))
        for alias in known:
            article = await log.pin(alias, article)
        job = FetchJob(url=page.url, source=page.id, aliases=known, max_age=page.max_age.total_seconds())
        seen = await log.note(log.partition_of(article), looks_note(article)) is not None
        delay = page.every.total_seconds() if seen and not page.until else 0.0
        timer = SetTimer(jobs.FETCH, article, delay, payload=jobs.encode(job), only_sooner=True)
        await log.commit(Batch(log.partition_of(article), timers=(timer,)))
