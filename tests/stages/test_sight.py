"""Blind and sighted: our own network gone is one event, and no feed is judged for it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.events import FeedFailing, MonitorBlind, MonitorSighted
from monitor.core.sight import LEAST, Sight, missed, saw
from monitor.errors import Transient
from monitor.stages import jobs
from monitor.stages.poll import Poller, arrange
from monitor.stages.sight import LATELY, Eyes, WatchedNet
from monitor.stages.sources import Source

FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>'
START = datetime(2015, 11, 15, tzinfo=UTC)
HOSTS = [f"site{number}.example" for number in range(6)]


@pytest.fixture
def sources():
    return {f"f{number}": Source(f"f{number}", f"https://{host}/rss") for number, host in enumerate(HOSTS)}


class Newsroom:
    """A poller over a net that is watched."""

    def __init__(self, world, sources, parser):
        self.world, self.sources = world, sources
        self.eyes = Eyes(world.log, HOSTS)
        self.poller = Poller(world.log, WatchedNet(world.net, self.eyes), parser, sources, lambda: self.eyes.blind)

    async def poll(self):
        await arrange(self.world.log, self.sources)
        for source in self.sources:
            await self.world.make_due(jobs.POLL, source)
        await self.world.work(jobs.POLL, self.poller)

    async def said(self):
        kinds = MonitorBlind | MonitorSighted | FeedFailing
        return [recorded.event for recorded in await self.world.events() if isinstance(recorded.event, kinds)]


@pytest.fixture
def newsroom(world, sources):
    return Newsroom(world, sources, world.parser)


def answer(world, answer, *hosts):
    for host in hosts or HOSTS:
        world.net.answers[f"https://{host}/rss"] = answer


async def test_a_network_that_is_gone_is_one_event_and_no_feed_fails(world, newsroom):
    answer(world, FEED)
    await newsroom.poll()
    answer(world, Transient("dns", "no answer"))
    for _ in range(6):
        await newsroom.poll()
    [blind] = await newsroom.said()
    assert isinstance(blind, MonitorBlind)
    assert (blind.silent, blind.hosts) == (3, 6)
    answer(world, FEED)
    await newsroom.poll()
    assert [type(event) for event in await newsroom.said()] == [MonitorBlind, MonitorSighted]
    assert not newsroom.eyes.blind


async def test_one_host_that_is_gone_is_that_hosts_failure(world, newsroom):
    answer(world, FEED)
    answer(world, Transient("connect", "refused"), HOSTS[0])
    for _ in range(4):
        await newsroom.poll()
    [failing] = await newsroom.said()
    assert isinstance(failing, FeedFailing)


async def test_an_answer_is_an_answer_whatever_it_says(world, newsroom):
    answer(world, 503)
    for _ in range(4):
        await newsroom.poll()
    assert {type(event) for event in await newsroom.said()} == {FeedFailing}


async def test_a_start_goes_on_with_what_was_said(world, newsroom, sources):
    answer(world, Transient("timeout", ""))
    await newsroom.poll()
    again = Eyes(world.log, HOSTS)
    await again.open()
    assert again.blind
    await again.saw(HOSTS[0])
    assert [type(event) for event in await newsroom.said()] == [MonitorBlind, MonitorSighted]
    other = Eyes(world.log, HOSTS)
    await other.saw(HOSTS[0])
    assert len(await newsroom.said()) == 2


async def test_hosts_that_nobody_watches_say_nothing(world):
    eyes = Eyes(world.log, HOSTS[:3])
    for number in range(20):
        await eyes.missed(f"dead{number}.example")
    assert not eyes.blind


async def test_four_hundred_failures_are_one_event(world):
    hosts = [f"site{number}.example" for number in range(400)]
    eyes = Eyes(world.log, hosts)
    net = WatchedNet(world.net, eyes)
    for host in hosts:
        answer(world, Transient("timeout", ""), host)
        with pytest.raises(Transient):
            await net.get(f"https://{host}/rss")
    said = [recorded.event for recorded in await world.events("monitor")]
    assert [(event.silent, event.hosts) for event in said] == [(200, 400)]


async def test_a_doubt_takes_most_of_the_hosts_and_is_soon_over(world):
    now = 0.0
    eyes = Eyes(world.log, HOSTS, clock=lambda: now)
    await eyes.missed("dead.example")
    assert not eyes.doubtful
    for number in range(3):
        await eyes.missed(f"dead{number}.example")
    await eyes.saw("portal.example")
    assert eyes.doubtful
    assert not eyes.blind
    now = LATELY + 1
    assert not eyes.doubtful
    await eyes.missed("dead.example")
    await eyes.saw("post.example")
    assert not eyes.doubtful


@given(st.lists(st.sampled_from([*HOSTS, None])), st.integers(1, 12))
def test_blind_and_sighted_take_turns(looks, hosts):
    at, sight, said = START, Sight(), []
    for host in looks:
        sight, event = missed(sight, host, hosts, at) if host else saw(sight, at)
        said += [type(event)] if event else []
        assert not sight.blind or len(sight.silent) >= LEAST
    assert said == [MonitorBlind, MonitorSighted] * (len(said) // 2) + [MonitorBlind] * (len(said) % 2)
