"""Which errors of the server pass by themselves, and how patiently one waits for that. Sends nothing itself."""

from __future__ import annotations

import asyncio
import re

import structlog
from redis import exceptions as redis_errors

from monitor.errors import LogUnavailable

_log = structlog.get_logger()

_PASSING = {
    "BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "MISCONF", "NOREPLICAS", "NOSCRIPT", "OOM", "READONLY", "TRYAGAIN", "UNKILLABLE",
}  # fmt: skip
_ADVICE = {
    "NOAUTH": "the server asks for a password: put it into the log's URL or its secret",
    "WRONGPASS": "the server refuses the user or password of the log's URL",
    "NOPERM": "the server's ACL forbids a command or key that Monitor needs: allow ~monitor:* ~{monitor:*} and its commands",
    "NOGROUP": "a consumer group is missing: somebody deleted or replaced the log's data; restore it from a backup",
    "WRONGTYPE": "a key of Monitor's holds another type: somebody else writes to {monitor:*}; give Monitor a database of its own",
    "MOVED": "the server is one node of a cluster that holds other keys elsewhere: this URL cannot be used",
    "CROSSSLOT": "the server's cluster puts the keys of one partition apart",
}
_CODE = re.compile(r"\A([A-Z]+)\b")
_CODE_INSIDE = re.compile(
    rf"(?:-|: )({'|'.join(sorted(_PASSING | set(_ADVICE)))})\b"
)  # how Redis 6.2 wraps a script's error


def code_of(error: Exception) -> str:
    """The error code the server sent, such as `OOM`; empty for the client's own errors."""
    error = _said(error)
    status = str(getattr(error, "status_code", None) or "")
    text = f"{status} {error}" if status and not str(error).startswith(status) else str(error)
    if inside := _CODE_INSIDE.search(text):
        return inside[1]
    first = _CODE.match(text)
    return first[1] if first and isinstance(error, redis_errors.ResponseError | redis_errors.ConnectionError) else ""


def passes(error: Exception) -> bool:
    """Whether the same request may be answered later."""
    error = _said(error)
    if isinstance(error, redis_errors.AuthenticationError | redis_errors.AuthorizationError):
        return False
    if isinstance(error, redis_errors.RedisError) and code_of(error) in _PASSING:
        return True
    return isinstance(error, redis_errors.ConnectionError | redis_errors.TimeoutError | OSError)


def lasting(error: Exception) -> LogUnavailable:
    """The error to raise for trouble that does not pass."""
    error = _said(error)
    code = code_of(error) if isinstance(error, redis_errors.RedisError) else ""
    if isinstance(error, redis_errors.AuthenticationError) and not code:
        code = "NOAUTH"
    advice = _ADVICE.get(code, "the server gave an answer that Monitor does not know")
    return LogUnavailable(f"{advice} ({code + ' ' if code and code not in str(error) else ''}{error})")


def _said(error: Exception) -> Exception:
    """What the server said, where the client has wrapped it while it connected."""
    cause = error.__cause__
    return cause if isinstance(cause, redis_errors.RedisError) else error


class Patience:
    """Waits longer and longer between the repeats of a request, and tells of the trouble's begin and end."""

    FIRST, LONGEST = 0.05, 1.0

    def __init__(self) -> None:
        self._pause = 0.0

    async def wait(self, error: Exception) -> float:
        """Sleep before the next repeat, 0.05 s growing to 1 s; returns the seconds slept."""
        if not self._pause:
            _log.warning("the log does not answer; repeating until it does", error=str(error)[:300])
        self._pause = min(self._pause * 2 or self.FIRST, self.LONGEST)
        await asyncio.sleep(self._pause)
        return self._pause

    def healed(self) -> None:
        """Say that a repeat was answered."""
        if self._pause:
            _log.info("the log answers again")
        self._pause = 0.0
