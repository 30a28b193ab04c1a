"""What each event means for the views, as statements to execute. Pure: it opens no file and asks no clock.

Rows are made from the event alone. The one exception is a revision, whose text is folded over the text before it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import assert_never

from monitor.core.article import Article, revise
from monitor.core.content import Content
from monitor.core.events import (
    AlertAcked,
    AlertGrouped,
    AlertHeld,
    AlertRaised,
    AlertRouted,
    AlertSuppressed,
    ArticleBlocked,
    ArticleConfirmed,
    ArticleDiscovered,
    ArticleFact,
    ArticleGone,
    ArticleHeld,
    ArticleReleased,
    ArticleReread,
    ArticleRestored,
    ArticleRevised,
    ChannelDisabled,
    ChannelEnabled,
    ChannelEvent,
    ChannelFailing,
    ChannelRecovered,
    ConfigChanged,
    DeliveryDied,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryRequested,
    DeliverySucceeded,
    FeedBaselined,
    FeedFailing,
    FeedGapped,
    FeedGone,
    FeedLying,
    FeedMoved,
    FeedRecovered,
    FeedSlow,
    FeedStale,
    GroupClosed,
    GroupOpened,
    InhibitionStarted,
    MatchExcluded,
    MonitorBlind,
    MonitorSighted,
    NotificationFormed,
    Recorded,
    SilenceExpired,
    SilenceSet,
    SiteTemplateChanged,
    ThrottleStarted,
    WatchEnded,
    WatchStarted,
)
from monitor.errors import Corrupt
from monitor.store.views import tallies
from monitor.store.views.contents import pack
from monitor.store.views.decisions import decided
from monitor.store.views.feeds import of_feed
from monitor.store.views.remarks import absence, confirmed, reread, template
from monitor.store.views.searching import indexed, segmented
from monitor.store.views.statements import (
    Indexed,
    Value,
    Write,
    Writes,
    as_json,
    change,
    insert,
    insert_in_time,
    stamp,
    upsert,
)

FIRST_REVISION = 1  # what `article.discovered` says; `article.revised` counts on from it


def project(recorded: Recorded, newest: Callable[[str], Content]) -> Writes:
    """The statements that bring the views up to one event; `newest` gives the text of an article before it.

    Raises Corrupt where a revision does not fold to the text that its event names.
    """
    if isinstance(recorded.event, ArticleFact):
        return _article(recorded, recorded.event, newest)
    match recorded.event:
        case SiteTemplateChanged() as event:
            return template(event)
        case AlertRaised() as event:
            return (_alert(recorded, event), *tallies.raised(event))
        case (
            AlertSuppressed() | AlertRouted() | AlertGrouped() | AlertHeld() | AlertAcked()
            | GroupOpened() | GroupClosed() | ThrottleStarted() | InhibitionStarted() | SilenceSet() | SilenceExpired()
        ) as event:  # fmt: skip
            return decided(event)
        case NotificationFormed() as event:
            return _formed(event)
        case DeliverySucceeded() | DeliveryFailed() | DeliveryDied() | DeliveryRequested() as event:
            return _delivery(recorded, event)
        case (
            FeedBaselined() | FeedFailing() | FeedGone() | FeedStale() | FeedLying() | FeedSlow() | FeedGapped()
            | FeedRecovered() | FeedMoved()
        ) as event:  # fmt: skip
            return (of_feed(event),)
        case MonitorBlind() | MonitorSighted() | MatchExcluded() | ConfigChanged() | WatchStarted() | WatchEnded():
            return ()  # the log has it, no table asks
        case ChannelFailing() | ChannelRecovered() | ChannelDisabled() | ChannelEnabled() as event:
            return (_channel(event),)
        case _ as unreachable:
            assert_never(unreachable)


# --- articles --------------------------------------------------------------------------------------------------------


def _article(recorded: Recorded, event: ArticleFact, newest: Callable[[str], Content]) -> Writes:
    match event:
        case ArticleDiscovered():
            return _discovered(recorded, event)
        case ArticleRevised():
            return _revised(recorded, event, fold(newest(event.article), event))
        case ArticleReread():
            return (reread(recorded, event, fold(newest(event.article), event)),)
        case ArticleGone() | ArticleBlocked() | ArticleRestored():
            return absence(recorded, event)
        case ArticleConfirmed():
            return (confirmed(event),)
        case ArticleHeld() | ArticleReleased():
            return (change("articles", event.article, held=isinstance(event, ArticleHeld)),)


def fold(before: Content, event: ArticleRevised | ArticleReread) -> Content:
    """The text after a revision, or a new reading of one. Raises Corrupt where the text before or after is not the one that the event names."""
    if before.digest() != event.before_sha256:
        raise Corrupt(f"{event.article} revision {event.revision} was made from another text than the one before it")
    try:
        after = revise(before, event)
    except Corrupt as error:
        raise Corrupt(f"{event.article} revision {event.revision}: {error}") from error
    if after.digest() != event.sha256:
        raise Corrupt(f"{event.article} revision {event.revision} does not fold to its sha256")
    return after


def _discovered(recorded: Recorded, event: ArticleDiscovered) -> Writes:
    if event.content.digest() != event.sha256:
        raise Corrupt(f"{event.article} revision {FIRST_REVISION} is not the text of its sha256")
    article = insert(
        "articles",
        id=event.article,
        url=event.url,
        source=event.source,
        tags=as_json(event.tags),
        backlog=event.backlog,
        state="live",
        title=event.content.title,
        lang=event.content.lang,
        access=event.access,
        revision=FIRST_REVISION,
        discovered_at=stamp(event.at),
        changed_at=stamp(event.at),
    )
    revision = _revision(recorded, event, FIRST_REVISION, event.content)
    return (article, *revision, *_aliases(event.article, event.url, event.evidence.url, *event.aliases))


def founded(recorded: Recorded, event: ArticleRevised, state: Article, addresses: tuple[str, ...]) -> Writes:
    """The first revision that is left of an article, whose state after it is known: what came before was dropped by retention.

    Raises Corrupt where the state is not that of the event.
    """
    if (state.sha256, state.content.digest()) != (event.sha256, event.sha256):
        raise Corrupt(f"{event.article} goes on from another text than was recorded")
    article = insert(
        "articles",
        id=state.id,
        url=state.url,
        source=state.source,
        tags=as_json(state.tags),
        backlog=state.backlog,
        state=state.status,
        title=state.content.title,
        lang=state.content.lang,
        access=state.access,
        revision=state.revision,
        discovered_at=stamp(state.discovered_at),
        changed_at=stamp(state.changed_at),
        held=state.held,
    )
    revision = _revision(recorded, event, event.revision, state.content)
    return (article, *revision, *_aliases(state.id, state.url, *state.aliases, *addresses, event.evidence.url))


def _revised(recorded: Recorded, event: ArticleRevised, content: Content) -> Writes:
    article = change(
        "articles",
        event.article,
        title=content.title,
        lang=content.lang,
        access=event.access,
        revision=event.revision,
        changed_at=stamp(event.at),
    )
    revision = _revision(recorded, event, event.revision, content)
    return (article, *revision, *_aliases(event.article, event.evidence.url), *tallies.revised(event))


def _revision(recorded: Recorded, event: ArticleDiscovered | ArticleRevised, number: int, content: Content) -> Writes:
    revised = event if isinstance(event, ArticleRevised) else None
    row = insert_in_time(
        "revisions",
        event.at,
        article=event.article,
        revision=number,
        at=stamp(event.at),
        last_seen_before=stamp(revised.last_seen_before) if revised else None,
        event=recorded.id,
        title=content.title,
        summary=revised.summary if revised else "",
        access=event.access,
        reverted_to=revised.reverted_to if revised else None,
        sha256=event.sha256,
        confidence=revised.confidence if revised else "confirmed",
        template="",
        opened=revised is not None and revised.opened,
        capture=event.evidence.raw_sha256,
        edits=as_json(revised.edits if revised else ()),
        evidence=as_json(event.evidence),
        content=pack(content),
    )
    return (row, Indexed(event.article, number, segmented(content.title), indexed(content)))


def _aliases(article: str, *aliases: str) -> tuple[Write, ...]:
    sql = "INSERT INTO aliases (alias, article) VALUES (:alias, :article) ON CONFLICT DO NOTHING"
    return tuple(Write(sql, {"alias": alias, "article": article}) for alias in dict.fromkeys(aliases) if alias)


# --- alerts and deliveries -------------------------------------------------------------------------------------------


def _alert(recorded: Recorded, event: AlertRaised) -> Write:
    return insert(
        "alerts",
        id=event.alert,
        at=stamp(event.at),
        event=recorded.id,
        article=event.article,
        revision=event.revision,
        watchlist=event.watchlist,
        severity=event.severity,
        changes=as_json(event.changes),
        backlog=event.backlog,
        suppressed=None,
        data=as_json(event.data),
    )


def _formed(event: NotificationFormed) -> tuple[Write, ...]:
    delivery = insert(
        "deliveries",
        id=event.notification,
        channel=event.channel,
        article=event.article,
        formed_at=stamp(event.at),
        kind=event.kind,
        route=event.route,
        state="scheduled",
        attempts=0,
        status=None,
        reason="",
        detail="",
        next_at=stamp(event.at),
        changed_at=stamp(event.at),
        body=event.body,
    )
    return (delivery, *(insert("members", alert=alert, delivery=event.notification) for alert in event.alerts))


def _delivery(recorded: Recorded, event: DeliveryEvent) -> tuple[Write, ...]:
    return (_attempt(recorded, event), change("deliveries", event.notification, **_standing(event)))


def _standing(event: DeliveryEvent) -> dict[str, Value]:
    """Where a delivery stands after an event."""
    if isinstance(event, DeliveryRequested):
        return {"state": "scheduled", "next_at": stamp(event.at), "changed_at": stamp(event.at)}
    return {
        "state": "scheduled" if isinstance(event, DeliveryFailed) else _kind(event),
        "next_at": stamp(event.at + timedelta(seconds=event.retry_in)) if isinstance(event, DeliveryFailed) else None,
        "attempts": event.attempt,
        "status": event.status,
        "reason": "" if isinstance(event, DeliverySucceeded) else event.reason,
        "detail": "" if isinstance(event, DeliverySucceeded) else event.detail,
        "changed_at": stamp(event.at),
    }


def _attempt(recorded: Recorded, event: DeliveryEvent) -> Write:
    facts = {name: getattr(event, name, None) for name in ("attempt", "status", "seconds", "retry_in")}
    requested = event.by if isinstance(event, DeliveryRequested) else ""
    return insert(
        "attempts",
        event=recorded.id,
        delivery=event.notification,
        version=recorded.version,
        at=stamp(event.at),
        kind=_kind(event),
        reason=getattr(event, "reason", ""),
        detail=getattr(event, "detail", requested),
        **facts,
    )


def _kind(event: DeliveryEvent) -> str:
    return "accepted" if isinstance(event, DeliverySucceeded) and event.accepted else _KINDS[type(event)]


_KINDS: dict[type[DeliveryEvent], str] = {
    DeliverySucceeded: "delivered",
    DeliveryFailed: "failed",
    DeliveryDied: "dead",
    DeliveryRequested: "requested",
}


# --- channels --------------------------------------------------------------------------------------------------------


def _channel(event: ChannelEvent) -> Write:
    failing = event if isinstance(event, ChannelFailing) else None
    state = "disabled" if isinstance(event, ChannelDisabled) else "failing" if failing else "working"
    return upsert(
        "channels",
        event.channel,
        state=state,
        since=stamp(event.at),
        reason=event.reason if isinstance(event, ChannelFailing | ChannelDisabled) else "",
        detail=failing.detail if failing else "",
        status=failing.status if failing else None,
    )
