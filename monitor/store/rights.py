"""What Monitor needs of a server's access control list: its keys and its commands, those of its scripts included. It grants nothing."""

from __future__ import annotations

from typing import Final

KEYS: Final = ("monitor:*", "{monitor:*")
COMMANDS: Final = (
    # the connection, and what the server is like
    "ping", "hello", "client|setname", "command|info", "info", "config|get", "time",
    # scripts
    "eval", "evalsha", "script|load",
    # heads, notes, aliases, ledgers, claims
    "hget", "hmget", "hgetall", "hkeys", "hexists", "hset", "hsetnx", "hdel", "hincrby", "lrange", "rpush",
    # timers
    "zadd", "zrem", "zrange", "zrangebyscore", "zscore",
    # events and their groups
    "xadd", "xlen", "xrange", "xrevrange", "xread", "xreadgroup", "xack", "xpending", "xclaim", "xtrim", "xinfo|groups", "xgroup|create",
    "xgroup|setid",
    # verify, export, import
    "scan", "type", "exists", "del",
)  # fmt: skip


def acl_line(password: str = "PASSWORD") -> str:  # noqa: S107 - a placeholder
    """The `ACL SETUSER` that gives a user `monitor` what Monitor needs and nothing else.

    `config|get` may be left out: the durability of the log is then not known.
    """
    keys, commands = (" ".join(f"{sign}{word}" for word in words) for sign, words in (("~", KEYS), ("+", COMMANDS)))
    return f"ACL SETUSER monitor on >{password} resetchannels resetkeys {keys} -@all {commands}"
