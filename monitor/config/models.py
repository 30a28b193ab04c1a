"""What a valid configuration is: frozen tables with their types, defaults and meanings. Reading, checking references and secrets stand elsewhere.

Every key's `description` is what docs/configuration.md and an editor say about it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, SecretStr, model_validator

from monitor.config.authorities import AuthoritiesFile
from monitor.config.channels import Channel
from monitor.config.keeping import Archive, Captures, TemplateAfter
from monitor.config.lists import Lists, Roster
from monitor.config.routes import Inhibit, Route
from monitor.config.table import Table
from monitor.config.values import (
    Contact,
    Cron,
    Duration,
    FilePath,
    Id,
    Ids,
    LinkPatterns,
    Networks,
    SealedRedis,
    Tags,
    Url,
    Variable,
    Zone,
    refuse,
)
from monitor.config.watchlists import Entity, Watchlist
from monitor.config.web import Web
from monitor.core.watch import rules as core

ContentFrom = Literal["page", "feed"]
USUAL = timedelta(minutes=5)
"""How often a page is read of which nobody says how often."""


# --- what is watched -------------------------------------------------------------------------------------------------


class Feed(Table):
    """`[feeds.ID]`: a feed, a sitemap or a front page that is polled."""

    at_most_one = (("every", "cron"),)

    url: Annotated[Url, Field(description="Where the feed is, or a sitemap, or a front page: an http or https URL.")]
    tags: Annotated[Tags, Field(description="Names that watchlists can choose feeds by, as `tag:NAME`.")] = ()
    every: Annotated[
        Duration | None,
        Field(
            description="How often it is polled. Left out: `polling.every`, or as often as pays. Not together with `cron`."
        ),
    ] = None
    cron: Annotated[
        Cron | None,
        Field(description="When it is polled: minute, hour, day of the month, month, day of the week, in `timezone`."),
    ] = None
    content: Annotated[
        ContentFrom | None,
        Field(
            description="Where an article's text is taken from: its `page`, or the `feed` itself. Left out: `defaults.content`."
        ),
    ] = None
    max_age: Annotated[
        Duration | None,
        Field(description="Older at first sight: recorded as backlog, not alerted. Left out: `defaults.max_age`."),
    ] = None
    ca_file: Annotated[
        AuthoritiesFile | None,
        Field(
            description="A file of certificates (PEM) that vouch for this feed's server and those of its articles, in place of the machine's: for a private authority."
        ),
    ] = None
    links: Annotated[
        LinkPatterns | None,
        Field(
            description="The address is a front page without a feed, whose links are followed: `true` for those that look like articles, or patterns of paths such as `/news/*`; `!/news/live/*` takes links out."
        ),
    ] = None


class Page(Table):
    """`[pages.ID]`: one page that is watched by itself."""

    at_most_one = (("every", "cron"),)

    url: Annotated[Url, Field(description="Where the page is: an http or https URL.")]
    tags: Annotated[Tags, Field(description="Names that watchlists can choose pages by, as `tag:NAME`.")] = ()
    every: Annotated[
        Duration | None,
        Field(
            description="How often it is read. Left out: `polling.every`, or every 5 minutes. Not together with `cron`."
        ),
    ] = None
    cron: Annotated[
        Cron | None,
        Field(description="When it is read: minute, hour, day of the month, month, day of the week, in `timezone`."),
    ] = None


# --- how it is done --------------------------------------------------------------------------------------------------


class Hot(Table):
    """`hot = { every, for }`: how a matched article is re-checked."""

    every: Annotated[Duration, Field(description="How often an article is re-checked once a watchlist matched it.")] = (
        timedelta(minutes=2)
    )
    lasting: Annotated[
        Duration, Field(validation_alias="for", description="How long after the match that goes on.")
    ] = timedelta(hours=12)


class GoneAfter(Table):
    """`gone_after = { checks, over }`: what it takes to call an article gone."""

    checks: Annotated[int, Field(ge=1, le=100, description="How many looks in a row must not find the article.")] = 3
    over: Annotated[Duration, Field(description="The time these looks must at least span.")] = timedelta(hours=24)


class Defaults(Table):
    """`[defaults]`: what holds where a feed or watchlist says nothing."""

    max_age: Annotated[
        Duration, Field(description="Articles older than this at first sight are recorded as backlog, not alerted.")
    ] = timedelta(hours=24)
    hot: Annotated[Hot, Field(description="The re-check of articles that a watchlist matched.")] = Field(
        default_factory=Hot
    )
    content: Annotated[
        ContentFrom, Field(description="Where an article's text is taken from: its `page`, or the `feed` itself.")
    ] = "page"
    gone_after: Annotated[GoneAfter, Field(description="What it takes to call an article gone, or blocked.")] = Field(
        default_factory=GoneAfter
    )
    template_after: Annotated[
        TemplateAfter,
        Field(description="When the same edit on many articles of a site is the site's, and tells nobody."),
    ] = Field(default_factory=TemplateAfter)
    notify: Annotated[Ids, Field(description="Ids of the channels told by watchlists that name none.")] = ()
    health: Annotated[
        Ids,
        Field(
            description="Ids of the channels told of feeds and channels that fail and recover, and of feeds that fall silent, once each."
        ),
    ] = ()


class Heartbeat(Table):
    """`[heartbeat]`: a message that comes only while Monitor keeps up, for whoever watches the watchman."""

    notify: Annotated[Ids, Field(description="Ids of the channels that it is sent to. None: no heartbeat.")] = ()
    every: Annotated[Duration, Field(description="How often it beats.")] = timedelta(minutes=1)
    behind: Annotated[
        Duration, Field(description="How old the oldest unfinished work of any stage may be, or it does not beat.")
    ] = timedelta(minutes=2)


class Redis(Table):
    """`[redis]`: where the log is kept."""

    at_most_one = (("url", "url_env"),)

    url: Annotated[
        SealedRedis,
        Field(
            description="`embedded` for a server of Monitor's own, or `redis://`, `rediss://`, `unix:///`; no password in it."
        ),
    ] = SecretStr("embedded")
    url_env: Annotated[
        Variable | None,
        Field(description="The environment variable that holds the URL, where it has a password in it."),
    ] = None
    partitions: Annotated[
        int, Field(ge=1, le=64, description="How many parts the log has; fixed at its first start.")
    ] = 1


class Recheck(Table):
    """`recheck = { min, max, until, confirm }`: how articles are read again."""

    min: Annotated[Duration, Field(description="The shortest time between two looks at an article.")] = timedelta(
        minutes=2
    )
    max: Annotated[Duration, Field(description="The longest time between two looks.")] = timedelta(hours=24)
    until: Annotated[Duration, Field(description="How long after its last change an article is looked at no more.")] = (
        timedelta(days=30)
    )
    confirm: Annotated[
        tuple[Duration, ...],
        Field(
            strict=False,
            max_length=8,
            description="When a headline that changed alone, in one place of the page, is looked at again.",
        ),
    ] = (timedelta(minutes=10), timedelta(minutes=40))

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if not self.min <= self.max <= self.until:
            raise refuse("min no longer than max, and max no longer than until", "another order")
        return self


class Adaptive(Table):
    """`adaptive = { min, max }`: within what times feeds are read as often as pays."""

    min: Annotated[Duration, Field(description="The shortest time between two looks at a feed.")] = timedelta(minutes=1)
    max: Annotated[Duration, Field(description="The longest time between two looks at one that answers.")] = timedelta(
        minutes=15
    )

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if not self.min <= self.max <= timedelta(days=1):
            raise refuse("min no longer than max, and max no longer than 1d", "another order")
        return self


class Polling(Table):
    """`[polling]`: how the net is read."""

    contact: Annotated[
        Contact | None, Field(description="An e-mail address or URL for site owners, sent in the User-Agent.")
    ] = None
    every: Annotated[
        Duration | None,
        Field(
            description="How often feeds and pages are read that say nothing themselves. Left out: feeds as often as pays, pages every 5 minutes."
        ),
    ] = None
    adaptive: Annotated[Adaptive, Field(description="How often feeds are read for which nobody said how often.")] = (
        Field(default_factory=Adaptive)
    )
    concurrency: Annotated[int, Field(ge=1, le=1024, description="How many requests run at once.")] = 32
    per_host: Annotated[int, Field(ge=1, le=64, description="How many of them to one host.")] = 2
    pause: Annotated[
        Duration,
        Field(description="How long one host has between two of them at least; none where `allow_private` names it."),
    ] = timedelta(milliseconds=250)
    allow_private: Annotated[
        Networks,
        Field(description="Loopback and private networks that may be read all the same, such as `127.0.0.0/8`."),
    ] = ()
    timeout: Annotated[Duration, Field(description="How long one request may take in all.")] = timedelta(seconds=30)
    recheck: Annotated[Recheck, Field(description="The re-check of articles, by the time since their last change.")] = (
        Field(default_factory=Recheck)
    )
    parsers: Annotated[int, Field(ge=1, le=64, description="How many worker processes parse feeds and pages.")] = 2


class Logging(Table):
    """`[logging]`: what Monitor says about itself, on standard error."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="The least grave line that is written.")
    ] = "info"
    format: Annotated[
        Literal["auto", "console", "json"],
        Field(description="`console` for people, `json` for programs; `auto`: console on a terminal, else JSON."),
    ] = "auto"


# --- the whole -------------------------------------------------------------------------------------------------------


class Config(Table):
    """A whole, valid configuration. The methods answer with a table's own value or the default that holds for it."""

    timezone: Annotated[Zone, Field(description="The IANA time zone of `cron` and of what people read.")] = ZoneInfo(
        "UTC"
    )
    public_url: Annotated[
        Url | None, Field(description="Where this Monitor is reached, for links in alerts. Left out: no links.")
    ] = None
    data_dir: Annotated[
        FilePath, Field(description="Where Monitor keeps its data; relative to the folder of the file.")
    ] = Path("data")
    feeds: Annotated[dict[Id, Feed], Field(description="The feeds that are polled.")] = Field(default_factory=dict)
    feeds_file: Annotated[
        FilePath | None, Field(description="An OPML file of more feeds; the folders in it are their tags.")
    ] = None
    pages: Annotated[dict[Id, Page], Field(description="Single pages that are watched.")] = Field(default_factory=dict)
    entities: Annotated[dict[Id, Entity], Field(description="Who and what is known by several names.")] = Field(
        default_factory=dict
    )
    entities_file: Annotated[
        FilePath | None, Field(description="A CSV file of more entities (id, alias…) that watchlists can name.")
    ] = None
    watchlists: Annotated[dict[Id, Watchlist], Field(description="What to look for, and whom to tell.")] = Field(
        default_factory=dict
    )
    channels: Annotated[dict[Id, Channel], Field(description="Who is told, and how.")] = Field(default_factory=dict)
    routes: Annotated[
        tuple[Route, ...],
        Field(strict=False, description="Who is told of which alerts, and how; without them, as the watchlists say."),
    ] = ()
    inhibit: Annotated[
        tuple[Inhibit, ...], Field(strict=False, description="What makes other alerts not worth telling for a while.")
    ] = ()
    defaults: Annotated[Defaults, Field(description="What holds where nothing else is said.")] = Field(
        default_factory=Defaults
    )
    heartbeat: Annotated[Heartbeat, Field(description="A sign of life for whoever watches Monitor.")] = Field(
        default_factory=Heartbeat
    )
    redis: Annotated[Redis, Field(description="Where the log is kept.")] = Field(default_factory=Redis)
    archive: Annotated[Archive, Field(description="How events are archived.")] = Field(default_factory=Archive)
    captures: Annotated[Captures, Field(description="How long the raw pages of revisions are kept.")] = Field(
        default_factory=Captures
    )
    polling: Annotated[Polling, Field(description="How the net is read.")] = Field(default_factory=Polling)
    logging: Annotated[Logging, Field(description="What Monitor says about itself.")] = Field(default_factory=Logging)
    web: Annotated[Web | None, Field(description="The page. Left out: none is served.")] = None

    _lists: Lists = PrivateAttr(default_factory=Lists)

    def with_lists(self, lists: Lists) -> Self:
        """The same configuration with the entities that its files list."""
        listed = self.model_copy()
        listed._lists = lists  # noqa: SLF001  # a copy of its own, which is frozen for everybody else
        return listed

    def named(self) -> Roster:
        """All entities, of tables and of files."""
        tables = (core.Entity(name, each.aliases, each.reject_near or ()) for name, each in self.entities.items())
        return Roster(tuple(tables), self._lists)

    def entities_of(self, watchlist: str) -> tuple[str, ...]:
        """The ids of the entities of which a watchlist wants one, its file's too."""
        table = self.watchlists[watchlist]
        listed = self._lists.files[table.entities_file].ids if table.entities_file else ()
        return (*(table.entities or ()), *listed)

    def expires_of(self, watchlist: str) -> datetime | None:
        """When a watchlist ends."""
        written = self.watchlists[watchlist].expires
        moment = datetime.fromisoformat(written) if written else None
        return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=self.timezone)

    @property
    def sources(self) -> Mapping[str, Feed | Page]:
        """All feeds and pages by id; no id stands for both."""
        return {**self.feeds, **self.pages}

    def source(self, name: str) -> Feed | Page:
        """The feed or page of an id. Raises KeyError where there is none."""
        return self.feeds.get(name) or self.pages[name]

    @property
    def hashes(self) -> Mapping[Path, str]:
        """The sha256 of each file of entities."""
        return self._lists.hashes

    @property
    def archiving(self) -> bool:
        """Whether events are archived."""
        asked = self.archive.enabled
        return self.redis.url.get_secret_value() == "embedded" if asked is None else asked

    def every_of(self, source: str) -> timedelta | None:
        """How often a feed or page is read; None where its `cron` says when, or where that is found out (`is_adaptive`)."""
        table = self.source(source)
        return None if table.cron or self.is_adaptive(source) else table.every or self.polling.every or USUAL

    def is_adaptive(self, source: str) -> bool:
        """Whether it is read as often as pays: a feed for which nobody said how often."""
        feed = self.feeds.get(source)
        return feed is not None and not (feed.cron or feed.every or self.polling.every)

    def content_of(self, feed: str) -> ContentFrom:
        """Where the text of a feed's articles is taken from."""
        return self.feeds[feed].content or self.defaults.content

    def max_age_of(self, source: str) -> timedelta:
        """The age from which an article of this source is backlog at first sight."""
        feed = self.feeds.get(source)
        return (feed.max_age if feed else None) or self.defaults.max_age

    def notify_of(self, watchlist: str) -> tuple[str, ...]:
        """The channels that a watchlist tells; none is an answer too."""
        own = self.watchlists[watchlist].notify
        return self.defaults.notify if own is None else own

    def sources_of(self, watchlist: str) -> frozenset[str]:
        """The ids of the feeds and pages that a watchlist looks at."""
        chosen = self.watchlists[watchlist].feeds
        if chosen is None:
            return frozenset(self.sources)
        names, tags = set(chosen), {name.removeprefix("tag:") for name in chosen if name.startswith("tag:")}
        return frozenset(
            source for source, table in self.sources.items() if source in names or not tags.isdisjoint(table.tags)
        )

    @property
    def digest(self) -> str:
        """`sha256:…` over all that decides whether an alert is raised and whom it tells: the name of the ruleset."""
        decides: dict[str, Any] = self.model_dump(
            mode="json",
            include={
                "feeds": {"__all__": {"tags", "content", "max_age"}},
                "pages": {"__all__": {"tags"}},
                "entities": True,
                "watchlists": True,
                "routes": True,
                "inhibit": True,
                "defaults": {"max_age", "content", "gone_after", "notify"},
            },
        )
        decides["lists"] = self._lists.digest
        canonical = json.dumps(decides, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"
