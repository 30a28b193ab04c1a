"""`channels list|test|enable`: how each channel stands, a marked alert to try one, and the end of a 410."""

from __future__ import annotations

import asyncio
import getpass
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from rich.table import Table

from monitor.cli.opening import listed, log
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration
from monitor.cli.output import listing, nothing, safe, screen, show_json, when
from monitor.cli.trying import try_channel
from monitor.core.events import ChannelEnabled, DeliveryDied, DeliveryEvent, DeliveryFailed, DeliverySucceeded
from monitor.core.policy import channels as core
from monitor.errors import Conflict
from monitor.ports import Append, Batch, Log

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store.views.rows import ChannelRow

_STATES: Final = {"working": "green", "failing": "bold red", "disabled": "bold red", "removed": "dim"}

ChannelArgument = Annotated[str, typer.Argument(metavar="NAME", help="The channel's id in the configuration.")]


class ChannelListing(msgspec.Struct, frozen=True):
    """A channel of the configuration, or one that was taken out of it (`removed`). The counts are of messages."""

    id: str
    type: str
    state: str
    scheduled: int
    dead: int
    seen: ChannelRow | None


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    channels = typer.Typer(help="Who is told, and how they stand.", no_args_is_help=True)
    channels.command("list", epilog=EXIT_STATUS)(list_channels)
    channels.command("test", epilog=EXIT_STATUS)(attempt)
    channels.command("enable", epilog=EXIT_STATUS)(enable)
    app.add_typer(channels, name="channels")


def list_channels(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List every channel, how it stands, and what waits for it."""
    settings = configuration(config, telling=False)
    rows = standings(settings)
    if as_json:
        show_json(rows)
    elif not rows:
        screen().print("The configuration names no channel.")
    else:
        screen().print(_table(rows, settings.timezone))


def standings(config: Config) -> list[ChannelListing]:
    """Every channel: those of the configuration in its order, then those that were taken out of it."""
    seen = {row.id: row for row in listed(config, lambda reader: reader.channels())}
    counts = dict(listed(config, lambda reader: list(reader.delivery_counts().items())))
    told = {channel for channel, _ in counts} | seen.keys()
    names = [*config.channels, *sorted(told - config.channels.keys())]
    return [
        ChannelListing(
            id=name,
            type=config.channels[name].type if name in config.channels else "",
            state=_state(config, name, seen.get(name)),
            scheduled=counts.get((name, "scheduled"), 0),
            dead=counts.get((name, "dead"), 0),
            seen=seen.get(name),
        )
        for name in names
    ]


def _state(config: Config, name: str, row: ChannelRow | None) -> str:
    if name not in config.channels:
        return "removed"
    return row.state if row else "working"


def attempt(channel: ChannelArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Send one real alert, marked as a test, by the way that all messages go, and say what came of it."""
    settings = configuration(config)
    _see_that_there_is(settings, channel)

    async def send() -> DeliveryEvent | None:
        async with log(settings) as opened:
            return await try_channel(settings, channel, opened)

    event = asyncio.run(send())
    if as_json:
        show_json({"channel": channel, **_outcome(event)})
    else:
        screen().print(safe(f"{channel}: {_said(event)}"))
    if not isinstance(event, DeliverySucceeded):
        raise typer.Exit(1)


def enable(channel: ChannelArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Use a channel again that was disabled, as by a 410. Its dead letters wait for `deliveries retry`."""
    settings = configuration(config, telling=False)

    async def change() -> bool:
        async with log(settings) as opened:
            return await enabled(opened, channel, f"cli:{getpass.getuser()}")

    if not asyncio.run(change()):
        raise nothing(f"channel {channel} is not disabled")
    if as_json:
        show_json({"enabled": channel})
    else:
        again = f"monitor deliveries retry --dead --channel {channel}"
        screen().print(safe(f"{channel} is enabled. To send its dead letters again: {again}"))


async def enabled(opened: Log, channel: str, by: str) -> bool:
    """Record that somebody enabled a channel; False where it is not disabled."""
    entity = core.entity(channel)
    partition = opened.partition_of(entity)
    while True:
        head = await opened.load(partition, entity)
        if core.read(head.snapshot).state != "disabled":
            return False
        event = ChannelEnabled(at=await opened.now(), channel=channel, by=by)
        snapshot = msgspec.json.encode(core.fold(event))
        try:
            await opened.commit(Batch(partition, appends=(Append(entity, head, (event,), snapshot),)))
        except Conflict:  # something else was said of it meanwhile
            continue
        return True


# --- how it looks ----------------------------------------------------------------------------------------------------


def _see_that_there_is(config: Config, channel: str) -> None:
    if channel not in config.channels:
        known = ", ".join(config.channels) or "there is none"
        raise nothing(f"no channel is called {channel} ({known})")


def _table(rows: list[ChannelListing], zone: tzinfo) -> Table:
    table = listing("Channel", "Type", "State", "Waiting", "Dead", "About", folding="About")
    for column in table.columns[3:5]:
        column.justify = "right"
    for row in rows:
        state = safe(row.state, _STATES.get(row.state, ""))
        counts = safe(str(row.scheduled)), safe(str(row.dead))
        table.add_row(safe(row.id, "bold"), safe(row.type), state, *counts, safe(_about(row, zone)))
    return table


def _about(row: ChannelListing, zone: tzinfo) -> str:
    if row.seen is None or row.state not in {"failing", "disabled"}:
        return ""
    words = [row.seen.reason, str(row.seen.status or ""), row.seen.detail, f"since {when(row.seen.since, zone)}"]
    return "  ".join(filter(None, words))


def _outcome(event: DeliveryEvent | None) -> dict[str, object]:
    match event:
        case DeliverySucceeded():
            kind = "accepted" if event.accepted else "delivered"
            return {"outcome": kind, "status": event.status, "seconds": event.seconds}
        case DeliveryFailed() | DeliveryDied():
            return {"outcome": "failed", "status": event.status, "reason": event.reason, "detail": event.detail}
        case _:
            return {"outcome": "none"}


def _said(event: DeliveryEvent | None) -> str:
    match event:
        case DeliverySucceeded(accepted=True):
            return f"accepted in {event.seconds:.2f} s; whether it arrived is not known"
        case DeliverySucceeded():
            return f"delivered in {event.seconds:.2f} s" + (f" ({event.status})" if event.status else "")
        case DeliveryFailed():
            return f"not taken: {_why(event)}; tried again in {event.retry_in:.0f} s by the daemon"
        case DeliveryDied():
            return f"not taken, and not tried again: {_why(event)}"
        case _:
            return "no attempt was made in time: is another process at work on it?"


def _why(event: DeliveryFailed | DeliveryDied) -> str:
    return "  ".join(filter(None, [str(event.status or ""), event.reason, event.detail]))
