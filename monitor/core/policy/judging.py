"""Judging one article event: what the watchlists have to say of it, as the alerts that are raised. It stores and tells nothing.

The one decision of the daemon, of `monitor try` and of `monitor backtest`. Time is the event's time, so that a replay decides the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeGuard

from monitor.core.article import Article, fold
from monitor.core.events import (
    AlertRaised,
    AnyEvent,
    ArticleDiscovered,
    ArticleEvent,
    ArticleFact,
    ArticleGone,
    ArticleRestored,
    ArticleRevised,
    MatchExcluded,
    entity_id,
)
from monitor.core.policy.alerts import MAX_TEXT, raise_alert
from monitor.core.watch.evaluate import Rule, Rulebook
from monitor.core.watch.explain import why_not
from monitor.core.watch.outcome import Event, Outcome
from monitor.core.watch.rules import How, Verdict, Watchlist
from monitor.core.watch.wording import in_words

MAX_TERMS = 100  # of one exclusion


@dataclass(frozen=True, slots=True)
class Step:
    """An article event that a watchlist may have something to say of: the article before it (None: it is new) and after it.

    `source` is where it is taken to be published, where that is not the article's own source.
    """

    event: ArticleEvent
    before: Article | None
    after: Article
    source: str = ""

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


def steps(history: Iterable[AnyEvent]) -> list[Step]:
    """The steps of one article's events. Raises Corrupt where one does not follow the one before."""
    article: Article | None = None
    found: list[Step] = []
    for event in history:
        if isinstance(event, ArticleFact):
            after = fold(article, event)
            if is_judged(event):
                found.append(Step(event, article, after))
            article = after
    return found


def read(book: Rulebook, step: Step) -> Event:
    """The two texts, read for the watchlists."""
    return book.event(
        step.before.content if step.before else None,
        None if isinstance(step.event, ArticleGone) else step.after.content,
        how=step.how,
        source=step.source or step.after.source,
        tags=step.after.tags,
        url=step.after.url,
        edits=step.event.edits if isinstance(step.event, ArticleRevised) else (),
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """What comes of a step: the alerts that are raised, and what a NOT or a distance put out in silence."""

    alerts: tuple[AlertRaised, ...] = ()
    exclusions: tuple[MatchExcluded, ...] = ()


def judge(
    book: Rulebook, step: Step, *, ruleset: str, public_url: str | None, event_id: str | None = None, template: str = ""
) -> Judged:
    """Hold a step against all watchlists.

    `ruleset` names the rules in the alerts, `public_url` is None for alerts without links, `event_id` is the event's id in the
    log, `template` the change of the site's template that the step belongs to.
    """
    event = read(book, step)
    raised: list[AlertRaised] = []
    excluded: list[MatchExcluded] = []
    for rule, became in book.outcomes(event, step.event.at):
        if verdict := verdict_of(book, rule, event, became, opened=is_opened(step.event)):
            told = alert(
                book, verdict, step, ruleset=ruleset, public_url=public_url, event_id=event_id, template=template
            )
            raised.append(told)
        if became.excluded:
            excluded.append(_exclusion(rule, became, event, step))
    return Judged(tuple(raised), tuple(excluded))


def verdict_of(book: Rulebook, rule: Rule, event: Event, became: Outcome, *, opened: bool) -> Verdict | None:
    """What a rule has to say of what became of it; where the text was `opened`, only of what stands there for the first time."""
    verdict = book.verdict(rule, event, became)
    return _new_alone(verdict) if verdict and opened else verdict


def is_opened(event: ArticleEvent) -> bool:
    """Whether the text of an article can be read for the first time, of which a part was known."""
    return isinstance(event, ArticleRevised) and event.opened


def _new_alone(verdict: Verdict) -> Verdict | None:
    """What a verdict says of terms that stand for the first time in what is known; None where it says nothing of such."""
    hits = tuple(hit for hit in verdict.hits if hit.change == "appeared")
    return replace(verdict, changes=("appeared",), hits=hits) if hits else None


def _exclusion(rule: Rule, became: Outcome, event: Event, step: Step) -> MatchExcluded:
    return MatchExcluded(
        at=step.event.at,
        article=step.after.id,
        revision=step.after.revision,
        watchlist=rule.watchlist.id,
        terms=tuple(in_words(term.query)[:MAX_TEXT] for term in became.excluded[:MAX_TERMS]),
        reason=(why_not(rule.plan, event.after) or "")[:MAX_TEXT],
    )


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


def exclusion_id(excluded: MatchExcluded) -> str:
    """The computed id of the entity that an exclusion is: deciding twice meets the same one."""
    return entity_id("exclusion", excluded.article, str(excluded.revision), excluded.watchlist)


def is_backlog(event: ArticleEvent, watchlist: Watchlist) -> bool:
    """Whether an article was too old at first sight to alert anybody: by the watchlist's own age, else by the source's."""
    if not isinstance(event, ArticleDiscovered):
        return False
    claimed = event.content.published
    if watchlist.max_age is None or claimed is None:
        return event.backlog
    return event.at - claimed > watchlist.max_age
