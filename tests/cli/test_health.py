"""`monitor feeds health`: how each feed is in words, and of one feed what its last looks found."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from verbs import RunVerb

from monitor.core.feed import FeedLooks
from monitor.core.overlap import Gaps
from monitor.core.tempo import Tempo
from monitor.core.validators import Trust
from monitor.core.websub import Subscription
from monitor.ports import Batch, Log
from monitor.stages.poll import entity, looks_note
from monitor.stages.websub import subscription_note
from monitor.store.views import FILE


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_health_says_the_gravest_first_and_what_to_do(copy: Path, run: RunVerb) -> None:
    with (copy / "config.toml").open("a") as file:
        file.write('[feeds.wire]\nurl = "https://wire.example/atom"\n')
    with closing(sqlite3.connect(copy / "data" / FILE)) as views, views:
        views.execute(
            "UPDATE feeds SET gaps = 2, gap_since = '2015-11-16T22:00:00Z', gap_until = '2015-11-17T22:00:00Z' WHERE id = 'post'"
        )
    said = squeezed(run(copy, "feeds", "health").out)
    assert said.index("wire: failing") < said.index("post: working") < said.index("local: waiting")
    assert "→ Nothing, unless it lasts" in said
    assert "2 times a look knew none of its entries" in said
    assert "between 2015-11-16 23:00 and 2015-11-17 23:00" in said
    assert said.endswith("1 of 3 feeds work.")
    rows = run(copy, "feeds", "health", "--json").json
    assert [(row["id"], row["state"]) for row in rows] == [
        ("wire", "failing"),
        ("post", "working"),
        ("local", "waiting"),
    ]


def test_the_health_of_one_feed_tells_what_its_last_looks_found(copy: Path, run: RunVerb, with_log) -> None:
    read = datetime(2015, 11, 15, 21, tzinfo=UTC)
    looks = FeedLooks(
        url="https://post.example/rss",
        etag='"1"',
        looked_at=read,
        last_ok=read,
        next_look=read + timedelta(minutes=5),
        tempo=Tempo((0.31, 0.25), 0.28, 40),
        gaps=Gaps(entries=20, known=18),
        trust=Trust(3, read, 7, 1),
        moving_to="https://new.example/rss",
        moving=(read,),
    )

    async def note(log: Log) -> None:
        known = Subscription(
            "https://hub.example/", "t", "TOKEN", "SECRET", active_until=read, pushes=3, pushed_at=read
        )
        notes = {looks_note("post"): looks, subscription_note("post"): known}
        encoded = {key: msgspec.json.encode(value) for key, value in notes.items()}
        await log.commit(Batch(log.partition_of(entity("post")), notes=encoded))

    with_log(note)
    said = squeezed(run(copy, "feeds", "health", "post", columns=200).out)
    assert said.startswith("post: working https://post.example/rss Works.")
    assert "looked at 2015-11-15 22:00, read 2015-11-15 22:00, next look 2015-11-15 22:05" in said
    assert "overlap: 18 of 20 entries were known" in said
    assert "answers: 0.25 s the last time, usually 0.28 s" in said
    assert (
        "validators: ETag; told of 7 changes in a row, hid 1 changes; 3 answers without a body since the last" in said
    )
    assert "it redirects for good to https://new.example/rss: seen 1 times" in said
    told = run(copy, "feeds", "health", "post", "--json").json
    assert told["looks"]["gaps"]["known"] == 18
    assert "hub: https://hub.example/ pushes until 2015-11-15 22:00, is asked again never; 3 so far" in said
    assert told["pushes"]["pushes"] == 3
    assert not any(word in f"{told} {said}" for word in ("TOKEN", "SECRET"))
    assert run(copy, "feeds", "health", "local", "--json").json["looks"] is None
    assert run(copy, "feeds", "health", "nobody").code == 1
