"""A host that asks for a pause is left alone, whatever is wanted of it, and nobody else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import Postponed
from monitor.net.courtesy import FIRST, HOSTS_KEPT, LONGEST, SHORTEST, CourteousNet
from monitor.net.manners import PoliteNet
from monitor.ports import Response

FEED, ARTICLE, OTHER = "https://post.example/rss", "https://post.example/a1", "https://wire.example/rss"


class Site:
    """Answers with what stands next in `script`, then well; counts the seconds that it is told to."""

    def __init__(self, *script):
        self.script, self.asked, self.now = list(script), [], 1000.0

    async def get(self, url, *, headers=None, limits=None):
        self.asked.append(url)
        status, pause = self.script.pop(0) if self.script else (200, None)
        fields = {} if pause is None else {"retry-after": str(pause)}
        return Response(url, status, fields, b"", 0.0)

    async def post(self, url, body, **how):
        return Response(url, 204, {}, body, 0.0)


def net_of(site):
    return CourteousNet(site, lambda: site.now)


async def left(net, url=ARTICLE):
    """For how many seconds the host of an address is left alone still; 0 where it is asked."""
    try:
        await net.get(url)
    except Postponed as error:
        return error.retry_after
    return 0.0


@pytest.mark.parametrize("status", [429, 503])
async def test_one_plea_holds_for_all_that_is_asked_of_the_host_and_for_no_other(status):
    site = Site((status, 120))
    net = net_of(site)
    assert (await net.get(FEED)).status == status
    assert await left(net) == 120
    assert await left(net, FEED) == 120
    assert await left(net, OTHER) == 0
    assert site.asked == [FEED, OTHER]
    site.now += 120
    assert await left(net) == 0
    assert (await net.post(FEED, b"", headers={})).status == 204


@pytest.mark.parametrize(
    ("asked", "pause"),
    [("0", SHORTEST), ("-5", FIRST), ("99999999999", LONGEST), ("soon", FIRST), (None, FIRST), ("7", 7)],
)
async def test_what_is_asked_for_is_bounded(asked, pause):
    net = net_of(Site((429, asked)))
    await net.get(FEED)
    assert await left(net) == pause


async def test_who_asks_again_is_left_alone_for_twice_as_long_until_it_answers_well():
    site = Site((429, None), (503, None), (429, None))
    net = net_of(site)
    for times in range(3):
        await net.get(FEED)
        assert await left(net) == FIRST * 2**times
        site.now += FIRST * 2**times
    assert (await net.get(FEED)).status == 200
    site.script = [(429, None)]
    await net.get(FEED)
    assert await left(net) == FIRST


async def test_what_was_under_way_neither_ends_a_pause_nor_counts_again():
    site = Site((429, 600))
    net = net_of(site)
    await net.get(FEED)
    net._hear("post.example", Response(ARTICLE, 200, {}, b"", 0.0))
    assert await left(net) == 600
    net._hear("post.example", Response(ARTICLE, 429, {}, b"", 0.0))
    assert await left(net) == 600
    assert net._pleas["post.example"].times == 1


async def test_a_pause_says_nothing_of_what_robots_txt_allows():
    site = Site((429, 600))
    net = net_of(site)
    await net.get(FEED)
    polite = PoliteNet(net, "Monitor")
    with pytest.raises(Postponed):
        await polite.get(ARTICLE)
    assert not polite._known
    site.now += 600
    await polite.get(ARTICLE)
    assert site.asked[-2:] == ["https://post.example/robots.txt", ARTICLE]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([200, 304, 404, 429, 500, 503]), st.none() | st.integers(-9, 10**9), st.floats(0, 9_000)
        )
    )
)
async def test_no_host_is_left_alone_for_longer_than_an_hour(steps):
    site = Site()
    net = net_of(site)
    for status, pause, passed in steps:
        site.script = [(status, pause)]
        assert 0 <= await left(net, FEED) <= LONGEST + 1e-6  # seconds: the clock is a float
        site.now += passed


async def test_memory_is_bounded():
    net = net_of(Site(*[(429, 60)] * (HOSTS_KEPT + 5)))
    for number in range(HOSTS_KEPT + 5):
        await net.get(f"https://host{number}.example/rss")
    assert len(net._pleas) == HOSTS_KEPT
