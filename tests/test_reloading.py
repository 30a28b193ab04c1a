"""The file is read once it stands still; who asks meanwhile is answered by the next round."""

import asyncio

import pytest

from monitor import reloading
from monitor.config import load
from monitor.core.configured import Outcome
from monitor.core.watch.evaluate import Rulebook
from monitor.errors import ConfigError
from monitor.reloading import Reloads

WAR = '[watchlists.war]\nphrases = ["act of war"]\n'
NONE = Rulebook.compile((), ())
RAQQA = '[watchlists.raqqa]\nentities_file = "names.csv"\n'


@pytest.fixture
def file(tmp_path):
    (tmp_path / "names.csv").write_text("raqqa,Raqqa\n")
    (tmp_path / "config.toml").write_text(WAR)
    return tmp_path / "config.toml"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(reloading, "SETTLE", 0.08)


async def writing(file, *parts):
    """As an editor does that writes in place, slowly: what stands there in between is valid by itself."""
    text = ""
    for part in parts:
        text += part
        file.write_text(text)
        await asyncio.sleep(0.05)


async def test_a_file_that_is_being_written_is_not_half_taken_up(file):
    before, reloads = load(file, {}), Reloads(file, {})
    file.write_text("")
    ready, _ = await asyncio.gather(
        reloads.ready(before, NONE), writing(file, WAR, "[watchlists.peace]\n", 'phrases = ["peace"]\n', RAQQA)
    )
    assert list(ready.config.watchlists) == ["war", "peace", "raqqa"]
    assert set(ready.rulebook.watchlists) == {"war", "peace", "raqqa"}


async def test_nor_is_a_list_that_it_names(file):
    file.write_text(WAR + RAQQA)
    before, reloads = load(file, {}), Reloads(file, {})
    assert await reloads.ready(before, NONE) is None
    names = file.with_name("names.csv")
    ready, _ = await asyncio.gather(reloads.ready(before, NONE), writing(names, "raqqa,Raqqa,Rakka\n", "isis,ISIS\n"))
    assert ready.config.entities_of("raqqa") == ("raqqa", "isis")


async def test_nor_are_feeds_in_a_file(file):
    feeds = file.with_name("feeds.opml")
    feeds.write_text("<opml><body/></opml>")
    file.write_text('feeds_file = "feeds.opml"\n' + WAR)
    before, reloads = load(file, {}), Reloads(file, {})
    parts = ("<opml><body>", '<outline xmlUrl="https://a.example/rss"/>', '<outline xmlUrl="https://b.example/rss"/>')
    ready, _ = await asyncio.gather(reloads.ready(before, NONE), writing(feeds, *parts, "</body></opml>"))
    assert [table.url for table in ready.config.feeds.values()] == ["https://a.example/rss", "https://b.example/rss"]


async def test_what_is_bad_for_a_moment_is_not_refused_and_what_stays_so_is(file):
    before, reloads = load(file, {}), Reloads(file, {})
    ready, _ = await asyncio.gather(
        reloads.ready(before, NONE), writing(file, WAR + "[watch", "lists.b]\n", 'phrases = ["b"]\n')
    )
    assert list(ready.config.watchlists) == ["war", "b"]
    file.write_text(WAR + "[watch")
    with pytest.raises(ConfigError) as raised:
        await reloads.ready(before, NONE)
    assert [(fault.line, fault.column) for fault in raised.value.faults] == [(3, 7)]


async def test_a_file_that_never_stands_still_is_refused(file, monkeypatch):
    monkeypatch.setattr(reloading, "PATIENCE", 0.3)
    reloads = Reloads(file, {})
    busy = asyncio.create_task(writing(file, *["# again\n"] * 20))
    with pytest.raises(ConfigError, match=r"expected files at rest, got writes for 0\.3 s"):
        await reloads.ready(load(file, {}), NONE)
    await busy


async def test_whoever_asks_during_a_round_is_answered_by_the_next(file):
    reloads = Reloads(file, {})
    early = [asyncio.create_task(reloads.outcome()) for _ in range(3)]
    await reloads.asked()
    late = [asyncio.create_task(reloads.outcome()) for _ in range(3)]
    await asyncio.sleep(0)
    reloads.answer(Outcome("first"))
    await asyncio.sleep(0)
    assert [task.result() for task in early] == [Outcome("first")] * 3
    assert not any(task.done() for task in late)
    await asyncio.wait_for(reloads.asked(), 1)
    reloads.answer(Outcome("second"))
    assert [await task for task in late] == [Outcome("second")] * 3
    reloads.answer(Outcome("nobody asked"))


async def test_a_hundred_signals_are_one_round(file):
    reloads = Reloads(file, {})
    for _ in range(100):
        reloads.ask()
    await reloads.asked()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reloads.asked(), 0.05)


async def test_rules_that_are_the_same_are_not_compiled_anew(file):
    before, reloads = load(file, {}), Reloads(file, {})
    file.write_text(WAR + '[channels.screen]\ntype = "console"\n')
    assert (await reloads.ready(before, NONE)).rulebook is NONE
    file.write_text('timezone = "Europe/Paris"\n' + WAR)
    assert (await reloads.ready(before, NONE)).rulebook is not NONE, "watchlists end in the zone of the file"
