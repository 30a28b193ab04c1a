from __future__ import annotations

import io
from datetime import UTC, datetime

from rich.console import Console

from monitor.core.article import Article
from monitor.core.content import Content
from monitor.demo.record import Record
from monitor.demo.screen import Screen
from monitor.demo.stories import STORIES
from monitor.demo.verdict import Arrival, judge

NOW = datetime(2015, 11, 15, 22, 11, tzinfo=UTC)
SENTENCE = f"{'Long before it comes to the point, ' * 8}Hollande called it “an act of war”."


def written(width: int = 100) -> tuple[Screen, io.StringIO]:
    paper = io.StringIO()
    return Screen(Console(file=paper, width=width)), paper


def hit(change: str) -> dict[str, object]:
    start = SENTENCE.index("act of war")
    return {"term": "act of war", "change": change, "sentence": SENTENCE, "marks": [[start, start + 10]]}


def arrival(*changes: str) -> Arrival:
    return Arrival(
        "id",
        {
            "watchlist": "act-of-war",
            "severity": "critical",
            "changes": list(changes),
            "article": {"url": "http://x.test/news/a-story"},
            "revision": {"to": 2},
            "hits": [hit(change) for change in changes for _ in range(3)],
        },
    )


def test_an_alert_shows_its_words_once_for_each_change() -> None:
    screen, paper = written(width=400)
    screen.alerted(arrival("appeared", "disappeared"))
    said = paper.getvalue()
    assert "ALERT act-of-war appeared, disappeared in a-story ✓ signed" in said
    assert said.count("“an act of war”") == 2
    assert "…" in said  # the sentence is too long to be shown whole


def test_what_comes_from_a_page_is_no_markup() -> None:
    screen, paper = written()
    article = Article(
        id="a",
        url="http://x.test/[bold]",
        source="s",
        content=Content(title="[red]T[/red]"),
        sha256="",
        discovered_at=NOW,
        changed_at=NOW,
    )
    screen.revised(article, "Headline changed: [red]T[/red].", 1)
    assert "revision 1 of [bold]: Headline changed: [red]T[/red]. (revision 1 again)" in paper.getvalue()


def test_the_table_names_every_difference() -> None:
    screen, paper = written()
    record = Record()
    verdict = judge(STORIES, lambda story: story.path, record, [], 1)
    screen.ended(verdict, record, STORIES, lambda story: story.path)
    said = paper.getvalue()
    assert said.count("✗ ") >= len(verdict.differences) > len(STORIES)
    assert "never read" in said
    assert "Exactly what was expected" not in said
