"""What `doctor --feeds` finds: each source asked now, a line for each, in bounded time. It prints nothing and records nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from monitor.cli.output import minute
from monitor.core.condition import Known, condition
from monitor.core.tempo import TOO_LONG
from monitor.errors import OutsideError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.ports import Net, Parser
    from monitor.stages.probing import Probe
    from monitor.stages.sources import Source
    from monitor.store.fitness import Finding

_AT_ONCE: Final = 16
_SECONDS: Final = 15.0  # for one answer
LONGEST: Final = 120.0  # seconds for all of them


async def probes(config: Config) -> list[Finding]:
    """Ask each feed and page, through the guard like the daemon; what time was left for, in the order of the configuration."""
    from monitor.net import open_net  # the parts take a second to import
    from monitor.ports import Limits
    from monitor.rules import feeds_of, pages_of, user_agent
    from monitor.sources.pool import open_pool
    from monitor.store.fitness import Finding

    polling, sources = config.polling, {**feeds_of(config), **pages_of(config)}
    opened = open_net(
        user_agent=user_agent(polling.contact),
        allow_private=polling.allow_private,
        concurrency=_AT_ONCE,
        per_host=polling.per_host,
        limits=Limits(total_seconds=_SECONDS),
    )
    async with open_pool(polling.parsers) as parser, opened as net:
        places = asyncio.Semaphore(_AT_ONCE)
        tasks = [asyncio.create_task(_probed(net, parser, source, config, places)) for source in sources.values()]
        done, late = await asyncio.wait(tasks, timeout=LONGEST) if tasks else (set(), set())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    found = [task.result() for task in tasks if task in done]
    if late:
        found.append(Finding("feeds", "note", f"{len(late)} of {len(tasks)} were not asked: {LONGEST:.0f} s were over"))
    return found


async def _probed(net: Net, parser: Parser, source: Source, config: Config, places: asyncio.Semaphore) -> Finding:
    from monitor.net.trust import trusting  # as above
    from monitor.rules import certificates_of
    from monitor.stages.probing import probe
    from monitor.store.fitness import Finding

    async with places:
        try:
            with trusting(certificates_of(config).get(source.id)):
                found = await probe(net, parser, source, datetime.now(UTC))
        except OutsideError as error:
            known = Known(source.id, source.url, "failing", reason=error.reason, status=error.status, failures=1)
            return Finding("feeds", "fault", f"{source.id}: {error}", condition(known, str).do)
    doubts = [*_doubts(found)]
    said = f"{source.id}: {_words(found, config)}"
    return Finding("feeds", "note" if doubts else "good", "; ".join([said, *doubts]))


def _words(found: Probe, config: Config) -> str:
    if found.kind == "page":
        return f"a page, in {found.seconds:.1f} s"
    newest = f", the newest of {minute(found.newest, config.timezone)}" if found.newest else ""
    entries = f"{found.entries} {'entry' if found.entries == 1 else 'entries'}"
    return f"a {found.kind} of {entries}{newest}, in {found.seconds:.1f} s"


def _doubts(found: Probe) -> list[str]:
    """What is not as it should be, and hinders nothing."""
    slow = [f"that is slow: {TOO_LONG:.0f} s and more"] if found.seconds >= TOO_LONG else []
    empty = ["there is nothing in it"] if found.kind != "page" and not found.entries else []
    lies = (
        ["it lies: it says that nothing has changed to whoever asks so, and will be read in full"] if found.lies else []
    )
    return [*slow, *empty, *lies]
