"""Templates through the matcher: what a site edits on all its articles is summed up once, and alerts on it say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.core.article import Looks, Seed, Sighting, encode, fold, observe, reread, wall
from monitor.core.content import Block, Content
from monitor.core.events import Absence, AlertRaised, ArticleReread, Evidence, SiteTemplateChanged
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.rules import Watchlist
from monitor.ports import Append, Batch
from monitor.stages.match import GROUP, Heat, Matcher
from monitor.stages.templates import Threshold

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOTICE = "Our newsletter on every act of war is out now: sign up for it, and read it each morning at seven."
EVERYTHING = frozenset({"appeared", "disappeared", "added", "removed", "withdrawn", "restored"})
WAR = Watchlist(
    id="war", phrases=("act of war",), entities=(), severity="critical", sources=None, on=EVERYTHING, notify=(), max_age=None
)  # fmt: skip


class Story:
    """One article of the site, in the log."""

    def __init__(self, log, number):
        self.log, self.name, self.url = log, f"article_{number}", f"https://www.post.example/{number}"
        self.article, self.looks, self.own = None, Looks(), f"Story number {number} of the day, told in its own words."

    def sighting(self, minute, *more, extractor="test/1"):
        content = Content(title=f"Story {self.name}", blocks=tuple(Block("paragraph", t) for t in (self.own, *more)))
        evidence = Evidence(NOON + timedelta(minutes=minute), self.url, 200, "0" * 64, extractor)
        return Sighting(content, evidence, agreeing=("h1", "og"))

    async def says(self, minute, *more):
        seen = self.sighting(minute, *more)
        await self.record(observe(self.article, self.looks, seed=Seed(self.name, self.url, "post"), sighting=seen))

    async def record(self, decision):
        self.article, self.looks = decision.article, decision.looks
        head = await self.log.load(0, self.name)
        await self.log.commit(Batch(0, (Append(self.name, head, decision.events, encode(self.article)),)))


def matcher(world):
    rulebook, heat = Rulebook.compile([WAR], ()), Heat(timedelta(minutes=1), timedelta(hours=12))
    return Matcher(
        world.log, rulebook, heat, ruleset="sha256:rules", public_url=None, threshold=Threshold(3, timedelta(hours=1))
    )


async def alerts(world):
    return [r.event for r in await world.events("alert.raised") if isinstance(r.event, AlertRaised)]


async def test_from_the_third_article_on_alerts_name_the_template_and_one_event_sums_it_up(world):
    stories = [Story(world.log, number) for number in range(5)]
    for story in stories:
        await story.says(0)
    for minute, story in enumerate(stories, 5):
        await story.says(minute, NOTICE)
    await world.handle(GROUP, matcher(world))
    [recorded] = await world.events("site.")
    event = recorded.event
    assert isinstance(event, SiteTemplateChanged)
    assert (event.site, event.added, event.since) == ("post.example", (NOTICE,), NOON + timedelta(minutes=5))
    assert [name.article for name in event.revisions] == ["article_0", "article_1", "article_2"]
    assert [alert.template for alert in await alerts(world)] == ["", "", *[event.change] * 3]


async def test_a_matcher_that_forgot_everything_sums_up_the_same(world):
    stories = [Story(world.log, number) for number in range(3)]
    for story in stories:
        await story.says(0)
    for minute, story in enumerate(stories, 5):
        await story.says(minute, NOTICE)
        await world.handle(GROUP, matcher(world))
    assert len(await world.events("site.")) == 1
    assert (await alerts(world))[-1].template


async def test_remarks_raise_no_alert_and_the_text_goes_on_from_a_new_reading(world):
    story = Story(world.log, 1)
    await story.says(0)
    again = story.sighting(5, "An act of war that only the new extractor reads.", extractor="test/2")
    decision = reread(story.article, story.looks, again)
    assert isinstance(decision.events[0], ArticleReread)
    await story.record(decision)
    await story.says(10, "An act of war that only the new extractor reads.", "A second paragraph came.")
    for hours in (1, 13, 26):
        met = wall(story.article, story.looks, Absence(NOON + timedelta(hours=hours), 403, "refused"))
        story.looks = met.looks
        if met.events:
            await story.record(met)
    await story.says(60 * 30, "An act of war that only the new extractor reads.", "A second paragraph came.")
    await world.handle(GROUP, matcher(world))
    kinds = [r.event for r in await world.events("article.")]
    assert [type(event).__name__ for event in kinds] == ["ArticleDiscovered", "ArticleReread", "ArticleRevised", "ArticleBlocked", "ArticleRestored"]  # fmt: skip
    assert await alerts(world) == []
    article = None
    for event in kinds:
        article = fold(article, event)
    assert article == story.article
