"""Requests that cannot be read: refused in our own words, under our own headers, with nothing of what was sent, and no log filled with them."""

from __future__ import annotations

import asyncio
import logging

import pytest
from structlog.testing import capture_logs

from monitor.web import sent
from monitor.web.door import HEADERS

HEAD = b"HTTP/1.1\r\nHost: localhost\r\n"
BEARER = b"POST /api/v1/silences " + HEAD + b"Authorization: Bearer x\r\n"
FORM = b"POST /silences " + HEAD + b"Origin: http://localhost\r\n"
URLENCODED = b"Content-Type: application/x-www-form-urlencoded"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"

REFUSED_UNREAD = {
    "no request": [b"NONSENSE\r\n\r\n"],
    "no such version": [b"GET / HTTP/9\r\nHost: localhost\r\n\r\n"],
    "TLS": [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    "a long header": [b"GET / " + HEAD + b"X-Nonsense: " + b"a" * 9000 + b"\r\n\r\n"],
    "a long address": [b"GET /" + b"a" * 9000 + b" " + HEAD + b"\r\n"],
    "many headers": [b"GET / " + HEAD + b"".join(b"X-%d: NONSENSE\r\n" % at for at in range(300)) + b"\r\n"],
    "two lengths": [b"POST / " + HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde"],
    "a chunk of no size": [BEARER + CHUNKED + b"NONSENSE\r\nabc\r\n"],
}
REFUSED_READING = {
    "a chunk of no size, later": (408, [BEARER + CHUNKED, b"NONSENSE\r\nabc\r\n"]),
    "a form with a chunk of no size": (408, [FORM + URLENCODED + b"\r\n" + CHUNKED, b"NONSENSE\r\nabc\r\n"]),
    "no gzip": (422, [BEARER + b"Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\nNONSENSE"]),
    "a form that is no gzip": (400, [FORM + URLENCODED + b"\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nNONSENSE"]),
    "an unknown charset": (400, [FORM + URLENCODED + b"; charset=nonsense\r\nContent-Length: 5\r\n\r\nabcde"]),
    "no such charset's text": (400, [FORM + URLENCODED + b"; charset=utf-8\r\nContent-Length: 2\r\n\r\n\xff\xfe"]),
    "a body that does not come": (408, [BEARER + b"Content-Length: 9\r\n\r\n{"]),
    "a form that does not come": (408, [FORM + URLENCODED + b"\r\nContent-Length: 9\r\n\r\nfor="]),
    "a form in parts": (415, [FORM + b"Content-Type: multipart/form-data\r\nContent-Length: 5\r\n\r\nabcde"]),
    "a strange expectation": (417, [b"GET / " + HEAD + b"Expect: something\r\nConnection: close\r\n\r\n"]),
}  # fmt: skip


async def answered(address: str, parts: list[bytes]) -> list[tuple[int, dict[str, str], bytes]]:
    """What comes back, answer by answer, until the other side hangs up or says no more."""
    reader, writer = await asyncio.open_connection(*address.removeprefix("http://").split(":"))
    answers = []
    try:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0.05)
        while True:
            async with asyncio.timeout(0.2 if answers else 5):
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                status, *lines = head.strip().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                answers.append((int(status.split()[1]), headers, body))
    except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
        return answers
    finally:
        writer.close()


def assert_is_ours(headers: dict[str, str], body: bytes) -> None:
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "no-store" in headers["cache-control"]
    said = (body + repr(headers).encode()).lower()
    assert not [word for word in (b"aiohttp", b"python", b"nonsense", b"traceback") if word in said]


@pytest.mark.parametrize("parts", REFUSED_UNREAD.values(), ids=REFUSED_UNREAD)
async def test_a11_what_is_no_request_is_refused_as_everything_else_is(visitor, parts, caplog):
    with capture_logs() as logs, caplog.at_level(logging.INFO):
        answers = await answered(visitor.address, parts)
    for _, headers, body in answers:
        assert_is_ours(headers, body)
    assert [(status, body) for status, _, body in answers] == [(400, b"That is no request that can be read.\n")]
    assert (logs, caplog.records) == ([], []), "whoever sends nonsense would fill the log"


@pytest.mark.parametrize(("status", "parts"), REFUSED_READING.values(), ids=REFUSED_READING)
async def test_a_body_that_cannot_be_read_is_its_senders_fault(visitor, status, parts, caplog, monkeypatch):
    monkeypatch.setattr(sent, "PATIENCE", 0.2)
    with capture_logs() as logs, caplog.at_level(logging.INFO):
        answers = await answered(visitor.address, parts)
    assert answers[0][0] == status
    for _, headers, body in answers:
        assert_is_ours(headers, body)
    assert (logs, caplog.records) == ([], [])


async def test_who_leaves_in_the_midst_of_a_body_is_no_fault_of_ours(visitor, caplog):
    with capture_logs() as logs, caplog.at_level(logging.INFO):
        _, writer = await asyncio.open_connection(*visitor.address.removeprefix("http://").split(":"))
        writer.write(BEARER + b"Content-Length: 100\r\n\r\n{")
        await asyncio.sleep(0.1)
        writer.close()
        await asyncio.sleep(0.1)
    assert (logs, caplog.records) == ([], [])


async def test_a11_what_is_told_as_it_comes_has_the_headers_too(visitor):
    async with visitor.session.get(f"{visitor.address}/live") as answer:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.headers["cache-control"] == "no-store"
