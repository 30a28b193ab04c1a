"""Feeds in an OPML file: what they give, what is wrong with them, and what no file may do."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.config import Config, opml, parse
from monitor.config.values import ID, url_problem
from monitor.errors import ConfigError

CORPORA = Path(__file__).resolve().parents[3] / "shared/corpora"
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Export</title></head><body>
  <outline text="World News">
    <outline type="rss" text="The Post" xmlUrl="https://www.post.example/world/rss.xml"/>
    <outline text="Близкий Восток"><outline type="rss" text="B" xmlUrl="https://b.example/feed"/></outline>
  </outline>
  <outline text="Tier 1"><outline text="Post again" xmlUrl="https://www.post.example/world/rss.xml"/></outline>
  <outline text="Gone" isComment="true"><outline text="C" xmlUrl="https://c.example/feed"/></outline>
  <outline text="Ours" xmlUrl="HTTPS://Ours.example/rss"/>
</body></opml>
"""
POST, B = opml.id_of("https://www.post.example/world/rss.xml"), opml.id_of("https://b.example/feed")


def read(folder: Path, content: str | bytes, toml: str = 'feeds_file = "feeds.opml"') -> Config:
    (folder / "feeds.opml").write_bytes(content.encode() if isinstance(content, str) else content)
    return parse(toml, {}, file="config.toml", folder=folder)


def faults(folder: Path, content: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        read(folder, content)
    return [str(fault).removeprefix(f"{folder}/") for fault in raised.value.faults]


def test_folders_are_tags_and_tables_of_the_same_address_win(tmp_path: Path) -> None:
    toml = """
        feeds_file = "feeds.opml"
        polling.every = "7m"
        feeds.ours = { url = "https://ours.example/rss", every = "1m", tags = ["own"] }
        watchlists.w = { phrases = ["war"], feeds = ["tag:world-news"] }
    """
    config = read(tmp_path, FILE, toml)
    folder = opml.tag_of("Близкий Восток")
    assert {name: table.tags for name, table in config.feeds.items()} == {
        "ours": ("own",),
        POST: ("world-news", "tier-1"),
        B: ("world-news", folder),
    }
    assert config.sources_of("w") == {POST, B}
    assert (config.every_of(B), config.content_of(B)) == (config.polling.every, "page")
    assert re.fullmatch("folder-[0-9a-f]{8}", folder)


def test_an_id_says_whose_feed_it_is_and_hangs_on_the_address_alone(tmp_path: Path) -> None:
    assert re.fullmatch("post-example-world-[0-9a-f]{8}", POST)
    other = re.sub("<outline text=.Tier 1.*\n", "", FILE).replace("The Post", "Post, renamed")
    assert read(tmp_path, other).feeds.keys() == read(tmp_path, FILE).feeds.keys()
    assert opml.id_of("HTTPS://B.example/feed") == B


@given(st.from_regex(r"[\\w/?&=.-]{0,80}", fullmatch=True), st.text(max_size=80))
def test_ids_and_tags_are_ids_whatever_stands_there(path: str, folder: str) -> None:
    url = f"https://{path or 'x'}.example/{path}"
    assume(url_problem(url) is None)
    assert re.fullmatch(ID, opml.id_of(url))
    assert re.fullmatch(ID, opml.tag_of(folder))


def test_another_tag_is_another_ruleset_and_another_title_is_not(tmp_path: Path) -> None:
    digest = read(tmp_path, FILE).digest
    assert read(tmp_path, FILE.replace("The Post", "Post")).digest == digest
    assert read(tmp_path, FILE.replace("World News", "World")).digest != digest


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "koi8-r"])
def test_a_file_may_be_in_any_encoding_that_it_names(tmp_path: Path, encoding: str) -> None:
    named = FILE.replace("UTF-8", encoding.removesuffix("-sig")).encode(encoding)
    assert read(tmp_path, named).feeds.keys() == read(tmp_path, FILE).feeds.keys()


def test_a_bare_ampersand_stands_for_itself(tmp_path: Path) -> None:
    file = '<opml><body><outline text="Q & A"><outline text="&nbsp;" xmlUrl="https://a.example/?a=1&b=2"/></outline></body></opml>'
    ((_, table),) = read(tmp_path, file).feeds.items()
    assert (table.url, table.tags) == ("https://a.example/?a=1&b=2", ("q-a",))


OUTLINE = '<opml><body>\n<outline text="é" {}/>\n</body></opml>'


@pytest.mark.case(id="P17")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "feeds.opml:1:1: expected XML"),
        ("<rss/>", "feeds.opml:1:1: expected an OPML file, with <opml> around all, got <rss>"),
        (OUTLINE.format('type="rss"'), "feeds.opml:2:1: expected an xmlUrl: the address of the feed, got none"),
        (OUTLINE.format('xmlUrl="ftp://a.example"'), 'feeds.opml:2:1: expected as xmlUrl a URL that starts with http:// or https://, got "ftp://a.example"'),
        (OUTLINE.format('xmlUrl="https://me:secret@a.example/"'), "feeds.opml:2:1: expected as xmlUrl a URL without user name and password, got one with them"),
        (OUTLINE.format('x="a " b"'), "feeds.opml:2:27: expected XML, where a value has &quot;"),
        ("<opml><body>" + "<outline text='a'>" * 70, "feeds.opml:1:1129: expected outlines at most 64 deep in each other, got more"),
        (b"<opml>\xff</opml>", "feeds.opml: expected text in the encoding that the file names, or UTF-8"),
        ('<?xml version="1.0" encoding="no-such"?><opml/>', "feeds.opml: expected text in the encoding that the file names, or UTF-8"),
    ],
)  # fmt: skip
def test_faults_have_their_place_in_the_file(tmp_path: Path, content: str | bytes, said: str) -> None:
    (fault,) = faults(tmp_path, content)
    assert fault.startswith(said)
    assert "secret" not in fault


def test_all_bad_outlines_are_told_at_once_beside_the_faults_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_text(OUTLINE.format('type="rss"/>\n<outline xmlUrl="x"'))
    with pytest.raises(ConfigError) as raised:
        parse('feeds_file = "feeds.opml"\nfedes = 1', {}, file="config.toml", folder=tmp_path)
    assert [(Path(fault.file).name, fault.line) for fault in raised.value.faults] == [
        ("feeds.opml", 2),
        ("feeds.opml", 3),
        ("config.toml", 2),
    ]


@pytest.mark.case(id="P17")
def test_a_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opml, "MOST", 2)
    assert "expected at most 2 feeds in one file, got more" in faults(tmp_path, FILE)[0]
    monkeypatch.setattr(opml, "LARGEST", 100)
    assert "got a larger one" in faults(tmp_path, FILE)[0]
    with pytest.raises(ConfigError, match="expected a file that can be read"):
        parse('feeds_file = "none.opml"', {}, file="config.toml", folder=tmp_path)


def test_many_bad_outlines_are_told_as_far_as_they_help(tmp_path: Path) -> None:
    assert len(faults(tmp_path, "<opml><body>" + "<outline type='rss'/>" * 1000)) == opml.TOLD


BOMB = """<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">{}]>
<opml><body><outline text="&b;" xmlUrl="https://a.example/"/></body></opml>"""


@pytest.mark.case(id="P17")
@pytest.mark.parametrize(
    "more", ["", '<!ENTITY c SYSTEM "file:///etc/passwd">', '<!ENTITY % d SYSTEM "https://a.example/d">']
)
def test_entities_are_refused_before_they_are_expanded(tmp_path: Path, more: str) -> None:
    (fault,) = faults(tmp_path, BOMB.format(more))
    assert 'expected an OPML file without entities of its own, got a declaration of "a"' in fault


needs_corpora = pytest.mark.skipif(not CORPORA.exists(), reason=f"no real data at {CORPORA}")


@needs_corpora
def test_real_files_load_or_are_refused_at_the_spot() -> None:
    files = sorted((CORPORA / "opml").rglob("*.opml"))
    whole = 0
    for file in files:
        outlines, troubles = opml.read(file.read_bytes())
        assert outlines or troubles
        assert all(trouble.line and '"' in trouble.problem for trouble in troubles), "a quotation mark or < in a value"
        whole += not troubles
    assert whole >= 0.8 * len(files)


@pytest.mark.case(id="P17")
@needs_corpora
def test_hostile_files_are_refused_within_little_memory() -> None:
    for file in sorted((CORPORA / "hostile/xmltestdata").glob("*.xml")):
        outlines, (trouble,) = opml.read(file.read_bytes())
        assert outlines == []
        assert sys.getsizeof(trouble.problem) < 1_000
