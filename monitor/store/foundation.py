"""What must stand before the log is used: a fit server, the number of partitions, the consumer groups. Mends nothing of the user's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import structlog
from redis import exceptions as redis_errors

from monitor.errors import LogUnavailable
from monitor.store import scripts
from monitor.store.connection import Connection
from monitor.store.keys import ARCHIVE, GROUPS, IDENTITY, IMPORTING, META, Keys
from monitor.store.trouble import code_of, lasting, passes

_log = structlog.get_logger()

_START_SECONDS = 10.0
_NEEDED = ("EVALSHA", "XAUTOCLAIM", "GETEX", "XREADGROUP", "COMMAND")  # XAUTOCLAIM and GETEX came with 6.2
CLASSES = {
    "B": "B: nothing acknowledged is lost by a crash or a power cut; the disk's loss is the log's",
    "C": "C: a crash or a power cut loses up to two seconds; set `appendfsync always` to lose nothing",
    "D": "D: a restart loses everything; set `appendonly yes` and `appendfsync always`",
    "unknown": "unknown: the server forbids CONFIG GET; see that it runs `appendonly yes` and `appendfsync always`",
}


async def inspect(connection: Connection) -> str:
    """Refuse a server that cannot keep the log; returns the durability class (reliability: 3.10).

    Raises LogUnavailable with what to do about it.
    """
    await _answers(connection)
    try:
        await has_the_commands(connection)
        for script in scripts.ALL:
            await _asked(connection, "SCRIPT", "LOAD", script.text)
        config = await configuration(connection)
    except (redis_errors.RedisError, OSError) as error:
        raise lasting(error) from error
    policy = config.get("maxmemory-policy", "noeviction")
    if policy != "noeviction":
        raise LogUnavailable(
            f"the server may evict the log's keys (maxmemory-policy is {policy}): CONFIG SET maxmemory-policy noeviction"
        )
    durability = durability_of(config)
    _log.info("the log's durability", durability=CLASSES[durability], **config)
    return durability


async def lay(connection: Connection, partitions: int, *, archiving: bool = False) -> None:
    """Fix the number of partitions and make the consumer groups at the log's first start; afterwards see that they stand.

    The archive's group is made when archiving is first asked for, and stands from then on.

    Raises LogUnavailable where the log has another number of partitions, or where groups have vanished.
    """
    fixed = await connection.ask("HGET", META, "partitions")
    if fixed is None:
        await _create_groups(connection, partitions, GROUPS)
        await connection.ask("HSETNX", META, "partitions", partitions)
        fixed = await connection.ask("HGET", META, "partitions")
    if int(fixed) != partitions:
        raise LogUnavailable(
            f"this log has {int(fixed)} partitions since its first start, not {partitions}: set partitions = {int(fixed)}"
        )
    archived, importing = await connection.ask("HMGET", META, ARCHIVE, IMPORTING)
    if importing:
        raise LogUnavailable("an import into this log did not come to its end: empty it, and import again")
    await connection.ask("HSETNX", META, IDENTITY, uuid4().hex)
    if archiving and not archived:
        await _create_groups(connection, partitions, (ARCHIVE,))
        await connection.ask("HSET", META, ARCHIVE, "yes")
    await _see_that_groups_stand(connection, partitions, (*GROUPS, ARCHIVE) if archived or archiving else GROUPS)


async def _answers(connection: Connection) -> None:
    waited = 0.0
    with connection.outage.patience() as patience:
        while True:
            try:
                await connection.once("PING")
            except (redis_errors.RedisError, OSError) as error:
                loading = isinstance(error, redis_errors.RedisError) and code_of(error) == "LOADING"
                if not passes(error):
                    raise lasting(error) from error
                if waited > _START_SECONDS and not loading:
                    raise LogUnavailable(f"the log's server does not answer: {error}") from error
                waited += await patience.wait(error)
            else:
                return


async def has_the_commands(connection: Connection) -> None:
    """See that the server runs scripts and is young enough. Raises LogUnavailable."""
    try:
        known = await _asked(connection, "COMMAND", "INFO", *_NEEDED)
        await _asked(connection, "EVAL", "return 1", 0)
    except redis_errors.ResponseError as error:
        raise LogUnavailable(f"the server runs no Lua scripts, which the log needs: {error}") from error
    missing = [name for name, info in zip(_NEEDED, known, strict=True) if not info]
    if missing:
        raise LogUnavailable(f"the server knows no {', '.join(missing)}: Monitor needs Redis ≥ 6.2 or Valkey")


async def configuration(connection: Connection) -> dict[str, str]:
    """The settings that matter; empty where the server does not tell."""
    found: dict[str, str] = {}
    for name in ("maxmemory-policy", "appendonly", "appendfsync"):
        try:
            answer: list[Any] = await _asked(connection, "CONFIG", "GET", name)
        except redis_errors.ResponseError:  # forbidden or renamed, as managed servers do
            continue
        if len(answer) > 1:
            found[name] = answer[1].decode()
    return found


def durability_of(config: dict[str, str]) -> str:
    """The class of durability that these settings give: a key of CLASSES."""
    match config.get("appendonly"), config.get("appendfsync"):
        case None, _:
            return "unknown"
        case "yes", "always":
            return "B"
        case "yes", "everysec":
            return "C"
        case _:
            return "D"


async def _asked(connection: Connection, *words: Any) -> Any:
    """The answer to a command, repeated while the trouble passes by itself. Raises the server's refusal as it is."""
    with connection.outage.patience() as patience:
        while True:
            try:
                return await connection.once(*words)
            except (redis_errors.RedisError, OSError) as error:
                if not passes(error):
                    raise
                await patience.wait(error)


async def _create_groups(connection: Connection, partitions: int, groups: Sequence[str]) -> None:
    for partition in range(partitions):
        for group in groups:
            try:
                await _asked(connection, "XGROUP", "CREATE", Keys(partition).events, group, "0", "MKSTREAM")
            except redis_errors.ResponseError as error:
                if code_of(error) != "BUSYGROUP":  # another process was first
                    raise lasting(error) from error


async def _see_that_groups_stand(connection: Connection, partitions: int, groups: Sequence[str]) -> None:
    for partition, missing in (await lost_groups(connection, partitions, groups)).items():
        raise LogUnavailable(
            f"partition {partition} of the log has lost its consumer groups {', '.join(missing)}: somebody deleted or "
            "replaced the log's data; restore it from a backup"
        )


async def lost_groups(connection: Connection, partitions: int, groups: Sequence[str]) -> dict[int, list[str]]:
    """The groups that do not stand, by partition."""
    lost = {}
    for partition in range(partitions):
        try:
            rows = await _asked(connection, "XINFO", "GROUPS", Keys(partition).events)
        except redis_errors.ResponseError:  # no such key
            rows = []
        standing = {row[1].decode() for row in rows}
        if missing := [group for group in groups if group not in standing]:
            lost[partition] = missing
    return lost
