"""Feeds that real sites served, many of them broken, through the real poll path: real HTTP, real subprocesses, a real log."""

from collections import Counter
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.core.events import FeedBaselined
from monitor.net import open_net
from monitor.ports import Limits
from monitor.sources.pool import open_pool
from monitor.stages import jobs
from monitor.stages.poll import Poller, arrange
from monitor.stages.sources import Source

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "feeds" / "real"
KINDS = {".xml", ".rss", ".atom", ".rdf", ".json"}
NAMED = {"not_a_feed", "malformed", "empty", "entities", "too_deep", "encoding", "too_large", "parser_killed"}


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_each_ends_as_entries_or_as_a_named_error(site, log):
    files = sorted(file for file in CORPUS.rglob("*") if file.suffix in KINDS and ".serde." not in file.name)
    if not files:
        pytest.skip(f"no real feeds: {CORPUS} is not there")
    sources = {}
    for number, file in enumerate(files):
        site.answers[f"/{number}"] = file.read_bytes()
        sources[f"f{number}"] = Source(f"f{number}", f"{site.origin}/{number}", every=timedelta(hours=1))
    await arrange(log, sources, at_once=True)
    handles = open_files()
    private = [ip_network("127.0.0.0/8")]
    async with (
        open_net(user_agent="Monitor", allow_private=private, concurrency=8, per_host=8, limits=Limits()) as net,
        open_pool(2) as parser,
    ):
        poller = Poller(log, net, parser, sources)
        with capture_logs() as lines:
            while claims := await log.claim(jobs.POLL, 0, 50, 120.0):
                for claim in claims:
                    await poller(claim)
    read = [recorded.event async for recorded in log.read(0) if isinstance(recorded.event, FeedBaselined)]
    failed = {line["feed"]: line["reason"] for line in lines if line["event"] == "feed failed"}
    entries = sum(event.entries for event in read)
    print(f"{len(files)} files: {len(read)} read, {entries} entries; named errors: {dict(Counter(failed.values()))}")
    assert {event.feed for event in read} | failed.keys() == sources.keys()
    assert set(failed.values()) <= NAMED
    # among the JSON files are expected outputs, which are no feeds
    markup = {name for number, file in enumerate(files) if file.suffix != ".json" for name in [f"f{number}"]}
    assert len(markup & failed.keys()) <= 0.05 * len(markup)
    assert open_files() <= handles + 4
