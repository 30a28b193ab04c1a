"""Which links are articles, and what of a sitemap is read: the rules that docs/sources.md names, and their laws."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.listing import due_parts, is_present, is_wanted, stamp, to_read, why_article

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
SITE = "https://post.example"


@pytest.mark.parametrize(
    ("path", "words", "rule"),
    [
        ("/2015/11/15/raqqa", "", "date"),
        ("/world/2015-11-15-raqqa", "", "date"),
        ("/world/20151115/raqqa", "", "date"),
        ("/news/world-34827497", "", "number"),
        ("/a/123456?page=2", "", "number"),
        ("/world/french-jets-strike-raqqa", "", "slug"),
        ("/monde/la-france-frappe-rakka.html", "", "slug"),
        ("/world/raqqa", "French jets strike the city of Raqqa", "headline"),
        ("/world/raqqa", "法国战机空袭叙利亚城市拉卡的据点", "headline"),
        ("/", "The Post: all the news there is", ""),
        ("/world", "All that happens in the world today", ""),
        ("/world/raqqa", "Raqqa", ""),
        ("/world/1984", "1984", ""),
        ("/tag/2015/11/15/raqqa", "", ""),
        ("/topics/french-jets-strike-raqqa", "", ""),
        ("/2015/11/15/raqqa.jpg", "", ""),
        ("/feeds/world-34827497.xml", "", ""),
        ("/about/our-house-rules-for-comments", "", ""),
    ],
)
def test_a_link_is_an_articles_by_the_first_rule_that_fits(path, words, rule):
    assert why_article(SITE + path, words) == rule


@pytest.mark.parametrize(
    ("patterns", "wanted", "unwanted"),
    [
        (["/news/*"], ["/news/raqqa", "/news/live/1"], ["/world/french-jets-strike-raqqa", "/news"]),
        (["/news/*", "!/news/live/*"], ["/news/raqqa"], ["/news/live/1"]),
        (["!/world/*"], ["/2015/11/15/raqqa"], ["/world/french-jets-strike-raqqa", "/raqqa"]),
        (["/story.php?id=*"], ["/story.php?id=1"], ["/story.php", "/story.php?page=1"]),
        ([], ["/2015/11/15/raqqa"], ["/raqqa"]),
    ],
)
def test_patterns_choose_in_the_place_of_the_rules(patterns, wanted, unwanted):
    assert [path for path in wanted + unwanted if is_wanted(SITE + path, "", patterns)] == wanted


def test_of_an_index_the_parts_that_changed_are_read_newest_first():
    parts = {f"/{hour}": NOON - timedelta(hours=hour) for hour in (30, 3, 1, 2)}
    seen = {"/2": stamp(parts["/2"]), "/3": stamp(NOON - timedelta(hours=9))}
    assert due_parts(parts, seen, since=NOON - timedelta(hours=24), most=6) == ["/1", "/3"]
    assert due_parts(parts, {}, since=NOON - timedelta(hours=24), most=2) == ["/1", "/2"]


def test_of_parts_without_a_date_both_ends_are_read_each_time():
    parts = dict.fromkeys(map(str, range(20)))
    assert due_parts(parts, {"0": ""}, since=NOON, most=6) == ["0", "1", "2", "17", "18", "19"]
    assert due_parts(dict.fromkeys("ab"), {}, since=NOON, most=6) == ["a", "b"]


@given(
    st.dictionaries(st.text(max_size=3), st.none() | st.datetimes(timezones=st.just(UTC)), max_size=30),
    st.integers(1, 9),
)
def test_no_part_is_read_twice_or_beyond_the_bound_or_unchanged(parts, most):
    due = due_parts(parts, {}, since=datetime.min.replace(tzinfo=UTC), most=most)
    assert len(due) == len(set(due)) <= most
    seen = {url: stamp(parts[url]) for url in due}
    again = due_parts(parts, seen, since=datetime.min.replace(tzinfo=UTC), most=100)
    assert all(parts[url] is None or url not in seen for url in again)


def test_a_sitemaps_past_is_not_read_but_all_of_a_feed_is():
    old, day = NOON - timedelta(days=3), timedelta(days=1)
    assert [is_present(kind, old, NOON, max_age=day) for kind in ("feed", "front page", "sitemap")] == [
        True,
        True,
        False,
    ]
    assert is_present("sitemap", None, NOON, max_age=day)
    assert is_present("sitemap", NOON, NOON, max_age=day)


def test_at_the_first_look_only_what_a_sitemap_dates_is_news():
    assert to_read("sitemap", ["dated", "silent"], ["dated"], first_look=True) == {"dated"}
    assert to_read("sitemap", ["dated", "silent"], ["dated"], first_look=False) == {"dated", "silent"}
    assert to_read("feed", ["dated", "silent"], ["dated"], first_look=True) == {"dated", "silent"}
