"""Fetching from a server that does everything a server should not (threat model F01–F24)."""

import asyncio
import contextlib
import gzip
import resource
import ssl
import subprocess
import zlib
from ipaddress import ip_network
from pathlib import Path

import brotli
import pytest
import zstandard
from structlog.testing import capture_logs

from monitor.errors import OutsideError, Permanent, Transient
from monitor.net import open_net
from monitor.ports import Limits

LOOPBACK = (ip_network("127.0.0.0/8"),)
BAD_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"
ZEROS = 300 * 2**20
FEED = b"<rss version='2.0'><channel><title>News</title></channel></rss>" * 32


async def reason_of(call) -> str:
    with pytest.raises(OutsideError) as caught:
        await call
    return f"{type(caught.value).__name__} {caught.value.reason}"


def says(raw: bytes, *, hang_up: bool = False):
    async def script(visit):
        await visit.say(raw)
        if hang_up:
            visit.writer.close()

    return script


def answers(body: bytes = b"", status: str = "200 OK", **headers: str):
    async def script(visit):
        await visit.answer(body, status, **headers)

    return script


async def test_a_plain_answer_comes_whole(stand, net):
    stand.script = answers(FEED, ETag='"1"', Content_Type="text/xml; charset=utf-8")
    response = await net.get(stand.url, headers={"If-None-Match": '"0"'})
    assert (response.status, response.body, response.url) == (200, FEED, stand.url)
    assert response.headers["etag"] == '"1"'
    assert response.permanent_url is None
    assert response.seconds > 0
    assert stand.visits[0].header("if-none-match") == '"0"'
    assert stand.visits[0].header("user-agent") == "MonitorTest/1"


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
        ("zstd", lambda body: zstandard.compress(body[:100]) + zstandard.compress(body[100:])),
        ("gzip", lambda body: gzip.compress(body[:100]) + gzip.compress(body[100:]) + b"\0\0"),
        ("br, gzip", lambda body: gzip.compress(brotli.compress(body))),
    ],
)
async def test_codings_are_undone(stand, net, coding, pack):
    stand.script = answers(pack(FEED), Content_Encoding=coding)
    assert (await net.get(stand.url)).body == FEED


def bombs():
    zeros = bytes(ZEROS)
    yield "gzip", gzip.compress(zeros, 1)
    yield "br", brotli.compress(zeros, quality=3)
    yield "zstd", zstandard.compress(zeros)
    yield "gzip, gzip", gzip.compress(gzip.compress(zeros, 1))


@pytest.mark.case(id="F01")
@pytest.mark.case(id="F02")
@pytest.mark.case(id="F03")
async def test_bombs_are_defused_in_little_memory(stand, net):
    for coding, body in bombs():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        stand.script = answers(body, Content_Encoding=coding)
        assert await reason_of(net.get(stand.url)) == "Permanent bomb"
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


@pytest.mark.case(id="F03")
async def test_a_zstd_window_beyond_eight_mebibytes_is_refused(stand, net):
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = stream.compress(FEED) + stream.flush()
    stand.script = answers(body, Content_Encoding="zstd")
    assert await reason_of(net.get(stand.url)) == "Permanent encoding"


@pytest.mark.case(id="F04")
async def test_more_than_two_codings_are_refused(stand, net):
    stand.script = answers(FEED, Content_Encoding=", ".join(["gzip"] * 20))
    assert await reason_of(net.get(stand.url)) == "Permanent encoding"


@pytest.mark.case(id="F05")
@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops"])
async def test_of_an_error_only_the_start_is_decoded(stand, net, status):
    stand.script = answers(gzip.compress(bytes(2**24)), status, Content_Encoding="gzip")
    response = await net.get(stand.url)
    assert len(response.body) == 16 * 1024


async def test_an_error_with_a_broken_coding_is_still_an_answer(stand, net):
    stand.script = answers(b"not gzip", "410 Gone", Content_Encoding="gzip")
    assert (await net.get(stand.url)).status == 410


@pytest.mark.case(id="F05")
async def test_a_redirects_body_is_never_read(stand, net):
    async def script(visit):
        if visit.path == "/feed":
            await visit.answer(brotli.compress(bytes(2**24)), "302 Found", Location="/there", Content_Encoding="br")
        else:
            await visit.answer(FEED)

    stand.script = script
    assert (await net.get(stand.url)).body == FEED


@pytest.mark.case(id="F06")
@pytest.mark.parametrize("body", [FEED, gzip.compress(FEED, mtime=0)[:-8], b"\x1f\x8b"])
async def test_a_lie_about_the_coding_is_asked_again_without_any(stand, net, body):
    async def script(visit):
        if visit.header("accept-encoding") == "identity":
            await visit.answer(FEED)
        else:
            await visit.answer(body, Content_Encoding="gzip")

    stand.script = script
    assert (await net.get(stand.url)).body == FEED
    assert len(stand.visits) == 2


@pytest.mark.case(id="F06")
async def test_a_stubborn_lie_is_an_error(stand, net):
    stand.script = answers(gzip.compress(FEED, mtime=0)[:-8], Content_Encoding="gzip")
    assert await reason_of(net.get(stand.url)) == "Permanent encoding"
    assert len(stand.visits) == 2


async def drip(visit, start: bytes, drop: bytes):
    await visit.say(start)
    while True:
        await visit.say(drop)
        await asyncio.sleep(0.05)


@pytest.mark.case(id="F07")
@pytest.mark.case(id="F08")
@pytest.mark.case(id="F16")
@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 302 Found\r\n", b"X: y\r\n"),
    ],
)
async def test_a_drip_ends_with_the_exchanges_time(stand, net, start, drop):
    stand.script = lambda visit: drip(visit, start, drop)
    assert await reason_of(net.get(stand.url, limits=Limits(total_seconds=0.4))) == "Transient timeout"


@pytest.mark.case(id="F08")
@pytest.mark.parametrize(
    "header",
    [b"X: " + b"y" * 2**20 + b"\r\n", b"".join(b"X%d: y\r\n" % n for n in range(10_000))],
    ids=["one MiB in one line", "10,000 lines"],
)
async def test_headers_are_bounded(stand, net, header):
    stand.script = says(b"HTTP/1.1 200 OK\r\n" + header + b"Content-Length: 0\r\n\r\n")
    assert await reason_of(net.get(stand.url)) == "Permanent headers"


@pytest.mark.case(id="F09")
async def test_an_announced_flood_is_refused_at_once(stand, net):
    stand.script = says(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\nabc", hang_up=True)
    assert await reason_of(net.get(stand.url)) == "Permanent too_large"


@pytest.mark.case(id="F09")
@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    ],
)
async def test_half_a_body_is_never_an_answer(stand, net, raw):
    stand.script = says(raw, hang_up=True)
    assert await reason_of(net.get(stand.url)) == "Transient short_body"


@pytest.mark.case(id="F09")
async def test_what_follows_a_body_is_not_part_of_it_nor_of_the_next(stand, net):
    stand.script = says(
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nxyz"
    )
    for _ in range(3):
        assert (await net.get(stand.url)).body == b"abc"
    assert [visit.connection for visit in stand.visits] == [1, 2, 3]


@pytest.mark.case(id="F09")
async def test_a_length_beside_chunks_is_smuggling(stand, net):
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
    stand.script = says(raw, hang_up=True)
    assert await reason_of(net.get(stand.url)) == "Permanent bad_http"


@pytest.mark.case(id="F10")
async def test_a_flood_of_tiny_chunks_is_cut(stand, net):
    async def script(visit):
        await visit.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            await visit.say(b"1\r\nx\r\n" * 1000)

    stand.script = script
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert await reason_of(net.get(stand.url)) == "Permanent framing"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 5


async def test_small_chunks_of_an_honest_size_are_read(stand, net):
    line = b"<item><title>Another</title></item>"
    chunks = (b"%x\r\n%s\r\n" % (len(line), line)) * 20_000
    stand.script = says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    assert (await net.get(stand.url)).body == line * 20_000


@pytest.mark.case(id="F11")
async def test_redirects_end(stand, net):
    async def script(visit):
        await visit.answer(status="302 Found", Location=f"/feed?n={len(stand.visits)}")

    stand.script = script
    assert await reason_of(net.get(stand.url)) == "Permanent too_many_redirects"
    assert len(stand.visits) == 6


def hops(*statuses: str):
    async def script(visit):
        place = int(visit.path.rpartition("=")[2]) if "=" in visit.path else 0
        if place < len(statuses):
            await visit.answer(status=statuses[place], Location=f"?n={place + 1}")
        else:
            await visit.answer(FEED)

    return script


@pytest.mark.case(id="F11")
@pytest.mark.case(id="F12")
@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        (["301 Moved"], "?n=1"),
        (["301 Moved", "308 Permanent"], "?n=2"),
        (["301 Moved", "302 Found"], None),
        (["307 Temporary"], None),
        (["303 See Other", "301 Moved"], None),
        (["308 P"] * 5, "?n=5"),
    ],
)
async def test_only_a_chain_of_permanent_redirects_is_permanent(stand, net, statuses, permanent):
    stand.script = hops(*statuses)
    response = await net.get(stand.url)
    assert response.body == FEED
    assert response.url == stand.url + f"?n={len(statuses)}"
    assert response.permanent_url == (permanent and stand.url + permanent)


async def test_a_redirect_to_nowhere_is_an_answer(stand, net):
    stand.script = answers(b"moved", "301 Moved")
    assert (await net.get(stand.url)).status == 301


@pytest.mark.parametrize("location", ["http://[::1", "http://a@127.0.0.1/", "file:///etc/passwd", "http:\\\\x\\"])
async def test_a_redirect_to_nonsense_is_refused(stand, net, location):
    stand.script = answers(status="302 Found", Location=location)
    assert await reason_of(net.get(stand.url)) == "Permanent bad_url"


async def test_a_redirect_with_a_space_or_an_umlaut_is_followed_as_browsers_do(stand, net):
    async def script(visit):
        if visit.path == "/feed":
            await visit.answer(status="302 Found", Location="/so ö?q=ä b")
        else:
            await visit.answer(FEED)

    stand.script = script
    await net.get(stand.url)
    assert stand.visits[1].path == "/so%20%C3%B6?q=%C3%A4%20b"


@pytest.mark.case(id="F13")
async def test_credentials_stay_with_their_host(stand, net):
    async def script(visit):
        if visit.path == "/feed":
            await visit.answer(status="302 Found", Location=f"http://localhost:{stand.port}/there")
        else:
            await visit.answer(FEED)

    stand.script = script
    await net.get(stand.url, headers={"Authorization": "Bearer secret", "If-None-Match": '"1"'})
    first, second = stand.visits
    assert first.header("authorization") == "Bearer secret"
    assert second.header("authorization") is None
    assert second.header("if-none-match") == '"1"'


@pytest.mark.case(id="F15")
async def test_an_endless_body_is_cut(stand, net):
    async def script(visit):
        await visit.say(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await visit.say(bytes(2**16))

    stand.script = script
    assert await reason_of(net.get(stand.url)) == "Permanent too_large"


@pytest.mark.parametrize(("size", "fits"), [(999, True), (1000, True), (1001, False)])
async def test_wire_and_decoded_bytes_are_limited_to_the_byte(stand, net, size, fits):
    wire = Limits(wire_bytes=1000)
    decoded = Limits(decoded_bytes=1000)
    for limits, coding, body in [
        (wire, "", b"x" * size),
        (decoded, "", b"x" * size),
        (decoded, "gzip", gzip.compress(b"x" * size)),
    ]:
        stand.script = answers(body, Content_Encoding=coding)
        if fits:
            assert len((await net.get(stand.url, limits=limits)).body) == size
        else:
            assert await reason_of(net.get(stand.url, limits=limits)) in {"Permanent too_large", "Permanent bomb"}


@pytest.mark.case(id="F16")
@pytest.mark.parametrize("status", ["304 Not Modified", "204 No Content"])
async def test_an_answer_without_a_body_is_one(stand, net, status):
    stand.script = answers(b"", status, Content_Encoding="gzip")
    response = await net.get(stand.url)
    assert (response.status, response.body) == (int(status[:3]), b"")


@pytest.mark.case(id="F16")
async def test_a_body_behind_a_304_does_not_reach_the_next_answer(stand, net):
    stand.script = answers(b"surplus", "304 Not Modified")
    with contextlib.suppress(Permanent):  # it depends on the packets whether the surplus is seen at all
        assert (await net.get(stand.url)).body == b""
    stand.script = answers(FEED)
    assert (await net.get(stand.url)).body == FEED
    assert stand.connections == 2


@pytest.mark.case(id="F18")
async def test_header_values_are_text_that_can_be_written_down(stand, net):
    stand.script = says(
        b"HTTP/1.1 200 OK\r\nETag: \xff\xfe\r\nX: 1\r\nx: 2\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    )
    headers = (await net.get(stand.url)).headers
    assert headers["etag"].encode() == "\ufffd\ufffd".encode()
    assert headers["x"] == "1, 2"
    assert "set-cookie" not in headers


@pytest.mark.case(id="F19")
async def test_cookies_are_forgotten(stand, net):
    stand.script = answers(FEED, Set_Cookie="session=1; Path=/")
    await net.get(stand.url)
    await net.get(stand.url)
    assert stand.visits[1].header("cookie") is None


@pytest.mark.case(id="F21")
@pytest.mark.parametrize(
    "raw", [b"<rss></rss>\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/9.9 banana\r\n\r\n", b"\0" * 100, BAD_CHUNK]
)
async def test_what_is_not_http_is_named(stand, net, raw):
    stand.script = says(raw, hang_up=True)
    assert await reason_of(net.get(stand.url)) == "Permanent bad_http"


async def test_a_hung_up_server_is_transient(stand, net):
    async def script(visit):
        visit.hang_up()

    stand.script = script
    assert await reason_of(net.get(stand.url)) == "Transient reset"


async def test_nobody_home_is_transient(net, another_stand):
    async with another_stand() as gone:
        pass
    assert await reason_of(net.get(gone.url)) == "Transient connect"


async def test_a_name_that_is_none_is_told_from_other_errors(net):
    assert await reason_of(net.get("http://no-such-host.invalid/")) in {"Transient no_such_host", "Transient dns"}


@pytest.mark.case(id="F24")
async def test_every_cut_of_an_answer_is_an_error_never_a_half(stand, net):
    body = FEED[:500]
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    for length in range(0, len(answer), 7):
        stand.script = says(answer[:length], hang_up=True)
        assert (await reason_of(net.get(stand.url))).split()[1] in {"reset", "short_body", "bad_http"}


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-subj", "/CN=test", "-addext", f"subjectAltName={name}", "-days", "1", "-keyout", key, "-out", cert]
    subprocess.run([*command, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


@pytest.mark.case(id="F14")
async def test_a_certificate_nobody_vouches_for_is_refused(net, another_stand, tmp_path):
    async with another_stand(tls=certificate(tmp_path, "IP:127.0.0.1")) as stand:
        url = f"https://127.0.0.1:{stand.port}/"
        assert await reason_of(net.get(url)) == "Permanent tls"
        assert await reason_of(net.post(url, b"x", headers={}, allow_private=True)) == "Permanent tls"
        assert stand.visits == []


@pytest.mark.case(id="F14")
async def test_a_certificate_for_another_host_is_refused(another_stand, tmp_path, monkeypatch):
    tls = certificate(tmp_path, "DNS:elsewhere.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    async with another_stand(tls=tls) as stand, open_net(user_agent="x", allow_private=LOOPBACK) as net:
        assert await reason_of(net.get(f"https://127.0.0.1:{stand.port}/")) == "Permanent tls"
        assert stand.visits == []


@pytest.mark.case(id="F13")
async def test_from_https_to_http_is_followed_but_never_with_credentials(stand, another_stand, tmp_path, monkeypatch):
    tls = certificate(tmp_path, "IP:127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    stand.script = answers(FEED)
    redirect = answers(status="301 Moved", Location=stand.url)
    async with another_stand(redirect, tls) as safe, open_net(user_agent="x", allow_private=LOOPBACK) as net:
        url = f"https://127.0.0.1:{safe.port}/"
        with capture_logs() as logs:
            response = await net.get(url)
        assert (response.body, response.permanent_url) == (FEED, stand.url)
        assert [line["event"] for line in logs] == ["followed a redirect from https to http"]
        assert await reason_of(net.get(url, headers={"Authorization": "s"})) == "Permanent insecure_redirect"
        assert len(stand.visits) == 1


async def test_plain_http_where_tls_should_be_is_a_tls_error(net):
    async def shout(_reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(shout, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await reason_of(net.get(f"https://127.0.0.1:{port}/")) == "Permanent tls"


@pytest.mark.case(id="S18")
async def test_proxies_of_the_environment_are_ignored(stand, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with open_net(user_agent="x", allow_private=LOOPBACK) as net:
        assert (await net.get(stand.url)).status == 200


@pytest.mark.case(id="F23")
async def test_no_more_exchanges_run_at_once_than_allowed(stand, net):
    running = most = 0

    async def script(visit):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        await visit.answer(FEED)

    stand.script = script
    await asyncio.gather(*(net.get(stand.url) for _ in range(20)))
    assert most == 4


async def test_waiting_for_a_place_is_not_charged(stand, net):
    async def script(visit):
        await asyncio.sleep(0.3)
        await visit.answer(FEED)

    stand.script = script
    limits = Limits(total_seconds=1.2)  # 20 by 4 at a time take a second and a half
    responses = await asyncio.gather(*(net.get(stand.url, limits=limits) for _ in range(20)))
    assert {response.status for response in responses} == {200}


async def test_a_busy_host_does_not_hold_up_another(stand, another_stand):
    busy = asyncio.Event()

    async def stuck(visit):
        if len(stand.visits) == 2:
            busy.set()
        await asyncio.sleep(60)

    stand.script = stuck
    async with (
        open_net(user_agent="x", allow_private=LOOPBACK, concurrency=3, per_host=2) as net,
        another_stand() as other,
        asyncio.TaskGroup() as group,
    ):
        waiting = [group.create_task(net.get(stand.url)) for _ in range(6)]
        await busy.wait()
        assert (await net.get(other.url)).status == 200
        for task in waiting:
            task.cancel()


async def test_a_connection_is_kept_for_the_next_question(stand, net):
    stand.script = answers(FEED)
    for _ in range(5):
        await net.get(stand.url)
    assert stand.connections == 1


async def test_errors_keep_no_secret_of_the_url(stand, net):
    for url in (f"http://127.0.0.1:{stand.port}/x?token=s3cret y", "http://user:s3cret@127.0.0.1/", "ftp://s3cret/"):
        with pytest.raises(Permanent) as caught:
            await net.get(url)
        assert "s3cret" not in str(caught.value)
    stand.script = says(b"x" * 10 + b"\r\n", hang_up=True)
    with pytest.raises((Permanent, Transient)) as caught:
        await net.get(stand.url + "?token=s3cret")
    assert "s3cret" not in str(caught.value)
