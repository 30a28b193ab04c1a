"""Pages that are followed, on a real log: read at their own pace, held against every watchlist, let go when their time is over."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from monitor.core import pagewatch
from monitor.core.article import Looks, Seed, Sighting, encode, observe
from monitor.core.content import Block, Content
from monitor.core.events import AlertRaised, Evidence, WatchEnded, WatchStarted
from monitor.core.pagewatch import SOURCE
from monitor.core.urls import aliases, article_id, canonical
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.rules import Watchlist
from monitor.ports import Append, Batch, Head, SetTimer
from monitor.stages import jobs
from monitor.stages.follow import Followed, Keeper, ended, record
from monitor.stages.match import GROUP, Heat, Matcher

URL = "https://post.example/a1"
ARTICLE = article_id(canonical(URL))


async def watch(log, url=URL, *, lasting=timedelta(hours=1), watchlists=(), max_age=timedelta(hours=24)):
    now = await log.now()
    every = timedelta(seconds=5)
    return await record(
        log,
        lambda watches: pagewatch.start(
            watches, url, every=every, lasting=lasting, watchlists=watchlists, max_age=max_age, at=now, by="cli:ana"
        ),
    )


async def due_in(world):
    return await world.log.next_due(jobs.FETCH, 0)


async def test_a_page_that_nobody_knew_is_read_now_and_again_until_its_time_is_over(world, page):
    followed = Followed()
    keeper = Keeper(world.log, followed)
    await watch(world.log)
    await keeper.look()
    assert URL in followed
    world.net.answers[URL] = page("Strikes on Raqqa")
    fetch = world.fetcher_with(followed)
    assert await world.work(jobs.FETCH, fetch) == 1
    (found,) = await world.events("article.discovered")
    assert (found.event.article, found.event.source) == (ARTICLE, SOURCE)
    assert 3 < await due_in(world) <= 5
    await keeper.look()
    assert await due_in(world) > 3, "what is followed already is not read for being looked for"
    await world.make_due(jobs.FETCH, ARTICLE)
    followed.know({})
    assert await world.work(jobs.FETCH, fetch) == 1
    assert await due_in(world) is None, "and is let go with its watch"


async def test_an_article_that_is_known_is_read_more_often_and_not_twice(world, page):
    world.net.answers[URL] = page("Strikes on Raqqa")
    job = jobs.FetchJob(url=URL, source="post", title="as the feed has it")
    await world.log.commit(Batch(0, timers=(SetTimer(jobs.FETCH, "article_own", 0.0, jobs.encode(job)),)))
    for alias in aliases([URL]):
        await world.log.pin(alias, "article_own")
    assert await world.work(jobs.FETCH, world.fetcher) == 1
    assert await due_in(world) > 60
    followed = Followed()
    await watch(world.log)
    await Keeper(world.log, followed).look()
    (claim,) = await world.due(jobs.FETCH)
    assert jobs.decode(claim.payload).source == "post", "the feed's own job stands"
    await world.fetcher_with(followed)(claim)
    assert 3 < await due_in(world) <= 5
    assert [recorded.event.article for recorded in await world.events("article.")] == ["article_own"]
    followed.know({})
    await world.make_due(jobs.FETCH, "article_own")
    await world.work(jobs.FETCH, world.fetcher_with(followed))
    assert await due_in(world) > 60, "afterwards it is read as before"


async def test_what_is_over_is_ended_once_by_whoever_looks(world):
    await watch(world.log, lasting=timedelta(seconds=5))
    await watch(world.log, "https://post.example/a2")
    head = await world.log.load(0, pagewatch.ENTITY)
    watches = pagewatch.decode(head.snapshot)
    early = pagewatch.fold(watches, msgspec.structs.replace(watches.watches[0], until=watches.watches[0].at))
    await world.log.commit(Batch(0, appends=(Append(pagewatch.ENTITY, head, (), msgspec.json.encode(early)),)))
    assert [one.url for one in (await ended(world.log)).watches] == ["https://post.example/a2"]
    await ended(world.log)
    kinds = [type(recorded.event) for recorded in await world.events("watch.")]
    assert kinds == [WatchStarted, WatchStarted, WatchEnded]


def a_watchlist(name, sources=None):
    return Watchlist(
        id=name, phrases=("act of war",), entities=(), severity="warning",
        sources=sources, on=frozenset({"appeared"}), notify=(), max_age=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "watchlists", "told"),
    [
        (SOURCE, (), {"all", "elsewhere"}),
        (SOURCE, ("elsewhere",), {"elsewhere"}),
        ("post", (), {"all", "post", "elsewhere"}),
        ("post", ("elsewhere",), {"all", "post", "elsewhere"}),
        ("post", ("other",), {"all", "post"}),
        ("post", None, {"all", "post"}),
    ],
)
async def test_who_looks_at_a_page_that_is_followed(world, source, watchlists, told):
    rules = [
        a_watchlist("all"),
        a_watchlist("post", frozenset({"post"})),
        a_watchlist("elsewhere", frozenset({"times", SOURCE})),
    ]
    followed = Followed()
    if watchlists is not None:
        followed.know({ARTICLE: await watch(world.log, watchlists=watchlists)})
    at = datetime(2015, 11, 15, 12, tzinfo=UTC)
    evidence = Evidence(fetched_at=at, url=URL, status=200, raw_sha256="0" * 64, extractor="test")
    content = Content(title="Strikes", blocks=(Block("paragraph", "It was an act of war."),))
    seed = Seed(article=ARTICLE, url=URL, source=source, tags=(), backlog=False)
    decision = observe(None, Looks(), Sighting(content=content, evidence=evidence), seed=seed)
    await world.log.commit(Batch(0, appends=(Append(ARTICLE, Head(), decision.events, encode(decision.article)),)))
    heat = Heat(timedelta(minutes=1), timedelta(hours=12))
    matcher = Matcher(world.log, Rulebook.compile(rules, ()), heat, ruleset="r", public_url=None, followed=followed)
    await world.handle(GROUP, matcher)
    alerts = [recorded.event for recorded in await world.events("alert.raised")]
    assert {alert.watchlist for alert in alerts if isinstance(alert, AlertRaised)} == told
    assert len(alerts) == len(told)
