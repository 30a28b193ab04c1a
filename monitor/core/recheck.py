"""When an article is looked at again: the time since it last changed decides, and what is still open. It knows nothing of hosts and budgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.core.decision import CONFIRM
from monitor.core.headline import next_check
from monitor.core.standing import Article, Looks

_GROWTH = 0.25  # the next look comes after a quarter of the time since the last change
_SUSPECT_WAIT = timedelta(hours=1)


def recheck_in(
    article: Article,
    looks: Looks,
    now: datetime,
    *,
    minimum: timedelta,
    maximum: timedelta,
    until: timedelta,
    hot_every: timedelta,
    confirm: Sequence[timedelta] = CONFIRM,
) -> timedelta | None:
    """How long to wait for the next look; None where the article rested for `until` and is let go.

    The wait grows with the time since the last change, from `minimum` to `maximum`; it is at most `hot_every` while the
    article is hot, and no longer than to the next of the times in `confirm` while a headline is unconfirmed. A difference
    that was held back at first sight is looked at again after `minimum`. An article that was absent or blocked at the last
    look is never let go before that is settled.
    """
    quiet = max(now - article.changed_at, timedelta())
    hot = article.hot_until is not None and now < article.hot_until
    suspect = bool(looks.absences or looks.walls) and article.status == "live"
    doubtful = any(place.is_doubtful for place in looks.places)
    if quiet > until and not hot and not suspect and not doubtful:
        return None
    wait = minimum if doubtful else min(max(quiet * _GROWTH, minimum), maximum)
    check = next_check(article, now, confirm)
    if check is not None:
        wait = min(wait, check) if check else min(wait, minimum)
    if hot:
        return min(wait, hot_every)
    return min(wait, _SUSPECT_WAIT) if suspect else wait
