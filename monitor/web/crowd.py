"""How many may stand at the door: connections are bounded, and whoever says nothing makes room for whoever does (slowloris). It reads no request."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

MOST_CONNECTIONS: Final = 512
PATIENCE: Final = 30.0  # seconds that a connection may stand without a whole request


class Crowd:
    """The connections of one server."""

    def __init__(self) -> None:
        self._busy: set[asyncio.BaseProtocol] = set()

    def counted(self) -> Middleware:
        """Know which connections are being answered."""

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            protocol = request.protocol
            self._busy.add(protocol)
            try:
                return await handler(request)
            finally:
                self._busy.discard(protocol)

        return middleware

    def make_room(self, server: web.Server) -> None:
        """Let the connection that has said nothing for the longest time go, where there are too many for one more."""
        connections = server.connections
        if len(connections) >= MOST_CONNECTIONS:
            silent = (one for one in connections if one not in self._busy)
            if oldest := next(silent, None):
                oldest.force_close()
