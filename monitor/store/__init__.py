"""The store: the log on Redis Streams, the embedded server it runs on by default, the captures. The one door to Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from monitor.store import foundation
from monitor.store.archive import FOLDER, Archive
from monitor.store.captures import FileCaptures
from monitor.store.connection import Connection
from monitor.store.embedded import EmbeddedServer
from monitor.store.leases import TTL
from monitor.store.log import RedisLog

__all__ = ["EmbeddedServer", "FileCaptures", "RedisLog", "open_log"]


@asynccontextmanager
async def open_log(
    url: str,
    *,
    data_dir: Path,
    partitions: int = 1,
    owner: bool = True,
    now: Callable[[], datetime] | None = None,
    lease_seconds: float = TTL,
    archiving: bool = False,
) -> AsyncIterator[RedisLog]:
    """The log at `url`: `embedded`, or `redis://`, `rediss://`, `unix://` of a server of the user's own.

    With `embedded`, the `owner` runs the server for as long as this lasts, one owner a data directory; anybody else uses the
    server that runs there. `now` replaces the server's clock. `archiving` makes the archive's group, where it does not stand yet.
    Raises LogUnavailable with what to do about it.
    """
    async with AsyncExitStack() as stack:
        embedded = url == "embedded"
        if embedded and owner:
            url = await stack.enter_async_context(EmbeddedServer(data_dir))
        elif embedded:
            url = EmbeddedServer.running(data_dir)
        connection = Connection(url)
        stack.push_async_callback(connection.close)
        await foundation.inspect(connection)
        await foundation.lay(connection, partitions, archiving=archiving)
        archive = Archive(connection, data_dir / FOLDER)
        log = RedisLog(connection, partitions, archive, now=now, lease_seconds=lease_seconds)
        stack.push_async_callback(log.close)
        if embedded and owner:
            await log.release_the_dead()
        yield log
