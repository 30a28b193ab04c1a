"""A webhook receiver for developers, the demo and tests: verifies, keeps what came, and answers with chosen faults.

It listens on loopback alone, acts on nothing it is told, and forgets the oldest messages beyond a bound.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import web
from rich.console import Console
from rich.panel import Panel
from rich.text import Text
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

MAX_BODY = 64 * 1024
KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Message:
    """One request as it came. `attempt` counts the requests with this id, from 1; `problem` says why it is not verified."""

    id: str
    body: bytes
    verified: bool
    at: datetime
    attempt: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A chosen answer: after `delay` seconds a status, or a reset connection. It strikes the first `times` attempts of each message (None: all)."""

    status: int = 500
    delay: float = 0.0
    reset: bool = False
    retry_after: str | None = None
    times: int | None = None

    @classmethod
    def parse(cls, spec: str) -> Fault:
        """Read such as `503,retry-after=2,times=1`, `delay=20` or `reset,times=2`. Raises ValueError saying what is wrong."""
        fields: dict[str, Any] = {}
        for word in filter(None, map(str.strip, spec.split(","))):
            name, _, value = word.partition("=")
            if name == "reset" and not value:
                fields["reset"] = True
            elif name.isdigit() and not value:
                fields["status"] = _status(name)
            elif name in _READERS and value:
                fields[name.replace("-", "_")] = _READERS[name](value)
            else:
                raise ValueError(f"expected a status, reset, delay=, retry-after= or times=, got {word!r}")
        if not fields:
            raise ValueError("a fault says a status, reset or delay=")
        if "delay" in fields and not fields.keys() & {"status", "reset"}:
            fields["status"] = 204  # only slow, not broken
        return cls(**fields)

    def strikes(self, message: Message) -> bool:
        """Whether this attempt gets the fault."""
        return self.times is None or message.attempt <= self.times


Faults = Callable[[Message], Fault | None]


class Receiver:
    """What a running receiver knows. `url` is where it listens."""

    def __init__(
        self, secret: str, fault: Fault | Faults | None = None, on_message: Callable[[Message], None] | None = None
    ) -> None:
        self.url = ""
        self.secret = secret
        self.messages: deque[Message] = deque(maxlen=KEPT)
        self.fault = fault
        self._on_message = on_message
        self._verifier = Webhook(secret)
        self._attempts: Counter[str] = Counter()
        self._arrived = asyncio.Condition()

    @property
    def verified(self) -> list[Message]:
        """The messages whose signature and timestamp hold, in the order they came, repeats included."""
        return [message for message in self.messages if message.verified]

    @property
    def ids(self) -> set[str]:
        """The distinct ids of the verified messages."""
        return {message.id for message in self.verified}

    async def wait(self, count: int) -> list[Message]:
        """Wait until `count` distinct messages came (verified), and give the first of each."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.ids) >= count)
        first: dict[str, Message] = {}
        for message in self.verified:
            first.setdefault(message.id, message)
        return list(first.values())

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Receive one request: record it, then answer 204 for a verified one, 401 for another, or with the chosen fault."""
        message = self._read(request, await request.read())
        self.messages.append(message)
        if self._on_message:
            self._on_message(message)
        async with self._arrived:
            self._arrived.notify_all()
        fault = self.fault(message) if callable(self.fault) else self.fault
        if fault and fault.strikes(message):
            return await _answer(request, fault)
        return web.Response(status=204) if message.verified else web.Response(status=401, text=message.problem)

    def _read(self, request: web.Request, body: bytes) -> Message:
        name = request.headers.get("webhook-id", "")
        problem = ""
        try:
            self._verifier.verify(body, dict(request.headers), json_parse=False)
        except (
            WebhookVerificationError,
            ValueError,
        ) as error:  # ValueError: a signature header or body that is no text
            problem = str(error) or type(error).__name__
        self._attempts[name] += 1
        if len(self._attempts) > KEPT:
            del self._attempts[next(iter(self._attempts))]
        return Message(name, body, not problem, datetime.now(UTC), self._attempts[name], problem)


@asynccontextmanager
async def listen(
    port: int, secret: str, *, fault: Fault | Faults | None = None, on_message: Callable[[Message], None] | None = None
) -> AsyncIterator[Receiver]:
    """A receiver on 127.0.0.1 for as long as the context; port 0 takes a free one. Any path is answered.

    Raises OSError where the port is taken, ValueError for a secret that is none.
    """
    receiver = Receiver(secret, fault, on_message)
    application = web.Application(client_max_size=MAX_BODY)
    application.router.add_post("/{path:.*}", receiver.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        yield receiver
    finally:
        await runner.cleanup()


def new_secret() -> str:
    """A fresh signing secret: `whsec_` and base64 of 32 random bytes."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def show(console: Console, message: Message) -> None:
    """Print a message for a person: whether it is verified, which attempt it is, and its body, indented."""
    title = Text(f"{message.at:%H:%M:%S}  {_printable(message.id) or 'no id'}  attempt {message.attempt}  ")
    title.append(
        "verified" if message.verified else f"NOT VERIFIED: {_printable(message.problem)}",
        "green" if message.verified else "bold red",
    )
    try:
        body = msgspec.json.format(message.body, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = message.body.decode("utf-8", "backslashreplace")
    console.print(Panel(Text(_printable(body)), title=title, title_align="left"))


async def _answer(request: web.Request, fault: Fault) -> web.StreamResponse:
    await asyncio.sleep(fault.delay)
    if fault.reset and request.transport is not None:
        request.transport.abort()
    headers = {"retry-after": fault.retry_after} if fault.retry_after is not None else {}
    return web.Response(status=fault.status, headers=headers)


def _status(text: str) -> int:
    if not 200 <= int(text) <= 599:
        raise ValueError(f"expected a status from 200 to 599, got {text}")
    return int(text)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 3600:
        raise ValueError(f"expected seconds up to 3600, got {text}")
    return seconds


_READERS: dict[str, Callable[[str], object]] = {"delay": _seconds, "retry-after": str, "times": int}


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in text)
