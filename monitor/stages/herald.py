"""Forms the messages that no alert is behind: health for the channels of `defaults.health`, the firehose for those that want it. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from monitor.core import article as core
from monitor.core.article import Article
from monitor.core.events import (
    ArticleDiscovered,
    ArticleFact,
    ArticleGone,
    ArticleRestored,
    ArticleRevised,
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
)
from monitor.core.policy.firehose import firehose_message
from monitor.core.policy.health import health_messages
from monitor.ports import Append, Consumed, Head, Log
from monitor.stages.jobs import Message


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told what no watchlist is about. `fallbacks` maps channels to channels, `watchers` feeds to watchlists."""

    health: Sequence[str] = ()
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    firehose: Sequence[str] = ()
    watchers: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Herald:
    """Makes the messages of one event."""

    def __init__(self, log: Log, audience: Audience) -> None:
        self._log, self._audience = log, audience

    async def appends(self, consumed: Consumed) -> tuple[Append, ...]:
        """The messages that an event asks for, ready to be recorded beside its ack."""
        recorded, audience = consumed.recorded, self._audience
        formed: list[NotificationFormed] = []
        match recorded.event:
            case ArticleDiscovered() | ArticleRevised() | ArticleGone() | ArticleRestored() as event:
                if audience.firehose:
                    after = await self._after(consumed)
                    formed = [firehose_message(recorded, event, after, channel) for channel in audience.firehose]
            case (
                MonitorBlind() | MonitorSighted() | FeedFailing() | FeedGone() | FeedStale() | FeedRecovered(was="failing" | "stale")
                | ChannelFailing() | ChannelRecovered() | ChannelDisabled() | ChannelEnabled()
            ) as event:  # fmt: skip
                formed = health_messages(
                    recorded, event, told=audience.health, fallbacks=audience.fallbacks, watchers=audience.watchers
                )
            case _:
                pass
        return tuple(map(append_of, formed))

    async def _after(self, consumed: Consumed) -> Article:
        """The article after the event: mostly its newest state, else folded up to there."""
        recorded, partition = consumed.recorded, consumed.ack.partition
        head = await self._log.load(partition, recorded.entity)
        if head.version == recorded.version and (newest := core.decode_article(head.snapshot)):
            return newest
        past = await self._log.past(partition, recorded.entity, recorded.version)
        return core.folded([each.event for each in past.events if isinstance(each.event, ArticleFact)], past.first)


def append_of(formed: NotificationFormed) -> Append:
    """A new message with its snapshot."""
    message = Message(formed.notification, formed.channel, formed.article, formed.body)
    return Append(formed.notification, Head(), (formed,), msgspec.json.encode(message))
