"""The demo put together: newsroom, receiver and daemon, the log that is read, and the script that moves on with it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from monitor.core.events import AnyEvent, ArticleGone, ArticleRevised
from monitor.demo.daemon import Daemon
from monitor.demo.newsroom import Newsroom
from monitor.demo.record import Record, shows
from monitor.demo.screen import Screen
from monitor.demo.script import Script
from monitor.demo.setting import SECRET, configuration
from monitor.demo.stories import OUTLETS, STORIES
from monitor.demo.story import Scene, Story
from monitor.demo.verdict import Arrival, Verdict, expected, judge
from monitor.errors import LogUnavailable
from monitor.listen import Message, listen, new_secret
from monitor.store import open_log

PAGE_PORT = 8321
BEAT = 0.5  # seconds between two moves of the newsroom, so that they can be read
PATIENCE = 45.0  # seconds after which what has not happened counts as missing
_SECOND_LOOKS = 5.0  # seconds that Monitor gets, after the last scene, to say something that it should not


@dataclass(slots=True)
class Show:
    """A running demo. `folder` holds the configuration, the data and the daemon's log."""

    folder: Path
    newsroom: Newsroom
    daemon: Daemon
    screen: Screen
    record: Record = field(default_factory=Record)
    arrivals: list[Arrival] = field(default_factory=list)
    attempts: int = 0
    _script: Script = field(init=False)

    def __post_init__(self) -> None:
        """Open the script at its first page."""
        self._script = Script(STORIES, self._caught_up)

    async def perform(self, *, patience: float = PATIENCE, beat: float = BEAT) -> None:
        """Play every story to its end, each step when the log shows the one before; then wait for what was promised.

        Between two steps lie at least `beat` seconds. It ends after `patience` seconds in any case: what has not happened by
        then, the verdict names.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not self._script.finished or self._awaited():
                    self._move()
                    await asyncio.sleep(beat)
                self.screen.waiting()
                await self._second_looks()

    def verdict(self) -> Verdict:
        """How it went so far; a daemon that did not end well is a difference too."""
        verdict = judge(STORIES, self.newsroom.url, self.record, self.arrivals, self.attempts)
        waiting = [
            f"the show stopped at: {story.outlet.name} {scene.says if scene else 'publishes ' + story.slug}"
            for story, scene in self._script.waiting()
        ]
        status = [f"the daemon ended with status {self.daemon.exit_status}"] if self.daemon.ended_badly else []
        return replace(verdict, differences=(*waiting, *verdict.differences, *status))

    def _move(self) -> None:
        if step := self._script.move():
            self.newsroom.show(*step)
            self.screen.moved(*step)

    def _caught_up(self, story: Story, scene: Scene) -> bool:
        seen = self.newsroom.looks(story) >= scene.looks
        return seen and shows(self.record.at(self.newsroom.url(story)), story, scene)

    def _awaited(self) -> bool:
        return bool(set(expected(STORIES, self.newsroom.url)) - {arrival.alert for arrival in self.arrivals})

    async def _second_looks(self) -> None:
        """Let every page be fetched once more, so that an edit or an alert out of nothing has its chance."""
        before = {story.slug: self.newsroom.looks(story) for story in STORIES}
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECOND_LOOKS):
                while any(self.newsroom.looks(story) < before[story.slug] + 2 for story in STORIES):  # noqa: ASYNC110  # nobody rings when a page is fetched
                    await asyncio.sleep(BEAT)

    async def follow(self, data_dir: Path) -> None:
        """Read the log for as long as it is awaited, over deaths of daemon and server; tell the screen."""
        after = "0-0"
        while True:
            with suppress(LogUnavailable):
                async with open_log("embedded", data_dir=data_dir, owner=False) as log:
                    async for recorded in log.read(0, after, follow=True):
                        self._learn(recorded.event)
                        after = recorded.position
            await asyncio.sleep(BEAT)

    def _learn(self, event: AnyEvent) -> None:
        self.record.learn(event)
        match event:
            case ArticleRevised():
                self.screen.revised(self.record.articles[event.article], event.summary, event.reverted_to)
            case ArticleGone():
                self.screen.gone(self.record.articles[event.article])

    def receive(self, message: Message) -> None:
        """Take in a request that reached the receiver."""
        self.attempts += 1
        if not message.verified:
            self.screen.refused(message.problem)
            return
        arrival = Arrival(message.id, msgspec.json.decode(message.body)["data"])
        self.arrivals.append(arrival)
        self.screen.alerted(arrival)


@asynccontextmanager
async def staged(folder: Path, screen: Screen) -> AsyncIterator[Show]:
    """Newsroom, receiver and daemon, up and running while entered; afterwards no process of them is left.

    Raises DaemonFailed, in an ExceptionGroup, where the daemon cannot run.
    """
    secret, config, data = new_secret(), folder / "config.toml", folder / "data"
    async with Newsroom.opened(OUTLETS) as newsroom:
        daemon = Daemon(config, folder / "daemon.log", {SECRET: secret}, screen.died)
        show = Show(folder, newsroom, daemon, screen)
        async with listen(0, secret, on_message=show.receive) as receiver:
            feeds = {outlet.id: newsroom.feed_url(outlet) for outlet in OUTLETS}
            page = _free_place()
            config.write_text(configuration(feeds, receiver.url, data, page), "utf-8")
            screen.opened(newsroom, receiver.url, f"http://{page}/")
            async with daemon.running(), asyncio.TaskGroup() as group:
                reading = group.create_task(show.follow(data), name="log")
                yield show
                reading.cancel()


def _free_place() -> str:
    """Where the page can be served: at its usual port, or at any other where that is taken."""
    for port in (PAGE_PORT, 0):
        with socket.socket() as one, suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a demo that has just ended is no obstacle
            one.bind(("127.0.0.1", port))
            return f"127.0.0.1:{one.getsockname()[1]}"
    raise OSError("no port of this machine is free")
