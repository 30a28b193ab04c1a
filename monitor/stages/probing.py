"""Asks a source twice: what it holds, and whether it is honest about having changed. It records nothing and judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.errors import OutsideError, Transient
from monitor.ports import Net, Parser, Response
from monitor.stages.listings import Listings
from monitor.stages.sources import Source, validators

_NEVER_GIVEN: Final = validators('"monitor-asks-whether-you-lie"', "Thu, 01 Jan 1970 00:00:01 GMT")


@dataclass(frozen=True, slots=True)
class Probe:
    """What a source holds: its kind (`page` for a single page), and of a feed how many entries and the newest date that one states.

    `seconds` is how long the answer took. `lies`: it says that nothing has changed to validators that it never gave; None where that
    could not be asked.
    """

    kind: str
    seconds: float
    entries: int = 0
    newest: datetime | None = None
    lies: bool | None = None


async def probe(net: Net, parser: Parser, source: Source, at: datetime) -> Probe:
    """Ask one source. Raises OutsideError where it cannot be had, or is no source."""
    answer = await net.get(source.url)
    if answer.status != 200:
        raise Transient(f"http_{answer.status}", "", status=answer.status)
    if source.fixed:
        page = await parser.page(answer.body, answer.url, answer.headers, "")
        if page.verdict != "article":
            raise Transient(page.verdict, page.detail)
        return Probe("page", answer.seconds)
    listed, _ = await Listings(net, parser).read(source, answer, {}, at)
    newest = max((said for entry in listed.entries for said in (entry.published, entry.updated) if said), default=None)
    return Probe(listed.kind, answer.seconds, len(listed.entries), newest, await _lies(net, answer))


async def _lies(net: Net, answer: Response) -> bool | None:
    """Whether it answers 304 to somebody who cannot have seen it."""
    try:
        return (await net.get(answer.url, headers=_NEVER_GIVEN)).status == 304
    except OutsideError:
        return None
