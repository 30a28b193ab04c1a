"""The facts of the log: every event type, its envelope, its id and its hash. Frozen, strictly decoded, named in the past tense.

A stored event is never edited. A new meaning is a new optional field or a new type; a new shape raises `SCHEMA` and adds
a step to `core.upcasts`. Nothing here talks to a server.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal

import msgspec

from monitor.core.content import Content, Operation
from monitor.errors import UnknownEvent

SCHEMA = 1


class Event(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="type"):
    """A fact. `at` is when it was so, by the observer's clock; decisions use it, so that a replay decides the same."""

    at: datetime


# --- feeds -----------------------------------------------------------------------------------------------------------


class FeedBaselined(Event, frozen=True, tag="feed.baselined"):
    """A feed was read for the first time; what was already old in it is backlog."""

    feed: str
    url: str
    title: str
    entries: int
    backlog: int


class FeedFailing(Event, frozen=True, tag="feed.failing"):
    """A feed stopped working. Said once, until it recovers."""

    feed: str
    url: str
    reason: str
    detail: str
    status: int | None
    failures: int
    last_ok: datetime | None


class FeedRecovered(Event, frozen=True, tag="feed.recovered"):
    """A failing feed works again."""

    feed: str
    url: str
    failing_since: datetime


class FeedMoved(Event, frozen=True, tag="feed.moved"):
    """A permanent redirect was repeated often enough to be believed."""

    feed: str
    url: str
    to: str


# --- articles --------------------------------------------------------------------------------------------------------


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a revision was captured: enough to show it to somebody who doubts it."""

    fetched_at: datetime
    url: str
    status: int
    raw_sha256: str
    extractor: str
    etag: str = ""
    last_modified: str = ""
    confidence: float = 1.0


class Edit(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One typed edit of a revision. `block` counts from 0 in the text that holds it (the new one, unless it was removed)."""

    kind: str
    zone: Literal["title", "dek", "byline", "body"]
    before: str = ""
    after: str = ""
    block: int | None = None


class ArticleDiscovered(Event, frozen=True, tag="article.discovered"):
    """An article was read for the first time. Carries everything.

    `how` is `seen` for the first sight in a source that was already watched, `backlog` for what was old at first sight.
    """

    article: str
    url: str
    source: str
    tags: tuple[str, ...]
    aliases: tuple[str, ...]
    backlog: bool
    content: Content
    sha256: str
    access: Literal["full", "teaser"]
    evidence: Evidence
    feed_title: str = ""


class ArticleRevised(Event, frozen=True, tag="article.revised"):
    """An article's words changed. Folding `operations` and `fields` over the content before gives `sha256`.

    `fields` holds the new values of those fields of Content, other than blocks, that differ.
    `reverted_to` is the revision whose exact text came back, where one did.
    """

    article: str
    revision: int
    before_sha256: str
    sha256: str
    operations: tuple[Operation, ...]
    fields: dict[str, Any]
    edits: tuple[Edit, ...]
    summary: str
    last_seen_before: datetime
    access: Literal["full", "teaser"]
    evidence: Evidence
    reverted_to: int | None = None


class Absence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One look at which the article was not there."""

    at: datetime
    status: int
    reason: str


class ArticleGone(Event, frozen=True, tag="article.gone"):
    """Repeated looks did not find the article. An observation with both its bounds, not a claim."""

    article: str
    revision: int
    last_present: datetime
    absent: tuple[Absence, ...]


class ArticleRestored(Event, frozen=True, tag="article.restored"):
    """An article that was gone is there again."""

    article: str
    revision: int
    gone_since: datetime


# --- alerts ----------------------------------------------------------------------------------------------------------


class AlertRaised(Event, frozen=True, tag="alert.raised"):
    """A watchlist has something to say about a revision: one alert per (article, revision, watchlist).

    `data` is the payload's `data` of docs/webhooks.md, stable by its own `schema`.
    """

    alert: str
    article: str
    revision: int
    watchlist: str
    severity: str
    changes: tuple[str, ...]
    notify: tuple[str, ...]
    backlog: bool
    data: dict[str, Any]


class AlertSuppressed(Event, frozen=True, tag="alert.suppressed"):
    """An alert that tells nobody, and why (`backlog`, `no_channel`, …)."""

    alert: str
    reason: str


# --- notifications and deliveries ------------------------------------------------------------------------------------


class NotificationFormed(Event, frozen=True, tag="notification.formed"):
    """A message for one channel, with frozen members and frozen bytes. Its id is the `webhook-id`."""

    notification: str
    channel: str
    alerts: tuple[str, ...]
    article: str
    body: str


class DeliverySucceeded(Event, frozen=True, tag="delivery.succeeded"):
    """The channel took the message."""

    notification: str
    channel: str
    attempt: int
    status: int | None
    seconds: float


class DeliveryFailed(Event, frozen=True, tag="delivery.failed"):
    """An attempt failed and will be repeated after `retry_in` seconds."""

    notification: str
    channel: str
    attempt: int
    reason: str
    detail: str
    status: int | None
    retry_in: float


class DeliveryDied(Event, frozen=True, tag="delivery.dead"):
    """No further attempt will be made unless somebody asks for it: a dead letter."""

    notification: str
    channel: str
    attempt: int
    reason: str
    detail: str
    status: int | None


class DeliveryRequested(Event, frozen=True, tag="delivery.requested"):
    """Somebody asked for a dead letter (or any message) to be sent again."""

    notification: str
    channel: str
    by: str


ArticleEvent = ArticleDiscovered | ArticleRevised | ArticleGone | ArticleRestored
FeedEvent = FeedBaselined | FeedFailing | FeedRecovered | FeedMoved
DeliveryEvent = DeliverySucceeded | DeliveryFailed | DeliveryDied | DeliveryRequested
AnyEvent = ArticleEvent | FeedEvent | AlertRaised | AlertSuppressed | NotificationFormed | DeliveryEvent


class Recorded(msgspec.Struct, frozen=True):
    """An event as the log holds it.

    `id` is computed (`event_id`), `hash` chains it to the entity's event before it (`chain`), `position` is the stream id.
    """

    id: str
    entity: str
    version: int
    hash: str
    event: AnyEvent
    partition: int = 0
    position: str = ""


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(event: AnyEvent) -> bytes:
    """The canonical JSON of an event."""
    return _encoder.encode(event)


def decode(raw: bytes) -> AnyEvent:
    """Read an event of the current schema, strictly. Raises UnknownEvent for anything else."""
    try:
        return _decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise UnknownEvent(f"{error} in {raw[:200]!r}") from error


def type_of(event: AnyEvent) -> str:
    """The stored name, such as `article.revised`."""
    return str(event.__struct_config__.tag)


def event_id(entity: str, version: int, event: AnyEvent) -> str:
    """The computed id: deciding the same twice gives the same id, so that the log can recognise the second time.

    What makes two decisions the same: for a revision its text, for an alert or a message its entity (whose own id is
    computed from its members), for everything else the whole event.
    """
    match event:
        case ArticleDiscovered() | ArticleRevised():
            sameness = event.sha256.encode()
        case AlertRaised() | NotificationFormed():
            sameness = type_of(event).encode()
        case _:
            sameness = encode(event)
    return hashlib.sha256(f"{entity}\0{version}\0".encode() + sameness).hexdigest()[:32]


def chain(previous: str, raw: bytes) -> str:
    """The hash of an event: it covers the hash of the entity's event before it, so that no byte of the past can change."""
    return hashlib.sha256(previous.encode() + b"\0" + raw).hexdigest()


def entity_id(kind: str, *parts: str) -> str:
    """A computed id such as `article_3fa2…`: the kind and 20 hex digits over the parts."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{kind}_{digest[:20]}"
