"""Pages that are followed for a while: within bounds, one watch a page, until they are over."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from monitor.core import pagewatch
from monitor.core.events import WatchEnded
from monitor.core.pagewatch import Watches, decode, fold, named, over, start
from monitor.errors import Permanent

NOW = datetime(2015, 11, 15, 12, tzinfo=UTC)
URL = "https://post.example/a1"


def started(watches=None, url=URL, *, every=120.0, lasting=3600.0, watchlists=(), at=NOW):
    return start(
        watches or Watches(), url, every=timedelta(seconds=every), lasting=timedelta(seconds=lasting),
        watchlists=watchlists, max_age=timedelta(hours=24), at=at, by="cli:ana",
    )  # fmt: skip


def test_a_page_is_followed_until_its_time_is_over_or_somebody_ends_it():
    watches = fold(Watches(), started(), started(url="https://post.example/a2", lasting=7200))
    assert decode(msgspec.json.encode(watches)) == watches
    assert over(watches, NOW + timedelta(minutes=59)) == ()
    (event,) = over(watches, NOW + timedelta(hours=1))
    assert (event.url, event.why) == (URL, "over")
    left = fold(watches, event)
    assert [one.url for one in left.watches] == ["https://post.example/a2"]
    assert fold(left, WatchEnded(NOW, left.watches[0].watch, left.watches[0].url, "ended", "cli:ana")) == Watches()


def test_a_page_that_is_followed_again_is_followed_as_said_last():
    again = started(url="HTTPS://post.example/a1?utm_source=x", every=5, lasting=60)
    watches = fold(Watches(), started(), again)
    assert watches.watches == (again,)
    assert named(watches, URL) == again
    assert named(watches, "https://post.example/other") is named(watches, "no address") is None


@pytest.mark.parametrize(("every", "lasting"), [(4.9, 60), (61, 60), (60, 31 * 86400)])
def test_times_have_bounds(every, lasting):
    with pytest.raises(ValueError, match="expected at least 5s between two looks"):
        started(every=every, lasting=lasting)


def test_only_so_many_are_followed_at_once(monkeypatch):
    monkeypatch.setattr(pagewatch, "MOST", 1)
    watches = fold(Watches(), started())
    assert started(watches, every=5).every == 5.0
    with pytest.raises(ValueError, match="1 pages are followed already"):
        started(watches, "https://post.example/a2")
    with pytest.raises(Permanent):
        started(url="ftp://post.example/")
