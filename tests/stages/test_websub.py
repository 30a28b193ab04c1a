"""A feed, its hub and our own address on loopback: subscribing, being pushed, renewing, and falling back where anything of that fails."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_network

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.core import feed as core
from monitor.core.cadence import Bounds
from monitor.core.websub import Announced, Subscription
from monitor.net import open_net
from monitor.ports import Batch
from monitor.stages import jobs
from monitor.stages.poll import Poller
from monitor.stages.sources import Source
from monitor.stages.websub import Hubs, Subscriber, subscription, subscription_note
from monitor.web.callbacks import Callbacks

FIVE = timedelta(minutes=5)


class Site:
    """A feed that names a hub, and the hub: it verifies at once, later or not, and pushes what it is told to."""

    def __init__(self) -> None:
        self.at = self.hub = ""
        self.entries, self.status, self.verifies, self.lease = 1, 202, True, "86400"
        self.asked: list[dict[str, str]] = []
        self.challenged: list[tuple[int, str]] = []
        self.session: aiohttp.ClientSession

    async def feed(self, _: web.Request) -> web.Response:
        items = "".join(f"<item><guid>{n}</guid><link>/{n}</link></item>" for n in range(self.entries))
        text = f'<rss version="2.0"><channel><title>The Post</title>{items}</channel></rss>'
        link = f'<{self.hub}>; rel="hub", <{self.at}/rss>; rel="self"' if self.hub else ""
        return web.Response(text=text, content_type="text/xml", headers={"Link": link})

    async def subscribe(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.verifies and self.status == 202:
            await self.verify()
        return web.Response(status=self.status)

    async def verify(self, **more: str) -> tuple[int, str]:
        form = self.asked[-1]
        asks = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "<b>challenge</b>"}
        asks |= {"hub.lease_seconds": self.lease} | {name.replace("_", ".", 1): value for name, value in more.items()}
        async with self.session.get(form["hub.callback"], params=asks) as answer:
            self.challenged.append((answer.status, await answer.text()))
            return self.challenged[-1]

    async def push(self, body: bytes = b"<rss/>", method: str = "sha256", secret: str = "", url: str = "") -> int:
        form = self.asked[-1]
        digits = hmac.new((secret or form["hub.secret"]).encode(), body, getattr(hashlib, method)).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={digits}"}
        async with self.session.post(url or form["hub.callback"], data=io.BytesIO(body), headers=headers) as answer:
            return answer.status


@pytest.fixture
async def site(world) -> AsyncIterator[Site]:
    site, app, ours = Site(), web.Application(), web.Application()
    app.add_routes([web.get("/rss", site.feed), web.post("/hub", site.subscribe)])
    ours.add_routes(Callbacks(world.log, lambda feed: feed in world.sources).routes())
    async with TestServer(app) as theirs, TestServer(ours) as ourselves, aiohttp.ClientSession() as session:
        site.session, site.at = session, str(theirs.make_url("/")).rstrip("/")
        site.hub, site.ours = f"{site.at}/hub", str(ourselves.make_url("/"))
        world.sources["post"] = Source("post", f"{site.at}/rss", bounds=Bounds(FIVE, FIVE))
        yield site


@pytest.fixture
async def act(world, site):
    """Poll the feed, or see to its subscription, if that is due."""
    async with open_net(user_agent="MonitorTest/1", allow_private=[ip_network("127.0.0.0/8")]) as net:
        poller = Poller(world.log, net, world.parser, world.sources, hubs=Hubs(world.log))
        subscriber = Subscriber(world.log, net, world.sources, site.ours, lambda _: True)

        async def acted(kind: str, *, now: bool = False) -> int:
            if now:
                await world.make_due(kind, "post")
            return await world.work(kind, poller if kind == jobs.POLL else subscriber)

        yield acted


async def known(world) -> Subscription:
    found = await subscription(world.log, "post")
    assert found is not None
    return found


async def looks(world) -> core.FeedLooks:
    return msgspec.json.decode(await world.log.note(0, "feed:post"), type=core.FeedLooks)


async def subscribed(act) -> None:
    await act(jobs.POLL, now=True)
    assert await act(jobs.WEBSUB) == 1


async def test_a_feed_that_names_a_hub_is_subscribed_to_and_a_push_makes_its_poll_due_at_once(world, site, act):
    await subscribed(act)
    [form] = site.asked
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", f"{site.at}/rss")
    assert form["hub.callback"].startswith(f"{site.ours}websub/post/")
    assert site.challenged == [(200, "<b>challenge</b>")]
    assert 0.7 * 86_400 < await world.log.next_due(jobs.WEBSUB, 0) <= 0.75 * 86_400
    assert await world.log.next_due(jobs.POLL, 0) > 200
    site.entries = 2
    assert await site.push() == 202
    assert await world.log.next_due(jobs.POLL, 0) <= 0
    assert await act(jobs.POLL) == 1
    assert len(await world.due(jobs.FETCH)) == 2
    assert (await looks(world)).hub == Announced(site.hub, f"{site.at}/rss", heard=1, proved=1)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_pushes_are_signed_by_any_of_the_methods_that_hubs_use(world, site, act, method):
    await subscribed(act)
    assert await site.push(method=method) == 202
    assert (await known(world)).pushes == 1


async def test_what_is_not_signed_by_the_hub_is_thanked_for_and_changes_nothing(world, site, act):
    await subscribed(act)
    before = await known(world)
    assert await site.push(secret="guessed") == 202
    assert await site.push(method="md5") == 202
    form = site.asked[-1]
    async with site.session.post(form["hub.callback"], data=b"x") as answer:
        assert answer.status == 202
    assert await known(world) == before
    assert await world.log.next_due(jobs.POLL, 0) > 200
    assert await site.push(url=form["hub.callback"] + "_") == 410
    assert await site.push(b"x" * (5 * 2**20 + 1)) == 413
    assert await known(world) == before


async def test_nobody_is_told_yes_whom_we_did_not_ask(world, site, act):
    await subscribed(act)
    before = await known(world)
    callback = site.asked[-1]["hub.callback"]
    assert (await site.verify(hub_topic="https://other.example/rss"))[0] == 404
    assert (await site.verify(hub_mode="unsubscribe"))[0] == 404
    assert (await site.verify(hub_challenge="x" * 5_000))[0] == 404
    for stranger in (callback + "_", callback.replace("/post/", "/wire/")):
        site.asked[-1] = {**site.asked[-1], "hub.callback": stranger}
        assert (await site.verify())[0] == 404
    assert await known(world) == before


async def due_now(world):
    """Let the time come at which the hub is to be asked again."""
    past = msgspec.structs.replace(await known(world), due_at=await world.log.now())
    await world.log.commit(Batch(0, notes={subscription_note("post"): msgspec.json.encode(past)}))


async def test_a_subscription_is_renewed_with_what_the_hub_knows_already(world, site, act):
    await subscribed(act)
    until = (await known(world)).active_until
    await due_now(world)
    await act(jobs.WEBSUB, now=True)
    first, second = site.asked
    assert first == second
    assert (await known(world)).active_until > until
    assert await world.log.next_due(jobs.WEBSUB, 0) > 0.7 * 86_400


@pytest.mark.parametrize("trouble", ["refuses", "is silent", "is away", "says no"])
async def test_where_the_hub_fails_the_feed_is_polled_as_ever_and_the_hub_asked_again_later(world, site, act, trouble):
    site.status, site.verifies = (500 if trouble == "refuses" else 202), False
    if trouble == "is away":
        site.hub = "http://127.0.0.1:9/hub"
    await subscribed(act)
    if trouble == "says no":
        assert (await site.verify(hub_mode="denied", hub_reason="no such feed"))[0] == 200
    found = await known(world)
    assert found.active_until is None
    due = await world.log.next_due(jobs.WEBSUB, 0)
    assert (500 < due <= 600) if trouble == "is silent" else (3_500 < due <= 3_600)
    assert bool(found.trouble) is (trouble != "is silent")
    assert 250 < await world.log.next_due(jobs.POLL, 0) < 330


async def test_a_feed_is_polled_less_often_while_its_hub_proves_itself_and_as_ever_once_it_does_not(world, site, act):
    await subscribed(act)

    async def news(*, announced: bool) -> float:
        site.entries += 1
        if announced:
            await site.push()
        await act(jobs.POLL, now=True)
        return await world.log.next_due(jobs.POLL, 0)

    assert [round(await news(announced=True) / 300) for _ in range(4)] == [1, 1, 2, 2]
    assert round(await news(announced=False) / 300) == 1
    assert [round(await news(announced=True) / 300) for _ in range(2)] == [2, 2]
    lapsed = msgspec.structs.replace(await known(world), active_until=await world.log.now() - timedelta(seconds=1))
    await world.log.commit(Batch(0, notes={subscription_note("post"): msgspec.json.encode(lapsed)}))
    assert round(await news(announced=False) / 300) == 1


async def test_a_subscription_whose_timer_was_lost_is_seen_to_again(world, site, act):
    await subscribed(act)
    late = msgspec.structs.replace(await known(world), due_at=await world.log.now() - timedelta(hours=1))
    await world.log.commit(Batch(0, notes={subscription_note("post"): msgspec.json.encode(late)}))
    await act(jobs.POLL, now=True)
    assert await act(jobs.WEBSUB) == 1
    assert len(site.asked) == 2


async def test_who_says_how_often_is_not_overruled(world, site, act):
    world.sources["post"] = Source("post", f"{site.at}/rss")
    await subscribed(act)
    for _ in range(5):
        site.entries += 1
        await site.push()
        await act(jobs.POLL, now=True)
    assert await world.log.next_due(jobs.POLL, 0) < 330


async def test_a_flood_of_pushes_costs_one_poll_in_half_a_minute(world, site, act):
    await subscribed(act)
    await asyncio.gather(*(site.push() for _ in range(10)))
    assert await act(jobs.POLL) == 1
    await site.push()
    assert 20 < await world.log.next_due(jobs.POLL, 0) <= 30


async def test_another_hub_is_asked_anew_and_one_that_is_named_no_more_is_let_go(world, site, act):
    await subscribed(act)
    before = await known(world)
    site.entries, site.hub = 2, f"{site.at}/hub?other"
    await act(jobs.POLL, now=True)
    await act(jobs.WEBSUB)
    after = await known(world)
    assert after.hub == site.hub
    assert {before.token, before.secret}.isdisjoint({after.token, after.secret})
    site.entries, site.hub = 3, ""
    await act(jobs.POLL, now=True)
    await act(jobs.WEBSUB, now=True)
    assert await subscription(world.log, "post") is None
    assert await world.log.next_due(jobs.WEBSUB, 0) is None
    assert await site.push() == 410


async def test_a_feed_that_left_the_configuration_is_let_go(world, site, act):
    await subscribed(act)
    del world.sources["post"]
    assert await site.push() == 410
    await act(jobs.WEBSUB, now=True)
    assert await subscription(world.log, "post") is None


async def test_without_an_address_of_our_own_nothing_is_subscribed_to(world, site):
    async with open_net(user_agent="MonitorTest/1", allow_private=[ip_network("127.0.0.0/8")]) as net:
        await world.make_due(jobs.POLL, "post")
        await world.work(jobs.POLL, Poller(world.log, net, world.parser, world.sources))
    assert await world.log.next_due(jobs.WEBSUB, 0) is None


async def test_a_hub_that_a_feed_names_at_a_private_address_is_not_asked(world, site):
    async with open_net(user_agent="MonitorTest/1", allow_private=[ip_network("127.0.0.0/8")]) as net:
        await world.make_due(jobs.POLL, "post")
        await world.work(jobs.POLL, Poller(world.log, net, world.parser, world.sources, hubs=Hubs(world.log)))
        await world.work(jobs.WEBSUB, Subscriber(world.log, net, world.sources, site.ours))
    assert site.asked == []
    assert "forbidden_address" in (await known(world)).trouble
