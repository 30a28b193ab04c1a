"""What may be asked for, by its spelling (threat model S01–S22)."""

from collections import Counter
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spellings import HOSTS, PUBLIC4, URLS, forbidden_url, legal

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


def told(table):
    """Each spelling of a table as a parameter that names its case."""
    rows = ((case, text) for case, texts in table.items() for text in texts)
    return [pytest.param(text, id=f"{case} {text[:40]!a}", marks=pytest.mark.case(id=case)) for case, text in rows]


@pytest.mark.parametrize("host", told(HOSTS))
@pytest.mark.parametrize("scheme", ["http", "https", "HTTP"])
def test_forbidden_addresses_in_every_spelling(scheme, host):
    assert verdict(f"{scheme}://{host}/") == "forbidden_address"
    assert verdict(f"{scheme}://{host}:8080/feed?x#y") == "forbidden_address"


@pytest.mark.parametrize("url", told(URLS))
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


@pytest.mark.case(id="S20")
def test_an_allowed_network_opens_itself_and_nothing_else():
    assert verdict("http://127.1:8000/x", LOOPBACK) == "http://127.0.0.1:8000/x"
    assert verdict("http://localhost:8000/", LOOPBACK) == "http://localhost:8000/"
    assert verdict("http://[::ffff:127.0.0.1]/", LOOPBACK) == "http://[::ffff:7f00:1]/"
    assert verdict("http://intranet/", LOOPBACK) == "http://intranet/"
    for host in ("10.0.0.1", "[::1]", "169.254.169.254"):
        assert verdict(f"http://{host}/", LOOPBACK) == "forbidden_address"


@pytest.mark.case(id="S20")
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


@pytest.mark.case(id="S01")
@pytest.mark.case(id="S22")
def test_ten_thousand_spellings_of_forbidden_addresses_are_refused():
    chance = Random(20151115)
    urls = {forbidden_url(chance) for _ in range(12_000)}
    assert len(urls) >= 10_000
    said = Counter(verdict(url) for url in urls)
    assert said.keys() == {"forbidden_address", "bad_url"}
    assert said["forbidden_address"] > 6_000


@settings(max_examples=100)
@given(st.integers())
def test_no_spelling_of_a_forbidden_address_passes(seed):
    chance = Random(seed)
    for _ in range(20):
        assert verdict(url := forbidden_url(chance)) in {"forbidden_address", "bad_url"}, url


@pytest.mark.case(id="S06")
def test_the_same_spellings_of_public_addresses_stay_allowed():
    chance = Random(20151115)
    for _ in range(3_000):
        number, host = legal(chance, PUBLIC4)
        assert verdict(f"http://{host}/x") == f"http://{IPv4Address(number)}/x", host
        mapped = f"[::ffff:{IPv4Address(number)}]"
        assert verdict(f"http://{mapped}/").startswith("http://[::ffff:"), mapped


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
