"""Feeds by feedparser: what an entry says, whatever its dialect, and named errors for everything else."""

import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import OutsideError, Permanent
from monitor.ports import ParsedFeed
from monitor.sources import fields
from monitor.sources.feed import parse_feed

CORPORA = Path(__file__).resolve().parents[2].parent / "shared/corpora"
URL = "https://news.example.com/world/feed.xml"
needs_corpora = pytest.mark.skipif(not CORPORA.exists(), reason=f"{CORPORA} is not here: real feeds are not parsed")


def parse(body: bytes | str, **headers: str) -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    return parse_feed(raw, URL, {name.replace("_", "-"): value for name, value in headers.items()})


def reason(body: bytes | str, **headers: str) -> str:
    with pytest.raises(Permanent) as caught:
        parse(body, **headers)
    return caught.value.reason


def rss(*items: str, before: str = "") -> str:
    members = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>World</title>{members}</channel></rss>'


def guid(name: object) -> str:
    return f'<guid isPermaLink="false">{name}</guid>'


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>World &amp; more</title><link>/world</link><language>en-GB</language><ttl>15</ttl>
<item><title>Strikes on &lt;i&gt;Raqqa&lt;/i&gt;</title><link>/a?x=1&amp;y=2</link><guid isPermaLink="false">tag:1</guid>
<description>&lt;p&gt;Twenty bombs.&lt;/p&gt;&lt;p&gt;At least.&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Twenty bombs fell on <b>Raqqa</b> overnight, the ministry said.</p>]]></content:encoded>
<dc:creator>A. Writer</dc:creator><category>Syria</category><category>Syria</category><category>War</category>
<pubDate>Sun, 15 Nov 2015 22:10:00 +0100</pubDate></item></channel></rss>"""


def test_rss():
    feed = parse(RSS)
    assert (feed.title, feed.url, feed.lang, feed.hints.ttl) == (
        "World & more",
        "https://news.example.com/world",
        "en-GB",
        900.0,
    )
    (entry,) = feed.entries
    assert entry.key == "tag:1"
    assert entry.url == "https://news.example.com/a?x=1&y=2"
    assert entry.title == "Strikes on Raqqa"
    assert entry.author == "A. Writer"
    assert entry.summary == "Twenty bombs. At least."
    assert entry.content_html == "<p>Twenty bombs fell on <b>Raqqa</b> overnight, the ministry said.</p>"
    assert entry.published == datetime(2015, 11, 15, 21, 10, tzinfo=UTC)
    assert entry.updated is None
    assert entry.tags == ("Syria", "War")
    assert not feed.truncated


def test_atom():
    feed = parse("""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://atom.example.com/dir/">
    <title>Monde</title><entry xml:base="sub/"><id>urn:1</id><title type="html">Un &lt;b&gt;titre&lt;/b&gt;</title>
    <link href="un.html"/><updated>2015-11-15T21:10:00Z</updated><published>2015-11-14T01:00:00+02:00</published>
    <content type="text">Une ligne &amp; demie

deux</content></entry></feed>""")
    (entry,) = feed.entries
    assert feed.lang == "fr"
    assert entry.url == "https://atom.example.com/dir/sub/un.html"
    assert entry.title == "Un titre"
    assert entry.published == datetime(2015, 11, 13, 23, tzinfo=UTC)
    assert entry.updated == datetime(2015, 11, 15, 21, 10, tzinfo=UTC)
    assert entry.content_html == "<p>Une ligne &amp; demie</p><p>deux</p>"


def test_rdf():
    feed = parse("""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
    <channel rdf:about="x"><title>R</title></channel><item rdf:about="https://r.example.com/1"><title>One</title>
    <link>https://r.example.com/1</link></item></rdf:RDF>""")
    assert [entry.url for entry in feed.entries] == ["https://r.example.com/1"]


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ("<guid isPermaLink='false'>g</guid><link>/a</link>", "g"),
        ("<link>/a</link><title>t</title>", "https://news.example.com/a"),
        ("<guid>https://x.example.com/p</guid>", "https://x.example.com/p"),
    ],
)
def test_an_entrys_key_is_its_guid_else_its_link(item, key):
    (entry,) = parse(rss(item)).entries
    assert entry.key == key


def test_without_guid_and_link_the_key_is_a_hash_of_title_and_date():
    dated = "<title>t</title><pubDate>Sun, 15 Nov 2015 22:10:00 GMT</pubDate><description>{}</description>"
    first, second = (parse(rss(dated.format(text))).entries[0].key for text in ("a", "b"))
    assert first == second
    assert first.startswith("sha256:")
    assert parse(rss("<title>u</title>")).entries[0].key != parse(rss("<title>t</title>")).entries[0].key
    assert (
        parse(rss("<description>a</description>")).entries[0].key
        != parse(rss("<description>b</description>")).entries[0].key
    )


@pytest.mark.case(id="P12")
def test_a_guid_of_a_mebibyte_becomes_a_hash():
    (entry,) = parse(rss(f"<guid>{'g' * 2**20}</guid>")).entries
    assert entry.key.startswith("sha256:")


@pytest.mark.case(id="P12")
def test_a_guid_on_several_links_identifies_none():
    same = "<guid isPermaLink='false'>site</guid>"
    feed = parse(rss(f"{same}<link>/1</link>", f"{same}<link>/2</link>", f"{same}<link>/2</link>"))
    assert [entry.key for entry in feed.entries] == ["https://news.example.com/1", "https://news.example.com/2"]


def test_an_entry_that_says_nothing_is_none():
    assert (
        parse(rss("", "<author></author>", "<title> </title>", "<title>x</title>")).entries
        == parse(rss("<title>x</title>")).entries
    )


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "mailto:a@b.org",
        "http://[::1",
        "http://",
        "ftp://a.org/",
    ],
)
def test_only_http_links_count(link):
    (entry,) = parse(rss(f"<title>t</title><link>{link}</link>")).entries
    assert entry.url == ""


def test_a_link_with_white_space_is_mended():
    (entry,) = parse(rss("<link>\n https://a.example.com/a b \n</link>")).entries
    assert entry.url == "https://a.example.com/a%20b"


def test_a_link_that_has_another_name_too_keeps_its_address():
    (entry,) = parse(
        rss('<title>t</title><link uri="at://did:plc:x/app.post/1">https://a.example.com/1</link>')
    ).entries
    assert entry.url == "https://a.example.com/1"
    (entry,) = parse(rss('<title>t</title><link uri="/2"/>')).entries
    assert entry.url == "https://news.example.com/2"


def test_a_title_of_any_type_but_plain_text_holds_markup():
    atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='{}'>{}</title></entry></feed>"
    assert parse(atom.format("application/octet-stream", "PGI+T25lPC9iPg==")).entries[0].title == "One"
    assert parse(atom.format("text", "&lt;b>One")).entries[0].title == "<b>One"


@pytest.mark.case(id="P15")
def test_xml_base_leads_nowhere_but_the_web():
    (entry,) = parse(rss("<title>t</title><link>x</link>").replace("<rss ", '<rss xml:base="file:///etc/" ')).entries
    assert entry.url in {"", "https://news.example.com/world/x"}


@pytest.mark.case(id="P11")
@pytest.mark.parametrize(
    "date",
    [
        *(
            "9999-99-99",
            "1" * 100_000,
            "-0001-01-01T00:00:00Z",
            "2015-11-15T00:00:00+99:99",
            "Sun, 99 Nov 2015 99:99:99 GMT",
            "yesterday",
        ),
        *(
            "0000-00-00T00:00:00Z",
            "99999-01-01",
            "Sun, 15 Nov 15 22:10:00 +9999999",
            "\u0663\u0663\u0663",
            "Mon, 01 Jan 0001 00:00:00 +1400",
        ),
    ],
)
def test_a_date_of_no_calendar_is_no_date_and_no_crash(date):
    (entry,) = parse(rss(f"<title>t</title><pubDate>{date}</pubDate>")).entries
    assert entry.published is None or entry.published.tzinfo is UTC


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [("60", 3600.0), ("0", None), ("-5", None), ("nan", None), ("x", None), ("1e999", 604800.0), ("inf", 604800.0)],
)
def test_time_to_live(ttl, seconds):
    assert parse(rss("<title>t</title>").replace("</title>", f"</title><ttl>{ttl}</ttl>", 1)).hints.ttl == seconds


SYNDICATION = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 3600.0),
        ("<sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 21_600.0),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1e9</sy:updateFrequency>", 60.0),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>often</sy:updateFrequency>", None),
        ("<sy:updatePeriod>always</sy:updatePeriod>", None),
        ("<sy:updateFrequency>2</sy:updateFrequency>", None),
    ],
)
def test_how_often_a_feed_says_that_it_changes(said, seconds):
    feed = rss("<title>t</title>").replace("<rss ", f"<rss {SYNDICATION} ").replace("<channel>", f"<channel>{said}")
    assert parse(feed).hints.period == seconds


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("<skipHours><hour>0</hour><hour> 23 </hour><hour>24</hour></skipHours>", {0, 23}),
        ("<skipHours><hour>25</hour><hour>-1</hour><hour>noon</hour></skipHours>", set()),
        ("<skipHours>" + "<hour>3</hour>" * 1000 + "</skipHours>", set()),
        ("<skipDays><day>Sunday</day><day>Someday</day></skipDays>", set()),
    ],
)
def test_hours_and_days_that_a_feed_skips(said, hours):
    skipped = parse(rss("<title>t</title>").replace("<channel>", f"<channel>{said}")).hints.skipped
    sundays = set(range(144, 168)) if "Sunday" in said else set()
    assert set(skipped) == {day * 24 + hour for day in range(7) for hour in hours} | sundays


def test_what_an_entry_says_of_skipping_is_not_its_feeds():
    assert parse(rss("<title>t</title><skipHours><hour>3</hour></skipHours>")).hints.skipped == ()


@pytest.mark.case(id="F21")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "empty"),
        (b" \n\0\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "not_a_feed"),
        (b"<!-- a --><?php x?><HTML><body>", "not_a_feed"),
        (b"<!---->" * 9_000 + b"<x>", "not_a_feed"),
        (b"%PDF-1.7 ...", "not_a_feed"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(1000), "not_a_feed"),
        (b"Just words.", "not_a_feed"),
        (b"<?xml version='1.0'?>", "not_a_feed"),
        (b"<opml><body><outline/></body></opml>", "not_a_feed"),
        (b"[1, 2]", "not_a_feed"),
        (b'{"a": 1}', "not_a_feed"),
        (b'{"a": ', "malformed"),
    ],
)
def test_what_is_no_feed_is_named(body, expected):
    assert reason(body) == expected


def test_a_feed_without_entries_is_a_feed():
    assert parse(rss()).entries == ()


@pytest.mark.parametrize("root", ["<rss/>", "<rdf:RDF xmlns:rdf='r'/>", "<CHANNEL><TITLE>t</TITLE></CHANNEL>"])
def test_a_feed_of_any_dialect_without_entries_is_a_feed(root):
    assert parse(root).entries == ()


def test_a_feed_under_the_doctype_of_a_page_is_a_feed():
    doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://a.example/"><!-- a -->'
    assert len(parse(rss("<title>t</title>", before=doctype)).entries) == 1
    assert reason(doctype + "<div><rss></rss></div>") == "not_a_feed"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<!-- <b>b</b> -->c", "ac"),
        ("a<!-- > -- b -->c", "ac"),
        ("a<!-- b --!>c", "ac"),
        ("a<!-->b<!--->c", "abc"),
        ("a<!-- b", "a"),
        ("a<!-- <script> --> b <!--</script>--> c", "a b c"),
        ("a<script><!-- b --></script>c", "a c"),
    ],
)
def test_a_comment_is_not_part_of_the_text(html, text):
    assert fields.plain(html, 100, markup=True) == text


def test_the_language_is_the_feeds_own_else_that_of_the_answer():
    assert parse(rss("<title>t</title>"), content_language="de").lang == "de"
    assert parse(RSS, content_language="de").lang == "en-GB"


# --- hostile ---------------------------------------------------------------------------------------------------------


@pytest.mark.case(id="P01")
def test_entities_are_refused_outright():
    assert reason(rss("<title>&a;</title>", before='<!DOCTYPE rss [<!ENTITY a "b">]>')) == "entities"
    assert (
        reason(rss("<title>t</title>", before='<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]>'))
        == "entities"
    )
    assert (
        reason(rss("<title>&e;</title>", before='<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>')) == "entities"
    )


def test_a_doctype_without_entities_is_harmless():
    dtd = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    assert len(parse(rss("<title>t</title>", before=dtd)).entries) == 1


@pytest.mark.case(id="P05")
def test_depth_is_bounded():
    assert reason("<a>" * 200_000) == "too_deep"
    assert reason(rss("<a>" * 200_000 + "</a>" * 200_000)) == "too_deep"
    assert len(parse(rss("<title>t</title>" + "<a>" * 252 + "</a>" * 252)).entries) == 1
    assert reason(rss("<a>" * 254 + "</a>" * 254)) == "too_deep"


@pytest.mark.case(id="P04")
def test_attributes_are_bounded():
    def with_attributes(count):
        return rss("<title>t</title><a " + " ".join(f"a{n}='1'" for n in range(count)) + "/>")

    assert len(parse(with_attributes(256)).entries) == 1
    assert reason(with_attributes(257)) == "too_many_attributes"
    assert reason(with_attributes(20_000)) == "too_many_attributes"


@pytest.mark.case(id="P06")
def test_of_a_flood_of_items_the_newest_are_kept_in_the_feeds_order():
    feed = parse(rss(*(guid(n) + f"<pubDate>{2015 + n % 2}-01-01T00:00:00Z</pubDate>" for n in range(5_000))))
    assert feed.truncated
    assert [entry.key for entry in feed.entries] == [str(n) for n in range(1, 4_000, 2)]
    assert not parse(rss(*(guid(n) for n in range(2_000)))).truncated


@pytest.mark.case(id="P06")
def test_a_hundred_thousand_items_are_cut_before_they_are_read():
    feed = parse(rss(*("<title>t</title>" + guid(n) for n in range(100_000))))
    assert feed.truncated
    assert [entry.key for entry in feed.entries] == [str(n) for n in range(2_000)]


@pytest.mark.case(id="P03")
@pytest.mark.parametrize("name", ["a", "a.", "a@", "@", "(", "a@b.", "a b"])
@pytest.mark.timeout(20)
def test_an_author_of_sixty_kilobytes_is_cut(name):
    (entry,) = parse(rss(f"<title>t</title><author>{name * (60_000 // len(name))}</author>")).entries
    assert len(entry.author) <= 1024


def test_fields_are_bounded():
    long = "word " * 300_000
    (entry,) = parse(rss(f"<title>{long}</title><description>{long}</description><category>{long}</category>")).entries
    assert len(entry.title) <= 4096
    assert len(entry.summary) <= 2**20
    assert len(entry.content_html) <= 2**20
    assert all(len(tag) <= 256 for tag in entry.tags)


@pytest.mark.case(id="P08")
@pytest.mark.parametrize(
    "text",
    [
        "<!--" * 30_000,
        "&lt;!--" * 30_000 + "&lt;!--&gt;" * 30_000,
        "<![CDATA[<!h<!h<!h<]]>",
        "<![CDATA[" + "<script>" * 20_000 + "]]>",
        "&" * 50_000,
        "&lt;script" * 20_000,
    ],
)
@pytest.mark.timeout(20)
def test_pathological_text_ends(text):
    assert len(parse(rss(f"<title>t</title><description>{text}</description>")).entries) <= 1


def test_an_entry_broken_off_is_not_taken_for_a_whole_one():
    whole = rss(guid(1) + "<title>one</title>", guid(2) + "<title>two</title>")
    cut = whole[: whole.index("two") + 1]
    feed = parse(cut)
    assert [entry.key for entry in feed.entries] == ["1"]
    assert feed.truncated
    without_end = whole[: whole.index("</channel>")]
    assert [entry.key for entry in parse(without_end).entries] == ["1", "2"]


@pytest.mark.case(id="F24")
def test_every_cut_of_a_feed_gives_whole_entries_or_a_named_error():
    items = [f"<guid>{n}</guid><title>title {n}</title><link>/{n}</link>" for n in range(3)]
    body = rss(*items)
    whole = set(parse(body).entries)
    for length in range(0, len(body), 3):
        try:
            assert set(parse(body[:length]).entries) <= whole, body[:length]
        except Permanent:
            continue


# --- encodings -------------------------------------------------------------------------------------------------------


def titled(text: str, encoding: str, declared: str | None = None) -> bytes:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{declaration}<rss version='2.0'><channel><item><title>{text}</title></item></channel></rss>".encode(
        encoding
    )


@pytest.mark.case(id="F20")
@pytest.mark.parametrize(
    ("text", "encoding", "declared", "content_type"),
    [
        ("Zürich – „so“", "utf-8", None, "text/xml"),
        ("Zürich – „so“", "utf-8", "utf-8", "text/xml; charset=utf-7"),
        ("Zürich – „so“", "utf-8", "zlib", "application/xml; charset=idna"),
        ("Zürich – „so“", "utf-8-sig", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("Zürich", "iso-8859-1", "iso-8859-1", "application/rss+xml"),
        ("Zürich – „so“", "cp1252", None, "text/xml"),
        ("Zürich – „so“", "cp1252", "windows-1252", ""),
        ("Москва", "koi8-r", None, "text/xml; charset=koi8-r"),
        ("Москва", "cp1251", "windows-1251", "text/xml"),
        ("東京", "shift_jis", "Shift_JIS", "text/xml"),
        ("東京", "euc_jp", "EUC-JP", "text/xml"),
        ("北京", "gb18030", "gb2312", "text/xml"),
        ("서울", "euc_kr", "euc-kr", "text/xml"),
        ("Zürich", "utf-16", "utf-16", "text/xml"),
        ("Zürich", "utf-16-le", "utf-16", "text/xml"),
        ("Zürich", "utf-16-be", None, ""),
        ("Zürich", "utf-32", None, ""),
        ("Zürich", "utf-8", "us-ascii", "text/xml; charset=us-ascii"),
    ],
)
def test_text_is_read_by_what_is_true_of_the_declarations(text, encoding, declared, content_type):
    (entry,) = parse(titled(text, encoding, declared), content_type=content_type).entries
    assert entry.title == text


@pytest.mark.case(id="F20")
def test_utf_7_is_not_read_as_markup():
    (entry,) = parse(
        b"<rss><channel><item><title>+ADw-script+AD4-</title></item></channel></rss>",
        content_type="text/xml; charset=utf-7",
    ).entries
    assert entry.title == "+ADw-script+AD4-"


@pytest.mark.case(id="P10")
def test_control_characters_and_lone_surrogates_do_not_come_through():
    (entry,) = parse(
        b"<rss><channel><item><title>a\0b\x08\xed\xa0\x80c &#xD800; &#1;</title><link>/x</link></item></channel></rss>"
    ).entries
    assert entry.title.encode()
    assert not {"\0", "\x08", "\x01"} & set(entry.title)


# --- JSON Feed -------------------------------------------------------------------------------------------------------

JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "home_page_url": "/", "language": "en",
"authors": [{"name": "Desk"}], "items": [
{"id": 7, "url": "/1", "title": "One", "content_html": "<p>Hello <b>you</b></p>", "date_published": "2015-11-15T22:10:00+01:00",
 "date_modified": "9999-99-99", "tags": ["a", "a", 3]},
{"id": "2", "external_url": "https://x.example.com/", "content_text": "a < b", "author": {"name": "B"}, "summary": "s"},
"nonsense", {"url": 5}]}"""


def test_json_feed():
    feed = parse(JSON_FEED)
    assert (feed.title, feed.url, feed.lang) == ("J", "https://news.example.com/", "en")
    one, two = feed.entries
    assert (one.key, one.url, one.summary, one.author) == ("7", "https://news.example.com/1", "Hello you", "Desk")
    assert one.published == datetime(2015, 11, 15, 21, 10, tzinfo=UTC)
    assert one.updated is None
    assert one.tags == ("a",)
    assert (two.url, two.content_html, two.author) == ("https://x.example.com/", "<p>a &lt; b</p>", "B")


@pytest.mark.case(id="P16")
@pytest.mark.parametrize(
    "value",
    [
        "[" * 200_000,
        '{"a":' * 200_000,
        "1e999",
        "1" * 5_000,
        "NaN",
        "-Infinity",
        '{"a": 1, "a": 2}',
        '"\\ud800',
        "[1,]",
    ],
)
def test_json_beyond_measure_is_malformed(value):
    assert reason('{"version": "https://jsonfeed.org/version/1", "x": ' + value + "}") == "malformed"


@pytest.mark.parametrize("version", ["1", "1.0", "1.1"])
def test_some_json_feeds_say_the_number_of_the_version_alone(version):
    assert parse(f'{{"version": "{version}", "items": [{{"id": "a"}}]}}').entries[0].key == "a"


@pytest.mark.parametrize("version", ["", "2", "https://jsonfeed.org/version/1234", "https://evil.example/version/1"])
def test_json_of_another_kind_is_no_feed(version):
    assert reason(f'{{"version": "{version}", "items": []}}') == "not_a_feed"


# --- the collections -------------------------------------------------------------------------------------------------


def outcome(body: bytes, headers: dict[str, str]) -> str:
    try:
        feed = parse_feed(body, URL, headers)
    except OutsideError as error:
        return error.reason
    assert len({entry.key for entry in feed.entries}) == len(feed.entries)
    return "entries" if feed.entries else "no entries"


@pytest.mark.case(id="P21")
@needs_corpora
@pytest.mark.filterwarnings("ignore::DeprecationWarning:feedparser")
def test_feedparsers_own_files_raise_nothing_but_named_errors():
    files = [path for path in sorted((CORPORA / "feeds/feedparser").rglob("*")) if path.is_file()]
    outcomes = [outcome(path.read_bytes(), {}) for path in files]
    assert len(outcomes) > 2_000
    assert outcomes.count("entries") > 900
    assert set(outcomes) <= {"entries", "no entries", "not_a_feed", "entities", "empty"}
    assert outcomes.count("not_a_feed") < 20


@needs_corpora
def test_gofeeds_files_raise_nothing_but_named_errors():
    files = sorted((CORPORA / "feeds/gofeed").rglob("*.xml"))
    outcomes = [outcome(path.read_bytes(), {}) for path in files]
    assert outcomes.count("entries") > 100
    assert set(outcomes) <= {"entries", "no entries", "not_a_feed", "malformed", "empty"}


@needs_corpora
def test_real_feeds_keep_every_entry_that_feedparser_finds_and_that_says_something():
    for path in sorted((CORPORA / "feeds/real").rglob("*.xml")):
        body = path.read_bytes()
        found = feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL}).entries
        said = {entry.get("id") or entry.get("link") for entry in found} - {None, ""}
        if outcome(body, {}) in {"entries", "no entries"}:
            assert len(parse(body).entries) >= len(said), path


WATCHED = """
import sys
from pathlib import Path
from monitor.errors import Permanent
from monitor.sources.feed import parse_feed

parse_feed(b"<rss><channel><item><title>t</title></item></channel></rss>", "http://a.org/", {})  # late imports are over
bodies = [path.read_bytes() for path in sorted(Path(sys.argv[1]).iterdir()) if path.suffix in {".xml", ".xsl"}]
opened = []
doors = {"open", "os.system", "subprocess.Popen", "socket.__new__", "socket.connect", "socket.getaddrinfo"}
sys.addaudithook(lambda event, arguments: opened.append((event, arguments)) if event in doors else None)
for body in bodies:
    try:
        print(len(parse_feed(body, "http://a.org/", {}).entries))
    except Permanent as error:
        print(error.reason)
print(opened)
"""


@pytest.mark.case(id="P01")
@pytest.mark.case(id="P02")
@needs_corpora
def test_hostile_xml_ends_in_a_named_error_and_opens_nothing():
    command = [sys.executable, "-c", WATCHED, CORPORA / "hostile/xmltestdata"]
    *reasons, opened = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split(
        "\n"
    )[:-1]
    assert len(reasons) == 11
    assert set(reasons) == {"entities", "not_a_feed"}
    assert reasons.count("entities") == 6
    assert opened == "[]"


FRAGMENTS = st.sampled_from(
    [
        *(
            b"<rss>",
            b"<channel>",
            b"<item>",
            b"</item>",
            b"<title>",
            b"</title>",
            b"<![CDATA[",
            b"]]>",
            b"<!--",
            b"-->",
            b"<?xml ",
            b"?>",
        ),
        *(
            b"<feed xmlns='http://www.w3.org/2005/Atom'>",
            b"<entry>",
            b"</entry>",
            b"<link href='",
            b"'/>",
            b"&amp;",
            b"&#x0;",
            b"\xff\xfe",
        ),
        *(
            b"<!DOCTYPE x [",
            b"]>",
            b"<content type='xhtml'>",
            b"<div>",
            b"encoding='utf-16'",
            b"<guid>",
            b"<pubDate>",
            b"{",
            b'"items":[',
            b"\0",
        ),
    ]
)


@pytest.mark.case(id="P21")
@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200) | st.lists(FRAGMENTS | st.binary(max_size=8), max_size=25).map(b"".join),
    st.sampled_from(["", "utf-16", "big5", "hz"]),
)
def test_any_bytes_are_a_feed_or_a_named_error_and_the_same_again(body, charset):
    headers = {"content-type": f"text/xml; charset={charset}"}
    if outcome(body, headers) in {"entries", "no entries"}:
        assert parse_feed(body, URL, headers) == parse_feed(body, URL, headers)
