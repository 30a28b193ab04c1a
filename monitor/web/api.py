"""The JSON API, `/api/v1`: what the pages show and ask for, for programs. `exchange` is how it is asked, `api_description` says the same in OpenAPI."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from aiohttp import web

from monitor import __version__, commands
from monitor.core.condition import condition
from monitor.core.content import Content
from monitor.core.events import SilenceExpired, SilenceSet
from monitor.core.policy import labels, silences
from monitor.core.policy.envelope import stamp
from monitor.core.policy.silences import Mutes
from monitor.core.revision.comparison import Comparison, compare
from monitor.ports import Log
from monitor.store.views import Reader
from monitor.store.views.rows import AckRow
from monitor.trials import Asked, Trial
from monitor.web.answers import (
    About,
    Ack,
    Alert,
    Alerts,
    Article,
    Articles,
    Deliveries,
    Delivery,
    Feed,
    Feeds,
    Hits,
    Listed,
    Silence,
    Silences,
    Sources,
)
from monitor.web.api_log import LogApi
from monitor.web.bench import Bench, Busy, Exhausted, NoSuchArticle
from monitor.web.desk import Desk, article_named
from monitor.web.door import Keys
from monitor.web.exchange import (
    ONE,
    Endpoint,
    cursor_of,
    first,
    following,
    known,
    limit_of,
    moment_of,
    refused,
    said_in,
)
from monitor.web.trying import TOO_MUCH

LONGEST_QUESTION: Final = 1_000  # characters
MOST_NAMES: Final = 20  # of one article


class Api:
    """The handlers of the API."""

    def __init__(self, desk: Desk, log: Log, bench: Bench, keys: Keys) -> None:
        self._desk, self._log, self._bench, self._keys = desk, log, bench, keys

    @property
    def endpoints(self) -> list[Endpoint]:
        """All that can be asked."""
        paged = ("limit", "cursor")
        return [
            Endpoint("GET", "/about", self.about, About),
            Endpoint("GET", "/alerts", self.alerts, Alerts, ("id", "watchlist", "article", "since", *paged)),
            Endpoint("GET", f"/alerts/{ONE}", self.alert, Alert),
            Endpoint("POST", f"/alerts/{ONE}/ack", self.ack, AckRow, takes=Ack),
            Endpoint("GET", "/articles", self.articles, Articles, ("source", "url", "name", *paged)),
            Endpoint("GET", f"/articles/{ONE}", self.article, Article),
            Endpoint("GET", rf"/articles/{ONE}/revisions/{{a:\d{{1,9}}}}", self.content, Content, ("reread",)),
            Endpoint("GET", rf"/articles/{ONE}/diff/{{a:\d{{1,9}}}}..{{b:\d{{1,9}}}}", self.diff, Comparison),
            Endpoint("GET", "/search", self.search, Hits, ("q", "site", "source", "since", "limit")),
            Endpoint("GET", "/deliveries", self.deliveries, Deliveries, ("id", "state", "channel", "since", *paged)),
            Endpoint("GET", f"/deliveries/{ONE}", self.delivery, Delivery),
            Endpoint("POST", f"/deliveries/{ONE}/again", self.again, Delivery),
            Endpoint("GET", "/feeds", self.feeds, Feeds),
            Endpoint("GET", "/sources", self.sources, Sources),
            Endpoint("GET", "/silences", self.silences, Silences),
            Endpoint("POST", "/silences", self.silence, SilenceSet, takes=Silence),
            Endpoint("DELETE", f"/silences/{ONE}", self.end, SilenceExpired),
            Endpoint("POST", "/try", self.attempt, Trial, takes=Asked),
            *LogApi(self._desk, self._log).endpoints,
        ]

    async def about(self, _: web.Request) -> About:
        """Which Monitor answers."""
        (forgotten,) = await self._desk.listed(lambda reader: [reader.forgotten()]) or [None]
        return About(__version__, str(self._desk.zone), forgotten)

    # --- alerts ---

    async def alerts(self, request: web.Request) -> Alerts:
        """Alerts, the newest first; or those whose id is, or begins with, `id`."""
        limit, cursor, asked = limit_of(request), cursor_of(request), request.query
        if name := asked.get("id"):
            return Alerts(await self._desk.listed(lambda reader: reader.alerts_named(name, limit)))
        rows = await self._desk.listed(
            lambda reader: reader.alerts(
                watchlist=asked.get("watchlist"),
                article=asked.get("article"),
                since=moment_of(asked.get("since")),
                before=cursor,
                limit=limit + 1,
            )
        )
        return Alerts(rows[:limit], following(rows, limit, lambda row: (row.at, row.id)))

    async def alert(self, request: web.Request) -> Alert:
        """One alert."""

        def question(reader: Reader) -> Alert:
            row = first(reader.alerts_named(request.match_info["id"], 1))
            return Alert(row, reader.ack(row.id), reader.tellings(row.id), reader.deliveries(alert=row.id))

        return await self._desk.ask(question)

    async def ack(self, request: web.Request) -> AckRow:
        """Take note of an alert."""
        said = await said_in(request, Ack)
        row = first(await self._desk.ask(lambda reader: reader.alerts_named(request.match_info["id"], 1)))
        await commands.acknowledge(self._log, row.id, row.article, self._who(request), said.note)
        return AckRow(row.id, await self._log.now(), self._who(request), said.note)

    def _who(self, request: web.Request) -> str:
        return f"api:{self._keys.reader(request) or request.remote or 'unknown'}"

    # --- articles ---

    async def articles(self, request: web.Request) -> Articles:
        """Articles, the last changed first; or the one that is known at `url`; or those that any `name` means, as the command line has them."""
        limit, cursor, source, url = (
            limit_of(request),
            cursor_of(request),
            request.query.get("source"),
            request.query.get("url"),
        )
        if names := request.query.getall("name", [])[:MOST_NAMES]:
            return Articles(await self._desk.listed(lambda reader: reader.articles_named(names, limit)))
        if url is not None:
            found = await self._desk.ask(lambda reader: article_named(reader, url))
            return Articles([found] if found else [])
        rows = await self._desk.listed(lambda reader: reader.articles(source=source, before=cursor, limit=limit + 1))
        return Articles(rows[:limit], following(rows, limit, lambda row: (row.changed_at, row.id)))

    async def article(self, request: web.Request) -> Article:
        """One article with its revisions."""

        def question(reader: Reader) -> Article:
            row = known(article_named(reader, request.match_info["id"]))
            content, revisions = reader.content(row.id, row.revision), reader.revisions(row.id)
            kept = self._desk.kept(revisions)
            return Article(row, content, revisions, reader.absences(row.id), reader.aliases(row.id), kept)

        return await self._desk.ask(question)

    async def content(self, request: web.Request) -> Content:
        """The whole text of a revision; with `reread`, as the extractor of the revision after it read it, where that was another one."""
        revision, reread = int(request.match_info["a"]), request.query.get("reread") == "true"

        def question(reader: Reader) -> Content:
            row = known(article_named(reader, request.match_info["id"]))
            return known(reader.content(row.id, revision, reread=reread))

        return await self._desk.ask(question)

    async def diff(self, request: web.Request) -> Comparison:
        """Any two revisions of an article compared, passage by passage and word by word."""
        a, b = int(request.match_info["a"]), int(request.match_info["b"])

        def question(reader: Reader) -> Comparison:
            row = known(article_named(reader, request.match_info["id"]))
            old, new = reader.content(row.id, a, reread=b == a + 1), reader.content(row.id, b)
            return compare(known(old), known(new))

        return await self._desk.ask(question)

    async def search(self, request: web.Request) -> Hits:
        """Every revision of every article that has some words, what was taken out too."""
        limit, asked = limit_of(request), request.query
        typed, since = asked.get("q", "")[:LONGEST_QUESTION], moment_of(asked.get("since"))
        if not any(map(str.isalnum, typed)):
            raise refused("q: expected a word to look for")
        return Hits(
            await self._desk.listed(
                lambda reader: reader.search(
                    typed, site=asked.get("site"), source=asked.get("source"), since=since, limit=limit
                )
            )
        )

    # --- deliveries and feeds ---

    async def deliveries(self, request: web.Request) -> Deliveries:
        """Messages, the newest first; or those whose id is, or begins with, `id`."""
        limit, cursor, asked = limit_of(request), cursor_of(request), request.query
        if name := asked.get("id"):
            return Deliveries(await self._desk.listed(lambda reader: reader.deliveries_named(name, limit)))
        rows = await self._desk.listed(
            lambda reader: reader.deliveries(
                state=asked.get("state"),
                channel=asked.get("channel"),
                since=moment_of(asked.get("since")),
                before=cursor,
                limit=limit + 1,
            )
        )
        return Deliveries(rows[:limit], following(rows, limit, lambda row: (row.formed_at, row.id)))

    async def delivery(self, request: web.Request) -> Delivery:
        """One message with every attempt."""

        def question(reader: Reader) -> Delivery:
            row = first(reader.deliveries_named(request.match_info["id"], 1))
            return Delivery(row, reader.members(row.id), reader.attempts(row.id))

        return await self._desk.ask(question)

    async def again(self, request: web.Request) -> Delivery:
        """Ask for a message to be sent again, with the same id and the same bytes."""
        found = await self.delivery(request)
        row = found.delivery
        await commands.send_again(self._log, row.id, row.channel, row.article, self._who(request))
        return found

    async def feeds(self, _: web.Request) -> Feeds:
        """How each feed stands."""
        rows = await self._desk.listed(lambda reader: reader.feeds())
        return Feeds([Feed(**msgspec.structs.asdict(row), condition=condition(row, stamp)) for row in rows])

    async def sources(self, _: web.Request) -> Sources:
        """The feeds and pages of the configuration."""
        counts = dict(await self._desk.listed(lambda reader: list(reader.article_counts().items())))
        return Sources([Listed(one.id, one.kind, one.url, counts.get(one.id, 0)) for one in self._desk.sources])

    # --- silences ---

    async def silences(self, _: web.Request) -> Silences:
        """The silences in force."""
        mutes = silences.decode(
            (await self._log.load(self._log.partition_of(silences.ENTITY), silences.ENTITY)).snapshot
        )
        now = await self._log.now()
        return Silences([one for one in mutes.silences[::-1] if one.until > now])

    async def silence(self, request: web.Request) -> SilenceSet:
        """Silence alerts with these labels for a while."""
        said, by = await said_in(request, Silence), self._who(request)

        def decide(mutes: Mutes, now: datetime) -> SilenceSet:
            read = labels.read([f"{name}={value}" for name, values in said.matchers.items() for value in values])
            until = now + timedelta(minutes=said.minutes)
            return silences.set_silence(mutes, read, at=now, until=until, comment=said.comment, by=by)

        try:
            return await commands.silence(self._log, decide)
        except ValueError as error:
            raise refused(str(error)) from error

    async def end(self, request: web.Request) -> SilenceExpired:
        """End a silence before its time."""
        try:
            return await commands.end_silence(self._log, request.match_info["id"], self._who(request))
        except commands.NotInForce as error:
            raise web.HTTPNotFound(text="no such silence is in force") from error

    # --- queries ---

    async def attempt(self, request: web.Request) -> Trial:
        """Try a query before it is saved: on a text, on an article's past, on the last days. Nothing is stored."""
        asked = await said_in(request, Asked)
        try:
            outcome = await self._bench.tried(asked)
        except NoSuchArticle as error:
            raise web.HTTPNotFound(text="nothing of that name is recorded") from error
        except (Busy, Exhausted) as error:
            why = TOO_MUCH if isinstance(error, Exhausted) else "others try queries just now"
            raise web.HTTPServiceUnavailable(text=why, headers={"retry-after": "10"}) from error
        if outcome.trial is None:
            raise refused("; ".join(f"query, at {one.at}: {one.says}" for one in outcome.wrong))
        return outcome.trial
