"""Whatever reads what others wrote, and what holds of each whatever they wrote: an answer of the right shape or a named error, in bounded time, and the same again.

Inputs are bytes: of no meaning, of words that mean something to the reader, and real ones with a few places changed.
"""

from __future__ import annotations

import asyncio
import atexit
import gzip
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import msgspec
from hypothesis import strategies as st

from monitor.config import cron, files, lists, opml
from monitor.core import http, robots, urls
from monitor.core.addresses import read_literal, refusal
from monitor.core.watch import grammar
from monitor.errors import ConfigError, Corrupt, OutsideError, Permanent
from monitor.net import open_net
from monitor.net.decoding import decode
from monitor.net.target import judge_url
from monitor.notifiers import slack, webhook
from monitor.ports import Announced, Limits, Net, ParsedFeed, ParsedPage, Response
from monitor.sources import fields
from monitor.sources.announced import read_announced
from monitor.sources.charset import read_text
from monitor.sources.feed import parse_feed
from monitor.sources.frontpage import read_front_page
from monitor.sources.hints import hints_of
from monitor.sources.page import read_fragment, tree
from monitor.sources.page.fingerprint import read_again
from monitor.store import lines

CORPORA = Path(__file__).resolve().parents[3] / "shared/corpora"
URL = "https://news.example.com/world/feed.xml"
NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
SECONDS = 5.0  # of processor time: what a parser is given
LARGEST = 60_000  # bytes of a real file that are taken

Read = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Parser:
    """One reader: what it makes of bytes, words that mean something to it, and where real inputs are."""

    read: Read
    words: tuple[bytes, ...]
    samples: tuple[str, ...] = ()  # patterns below the corpora
    seeds: tuple[bytes, ...] = ()
    steady: bool = True  # the same input, the same answer; on a wire it depends on the packets


def hold(parser: Parser, data: bytes) -> str:
    """What must hold of any input. Returns `read`, or the name of the error; raises whatever else comes out."""
    before = time.process_time()
    said = _asked(parser.read, data)
    took = time.process_time() - before
    assert took < SECONDS, f"{took:.1f} s of processor time"
    again = _asked(parser.read, data)
    assert again == said or not parser.steady, "the same again"
    return said if isinstance(said, str) else "read"


def _asked(read: Read, data: bytes) -> object:
    try:
        return (read(data),)
    except OutsideError as error:
        return error.reason


# --- what comes in ---------------------------------------------------------------------------------------------------


def inputs(parser: Parser) -> st.SearchStrategy[bytes]:
    """Bytes for a parser: noise, words, and real inputs with a few places changed."""
    noise, words = st.binary(max_size=300), st.sampled_from(parser.words) if parser.words else st.nothing()
    soup = st.lists(words | st.binary(max_size=6), max_size=40).map(b"".join)
    real = real_ones(parser)
    if not real:
        return noise | soup
    places = st.integers(0, LARGEST)
    change = st.tuples(st.sampled_from(CHANGES), places, st.integers(0, 400), words | st.binary(max_size=8))
    changed = st.builds(_changed, st.sampled_from(real), st.lists(change, max_size=8))
    return noise | soup | changed | changed


@cache
def real_ones(parser: Parser) -> tuple[bytes, ...]:
    """The seeds that stand here, and up to 400 real files."""
    paths = [path for pattern in parser.samples for path in sorted(CORPORA.glob(pattern)) if path.is_file()]
    step = max(1, len(paths) // 400)
    return (*parser.seeds, *(_content(path)[:LARGEST] for path in paths[::step]))


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def _changed(data: bytes, changes: Sequence[tuple[str, int, int, bytes]]) -> bytes:
    for kind, place, length, new in changes:
        start = place % (len(data) + 1)
        piece = data[start : start + length]
        match kind:
            case "insert":
                data = data[:start] + new + data[start:]
            case "replace":
                data = data[:start] + new + data[start + len(new) :]
            case "drop":
                data = data[:start] + data[start + length :]
            case "repeat":
                data = data[:start] + piece * 20 + data[start:]
            case "flip" if piece:
                data = data[:start] + bytes([piece[0] ^ 1 << length % 8]) + data[start + 1 :]
            case "cut":
                data = data[:start]
            case "flood":
                data = data[:start] + new * 500 + data[start:]
    return data[: 4 * LARGEST]


CHANGES = ("insert", "replace", "drop", "repeat", "flip", "cut", "flood")

# --- what must be true of what comes out -----------------------------------------------------------------------------


def _same_shape(value: Any, kind: Any) -> Any:
    """As it crosses from a worker to the daemon."""
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=kind) == value
    return value


def _checked_feed(feed: ParsedFeed) -> ParsedFeed:
    assert len(feed.entries) <= fields.MAX_ENTRIES
    assert len({entry.key for entry in feed.entries}) == len(feed.entries)
    for entry in feed.entries:
        assert entry.key
        assert len(entry.key) <= fields.MAX_URL
        assert (len(entry.title), len(entry.author)) <= (fields.MAX_TITLE, fields.MAX_AUTHOR)
        assert len(entry.summary) <= fields.MAX_TEXT >= len(entry.content_html)
        assert not entry.url or urlsplit(entry.url).scheme in {"http", "https"}
        assert not any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in entry.title + entry.summary)
        assert all(moment.tzinfo is UTC for moment in (entry.published, entry.updated) if moment)
    return _same_shape(feed, ParsedFeed)


def _checked_page(page: ParsedPage) -> ParsedPage:
    assert page.verdict in {"article", "block_page", "empty", "not_html", "not_found", "unchanged"}
    assert (page.verdict == "article") <= bool(page.content.blocks or page.content.title)
    assert sum(len(block.text) for block in page.content.blocks) <= 2 * 2**20
    assert 0 <= page.confidence <= 1
    return _same_shape(page, ParsedPage)


def _feed(data: bytes) -> ParsedFeed:
    return _checked_feed(parse_feed(data, URL, {"content-type": "application/xml"}))


def _served_feed(data: bytes) -> ParsedFeed:
    """The header is the first line, whatever that says."""
    header, _, body = data.partition(b"\n")
    return _checked_feed(parse_feed(body, URL, {"content-type": header.decode("utf-8", "replace")}))


def _page(data: bytes) -> ParsedPage:
    first = _checked_page(read_again(data, URL, {}, "", ""))
    again = _checked_page(read_again(data, URL, {}, first.container, first.fingerprint))
    assert again.verdict in {first.verdict, "unchanged", "empty"} or first.verdict != "article"
    return first


def _fragment(data: bytes) -> ParsedPage:
    return _checked_page(
        read_fragment(data.decode("utf-8", "surrogatepass" if data.isascii() else "replace"), URL, "A")
    )


def _front_page(data: bytes) -> ParsedFeed:
    return _checked_feed(read_front_page(data, URL, {}, ()))


def _announced(data: bytes) -> tuple[Announced, ...]:
    found = read_announced(data, URL, {})
    assert len(found) <= 12
    assert all(urlsplit(one.url).scheme in {"http", "https"} for one in found)
    return _same_shape(found, tuple[Announced, ...])


def _charset(data: bytes) -> tuple[str, str]:
    header, _, body = data.partition(b"\n")
    headers = {"content-type": header.decode("latin-1")}
    return read_text(body, headers), tree.decoded(body, headers)


def _robots(data: bytes) -> tuple[bool, ...]:
    text, _, path = data.rpartition(b"\n")
    rules = robots.parse(text, "Monitor")
    assert len(rules.rules) <= robots.MOST_RULES
    return rules.allow(f"https://a.example/{path.decode('utf-8', 'replace')}"), rules.allow("https://a.example/")


def _url(data: bytes) -> tuple[str, ...]:
    """Each spelling is made once, changes no host, and what may be asked for is no forbidden address."""
    text = data.decode("utf-8", "surrogateescape")
    spellings = [_or_reason(urls.canonical, text), _or_reason(judge_url, text)]
    if "://" in spellings[0]:
        assert urls.canonical(spellings[0]) == spellings[0]
        assert urls.canonical(urls.without_amp(spellings[0])) == urls.without_amp(spellings[0])
        urls.article_id(spellings[0]), urls.site(spellings[0]), urls.without_device(spellings[0])
    if "://" in spellings[1]:
        assert judge_url(spellings[1]) == spellings[1]
        literal = read_literal(urlsplit(spellings[1]).hostname or "")
        assert literal is None or not refusal(literal)
    link = fields.web_url(text, URL)
    assert not link or urlsplit(link).scheme in {"http", "https"}
    return (*spellings, link, *urls.aliases([text], feed="f", guid=fields.plain(text, 1_000)))


def _or_reason(read: Callable[[str], str], text: str) -> str:
    try:
        return read(text)
    except Permanent as error:
        return error.reason


def _opml(data: bytes) -> object:
    outlines, troubles = opml.read(data)
    assert len(troubles) <= opml.TOLD
    assert all(trouble.problem and len(trouble.problem) < 1_000 for trouble in troubles)
    return [
        *outlines,
        *opml.merged(outlines).items(),
        *map(opml.id_of, (outline.url for outline in outlines)),
        *troubles,
    ]


def _query(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    try:
        return repr(grammar.parse(text))
    except grammar.BadQuery as refused:
        bad = refused
    assert 0 <= bad.flaw.at <= len(text)
    return "bad_query"


def _toml(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    with TemporaryDirectory() as folder:
        try:
            return files.parse(text, {}, file="config.toml", folder=Path(folder)).digest
        except ConfigError as refused:
            bad = refused
    assert bad.faults
    assert all(0 <= fault.line <= text.count("\n") + 1 and fault.problem for fault in bad.faults)
    return "bad_config"


def _list(data: bytes) -> object:
    with TemporaryDirectory() as folder:
        Path(folder, "names.csv").write_bytes(data)
        _, problems = lists.bring_in({"watchlists": {"w": {"entities_file": "names.csv"}}}, Path(folder))
    return [problem[1:] for problem in problems]


def _cron(data: bytes) -> str:
    try:
        return cron.canonical(data.decode("utf-8", "replace"))
    except cron.BadCron:
        return "bad_cron"


def _moment(data: bytes) -> tuple[object, ...]:
    text = data.decode("utf-8", "replace")
    fresh = http.fresh_for(dict.fromkeys(("cache-control", "expires", "date", "age"), text), NOON)
    hints = hints_of(dict.fromkeys(("ttl", "sy_updateperiod", "sy_updatefrequency"), text), text)
    pauses = http.retry_after(text, NOON), webhook.retry_after(text, NOON), fresh, hints.ttl, hints.period
    assert all(pause is None or 0 <= pause < float("inf") for pause in pauses)
    return (*pauses, hints.skipped, fields.iso_instant(text))


def _receiver(data: bytes) -> tuple[object, ...]:
    """What a receiver answers: a status, a header and a body."""
    head, _, body = data.partition(b"\n")
    status = int.from_bytes(head[:2], "big") % 1_000
    answer = Response("https://a.example/", status, {"retry-after": head[2:].decode("utf-8", "replace")}, body, 0.1)
    outcomes = webhook.outcome_of(answer, NOON), slack.outcome_of(answer, NOON)
    assert all(outcome.kind in {"delivered", "retry", "dead", "disable"} for outcome in outcomes)
    return outcomes


def _coding(data: bytes) -> bytes:
    header, _, body = data.partition(b"\n")
    out = decode(body, header.decode("latin-1"), 2**20)
    assert len(out) <= 2**20
    assert len(decode(body, header.decode("latin-1"), 2**14, whole=False)) <= 2**14
    return out


def _export(data: bytes) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder, "log.jsonl")
        path.write_bytes(data)
        try:
            return repr((lines.check(path), list(lines.read(path))))
        except Corrupt:
            return "corrupt"


class _Wire:
    """A net, and a server on loopback that says what it is told, open as long as the process: opening them takes longer than asking."""

    def __init__(self) -> None:
        self._runner, self._open, self._says = asyncio.Runner(), AsyncExitStack(), b""
        self._net, self._url = self._runner.run(self._start())
        atexit.register(self._close)

    def ask(self, says: bytes) -> Response:
        self._says = says
        return self._runner.run(self._net.get(self._url, headers={"if-none-match": "x"}))

    async def _start(self) -> tuple[Net, str]:
        limits = Limits(wire_bytes=2**17, decoded_bytes=2**17, total_seconds=2.0)
        opening = open_net(user_agent="x", allow_private=(ip_network("127.0.0.0/8"),), limits=limits)
        net = await self._open.enter_async_context(opening)
        server = await self._open.enter_async_context(await asyncio.start_server(self._answer, "127.0.0.1", 0))
        return net, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self._says)
            await writer.drain()
        writer.close()

    def _close(self) -> None:
        self._runner.run(self._open.aclose())
        self._runner.close()


_wire = cache(_Wire)


def _http(data: bytes) -> tuple[object, ...]:
    """An answer on the wire, whatever it says."""
    answer = _wire().ask(data)
    assert len(answer.body) <= 2**17
    return answer.status, sorted(answer.headers), answer.body


XML = (
    *(b"<rss version='2.0'>", b"<channel>", b"<item>", b"</item>", b"</channel></rss>", b"<title>", b"</title>", b"<link>", b"<link href='", b"'/>", b"<guid>"),
    *(b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"</entry>", b"<content type='xhtml'>", b"<content type='text/plain' mode='base64'>", b"<id>"),
    *(b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?xml version='1.0' encoding='utf-16'?>", b"<!DOCTYPE x [", b"]>", b"<!ENTITY a 'b'>", b"&a;", b"&amp;", b"&#x0;"),
    *(b"&#55357;", b"&lt;!--", b"&lt;a href='", b"<pubDate>", b"Sun, 15 Nov 2015 22:10:00 +0100", b"9999-99-99T99:99:99Z", b"xml:base='file:///'", b"xml:lang='"),
    *(b"<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'>", b"<author>", b"a@b (c)", b"<ttl>", b"1e999", b"\xff\xfe", b"\0", b"\xef\xbb\xbf", b"<georss:polygon>"),
    *(b"<media:title>", b"<itunes:duration>", b"<dc:date>", b"<description>", b"<summary type='html'>", b"\xed\xa0\x80", b"<a " + b"x='1' " * 300, b"<x>" * 300),
)  # fmt: skip
HTML = (
    *(b"<html>", b"<head>", b"<title>", b"</title>", b"<body>", b"<article>", b"</article>", b"<h1>", b"</h1>", b"<p>", b"</p>", b"<div>", b"</div>", b"</span>", b"<table><td>"),
    *(b"<script type='application/ld+json'>", b'{"@type":"NewsArticle","headline":"', b'"}', b"</script>", b"<meta property='og:title' content='", b"'>", b"<time datetime='"),
    *(b"<a href='/world/2015/11/15/raqqa'>", b"<a href='//x'>", b"<base href='", b"<svg>", b"<template>", b"<select><option>", b"<!--", b"-->", b"<meta charset=utf-7>", b"&#xD800;"),
    *(b"<link rel=alternate type='application/rss+xml' href='", b"Twenty bombs fell on the town overnight, the ministry said on Sunday night. ", b"<b><i>", b"\0", b"\xff"),
    *(b"<div></i>" * 300, b"<font>" * 300, b"<p x=", b"[[[[", b"<iframe srcdoc=", b"<noscript>", b"<style>", b"<textarea>", b"<plaintext>", b"<frameset>", b"<math><mtext>"),
)  # fmt: skip

PARSERS: Mapping[str, Parser] = {
    "feed": Parser(_feed, XML, ("feeds/real/**/*.xml", "feeds/gofeed/**/*.xml", "feeds/feedparser/tests/*/*/*.xml", "hostile/xmltestdata/*.xml")),
    "served-feed": Parser(
        _served_feed,
        (*XML, b"text/xml; charset=", b"utf-7", b"big5", b"hz", b"utf-16", b"idna", b"zlib", b"\n"),
        ("feeds/feedparser/tests/encoding/*.xml", "feeds/feedparser/tests/illformed/**/*.xml"),
        tuple(f"text/xml; charset={name}\n<rss><item><title>\xe9</title></item></rss>".encode("latin-1") for name in ("utf-8", "koi8-r", "iso-2022-jp", "x")),
    ),
    "json-feed": Parser(
        _feed,
        (b"{", b"}", b"[", b"]", b'"version":"https://jsonfeed.org/version/1.1"', b'"items":', b'"id":', b'"url":"/a"', b'"content_html":"<p>"', b'"title":"t"', b",", b"1e999", b"NaN",
         b"null", b'"\\ud800"', b'"authors":[{"name":"a"}]', b'"date_published":"2015-11-15T22:10:00+01:00"', b'"tags":["a"]', b"9" * 5000, b"[" * 3000),
        ("feeds/**/*.json",),
        (b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"One","content_text":"x","date_published":"2015-11-15T22:10:00Z","author":{"name":"A"}}]}',),
    ),
    "sitemap": Parser(
        _feed,
        (b"<urlset>", b"<url>", b"</url>", b"<loc>", b"</loc>", b"/a", b"<lastmod>", b"2015-11-15", b"<news:news>", b"<news:title>", b"<sitemapindex>", b"<sitemap>", b"\x1f\x8b\x08",
         b"<news:publication_date>", b"<news:keywords>", b"<publication>", b"&amp;", b"&#0;", b"</urlset>"),
        (),
        (b"<urlset><url><loc>https://a.example/1</loc><lastmod>2015-11-15T22:30:00+01:00</lastmod><news:news><news:title>One</news:title></news:news></url></urlset>",
         b"<sitemapindex><sitemap><loc>/n.xml</loc><lastmod>2015-11-15</lastmod></sitemap></sitemapindex>", gzip.compress(b"<urlset><url><loc>/a</loc></url></urlset>", mtime=0)),
    ),
    "page": Parser(_page, HTML, ("articles/html/*.html.gz",)),
    "fragment": Parser(_fragment, HTML, ("articles/html/*.html.gz",)),
    "front-page": Parser(_front_page, HTML, ("articles/html/*.html.gz",)),
    "announced": Parser(_announced, HTML, ("articles/html/*.html.gz",)),
    "charset": Parser(
        _charset,
        (b"text/html; charset=", b"utf-7", b"utf-16", b"iso-2022-jp", b"big5", b"hz", b"punycode", b"rot13", b"\n", b"\xff\xfe", b"\0\0\xfe\xff", b"<meta charset=", b"<?xml encoding='", b"'?>", b"<\0", b"\x1b$B"),
    ),
    "robots": Parser(
        _robots,
        (b"User-agent: *\n", b"User-agent: Monitor\n", b"Disallow: /", b"Allow: ", b"*", b"$", b"\n", b"\r", b"%2f", b"#", b"\xef\xbb\xbf", b"Sitemap:", b"*a" * 200, b"?", b"\0"),
        (),
        tuple(case["robots_txt"].encode() + b"\n/a" for case in json.loads((CORPORA / "robots/cases.json").read_bytes())) if (CORPORA / "robots/cases.json").exists() else (),
    ),
    "url": Parser(
        _url,
        (b"http://", b"HTTPS:\\\\", b"a.example", b"@", b":", b"80", b"/", b"?", b"#", b"%", b"%2f", b"..", b"[::1]", b"[::ffff:127.0.0.1]", b"0x7f.1", b"\xe2\x91\xa0", b"xn--", b"utm_source=x",
         b"&", b"\\", b"\t", b"\n", b"\xc2\xad", b"\xe3\x80\x82", b"localhost", b"127.1", b"amp", b"\xf0\x9d\x9f\x8f", b"\xed\xa0\x80", b"\xcc\x81"),
        (),
        tuple((CORPORA / "hostile/ssrf-urls.txt").read_bytes().splitlines()) if (CORPORA / "hostile/ssrf-urls.txt").exists() else (b"http://127.0.0.1/",),
    ),
    "opml": Parser(
        _opml,
        (b"<opml>", b"<body>", b"<outline ", b"text='", b"xmlUrl='https://a.example/'", b"'/>", b">", b"</outline>", b"isComment='true'", b"<!ENTITY a 'b'>", b"<!DOCTYPE o [", b"]>", b"&", b"&nbsp;",
         b"<?xml encoding='koi8-r'?>", b"\xff\xfe", b"type='rss'", b"<outline>" * 70),
        ("opml/**/*.opml", "hostile/xmltestdata/*.xml"),
    ),
    "query": Parser(
        _query,
        (b"AND ", b"OR ", b"NOT ", b" NEAR/5 ", b"(", b")", b'"', b"\xe2\x80\x9c", b"/a+/", b"title:", b"@", b"{", b"}", b"~2", b"*", b"?", b"said:", b"site:", b"-", b"word ", b"\\", b"(" * 200, b"\xcc\x81", b"ONEAR/3", b"[2013 TO 2015]"),
        (),
        (b'(raid OR strike*) AND "Raqqa" NOT title:sport', b"france NEAR/5 jets", b'said:"act of war" site:post.example'),
    ),
    "toml": Parser(
        _toml,
        (b"[feeds.a]\n", b'url = "https://a.example/rss"\n', b"[watchlists.w]\n", b'query = "raid"\n', b'phrases = ["war"]\n', b"every = ", b'"5m"\n', b"[[routes]]\n", b"match = { severity = ", b"=", b"[", b"]", b"{", b"}", b'"', b"'''", b"\n",
         b"1979-05-27T07:32:00Z", b"0x", b"inf", b"nan", b"true", b"#", b"\\u0000", b"[" * 200, b'feeds_file = "x"\n', b'entities_file = "y"\n', b"[channels.c]\n", b'type = "webhook"\n', b"1e400", b"9" * 5000),
        (),
        (Path(__file__).resolve().parents[2].joinpath("config.example.toml").read_bytes(), b'[feeds.a]\nurl = "https://a.example/rss"\n[watchlists.w]\nphrases = ["war"]\n'),
    ),
    "list": Parser(
        _list,
        (b"id,alias\n", b"a,", b"\n", b'"', b'""', b"\r", b"\0", b"\xef\xbb\xbf", b",", b"\t", b"a" * 300, b"\xff", b"\xe2\x80\xa8"),
        (),
        (b"id,alias\nhollande,Fran\xc3\xa7ois Hollande\nhollande,Hollande\nraqqa,Raqqa\n",),
    ),
    "cron": Parser(_cron, (b"*", b"/", b"-", b",", b"0", b"59", b"31", b"mon", b"jan", b" ", b"7", b"?", b"L", b"@daily", b"9" * 20), (), (b"*/15 8-18 * * mon-fri", b"0 0 1 1 *")),
    "date": Parser(
        _moment,
        (b"Sun, ", b"15 Nov 2015 ", b"22:10:00 ", b"GMT", b"+0100", b"-9999", b"2015-11-15", b"T", b"Z", b"99", b"9" * 30, b"-", b"NaN", b"inf", b"1e999", b"\xd9\xa3", b" ", b"(", b")" * 50, b"\0"),
        (),
        (b"Sun, 15 Nov 2015 12:05:00 GMT", b"2015-11-15T22:10:00+01:00", b"120", b"Sunday, 15-Nov-15 12:05:00 GMT"),
    ),
    "receiver": Parser(
        _receiver,
        (b"\x00\xc8", b"\x01\xad", b"\x01\xf7", b"\n", b'{"ok":true,"ts":"1.2"}', b'{"ok":false,"error":"', b"channel_not_found", b'"}', b"120", b"Sun, 15 Nov 2015 12:05:00 GMT", b"-1", b"\xff"),
        (),
        (b'\x00\xc8\n{"ok":true,"ts":"1447.0001"}', b"\x01\xad120\n"),
    ),
    "coding": Parser(
        _coding,
        (b"gzip", b"deflate", b"br", b"zstd", b", ", b"\n", b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b"\x28\xb5\x2f\xfd", b"\x78\x9c", b"\0" * 50, b"\xff" * 50),
        (),
        (b"gzip\n" + gzip.compress(b"a feed" * 200, mtime=0), b"gzip, gzip\n" + gzip.compress(gzip.compress(bytes(10**6), mtime=0), mtime=0), b"br\n\x0b\x02\x80a feed\x03", b"zstd\n\x28\xb5\x2f\xfd\x04\x00\x31\x00\x00abcdef"),
    ),
    "export": Parser(
        _export,
        (b'{"line":"', b"monitor", b"event", b"key", b"group", b"end", b'"', b"}", b"\n", b",", b'"sha256":"', b"\x28\xb5\x2f\xfd", b'"partition":0', b"null", b"[" * 500),
        (),
        (b'{"line":"monitor","format":1}\n{"line":"end","sha256":"0"}\n',),
    ),
    "http": Parser(
        _http,
        (b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 304 x\r\n", b"HTTP/1.1 301 Moved\r\nLocation: ", b"Content-Length: ", b"5\r\n", b"\r\n", b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", b"5\r\nabcde\r\n", b"Content-Encoding: gzip\r\n",
         b"ETag: ", b"\0", b"\x01", b"\r", b"\n", b" ", b"HTTP/1.1 100 Continue\r\n\r\n", b"Set-Cookie: a=b\r\n", b"\xff", b"X: " + b"y" * 9000, b"Connection: keep-alive\r\n", b"Location: http://127.0.0.1:1/\r\n", b"Upgrade: x\r\n"),
        (),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: "a"\r\n\r\nabcde', b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", b"HTTP/1.1 304 Not Modified\r\n\r\n",
         b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"abcde", mtime=0)),
        steady=False,
    ),
}  # fmt: skip
