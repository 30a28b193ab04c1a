"""What the log says of the newsroom's stories, folded from its events. Pure; reads nothing by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from monitor.core import article as core
from monitor.core.article import Article
from monitor.core.events import (
    AlertSuppressed,
    AnyEvent,
    ArticleFact,
    ArticleRestored,
    ArticleRevised,
    FeedBaselined,
)
from monitor.demo.story import Scene, Story


@dataclass(slots=True)
class Record:
    """The log as far as it was read: feeds that were baselined, articles by id, summaries of their revisions by URL."""

    feeds: set[str] = field(default_factory=set)
    articles: dict[str, Article] = field(default_factory=dict)
    summaries: dict[str, list[str]] = field(default_factory=dict)
    restored: set[str] = field(default_factory=set)
    suppressed: Counter[str] = field(default_factory=Counter)

    def learn(self, event: AnyEvent) -> None:
        """Take in the next event of the log. Raises Corrupt where it does not follow those before."""
        match event:
            case FeedBaselined():
                self.feeds.add(event.feed)
            case AlertSuppressed():
                self.suppressed[event.reason] += 1
            case _ if isinstance(event, ArticleFact):
                article = core.fold(self.articles.get(event.article), event)
                self.articles[event.article] = article
                self._note(article.url, event)

    def _note(self, url: str, event: AnyEvent) -> None:
        if isinstance(event, ArticleRevised):
            self.summaries.setdefault(url, []).append(event.summary)
        if isinstance(event, ArticleRestored) and event.was == "gone":
            self.restored.add(url)

    def at(self, url: str) -> Article | None:
        """The article that stands at an address."""
        return next((article for article in self.articles.values() if article.url == url), None)


def shows(article: Article | None, story: Story, scene: Scene) -> bool:
    """Whether the log has caught up with a scene.

    A withdrawn story must be gone. A story behind a challenge page must stand as it stood. Otherwise the title and all
    paragraphs of the scene must be there in their order, and none of the story's other paragraphs.
    """
    if article is None:
        return False
    if scene.page == "missing":
        return article.status == "gone"
    known = {_plain(paragraph) for other in story.scenes for paragraph in other.paragraphs}
    said = [text for block in article.content.blocks if (text := _plain(block.text)) in known]
    return (
        article.status != "gone"
        and _plain(article.content.title) == _plain(scene.title)
        and said == [_plain(paragraph) for paragraph in scene.paragraphs]
    )


def _plain(text: str) -> str:
    return " ".join(text.split())
