"""A server on loopback that says exactly what a test tells it to, byte by byte, and remembers what it was asked."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest

from monitor.net import open_net
from monitor.net.client import HttpNet

LOOPBACK = (ip_network("127.0.0.0/8"),)
Script = Callable[["Visit"], Awaitable[None]]


@dataclass
class Visit:
    """One request: its head, its body and the wire back."""

    head: str
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    connection: int

    @property
    def path(self) -> str:
        return self.head.split(" ", 2)[1]

    def header(self, name: str) -> str | None:
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(": ")
            if key.lower() == name:
                return value
        return None

    async def say(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def answer(self, body: bytes = b"", status: str = "200 OK", **headers: str) -> None:
        fields = {"content_length": str(len(body)), **headers}
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        await self.say(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)

    def hang_up(self) -> None:
        self.writer.transport.abort()


@dataclass
class Newsstand:
    """The server: `script` says what to answer."""

    script: Script
    port: int = 0
    visits: list[Visit] = field(default_factory=list)
    connections: int = 0
    _open: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/feed"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        self.connections += 1
        connection = self.connections
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                visit = Visit(head, b"", reader, writer, connection)
                visit.body = await reader.readexactly(int(visit.header("content-length") or 0))
                self.visits.append(visit)
                await self.script(visit)
        writer.close()

    async def close(self) -> None:
        for task, writer in self._open.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


async def _nothing(visit: Visit) -> None:
    await visit.answer()


@asynccontextmanager
async def open_stand(script: Script = _nothing, tls: ssl.SSLContext | None = None) -> AsyncIterator[Newsstand]:
    stand = Newsstand(script)
    server = await asyncio.start_server(stand.serve, "127.0.0.1", 0, limit=2**20, ssl=tls)
    stand.port = server.sockets[0].getsockname()[1]
    try:
        yield stand
    finally:
        server.close()
        await stand.close()
        await server.wait_closed()


@pytest.fixture
async def stand() -> AsyncIterator[Newsstand]:
    async with open_stand() as stand:
        yield stand


@pytest.fixture
def another_stand() -> Callable[..., AbstractAsyncContextManager[Newsstand]]:
    return open_stand


@pytest.fixture
async def net() -> AsyncIterator[HttpNet]:
    async with open_net(user_agent="MonitorTest/1", allow_private=LOOPBACK, concurrency=8, per_host=4) as net:
        yield net
