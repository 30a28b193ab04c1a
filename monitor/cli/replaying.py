"""Replays the stored log through a rulebook: each article event is judged again, as the daemon would, beside the alerts that it raised. Writes nothing.

It keeps no more than some thousand articles, whatever the log's length: what it has forgotten it folds anew from the article's history.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeVar

import msgspec

from monitor.core import article as core
from monitor.core.article import Article
from monitor.core.events import AlertRaised, ArticleFact, ArticleRevised, Recorded
from monitor.core.policy import judging
from monitor.core.policy.backtest import Ledger
from monitor.core.policy.judging import Step, steps
from monitor.core.templates import Site, sum_up
from monitor.core.urls import site
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.explain import explain_rule
from monitor.errors import Corrupt, Dropped
from monitor.stages.templates import Threshold
from monitor.store.entries import opened
from monitor.store.log import RedisLog
from monitor.store.segments import Manifest

ARTICLES_KEPT: Final = 5_000
STEPS_KEPT: Final = 500  # in which a raised alert finds its event again: it stands a moment behind it
SITES_KEPT: Final = 10_000
_COUNTED: Final = 100

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Gap(msgspec.Struct, frozen=True):
    """Events that the archive should hold, and does not: how many (None: not known), between which times, and why."""

    events: int | None
    since: datetime | None
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Window:
    """The time whose events are judged. None: no bound."""

    since: datetime | None = None
    until: datetime | None = None

    def has(self, at: datetime) -> bool:
        """Whether something happened within it."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(slots=True)
class Replayed:
    """What a replay came to: how many events were judged, how many could not be since the past of their article is lost, and what is missing."""

    judged: int = 0
    unjudged: int = 0
    articles: int = 0
    first: datetime | None = None
    last: datetime | None = None
    gaps: list[Gap] = field(default_factory=list)


OnStep = Callable[[Step, str, str], None]
"""Told of a step, its event's id, and the change of the site's template that it belongs to."""
Find = Callable[[], Awaitable[Step | None]]
OnAlert = Callable[[AlertRaised, Find], Awaitable[None]]
"""Told of an alert, and how to find the step that raised it: None where that is lost."""


class Replay:
    """Goes through the log once, in its order, and tells `on_step` of each article event within the window, `on_alert` of each raised alert."""

    def __init__(
        self,
        log: RedisLog,
        window: Window,
        threshold: Threshold,
        *,
        on_step: OnStep,
        on_alert: OnAlert,
        counted: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._log, self._window, self._threshold, self._counted = log, window, threshold, counted
        self._on_step, self._on_alert = on_step, on_alert
        self._articles: OrderedDict[str, tuple[int, Article | None]] = OrderedDict()
        self._steps: OrderedDict[tuple[str, datetime], Step] = OrderedDict()
        self._sites: OrderedDict[tuple[int, str], Site] = OrderedDict()
        self.came_to = Replayed()

    async def run(self) -> Replayed:
        """Read all partitions through."""
        for partition in range(self._log.partitions):
            await self._partition(partition)
        return self.came_to

    async def _partition(self, partition: int) -> None:
        read = 0
        async for stored in self._log.scan(partition, self._from(), missing=self._missing):
            read += 1
            if read % _COUNTED == 0:
                self._counted(_COUNTED)
            if stored.type.startswith("article."):
                await self._fact(opened(stored, partition))
            elif stored.type == "alert.raised":
                await self._alert(opened(stored, partition))
        self._counted(read % _COUNTED)

    def _from(self) -> str:
        """Where to begin: an event is recorded after it happened, and templates are told by what sites did shortly before."""
        if self._window.since is None:
            return "0-0"
        begin = self._window.since - max(self._threshold.within, timedelta())
        return f"{max(0, int(begin.timestamp() * 1000))}-0"

    async def _fact(self, recorded: Recorded) -> None:
        event = recorded.event
        if not isinstance(event, ArticleFact):
            return
        try:
            before = await self._before(recorded)
            after = core.fold(before, event)
        except Corrupt:
            self._remember(recorded.entity, recorded.version, None)
            self.came_to.unjudged += judging.is_judged(event) and self._window.has(event.at)
            return
        self._remember(recorded.entity, recorded.version, after)
        if judging.is_judged(event):
            self._judge(recorded, Step(event, before, after))

    def _judge(self, recorded: Recorded, step: Step) -> None:
        template = self._template(recorded.partition, step)
        if not self._window.has(step.event.at):
            return
        came_to = self.came_to
        came_to.judged += 1
        came_to.articles += step.before is None
        came_to.first = min(came_to.first or step.event.at, step.event.at)
        came_to.last = max(came_to.last or step.event.at, step.event.at)
        _keep(self._steps, (step.after.id, step.event.at), step, STEPS_KEPT)
        self._on_step(step, recorded.id, template)

    async def _before(self, recorded: Recorded) -> Article | None:
        """The article before an event: remembered, or folded from its history. Raises Corrupt where that is lost."""
        if recorded.version == 1:
            return None
        version, article = self._articles.get(recorded.entity, (0, None))
        if version == recorded.version - 1:
            if article is None:
                raise Corrupt(f"the past of {recorded.entity} is lost")
            return article
        past = await self._log.past(recorded.partition, recorded.entity, recorded.version - 1)
        return core.folded([each.event for each in past.events if isinstance(each.event, ArticleFact)], past.first)

    def _remember(self, entity: str, version: int, article: Article | None) -> None:
        _keep(self._articles, entity, (version, article), ARTICLES_KEPT)

    def _template(self, partition: int, step: Step) -> str:
        """The change of the site's template that an edit belongs to, as `stages.templates` tells it."""
        if step.before is None or not isinstance(step.event, ArticleRevised):
            return ""
        name = site(step.after.url)
        summed = sum_up(
            self._sites.get((partition, name), Site()),
            name,
            step.event,
            step.before.content,
            step.after.content,
            articles=self._threshold.articles,
            within=self._threshold.within,
        )
        _keep(self._sites, (partition, name), summed.site, SITES_KEPT)
        return summed.change

    async def _alert(self, recorded: Recorded) -> None:
        alert = recorded.event
        if not isinstance(alert, AlertRaised) or not self._window.has(alert.at):
            return
        await self._on_alert(alert, partial(self._step_of, recorded.partition, alert))

    async def _step_of(self, partition: int, alert: AlertRaised) -> Step | None:
        """The step that raised an alert: remembered, or from its article's history; None where that is lost."""
        if step := self._steps.get((alert.article, alert.at)):
            return step
        try:
            history = await self._log.history(partition, alert.article)
        except (Corrupt, Dropped):
            return None
        return next((step for step in steps([past.event for past in history]) if step.event.at == alert.at), None)

    def _missing(self, segment: Manifest | None, error: Corrupt) -> None:
        if segment is None:
            self.came_to.gaps.append(Gap(None, None, None, str(error)))
        else:
            self.came_to.gaps.append(Gap(segment.events, _moment(segment.first), _moment(segment.last), str(error)))


def _keep(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)


def _moment(position: str) -> datetime:
    return datetime.fromtimestamp(int(position.partition("-")[0]) / 1000, UTC)


async def backtest(
    log: RedisLog,
    book: Rulebook,
    window: Window,
    threshold: Threshold,
    *,
    ruleset: str,
    only: Sequence[str] = (),
    counted: Callable[[int], None] = lambda _: None,
) -> tuple[Replayed, Ledger]:
    """Judge the window's events again, and hold what would be raised against what was. `only`: alerts of these watchlists alone."""
    ledger = Ledger()
    rules = {rule.watchlist.id: rule for rule in book.rules}

    def on_step(step: Step, event_id: str, template: str) -> None:
        judged = judging.judge(book, step, ruleset=ruleset, public_url=None, event_id=event_id, template=template)
        for alert in judged.alerts:
            ledger.would(alert)

    async def on_alert(alert: AlertRaised, find: Find) -> None:
        if not only or alert.watchlist in only:
            ledger.did(alert, "" if ledger.expects(alert) else await why_not_any_more(alert, find))

    async def why_not_any_more(alert: AlertRaised, find: Find) -> str:
        rule = rules.get(alert.watchlist)
        if rule is None:
            return "there is no such watchlist any more"
        step = await find()
        if step is None:
            return "the past of its article is lost"
        return explain_rule(book, rule, judging.read(book, step), step.event.at).reason

    came_to = await Replay(log, window, threshold, on_step=on_step, on_alert=on_alert, counted=counted).run()
    ledger.close()
    return came_to, ledger
