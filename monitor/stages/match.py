"""Holds each article event against the watchlists and raises alerts. Keeps no state but a cache: the texts before and after decide.

An alert and the ack of its event are one write, so that neither a crash nor a repeat makes a second one.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from monitor.core import article as core
from monitor.core.article import Article
from monitor.core.events import (
    AlertRaised,
    ArticleDiscovered,
    ArticleEvent,
    ArticleFact,
    ArticleGone,
    ArticleRestored,
    ArticleRevised,
)
from monitor.core.pagewatch import SOURCE
from monitor.core.policy.alerts import raise_alert
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.rules import How, Verdict, Watchlist
from monitor.ports import Append, Batch, Consumed, Head, Log, SetTimer
from monitor.stages import jobs, templates
from monitor.stages.follow import Followed
from monitor.stages.work import apart, done_with

logger = structlog.get_logger()

GROUP = "match"
LANES = apart(ArticleFact)
"""Articles in their order, for templates are counted over all of them; everything else is only acked."""
ARTICLES_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Heat:
    """How an article is re-checked once a watchlist matched it."""

    every: timedelta
    lasting: timedelta


class Matcher:
    """Handles the events of the group, one partition's after another."""

    def __init__(
        self,
        log: Log,
        rulebook: Rulebook,
        heat: Heat,
        *,
        ruleset: str,
        public_url: str | None,
        threshold: templates.Threshold | None = None,
        followed: Followed | None = None,
    ) -> None:
        self._log, self._rulebook, self._heat = log, rulebook, heat
        self._threshold = threshold or templates.Threshold()
        self._ruleset, self._public_url = ruleset, public_url
        self._followed = followed or Followed()
        self._known: OrderedDict[str, tuple[int, Article]] = OrderedDict()

    async def __call__(self, consumed: Consumed) -> None:
        """Judge one event; commit its alerts and its ack together."""
        recorded = consumed.recorded
        event = recorded.event
        if not isinstance(event, ArticleFact):
            await self._log.commit(done_with(consumed.ack))
            return
        before = await self._before(consumed)
        after = core.fold(before, event)
        self._remember(recorded.entity, recorded.version, after)
        if not isinstance(event, ArticleEvent) or _is_unblocked(
            event
        ):  # the text and its being there stay as they were
            await self._log.commit(done_with(consumed.ack))
            return
        template = await self._template(consumed.ack.partition, event, before, after)
        verdicts = self._judge(event, before, after)
        alerts = [self._alert(verdict, event, recorded.id, before, after, template.change) for verdict in verdicts]
        appends = (*template.appends, *(Append(alert.alert, Head(), (alert,)) for alert in alerts))
        batch = Batch(consumed.ack.partition, appends, notes=template.notes, ack=consumed.ack)
        await self._log.commit(self._heated(batch, after.id, event.at) if alerts else batch)
        for alert in alerts:
            logger.info(
                "alert raised",
                alert=alert.alert,
                watchlist=alert.watchlist,
                changes=alert.changes,
                article=alert.article,
                revision=alert.revision,
                backlog=alert.backlog or None,
            )

    async def _before(self, consumed: Consumed) -> Article | None:
        recorded = consumed.recorded
        if recorded.version == 1:
            return None
        version, article = self._known.get(recorded.entity, (0, None))
        if version == recorded.version - 1:
            return article
        history = await self._log.history(consumed.ack.partition, recorded.entity, recorded.version - 1)
        return core.folded([past.event for past in history if isinstance(past.event, ArticleFact)])

    def _remember(self, entity: str, version: int, article: Article) -> None:
        self._known[entity] = (version, article)
        self._known.move_to_end(entity)
        if len(self._known) > ARTICLES_KEPT:
            self._known.popitem(last=False)

    def _judge(self, event: ArticleEvent, before: Article | None, after: Article) -> tuple[Verdict, ...]:
        """What the watchlists have to say; while an article is followed, those too that look elsewhere."""
        if self._followed.of(after.id) is None:
            return self._judged(event, before, after, after.source)
        own = () if after.source == SOURCE else self._judged(event, before, after, after.source)
        told = {verdict.watchlist for verdict in own}
        others = self._judged(event, before, after, SOURCE)
        return own + tuple(
            one for one in others if one.watchlist not in told and self._followed.wants(after.id, one.watchlist)
        )

    def _judged(self, event: ArticleEvent, before: Article | None, after: Article, source: str) -> tuple[Verdict, ...]:
        old = before.content if before else None
        new = None if isinstance(event, ArticleGone) else after.content
        return self._rulebook.judge(
            old,
            new,
            how=_how(event),
            source=source,
            tags=after.tags,
            url=after.url,
            edits=event.edits if isinstance(event, ArticleRevised) else (),
            at=event.at,
        )

    async def _template(
        self, partition: int, event: ArticleEvent, before: Article | None, after: Article
    ) -> templates.Found:
        """Whether an edit is the site's, not the article's."""
        if before is None or not isinstance(event, ArticleRevised):
            return templates.NOTHING
        return await templates.look_for(self._log, partition, event, before, after, self._threshold)

    def _alert(
        self,
        verdict: Verdict,
        event: ArticleEvent,
        event_id: str,
        before: Article | None,
        after: Article,
        template: str = "",
    ) -> AlertRaised:
        watchlist = self._rulebook.watchlists[verdict.watchlist]
        return raise_alert(
            verdict,
            event=event,
            before=before,
            after=after,
            watchlist=watchlist,
            ruleset=self._ruleset,
            public_url=self._public_url,
            backlog=is_backlog(event, watchlist),
            event_id=event_id,
            template=template,
        )

    def _heated(self, batch: Batch, article: str, at: datetime) -> Batch:
        """A matched article is looked at more often for a while: its timer is drawn nearer, and a note tells the fetcher."""
        timer = SetTimer(jobs.FETCH, article, self._heat.every.total_seconds(), only_sooner=True)
        until = (at + self._heat.lasting).isoformat().encode()
        return replace(batch, timers=(timer,), notes={**batch.notes, jobs.hot_note(article): until})


def is_backlog(event: ArticleEvent, watchlist: Watchlist) -> bool:
    """Whether an article was too old at first sight to alert anybody: by the watchlist's own age, else by the source's."""
    if not isinstance(event, ArticleDiscovered):
        return False
    claimed = event.content.published
    if watchlist.max_age is None or claimed is None:
        return event.backlog
    return event.at - claimed > watchlist.max_age


def _is_unblocked(event: ArticleEvent) -> bool:
    """Whether an article can only be seen again, of which nobody said that it was gone."""
    return isinstance(event, ArticleRestored) and event.was == "blocked"


def _how(event: ArticleEvent) -> How:
    match event:
        case ArticleDiscovered():
            return "new"
        case ArticleRevised():
            return "edit"
        case ArticleGone():
            return "gone"
        case ArticleRestored():
            return "restored"
