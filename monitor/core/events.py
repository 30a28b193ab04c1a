"""The facts of the log: every event type, its envelope, its id and its hash. Frozen, strictly decoded, named in the past tense.

A stored event is never edited. A new meaning is a new optional field or a new type; a new shape adds a step to
`core.upcasts`. Nothing here talks to a server.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal

import msgspec

from monitor.core.content import Content, Operation
from monitor.core.upcasts import stamped, upcast
from monitor.errors import UnknownEvent


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
    """A feed stopped working. Said once, until it recovers.

    `may_have_missed`: it was last read longer ago than its entries reached back then. `articles_unwatched` have their text in the
    feed alone. None: not known.
    """

    feed: str
    url: str
    reason: str
    detail: str
    status: int | None
    failures: int
    last_ok: datetime | None
    next_try: datetime | None = None
    may_have_missed: bool | None = None
    articles_unwatched: int | None = None


class FeedGone(Event, frozen=True, tag="feed.gone"):
    """A failing feed is there no more: so many `looks` in a row said so, the first at `since`. Said once; it is still asked now and then."""

    feed: str
    url: str
    reason: str
    status: int | None
    since: datetime
    looks: int
    last_ok: datetime | None
    next_try: datetime | None = None


class FeedStale(Event, frozen=True, tag="feed.stale"):
    """A feed can be read and has brought nothing new for much longer than its own rhythm allows. Said once, until it brings something.

    `last_new` is the hour in which something came last. Pauses are in seconds, as known until then; nine of ten were not longer than `usual_pause`.
    """

    feed: str
    url: str
    last_new: datetime
    usual_pause: float
    longest_pause: float


class FeedLying(Event, frozen=True, tag="feed.lying"):
    """A feed's validators would have hidden a change: it is asked without them from now on. Said once, until they have proved good.

    `hidden` entries were new or had changed, of which a 304 said nothing; its body was last had at `since`.
    """

    feed: str
    url: str
    hidden: int
    since: datetime | None = None


class FeedSlow(Event, frozen=True, tag="feed.slow"):
    """A feed takes much longer to answer than it did, or than is good: `seconds` now, `usual` before. Said once, until it is quick again."""

    feed: str
    url: str
    seconds: float
    usual: float


class FeedGapped(Event, frozen=True, tag="feed.gapped"):
    """None of the `entries` of a feed was known, though it was read before, at `since`: others may have come and gone. At most once a day.

    `count` is how often that was so.
    """

    feed: str
    url: str
    since: datetime
    entries: int
    count: int


class FeedRecovered(Event, frozen=True, tag="feed.recovered"):
    """A failing feed can be read again, or a stale one (`was`) brings something, a slow one is quick, or the validators of a lying one are believed.

    `failing_since` is when it was said that it was so.

    `may_have_missed`: nothing of what it holds was known before, so that entries may have come and gone; None where that is not known.
    """

    feed: str
    url: str
    failing_since: datetime
    was: Literal["failing", "stale", "slow", "lying"] = "failing"
    may_have_missed: bool | None = None


class FeedMoved(Event, frozen=True, tag="feed.moved"):
    """A permanent redirect was repeated often enough to be believed."""

    feed: str
    url: str
    to: str


# --- articles --------------------------------------------------------------------------------------------------------


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a revision was captured: enough to show it to somebody who doubts it. `status` is 0 where the page was not asked for."""

    fetched_at: datetime
    url: str
    status: int
    raw_sha256: str
    extractor: str
    etag: str = ""
    last_modified: str = ""
    confidence: float = 1.0


class Measure(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How much a figure says: its value, whether that is a bound, and the other end of a range such as 20 to 30."""

    value: int | float
    bound: Literal["exact", "min", "max", "about"] = "exact"
    upper: int | float | None = None


EditZone = Literal["title", "dek", "byline", "body", "lede", "stamp"]


class Edit(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One typed edit of a revision; docs/revisions.md says what each kind means.

    `block` counts from 0 in the text that holds it (the new one, unless it was removed).
    `sentence_before` and `sentence_after` hold it. A figure says what it counts (`unit`: %, a currency, `age`; else `noun`)
    and how much, `figure_before` and `figure_after`. `speaker` says it, known by the `cue`; for a quote that is now
    somebody else's `speaker_before` said it. All are empty where they are not known.
    """

    kind: str
    zone: EditZone
    before: str = ""
    after: str = ""
    block: int | None = None
    sentence_before: str = ""
    sentence_after: str = ""
    unit: str = ""
    noun: str = ""
    figure_before: Measure | None = None
    figure_after: Measure | None = None
    speaker: str = ""
    speaker_before: str = ""
    cue: str = ""


Significance = Literal["major", "minor", "cosmetic"]
Declared = Literal["yes", "no", "unknown"]


class ArticleDiscovered(Event, frozen=True, tag="article.discovered"):
    """An article was read for the first time. Carries everything.

    `backlog`: it was old at first sight. `follows` is the article whose address it took over, where it did.
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
    follows: str = ""


class ArticleRevised(Event, frozen=True, tag="article.revised"):
    """An article's words changed. Folding `operations` and `fields` over the content before gives `sha256`.

    `fields` holds the new values of those fields of Content, other than blocks, that differ.
    `reverted_to` is the revision whose exact text came back, where one did: it takes back all revisions between the two.
    `confidence` is `unconfirmed` for a headline alone that only one place of the page shows: it may be a test of headlines.
    What follows is `article.confirmed`, or another `article.revised`.
    `significance` and `update_declared` are None in what was recorded before they were told. `stealth`: major, and declared
    to be no update. `bump`: a new stamp on the same words. `opened`: what was known before was a part (a teaser, the feed's
    own words before a wall), so that nothing can be said of edits, and there are none.
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
    confidence: Literal["confirmed", "unconfirmed"] = "confirmed"
    significance: Significance | None = None
    update_declared: Declared | None = None
    stealth: bool = False
    bump: bool = False
    opened: bool = False


class ArticleConfirmed(Event, frozen=True, tag="article.confirmed"):
    """An unconfirmed revision holds: places of the page and the feed agree on it (`agreement`), or it still stood at the last re-check (`standing`).

    `agreeing` are the places that show it: `json-ld`, `og`, `h1`, `feed`. `last_seen` is the newest look that saw it.
    """

    article: str
    revision: int
    how: Literal["agreement", "standing"]
    last_seen: datetime
    agreeing: tuple[str, ...] = ()


class ArticleReread(Event, frozen=True, tag="article.reread"):
    """A new extractor read the kept raw body of a revision anew: the revision stays, its text is from now on this one. No edit, no alert.

    Folding `operations` and `fields` over the content before gives `sha256`, as for a revision.
    """

    article: str
    revision: int
    before_sha256: str
    sha256: str
    operations: tuple[Operation, ...]
    fields: dict[str, Any]
    extractor: str
    raw_sha256: str


class Absence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One look at which the article was not there."""

    at: datetime
    status: int
    reason: str


class ArticleGone(Event, frozen=True, tag="article.gone"):
    """Repeated looks did not find the article. An observation with both its bounds, not a claim.

    `replaced_by` is the article that stands at its address now, where there is one.
    """

    article: str
    revision: int
    last_present: datetime
    absent: tuple[Absence, ...]
    replaced_by: str = ""


class ArticleBlocked(Event, frozen=True, tag="article.blocked"):
    """Repeated looks met something that stands before the article: a check for robots, a login, a refusal. Nothing is known of the article itself."""

    article: str
    revision: int
    last_present: datetime
    blocked: tuple[Absence, ...]


class ArticleRestored(Event, frozen=True, tag="article.restored"):
    """An article that was gone, or blocked, is there again. `gone_since` is when that was said."""

    article: str
    revision: int
    gone_since: datetime
    was: Literal["gone", "blocked"] = "gone"


class ArticleHeld(Event, frozen=True, tag="article.held"):
    """Somebody wants the raw captures of an article kept for ever."""

    article: str
    by: str


class ArticleReleased(Event, frozen=True, tag="article.released"):
    """Somebody let the captures of a held article age again."""

    article: str
    by: str


# --- sites -----------------------------------------------------------------------------------------------------------


class RevisionName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One revision of one article."""

    article: str
    revision: int


class SiteTemplateChanged(Event, frozen=True, tag="site.template_changed"):
    """The same edit was made to many articles of one site at about the same time: its template changed, not the articles.

    `change` is the id under which alerts (`alert.raised`, `template`) of these and later revisions name it. `added` and
    `removed` are the texts that came and went alike. `revisions` are those seen so far; `since` is the first of them.
    """

    change: str
    site: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    revisions: tuple[RevisionName, ...]
    since: datetime


# --- alerts ----------------------------------------------------------------------------------------------------------


class AlertRaised(Event, frozen=True, tag="alert.raised"):
    """A watchlist has something to say about a revision: one alert per (article, revision, watchlist).

    `data` is the payload's `data` of docs/webhooks.md, stable by its own `schema`. `template` names the change of the
    site's template (`site.template_changed`) that all edits of the revision belong to, where there is one.
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
    template: str = ""


class MatchExcluded(Event, frozen=True, tag="match.excluded"):
    """An edit made a watchlist's query false though these words of it still stand: a NOT or a distance put them out. It tells nobody.

    `terms` are in words, and so is `reason`: the first one why the query is false now (empty where it still holds for others).
    """

    article: str
    revision: int
    watchlist: str
    terms: tuple[str, ...]
    reason: str = ""


class AlertSuppressed(Event, frozen=True, tag="alert.suppressed"):
    """An alert that tells nobody, and why (`backlog`, `no_channel`, `silenced`, `inhibited`, `throttled`, …).

    Where `channel` names one, only that channel is not told. `by` is what suppressed it: a silence, another alert.
    """

    alert: str
    reason: str
    channel: str = ""
    route: str = ""
    by: str = ""


class Telling(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How one channel is told of an alert: `now`, or later in a `group`, a `digest`, with other `sources`, after `quiet` hours; or it is `suppressed`.

    `group` is the window of the `lane` in which it waits, `until` when that ends at the latest as far as is known.
    """

    channel: str
    route: str
    how: Literal["now", "group", "digest", "sources", "quiet", "suppressed"]
    lane: str = ""
    group: str = ""
    until: datetime | None = None
    reason: str = ""


class AlertRouted(Event, frozen=True, tag="alert.routed"):
    """What was decided about an alert, a telling for each channel; only where they are not all told at once."""

    alert: str
    tellings: tuple[Telling, ...]


class AlertGrouped(Event, frozen=True, tag="alert.grouped"):
    """An alert joined those that wait to be told together. `brief` is what the message will say of it."""

    alert: str
    channel: str
    route: str
    group: str
    due: datetime
    brief: dict[str, Any]


class AlertHeld(Event, frozen=True, tag="alert.held"):
    """An alert waits for the end of quiet hours. `brief` is what the message will say of it."""

    alert: str
    channel: str
    route: str
    group: str
    due: datetime
    brief: dict[str, Any]


class AlertAcked(Event, frozen=True, tag="alert.acked"):
    """Somebody has taken note of an alert: it is not reminded of any more."""

    alert: str
    by: str
    note: str


# --- policy ----------------------------------------------------------------------------------------------------------


class GroupOpened(Event, frozen=True, tag="group.opened"):
    """A window of a lane was opened: alerts join it until it is full or due. `why` is what they wait for, as in `Telling.how`."""

    lane: str
    group: str
    channel: str
    route: str
    why: str
    due: datetime


class GroupClosed(Event, frozen=True, tag="group.closed"):
    """What waited together goes out as one message; or, with a `reason` and no `notification`, tells nobody."""

    group: str
    channel: str
    notification: str
    count: int
    reason: str = ""


class ThrottleStarted(Event, frozen=True, tag="throttle.started"):
    """An alert was let through; others like it (of the same `lane`) are suppressed until then."""

    lane: str
    alert: str
    until: datetime


class InhibitionStarted(Event, frozen=True, tag="inhibition.started"):
    """Something happened (`by`: an alert or an event) that makes others not worth telling until then, where the labels in `equal` agree."""

    rule: str
    equal: dict[str, tuple[str, ...]]
    until: datetime
    by: str


class SilenceSet(Event, frozen=True, tag="silence.set"):
    """Somebody wants to hear nothing of alerts with these labels until then."""

    silence: str
    matchers: dict[str, tuple[str, ...]]
    until: datetime
    comment: str
    by: str


class SilenceExpired(Event, frozen=True, tag="silence.expired"):
    """Somebody ended a silence before its time."""

    silence: str
    by: str


# --- notifications and deliveries ------------------------------------------------------------------------------------


class NotificationFormed(Event, frozen=True, tag="notification.formed"):
    """A message for one channel, with frozen members and frozen bytes. Its id is the `webhook-id`.

    It lives where `article` lives; for a message about several that is the id of what brought them together. `kind` is
    `alert`, `group`, `digest`, `reminder`, `superseded`, `health`, `firehose` or `test`.
    """

    notification: str
    channel: str
    alerts: tuple[str, ...]
    article: str
    body: str
    kind: str = "alert"
    route: str = ""


class DeliverySucceeded(Event, frozen=True, tag="delivery.succeeded"):
    """The channel took the message.

    `accepted`: it said no more than that it will try. `receipt` is what the channel calls the message, where it names it.
    """

    notification: str
    channel: str
    attempt: int
    status: int | None
    seconds: float
    accepted: bool = False
    receipt: str = ""


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


# --- channels --------------------------------------------------------------------------------------------------------


class ChannelFailing(Event, frozen=True, tag="channel.failing"):
    """A channel failed so often in a row that it is only knocked at now; what it should be told waits. Said once, until it recovers."""

    channel: str
    reason: str
    detail: str
    status: int | None
    failures: int


class ChannelRecovered(Event, frozen=True, tag="channel.recovered"):
    """A failing channel takes messages again."""

    channel: str
    failing_since: datetime


class ChannelDisabled(Event, frozen=True, tag="channel.disabled"):
    """A channel is used no more until somebody enables it: its receiver said so (410)."""

    channel: str
    reason: str
    by: str


class ChannelEnabled(Event, frozen=True, tag="channel.enabled"):
    """Somebody enabled a disabled channel."""

    channel: str
    by: str


ArticleEvent = ArticleDiscovered | ArticleRevised | ArticleGone | ArticleRestored
ArticleRemark = ArticleConfirmed | ArticleReread | ArticleBlocked | ArticleHeld | ArticleReleased
"""What is said of an article without being news of it: it raises no alert."""
ArticleFact = ArticleEvent | ArticleRemark
FeedTrouble = FeedFailing | FeedGone | FeedStale | FeedLying | FeedSlow | FeedGapped
FeedEvent = FeedBaselined | FeedTrouble | FeedRecovered | FeedMoved
DeliveryEvent = DeliverySucceeded | DeliveryFailed | DeliveryDied | DeliveryRequested
# --- Monitor itself --------------------------------------------------------------------------------------------------


class MonitorBlind(Event, frozen=True, tag="monitor.blind"):
    """Half of all hosts gave no answer since `since`, and nobody did in between: it is our own network that is gone."""

    since: datetime
    silent: int
    hosts: int


class MonitorSighted(Event, frozen=True, tag="monitor.sighted"):
    """Somebody answers again."""

    blind_since: datetime


class ConfigChanged(Event, frozen=True, tag="config.changed"):
    """Another configuration is at work: taken up while running (`reload`), or found at a start.

    `added`, `removed` and `changed` name what differs, by table: ids, numbers of routes and inhibitions, keys of settings,
    files. Never a value. `left_out` is how many more there are than are named. The rulesets are those that alerts name.
    """

    ruleset: str
    ruleset_before: str
    how: Literal["reload", "start"]
    added: dict[str, tuple[str, ...]] = {}
    removed: dict[str, tuple[str, ...]] = {}
    changed: dict[str, tuple[str, ...]] = {}
    left_out: int = 0


class WatchStarted(Event, frozen=True, tag="watch.started"):
    """Somebody wants one page followed closely until then: read every so many seconds. Started again, the newer holds.

    `watchlists` are those that look at it although they look elsewhere; empty: all of them. An article that is older than
    `max_age` (seconds) at first sight is backlog.
    """

    watch: str
    url: str
    every: float
    until: datetime
    watchlists: tuple[str, ...]
    by: str
    max_age: float = 86_400.0


class WatchEnded(Event, frozen=True, tag="watch.ended"):
    """A page is followed no more: its time is over, or somebody said so."""

    watch: str
    url: str
    why: Literal["over", "ended"]
    by: str = ""


WatchEvent = WatchStarted | WatchEnded
MonitorEvent = MonitorBlind | MonitorSighted | ConfigChanged | WatchEvent
ChannelEvent = ChannelFailing | ChannelRecovered | ChannelDisabled | ChannelEnabled
AlertDecision = AlertSuppressed | AlertRouted | AlertGrouped | AlertHeld | AlertAcked
PolicyEvent = GroupOpened | GroupClosed | ThrottleStarted | InhibitionStarted | SilenceSet | SilenceExpired
AnyEvent = (
    MonitorEvent
    | ChannelEvent
    | ArticleFact
    | SiteTemplateChanged
    | FeedEvent
    | AlertRaised
    | MatchExcluded
    | AlertDecision
    | PolicyEvent
    | NotificationFormed
    | DeliveryEvent
)


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
    """The canonical JSON of an event: what is stored, and what its hash covers."""
    return stamped(type_of(event), _encoder.encode(event))


def decode(raw: bytes) -> AnyEvent:
    """Read a stored event of any shape that ever was, strictly. Raises UnknownEvent for anything else."""
    try:
        return _decoder.decode(upcast(raw))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
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
    return _named(entity, version, sameness)


class _Sameness(msgspec.Struct, frozen=True):
    type: str
    sha256: str = ""


_sameness = msgspec.json.Decoder(_Sameness)


def stored_id(entity: str, version: int, raw: bytes) -> str:
    """The id that a stored event was given, from its bytes alone: whatever its shape, whether or not its type is known.

    Raises UnknownEvent for what is no event.
    """
    try:
        found = _sameness.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnknownEvent(f"{error} in {raw[:200]!r}") from error
    match found.type:
        case "article.discovered" | "article.revised":
            sameness = found.sha256.encode()
        case "alert.raised" | "notification.formed":
            sameness = found.type.encode()
        case _:
            sameness = raw
    return _named(entity, version, sameness)


def _named(entity: str, version: int, sameness: bytes) -> str:
    return hashlib.sha256(f"{entity}\0{version}\0".encode() + sameness).hexdigest()[:32]


def chain(previous: str, raw: bytes) -> str:
    """The hash of an event: it covers the hash of the entity's event before it, so that no byte of the past can change."""
    return hashlib.sha256(previous.encode() + b"\0" + raw).hexdigest()


def entity_id(kind: str, *parts: str) -> str:
    """A computed id such as `article_3fa2…`: the kind and 20 hex digits over the parts."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{kind}_{digest[:20]}"
