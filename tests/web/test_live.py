"""Alerts as they come: over the wire, and in a real browser without a reload."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from recording import STORY, Desk, project

from monitor.core.urls import article_id
from monitor.ports import Log

LINE = "Post: edited in, “act of war” <script>alert(1)</script>"


async def raise_alert(log: Log, folder: Path, watchlist: str) -> str:
    alert = await Desk(log).alert(article_id(STORY), watchlist, "critical", datetime.now(UTC), LINE)
    await project(log, folder)
    return alert


async def events_of(answer) -> list[list[str]]:
    """Whole events, as lines, without signs of life."""
    found, lines = [], []
    async for raw in answer.content:
        line = raw.decode().rstrip("\n")
        if line:
            lines.append(line)
            continue
        if any(said.startswith("event:") for said in lines):
            found.append(lines)
            return found
        lines = []
    return found


async def test_a_new_alert_comes_to_whoever_listens_as_the_page_shows_it(visiting, growing):
    log, folder = growing
    async with visiting(folder) as visitor, visitor.session.get(f"{visitor.address}/live") as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        await asyncio.sleep(0.7)  # one look at what there is already
        alert = await raise_alert(log, folder, "breaking")
        async with asyncio.timeout(10):
            [said] = await events_of(answer)
        assert said[:2] == ["event: alert", f"id: {alert}"]
        markup = "\n".join(line.removeprefix("data: ") for line in said[2:])
        assert f'id="{alert}"' in markup
        assert "<script" not in markup
        assert markup.strip().splitlines()[0] in await visitor.page("/")


async def test_a09_no_more_readers_than_the_daemon_can_bear(visiting, recorded, monkeypatch):
    from monitor.web import live

    monkeypatch.setattr(live, "MOST_READERS", 1)
    async with visiting(recorded) as visitor, visitor.session.get(f"{visitor.address}/live"):
        assert (await visitor.get("/live"))[0] == 503


async def test_the_end_of_the_daemon_ends_the_wire_at_once(visiting, recorded):
    async with asyncio.timeout(10), aiohttp.ClientSession() as session:
        async with visiting(recorded) as visitor:
            answer = await session.get(f"{visitor.address}/live")
            assert answer.status == 200
        assert b"retry" in await answer.read()
        answer.close()


@pytest.mark.slow
async def test_an_alert_appears_in_a_browser_without_a_reload(visiting, growing, browser):
    log, folder = growing
    async with visiting(folder) as visitor:
        page = await browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
        await page.goto(visitor.address)
        await page.get_by_text("live", exact=True).wait_for()
        await asyncio.sleep(1.0)  # one look at what there is already
        alert = await raise_alert(log, folder, "breaking")
        await page.locator(f"#{alert}").wait_for(timeout=10_000)
        assert "fresh" in (await page.locator(f"#{alert}").get_attribute("class") or "")
        await page.keyboard.press("j")
        assert await page.evaluate("document.activeElement.id") == alert
        assert said == []
        await page.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_can_be_read_on_a_phone_without_scripts_and_breaks_no_rule_of_ours(visitor, browser, scheme):
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, color_scheme=scheme, java_script_enabled=False
    )
    page, refused = await context.new_page(), []
    page.on("console", lambda message: refused.append(message.text))
    article = f"/article/{article_id(STORY)}"
    for path in (
        "/",
        "/articles",
        article,
        f"{article}/diff/1..2",
        f"{article}/diff/1..2?view=side",
        "/watchlists",
        "/watchlist/act-of-war",
        "/figures",
        "/try",
        "/feeds",
        "/deliveries",
    ):
        await page.goto(visitor.address + path)
        box = await page.locator("main").bounding_box()
        assert box is not None
        assert box["width"] <= 360, path
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path
    assert refused == []
    await context.close()
