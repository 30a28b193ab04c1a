"""The one door to Redis: sends commands and scripts, and repeats them, with the same arguments, until there is a definite answer.

redis-py's own retries are off: they double an XADD whose reply was lost. Everything sent here is safe to repeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from redis import exceptions as redis_errors
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from monitor.errors import LogUnavailable
from monitor.store import scripts
from monitor.store.keys import META
from monitor.store.scripts import Script
from monitor.store.trouble import Outage, Patience, code_of, lasting, passes

_Answer = TypeVar("_Answer")

ANSWER_SECONDS = 10.0  # longer than any script or fsync should take, shorter than a lease lives
CONNECT_SECONDS = 5.0
IDLE_SECONDS = 60.0  # after which a connection that nobody needs is closed
MOST_CONNECTIONS = 1_000  # the client's own bound, 100, would tell busy moments as an outage


@dataclass(frozen=True, slots=True)
class Call:
    """A script with its keys and arguments."""

    script: Script
    keys: Sequence[str]
    arguments: Sequence[str | bytes]

    @property
    def size(self) -> int:
        """Roughly the bytes on the wire."""
        return sum(map(len, self.arguments)) + sum(map(len, self.keys))

    def words(self) -> tuple[Any, ...]:
        """The command."""
        return ("EVALSHA", self.script.sha, len(self.keys), *self.keys, *self.arguments)


class _Pool(ConnectionPool):
    """Connections that nobody has needed for a while are closed: redis-py's own pool stays as large as its busiest moment."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._released = WeakKeyDictionary[AbstractConnection, float]()

    async def release(self, connection: AbstractConnection) -> None:
        """Take a connection back; close the one that was longest not needed, if that is long ago: the newest is handed out first."""
        now = self._released[connection] = monotonic()
        await super().release(connection)
        async with self._lock:
            oldest = self._available_connections[0] if self._available_connections else None
            if oldest is None or now - self._released.get(oldest, now) < IDLE_SECONDS:
                return
            self._available_connections.remove(oldest)
        await oldest.disconnect(nowait=True)


class Connection:
    """A pool of connections to one server."""

    def __init__(self, url: str) -> None:
        try:
            self._pool = _Pool.from_url(
                url,
                retry=Retry(NoBackoff(), 0),
                max_connections=MOST_CONNECTIONS,
                protocol=2,
                socket_timeout=None,  # _answered() sees to it
                socket_connect_timeout=CONNECT_SECONDS,
                socket_read_size=2**18,
                client_name="monitor",
            )
        except ValueError as error:
            raise LogUnavailable(f"the log's URL cannot be used: {error}") from error
        self._redis = Redis(connection_pool=self._pool)
        self._send: Callable[..., Awaitable[Any]] = self._redis.execute_command
        self.outage = Outage(self._knock)
        self._redis.response_callbacks.clear()  # answers as the server gave them: bytes, integers, lists

    async def once(self, *words: Any) -> Any:
        """Send a command and raise what comes: for start-up checks, where an error is the answer."""
        return await self._answered(self._send(*words))

    async def ask(self, *words: Any) -> Any:
        """Send a command that is safe to repeat. Raises LogUnavailable for trouble that does not pass."""
        with self.outage.patience() as patience:
            while True:
                await self.outage.over()
                try:
                    return await self._answered(self._send(*words))
                except (redis_errors.RedisError, OSError) as error:
                    await self._bear(error, patience)

    async def ask_all(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Send commands that are safe to repeat in one round trip. Raises LogUnavailable for trouble that does not pass."""
        with self.outage.patience() as patience:
            while True:
                await self.outage.over()
                answers = await self.try_all(commands)
                troubles = [answer for answer in answers if isinstance(answer, Exception)]
                if not troubles:
                    return answers
                await self._bear(next((error for error in troubles if not passes(error)), troubles[0]), patience)

    async def run(self, call: Call) -> Any:
        """Run a script. Raises LogUnavailable for trouble that does not pass."""
        return await self.ask(*call.words())

    async def try_all(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Send commands in one round trip, once; an error stands in the place of the answer it took."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.response_callbacks = {}
        for words in commands:
            pipeline.execute_command(*words)
        try:
            return list(await self._answered(pipeline.execute(raise_on_error=False)))
        except (redis_errors.RedisError, OSError) as error:
            return [error] * len(commands)

    async def load_scripts(self) -> None:
        """Teach the server all scripts. Raises what comes."""
        for script in scripts.ALL:
            await self._answered(self._send("SCRIPT", "LOAD", script.text))

    async def recover(self, error: Exception, patience: Patience) -> None:
        """Wait before a repeat; a server that has forgotten the scripts is taught them again instead."""
        if isinstance(error, redis_errors.RedisError) and code_of(error) == "NOSCRIPT":
            try:
                await self.load_scripts()
            except (redis_errors.RedisError, OSError) as another:
                error = another
            else:
                return
        if not passes(error):
            raise lasting(error) from error
        await patience.wait(error)

    async def _answered(self, answer: Awaitable[_Answer]) -> _Answer:
        # redis-py's own limit on an answer is asyncio.wait_for, which on Python 3.11 can swallow a cancellation (gh-86296)
        async with asyncio.timeout(ANSWER_SECONDS):
            return await answer

    async def _bear(self, error: Exception, patience: Patience) -> None:
        if not passes(error):
            raise lasting(error) from error
        await self.recover(error, patience)

    async def _knock(self) -> None:
        """Ask on a connection of its own, made anew so that a name is looked up again; a write, since a replica answers all else."""
        await self._pool.disconnect(inuse_connections=False)
        await self._answered(self._send("HDEL", META, "knock"))

    async def close(self) -> None:
        """Close all connections."""
        await self.outage.close()
        await self._redis.aclose()
        await self._pool.disconnect()
