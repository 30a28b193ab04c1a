"""A query is tried before it is saved: on a text, on an article's past, on the last days; as the daemon would judge, and in a process of its own."""

from __future__ import annotations

import asyncio
import os
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording import CONFIG, FIRST, SECOND, START, STORY, WITHDRAWN, evidence

from monitor.config import parse
from monitor.core.events import ArticleDiscovered, ArticleRevised, Recorded
from monitor.core.revision.align import align
from monitor.core.urls import article_id
from monitor.core.watch.rules import Entity
from monitor.store.views import FILE, Views
from monitor.trials import Asked, Errand
from monitor.trials.running import run
from monitor.trials.table import NAME, table
from monitor.web import bench

LATER = datetime(2015, 11, 18, tzinfo=UTC)
DAESH = Entity("daesh", ("Islamic State", "Daesh"))


def tried(recorded=None, /, **asked):
    views = "" if recorded is None else str(recorded / "data" / FILE)
    return run(Errand(Asked(**asked), [DAESH], ["post"], views, LATER))


def test_a_text_that_matches_is_told_with_its_places():
    found = tried(query='raqqa AND "20 bombs"', text="Quiet so far.\nJets dropped 20 bombs on Raqqa.").trial.text
    assert found.holds
    [spot, other] = found.spots
    assert {spot.sentence[start:end] for start, end in (*spot.marks, *other.marks)} == {"20 bombs", "Raqqa"}
    assert found.reason == ""


def test_a_text_that_does_not_match_is_told_why_and_what_stands_there():
    found = tried(query="raqqa AND strikes", text="Jets over Raqqa.").trial.text
    assert not found.holds
    assert found.stood == ("“raqqa”",)
    assert "strikes" in found.reason
    put_out = tried(query="raqqa NOT football", text="Raqqa plays football.").trial.text
    assert (put_out.holds, "NOT excludes" in put_out.reason) == (False, True)


def test_entities_are_known_by_their_names_and_no_others():
    assert tried(query="@daesh", text="What Daesh says.").trial.text.holds
    assert "Islamic State" in tried(query="@daesh").trial.words
    [wrong] = tried(query="@daesch").wrong
    assert "daesh" in wrong.says


def test_what_is_wrong_with_a_query_is_told_at_its_place():
    [wrong] = tried(query="(raqqa OR rakka").wrong
    assert (wrong.at, "closes" in wrong.says) == (15, True)


def test_all_revisions_of_an_article_are_judged_as_they_were_seen(recorded):
    past = tried(recorded, query='"act of war"', article=article_id(STORY)).trial.article
    assert [(turn.revision, turn.changes) for turn in past.past.turns] == [(3, ("disappeared",)), (2, ("appeared",))]
    assert (past.stands.holds, past.past.judged, past.past.whole) == (False, 3, True)
    gone = tried(recorded, query="bombs", article=article_id(WITHDRAWN)).trial.article
    assert [turn.changes for turn in gone.past.turns] == [("withdrawn",), ("appeared",)]


def test_a_text_that_was_known_in_part_is_judged_by_what_comes_alone(tmp_path):
    """As the daemon does: what a teaser said and the whole text does not was not taken out."""
    article, facts = article_id(STORY), {"access": "full", "evidence": evidence(STORY, START)}
    found = ArticleDiscovered(
        at=START, article=article, url=STORY, source="post", aliases=(), tags=(), backlog=False, content=FIRST, sha256=FIRST.digest(), **facts
    )  # fmt: skip
    for opened, changes in ((True, []), (False, [("disappeared",)])):
        revised = ArticleRevised(
            at=START, article=article, revision=2, before_sha256=FIRST.digest(), sha256=SECOND.digest(), operations=align(FIRST.blocks, SECOND.blocks),
            fields={"title": SECOND.title}, edits=(), summary="", last_seen_before=START, opened=opened, **facts,
        )  # fmt: skip
        folder = tmp_path / str(opened) / "data"
        with Views(folder / FILE) as views:
            views.apply(
                [
                    Recorded(f"e{at}", article, at, "", event, 0, f"{at}-0")
                    for at, event in enumerate((found, revised), 1)
                ]
            )
        past = tried(folder.parent, query="noon", article=article).trial.article.past
        assert [turn.changes for turn in past.turns if turn.revision == 2] == changes


def test_everything_tells_of_more(recorded):
    few = tried(recorded, query="hollande", article=article_id(STORY)).trial.article.past
    all_of_it = tried(recorded, query="hollande", article=article_id(STORY), everything=True).trial.article.past
    assert few.raised < all_of_it.raised


def test_the_last_days_are_counted_by_day(recorded):
    past = tried(recorded, query='"act of war"', days=3).trial.recent
    assert (past.raised, past.daily, past.judged) == (2, (2, 0, 0), 5)
    assert tried(recorded, query='"act of war"', days=1).trial.recent.daily == (0,)


def test_time_ends_it_and_it_says_so(recorded, monkeypatch):
    from monitor.trials import past as judging

    monkeypatch.setattr(judging, "MOST_CHANGES", 2)
    past = tried(recorded, query="bombs", days=30).trial.recent
    assert (past.judged, past.whole) == (2, False)


def test_a_long_sentence_is_cut_around_what_was_found():
    text = "so " * 3_000 + "Raqqa" + " and" * 3_000
    [spot] = tried(query="raqqa", text=text).trial.text.spots
    [(start, end)] = spot.marks
    assert (spot.sentence[start:end], len(spot.sentence) < 450) == ("Raqqa", True)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_the_table_says_the_query_as_it_was_tried(query):
    assert tomllib.loads(table(query, everything=True)) == {"watchlists": {NAME: {"query": query, "on": "everything"}}}


@pytest.mark.parametrize("query", ["raqqa", """said:"l'état" OR 'x'""", 'raqqa\nNEAR/3 "l’état"'])
def test_the_table_is_taken_by_the_configuration(query):
    config = parse(f"{CONFIG}\n{tried(query=query).trial.toml}", {}, file="config.toml", folder=Path(), telling=False)
    assert config.watchlists[NAME].query == query


# --- through the page and the API --------------------------------------------------------------------------------------


async def posted(visitor, path, **about):
    headers = {"origin": visitor.address, "authorization": "Bearer none"}
    async with visitor.session.post(visitor.address + path, headers=headers, **about) as answer:
        return answer.status, await answer.text()


async def test_the_page_shows_what_came_of_it(visitor):
    assert '<textarea id="query"' in await visitor.page("/watchlists")
    form = {"query": '"act of war"', "text": "An <b>act of war</b>, he said.", "article": STORY, "days": "30"}
    status, page = await posted(visitor, "/try", data=form)
    assert status == 200
    assert "<mark>act of war</mark>" in page
    assert "It does not match the article as it stands." in page
    assert f"/article/{article_id(STORY)}/diff/2..3" in page
    assert "query = &#39;&#34;act of war&#34;&#39;" in page
    assert "&lt;b&gt;act of war&lt;/b&gt;</textarea>" in page.replace("An ", "").replace(", he said.", "")


@pytest.mark.parametrize(
    ("form", "trouble"),
    [
        ({"query": "(raqqa"}, "closes"),
        ({"query": ""}, "query"),
        ({"query": "x" * 10_001}, "query"),
        ({"query": "raqqa", "article": "https://nobody.example/<i>"}, "No article is known at https://nobody.example/&lt;i&gt;"),
        ({"query": "raqqa", "text": "x" * 100_001}, "text"),
        ({"query": "raqqa", "lang": "<b>"}, "lang"),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_explained_and_nothing_typed_is_lost(visitor, form, trouble):
    status, page = await posted(visitor, "/try", data=form)
    assert (status, trouble in page) == (422, True)
    assert len(page) > sum(map(len, form.values()))


async def test_programs_try_too(visitor):
    status, said = await posted(visitor, "/api/v1/try", json={"query": "raqqa", "days": 7, "text": "Raqqa"})
    assert (status, '"holds":true' in said) == (200, True)
    for body in (
        {"query": "(a"},
        {"query": ""},
        {"query": "a", "days": 367},
        {"query": "a", "days": -1},
        {"more": 1},
        [],
    ):
        assert (await posted(visitor, "/api/v1/try", json=body))[0] == 422
    assert (await posted(visitor, "/api/v1/try", json={"query": "a", "article": "article_nothing"}))[0] == 404


async def test_a_try_that_takes_too_long_is_killed_and_others_wait_their_turn(visitor, monkeypatch, tmp_path):
    (tmp_path / "hang.py").write_text(
        f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(bench, "_WHAT", "hang")
    monkeypatch.setattr(bench, "PATIENCE", 1.0)
    monkeypatch.setattr(bench, "MOST_WAITING", 1)
    first = asyncio.create_task(posted(visitor, "/try", data={"query": "raqqa"}))
    await asyncio.sleep(0.3)
    status, page = await posted(visitor, "/try", data={"query": "raqqa"})
    assert (status, "Others try queries just now" in page) == (503, True)
    assert (await visitor.get("/"))[0] == 200
    status, page = await first
    assert (status, "more time or memory" in page) == (503, True)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_the_process_is_not_told_the_daemons_secrets(visitor, monkeypatch, tmp_path):
    (tmp_path / "tell.py").write_text(
        f"import os\nopen({str(tmp_path / 'told')!r}, 'w').write(' '.join(os.environ))\nprint('{{}}')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("MONITOR_TOKEN", "a secret")
    monkeypatch.setattr(bench, "_WHAT", "tell")
    await posted(visitor, "/api/v1/try", json={"query": "raqqa"})
    assert "MONITOR_TOKEN" not in (tmp_path / "told").read_text()


async def test_a_watchlists_own_query_is_brought_along(visitor, monkeypatch):
    assert "“act of war”" in await visitor.page("/watchlists")
    assert "&#34;act of war&#34;</textarea>" in await visitor.page("/try?watchlist=act-of-war")
    assert "</textarea>" in await visitor.page("/try?watchlist=nothing")
