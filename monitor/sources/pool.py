"""The Parser of ports.py: parsing in subprocesses that can be killed, where one document holds up no other.

All are read in one lane, in which nothing may take longer than a second of processor time. What does, or kills its worker, is a suspect: it is
read apart, by one worker that yields to everything else and has more time, until it is quick again; there sites take turns. What crosses
the border is bytes, strictly decoded on this side. Knows no format: `feed` and `page` do, and are only loaded over there.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec
import structlog

from monitor.core.urls import site
from monitor.errors import Permanent, Transient
from monitor.ports import Announced, ParsedFeed, ParsedPage, Parser
from monitor.sources.lane import Broken, Lane, Overdue
from monitor.sources.turns import Turns

log = structlog.get_logger()

QUICK_SECONDS: Final = 1.0
"""Of processor time: what a document may take among the others. Real ones take a tenth of it at most."""
SUSPECTS_KEPT: Final = 10_000
_YIELDING = 10  # the niceness of the suspects' worker, …
_PATIENCE = 50.0  # … which therefore has more seconds by the clock: it may get a twentieth of a processor while the others are busy

_feed_decoder = msgspec.msgpack.Decoder(ParsedFeed)
_page_decoder = msgspec.msgpack.Decoder(ParsedPage)
_announced_decoder = msgspec.msgpack.Decoder(tuple[Announced, ...])
_Parsed = TypeVar("_Parsed")


class ParserPool(Parser):
    """The Parser of ports.py. `open_pool` makes it."""

    def __init__(self, workers: int) -> None:
        self._common = Lane(workers, quick=QUICK_SECONDS)
        self._apart = Lane(1, nice=_YIELDING, wall=_PATIENCE)
        self._suspects: OrderedDict[str, None] = OrderedDict()
        self._turns = Turns()

    async def feed(self, body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
        """Parse a feed.

        Raises Permanent for bytes that say nothing (see `feed.parse_feed`), Transient(`parser_killed`) where a limit struck,
        Postponed where it took too long before and too many others that did are being read.
        """
        return await self._parse(_feed_decoder, url, _read_feed, body, url, dict(headers))

    async def front_page(self, body: bytes, url: str, headers: Mapping[str, str], rules: Sequence[str]) -> ParsedFeed:
        """Find the articles that a page links to. Raises as `feed` does (see `frontpage.read_front_page`)."""
        return await self._parse(_feed_decoder, url, _read_front_page, body, url, dict(headers), tuple(rules))

    async def announced(self, body: bytes, url: str, headers: Mapping[str, str]) -> tuple[Announced, ...]:
        """The feeds that a page names. Raises as `feed` does."""
        return await self._parse(_announced_decoder, url, _read_announced, body, url, dict(headers))

    async def page(
        self, body: bytes, url: str, headers: Mapping[str, str], container: str, known: str = ""
    ) -> ParsedPage:
        """Read a page. Raises as `feed` does."""
        return await self._parse(_page_decoder, url, _read_page, body, url, dict(headers), container, known)

    async def fragment(self, html: str, url: str, title: str) -> ParsedPage:
        """Read an article's text from a feed entry's HTML. Raises as `feed` does."""
        return await self._parse(_page_decoder, url, _read_fragment, html, url, title)

    def begin(self) -> None:
        """Load the parsers and start the workers, which takes a second or two, while the caller does something else."""
        self._common.begin()

    async def started(self) -> None:
        """Wait for the workers. Raises RuntimeError where they do not start."""
        await self._common.started()

    async def close(self) -> None:
        """Kill the workers, whatever they are at."""
        await self._common.close()
        await self._apart.close()

    async def _parse(
        self, decoder: msgspec.msgpack.Decoder[_Parsed], url: str, read: Callable[..., object], *arguments: object
    ) -> _Parsed:
        try:
            return decoder.decode(await self._run(url, read, *arguments))
        except msgspec.MsgspecError as error:
            raise Permanent("malformed", f"the parser's answer has the wrong shape: {error}") from error

    async def _run(self, url: str, read: Callable[..., object], *arguments: object) -> bytes:
        if url not in self._suspects:
            try:
                found, _seconds = await self._common.run(read, *arguments)
            except Overdue:
                self._suspect(url, f"more than {QUICK_SECONDS:g} s of processor time")
            except Broken:
                raise
            except Transient as error:
                self._suspect(url, error.detail)
                raise
            else:
                return found
        return await self._run_apart(url, read, *arguments)

    def _suspect(self, url: str, why: str) -> None:
        log.info("read apart from now on", host=urlsplit(url).netloc, reason=why)
        self._suspects[url] = None
        if len(self._suspects) > SUSPECTS_KEPT:
            self._suspects.popitem(last=False)

    async def _run_apart(self, url: str, read: Callable[..., object], *arguments: object) -> bytes:
        async with self._turns.turn(site(url)):
            found, seconds = await self._apart.run(read, *arguments)
        if seconds < QUICK_SECONDS / 2:
            self._suspects.pop(url, None)
        return found


@asynccontextmanager
async def open_pool(workers: int, *, wait: bool = True) -> AsyncIterator[ParserPool]:
    """Parsers in `workers` subprocesses, and one more for suspects once there are any, for as long as the context.

    Without `wait` they may still be starting: see `started`.
    """
    pool = ParserPool(workers)
    pool.begin()
    try:
        if wait:
            await pool.started()
        yield pool
    finally:
        await pool.close()


# --- over there, in a worker -----------------------------------------------------------------------------------------


def _read_feed(body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    from monitor.sources.feed import parse_feed  # this side never loads a parser

    return parse_feed(body, url, headers)


def _read_front_page(body: bytes, url: str, headers: Mapping[str, str], rules: Sequence[str]) -> ParsedFeed:
    from monitor.sources.frontpage import read_front_page  # this side never loads a parser

    return read_front_page(body, url, headers, rules)


def _read_announced(body: bytes, url: str, headers: Mapping[str, str]) -> tuple[Announced, ...]:
    from monitor.sources.announced import read_announced  # this side never loads a parser

    return read_announced(body, url, headers)


def _read_page(body: bytes, url: str, headers: Mapping[str, str], container: str, known: str) -> ParsedPage:
    from monitor.sources.page.fingerprint import read_again  # this side never loads a parser

    return read_again(body, url, headers, container, known)


def _read_fragment(html: str, url: str, title: str) -> ParsedPage:
    from monitor.sources.page import read_fragment  # this side never loads a parser

    return read_fragment(html, url, title)
