"""When a site edits its template, not its articles: the same block came or went on many of its articles at about the same time.

It counts, for one site, which revisions had which edits within a while. An edit to an article's own prose has marks that no
other article shares; a revision belongs to the template only where all its marks are shared by enough articles. An agency's
correction that a site makes to as many articles at once looks the same, and is summed up just so.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import msgspec

from monitor.core.content import Content
from monitor.core.events import ArticleRevised, RevisionName, SiteTemplateChanged, entity_id
from monitor.core.text import lettering, short_hash

_MOST_REVISIONS = 400  # of one site that are remembered
_MOST_MARKS = 12  # of one revision: more than that is no template's edit
_MOST_SAID = 20  # texts and revisions that an event names


class Edition(msgspec.Struct, frozen=True, omit_defaults=True):
    """One revision: when it was seen, and the marks of its edits."""

    article: str
    revision: int
    at: datetime
    marks: tuple[str, ...]


class Site(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of a site's last revisions: a note. `changes` maps marks to the change of the template they belong to."""

    editions: tuple[Edition, ...] = ()
    changes: dict[str, str] = {}


class Summed(msgspec.Struct, frozen=True):
    """The site after a revision, the change of its template that the revision belongs to, and the event where it was found out just now."""

    site: Site
    change: str = ""
    event: SiteTemplateChanged | None = None


def sum_up(
    site: Site,
    name: str,
    event: ArticleRevised,
    before: Content,
    after: Content,
    *,
    articles: int,
    within: timedelta,
) -> Summed:
    """Hold a revision against the last ones of the same site, `name`: from `articles` alike `within` that time it is the template's."""
    recent = tuple(e for e in site.editions if event.at - e.at <= within and e.article != event.article)
    added, removed = _came(before, after), _came(after, before)
    marks = (*(f"+{mark}" for mark in added), *(f"-{mark}" for mark in removed))
    if not marks or len(marks) > _MOST_MARKS or {"title", "dek", "byline"} & event.fields.keys():
        return Summed(Site(recent, _alive(site.changes, recent)))
    editions = (*recent, Edition(event.article, event.revision, event.at, marks))[-_MOST_REVISIONS:]
    shared = _shared(editions, articles)
    if not shared.issuperset(marks):
        return Summed(Site(editions, _alive(site.changes, editions)))
    known = next((site.changes[mark] for mark in marks if mark in site.changes), "")
    change = known or entity_id("template", name, event.article, str(event.revision))
    changes = {**_alive(site.changes, editions), **dict.fromkeys(marks, change)}
    named = [e for e in editions if set(e.marks) <= set(marks)]
    told = None if known else _event(change, name, event.at, (added, removed), named)
    return Summed(Site(editions, changes), change, told)


def _came(before: Content, after: Content) -> dict[str, str]:
    """The texts that only the second content has, by a hash of their lettering."""
    there = {lettering(block.text) for block in before.blocks}
    new = {lettering(block.text): block.text for block in after.blocks}
    return {short_hash(letters): text for letters, text in new.items() if letters and letters not in there}


def _shared(editions: tuple[Edition, ...], articles: int) -> set[str]:
    """The marks that so many articles have."""
    holders: dict[str, set[str]] = defaultdict(set)
    for edition in editions:
        for mark in edition.marks:
            holders[mark].add(edition.article)
    return {mark for mark, held_by in holders.items() if len(held_by) >= articles}


def _alive(changes: dict[str, str], editions: tuple[Edition, ...]) -> dict[str, str]:
    """The changes of which an edition is still remembered."""
    marks = {mark for edition in editions for mark in edition.marks}
    return {mark: change for mark, change in changes.items() if mark in marks}


def _event(
    change: str, site: str, at: datetime, texts: tuple[dict[str, str], dict[str, str]], named: list[Edition]
) -> SiteTemplateChanged:
    added, removed = (tuple(text[:1_000] for text in list(side.values())[:_MOST_SAID]) for side in texts)
    return SiteTemplateChanged(
        at=at,
        change=change,
        site=site,
        added=added,
        removed=removed,
        revisions=tuple(RevisionName(e.article, e.revision) for e in named),
        since=min(e.at for e in named),
    )


_json = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Site)


def encode(site: Site) -> bytes:
    """The stored form."""
    return _json.encode(site)


def decode(raw: bytes | None) -> Site:
    """Read the note. Nothing, or what another Monitor wrote, is as if the site had been quiet."""
    try:
        return _decoder.decode(raw) if raw else Site()
    except msgspec.MsgspecError:
        return Site()
