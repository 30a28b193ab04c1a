"""Asks a feed for what it holds, or whether that has changed, and tries validators that are in doubt, a page's too. It reads nothing and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog

from monitor.core import conduct
from monitor.core.conduct import Step, asks_with_validators
from monitor.core.feed import Feed, FeedLooks, news
from monitor.core.http import retry_after
from monitor.errors import OutsideError, Transient
from monitor.ports import Net, Response
from monitor.stages.sources import validators

logger = structlog.get_logger()


async def asked(net: Net, feed: Feed, looks: FeedLooks, at: datetime) -> tuple[Response, bool]:
    """The feed's answer, 200 or 304, and whether validators were sent. Raises Transient for any other, as for a 304 that nobody asked for."""
    sent = validators(looks.etag, looks.last_modified) if asks_with_validators(feed, looks, at) else {}
    response = await net.get(feed.url, headers=sent)
    if response.status == 200 or (response.status == 304 and sent):
        return response, bool(sent)
    pause = retry_after(response.headers.get("retry-after"), at)
    raise Transient(f"http_{response.status}", "", status=response.status, retry_after=pause)


async def tried(
    net: Net,
    feed: Feed,
    looks: FeedLooks,
    before: FeedLooks,
    seen: Mapping[str, str],
    at: datetime,
    *,
    with_validators: bool,
) -> Step:
    """Find out whether the validators of `before` would have hidden what a look has brought, which has seen these entries."""
    changed = len(news(before, seen)) if before.known else 0
    if not changed:
        return feed, looks, ()
    hides = False if with_validators else await would_hide(net, feed.url, before.etag, before.last_modified)
    if hides is None:
        return feed, looks, ()
    if hides:
        logger.warning("feed lies: a 304 would have hidden a change", feed=feed.id, entries=changed)
    return conduct.tried(feed, looks, at, hidden=changed if hides else 0, before=before.trust)


async def would_hide(net: Net, url: str, etag: str, last_modified: str) -> bool | None:
    """Whether the answer is 304 to validators from before a change; None where there are none, or the answer says neither."""
    sent = validators(etag, last_modified)
    if not sent:
        return None
    try:
        response = await net.get(url, headers=sent)
    except OutsideError as error:
        logger.info("validators not tried", url=url, reason=error.reason)
        return None
    return response.status == 304 if response.status in {200, 304} else None
