"""The newsroom: four outlets on loopback, each a real HTTP server with its feed, its pages and its manners.

It decides nothing: a story shows the scene it was last told to play.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256

from aiohttp import ETag, web

from monitor.demo import feeds, pages
from monitor.demo.story import Outlet, Scene, Story

_HTML, _CHARSET = "text/html", "utf-8"


@dataclass(slots=True)
class Standing:
    """A story as its outlet shows it now. `told` is the scene that the feed tells of; `looks` counts fetches of this scene."""

    story: Story
    scene: Scene
    told: Scene
    opened: datetime
    moved: datetime
    updated: datetime
    looks: int = 0

    @property
    def listed(self) -> bool:
        """Whether the outlet still lists the story."""
        return self.scene.page != "missing"


class House:
    """One outlet on its own port. Its address is known once `serving` has been entered."""

    def __init__(self, outlet: Outlet) -> None:
        self.outlet = outlet
        self.home = ""
        self.on_show: dict[str, Standing] = {}
        self._changed = datetime.now(UTC)
        self._requests = itertools.count(1)

    def show(self, story: Story, scene: Scene) -> None:
        """Publish a story, or move it to another scene."""
        now = datetime.now(UTC)
        before = self.on_show.get(story.slug)
        if before is None:
            published = now - story.age
            self.on_show[story.slug] = Standing(story, scene, scene, published, now, published)
        else:
            told, updated = (scene, now) if scene.declared else (before.told, before.updated)
            self.on_show[story.slug] = Standing(story, scene, told, before.opened, now, updated)
        self._changed = now

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[House]:
        """Serve on a free port of 127.0.0.1 while entered."""
        application = web.Application()
        application.router.add_get("/", self._front)
        application.router.add_get(f"/feed.{self.outlet.feed}", self._feed)
        application.router.add_get(f"/{self.outlet.section}/{{slug}}", self._page)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.home = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            await runner.cleanup()

    async def _front(self, _request: web.Request) -> web.Response:
        listed = [(self.home + on.story.path, on.scene.title) for on in self.on_show.values() if on.listed]
        return _html(pages.front(self.outlet, listed))

    async def _feed(self, request: web.Request) -> web.Response:
        text = feeds.feed(self.outlet, f"{self.home}/", map(self._item, filter(_is_listed, self.on_show.values())))
        mark = ETag(sha256(text.encode()).hexdigest()[:20])
        if _knows(request, mark, self._changed):
            return _validated(web.Response(status=304), mark, self._changed)
        answer = web.Response(text=text, content_type=pages.FEED_TYPES[self.outlet.feed], charset=_CHARSET)
        return _validated(answer, mark, self._changed)

    async def _page(self, request: web.Request) -> web.Response:
        on = self.on_show.get(request.match_info["slug"])
        if on is None:
            return _html(pages.missing(self.outlet), status=404)
        on.looks += 1
        if on.scene.page == "missing":
            return _html(pages.missing(self.outlet), status=404)
        if on.scene.page == "challenge":
            return _html(pages.challenge(self.outlet, next(self._requests)))
        return self._article(request, on)

    def _article(self, request: web.Request, on: Standing) -> web.Response:
        number = next(self._requests)
        mark, changed = self._validators(on, number)
        if mark and _knows(request, mark, changed):
            return _validated(web.Response(status=304), mark, changed)
        stamps = pages.Stamps(on.opened, on.updated)
        return _validated(
            _html(pages.article(on.story, on.scene, stamps, self.home + on.story.path, number)), mark, changed
        )

    def _validators(self, on: Standing, number: int) -> tuple[ETag | None, datetime | None]:
        """What this house sends with a page. Weak: the noise differs between two answers of one scene."""
        words = sha256(repr((on.scene.title, on.scene.paragraphs, on.scene.dress)).encode()).hexdigest()[:20]
        match self.outlet.validators:
            case "none":
                return None, None
            case "restless":
                return ETag(f"{words}-{number}"), None
            case "etag":
                return ETag(words, is_weak=True), None
            case "both":
                return ETag(words, is_weak=True), on.moved

    def _item(self, on: Standing) -> feeds.Item:
        return feeds.Item(
            slug=on.story.slug,
            url=self.home + on.story.path,
            title=on.told.title,
            summary=on.told.paragraphs[0],
            byline=on.story.byline,
            published=on.opened,
            updated=on.updated,
        )


class Newsroom:
    """All the outlets together."""

    def __init__(self, houses: Sequence[House]) -> None:
        self.houses = {house.outlet.id: house for house in houses}

    @classmethod
    @asynccontextmanager
    async def opened(cls, outlets: Sequence[Outlet]) -> AsyncIterator[Newsroom]:
        """Serve all outlets while entered."""
        async with AsyncExitStack() as stack:
            yield cls([await stack.enter_async_context(House(outlet).serving()) for outlet in outlets])

    def show(self, story: Story, scene: Scene) -> None:
        """Publish a story at its outlet, or move it to another scene."""
        self.houses[story.outlet.id].show(story, scene)

    def looks(self, story: Story) -> int:
        """How often the story was fetched since it came to its present scene."""
        on = self.houses[story.outlet.id].on_show.get(story.slug)
        return on.looks if on else 0

    def url(self, story: Story) -> str:
        """Where the story stands."""
        return self.houses[story.outlet.id].home + story.path

    def feed_url(self, outlet: Outlet) -> str:
        """Where the outlet's feed stands."""
        return f"{self.houses[outlet.id].home}/feed.{outlet.feed}"


def _is_listed(on: Standing) -> bool:
    return on.listed


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type=_HTML, charset=_CHARSET)


def _knows(request: web.Request, mark: ETag, changed: datetime | None) -> bool:
    """Whether the visitor has this already: If-None-Match by weak comparison, and only without it the date (RFC 9110, 13.2.2)."""
    if request.if_none_match is not None:
        return any(known.value in {mark.value, "*"} for known in request.if_none_match)
    since = request.if_modified_since
    return bool(since and changed and changed.replace(microsecond=0) <= since)


def _validated(answer: web.Response, mark: ETag | None, changed: datetime | None) -> web.Response:
    if mark:
        answer.etag = mark
    if changed:
        answer.headers["Last-Modified"] = format_datetime(changed, usegmt=True)
    return answer
