"""The search: every revision is found by its words, what was taken out too; nothing that is typed breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.content import Block, Content
from monitor.core.events import ArticleDiscovered, ArticleRevised, Evidence, Recorded
from monitor.core.revision.align import align
from monitor.errors import Corrupt
from monitor.ports import Append, Batch, Head
from monitor.store import RedisLog
from monitor.store.views import FILE, Reader, Views, compare, hits, rebuild, statements
from monitor.store.views.searching import Hit, host_of, passage, questions, segmented

START = datetime(2015, 11, 15, 20, tzinfo=UTC)
WAR = "It was an act of war, the president said."
ARTICLES: dict[str, list[tuple[str, ...]]] = {  # address → the paragraphs of each revision
    "https://post.example/1": [("Bombs fell on Raqqa.", WAR), ("Bombs fell on Raqqa.",), ("Raqqa burns.", WAR)],
    "https://post.example/2": [("Élysée officials deny the raid.",), ("Élysée officials confirm the raid.",)],
    "https://news.asahi.example/3": [
        ("東京都は十五日、緊急事態を宣言した。",),
        ("東京都は十五日、宣言を取り消した。",),
    ],
    "https://kr.example/4": [("대통령이 서울에서 말했다.",)],
}


def events(url: str, texts: list[tuple[str, ...]]) -> Iterator[ArticleDiscovered | ArticleRevised]:
    article, at, before = f"article_{url[-1] * 16}", START, Content("")
    for revision, paragraphs in enumerate(texts, start=1):
        after = Content(f"Report {url[-1]}", blocks=tuple(Block("paragraph", text) for text in paragraphs))
        evidence = Evidence(at, url, 200, "0" * 64, "1")
        if revision == 1:
            yield ArticleDiscovered(
                at, article, url, f"feed-{url[-1]}", (), (), False, after, after.digest(), "full", evidence
            )
        else:
            operations = align(before.blocks, after.blocks)
            yield ArticleRevised(
                at, article, revision, before.digest(), after.digest(), operations, {}, (), "", at, "full", evidence
            )
        at, before = at + timedelta(hours=1), after


@pytest.fixture
async def path(log: RedisLog, tmp_path: Path) -> Path:
    for url, texts in ARTICLES.items():
        recorded = tuple(events(url, texts))
        await log.commit(Batch(0, (Append(recorded[0].article, Head(), recorded),)))
    await rebuild(log, tmp_path / FILE)
    return tmp_path / FILE


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    with Reader(path) as reader:
        yield reader


def found(path: Path, typed: str, **how: object) -> dict[str, Hit]:
    with reading(path) as reader:
        return {hit.url[-1]: hit for hit in reader.search(typed, **how)}  # type: ignore[arg-type]


async def test_who_wrote_it_and_who_took_it_out(path: Path) -> None:
    hit = found(path, '"act of war"')["1"]
    stood = [(run.first, run.last, run.since, run.taken_out) for run in hit.stood]
    hour = timedelta(hours=1)
    assert stood == [(1, 1, START, START + hour), (3, 3, START + 2 * hour, None)]
    (mark,) = {hit.passage.text[begin:end] for begin, end in hit.passage.marks}
    assert mark == "act of war"


@pytest.mark.parametrize(
    ("typed", "articles"),
    [
        ("war raqqa", "1"),  # anywhere in one revision
        ("bombs burns", ""),  # but not in two
        ("raq*", "1"),
        ("raq", ""),
        ("elysee", "2"),  # accents and case are the reader's to leave out
        ("raid OR raqqa", "12"),
        ("raid NOT deny", "2"),
        ('"officials raid"', ""),
        ("(deny OR burns) AND (raid OR war)", "12"),
        ("title:report raid", "2"),
        ("text:report", ""),
        ("緊急事態", "3"),
        ("急事", "3"),  # any part of it
        ("取り消*", "3"),
        ("事急", ""),
        ("대통령", "4"),
        ("nowhere", ""),
    ],
)
async def test_what_is_found(path: Path, typed: str, articles: str) -> None:
    assert "".join(sorted(found(path, typed))) == articles


@pytest.mark.parametrize(
    "typed",
    [
        "AND war",
        "war OR",
        "NOT",
        "(war",
        "war)",
        '"act of',
        'act "of',
        "war:",
        "-war",
        "w^ar",
        "NEAR(act war)",
        "war + act",
        "title:",
        "'; DROP TABLE search; --",
        "*",
        "{a b} : c",
    ],
)
async def test_nothing_that_is_typed_breaks_it(path: Path, typed: str) -> None:
    found(path, typed)
    assert found(path, "war")


@given(st.text(alphabet="aAND OR NOT()\"*:^-+{}\\'東é", max_size=30))
def test_every_question_has_words_or_is_none(typed: str) -> None:
    asked = list(questions(typed))
    assert len(asked) in {0, 2}
    assert all(question.strip() for question in asked)


async def test_marks_of_an_unspaced_script_are_whole(path: Path) -> None:
    hit = found(path, "緊急事態")["3"]
    assert [hit.passage.text[begin:end] for begin, end in hit.passage.marks] == ["緊急事態"]
    assert hit.stood[0].taken_out


async def test_only_of_a_site_a_feed_a_time(path: Path) -> None:
    assert found(path, "raqqa OR raid", site="post.example").keys() == {"1", "2"}
    assert found(path, "宣言", site="asahi.example").keys() == {"3"}
    assert not found(path, "宣言", site="ahi.example")
    assert found(path, "raqqa OR raid", source="feed-2").keys() == {"2"}
    assert found(path, "raqqa OR raid", since=START + timedelta(hours=2)).keys() == {"1"}


async def test_however_many_matches_are_looked_at_at_once_the_same_is_found(path: Path, monkeypatch) -> None:
    with Reader(path) as reader:
        for typed in ("raqqa", "report", "officials", "宣"):
            monkeypatch.undo()
            whole = reader.search(typed)
            assert whole != []
            for first in (1, 2, 3):
                monkeypatch.setattr(hits, "_FIRST_MATCHES", first)
                assert reader.search(typed) == whole
                assert reader.search(typed, limit=1) == whole[:1]
                last = whole[-1]
                assert [hit.article for hit in reader.search(typed, source=last.source)] == [last.article]


async def test_rows_stand_by_their_time_in_whatever_order_they_are_written(
    path: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(statements, "_ROWS_A_SECOND", 1)  # two revisions a second, then at the end
    with Reader(path) as reader:
        rows = reader._database.execute("SELECT rowid, at FROM revisions ORDER BY rowid").fetchall()
        assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    other = tmp_path / "other.sqlite3"
    recorded = [each for url, texts in reversed(ARTICLES.items()) for each in events(url, texts)]
    with Views(other) as views:
        for number, event in enumerate(recorded, 1):
            views.apply([Recorded(f"e{number}", event.article, number, "", event, 0, f"{number}-0")])
    with Reader(other) as reader, Reader(path) as whole:
        assert {hit.article for hit in reader.search("report")} == {hit.article for hit in whole.search("report")}
        assert len(reader._database.execute("SELECT DISTINCT rowid FROM revisions").fetchall()) == len(recorded)


async def test_what_is_indexed_is_compared_and_made_again(log: RedisLog, path: Path) -> None:
    assert await compare(log, path) is None
    with Views(path) as views:
        views._database.execute("INSERT INTO search (search) VALUES ('delete-all')")
    difference = await compare(log, path)
    assert difference is not None
    assert '"table":"search"' in (difference.log or "")
    await rebuild(log, path)
    assert await compare(log, path) is None
    assert found(path, "raid").keys() == {"2"}
    with Views(path) as views:  # SQLite's own comparison of the index with the texts
        views._database.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


async def test_texts_that_are_recorded_together_are_one_piece_of_the_index(log: RedisLog, path: Path) -> None:
    """A piece for each text must be joined with the others at once, which took most of the time that the views took."""
    await rebuild(log, path)
    with Views(path) as views:
        assert views._database.execute("SELECT count(*) FROM revisions").fetchone()[0] > 1
        assert views._database.execute("SELECT count(DISTINCT segid) FROM search_idx").fetchone()[0] == 1


def test_a_passage_is_shown_as_it_was_written() -> None:
    said = passage(
        segmented("…宣言 ") + "\x02" + segmented("東") + "\x03\u200b\x02" + segmented("京") + "\x03 and \x02war\x03"
    )
    assert (said.text, said.marks) == ("…宣言 東京 and war", ((4, 6), (11, 14)))


async def test_a_damaged_text_is_told_with_the_fix(path: Path) -> None:
    with Views(path) as views:
        views._database.execute("UPDATE revisions SET content = x'00'")
    with pytest.raises(Corrupt, match="monitor rebuild"):
        found(path, "raid")


def test_an_address_without_a_host_breaks_no_search() -> None:
    assert [host_of(url) for url in ("https://a.example/x", "urn:x", "http://[::1", "")] == ["a.example", "", "", ""]
