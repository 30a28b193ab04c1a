"""When a 304 is believed: what the doubt costs, how long a lie lasts at most, and the way back."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core import conduct, validators
from monitor.core import feed as core
from monitor.core import rhythm as rhythms
from monitor.core.events import FeedLying, FeedRecovered
from monitor.core.validators import Trust

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
FEED = core.Feed("post", "https://post.example/rss")
MINUTE = timedelta(minutes=1)
gaps = st.lists(st.integers(1, 300), min_size=1, max_size=400)


def asked_in_full(trust, gaps, rhythm=None):
    """The looks among so many, minutes apart, that are asked without validators where the feed never changes; and how long it took."""
    at, full = NOON, []
    for number, gap in enumerate(gaps):
        at += gap * MINUTE
        if validators.may_be_sent(trust, rhythm or rhythms.Rhythm(), at):
            trust = validators.unseen(trust)
        else:
            trust = validators.seen(trust, at)
            full.append(number)
    return full, at - NOON


@given(gaps, st.integers(0, 40))
def test_doubt_costs_one_look_in_seventeen_or_one_a_day(gaps, good):
    trust = Trust(had=NOON)
    for _ in range(good):
        trust = validators.proved(trust)
    full, lasted = asked_in_full(trust, gaps)
    assert len(full) <= len(gaps) / (validators.most_unseen(trust) + 1) + lasted / validators.LONGEST
    assert validators.FEWEST <= validators.most_unseen(trust) <= validators.MOST


@given(gaps)
def test_no_body_goes_unseen_for_longer_than_a_day_and_one_look(gaps):
    full, _ = asked_in_full(Trust(had=NOON), gaps)
    elapsed, last = 0, 0
    for number, gap in enumerate(gaps):
        elapsed += gap
        if number in full:
            assert elapsed - last <= 24 * 60 + gap
            last = elapsed
    assert elapsed - last < 24 * 60


def test_a_feed_of_which_nothing_is_known_is_asked_in_full():
    assert not conduct.asks_with_validators(FEED, core.FeedLooks(etag='"1"'), NOON)


def hourly(weeks=4):
    """What is known of a feed that brought something every hour."""
    rhythm = rhythms.begun(NOON - timedelta(weeks=weeks))
    for hour in range(weeks * 168):
        rhythm = rhythms.came(rhythm, NOON - timedelta(weeks=weeks) + timedelta(hours=hour))
    return rhythm


def test_a_silence_against_the_rhythm_is_doubted_once_at_its_usual_length_and_once_at_its_longest():
    rhythm, trust = hourly(), Trust(had=NOON, proved=100)
    full, _ = asked_in_full(trust, [20] * 60, rhythm)
    silent = [20 * (number + 1) / 60 for number in full]  # in hours since its last news
    assert len(full) == 2
    assert 1 <= silent[0] <= 2
    assert silent[1] == pytest.approx(rhythm.patience - rhythm.newest - 1, abs=1.4)


# --- what a trial means ------------------------------------------------------------------------------------------------


def tried(feed, looks, hidden, days=0.0):
    return conduct.tried(feed, looks, NOON + timedelta(days=days), hidden=hidden, before=looks.trust)


def test_a_lie_is_said_once_and_the_feed_is_asked_in_full_from_then_on():
    looks = core.FeedLooks(etag='"1"', trust=Trust(had=NOON, proved=9))
    assert conduct.asks_with_validators(FEED, looks, NOON + MINUTE)
    feed, looks, said = tried(FEED, looks, 3)
    assert said == (FeedLying(at=NOON, feed="post", url=FEED.url, hidden=3, since=NOON),)
    assert not conduct.asks_with_validators(feed, looks, NOON + MINUTE)
    assert tried(feed, looks, 1)[2] == ()
    assert looks.trust.lies == 1


@given(st.lists(st.booleans(), max_size=40))
def test_lying_validators_are_believed_again_after_five_changes_in_a_row_over_a_day(honest):
    feed, looks, _ = tried(FEED, core.FeedLooks(), 1)
    row = 0
    for number, told in enumerate(honest, start=1):
        days = number / 10
        feed, looks, said = tried(feed, looks, 0 if told else 1, days)
        row = row + 1 if told else 0
        if row >= validators.GOOD and days >= 1:
            [back] = said
            assert isinstance(back, FeedRecovered)
            assert (back.was, back.failing_since) == ("lying", NOON)
            assert feed.lying_since is None
            return
        assert said == ()
        assert feed.lying_since == NOON


def test_validators_that_lied_are_not_sent_until_they_have_proved_good():
    trust = validators.caught(Trust(had=NOON, proved=9))
    for _ in range(validators.GOOD):
        assert not validators.may_be_sent(trust, rhythms.Rhythm(), NOON)
        trust = validators.proved(trust)
    assert validators.may_be_sent(trust, rhythms.Rhythm(), NOON)


def test_what_is_known_of_validators_survives_its_note():
    trust = Trust(3, NOON, 2, 1)
    assert msgspec.json.decode(msgspec.json.encode(trust), type=Trust) == trust
