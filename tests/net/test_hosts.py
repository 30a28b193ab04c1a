"""Whose turn it is: at most so many at once to one host, and a pause between two; nobody waits for another host."""

import asyncio
from ipaddress import ip_network

import pytest

from monitor.errors import Postponed
from monitor.net.hosts import HOSTS_KEPT, LATEST, SOONEST, Hosts

ONE, OTHER = "https://post.example/a", "https://wire.example/a"


async def begun(hosts, urls, hold=0.0):
    """When each request was begun, in the order of the addresses; and how many were under way at once, at most."""
    clock = asyncio.get_running_loop().time
    under_way, most, times = 0, 0, {}

    async def ask(number, url):
        nonlocal under_way, most
        async with hosts.place(url):
            times[number] = clock()
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(hold)
            under_way -= 1

    await asyncio.gather(*(ask(number, url) for number, url in enumerate(urls)))
    return [times[number] for number in range(len(urls))], most


async def test_a_host_has_its_pause_between_two_requests_over_all_that_is_asked_of_it():
    pause, start = 0.03, asyncio.get_running_loop().time()
    times, _ = await begun(Hosts(4, pause), [ONE] * 6)
    for number, at in enumerate(sorted(times)):
        assert at - start >= number * pause - 0.002  # the clock's grain


async def test_one_host_waits_for_no_other():
    hosts = Hosts(1, 5.0)
    await begun(hosts, [ONE])
    async with asyncio.timeout(2):
        await begun(hosts, [OTHER])


async def test_no_more_than_so_many_are_asked_of_a_host_at_once():
    _, most = await begun(Hosts(2, 0.0), [ONE] * 7, hold=0.005)
    assert most == 2


async def test_what_is_ones_own_is_asked_without_a_pause():
    hosts = Hosts(2, 5.0, [ip_network("127.0.0.0/8")])
    async with asyncio.timeout(2):
        await begun(hosts, ["http://127.0.0.1:8080/a", "http://localhost/a"] * 3)


async def test_who_may_not_wait_is_told_when_to_come_back_and_another_host_is_asked_at_once():
    hosts, leave, inside = Hosts(1, 0.0, queue=3), asyncio.Event(), 0

    async def hang():
        nonlocal inside
        async with hosts.place(ONE):
            inside += 1
            await leave.wait()

    waiting = [asyncio.create_task(hang()) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Postponed) as caught:
        await begun(hosts, [ONE])
    assert caught.value.retry_after == SOONEST
    await begun(hosts, [OTHER])
    hosts._hosts["post.example"].took = 1000.0
    with pytest.raises(Postponed) as caught:
        await begun(hosts, [ONE])
    assert caught.value.retry_after == LATEST
    waiting[2].cancel()
    await asyncio.wait(waiting[2:])
    leave.set()
    await asyncio.gather(*waiting[:2])
    assert inside == 2
    await begun(hosts, [ONE] * 3)


async def test_any_number_may_wait_for_what_is_ones_own():
    hosts = Hosts(1, 0.0, [ip_network("10.0.0.0/8")], queue=1)
    times, most = await begun(hosts, ["http://10.1.1.1/"] * 5, hold=0.001)
    assert (len(times), most) == (5, 1)


async def test_memory_is_bounded():
    hosts = Hosts(1, 1e-9)
    for number in range(HOSTS_KEPT + 5):
        async with hosts.place(f"https://host{number}.example/"):
            pass
    assert len(hosts._hosts) == HOSTS_KEPT
