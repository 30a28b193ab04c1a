"""The page of the real daemon: alerts, comparisons and silences as a reader sees them, rules that change under it, a port that is taken."""

from __future__ import annotations

import asyncio
import json
import socket

import aiohttp
import pytest

from monitor.listen import new_secret

QUIET = "The president spoke of terror on Saturday, and of the days to come, in an address from the palace."
LOUD = (
    "The president called it an act of war on Saturday, in an address from the palace, and spoke of the days to come."
)
MORE = ("Parliament meets on Monday in Versailles, for the first time in six years, the speaker said.",
        "The state of emergency will be prolonged by three months if both houses agree to it.")  # fmt: skip


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def port() -> int:
    return free_port()


async def until(check, seconds=30.0):
    async with asyncio.timeout(seconds):
        while not (found := await check()):
            await asyncio.sleep(0.1)
    return found


async def shows(session, address, words):
    """Whether a page shows words; a view may be behind what was delivered."""
    return words in await page(session, address)


async def page(session, address):
    try:
        async with session.get(address) as answer:
            return await answer.text() if answer.status == 200 else ""
    except aiohttp.ClientError:
        return ""


async def test_an_alert_its_comparison_and_a_silence_that_holds_the_next(site, daemons, receiving, port):
    url, secret = site.article("/a1", "An address", QUIET, *MORE), new_secret()
    web = f'\n[web]\nlisten = "127.0.0.1:{port}"\n[entities.palace]\naliases = ["the palace", "Élysée"]\n'
    here = f"http://127.0.0.1:{port}"
    async with receiving(secret) as desk, aiohttp.ClientSession() as session:
        daemon = daemons(site.feed("/rss", url), desk=desk.url, secret=secret, channels=web)
        await daemon.start()
        await until(lambda: page(session, f"{here}/article?url={url}"))
        site.article("/a1", "An address", LOUD, *MORE)
        await asyncio.wait_for(desk.wait(1), 30)
        await until(lambda: shows(session, f"{here}/?watchlist=war", "<mark>act of war</mark>"))
        async with session.get(f"{here}/api/v1/alerts") as answer:
            [alert] = (await answer.json())["alerts"]
        compared = await page(session, f"{here}/article/{alert['article']}/diff/1..2")
        assert "called it an act of war" in compared
        assert QUIET in await page(session, f"{here}/article/{alert['article']}/raw/1")
        asked = {"query": '"act of war" NEAR/20 @palace', "article": url, "days": 1}
        async with session.post(f"{here}/api/v1/try", json=asked, headers={"authorization": "Bearer none"}) as answer:
            tried = await answer.json()
        assert [turn["revision"] for turn in tried["article"]["past"]["turns"]] == [2]
        assert (tried["recent"]["raised"], "any name of the palace" in tried["words"]) == (1, True)
        async with session.get(f"{here}/api/v1/articles/{alert['article']}/why") as answer:
            seen = await answer.json()
        assert [(one["watchlist"], one["matches"]) for one in seen["watchlists"]] == [("war", True)]
        assert [look["outcome"] for look in seen["looks"]][:1] == ["discovered"]
        status, out, err = await daemon.verb("status")
        assert (status, "keeps up; feeds read: 1, failing: 0" in out) == (0, True), (out, err)
        assert "anything" not in await page(session, f"{here}/watchlists")
        form = {"matchers": "watchlist=war", "comment": "seen", "for": "2h"}
        async with session.post(f"{here}/silences", data=form, headers={"origin": here}) as answer:
            assert answer.status == 200
        site.article("/a1", "An address", QUIET, *MORE)

        async def silenced():
            async with session.get(f"{here}/api/v1/alerts") as answer:
                rows = (await answer.json())["alerts"]
            return len(rows) == 2 and rows[0]["suppressed"] == "silenced"

        await until(silenced)
        assert "ready" in await page(session, f"{here}/readyz")
        numbers = await page(session, f"{here}/metrics")
        for line in (
            'monitor_behind_seconds{stage="match"}',
            'monitor_late_seconds{kind="deliver:desk"}',
            "monitor_trouble 0.0",
        ):
            assert line in numbers
        assert await daemon.stop() == 0
        assert len(desk.ids) == 1


async def test_a_page_whose_port_is_taken_costs_no_alert(site, daemons, receiving):
    url, secret = site.article("/a1", "An address", LOUD, *MORE), new_secret()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        web = f'\n[web]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"\n'
        async with receiving(secret) as desk:
            daemon = daemons(site.feed("/rss", url), desk=desk.url, secret=secret, channels=web)
            await daemon.start()
            [message] = await asyncio.wait_for(desk.wait(1), 30)
            assert json.loads(message.body)["data"]["changes"] == ["appeared"]
            assert await daemon.stop() == 0
    [said] = [line for line in daemon.lines() if line["event"] == "the page is not served"]
    assert said["level"] == "error"
    assert "in use" in said["reason"]


async def test_a_reload_names_what_is_new_and_cannot_move_the_page(site, daemons, port):
    web = f'\n[web]\nlisten = "127.0.0.1:{port}"\n'
    here = f"http://127.0.0.1:{port}"
    daemon = daemons(site.feed("/rss"), notify=(), channels=web)
    await daemon.start()
    async with aiohttp.ClientSession() as session:
        await until(lambda: page(session, f"{here}/watchlists"))
        daemon.file.write_text(f'{daemon.config}\n[watchlists.breaking]\nphrases = ["breaking"]\n')
        status, out, err = await daemon.verb("reload")
        assert status == 0, (out, err)
        assert "breaking" in await page(session, f"{here}/watchlists")
        daemon.file.write_text(daemon.config.replace(str(port), str(free_port())))
        status, _, err = await daemon.verb("reload")
        assert (status, "restart" in err) == (2, True)
        assert await page(session, f"{here}/")
    assert await daemon.stop() == 0
