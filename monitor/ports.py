"""The seams: what the stages need of the log, the net, the parsers and the channels, as values and protocols. No code runs here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from monitor.core.cadence import Hints
from monitor.core.content import Content
from monitor.core.events import AnyEvent, Recorded
from monitor.core.listing import ListingKind
from monitor.core.standing import Article
from monitor.core.titles import Title

# --- the log ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head:
    """The newest state of an entity as the log keeps it: version 0 and an empty snapshot for one that is not there."""

    version: int = 0
    hash: str = ""
    snapshot: bytes = b""


@dataclass(frozen=True, slots=True)
class Append:
    """Events of one entity, to be recorded if it still stands at `head`; `snapshot` is its state after them."""

    entity: str
    head: Head
    events: tuple[AnyEvent, ...]
    snapshot: bytes = b""


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Make `member` due `delay` seconds from the server's now. `payload` None keeps the payload it has.

    `only_sooner`: an existing earlier due time stays (the payload is still replaced where one is given).
    """

    kind: str
    member: str
    delay: float
    payload: bytes | None = None
    only_sooner: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A due timer that is ours for the length of the lease. `token` fences: a stale one can finish nothing."""

    kind: str
    partition: int
    member: str
    token: str
    payload: bytes
    due: datetime


@dataclass(frozen=True, slots=True)
class Finish:
    """Give a claim back: due again in `delay` seconds with `payload` (None keeps it), or done for good where `delay` is None.

    A timer that was set anew (SetTimer) while it was claimed keeps that newer, sooner time.
    """

    claim: Claim
    delay: float | None
    payload: bytes | None = None


@dataclass(frozen=True, slots=True)
class Ack:
    """The right to mark one consumed event as done: valid only together with the lease it was read under."""

    group: str
    partition: int
    position: str
    owner: str
    token: str


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one decision changes, in one partition: applied as a whole by one script, or not at all."""

    partition: int
    appends: tuple[Append, ...] = ()
    timers: tuple[SetTimer, ...] = ()
    notes: Mapping[str, bytes | None] = field(default_factory=dict)  # None forgets the note
    finish: Finish | None = None
    ack: Ack | None = None


@dataclass(frozen=True, slots=True)
class Consumed:
    """An event as a consumer group reads it; `deliveries` counts how often it was handed out (1 the first time)."""

    recorded: Recorded
    ack: Ack
    deliveries: int


@dataclass(frozen=True, slots=True)
class Past:
    """What is left of an entity's events, oldest first; `lost` is how many before them retention has dropped.

    `first` is an article's state after the first of those that are left, where any were dropped.
    """

    lost: int = 0
    first: Article | None = None
    events: list[Recorded] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Floor:
    """Up to which position retention has dropped events of a partition, and how many."""

    position: str
    dropped: int

    @property
    def at(self) -> datetime:
        """When the newest of them was recorded, UTC."""
        return datetime.fromtimestamp(int(self.position.partition("-")[0]) / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Founded:
    """An article that lost its beginning: its state after the first event that is left, and the addresses that the lost ones named."""

    article: Article
    addresses: tuple[str, ...]


class Log(Protocol):
    """The append-only log with its snapshots, timers and notes.

    Every method repeats itself, with the same arguments, over lost connections, restarts and a busy or loading server
    until it has a definite answer; all writes are idempotent, so that this is safe.
    """

    @property
    def partitions(self) -> int:
        """How many partitions the log has: fixed at its first start."""
        ...

    @property
    def trouble(self) -> str:
        """Why the server does not answer just now; empty where it does."""
        ...

    def partition_of(self, entity: str) -> int:
        """Where an entity with no other home lives."""
        ...

    async def now(self) -> datetime:
        """The log's time (the server's, or the injected one), UTC."""
        ...

    async def load(self, partition: int, entity: str) -> Head:
        """The newest head of an entity."""
        ...

    async def history(self, partition: int, entity: str, upto: int | None = None) -> list[Recorded]:
        """The entity's events, oldest first, to version `upto` included.

        Raises Corrupt where the chain does not verify, Dropped where retention has dropped the first of them.
        """
        ...

    async def past(self, partition: int, entity: str, upto: int | None = None) -> Past:
        """What retention has left of the entity's events, to version `upto` included.

        Raises Corrupt where the chain does not verify, Dropped where nothing is left.
        """
        ...

    async def commit(self, batch: Batch) -> list[Recorded]:
        """Apply a batch. Returns its events as recorded; one that was recorded before (a repeat) is returned as it stands.

        Raises Conflict (nothing was applied) where an entity has moved on; Fenced (nothing was applied) where the ack's
        lease or the finished claim is somebody else's.
        """
        ...

    async def note(self, partition: int, key: str) -> bytes | None:
        """A note: something whose loss costs one full fetch and no more."""
        ...

    async def pin(self, alias: str, entity: str) -> str:
        """Bind an alias to an entity unless it is bound already; returns whom it is bound to now."""
        ...

    async def repin(self, alias: str, holder: str, entity: str) -> str:
        """Bind an alias that is bound to `holder`, or to nobody, to `entity` instead; returns whom it is bound to now."""
        ...

    async def resolve(self, aliases: Sequence[str]) -> str | None:
        """Whom the first bound of these aliases is bound to."""
        ...

    async def claim(self, kind: str, partition: int, limit: int, lease: float) -> list[Claim]:
        """Take up to `limit` due timers for `lease` seconds. A repeat after a lost reply returns the same claims."""
        ...

    async def next_due(self, kind: str, partition: int) -> float | None:
        """Seconds until the next unclaimed timer of this kind is due (≤ 0: overdue); None where there is none."""
        ...

    def consume(self, group: str, partition: int, *, limit: int = 64) -> AsyncGenerator[list[Consumed], None]:
        """The events that the group has not acked, in order, for ever; holds a lease while it runs.

        First what was handed out but not acked, then what is new. An empty list means: caught up for now.
        """
        ...

    async def park(self, consumed: Consumed, error: str) -> None:
        """Set an event that keeps failing aside, in sight, and go on with the next."""
        ...

    async def parked(self, group: str) -> list[tuple[Recorded, str]]:
        """The parked events of a group, each with its error."""
        ...

    async def unpark(self, group: str, event_id: str) -> bool:
        """Hand a parked event to its group again; False where there is no such event."""
        ...

    async def lag(self, group: str, partition: int) -> int:
        """How many events the group has not acked."""
        ...

    async def behind(self, group: str, partition: int) -> float:
        """The age in seconds of the oldest event that the group has neither acked nor parked; 0 where it has them all."""
        ...

    def read(self, partition: int, after: str = "0-0", *, follow: bool = False) -> AsyncGenerator[Recorded, None]:
        """Every event after a position, oldest first; with `follow`, for ever."""
        ...

    async def floor(self, partition: int) -> Floor | None:
        """Up to where retention has dropped events; None where it has dropped none."""
        ...

    def founded(self, partition: int) -> AsyncIterator[list[Founded]]:
        """The articles of which it has dropped the beginning, in pages."""
        ...


# --- the archive -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits to be archived: how many events and bytes, and the age of the oldest in seconds."""

    events: int
    size: int
    age: float


@dataclass(frozen=True, slots=True)
class Keep:
    """How long archived events are kept, in seconds, and how many bytes all of a partition may take; None: however long, however many.

    What is younger than `fresh` seconds always stays.
    """

    age: float | None = None
    size: int | None = None
    fresh: float = 0.0

    def lets_go(self, age: float, size: int) -> bool:
        """Whether the oldest segment of an archive of this size may go, whose newest event is of this age."""
        too_old = self.age is not None and age > self.age
        too_many = self.size is not None and size > self.size
        return age >= self.fresh and (too_old or too_many)


class Archivist(Protocol):
    """Whoever archives one partition of the log, under a lease."""

    async def gather(self, events: int, size: int) -> Waiting:
        """Read on in what is not archived yet, up to so many events or bytes; what waits then. Waits for the lease."""
        ...

    async def seal(self) -> None:
        """Archive what was gathered. Raises Fenced where the lease was lost: then it is somebody else's to do."""
        ...

    async def trim(self) -> int:
        """Drop from the hot log what is archived and what every group has done with; returns how many events."""
        ...

    async def let_go(self, keep: Keep) -> int:
        """Drop from the archive what need not be kept; returns how many events. Waits for the lease."""
        ...


# --- the views -------------------------------------------------------------------------------------------------------


class Projection(Protocol):
    """What is made from the log to be read by people. It remembers how far it has read; every call blocks on a disk."""

    def position(self, partition: int) -> str:
        """The stream position of the last event applied; `0-0` before the first."""
        ...

    def apply(self, batch: Sequence[Recorded]) -> None:
        """Bring the views up to these events; those applied before are passed over.

        Raises Corrupt where an event does not fit what was applied before it.
        """
        ...


# --- the net ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one exchange: bytes and seconds (reliability: section 4)."""

    wire_bytes: int = 5 * 2**20
    decoded_bytes: int = 10 * 2**20
    redirects: int = 5
    connect_seconds: float = 5.0
    total_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole and within its limits. Header names are lower case. `permanent_url` is where a chain of only permanent redirects (301, 308) led."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    permanent_url: str | None = None


class Net(Protocol):
    """The one door to the outside."""

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, limits: Limits | None = None
    ) -> Response:
        """Fetch. Any status is an answer. Raises Transient (timeout, reset, DNS) or Permanent (refused address, TLS, bomb, bad URL)."""
        ...

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Mapping[str, str],
        allow_private: bool = False,
        limits: Limits | None = None,
    ) -> Response:
        """Send. Redirects are answers, never followed; of the answer's body only the first 20 kB are read."""
        ...


# --- parsers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, bounded and cleaned. `key` is its guid, else its link: what makes it the same entry next time."""

    key: str
    url: str
    title: str = ""
    author: str = ""
    summary: str = ""
    content_html: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One sitemap of an index of sitemaps, and when it says that it was modified."""

    url: str
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What the bytes of a feed, a sitemap or a front page say.

    `hints`: what it says of when to come again; `truncated`: entries beyond the cap were dropped. `parts`: an index of
    sitemaps lists no entries but these. `hub` tells when it changes (WebSub), and knows it as `topic`.
    """

    title: str
    url: str
    lang: str
    entries: tuple[Entry, ...]
    hints: Hints = field(default_factory=Hints)
    truncated: bool = False
    kind: ListingKind = "feed"
    parts: tuple[Part, ...] = ()
    hub: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """A feed that a page names, and what it calls it."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """What a page's bytes say. `container` names where the text was found, so that the next look reads the same place.

    `verdict` is `article`, or why there is none: `block_page`, `empty`, `not_html`, `not_found` (a page that says so itself);
    `unchanged`: its fingerprint is the known one, and nothing else was read.
    `fingerprint` covers all that reading depends on; empty where there is none. `agreeing` are the places that show the title
    (`json-ld`, `og`, `h1`). `titles` and `rest` are hashes (`core.text.short_hash` of a lettering) of all titles the page gives itself and of its text outside the article;
    `apart` those of the article's texts that stand in other wrappers than its prose. `labels` are all its titles, place by place.
    """

    verdict: str
    content: Content
    container: str = ""
    canonical: str = ""
    access: str = "full"
    confidence: float = 1.0
    extractor: str = ""
    detail: str = ""
    titles: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    agreeing: tuple[str, ...] = ()
    fingerprint: str = ""
    apart: tuple[str, ...] = ()
    labels: tuple[Title, ...] = ()


class Parser(Protocol):
    """Whatever reads bytes from outside, in killable, limited subprocesses.

    Raises Permanent(`not_a_feed`, `malformed`, …) for bytes that say nothing, Transient(`parser_killed`) where a limit struck.
    """

    async def feed(self, body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
        """Parse a feed, a sitemap or an index of sitemaps."""
        ...

    async def front_page(self, body: bytes, url: str, headers: Mapping[str, str], rules: Sequence[str]) -> ParsedFeed:
        """Find the articles that a page links to, by `core.listing`'s rules and the user's patterns in `rules`."""
        ...

    async def announced(self, body: bytes, url: str, headers: Mapping[str, str]) -> tuple[Announced, ...]:
        """The feeds that a page names."""
        ...

    async def page(
        self, body: bytes, url: str, headers: Mapping[str, str], container: str, known: str = ""
    ) -> ParsedPage:
        """Read a page; `container` and `known` are container and fingerprint of the last ParsedPage of this article, or empty."""
        ...

    async def fragment(self, html: str, url: str, title: str) -> ParsedPage:
        """Read an article's text from a feed entry's own HTML."""
        ...


# --- captures --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep of the captures did: how many were deleted, their bytes on the disk, and the bytes that are left."""

    deleted: int
    freed: int
    left: int


class Captures(Protocol):
    """Raw bodies by the sha256 (hex) of their bytes."""

    async def keep(self, body: bytes) -> str:
        """Store a body durably; returns its sha256."""
        ...

    async def read(self, sha256: str) -> bytes | None:
        """The body, verified; None where it is not kept. Raises Corrupt where it does not match its name."""
        ...

    async def sweep(self, needed: Callable[[str], bool], *, older_than: timedelta, most_bytes: int) -> Swept:
        """Delete bodies last kept longer ago than that, then the oldest until the rest fits; never those that are `needed`, nor fresh ones."""
        ...


# --- channels --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. `kind` is `delivered`, `accepted`, `retry`, `dead` or `disable` (410: stop using the channel).

    `accepted`: the other side said only that it will try. `receipt` is what it calls the message; times are in seconds.
    """

    kind: str
    reason: str = ""
    detail: str = ""
    status: int | None = None
    retry_after: float | None = None
    seconds: float = 0.0
    receipt: str = ""


class Notifier(Protocol):
    """A channel. It makes one attempt and reports; when to try again is `core.policy.schedule`'s to say."""

    async def send(self, notification: str, body: str, *, at: datetime, thread: str = "") -> Outcome:
        """Make one attempt with the message's frozen body. Never raises for what the other side did.

        `thread` is the receipt of the first message about the same article, for channels that can thread.
        """
        ...
