"""`why`: of an alert the whole trace, from the event that raised it to every attempt to tell somebody; of an article what its looks came to.

It shows what `monitor.explaining` gathers, here or elsewhere. How an article's looks are shown is in `sightings`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from monitor.cli import sightings
from monitor.cli.articles import article_named
from monitor.cli.deliveries import attempts_table
from monitor.cli.opening import elsewhere, forgotten, log, views
from monitor.cli.options import EXIT_STATUS, ConfigOption, JsonOption, UrlOption, place
from monitor.cli.output import one_of, safe, screen, short, show_json, when
from monitor.errors import LogUnavailable

if TYPE_CHECKING:
    from monitor.cli.remote import Remote
    from monitor.config import Config
    from monitor.core.policy.accounts import Beside
    from monitor.core.watch.evaluate import Rulebook
    from monitor.explaining import Recalled, Sightings, Trace
    from monitor.store.views import Reader
    from monitor.store.views.rows import AlertRow, ArticleRow, TellingRow

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
    url: UrlOption = None,
) -> None:
    """Explain an alert (what happened, which rule it met, what policy decided, every attempt) or an article (what each look at it came to)."""
    settings = place(config, url)
    with views(settings) as reader:
        gone = forgotten(reader, settings.timezone)
        alerts = [] if _names_an_article(what) else reader.alerts_named(what)
        if alerts or what.startswith("alert"):
            trace = _trace(settings, reader, one_of(alerts, what, "alert", gone))
            _show(trace, told(trace, settings.timezone), as_json=as_json)
        else:
            seen = _sightings(settings, reader, article_named(reader, what, "alert or article"))
            _show(seen, sightings.told(seen, settings.timezone), as_json=as_json)


def _show(found: Trace | Sightings, shown: list[RenderableType], *, as_json: bool) -> None:
    if as_json:
        show_json(found)
    else:
        screen().print(Group(*shown))


def _names_an_article(typed: str) -> bool:
    """Whether it can be no alert's id."""
    return "/" in typed or "." in typed or typed.startswith("article_")


def _trace(settings: Config | Remote, reader: Reader | Remote, alert: AlertRow) -> Trace:
    """What there is to say of an alert; where the log cannot be read, the views alone tell it."""
    if elsewhere(settings):
        return settings.trace(alert.id)
    from monitor import explaining  # what judges takes its time to import

    config, known = cast("Config", settings), None
    with suppress(LogUnavailable):
        known = asyncio.run(_recalled(config, alert.article))
    return explaining.trace(cast("Reader", reader), alert, known, _rules(config, known))


def _sightings(settings: Config | Remote, reader: Reader | Remote, article: ArticleRow) -> Sightings:
    """What there is to say of an article."""
    if elsewhere(settings):
        return settings.sightings(article.id)
    from monitor import explaining  # as above

    config = cast("Config", settings)
    known = asyncio.run(_recalled(config, article.id))
    return explaining.sightings(cast("Reader", reader), article, known, _rules(config, known))


async def _recalled(settings: Config, article: str) -> Recalled:
    from monitor.explaining import recalled  # as above

    async with log(settings) as opened:
        return await recalled(opened, article)


def _rules(settings: Config, known: Recalled | None) -> Rulebook | None:
    """Today's rules, which take their time to compile, where there is anything to judge."""
    from monitor.rules import rulebook_of  # as above

    return rulebook_of(settings) if known and known.events else None


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
