import ipaddress
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.core.urls import aliases, article_id, canonical, same_site, site, without_amp, without_device
from monitor.errors import Permanent

CASES = Path(__file__).resolve().parents[2].parent / "shared/corpora/urls/urltestdata.json"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Example.ORG:80/a?utm_source=x&b=1#top", "http://example.org/a?b=1"),
        ("https://example.org:443", "https://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://example.org/%7euser/%e9%C3%a9/é", "https://example.org/~user/%E9%C3%A9/%C3%A9"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/?fbclid=1", "https://example.org/"),
        ("https://example.org/?id=5&gclid=2&page=2", "https://example.org/?id=5&page=2"),
        ("https://user:secret@example.org/x", "https://example.org/x"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://faß.example/x", "https://xn--fa-hia.example/x"),
        ("http://a\\@b.example/", "http://a/@b.example/"),
        (" https://example.org/a b\n", "https://example.org/a%20b"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("http://[::1]:81/x", "http://[::1]:81/x"),
    ],
)
def test_one_spelling(url: str, expected: str) -> None:
    assert canonical(url) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "ftp://example.org/",
        "javascript:alert(1)",
        "http://",
        "http://a b/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://[::1",
        "http://example.org:99999/",
        "http://exa%00mple.org/",
        "https://example.org/" + "a" * 5000,
    ],
)
def test_what_is_no_clear_address_is_refused(url: str) -> None:
    with pytest.raises(Permanent) as refused:
        canonical(url)
    assert refused.value.reason == "bad_url"


@given(st.text() | st.from_regex(r"https?://[^\s]{1,40}", fullmatch=True))
def test_canonical_never_crashes_and_is_idempotent(url: str) -> None:
    try:
        once = canonical(url)
    except Permanent:
        return
    assert canonical(once) == once


def test_the_host_is_the_one_of_the_standard() -> None:
    if not CASES.exists():
        pytest.skip(f"no {CASES}: the URL standard's cases stand beside the project")
    checked = 0
    for case in json.loads(CASES.read_text(encoding="utf-8")):
        if isinstance(case, str) or case.get("base"):
            continue
        try:
            known = canonical(case["input"])
        except Permanent:
            continue
        if case.get("failure"):
            continue
        assert _host(known) == _host(case["href"]), case["input"]
        checked += 1
    assert checked > 100


def _host(url: str) -> str:
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return str(ipaddress.ip_address(host[1:-1])) if host.startswith("[") and host.endswith("]") else host


def test_an_amp_copy_is_known_as_what_it_copies() -> None:
    for copy in ("/story/amp", "/story/amp/", "/story?amp=1", "/story?outputType=amp", "/amp/story"):
        assert without_amp(f"https://example.org{copy}") == "https://example.org/story"
    assert without_amp("https://example.org/champ?camp=1") == "https://example.org/champ?camp=1"


def test_aliases_are_every_address_once_and_the_feeds_own_key() -> None:
    found = aliases(["https://example.org/a?utm_medium=rss", "http://example.org/a", "nonsense"], feed="f", guid="g")
    assert found[0] == "url://example.org/a"
    assert len(found) == 2
    assert aliases([], feed="f", guid="g") != aliases([], feed="h", guid="g")
    assert set(aliases(["https://example.org/a/amp"])) & set(aliases(["https://example.org/a"]))


def test_an_id_is_pinned_to_address_and_generation() -> None:
    assert article_id("https://example.org/a") == article_id("https://example.org/a", 0)
    assert article_id("https://example.org/a") != article_id("https://example.org/a", 1)
    assert article_id("https://example.org/a").startswith("article_")


def test_a_site_is_a_publisher_not_a_host() -> None:
    assert same_site("https://www.example.co.uk/a", "https://edition.example.co.uk/b")
    assert not same_site("https://one.co.uk/", "https://two.co.uk/")
    assert not same_site("https://one.github.io/", "https://two.github.io/")
    assert site("http://10.0.0.1:80/") == "10.0.0.1"


LABELS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
HOSTS = st.builds(lambda labels, top: ".".join([*labels, top]), st.lists(LABELS, min_size=1, max_size=4), st.sampled_from(["com", "co.uk", "org", "de"]))  # fmt: skip
PIECES = st.lists(st.sampled_from(["/", "..", ".", "a", "amp", ".amp", ".html", "%2f", "%", "é", " ", "\\", "@", ":", "//"]), max_size=8).map("".join)  # fmt: skip
QUERIES = st.lists(st.sampled_from(["utm_source=x", "amp", "amp=1", "id=5", "&", "=", "?", "fbclid=7", "%zz", "ü"]), max_size=6).map("&".join)  # fmt: skip


@given(st.sampled_from(["http://", "HTTPS://", "https:\\\\"]), HOSTS, PIECES, QUERIES)
@example("http://", "0.com", "..amp", "")  # no name with an ending, and nothing to take off
def test_no_spelling_changes_the_host_and_each_is_made_once(scheme: str, host: str, path: str, query: str) -> None:
    try:
        known = canonical(f"{scheme}{host}/{path}?{query}#{path}")
    except Permanent:
        return  # a host of digits alone is an address of another kind
    for spelling in (known, without_amp(known)):
        assert urlsplit(spelling).hostname == host
        assert canonical(spelling) == spelling
    assert site(without_device(known)) == site(known)
