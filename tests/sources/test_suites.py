"""Feedparser's own suite and gofeed's pairs through our source: field by field what their makers say, but for what `differences.toml` gives a reason for.

`tests/bench/feeds.py` prints the table.
"""

import feedsuites
import pytest
from feedsuites import CORPORA, Comparison

needs_corpora = pytest.mark.skipif(
    not CORPORA.exists(), reason=f"NOT RUN: {CORPORA} is not here, so that nothing is held against other readers"
)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:feedparser")


def unexplained(said: Comparison, suite: str) -> set[tuple[str, str]]:
    """Differences without a reason, and reasons without a difference."""
    return said.differ.keys() ^ feedsuites.deliberate(suite).keys()


@needs_corpora
def test_feedparsers_suite_says_of_us_what_it_says_of_feedparser():
    said = feedsuites.against_feedparser()
    assert unexplained(said, "feedparser") == set()
    assert said.documents >= 2_070
    assert said.agree["entry title"] > 900


@needs_corpora
def test_gofeeds_pairs_agree_and_where_not_there_is_a_reason():
    said = feedsuites.against_gofeed()
    assert unexplained(said, "gofeed") == set()
    assert said.documents > 500
    agree, differ = sum(said.agree.values()), len(said.differ)
    assert agree / (agree + differ) >= 0.99


def test_every_difference_has_a_reason_of_its_own_words():
    for suite in ("feedparser", "gofeed"):
        assert all(why.endswith(".") for why in feedsuites.deliberate(suite).values())
