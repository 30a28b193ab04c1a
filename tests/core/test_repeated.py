from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.content import Block, Content
from monitor.core.repeated import Site, decode, encode, repeated, texts_of, with_page

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=2)


def after(*pages: tuple[str, list[str]], at: datetime = NOON) -> Site:
    site = Site()
    for article, texts in pages:
        site = with_page(site, article, texts, at)
    return decode(encode(site))


def test_a_text_of_two_other_articles_is_the_sites() -> None:
    site = after(("a", ["box", "own a"]), ("b", ["box", "own b"]))
    assert repeated(site, "c", LATER) == {"box"}
    assert repeated(site, "a", LATER) == frozenset()
    assert repeated(with_page(site, "c", ["box"], LATER), "a", LATER) == {"box"}


def test_what_comes_to_many_articles_at_once_is_for_the_template_to_say() -> None:
    site = after(("a", ["box"]), ("b", ["box"]))
    assert repeated(site, "c", NOON + timedelta(minutes=59)) == frozenset()


def test_all_that_a_page_shows_is_remembered() -> None:
    content = Content("Raqqa", blocks=(Block("paragraph", "Read on."), Block("item", "read on")))
    assert len(texts_of(content, ["beside"])) == 2


def test_a_note_that_cannot_be_read_is_none() -> None:
    assert decode(None) == decode(b"{") == Site()


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.lists(st.integers(0, 2_000).map(str), max_size=200)), max_size=12)
)
def test_it_stays_bounded_and_keeps_what_several_show(pages: list[tuple[str, list[str]]]) -> None:
    site = Site()
    for article, texts in pages:
        site = with_page(site, article, ["box", *texts], NOON)
        assert len(site.texts) <= 600
    if len({article for article, _ in pages}) >= 2:
        assert "box" in repeated(site, "z", LATER)
    assert with_page(site, *([pages[-1][0], ["box"]] if pages else ["a", []]), LATER) == site
