"""`entities coverage`: which alias of which entity found what in the stored log, and which never did. It reads the log and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from monitor.cli.backtesting import ensure_recorded, missing
from monitor.cli.keeping import Counted, with_log
from monitor.cli.options import (
    EXIT_STATUS,
    ConfigOption,
    JsonOption,
    LimitOption,
    SinceOption,
    UntilOption,
    configuration,
)
from monitor.cli.output import listing, safe, screen, show_json

if TYPE_CHECKING:
    from monitor.cli.replaying import Find, Replayed
    from monitor.config import Config
    from monitor.core.events import AlertRaised
    from monitor.core.policy.judging import Step
    from monitor.core.watch.coverage import Coverage, Found, Never
    from monitor.store import RedisLog


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    entities = typer.Typer(help="Who and what is known by several names.", no_args_is_help=True)
    entities.command("coverage", epilog=EXIT_STATUS)(coverage)
    app.add_typer(entities, name="entities")


def coverage(
    entities: Annotated[
        list[str] | None, typer.Argument(metavar="[ENTITY]…", help="Only these. Left out: all.", show_default=False)
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    limit: LimitOption = 50,
) -> None:
    """Count what each alias found in the recorded articles and alerts, and list those that never found anything.

    At one place the longest alias is the hit: a short one counts where it stands alone.
    """
    settings = configuration(config, telling=False)
    came_to, counted = covered(settings, entities or [], since, until, quiet=as_json)
    found, never = counted.found(), list(islice(counted.never(), limit))
    useful = sum(each.articles > 0 or each.alerts > 0 for each in found)
    unused = sum(1 for _ in counted.never())
    if as_json:
        counts = {"entities": counted.entities, "aliases": counted.aliases, "found": useful, "never": unused}
        gaps = {"missing": {"unjudged": came_to.unjudged, "gaps": came_to.gaps}}
        show_json({"events": came_to.judged, **counts, "by_alias": found[:limit], "never_found": never, **gaps})
        return
    screen().print(Group(*_told(came_to, counted, found, never, (useful, unused), settings.timezone, limit)))


def covered(
    config: Config, only: list[str], since: datetime | None, until: datetime | None, *, quiet: bool
) -> tuple[Replayed, Coverage]:
    """Count over the log. Raises BadParameter for an entity that is none."""
    from monitor.cli import replaying  # the store and the rules take their time to import
    from monitor.core.policy import judging
    from monitor.core.watch.coverage import Coverage
    from monitor.stages.templates import Threshold

    ensure_recorded(config)
    counting = Coverage(config.named(), frozenset(only) if only else None)
    if counting.entities < len(set(only)):
        raise _unknown(config, only)

    def on_step(step: Step, _id: str, _template: str) -> None:
        counting.text(step.after.id, judging.read(counting.book, step))

    async def on_alert(alert: AlertRaised, _find: Find) -> None:
        counting.alert(alert.data)

    async def work(opened: RedisLog, counted: Counted) -> Replayed:
        window = replaying.Window(since, until)
        replay = replaying.Replay(opened, window, Threshold(), on_step=on_step, on_alert=on_alert, counted=counted)
        return await replay.run()

    return with_log(config, "events read", quiet, work), counting


def _unknown(config: Config, only: list[str]) -> typer.BadParameter:
    from monitor.config.findings import did_you_mean, quoted

    known = {entity.id for entity in config.named()}
    name = next(name for name in only if name not in known)
    return typer.BadParameter(f"there is no entity {quoted(name)}{did_you_mean(name, known)}")


def _told(
    came_to: Replayed,
    counted: Coverage,
    found: list[Found],
    never: list[Never],
    totals: tuple[int, int],
    zone: tzinfo,
    limit: int,
) -> Iterator[RenderableType]:
    useful, unused = totals
    of = f"{counted.aliases:,} aliases of {counted.entities:,} entities"
    yield safe(f"{came_to.judged:,} article events: {useful:,} of {of} found something", "bold")
    yield from missing(came_to, zone)
    if useful:
        yield _table(found[: min(useful, limit)])
    if useful > limit:
        yield safe(f"… {useful - limit:,} aliases more: --limit shows further ones", "dim")
    if never:
        yield Text(f"\nNever found: {unused:,}", style="bold")
        yield from _never(never)
    if unused > len(never):
        yield safe(f"  … {unused - len(never):,} more: --limit shows further ones", "dim")


def _table(found: list[Found]) -> Table:
    table = listing("Entity", "Alias", "Articles", "Alerts", "Rejected", folding="Alias")
    for column in table.columns[2:]:
        column.justify = "right"
    for each in found:
        counts = (each.articles, each.alerts, each.rejected)
        style = "" if each.articles or each.alerts else "yellow"
        table.add_row(
            safe(each.entity), safe(each.alias, style), *(Text(f"{count:,}" if count else "–") for count in counts)
        )
    return table


def _never(never: list[Never]) -> Iterator[Text]:
    for each in never:
        note = f"  (reads the same as {each.same_as})" if each.same_as else ""
        note += f"  (only near its reject_near: {each.rejected:,})" if each.rejected else ""
        yield Text.assemble("  ", safe(each.entity, "dim"), "  ", safe(each.alias), safe(note, "dim"))
