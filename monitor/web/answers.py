"""What the JSON API answers with, and what it takes, as values. They know no request: `api` makes them, and whoever asks reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from monitor.core.condition import Condition
from monitor.core.content import Content
from monitor.core.events import Recorded, SilenceSet
from monitor.store.views.rows import (
    AbsenceRow,
    AckRow,
    AlertRow,
    ArticleRow,
    AttemptRow,
    CaptureRow,
    DeliveryRow,
    FeedRow,
    RevisionRow,
    TellingRow,
)
from monitor.store.views.searching import Hit

BASE: Final = "/api/v1"
MOST: Final = 200  # rows of a page
Note = Annotated[str, Meta(max_length=500)]


class Trouble(msgspec.Struct, frozen=True):
    """Why there is no answer."""

    error: str


class Alerts(msgspec.Struct, frozen=True):
    """A page of alerts, the newest first; `next` leads to the next page, where there is one."""

    alerts: list[AlertRow]
    next: str | None = None


class Alert(msgspec.Struct, frozen=True):
    """One alert with all that was done about it."""

    alert: AlertRow
    ack: AckRow | None
    tellings: list[TellingRow]
    deliveries: list[DeliveryRow]


class Articles(msgspec.Struct, frozen=True):
    """A page of articles, the last changed first; `next` leads to the next page, where there is one."""

    articles: list[ArticleRow]
    next: str | None = None


class Article(msgspec.Struct, frozen=True):
    """One article: its text as it stands, its revisions, when it was away, where it was seen, and the raw pages that are kept."""

    article: ArticleRow
    content: Content | None
    revisions: list[RevisionRow]
    absences: list[AbsenceRow]
    aliases: list[str]
    captures: list[CaptureRow]


class Hits(msgspec.Struct, frozen=True):
    """The articles of which any revision has what was asked for, those last seen with it first."""

    hits: list[Hit]


class Deliveries(msgspec.Struct, frozen=True):
    """A page of messages, the newest first; `next` leads to the next page, where there is one."""

    deliveries: list[DeliveryRow]
    next: str | None = None


class Delivery(msgspec.Struct, frozen=True):
    """One message, the alerts that it tells of, and every attempt."""

    delivery: DeliveryRow
    alerts: list[str]
    attempts: list[AttemptRow]


class Feed(FeedRow, frozen=True, kw_only=True):
    """A feed as it stands, and how that is in words."""

    condition: Condition


class Feeds(msgspec.Struct, frozen=True):
    """Every feed that was read or failed at least once."""

    feeds: list[Feed]


class Sources(msgspec.Struct, frozen=True):
    """The feeds and pages of the configuration, in its order."""

    sources: list[Listed]


class Listed(msgspec.Struct, frozen=True):
    """A feed or page as the configuration names it, and how many articles were read of it. `kind` is `feed` or `page`."""

    id: str
    kind: str
    url: str
    articles: int


class Events(msgspec.Struct, frozen=True):
    """Events as the log holds them, the oldest first; `next` leads to what is recorded after them."""

    events: list[Recorded]
    next: str


class About(msgspec.Struct, frozen=True):
    """Which Monitor answers, in whose time zone it tells the time, and up to when retention has dropped what does not stand any more."""

    monitor: str
    timezone: str
    forgotten: datetime | None


class Silences(msgspec.Struct, frozen=True):
    """The silences in force, the newest first."""

    silences: list[SilenceSet]


class Ack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody takes note of an alert."""

    note: Note = ""


class Silence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be silenced, for how many minutes, and why."""

    matchers: dict[str, tuple[str, ...]]
    minutes: Annotated[int, Meta(ge=1, le=525_600)]
    comment: Annotated[str, Meta(min_length=1, max_length=500)]
