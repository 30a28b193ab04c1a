"""What is really published, and what really arrived: a site of articles that are edited by a seed, and a receiver that sometimes fails."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

PHRASE = "act of war"
_NEWEST = 40  # stories that are still edited
_ENTRIES = 1500  # of the feed: what fell out of it before anybody read it, nobody could know
_PAGE = """<!doctype html><html lang="en"><head><title>{title} | The Post</title></head><body><nav><a href="/">Home</a></nav>
<main><article><h1>{title}</h1>{body}</article></main><footer>All rights reserved</footer></body></html>"""
_WORDS = (
    "ministers said on Sunday that the raid had begun at dusk and would go on for as long as it was needed",
    "the prefect of the department asked all residents to stay at home until the search was over",
    "ten aircraft had taken off from bases in the Gulf and in the Levant, a spokesman told reporters",
    "the president of the council will speak to both chambers at noon and ask for new powers",
    "investigators found a second car near the station, with three rifles and a telephone in it",
)


@dataclass
class Story:
    """One article as it stands now."""

    number: int
    paragraphs: list[str]
    versions: int = 1

    @property
    def title(self) -> str:
        return f"Report number {self.number} from the scene of the night"

    @property
    def page(self) -> str:
        return _PAGE.format(title=self.title, body="".join(f"<p>{text}</p>" for text in self.paragraphs))


@dataclass
class Newsroom:
    """Publishes and edits by chance of a seed. Edits add a paragraph or take one away: what an edit is, nobody can doubt."""

    chance: random.Random
    stories: list[Story] = field(default_factory=list)
    sentences: int = 0

    def work(self) -> None:
        """One decision of the desk."""
        if len(self.stories) < 3 or self.chance.random() < 0.25:
            self.stories.append(Story(len(self.stories), [self._sentence() for _ in range(4)]))
            return
        story = self.chance.choice(self.stories[-_NEWEST:])
        telling = [text for text in story.paragraphs[3:] if PHRASE in text]
        if telling and self.chance.random() < 0.6:
            story.paragraphs.remove(self.chance.choice(telling))
        elif len(story.paragraphs) < 12:
            story.paragraphs.append(self._sentence())
        else:
            return
        story.versions += 1

    def _sentence(self) -> str:
        self.sentences += 1
        words = self.chance.choice(_WORDS)
        phrase = f" It was an {PHRASE}, he added." if self.chance.random() < 0.3 else ""
        return f"In dispatch {self.sentences} of the evening {words}, as was reported.{phrase}"


class World:
    """The newsroom's site and the receiver of alerts, on loopback."""

    def __init__(self, seed: int) -> None:
        self.newsroom = Newsroom(random.Random(seed))
        self._chance = random.Random(seed + 1)
        self.arrivals: dict[str, list[str]] = defaultdict(list)  # message id → the bodies that arrived under it
        self.refusals = 0
        self.origin = ""

    @property
    def feed(self) -> str:
        return f"{self.origin}/feed"

    @property
    def hook(self) -> str:
        return f"{self.origin}/hook"

    def address(self, story: Story) -> str:
        return f"{self.origin}/a/{story.number}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/feed", self._feed)
        app.router.add_get("/a/{number}", self._page)
        app.router.add_post("/hook", self._hook)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _feed(self, request: web.Request) -> web.Response:
        items = "".join(
            f"<item><guid>{url}</guid><link>{url}</link><title>{story.title}</title></item>"
            for story in self.newsroom.stories[-_ENTRIES:]
            for url in (self.address(story),)
        )
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Post</title>{items}</channel></rss>'
        return web.Response(text=text, content_type="application/rss+xml")

    async def _page(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        if number >= len(self.newsroom.stories):
            return web.Response(status=404)
        return web.Response(text=self.newsroom.stories[number].page, content_type="text/html")

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        body, luck = await request.text(), self._chance.random()
        if luck < 0.04:
            self.refusals += 1
            return web.Response(status=503)
        self.arrivals[request.headers["webhook-id"]].append(body)
        if luck < 0.07 and request.transport:
            self.refusals += 1
            request.transport.abort()  # taken, and never said so
        return web.Response(status=204)
