"""Matching, on a real log: alerts are decided once, whatever is repeated or forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.article import Looks, Seed, Sighting, encode, fold, miss, observe
from monitor.core.content import Block, Content
from monitor.core.events import Absence, AlertRaised, ArticleDiscovered, Evidence
from monitor.core.policy.judging import Step, judge
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.rules import Entity, Watchlist
from monitor.ports import Append, Batch, Head
from monitor.stages import jobs
from monitor.stages.match import GROUP, Heat, Matcher

NOON = datetime(2015, 11, 15, 12, tzinfo=UTC)
EVERYTHING = frozenset({"appeared", "disappeared", "added", "removed", "withdrawn", "restored"})
WAR = Watchlist(
    id="war",
    phrases=("act of war",),
    entities=(),
    severity="critical",
    sources=None,
    on=EVERYTHING,
    notify=("desk",),
    max_age=None,
)


def content(*paragraphs, published=None):
    return Content(
        title="Strikes on Raqqa", published=published, blocks=tuple(Block("paragraph", text) for text in paragraphs)
    )


class Story:
    """An article that lives in the log."""

    def __init__(self, log, name="article_1"):
        self.log, self.name, self.article, self.looks, self.head, self.at = log, name, None, Looks(), Head(), NOON

    async def says(self, *paragraphs, backlog=False, published=None):
        self.at += timedelta(minutes=5)
        evidence = Evidence(
            fetched_at=self.at, url="https://post.example/a1", status=200, raw_sha256="0" * 64, extractor="test"
        )
        seed = Seed(article=self.name, url="https://post.example/a1", source="post", tags=("tier1",), backlog=backlog)
        sighting = Sighting(content=content(*paragraphs, published=published), evidence=evidence)
        await self._record(observe(self.article, self.looks, sighting, seed=seed))

    async def vanishes(self):
        self.at += timedelta(minutes=5)
        await self._record(
            miss(
                self.article,
                self.looks,
                Absence(at=self.at, status=404, reason="not_found"),
                checks=1,
                over=timedelta(0),
            )
        )

    async def _record(self, decision):
        assert decision.events
        self.article, self.looks = decision.article, decision.looks
        await self.log.commit(Batch(0, appends=(Append(self.name, self.head, decision.events, encode(self.article)),)))
        self.head = await self.log.load(0, self.name)


def matcher(world, *watchlists, entities=()):
    rulebook = Rulebook.compile(watchlists or [WAR], entities)
    heat = Heat(timedelta(minutes=1), timedelta(hours=12))
    return Matcher(world.log, rulebook, heat, ruleset="sha256:rules", public_url=None)


async def alerts(world):
    return [recorded.event for recorded in await world.events("alert.raised")]


async def test_a_phrase_that_is_edited_in_and_out_again_alerts_each_time(world):
    story = Story(world.log)
    await story.says("The president spoke of terror.", "More follows.")
    await story.says("The president called it an act of war.", "More follows.")
    await story.says("The president spoke of terror.", "More follows.")
    await world.handle(GROUP, matcher(world))
    raised = await alerts(world)
    assert [(alert.revision, alert.changes) for alert in raised] == [(2, ("appeared",)), (3, ("disappeared",))]
    assert raised[0].data["ruleset"] == "sha256:rules"
    assert raised[0].data["hits"][0]["sentence"] == "The president called it an act of war."
    assert raised[0].notify == ("desk",)
    assert len({alert.alert for alert in raised}) == 2


async def test_a_story_that_vanishes_and_comes_back_is_withdrawn_and_restored(world):
    story = Story(world.log)
    await story.says("It was an act of war.")
    await story.vanishes()
    await story.says("It was an act of war.")
    await world.handle(GROUP, matcher(world))
    assert [alert.changes for alert in await alerts(world)] == [("appeared",), ("withdrawn",), ("restored",)]


async def test_a_matcher_that_was_not_there_before_folds_the_past_and_decides_the_same(world):
    story = Story(world.log)
    await story.says("Calm.")
    await story.says("An act of war.")
    early = matcher(world)
    await world.handle(GROUP, early)
    await story.says("Calm again.")
    await world.handle(GROUP, matcher(world))  # knows nothing of the first two
    assert [alert.changes for alert in await alerts(world)] == [("appeared",), ("disappeared",)]


async def test_an_alert_that_was_raised_before_is_not_raised_again(world):
    """A repeat of the decision, as after a lost acknowledgement, meets the same id."""
    story = Story(world.log)
    await story.says("An act of war.")
    handler = matcher(world)

    async def twice(consumed):
        event = consumed.recorded.event
        if isinstance(event, ArticleDiscovered):
            article = fold(None, event)
            judged = judge(
                handler._rulebook,
                Step(event, None, article),
                ruleset="sha256:rules",
                public_url=None,
                event_id=consumed.recorded.id,
            )
            [alert] = judged.alerts
            await world.log.commit(Batch(0, appends=(Append(alert.alert, Head(), (alert,)),)))
        await handler(consumed)

    await world.handle(GROUP, twice)
    assert len(await alerts(world)) == 1
    assert await world.log.lag(GROUP, 0) == 0


async def test_backlog_is_marked_by_the_sources_age_or_by_the_watchlists_own(world):
    patient = Watchlist(
        id="patient",
        phrases=("act of war",),
        entities=(),
        severity="info",
        sources=None,
        on=EVERYTHING,
        notify=(),
        max_age=timedelta(days=30),
    )
    hasty = Watchlist(
        id="hasty",
        phrases=("act of war",),
        entities=(),
        severity="info",
        sources=None,
        on=EVERYTHING,
        notify=(),
        max_age=timedelta(minutes=1),
    )
    await Story(world.log).says("An act of war.", backlog=True, published=NOON - timedelta(days=3))
    await world.handle(GROUP, matcher(world, WAR, patient, hasty))
    assert {alert.watchlist: alert.backlog for alert in await alerts(world)} == {
        "war": True,
        "patient": False,
        "hasty": True,
    }


async def test_an_old_story_that_is_edited_now_is_no_backlog(world):
    story = Story(world.log)
    await story.says("Calm.", backlog=True)
    await story.says("An act of war.")
    await world.handle(GROUP, matcher(world))
    assert [alert.backlog for alert in await alerts(world)] == [False]


async def test_a_matched_article_becomes_hot(world):
    story = Story(world.log)
    await story.says("An act of war.")
    await world.handle(GROUP, matcher(world))
    assert 50 < await world.log.next_due(jobs.FETCH, 0) <= 60
    until = datetime.fromisoformat((await world.log.note(0, jobs.hot_note("article_1"))).decode())
    assert until == story.at + timedelta(hours=12)


@pytest.mark.parametrize(("places", "tells"), [({"post"}, True), ({"wire"}, False), (None, True)])
async def test_a_watchlist_keeps_to_its_sources(world, places, tells):
    scoped = Watchlist(
        id="scoped",
        phrases=("act of war",),
        entities=(),
        severity="info",
        sources=places and frozenset(places),
        on=EVERYTHING,
        notify=(),
        max_age=None,
    )
    await Story(world.log).says("An act of war.")
    await world.handle(GROUP, matcher(world, scoped))
    assert bool(await alerts(world)) is tells


async def test_an_entity_is_one_term_under_all_its_names(world):
    group = Watchlist(
        id="group",
        phrases=(),
        entities=("is",),
        severity="info",
        sources=None,
        on=frozenset({"appeared", "disappeared"}),
        notify=(),
        max_age=None,
    )
    story = Story(world.log)
    await story.says("Daesh claimed it.")
    await story.says("The Islamic State claimed it.")
    await world.handle(GROUP, matcher(world, group, entities=[Entity("is", ("Islamic State", "Daesh"))]))
    assert [(alert.revision, alert.changes) for alert in await alerts(world)] == [(1, ("appeared",))]
    assert isinstance((await alerts(world))[0], AlertRaised)
