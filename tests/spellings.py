"""Addresses that nothing may be sent to, as one can write them: the spellings of docs/hostile.md by their case, and a generator of many more."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from random import Random

HOSTS: Mapping[str, tuple[str, ...]] = {
    "S01": ("127.0.0.1", "127.1", "127.0.1.1", "0.0.0.0", "0", "2130706433", "0x7f.1", "0x7F000001", "0177.0.0.1", "017700000001"),
    "S02": ("①②⑦.0.0.1", "127。0。0。1", "127．0．0．1", "127｡1", "ⓛⓞcalhost", "１２７.0.0.1", "𝟏𝟐𝟕.0.0.1", "LOCALHOST", "localhost.", "a.localhost"),
    "S03": ("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:0:0:1]"),
    "S04": ("[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]"),
    "S05": ("169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "168.63.129.16", "192.0.0.192", "metadata.google.internal", "METADATA.google.internal."),
    "S06": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255", "printer", "nas.local", "vault.internal"),
    "S07": (
        *("[fc00::1]", "[fd12::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
        *("198.51.100.1", "203.0.113.1", "192.88.99.1", "[2001:db8::1]", "[3fff::1]", "[100::1]"),
    ),
    "S22": ("[::ffff:0:127.0.0.1]", "[0000:0000:0000:0000:0000:FFFF:7F00:0001]", "[::FFFF:7F00:1]", "127.0.0.1.", "[0::1]", "[::0:0:1]"),
}  # fmt: skip

URLS: Mapping[str, tuple[str, ...]] = {
    "S12": (
        *("http://169.254.169.254:8888\\@example.com/", "http:\\\\127.0.0.1/", "http://exa mple.com/", " http://example.com/", "http://a.org/\0"),
        *("http://a.org/\x7f", "http://a.org/a b", "http://a.org/\x85", "http://a.org/\ud800"),
    ),
    "S13": ("http://example.com@127.0.0.1/", "http://a@b@c/", "http://u:p@a.org/", "http://@127.0.0.1/", "http://:@127.0.0.1/"),
    "S14": ("http://exam\nple.com", "http://example.com\t.evil.com", "http://example.com\r\n.evil.com/", "http://a.org/\r\nHost:%20b"),
    "S15": (
        *("file:///etc/passwd", "FILE:/etc/passwd", "source:file:///x", "gopher://x/", "ftp://a.org/", "data:text/html,x", "dict://x/", "jar:http://x!/y"),
        *("ws://a.org/", "javascript:alert(1)", "http:/a.org", "http:a.org", "//a.org/", "a.org", "", "http://", "http:///x", "http://?x", "http://:80/", "http://./"),
    ),
    "S16": ("http://a.org:0/", "http://a.org:99999/", "http://a.org:22/", "http://a.org:6379/", "http://a.org:25/", "http://a.org:8x/", "http://a.org:-1/"),
    "S17": ("http+unix://%2Ftmp%2Fs/", "unix:///tmp/s", "redis://127.0.0.1/"),
    "S22": (
        *("http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://%31%32%37.0.0.1/", "http://a%00.org/", "http://[::1", "http://::1/", "http://1.2.3.4.5/"),
        *("http://256.1.1.1/", "http://0o177.0.0.1/", "http://08.1.1.1/", "http://1.2.3.256/", "http://4294967296/", "http://127.0.0.1!/", "http://a..org/"),
        *("http://a.org../", "http://" + "a" * 64 + ".org/", "http://" + "a." * 130 + "org/", "http://[1::2::3]/", "http://[12345::]/", "http://[v1.x]/"),
        *("http://a.org/" + "x" * 8000, "http://a,b/"),
    ),
}  # fmt: skip

FORBIDDEN4 = [
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
    )
]
FORBIDDEN6 = [
    IPv6Network(network)
    for network in (
        *(
            "::/96",
            "100::/64",
            "fc00::/7",
            "fe80::/10",
            "fec0::/10",
            "ff00::/8",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
        ),
        *("2620:4f:8000::/48", "3fff::/20", "64:ff9b:1::/48", "4000::/3", "8000::/2", "::1/128", "::/128"),
    )
]
PUBLIC4 = [
    ip_network(network) for network in ("1.0.0.0/9", "8.8.8.0/24", "93.184.0.0/16", "100.128.0.0/12", "151.101.0.0/16")
]

_ALPHABETS = [
    {},
    str.maketrans("0123456789abcdefx.", "０１２３４５６７８９ａｂｃｄｅｆｘ。"),
    str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨"),
    str.maketrans("0123456789", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
    str.maketrans("0123456789.", "₀₁₂₃₄₅₆₇₈₉｡"),
    str.maketrans("0123456789.", "⁰¹²³⁴⁵⁶⁷⁸⁹．"),
]
_RESTS = ("", "/", "/a?b#c", "?@example.com", "#@example.com", "/%2e%2e/", "/?u=http://example.com/")


def legal(chance: Random, networks: list[IPv4Network]) -> tuple[int, str]:
    """An IPv4 address, and one of the ways in which inet_aton and IDNA let one write it: 1–4 parts, three radixes, six alphabets."""
    network = chance.choice(networks)
    number = chance.randint(int(network.network_address), int(network.broadcast_address))
    count = chance.randint(1, 4)
    parts = [number >> (24 - 8 * place) & 0xFF for place in range(count - 1)] + [number & (256 ** (5 - count) - 1)]
    written = [chance.choice([str(part), f"0{part:o}", f"{part:#x}", f"0x{part:010x}", f"{part:#X}"]) for part in parts]
    text = ".".join(written) + chance.choice(["", "", "."])
    return number, text.translate(chance.choice(_ALPHABETS))


def forbidden_url(chance: Random) -> str:
    """A URL that leads to a forbidden address, or pretends that it does not."""
    scheme = chance.choice(["http", "https", "HTTP", "hTTps"])
    port = chance.choice(["", ":80", ":8080", ":443"])
    return f"{scheme}://{_tricked(chance, _host(chance))}{port}{chance.choice(_RESTS)}"


def _host(chance: Random) -> str:
    if chance.random() < 0.6:
        return legal(chance, FORBIDDEN4)[1]
    return f"[{_sixth(chance)}]"


def _sixth(chance: Random) -> str:
    """An IPv6 address that is forbidden, or holds an IPv4 address that is."""
    if chance.random() < 0.5:
        network = chance.choice(FORBIDDEN6)
        address = IPv6Address(chance.randint(int(network.network_address), int(network.broadcast_address)))
    else:
        inner = chance.choice(FORBIDDEN4)
        number = chance.randint(int(inner.network_address), int(inner.broadcast_address))
        wrapped = [
            number,
            0xFFFF << 32 | number,
            0x64FF9B << 96 | number,
            0x2002 << 112 | number << 80,
            0xFFFF << 48 | number,
        ]
        address = IPv6Address(chance.choice(wrapped))
    head, low = int(address) >> 32, int(address) & 0xFFFFFFFF
    dotted = ".".join(str(low >> shift & 0xFF) for shift in (24, 16, 8, 0))
    mixed = ":".join(f"{head >> shift & 0xFFFF:x}" for shift in (80, 64, 48, 32, 16, 0)) + f":{dotted}"
    return chance.choice([str(address), address.exploded, str(address).upper(), address.exploded.upper(), mixed])


def _tricked(chance: Random, host: str) -> str:
    """The host as it is, or behind one of the tricks that parsers disagree about."""
    trick = chance.random()
    if trick < 0.7:
        return host
    return chance.choice(
        [
            f"example.com@{host}", f"example.com:80@{host}", f"{host}\\@example.com", f"{host}\t", f"\n{host}", f"{host}%00.example.com",
            "".join(f"%{ord(char):02x}" if ord(char) < 128 else char for char in host), f"@{host}", f"example.com\\@{host}", f"{host} ", f"\u200b{host}",
            host.replace("1", "1\u00ad", 1), f"{host}\x00", host.replace("]", "%25lo]"), host.replace(".", "%2e"),
        ]
    )  # fmt: skip
