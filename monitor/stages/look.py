"""One look at an article: its page, or its feed's text, is read, and the core says what that means. Records nothing.

An unchanged answer (304, equal bytes, equal fingerprint) is recognised before the page is read in full. After an upgrade of
the extractor the kept page of the newest revision is read anew first, so that like is compared with like.
"""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime

import msgspec

from monitor.core import article as core
from monitor.core import repeated
from monitor.core import validators as trust
from monitor.core.article import Article, Decision, Looks, Seed, Sighting
from monitor.core.events import Absence, ArticleRevised, Evidence
from monitor.core.http import retry_after
from monitor.core.rhythm import Rhythm
from monitor.core.text import lettering
from monitor.errors import Permanent, Transient
from monitor.ports import Captures, Net, ParsedPage, Parser, Response
from monitor.stages.asked import Asked, Look, Rechecks, is_front
from monitor.stages.asking import would_hide
from monitor.stages.identity import Addresses
from monitor.stages.jobs import FetchJob
from monitor.stages.sight import Eyes
from monitor.stages.sources import validators

REFUSALS = frozenset({401, 403, 451})
NOT_ASKED = 0  # stands for the status of a page that was not asked for


class Looker:
    """Looks at articles. Raises Transient or Permanent where nothing could be read."""

    def __init__(
        self, net: Net, parser: Parser, captures: Captures, addresses: Addresses, eyes: Eyes, rechecks: Rechecks
    ) -> None:
        self._net, self._parser, self._captures = net, parser, captures
        self._addresses, self._eyes, self._rechecks = addresses, eyes, rechecks

    async def look(self, asked: Asked) -> Look | None:
        """What one look brings; None where the address turned out to be another article's, which is looked at instead."""
        if asked.job.content == "feed":
            return await self._read_entry(asked)
        try:
            response, sent = await self._fetched(asked)
        except Permanent as refusal:
            if refusal.reason != "robots" or not asked.is_told:
                raise
            look = await self._walled(asked, Absence(asked.at, NOT_ASKED, "robots_txt"), refusal.detail)
            return dataclasses.replace(look, status=None)
        found = await self._found(asked, response)
        return found and await self._weighed(asked, found, response, sent=sent)

    async def _found(self, asked: Asked, response: Response) -> Look | None:
        known, job = asked.known, asked.job
        same = response.status == 200 and sha256(response.body) == known.looks.raw_sha256
        if response.status == 304 or (same and not asked.afresh):
            return Look(self._unchanged(asked), response.status)
        absence = _absence(job, response, asked.at)
        if absence:
            return Look(self._missed(asked, absence), response.status)
        if response.status in REFUSALS and asked.is_told:
            return await self._walled(asked, Absence(asked.at, response.status, "refused"))
        if response.status != 200:
            pause = retry_after(response.headers.get("retry-after"), asked.at)
            raise Transient(f"http_{response.status}", status=response.status, retry_after=pause)
        return await self._read(asked, response)

    async def _fetched(self, asked: Asked) -> tuple[Response, bool]:
        """The answer, and whether validators were sent. While a headline is unconfirmed none are, so that nothing cached confirms it.

        Raises Transient for a 304 that nobody asked for.
        """
        looks = asked.known.looks
        believed = not asked.afresh and trust.may_be_sent(looks.trust, Rhythm(), asked.at)
        sent = validators(looks.etag, looks.last_modified) if believed else {}
        response = await self._net.get(asked.job.url, headers=sent)
        if response.status == 304 and not sent:
            raise Transient("http_304", status=304)
        return response, bool(sent)

    async def _weighed(self, asked: Asked, found: Look, response: Response, *, sent: bool) -> Look:
        """What was found, with what the page's validators are worth after it."""
        known = asked.known.looks
        if response.status == 304:
            worth = trust.unseen(known.trust)
        elif response.status == 200:
            worth = trust.seen(known.trust, asked.at)
            hides = await self._would_hide(asked, found.decision, sent=sent)
            worth = worth if hides is None else trust.caught(worth) if hides else trust.proved(worth)
        else:
            return found
        looks = msgspec.structs.replace(found.decision.looks, trust=worth)
        return dataclasses.replace(found, decision=msgspec.structs.replace(found.decision, looks=looks))

    async def _would_hide(self, asked: Asked, decision: Decision, *, sent: bool) -> bool | None:
        """Whether the validators of before would have hidden a revision; None where that is not asked."""
        if not any(isinstance(event, ArticleRevised) for event in decision.events) or asked.afresh:
            return None
        looks = asked.known.looks
        return False if sent else await would_hide(self._net, asked.job.url, looks.etag, looks.last_modified)

    async def _read(self, asked: Asked, response: Response) -> Look | None:
        known, looks = asked.known, asked.known.looks
        seen = "" if asked.afresh else looks.fingerprint
        page = await self._parser.page(response.body, response.url, response.headers, looks.container, seen)
        if page.verdict == "unchanged":
            return Look(self._unchanged(asked), response.status)
        if page.verdict == "not_found" and known.article is not None:
            return Look(self._missed(asked, Absence(asked.at, response.status, "says_not_found")), response.status)
        if page.verdict == "not_found" or (page.verdict != "article" and not asked.is_told):
            raise Permanent(page.verdict, page.detail, status=response.status)
        if page.verdict != "article":
            return await self._walled(asked, Absence(asked.at, response.status, page.verdict), page.detail)
        addresses = (response.url, page.canonical)
        heir = None if asked.unread else await self._addresses.heir(asked, page.content, addresses)
        if heir is not None and known.article is not None:
            absence = Absence(asked.at, response.status, "another_text")
            return Look(core.replaced(known.article, looks, absence, heir), response.status)
        if await self._addresses.is_copy(asked, page.content, addresses):
            return None
        evidence = _evidence(page, response, asked.at)
        decision = await self._decided(asked, page, evidence, response)
        return Look(decision, response.status, response.body, repeated.texts_of(page.content, page.rest))

    async def _walled(self, asked: Asked, met: Absence, detail: str = "") -> Look:
        """Something stands before the page. What its feed says of it is told as long as the page itself was never read."""
        decision = self._met(asked, met)
        if detail:
            decision = msgspec.structs.replace(decision, filters=(f"{met.reason.replace('_', ' ')}: {detail}",))
        if not asked.unread or not asked.job.title:
            return Look(decision, met.status)
        page = await self._parser.fragment(asked.job.html, asked.job.url, asked.job.title)
        content = msgspec.structs.replace(page.content, title=asked.job.title)
        page = dataclasses.replace(page, verdict="article", access="teaser", content=content)
        told = self._observed(asked, asked.known.article, asked.known.looks, page, _of_feed(page, asked, met.status))
        if not told.events:
            return Look(decision, met.status)
        looks = msgspec.structs.replace(Looks(), seen_at=asked.at, walls=decision.looks.walls)
        why = f"{told.why} {decision.why}"
        told = msgspec.structs.replace(told, looks=looks, why=why, filters=(*told.filters, *decision.filters))
        return Look(told, met.status, asked.job.html.encode())

    async def _read_entry(self, asked: Asked) -> Look:
        job = asked.job
        page = await self._parser.fragment(job.html, job.url, job.title)
        return Look(await self._decided(asked, page, _of_feed(page, asked, 200), None), 200, job.html.encode())

    # --- what it means ---

    async def _decided(self, asked: Asked, page: ParsedPage, evidence: Evidence, response: Response | None) -> Decision:
        """What the core decides, after the text on record was read anew where another extractor had read it."""
        article, looks = asked.known.article, asked.known.looks
        anew = await self._reread(asked, page, response)
        if anew is None:
            return self._observed(asked, article, looks, page, evidence)
        if response is not None:
            page = await self._parser.page(response.body, response.url, response.headers, anew.looks.container)
        decision = self._observed(asked, anew.article, anew.looks, page, evidence)
        return msgspec.structs.replace(
            decision,
            events=(*anew.events, *decision.events),
            why=f"{anew.why} {decision.why}",
            filters=(anew.why, *decision.filters),
        )

    async def _reread(self, asked: Asked, page: ParsedPage, response: Response | None) -> Decision | None:
        """The kept page of the newest revision, as this extractor reads it; None where that is not needed, or it is not kept."""
        article, looks = asked.known.article, asked.known.looks
        if (
            article is None
            or asked.unread
            or page.verdict != "article"
            or page.extractor in {article.extractor, looks.reread_by}
        ):
            return None
        body = await self._captures.read(article.raw_sha256)
        if body is None:
            return None
        if response is None:
            old = await self._parser.fragment(body.decode("utf-8", "replace"), article.url, article.content.title)
        else:
            old = await self._parser.page(body, response.url, response.headers, "")
        evidence = Evidence(asked.at, article.url, 200, article.raw_sha256, old.extractor, confidence=old.confidence)
        return core.reread(article, looks, sighting(_completed(old, asked.job), evidence))

    def _observed(
        self, asked: Asked, article: Article | None, looks: Looks, page: ParsedPage, evidence: Evidence
    ) -> Decision:
        job = asked.job
        page = _completed(page, job)
        seed = Seed(
            article=asked.article,
            url=job.url,
            source=job.source,
            tags=asked.source.tags,
            aliases=job.aliases,
            feed_title=job.title,
            backlog=job.is_old(page.content.published, evidence.fetched_at),
            follows=job.follows,
        )
        seen = sighting(page, evidence)
        elsewhere = repeated.repeated(repeated.decode(asked.known.site), asked.article, asked.at)
        return core.observe(article, looks, seen, seed=seed, confirm=self._rechecks.confirm, repeated=elsewhere)

    def _unchanged(self, asked: Asked) -> Decision:
        return core.unchanged(asked.known.article, asked.known.looks, asked.at, confirm=self._rechecks.confirm)

    def _missed(self, asked: Asked, absence: Absence) -> Decision:
        known, rechecks = asked.known, self._rechecks
        if self._eyes.doubtful:
            return core.doubted(known.article, known.looks, absence)
        return core.miss(known.article, known.looks, absence, checks=rechecks.gone_checks, over=rechecks.gone_over)

    def _met(self, asked: Asked, met: Absence) -> Decision:
        known, rechecks = asked.known, self._rechecks
        if self._eyes.doubtful:
            return core.doubted(known.article, known.looks, met)
        return core.wall(known.article, known.looks, met, checks=rechecks.gone_checks, over=rechecks.gone_over)


def _evidence(page: ParsedPage, response: Response, at: datetime) -> Evidence:
    return Evidence(
        fetched_at=at,
        url=response.url,
        status=response.status,
        raw_sha256=sha256(response.body),
        extractor=page.extractor,
        etag=response.headers.get("etag", "")[:1024],
        last_modified=response.headers.get("last-modified", "")[:128],
        confidence=page.confidence,
    )


def _of_feed(page: ParsedPage, asked: Asked, status: int) -> Evidence:
    """The evidence of what was read from the feed's entry."""
    return Evidence(
        fetched_at=asked.at,
        url=asked.job.url,
        status=status,
        raw_sha256=sha256(asked.job.html.encode()),
        extractor=page.extractor,
        confidence=page.confidence,
    )


def _completed(page: ParsedPage, job: FetchJob) -> ParsedPage:
    """A page that does not say when it was published, or by whom, is as old and as signed as its feed says.

    A feed that calls the article by the page's own title agrees with it.
    """
    content = page.content
    content = msgspec.structs.replace(
        content, published=content.published or job.published, byline=content.byline or job.author
    )
    in_feed = bool(job.title) and lettering(job.title) == lettering(content.title)
    return dataclasses.replace(page, content=content, agreeing=(*page.agreeing, "feed") if in_feed else page.agreeing)


def sighting(page: ParsedPage, evidence: Evidence) -> Sighting:
    """What the core is told of a page that was read."""
    return Sighting(
        content=page.content,
        evidence=evidence,
        verdict=page.verdict,
        access=page.access,
        container=page.container,
        detail=page.detail,
        titles=page.titles,
        rest=page.rest,
        apart=page.apart,
        labels=page.labels,
        agreeing=page.agreeing,
        fingerprint=page.fingerprint,
    )


def _absence(job: FetchJob, response: Response, at: datetime) -> Absence | None:
    if response.status in {404, 410}:
        return Absence(at=at, status=response.status, reason="not_found" if response.status == 404 else "gone")
    if response.status == 200 and is_front(response.url) and not is_front(job.url):
        return Absence(at=at, status=200, reason="redirected_to_front_page")
    return None


def sha256(body: bytes) -> str:
    """The name of a body."""
    return hashlib.sha256(body).hexdigest()
