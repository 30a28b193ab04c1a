"""Retention of the archive: what was goes, what stands stays, a crash loses nothing, and what is left proves itself."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import zstandard
from archived import DAY, append, archive, done_with_all, everything, some, story

from monitor.config import parse
from monitor.core import article
from monitor.core.events import (
    AlertRaised,
    ArticleFact,
    ArticleHeld,
    ArticleReleased,
    DeliverySucceeded,
    MatchExcluded,
    NotificationFormed,
)
from monitor.errors import ConfigError, Corrupt, Dropped, Fenced, ViewsUnavailable
from monitor.ports import Founded, Keep, Waiting
from monitor.rules import keeping_of
from monitor.stages import archive as stage
from monitor.store import RedisLog, dropping, durable, open_log
from monitor.store.backup import back_up, restore
from monitor.store.keys import GROUPS
from monitor.store.transfer import export, take_in
from monitor.store.verify import verify
from monitor.store.views import FILE, Reader, Views, compare, outlived, rebuild

ALL = Keep(age=0.0)
SENT, WAITS = b'{"state":"delivered"}', b"{}"


@pytest.fixture
def raw(valkey_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey_url, protocol=2) as client:
        client.flushall()
        yield client


@pytest.fixture
async def log(raw: redis.Redis, valkey_url: str, tmp_path: Path) -> AsyncIterator[RedisLog]:
    async with open_log(valkey_url, data_dir=tmp_path, archiving=True, lease_seconds=1.0) as opened:
        yield opened


async def hold(log: RedisLog, name: str, *, held: bool = True) -> None:
    state = article.decode_article((await log.load(0, name)).snapshot)
    event = (ArticleHeld if held else ArticleReleased)(at=DAY, article=name, by="desk")
    await append(log, name, event, snapshot=article.encode(article.fold(state, event)))


async def told(log: RedisLog, number: int, about: str, *, sent: bool = True) -> None:
    """An alert about an article, what was excluded beside it, and its message."""
    alert, message = f"alert_{number}", f"msg_{number}"
    await append(log, alert, AlertRaised(DAY, alert, about, 2, "war", "high", ("appeared",), (), False, {}))
    await append(log, f"exclusion_{number}", MatchExcluded(DAY, about, 2, "war", ("raid",)))
    await append(log, message, NotificationFormed(DAY, message, "desk", (alert,), about, "body"), snapshot=WAITS)
    if sent:
        await append(log, message, DeliverySucceeded(DAY, message, "desk", 1, 204, 0.1), snapshot=SENT)


async def let_go(log: RedisLog, keep: Keep = ALL) -> int:
    async with log.archivist(0) as archivist:
        return await archivist.let_go(keep)


async def sealed(log: RedisLog, raw: redis.Redis, events: int = 10) -> None:
    done_with_all(raw)
    await archive(log, events=events)


async def fill(log: RedisLog) -> None:
    for number in range(4):
        await story(log, f"article_{number}", 5)
        await some(log, 6)
        await told(log, number, f"article_{number}", sent=number != 2)
    await hold(log, "article_3")


async def left(log: RedisLog) -> dict[str, list[int]]:
    """The versions that are left of each entity."""
    found: dict[str, list[int]] = {}
    for event in await everything(log):
        found.setdefault(event.entity, []).append(event.version)
    return found


@pytest.fixture
async def old(log: RedisLog, raw: redis.Redis) -> RedisLog:
    """A log whose past is archived; the newest segment never goes."""
    await fill(log)
    await some(log, 10)
    await sealed(log, raw)
    return log


async def test_what_was_goes_and_what_stands_stays(old: RedisLog, raw: redis.Redis, tmp_path: Path) -> None:
    before, everyone = await left(old), await everything(old)
    gone = await let_go(old)
    now = await left(old)
    for name in ("article_0", "article_1", "article_2"):
        assert now[name] == [5]
        past = await old.past(0, name)
        assert (past.lost, [event.version for event in past.events]) == (4, [5])
        state = article.folded([each.event for each in past.events if isinstance(each.event, ArticleFact)], past.first)
        assert article.encode(state) == (await old.load(0, name)).snapshot
        with pytest.raises(Dropped, match=f"versions 1 to 4 of {name} were dropped by retention"):
            await old.history(0, name)
    for name in ("article_3", "alert_3", "exclusion_3", "msg_3", "msg_2"):
        assert now[name] == before[name], "held, about what is held, or not yet sent"
    assert not {"alert_0", "alert_1", "alert_2", "msg_0", "exclusion_1"} & now.keys()
    feeds = {name for name in before if name.startswith("feed_")}
    assert {name: now[name] for name in feeds} == {name: before[name] for name in feeds}
    assert await everything(old) == [event for event in everyone if event.version in now.get(event.entity, ())]
    assert gone == sum(map(len, before.values())) - sum(map(len, now.values()))
    findings = await verify(old)
    assert (findings.problems, findings.dropped) == ([], gone)
    assert findings.since.startswith("20")
    assert len(list((tmp_path / "archive" / "0").glob("0*.json"))) == 2, "the base and the newest segment"
    floor = await old.floor(0)
    assert floor is not None
    assert (floor.dropped, floor.at.isoformat(timespec="seconds")) == (gone, findings.since)


async def test_the_log_goes_on_where_its_past_was_dropped(old: RedisLog, raw: redis.Redis) -> None:
    await let_go(old)
    await story(old, "article_0", 8, first=6)
    await told(old, 0, "article_0")  # an alert whose beginning is gone
    assert (await left(old))["article_0"] == [5, 6, 7, 8]
    assert (await verify(old)).problems == []
    await sealed(old, raw)
    assert (await verify(old)).problems == []
    await some(old, 10)
    await sealed(old, raw)
    await let_go(old)
    assert (await left(old))["article_0"] == [8]
    assert (await old.past(0, "article_0")).lost == 7
    assert (await verify(old)).problems == []
    assert await let_go(old) == 0


async def test_what_is_held_later_keeps_what_is_left_and_what_is_released_goes(old: RedisLog, raw: redis.Redis) -> None:
    await let_go(old)
    await hold(old, "article_0")
    await hold(old, "article_3", held=False)
    await story(old, "article_0", 8, first=6)
    await some(old, 20)
    await sealed(old, raw)
    await let_go(old)
    now = await left(old)
    assert now["article_0"] == [5, 6, 7, 8, 9]
    assert now["article_3"] == [5, 6, 7]
    assert not {"alert_3", "msg_3"} & now.keys()
    assert (await verify(old)).problems == []


async def test_an_article_that_is_held_at_that_moment_loses_nothing(
    old: RedisLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone, write = await everything(old), dropping.bases.write
    written = []

    def meanwhile(*arguments: object) -> object:
        written.append(arguments)
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(dropping.bases, "write", meanwhile)
    note = dropping.Dropping._note

    async def held_first(self: dropping.Dropping, *arguments: object) -> bool:
        await hold(old, "article_1")
        return await note(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(dropping.Dropping, "_note", held_first)
    assert await let_go(old) == 0
    assert len(written) == 1
    monkeypatch.setattr(dropping.Dropping, "_note", note)
    assert (await everything(old))[: len(everyone)] == everyone
    assert await let_go(old) > 0
    assert (await left(old))["article_1"] == [1, 2, 3, 4, 5, 6]
    assert (await verify(old)).problems == []


async def test_others_may_record_meanwhile(old: RedisLog, monkeypatch: pytest.MonkeyPatch) -> None:
    note = dropping.Dropping._note

    async def busy(self: dropping.Dropping, *arguments: object) -> bool:
        await some(old, 7)
        return await note(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(dropping.Dropping, "_note", busy)
    assert await let_go(old) > 0
    assert (await verify(old)).problems == []


@pytest.mark.parametrize("seed", range(2))
async def test_dropping_in_steps_leaves_what_dropping_at_once_does(
    log: RedisLog, raw: redis.Redis, valkey_url: str, tmp_path: Path, seed: int
) -> None:
    """The same log twice: of one, something is dropped again and again."""

    async def live(log: RedisLog, *, often: bool) -> tuple[dict[str, list[int]], list[object]]:
        chance = random.Random(seed)
        revisions, number = dict.fromkeys((f"article_{n}" for n in range(5)), 0), 0
        for _ in range(8):
            for _ in range(8):
                name, more = chance.choice(sorted(revisions)), chance.randint(1, 3)
                await story(log, name, revisions[name] + more, first=revisions[name] + 1)
                revisions[name] += more
                if chance.random() < 0.5:
                    await told(log, number, name)
                    number += 1
            await some(log, 2)
            await sealed(log, raw, events=12)
            if often:
                await let_go(log)
        await some(log, 12)
        await sealed(log, raw, events=12)
        await let_go(log)
        assert (await verify(log)).problems == []
        return await left(log), [cut async for page in log.archive.cuts(0) for cut in page]

    at_once = await live(log, often=False)
    raw.flushall()
    async with open_log(valkey_url, data_dir=tmp_path / "again", archiving=True, lease_seconds=1.0) as again:
        in_steps = await live(again, often=True)
    assert in_steps == at_once


async def test_only_what_is_too_old_or_too_much_goes(old: RedisLog, raw: redis.Redis) -> None:
    whole = await everything(old)
    size = sum(each.size for each in await old.archive.manifests(0))
    assert await let_go(old, Keep()) == 0
    assert await let_go(old, Keep(age=3600.0, size=size)) == 0
    assert await let_go(old, Keep(age=0.0, size=0, fresh=3600.0)) == 0
    assert await everything(old) == whole
    assert await let_go(old, Keep(size=size - 1)) > 0, "one segment"
    assert (await left(old))["article_1"] != [5]
    assert (await left(old))["article_0"] == [5]
    assert (await verify(old)).problems == []


async def test_what_the_stream_still_needs_does_not_go(log: RedisLog, raw: redis.Redis) -> None:
    await fill(log)
    whole = await everything(log)
    await archive(log, events=10)  # sealed, but read by no group
    assert await let_go(log) == 0
    assert await everything(log) == whole


async def test_a_crash_at_any_step_loses_nothing(
    old: RedisLog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Crashed(Exception):
        pass

    whole, folder = await everything(old), tmp_path / "archive" / "0"
    replace, steps = Path.replace, 0

    def dying(at: int, *, after: bool):
        nonlocal steps
        steps = 0

        def renamed(path: Path, target: Path) -> Path:
            nonlocal steps
            steps += 1
            if steps == at and not after:
                raise Crashed
            done = replace(path, target)
            if steps == at:
                raise Crashed
            return done

        return renamed

    for at in (1, 2, 3):
        for after in (False, True):
            monkeypatch.setattr(Path, "replace", dying(at, after=after))
            with pytest.raises(Crashed):
                await let_go(old)
            monkeypatch.setattr(Path, "replace", replace)
            assert await everything(old) == whole
            assert (await verify(old)).problems == []

    def die(*_: object) -> None:
        raise Crashed

    with monkeypatch.context() as patched:
        patched.setattr(dropping, "clear", die)  # noted, and then it died before it deleted anything
        with pytest.raises(Crashed):
            await let_go(old)
    assert (await verify(old)).problems == []
    now = await left(old)
    assert now["article_0"] == [5]
    leftovers = len(list(folder.iterdir()))
    async with old.archivist(0) as archivist:
        await archivist.gather(10, 2**20)
    assert len(list(folder.iterdir())) < leftovers, "swept under the next lease"
    assert await left(old) == now
    assert (await verify(old)).problems == []


async def test_who_has_lost_the_lease_drops_nothing(old: RedisLog, raw: redis.Redis) -> None:
    whole = await everything(old)
    async with old.archivist(0) as slow, old.archivist(0) as quick:
        await slow.gather(10, 2**23)
        note = dropping.Dropping._note

        async def stolen(self: dropping.Dropping, *arguments: object) -> bool:
            raw.hset("{monitor:0}:lease:archive", "x", 0)
            dropping.Dropping._note = note  # type: ignore[method-assign]
            await quick.gather(10, 2**23)
            return await note(self, *arguments)  # type: ignore[arg-type]

        dropping.Dropping._note = stolen  # type: ignore[method-assign,assignment]
        with pytest.raises(Fenced):
            await slow.let_go(ALL)
        assert await everything(old) == whole
        assert await quick.let_go(ALL) > 0
    assert (await verify(old)).problems == []


async def test_every_changed_bit_of_the_base_is_found(old: RedisLog, tmp_path: Path) -> None:
    await let_go(old)
    chance, files = random.Random(5), sorted((tmp_path / "archive" / "0").glob("*.base*"))
    assert len(files) == 3
    for _ in range(40):
        path = chance.choice(files)
        whole = path.read_bytes()
        bit = chance.randrange(len(whole) * 8)
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        assert (await verify(old)).problems, f"bit {bit} of {path.name}"
        path.write_bytes(whole)
    for path in files:
        path.rename(path.with_name("away"))
        assert (await verify(old)).problems, path.name
        path.with_name("away").rename(path)
    assert (await verify(old)).problems == []


def skippable(size: int) -> bytes:
    """A zstd frame of so many bytes, 8 at least, that says nothing (RFC 8878, section 3.1.2)."""
    return (0x184D2A50).to_bytes(4, "little") + (size - 8).to_bytes(4, "little") + bytes(size - 8)


async def test_a_base_that_was_made_up_is_found(old: RedisLog, raw: redis.Redis, tmp_path: Path) -> None:
    await let_go(old)
    (path,) = (tmp_path / "archive" / "0").glob("*.cuts.zst")
    whole = path.read_bytes()
    lines = zstandard.ZstdDecompressor().decompress(whole, max_output_size=2**20)
    gone = json.loads(next(line for line in lines.splitlines() if b"alert_0" in line))["hash"]
    made_up = zstandard.ZstdCompressor(level=6, write_checksum=True).compress(lines.replace(gone.encode(), b"0" * 64))
    path.write_bytes(made_up + skippable(len(whole) - len(made_up)))  # as long as before: its hash alone can tell
    assert "holds other bytes than were sealed" in "\n".join((await verify(old)).problems)
    path.write_bytes(whole)
    assert (await verify(old)).problems == []

    raw.hset("{monitor:0}:archive", "floor_sha256", "0" * 64)
    assert (await verify(old)).problems
    with pytest.raises(Corrupt, match="holds other bytes than were sealed"):
        await everything(old)


async def test_who_reads_while_something_is_dropped_misses_nothing_that_stays(old: RedisLog) -> None:
    reader = old.read(0)
    first = [await anext(reader) for _ in range(3)]
    await let_go(old)
    rest = [event async for event in reader]
    kept = await everything(old)
    assert [event for event in kept if event not in first + rest] == []


async def test_a_copy_of_the_archive_is_not_cut_short(old: RedisLog, tmp_path: Path) -> None:
    folder = tmp_path / "archive" / "0"
    files = set(folder.iterdir())
    with dropping.locked(folder, dropping.fcntl.LOCK_SH):
        assert await let_go(old) > 0
        assert files < set(folder.iterdir())
    async with old.archivist(0) as archivist:
        await archivist.gather(10, 2**20)
    assert len(files & set(folder.iterdir())) == 2


def test_a_file_that_breaks_off_is_none(tmp_path: Path) -> None:
    def broken() -> None:
        with durable.writing(tmp_path / "file") as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_ages_and_sizes() -> None:
    year = timedelta(days=365).total_seconds()
    keep = Keep(age=year, size=1000, fresh=60.0)
    assert not keep.lets_go(year, 1000)
    assert keep.lets_go(year + 1, 1)
    assert keep.lets_go(60.0, 1001)
    assert not keep.lets_go(59.0, 10**9)


# --- the views --------------------------------------------------------------------------------------------------------


async def test_views_forget_what_was_dropped(old: RedisLog, raw: redis.Redis, tmp_path: Path) -> None:
    path = tmp_path / FILE
    await rebuild(old, path)
    await let_go(old)
    with pytest.raises(ViewsUnavailable, match="retention has dropped events since the views were made"):
        await compare(old, path)
    with Views(path) as live:
        assert await outlived(old, live)
        await rebuild(old, path, live=live)
        assert not await outlived(old, live)
    assert await compare(old, path) is None
    with Reader(path) as reader:
        assert [row.revision for row in reader.revisions("article_0")] == [5]
        assert [row.revision for row in reader.revisions("article_3")] == [1, 2, 3, 4, 5]
        (row,) = reader.articles(source="post", limit=1)
        assert row.revision == 5
        assert row.discovered_at < row.changed_at
        assert [alert.id for alert in reader.alerts()] == ["alert_3"]
        assert {row.id for row in reader.deliveries()} == {"msg_2", "msg_3"}
        assert reader.aliases("article_0") == ["https://post.example/article_0"]
        assert len(reader.search("headline")) == 4
        assert {hit.article for hit in reader.search('"headline 4"')} == {"article_3"}
    await story(old, "article_0", 8, first=6)  # the daemon goes on in the views that were made anew
    with Views(path) as live:
        live.apply([event async for event in old.read(0, live.position(0))])
    assert await compare(old, path) is None
    await some(old, 12)
    await sealed(old, raw)
    await let_go(old)
    await rebuild(old, path)
    assert await compare(old, path) is None
    with Reader(path) as reader:
        assert [row.revision for row in reader.revisions("article_0")] == [8]


async def test_views_are_made_while_something_is_dropped(old: RedisLog, tmp_path: Path) -> None:
    path, found = tmp_path / FILE, old.founded
    dropped = 0

    async def dropping_first(partition: int) -> AsyncIterator[list[Founded]]:
        nonlocal dropped
        async for page in found(partition):
            yield page
        if not dropped:
            dropped = await let_go(old)

    await let_go(old, Keep(size=sum(each.size for each in await old.archive.manifests(0)) - 1))
    old.founded = dropping_first  # type: ignore[method-assign]
    await rebuild(old, path)
    assert dropped
    with Views(path) as live:
        if await outlived(old, live):
            await rebuild(old, path, live=live)
    assert await compare(old, path) is None


# --- elsewhere --------------------------------------------------------------------------------------------------------


async def test_a_log_that_lost_its_beginning_moves_to_another_server(
    old: RedisLog, raw: redis.Redis, tmp_path: Path
) -> None:
    await let_go(old)
    await hold(old, "article_0")
    whole, past, floor = await everything(old), await old.past(0, "article_0"), await old.floor(0)
    file = tmp_path / "log.jsonl.zst"
    assert await export(old, file, events_only=False) == len(whole)
    async with open_log("embedded", data_dir=tmp_path / "new", archiving=True) as new:
        assert await take_in(new, file) == len(whole)
        for _ in range(2):
            assert await everything(new) == whole
            assert await new.past(0, "article_0") == past
            assert await new.floor(0) == floor
            findings = await verify(new)
            assert (findings.problems, findings.dropped) == ([], floor.dropped if floor else 0)
            await new.connection.ask("XGROUP", "SETID", "{monitor:0}:events", "match", "$")
            await archive(new, events=5)  # the archive goes on from what was kept
        await rebuild(new, tmp_path / "new" / FILE)
        assert await compare(new, tmp_path / "new" / FILE) is None
        for group in GROUPS:
            await new.connection.ask("XGROUP", "SETID", "{monitor:0}:events", group, "$")
        await some(new, 20)
        for group in GROUPS:
            await new.connection.ask("XGROUP", "SETID", "{monitor:0}:events", group, "$")
        await archive(new, events=5)
        await let_go(new)
        assert (await verify(new)).problems == []
        assert (await left(new))["article_0"] == [5, 6]


async def test_a_log_that_lost_its_beginning_is_backed_up_and_restored(tmp_path: Path) -> None:
    async with open_log("embedded", data_dir=tmp_path / "data", archiving=True) as log:
        await fill(log)
        await some(log, 10)
        for group in GROUPS:
            await log.connection.ask("XGROUP", "SETID", "{monitor:0}:events", group, "$")
        await archive(log, events=10)
        await let_go(log)
        whole = await everything(log)
        back_up(tmp_path / "data", tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    async with open_log("embedded", data_dir=tmp_path / "restored", archiving=True) as log:
        assert await everything(log) == whole
        assert (await verify(log)).problems == []


class Idle:
    """An archivist that has nothing to seal."""

    def __init__(self) -> None:
        self.asked: list[Keep] = []

    async def gather(self, _events: int, _size: int) -> Waiting:
        return Waiting(0, 0, 0.0)

    async def seal(self) -> None:
        raise AssertionError

    async def trim(self) -> int:
        return 0

    async def let_go(self, keep: Keep) -> int:
        self.asked.append(keep)
        return 0


@pytest.mark.parametrize(("keep", "every", "times"), [(ALL, 3600.0, 1), (ALL, 0.0, 3), (None, 0.0, 0)])
async def test_what_is_too_old_is_looked_for_now_and_then_where_anybody_wants_it(
    monkeypatch: pytest.MonkeyPatch, keep: Keep | None, every: float, times: int
) -> None:
    monkeypatch.setattr(stage, "PAUSE", 0.01)
    monkeypatch.setattr(stage, "FIRST_LOOK", 0.02)
    monkeypatch.setattr(stage, "LOOK", every)
    archivist = Idle()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stage.run(archivist, stage.Limits(), keep=keep), 0.3)
    assert len(archivist.asked) >= times
    assert len(archivist.asked) <= times or not every
    assert set(archivist.asked) <= {keep}


def test_how_long_is_for_the_file_to_say() -> None:
    def kept(text: str) -> Keep | None:
        text = f'data_dir = "data"\n[redis]\npartitions = 4\n[archive]\n{text}\n'
        return keeping_of(parse(text, {}, file="config.toml", folder=Path()))

    assert kept("") is None
    assert kept('keep = "30d"') == Keep(age=30 * 86_400.0, fresh=7 * 86_400.0)
    assert kept("megabytes = 100") == Keep(size=25_000_000, fresh=7 * 86_400.0)
    with pytest.raises(ConfigError, match=r"archive\.keep: expected at least 7d, got"):
        kept('keep = "6d"')
