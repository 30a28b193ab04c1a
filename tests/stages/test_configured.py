"""That another configuration is at work is recorded once, whoever notices it, and whatever happens in between."""

import asyncio

from monitor.core.configured import Configured
from monitor.core.events import ConfigChanged
from monitor.core.urls import article_id, canonical
from monitor.stages.configured import record
from monitor.stages.poll import arrange
from monitor.stages.sources import Source

OLD = Configured("sha256:old", {"watchlists": {"war": "1"}})
NEW = Configured("sha256:new", {"watchlists": {"war": "2", "raqqa": "1"}})


async def test_the_first_is_no_change_and_each_other_is_one_event(world):
    assert await record(world.log, OLD, "start") is None
    assert await record(world.log, OLD, "start") is None
    found = await asyncio.gather(*(record(world.log, NEW, "reload") for _ in range(5)))
    (event,) = filter(None, found)
    assert (event.ruleset_before, event.ruleset, event.how) == ("sha256:old", "sha256:new", "reload")
    assert (event.added, event.changed) == ({"watchlists": ("raqqa",)}, {"watchlists": ("war",)})
    assert await record(world.log, NEW, "start") is None, "who died right after it finds it recorded"
    assert [recorded.event for recorded in await world.events()] == [event]


async def test_back_again_is_another_change(world):
    for configured in (OLD, NEW, OLD, NEW):
        await record(world.log, configured, "start")
    events = [recorded.event for recorded in await world.events("config.")]
    assert [event.ruleset for event in events if isinstance(event, ConfigChanged)] == [
        "sha256:new",
        "sha256:old",
        "sha256:new",
    ]


FEED = """<rss version="2.0"><channel><title>Post</title><item><guid>1</guid><link>https://post.example/a1</link></item></channel></rss>"""


async def test_a_feed_that_is_there_again_loses_no_article_that_it_had(world):
    post = Source("post", "https://post.example/rss")
    world.net.answers[post.url] = FEED
    await arrange(world.log, {"post": post})
    await world.work("poll", world.poller)
    world.sources.pop("post")
    assert await world.work("fetch", world.fetcher) == 1
    await world.make_due("poll", "post")
    await world.work("poll", world.poller)
    assert await world.log.next_due("poll", 0) is None, "it is polled no more"
    world.sources["post"] = post
    await arrange(world.log, {"post": post})
    await world.make_due("fetch", article_id(canonical("https://post.example/a1")))
    await world.work("fetch", world.fetcher)
    assert [url for url, _ in world.net.asked] == [post.url, "https://post.example/a1"]
