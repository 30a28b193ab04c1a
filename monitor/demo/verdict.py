"""What was expected, against what happened: the alerts by name, and every story's revisions. Pure; prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.demo.record import Record, shows
from monitor.demo.story import Story


@dataclass(frozen=True, slots=True, order=True)
class Alert:
    """One alert, by what makes it this alert. `changes` are sorted."""

    watchlist: str
    changes: tuple[str, ...]
    url: str
    revision: int

    def __str__(self) -> str:
        return f"{self.watchlist} {'+'.join(self.changes)} at revision {self.revision} of {self.url}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that reached the receiver, and whose signature held: its `webhook-id`, and what it says."""

    id: str
    data: dict[str, Any]

    @property
    def alert(self) -> Alert:
        """What it is about."""
        return Alert(
            watchlist=self.data["watchlist"],
            changes=tuple(sorted(self.data["changes"])),
            url=self.data["article"]["url"],
            revision=self.data["revision"]["to"],
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the demo went. `differences` is empty where exactly the expected happened."""

    document: dict[str, Any]
    differences: tuple[str, ...]
    arrivals: tuple[Arrival, ...]
    missing: tuple[Alert, ...]
    false: tuple[Alert, ...]


def expected(stories: Sequence[Story], url: Callable[[Story], str]) -> list[Alert]:
    """The alerts that were written down beforehand."""
    return [
        Alert(watchlist, tuple(sorted(changes)), url(story), revision)
        for story in stories
        for revision, scene in story.revisions()
        for watchlist, changes in scene.alerts.items()
    ]


def judge(
    stories: Sequence[Story], url: Callable[[Story], str], record: Record, arrivals: Sequence[Arrival], attempts: int
) -> Verdict:
    """Compare. Every difference is named; a message that was delivered again under its own id is none.

    `arrivals` are the verified messages, repeats included, in the order they came; `attempts` counts all requests.
    """
    first = tuple({arrival.id: arrival for arrival in reversed(arrivals)}.values())[::-1]
    awaited, came = Counter(expected(stories, url)), Counter({arrival.alert for arrival in first})
    missing, false = tuple(sorted(awaited - came)), tuple(sorted(came - awaited))
    duplicates = len(first) - len(came)
    differences = [
        *(f"missing: {alert}" for alert in missing),
        *(f"not expected: {alert}" for alert in false),
        *([f"{duplicates} alerts came again under another id"] if duplicates else []),
        *([f"{bad} messages did not verify"] if (bad := attempts - len(arrivals)) else []),
        *(difference for story in stories for difference in _of_story(story, url(story), record)),
        *_of_feeds(stories, record),
        *_of_strangers(stories, url, record),
    ]
    return Verdict(
        _document(record, first, len(arrivals), attempts, duplicates), tuple(differences), first, missing, false
    )


def _of_story(story: Story, url: str, record: Record) -> list[str]:
    article = record.at(url)
    if article is None:
        return [f"never read: {url}"]
    awaited, scene = list(story.revisions())[-1]
    found = []
    if article.revision != awaited:
        found.append(f"{article.revision} revisions instead of {awaited}: {url}: {record.summaries.get(url, [])}")
    if article.backlog != story.backlog:
        found.append(f"{'not ' if story.backlog else ''}taken for backlog: {url}")
    if url in record.restored:
        found.append(f"called restored, though it never came back: {url}")
    if (article.status == "gone") != (scene.page == "missing"):
        found.append(f"{'called' if article.status == 'gone' else 'not called'} gone: {url}")
    elif not shows(article, story, scene):
        found.append(f"not known in its last wording: {url}")
    return found


def _of_feeds(stories: Sequence[Story], record: Record) -> list[str]:
    outlets = {story.outlet.id for story in stories}
    return [f"never baselined: feed {outlet}" for outlet in sorted(outlets - record.feeds)]


def _of_strangers(stories: Sequence[Story], url: Callable[[Story], str], record: Record) -> list[str]:
    known = {url(story) for story in stories}
    return [f"read, though no story: {article.url}" for article in record.articles.values() if article.url not in known]


def _document(
    record: Record, first: Sequence[Arrival], verified: int, attempts: int, duplicates: int
) -> dict[str, Any]:
    return {
        "feeds": len(record.feeds),
        "articles": len(record.articles),
        "revisions": sum(map(len, record.summaries.values())),
        "alerts": [_alert(arrival.data) for arrival in first],
        "deliveries": {
            "attempts": attempts,
            "verified": verified,
            "distinct_ids": len(first),
        },
        "duplicates": duplicates,
    }


def _alert(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "watchlist": data["watchlist"],
        "changes": data["changes"],
        "url": data["article"]["url"],
        "revision": data["revision"]["to"],
        "hits": [{name: hit[name] for name in ("term", "change", "sentence")} for hit in data["hits"]],
    }
