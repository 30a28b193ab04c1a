"""What it means that a look did not find the article: absent, gone, blocked. Observations with both their bounds, never claims.

An article is `live` until enough looks in a row, spread over enough time, did not find it (`gone`) or met something that
stands before it (`blocked`); one look that finds it starts the count anew.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from monitor.core.decision import Decision
from monitor.core.events import Absence, ArticleBlocked, ArticleGone
from monitor.core.standing import Article, Looks, fold

CHECKS, OVER = 3, timedelta(hours=24)
_MOST = 16  # looks that are remembered


def miss(
    article: Article | None, looks: Looks, absence: Absence, *, checks: int = CHECKS, over: timedelta = OVER
) -> Decision:
    """What a look that did not find the article means: gone only after `checks` such looks in a row, spread over `over`."""
    absences = _remembered(looks.absences, absence)
    looks = msgspec.structs.replace(looks, absences=absences, walls=())
    met = f"({_named(absence)})"
    if article is None or article.status == "gone":
        return Decision((), article, looks, f"Not there {met}.", outcome="absent")
    counted = _counted(absences, checks, over)
    if not _suffices(absences, checks, over):
        return Decision((), article, looks, f"Not there {met}: {counted}.", outcome="absent")
    last_present = looks.seen_at or article.changed_at
    event = ArticleGone(
        at=absence.at, article=article.id, revision=article.revision, last_present=last_present, absent=absences
    )
    return Decision(
        (event,), fold(article, event), looks, f"Not there {met}: {counted}, so it is gone.", outcome="gone"
    )


def wall(
    article: Article | None, looks: Looks, met: Absence, *, checks: int = CHECKS, over: timedelta = OVER
) -> Decision:
    """What it means that something stands before the article (a refusal, a login, a check for robots): nothing about the article.

    That it cannot be seen any more is said after `checks` such looks in a row, spread over `over`.
    """
    walls = _remembered(looks.walls, met)
    looks = msgspec.structs.replace(looks, walls=walls)
    told = f"Something stands before the page ({_named(met)})"
    if article is None or is_unread(article, looks):
        return Decision((), article, looks, f"{told}: only its feed can be read.", outcome="blocked")
    if article.status != "live":
        return Decision((), article, looks, f"{told}: nothing is known of the article.", outcome="blocked")
    counted = _counted(walls, checks, over)
    if not _suffices(walls, checks, over):
        return Decision((), article, looks, f"{told}: {counted}; nothing is known of the article.", outcome="blocked")
    last_present = looks.seen_at or article.changed_at
    event = ArticleBlocked(
        at=met.at, article=article.id, revision=article.revision, last_present=last_present, blocked=walls
    )
    return Decision((event,), fold(article, event), looks, f"{told}: {counted}, so it is blocked.", outcome="blocked")


def doubted(article: Article | None, looks: Looks, absence: Absence) -> Decision:
    """A look that did not find the article, or met a wall, while most of the net could not be reached from here: it counts for nothing."""
    why = f"Not found ({_named(absence)}), but most hosts cannot be reached from here just now: not counted."
    return Decision((), article, looks, why, outcome="doubted")


def replaced(article: Article, looks: Looks, absence: Absence, by: str) -> Decision:
    """Quite another text stands at the article's address: that is another article, and this one is gone from there."""
    last_present = looks.seen_at or article.changed_at
    event = ArticleGone(
        at=absence.at,
        article=article.id,
        revision=article.revision,
        last_present=last_present,
        absent=(absence,),
        replaced_by=by,
    )
    looks = msgspec.structs.replace(looks, absences=(absence,))
    why = f"Quite another text stands at this address: it is taken for another article, {by}."
    return Decision((event,), fold(article, event), looks, why, outcome="replaced")


def is_unread(article: Article | None, looks: Looks) -> bool:
    """Whether the page was never read: nothing is known of the article, or only what its feed says. It cannot be blocked that was never open."""
    return article is None or (article.access == "teaser" and looks.count == 0)


def _remembered(before: tuple[Absence, ...], new: Absence) -> tuple[Absence, ...]:
    """The first looks and the newest: the first says since when."""
    return (*before[: _MOST - 1], new)


def _named(met: Absence) -> str:
    """What a look met: its status, unless the page was not even asked for, and the reason."""
    return f"{met.status} {met.reason}" if met.status else met.reason


def _suffices(looks: tuple[Absence, ...], checks: int, over: timedelta) -> bool:
    return len(looks) >= checks and looks[-1].at - looks[0].at >= over


def _counted(looks: tuple[Absence, ...], checks: int, over: timedelta) -> str:
    """How far the count is: so many looks in a row of those that it takes, over so much of the time."""
    spread = timedelta(seconds=int((looks[-1].at - looks[0].at).total_seconds()))
    return f"{min(len(looks), checks)} of {checks} looks in a row, over {spread} of {over}"
