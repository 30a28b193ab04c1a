"""Policy on a real log of three partitions: who is told of what, when, and why somebody was not."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from monitor.core.events import AlertAcked, FeedFailing, entity_id
from monitor.core.policy import silences
from monitor.core.policy.quiet import Quiet
from monitor.core.policy.routing import Digest
from monitor.core.policy.silences import Inhibition
from monitor.ports import Append, Batch
from monitor.stages.jobs import AlertState

PARIS = ZoneInfo("Europe/Paris")
NIGHT = Quiet(time(22), time(7), PARIS)
HOUR = timedelta(hours=1)


async def silence(desk, *, until, **matchers):
    home = desk.log.partition_of(silences.ENTITY)
    head = await desk.log.load(home, silences.ENTITY)
    mutes = silences.decode(head.snapshot)
    labels = {name: (value,) for name, value in matchers.items()}
    event = silences.set_silence(mutes, labels, at=desk.clock.at, until=until, comment="maintenance", by="test")
    snapshot = msgspec.json.encode(silences.fold(mutes, event))
    await desk.log.commit(Batch(home, appends=(Append(silences.ENTITY, head, (event,), snapshot),)))
    return event.silence


async def ack(desk, alert, article):
    home = desk.log.partition_of(article)
    head = await desk.log.load(home, alert)
    event = AlertAcked(desk.clock.at, alert, "editor", "on it")
    snapshot = msgspec.json.encode(AlertState(acked=True))
    await desk.log.commit(Batch(home, appends=(Append(alert, head, (event,), snapshot),)))


# --- at once ---------------------------------------------------------------------------------------------------------


async def test_without_routes_the_watchlists_own_channels_are_told_at_once_and_nothing_else_is_recorded(desk):
    await desk.alert(notify=("desk", "archive"))
    await desk.settle()
    assert [body["type"] for body in desk.told()] == ["alert.raised"]
    assert desk.told() == desk.told("archive")
    kinds = {type(event).__name__ for event in await desk.events()}
    assert kinds == {"AlertRaised", "NotificationFormed", "DeliverySucceeded"}


async def test_a_route_picks_the_channel_and_is_named_in_the_message(desk):
    desk.routes(
        desk.route("1", matchers={"severity": ("critical",)}, notify=("night",)),
        desk.route("2", notify=("archive",)),
    )
    await desk.alert(severity="critical")
    await desk.alert()
    await desk.settle()
    assert [len(desk.told(name)) for name in ("night", "archive", "desk")] == [1, 1, 0]
    assert sorted(formed.route for formed in await desk.formed()) == ["1", "2"]


async def test_copies_of_one_text_are_counted_across_partitions(desk):
    for number in range(5):
        article = await desk.publish(site=f"paper{number}.example")
        await desk.alert(article)
        await desk.settle()
    assert [body["data"]["copies"] for body in desk.told()] == [{"same_text": number} for number in range(5)]
    await desk.alert(article, revision=2)
    await desk.settle()
    assert desk.told()[-1]["data"]["copies"] == {"same_text": 4}, "an article is no copy of itself"


# --- groups ----------------------------------------------------------------------------------------------------------


async def test_a_thirteenth_alert_starts_a_new_notification(desk):
    desk.routes(
        desk.route(group_by=("watchlist",), group_wait=timedelta(seconds=30), group_interval=timedelta(minutes=5))
    )
    first = [await desk.alert() for _ in range(12)]
    await desk.settle()
    assert desk.told() == []
    assert (await desk.account()).grouped == 12
    await desk.after(seconds=30)
    await desk.alert()
    await desk.settle()
    [told] = desk.told()
    assert told["type"] == "alert.group"
    assert told["data"]["count"] == 12
    [formed] = await desk.formed()
    assert sorted(formed.alerts) == sorted(first)
    await desk.after(seconds=31)
    assert len(desk.told()) == 1, "the interval has not passed"
    await desk.after(minutes=5)
    assert [body["type"] for body in desk.told()] == ["alert.group", "alert.raised"]
    assert (await desk.account()).delivered == 13


async def test_alerts_that_differ_in_a_label_are_told_apart(desk):
    desk.routes(desk.route(group_by=("watchlist", "site")))
    for site in ("post.example", "post.example", "wire.example", "wire.example"):
        await desk.alert(site=site)
    await desk.after(seconds=0)
    await desk.after(seconds=31)
    assert sorted(body["data"]["labels"]["site"] for body in desk.told()) == [["post.example"], ["wire.example"]]


async def test_a_full_group_goes_out_at_once(desk):
    desk.routes(desk.route(group_by=("watchlist",), group_limit=3))
    for _ in range(7):
        await desk.alert()
    await desk.settle()
    assert [len(formed.alerts) for formed in await desk.formed()] == [3, 3]
    assert (await desk.account()).grouped == 1


async def test_a_digest_gathers_everything_of_a_route(desk):
    desk.routes(desk.route(digest=Digest("1h", lambda _now: HOUR)))
    for watchlist in ("war", "raqqa", "war"):
        await desk.alert(watchlist=watchlist)
        await desk.settle()
        await desk.after(minutes=10)
    assert desk.told() == []
    await desk.after(minutes=30)
    [told] = desk.told()
    assert told["type"] == "alert.digest"
    assert told["data"]["watchlists"] == ["raqqa", "war"]


# --- quiet hours -----------------------------------------------------------------------------------------------------


async def test_quiet_hours_hold_and_catch_up_and_critical_passes(desk):
    desk.routes(desk.route(quiet=NIGHT))
    desk.clock.at = datetime(2015, 11, 16, 22, 30, tzinfo=UTC)  # 23:30 in Paris
    for _ in range(3):
        await desk.alert()
    loud = await desk.alert(severity="critical")
    await desk.settle()
    assert [body["data"]["id"] for body in desk.told()] == [loud]
    account = await desk.account()
    assert (account.raised, account.held, account.delivered) == (4, 3, 1)
    desk.clock.at = datetime(2015, 11, 17, 5, 59, 59, tzinfo=UTC)
    await desk.settle()
    assert len(desk.told()) == 1
    await desk.after(seconds=1)
    assert [body["type"] for body in desk.told()] == ["alert.raised", "alert.digest"]
    assert desk.told()[1]["data"]["why"] == "quiet"
    assert (await desk.account()).delivered == 4


async def test_a_group_that_falls_due_in_quiet_hours_waits_for_their_end(desk):
    desk.routes(desk.route(group_by=("watchlist",), group_wait=timedelta(minutes=30), quiet=NIGHT))
    desk.clock.at = datetime(2015, 11, 16, 20, 45, tzinfo=UTC)
    await desk.alert()
    await desk.alert()
    await desk.settle()
    await desk.after(minutes=40)
    assert desk.told() == []
    await desk.after(hours=9)
    assert [body["data"]["count"] for body in desk.told()] == [2]


# --- throttles, silences, inhibitions --------------------------------------------------------------------------------


async def test_a_throttle_lets_one_through_and_says_what_became_of_the_others(desk):
    desk.routes(desk.route(throttle=timedelta(minutes=10)))
    article = await desk.publish()
    for revision in range(1, 4):
        await desk.alert(article, revision=revision)
        await desk.after(minutes=1)
    assert len(desk.told()) == 1
    assert await desk.reasons() == ["throttled", "throttled"]
    await desk.alert(await desk.publish("quite another text"))
    await desk.after(minutes=10)
    await desk.alert(article, revision=4)
    await desk.settle()
    assert len(desk.told()) == 3
    assert (await desk.account()).suppressed == 2


async def test_a_silence_holds_its_peace_until_it_ends(desk):
    name = await silence(desk, until=desk.clock.at + HOUR, watchlist="raq*")
    await desk.alert(watchlist="raqqa")
    await desk.alert(watchlist="war")
    await desk.settle()
    [suppressed] = await desk.events("alert.suppressed")
    assert (suppressed.reason, suppressed.by) == ("silenced", name)
    assert len(desk.told()) == 1
    await desk.after(hours=1)
    await desk.alert(watchlist="raqqa")
    await desk.settle()
    assert len(desk.told()) == 2


async def test_what_happens_elsewhere_inhibits_where_the_labels_agree(desk):
    rule = Inhibition(
        "1", by={"type": ("feed.failing",)}, match={"severity": ("info", "warning")}, equal=("feed",), lasting=HOUR
    )
    desk.routes(inhibitions=[rule])
    failing = FeedFailing(desk.clock.at, "post", "https://post.example/rss", "timeout", "", None, 3, None)
    await desk._append("feed_post", "feed_post", failing)
    await desk.settle()
    await desk.alert()
    await desk.alert(site="wire.example")
    await desk.alert(severity="critical")
    await desk.settle()
    assert await desk.reasons() == ["inhibited"]
    assert len(desk.told()) == 2
    await desk.after(hours=1)
    await desk.alert()
    await desk.settle()
    assert len(desk.told()) == 3


async def test_an_alert_inhibits_others_but_not_itself(desk):
    rule = Inhibition("1", by={"severity": ("critical",)}, equal=("entity",))
    desk.routes(inhibitions=[rule])
    for severity, entity in (("critical", "raqqa"), ("warning", "raqqa"), ("warning", "paris")):
        await desk.alert(severity=severity, entities=(entity,))
        await desk.settle()
    assert await desk.reasons() == ["inhibited"]
    assert len(desk.told()) == 2


@pytest.mark.parametrize(
    ("alert", "reason"),
    [({"backlog": True}, "backlog"), ({"notify": ()}, "no_channel"), ({"notify": ("gone",)}, "no_channel")],
)
async def test_an_alert_that_tells_nobody_says_why(desk, alert, reason):
    await desk.alert(**alert)
    await desk.settle()
    assert await desk.reasons() == [reason]
    assert (await desk.account()).suppressed == 1


# --- several sources -------------------------------------------------------------------------------------------------


async def test_copies_of_one_text_are_one_source(desk):
    desk.routes(desk.route(min_sources=2, within=HOUR))
    for number in range(3):
        await desk.alert(await desk.publish(site=f"paper{number}.example"), site=f"paper{number}.example")
        await desk.after(minutes=1)
    assert desk.told() == []
    other = await desk.publish(
        "An eyewitness in the town heard the jets a little before midnight and saw the depot burn until dawn."
    )
    await desk.alert(other, site="wire.example")
    await desk.settle()
    [told] = desk.told()
    assert (told["data"]["why"], told["data"]["count"], told["data"]["sources"]) == ("sources", 4, 2)
    await desk.alert(site="late.example")
    await desk.settle()
    await desk.after(minutes=6)
    assert len(desk.told()) == 2, "a story that enough have told needs no further proof"


async def test_too_few_sources_in_time_tell_nobody_and_say_so(desk):
    desk.routes(desk.route(min_sources=2, within=HOUR))
    await desk.alert()
    await desk.alert(revision=2)
    await desk.settle()
    await desk.after(hours=1)
    assert desk.told() == []
    assert await desk.reasons() == ["too_few_sources", "too_few_sources"]
    assert (await desk.account()).suppressed == 2


# --- acks and reminders ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grouped", [False, True])
async def test_a_message_is_repeated_until_one_of_its_alerts_is_acked(desk, grouped):
    wait = {"group_by": ("watchlist",), "group_wait": timedelta(seconds=1)} if grouped else {}
    desk.routes(desk.route(remind=timedelta(minutes=10), **wait))
    articles = [await desk.publish(f"text number {number}") for number in range(2 if grouped else 1)]
    alerts = [await desk.alert(article) for article in articles]
    await desk.settle()
    await desk.after(seconds=1)
    for _ in range(2):
        await desk.after(minutes=10)
    assert [body["data"]["summary"][:10] for body in desk.told()][1:] == ["Reminder 1", "Reminder 2"]
    assert len({notification for notification, _ in desk.channels["desk"].sent}) == 3
    await ack(desk, alerts[-1], articles[-1])
    await desk.after(minutes=30)
    assert len(desk.told()) == 3
    account = await desk.account()
    assert (account.raised, account.delivered) == (len(alerts), len(alerts))


async def test_a_channel_that_is_away_is_not_reminded(desk):
    desk.routes(desk.route(remind=timedelta(minutes=10)))
    desk.channels["desk"].away = True
    await desk.alert()
    await desk.settle()
    for _ in range(6):
        await desk.after(minutes=10)
    assert len(await desk.formed()) == 1


async def test_an_ack_before_the_decision_stands_in_nobodys_way(desk):
    article = await desk.publish()
    alert = await desk.alert(article)
    await ack(desk, alert, article)
    await desk.settle()
    assert len(desk.told()) == 1


# --- corrections -----------------------------------------------------------------------------------------------------


async def test_a_reverted_revision_is_taken_back_where_it_was_told(desk):
    article = await desk.publish()
    await desk.alert(article, revision=1)
    kept = await desk.alert(article, revision=2, how="edit", notify=("desk", "archive"))
    await desk.settle()
    await desk.revert(article, 3, 1)
    await desk.settle()
    await desk.after(seconds=4)
    for channel, before in (("desk", 2), ("archive", 1)):
        correction = desk.told(channel)[before]
        assert correction["type"] == "alert.superseded"
        assert correction["data"]["supersedes"] == kept
        assert correction["data"]["id"] != kept
        assert len(desk.told(channel)) == before + 1
    await desk.after(hours=1)
    assert len(desk.told("archive")) == 2
    account = await desk.account()
    assert (account.raised, account.delivered) == (3, 3)


async def test_an_alert_about_the_reversal_itself_says_what_it_supersedes(desk):
    article = await desk.publish()
    first = await desk.alert(article, revision=2, how="edit")
    await desk.settle()
    await desk.revert(article, 3, 1)
    await desk.alert(article, revision=3, how="edit", changes=("disappeared",))
    await desk.settle()
    await desk.after(minutes=1)
    assert [body["type"] for body in desk.told()] == ["alert.raised", "alert.raised"]
    assert desk.told()[1]["data"]["supersedes"] == first


async def test_a_page_that_was_not_gone_after_all_is_said_to_be_there(desk):
    article = await desk.publish()
    gone = await desk.alert(article, revision=1, how="gone", changes=("withdrawn",))
    await desk.settle()
    await desk.restore(article, 1)
    await desk.after(seconds=0)
    await desk.after(seconds=4)
    assert [(body["type"], body["data"]["supersedes"]) for body in desk.told()][1:] == [("alert.superseded", gone)]


async def test_what_still_waits_is_taken_out_instead(desk):
    desk.routes(desk.route(group_by=("watchlist",), group_wait=timedelta(minutes=1)))
    article = await desk.publish()
    await desk.alert(article, revision=2, how="edit")
    other = await desk.alert()
    await desk.settle()
    await desk.revert(article, 3, 1)
    await desk.settle()
    await desk.after(seconds=4)
    await desk.after(minutes=1)
    [told] = desk.told()
    assert (told["type"], told["data"]["id"]) == ("alert.raised", other)
    assert await desk.reasons() == ["superseded"]


async def test_a_correction_respects_quiet_hours(desk):
    desk.routes(desk.route(quiet=NIGHT))
    desk.clock.at = datetime(2015, 11, 16, 20, 59, tzinfo=UTC)
    article = await desk.publish()
    await desk.alert(article, revision=2, how="edit")
    await desk.settle()
    await desk.after(minutes=5)
    await desk.revert(article, 3, 1)
    await desk.settle()
    await desk.after(hours=1)
    assert len(desk.told()) == 1
    await desk.after(hours=9)
    assert len(desk.told()) == 2


# --- nothing is lost, nothing is twice -------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("commits", range(6))
async def test_a_kill_at_any_write_changes_nothing(desk, dying, killed, commits, after):
    """Throttle, group, copies and an inhibition all have another home than the alert; each write may be the last."""
    rule = Inhibition("1", by={"severity": ("critical",)}, match={"severity": ("info",)}, equal=("watchlist",))
    route = desk.route(
        group_by=("watchlist", "severity"), group_wait=timedelta(seconds=5), throttle=HOUR, notify=("desk", "night")
    )
    desk.routes(route, inhibitions=[rule])
    alert = await desk.alert(severity="critical")
    try:
        await desk.settle(dying(desk.log, commits, after=after))
    except killed:
        await desk.log.release_the_dead()
    await desk.settle()
    await desk.after(seconds=6)
    for channel in ("desk", "night"):
        assert [body["data"]["id"] for body in desk.told(channel)] == [alert]
    assert len({formed.notification for formed in await desk.formed()}) == 2
    account = await desk.account()
    assert (account.raised, account.delivered, account.balances) == (2, 2, True)


def test_the_ids_of_lanes_windows_and_tickets_do_not_collide():
    assert len({entity_id(kind, "a", "b") for kind in ("lane", "group", "ticket", "msg")}) == 4
