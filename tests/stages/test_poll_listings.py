"""Polling sitemaps, indexes of them and front pages, on a real log: what becomes due, and what is passed over."""

from datetime import UTC, datetime, timedelta

from monitor.core.events import FeedBaselined, FeedFailing, FeedRecovered
from monitor.ports import Batch, Finish, Response
from monitor.stages import jobs
from monitor.stages.listings import PARTS_AT_A_LOOK
from monitor.stages.sources import Source

SITE = "https://post.example"
NOW = datetime.now(UTC)


def url(path, modified=None):
    stamp = f"<lastmod>{modified.isoformat()}</lastmod>" if modified else ""
    return f"<url><loc>{SITE}{path}</loc>{stamp}</url>"


def sitemap(*urls):
    return f"<urlset>{''.join(urls)}</urlset>"


def index(**parts):
    listed = "".join(
        f"<sitemap><loc>{SITE}/{name}.xml</loc>{f'<lastmod>{modified.isoformat()}</lastmod>' if modified else ''}</sitemap>"
        for name, modified in parts.items()
    )
    return f"<sitemapindex>{listed}</sitemapindex>"


def ago(**time):
    return NOW - timedelta(**time)


async def read(world):
    """The paths of the articles that a poll makes due."""
    await world.make_due(jobs.POLL, "post")
    assert await world.work(jobs.POLL, world.poller) == 1
    claims = await world.due(jobs.FETCH)
    for claim in claims:
        await world.log.commit(Batch(claim.partition, finish=Finish(claim, delay=None)))
    return sorted(jobs.decode(claim.payload).url.removeprefix(SITE) for claim in claims)


def watch(world, path, links=None):
    world.sources["post"] = Source("post", f"{SITE}{path}", links=links)
    return f"{SITE}{path}"


async def test_of_a_sitemap_the_present_is_read_and_not_the_past(world):
    at = watch(world, "/sitemap.xml")
    world.net.answers[at] = sitemap(url("/new", ago(hours=2)), url("/old", ago(days=40)), url("/silent"))
    assert await read(world) == ["/new"]
    world.net.answers[at] = sitemap(
        url("/new", ago(hours=2)),
        url("/old", ago(days=40)),
        url("/silent"),
        url("/silent-too"),
        url("/older", ago(days=50)),
    )
    assert await read(world) == ["/silent-too"]


async def test_an_old_article_that_is_modified_becomes_due(world):
    at = watch(world, "/sitemap.xml")
    world.net.answers[at] = sitemap(url("/old", ago(days=40)), url("/new", ago(hours=2)))
    assert await read(world) == ["/new"]
    world.net.answers[at] = sitemap(url("/old", ago(minutes=1)), url("/new", ago(minutes=1)))
    assert await read(world) == ["/new", "/old"]


async def test_an_index_is_read_with_the_parts_that_changed_and_no_others(world):
    at = watch(world, "/index.xml")
    world.net.answers[at] = index(today=ago(hours=1), archive=ago(days=90))
    world.net.answers[f"{SITE}/today.xml"] = sitemap(url("/one", ago(hours=1)))
    assert await read(world) == ["/one"]
    assert await read(world) == []
    assert [asked for asked, _ in world.net.asked] == [at, f"{SITE}/today.xml", at]
    world.net.answers[at] = index(today=ago(minutes=1), archive=ago(days=90))
    world.net.answers[f"{SITE}/today.xml"] = sitemap(url("/one", ago(hours=1)), url("/two", ago(minutes=1)))
    assert await read(world) == ["/two"]


async def test_parts_without_a_date_are_asked_each_time_with_their_validators(world):
    at, part = watch(world, "/index.xml"), f"{SITE}/part.xml"
    world.net.answers[at] = index(part=None)
    body = sitemap(url("/one", ago(hours=1))).encode()
    world.net.answers[part] = Response(part, 200, {"etag": '"v1"'}, body, 0.1)
    assert await read(world) == ["/one"]
    world.net.answers[part] = 304
    assert await read(world) == []
    assert world.net.asked[-1] == (part, {"if-none-match": '"v1"'})


async def test_a_part_that_fails_is_asked_again_and_holds_up_no_other(world):
    at = watch(world, "/index.xml")
    world.net.answers[at] = index(good=ago(hours=1), bad=ago(hours=1))
    world.net.answers[f"{SITE}/good.xml"] = sitemap(url("/one", ago(hours=1)))
    world.net.answers[f"{SITE}/bad.xml"] = 503
    assert await read(world) == ["/one"]
    world.net.answers[f"{SITE}/bad.xml"] = sitemap(url("/two", ago(hours=1)))
    assert await read(world) == ["/two"]
    assert [type(recorded.event) for recorded in await world.events()] == [FeedBaselined]


async def test_an_index_none_of_whose_parts_can_be_had_is_failing_and_recovers(world):
    at = watch(world, "/index.xml")
    world.net.answers[at] = index(a=ago(hours=1), b=ago(hours=2))
    for _ in range(3):
        assert await read(world) == []
    world.net.answers[f"{SITE}/a.xml"] = sitemap(url("/one", ago(hours=1)))
    assert await read(world) == ["/one"]
    failing, *others = [recorded.event for recorded in await world.events()]
    assert isinstance(failing, FeedFailing)
    assert failing.reason == "http_404"
    assert {type(event) for event in others} == {FeedBaselined, FeedRecovered}


async def test_an_index_within_an_index_is_not_followed(world):
    at = watch(world, "/index.xml")
    world.net.answers[at] = index(index=ago(hours=1))
    assert await read(world) == []
    assert len(world.net.asked) == 2


async def test_one_look_at_an_index_costs_a_bounded_number_of_requests(world):
    at = watch(world, "/index.xml")
    parts = {f"p{n:02}": ago(minutes=n + 1) for n in range(20)}
    world.net.answers[at] = index(**parts)
    for name, modified in parts.items():
        world.net.answers[f"{SITE}/{name}.xml"] = sitemap(url(f"/{name}", modified))
    assert await read(world) == [f"/p{n:02}" for n in range(PARTS_AT_A_LOOK)]
    assert len(world.net.asked) == PARTS_AT_A_LOOK + 1
    assert await read(world) == [f"/p{n:02}" for n in range(PARTS_AT_A_LOOK, 2 * PARTS_AT_A_LOOK)]


async def test_the_articles_of_a_front_page_are_read_and_again_when_their_headline_moves(world):
    at = watch(world, "/", links=())
    world.net.answers[at] = '<a href="/2015/11/15/raqqa">Strikes on Raqqa</a><a href="/about">About us</a>'
    assert await read(world) == ["/2015/11/15/raqqa"]
    world.net.answers[at] = '<a href="/2015/11/15/raqqa">Strikes on Raqqa</a><a href="/2015/11/15/paris">Paris</a>'
    assert await read(world) == ["/2015/11/15/paris"]
    world.net.answers[at] = '<a href="/2015/11/15/raqqa">Heavy strikes on Raqqa</a>'
    assert await read(world) == ["/2015/11/15/raqqa"]


async def test_a_front_page_by_patterns(world):
    at = watch(world, "/", links=("/world/*",))
    world.net.answers[at] = '<a href="/2015/11/15/raqqa">A</a><a href="/world/b">B</a>'
    assert await read(world) == ["/world/b"]


async def test_a_front_page_without_articles_is_failing(world):
    world.net.answers[watch(world, "/", links=())] = '<a href="/about">About us</a>'
    for _ in range(3):
        await read(world)
    [failing] = [recorded.event for recorded in await world.events()]
    assert (type(failing), failing.reason) == (FeedFailing, "no_links")
