"""What a look at an article came to: events, the state after them, and why. Values only; `core.article` and its neighbours decide."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from monitor.core.events import ArticleFact
from monitor.core.standing import Article, Looks

CONFIRM = (timedelta(minutes=10), timedelta(minutes=40))


class Decision(msgspec.Struct, frozen=True):
    """Events to record (none for most looks), the article and the looks after them, and why in one plain sentence.

    `outcome` is a word for what it came to; `filters` say what was set aside as no edit, and by which rule.
    """

    events: tuple[ArticleFact, ...]
    article: Article | None
    looks: Looks
    why: str
    outcome: str = "unchanged"
    filters: tuple[str, ...] = ()
