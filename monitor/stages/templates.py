"""Changes of sites' templates, told apart while revisions are matched. What a site did lately is a note, written with the ack of its event.

The note lives in the partition of the revision, since a batch is of one partition: with several, each counts its own
articles of a site, and a template is found out once that many of them are in one partition.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from monitor.core.article import Article
from monitor.core.events import ArticleRevised, entity_id
from monitor.core.templates import decode, encode, sum_up
from monitor.core.urls import site
from monitor.ports import Append, Log


@dataclass(frozen=True, slots=True)
class Threshold:
    """From how many articles of a site the same edit, within how long a time, is the template's."""

    articles: int = 5
    within: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Found:
    """The change of the template that a revision belongs to (empty: none), and what is to be written with its ack."""

    change: str
    appends: tuple[Append, ...]
    notes: dict[str, bytes | None]


NOTHING = Found("", (), {})


async def look_for(
    log: Log, partition: int, event: ArticleRevised, before: Article, after: Article, threshold: Threshold
) -> Found:
    """Hold a revision against the others of its site."""
    name = site(after.url)
    key = f"site:{name}"
    known = decode(await log.note(partition, key))
    summed = sum_up(
        known,
        name,
        event,
        before.content,
        after.content,
        articles=threshold.articles,
        within=threshold.within,
    )
    notes: dict[str, bytes | None] = {key: encode(summed.site)}
    if summed.event is None:
        return Found(summed.change, (), notes)
    entity = entity_id("site", name)
    head = await log.load(partition, entity)
    return Found(summed.change, (Append(entity, head, (summed.event,)),), notes)
