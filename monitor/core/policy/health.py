"""What is told of Monitor's own health: feeds that fail and recover, channels that are left alone or disabled. It decides none of it.

Each message is made of one event and nothing else but the configuration, so that making it twice makes the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.core.events import (
    ChannelDisabled,
    ChannelEnabled,
    ChannelFailing,
    ChannelRecovered,
    FeedFailing,
    FeedGone,
    FeedRecovered,
    FeedStale,
    MonitorBlind,
    MonitorSighted,
    NotificationFormed,
    Recorded,
    entity_id,
    type_of,
)
from monitor.core.policy.envelope import sealed, stamp
from monitor.core.policy.summary import lasting, one_line

SCHEMA = 1
MAX_DETAIL = 500  # code points of what a server said

ChannelNews = ChannelFailing | ChannelRecovered | ChannelDisabled | ChannelEnabled
HealthEvent = MonitorBlind | MonitorSighted | FeedFailing | FeedGone | FeedStale | FeedRecovered | ChannelNews


def health_messages(
    recorded: Recorded,
    event: HealthEvent,
    *,
    told: Iterable[str],
    fallbacks: Mapping[str, str],
    watchers: Mapping[str, Sequence[str]],
) -> list[NotificationFormed]:
    """The messages of one event: to the channels of `told`, and to the fallback of a channel that is in trouble, never to itself.

    `watchers` maps a feed to the watchlists that look at it.
    """
    channels = list(dict.fromkeys(told))
    if isinstance(event, ChannelNews):
        channels = [*channels, *([fallbacks[event.channel]] if event.channel in fallbacks else [])]
        channels = [name for name in dict.fromkeys(channels) if name != event.channel]
    data = {"id": recorded.id, "schema": SCHEMA, "test": False, **_data(event, watchers), "cut": []}
    body = sealed(type_of(event), event.at, data) if channels else ""
    return [
        NotificationFormed(
            at=event.at,
            notification=entity_id("msg", recorded.id, channel),
            channel=channel,
            alerts=(),
            article=recorded.entity,
            body=body,
            kind="health",
        )
        for channel in channels
    ]


def _data(event: HealthEvent, watchers: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    match event:
        case MonitorBlind(since=since, silent=silent, hosts=hosts):
            summary = f"Monitor sees nothing: {silent} of {hosts} hosts give no answer; no feed is judged meanwhile"
            return {"summary": summary, "since": stamp(since), "silent": silent, "hosts": hosts}
        case MonitorSighted(blind_since=since):
            return {"summary": "Monitor sees again", "since": stamp(since)}
        case FeedFailing() | FeedGone() | FeedStale():
            return {**_feed(event), "watchlists": list(watchers.get(event.feed, ()))}
        case FeedRecovered(feed=feed, url=url, failing_since=since, was=was, may_have_missed=missed):
            summary = f"Feed {feed} brings something new again" if was == "stale" else f"Feed {feed} works again"
            told = {"summary": summary, "feed": feed, "url": url, "since": stamp(since)}
            return {**told, "was": was, "may_have_missed": missed}
        case ChannelFailing():
            summary = f"Channel {event.channel} does not take messages ({_because(event.reason, event.status)}): what it should be told waits"
            facts = {"reason": event.reason, "status": event.status, "failures": event.failures}
            return {"summary": summary, "channel": event.channel, **facts, "detail": _line(event.detail)}
        case ChannelRecovered(channel=channel, failing_since=since):
            summary = f"Channel {channel} takes messages again; what waited is sent"
            return {"summary": summary, "channel": channel, "since": stamp(since)}
        case ChannelDisabled(channel=channel, reason=reason, by=by):
            summary = f"Channel {channel} is disabled ({reason}): what it should be told is kept as dead letters"
            return {"summary": summary, "channel": channel, "reason": reason, "by": by}
        case ChannelEnabled(channel=channel, by=by):
            return {"summary": f"Channel {channel} is enabled again", "channel": channel, "by": by}


def _feed(event: FeedFailing | FeedGone | FeedStale) -> dict[str, Any]:
    match event:
        case FeedFailing():
            return _feed_failing(event)
        case FeedGone():
            return _feed_gone(event)
        case FeedStale():
            return _feed_stale(event)


def _feed_failing(event: FeedFailing) -> dict[str, Any]:
    """What Monitor does not know of a feed that it cannot read is null."""
    return {
        "summary": f"Feed {event.feed} cannot be read ({_because(event.reason, event.status)}), {event.failures} times in a row",
        "feed": event.feed,
        "url": event.url,
        "reason": event.reason,
        "detail": _line(event.detail),
        "status": event.status,
        "failures": event.failures,
        "since": stamp(event.at),
        "last_ok": _known(event.last_ok),
        "next_try": _known(event.next_try),
        "may_have_missed": event.may_have_missed,
        "articles_unwatched": event.articles_unwatched,
    }


def _feed_gone(event: FeedGone) -> dict[str, Any]:
    because = _because(event.reason, event.status)
    return {
        "summary": f"Feed {event.feed} is there no more ({because}), as {event.looks} looks in a row found; it is still asked once a day",
        "feed": event.feed,
        "url": event.url,
        "reason": event.reason,
        "status": event.status,
        "looks": event.looks,
        "since": stamp(event.since),
        "last_ok": _known(event.last_ok),
        "next_try": _known(event.next_try),
    }


def _feed_stale(event: FeedStale) -> dict[str, Any]:
    silent = (event.at - event.last_new).total_seconds()
    return {
        "summary": f"Feed {event.feed} has brought nothing new for {lasting(silent)}: it seldom pauses for more than "
        f"{lasting(event.usual_pause)}, and never did for more than {lasting(event.longest_pause)}",
        "feed": event.feed,
        "url": event.url,
        "since": stamp(event.at),
        "last_new": stamp(event.last_new),
        "usual_pause_seconds": event.usual_pause,
        "longest_pause_seconds": event.longest_pause,
    }


def _because(reason: str, status: int | None) -> str:
    return f"{reason}, {status}" if status and str(status) not in reason else reason


def _line(text: str) -> str:
    return one_line(text)[:MAX_DETAIL]


def _known(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None
