"""A trial: an alert that is real in every field but marked as a test, by which somebody tries a channel. It is about nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from monitor.core.events import NotificationFormed, entity_id
from monitor.core.policy.alerts import SCHEMA
from monitor.core.policy.envelope import sealed, stamp

SENTENCE = "Monitor sent this to try the channel."


def trial(channel: str, at: datetime, *, lives_with: str, ruleset: str) -> NotificationFormed:
    """The message of a trial; each moment makes one of its own. It lives where the entity `lives_with` does."""
    alert = entity_id("alert", "trial", channel, at.isoformat())
    return NotificationFormed(
        at=at,
        notification=entity_id("msg", alert, channel),
        channel=channel,
        alerts=(),
        article=lives_with,
        body=sealed("alert.raised", at, _data(alert, channel, at, ruleset)),
        kind="test",
    )


def _data(alert: str, channel: str, at: datetime, ruleset: str) -> dict[str, Any]:
    url = "https://monitor.example/test"
    hit = {
        "term": "try", "entity": None, "change": "appeared", "zone": "body", "speaker": None, "block": 0,
        "sentence": SENTENCE, "marks": [[SENTENCE.index("try"), SENTENCE.index("try") + 3]],
    }  # fmt: skip
    article = {
        "id": entity_id("article", "trial"), "url": url, "feed": "test", "headline": "A test of Monitor", "lang": "en",
        "published_claimed": None, "updated_claimed": None,
    }  # fmt: skip
    revision = {"from": None, "to": 1, "significance": None, "update_declared": None, "access": "full"}
    return {
        "id": alert,
        "schema": SCHEMA,
        "test": True,
        "confidence": None,
        "supersedes": None,
        "ruleset": ruleset,
        "summary": f"A test of the channel {channel}",
        "watchlist": "test",
        "severity": "info",
        "changes": ["appeared"],
        "how": "new",
        "backlog": False,
        "article": article,
        "revision": revision,
        "seen": {"last_before": None, "first_after": stamp(at)},
        "hits": [hit],
        "edits": [],
        "copies": None,
        "evidence": {"before": None, "after": None, "event": None},
        "links": {},
        "cut": [],
    }
