"""`status`: whether the daemon keeps up, told by its page. It opens neither data directory nor log."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from monitor.cli.options import ConfigOption, JsonOption, UrlOption, configuration_path
from monitor.cli.output import safe, screen, show_json

if TYPE_CHECKING:
    from monitor.cli.remote import Remote

_EXIT_STATUS: Final = (
    "Exit status: 0 it keeps up; 1 it does not, or does not answer; 2 bad usage or a bad configuration."
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=_EXIT_STATUS)(status)


def status(config: ConfigOption = None, as_json: JsonOption = False, url: UrlOption = None) -> None:
    """Ask the daemon how it is: whether it keeps up, why not, and how its feeds and messages stand. It must serve its page."""
    with _page(config, url) as remote:
        about, readiness, feeds = remote.about(), remote.readiness(), remote.feeds()
    failing = [row.id for row in feeds if row.state == "failing"]
    if as_json:
        facts = {"monitor": about.monitor, "ready": readiness.ready, "reasons": readiness.reasons}
        show_json({**facts, "feeds": len(feeds), "failing": failing})
    else:
        stands = "keeps up" if readiness.ready else "does not keep up"
        screen().print(safe(f"Monitor {about.monitor} {stands}; feeds read: {len(feeds)}, failing: {len(failing)}"))
        for line in (*readiness.reasons, *(f"{name} fails" for name in failing)):
            screen().print(safe(f"  {line}"))
    raise typer.Exit(0 if readiness.ready else 1)


def _page(config: Path | None, url: str | None) -> Remote:
    """The page of a URL, or that of the configuration, whose token stands where `[web]` says."""
    from monitor.cli.remote import Remote  # brings aiohttp with it, which `--help` need not wait for
    from monitor.cli.wire import TOKEN
    from monitor.config import load

    if url is not None:
        return Remote(url)
    web = load(configuration_path(config), os.environ, telling=False).web
    if web is None:
        raise typer.BadParameter("the configuration has no [web]: there is no page to ask; or give --url")
    host, port = web.place
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # where it listens is not always where it is asked
    return Remote(f"http://{f'[{host}]' if ':' in host else host}:{port}", web.token_env or TOKEN)
