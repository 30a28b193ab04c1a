"""HTTP to a daemon elsewhere: one request, its whole answer, and every way in which there is none as a plain sentence. It knows no verb."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec

from monitor import __version__
from monitor.errors import MonitorError

TOKEN: Final = "MONITOR_TOKEN"  # noqa: S105  # a variable's name: what stands in an argument any user of the machine can read
PATIENCE: Final = 60.0  # seconds for one answer
LARGEST: Final = 64 << 20  # bytes of one answer

Answer = TypeVar("Answer")


class Elsewhere(MonitorError):
    """The daemon elsewhere did not answer as one does; the message says why, and what to do."""


class Missing(Elsewhere):
    """It knows nothing of that name."""


class _Trouble(msgspec.Struct):
    error: str


class Wire:
    """Requests to one address. Use as a context manager."""

    def __init__(self, url: str, token_env: str = TOKEN) -> None:
        """`token_env` is the environment variable of the token. Raises Elsewhere for what is no address of a page."""
        self._token_env = token_env
        self.url = _base(url)
        self._loop = asyncio.Runner()
        self._session: aiohttp.ClientSession | None = None

    def __enter__(self) -> Self:
        self._loop.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._session:
            with suppress(RuntimeError):  # Ctrl-C can leave the loop with a stop to come, which would end the next run
                self._loop.run(asyncio.sleep(0))
            self._loop.run(self._session.close())
        self._loop.close()

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: msgspec.Struct | None = None,
        *,
        also: int = 200,
    ) -> bytes:
        """The body of an answer of 200, or of `also`. Raises Missing where it is 404, Elsewhere for all else."""
        return self._loop.run(self._exchange(method, self.url + path, query or {}, body, also))

    def decoded(self, kind: type[Answer], said: bytes) -> Answer:
        """An answer read. Raises Elsewhere where it is none of a Monitor like this one."""
        try:
            return msgspec.json.decode(said, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Elsewhere(f"{self._stranger}: {error}") from error

    @property
    def _stranger(self) -> str:
        return f"what answers at {self.url} is no Monitor, or none that this one ({__version__}) understands"

    async def _exchange(
        self, method: str, url: str, query: Mapping[str, Any], body: msgspec.Struct | None, also: int
    ) -> bytes:
        self._session = self._session or aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE))
        token = (
            os.environ.get(self._token_env, "").strip() or "none"
        )  # any says that no browser sends this: see `web.door`
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        sent = msgspec.json.encode(body) if body is not None else None
        try:
            async with self._session.request(
                method, url, params=query, data=sent, headers=headers, allow_redirects=False
            ) as answer:
                said = await _bounded(answer)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Elsewhere(f"no Monitor answers at {self.url}: {_reason(error)}") from error
        if answer.status not in {200, also}:
            raise self._refused(answer.status, answer.content_type, said)
        return said

    def _refused(self, status: int, kind: str, said: bytes) -> Elsewhere:
        """What an answer means that is none."""
        trouble = _trouble(said) if kind == "application/json" else ""
        if status == 401:
            wanted = "takes another token than that of" if os.environ.get(self._token_env) else "wants its token in"
            return Elsewhere(f"the Monitor at {self.url} {wanted} ${self._token_env}")
        if status == 421:
            name = urlsplit(self.url).hostname
            return Elsewhere(
                f"the Monitor at {self.url} is not known by that name: `hosts` of its [web] should have {name}"
            )
        if trouble and status != 404:
            return Elsewhere(f"the Monitor at {self.url} refuses: {trouble}")
        if trouble or (status == 404 and b"<title>Not here \xe2\x80\x93 Monitor" in said):
            return Missing(trouble or "nothing of that name is recorded")
        return Elsewhere(f"{self._stranger}: HTTP {status}")


def _base(url: str) -> str:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if (
            parts.scheme in {"http", "https"}
            and parts.hostname
            and not parts.username
            and parts.port != 0
            and not parts.query
        ):
            return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    except ValueError:  # a port that is no number, brackets that do not close
        pass
    raise Elsewhere(f"expected the address of a Monitor's page such as http://127.0.0.1:8321/, got {url}")


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_chunked(1 << 16):
        body += piece
        if len(body) > LARGEST:
            raise ValueError(f"its answer is larger than {LARGEST} bytes")
    return bytes(body)


def _trouble(said: bytes) -> str:
    try:
        return msgspec.json.decode(said, type=_Trouble).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing came within {PATIENCE:.0f} s"
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(error, aiohttp.ClientSSLError):
        return error.os_error.strerror or str(error)
    return str(error) or type(error).__name__
