"""The Parser of ports.py: parsing in subprocesses that can be killed, with limits on memory, processor and wall time.

A worker is a fork of a server process that has the parsers loaded already, so that replacing one costs milliseconds; it
dies with its parent, whatever way that goes. What crosses the border is bytes, strictly decoded on this side.
Knows no format: `feed` and `page` do, and are only loaded over there.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import multiprocessing
import os
import resource
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from multiprocessing import forkserver
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import structlog
from pebble import ProcessExpired, ProcessPool

from monitor.errors import OutsideError, Permanent, Transient
from monitor.ports import Announced, ParsedFeed, ParsedPage, Parser

log = structlog.get_logger()

WALL_SECONDS: Final = 10.0
CPU_SECONDS: Final = 5
MEMORY_BYTES: Final = 512 * 2**20
TASKS_A_WORKER: Final = 500
"""A worker is replaced after so many tasks: native parsers lose a little memory now and then."""

_LOST_SECONDS = WALL_SECONDS + 5
_START_SECONDS = 60.0
_LOADED = [
    "monitor.sources.announced",
    "monitor.sources.feed",
    "monitor.sources.frontpage",
    "monitor.sources.page.fingerprint",
]
_PR_SET_PDEATHSIG = 1
_FORK_SERVER_DIED = 255  # what multiprocessing calls it

_feed_decoder = msgspec.msgpack.Decoder(ParsedFeed)
_page_decoder = msgspec.msgpack.Decoder(ParsedPage)
_announced_decoder = msgspec.msgpack.Decoder(tuple[Announced, ...])
_Parsed = TypeVar("_Parsed")


class _LostError(Exception):
    """A task whose worker was killed from outside, or that no worker ever took: it says nothing of what was to be read.

    No limit of ours sends SIGKILL: the machine was out of memory, or somebody did.
    """


class ParserPool(Parser):
    """The Parser of ports.py. `open_pool` makes it."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._places = asyncio.Semaphore(workers)  # first come, first served; what has to wait waits on this side
        self._pool = _new_pool(workers)
        self._renewing = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None

    async def feed(self, body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
        """Parse a feed.

        Raises Permanent for bytes that say nothing (see `feed.parse_feed`), Transient(`parser_killed`) where a limit struck.
        """
        return await self._parse(_feed_decoder, _read_feed, body, url, dict(headers))

    async def front_page(self, body: bytes, url: str, headers: Mapping[str, str], rules: Sequence[str]) -> ParsedFeed:
        """Find the articles that a page links to. Raises as `feed` does (see `frontpage.read_front_page`)."""
        return await self._parse(_feed_decoder, _read_front_page, body, url, dict(headers), tuple(rules))

    async def announced(self, body: bytes, url: str, headers: Mapping[str, str]) -> tuple[Announced, ...]:
        """The feeds that a page names. Raises as `feed` does."""
        return await self._parse(_announced_decoder, _read_announced, body, url, dict(headers))

    async def page(
        self, body: bytes, url: str, headers: Mapping[str, str], container: str, known: str = ""
    ) -> ParsedPage:
        """Read a page. Raises as `feed` does."""
        return await self._parse(_page_decoder, _read_page, body, url, dict(headers), container, known)

    async def fragment(self, html: str, url: str, title: str) -> ParsedPage:
        """Read an article's text from a feed entry's HTML. Raises as `feed` does."""
        return await self._parse(_page_decoder, _read_fragment, html, url, title)

    def begin(self) -> None:
        """Load the parsers and start the workers, which takes a second or two, while the caller does something else."""
        self._starting = asyncio.create_task(asyncio.to_thread(_start, self._pool))

    async def started(self) -> None:
        """Wait for the workers. Raises RuntimeError where they do not start."""
        if self._starting:
            await asyncio.shield(self._starting)

    async def close(self) -> None:
        """Kill the workers, whatever they are at."""
        if self._starting:
            await asyncio.wait([self._starting])  # stopped half-way, it would be waited for in vain
        await asyncio.to_thread(_stop, self._pool)

    async def _parse(
        self, decoder: msgspec.msgpack.Decoder[_Parsed], read: Callable[..., object], *arguments: object
    ) -> _Parsed:
        try:
            return decoder.decode(await self._run(read, *arguments))
        except msgspec.MsgspecError as error:
            raise Permanent("malformed", f"the parser's answer has the wrong shape: {error}") from error

    async def _run(self, read: Callable[..., object], *arguments: object) -> bytes:
        """What a worker makes of it, encoded. What was lost with a worker is read once more, by another: the bytes may not be to blame."""
        async with self._places:
            try:
                return await self._attempt(read, *arguments)
            except _LostError as lost:
                log.info("lost with its parser, read once more", why=str(lost))
            try:
                return await self._attempt(read, *arguments)
            except _LostError as lost:
                raise Transient("parser_killed", str(lost)) from lost

    async def _attempt(self, read: Callable[..., object], *arguments: object) -> bytes:
        """What one worker makes of it. Each way in which a worker can fail gets its name here."""
        pool = await self._working_pool()
        try:
            task = pool.schedule(_work, args=(read, *arguments), timeout=WALL_SECONDS)
            async with asyncio.timeout(_LOST_SECONDS):
                return await asyncio.wrap_future(task)
        except ProcessExpired as error:
            if error.exitcode == _FORK_SERVER_DIED:
                await self._renew(pool)  # all its workers died at once, one of them perhaps with the lock of the others
            if error.exitcode in {_FORK_SERVER_DIED, -signal.SIGKILL}:
                raise _LostError(_cause_of_death(error.exitcode)) from error
            raise Transient("parser_killed", _cause_of_death(error.exitcode)) from error
        except TimeoutError as error:
            if error.args:  # the pool's, which has some: a worker was at it all the time
                raise Transient("parser_killed", f"no result within {WALL_SECONDS:g} s") from error
            await self._renew(pool)
            raise _LostError(f"no result within {_LOST_SECONDS:g} s") from error
        except RuntimeError as error:
            raise _LostError(f"the pool broke: {error}") from error

    async def _working_pool(self) -> ProcessPool:
        """The pool, renewed if it broke while nobody looked."""
        if not self._pool.active:
            await self._renew(self._pool)
        return self._pool

    async def _renew(self, broken: ProcessPool) -> None:
        """A pool that lost an idle worker, or a lock with a dying one, does not recover by itself: take a new one."""
        async with self._renewing:
            if self._pool is not broken:
                return  # somebody else was faster
            await asyncio.to_thread(_stop, broken)
            self._pool = _new_pool(self._workers)
            try:
                await asyncio.to_thread(_start, self._pool)
                log.warning("replaced a broken pool of parsers")
            except (RuntimeError, TimeoutError) as error:
                log.exception("the parsers do not start", error=str(error))


@asynccontextmanager
async def open_pool(workers: int, *, wait: bool = True) -> AsyncIterator[ParserPool]:
    """Parsers in `workers` subprocesses, for as long as the context. Without `wait` they may still be starting: see `started`."""
    pool = ParserPool(workers)
    pool.begin()
    try:
        if wait:
            await pool.started()
        yield pool
    finally:
        await pool.close()


def _new_pool(workers: int) -> ProcessPool:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    return ProcessPool(workers, TASKS_A_WORKER, initializer=_confine, context=context)


def _start(pool: ProcessPool) -> None:
    pool.schedule(os.getpid).result(_START_SECONDS)


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble forgot its annotation
    pool.join()


def _cause_of_death(exitcode: int) -> str:
    if exitcode == -signal.SIGXCPU:
        return f"more than {CPU_SECONDS} s of processor time"
    return f"signal {-exitcode}" if exitcode < 0 else f"exit code {exitcode}"


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


def _confine() -> None:
    """Bind a worker to its parent's life and to a share of memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which drains
    logging.disable()  # parsers log what pages say; their errors travel as errors
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # when the fork server dies; and that dies when …
        os.close(_daemon_is_alive())  # … nobody holds this end of its pipe but the daemon
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _daemon_is_alive() -> int:
    """The descriptor by which the fork server knows that somebody needs it; it hands every worker a copy."""
    return forkserver._forkserver._forkserver_alive_fd  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001 -- no public way


def _work(read: Callable[..., object], *arguments: object) -> bytes:
    """Read within the limits; whatever goes wrong becomes one of our own errors, which are sure to cross the border."""
    _allow_cpu(CPU_SECONDS)
    try:
        return msgspec.msgpack.encode(read(*arguments))
    except OutsideError:
        raise
    except MemoryError:
        raise Transient("parser_killed", f"more than {MEMORY_BYTES >> 20} MiB of memory") from None
    except Exception as error:  # noqa: BLE001 -- a parser that stumbles over bytes from outside is a fact about them
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        raise Permanent("malformed", f"{type(error).__name__} at {where}: {str(error)[:300]}") from None
    finally:
        _allow_cpu(None)  # not while it holds the channel's lock


def _allow_cpu(seconds: int | None) -> None:
    """Set the limit on this process's time, which counts from its start, to so much from now."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = hard if seconds is None else int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))
