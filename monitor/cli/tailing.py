"""`tail`: the events of the log as they were recorded, one line each. It consumes nothing and leaves no trace."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from monitor import recounting
from monitor.cli.opening import elsewhere, is_here, log
from monitor.cli.options import EXIT_STATUS, ConfigOption, LimitOption, UrlOption, place
from monitor.cli.output import safe, screen, short, show_json, when
from monitor.core import configured
from monitor.core.events import (
    AlertAcked,
    AlertGrouped,
    AlertHeld,
    AlertRaised,
    AlertRouted,
    AlertSuppressed,
    AnyEvent,
    ArticleBlocked,
    ArticleConfirmed,
    ArticleDiscovered,
    ArticleGone,
    ArticleHeld,
    ArticleReleased,
    ArticleReread,
    ArticleRestored,
    ArticleRevised,
    ChannelDisabled,
    ChannelEnabled,
    ChannelFailing,
    ChannelRecovered,
    ConfigChanged,
    DeliveryDied,
    DeliveryFailed,
    DeliveryRequested,
    DeliverySucceeded,
    FeedBaselined,
    FeedFailing,
    FeedGapped,
    FeedGone,
    FeedLying,
    FeedMoved,
    FeedRecovered,
    FeedSlow,
    FeedStale,
    GroupClosed,
    GroupOpened,
    InhibitionStarted,
    MatchExcluded,
    MonitorBlind,
    MonitorSighted,
    NotificationFormed,
    Recorded,
    SilenceExpired,
    SilenceSet,
    SiteTemplateChanged,
    ThrottleStarted,
    WatchEnded,
    WatchStarted,
    type_of,
)
from monitor.core.policy.summary import lasting
from monitor.ports import Log

if TYPE_CHECKING:
    from monitor.cli.remote import Remote
    from monitor.config import Config

Show = Callable[[Recorded], None]

_AGAIN: Final = 1.0  # seconds between two questions to a Monitor elsewhere
_STYLES: Final = {"alert": "bold yellow", "feed": "cyan", "article": "", "notification": "dim", "delivery": "dim"}


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command(epilog=EXIT_STATUS)(tail)


def tail(
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document a line.")] = False,
    url: UrlOption = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what is recorded from now on, until Ctrl-C.")
    ] = False,
    limit: LimitOption = 20,
) -> None:
    """Show the last events of the log, the newest last."""
    settings = place(config, url)
    try:
        if elsewhere(settings):
            with settings:
                _tail_elsewhere(settings, limit, _showing(settings.timezone, as_json=as_json), follow=follow)
        if is_here(settings):
            show = _showing(settings.timezone, as_json=as_json)
            asyncio.run(_tail_here(settings, limit, show, follow=follow))
    except KeyboardInterrupt:
        raise typer.Exit from None


async def _tail_here(settings: Config, limit: int, show: Show, *, follow: bool) -> None:
    async with log(settings, running=follow) as opened:
        events, reached = await recounting.last(opened, limit)
        for recorded in events:
            show(recorded)
        if follow:
            async with asyncio.TaskGroup() as group:
                for partition in range(opened.partitions):
                    group.create_task(_follow(opened, partition, reached[partition], show))


async def _follow(opened: Log, partition: int, after: str, show: Show) -> None:
    async for recorded in opened.read(partition, after, follow=True):
        show(recorded)


def _tail_elsewhere(there: Remote, limit: int, show: Show, *, follow: bool) -> None:
    said = there.events(limit)
    for recorded in said.events:
        show(recorded)
    while follow:
        said = there.events_after(said.next)
        for recorded in said.events:
            show(recorded)
        if not said.events:
            time.sleep(_AGAIN)


# --- how it looks ----------------------------------------------------------------------------------------------------


def _showing(zone: tzinfo, *, as_json: bool) -> Show:
    return _as_json if as_json else _Lines(screen(), zone)


def _as_json(recorded: Recorded) -> None:
    show_json({"type": type_of(recorded.event), **_fields(recorded)}, indent=0)


def _fields(recorded: Recorded) -> dict[str, object]:
    return {name: getattr(recorded, name) for name in recorded.__struct_fields__}


class _Lines:
    """One line an event: when, what, about what."""

    def __init__(self, console: Console, zone: tzinfo) -> None:
        self._console, self._zone = console, zone

    def __call__(self, recorded: Recorded) -> None:
        kind = type_of(recorded.event)
        at, about = when(recorded.event.at, self._zone), about_event(recorded.event)
        line = Text.assemble(
            safe(at, "dim"), "  ", safe(f"{kind:<21}", _STYLES.get(kind.partition(".")[0], "")), safe(about)
        )
        self._console.print(
            line, overflow="ellipsis" if self._console.is_terminal else "ignore", no_wrap=True, crop=False
        )
        sys.stdout.flush()


def about_event(event: AnyEvent) -> str:  # noqa: C901, PLR0912 - one line for each type of event, nothing else
    """What an event is about, in a few words."""
    match event:
        case ArticleDiscovered():
            return f"{'backlog: ' if event.backlog else ''}{event.content.title or event.url}"
        case ArticleRevised():
            return f"{short(event.article)} r{event.revision}: {event.summary}"
        case ArticleGone():
            return f"{short(event.article)}: present at {event.last_present:%H:%M}, absent in {len(event.absent)} looks"
        case ArticleBlocked():
            return (
                f"{short(event.article)}: present at {event.last_present:%H:%M}, blocked in {len(event.blocked)} looks"
            )
        case ArticleConfirmed():
            return f"{short(event.article)} r{event.revision}: by {', '.join(event.agreeing) or 'standing'}"
        case ArticleReread():
            return f"{short(event.article)} r{event.revision}: by {event.extractor}"
        case ArticleHeld() | ArticleReleased():
            return f"{short(event.article)}: by {event.by}"
        case ArticleRestored():
            return short(event.article)
        case SiteTemplateChanged():
            return f"{event.site}: {len(event.revisions)} revisions are the site's, not the articles'"
        case AlertRaised():
            return f"{event.watchlist}: {event.data.get('summary') or ', '.join(event.changes)}"
        case MatchExcluded():
            return (
                f"{event.watchlist}: {short(event.article)} r{event.revision}, {event.reason or '; '.join(event.terms)}"
            )
        case AlertSuppressed():
            return f"{short(event.alert)}: {event.reason}"
        case AlertRouted():
            return f"{short(event.alert)}: {', '.join(f'{one.channel} {one.how}' for one in event.tellings)}"
        case AlertGrouped() | AlertHeld():
            return f"{short(event.alert)}: {event.channel}, in {short(event.group)}, until {event.due:%H:%M:%S} UTC"
        case AlertAcked():
            return f"{short(event.alert)}: {event.by} {event.note}"
        case GroupOpened():
            return f"{event.channel}: {short(event.group)}, {event.why} until {event.due:%H:%M:%S} UTC"
        case GroupClosed():
            return f"{event.channel}: {short(event.group)}, {event.count} alerts {event.reason}"
        case ThrottleStarted():
            return f"{short(event.alert)}: the only one like it until {event.until:%H:%M:%S} UTC"
        case InhibitionStarted():
            return f"{event.rule}: by {event.by} until {event.until:%H:%M:%S} UTC"
        case SilenceSet():
            return f"{short(event.silence)}: {event.comment}, until {event.until:%Y-%m-%d %H:%M} UTC"
        case SilenceExpired():
            return f"{short(event.silence)}: by {event.by}"
        case MonitorBlind():
            return f"{event.silent} of {event.hosts} hosts give no answer since {event.since:%H:%M:%S} UTC"
        case MonitorSighted():
            return f"blind since {event.blind_since:%Y-%m-%d %H:%M:%S} UTC"
        case ConfigChanged():
            return configured.said(event)
        case WatchStarted():
            return f"{event.url}: every {event.every:g} s until {event.until:%Y-%m-%d %H:%M:%S} UTC"
        case WatchEnded():
            return f"{event.url}: {event.why}{f', by {event.by}' if event.by else ''}"
        case ChannelFailing():
            return f"{event.channel}: {event.reason} {event.detail}, {event.failures} times in a row"
        case ChannelDisabled():
            return f"{event.channel}: {event.reason}, by {event.by}"
        case ChannelRecovered() | ChannelEnabled():
            return event.channel
        case NotificationFormed() | DeliveryRequested():
            return f"{event.channel}: {short(event.notification)}"
        case DeliverySucceeded():
            return f"{event.channel}: {short(event.notification)}, try {event.attempt}"
        case DeliveryFailed():
            return f"{event.channel}: {event.reason}, try {event.attempt}, again in {event.retry_in:.0f} s"
        case DeliveryDied():
            return f"{event.channel}: {short(event.notification)}, {event.reason}, after {event.attempt} tries"
        case FeedBaselined():
            return f"{event.feed}: {event.entries} entries, {event.backlog} of them backlog"
        case FeedFailing():
            return f"{event.feed}: {event.reason}, {event.failures} times"
        case FeedStale():
            return f"{event.feed}: nothing new for {lasting((event.at - event.last_new).total_seconds())}"
        case FeedLying():
            return f"{event.feed}: a 304 would have hidden {event.hidden} entries"
        case FeedGone():
            return f"{event.feed}: {event.reason}, {event.looks} times"
        case FeedSlow():
            return f"{event.feed}: {event.seconds:.1f} s, usually {event.usual:.1f} s"
        case FeedGapped():
            return f"{event.feed}: none of {event.entries} entries was known at the last look, {event.since:%Y-%m-%d %H:%M} UTC"
        case FeedRecovered():
            return f"{event.feed}: {event.was} no more"
        case FeedMoved():
            return f"{event.feed}: to {event.to}"
