"""From an alert to a delivery, on a real log: decided once, attempted until it is taken, dead in sight."""

import json
from datetime import UTC, datetime

import pytest

from monitor.core.events import (
    AlertRaised,
    AlertSuppressed,
    DeliveryDied,
    DeliveryFailed,
    DeliveryRequested,
    DeliverySucceeded,
    NotificationFormed,
)
from monitor.core.policy.notifications import form
from monitor.ports import Append, Batch, Head, Outcome
from monitor.stages import deliver, jobs, policy
from monitor.stages.work import Pace

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
DOWN = Outcome("retry", reason="connect")


async def raise_one(world, *, notify=("desk",), backlog=False, name="alert_1"):
    alert = AlertRaised(
        at=NOON, alert=name, article="article_1", revision=1, watchlist="war", severity="critical", changes=("appeared",),
        notify=notify, backlog=backlog, data={"id": name, "summary": "Post: “act of war”", "hits": [], "edits": [], "cut": []},
    )  # fmt: skip
    await world.log.commit(Batch(0, appends=(Append(name, Head(), (alert,)),)))


async def route(world, *channels):
    await world.handle(policy.GROUP, policy.Router(world.log, dict.fromkeys(channels, "webhook")))
    await world.handle(deliver.GROUP, deliver.Dispatcher(world.log, {}))


async def attempt(world, channel, name="desk"):
    await world.work(jobs.deliveries_of(name), deliver.Courier(world.log, name, channel))


async def wait_over(world, name="desk"):
    """The pause before the next attempt has passed."""
    from monitor.ports import SetTimer

    for recorded in await world.events("notification.formed"):
        if recorded.event.channel == name:
            timer = SetTimer(jobs.deliveries_of(name), recorded.event.notification, 0.0, only_sooner=True)
            await world.log.commit(Batch(0, timers=(timer,)))


async def story(world):
    return [recorded.event for recorded in await world.events() if not isinstance(recorded.event, AlertRaised)]


async def test_each_channel_gets_one_message_with_its_own_id(world, a_channel):
    await raise_one(world, notify=("desk", "archive"))
    await route(world, "desk", "archive")
    desk, archive = a_channel(), a_channel()
    await attempt(world, desk)
    await attempt(world, archive, "archive")
    [(one, body)], [(two, _)] = desk.sent, archive.sent
    assert one != two
    assert "." not in one
    assert json.loads(body)["data"]["id"] == "alert_1"
    formed = [event for event in await story(world) if isinstance(event, NotificationFormed)]
    assert {event.notification for event in formed} == {one, two}
    assert sum(isinstance(event, DeliverySucceeded) for event in await story(world)) == 2


@pytest.mark.parametrize(
    ("alert", "reason"),
    [({"backlog": True}, "backlog"), ({"notify": ()}, "no_channel"), ({"notify": ("gone",)}, "no_channel")],
)
async def test_an_alert_that_tells_nobody_says_why(world, alert, reason):
    await raise_one(world, **alert)
    await route(world, "desk")
    assert [(type(event), event.reason) for event in await story(world)] == [(AlertSuppressed, reason)]


async def test_a_repeated_decision_forms_no_second_message(world):
    await raise_one(world)
    router = policy.Router(world.log, {"desk": "webhook"})

    async def twice(consumed):
        if isinstance(consumed.recorded.event, AlertRaised):
            again = jobs.scheduled(form(consumed.recorded.event, "desk", NOON))
            await world.log.commit(Batch(0, appends=(again,)))
        await router(consumed)

    await world.handle(policy.GROUP, twice)
    assert len(await world.events("notification.formed")) == 1


async def test_the_same_bytes_are_sent_until_they_are_taken(world, a_channel):
    await raise_one(world)
    await route(world, "desk")
    channel = a_channel(DOWN, Outcome("retry", reason="http_503", status=503, retry_after=7200.0))
    for _ in range(3):
        await attempt(world, channel)
        await wait_over(world)
    await attempt(world, channel)
    assert len(channel.sent) == 4, "a timer set anew is one attempt more: asked for by hand"
    assert len(set(channel.sent)) == 1
    first, second, taken, *_ = [event for event in await story(world) if not isinstance(event, NotificationFormed)]
    assert isinstance(first, DeliveryFailed)
    assert (first.attempt, first.reason) == (1, "connect")
    assert 4 <= first.retry_in <= 6
    assert (second.status, second.retry_in >= 7200) == (503, True)
    assert isinstance(taken, DeliverySucceeded)
    assert taken.attempt == 3


async def test_after_ten_attempts_it_is_dead_in_sight_and_a_request_starts_anew(world, a_channel):
    await raise_one(world)
    await route(world, "desk")
    channel = a_channel(*[DOWN] * 12)
    for _ in range(10):
        await attempt(world, channel)
        await wait_over(world)
    dead = (await story(world))[-1]
    assert isinstance(dead, DeliveryDied)
    assert dead.attempt == 10
    head = await world.log.load(0, dead.notification)
    asked = DeliveryRequested(at=NOON, notification=dead.notification, channel="desk", by="the desk")
    await world.log.commit(Batch(0, appends=(Append(dead.notification, head, (asked,), head.snapshot),)))
    await world.handle(deliver.GROUP, deliver.Dispatcher(world.log, {}))
    for _ in range(3):
        await attempt(world, channel)
        await wait_over(world)
    events = [event for event in await story(world) if not isinstance(event, NotificationFormed)]
    after = events[events.index(asked) + 1 :]
    assert [type(event) for event in after] == [DeliveryFailed, DeliveryFailed, DeliverySucceeded]
    assert [event.attempt for event in after] == [11, 12, 13]
    assert len(set(channel.sent)) == 1


async def test_a_channel_that_says_410_is_asked_no_more(world, a_channel):
    await raise_one(world)
    await route(world, "desk")
    await attempt(world, a_channel(Outcome("disable", reason="gone", status=410)))
    assert isinstance((await story(world))[-1], DeliveryDied)
    assert await world.log.next_due(jobs.deliveries_of("desk"), 0) is None


async def test_an_end_between_the_answer_and_its_record_repeats_the_same_message(world, a_channel):
    await raise_one(world)
    await route(world, "desk")

    class Dying:
        """The log, until the outcome is to be recorded."""

        def __getattr__(self, name):
            return getattr(world.log, name)

        async def commit(self, batch):
            raise RuntimeError("kill -9")

    channel = a_channel()
    [claim] = await world.due(jobs.deliveries_of("desk"))
    with pytest.raises(RuntimeError):
        await deliver.Courier(Dying(), "desk", channel)(claim)
    await world.log.release_the_dead()
    await attempt(world, channel)
    assert len(channel.sent) == 2
    assert len(set(channel.sent)) == 1
    assert len(await world.events("delivery.succeeded")) == 1


async def test_a_dispatched_message_rings_its_channels_bell(world):
    await raise_one(world)
    await world.handle(policy.GROUP, policy.Router(world.log, {"desk": "webhook"}))
    pace = Pace()
    await world.handle(deliver.GROUP, deliver.Dispatcher(world.log, {"desk": pace}))
    await pace.sleep()  # returns at once
