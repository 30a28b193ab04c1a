"""Whether a server is fit to keep the log, point by point, each with what to do about it. It changes nothing, and needs no log to be there yet."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from redis import exceptions as redis_errors

from monitor.errors import LogUnavailable
from monitor.store import foundation, rights
from monitor.store.connection import Connection
from monitor.store.keys import ARCHIVE, GROUPS, META
from monitor.store.trouble import lasting

_SKEW: Final = 2.0  # seconds


class Finding(NamedTuple):
    """One point that was looked at: `good`, a `note` that asks for nothing, or a `fault` with its `fix`."""

    about: str
    level: Literal["good", "note", "fault"]
    says: str
    fix: str = ""


async def examine(url: str, *, partitions: int, archiving: bool, own: bool) -> list[Finding]:
    """Look at the server at a URL; `own` where it is the embedded one, which nobody but Monitor sets up."""
    try:
        connection = Connection(url)
    except LogUnavailable as error:
        return [Finding("server", "fault", str(error), "set redis.url")]
    try:
        findings = [await _identity(connection), *await _scripts(connection), await _clock(connection)]
        findings += await _settings(connection)
        findings += await _replicas(connection)
        findings += await _log(connection, partitions, archiving=archiving)
    except LogUnavailable as error:
        return [Finding("server", "fault", str(error), "set redis.url, or start the server")]
    except (redis_errors.RedisError, OSError) as error:
        return [Finding("server", "fault", str(lasting(error)), "set redis.url, or start the server")]
    finally:
        await connection.close()
    if not own:
        findings.append(Finding("rights", "note", "the least rights that Monitor needs", rights.acl_line()))
    return findings


async def _identity(connection: Connection) -> Finding:
    about = await _info(connection, "server")
    family = "Valkey" if "valkey_version" in about else "Redis"
    version = about.get("valkey_version") or about.get("redis_version", "of an unknown version")
    return Finding("server", "good", f"{family} {version}, process {about.get('process_id', '?')}")


async def _scripts(connection: Connection) -> list[Finding]:
    try:
        await foundation.has_the_commands(connection)
    except LogUnavailable as error:
        return [Finding("commands", "fault", str(error), "use Redis ≥ 6.2 or Valkey, with EVAL allowed")]
    return [Finding("commands", "good", "it runs scripts and knows all commands")]


async def _clock(connection: Connection) -> Finding:
    before = time.time()
    seconds, microseconds = await connection.once("TIME")
    skew = int(seconds) + int(microseconds) / 1e6 - (before + time.time()) / 2
    if abs(skew) > _SKEW:
        said = f"its clock is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
        return Finding("clock", "fault", said, "let NTP set both clocks; Monitor works by the server's")
    return Finding("clock", "good", f"its clock and this machine's differ by {abs(skew) * 1000:.0f} ms")


async def _settings(connection: Connection) -> list[Finding]:
    found = await foundation.configuration(connection)
    memory = await _info(connection, "memory")
    policy = found.get("maxmemory-policy") or memory.get("maxmemory_policy", "")
    kind = foundation.durability_of(found)
    durability = foundation.CLASSES[kind]
    fixes = {
        "C": "CONFIG SET appendfsync always",
        "D": "CONFIG SET appendonly yes; CONFIG SET appendfsync always",
        "unknown": "allow CONFIG GET, or ask whoever runs the server",
    }
    findings = [
        Finding("eviction", "good", "it evicts nothing")
        if policy in {"noeviction", ""}
        else Finding(
            "eviction",
            "fault",
            f"it may evict the log's keys: maxmemory-policy is {policy}",
            "CONFIG SET maxmemory-policy noeviction",
        )
    ]
    level: Literal["good", "note", "fault"] = "good" if kind == "B" else "note" if kind == "unknown" else "fault"
    findings.append(Finding("durability", level, durability, fixes.get(kind, "")))
    limit, used = int(memory.get("maxmemory", 0)), int(memory.get("used_memory", 0))
    if limit and used > 0.8 * limit:
        said = f"{used >> 20} of {limit >> 20} MiB of its memory are used"
        findings.append(Finding("memory", "fault", said, "raise maxmemory, or archive.enabled = true"))
    return findings


async def _replicas(connection: Connection) -> list[Finding]:
    about = await _info(connection, "replication")
    if about.get("role") not in {"master", None}:
        return [Finding("replicas", "fault", "it is a replica, which takes no writes", "set redis.url to its master")]
    count = int(about.get("connected_slaves", 0))
    if not count:
        return [
            Finding(
                "replicas", "note", "it has no replica: the loss of its disk is the loss of the log", "monitor backup"
            )
        ]
    return [Finding("replicas", "note", f"it has {count} replicas, which Monitor does not wait for")]


async def _log(connection: Connection, partitions: int, *, archiving: bool) -> list[Finding]:
    fixed, archived = await connection.once("HMGET", META, "partitions", ARCHIVE)
    if fixed is None:
        return [Finding("log", "note", "there is no log yet: the first start lays it")]
    if int(fixed) != partitions:
        return [
            Finding(
                "log",
                "fault",
                f"it has {int(fixed)} partitions, not {partitions}",
                f"set redis.partitions = {int(fixed)}",
            )
        ]
    groups = (*GROUPS, ARCHIVE) if archived else GROUPS
    lost = await foundation.lost_groups(connection, partitions, groups)
    if lost:
        said = "; ".join(f"partition {at} has lost {', '.join(names)}" for at, names in lost.items())
        return [Finding("log", "fault", f"consumer groups are missing: {said}", "restore the log from a backup")]
    found = [Finding("log", "good", f"{partitions} partitions, and all consumer groups stand")]
    if archived and not archiving:
        found.append(
            Finding(
                "archive", "fault", "the log has an archive, and archiving is off: it grows", "archive.enabled = true"
            )
        )
    return found


async def _info(connection: Connection, section: str) -> Mapping[str, str]:
    """A section of INFO; empty where the server does not tell."""
    try:
        answer: Any = await connection.once("INFO", section)
    except redis_errors.ResponseError:
        return {}
    pairs = (line.partition(":") for line in answer.decode().splitlines() if ":" in line)
    return {name: value for name, _, value in pairs}
