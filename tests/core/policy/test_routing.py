"""Routes, labels and quiet hours: pure choices."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.events import FeedFailing, SiteTemplateChanged
from monitor.core.policy.labels import fits, labels_of, read, spelled
from monitor.core.policy.quiet import Quiet
from monitor.core.policy.routing import Handling, Route, aims, by_name

WAIT = timedelta(seconds=30)
PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2015, 11, 16, 12, tzinfo=UTC)


def route(name, notify=None, *, matchers=None, continues=False, routes=(), **handling):
    return Route(name, matchers or {}, Handling(notify=notify, **handling), continues, tuple(routes))


def told(routes, notify=("own",), **labels):
    return [
        (aim.channel, aim.route) for aim in aims(routes, {name: (value,) for name, value in labels.items()}, notify)
    ]


# --- routes ----------------------------------------------------------------------------------------------------------


def test_without_a_route_that_fits_the_watchlist_decides():
    assert told([]) == [("own", "")]
    assert told([route("1", ("desk",), matchers={"severity": ("critical",)})], severity="info") == [("own", "")]


def test_the_first_route_that_fits_wins():
    routes = [route("1", ("a",), matchers={"severity": ("critical",)}), route("2", ("b",)), route("3", ("c",))]
    assert told(routes, severity="critical") == [("a", "1")]
    assert told(routes, severity="info") == [("b", "2")]


def test_a_route_that_continues_lets_the_next_be_asked_too_and_each_channel_is_told_once():
    routes = [route("1", ("a", "b"), continues=True), route("2", ("b", "c")), route("3", ("d",))]
    assert told(routes) == [("a", "1"), ("b", "1"), ("c", "2")]


def test_the_innermost_route_decides_and_inherits_what_it_does_not_say():
    inner = [route("1.1", matchers={"site": ("post.example",)}, group_by=()), route("1.2", ("night",), continues=True)]
    routes = [route("1", ("desk",), group_by=("site",), group_wait=WAIT, routes=inner)]
    [first] = aims(routes, {"site": ("post.example",)}, ())
    assert (first.channel, first.route, first.handling.groups) == ("desk", "1.1", False)
    [second] = aims(routes, {"site": ("wire.example",)}, ())
    assert (second.channel, second.route, second.handling.group_by, second.handling.group_wait) == (
        "night", "1.2", ("site",), WAIT,
    )  # fmt: skip
    assert by_name(routes)["1.1"].notify == ("desk",)


def test_a_route_that_names_no_channel_says_how_those_of_the_watchlist_are_told():
    [aim] = aims([route("1", throttle=WAIT)], {}, ("own",))
    assert (aim.channel, aim.route, aim.handling.throttle) == ("own", "1", WAIT)


def test_a_route_that_names_none_tells_nobody():
    assert told([route("1", ())]) == []


NAMES = st.sampled_from(["watchlist", "site", "severity"])
VALUES = st.sampled_from(["a", "b", "ab", "*", "a*"])
MATCHERS = st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=2).map(tuple), max_size=2)
TREES = st.recursive(
    st.just(()),
    lambda inner: st.lists(st.tuples(MATCHERS, st.booleans(), st.sampled_from([None, (), ("x",), ("x", "y")]), inner), max_size=3).map(tuple),
    max_leaves=6,
)  # fmt: skip
LABELS = st.dictionaries(NAMES, st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=2).map(tuple))


def planted(tree, around=""):
    return tuple(
        Route(f"{around}{number}", matchers, Handling(notify=notify), continues, planted(inner, f"{around}{number}."))
        for number, (matchers, continues, notify, inner) in enumerate(tree, 1)
    )


@given(TREES, LABELS)
def test_every_alert_is_told_by_routes_that_fit_it_each_channel_once(tree, labels):
    routes = planted(tree)
    found = aims(routes, labels, ("own",))
    assert len({aim.channel for aim in found}) == len(found)
    fitting = {name for name, one in everyone(routes) if fits(one.matchers, labels)}
    for aim in found:
        parts = aim.route.split(".") if aim.route else []
        assert all(".".join(parts[: end + 1]) in fitting for end in range(len(parts)))


def everyone(routes):
    for one in routes:
        yield one.name, one
        yield from everyone(one.routes)


# --- labels ----------------------------------------------------------------------------------------------------------


def test_labels_of_an_alert(every_kind):
    labels = labels_of(every_kind[0])
    assert labels["watchlist"] == ("act-of-war",)
    assert labels["site"] == ("post.example",)
    assert labels["entity"] == ("hollande",)
    assert (labels["severity"], labels["type"], labels["feed"]) == (("critical",), ("alert.raised",), ("post",))


def test_other_events_have_labels_too():
    failing = FeedFailing(NOON, "post", "https://www.post.example/rss", "timeout", "", None, 3, None)
    assert labels_of(failing) == {"type": ("feed.failing",), "feed": ("post",), "site": ("post.example",)}
    changed = SiteTemplateChanged(NOON, "change_1", "post.example", (), (), (), NOON)
    assert labels_of(changed)["site"] == ("post.example",)


@pytest.mark.parametrize(
    ("pattern", "value", "fit"),
    [("raqqa", "raqqa", True), ("raq*", "raqqa", True), ("*", "x", True), ("*.example", "post.example", True),
     ("*.example", "post.examples", False), ("r?qqa", "raqqa", False), ("[r]aqqa", "raqqa", False), ("a*b*c", "aXbYc", True)],
)  # fmt: skip
def test_only_the_star_is_special(pattern, value, fit):
    assert fits({"site": (pattern,)}, {"site": (value,)}) is fit


def test_a_label_that_an_alert_lacks_fits_nothing():
    assert not fits({"entity": ("*",)}, {"site": ("a",)})
    assert fits({}, {})


def test_matchers_are_read_as_they_are_spelled():
    matchers = read(["severity=critical", "site=a.example", "site=*.b"])
    assert matchers == {"severity": ("critical",), "site": ("a.example", "*.b")}
    assert spelled(matchers) == "severity=critical site=a.example site=*.b"
    for wrong in ("severity", "severity=", "=x", "colour=red"):
        with pytest.raises(ValueError, match="expected"):
            read([wrong])


# --- quiet hours -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2015-11-16T20:59:59", None),
        ("2015-11-16T21:00:00", "2015-11-17T06:00:00"),
        ("2015-11-17T05:59:59", "2015-11-17T06:00:00"),
        ("2015-11-17T06:00:00", None),
        ("2015-07-01T19:59:59", None),
        ("2015-07-01T20:00:00", "2015-07-02T05:00:00"),
    ],
)
def test_quiet_hours_follow_the_clocks_of_their_zone(at, until):
    quiet = Quiet(time(22), time(7), PARIS)
    assert quiet.held_until(utc(at)) == (utc(until) if until else None)


def test_a_night_in_which_the_clocks_change_is_as_long_as_it_is():
    quiet = Quiet(time(1), time(4), PARIS)
    spring, autumn = utc("2015-03-29T00:00:00"), utc("2015-10-24T23:00:00")
    assert quiet.held_until(spring) - spring == timedelta(hours=2)
    assert quiet.held_until(autumn) - autumn == timedelta(hours=4)


def test_days_are_those_on_which_the_quiet_begins_and_windows_that_touch_are_one():
    weekend = Quiet(time(0), time(0), PARIS, frozenset({5, 6}))
    assert weekend.held_until(utc("2015-11-13T22:59:59")) is None
    assert weekend.held_until(utc("2015-11-14T12:00:00")) == utc("2015-11-15T23:00:00")
    friday_night = Quiet(time(22), time(7), PARIS, frozenset({4}))
    assert friday_night.held_until(utc("2015-11-14T03:00:00")) == utc("2015-11-14T06:00:00")
    assert friday_night.held_until(utc("2015-11-15T03:00:00")) is None


@given(
    st.datetimes(NOON.replace(tzinfo=None), NOON.replace(year=2017, tzinfo=None)),
    st.times(),
    st.times(),
    st.sampled_from(["Europe/Paris", "Asia/Kathmandu", "UTC"]),
)
def test_the_end_of_a_quiet_lies_ahead_and_is_no_part_of_it(at, start, end, zone):
    quiet, moment = Quiet(start, end, ZoneInfo(zone), frozenset({0, 2, 4})), at.replace(tzinfo=UTC)
    until = quiet.held_until(moment)
    if until:
        assert moment < until <= moment + timedelta(days=2)
        assert quiet.held_until(until) is None
        assert quiet.held_until(until - timedelta(microseconds=1)) == until


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
