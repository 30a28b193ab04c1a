"""What a document may do to whoever reads it, case by case (docs/hostile.md, P): those that the tests of each reader do not show already."""

import ctypes
import os
import socket
import time
from pathlib import Path

import pytest

from monitor.config import opml
from monitor.errors import OutsideError
from monitor.sources.feed import parse_feed
from monitor.sources.page import read_page

URL = "https://news.example.com/feed"
ITEM = "<item><guid>1</guid><title>{}</title><link>/1</link><description>{}</description></item>"
_IN_OPEN = 0x20


def rss(inside: str, before: str = "") -> bytes:
    return f'<?xml version="1.0"?>{before}<rss version="2.0"><channel>{inside}</channel></rss>'.encode()


def outcome(body: bytes) -> str:
    try:
        return "entries" if parse_feed(body, URL, {}).entries else "no entries"
    except OutsideError as error:
        return error.reason


def seconds(work) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "billion laughs": f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE r [<!ENTITY l11 "{"x" * 100_000}">]>',
    "parameters": "<!DOCTYPE r [<!ENTITY % a \"<!ENTITY l11 'x'>\"> %a;]>",
    "a loop": '<!DOCTYPE r [<!ENTITY l11 "&b;"><!ENTITY b "&l11;">]>',
    "unparsed": '<!DOCTYPE r [<!NOTATION n SYSTEM "file:///bin/sh"><!ENTITY l11 SYSTEM "file:///etc/passwd" NDATA n>]>',
}


@pytest.mark.case(id="P01")
@pytest.mark.parametrize("dtd", BOMBS.values(), ids=BOMBS)
def test_a_bomb_of_entities_is_refused_at_once_by_every_reader_of_xml(dtd):
    inside = ITEM.format("&l11;" * 1_000, "&l11;")
    said = []
    took = seconds(
        lambda: said.extend(
            outcome(body) for body in (rss(inside, dtd), dtd.encode() + b"<urlset><url><loc>&l11;</loc></url></urlset>")
        )
    )
    assert said == ["entities", "entities"]
    took += seconds(
        lambda: said.append(
            opml.read(f'{dtd}<opml><body><outline text="&l11;" xmlUrl="http://a.org/"/></body></opml>'.encode())
        )
    )
    assert said[2][0] == []
    took += seconds(lambda: read_page(f"{dtd}<html><body><p>&l11;</p></body></html>".encode(), URL, {}, ""))
    assert took < 1


@pytest.fixture
def watched(tmp_path: Path):
    """A file that tells whether anybody opened it, in whatever language, and a server that tells whether anybody came."""
    secret = tmp_path / "secret.txt"
    secret.write_text("s3cret")
    libc = ctypes.CDLL(None, use_errno=True)
    notes = libc.inotify_init1(os.O_NONBLOCK)
    assert notes >= 0
    assert libc.inotify_add_watch(notes, os.fsencode(secret), _IN_OPEN) >= 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)

        def touched() -> bool:
            try:
                os.read(notes, 4096)
            except BlockingIOError:
                opened = False
            else:
                opened = True
            try:
                server.accept()[0].close()
            except BlockingIOError:
                return opened
            return True

        yield secret.as_uri(), f"http://127.0.0.1:{server.getsockname()[1]}/x", touched
    os.close(notes)


@pytest.mark.case(id="P02")
@pytest.mark.case(id="P15")
def test_no_reader_opens_a_file_or_a_connection_whatever_a_document_names(watched):
    """Files are watched by the kernel: libraries in C are seen too."""
    file, http, touched = watched
    Path(file.removeprefix("file://")).read_text()
    assert touched(), "the watch works"
    for target in (file, http):
        heads = (
            f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{target}">]>', f'<!DOCTYPE rss [<!ENTITY % x SYSTEM "{target}"> %x;]>', f'<!DOCTYPE rss SYSTEM "{target}">',
            f'<!DOCTYPE rss PUBLIC "-//x" "{target}">', f'<?xml-stylesheet type="text/xsl" href="{target}"?>', "",
        )  # fmt: skip
        include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{target}" parse="text"/>'
        for head in heads:
            inside = (
                ITEM.format("&x;", f"&x;{include}<![CDATA[<img src='{target}'><iframe src='{target}'>]]>") + include
            )
            body = rss(inside, head).replace(
                b"<rss ", f'<rss xml:base="{target}" xmlns:xi="http://www.w3.org/2001/XInclude" '.encode()
            )
            outcome(body)
            outcome(body.replace(b"<rss ", b"<urlset ").replace(b"</rss>", b"</urlset>"))
            opml.read(body.replace(b"<rss ", b"<opml ").replace(b"</rss>", b"</opml>"))
            page = f'{head}<html><head><base href="{target}"><link rel=stylesheet href="{target}"></head><body>{include}<p>&x;</p><img src="{target}"></body></html>'
            read_page(page.encode(), target, {}, "")
    assert not touched()


@pytest.mark.case(id="P15")
def test_instructions_and_inclusions_are_no_part_of_a_feed():
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
    body = rss(ITEM.format("One", "Two") + include, '<?xml-stylesheet href="file:///x.xsl"?><?php echo 1 ?>')
    (entry,) = parse_feed(body, URL, {}).entries
    assert (entry.title, entry.summary, entry.url) == ("One", "Two", "https://news.example.com/1")


FIELDS = (
    "title",
    "link",
    "guid",
    "pubDate",
    "author",
    "category",
    "description",
    "dc:creator",
    "content:encoded",
    "media:description",
    "georss:polygon",
)
UNITS = ("a@", "(", "&lt;a ", "&lt;a href='", "&lt;!", "&lt;!--", "&lt;svg>", "&lt;div>", "http://", "1", " ", "2004-", "Mon, ", "&amp;#")  # fmt: skip
NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:georss="http://www.georss.org/georss"'
)


@pytest.mark.case(id="P03")
@pytest.mark.parametrize("name", FIELDS)
def test_no_field_of_sixty_kilobytes_takes_long(name):
    for unit in UNITS:
        field = f"<{name}>{unit * (60_000 // len(unit))}</{name}>"
        body = f'<rss version="2.0" {NAMES}><channel><item><title>t</title>{field}</item></channel></rss>'.encode()
        assert seconds(lambda body=body: outcome(body)) < 1, unit


@pytest.mark.case(id="P06")
def test_a_flood_of_items_is_told():
    body = rss("".join(f"<item><guid>{n}</guid></item>" for n in range(2_001)))
    assert (len(parse_feed(body, URL, {}).entries), parse_feed(body, URL, {}).truncated) == (2_000, True)


@pytest.mark.case(id="P07")
@pytest.mark.parametrize(
    "dtd",
    [
        f"<!DOCTYPE rss [<!ELEMENT a {'(' * 60_000}b{')' * 60_000}>]>",
        f"<!DOCTYPE rss [<!ELEMENT a {'(b,' * 60_000}c{')' * 60_000}>]>",
        "<!DOCTYPE rss [" + "".join(f"<!ATTLIST a a{n} CDATA 'x'>" for n in range(50_000)) + "]>",
        f"<!DOCTYPE rss [<!ATTLIST a {' '.join(f'a{n} CDATA #IMPLIED' for n in range(50_000))}>]>",
        f"<!DOCTYPE rss [{'<!-- x -->' * 100_000}]>",
        f"<!DOCTYPE rss [{' ' * 2_000_000}",
        f"<!DOCTYPE rss [<!ENTITY {'a' * 2_000_000}",
    ],
    ids=[
        "nested models",
        "models of pairs",
        "attribute lists",
        "one long list",
        "comments",
        "white space",
        "a name without end",
    ],
)
def test_no_dtd_crashes_or_takes_long(dtd):
    took = seconds(lambda: outcome(rss(ITEM.format("t", "d"), dtd)))
    assert took < 5


@pytest.mark.case(id="P07")
def test_names_that_are_all_different_take_no_longer_than_they_are_long():
    names = "".join(f"<n{n} xmlns:p{n}='u{n}'/>" for n in range(40_000))
    assert seconds(lambda: outcome(rss(ITEM.format("t", "d") + names))) < 5


@pytest.mark.case(id="P10")
@pytest.mark.parametrize(
    "odd",
    [b"a\0b", b"a\xef\xbb\xbfb", b"a\xff\xfeb", b"a\xed\xa0\x80b", b"a\xef\xbf\xbeb", b"a\xc0\x80b", b"a&#xFFFE;&#0;b", b"a\xf4\x90\x80\x80b"],
    ids=["NUL", "mark within", "FFFE bytes", "surrogate", "U+FFFE", "overlong", "references", "beyond Unicode"],
)  # fmt: skip
def test_bytes_that_are_no_text_become_the_same_text_each_time(odd):
    body = rss(ITEM.format("é", "d")).replace(b"\xc3\xa9", odd)
    first, second = parse_feed(body, URL, {}), parse_feed(body, URL, {})
    assert first == second
    (entry,) = first.entries
    assert entry.title.startswith("a")
    assert entry.title.encode().decode() == entry.title
    assert not {"\0", "\ufffe"} & set(entry.title)


@pytest.mark.case(id="P17")
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/xml,x",
        "http://u:p@a.org/",
        "http://a.org/\u2028x",
        "//a.org/",
    ],
)
def test_each_address_of_an_opml_file_is_judged(url):
    outlines, troubles = opml.read(f'<opml><body><outline text="a" xmlUrl="{url}"/></body></opml>'.encode())
    assert outlines == []
    assert len(troubles) == 1


@pytest.mark.case(id="P17")
def test_a_million_outlines_are_a_hundred_thousand_and_a_fault():
    body = (
        b"<opml><body>" + b'<outline xmlUrl="http://a.org/"/>' * 900_000 + b"</body></opml>"
    )  # beyond 32 MiB no file is read
    assert len(body) < opml.LARGEST
    found = []
    assert seconds(lambda: found.extend(opml.read(body))) < 8
    outlines, (trouble,) = found
    assert len(outlines) == opml.MOST
    assert "at most 100,000 feeds" in trouble.problem
