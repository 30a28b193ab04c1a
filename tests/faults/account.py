"""Reads the log beside the daemon and says what is owed: articles not yet as published, alerts missing or told twice, deliveries forgotten."""

from __future__ import annotations

from collections import Counter, defaultdict

from truth import PHRASE, World

from monitor.core import article
from monitor.core.events import (
    AlertRaised,
    ArticleDiscovered,
    ArticleGone,
    ArticleRestored,
    ArticleRevised,
    DeliveryDied,
    DeliveryFailed,
    DeliverySucceeded,
    NotificationFormed,
    Recorded,
)
from monitor.store import RedisLog

RETRY_SOON = 30.0  # seconds; a delivery that waits longer for its next attempt is scheduled, not forgotten


class Account:
    """What the log has said so far."""

    def __init__(self) -> None:
        self._after: dict[int, str] = {}
        self.events: dict[tuple[int, str], Recorded] = {}
        self.articles: dict[str, article.Article] = {}
        self.flips: Counter[tuple[str, int]] = Counter()  # (article, revision) at which the phrase came or went
        self.alerts: Counter[tuple[str, int]] = Counter()
        self.alert_ids: Counter[str] = Counter()
        self.messages: dict[str, tuple[str, ...]] = {}  # id → its alerts
        self.ended: dict[str, str] = {}
        self.waiting: dict[str, float] = {}

    async def read_on(self, log: RedisLog) -> None:
        """Take note of what is new."""
        for partition in range(log.partitions):
            async for recorded in log.read(partition, self._after.get(partition, "0-0")):
                self._after[partition] = recorded.position
                self.events[partition, recorded.position] = recorded
                self._note(recorded)

    def _note(self, recorded: Recorded) -> None:
        match recorded.event:
            case ArticleDiscovered() | ArticleRevised() | ArticleGone() | ArticleRestored() as event:
                before = self.articles.get(recorded.entity)
                after = self.articles[recorded.entity] = article.fold(before, event)
                if says(before) != says(after):
                    self.flips[recorded.entity, after.revision] += 1
            case AlertRaised() as event:
                self.alerts[event.article, event.revision] += 1
                self.alert_ids[event.alert] += 1
            case NotificationFormed() as event:
                self.messages[event.notification] = event.alerts
            case DeliverySucceeded() | DeliveryDied() as event:
                self.ended[event.notification] = type(event).__name__
            case DeliveryFailed() as event:
                self.waiting[event.notification] = event.retry_in

    def open(self, world: World) -> list[str]:
        """What is yet to come; nothing, once all that was published has been dealt with."""
        by_url = {state.url: state for state in self.articles.values()}
        unread = [
            f"{world.address(story)} is not recorded as it stands"
            for story in world.newsroom.stories
            if texts(by_url.get(world.address(story))) != story.paragraphs
        ]
        unsaid = [f"no alert for {flip}" for flip in self.flips if not self.alerts[flip]]
        told = {alert for alerts in self.messages.values() for alert in alerts}
        untold = [f"no message for {alert}" for alert in self.alert_ids if alert not in told]
        forgotten = [
            f"the message {message} has not ended"
            for message in self.messages
            if message not in self.ended and self.waiting.get(message, 0.0) < RETRY_SOON
        ]
        return unread + unsaid + untold + forgotten

    def wrong(self, world: World) -> list[str]:
        """What must never be, at any time."""
        found = [f"{flip} has {count} alerts" for flip, count in self.alerts.items() if count != self.flips[flip]]
        found += [
            f"the alert id {alert} stands there {count} times" for alert, count in self.alert_ids.items() if count > 1
        ]
        alerts: dict[str, list[str]] = defaultdict(list)
        for message, members in self.messages.items():
            for alert in members:
                alerts[alert].append(message)
        found += [f"{alert} was told of in {messages}" for alert, messages in alerts.items() if len(messages) > 1]
        for message, bodies in world.arrivals.items():
            if message not in self.messages:
                found.append(f"the message {message} arrived and is not in the log")
            if len(set(bodies)) > 1:
                found.append(f"the message {message} arrived with {len(set(bodies))} bodies")
        found += [
            f"the message {message} is said to be delivered and never arrived"
            for message, how in self.ended.items()
            if how == "DeliverySucceeded" and message not in world.arrivals
        ]
        return found


def says(state: article.Article | None) -> bool:
    """Whether an article holds the phrase."""
    return state is not None and any(PHRASE in block.text for block in state.content.blocks)


def texts(state: article.Article | None) -> list[str] | None:
    """An article's paragraphs."""
    return None if state is None else [block.text for block in state.content.blocks if block.kind == "paragraph"]
