"""The page on loopback, over a history that was recorded, and a browser to look at it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from playwright.async_api import Browser, async_playwright
from recording import Desk as Scribe
from recording import project, record_history

from monitor.ports import Log
from monitor.store import FileCaptures, open_log
from monitor.store.captures import FOLDER
from monitor.store.views import FILE
from monitor.web import Body, Keys, Token, serving
from monitor.web.desk import Desk, Source

SOURCES = (Source("post", "https://post.example/rss", "feed"), Source("quiet", "https://quiet.example/rss", "feed"))


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with views of a recorded history."""
    folder = tmp_path_factory.mktemp("page")

    async def fill() -> None:
        async with open_log("embedded", data_dir=folder / "data") as log:
            await record_history(Scribe(log))
            await project(log, folder)

    asyncio.run(fill())
    return folder


@dataclass
class Visitor:
    """Somebody who asks for pages."""

    address: str
    session: aiohttp.ClientSession

    async def get(self, path: str, **about: str) -> tuple[int, str]:
        headers = {name.replace("_", "-"): value for name, value in about.items()}
        async with self.session.get(self.address + path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def page(self, path: str) -> str:
        status, text = await self.get(path)
        assert status == 200, (path, status, text[:300])
        return text


class Away:
    """A log that does not answer."""

    trouble = "the log's server is away"


def body_of(log: Log | None, trouble: str = "") -> Body:
    return Body(cast("Log", log or Away()), ("match",), lambda: ("poll",), lambda: trouble)


@asynccontextmanager
async def visited(
    folder: Path, token: str | None = None, log: Log | None = None, trouble: str = "", keys: Keys | None = None
) -> AsyncIterator[Visitor]:
    desk = Desk(
        folder / "data" / FILE,
        ZoneInfo("Europe/Paris"),
        SOURCES,
        {"act-of-war": "“act of war”"},
        {"act-of-war": '"act of war"'},
        captures=FileCaptures(folder / "data" / FOLDER),
    )
    async with serving(
        desk,
        body_of(log, trouble),
        "127.0.0.1",
        0,
        keys=keys or Keys(Token.of(token) if token else None),
        hosts=["monitor.example"],
    ) as address:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            yield Visitor(address.rstrip("/"), session)


Visiting = Callable[..., AbstractAsyncContextManager[Visitor]]


@pytest.fixture
def visiting() -> Visiting:
    """Serve the page of a folder and visit it."""
    return visited


@pytest.fixture
async def visitor(recorded: Path) -> AsyncIterator[Visitor]:
    async with visited(recorded) as visitor:
        yield visitor


@pytest.fixture
async def growing(tmp_path: Path) -> AsyncIterator[tuple[Log, Path]]:
    """A log that goes on, and its folder."""
    async with open_log("embedded", data_dir=tmp_path / "data") as log:
        await record_history(Scribe(log))
        await project(log, tmp_path)
        yield log, tmp_path


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-dev-shm-usage"
)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real browser without a window."""
    if CHROMIUM is None:
        pytest.skip("NOT RUN: there is no Chromium (apt install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET.split())
        yield browser
        await browser.close()
