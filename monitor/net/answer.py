"""What an answer says, read within bounds: its body, its header, and where it redirects. It asks for nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urljoin

import aiohttp

from monitor.errors import Permanent
from monitor.net.decoding import decode
from monitor.ports import Limits

ERROR_BODY_BYTES: Final = 16 * 1024
_FREE_CHUNKS = 4_096
_MIN_CHUNK = 16
_REDIRECTS = {301, 302, 303, 307, 308}
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


async def read_body(answer: aiohttp.ClientResponse, fields: Mapping[str, str], limits: Limits) -> bytes:
    """The decoded body: all of a good answer's, the start of an error's."""
    whole = answer.status < 400
    cap = limits.wire_bytes if whole else ERROR_BODY_BYTES
    if whole and (answer.content_length or 0) > cap:
        raise Permanent("too_large", f"{answer.content_length} bytes are announced", status=answer.status)
    wire = bytearray()
    await gather(answer, wire, cap)
    if whole and len(wire) > cap:
        raise Permanent("too_large", f"more than {cap} bytes on the wire", status=answer.status)
    limit = limits.decoded_bytes if whole else ERROR_BODY_BYTES
    body, coding = bytes(wire[:cap]), fields.get("content-encoding", "")
    if not (body and coding):
        return decode(body, "", limit, whole=whole)
    return await asyncio.to_thread(decode, body, coding, limit, whole=whole)  # up to 10 MiB: not in the event loop


async def gather(answer: aiohttp.ClientResponse, into: bytearray, cap: int) -> None:
    """Read until the end, or until just beyond `cap` bytes. Raises Permanent(`framing`) for a flood of tiny chunks."""
    if answer.content.at_eof():  # a 304 or 204: aiohttp's shared empty stream would yield empty chunks for ever
        return
    chunks = 0
    while not answer.content.at_eof():
        data, ends_chunk = await answer.content.readchunk()
        into += data
        chunks += ends_chunk
        if len(into) > cap:
            return
        if chunks > _FREE_CHUNKS + len(into) // _MIN_CHUNK:
            raise Permanent("framing", f"{chunks} chunks for {len(into)} bytes", status=answer.status)


def read_fields(answer: aiohttp.ClientResponse) -> dict[str, str]:
    """The header by lower-case names; repeated fields joined (RFC 9110 5.3), undecodable bytes and controls replaced, no cookies."""
    fields: dict[str, str] = {}
    for raw_name, raw_value in answer.raw_headers:
        name, value = raw_name.decode("ascii", "replace").lower(), sendable(raw_value.decode("utf-8", "replace"))
        if name != "set-cookie":
            fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def sendable(value: str) -> str:
    """A field's value without control characters: what a server said comes back to it as a validator, and none may end a line."""
    return _CONTROL.sub("\ufffd", value)


def read_location(url: str, status: int, fields: Mapping[str, str]) -> str:
    """Where a redirect leads; empty for any other answer."""
    location = fields.get("location", "").strip()
    if status not in _REDIRECTS or not location:
        return ""
    try:
        return urljoin(url, location.replace(" ", "%20"))
    except ValueError as error:
        raise Permanent("bad_url", "a redirect to no URL", status=status) from error
