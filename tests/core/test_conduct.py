"""What the manner of answers says of a feed: that it is slow, and that looks do not overlap; each is said once."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core import conduct, overlap, tempo
from monitor.core import feed as core
from monitor.core.cadence import Hints
from monitor.core.events import FeedGapped, FeedRecovered, FeedSlow
from monitor.core.overlap import Gaps
from monitor.core.tempo import Tempo

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
FEED = core.Feed("post", "https://post.example/rss")
HOUR = timedelta(hours=1)
prints = st.dictionaries(st.text(max_size=4), st.text(max_size=3), max_size=12)


class Times:
    """A feed that takes so long to answer, look after look."""

    def __init__(self):
        self.feed, self.looks, self.said = FEED, core.FeedLooks(), []

    def take(self, *seconds):
        for each in seconds:
            self.feed, self.looks, said = conduct.timed(self.feed, self.looks, each, NOON)
            self.said += said


def test_a_feed_that_becomes_slow_for_itself_is_said_to_once_and_so_is_its_return():
    times = Times()
    times.take(*[0.5] * 30, *[4.0] * 10)
    [slow] = times.said
    assert isinstance(slow, FeedSlow)
    assert slow.seconds == 4.0
    assert 0.49 < slow.usual < 0.51
    times.take(*[1.2] * 10)
    assert len(times.said) == 1, "less slow is not quick yet"
    times.take(*[0.5] * 10)
    back = times.said[1]
    assert isinstance(back, FeedRecovered)
    assert (back.was, times.feed.slow_since) == ("slow", None)


@pytest.mark.parametrize("seconds", [[12.0] * 6, [0.2] * 30 + [11.0] * 6])
def test_ten_seconds_are_slow_for_any_feed(seconds):
    times = Times()
    times.take(*seconds)
    assert [type(said) for said in times.said] == [FeedSlow]


def test_a_single_slow_answer_and_what_is_slow_by_nature_are_not_slow():
    times = Times()
    times.take(*[0.2] * 30, 9.0, 9.0, *[0.2] * 30)
    times.take(*[1.9] * 30)
    assert times.said == []
    always = Times()
    always.take(*[6.0] * 100)
    assert always.said == []


@given(st.lists(st.floats(0, 1000), max_size=100))
def test_what_is_usual_lies_among_what_was_seen_and_little_is_kept(seconds):
    known = Tempo()
    for each in seconds:
        known = tempo.answered(known, each)
    assert len(known.latest) <= tempo.LATEST
    if seconds:
        assert min(seconds) * 0.99 <= known.usual <= max(seconds) * 1.01 + 0.002
    if tempo.is_slow(known, already=False):
        assert tempo.is_slow(known, already=True)
        assert known.now >= tempo.SHORT


# --- overlap -----------------------------------------------------------------------------------------------------------


@given(prints, prints)
def test_a_gap_is_a_look_that_knows_nothing_of_what_it_finds(before, seen):
    gaps = overlap.counted(Gaps(), before, seen, NOON, NOON + HOUR)
    strange = all(key not in before and words not in before.values() for key, words in seen.items())
    assert (gaps.count == 1) is (strange and bool(seen) and bool(before))
    assert 0 <= gaps.known <= gaps.entries == len(seen)
    if gaps.count:
        assert (gaps.since, gaps.until) == (NOON, NOON + HOUR)


def look(feed, looks, hour, *keys):
    at, seen = NOON + hour * HOUR, {key: f"words of {key}" for key in keys}
    before = looks
    looks = core.read(looks, seen, [at] * len(keys), Hints())
    feed, looks, said = conduct.overlapped(feed, looks, at, before=before, seen=seen)
    feed, looks, more = core.worked(feed, looks, at, before=before, seen=seen)
    return feed, looks, said + more


def test_a_window_in_which_entries_may_have_been_lost_is_said_with_its_bounds_and_at_most_once_a_day():
    feed, looks, said = look(FEED, core.FeedLooks(), 0, "a", "b")
    assert said == ()
    feed, looks, said = look(feed, looks, 1, "b", "c")
    assert (said, looks.gaps.known, looks.gaps.entries) == ((), 1, 2)
    feed, looks, said = look(feed, looks, 3, "x", "y")
    assert said == (FeedGapped(NOON + 3 * HOUR, "post", FEED.url, NOON + HOUR, 2, 1),)
    for hour in range(4, 20):
        feed, looks, said = look(feed, looks, hour, f"never seen {hour}")
        assert said == ()
    feed, looks, [again] = look(feed, looks, 28, "of the next day")
    assert (again.count, again.since) == (18, NOON + 19 * HOUR)


def test_new_keys_for_known_words_are_an_overlap():
    before = core.FeedLooks(known={"a": "1"}, last_ok=NOON)
    _, looks, said = conduct.overlapped(FEED, before, NOON, before=before, seen={"b": "1"})
    assert (said, looks.gaps.count) == ((), 0)


def test_what_is_learned_survives_its_note():
    looks = core.FeedLooks(tempo=Tempo((1.0,), 1.0, 1), gaps=Gaps(1, NOON, NOON, NOON, 2, 1))
    assert msgspec.json.decode(msgspec.json.encode(looks), type=core.FeedLooks) == looks
