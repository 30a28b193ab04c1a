"""An article, its events, and the alerts that a watchlist raises about them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.article import Article
from monitor.core.content import Block, Content
from monitor.core.events import (
    Absence,
    AlertRaised,
    ArticleDiscovered,
    ArticleEvent,
    ArticleGone,
    ArticleRestored,
    ArticleRevised,
    Edit,
    Evidence,
)
from monitor.core.policy.alerts import raise_alert
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.rules import EVERYTHING, Entity, How, Watchlist

NIGHT = datetime(2015, 11, 15, 22, 11, 2, tzinfo=UTC)
URL = "https://post.example/a1"
WATCHLIST = Watchlist(
    "act-of-war", ("act of war",), ("hollande",), severity="critical", on=EVERYTHING, notify=("desk",)
)
BOOK = Rulebook.compile([WATCHLIST], [Entity("hollande", ("François Hollande", "Hollande"))])
EVIDENCE = Evidence(NIGHT, URL, 200, "ab" * 32, "test 1")


def content(*paragraphs: str, title: str = "Paris attacks") -> Content:
    return Content(
        title, lang="en", published=NIGHT - timedelta(hours=1), blocks=tuple(Block("paragraph", p) for p in paragraphs)
    )


def article(text: Content, revision: int = 1) -> Article:
    return Article(
        id="article_3fa2",
        url=URL,
        source="post",
        content=text,
        sha256=text.digest(),
        discovered_at=NIGHT,
        changed_at=NIGHT,
        revision=revision,
        feed_title="Post",
    )


def event(how: How, before: Content | None, after: Content, edits: tuple[Edit, ...] = ()) -> ArticleEvent:
    match how:
        case "new":
            return ArticleDiscovered(
                NIGHT, "article_3fa2", URL, "post", (), (), False, after, after.digest(), "full", EVIDENCE
            )
        case "edit":
            assert before is not None
            last = NIGHT - timedelta(minutes=8)
            digests = (before.digest(), after.digest())
            return ArticleRevised(NIGHT, "article_3fa2", 4, *digests, (), {}, edits, "Edited.", last, "full", EVIDENCE)
        case "gone":
            looks = tuple(Absence(NIGHT + timedelta(hours=hours), 404, "status") for hours in range(1, 4))
            return ArticleGone(NIGHT + timedelta(hours=3), "article_3fa2", 4, NIGHT, looks)
        case "restored":
            return ArticleRestored(NIGHT + timedelta(days=1), "article_3fa2", 4, NIGHT + timedelta(hours=3))


Raise = Callable[..., list[AlertRaised]]


def alerts(
    how: How,
    before: Content | None,
    after: Content,
    *,
    edits: tuple[Edit, ...] = (),
    public_url: str | None = "https://monitor.example",
    book: Rulebook = BOOK,
) -> list[AlertRaised]:
    """All alerts that one event of the article raises."""
    happened = event(how, before, after, edits)
    old = article(before, 3 if how == "edit" else 4) if before else None
    new = article(after, 1 if how == "new" else 4)
    verdicts = book.judge(before, None if how == "gone" else after, how=how, source="post")
    return [
        raise_alert(
            verdict, event=happened, before=old, after=new, watchlist=book.watchlists[verdict.watchlist],
            ruleset=book.digest, public_url=public_url, backlog=False,
        )
        for verdict in verdicts
    ]  # fmt: skip


@pytest.fixture(scope="session")
def raised() -> Raise:
    return alerts


@pytest.fixture(scope="session")
def text() -> Callable[..., Content]:
    return content


@pytest.fixture(scope="session")
def every_kind() -> list[AlertRaised]:
    """One alert of each kind of verdict."""
    quiet, loud = (
        content("Rain."),
        content("Hollande called it “an act of war”.", "Hollande left Paris at dawn.", title="An act of war"),
    )
    less = content("Hollande called it “an act of war”.")
    edits = (
        Edit("headline", "title", "Paris attacks", "An act of war"),
        Edit("paragraph_added", "body", "", "Hollande…", 0),
    )
    return [
        *alerts("new", None, loud),
        *alerts("edit", quiet, loud, edits=edits),
        *alerts("edit", loud, quiet, public_url=None),
        *alerts("edit", less, loud),
        *alerts("edit", loud, less),
        *alerts("gone", loud, loud),
        *alerts("restored", loud, loud),
    ]
