"""`monitor run`: the daemon in the foreground, for a terminal, a service manager or cron."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Annotated

import structlog
import typer

from monitor.cli.options import ConfigOption, configuration, configuration_path
from monitor.errors import MonitorError

logger = structlog.get_logger()

_STDERR = 2


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command()(run)


def run(
    config: ConfigOption = None,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Do all that is due, and end: for cron and checks.")
    ] = False,
) -> None:
    """Run the daemon until SIGINT or SIGTERM. A second signal ends it at once; nothing is lost either way.

    SIGHUP takes the configuration up anew, as `monitor reload` does.
    """
    early: list[int] = []
    signal.signal(signal.SIGHUP, lambda number, _: early.append(number))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_before_the_start)
    from monitor import app, telemetry  # the parts take a second to import, which other verbs need not wait
    from monitor.reloading import Reloads

    path = configuration_path(config)
    settings = configuration(path)
    telemetry.configure(settings.logging.level, settings.logging.format)

    async def until_told() -> None:
        stop, reloads = asyncio.Event(), Reloads(path, os.environ)
        _heed_signals(stop, reloads.ask)
        if early:
            reloads.ask()
        await app.run(settings, stop=stop, until_idle=until_idle, reloads=None if until_idle else reloads)

    try:
        asyncio.run(until_told())
    except asyncio.CancelledError:
        raise typer.Exit(1) from None
    except BaseExceptionGroup as group:
        known, unforeseen = group.split(MonitorError)
        if unforeseen or known is None:
            raise
        for error in _leaves(known):
            logger.error("monitor cannot go on", reason=str(error), kind=type(error).__name__)  # noqa: TRY400  # the reason is the message; a traceback is not
        raise typer.Exit(1) from None


def _heed_signals(stop: asyncio.Event, reload: Callable[[], None]) -> None:
    """SIGINT and SIGTERM stop, again at once; SIGHUP reloads, unless it says that the terminal is gone: that stops."""
    loop, this, on_a_terminal = asyncio.get_running_loop(), asyncio.current_task(), os.isatty(_STDERR)

    def told() -> None:
        if stop.is_set() and this:
            this.cancel()
        stop.set()

    def hung_up() -> None:
        if on_a_terminal and not os.isatty(_STDERR):
            stop.set()
        reload()

    loop.add_signal_handler(signal.SIGINT, told)
    loop.add_signal_handler(signal.SIGTERM, told)
    loop.add_signal_handler(signal.SIGHUP, hung_up)


def _end_before_the_start(_number: int, _frame: FrameType | None) -> None:
    """Told to stop while still loading: nothing is open yet."""
    raise SystemExit(0)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
