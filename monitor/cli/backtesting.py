"""`backtest`: the stored log judged again by a configuration's watchlists: what would have been raised, next to what was. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitor.cli.keeping import Counted, with_log
from monitor.cli.options import ConfigOption, JsonOption, LimitOption, SinceOption, UntilOption, configuration
from monitor.cli.output import listing, minute, nothing, safe, screen, short, show_json

if TYPE_CHECKING:
    from monitor.cli.replaying import Gap, Replayed
    from monitor.config import Config
    from monitor.core.policy.backtest import Compared, Kind, Ledger
    from monitor.store import RedisLog

_EXIT_STATUS: Final = "Exit status: 0 done; 1 nothing is recorded, or it failed; 2 bad usage or a bad configuration."
_MARKS: Final = {"both": ("=", "dim"), "only_would": ("+", "green"), "only_did": ("-", "red"), "quiet": ("·", "dim")}
_REASONS: Final = 3  # of one watchlist


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=_EXIT_STATUS)(backtest)


def backtest(
    watchlists: Annotated[
        list[str] | None, typer.Argument(metavar="[WATCHLIST]…", help="Only these. Left out: all.", show_default=False)
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="List the alerts that stay the same too, and those that told nobody.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    limit: LimitOption = 50,
) -> None:
    """Judge the recorded events again, by this configuration, and show which alerts would be new, which would be no more, and why.

    Its `data_dir` or Redis must be the daemon's, which may go on meanwhile. The whole log, or the time since then; nobody is told.
    """
    settings = configuration(config, telling=False)
    came_to, ledger = replayed(settings, watchlists or [], since, until, quiet=as_json)
    if as_json:
        show_json(_document(came_to, ledger))
        return
    kinds: tuple[Kind, ...] = ("both", "only_would", "only_did", "quiet") if everything else ("only_would", "only_did")
    screen().print(Group(*_told(came_to, ledger, settings.timezone, kinds, limit)))


def replayed(
    config: Config, only: list[str], since: datetime | None, until: datetime | None, *, quiet: bool
) -> tuple[Replayed, Ledger]:
    """Replay the log through a configuration's rules. Raises BadParameter for a name that neither it nor the log knows."""
    from monitor.cli import replaying  # the store and the rules take their time to import
    from monitor.core.watch.evaluate import Rulebook
    from monitor.rules import rulebook_of
    from monitor.stages.templates import Threshold

    ensure_recorded(config)
    whole = rulebook_of(config)
    book = Rulebook(
        [rule for rule in whole.rules if not only or rule.watchlist.id in only], whole.lexicon, whole.digest
    )
    threshold = Threshold(config.defaults.template_after.articles, config.defaults.template_after.within)

    async def work(opened: RedisLog, counted: Counted) -> tuple[Replayed, Ledger]:
        window = replaying.Window(since, until)
        return await replaying.backtest(
            opened, book, window, threshold, ruleset=config.digest, only=only, counted=counted
        )

    came_to, ledger = with_log(config, "events read", quiet, work)
    unknown = [name for name in only if name not in config.watchlists and name not in ledger.totals]
    if unknown:
        from monitor.config.findings import did_you_mean, quoted

        name = unknown[0]
        raise typer.BadParameter(
            f"there is no watchlist {quoted(name)}, and no alert of one in that time{did_you_mean(name, list(config.watchlists))}"
        )
    return came_to, ledger


def _document(came_to: Replayed, ledger: Ledger) -> dict[str, object]:
    facts = {"events": came_to.judged, "articles": came_to.articles, "first": came_to.first, "last": came_to.last}
    totals = {
        name: {"both": t.both, "only_would": t.only_would, "only_did": t.only_did, "quiet": t.quiet}
        | {"reasons": [{"reason": reason, "alerts": count} for reason, count in ledger.reasons(name)]}
        for name, t in sorted(ledger.totals.items())
    }
    missing = {"unjudged": came_to.unjudged, "gaps": came_to.gaps}
    return {**facts, "watchlists": totals, "alerts": ledger.rows, "omitted": ledger.omitted, "missing": missing}


def _told(
    came_to: Replayed, ledger: Ledger, zone: tzinfo, kinds: tuple[Kind, ...], limit: int
) -> Iterator[RenderableType]:
    if not came_to.judged:
        yield Text("No article event was recorded in that time.")
    else:
        span = (
            f" from {minute(came_to.first, zone)} to {minute(came_to.last, zone)}"
            if came_to.first and came_to.last
            else ""
        )
        yield safe(f"{came_to.judged} article events of {came_to.articles} new articles{span}", "bold")
    yield from missing(came_to, zone)
    if ledger.totals:
        yield _totals(ledger)
        yield from _why_no_more(ledger)
    rows = list(ledger.of(*kinds))
    if rows:
        yield _rows(rows[:limit], zone)
    if more := max(0, len(rows) - limit) + ledger.omitted:
        yield safe(f"{more} more: --limit shows further ones, --json all", "dim")


def missing(came_to: Replayed, zone: tzinfo) -> Iterator[Text]:
    """What of the log could not be read, and what could not be judged for it."""
    for gap in came_to.gaps:
        yield safe(f"Missing: {_gap(gap, zone)}", "yellow")
    if came_to.unjudged:
        yield safe(f"{came_to.unjudged} events were not judged: the past of their articles is lost", "yellow")


def _gap(gap: Gap, zone: tzinfo) -> str:
    if gap.since is None or gap.until is None:
        return gap.reason
    return f"{gap.events} events from {minute(gap.since, zone)} to {minute(gap.until, zone)}: {gap.reason}"


def _totals(ledger: Ledger) -> Table:
    table = listing("Watchlist", "Both", "+ only would", "- only did", "· told nobody", folding="Watchlist")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, totals in sorted(ledger.totals.items()):
        counts = (totals.both, totals.only_would, totals.only_did, totals.quiet)
        table.add_row(safe(name), *(Text(f"{count:,}" if count else "–") for count in counts))
    return table


def _why_no_more(ledger: Ledger) -> Iterator[RenderableType]:
    """The reasons of the alerts that would not be raised any more."""
    for name in sorted(ledger.totals):
        reasons = ledger.reasons(name)
        for reason, count in reasons[:_REASONS]:
            yield Padding(
                Text.assemble(safe(name, "bold"), safe(f": {count} no more: {reason}")), (0, 0, 0, 2), expand=False
            )
        if len(reasons) > _REASONS:
            yield safe(f"  … and {len(reasons) - _REASONS} other reasons", "dim")
    yield Text("")


def _rows(rows: list[Compared], zone: tzinfo) -> Table:
    table = listing("", "When", "Watchlist", "What", "Id", folding="What")
    for row in rows:
        mark, style = _MARKS[row.kind]
        under = (safe(text, "dim") for text in (row.url, _standing(row)) if text)
        what = Group(safe(row.summary), *under)
        table.add_row(
            Text(mark, style),
            safe(minute(row.at, zone), "dim"),
            safe(row.watchlist),
            what,
            safe(short(row.alert), "dim"),
        )
    return table


def _standing(row: Compared) -> str:
    """Why it is no more, or what it was where it told nobody."""
    if row.reason:
        return row.reason
    quiet = [
        f"{side} {what}" for side, what in (("would be", row.would), ("was", row.did)) if what not in {"", "alert"}
    ]
    return ", ".join(quiet)


def ensure_recorded(config: Config) -> None:
    """End the verb where there is no log: reading must not make one."""
    if config.redis.url.get_secret_value() == "embedded" and not (config.data_dir / "log").is_dir():
        raise nothing(f"nothing is recorded in {config.data_dir}: the configuration's data_dir must be the daemon's")
