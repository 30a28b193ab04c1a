"""Confirmation, variants, likeness, templates and the ring of reasons: the pure rules, by tables and laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core import explained, templates
from monitor.core.article import Article, Looks, Seed, Sighting, fold, observe, recheck_in, unchanged
from monitor.core.content import Block, Content
from monitor.core.events import ArticleConfirmed, ArticleFact, ArticleHeld, ArticleReleased, ArticleRevised, Evidence
from monitor.core.headline import confidence
from monitor.core.likeness import are_strangers
from monitor.core.standing import folded
from monitor.core.urls import aliases, article_id, next_generation, without_device
from monitor.core.variants import is_variant

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
URL = "https://example.org/a"
A, B, C = (f"{name} is a paragraph of the story with enough words to be one, said the {name} ministry." for name in ("First", "Second", "Third"))  # fmt: skip


def content(*texts: str, title: str = "France strikes Raqqa", **fields: Any) -> Content:
    return Content(title=title, blocks=tuple(Block("paragraph", text) for text in texts or (A, B)), **fields)


class Watch:
    """One article and its looks."""

    def __init__(self) -> None:
        self.article: Article | None = None
        self.looks, self.minute, self.events = Looks(), 0.0, list[ArticleFact]()
        self.why = ""

    def see(self, seen: Content, minutes: float = 5, agreeing: tuple[str, ...] = ("h1",)) -> tuple[ArticleFact, ...]:
        self.minute += minutes
        at = START + timedelta(minutes=self.minute)
        evidence = Evidence(at, URL, 200, f"raw{self.minute}", "test/1")
        sighting = Sighting(seen, evidence, agreeing=agreeing)
        decision = observe(self.article, self.looks, sighting, seed=Seed("article_1", URL, "outlet"))
        self.article, self.looks, self.why = decision.article, decision.looks, decision.why
        self.events += decision.events
        assert folded(self.events) == self.article
        return decision.events

    def same(self, minutes: float = 5) -> tuple[ArticleFact, ...]:
        self.minute += minutes
        decision = unchanged(self.article, self.looks, START + timedelta(minutes=self.minute))
        self.article, self.looks = decision.article, decision.looks
        self.events += decision.events
        return decision.events

    def wait(self) -> timedelta | None:
        assert self.article is not None
        at = START + timedelta(minutes=self.minute)
        minimum, maximum, until = timedelta(hours=1), timedelta(hours=12), timedelta(days=30)
        return recheck_in(
            self.article, self.looks, at, minimum=minimum, maximum=maximum, until=until, hot_every=minimum
        )


# --- headlines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreeing", "fields", "said"),
    [
        ((), {"title": "x"}, "unconfirmed"),
        (("h1",), {"title": "x"}, "unconfirmed"),
        (("og", "h1"), {"title": "x"}, "confirmed"),
        (("h1", "feed"), {"title": "x"}, "confirmed"),
        (("feed",), {"title": "x"}, "confirmed"),
        (("h1",), {"title": "x", "modified": "y"}, "unconfirmed"),
        (("h1",), {"title": "x", "dek": "y"}, "confirmed"),
        (("h1",), {"byline": "y"}, "confirmed"),
        (("h1",), {}, "confirmed"),
    ],
)
def test_only_a_headline_alone_in_one_place_is_unconfirmed(agreeing: tuple[str, ...], fields: dict, said: str) -> None:
    assert confidence((), fields, agreeing) == said


def test_an_unconfirmed_headline_is_looked_at_after_ten_and_forty_minutes() -> None:
    watch = Watch()
    watch.see(content())
    (revised,) = watch.see(content(title="War"))
    assert isinstance(revised, ArticleRevised)
    assert revised.confidence == "unconfirmed"
    assert watch.wait() == timedelta(minutes=10)
    assert watch.see(content(title="War"), minutes=10) == ()
    assert watch.wait() == timedelta(minutes=30)
    (confirmed,) = watch.same(minutes=30)
    assert isinstance(confirmed, ArticleConfirmed)
    assert (confirmed.revision, confirmed.how) == (2, "standing")
    assert watch.wait() == timedelta(hours=1)
    assert watch.same() == ()


def test_agreement_confirms_before_the_time_is_up() -> None:
    watch = Watch()
    watch.see(content())
    watch.see(content(title="War"))
    (confirmed,) = watch.see(content(title="War"), agreeing=("h1", "og"))
    assert isinstance(confirmed, ArticleConfirmed)
    assert (confirmed.how, confirmed.agreeing) == ("agreement", ("h1", "og"))


def test_places_that_agree_on_a_headline_that_is_held_back_confirm_no_other() -> None:
    watch = Watch()
    for title in ("Peace", "War", "Peace", "Truce"):
        watch.see(content(title=title))
    assert watch.article is not None
    assert watch.article.unconfirmed
    assert watch.see(content(title="War"), agreeing=("og", "h1")) == ()
    assert "never rests" in watch.why


def test_another_edit_settles_what_was_unconfirmed() -> None:
    watch = Watch()
    watch.see(content())
    watch.see(content(title="War"))
    (revised,) = watch.see(content(A, B, C, title="War"))
    assert isinstance(revised, ArticleRevised)
    assert revised.confidence == "confirmed"
    assert watch.article is not None
    assert not watch.article.unconfirmed


# --- variants --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("past", "seen", "known"),
    [("A", "B", False), ("AB", "A", False), ("ABA", "B", True), ("ABA", "C", False), ("ABAC", "A", False), ("ABACA", "C", True), ("ABCA", "B", False)],
)  # fmt: skip
def test_a_pair_is_known_after_its_second_return(past: str, seen: str, known: bool) -> None:
    assert is_variant(tuple(past), seen) is known


@pytest.mark.case(id="P13")
@given(st.lists(st.integers(0, 1), min_size=2, max_size=30))
def test_two_states_of_a_page_never_make_an_endless_series(order: list[int]) -> None:
    watch, states = Watch(), (content(A, B), content(A.upper().replace("FIRST", "LAST"), C, title="Jets"))
    made = [event for state in order for event in watch.see(states[state]) if isinstance(event, ArticleRevised)]
    assert len(made) <= 2
    assert all(event.reverted_to for event in made[1:])


# --- one story or two ------------------------------------------------------------------------------------------------

LONG = "Residents of the quarter had asked for a park instead of the depot, and four thousand of them signed a petition in June, and again when the council met for a second time"
OTHER = "French jets struck a command post in the east on Sunday evening, said a ministry that gave no further detail about it, nor of the planes that took part in the raid"


@pytest.mark.parametrize(
    ("one", "other", "strangers"),
    [
        (content(LONG, title="Tram depot to close"), content(OTHER, title="Strikes on Raqqa"), True),
        (content(LONG, title="Tram depot to close"), content(OTHER, title="Tram depot closes"), False),
        (content(LONG, title="Tram depot to close"), content(f"{OTHER}. {LONG}", title="Strikes"), False),
        (content("Short.", title="Tram depot"), content(OTHER, title="Strikes on Raqqa"), False),
    ],
)
def test_strangers_share_neither_title_nor_text(one: Content, other: Content, strangers: bool) -> None:
    assert are_strangers(one, other) is are_strangers(other, one) is strangers
    assert not are_strangers(one, one)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://m.post.example/a", "https://post.example/a"),
        ("https://www.post.example/a", "https://post.example/a"),
        ("https://en.m.wiki.example/a", "https://en.wiki.example/a"),
        ("https://mobile.post.example/a?b=1", "https://post.example/a?b=1"),
        ("https://media.post.example/a", "https://media.post.example/a"),
        ("https://m.example/a", "https://m.example/a"),
        ("https://localhost/a", "https://localhost/a"),
        ("https://127.0.0.1:8000/a", "https://127.0.0.1:8000/a"),
        ("https://post.example/m.html", "https://post.example/m.html"),
    ],
)
def test_copies_for_devices_have_one_plain_address(address: str, plain: str) -> None:
    assert without_device(address) == plain
    assert set(aliases([plain])) <= set(aliases([address]))


def test_each_generation_of_an_address_has_its_own_id() -> None:
    first = article_id(URL)
    second = next_generation(first, URL)
    third = next_generation(second, URL)
    assert len({first, second, third}) == 3
    assert next_generation("article_of_another_address", URL) == first


# --- templates -------------------------------------------------------------------------------------------------------


def revised(article: str, old: Content, new: Content, minute: int) -> ArticleRevised:
    watch = Watch()
    watch.see(old)
    watch.minute = minute
    (event,) = (e for e in watch.see(new, agreeing=("h1", "og")) if isinstance(e, ArticleRevised))
    return msgspec.structs.replace(event, article=article, at=START + timedelta(minutes=minute))


NOTICE = "We have a new privacy notice, which you can read in our help centre from today on."


def run(edits: list[tuple[str, Content, Content, int]], articles: int = 3) -> list[templates.Summed]:
    site, made = templates.Site(), []
    for article, old, new, minute in edits:
        event = revised(article, old, new, minute)
        summed = templates.sum_up(site, "post.example", event, old, new, articles=articles, within=timedelta(hours=1))
        site = templates.decode(templates.encode(summed.site))
        made.append(summed)
    return made


def stories(count: int, *, apart: int = 5, also: str = "") -> list[tuple[str, Content, Content, int]]:
    return [
        (f"article_{n}", content(f"{A} {n}", B), content(f"{A} {n}", B, NOTICE, *([f"{also} {n}"] if also else [])), n * apart)
        for n in range(count)
    ]  # fmt: skip


def test_the_same_edit_on_many_articles_is_summed_up_once() -> None:
    first, second, third, fourth = run(stories(4))
    assert (first.change, second.change) == ("", "")
    assert third.event is not None
    assert third.event.added == (NOTICE,)
    assert [(name.article, name.revision) for name in third.event.revisions] == [(f"article_{n}", 2) for n in range(3)]
    assert third.event.since == START
    assert (fourth.event, fourth.change) == (None, third.event.change)


def test_an_edit_of_the_articles_own_is_never_the_templates() -> None:
    assert [summed.change for summed in run(stories(4, also="And the count rose to"))] == [""] * 4


def test_what_is_spread_over_more_than_the_time_is_no_template() -> None:
    assert [summed.change for summed in run(stories(5, apart=40))] == [""] * 5


def test_the_same_article_counts_once_and_a_headline_is_never_the_templates() -> None:
    again = [("article_1", content(A, B), content(A, B, NOTICE), n) for n in range(5)]
    assert [summed.change for summed in run(again)] == [""] * 5
    titled = [(f"article_{n}", content(A, B), content(A, B, NOTICE, title="War"), n) for n in range(5)]
    assert [summed.change for summed in run(titled)] == [""] * 5


def test_a_lost_or_foreign_note_is_a_quiet_site() -> None:
    assert templates.decode(None) == templates.decode(b"{]") == templates.Site()


# --- why -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(["unchanged", "absent", "revised"]), max_size=200))
def test_the_ring_is_bounded_and_loses_no_count_of_what_it_shows(outcomes: list[str]) -> None:
    told = explained.Explained()
    for minute, outcome in enumerate(outcomes):
        at = START + timedelta(minutes=minute)
        told = explained.noted(told, explained.observed(at, outcome, f"{outcome}.", status=200), next_look=at)
    assert explained.decode(explained.encode(told)) == told
    assert len(told.seen) <= explained.MOST
    newest = [seen.outcome for seen in told.seen for _ in range(seen.times)]
    assert newest == outcomes[len(outcomes) - len(newest) :]
    assert all(one.outcome != other.outcome for one, other in zip(told.seen, told.seen[1:], strict=False))


def test_reasons_are_bounded_and_a_lost_note_is_an_empty_one() -> None:
    seen = explained.observed(START, "revised", "x" * 9_999, filters=("y" * 9_999,) * 99)
    assert len(explained.encode(explained.Explained((seen,)))) < 5_000
    assert explained.decode(b"[") == explained.decode(None) == explained.Explained()


# --- held ------------------------------------------------------------------------------------------------------------


def test_held_and_released_change_nothing_else() -> None:
    watch = Watch()
    watch.see(content())
    assert watch.article is not None
    held = fold(watch.article, ArticleHeld(START, "article_1", "cli:editor"))
    assert held == msgspec.structs.replace(watch.article, held=True)
    assert fold(held, ArticleReleased(START, "article_1", "cli:editor")) == watch.article
