"""The firehose: every article event as a message, for receivers that want all of it. It judges nothing and knows no watchlist."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from monitor.core.article import Article
from monitor.core.content import Content
from monitor.core.events import (
    ArticleDiscovered,
    ArticleEvent,
    ArticleGone,
    ArticleRestored,
    ArticleRevised,
    Edit,
    NotificationFormed,
    Recorded,
    entity_id,
    type_of,
)
from monitor.core.policy.envelope import MAX_BODY, sealed, stamp
from monitor.core.policy.summary import one_line

SCHEMA = 1
MAX_EDITS = 100
MAX_ABSENCES = 20
MAX_EDIT = 2_000  # code points of one edit's text
MAX_LINE = 300  # code points of the summary
TEXT_BYTES = MAX_BODY * 3 // 5  # of JSON; the rest is for what else there is to say


def firehose_message(recorded: Recorded, event: ArticleEvent, after: Article, channel: str) -> NotificationFormed:
    """The message that tells one channel of one article event; `after` is the article after it."""
    kind = type_of(event)
    return NotificationFormed(
        at=event.at,
        notification=entity_id("msg", recorded.id, channel),
        channel=channel,
        alerts=(),
        article=event.article,
        body=sealed(kind, event.at, _data(recorded.id, kind, event, after)),
        kind="firehose",
    )


def _data(event_id: str, kind: str, event: ArticleEvent, after: Article) -> dict[str, Any]:
    said = kind.partition(".")[2]
    content = after.content
    return {
        "id": event_id,
        "schema": SCHEMA,
        "test": False,
        "summary": f"{one_line(after.source)}: {said}, {one_line(content.title)}"[:MAX_LINE],
        "article": {
            "id": after.id,
            "url": after.url,
            "feed": after.source,
            "tags": list(after.tags),
            "headline": content.title[:MAX_EDIT],
            "lang": content.lang or None,
            "published_claimed": _known(content.published),
            "updated_claimed": _known(content.modified),
        },
        "revision": after.revision,
        **_more(event, content),
    }


def _more(event: ArticleEvent, content: Content) -> dict[str, Any]:
    match event:
        case ArticleDiscovered():
            text, cut = _text(content)
            evidence = {"before": None, "after": f"sha256:{event.sha256}"}
            return {"access": event.access, "backlog": event.backlog, "evidence": evidence, "text": text, "cut": cut}
        case ArticleRevised():
            return {
                "access": event.access,
                "evidence": {"before": f"sha256:{event.before_sha256}", "after": f"sha256:{event.sha256}"},
                "changed": event.summary,
                "reverted_to": event.reverted_to,
                "last_seen_before": stamp(event.last_seen_before),
                "edits": [_edit(edit) for edit in event.edits[:MAX_EDITS]],
                "cut": ["edits"] if len(event.edits) > MAX_EDITS else [],
            }
        case ArticleGone():
            looks = [{"at": stamp(look.at), "status": look.status} for look in event.absent[-MAX_ABSENCES:]]
            return {"last_present": stamp(event.last_present), "absent": looks, "cut": []}
        case ArticleRestored():
            return {"gone_since": stamp(event.gone_since), "cut": []}


def _text(content: Content) -> tuple[str, list[str]]:
    """The article's paragraphs, as many characters as fit."""
    text = "\n\n".join(block.text for block in content.blocks)[:TEXT_BYTES]
    whole = len(text) == sum(len(block.text) + 2 for block in content.blocks) - 2 or not content.blocks
    while (excess := len(msgspec.json.encode(text)) - TEXT_BYTES) > 0:
        text, whole = text[: len(text) - max(1, excess // 6)], False  # a character is at most six bytes of JSON
    return text, [] if whole else ["text"]


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "kind": edit.kind,
        "zone": edit.zone,
        "block": edit.block,
        "from": edit.before[:MAX_EDIT] or None,
        "to": edit.after[:MAX_EDIT] or None,
    }


def _known(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None
