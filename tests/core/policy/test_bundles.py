"""Messages about several alerts, corrections and reminders: they meet their schemas, fit, and never change."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from monitor.core.events import AlertSuppressed, entity_id
from monitor.core.policy.bundles import brief_of, bundle
from monitor.core.policy.envelope import MAX_BODY
from monitor.core.policy.grouping import Window, joined, members
from monitor.core.policy.notifications import correct, form, remind
from monitor.core.policy.routing import Aim, Handling
from monitor.schemas import load

NOON = datetime(2015, 11, 16, 12, tzinfo=UTC)
AIM = Aim("desk", "1", Handling())
GROUP = Draft202012Validator(load("alert.group"))


def window(mode="group"):
    return Window("lane_1", mode, "desk", "1", {"watchlist": ("act-of-war",)}, NOON, NOON + timedelta(seconds=30))


def filled(alerts, mode="group"):
    state, events = window(mode), []
    for alert in alerts:
        brief = brief_of(alert, 3, None)
        state, event = joined(state, AIM, "group_1", alert, None, brief, NOON)
        events.append(event)
    return state, members(events)


def some(alert, count, **more):
    return [msgspec.structs.replace(alert, alert=entity_id("alert", str(number)), **more) for number in range(count)]


@settings(max_examples=30)
@given(
    st.integers(2, 60),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=400),
    st.sampled_from(["critical", "info", "other"]),
)
def test_a_group_fits_meets_its_schema_and_counts_all_its_members(every_kind, count, text, severity):
    alert = every_kind[0]
    article = {**alert.data["article"], "url": text, "headline": text}
    data = {**alert.data, "summary": text, "article": article}
    state, inside = filled(some(alert, count, data=data, severity=severity))
    formed = bundle(state, inside, NOON)
    body = msgspec.json.decode(formed.body)
    GROUP.validate(body)
    assert len(formed.body.encode()) <= MAX_BODY
    assert body["data"]["count"] == len(formed.alerts) == count
    assert (len(body["data"]["alerts"]) < count) == (body["data"]["cut"] == ["alerts"])


def test_the_gravest_stand_first(every_kind):
    [mild], [grave] = some(every_kind[0], 1, severity="info"), some(every_kind[1], 1, severity="critical")
    grave = msgspec.structs.replace(grave, alert="alert_" + "1" * 20)
    state, inside = filled([mild, grave])
    data = msgspec.json.decode(bundle(state, inside, NOON).body)["data"]
    assert data["severity"] == "critical"
    assert [member["severity"] for member in data["alerts"]] == ["critical", "info"]


def test_a_group_has_one_id_for_its_members_and_another_for_others(every_kind):
    state, inside = filled(some(every_kind[0], 3))
    formed, again = bundle(state, inside, NOON), bundle(state, inside, NOON + timedelta(days=1))
    assert formed.notification == again.notification
    assert formed.notification != bundle(state, inside[:2], NOON).notification
    assert "." not in formed.notification


def test_digests_meet_their_schema(every_kind):
    for mode in ("digest", "quiet"):
        state, inside = filled(some(every_kind[0], 3), mode)
        body = msgspec.json.decode(bundle(state, inside, NOON).body)
        Draft202012Validator(load("alert.digest")).validate(body)
        assert body["data"]["why"] == mode


def test_members_are_each_there_once_without_those_taken_out(every_kind):
    one, two = some(every_kind[0], 2)
    _, events = joined(window(), AIM, "group_1", one, None, {}, NOON)
    _, other = joined(window(), AIM, "group_1", two, None, {}, NOON)
    gone = AlertSuppressed(NOON, one.alert, "superseded", "desk")
    assert [member.alert for member in members([events, other, events])] == [one.alert, two.alert]
    assert [member.alert for member in members([events, other, gone])] == [two.alert]


def test_corrections_meet_their_schema_and_name_what_they_supersede(every_kind):
    for alert in every_kind:
        formed = correct(alert, "desk", NOON, route="1", by="event_1", says="Taken back")
        body = msgspec.json.decode(formed.body)
        Draft202012Validator(load("alert.superseded")).validate(body)
        assert (body["data"]["supersedes"], formed.alerts, formed.kind) == (alert.alert, (alert.alert,), "superseded")
        assert formed.notification != form(alert, "desk", NOON).notification
        assert formed == correct(alert, "desk", NOON, route="1", by="event_1", says="Taken back")


def test_the_schema_of_corrections_is_that_of_alerts_but_for_what_it_says_itself():
    raised, superseded = load("alert.raised"), load("alert.superseded")
    for name in ("$id", "title", "description"):
        raised[name] = superseded[name]
    raised["properties"]["type"] = {"const": "alert.superseded"}
    superseding = superseded["properties"]["data"]["properties"]["supersedes"]
    assert superseding["type"] == "string"
    raised["properties"]["data"]["properties"]["supersedes"] = superseding
    assert raised == superseded, "alert.raised.json has changed: change alert.superseded.json in the same way"


def test_reminders_repeat_the_message_under_ids_of_their_own(every_kind):
    first = form(every_kind[0], "desk", NOON)
    again = [remind(first, number, NOON) for number in (1, 2)]
    assert len({first.notification, *(one.notification for one in again)}) == 3
    for one in again:
        body = msgspec.json.decode(one.body)
        Draft202012Validator(load("alert.raised")).validate(body)
        assert body["data"]["id"] == every_kind[0].alert
        assert one.kind == "reminder"


def test_a_message_says_how_many_copies_and_what_it_supersedes(every_kind):
    alert = every_kind[0]
    data = msgspec.json.decode(form(alert, "desk", NOON, copies=37, supersedes="alert_" + "0" * 20).body)["data"]
    assert (data["copies"], data["supersedes"]) == ({"same_text": 37}, "alert_" + "0" * 20)
    Draft202012Validator(load("alert.raised")).validate(
        msgspec.json.decode(form(alert, "desk", NOON, copies=37, supersedes="alert_" + "0" * 20).body)
    )
