"""A text judged and explained as the daemon would, and nothing stored: what would alert, what nearly did, why the rest did not. It prints nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
import typer

from monitor.cli.manuscripts import Manuscript, Stated, read_all
from monitor.config.findings import did_you_mean, quoted
from monitor.core import article as core
from monitor.core.article import Article, Decision, Looks, Seed
from monitor.core.events import Edit, entity_id
from monitor.core.policy.judging import Step, is_backlog, is_judged, read
from monitor.core.policy.summary import summarise
from monitor.core.watch.evaluate import Rule, Rulebook
from monitor.core.watch.explain import Explanation, explain
from monitor.core.watch.outcome import Event
from monitor.core.watch.rules import Hit, Watchlist
from monitor.rules import rulebook_of

if TYPE_CHECKING:
    from monitor.config import Config

_BEFORE: Final = timedelta(minutes=1)  # how long before the text the one stood that it is held against


class Tried(msgspec.Struct, frozen=True):
    """What one watchlist makes of the text.

    `alerts`: an alert would be raised that its channels are told of. `backlog`: one would be recorded, and tell nobody. `reason` is the first reason why
    there would be none; `stood` are terms that stand all the same, `excluded` those that a NOT or a distance put out.
    """

    watchlist: str
    severity: str
    notify: tuple[str, ...]
    alerts: bool
    backlog: bool
    changes: tuple[str, ...]
    summary: str
    hits: tuple[Hit, ...]
    omitted: int
    stood: tuple[str, ...]
    excluded: tuple[str, ...]
    reason: str


class Rehearsal(msgspec.Struct, frozen=True):
    """Everything about one try: the text, what it was held against, what the daemon would record, and what each watchlist makes of it."""

    text: Manuscript
    against: Manuscript | None
    decision: Decision
    edits: tuple[Edit, ...]
    watchlists: list[Tried]

    @property
    def alerts(self) -> bool:
        """Whether any watchlist would."""
        return any(tried.alerts for tried in self.watchlists)


def book_for(config: Config, only: Sequence[str], feed: str) -> Rulebook:
    """The rules of the configuration; without a feed, of any source. Raises BadParameter for a name that is none."""
    for option, name, known in (
        ("--feed", feed, config.sources),
        *(("--watchlist", name, config.watchlists) for name in only),
    ):
        if name and name not in known:
            raise typer.BadParameter(f"there is no {quoted(name)}{did_you_mean(name, list(known))}", param_hint=option)
    book = rulebook_of(config)
    rules = [rule for rule in book.rules if not only or rule.watchlist.id in only]
    rules = rules if feed else [Rule(_anywhere(rule.watchlist), rule.plan) for rule in rules]
    return Rulebook(rules, book.lexicon, book.digest)


def _anywhere(watchlist: Watchlist) -> Watchlist:
    return replace(watchlist, sources=None, tags=frozenset())


async def rehearse(config: Config, book: Rulebook, names: list[str], feed: str, stated: Stated) -> Rehearsal:
    """Read the texts, the one to be tried last, and judge it. Raises Unreadable."""
    texts = await read_all(names, config, stated)
    at = datetime.now(UTC)
    decision, step = _observed(config, texts, feed, at)
    event = read(book, step) if step else _unmoved(book, decision.article)
    edits = tuple(event.edits)
    tried = [_tried(config, book, explanation, step) for explanation in explain(book, event, at)]
    return Rehearsal(texts[-1], texts[0] if len(texts) > 1 else None, decision, edits, tried)


def _observed(config: Config, texts: list[Manuscript], feed: str, at: datetime) -> tuple[Decision, Step | None]:
    """What the daemon would record of the last of the texts, seen after the others; and the step it makes, if it makes one."""
    first, *later = texts
    moments = [at - _BEFORE * number for number in range(len(texts))][::-1]
    url = next((text.url for text in reversed(texts) if text.url), "")
    seed = _seed(config, first, url, feed, moments[0])
    decision = core.observe(None, Looks(), first.sighting(moments[0]), seed=seed)
    step = _step(None, decision)
    for text, moment in zip(later, moments[1:], strict=True):
        before = decision.article
        decision = core.observe(before, decision.looks, text.sighting(moment))
        step = _step(before, decision)
    return decision, step


def _step(before: Article | None, decision: Decision) -> Step | None:
    """The step that a watchlist may have something to say of, where the decision makes one."""
    for event in decision.events:
        after = core.fold(before, event)
        if is_judged(event):
            return Step(event, before, after)
        before = after
    return None


def _seed(config: Config, text: Manuscript, url: str, feed: str, at: datetime) -> Seed:
    """What discovery would know: `url` is where the newest of the texts stands that stands anywhere."""
    published = text.page.content.published
    old = published is not None and at - published > config.max_age_of(feed)
    tags = config.sources[feed].tags if feed else ()
    return Seed(entity_id("article", url or text.name), url, feed, tuple(tags), backlog=old)


def _unmoved(book: Rulebook, article: Article | None) -> Event:
    """Of a text that is no revision of the other: it stands against itself."""
    content = article.content if article else None
    url, source, tags = (article.url, article.source, article.tags) if article else ("", "", ())
    return book.event(content, content, how="edit", source=source, tags=tags, url=url)


def _tried(config: Config, book: Rulebook, explanation: Explanation, step: Step | None) -> Tried:
    watchlist, verdict = book.watchlists[explanation.watchlist], explanation.verdict
    backlog = bool(verdict and step and is_backlog(step.event, watchlist))
    source = step.after.source if step else ""
    return Tried(
        watchlist=watchlist.id,
        severity=watchlist.severity,
        notify=config.notify_of(watchlist.id),
        alerts=verdict is not None and not backlog,
        backlog=backlog,
        changes=verdict.changes if verdict else (),
        summary=summarise(verdict, source or "the text") if verdict else "",
        hits=verdict.hits if verdict else (),
        omitted=verdict.omitted if verdict else 0,
        stood=explanation.stood,
        excluded=explanation.excluded,
        reason="it was too old at first sight: recorded as backlog, and nobody is told"
        if backlog
        else explanation.reason,
    )


def document(found: Rehearsal) -> dict[str, object]:
    """All of it, for a script."""
    decision = found.decision
    return {
        "would_alert": found.alerts,
        "text": _read(found.text),
        "against": _read(found.against) if found.against else None,
        "outcome": decision.outcome,
        "why": decision.why,
        "filters": decision.filters,
        "edits": found.edits,
        "watchlists": found.watchlists,
    }


def _read(text: Manuscript) -> dict[str, object]:
    page = text.page
    facts = {
        "name": text.name,
        "kind": text.kind,
        "url": text.url,
        "access": page.access,
        "confidence": page.confidence,
    }
    return {**facts, "extractor": page.extractor, "content": page.content}
