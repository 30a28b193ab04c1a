"""What is said of titles that change beside the headline, and when one of them takes its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.article import Looks, decode_looks, encode
from monitor.core.titles import Title, headed, keeps, remembered, retitled, shown, turned

HEADLINE, SHARED = "Strikes on Raqqa", "You will not believe what fell on Raqqa"
PLACES = ("json-ld", "og", "h1", "title")
some_titles = st.dictionaries(
    st.sampled_from(PLACES), st.sampled_from([HEADLINE, SHARED, "(3) " + HEADLINE, "C", "", "x" * 400])
).map(lambda shown: tuple(Title(place, text) for place, text in shown.items()))


def titles(headline: str = HEADLINE, **others: str) -> tuple[Title, ...]:
    shown = {"json-ld": headline, "og": headline, "h1": headline, "title": f"{headline} | The Post"}
    shown |= {place.replace("ld", "json-ld"): text for place, text in others.items()}
    return tuple(Title(place, text) for place, text in shown.items() if text)


def test_each_title_that_changed_is_told_with_both_its_wordings() -> None:
    after = titles(og=SHARED, title=f"{SHARED} | The Post")
    assert list(retitled(titles(), after)) == [
        f"the page's share title changed: “{HEADLINE}” → “{SHARED}”; the headline did not",
        f"the page's tab title changed: “{HEADLINE} | The Post” → “{SHARED} | The Post”; the headline did not",
    ]


def test_counters_looks_and_titles_that_are_away_are_no_change() -> None:
    assert not [*retitled(titles(), titles(title=f"(3) {HEADLINE} | The Post"))]
    assert not [*retitled(titles(title=f"(3) {HEADLINE}"), titles(title=f"[12+] {HEADLINE.upper()}!"))]
    assert not [*retitled(titles(og=""), titles())]
    assert not [*retitled(titles(), titles(og=""))]


def test_a_figure_is_no_counter() -> None:
    assert [*retitled(titles(og="20 bombs on Raqqa"), titles(og="30 bombs on Raqqa"))]


@given(some_titles, some_titles)
def test_what_is_remembered_is_told_once_and_survives_being_away(
    before: tuple[Title, ...], now: tuple[Title, ...]
) -> None:
    known = remembered(before, now)
    assert not [*retitled(known, now)]
    assert remembered(known, ()) == known
    assert all(len(one.text) <= 300 for one in known)
    assert {one.place for one in known} == {one.place for one in (*before, *now)}
    assert decode_looks(encode(Looks(labels=known))).labels == known


def test_the_headline_is_kept_where_the_page_says_it_over_its_text_or_in_its_data() -> None:
    shared = {"og": SHARED, "title": SHARED}
    assert keeps(titles(HEADLINE.upper(), **shared), HEADLINE, SHARED, agreed=True)
    assert keeps(titles(ld="", **shared), HEADLINE, SHARED, agreed=True)
    assert keeps(titles(h1="", **shared), HEADLINE, SHARED, agreed=False)
    assert not keeps(titles(h1="", **shared), HEADLINE, SHARED, agreed=True)
    assert not keeps(titles(ld=SHARED, **shared), HEADLINE, SHARED, agreed=False)
    assert not keeps(titles(h1=SHARED, **shared), HEADLINE, SHARED, agreed=False)
    assert not keeps(titles(SHARED, og=HEADLINE, title=HEADLINE), HEADLINE, SHARED, agreed=False)


def test_the_heading_that_stands_where_the_headline_stood() -> None:
    assert headed(titles(), titles(h1=SHARED), HEADLINE) == SHARED
    assert headed(titles(h1=SHARED), titles(h1="C"), HEADLINE) == ""
    assert headed(titles(), titles(h1=f"(3) {HEADLINE.upper()}"), HEADLINE) == ""
    assert headed(titles(), titles(h1=""), HEADLINE) == headed(titles(h1=""), titles(), HEADLINE) == ""
    assert shown(titles(og=SHARED), HEADLINE) == ("json-ld", "h1")


def test_a_title_takes_the_headlines_place_where_that_stood() -> None:
    tried = titles(og=SHARED)
    assert turned(tried, titles(SHARED), HEADLINE, SHARED)
    assert turned(tried, titles(og=SHARED, h1=SHARED), HEADLINE, SHARED)
    assert not turned(tried, titles(og=SHARED, h1="", ld=""), HEADLINE, SHARED)
    assert not turned(titles(title=SHARED), titles(og=SHARED, title=SHARED), HEADLINE, SHARED)


def test_where_a_page_has_neither_heading_nor_data_any_place_will_do() -> None:
    bare, after = titles(h1="", ld="", title=SHARED), titles(h1="", ld="", og=SHARED, title=SHARED)
    assert turned(bare, after, HEADLINE, SHARED)
    assert not turned(bare, titles(h1="", ld="", og="", title=SHARED), HEADLINE, SHARED)
