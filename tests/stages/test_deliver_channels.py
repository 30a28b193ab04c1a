"""What a channel's troubles mean for its messages and for others: order, knocks, five days away, a 410, health and the firehose."""

import asyncio
import json
import random
from collections import Counter
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import redis
from jsonschema import Draft202012Validator

from monitor.core.content import Block, Content
from monitor.core.events import (
    Absence,
    ArticleDiscovered,
    ArticleGone,
    ArticleRestored,
    ChannelDisabled,
    ChannelEnabled,
    ChannelFailing,
    ChannelRecovered,
    DeliveryDied,
    DeliverySucceeded,
    Evidence,
    FeedFailing,
    FeedGone,
    FeedLying,
    FeedRecovered,
    FeedStale,
    NotificationFormed,
    entity_id,
    type_of,
)
from monitor.core.policy import channels
from monitor.core.policy.envelope import MAX_BODY
from monitor.core.policy.schedule import LONGEST_AWAY
from monitor.core.standing import encode, fold
from monitor.ports import Append, Batch, Head, Outcome
from monitor.schemas import load
from monitor.stages import deliver, jobs
from monitor.stages.gate import Gate
from monitor.stages.herald import Audience, append_of
from monitor.stages.work import Pace, over_timers
from monitor.store import open_log

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
DOWN, REFUSED, GONE = (
    Outcome("retry", "connect"),
    Outcome("retry", "refused", status=400),
    Outcome("disable", "gone", status=410),
)
KIND = jobs.deliveries_of("desk")


class Clock:
    def __init__(self):
        self.now = NOON

    def pass_by(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def timed(valkey_url, tmp_path, clock):
    """A log whose time the test lets pass."""
    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
    async with open_log(valkey_url, data_dir=tmp_path, now=lambda: clock.now) as log:
        yield log


class Receiver:
    """Answers by what it is at the moment, and keeps who came when."""

    def __init__(self, clock=None):
        self.answer, self.clock = Outcome("delivered", status=204), clock
        self.sent = []
        self.taken = []

    async def send(self, notification, body, *, at, thread=""):
        self.sent.append((notification, body))
        if self.answer.kind == "delivered":
            self.taken.append((self.clock.now if self.clock else at, notification))
        return self.answer


class Worker:
    """What the daemon's loop does for a channel, one look at a time."""

    def __init__(self, log, clock, receiver, rate=None):
        self.log = log
        self.gate = Gate(rate, clock=lambda: clock.now.timestamp())  # noqa: PLW0108 - now changes
        self.courier = deliver.Courier(log, "desk", receiver, self.gate)

    async def look(self):
        places = self.gate.take(4)
        claims = await self.log.claim(KIND, 0, places, 120.0) if places else []
        self.gate.give_back(places - len(claims))
        for claim in claims:
            await self.courier(claim)
        return len(claims)


def a_message(name, article="article_1", channel="desk"):
    body = json.dumps({"type": "alert.raised", "data": {"summary": name}})
    return NotificationFormed(NOON, entity_id("msg", name), channel, (), article, body)


async def form(log, *messages):
    await log.commit(Batch(0, appends=tuple(map(append_of, messages))))
    await dispatch(log)


async def dispatch(log, audience=None):
    dispatcher = deliver.Dispatcher(log, {}, audience)
    async with aclosing(log.consume(deliver.GROUP, 0)) as batches:
        async for batch in batches:
            for consumed in batch:
                await dispatcher(consumed)
            if not batch:
                break


async def events(log, *kinds):
    return [recorded.event async for recorded in log.read(0) if isinstance(recorded.event, kinds or object)]


# --- order -----------------------------------------------------------------------------------------------------------


async def test_first_attempts_at_one_articles_messages_are_in_the_order_of_forming(log):
    messages = [a_message(f"{number}", article=f"article_{number % 3}") for number in range(60)]
    await form(log, *messages)
    sent = []

    class Slow:
        async def send(self, notification, body, *, at, thread=""):
            sent.append(notification)
            await asyncio.sleep(random.random() / 200)
            return REFUSED if random.random() < 0.3 else Outcome("delivered")

    pace = Pace()
    courier = deliver.Courier(log, "desk", Slow())
    async with asyncio.TaskGroup() as group:
        group.create_task(over_timers(log, KIND, 0, courier, pace, concurrency=4, lease=60.0))
        while len(set(sent)) < 60:
            await pace.ring()
            await asyncio.sleep(0.01)
        await pace.stop()
    for article in range(3):
        expected = [message.notification for message in messages if message.article == f"article_{article}"]
        first = list(dict.fromkeys(name for name in sent if name in expected))
        assert first == expected


async def test_one_that_hangs_delays_no_other_channel(log):
    names = [f"c{number}" for number in range(12)]
    await form(log, *(a_message(f"{name} {turn}", f"article_{turn}", name) for name in names for turn in range(5)))
    taken, hanging = Counter(), asyncio.Event()

    class Channel:
        def __init__(self, name):
            self.name = name

        async def send(self, notification, body, *, at, thread=""):
            if self.name == "c0":
                await hanging.wait()
                return DOWN
            taken[self.name] += 1
            return Outcome("delivered")

    paces = [Pace() for _ in names]
    async with asyncio.TaskGroup() as group:
        for name, pace in zip(names, paces, strict=True):
            courier = deliver.Courier(log, name, Channel(name), Gate())
            loop = over_timers(log, jobs.deliveries_of(name), 0, courier, pace, concurrency=4, lease=60.0)
            group.create_task(loop)
        while taken.total() < 55:
            for pace in paces:
                await pace.ring()
            await asyncio.sleep(0.01)
        assert taken == dict.fromkeys(names[1:], 5), "while the dead one still hangs"
        hanging.set()
        for pace in paces:
            await pace.stop()


# --- a receiver that is away -----------------------------------------------------------------------------------------


async def test_five_days_away_and_everything_is_delivered_once_at_the_rate(timed, clock):
    receiver, rate = Receiver(clock), 5
    worker = Worker(timed, clock, receiver, rate)
    receiver.answer = DOWN
    names = []
    for hour in range(120):
        messages = [a_message(f"{hour}.{turn}", f"article_{hour}_{turn}") for turn in range(2)]
        names += [message.notification for message in messages]
        await form(timed, *messages)
        for _ in range(12):
            clock.pass_by(minutes=5)
            await worker.look()
    knocks = len(receiver.sent)
    assert knocks < 5 + 120 * 4 + 10, "a dead receiver costs a knock every quarter of an hour"
    assert not await events(timed, DeliveryDied)
    receiver.answer = Outcome("delivered", status=204)
    clock.pass_by(minutes=30)
    back = clock.now
    while len(receiver.taken) < len(names) and clock.now < back + timedelta(minutes=10):
        await worker.look()
        clock.pass_by(milliseconds=100)
    assert sorted(name for _, name in receiver.taken) == sorted(names), "everything, once"
    times = [at for at, _ in receiver.taken]
    for start in times:
        within = sum(start <= at < start + timedelta(seconds=1) for at in times)
        assert within <= rate * 1.25 + 1
    bodies = dict(receiver.sent)
    assert all(bodies[name] == body for name, body in receiver.sent), "the same bytes on every attempt"
    assert [type(event) for event in await events(timed, ChannelFailing, ChannelRecovered)] == [
        ChannelFailing,
        ChannelRecovered,
    ]
    assert len(await events(timed, DeliverySucceeded)) == len(names)


@pytest.mark.parametrize("minutes", [1, 9, 60])
async def test_a_receiver_that_was_away_for_a_while_is_told_all_at_its_first_answer(timed, clock, minutes):
    """It does not wait for a quarter of an hour what was knocked with."""
    receiver = Receiver(clock)
    worker = Worker(timed, clock, receiver)
    receiver.answer = Outcome("retry", "server_error", status=503)
    await form(timed, *(a_message(f"{number}", f"article_{number}") for number in range(10)))
    for _ in range(minutes * 12):
        await worker.look()
        clock.pass_by(seconds=5)
    knocks = len(receiver.sent)
    assert knocks < 10 + 9 + minutes // 12
    receiver.answer, back = Outcome("delivered", status=204), clock.now
    while len(receiver.taken) < 10:
        await worker.look()
        clock.pass_by(seconds=1)
    first, last = receiver.taken[0][0], receiver.taken[-1][0]
    assert first - back <= timedelta(minutes=18), "the longest rest, with its jitter"
    assert last - first <= timedelta(minutes=7), "what failed before the breaker opened keeps its own plan"
    assert sum(at - first <= timedelta(seconds=10) for at, _ in receiver.taken) >= 6


async def test_a_knock_costs_a_message_none_of_its_attempts(timed, clock):
    receiver = Receiver(clock)
    worker = Worker(timed, clock, receiver)
    receiver.answer = DOWN
    await form(timed, a_message("one"))
    for _ in range(40):
        clock.pass_by(minutes=20)
        await worker.look()
    assert len(receiver.sent) > 10
    receiver.answer = REFUSED  # back, but it does not like this message
    for _ in range(600):
        clock.pass_by(minutes=20)
        await worker.look()
    [died] = await events(timed, DeliveryDied)
    assert (died.reason, died.status) == ("refused", 400)


async def test_an_answer_that_refuses_ends_after_ten_attempts_whatever_the_breaker_says(timed, clock):
    receiver = Receiver(clock)
    worker = Worker(timed, clock, receiver)
    receiver.answer = REFUSED
    await form(timed, a_message("one"))
    for _ in range(500):
        clock.pass_by(minutes=20)
        await worker.look()
    assert len(receiver.sent) == 10
    assert len(await events(timed, DeliveryDied)) == 1


def test_nothing_waits_for_ever():
    message = jobs.Message("msg_1", "desk", "article_1", "{}", attempts=99, before=90, since=NOON)
    late = NOON + timedelta(seconds=LONGEST_AWAY)
    event, ended, delay = deliver.judge(message, DOWN, late, 0.5, rest=900.0)
    assert isinstance(event, DeliveryDied)
    assert (ended.state, delay) == ("dead", None)
    assert not isinstance(deliver.judge(message, DOWN, late - timedelta(hours=1), 0.5, rest=900.0)[0], DeliveryDied)


# --- a receiver that wants no more -----------------------------------------------------------------------------------


async def test_a_410_disables_the_channel_until_somebody_enables_it(timed, clock):
    from monitor.cli.channels import enabled

    receiver = Receiver(clock)
    worker = Worker(timed, clock, receiver)
    receiver.answer = GONE
    await form(timed, a_message("one"))
    await worker.look()
    receiver.answer = Outcome("delivered", status=204)
    await form(timed, a_message("two"), a_message("three"))
    clock.pass_by(seconds=1)
    while await worker.look():
        pass
    assert len(receiver.sent) == 1, "it is told nothing more"
    [said] = await events(timed, ChannelDisabled)
    assert (said.channel, said.reason, said.by) == ("desk", "gone", "receiver")
    assert [(died.reason, died.attempt) for died in await events(timed, DeliveryDied)] == [
        ("gone", 1),
        ("channel_disabled", 0),
        ("channel_disabled", 0),
    ]
    assert await enabled(timed, "desk", "test")
    assert not await enabled(timed, "desk", "test")
    await form(timed, a_message("four"))
    clock.pass_by(seconds=1)
    await worker.look()
    assert len(receiver.taken) == 1
    assert len(await events(timed, ChannelEnabled)) == 1


# --- health and the firehose -----------------------------------------------------------------------------------------


def failing(feed="post"):
    return FeedFailing(NOON, feed, "https://post.example/rss", "http_503", "Bad\nGateway", 503, 3, NOON)


async def record(log, entity, *recorded, snapshot=b""):
    return await log.commit(Batch(0, appends=(Append(entity, Head(), recorded, snapshot),)))


async def told(log):
    return [(event.channel, json.loads(event.body)) for event in await events(log, NotificationFormed)]


async def test_a_feed_that_fails_and_recovers_is_told_once_each(log):
    recovered = FeedRecovered(NOON, "post", "https://post.example/rss", NOON)
    await record(log, "feed_post", failing(), recovered)
    audience = Audience(health=["desk", "screen"], watchers={"post": ["war"]})
    await dispatch(log, audience)
    await dispatch(log, audience)
    messages = await told(log)
    assert [(channel, body["type"]) for channel, body in messages] == [
        ("desk", "feed.failing"), ("screen", "feed.failing"), ("desk", "feed.recovered"), ("screen", "feed.recovered"),
    ]  # fmt: skip
    for _, body in messages:
        Draft202012Validator(load(body["type"])).validate(body)
    assert messages[0][1]["data"]["watchlists"] == ["war"]
    assert messages[0][1]["data"]["detail"] == "Bad Gateway"


async def test_a_feed_that_goes_stale_and_brings_something_again_is_told_once_each(log):
    pause = timedelta(hours=31)
    stale = FeedStale(NOON + pause, "post", "https://post.example/rss", NOON, 7200.0, 50_400.0)
    back = FeedRecovered(NOON + 2 * pause, "post", "https://post.example/rss", stale.at, "stale")
    await record(log, "feed_post", stale, back)
    audience = Audience(health=["desk"], watchers={"post": ["war"]})
    await dispatch(log, audience)
    await dispatch(log, audience)
    messages = [body for _, body in await told(log)]
    assert [body["type"] for body in messages] == ["feed.stale", "feed.recovered"]
    for body in messages:
        Draft202012Validator(load(body["type"])).validate(body)
    assert messages[0]["data"]["summary"] == (
        "Feed post has brought nothing new for 31 hours: it seldom pauses for more than 2 hours, and never did for more than 14 hours"
    )
    assert messages[0]["data"]["watchlists"] == ["war"]
    assert (messages[1]["data"]["was"], messages[1]["data"]["may_have_missed"]) == ("stale", None)
    assert messages[1]["data"]["summary"] == "Feed post brings something new again"


async def test_a_feed_that_is_gone_is_told_and_what_monitor_deals_with_itself_is_not(log):
    about = {"at": NOON, "feed": "post", "url": "https://post.example/rss"}
    gone = FeedGone(**about, reason="http_410", status=410, since=NOON, looks=4, last_ok=None, next_try=NOON)
    lying = FeedLying(**about, hidden=2)
    others = [FeedRecovered(**about, failing_since=NOON, was=was) for was in ("lying", "slow")]
    await record(log, "feed_post", failing(), gone, lying, *others)
    await dispatch(log, Audience(health=["desk"], watchers={"post": ["war"]}))
    messages = [body for _, body in await told(log)]
    assert [body["type"] for body in messages] == ["feed.failing", "feed.gone"]
    Draft202012Validator(load("feed.gone")).validate(messages[1])
    assert messages[1]["data"]["summary"] == (
        "Feed post is there no more (http_410), as 4 looks in a row found; it is still asked once a day"
    )


async def test_what_a_failing_feed_costs_is_told(log):
    lost = msgspec.structs.replace(failing(), next_try=NOON, may_have_missed=True, articles_unwatched=12)
    await record(log, "feed_post", lost)
    await dispatch(log, Audience(health=["desk"]))
    [(_, body)] = await told(log)
    Draft202012Validator(load(body["type"])).validate(body)
    data = body["data"]
    assert (data["next_try"], data["may_have_missed"], data["articles_unwatched"]) == ("2015-11-15T12:00:00Z", True, 12)


@pytest.mark.parametrize(
    "event",
    [
        ChannelFailing(NOON, "desk", "connect", "refused", None, 5),
        ChannelRecovered(NOON, "desk", NOON),
        ChannelDisabled(NOON, "desk", "gone", "receiver"),
        ChannelEnabled(NOON, "desk", "cli:me"),
    ],
)
async def test_a_channel_in_trouble_is_told_to_its_fallback_and_to_health_but_not_to_itself(log, event):
    await record(log, channels.entity("desk"), event, snapshot=msgspec.json.encode(channels.fold(event)))
    await dispatch(log, Audience(health=["desk", "ops"], fallbacks={"desk": "chat", "ops": "mail"}))
    messages = await told(log)
    assert [channel for channel, _ in messages] == ["ops", "chat"]
    for _, body in messages:
        assert body["type"] == type_of(event)
        Draft202012Validator(load(body["type"])).validate(body)


async def test_nobody_is_told_of_health_who_did_not_ask(log):
    await record(log, "feed_post", failing())
    await dispatch(log, Audience())
    assert await told(log) == []


def article_events(text="French jets struck Raqqa."):
    content = Content("Raqqa", blocks=tuple(Block("paragraph", text) for _ in range(3)), lang="en")
    evidence = Evidence(NOON, "https://post.example/a1", 200, "0" * 64, "test")
    found = ArticleDiscovered(
        NOON, "article_1", "https://post.example/a1", "post", ("tier1",), (), False, content, content.digest(), "full", evidence
    )  # fmt: skip
    gone = ArticleGone(NOON, "article_1", 1, NOON, (Absence(NOON, 404, "not_found"),))
    return found, gone, ArticleRestored(NOON, "article_1", 1, NOON)


async def test_the_firehose_tells_every_article_event(log):
    story = article_events()
    article = None
    for event in story:
        article = fold(article, event)
    await record(log, "article_1", *story, snapshot=encode(article))
    await dispatch(log, Audience(firehose=["hose"]))
    messages = await told(log)
    assert [body["type"] for _, body in messages] == ["article.discovered", "article.gone", "article.restored"]
    for _, body in messages:
        Draft202012Validator(load(body["type"])).validate(body)
        assert body["data"]["article"]["url"] == "https://post.example/a1"
    assert messages[0][1]["data"]["text"].count("French jets") == 3


@pytest.mark.parametrize("text", ["x" * 30_000, "é\u2028\x00" * 20_000, "\U0001f702" * 10_000])
async def test_a_long_article_is_cut_to_what_a_receiver_takes(log, text):
    found, *_ = article_events(text)
    await record(log, "article_1", found, snapshot=encode(fold(None, found)))
    await dispatch(log, Audience(firehose=["hose"]))
    [event] = await events(log, NotificationFormed)
    assert len(event.body.encode()) <= MAX_BODY
    body = json.loads(event.body)
    assert "text" in body["data"]["cut"]
    assert text.startswith(body["data"]["text"][:100])
    assert len(event.body.encode()) > MAX_BODY / 3, "as much as fits"


# --- threads ---------------------------------------------------------------------------------------------------------


async def test_what_is_said_of_one_article_is_one_thread(world, a_channel):
    channel = a_channel(*(Outcome("delivered", receipt=f"17.{number}") for number in range(6)))
    courier = deliver.Courier(world.log, "desk", channel)
    for name, article in [("1", "article_1"), ("2", "article_1"), ("3", "article_2"), ("4", "lane_1"), ("5", "lane_1")]:
        await form(world.log, a_message(name, article))
        await world.work(KIND, courier)
    await form(world.log, a_message("6"))
    await world.work(KIND, courier)
    assert channel.threads == ["", "17.0", "", "", "", "17.0"]


async def test_what_is_only_accepted_is_not_called_delivered(world, a_channel):
    await form(world.log, a_message("1"))
    await world.work(KIND, deliver.Courier(world.log, "desk", a_channel(Outcome("accepted"))))
    [done] = await events(world.log, DeliverySucceeded)
    assert done.accepted
    head = await world.log.load(0, done.notification)
    assert msgspec.json.decode(head.snapshot)["state"] == "accepted"
