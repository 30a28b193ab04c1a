"""What the views answer with: frozen values, times as they were observed (UTC), the publisher's claims inside Content only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from monitor.core.condition import Known
from monitor.core.events import Absence, Edit, Evidence


class ArticleRow(msgspec.Struct, frozen=True):
    """An article as it stands. `state` is `live`, `gone` or `blocked`; `revision` is its newest; `held`: its captures are kept for ever."""

    id: str
    url: str
    source: str
    tags: tuple[str, ...]
    backlog: bool
    state: str
    title: str
    lang: str
    access: str
    revision: int
    discovered_at: datetime
    changed_at: datetime
    held: bool = False


class RevisionRow(msgspec.Struct, frozen=True):
    """One state of an article's text. `last_seen_before` is the last look that still found the text before it.

    `confidence` is `confirmed` or `unconfirmed`; `template` is the change of the site's template that made it, or empty; `opened`:
    the text before was known in part alone.
    """

    article: str
    revision: int
    at: datetime
    last_seen_before: datetime | None
    event: str
    title: str
    summary: str
    access: str
    reverted_to: int | None
    sha256: str
    edits: tuple[Edit, ...]
    evidence: Evidence
    confidence: str = "confirmed"
    template: str = ""
    opened: bool = False


class CaptureRow(msgspec.Struct, frozen=True):
    """The raw page of a revision: the sha256 of its bytes, and how many there are; None where it is not kept any more."""

    revision: int
    sha256: str
    bytes: int | None


class ChangeRow(msgspec.Struct, frozen=True):
    """Something that happened to an article: a revision (`kind` `revised`, the first too), `gone`, `blocked` or `restored`."""

    article: str
    revision: int
    at: datetime
    kind: str


class TallyRow(msgspec.Struct, frozen=True):
    """How often something was counted, of a name, within a stretch of time; `age` 0 is the newest stretch."""

    name: str
    what: str
    age: int
    count: int


class AbsenceRow(msgspec.Struct, frozen=True):
    """An article went (`gone`), something stood before it (`blocked`), or it came back (`restored`).

    `since` is when it was last there, or when it was said that it was not.
    """

    event: str
    article: str
    at: datetime
    kind: str
    revision: int
    since: datetime
    looks: tuple[Absence, ...]


class AlertRow(msgspec.Struct, frozen=True):
    """An alert. `suppressed` is why it told nobody, where it did not; `data` is what a webhook receives."""

    id: str
    at: datetime
    event: str
    article: str
    revision: int
    watchlist: str
    severity: str
    changes: tuple[str, ...]
    backlog: bool
    suppressed: str | None
    data: dict[str, Any]


class TellingRow(msgspec.Struct, frozen=True):
    """How one channel is told of an alert, as policy decided where it is not simply told at once.

    `how` is `now`, `group`, `digest`, `sources`, `quiet` or `suppressed` (for `reason`, `by` a silence or another alert);
    `waits_in` is the window it waits in, `until` its end.
    """

    alert: str
    channel: str
    at: datetime
    route: str
    how: str
    waits_in: str
    until: datetime | None
    reason: str
    by: str


class AckRow(msgspec.Struct, frozen=True):
    """Who took note of an alert last; `id` is the alert's."""

    id: str
    at: datetime
    by: str
    note: str


class SilenceRow(msgspec.Struct, frozen=True):
    """A silence: nothing is told of alerts with these labels until `until`, or until somebody ended it."""

    id: str
    at: datetime
    matchers: dict[str, tuple[str, ...]]
    until: datetime
    comment: str
    by: str
    ended_at: datetime | None
    ended_by: str


class DeliveryRow(msgspec.Struct, frozen=True):
    """A message to one channel. `state` is `scheduled`, `delivered`, `accepted` or `dead`; `next_at` is when it is tried next.

    `kind` is that of `notification.formed`; `route` is the one that chose the channel.
    """

    id: str
    channel: str
    article: str
    formed_at: datetime
    state: str
    attempts: int
    status: int | None
    reason: str
    detail: str
    next_at: datetime | None
    changed_at: datetime
    body: str
    kind: str = "alert"
    route: str = ""


class AttemptRow(msgspec.Struct, frozen=True):
    """One thing that happened to a delivery. `kind` is `delivered`, `accepted`, `failed`, `dead` or `requested`; times are in seconds."""

    event: str
    delivery: str
    version: int
    at: datetime
    kind: str
    attempt: int | None
    status: int | None
    reason: str
    detail: str
    seconds: float | None
    retry_in: float | None


class ChannelRow(msgspec.Struct, frozen=True):
    """A channel as it stands, where anything was ever said of it. `state` is `working`, `failing` or `disabled`."""

    id: str
    state: str
    since: datetime
    reason: str
    detail: str
    status: int | None


class FeedRow(Known, frozen=True, kw_only=True):
    """A feed as it stands: all that was said of it, and what its first look found."""

    title: str
    entries: int
    backlog: int
    baselined_at: datetime | None
    changed_at: datetime
