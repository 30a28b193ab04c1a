"""A receiver with every fault there is, byte by byte: what one attempt at it comes to, and that no more is read or waited for than is allowed."""

import asyncio
import contextlib
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hasty import hastily

from monitor.core.policy.schedule import DAY, DELAYS, Retry, next_step
from monitor.listen import new_secret
from monitor.net import open_net
from monitor.notifiers.webhook import Webhook
from monitor.ports import Limits, Net, Outcome

NOW = datetime.now(UTC).replace(microsecond=0)
QUICK = Limits(connect_seconds=1.0, total_seconds=0.3)
Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def faulty(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that reads one request whole, then does what the script says."""
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        running.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
            await script(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"http{'s' if tls else ''}://127.0.0.1:{port}/"
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.sleep(0)  # in which what was aborted is closed


def says(raw: bytes, *, after: float = 0.0) -> Script:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(after)
        writer.write(raw)
        await writer.drain()

    return script


def status(line: str, *headers: str, body: bytes = b"") -> bytes:
    fields = "".join(f"{header}\r\n" for header in (*headers, f"Content-Length: {len(body)}"))
    return f"HTTP/1.1 {line}\r\n{fields}\r\n".encode() + body


async def drips(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in status("200 OK"):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.1)


async def hangs_in_the_body(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx")
    await writer.drain()
    await asyncio.sleep(60)


async def never_answers(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def attempt(net: Net, url: str, limits: Limits = QUICK) -> Outcome:
    hook = Webhook(net, url, [new_secret()], allow_private=True, limits=limits)
    return await hook.send("msg_1", '{"type": "alert.raised"}', at=NOW)


FAULTS = [
    # what the receiver does, kind, reason, status
    ("in time, if late", says(status("200 OK"), after=0.15), "delivered", "", 200),
    ("too late", says(status("200 OK"), after=0.6), "retry", "timeout", None),
    ("never", never_answers, "retry", "timeout", None),
    ("byte by byte", drips, "retry", "timeout", None),
    ("reset before the answer", says(b""), "retry", "reset", None),
    ("reset in the header", says(b"HTTP/1.1 200 OK\r\nContent-"), "retry", None, None),
    ("200, then a body that never ends", hangs_in_the_body, "delivered", "", 200),
    ("200, then closed in the body", says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"), "delivered", "", 200),
    ("201", says(status("201 Created")), "delivered", "", 201),
    ("204", says(b"HTTP/1.1 204 No Content\r\n\r\n"), "delivered", "", 204),
    ("301", says(status("301 Moved", "Location: http://127.0.0.1:1/")), "retry", "redirect", 301),
    ("302", says(status("302 Found", "Location: http://169.254.169.254/")), "retry", "redirect", 302),
    ("307", says(status("307 Temporary", "Location: /")), "retry", "redirect", 307),
    ("400", says(status("400 Bad", body=b"no")), "retry", "refused", 400),
    ("401", says(status("401 Who")), "retry", "refused", 401),
    ("404", says(status("404 Not Found")), "retry", "refused", 404),
    ("410", says(status("410 Gone")), "disable", "gone", 410),
    ("429", says(status("429 Slow")), "retry", "throttled", 429),
    ("500", says(status("500 Oh")), "retry", "server_error", 500),
    ("502", says(status("502 Bad Gateway")), "retry", "server_error", 502),
    ("503", says(status("503 Later")), "retry", "server_error", 503),
    ("504", says(status("504 Timeout")), "retry", "server_error", 504),
    ("garbage", says(b"\x00\xffSSH-2.0-OpenSSH\r\n\r\n"), "retry", "bad_http", None),
    (
        "a flood of headers",
        says(b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"y" * 10**6 + b"\r\n\r\n"),
        "retry",
        "headers",
        None,
    ),
]


@pytest.mark.parametrize(
    ("script", "kind", "reason", "code"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
async def test_a_fault_is_what_it_is(net: Net, script: Script, kind: str, reason: str | None, code: int | None) -> None:
    async with faulty(script) as url:
        outcome = await attempt(net, url)
    assert (outcome.kind, outcome.status) == (kind, code), outcome
    assert reason is None or outcome.reason == reason


@pytest.mark.parametrize(
    ("script", "kind", "seconds"),
    [
        (says(status("200 OK"), after=14.9), "delivered", 14.9),
        (says(status("200 OK"), after=15.1), "retry", 15.0),
        (never_answers, "retry", 15.0),
        (hangs_in_the_body, "delivered", 15.0),
    ],
    ids=["14.9 s", "15.1 s", "never", "a body that never ends"],
)
def test_a_receiver_has_fifteen_seconds(script: Script, kind: str, seconds: float) -> None:
    """With the limits of the product, over real HTTP, in a loop that does not really wait."""

    async def measured() -> tuple[Outcome, float]:
        clock = asyncio.get_running_loop().time
        async with faulty(script) as url, open_net(user_agent="x") as net:
            began = clock()
            hook = Webhook(net, url, [new_secret()], allow_private=True)
            return await hook.send("msg_1", "{}", at=NOW), clock() - began

    outcome, took = hastily(measured())
    assert outcome.kind == kind, outcome
    assert outcome.reason == ("" if kind == "delivered" else "timeout")
    assert took == pytest.approx(seconds, abs=0.09)


async def test_nobody_there(net: Net) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcome = await attempt(net, f"http://127.0.0.1:{port}/")
    assert (outcome.kind, outcome.reason, outcome.status) == ("retry", "connect", None)


async def test_of_a_gigabyte_twenty_kilobytes_are_read_and_the_line_is_cut(net: Net) -> None:
    written, cut = 0, asyncio.Event()

    async def pours(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.transport.set_write_buffer_limits(65_536)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        try:
            while written < 2**30:
                writer.write(bytes(2**16))
                await writer.drain()
                written += 2**16
        finally:
            cut.set()

    async with faulty(pours) as url:
        outcome = await attempt(net, url, Limits(total_seconds=30.0))
        assert (outcome.kind, outcome.status) == ("delivered", 200)
        async with asyncio.timeout(10):
            await cut.wait()
    assert written < 32 * 2**20, "what the sockets' own buffers hold, and no more"


def expired(folder: Path) -> ssl.SSLContext:
    key, request, cert = (folder / name for name in ("key.pem", "request.pem", "cert.pem"))
    names = folder / "names"
    names.write_text("subjectAltName=IP:127.0.0.1")
    words = [
        "openssl",
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-subj",
        "/CN=test",
    ]
    subprocess.run([*words, "-keyout", key, "-out", request], check=True, capture_output=True)
    words = ["openssl", "x509", "-req", "-in", request, "-signkey", key, "-days", "-1", "-extfile", names, "-out", cert]
    subprocess.run(words, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


@pytest.mark.case(id="F14")
async def test_a_certificate_that_has_run_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = expired(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))  # trusted, but for its date
    async with faulty(says(status("200 OK")), tls) as url, open_net(user_agent="x") as net:
        outcome = await attempt(net, url, Limits(total_seconds=10.0))
    assert (outcome.kind, outcome.reason) == ("retry", "tls")
    assert "expired" in outcome.detail


@pytest.mark.parametrize("code", ["429 Slow", "503 Later"])
@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("120", 300.0, 300.0 * 1.2),  # less than planned: the plan
        ("3600", 3600.0, 3600.0 * 1.2),
        ("99999999999999", 300.0 * 0.8, 300.0 * 1.2),  # no number of seconds that anybody means
        ("9999999999", DAY, DAY),
        (format_datetime(NOW + timedelta(hours=2), usegmt=True), 7190.0, 7210.0 * 1.2),
        (format_datetime(NOW - timedelta(days=900), usegmt=True), 300.0, 300.0 * 1.2),
        ("-1", 300.0 * 0.8, 300.0 * 1.2),
        ("soon", 300.0 * 0.8, 300.0 * 1.2),
    ],
    ids=["short", "hour", "absurd", "day", "date", "past", "negative", "word"],
)
async def test_a_pause_is_kept_within_bounds(net: Net, code: str, asked: str, least: float, most: float) -> None:
    async with faulty(says(status(code, f"Retry-After: {asked}"))) as url:
        outcome = await attempt(net, url)
    for chance in (0.0, 0.5, 0.999):
        step = next_step(2, outcome, chance)
        assert isinstance(step, Retry)
        assert least <= step.delay <= most
    assert DELAYS[2] == 300.0
