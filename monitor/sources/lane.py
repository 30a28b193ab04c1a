"""Worker processes that can be killed, with limits on memory, processor and wall time; each way in which one can fail gets its name here.

A worker is a fork of a server process that has the parsers loaded already, so that replacing one costs milliseconds; it
dies with its parent, whatever way that goes, and hears nothing of what tells that to stop. Knows no format and no parser: what it runs, `pool` says.
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
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import Final

import msgspec
import structlog
from pebble import CONSTS, ProcessExpired, ProcessPool

from monitor.errors import OutsideError, Permanent, Transient

log = structlog.get_logger()

WALL_SECONDS: Final = 10.0
CPU_SECONDS: Final = 5
MEMORY_BYTES: Final = 512 * 2**20
TASKS_A_WORKER: Final = 500
"""A worker is replaced after so many tasks: native parsers lose a little memory now and then."""

_LOST_SECONDS = 5.0  # beyond the limit by the clock: after them a task that no worker ever took is lost
_ATTEMPTS = 3
"""One task may be lost twice without a fault of its own: its worker is killed, and takes the lock of the others with it."""

_START_SECONDS = 60.0
_LOADED = [
    "monitor.cli",  # a new worker imports the program that started it: half a second, were it not there already
    "monitor.sources.pool",
    "monitor.sources.announced",
    "monitor.sources.feed",
    "monitor.sources.frontpage",
    "monitor.sources.page.fingerprint",
]
_FOR_THE_DAEMON = (signal.SIGINT, signal.SIGTERM)
"""What a terminal or a supervisor sends to everybody, and only the daemon is to answer."""
_PR_SET_PDEATHSIG = 1
_FORK_SERVER_DIED = 255  # what multiprocessing calls it


class Overdue(Exception):
    """A task took more processor time than its lane gives."""


class _LostError(Exception):
    """A task whose worker was killed from outside, or that no worker ever took: it says nothing of what was to be read.

    No limit of ours sends SIGKILL: the machine was out of memory, or somebody did.
    """


class Broken(Transient):
    """The pool broke, or lost a task: nobody knows whose doing it was."""


class Lane:
    """So many workers. A task may take `quick` seconds of processor time (None: what no task may exceed) and `wall` by the clock; `nice` yields to all else."""

    def __init__(self, workers: int, *, quick: float | None = None, nice: int = 0, wall: float | None = None) -> None:
        self._workers, self._quick, self._nice, self._wall = workers, quick, nice, wall
        self._places = asyncio.Semaphore(workers)  # first come, first served; what has to wait waits on this side
        self._pool = self._new_pool()
        self._renewing = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None

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

    async def run(self, read: Callable[..., object], *arguments: object) -> tuple[bytes, float]:
        """What a worker makes of it, encoded, and the processor time that it took.

        What was lost with a worker is read again, by another: the bytes may not be to blame. Raises what `read` raises of
        ours, Permanent(`malformed`) for anything else, Transient(`parser_killed`) where a limit struck, Overdue.
        """
        async with self._places:
            lost = _LostError()
            for _ in range(_ATTEMPTS):
                try:
                    return await self._attempt(read, *arguments)
                except _LostError as error:
                    lost = error
                    log.info("lost with its parser", why=str(error))
            raise Broken("parser_killed", str(lost)) from lost

    async def _attempt(self, read: Callable[..., object], *arguments: object) -> tuple[bytes, float]:
        """What one worker makes of it. Each way in which a worker can fail gets its name here."""
        pool, wall = await self._working_pool(), self._wall or WALL_SECONDS
        try:
            task = pool.schedule(_work, args=(self._quick, read, *arguments), timeout=wall)
            async with asyncio.timeout(wall + _LOST_SECONDS):
                return await asyncio.wrap_future(task)
        except ProcessExpired as error:
            if error.exitcode == -signal.SIGPROF:
                raise Overdue from error
            if error.exitcode == _FORK_SERVER_DIED:
                await self._renew(pool)  # all its workers died at once, one of them perhaps with the lock of the others
            if error.exitcode in {_FORK_SERVER_DIED, -signal.SIGKILL}:
                raise _LostError(_cause_of_death(error.exitcode)) from error
            raise Transient("parser_killed", _cause_of_death(error.exitcode)) from error
        except TimeoutError as error:
            if error.args:  # the pool's, which has some: a worker was at it all the time
                raise Transient("parser_killed", f"no result within {wall:g} s") from error
            await self._renew(pool)
            raise _LostError(f"no result within {wall + _LOST_SECONDS:g} s") from error
        except RuntimeError as error:
            raise _LostError(f"the pool broke: {error}") from error

    async def _working_pool(self) -> ProcessPool:
        """The pool, started if nobody has yet, renewed if it broke while nobody looked."""
        if not self._starting:
            self.begin()
            with suppress(RuntimeError, TimeoutError, ProcessExpired):
                await self.started()
        if not self._pool.active:
            await self._renew(self._pool)
        return self._pool

    async def _renew(self, broken: ProcessPool) -> None:
        """A pool that lost an idle worker, or a lock with a dying one, does not recover by itself: take a new one."""
        async with self._renewing:
            if self._pool is not broken:
                return  # somebody else was faster
            await asyncio.to_thread(_stop, broken)
            self._pool = self._new_pool()
            try:
                await asyncio.to_thread(_start, self._pool)
                log.warning("replaced a broken pool of parsers")
            except (RuntimeError, TimeoutError) as error:
                log.exception("the parsers do not start", error=str(error))

    def _new_pool(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_LOADED)
        CONSTS.term_timeout = 0.0  # who does not hear SIGTERM is killed at once
        return ProcessPool(self._workers, TASKS_A_WORKER, initializer=_confine, initargs=(self._nice,), context=context)


def _start(pool: ProcessPool) -> None:
    with _deaf():
        started = pool.schedule(os.getpid)
    started.result(_START_SECONDS)


@contextmanager
def _deaf() -> Iterator[None]:
    """What this thread starts meanwhile, its threads and processes and theirs, never hears what is for the daemon."""
    resource_tracker.ensure_running()  # it answers for itself, and would lift the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _FOR_THE_DAEMON)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble forgot its annotation
    pool.join()


def _cause_of_death(exitcode: int) -> str:
    if exitcode == -signal.SIGXCPU:
        return f"more than {CPU_SECONDS} s of processor time"
    return f"signal {-exitcode}" if exitcode < 0 else f"exit code {exitcode}"


# --- over there, in a worker -----------------------------------------------------------------------------------------


def _confine(nice: int) -> None:
    """Bind a worker to its parent's life and to a share of memory."""
    os.nice(nice)
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


def _work(quick: float | None, read: Callable[..., object], *arguments: object) -> tuple[bytes, float]:
    """Read within the limits; whatever goes wrong becomes one of our own errors, which are sure to cross the border."""
    start = time.process_time()
    _allow_cpu(CPU_SECONDS, quick)
    try:
        return msgspec.msgpack.encode(read(*arguments)), time.process_time() - start
    except OutsideError:
        raise
    except MemoryError:
        raise Transient("parser_killed", f"more than {MEMORY_BYTES >> 20} MiB of memory") from None
    except Exception as error:  # noqa: BLE001 -- a parser that stumbles over bytes from outside is a fact about them
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        raise Permanent("malformed", f"{type(error).__name__} at {where}: {str(error)[:300]}") from None
    finally:
        _allow_cpu(None, None)  # not while it holds the channel's lock


def _allow_cpu(seconds: int | None, quick: float | None) -> None:
    """Set the limits on this process's time from now: `quick` by SIGPROF, exactly, and `seconds` by a limit that counts from its start."""
    signal.setitimer(signal.ITIMER_PROF, quick or 0.0)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = hard if seconds is None else int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))
