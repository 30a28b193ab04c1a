"""What may be asked for, by its spelling (threat model S01–S22)."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.core.addresses import METADATA, PRIVATE, read_literal, refusal
from monitor.errors import Permanent
from monitor.net import judge_url

CORPUS = Path(__file__).resolve().parents[2].parent / "shared/corpora/hostile/ssrf-urls.txt"
LOOPBACK = (ip_network("127.0.0.0/8"),)


def verdict(url: str, allowed=()) -> str:
    try:
        return judge_url(url, allowed)
    except Permanent as error:
        return error.reason


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "127.0.1.1", "0.0.0.0", "0", "2130706433", "0x7f.1", "0x7F000001", "0177.0.0.1"),
        *("017700000001", "①②⑦.0.0.1", "127。0。0。1", "127．0．0．1", "127｡1", "ⓛⓞcalhost", "LOCALHOST", "localhost."),
        *(
            "a.localhost",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[0:0:0:0:0:0:0:1]",
        ),
        *(
            "[64:ff9b::a9fe:a9fe]",
            "[64:ff9b:1::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:0:7f00:1::]",
            "[::ffff:0:127.0.0.1]",
        ),
        *(
            "169.254.169.254",
            "[fd00:ec2::254]",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "metadata.google.internal",
        ),
        *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255", "127.0.0.1."),
        *("[fc00::1]", "[fd12::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
        *(
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "192.88.99.1",
            "[2001:db8::1]",
            "[3fff::1]",
            "[100::1]",
        ),
        *(
            "printer",
            "nas.local",
            "vault.internal",
            "METADATA.google.internal.",
            "[0000:0000:0000:0000:0000:FFFF:7F00:0001]",
        ),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https", "HTTP"])
def test_forbidden_addresses_in_every_spelling(scheme, host):
    assert verdict(f"{scheme}://{host}/") == "forbidden_address"
    assert verdict(f"{scheme}://{host}:8080/feed?x#y") == "forbidden_address"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://169.254.169.254:8888\\@example.com/",
            "http://example.com@127.0.0.1/",
            "http://a@b@c/",
            "http://u:p@a.org/",
        ),
        *(
            "http://exam\nple.com",
            "http://example.com\t.evil.com",
            "http://exa mple.com/",
            " http://example.com/",
            "http://a.org/\0",
        ),
        *(
            "http://a.org/\x7f",
            "http://a.org/a b",
            "http://a.org/\x85",
            "file:///etc/passwd",
            "FILE:/etc/passwd",
            "source:file:///x",
        ),
        *(
            "gopher://x/",
            "ftp://a.org/",
            "data:text/html,x",
            "dict://x/",
            "jar:http://x!/y",
            "http+unix://%2Ftmp%2Fs/",
            "ws://a.org/",
        ),
        *(
            "http:/a.org",
            "http:a.org",
            "//a.org/",
            "a.org",
            "",
            "http://",
            "http:///x",
            "http://?x",
            "http://:80/",
            "http://./",
        ),
        *(
            "http://a.org:0/",
            "http://a.org:99999/",
            "http://a.org:22/",
            "http://a.org:6379/",
            "http://a.org:25/",
            "http://a.org:8x/",
        ),
        *(
            "http://[fe80::1%25eth0]/",
            "http://[fe80::1%eth0]/",
            "http://%31%32%37.0.0.1/",
            "http://a%00.org/",
            "http://[::1",
            "http://::1/",
        ),
        *(
            "http://1.2.3.4.5/",
            "http://256.1.1.1/",
            "http://0o177.0.0.1/",
            "http://08.1.1.1/",
            "http://1.2.3.256/",
            "http://4294967296/",
        ),
        *(
            "http://127.0.0.1!/",
            "http://a..org/",
            "http://a.org../",
            "http://" + "a" * 64 + ".org/",
            "http://" + "a." * 130 + "org/",
        ),
        *(
            "http://[1::2::3]/",
            "http://[12345::]/",
            "http://[v1.x]/",
            "http://a.org/\ud800",
            "http://a.org/" + "x" * 8000,
            "http://a,b/",
        ),
    ],
)
def test_what_leaves_doubt_is_no_url(url):
    assert verdict(url) == "bad_url"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://Example.COM", "http://example.com/"),
        ("HTTPS://example.com:443/a?b#c", "https://example.com/a?b"),
        ("http://example.com:80?x", "http://example.com/?x"),
        ("http://example.com.:8080/", "http://example.com:8080/"),
        ("http://bücher.example/ü?ü=%C3%BC", "http://xn--bcher-kva.example/%C3%BC?%C3%BC=%C3%BC"),
        ("http://ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ", "http://example.com/"),
        ("http://134744072/", "http://8.8.8.8/"),
        ("http://[2606:4700:4700:0::1111]:8080/", "http://[2606:4700:4700::1111]:8080/"),
        ("http://[::ffff:8.8.8.8]/", "http://[::ffff:808:808]/"),
        ("http://100.63.255.254/", "http://100.63.255.254/"),
        ("http://100.128.0.1/", "http://100.128.0.1/"),
        ("http://under_score.example.com/a[]=1|2", "http://under_score.example.com/a[]=1|2"),
        ("https://example.com/?u=http://127.0.0.1/&a=@b", "https://example.com/?u=http://127.0.0.1/&a=@b"),
    ],
)
def test_what_may_be_asked_for_has_one_spelling(url, canonical):
    assert verdict(url) == canonical
    assert verdict(canonical) == canonical


def test_an_allowed_network_opens_itself_and_nothing_else():
    assert verdict("http://127.1:8000/x", LOOPBACK) == "http://127.0.0.1:8000/x"
    assert verdict("http://localhost:8000/", LOOPBACK) == "http://localhost:8000/"
    assert verdict("http://[::ffff:127.0.0.1]/", LOOPBACK) == "http://[::ffff:7f00:1]/"
    assert verdict("http://intranet/", LOOPBACK) == "http://intranet/"
    for host in ("10.0.0.1", "[::1]", "169.254.169.254"):
        assert verdict(f"http://{host}/", LOOPBACK) == "forbidden_address"


@pytest.mark.parametrize("address", sorted(map(str, METADATA)))
def test_metadata_is_shut_even_where_everything_is_allowed(address):
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    assert refusal(ip_address("10.0.0.1"), everything) == ""
    assert "metadata" in refusal(ip_address(address), everything)
    if ":" not in address:
        packed = int(IPv4Address(address))
        for prefix in ("::ffff:0:0", "64:ff9b::", "::"):
            assert "metadata" in refusal(IPv6Address(int(IPv6Address(prefix)) | packed), everything)
        assert "metadata" in refusal(IPv6Address((0x2002 << 112) | (packed << 80)), everything)


@pytest.mark.skipif(not CORPUS.exists(), reason=f"{CORPUS} is not here: the collected spellings are not judged")
def test_collected_spellings():
    urls = CORPUS.read_text("utf-8").splitlines()
    verdicts = {url: verdict(url) for url in urls}
    passed = {url for url, said in verdicts.items() if said not in {"bad_url", "forbidden_address"}}
    assert len(urls) > 200
    needles = (
        "127.",
        "0.0.0.0",
        "169",
        "192.168",
        "localhost",
        "::",
        "0x",
        "instance-data",
        "loopback",
        "remote-ip-address",
    )
    for url in passed:
        authority = url.split("/")[2]
        assert not any(needle in authority for needle in needles), url
        assert authority.isascii() or authority == "ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ"
    assert {"http://1.1.1.1", "http://google.com:80/", "https://nip.io/"} <= passed


FORBIDDEN = [
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
    )
]
FULL_WIDTH = str.maketrans("0123456789abcdefx.", "０１２３４５６７８９ａｂｃｄｅｆｘ。")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")


def spelling(chance: Random) -> str:
    """A forbidden IPv4 address as inet_aton, IDNA and IPv6 let one write it."""
    network = chance.choice(FORBIDDEN)
    number = chance.randint(int(network.network_address), int(network.broadcast_address))
    if chance.random() < 0.4:
        wrapped = IPv6Address(chance.choice([0, 0xFFFF << 32, 0x64FF9B << 96]) | number)
        return f"[{chance.choice([str(wrapped), wrapped.exploded, str(wrapped).upper()])}]"
    count = chance.randint(1, 4)
    parts = [number >> (24 - 8 * place) & 0xFF for place in range(count - 1)] + [number & (256 ** (5 - count) - 1)]
    written = [chance.choice([str(part), f"0{part:o}", f"{part:#x}", f"0x{part:010x}"]) for part in parts]
    text = ".".join(written) + chance.choice(["", "."])
    return chance.choice([text, text.upper(), text.translate(FULL_WIDTH), text.translate(CIRCLED)])


@settings(max_examples=200, deadline=None)
@given(st.integers())
def test_no_spelling_of_a_forbidden_address_passes(seed):
    chance = Random(seed)
    for _ in range(50):
        host, port = spelling(chance), chance.choice(["", ":80", ":8080"])
        rest = chance.choice(["", "/", "/a?b#c", "?@example.com", "#@example.com"])
        assert verdict(f"http://{host}{port}{rest}") == "forbidden_address", host


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**128 - 1))
@example(int(IPv6Address("2606:4700:4700::1111")))
def test_an_ipv6_address_outside_the_global_block_is_never_public(number):
    address = IPv6Address(number)
    if address not in ip_network("2000::/3") and not address.ipv4_mapped:
        assert refusal(address)
    assert read_literal(address.exploded) == address


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.text(max_size=30).map("http://".__add__))
def test_any_text_is_judged_and_a_judged_url_stays_as_it_is(text):
    said = verdict(text)
    assert said in {"bad_url", "forbidden_address"} or verdict(said) == said


def test_private_never_means_link_local_or_multicast():
    for text in ("169.254.1.1", "224.0.0.1", "fe80::1", "ff02::1", "0.0.0.0", "255.255.255.255"):
        assert refusal(ip_address(text), PRIVATE)
    for text in ("127.0.0.1", "10.1.2.3", "::1", "fd00::1", "192.168.0.1", "100.64.0.1", "172.20.0.1"):
        assert refusal(ip_address(text), PRIVATE) == ""
