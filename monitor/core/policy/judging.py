"""Judging one article event: what the watchlists have to say of it, as the alerts that are raised. It stores and tells nothing.

The one decision of the daemon, of `monitor try` and of `monitor backtest`. Time is the event's time, so that a replay decides the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from monitor.core.article import Article
from monitor.core.events import (
    AlertRaised,
    AnyEvent,
    ArticleDiscovered,
    ArticleEvent,
    ArticleGone,
    ArticleRestored,
    ArticleRevised,
)
from monitor.core.policy.alerts import raise_alert
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.outcome import Event
from monitor.core.watch.rules import How, Verdict, Watchlist


@dataclass(frozen=True, slots=True)
class Step:
    """An article event that a watchlist may have something to say of: the article before it (None: it is new) and after it."""

    event: ArticleEvent
    before: Article | None
    after: Article

    @property
    def how(self) -> How:
        """What happened to the article."""
        match self.event:
            case ArticleDiscovered():
                return "new"
            case ArticleRevised():
                return "edit"
            case ArticleGone():
                return "gone"
            case ArticleRestored():
                return "restored"


def is_judged(event: AnyEvent) -> TypeGuard[ArticleEvent]:
    """Whether an event changes an article's text, or its being there. One that can only be seen again, of which nobody said that it was gone, does not."""
    return isinstance(event, ArticleEvent) and not (isinstance(event, ArticleRestored) and event.was == "blocked")


def read(book: Rulebook, step: Step) -> Event:
    """The two texts, read for the watchlists."""
    return book.event(
        step.before.content if step.before else None,
        None if isinstance(step.event, ArticleGone) else step.after.content,
        how=step.how,
        source=step.after.source,
        tags=step.after.tags,
        url=step.after.url,
        edits=step.event.edits if isinstance(step.event, ArticleRevised) else (),
    )


def alerts(
    book: Rulebook, step: Step, *, ruleset: str, public_url: str | None, event_id: str | None = None, template: str = ""
) -> list[AlertRaised]:
    """The alerts of a step. `event_id` is the event's id in the log, `template` the change of the site's template that the step belongs to."""
    return [
        alert(book, verdict, step, ruleset=ruleset, public_url=public_url, event_id=event_id, template=template)
        for verdict in book.verdicts(read(book, step), step.event.at)
    ]


def alert(
    book: Rulebook,
    verdict: Verdict,
    step: Step,
    *,
    ruleset: str,
    public_url: str | None,
    event_id: str | None = None,
    template: str = "",
) -> AlertRaised:
    """The alert of one verdict on a step."""
    watchlist = book.watchlists[verdict.watchlist]
    return raise_alert(
        verdict,
        event=step.event,
        before=step.before,
        after=step.after,
        watchlist=watchlist,
        ruleset=ruleset,
        public_url=public_url,
        backlog=is_backlog(step.event, watchlist),
        event_id=event_id,
        template=template,
    )


def is_backlog(event: ArticleEvent, watchlist: Watchlist) -> bool:
    """Whether an article was too old at first sight to alert anybody: by the watchlist's own age, else by the source's."""
    if not isinstance(event, ArticleDiscovered):
        return False
    claimed = event.content.published
    if watchlist.max_age is None or claimed is None:
        return event.backlog
    return event.at - claimed > watchlist.max_age
