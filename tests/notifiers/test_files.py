"""Channels that write files: JSON lines that outlive a crash and rotate, Atom feeds that any reader takes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.notifiers.atom import Atom
from monitor.notifiers.jsonl import JsonLines

NOW = datetime(2015, 11, 15, 22, 11, 2, tzinfo=UTC)


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def a_body(summary: str, **data: object) -> str:
    return json.dumps(
        {"type": "alert.raised", "timestamp": "2015-11-15T22:11:02Z", "data": {"summary": summary, **data}}
    )


async def test_a_line_for_each_message(tmp_path: Path, body: str) -> None:
    file = tmp_path / "alerts.jsonl"
    channel = JsonLines(file, 10**6, 3)
    for number in range(3):
        assert (await channel.send(f"msg_{number}", body, at=NOW)).kind == "delivered"
    written = lines(file)
    assert [line["id"] for line in written] == ["msg_0", "msg_1", "msg_2"]
    assert {**json.loads(body), "id": "msg_0", "at": "2015-11-15T22:11:02Z"} == written[0]
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_full_file_is_kept_and_the_oldest_goes(tmp_path: Path, body: str) -> None:
    file = tmp_path / "alerts.jsonl"
    channel = JsonLines(file, 1000, 2)
    for number in range(20):
        await channel.send(f"msg_{number:02}", body, at=NOW)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert set(kept) <= {"alerts.jsonl", "alerts.jsonl.1", "alerts.jsonl.2"}
    found = [line["id"] for name in ("alerts.jsonl.2", "alerts.jsonl.1") for line in lines(tmp_path / name)]
    found += [line["id"] for line in lines(file)] if file.exists() else []
    assert found == [f"msg_{number:02}" for number in range(20 - len(found), 20)]
    assert len(found) >= 5


async def test_half_a_line_of_a_power_cut_spoils_no_other(tmp_path: Path, body: str) -> None:
    file = tmp_path / "alerts.jsonl"
    file.write_text('{"id": "msg_0", "da')
    await JsonLines(file, 10**6, 2).send("msg_1", body, at=NOW)
    assert json.loads(file.read_text().splitlines()[1])["id"] == "msg_1"


@pytest.mark.parametrize("kind", ["no folder", "a link", "a folder"])
async def test_a_file_that_cannot_be_written_is_tried_again(tmp_path: Path, body: str, kind: str) -> None:
    file = tmp_path / ("none/alerts" if kind == "no folder" else "alerts")
    if kind == "a link":
        file.symlink_to(tmp_path / "elsewhere")
    elif kind == "a folder":
        file.mkdir()
    outcome = await JsonLines(file, 10**6, 2).send("msg_1", body, at=NOW)
    assert (outcome.kind, outcome.reason) == ("retry", "file")
    assert str(tmp_path) not in outcome.detail
    assert not (tmp_path / "elsewhere").exists()


# --- Atom ------------------------------------------------------------------------------------------------------------


def read(file: Path) -> feedparser.FeedParserDict:
    parsed = feedparser.parse(file.read_bytes())
    assert not parsed.bozo
    assert parsed.version == "atom10"
    return parsed


async def test_feeds_of_all_and_of_each_watchlist(tmp_path: Path, body: str) -> None:
    channel = Atom(tmp_path / "feeds")
    await channel.send("msg_1", body, at=NOW)
    await channel.send("msg_2", a_body("Raqqa", watchlist="raqqa"), at=NOW + timedelta(minutes=1))
    await channel.send("msg_3", a_body("two at once", alerts=[{"summary": "a", "watchlist": "war"}]), at=NOW)
    files = {file.name: read(file) for file in (tmp_path / "feeds").iterdir()}
    assert {name: len(feed.entries) for name, feed in files.items()} == {
        "all.atom": 3, "watchlist-war.atom": 2, "watchlist-raqqa.atom": 1,
    }  # fmt: skip
    first = files["all.atom"].entries[2]
    assert (first.title, first.link) == ("Post: edited in, “act of war” (title)", "https://post.example/a1")
    assert first.id == "urn:monitor:msg_1"
    assert "Hollande called it “an act of war”." in first.content[0].value


ARTICLES = [f"article_{number:020x}" for number in range(3)]


def about(article: str, headline: str = "An address") -> dict[str, object]:
    return {"id": article, "url": f"https://post.example/{article}", "headline": headline}


async def test_feeds_of_each_article(tmp_path: Path) -> None:
    channel = Atom(tmp_path)
    first, second, third = ARTICLES
    await channel.send("msg_1", a_body("edited in", article=about(first)), at=NOW)
    await channel.send("msg_2", a_body("edited out", article=about(first, "Another \x1b[31mheadline")), at=NOW)
    members = [{"summary": "a", "article": about(second)}, {"summary": "b", "article": about(third)}]
    await channel.send("msg_3", a_body("two at once", alerts=members), at=NOW)
    await channel.send("msg_3", a_body("two at once", alerts=members), at=NOW)
    files = {file.name: read(file) for file in tmp_path.glob("article-*")}
    assert {name: [entry.id for entry in feed.entries] for name, feed in files.items()} == {
        f"article-{first[8:]}.atom": ["urn:monitor:msg_2", "urn:monitor:msg_1"],
        f"article-{second[8:]}.atom": ["urn:monitor:msg_3"],
        f"article-{third[8:]}.atom": ["urn:monitor:msg_3"],
    }
    titles = [feed.feed.title for _, feed in sorted(files.items())]
    assert titles == ["Monitor: Another [31mheadline", "Monitor: An address", "Monitor: An address"]
    everything = [read(file) for file in tmp_path.iterdir()]
    assert len({feed.feed.id for feed in everything}) == len(everything) == 4


async def test_a_reader_that_keeps_ids_sees_each_message_once(tmp_path: Path) -> None:
    """As a reader polls: whenever it looks, and however often a message was repeated."""
    seen: list[str] = []
    for number in [0, 1, 1, 2, 0, 3]:
        await Atom(tmp_path).send(f"msg_{number}", a_body(str(number), article=about(ARTICLES[0])), at=NOW)
        found = [entry.id for entry in read(tmp_path / f"article-{ARTICLES[0][8:]}.atom").entries]
        assert len(found) == len(set(found))
        seen += [entry for entry in found if entry not in seen]
    assert seen == [f"urn:monitor:msg_{number}" for number in range(4)]


async def test_what_rfc_4287_asks_of_a_feed_and_its_entries(tmp_path: Path, body: str) -> None:
    await Atom(tmp_path).send("msg_1", body, at=NOW)
    feed = ET.parse(tmp_path / "all.atom").getroot()
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.tag == f"{atom}feed"
    names = ["id", "title", "updated"]
    for node in (feed, *feed.iter(f"{atom}entry")):
        assert [len(node.findall(f"{atom}{name}")) for name in names] == [1, 1, 1]
        assert datetime.fromisoformat(node.findtext(f"{atom}updated") or "").utcoffset() is not None
    assert feed.findtext(f"{atom}author/{atom}name"), "an author of all its entries"
    assert len(feed.findall(f"{atom}entry/{atom}link[@rel='alternate']")) == 1
    assert [content.get("type") for content in feed.iter(f"{atom}content")] == ["text"]


async def test_feeds_of_articles_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.notifiers.atom.MOST_ARTICLES", 2)
    for number, article in enumerate(ARTICLES):
        await Atom(tmp_path).send(f"msg_{number}", a_body("x", article=about(article)), at=NOW + timedelta(days=number))
    assert sorted(file.stem[8:] for file in tmp_path.glob("article-*")) == [article[8:] for article in ARTICLES[1:]]
    await Atom(tmp_path).send("msg_9", a_body("no article"), at=NOW + timedelta(days=31, hours=12))
    assert [file.stem[8:] for file in tmp_path.glob("article-*")] == [ARTICLES[2][8:]], "a month after its last entry"
    assert len(read(tmp_path / "all.atom").entries) == 4
    assert not list(tmp_path.glob(".*"))


async def test_an_article_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    for name in ("../../evil", "article_../../../evil", "article_", 7, None, ["x"]):
        await Atom(tmp_path / "feeds").send("msg_1", a_body("x", article={"id": name}), at=NOW)
        await Atom(tmp_path / "feeds").send("msg_1", a_body("x", article=name), at=NOW)
    assert [path.name for path in tmp_path.rglob("*.atom")] == ["all.atom"]


async def test_a_repeat_is_one_entry_and_old_ones_go(tmp_path: Path) -> None:
    for number in [*range(8), 7, 7]:
        await Atom(tmp_path, 5).send(f"msg_{number}", a_body(f"Alert {number}"), at=NOW + timedelta(hours=number))
    assert [entry.title for entry in read(tmp_path / "all.atom").entries] == [f"Alert {n}" for n in (7, 6, 5, 4, 3)]


async def test_a_broken_feed_is_begun_anew(tmp_path: Path, body: str) -> None:
    (tmp_path / "all.atom").write_text("<feed")
    await Atom(tmp_path).send("msg_1", body, at=NOW)
    assert len(read(tmp_path / "all.atom").entries) == 1


async def test_a_watchlist_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    await Atom(tmp_path / "feeds").send("msg_1", a_body("x", watchlist="../../evil"), at=NOW)
    assert [path.name for path in tmp_path.rglob("*.atom")] == ["all.atom"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.text())
async def test_hostile_text_makes_good_xml(tmp_path: Path, hostile: str) -> None:
    told = a_body(
        f"{hostile}<script>&\x00\ufffe]]>",
        article={"url": f"https://x.example/{hostile}"},
        hits=[{"sentence": hostile}],
    )
    assert (await Atom(tmp_path).send("msg_1", told, at=NOW)).kind == "delivered"
    [entry] = read(tmp_path / "all.atom").entries
    assert "&" in entry.title
