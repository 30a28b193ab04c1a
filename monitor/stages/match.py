"""Holds each article event against the watchlists and raises alerts. Keeps no state but a cache: the texts before and after decide.

An alert and the ack of its event are one write, so that neither a crash nor a repeat makes a second one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from monitor.core import article as core
from monitor.core.article import Article
from monitor.core.events import ArticleEvent, ArticleFact, ArticleRevised
from monitor.core.pagewatch import SOURCE
from monitor.core.policy import judging
from monitor.core.policy.judging import Judged, Step
from monitor.core.watch.evaluate import Rulebook
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
        if not judging.is_judged(event):  # the text and its being there stay as they were
            await self._log.commit(done_with(consumed.ack))
            return
        template = await self._template(consumed.ack.partition, event, before, after)
        judged = self._judged(Step(event, before, after), recorded.id, template.change)
        appends = (*template.appends, *_appends(judged))
        batch = Batch(consumed.ack.partition, appends, notes=template.notes, ack=consumed.ack)
        await self._log.commit(self._heated(batch, after.id, event.at) if judged.alerts else batch)
        _tell(judged)

    async def _before(self, consumed: Consumed) -> Article | None:
        recorded = consumed.recorded
        if recorded.version == 1:
            return None
        version, article = self._known.get(recorded.entity, (0, None))
        if version == recorded.version - 1:
            return article
        past = await self._log.past(consumed.ack.partition, recorded.entity, recorded.version - 1)
        return core.folded([each.event for each in past.events if isinstance(each.event, ArticleFact)], past.first)

    def _remember(self, entity: str, version: int, article: Article) -> None:
        self._known[entity] = (version, article)
        self._known.move_to_end(entity)
        if len(self._known) > ARTICLES_KEPT:
            self._known.popitem(last=False)

    def _judged(self, step: Step, event_id: str, template: str) -> Judged:
        """What the watchlists have to say; while an article is followed, those too that look elsewhere."""
        if self._followed.of(step.after.id) is None:
            return self._held_against(step, event_id, template)
        own = Judged() if step.after.source == SOURCE else self._held_against(step, event_id, template)
        told = {alert.watchlist for alert in own.alerts}
        others = self._held_against(replace(step, source=SOURCE), event_id, template)
        wanted = tuple(
            alert
            for alert in others.alerts
            if alert.watchlist not in told and self._followed.wants(step.after.id, alert.watchlist)
        )
        return Judged(own.alerts + wanted, own.exclusions)

    def _held_against(self, step: Step, event_id: str, template: str) -> Judged:
        return judging.judge(
            self._rulebook,
            step,
            ruleset=self._ruleset,
            public_url=self._public_url,
            event_id=event_id,
            template=template,
        )

    async def _template(
        self, partition: int, event: ArticleEvent, before: Article | None, after: Article
    ) -> templates.Found:
        """Whether an edit is the site's, not the article's."""
        if before is None or not isinstance(event, ArticleRevised) or event.opened:
            return templates.NOTHING
        return await templates.look_for(self._log, partition, event, before, after, self._threshold)

    def _heated(self, batch: Batch, article: str, at: datetime) -> Batch:
        """A matched article is looked at more often for a while: its timer is drawn nearer, and a note tells the fetcher."""
        timer = SetTimer(jobs.FETCH, article, self._heat.every.total_seconds(), only_sooner=True)
        until = (at + self._heat.lasting).isoformat().encode()
        return replace(batch, timers=(timer,), notes={**batch.notes, jobs.hot_note(article): until})


def _appends(judged: Judged) -> Iterator[Append]:
    """Each alert and each exclusion is an entity of its own, whose id is computed."""
    yield from (Append(alert.alert, Head(), (alert,)) for alert in judged.alerts)
    yield from (Append(judging.exclusion_id(excluded), Head(), (excluded,)) for excluded in judged.exclusions)


def _tell(judged: Judged) -> None:
    for alert in judged.alerts:
        logger.info(
            "alert raised",
            alert=alert.alert,
            watchlist=alert.watchlist,
            changes=alert.changes,
            article=alert.article,
            revision=alert.revision,
            backlog=alert.backlog or None,
        )
    for excluded in judged.exclusions:
        logger.info(
            "match excluded",
            watchlist=excluded.watchlist,
            article=excluded.article,
            revision=excluded.revision,
            why=excluded.reason,
        )
