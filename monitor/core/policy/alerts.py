"""Alerts: a verdict about a revision becomes one `alert.raised`, with the payload of docs/webhooks.md. It tells nobody.

The alert's id is computed from (article, revision, watchlist), so that deciding twice makes one alert.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from monitor.core.article import Article
from monitor.core.events import (
    AlertRaised,
    ArticleDiscovered,
    ArticleEvent,
    ArticleGone,
    ArticleRestored,
    ArticleRevised,
    Edit,
    Measure,
    entity_id,
)
from monitor.core.policy.summary import summarise
from monitor.core.watch.rules import Hit, Verdict, Watchlist

SCHEMA = 1
MAX_EDITS = 100
MAX_ABSENCES = 20
MAX_SPEAKER = 200  # code points
MAX_TEXT = 2000  # code points of one edit's text, of a headline


def raise_alert(
    verdict: Verdict,
    *,
    event: ArticleEvent,
    before: Article | None,
    after: Article,
    watchlist: Watchlist,
    ruleset: str,
    public_url: str | None,
    backlog: bool,
    event_id: str | None = None,
    template: str = "",
) -> AlertRaised:
    """The alert of a verdict on `event`, which led from the article `before` (None: it is new) to `after`.

    `ruleset` is the Rulebook's digest; `public_url` None leaves all links out; `event_id` is the event's id in the log;
    `template` names the change of the site's template that made the edit, where one did.
    """
    alert = alert_id(event, after.revision, watchlist.id)
    cut = _cuts(verdict, event, after)
    data: dict[str, Any] = {
        "id": alert,
        "schema": SCHEMA,
        "test": False,
        "confidence": event.confidence if isinstance(event, ArticleRevised) else "confirmed",
        "supersedes": None,
        "ruleset": ruleset,
        "summary": summarise(verdict, after.source),
        "watchlist": watchlist.id,
        "severity": watchlist.severity,
        "changes": list(verdict.changes),
        "how": verdict.how,
        "backlog": backlog,
        "article": _article(after),
        "revision": _revision(event, before, after),
        "seen": _seen(event),
        "hits": [_hit(hit) for hit in verdict.hits],
        "edits": [_edit(edit) for edit in _edits(event)[:MAX_EDITS]],
        "copies": None,
        "evidence": _evidence(event, event_id, before, after),
        "links": _links(public_url, alert, event, before, after),
        "cut": cut,
    }
    return AlertRaised(
        at=event.at,
        alert=alert,
        article=after.id,
        revision=after.revision,
        watchlist=watchlist.id,
        severity=watchlist.severity,
        changes=verdict.changes,
        notify=watchlist.notify,
        backlog=backlog,
        data=data,
        template=template,
    )


def alert_id(event: ArticleEvent, revision: int, watchlist: str) -> str:
    """The computed id. An article may go and come back several times at one revision: there the moment counts too."""
    match event:
        case ArticleGone(at=at):
            moment = f"{revision} gone {_stamp(at)}"
        case ArticleRestored(at=at):
            moment = f"{revision} restored {_stamp(at)}"
        case _:
            moment = str(revision)
    return entity_id("alert", event.article, moment, watchlist)


def _article(article: Article) -> dict[str, Any]:
    content = article.content
    return {
        "id": article.id,
        "url": article.url,
        "feed": article.source,
        "headline": content.title[:MAX_TEXT],
        "lang": content.lang or None,
        "published_claimed": _stamp(content.published),
        "updated_claimed": _stamp(content.modified),
    }


def _revision(event: ArticleEvent, before: Article | None, after: Article) -> dict[str, Any]:
    return {
        "from": before.revision if before else None,
        "to": after.revision,
        "significance": event.significance if isinstance(event, ArticleRevised) else None,
        "update_declared": event.update_declared if isinstance(event, ArticleRevised) else None,
        "access": event.access if isinstance(event, ArticleDiscovered | ArticleRevised) else after.access,
    }


def _seen(event: ArticleEvent) -> dict[str, Any]:
    """Both bounds of when it happened: the last look without it, the first look with it."""
    match event:
        case ArticleDiscovered(at=at):
            return {"last_before": None, "first_after": _stamp(at)}
        case ArticleRevised(at=at, last_seen_before=last):
            return {"last_before": _stamp(last), "first_after": _stamp(at)}
        case ArticleGone(last_present=last, absent=absent):
            looks = [{"at": _stamp(look.at), "status": look.status} for look in absent[-MAX_ABSENCES:]]
            return {"last_present": _stamp(last), "absent": looks}
        case ArticleRestored(at=at, gone_since=since):
            return {"gone_since": _stamp(since), "first_after": _stamp(at)}


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "term": hit.term,
        "entity": hit.entity,
        "change": hit.change,
        "zone": hit.zone,
        "speaker": hit.speaker[:MAX_SPEAKER] if hit.speaker else None,
        "block": hit.block,
        "sentence": hit.sentence,
        "marks": [list(mark) for mark in hit.marks],
    }


def _edits(event: ArticleEvent) -> Sequence[Edit]:
    return event.edits if isinstance(event, ArticleRevised) else ()


def _edit(edit: Edit) -> dict[str, Any]:
    told = bool(edit.sentence_before or edit.sentence_after)
    return {
        "kind": edit.kind,
        "unit": edit.unit or edit.noun or None,
        "said_by": edit.speaker or None,
        "from": _state(edit.before, edit.figure_before),
        "to": _state(edit.after, edit.figure_after),
        "zone": edit.zone,
        "block": edit.block,
        "sentence": {"from": _text(edit.sentence_before), "to": _text(edit.sentence_after)} if told else None,
    }


def _state(text: str, figure: Measure | None) -> dict[str, Any] | None:
    if not text:
        return None
    state = {
        "value": figure.value if figure else None,
        "text": text[:MAX_TEXT],
        "bound": figure.bound if figure else None,
    }
    return {**state, "upper": figure.upper} if figure and figure.upper is not None else state


def _text(text: str) -> str | None:
    return text[:MAX_TEXT] or None


def _evidence(event: ArticleEvent, event_id: str | None, before: Article | None, after: Article) -> dict[str, Any]:
    gone = isinstance(event, ArticleGone)
    return {
        "before": f"sha256:{before.sha256}" if before else None,
        "after": None if gone else f"sha256:{after.sha256}",
        "event": event_id,
    }


def _links(
    public_url: str | None, alert: str, event: ArticleEvent, before: Article | None, after: Article
) -> dict[str, str]:
    if not public_url:
        return {}
    root, article = public_url.rstrip("/"), quote(after.id, safe="")
    links = {
        "article": f"{root}/articles/{article}",
        "why": f"{root}/why/{quote(alert, safe='')}",
        "silence": f"{root}/silences/new?alert={quote(alert, safe='')}",
    }
    if before and isinstance(event, ArticleRevised):
        links["diff"] = f"{root}/articles/{article}/diff/{before.revision}/{after.revision}"
    return links


def _cuts(verdict: Verdict, event: ArticleEvent, after: Article) -> list[str]:
    """What is left out of the payload from the start, because nobody would read so much."""
    edits = _edits(event)
    texts = (
        text
        for edit in edits[:MAX_EDITS]
        for text in (edit.before, edit.after, edit.sentence_before, edit.sentence_after)
    )
    too_long = any(len(text) > MAX_TEXT for text in texts)
    cuts = {
        "article.headline": len(after.content.title) > MAX_TEXT,
        "edits": len(edits) > MAX_EDITS,
        "edits.text": too_long,
        "hits": verdict.omitted > 0,
        "seen.absent": isinstance(event, ArticleGone) and len(event.absent) > MAX_ABSENCES,
    }
    return [name for name, applies in cuts.items() if applies]


def _stamp(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the second; None stays None."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
