"""The real daemon and a hub: it subscribes to what its feed names, and a push is an alert long before the next poll."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.listen import new_secret

LOUD = (
    "The president called it an act of war on Saturday, in an address from the palace, and spoke of the days to come."
)
MORE = ("Parliament meets on Monday in Versailles, for the first time in six years, the speaker said.",
        "The state of emergency will be prolonged by three months if both houses agree to it.")  # fmt: skip
TOKEN = "a-token-of-many-letters-0123456789"


async def test_a_push_is_an_alert_long_before_the_next_poll(site, daemons, receiving, monkeypatch):
    monkeypatch.setenv("PAGE_TOKEN", TOKEN)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    asked: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def subscribe(request: web.Request) -> web.Response:
        await asked.put({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/hub", subscribe)
    async with TestServer(app) as hub, aiohttp.ClientSession() as session, receiving(secret := new_secret()) as desk:
        site.feed("/rss")
        link = f'<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="{hub.make_url("/hub")}"/></channel>'

        def publish(*links: str) -> str:
            url = site.feed("/rss", *links)
            site.answers["/rss"] = str(site.answers["/rss"]).replace("</channel>", link)
            return url

        page = (
            f'\n[web]\nlisten = "127.0.0.1:{port}"\nwebsub_url = "http://127.0.0.1:{port}"\ntoken_env = "PAGE_TOKEN"\n'
        )
        daemon = daemons(publish(), desk=desk.url, secret=secret, channels=page)
        daemon.config = daemon.config.replace("[feeds.post]", '[feeds.post]\nevery = "1h"')
        await daemon.start()
        form = await asyncio.wait_for(asked.get(), 30)
        asks = {
            "hub.mode": "subscribe",
            "hub.topic": form["hub.topic"],
            "hub.challenge": "yes",
            "hub.lease_seconds": "3600",
        }
        async with session.get(form["hub.callback"], params=asks) as answer:
            assert (answer.status, await answer.text()) == (200, "yes")
        publish(site.article("/a1", "An address", LOUD, *MORE))
        digits = hmac.new(form["hub.secret"].encode(), b"changed", hashlib.sha256).hexdigest()
        signed = {"X-Hub-Signature": f"sha256={digits}"}
        async with session.post(form["hub.callback"], data=b"changed", headers=signed) as answer:
            assert answer.status == 202
        [message] = await asyncio.wait_for(desk.wait(1), 30)
        assert json.loads(message.body)["data"]["changes"] == ["appeared"]
        async with session.get(f"http://127.0.0.1:{port}/feeds") as answer:
            assert answer.status == 401, "the rest of the page is shut"
        assert await daemon.stop() == 0
