"""What a request brings along, read: a form, or bytes. What cannot be read, or does not come, is its sender's fault, and said to nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

PATIENCE: Final = 30.0  # seconds for all of it
BROKEN: Final = (web.RequestPayloadError, ConnectionError)  # it broke off, or is not coded as it says


async def form_of(request: web.Request) -> dict[str, str]:
    """The fields of a form. Raises HTTPBadRequest, HTTPRequestTimeout, HTTPUnsupportedMediaType, HTTPRequestEntityTooLarge."""
    if request.content_type.startswith("multipart/"):
        raise web.HTTPUnsupportedMediaType(text="Forms are sent as application/x-www-form-urlencoded.\n")
    try:
        async with _in_time():
            return {name: str(value) for name, value in (await request.post()).items()}
    except (*BROKEN, ValueError, LookupError) as error:  # too many fields; a charset that is none
        raise web.HTTPBadRequest(text="That is no form that can be read.\n") from error


async def body_of(request: web.Request) -> bytes:
    """The body, decoded. Raises HTTPUnprocessableEntity, HTTPRequestTimeout, HTTPRequestEntityTooLarge."""
    try:
        async with _in_time():
            return await request.read()
    except BROKEN as error:
        raise web.HTTPUnprocessableEntity(text="the body cannot be read") from error


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Aiohttp waits for ever for a body, and after a chunk that cannot be read, too."""
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="What was to be sent did not come.\n") from error
