"""`feeds health`: how each feed is in words and what to do about it, from what was said of it; of one feed also what its last looks found."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from rich.text import Text

from monitor.cli.opening import listed, log
from monitor.cli.options import ConfigOption, JsonOption, configuration
from monitor.cli.output import minute, nothing, safe, screen, show_json
from monitor.core import rhythm as rhythms
from monitor.core.condition import STATES, Condition, condition
from monitor.core.feed import FeedLooks
from monitor.core.policy.summary import lasting

if TYPE_CHECKING:
    from monitor.config import Config


STYLES: Final = {
    "working": "green", "failing": "bold red", "gone": "bold red", "blocked": "bold red", "stale": "yellow", "slow": "yellow",
    "lying": "yellow", "moved": "yellow", "waiting": "yellow", "removed": "dim",
}  # fmt: skip


class Bearing(msgspec.Struct, frozen=True):
    """How a feed is; `waiting` where it was not read yet."""

    id: str
    url: str
    state: str
    says: str
    do: str = ""
    besides: tuple[str, ...] = ()


class Pushes(msgspec.Struct, frozen=True):
    """How a feed's hub is: until when it has promised to push, when it is asked again, and what it did so far."""

    hub: str
    until: datetime | None
    asked_again: datetime | None
    pushes: int
    last: datetime | None
    trouble: str


class Details(msgspec.Struct, frozen=True):
    """How one feed is, and what its last looks found; `looks` is null where nobody looked yet, `pushes` where no hub was asked to push."""

    feed: Bearing
    looks: FeedLooks | None
    pushes: Pushes | None


def health(
    feed: Annotated[
        str | None, typer.Argument(metavar="ID", help="One feed, in full. Left out: all.", show_default=False)
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how each feed is, in words, and what to do about it: the gravest first. Nothing is polled."""
    settings = configuration(config, telling=False)
    found = bearings(settings)
    if feed is not None:
        _show_one(settings, next((one for one in found if one.id == feed), None), feed, as_json=as_json)
    elif as_json:
        show_json(found)
    else:
        _show_all(found)


def bearings(config: Config) -> list[Bearing]:
    """Every feed of the configuration, the gravest first."""
    seen = {row.id: row for row in listed(config, lambda reader: reader.feeds())}
    when = partial(minute, zone=config.timezone)
    waiting = Condition("working", "Was not read yet.", "Start Monitor: `monitor run`.")
    found = []
    for source, table in config.feeds.items():
        row = seen.get(source)
        how = condition(row, when) if row else waiting
        url = row.url if row else str(table.url)
        found.append(Bearing(source, url, how.state if row else "waiting", how.says, how.do, how.besides))
    ranks = {state: rank for rank, state in enumerate(STATES)}
    return sorted(found, key=lambda one: ranks.get(one.state, len(ranks)))  # type: ignore[call-overload]  # `waiting` ranks last


def _show_all(found: list[Bearing]) -> None:
    if not found:
        screen().print("The configuration names no feed.")
    for one in found:
        if one.state != "working" or one.besides:
            screen().print(_told(one))
    well = sum(one.state == "working" for one in found)
    if found:
        screen().print(f"{well} of {len(found)} feeds work.")


def _told(one: Bearing) -> Text:
    text = Text.assemble(
        safe(one.id, "bold"), ": ", safe(one.state, STYLES.get(one.state, "")), "  ", safe(one.url, "cyan")
    )
    for said in (one.says, *one.besides):
        text.append("\n  ").append_text(safe(said))
    return text.append("\n  → ").append_text(safe(one.do)) if one.do else text


# --- one feed ----------------------------------------------------------------------------------------------------------


def _show_one(config: Config, one: Bearing | None, name: str, *, as_json: bool) -> None:
    if one is None:
        raise nothing(f"the configuration names no feed {name}")
    looks, pushes = asyncio.run(_noted(config, name))
    if as_json:
        shortened = msgspec.structs.replace(looks, known={}, parts={}) if looks else None
        show_json(Details(one, shortened, pushes))
        return
    screen().print(_told(one))
    for line in _found(looks, config.timezone) if looks else ():
        screen().print(safe(f"  {line}"))
    if pushes:
        screen().print(safe(f"  {_hub(pushes, config.timezone)}"))


async def _noted(config: Config, name: str) -> tuple[FeedLooks | None, Pushes | None]:
    from monitor.stages.poll import entity, looks_note  # the parts take a second to import
    from monitor.stages.websub import subscription

    async with log(config) as opened:
        raw = await opened.note(opened.partition_of(entity(name)), looks_note(name))
        known = await subscription(opened, name)
    looks = msgspec.json.decode(raw, type=FeedLooks) if raw else None
    if known is None:
        return looks, None
    return looks, Pushes(known.hub, known.active_until, known.due_at, known.pushes, known.pushed_at, known.trouble)


def _found(looks: FeedLooks, zone: tzinfo) -> Iterator[str]:
    """What the last looks found, a line each."""
    yield f"looked at {_moment(looks.looked_at, zone)}, read {_moment(looks.last_ok, zone)}, next look {_moment(looks.next_look, zone)}"
    if looks.gaps.entries:
        yield f"overlap: {looks.gaps.known} of {looks.gaps.entries} entries were known when it last brought a change"
    if looks.tempo.latest:
        yield f"answers: {looks.tempo.latest[-1]:.2f} s the last time, usually {looks.tempo.usual:.2f} s"
    yield f"validators: {_validators(looks)}"
    if looks.rhythm.last and looks.rhythm.patience:
        pauses = rhythms.pauses(looks.rhythm)
        patience = datetime.fromtimestamp(looks.rhythm.patience * rhythms.HOUR, looks.rhythm.last.tzinfo)
        yield (
            f"rhythm: something new last in the hour of {minute(looks.rhythm.last, zone)}; nine of ten pauses last {lasting(pauses.usual)}"
            f" at most; stale from {minute(patience, zone)}"
        )
    if looks.moving_to:
        yield f"it redirects for good to {looks.moving_to}: seen {len(looks.moving)} times, since {_moment(looks.moving[0], zone)}"


def _hub(pushes: Pushes, zone: tzinfo) -> str:
    trouble = f" ({pushes.trouble})" if pushes.trouble else ""
    until = f"pushes until {minute(pushes.until, zone)}" if pushes.until else f"has promised nothing{trouble}"
    last = f"; {pushes.pushes} so far, the last at {minute(pushes.last, zone)}" if pushes.last else ""
    return f"hub: {pushes.hub} {until}, is asked again {_moment(pushes.asked_again, zone)}{last}"


def _validators(looks: FeedLooks) -> str:
    named = [name for name, value in (("ETag", looks.etag), ("Last-Modified", looks.last_modified)) if value]
    if not named:
        return "none"
    trust = looks.trust
    lies = f", hid {trust.lies} changes" if trust.lies else ""
    return f"{' and '.join(named)}; told of {trust.proved} changes in a row{lies}; {trust.unseen} answers without a body since the last"


def _moment(at: datetime | None, zone: tzinfo) -> str:
    return minute(at, zone) if at else "never"
