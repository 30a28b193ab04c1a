"""A news system whose certificate a private authority vouches for: read, with its articles, by the feed that brings that along, and by no other."""

from __future__ import annotations

import asyncio

import pytest
from authority import authority

from monitor.core.events import AlertRaised, ArticleDiscovered, FeedFailing
from monitor.listen import new_secret
from monitor.store import open_log

LOUD = (
    "The president called it an act of war on Saturday, in an address from the palace, and spoke of the days to come."
)
MORE = ("Parliament meets on Monday in Versailles, for the first time in six years, the speaker said.",
        "The state of emergency will be prolonged by three months if both houses agree to it.")  # fmt: skip
OTHER = '\n[feeds.other]\nurl = "{}"\n'


@pytest.mark.case(id="F14")
async def test_a_feed_with_an_authority_of_its_own_is_read_with_its_articles(tls_site, daemons, receiving, tmp_path):
    ca, server = authority(tmp_path / "authority")
    secret = new_secret()
    async with tls_site(server) as site, receiving(secret) as desk:
        url = site.article("/a1", "An address", LOUD, *MORE)
        feed, other = site.feed("/rss", url), site.feed("/other", url)
        daemon = daemons(feed, desk=desk.url, secret=secret, channels=OTHER.format(other))
        daemon.config = daemon.config.replace(f'url = "{feed}"', f'url = "{feed}"\nca_file = "{ca}"')
        await daemon.start()
        await asyncio.wait_for(desk.wait(1), 30)
        status, out, err = await daemon.verb("doctor", "--feeds")
        assert status == 1, (out, err)
        assert "post: a feed of 1 entry" in out
        assert "other: tls" in out
        assert await daemon.stop() == 0
    async with open_log("embedded", data_dir=daemon.data) as log:
        events = [recorded.event async for recorded in log.read(0)]
    assert [event.feed for event in events if isinstance(event, FeedFailing)] in ([], ["other"])
    assert [event.source for event in events if isinstance(event, ArticleDiscovered)] == ["post"]
    assert len([event for event in events if isinstance(event, AlertRaised)]) == 1
    assert {line["feed"]: line["reason"] for line in daemon.lines() if line["event"] == "feed failed"} == {
        "other": "tls"
    }
    assert "/other" not in site.asked
