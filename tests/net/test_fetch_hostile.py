"""What a server may do to whoever asks it, case by case (docs/hostile.md, F): those that tests/net/test_fetch.py does not show already."""

import asyncio
import gzip
import socket
import subprocess
import sys
from ipaddress import ip_network
from itertools import pairwise

import brotli
import pytest
import zstandard
from hasty import hastily

from monitor.errors import OutsideError
from monitor.net import guard, open_net
from monitor.net.client import PER_ADDRESS
from monitor.net.guard import Guard
from monitor.ports import Limits
from monitor.sources.feed import parse_feed

LOOPBACK = (ip_network("127.0.0.0/8"),)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ITEM = b"<item><guid>%d</guid><title>%s</title><link>/%d</link></item>"
FEED = (
    b"<rss version='2.0'><channel><title>News</title>"
    + b"".join(ITEM % (n, b"Twenty bombs fell on the town overnight, the ministry said. " * 6, n) for n in range(5))
    + b"</channel></rss>"
)


async def reason_of(call) -> str:
    with pytest.raises(OutsideError) as caught:
        await call
    return caught.value.reason


def says(raw: bytes):
    async def script(visit):
        await visit.say(raw)
        visit.writer.close()

    return script


DEFUSE = """
import resource, sys
from pathlib import Path
from monitor.errors import Permanent
from monitor.net.decoding import decode

decode(b"", "br", 1)
now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
bodies = [(path.suffix[1:], path.read_bytes()) for path in sorted(Path(sys.argv[1]).iterdir())]
resource.setrlimit(resource.RLIMIT_AS, (now + 64 * 2**20, now + 64 * 2**20))
for coding, body in bodies:
    try:
        print(len(decode(body, coding, 10 * 2**20)))
    except Permanent as error:
        print(coding, error.reason)
"""


@pytest.mark.case(id="F01")
@pytest.mark.case(id="F02")
@pytest.mark.case(id="F03")
def test_three_hundred_megabytes_are_refused_by_a_process_that_has_sixty_four(tmp_path):
    zeros = bytes(300 * 2**20)
    (tmp_path / "a.gzip").write_bytes(gzip.compress(zeros, 1))
    (tmp_path / "b.br").write_bytes(brotli.compress(zeros, quality=3))
    (tmp_path / "c.zstd").write_bytes(zstandard.compress(zeros))
    command = [sys.executable, "-c", DEFUSE, str(tmp_path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split("\n")
    assert said == ["gzip bomb", "br bomb", "zstd bomb", ""]


@pytest.mark.case(id="F04")
@pytest.mark.parametrize("codings", ["gzip, gzip, gzip", "br, br, br", "gzip, " * 19 + "br"])
async def test_a_third_coding_is_refused(stand, net, codings):
    async def script(visit):
        await visit.answer(b"x", Content_Encoding=codings)

    stand.script = script
    assert await reason_of(net.get(stand.url)) == "encoding"


@pytest.mark.case(id="F09")
@pytest.mark.parametrize(
    "lengths",
    ["Content-Length: 3\r\nContent-Length: 4", "Content-Length: -3", "Content-Length: +3", "Content-Length: 3x"],
)
async def test_a_length_that_is_none_is_no_http(stand, net, lengths):
    stand.script = says(f"HTTP/1.1 200 OK\r\n{lengths}\r\n\r\nabcd".encode())
    assert await reason_of(net.get(stand.url)) == "bad_http"


@pytest.mark.case(id="F10")
@pytest.mark.parametrize("size", [b"-3", b"0x3", b" 3", b"+3", b"1_0", b"F" * 40, b"", b"3 3"])
async def test_a_chunk_of_no_size_is_no_http(stand, net, size):
    stand.script = says(CHUNKED + size + b"\r\nabc\r\n0\r\n\r\n")
    assert await reason_of(net.get(stand.url)) == "bad_http"


@pytest.mark.case(id="F10")
@pytest.mark.parametrize(
    "trailers", [b"X: " + b"y" * 2**20 + b"\r\n", b"".join(b"X%d: y\r\n" % n for n in range(10_000))]
)
async def test_trailers_are_bounded_as_headers_are(stand, net, trailers):
    stand.script = says(CHUNKED + b"3\r\nabc\r\n0\r\n" + trailers + b"\r\n")
    assert await reason_of(net.get(stand.url)) == "headers"


@pytest.mark.case(id="F14")
@pytest.mark.parametrize("alert", [70, 40, 112], ids=["another version", "no common cipher", "another name"])
async def test_a_server_that_knows_no_good_tls_is_not_asked_in_any_other_way(net, alert):
    hellos = []

    async def refuse(reader, writer):
        hellos.append(await reader.read(5))
        await reader.readexactly(int.from_bytes(hellos[-1][3:5], "big"))
        writer.write(bytes([21, 3, 1, 0, 2, 2, alert]))  # a fatal alert of TLS 1.0 (RFC 8446, 6.2)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await reason_of(net.get(f"https://127.0.0.1:{port}/")) == "tls"
    assert [hello[:1] for hello in hellos] == [b"\x16"]


@pytest.mark.case(id="F16")
@pytest.mark.parametrize(
    ("raw", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, b""),
        (b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-2/9\r\nContent-Length: 3\r\n\r\nabc", 206, b"abc"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 5_000 + b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, b"abc"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", 101, b""),
        (b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", 999, b""),
    ],
    ids=["nothing", "a part", "5,000 hints", "another protocol", "no such status"],
)
async def test_odd_answers_are_answers(stand, net, raw, status, body):
    stand.script = says(raw)
    response = await net.get(stand.url)
    assert (response.status, response.body) == (status, body)


@pytest.mark.case(id="F18")
@pytest.mark.parametrize(
    "tag", [b"a\x01b", b"a\x7f\x1b[2Jb", b"a\r\n X-Evil: 1", b"\xff\xfe", "é\u2028\u202e".encode()]
)
async def test_a_validator_never_breaks_the_next_request(stand, net, tag):
    stand.script = says(b'HTTP/1.1 200 OK\r\nETag: "' + tag + b'"\r\nContent-Length: 0\r\n\r\n')
    kept = (await net.get(stand.url)).headers["etag"]
    stand.script = says(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    assert (await net.get(stand.url, headers={"If-None-Match": kept})).status == 304
    head = stand.visits[1].head.split("\r\n")
    assert sum(line.startswith("if-none-match: ") for line in head) == 1
    assert not any(line.lower().startswith("x-evil") for line in head)


@pytest.mark.case(id="F18")
async def test_a_validator_kept_by_an_older_monitor_is_sent_without_its_controls(stand, net):
    await net.get(stand.url, headers={"If-None-Match": 'W/"a\x01\r\nX-Evil: 1"'})
    assert stand.visits[0].header("if-none-match").isprintable()
    assert stand.visits[0].header("x-evil") is None


@pytest.mark.case(id="F18")
@pytest.mark.parametrize("value", [b"a\rb", b"a\0b"])
async def test_what_may_not_stand_in_a_header_is_no_http(stand, net, value):
    stand.script = says(b"HTTP/1.1 200 OK\r\nETag: " + value + b"\r\nContent-Length: 0\r\n\r\n")
    assert await reason_of(net.get(stand.url)) == "bad_http"


@pytest.mark.case(id="F22")
@pytest.mark.parametrize("error", [socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM])
async def test_whatever_ails_the_resolver_is_dns(net, monkeypatch, error):
    def refuse(*_):  # a server that fails, a loop of aliases
        raise socket.gaierror(error, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert await reason_of(net.get("http://news.example.com/")) == "dns"


@pytest.mark.case(id="F22")
async def test_resolvers_that_hang_do_not_hold_up_who_needs_none(stand, net, monkeypatch):
    monkeypatch.setattr(guard, "DNS_SECONDS", 0.2)
    free = asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: asyncio.run_coroutine_threadsafe(free.wait(), loop).result())
    hanging = [asyncio.create_task(reason_of(Guard(()).resolve(f"slow{n}.example.com"))) for n in range(40)]
    assert (await net.get(stand.url)).status == 200
    assert set(await asyncio.gather(*hanging)) == {"dns"}
    free.set()


@pytest.mark.case(id="F23")
@pytest.mark.parametrize("more", [False, True], ids=["one address", "one beside others"])
def test_many_names_of_one_address_ask_it_no_more_than_a_few_hosts_would(another_stand, monkeypatch, more):
    """A real server on loopback, at addresses that are public by their names."""
    shared, own = "93.184.216.34", "93.184.216.35"
    running, most, begun = 0, 0, []

    def look_up(host, *_):
        number = int(host.partition(".")[0][1:])
        addresses = [own] if not number else [shared, f"8.8.8.{number}"] if more else [shared]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    async def connect(self, sock, address):
        return await original(self, sock, ("127.0.0.1", address[1]))

    async def script(visit):
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        begun.append(asyncio.get_running_loop().time())
        await asyncio.sleep(20)
        running -= 1
        await visit.answer(b"x")

    async def scene():
        async with (
            open_net(user_agent="x", concurrency=64, per_host=1, pause=16.0) as net,
            another_stand(script) as stand,
            another_stand() as other,
        ):
            many = [asyncio.create_task(net.get(f"http://n{n}.example.com:{stand.port}/")) for n in range(1, 17)]
            await asyncio.sleep(1)
            assert (await net.get(f"http://n0.example.com:{other.port}/")).status == 200
            assert not any(task.done() for task in many)
            await asyncio.gather(*many)

    original = asyncio.selector_events.BaseSelectorEventLoop.sock_connect
    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    hastily(scene())
    assert most == PER_ADDRESS
    assert all(later - sooner > 1.5 for sooner, later in pairwise(begun[:PER_ADDRESS]))  # 16 s by eight hosts


@pytest.mark.case(id="F23")
async def test_ten_thousand_feeds_of_one_host_ask_it_a_few_at_a_time_and_take_no_place_from_others(
    stand, another_stand
):
    running, most = 0, 0

    async def script(visit):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        await visit.answer(b"x")

    stand.script = script
    async with (
        open_net(user_agent="x", allow_private=LOOPBACK, concurrency=8, per_host=2) as net,
        another_stand() as other,
    ):
        many = [asyncio.create_task(net.get(f"{stand.url}/{n}")) for n in range(1_000)]  # a tenth shows the same
        await asyncio.sleep(0.01)
        assert (await net.get(other.url)).status == 200
        assert sum(task.done() for task in many) < len(many)
        await asyncio.gather(*many)
        assert most == 2
        assert stand.connections == 2


@pytest.mark.case(id="F24")
async def test_an_answer_cut_at_any_byte_is_an_error_or_whole_entries(stand, net):
    """Without a length the end of the connection is the end of the body: what came is an answer, and the parser must see what is missing."""
    whole = set(parse_feed(FEED, stand.url, {}).entries)
    assert len(whole) == 5
    assert len(FEED) > 2_000
    head = b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n"
    answer = head + FEED
    seen = set()
    for length in range(len(answer)):
        stand.script = says(answer[:length])
        try:
            response = await net.get(stand.url, limits=Limits(total_seconds=5))
            if length % 4 == 0:
                assert set(parse_feed(response.body, stand.url, response.headers).entries) <= whole
        except OutsideError as error:
            seen.add(error.reason)
        else:
            assert response.body == FEED[: length - len(head)]
    assert seen <= {"reset", "bad_http", "empty", "not_a_feed"}
