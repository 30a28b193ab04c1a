"""What a look leaves behind that found the article: what was learned of its page, and that it is there again or its headline confirmed.

It compares no texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from monitor.core.decision import Decision
from monitor.core.events import ArticleFact, ArticleRestored
from monitor.core.headline import confirmation
from monitor.core.standing import Article, Looks, Sighting, fold
from monitor.core.titles import remembered


def present(
    article: Article,
    looks: Looks,
    at: datetime,
    why: str,
    *,
    outcome: str = "unchanged",
    agreeing: Sequence[str] = (),
    confirm: Sequence[timedelta] | None = None,
) -> Decision:
    """The article was there: no news, unless it was gone or blocked, or (where `confirm` is given) its headline was unconfirmed."""
    events: list[ArticleFact] = []
    if article.status != "live":
        was, since = article.status, article.gone_since or article.changed_at
        events.append(ArticleRestored(at=at, article=article.id, revision=article.revision, gone_since=since, was=was))
        why, outcome = f"The article is there again. {why}".rstrip(), "restored"
    if confirm is not None and (confirmed := confirmation(article, at, agreeing, confirm)):
        events.append(confirmed)
        why, outcome = f"{why} The headline is confirmed: {confirmed.how}.", "confirmed"
    for event in events:
        article = fold(article, event)
    return Decision(tuple(events), article, looks, why, outcome)


def looked(looks: Looks, sighting: Sighting, *, learned: bool = True) -> Looks:
    """The looks after one more; from a teaser nothing is learned of the page."""
    evidence = sighting.evidence
    seen = msgspec.structs.replace(
        looks,
        seen_at=evidence.fetched_at,
        etag=evidence.etag,
        last_modified=evidence.last_modified,
        raw_sha256=evidence.raw_sha256,
        fingerprint=sighting.fingerprint,
        absences=(),
        walls=(),
        other=None,
    )
    if not learned:
        return seen
    return msgspec.structs.replace(
        seen,
        container=sighting.container,
        count=looks.count + 1,
        titles=sighting.titles,
        rest=sighting.rest,
        apart=sighting.apart,
        labels=remembered(looks.labels, sighting.labels),
        modified=sighting.content.modified or looks.modified,
    )
