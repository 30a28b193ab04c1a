"""A door to a server that now and then loses a reply, cuts one in the middle, or cuts a request: by a seed."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Self


class Wire:
    """Carries a unix socket's traffic; `share` is the part of the chunks at which the connection breaks."""

    def __init__(self, server: Path, door: Path, seed: int, share: float) -> None:
        self._server, self._door, self._chance, self.share = server, door, random.Random(seed), share
        self._carried: set[asyncio.Task[None]] = set()
        self.cuts = 0
        self.knocks = 0  # attempts to connect, answered or not

    async def __aenter__(self) -> Self:
        self._doorman = await asyncio.start_unix_server(self._carry, self._door)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._doorman.close()
        for task in self._carried:
            task.cancel()
        await asyncio.gather(*self._carried, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.knocks += 1
        try:
            there, back = await asyncio.open_unix_connection(self._server)
        except OSError:  # the server is dead just now
            writer.transport.abort()
            return
        ways = [asyncio.create_task(self._one_way(reader, back)), asyncio.create_task(self._one_way(there, writer))]
        self._carried |= set(ways)
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._carried -= set(ways)
            writer.transport.abort()
            back.transport.abort()

    async def _one_way(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(2**16):
            if self._chance.random() < self.share:
                self.cuts += 1
                sink.write(chunk[: self._chance.randrange(len(chunk) + 1)])
                await sink.drain()
                return
            sink.write(chunk)
            await sink.drain()
