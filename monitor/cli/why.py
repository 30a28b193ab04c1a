"""`why`: of an alert the whole trace, from the event that raised it to every attempt to tell somebody; of an article what its looks came to.

It explains, and changes nothing. The articles' part is `sightings`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from monitor.cli import sightings
from monitor.cli.articles import article_named
from monitor.cli.deliveries import attempts_table
from monitor.cli.opening import forgotten, here, log
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, configuration
from monitor.cli.output import one_of, safe, screen, short, show_json, when
from monitor.errors import Corrupt, Dropped, LogUnavailable
from monitor.store.views.rows import AckRow, AlertRow, AttemptRow, DeliveryRow, RevisionRow, TellingRow

if TYPE_CHECKING:
    from monitor.cli.accounts import Beside
    from monitor.config import Config
    from monitor.store.views import Reader

_MOST: Final = 10

_WAITED = {
    "group": "waits for others like it",
    "digest": "waits for the digest",
    "sources": "waits for other publishers to tell of it",
    "quiet": "is held until quiet hours end",
    "now": "told at once",
}
_SUPPRESSED = {
    "backlog": "the article was old already when it was first seen",
    "no_channel": "neither a route nor the watchlist names a channel",
    "silenced": "it was silenced",
    "inhibited": "something else made it not worth telling",
    "template": "the site's template changed, not the article",
    "throttled": "one like it was told shortly before",
    "too_few_sources": "too few publishers told of it in time",
    "superseded": "it was taken back before anybody was told",
}


class Trace(msgspec.Struct, frozen=True):
    """All that the views know of how an alert came about and what became of it."""

    alert: AlertRow
    revision: RevisionRow | None
    ack: AckRow | None
    tellings: list[TellingRow]
    deliveries: list[tuple[DeliveryRow, list[AttemptRow]]]
    beside: Beside | None = None


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EXIT_STATUS)(why)


def why(
    what: Annotated[
        str,
        typer.Argument(
            metavar="ALERT|URL|ARTICLE", help="An alert's id, an article's id or any address it was seen at."
        ),
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain an alert (what happened, which rule it met, what policy decided, every attempt) or an article (what each look at it came to)."""
    settings = configuration(config, telling=False)
    with here(settings) as reader:
        gone = forgotten(reader, settings.timezone)
        alerts = [] if _names_an_article(what) else reader.alerts_named(what)
        if alerts or what.startswith("alert"):
            found: Trace | sightings.Sightings = trace(settings, reader, one_of(alerts, what, "alert", gone))
        else:
            found = sightings.sightings(settings, reader, article_named(reader, what, "alert or article"))
    if as_json:
        show_json(found)
    elif isinstance(found, Trace):
        screen().print(Group(*told(found, settings.timezone)))
    else:
        screen().print(Group(*sightings.told(found, settings.timezone)))


def _names_an_article(typed: str) -> bool:
    """Whether it can be no alert's id."""
    return "/" in typed or "." in typed or typed.startswith("article_")


def trace(settings: Config, reader: Reader, alert: AlertRow) -> Trace:
    """Gather the trace of an alert, from the views, and from the log what else its event matched."""
    revisions = [row for row in reader.revisions(alert.article) if row.revision == alert.revision]
    deliveries = [(row, reader.attempts(row.id)) for row in reader.deliveries(alert=alert.id, limit=1_000)]
    revision = revisions[0] if revisions else None
    found = asyncio.run(_beside(settings, alert))
    return Trace(alert, revision, reader.ack(alert.id), reader.tellings(alert.id), deliveries, found)


async def _beside(settings: Config, alert: AlertRow) -> Beside | None:
    """The alert's event by today's rules; None where the log, or the past of its article, cannot be read."""
    from monitor.cli.accounts import beside  # what judges takes its time to import
    from monitor.core.policy.judging import steps
    from monitor.rules import rulebook_of

    try:
        async with log(settings) as opened:
            history = await opened.history(opened.partition_of(alert.article), alert.article)
    except (Corrupt, Dropped, LogUnavailable):
        return None  # the views alone tell the rest
    of_alert = [step for step in steps([each.event for each in history]) if step.event.at == alert.at]
    return beside(rulebook_of(settings), of_alert[0], alert.watchlist) if of_alert else None


def told(trace: Trace, zone: tzinfo) -> list[RenderableType]:
    """The trace as it is read, step by step."""
    return [
        *_happened(trace, zone),
        *_rule(trace.alert),
        *_nearly(trace.beside),
        *_policy(trace, zone),
        *_attempts(trace, zone),
    ]


def _happened(trace: Trace, zone: tzinfo) -> list[RenderableType]:
    alert, revision = trace.alert, trace.revision
    article = alert.data.get("article") or {}
    lines = [f"{when(alert.at, zone)}  {article.get('url') or alert.article}  revision {alert.revision}"]
    if revision and revision.last_seen_before:
        lines.append(f"the revision before was last seen {when(revision.last_seen_before, zone)}; {revision.summary}")
    evidence = (alert.data.get("evidence") or {}).get("event")
    lines += [f"event {evidence}"] if evidence else []
    return _step("What happened", lines)


def _rule(alert: AlertRow) -> list[RenderableType]:
    data = alert.data
    lines = [
        f"watchlist {alert.watchlist} ({alert.severity}) of ruleset {str(data.get('ruleset') or 'unknown')[:19]}",
        f"{', '.join(alert.changes)}: {data.get('summary') or ''}",
    ]
    hits = data.get("hits") or []
    return _step("Which rule", [*lines, *map(_hit, hits)])


def _hit(hit: Mapping[str, Any]) -> str:
    by = f", said by {hit['speaker']}" if hit.get("speaker") else ""
    return f"“{hit.get('term')}” {hit.get('change')} in {hit.get('zone')}{by}: {hit.get('sentence')}"


def _nearly(found: Beside | None) -> list[RenderableType]:
    """What else today's rules say of the event."""
    if found is None:
        return []
    lines = [f"its terms there: {'; '.join(found.stood[:_MOST])}"] if found.stood else []
    lines += [f"excluded by a NOT or a distance: {'; '.join(found.excluded[:_MOST])}"] if found.excluded else []
    lines += [f"it would not be raised any more: {found.reason}"] if found.reason else []
    lines += [f"nearly {watchlist}: {reason}" for watchlist, reason in found.nearly[:_MOST]]
    lines += [f"… {len(found.nearly) - _MOST} others nearly matched"] if len(found.nearly) > _MOST else []
    return _step("What else today's rules make of it", lines) if lines else []


def _policy(trace: Trace, zone: tzinfo) -> list[RenderableType]:
    alert = trace.alert
    if alert.suppressed:
        lines = [f"nobody was told: {_reason(alert.suppressed)}"]
    elif trace.tellings:
        lines = [_telling(row, trace, zone) for row in trace.tellings]
    else:
        routes = {row.channel: row.route for row, _ in trace.deliveries if row.kind == "alert"}
        lines = [f"{channel}: {_WAITED['now']}, {_by(route)}" for channel, route in sorted(routes.items())]
    if trace.ack:
        lines.append(f"acked {when(trace.ack.at, zone)} by {trace.ack.by}: {trace.ack.note}")
    return _step("What policy decided", lines or ["nothing yet"])


def _telling(row: TellingRow, trace: Trace, zone: tzinfo) -> str:
    if row.how == "suppressed":
        by = f" ({row.by})" if row.by else ""
        return f"{row.channel}: not told, {_reason(row.reason)}{by}, {_by(row.route)}"
    waits = row.how != "now" and not any(delivery.channel == row.channel for delivery, _ in trace.deliveries)
    until = f" until {when(row.until, zone)}" if row.until and waits else ""
    group = f" in {short(row.waits_in)}" if row.waits_in else ""
    return f"{row.channel}: {_WAITED.get(row.how, row.how)}{group}{until}, {_by(row.route)}"


def _attempts(trace: Trace, zone: tzinfo) -> list[RenderableType]:
    if not trace.deliveries:
        return _step("Who was told", ["nobody" if trace.alert.suppressed else "nobody yet"])
    kinds = ", ".join(f"{short(row.id)} {row.kind}" for row, _ in trace.deliveries)
    return [*_step("Who was told", [f"messages: {kinds}"]), attempts_table(trace.deliveries, zone)]


def _by(route: str) -> str:
    return f"by route {route}" if route else "as the watchlist says"


def _reason(word: str) -> str:
    return _SUPPRESSED.get(word, word)


def _step(title: str, lines: list[str]) -> list[RenderableType]:
    return [Text(title, style="bold"), *(Padding(safe(line), (0, 0, 0, 2), expand=False) for line in lines)]
