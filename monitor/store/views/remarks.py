"""What is said of an article beside its revisions, as statements: gone, blocked and restored, confirmed, read anew. Pure, like the projection."""

from __future__ import annotations

from datetime import datetime

from monitor.core.content import Content
from monitor.core.events import (
    Absence,
    ArticleBlocked,
    ArticleConfirmed,
    ArticleGone,
    ArticleReread,
    ArticleRestored,
    Recorded,
    SiteTemplateChanged,
)
from monitor.store.views.contents import pack
from monitor.store.views.statements import Write, as_json, change, insert, stamp


def absence(recorded: Recorded, event: ArticleGone | ArticleBlocked | ArticleRestored) -> tuple[Write, ...]:
    """An article went, was blocked, or came back."""
    kind, since, looks = _bounds(event)
    row = insert(
        "absences",
        event=recorded.id,
        article=event.article,
        at=stamp(event.at),
        kind=kind,
        revision=event.revision,
        since=stamp(since),
        looks=as_json(looks),
    )
    state = "live" if kind == "restored" else kind
    return (row, change("articles", event.article, state=state, changed_at=stamp(event.at)))


def _bounds(event: ArticleGone | ArticleBlocked | ArticleRestored) -> tuple[str, datetime, tuple[Absence, ...]]:
    """What happened, since when, and the looks that say so."""
    match event:
        case ArticleGone():
            return "gone", event.last_present, event.absent
        case ArticleBlocked():
            return "blocked", event.last_present, event.blocked
        case ArticleRestored():
            return "restored", event.gone_since, ()


def reread(recorded: Recorded, event: ArticleReread, content: Content) -> Write:
    """The text of a revision as another extractor reads it: the revision's own row stays."""
    return insert(
        "rereads",
        article=event.article,
        version=recorded.version,
        revision=event.revision,
        at=stamp(event.at),
        extractor=event.extractor,
        sha256=event.sha256,
        content=pack(content),
    )


def confirmed(event: ArticleConfirmed) -> Write:
    """A headline that was unconfirmed holds."""
    sql = "UPDATE revisions SET confidence = 'confirmed' WHERE article = :article AND revision = :revision"
    return Write(sql, {"article": event.article, "revision": event.revision})


def template(event: SiteTemplateChanged) -> tuple[Write, ...]:
    """Revisions that the site's template made."""
    sql = "UPDATE revisions SET template = :change WHERE article = :article AND revision = :revision"
    named = event.revisions
    return tuple(Write(sql, {"change": event.change, "article": r.article, "revision": r.revision}) for r in named)
