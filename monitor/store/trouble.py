"""Which errors of the server pass by themselves, and how patiently one waits for that. Sends nothing itself."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from typing import Self

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
    if _distrusted(error):
        return False
    if isinstance(error, redis_errors.AuthenticationError | redis_errors.AuthorizationError):
        return False
    if isinstance(error, redis_errors.RedisError) and code_of(error) in _PASSING:
        return True
    return isinstance(error, redis_errors.ConnectionError | redis_errors.TimeoutError | OSError)


def lasting(error: Exception) -> LogUnavailable:
    """The error to raise for trouble that does not pass."""
    error = _said(error)
    if distrusted := _distrusted(error):
        return LogUnavailable(
            f"the certificate of the log's server is not trusted ({distrusted.verify_message}): "
            "name its authority with ?ssl_ca_certs=FILE in the log's URL, or mend the certificate"
        )
    code = code_of(error) if isinstance(error, redis_errors.RedisError) else ""
    if isinstance(error, redis_errors.AuthenticationError) and not code:
        code = "NOAUTH"
    advice = _ADVICE.get(code, "the server gave an answer that Monitor does not know")
    return LogUnavailable(f"{advice} ({code + ' ' if code and code not in str(error) else ''}{error})")


def _distrusted(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """What TLS has against the server, where that is why there is no connection."""
    while error:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _said(error: Exception) -> Exception:
    """What the server said, where the client has wrapped it while it connected."""
    cause = error.__cause__
    return cause if isinstance(cause, redis_errors.RedisError) else error


class Outage:
    """The trouble of one connection, whoever meets it: told once when it begins and once when it ends, and looked at by one for all.

    While the server is away, or answers nobody, one task knocks and everybody waits for what it finds: a hundred waiting requests
    cost the server one connection a second. A full memory is no outage: some requests are answered, and each waits by itself.
    """

    def __init__(self, knock: Callable[[], Awaitable[object]]) -> None:
        """`knock` asks something harmless that is refused as long as writing is."""
        self._knock = knock
        self._knocking: asyncio.Task[None] | None = None
        self._suffering: set[Patience] = set()
        self.trouble = ""

    def patience(self) -> Patience:
        """The patience of one request; a context manager."""
        return Patience(self)

    async def over(self) -> None:
        """Return once nobody has to wait."""
        while self._knocking and not self._knocking.done():
            await asyncio.wait({self._knocking})

    def met(self, by: Patience, error: Exception) -> None:
        """Somebody was not answered."""
        if not self._suffering:
            _log.warning("the log does not answer; repeating until it does", error=str(error)[:300])
        self.trouble = str(error)[:300]
        self._suffering.add(by)
        if code_of(error) != "OOM" and (self._knocking is None or self._knocking.done()):
            self._knocking = asyncio.create_task(self._until_answered(), name="knock at the log")

    def left(self, by: Patience) -> None:
        """Somebody was answered, or gave up."""
        if by not in self._suffering:
            return
        self._suffering.remove(by)
        if not self._suffering:
            self.trouble = ""
            _log.info("the log answers again")

    async def close(self) -> None:
        """Knock no more."""
        if self._knocking:
            self._knocking.cancel()
            await asyncio.gather(self._knocking, return_exceptions=True)

    async def _until_answered(self) -> None:
        pause = Patience.FIRST
        while True:
            await asyncio.sleep(pause)
            pause = min(pause * 2, Patience.LONGEST)
            try:
                await self._knock()
            except (redis_errors.RedisError, OSError) as error:
                if passes(error):
                    continue
            return  # what does not pass is for those to meet who ask


class Patience:
    """Waits longer and longer between the repeats of one request. Use as a context manager: who leaves waits no more."""

    FIRST, LONGEST = 0.05, 1.0

    def __init__(self, outage: Outage) -> None:
        self._outage, self._pause = outage, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.healed()

    async def wait(self, error: Exception) -> float:
        """Sleep before the next repeat, 0.05 s growing to 1 s; returns the seconds slept."""
        self._outage.met(self, error)
        self._pause = min(self._pause * 2 or self.FIRST, self.LONGEST)
        await asyncio.sleep(self._pause)
        return self._pause

    def healed(self) -> None:
        """Say that a repeat was answered, or is not wanted any more."""
        self._pause = 0.0
        self._outage.left(self)
