"""The gating, on a fake log: a Monitor made of ten lines that sees each page perfectly, or not at all."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import pytest

from monitor.core.article import Article, wording
from monitor.core.content import Block, Content
from monitor.core.events import (
    Absence,
    AnyEvent,
    ArticleDiscovered,
    ArticleGone,
    ArticleRevised,
    Evidence,
    FeedBaselined,
)
from monitor.core.revision.align import align
from monitor.demo.record import Record, shows
from monitor.demo.script import Script
from monitor.demo.stories import OUTLETS, STORIES
from monitor.demo.story import Scene, Story
from monitor.demo.verdict import Alert, Arrival, Verdict, expected, judge

NOW = datetime(2015, 11, 15, 22, 11, tzinfo=UTC)


def url_of(story: Story) -> str:
    return f"http://{story.outlet.id}.test{story.path}"


def content_of(scene: Scene) -> Content:
    return Content(
        title=scene.title, blocks=tuple(Block("paragraph", text) for text in ("Share this", *scene.paragraphs))
    )


def evidence() -> Evidence:
    return Evidence(fetched_at=NOW, url="", status=200, raw_sha256="", extractor="fake")


def discovered(story: Story, scene: Scene) -> ArticleDiscovered:
    content = content_of(scene)
    return ArticleDiscovered(
        at=NOW,
        article=f"article_{story.slug}",
        url=url_of(story),
        source=story.outlet.id,
        tags=(),
        aliases=(),
        backlog=story.backlog,
        content=content,
        sha256=content.digest(),
        access="full",
        evidence=evidence(),
    )


def revised(article: Article, scene: Scene) -> ArticleRevised:
    new = content_of(scene)
    return ArticleRevised(
        at=NOW,
        article=article.id,
        revision=article.revision + 1,
        before_sha256=article.sha256,
        sha256=new.digest(),
        operations=align(article.content.blocks, new.blocks),
        fields={} if new.title == article.content.title else {"title": new.title},
        edits=(),
        summary="Edited.",
        last_seen_before=NOW,
        access="full",
        evidence=evidence(),
    )


def gone(article: Article) -> ArticleGone:
    return ArticleGone(
        at=NOW, article=article.id, revision=article.revision, last_present=NOW, absent=(Absence(NOW, 404, "http_404"),)
    )


@dataclass
class FakeMonitor:
    """Looks at what the newsroom shows, and records it."""

    record: Record = field(default_factory=Record)
    on_show: dict[str, tuple[Story, Scene]] = field(default_factory=dict)
    moves: list[tuple[str, Scene]] = field(default_factory=list)

    def look(self, story: Story) -> None:
        _, scene = self.on_show[story.slug]
        if event := self._event(story, scene):
            self.record.learn(event)

    def _event(self, story: Story, scene: Scene) -> AnyEvent | None:
        article = self.record.at(url_of(story))
        if article is None:
            return discovered(story, scene)
        if scene.page == "missing":
            return gone(article) if article.status == "live" else None
        changed = scene.page == "article" and wording(content_of(scene)) != wording(article.content)
        return revised(article, scene) if changed else None

    def caught_up(self, story: Story, scene: Scene) -> bool:
        return shows(self.record.at(url_of(story)), story, scene)

    def take(self, step: tuple[Story, Scene] | None) -> bool:
        if step is None:
            return False
        story, scene = step
        before = self.on_show.get(story.slug)
        assert before is None or self.caught_up(*before), "moved on before the log showed the scene"
        assert before is None or story.scenes.index(scene) == story.scenes.index(before[1]) + 1
        self.on_show[story.slug] = step
        self.moves.append((story.slug, scene))
        return True


def performed(seed: int) -> FakeMonitor:
    """The whole script, with looks at random moments."""
    chance, monitor = random.Random(seed), FakeMonitor()
    script = Script(STORIES, monitor.caught_up)
    while not script.finished:
        monitor.take(script.move())
        for story, _ in chance.sample(list(monitor.on_show.values()), k=min(2, len(monitor.on_show))):
            monitor.look(story)
    for outlet in OUTLETS:
        monitor.record.learn(FeedBaselined(at=NOW, feed=outlet.id, url="", title="", entries=1, backlog=0))
    return monitor


@pytest.mark.parametrize("seed", range(5))
def test_no_story_moves_before_the_log_shows_it_and_all_come_to_their_end(seed: int) -> None:
    monitor = performed(seed)
    assert len(monitor.moves) == sum(len(story.scenes) for story in STORIES)
    assert {slug for slug, _ in monitor.moves} == {story.slug for story in STORIES}


def test_nothing_moves_while_monitor_sees_nothing() -> None:
    monitor = FakeMonitor()
    script = Script(STORIES, monitor.caught_up)
    while monitor.take(script.move()):
        pass
    assert {slug for slug, _ in monitor.moves} == {story.slug for story in STORIES if story.after is None}
    assert all(scene == story.scenes[0] for story, scene in monitor.on_show.values())
    assert len(script.waiting()) == len(STORIES)


def test_a_story_that_follows_another_waits_for_it() -> None:
    slugs = [slug for slug, _ in performed(1).moves]
    for story in STORIES:
        if story.after:
            assert slugs.index(story.after) < slugs.index(story.slug)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_each_wording_is_told_from_every_other(story: Story) -> None:
    texts = {(scene.title, scene.paragraphs): scene for scene in story.scenes if scene.page == "article"}
    for words, scene in texts.items():
        record = Record()
        record.learn(discovered(story, scene))
        for other_words, other in texts.items():
            assert shows(record.at(url_of(story)), story, other) == (words == other_words)


def test_an_unread_story_shows_nothing() -> None:
    assert not shows(None, STORIES[0], STORIES[0].scenes[0])


# --- the verdict -----------------------------------------------------------------------------------------------------


def arrival(alert: Alert, *, identity: str | None = None) -> Arrival:
    data = {
        "watchlist": alert.watchlist,
        "changes": list(reversed(alert.changes)),
        "severity": "info",
        "article": {"url": alert.url},
        "revision": {"from": None, "to": alert.revision},
        "hits": [{"term": "Raqqa", "change": "appeared", "sentence": "Raqqa.", "marks": [[0, 5]], "zone": "body"}],
    }
    return Arrival(identity or str(alert), data)


def perfect() -> tuple[FakeMonitor, list[Arrival]]:
    return performed(0), [arrival(alert) for alert in expected(STORIES, url_of)]


def judged(monitor: FakeMonitor, arrivals: list[Arrival], *, refused: int = 0) -> Verdict:
    return judge(STORIES, url_of, monitor.record, arrivals, len(arrivals) + refused)


def test_the_expected_has_no_differences_and_one_document() -> None:
    monitor, arrivals = perfect()
    verdict = judged(monitor, arrivals)
    assert verdict.differences == ()
    assert verdict.document == {
        "feeds": 4,
        "articles": len(STORIES),
        "revisions": sum(max(revision for revision, _ in story.revisions()) - 1 for story in STORIES),
        "alerts": verdict.document["alerts"],
        "deliveries": {"attempts": len(arrivals), "verified": len(arrivals), "distinct_ids": len(arrivals)},
        "duplicates": 0,
    }
    assert len(verdict.document["alerts"]) == len(arrivals)
    assert verdict.document["alerts"][0]["hits"] == [{"term": "Raqqa", "change": "appeared", "sentence": "Raqqa."}]


def test_a_delivery_repeated_under_its_id_is_no_duplicate() -> None:
    monitor, arrivals = perfect()
    verdict = judged(monitor, [*arrivals, arrivals[3]])
    assert verdict.differences == ()
    assert verdict.document["deliveries"] == {
        "attempts": len(arrivals) + 1,
        "verified": len(arrivals) + 1,
        "distinct_ids": len(arrivals),
    }


def test_every_kind_of_fault_in_the_alerts_is_named() -> None:
    monitor, arrivals = perfect()
    lost, kept = arrivals[0], arrivals[1:]
    stranger = Alert("raqqa", ("appeared",), url_of(STORIES[0]), 9)
    again = arrival(kept[0].alert, identity="another id")
    verdict = judged(monitor, [*kept, arrival(stranger), again], refused=1)
    assert verdict.missing == (lost.alert,)
    assert verdict.false == (stranger,)
    assert verdict.document["duplicates"] == 1
    assert set(verdict.differences) == {
        f"missing: {lost.alert}",
        f"not expected: {stranger}",
        "1 alerts came again under another id",
        "1 messages did not verify",
    }


def test_every_kind_of_fault_in_the_stories_is_named() -> None:
    monitor, arrivals = perfect()
    vigil = next(story for story in STORIES if story.slug == "harbour-vigil")
    article = monitor.record.at(url_of(vigil))
    assert article
    monitor.record.learn(revised(article, vigil.scenes[0].then("", title="Counters turned")))
    missing = monitor.record.articles.pop("article_versailles")
    monitor.record.articles["article_x"] = msgspec.structs.replace(
        missing, id="article_x", url="http://elsewhere.test/"
    )
    monitor.record.feeds.discard("castellan")
    monitor.record.restored.add(url_of(STORIES[0]))
    assert judged(monitor, arrivals).differences == (
        f"called restored, though it never came back: {url_of(STORIES[0])}",
        "never read: http://courier.test/news/versailles",
        f"2 revisions instead of 1: {url_of(vigil)}: ['Edited.']",
        f"not known in its last wording: {url_of(vigil)}",
        "never baselined: feed castellan",
        "read, though no story: http://elsewhere.test/",
    )


def test_a_page_called_gone_behind_a_challenge_is_named() -> None:
    monitor, arrivals = perfect()
    carrier = next(story for story in STORIES if story.slug == "charles-de-gaulle")
    article = monitor.record.at(url_of(carrier))
    assert article
    monitor.record.learn(gone(article))
    assert judged(monitor, arrivals).differences == (f"called gone: {url_of(carrier)}",)
