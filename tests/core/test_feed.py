"""What a look at a feed means: values only."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core import feed as core
from monitor.core.cadence import Hints
from monitor.core.events import FeedFailing, FeedMoved, FeedRecovered, FeedStale
from monitor.core.http import fresh_for, retry_after

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
FEED = core.Feed("post", "https://post.example/rss")
prints = st.dictionaries(st.text(max_size=8), st.text(max_size=4), max_size=30)


@given(prints, prints)
def test_news_is_what_is_new_or_differs_and_remembering_makes_it_old(before, seen):
    looks = core.FeedLooks(known=before)
    differs = {key for key in seen if before.get(key) != seen[key]}
    assert set(core.news(looks, seen)) == {key for key in differs if key in before or seen[key] not in before.values()}
    after = msgspec.structs.replace(looks, known=core.remember(looks, seen))
    assert core.news(after, seen) == []


@pytest.mark.case(id="P13")
@given(prints, prints)
def test_an_entry_that_flaps_out_of_the_feed_and_back_is_no_news(first, second):
    looks = core.FeedLooks(known=first)
    looks = msgspec.structs.replace(looks, known=core.remember(looks, second))
    back = {key: value for key, value in first.items() if key not in second}
    assert core.news(looks, back) == []


def test_memory_is_bounded():
    looks = core.FeedLooks(known={f"old{n}": "x" for n in range(core.KEYS_REMEMBERED)})
    kept = core.remember(looks, {"new": "y"})
    assert len(kept) == core.KEYS_REMEMBERED
    assert kept["new"] == "y"
    assert "old0" not in kept


def _fail(feed, looks, times, status=500):
    said = []
    for _ in range(times):
        feed, looks, events = core.failed(feed, looks, reason="http_500", detail="", status=status, at=NOON)
        said += events
    return feed, looks, said


def test_failing_is_said_once_after_three_looks_and_recovery_once():
    feed, looks, said = _fail(FEED, core.FeedLooks(last_ok=NOON - timedelta(hours=1)), 10)
    assert [type(event) for event in said] == [FeedFailing]
    assert said[0].failures == 3
    assert said[0].last_ok == NOON - timedelta(hours=1)
    feed, looks, events = core.worked(feed, looks, NOON + timedelta(hours=2))
    assert events == (FeedRecovered(at=NOON + timedelta(hours=2), feed="post", url=FEED.url, failing_since=NOON),)
    assert core.worked(feed, looks, NOON + timedelta(hours=3))[2] == ()


def test_gone_for_good_is_said_at_once():
    assert [event.status for event in _fail(FEED, core.FeedLooks(), 1, status=410)[2]] == [410]


def test_a_baseline_is_said_once():
    feed, events = core.baseline(FEED, title="The Post", entries=20, backlog=18, at=NOON)
    assert (events[0].entries, events[0].backlog) == (20, 18)
    assert core.baseline(feed, title="The Post", entries=21, backlog=18, at=NOON) == (feed, ())


def _redirects(hours, to="https://new.example/rss"):
    feed, looks, said = FEED, core.FeedLooks(url=FEED.url), []
    for hour in hours:
        feed, looks, events = core.redirected(feed, looks, to, NOON + timedelta(hours=hour))
        said += events
    return feed, looks, said


@pytest.mark.case(id="F12")
@pytest.mark.parametrize(
    ("hours", "moved"),
    [([0], False), ([0, 1, 2], False), ([0, 25], False), ([0, 12, 24], True), ([0, 1, 2, 3, 4, 30], True)],
)
def test_a_move_is_believed_after_three_sightings_over_a_day(hours, moved):
    feed, looks, said = _redirects(hours)
    assert bool(said) is moved
    assert feed.url == ("https://new.example/rss" if moved else FEED.url)
    if moved:
        assert said == [FeedMoved(at=NOON + timedelta(hours=hours[-1]), feed="post", url=FEED.url, to=feed.url)]
        assert feed.moved_from == FEED.url
        assert looks.url == feed.url


@pytest.mark.case(id="F12")
def test_a_look_without_redirect_starts_the_count_anew():
    feed, looks, _ = _redirects([0, 12])
    feed, looks, _ = core.redirected(feed, looks, None, NOON + timedelta(hours=18))
    assert core.redirected(feed, looks, "https://new.example/rss", NOON + timedelta(hours=30))[2] == ()


@pytest.mark.case(id="F17")
@given(st.integers(1, 10_000), st.floats(0, 1), st.none() | st.floats(-1e300, 1e300))
def test_the_wait_after_a_failure_is_bounded_and_never_shorter_than_most_of_the_interval(failures, chance, asked):
    every = timedelta(minutes=5)
    wait = core.wait_after_failure(failures, every, asked, chance)
    assert every * 0.87 <= wait <= timedelta(hours=24)
    if asked is not None and 0 < asked < 86_400:
        assert wait.total_seconds() >= asked - 1e-5


@given(st.integers(1, 100), st.floats(0, 1), st.none() | st.floats(0, 86_400), st.floats(0, 86_400))
def test_a_named_time_is_passed_over_for_nothing_but_a_servers_pause(failures, chance, asked, named):
    until = timedelta(seconds=named)
    wait = core.wait_after_failure(failures, timedelta(minutes=5), asked, chance, until=until)
    assert wait <= max(until, timedelta(seconds=asked or 0.0))
    assert wait >= timedelta(seconds=asked or 0.0)


def test_waits_double():
    waits = [core.wait_after_failure(n, timedelta(minutes=5), None, 0.5) for n in (1, 2, 3, 20)]
    assert waits == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20), timedelta(hours=24)]


@pytest.mark.case(id="F17")
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sun, 15 Nov 2015 12:05:00 GMT", 300.0),
        ("Sun, 15 Nov 2015 11:00:00 GMT", 0.0),
        ("Sun, 15 Nov 2015 12:05:00", 300.0),
        ("99999999999999999999", 999_999_999_999.0),
        ("-5", None),
        ("NaN", None),
        ("soon", None),
        ("Sun, 32 Nov 9999 12:05:00 GMT", None),
        ("١٢", None),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after(header, NOON) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public, max-age=300"}, 300.0),
        ({"cache-control": 'MAX-AGE="300" , s-maxage=9000'}, 300.0),
        ({"cache-control": "max-age=300", "age": "120"}, 180.0),
        ({"cache-control": "max-age=300", "age": "999", "expires": "Sun, 15 Nov 2015 13:00:00 GMT"}, 0.0),
        ({"cache-control": "no-cache, max-age=300"}, None),
        ({"cache-control": "no-store", "expires": "Sun, 15 Nov 2015 13:00:00 GMT"}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"expires": "Sun, 15 Nov 2015 13:00:00 GMT"}, 3600.0),
        ({"expires": "Sun, 15 Nov 2015 13:00:00 GMT", "date": "Sun, 15 Nov 2015 12:30:00 GMT"}, 1800.0),
        ({"expires": "0"}, 0.0),
        ({"expires": "Sun, 15 Nov 2015 11:00:00 GMT"}, 0.0),
    ],
)
def test_how_long_an_answer_says_that_it_is_good(headers, seconds):
    assert fresh_for(headers, NOON) == seconds


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "date", "age"]), st.text(max_size=60)))
def test_whatever_headers_say_of_freshness_is_a_number_or_nothing(headers):
    value = fresh_for(headers, NOON)
    assert value is None or value >= 0


@pytest.mark.case(id="F17")
@given(st.text(max_size=60))
def test_any_retry_after_is_a_number_or_nothing(header):
    value = retry_after(header, NOON)
    assert value is None or value >= 0


@pytest.mark.case(id="P12")
def test_new_keys_for_the_same_entries_are_no_news() -> None:
    looks = core.FeedLooks(known={"a": "1", "b": "2"})
    assert core.news(looks, {"c": "1", "d": "2"}) == []
    assert core.news(looks, {"c": "1", "d": "3"}) == ["d"]
    assert core.news(looks, {"a": "2", "b": "1"}) == ["a", "b"]  # under its own key a change is one


# --- what a failure and a silence mean ---------------------------------------------------------------------------------


def _read(looks, at, *keys, oldest=None):
    seen = dict.fromkeys(keys, "")
    seen = {key: f"words of {key}" for key in seen}
    dates = [oldest or at] * len(keys)
    return core.read(looks, seen, dates, Hints()), seen


@pytest.mark.parametrize(
    ("oldest", "unread", "missed"), [(2, 3, True), (2, 1, False), (None, 3, None)], ids=["short", "long", "undated"]
)
def test_a_feed_that_was_unread_for_longer_than_it_reaches_back_may_have_lost_entries(oldest, unread, missed):
    dates = [NOON - timedelta(hours=oldest) if oldest else None, NOON]
    looks = core.read(core.FeedLooks(), {"a": "1", "b": "2"}, dates, Hints())
    _, looks, _ = core.worked(FEED, looks, NOON)
    later = NOON + timedelta(hours=unread)
    _, _, [event] = core.failed(
        FEED, looks, reason="http_410", detail="", status=410, at=later, next_try=later, only_here=True
    )
    assert (event.may_have_missed, event.articles_unwatched, event.next_try) == (missed, 2, later)


@pytest.mark.parametrize(("keys", "missed"), [("bc", False), ("cd", True)])
def test_a_recovery_says_whether_anything_of_before_is_still_there(keys, missed):
    before, _ = _read(core.FeedLooks(), NOON, "a", "b")
    feed = msgspec.structs.replace(FEED, failing_since=NOON)
    looks, seen = _read(before, NOON, *keys)
    _, _, [event] = core.worked(feed, looks, NOON, before=before, seen=seen)
    assert (event.was, event.may_have_missed) == ("failing", missed)
    _, _, [unchanged] = core.worked(feed, before, NOON)
    assert unchanged.may_have_missed is False


class Weeks:
    """A feed that brings an entry each hour from eight to eight, seven days a week, and is looked at every hour."""

    def __init__(self):
        self.feed, self.looks, self.at, self.said = FEED, core.FeedLooks(), NOON, []

    def look(self, *keys):
        before = self.looks
        self.looks, seen = _read(before, self.at, *keys)
        self.feed, self.looks, said = core.worked(self.feed, self.looks, self.at, before=before, seen=seen)
        self.said += said

    def live(self, hours):
        """Bring what is usual, and look."""
        for _ in range(hours):
            self.at += timedelta(hours=1)
            self.look("old", f"of {self.at if 8 <= self.at.hour < 20 else 'the evening'}")

    def be_silent(self, hours):
        last = list(self.looks.known)
        for _ in range(hours):
            self.at += timedelta(hours=1)
            self.look(*last)


def test_a_silent_feed_is_called_stale_once_and_recovered_once():
    weeks = Weeks()
    weeks.live(24 * 21)
    assert weeks.said == [], "what the first look finds is nothing new"
    weeks.be_silent(24 * 9)
    [stale] = weeks.said
    assert isinstance(stale, FeedStale)
    assert timedelta(hours=24) < stale.at - stale.last_new < timedelta(hours=48)
    assert (stale.usual_pause, stale.longest_pause) == (3600.0, 13 * 3600.0)
    weeks.live(24 * 3)
    [_, back] = weeks.said
    assert isinstance(back, FeedRecovered)
    assert (back.was, back.failing_since, back.at.hour) == ("stale", stale.at, 13)
    assert back.may_have_missed is None


def test_what_is_no_news_ends_no_silence():
    weeks = Weeks()
    weeks.live(24 * 21)
    weeks.be_silent(60)
    known = dict(weeks.looks.known)
    edited = {key: f"{words}, edited" for key, words in known.items()}
    renamed = {f"{key}?": words for key, words in known.items()}
    for seen in (edited, renamed):
        weeks.feed, _, said = core.worked(weeks.feed, weeks.looks, weeks.at, before=weeks.looks, seen=seen)
        assert said == ()
    lost = core.FeedLooks(rhythm=weeks.looks.rhythm)  # after the loss of its note every entry looks new
    assert core.worked(weeks.feed, lost, weeks.at, before=lost, seen=known)[2] == ()


def test_a_stale_feed_that_fails_is_stale_still_when_it_can_be_read_again():
    weeks = Weeks()
    weeks.live(24 * 21)
    weeks.be_silent(60)
    weeks.feed, weeks.looks, said = _fail(weeks.feed, weeks.looks, 3)
    assert [type(event) for event in said] == [FeedFailing]
    weeks.be_silent(3)
    weeks.live(24)
    assert [(type(event), getattr(event, "was", "")) for event in weeks.said] == [
        (FeedStale, ""), (FeedRecovered, "failing"), (FeedRecovered, "stale"),
    ]  # fmt: skip


def test_an_outage_of_our_own_teaches_nothing():
    weeks = Weeks()
    weeks.live(24 * 21)
    weeks.at += timedelta(days=9)
    weeks.live(24 * 3)
    assert weeks.said == []
    weeks.be_silent(24 * 3)
    [stale] = weeks.said
    assert stale.longest_pause == 13 * 3600.0


def test_a_feed_that_is_looked_at_once_a_day_is_learned_all_the_same():
    weeks = Weeks()
    for _ in range(30):
        weeks.at += timedelta(hours=23)
        weeks.live(1)
    assert int(weeks.looks.rhythm.unseen or "0", 16).bit_count() <= 1, (
        "only the second look could not know how long to wait"
    )
    weeks.at += timedelta(days=9)
    weeks.be_silent(1)
    assert [type(event) for event in weeks.said] == [FeedStale]


# --- what the looks brought ---------------------------------------------------------------------------------------------


class Rolling:
    """A feed that shows its newest three entries, looked at every ten minutes."""

    def __init__(self):
        self.feed, self.looks, self.at = FEED, core.FeedLooks(), NOON
        self.look("a", "b", "c")

    def look(self, *keys):
        self.at += timedelta(minutes=10)
        before = self.looks
        self.looks, seen = _read(before, self.at, *keys)
        self.looks = core.shown(self.looks, before, seen, self.at)
        self.feed, self.looks, _ = core.worked(self.feed, self.looks, self.at, before=before, seen=seen)


def test_a_look_at_a_rolling_feed_none_of_whose_entries_was_known_makes_the_next_come_sooner():
    feed = Rolling()
    feed.look("b", "c", "d")
    assert feed.looks.cadence.shows == 3
    before = feed.looks.cadence.quickest
    feed.look("e", "f", "g")
    assert feed.looks.cadence.quickest == pytest.approx(2 * 3 / 600, rel=1e-2)
    assert before < feed.looks.cadence.quickest


def test_what_the_first_look_finds_and_what_was_edited_or_renamed_is_nothing_new():
    feed = Rolling()
    feed.looks = msgspec.structs.replace(feed.looks, known={**feed.looks.known, "a": "edited since"})
    feed.look("a", "b", "c")
    assert feed.looks.cadence.lately == 0.0
    _, again, _ = core.worked(feed.feed, feed.looks, feed.at + timedelta(minutes=10))
    assert again.cadence.watched == feed.looks.cadence.watched + 600


def test_a_note_of_before_begins_to_count_with_the_next_look():
    old = core.FeedLooks(url=FEED.url, known={"a": "1"}, last_ok=NOON, entries=48, oldest=NOON - timedelta(hours=24))
    _, looks, _ = core.worked(FEED, old, NOON)
    assert looks.cadence.usually == pytest.approx(2 / 3600)
