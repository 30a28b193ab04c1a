"""Whether a new headline is an edit or a test of headlines: who shows it, and how long it stands. It finds no headline.

A headline that alone has changed is said at once, as `unconfirmed`. It is confirmed when two of the places that show
headlines agree on it (JSON-LD, Open Graph, the page's h1, the feed), or when it still stands at the last re-check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from monitor.core.content import Keep, Operation
from monitor.core.events import ArticleConfirmed
from monitor.core.standing import Article

Confidence = Literal["confirmed", "unconfirmed"]

_AGREE = 2


def confidence(operations: Sequence[Operation], fields: Mapping[str, Any], agreeing: Sequence[str]) -> Confidence:
    """How sure a revision is: only a headline that changed alone can be unconfirmed.

    One that the feed alone shows cannot be tested on readers of the page, nor looked at again: it counts as confirmed.
    """
    alone = "title" in fields and not {"dek", "byline"} & fields.keys() and all(isinstance(o, Keep) for o in operations)
    return "unconfirmed" if alone and not agreed(agreeing) else "confirmed"


def confirmation(
    article: Article, at: datetime, agreeing: Sequence[str], confirm: Sequence[timedelta]
) -> ArticleConfirmed | None:
    """What is to be said of an unconfirmed headline that a look has found unchanged; None where it is too early."""
    if not article.unconfirmed:
        return None
    stood = not confirm or at - article.changed_at >= max(confirm)
    if not stood and not agreed(agreeing):
        return None
    return ArticleConfirmed(
        at=at,
        article=article.id,
        revision=article.revision,
        how="agreement" if agreed(agreeing) else "standing",
        last_seen=at,
        agreeing=tuple(agreeing),
    )


def next_check(article: Article, now: datetime, confirm: Sequence[timedelta]) -> timedelta | None:
    """How long until the next re-check of an unconfirmed headline; None where there is none to make."""
    if not article.unconfirmed:
        return None
    waits = [article.changed_at + after - now for after in confirm]
    return min((wait for wait in waits if wait > timedelta()), default=timedelta())


def agreed(agreeing: Sequence[str]) -> bool:
    """Whether the places that show a headline are enough to believe it; one that the feed alone has is shown nowhere else."""
    return len(agreeing) >= _AGREE or tuple(agreeing) == ("feed",)
