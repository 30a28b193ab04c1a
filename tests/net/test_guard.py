"""No packet to a forbidden address: judged where names are resolved and where sockets are made, not by what a URL says."""

import asyncio
import socket
import time
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from spellings import HOSTS

from monitor.core.addresses import refusal
from monitor.errors import OutsideError, Permanent, Transient
from monitor.net import guard, judge_url, open_net
from monitor.net.guard import Guard, Refused

CORPUS = Path(__file__).resolve().parents[2].parent / "shared/corpora/hostile/ssrf-urls.txt"
LOOPBACK = (ip_network("127.0.0.0/8"),)
PUBLIC, PRIVATE = "93.184.216.34", "127.0.0.1"


@pytest.fixture
def names(monkeypatch):
    """Answers of the resolver, by name; each time the next, the last one for ever."""
    answers: dict[str, list[list[str]]] = {}

    def getaddrinfo(host, port, family=0, kind=0, proto=0, flags=0):
        if host not in answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        addresses = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        families = {address: socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses}
        return [(families[address], kind, 6, "", (address, port or 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return answers


@pytest.fixture
def dialled(monkeypatch):
    """Every address to which a connect was tried; none of them is let through but loopback."""
    addresses: list[str] = []

    async def sock_connect(self, sock, address):
        addresses.append(address[0])
        if not ip_address(address[0]).is_loopback:
            raise OSError("this test stays at home")
        return await original(self, sock, address)

    original = asyncio.selector_events.BaseSelectorEventLoop.sock_connect
    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", sock_connect)
    return addresses


async def reason_of(call) -> str:
    with pytest.raises(OutsideError) as caught:
        await call
    return caught.value.reason


@pytest.mark.case(id="S09")
@pytest.mark.parametrize(
    ("addresses", "allowed", "reason"),
    [
        ([PRIVATE], (), "forbidden_address"),
        ([PUBLIC, PRIVATE], (), "forbidden_address"),  # half of a trap is a trap
        ([PRIVATE, PUBLIC], (), "forbidden_address"),
        ([PUBLIC, "10.0.0.1"], LOOPBACK, "forbidden_address"),
        (["169.254.169.254"], (ip_network("0.0.0.0/0"),), "forbidden_address"),
        (["::ffff:127.0.0.1"], (), "forbidden_address"),
        (["fe80::1%lo"], (), "forbidden_address"),
    ],
)
async def test_a_name_that_leads_home_is_refused_before_anything_is_dialled(names, dialled, addresses, allowed, reason):
    names["news.example.com"] = [addresses]
    async with open_net(user_agent="x", allow_private=allowed) as net:
        assert await reason_of(net.get("http://news.example.com/")) == reason
    assert dialled == []


async def test_a_public_name_is_dialled_where_it_resolved_to(names, dialled):
    names["news.example.com"] = [[PUBLIC]]
    async with open_net(user_agent="x") as net:
        assert await reason_of(net.get("http://news.example.com/")) == "connect"
        assert await reason_of(net.post("http://news.example.com/", b"", headers={})) == "connect"
    assert dialled == [PUBLIC, PUBLIC]


async def test_localhost_with_two_families_uses_the_allowed_one(names, dialled, stand):
    names["localhost"] = [["::1", "127.0.0.1"]]
    async with open_net(user_agent="x", allow_private=LOOPBACK) as net:
        assert (await net.get(f"http://localhost:{stand.port}/")).status == 200
    assert dialled == ["127.0.0.1"]


async def test_who_waits_for_a_turn_at_an_address_dials_it(names, monkeypatch):
    monkeypatch.setattr(guard, "_MOST_NAMES", 2)
    names["news.example.com"] = [[PUBLIC], ["8.8.8.8"], [PUBLIC]]
    names.update({f"n{n}.example.com": [["8.8.4.4"]] for n in range(2)})
    asked = Guard(())
    for _ in range(2):
        assert await asked.addresses("news.example.com") == [ip_address(PUBLIC)]
        assert [found["host"] for found in await asked.resolve("news.example.com", 80)] == [PUBLIC]
    asked.forget()
    assert await asked.addresses("news.example.com") == [ip_address("8.8.8.8")]
    for n in range(2):
        await asked.addresses(f"n{n}.example.com")
    assert await asked.addresses("news.example.com") == [ip_address(PUBLIC)], "no more than so many names are kept"


@pytest.mark.case(id="F22")
async def test_of_thousands_of_addresses_eight_are_used(names):
    names["big.example.com"] = [[f"8.8.{n // 256}.{n % 256}" for n in range(4000)]]
    assert len(await Guard(()).resolve("big.example.com")) == 8


@pytest.mark.case(id="F22")
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.EAI_NONAME, "no_such_host"),
        (socket.EAI_NODATA, "no_such_host"),
        (socket.EAI_AGAIN, "dns"),
        (socket.EAI_FAIL, "dns"),
    ],
)
async def test_a_name_that_does_not_exist_is_told_from_a_resolver_that_fails(monkeypatch, error, reason):
    def fails(*_):
        raise socket.gaierror(error, "as the resolver says")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    with pytest.raises(Transient) as caught:
        await Guard(()).resolve("gone.example.com")
    assert caught.value.reason == reason


@pytest.mark.case(id="F22")
async def test_a_slow_resolver_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(guard, "DNS_SECONDS", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: time.sleep(0.3) or [])
    with pytest.raises(Transient) as caught:
        await Guard(()).resolve("slow.example.com")
    assert caught.value.reason == "dns"


@pytest.mark.case(id="S08")
async def test_a_rebound_name_is_judged_again_by_its_socket(names, dialled, monkeypatch):
    async def lying(self, host, family=0):
        return [ip_address(PRIVATE)]

    monkeypatch.setattr(Guard, "addresses", lying)  # whoever resolved it, and whatever was said before
    async with open_net(user_agent="x") as net:
        assert await reason_of(net.get("http://news.example.com/")) == "forbidden_address"
    assert dialled == []


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1"])
async def test_an_address_that_stands_for_itself_is_judged_too(address):
    assert await reason_of(Guard(()).addresses(address)) == "forbidden_address"
    assert await Guard(()).addresses(PUBLIC) == [ip_address(PUBLIC)]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.1", "64:ff9b::7f00:1", "::1"]
)
def test_no_socket_is_made_for_a_forbidden_address(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(Refused):
        Guard(()).make_socket((family, socket.SOCK_STREAM, 6, "", (address, 80)))


@pytest.mark.case(id="S17")
def test_no_unix_socket_is_ever_made():
    with pytest.raises((Refused, ValueError)):
        Guard((ip_network("0.0.0.0/0"),)).make_socket((socket.AF_UNIX, socket.SOCK_STREAM, 0, "", ("/tmp/s",)))


HOPS = {case: [f"http://{host}/" for host in HOSTS[case]] for case in ("S01", "S02", "S03", "S04", "S05", "S06", "S07")}
HOPS["S10"] = ["//0/", "//localhost:8080", "http://inside.example.com/", "https://[::1]/"]


@pytest.mark.case(id="S10")
@pytest.mark.parametrize("targets", HOPS.values(), ids=HOPS)
async def test_every_hop_is_judged(names, dialled, targets):
    """From an allowed server to somewhere that is not."""
    names.update({name: [["10.0.0.7"]] for name in ("inside.example.com", "printer", "nas.local", "vault.internal")})

    async def redirect(reader, writer):
        target = targets[int((await reader.readuntil(b"\r\n\r\n")).split()[1][1:])]
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(redirect, "127.8.8.8", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with open_net(user_agent="x", allow_private=[ip_network("127.8.8.8/32")]) as net:
            for number, target in enumerate(targets):
                reason = await reason_of(net.get(f"http://127.8.8.8:{port}/{number}"))
                assert reason == "forbidden_address", target
    assert set(dialled) == {"127.8.8.8"}


@pytest.mark.case(id="S11")
async def test_a_kept_connection_leads_where_its_name_led_when_it_was_judged(names, dialled):
    names["news.example.com"] = [["127.8.8.8"], ["127.0.0.1"]]

    async def answer(reader, writer):
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.8.8.8", 0) as server:
        url = f"http://news.example.com:{server.sockets[0].getsockname()[1]}/"
        async with open_net(user_agent="x", allow_private=[ip_network("127.8.8.8/32")]) as net:
            assert [(await net.get(url)).body, (await net.get(url)).body] == [b"x", b"x"]
            assert dialled == ["127.8.8.8"]
            await asyncio.sleep(0.05)  # the server has hung up: the next question makes a connection
            net._guard.forget()
            assert await reason_of(net.get(url)) == "forbidden_address"
            assert net._fetching.connector._keepalive_timeout <= 60
    assert dialled == ["127.8.8.8"]


@pytest.mark.case(id="S17")
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{}/", "http://localhost:{}/", "http://[::1]:{}/", "http://0.0.0.0:{}/"]
)
async def test_our_own_page_is_no_feed(names, dialled, stand, url):
    names["localhost"] = [["127.0.0.1"]]
    async with open_net(user_agent="x") as net:
        assert await reason_of(net.get(url.format(stand.port))) == "forbidden_address"
    assert (dialled, stand.connections) == ([], 0)


@pytest.mark.case(id="S21")
async def test_a_receiver_that_was_public_once_is_judged_at_each_message(names, dialled):
    names["hooks.example.com"] = [[PUBLIC], [PRIVATE]]
    url = "https://hooks.example.com/in"
    async with open_net(user_agent="x") as net:
        assert judge_url(url) == url
        assert await reason_of(net.post(url, b"", headers={})) == "connect"
        net._sending[False].connector._resolver.forget()
        assert await reason_of(net.post(url, b"", headers={})) == "forbidden_address"
    assert dialled == [PUBLIC]


@pytest.mark.skipif(not CORPUS.exists(), reason=f"{CORPUS} is not here: the collected spellings are not tried")
async def test_no_collected_spelling_of_a_forbidden_address_sends_a_packet(names, dialled):
    async with open_net(user_agent="x") as net:
        for url in CORPUS.read_text("utf-8").splitlines():
            try:
                judge_url(url)
            except Permanent:
                assert await reason_of(net.get(url)) in {"bad_url", "forbidden_address"}
                assert await reason_of(net.post(url, b"", headers={})) in {"bad_url", "forbidden_address"}
    assert dialled == []
    assert names == {}


def test_the_resolvers_own_readings_of_numbers_are_forbidden_too():
    """What getaddrinfo makes of odd spellings: should one ever reach it, the address it finds is refused."""
    for text in ("127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0"):
        (answer, *_) = socket.getaddrinfo(text, 80, socket.AF_INET, socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        assert refusal(ip_address(answer[4][0]))
