"""The views say what the log says, however it is read: in any batches, in any order of partitions, twice, or after a kill."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import structlog
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.core import content as operations
from monitor.core.content import Block, Content, Delete, Insert, Keep, Move, Operation, Replace
from monitor.core.events import (
    Absence,
    AlertAcked,
    AlertGrouped,
    AlertHeld,
    AlertRaised,
    AlertRouted,
    AlertSuppressed,
    AnyEvent,
    ArticleBlocked,
    ArticleConfirmed,
    ArticleDiscovered,
    ArticleGone,
    ArticleHeld,
    ArticleReleased,
    ArticleReread,
    ArticleRestored,
    ArticleRevised,
    ChannelDisabled,
    ChannelEnabled,
    ChannelFailing,
    ChannelRecovered,
    ConfigChanged,
    DeliveryDied,
    DeliveryFailed,
    DeliveryRequested,
    DeliverySucceeded,
    Edit,
    Evidence,
    FeedBaselined,
    FeedFailing,
    FeedGapped,
    FeedGone,
    FeedLying,
    FeedMoved,
    FeedRecovered,
    FeedSlow,
    FeedStale,
    GroupClosed,
    GroupOpened,
    InhibitionStarted,
    MatchExcluded,
    MonitorBlind,
    MonitorSighted,
    NotificationFormed,
    Recorded,
    RevisionName,
    SilenceExpired,
    SilenceSet,
    SiteTemplateChanged,
    Telling,
    ThrottleStarted,
    WatchEnded,
    WatchStarted,
    decode,
    encode,
    entity_id,
    event_id,
)
from monitor.errors import Corrupt, ViewsUnavailable
from monitor.ports import Founded
from monitor.stages import project
from monitor.store.views import Reader, Views, compare, rebuild, schema
from monitor.store.views.projection import fold
from monitor.store.views.statements import stamp

START = datetime(2015, 11, 15, 20, 0, tzinfo=UTC)
EVERY_TYPE = {kind for group in get_args(AnyEvent) for kind in (get_args(group) or (group,))}
WORDS = ["Raqqa", "strikes", "“act of war”", "20 bombs", "30 bombs", "Hollande", "", "\u200fערב\u0000", "été", "🚨"]


# --- histories -------------------------------------------------------------------------------------------------------


class Newsroom:
    """Makes up a history that could have happened, one event at a time."""

    def __init__(self, chance: random.Random, partitions: int) -> None:
        self.chance, self.partitions = chance, partitions
        self.events: list[Recorded] = []
        self.versions: dict[str, int] = {}
        self.texts: dict[str, list[Content]] = {}
        self.newest: dict[str, Content] = {}  # differs where a text was read anew
        self.gone: set[str] = set()
        self.alerts: list[AlertRaised] = []
        self.messages: list[NotificationFormed] = []
        self.attempts: dict[str, int] = {}
        self.silences: set[str] = set()

    def step(self) -> None:
        options = [self.discover, self.feed, self.channel]
        options += [self.revise, self.revise, self.go_or_return, self.remark, self.alert] if self.texts else []
        options += [self.suppress, self.form, self.decide, self.decide] if self.alerts else []
        options += [self.mute]
        options += [self.deliver, self.deliver] if self.messages else []
        self.chance.choice(options)()

    def record(self, entity: str, home: str, event: AnyEvent) -> None:
        version = self.versions[entity] = self.versions.get(entity, 0) + 1
        assert decode(encode(event)) == event
        self.events.append(
            Recorded(
                id=event_id(entity, version, event),
                entity=entity,
                version=version,
                hash="",
                event=event,
                partition=hash_of(home) % self.partitions,
                position=f"{1_447_000_000_000 + len(self.events) // 3}-{len(self.events) % 3}",
            )
        )

    def now(self) -> datetime:
        return START + timedelta(seconds=7.5 * len(self.events))

    def text(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(0, 4)))

    def block(self) -> Block:
        kind = self.chance.choice(["paragraph", "heading", "quote", "post"])
        return Block(kind=kind, text=self.text(), at=self.now() if kind == "post" else None)

    def evidence(self, url: str) -> Evidence:
        return Evidence(fetched_at=self.now(), url=url, status=200, raw_sha256="ab" * 32, extractor="test/1")

    def discover(self) -> None:
        number = len(self.texts)
        url = f"https://post.example/a{number}"
        article = entity_id("article", url)
        blocks = tuple(self.block() for _ in range(self.chance.randint(0, 4)))
        content = Content(title=self.text(), byline=self.text(), published=self.now(), blocks=blocks)
        self.texts[article], self.newest[article] = [content], content
        event = ArticleDiscovered(
            at=self.now(),
            article=article,
            url=url,
            source=self.chance.choice(["post", "wire"]),
            tags=("tier1",),
            aliases=(url, f"{url}?utm_source=feed", f"guid:{number}"),
            backlog=self.chance.random() < 0.3,
            content=content,
            sha256=content.digest(),
            access="full",
            evidence=self.evidence(f"{url}/"),
        )
        self.record(article, article, event)

    def revise(self) -> None:
        article = self.chance.choice(sorted(self.texts))
        before = self.newest[article]
        steps = self.operations(len(before.blocks))
        changed: dict[str, Any] = self.chance.choice([{}, {"title": self.text()}, {"published": None, "lang": "en"}])
        after = msgspec.structs.replace(before, **changed, blocks=operations.apply(steps, before.blocks))
        self.texts[article].append(after)
        self.newest[article] = after
        event = ArticleRevised(
            at=self.now(),
            article=article,
            revision=len(self.texts[article]),
            before_sha256=before.digest(),
            sha256=after.digest(),
            operations=steps,
            fields=changed,
            edits=(Edit(kind="headline", zone="title", before=before.title, after=after.title),),
            summary=self.text(),
            last_seen_before=self.now() - timedelta(minutes=5),
            access=self.chance.choice(["full", "teaser"]),
            evidence=self.evidence("https://post.example/moved"),
            reverted_to=self.chance.choice([None, 1]),
            confidence=self.chance.choice(["confirmed", "unconfirmed"]),
        )
        self.record(article, article, event)

    def operations(self, blocks: int) -> tuple[Operation, ...]:
        steps: list[Operation] = []
        for _ in range(blocks):
            new = (self.block(),)
            steps += self.chance.choice(
                [[Keep(1)], [Keep(1)], [Delete(1)], [Replace(1, new)], [Insert(new), Keep(1)], [Move(0, 1), Delete(1)]]
            )
        return (*steps, Insert((self.block(),))) if self.chance.random() < 0.3 else tuple(steps)

    def go_or_return(self) -> None:
        article = self.chance.choice(sorted(self.texts))
        revision = len(self.texts[article])
        if article in self.gone:
            self.gone.remove(article)
            event: AnyEvent = ArticleRestored(at=self.now(), article=article, revision=revision, gone_since=START)
        else:
            self.gone.add(article)
            looks = (Absence(at=self.now(), status=404, reason="not_found"),)
            event = ArticleGone(at=self.now(), article=article, revision=revision, last_present=START, absent=looks)
        self.record(article, article, event)

    def remark(self) -> None:
        article = self.chance.choice(sorted(self.texts))
        revision, at = len(self.texts[article]), self.now()
        looks = (Absence(at=at, status=403, reason="block_page"),)
        names = (RevisionName(article, revision),)
        if self.chance.random() < 0.2:
            return self.record(article, article, self.reread(article, revision))
        event = self.chance.choice(
            [
                ArticleConfirmed(at, article, revision, "agreement", at, ("og", "h1")),
                ArticleBlocked(at, article, revision, last_present=START, blocked=looks),
                ArticleHeld(at, article, by="cli:editor"),
                ArticleReleased(at, article, by="cli:editor"),
                SiteTemplateChanged(at, "template_1", "post.example", (self.text(),), (), names, START),
                MatchExcluded(
                    at, article, revision, "raqqa", terms=("“Raqqa”",), reason="“film” stands, which NOT excludes"
                ),
            ]
        )
        apart = {SiteTemplateChanged: "site_1", MatchExcluded: "exclusion_1"}
        return self.record(apart.get(type(event), article), article, event)

    def reread(self, article: str, revision: int) -> ArticleReread:
        before = self.newest[article]
        steps = self.operations(len(before.blocks))
        self.newest[article] = after = msgspec.structs.replace(before, blocks=operations.apply(steps, before.blocks))
        digests = before.digest(), after.digest()
        return ArticleReread(self.now(), article, revision, *digests, steps, {}, "test/2", "ab" * 32)

    def alert(self) -> None:
        article = self.chance.choice(sorted(self.texts))
        event = AlertRaised(
            at=self.now(),
            alert=entity_id("alert", article, str(len(self.events))),
            article=article,
            revision=len(self.texts[article]),
            watchlist=self.chance.choice(["act-of-war", "raqqa"]),
            severity="critical",
            changes=("appeared",),
            notify=("desk",),
            backlog=False,
            data={"schema": 1, "summary": self.text(), "hits": [{"term": "x", "marks": [[1, 2]]}]},
        )
        self.alerts.append(event)
        self.record(event.alert, article, event)

    def suppress(self) -> None:
        alert = self.chance.choice(self.alerts)
        self.record(alert.alert, alert.article, AlertSuppressed(at=self.now(), alert=alert.alert, reason="no_channel"))

    def decide(self) -> None:
        alert, group = self.chance.choice(self.alerts), entity_id("group", str(len(self.events)))
        at, soon = self.now(), self.now() + timedelta(minutes=5)
        about: dict[str, Any] = {"at": at, "alert": alert.alert, "channel": "desk", "route": "1"}
        waits: dict[str, Any] = {**about, "group": group, "due": soon, "brief": {"summary": self.text()}}
        telling = Telling("desk", "1", "group", "lane_1", group, soon)
        event = self.chance.choice(
            [
                AlertRouted(at=at, alert=alert.alert, tellings=(telling, Telling("archive", "1", "now"))),
                AlertSuppressed(**about, reason="throttled"),
                AlertGrouped(**waits),
                AlertHeld(**waits),
                AlertAcked(at=at, alert=alert.alert, by="cli:editor", note=self.text()),
                GroupOpened(at, "lane_1", group, "desk", "1", "group", soon),
                GroupClosed(at=at, group=group, channel="desk", notification="msg_1", count=2),
                ThrottleStarted(at=at, lane="lane_1", alert=alert.alert, until=soon),
                InhibitionStarted(at=at, rule="1", equal={"site": ("post.example",)}, until=soon, by=alert.alert),
            ]
        )
        self.record(alert.alert, alert.article, event)

    def mute(self) -> None:
        at, silence = self.now(), entity_id("silence", str(len(self.events) // 40))
        if silence in self.silences:
            self.record("mutes", "mutes", SilenceExpired(at=at, silence=silence, by="cli:editor"))
            return
        self.silences.add(silence)
        matchers = {"watchlist": ("raqqa",)}
        event = SilenceSet(at, silence, matchers, at + timedelta(hours=2), self.text(), "cli:editor")
        self.record("mutes", "mutes", event)

    def form(self) -> None:
        alert = self.chance.choice(self.alerts)
        event = NotificationFormed(
            at=self.now(),
            notification=entity_id("msg", alert.alert, str(len(self.events))),
            channel="desk",
            alerts=(alert.alert,),
            article=alert.article,
            body='{"type": "alert.raised"}',
        )
        self.messages.append(event)
        self.record(event.notification, alert.article, event)

    def deliver(self) -> None:
        message = self.chance.choice(self.messages)
        about = {"at": self.now(), "notification": message.notification, "channel": message.channel}
        attempt = self.attempts.get(message.notification, 0) + 1
        failure = {"attempt": attempt, "reason": "timeout", "detail": "15 s", "status": None}
        event = self.chance.choice(
            [
                DeliverySucceeded(**about, attempt=attempt, status=200, seconds=0.25),
                DeliveryFailed(**about, **failure, retry_in=300.0),
                DeliveryDied(**about, **failure),
                DeliveryRequested(**about, by="cli:editor"),
            ]
        )
        self.attempts[message.notification] = attempt - isinstance(event, DeliveryRequested)
        self.record(message.notification, message.article, event)

    def channel(self) -> None:
        at, channel = self.now(), self.chance.choice(["desk", "archive"])
        event = self.chance.choice(
            [
                ChannelFailing(at, channel, reason="timeout", detail="15 s", status=None, failures=5),
                ChannelRecovered(at, channel, failing_since=START),
                ChannelDisabled(at, channel, reason="gone", by="410"),
                ChannelEnabled(at, channel, by="cli:editor"),
            ]
        )
        self.record(f"channel_{channel}", channel, event)
        at = self.now()
        sight = [MonitorBlind(at, since=START, silent=3, hosts=5), MonitorSighted(at, blind_since=START)]
        self.record("monitor", "monitor", self.chance.choice(sight))
        self.record("configuration", "configuration", ConfigChanged(at, "sha256:b", "sha256:a", "reload"))
        watch = [
            WatchStarted(at, "watch_1", "https://post.example/a1", 120.0, at + timedelta(hours=6), (), "cli:editor"),
            WatchEnded(at, "watch_1", "https://post.example/a1", "over"),
        ]
        self.record("watches", "watches", self.chance.choice(watch))

    def feed(self) -> None:
        about = {"at": self.now(), "feed": self.chance.choice(["post", "wire"]), "url": "https://post.example/rss"}
        failing = {"reason": "timeout", "detail": "30 s", "status": None, "failures": 3}
        event = self.chance.choice(
            [
                FeedBaselined(**about, title=self.text(), entries=20, backlog=4),
                FeedFailing(**about, **failing, last_ok=self.chance.choice([None, START])),
                FeedRecovered(
                    **about, failing_since=START, was=self.chance.choice(["failing", "stale", "slow", "lying"])
                ),
                FeedGone(**about, reason="http_410", status=410, since=START, looks=4, last_ok=None),
                FeedSlow(**about, seconds=6.5, usual=0.5),
                FeedGapped(**about, since=START, entries=20, count=self.chance.randint(1, 9)),
                FeedLying(**about, hidden=3, since=START),
                FeedStale(**about, last_new=START, usual_pause=7200.0, longest_pause=36_000.0),
                FeedMoved(**about, to="https://post.example/feed"),
            ]
        )
        self.record(f"feed_{event.feed}", event.feed, event)


def hash_of(entity: str) -> int:
    return int.from_bytes(entity.encode()[-6:], "big")


def newsroom(seed: int, steps: int, partitions: int = 1) -> Newsroom:
    room = Newsroom(random.Random(seed), partitions)
    for _ in range(steps):
        room.step()
    return room


@st.composite
def histories(draw: st.DrawFn) -> Newsroom:
    return newsroom(draw(st.integers(0, 2**32)), draw(st.integers(0, 40)), draw(st.integers(1, 3)))


class Shelf:
    """A log that only reads, from memory."""

    def __init__(self, events: Sequence[Recorded], partitions: int) -> None:
        self.events, self.partitions = list(events), partitions

    async def read(self, partition: int, after: str = "0-0", *, follow: bool = False) -> AsyncIterator[Recorded]:
        for recorded in self.events:
            if recorded.partition == partition and order(recorded.position) > order(after):
                yield recorded

    async def floor(self, _: int) -> None:
        return None

    async def founded(self, _: int) -> AsyncIterator[list[Founded]]:
        for never in ():
            yield never


def order(position: str) -> tuple[int, ...]:
    return tuple(map(int, position.split("-")))


def dump(path: Path) -> list[str]:
    with Reader(path) as reader:
        return list(reader.dump())


def filled(path: Path, *batches: Sequence[Recorded]) -> Path:
    with Views(path) as views:
        for batch in batches:
            views.apply(batch)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "views.sqlite3"


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("views") / "views.sqlite3"


law = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


# --- laws ------------------------------------------------------------------------------------------------------------


def test_the_made_up_histories_hold_every_type_of_event() -> None:
    seen = {type(recorded.event) for recorded in newsroom(seed=7, steps=900).events}
    assert seen == EVERY_TYPE


@law
@given(room=histories(), cuts=st.lists(st.integers(0, 40), max_size=5))
@example(room=newsroom(1, 200, 3), cuts=[3, 50, 51])
def test_views_do_not_depend_on_batches_repeats_or_the_order_of_partitions(
    room: Newsroom, cuts: list[int], fresh: Callable[[], Path]
) -> None:
    whole = filled(fresh(), room.events)
    edges = [0, *sorted(cut % (len(room.events) + 1) for cut in cuts), len(room.events)]
    split = [room.events[start:end] for start, end in pairwise(edges)]
    repeated = [part for batch in split for part in (batch, batch, room.events[: len(batch)])]
    by_partition = [[r for r in room.events if r.partition == at] for at in reversed(range(room.partitions))]

    assert dump(filled(fresh(), *split)) == dump(whole)
    assert dump(filled(fresh(), *repeated)) == dump(whole)
    assert dump(filled(fresh(), *by_partition)) == dump(whole)


@law
@given(room=histories())
async def test_a_rebuild_says_what_the_live_views_say(room: Newsroom, fresh: Callable[[], Path]) -> None:
    live, log = filled(fresh(), room.events), Shelf(room.events, room.partitions)
    before = dump(live)

    assert await compare(log, live) is None
    assert await rebuild(log, live) == len(room.events)
    assert dump(live) == before


@law
@given(room=histories())
def test_every_revision_is_kept_whole(room: Newsroom, fresh: Callable[[], Path]) -> None:
    with Reader(filled(fresh(), room.events)) as reader:
        for article, texts in room.texts.items():
            assert [row.revision for row in reader.revisions(article)] == list(range(1, len(texts) + 1))
            assert [reader.content(article, at) for at in range(1, len(texts) + 1)] == texts


@law
@given(room=histories())
def test_raised_is_told_or_said_not_to_be(room: Newsroom, fresh: Callable[[], Path]) -> None:
    with Reader(filled(fresh(), room.events)) as reader:
        formed = {row.id: row.state for row in reader.deliveries()}
        assert set(formed) == {message.notification for message in room.messages}
        for message in room.messages:
            last = [r.event for r in room.events if getattr(r.event, "notification", "") == message.notification][-1]
            expected = {DeliverySucceeded: "delivered", DeliveryDied: "dead"}.get(type(last), "scheduled")
            assert formed[message.notification] == expected


# --- refusals --------------------------------------------------------------------------------------------------------


def revised(room: Newsroom) -> tuple[int, Recorded]:
    return next((at, r) for at, r in enumerate(room.events) if isinstance(r.event, ArticleRevised))


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "0" * 64},
        {"before_sha256": "0" * 64},
        {"operations": (Keep(99),)},
        {"operations": (Insert((Block("paragraph", "planted"),)),)},
        {"fields": {"title": "planted"}},
        {"fields": {"published": "yesterday"}},
        {"fields": {"no_such_field": 1}},
    ],
)
def test_a_revision_that_does_not_verify_stops_the_views_and_changes_nothing(
    path: Path, change: dict[str, Any]
) -> None:
    room = newsroom(seed=3, steps=60)
    at, recorded = revised(room)
    forged = msgspec.structs.replace(recorded, event=msgspec.structs.replace(recorded.event, **change))
    filled(path, room.events[: at - 1])
    before = dump(path)

    with Views(path) as views, pytest.raises(Corrupt, match=r"article_"):
        views.apply([room.events[at - 1], forged])
    assert dump(path) == before


def test_an_article_discovered_twice_or_revised_before_it_was_discovered_is_corrupt(path: Path) -> None:
    room = newsroom(seed=3, steps=60)
    _, recorded = revised(room)
    with Views(path) as views, pytest.raises(Corrupt, match="before it was discovered"):
        views.apply([recorded])
    first = next(r for r in room.events if isinstance(r.event, ArticleDiscovered))
    with Views(path) as views, pytest.raises(Corrupt, match="does not fit the views"):
        views.apply([first, msgspec.structs.replace(first, position="9447000000000-0")])


def test_fold_takes_a_field_back_to_nothing() -> None:
    before = Content(title="a", published=START, dek="old")
    after = Content(title="a")
    event = ArticleRevised(
        at=START,
        article="article_1",
        revision=2,
        before_sha256=before.digest(),
        sha256=after.digest(),
        operations=(),
        fields={"published": None, "dek": ""},
        edits=(),
        summary="",
        last_seen_before=START,
        access="full",
        evidence=Evidence(START, "https://a.example/", 200, "00", "test/1"),
    )
    assert fold(before, event) == after


@given(
    st.datetimes(timezones=st.sampled_from([UTC, None]), min_value=datetime(2, 1, 1)),  # noqa: DTZ001 - as hypothesis wants it
    st.data(),
)
def test_stamps_sort_as_times_do(one: datetime, data: st.DataObject) -> None:
    other = data.draw(st.datetimes(timezones=st.just(one.tzinfo) if one.tzinfo else st.none()))
    assert (one < other) == (stamp(one) < stamp(other))


# --- the file --------------------------------------------------------------------------------------------------------


def spoil_version(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()


def spoil_application(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA application_id = 7")
    database.close()


def spoil_bytes(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)


@pytest.mark.parametrize("spoil", [spoil_version, spoil_application, spoil_bytes])
def test_a_file_of_another_shape_is_set_aside_and_said(path: Path, spoil: Callable[[Path], None]) -> None:
    room = newsroom(seed=5, steps=30)
    whole = dump(filled(path, room.events))
    spoil(path)
    with pytest.raises(ViewsUnavailable, match="monitor rebuild"):
        Reader(path)

    with structlog.testing.capture_logs() as lines:
        filled(path, room.events)
    assert dump(path) == whole
    assert [line["event"] for line in lines] == ["views set aside, they are made again from the log"]
    assert path.with_name("views.sqlite3.aside").exists()


def test_a_file_in_use_is_never_set_aside(path: Path) -> None:
    with Views(path) as _:
        spoil_version(path)
        with pytest.raises(ViewsUnavailable, match="another process has it open"):
            Views(path)
    assert not path.with_name("views.sqlite3.aside").exists()


def test_who_begins_while_another_lays_out_the_file_waits_for_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create, begun = schema._create, threading.Event()

    def slowly(database: sqlite3.Connection) -> None:
        begun.set()
        time.sleep(0.2)  # the file stands, and does not say yet whose it is
        create(database)

    monkeypatch.setattr(schema, "_create", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(Views, path)
        assert begun.wait(10)
        with Views(path), first.result():
            assert schema.misfit(path) == ""


def test_no_views_is_said_plainly(path: Path) -> None:
    with pytest.raises(ViewsUnavailable, match="nothing is recorded yet"):
        Reader(path)
    assert not path.exists()


def test_a_reader_sees_whole_batches_and_writes_nothing(path: Path) -> None:
    room = newsroom(seed=2, steps=50)
    filled(path, room.events[:20])
    with Views(path) as views, Reader(path) as reader, reader.snapshot():
        before = list(reader.dump())
        views.apply(room.events[20:])
        assert list(reader.dump()) == before
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader._database.execute("DELETE FROM articles")
    assert dump(path) != before


def test_many_threads_may_share_one_writer(path: Path) -> None:
    room = newsroom(seed=11, steps=150, partitions=3)
    parts = [[r for r in room.events if r.partition == at] for at in range(3)]
    with Views(path) as views:

        def work(part: list[Recorded]) -> None:
            for recorded in part:
                views.apply([recorded])

        threads = [threading.Thread(target=work, args=(part,)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert dump(path) == dump(filled(path.with_name("whole.sqlite3"), room.events))


KILLED = """
import sys
from pathlib import Path
import msgspec
from monitor.core.events import Recorded
from monitor.store.views import Views
events = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=list[Recorded])
with Views(Path(sys.argv[2])) as views:
    for at, event in enumerate(events):
        views.apply([event])
        if at == 5:
            print("going", flush=True)
"""


def test_a_killed_writer_leaves_rows_and_position_in_step(path: Path, tmp_path: Path) -> None:
    room = newsroom(seed=13, steps=3000)
    script = tmp_path / "events.json"
    script.write_bytes(msgspec.json.encode(room.events))
    whole = dump(filled(path.with_name("whole.sqlite3"), room.events))
    chance = random.Random(17)
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(script), str(path)], stdout=subprocess.PIPE, env={**os.environ}
        ) as process:
            assert process.stdout
            process.stdout.readline()
            threading.Event().wait(chance.uniform(0, 0.3))
            process.send_signal(signal.SIGKILL)
        with Views(path) as views:
            reached = views.position(0)
        count = sum(order(recorded.position) <= order(reached) for recorded in room.events)
        assert dump(path) == dump(filled(path.with_name(f"upto-{count}.sqlite3"), room.events[:count]))
    assert dump(filled(path, room.events)) == whole


# --- rebuilding ------------------------------------------------------------------------------------------------------


async def test_a_rebuild_mends_rows_that_were_changed_by_hand(path: Path) -> None:
    room = newsroom(seed=5, steps=60)
    whole = dump(filled(path, room.events))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE articles SET title = 'planted'")
        database.execute("DELETE FROM alerts")
    database.close()
    log = Shelf(room.events, 1)

    difference = await compare(log, path)
    assert difference
    assert difference.views
    assert "planted" in difference.views
    await rebuild(log, path)
    assert dump(path) == whole
    assert not [found for found in path.parent.iterdir() if found.is_dir()]


async def test_a_rebuild_beside_a_writing_daemon_loses_nothing(path: Path) -> None:
    room = newsroom(seed=6, steps=200, partitions=2)
    log = Shelf(room.events[:120], 2)
    with Views(path) as daemon:
        daemon.apply(room.events[:100])

        def goes_on(_: int) -> None:  # while the log is read, the daemon records and projects more
            daemon.apply(room.events[:160])
            log.events = room.events[:160]

        await rebuild(log, path, goes_on)
        assert dump(path) == dump(filled(path.with_name("upto.sqlite3"), room.events[:160]))
        daemon.apply(room.events[140:])
    assert dump(path) == dump(filled(path.with_name("whole.sqlite3"), room.events))


async def test_a_rebuild_from_a_log_that_was_lost_says_so_and_follows_the_log(path: Path) -> None:
    room = newsroom(seed=6, steps=100)
    filled(path, room.events)
    with structlog.testing.capture_logs() as lines:
        await rebuild(Shelf(room.events[:40], 1), path)
    assert dump(path) == dump(filled(path.with_name("part.sqlite3"), room.events[:40]))
    assert [line["event"] for line in lines] == ["the views had read what the log does not hold"]


async def test_a_rebuild_that_fails_leaves_the_old_views(path: Path) -> None:
    room = newsroom(seed=3, steps=60)
    before = dump(filled(path, room.events))
    at, recorded = revised(room)
    forged = msgspec.structs.replace(recorded, event=msgspec.structs.replace(recorded.event, sha256="0" * 64))
    with pytest.raises(Corrupt):
        await rebuild(Shelf([*room.events[:at], forged], 1), path)
    assert dump(path) == before


# --- the stage -------------------------------------------------------------------------------------------------------


async def test_views_that_were_lost_catch_up_before_the_group_is_read(path: Path) -> None:
    room = newsroom(seed=8, steps=80)

    class Acknowledged(Shelf):
        async def consume(self, group: str, partition: int, *, limit: int = 64) -> AsyncIterator[list[Any]]:
            assert group == "project"
            return
            yield

    with Views(path) as views:
        await project.run(Acknowledged(room.events, 1), views, 0)
    assert dump(path) == dump(filled(path.with_name("whole.sqlite3"), room.events))


# --- questions -------------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(path: Path) -> Iterator[Reader]:
    with Reader(filled(path, newsroom(seed=21, steps=400).events)) as reader:
        yield reader


def test_an_article_is_found_by_any_url_and_by_the_beginning_of_its_id(reader: Reader) -> None:
    wanted = reader.articles(limit=1)[0]
    for name in (wanted.id, wanted.id[:16], wanted.url, f"{wanted.url}?utm_source=feed", f"{wanted.url}/"):
        assert wanted in reader.articles_named([name])
    assert reader.articles_named(["https://post.example/a"]) == []
    assert reader.articles_named(["article_"]) == []
    assert reader.articles_named(["'; DROP TABLE articles; --"]) == []


def test_listings_filter_order_and_bound(reader: Reader) -> None:
    alerts = reader.alerts(limit=1000)
    times = [alert.at for alert in alerts]
    assert times == sorted(times, reverse=True)
    since = times[len(times) // 2]
    assert reader.alerts(since=since, limit=1000) == [alert for alert in alerts if alert.at >= since]
    assert {alert.watchlist for alert in reader.alerts(watchlist="raqqa")} == {"raqqa"}
    assert len(reader.alerts(limit=3)) == 3
    assert reader.alerts(limit=-1) == []
    assert reader.alerts_named(alerts[0].id) == [alerts[0]]
    assert reader.alerts_named("") == []


def test_deliveries_and_their_attempts(reader: Reader) -> None:
    for state in ("dead", "scheduled", "delivered"):
        rows = reader.deliveries(state=state, limit=1000)
        assert rows
        assert {row.state for row in rows} == {state}
    row = next(row for row in reader.deliveries(limit=1000) if row.attempts > 1)
    attempts = reader.attempts(row.id)
    assert [attempt.version for attempt in attempts] == sorted(attempt.version for attempt in attempts)
    assert max(attempt.attempt or 0 for attempt in attempts) == row.attempts
    assert row in reader.deliveries(alert=reader.members(row.id)[0])


def test_feeds_count_their_articles(reader: Reader) -> None:
    feeds = reader.feeds()
    assert [feed.id for feed in feeds] == ["post", "wire"]
    assert reader.article_counts() == {feed.id: len(reader.articles(source=feed.id, limit=1000)) for feed in feeds}


def test_a_text_that_was_changed_in_the_file_is_noticed(path: Path) -> None:
    room = newsroom(seed=5, steps=30)
    filled(path, room.events)
    article = next(iter(room.texts))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE revisions SET sha256 = 'x' WHERE article = ?", (article,))
    database.close()
    with Reader(path) as reader, pytest.raises(Corrupt, match="monitor rebuild"):
        reader.content(article, 1)
