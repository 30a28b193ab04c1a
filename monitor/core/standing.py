"""What is kept of an article between two looks, and how events change it. It decides nothing: that is `core.article`'s.

The article's state is the fold of its events and verifies itself; its looks are notes, and may be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from monitor.core.content import Content, apply
from monitor.core.events import (
    Absence,
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
    Evidence,
)
from monitor.core.revision.noise import Place, wording
from monitor.core.titles import Title
from monitor.core.validators import Trust
from monitor.errors import Corrupt

Access = Literal["full", "teaser"]

_PAST = 64  # revisions whose wording is remembered
STATED = ("title", "dek", "byline", "section", "lang", "published", "modified")


class Article(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The newest state of an article: the snapshot beside its events, changed only together with them.

    `past` holds the wording (`noise.wording`) of the newest revisions, the current one last. `raw_sha256` names the raw body
    of the newest revision, `extractor` what read it. `unconfirmed`: its newest revision still is.
    """

    id: str
    url: str
    source: str
    content: Content
    sha256: str
    discovered_at: datetime
    changed_at: datetime
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    revision: int = 1
    access: Access = "full"
    status: Literal["live", "gone", "blocked"] = "live"
    hot_until: datetime | None = None
    past: tuple[str, ...] = ()
    feed_title: str = ""
    backlog: bool = False
    gone_since: datetime | None = None
    extractor: str = ""
    raw_sha256: str = ""
    unconfirmed: bool = False
    held: bool = False
    follows: str = ""


class Variant(msgspec.Struct, frozen=True):
    """A state that the page flips to and from: its wording, since when it stands this time, and at how many looks."""

    wording: str
    since: datetime
    looks: int


class Looks(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the looks at an article taught: a note. Losing it costs one full fetch, and learning the restless places anew.

    `titles` and `rest` are hashes of what else the newest page said: its other titles, its text outside the article; `apart` those of
    texts in the article that stood in other wrappers than its prose.
    `fingerprint` is that of the newest page (`ports.ParsedPage`). `walls` are the looks in a row that something stood before.
    `labels` are the newest titles of the page, place by place. `other` is the known variant that is seen for now, `reread_by` the newest extractor that reads the text on record as it
    stands. `modified` is the newest stamp, which may be newer than the words; `trust` is what the page's validators are worth.
    """

    seen_at: datetime | None = None
    etag: str = ""
    last_modified: str = ""
    raw_sha256: str = ""
    container: str = ""
    count: int = 0
    absences: tuple[Absence, ...] = ()
    places: tuple[Place, ...] = ()
    titles: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    fingerprint: str = ""
    walls: tuple[Absence, ...] = ()
    other: Variant | None = None
    reread_by: str = ""
    modified: datetime | None = None
    trust: Trust = Trust()
    apart: tuple[str, ...] = ()
    labels: tuple[Title, ...] = ()


class Seed(msgspec.Struct, frozen=True):
    """What discovery knows of an article that was never read."""

    article: str
    url: str
    source: str
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    feed_title: str = ""
    backlog: bool = False
    follows: str = ""


class Sighting(msgspec.Struct, frozen=True):
    """A page, or a feed entry's own text, that was read: what `ports.ParsedPage` says, field by field, and how it was captured.

    `agreeing` are the places that show its title: `json-ld`, `og`, `h1`, `feed`.
    """

    content: Content
    evidence: Evidence
    verdict: str = "article"
    access: str = "full"
    container: str = ""
    detail: str = ""
    titles: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    agreeing: tuple[str, ...] = ()
    fingerprint: str = ""
    apart: tuple[str, ...] = ()
    labels: tuple[Title, ...] = ()


# --- state at rest ---------------------------------------------------------------------------------------------------

_json = msgspec.json.Encoder(order="deterministic")
_articles = msgspec.json.Decoder(Article)
_looks = msgspec.json.Decoder(Looks)


def encode(state: Article | Looks) -> bytes:
    """The stored form of an article or of its looks."""
    return _json.encode(state)


def decode_article(raw: bytes) -> Article | None:
    """Read a snapshot; None for an empty one. Raises Corrupt for bytes that are no article."""
    try:
        return _articles.decode(raw) if raw else None
    except msgspec.MsgspecError as error:
        raise Corrupt(f"no article: {error}") from error


def decode_looks(raw: bytes | None) -> Looks:
    """Read the looks. Nothing, or what an older or newer Monitor wrote, is as if never looked."""
    try:
        return _looks.decode(raw) if raw else Looks()
    except msgspec.MsgspecError:
        return Looks()


# --- folding ---------------------------------------------------------------------------------------------------------


def fold(article: Article | None, event: ArticleFact) -> Article:
    """The article after an event. Raises Corrupt where the event does not follow, or its text does not verify."""
    if isinstance(event, ArticleDiscovered):
        return _first(article, event)
    if article is None or article.id != event.article:
        raise Corrupt(
            f"{type(event).__name__} of {event.article} does not follow {article.id if article else 'nothing'}"
        )
    match event:
        case ArticleRevised():
            return _rewritten(article, event)
        case ArticleReread():
            return _reread(article, event)
        case ArticleConfirmed():
            return msgspec.structs.replace(article, unconfirmed=False)
        case ArticleGone():
            return msgspec.structs.replace(article, status="gone", gone_since=event.at, changed_at=event.at)
        case ArticleBlocked():
            return msgspec.structs.replace(article, status="blocked", gone_since=event.at)
        case ArticleRestored():
            changed_at = event.at if event.was == "gone" else article.changed_at
            return msgspec.structs.replace(article, status="live", gone_since=None, changed_at=changed_at)
        case ArticleHeld() | ArticleReleased():
            return msgspec.structs.replace(article, held=isinstance(event, ArticleHeld))


def folded(events: Sequence[ArticleFact], first: Article | None = None) -> Article:
    """The article after its whole history. Raises Corrupt, also for an empty one.

    `first` is the article after the first of these events, where retention has dropped what came before.
    """
    article = first
    for event in events[1 if first else 0 :]:
        article = fold(article, event)
    if article is None:
        raise Corrupt("no events to fold")
    return article


def _first(article: Article | None, event: ArticleDiscovered) -> Article:
    if article is not None:
        raise Corrupt(f"{event.article} was discovered before")
    return Article(
        id=event.article,
        url=event.url,
        source=event.source,
        content=_verified(event.content, event.sha256),
        sha256=event.sha256,
        discovered_at=event.at,
        changed_at=event.at,
        tags=event.tags,
        aliases=event.aliases,
        access=event.access,
        past=(wording(event.content),),
        feed_title=event.feed_title,
        backlog=event.backlog,
        extractor=event.evidence.extractor,
        raw_sha256=event.evidence.raw_sha256,
        follows=event.follows,
    )


def _rewritten(article: Article, event: ArticleRevised) -> Article:
    if (event.revision, event.before_sha256) != (article.revision + 1, article.sha256):
        raise Corrupt(f"revision {event.revision} of {article.id} does not follow revision {article.revision}")
    content = _verified(revise(article.content, event), event.sha256)
    return msgspec.structs.replace(
        article,
        revision=event.revision,
        content=content,
        sha256=event.sha256,
        changed_at=event.at,
        access=event.access,
        past=(*article.past, wording(content))[-_PAST:],
        extractor=event.evidence.extractor,
        raw_sha256=event.evidence.raw_sha256,
        unconfirmed=event.confidence == "unconfirmed",
    )


def _reread(article: Article, event: ArticleReread) -> Article:
    """The same revision under a new reading: neither a change nor a version."""
    if (event.revision, event.before_sha256) != (article.revision, article.sha256):
        raise Corrupt(f"{article.id} was not read anew at revision {article.revision}")
    content = _verified(revise(article.content, event), event.sha256)
    past = (*article.past[:-1], wording(content))
    return msgspec.structs.replace(article, content=content, sha256=event.sha256, past=past, extractor=event.extractor)


def revise(content: Content, event: ArticleRevised | ArticleReread) -> Content:
    """The content after a revision or a new reading, not yet verified. Raises Corrupt where the operations or fields do not fit."""
    stated = {name: getattr(content, name) for name in STATED}
    try:
        known = msgspec.convert({**msgspec.to_builtins(stated), **event.fields}, Content)
    except msgspec.ValidationError as error:
        raise Corrupt(f"fields of revision {event.revision}: {error}") from error
    return msgspec.structs.replace(known, blocks=apply(event.operations, content.blocks))


def _verified(content: Content, sha256: str) -> Content:
    if content.digest() != sha256:
        raise Corrupt(f"the text does not verify: {content.digest()} instead of {sha256}")
    return content
