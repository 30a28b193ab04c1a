"""A small world on loopback: a site that says what a test wants, a receiver that verifies, and the real daemon as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest
from aiohttp import web

from monitor.listen import Receiver, listen, new_secret

PAGE = """<!doctype html><html lang="en"><head><title>{title} | The Post</title></head><body><nav><a href="/">Home</a></nav>
<main><article><h1>{title}</h1>{body}</article></main><footer>All rights reserved</footer></body></html>"""


@dataclass
class Site:
    """An HTTP server whose answers are set by path: text (200), a status, or a whole answer."""

    answers: dict[str, str | bytes | int | web.Response] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    origin: str = ""
    tls: ssl.SSLContext | None = None

    def article(self, path: str, title: str, *paragraphs: str) -> str:
        """Publish a page; returns its address."""
        self.answers[path] = PAGE.format(title=title, body="".join(f"<p>{text}</p>" for text in paragraphs))
        return self.origin + path

    def feed(self, path: str, *links: str) -> str:
        """Publish a feed; returns its address."""
        items = "".join(f"<item><guid>{link}</guid><link>{link}</link><title>{link}</title></item>" for link in links)
        self.answers[path] = (
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Post</title>{items}</channel></rss>'
        )
        return self.origin + path

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self.tls).start()
        self.origin = f"http{'s' if self.tls else ''}://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        answer = self.answers.get(request.path, 404)
        if isinstance(answer, int):
            return web.Response(status=answer)
        if isinstance(answer, web.Response):
            return answer
        kind = "application/rss+xml" if "<rss" in str(answer)[:60] else "text/html"
        body = answer.encode() if isinstance(answer, str) else answer
        return web.Response(body=body, content_type=kind, charset="utf-8")


@dataclass
class Daemon:
    """`monitor run` on a configuration of its own. Its log lines are kept in a file."""

    folder: Path
    config: str
    secret: str = field(default_factory=new_secret)
    process: asyncio.subprocess.Process | None = None

    @property
    def file(self) -> Path:
        return self.folder / "config.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    async def start(self, *options: str) -> None:
        self.file.write_text(self.config)
        with (self.folder / "log.jsonl").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "monitor", "run", "-c", str(self.file), *options,
                stdout=log, stderr=log, env={**os.environ, "DESK_SECRET": self.secret},
                start_new_session=True,  # a group of its own, as a shell gives it
            )  # fmt: skip

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 30)

    def lines(self) -> list[dict]:
        """What the daemon logged."""
        return [
            json.loads(line) for line in (self.folder / "log.jsonl").read_text().splitlines() if line.startswith("{")
        ]

    async def verb(self, *words: str) -> tuple[int, str, str]:
        """Run another verb on the same configuration: status, stdout, stderr."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "monitor", *words, "-c", str(self.file),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ, "DESK_SECRET": self.secret},
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, out.decode(), err.decode()


CONFIG = """
[polling]
allow_private = ["127.0.0.0/8"]
every = "200ms"
recheck = {{ min = "200ms", max = "400ms", until = "30d" }}

[defaults]
hot = {{ every = "200ms", for = "1h" }}
gone_after = {{ checks = 2, over = "100ms" }}

[logging]
format = "json"

[feeds.post]
url = "{feed}"

[watchlists.war]
phrases = ["act of war"]
on = "everything"
notify = {notify}
{channels}
"""
DESK = """
[channels.desk]
type = "webhook"
url = "{url}"
secret_env = "DESK_SECRET"
allow_private = true
"""


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as opened:
        yield opened


@pytest.fixture
def tls_site() -> Callable[[ssl.SSLContext], Site]:
    """Makes a site that speaks TLS."""
    return lambda tls: Site(tls=tls)


@pytest.fixture
async def daemons(tmp_path: Path) -> AsyncIterator[Callable[..., Daemon]]:
    """Makes daemons on a feed, with further channels as TOML; none outlives the test."""
    made: list[Daemon] = []

    def make(
        feed: str, *, desk: str = "", notify: tuple[str, ...] = ("desk",), channels: str = "", secret: str = ""
    ) -> Daemon:
        text = CONFIG.format(
            feed=feed, notify=json.dumps(list(notify)), channels=(DESK.format(url=desk) if desk else "") + channels
        )
        daemon = Daemon(tmp_path, text)
        daemon.secret = secret or daemon.secret
        made.append(daemon)
        return daemon

    yield make
    for daemon in made:
        if daemon.process and daemon.process.returncode is None:
            daemon.process.kill()
            await daemon.process.wait()


@pytest.fixture
def receiving() -> Callable[..., contextlib.AbstractAsyncContextManager[Receiver]]:
    """Opens receivers on loopback."""

    @asynccontextmanager
    async def open_one(secret: str, **how: object) -> AsyncIterator[Receiver]:
        async with AsyncExitStack() as stack:
            yield await stack.enter_async_context(listen(0, secret, **how))  # type: ignore[arg-type]

    return open_one
