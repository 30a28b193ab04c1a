"""Manners: a host's robots.txt is asked for once and kept to; its lack silences nobody."""

import asyncio
import time

import pytest

from monitor.errors import Permanent, Postponed, Transient
from monitor.net.manners import HOSTS_KEPT, PoliteNet
from monitor.ports import Response

PAGE = "https://post.example/private/a1"
ROBOTS = "https://post.example/robots.txt"


class Site:
    def __init__(self, robots):
        self.robots, self.asked = robots, []

    async def get(self, url, *, headers=None, limits=None):
        self.asked.append(url)
        await asyncio.sleep(0)
        if not url.endswith("/robots.txt"):
            return Response(url, 200, {}, b"a page", 0.0)
        if isinstance(self.robots, Exception):
            raise self.robots
        status, text = self.robots
        return Response(url, status, {}, text, 0.0)

    async def post(self, url, body, **how):
        return Response(url, 204, {}, body, 0.0)


REFUSES = (200, b"User-agent: Monitor\nDisallow: /private/")


async def test_what_the_host_asks_not_to_read_is_not_read():
    site = Site(REFUSES)
    net = PoliteNet(site, "Monitor")
    with pytest.raises(Permanent) as caught:
        await net.get(PAGE)
    assert caught.value.reason == "robots"
    assert PAGE not in site.asked
    assert (await net.get("https://post.example/public")).status == 200


async def test_a_host_that_is_left_alone_just_now_is_asked_later_and_its_robots_txt_kept_to_then():
    site = Site(Postponed(30.0))
    net = PoliteNet(site, "Monitor")
    for asked in await asyncio.gather(net.get(PAGE), net.get(PAGE), return_exceptions=True):
        assert isinstance(asked, Postponed)
    site.robots = REFUSES
    with pytest.raises(Permanent) as caught:
        await net.get(PAGE)
    assert caught.value.reason == "robots"
    assert PAGE not in site.asked


async def test_what_the_user_named_himself_is_read_without_asking():
    site = Site(REFUSES)
    assert (await PoliteNet(site, "Monitor", named=[PAGE]).get(PAGE)).status == 200
    assert site.asked == [PAGE]


async def test_a_host_is_asked_once_however_many_wait():
    site = Site((200, b""))
    net = PoliteNet(site, "Monitor")
    await asyncio.gather(*(net.get(f"https://post.example/{number}") for number in range(20)))
    await net.get(PAGE)
    assert site.asked.count(ROBOTS) == 1


@pytest.mark.parametrize("robots", [(404, b""), (503, b""), Transient("timeout"), Permanent("tls"), (200, b"<html>")])
async def test_a_file_that_cannot_be_had_refuses_nothing(robots):
    assert (await PoliteNet(Site(robots), "Monitor").get(PAGE)).status == 200


@pytest.mark.parametrize(("robots", "after", "asked"), [(REFUSES, 3599, 1), (REFUSES, 3601, 2), ((200, b""), 3601, 1), ((200, b""), 86_401, 2), ((503, b""), 601, 2)])  # fmt: skip
async def test_a_refusal_is_asked_about_again_sooner_than_a_leave(monkeypatch, robots, after, asked):
    site, start = Site(robots), time.monotonic()
    net = PoliteNet(site, "Monitor")
    await asyncio.gather(net.get(PAGE), return_exceptions=True)
    monkeypatch.setattr("monitor.net.manners.time.monotonic", lambda: start + after)
    site.robots = (200, b"")
    answer = (await asyncio.gather(net.get(PAGE), return_exceptions=True))[0]
    assert site.asked.count(ROBOTS) == asked
    assert isinstance(answer, Permanent) == (robots is REFUSES and asked == 1)


async def test_one_who_gives_up_waiting_takes_the_answer_from_nobody():
    net = PoliteNet(Site(REFUSES), "Monitor")
    impatient, patient = asyncio.create_task(net.get(PAGE)), asyncio.create_task(net.get(PAGE))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(Permanent):
        await patient


async def test_memory_is_bounded():
    net = PoliteNet(Site((404, b"")), "Monitor")
    for number in range(HOSTS_KEPT + 5):
        await net._ask(f"https://host{number}.example")
    assert len(net._known) == HOSTS_KEPT
