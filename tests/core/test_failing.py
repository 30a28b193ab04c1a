"""What failures weigh: when a feed is called failing, and when it is gone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core import failing
from monitor.core import feed as core
from monitor.core.events import FeedFailing, FeedGone
from monitor.core.failing import Run

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
FEED = core.Feed("post", "https://post.example/rss")
HOUR = timedelta(hours=1)
kinds = st.sampled_from(
    [("http_500", 500), ("timeout", None), ("http_404", 404), ("http_403", 403), ("no_such_host", None)]
)


def fail(failures, every=HOUR):
    """What is said of a feed that fails like this, one look after the other; each failure is a reason, a status and a pause asked for."""
    feed, looks, said = FEED, core.FeedLooks(), []
    for number, (reason, status, pause) in enumerate(failures):
        feed, looks, events = core.failed(
            feed, looks, reason=reason, detail="", status=status, at=NOON + number * every, retry_after=pause
        )
        said += [(number + 1, event) for event in events]
    return feed, looks, said


@pytest.mark.parametrize(
    ("failure", "looks"),
    [
        (("http_410", 410, None), 1),
        (("http_404", 404, None), 2),
        (("no_such_host", None, None), 2),
        (("tls", None, None), 2),
        (("http_403", 403, None), 2),
        (("http_500", 500, None), 3),
        (("timeout", None, None), 3),
        (("not_a_feed", 200, None), 3),
        (("http_503", 503, None), 3),
        (("http_503", 503, 60.0), 6),
        (("http_429", 429, None), 6),
    ],
)
def test_a_feed_is_called_failing_the_sooner_the_less_it_is_likely_to_pass(failure, looks):
    [(number, said)] = fail([failure] * 8, every=timedelta(minutes=1))[2]
    assert isinstance(said, FeedFailing)
    assert (number, said.failures) == (looks, looks)


@pytest.mark.parametrize(
    ("failure", "every", "number"),
    [
        (("http_410", 410, None), 1, 25),
        (("http_410", 410, None), 24, 3),
        (("http_404", 404, None), 1, 73),
        (("no_such_host", None, None), 24, 5),
        (("http_500", 500, None), 24, None),
        (("http_403", 403, None), 24, None),
    ],
)
def test_a_feed_is_gone_once_enough_looks_over_enough_time_say_so_and_that_is_said_once(failure, every, number):
    feed, _, said = fail([failure] * 100, every=every * HOUR)
    gone = [(at, event) for at, event in said if isinstance(event, FeedGone)]
    assert [at for at, _ in gone] == ([number] if number else [])
    assert (feed.gone_since is not None) is bool(number)
    for at, event in gone:
        assert (event.looks, event.since) == (at, NOON)


def test_what_may_pass_says_nothing_of_whether_a_feed_is_there_and_a_refusal_says_that_it_is():
    missing, busy, refused = ("http_404", 404, None), ("http_500", 500, None), ("http_403", 403, None)
    feed, looks, _ = fail([missing] * 4 + [busy] * 10 + [missing], every=24 * HOUR)
    assert (looks.run.missing, feed.gone_since is not None) == (5, True)
    feed, looks, _ = fail([missing] * 4 + [refused] + [missing], every=24 * HOUR)
    assert (looks.run.missing, looks.run.since, feed.gone_since) == (1, NOON + 5 * 24 * HOUR, None)


def test_a_feed_that_was_gone_and_can_be_read_is_neither_gone_nor_failing():
    feed, looks, _ = fail([("http_410", 410, None)] * 30)
    assert feed.gone_since
    feed, looks, [back] = core.worked(feed, looks, NOON + 40 * HOUR)
    assert (feed.gone_since, feed.failing_since, looks.run, back.was) == (None, None, Run(), "failing")


@given(st.lists(st.tuples(kinds, st.integers(1, 2000)), max_size=60))
def test_gone_is_never_said_sooner_nor_of_a_feed_that_does_not_fail(steps):
    feed, looks, at, missing = FEED, core.FeedLooks(), NOON, []
    for (reason, status), minutes in steps:
        at += timedelta(minutes=minutes)
        if failing.is_missing(reason, status):
            missing.append(at)
        elif failing.is_refused(status):
            missing = []
        feed, looks, events = core.failed(feed, looks, reason=reason, detail="", status=status, at=at)
        if any(isinstance(event, FeedGone) for event in events):
            assert feed.failing_since
            assert len(missing) >= 5
            assert missing[-1] - missing[0] >= timedelta(days=3)
