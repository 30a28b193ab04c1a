"""What an observation means for an article: found, revised, gone, restored, or nothing, and when to look again.

Pure: it takes the state, the looks so far and one sighting, and returns events with the state after them. Time is the
observation's time. It neither fetches nor stores; `Decision.why` says in one sentence what was decided and why.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from monitor.core.content import Content
from monitor.core.events import Absence, ArticleDiscovered, ArticleEvent, ArticleGone, ArticleRestored, ArticleRevised
from monitor.core.revision.align import align
from monitor.core.revision.classify import edits, summary
from monitor.core.revision.noise import settle, wording
from monitor.core.standing import (
    STATED,
    Access,
    Article,
    Looks,
    Seed,
    Sighting,
    decode_article,
    decode_looks,
    encode,
    fold,
    folded,
    revise,
)
from monitor.core.text import joined, lettering, short_hash

__all__ = [
    "Article",
    "Decision",
    "Looks",
    "Seed",
    "Sighting",
    "decode_article",
    "decode_looks",
    "encode",
    "fold",
    "folded",
    "miss",
    "observe",
    "recheck_in",
    "revise",
    "unchanged",
    "wording",
]

_ABSENCES = 16
_TEASER_SHARE = 0.6  # of the old text: a longer beginning of it is an edit, not a wall


class Decision(msgspec.Struct, frozen=True):
    """Events to record (none for most looks), the article and the looks after them, and why in one plain sentence."""

    events: tuple[ArticleEvent, ...]
    article: Article | None
    looks: Looks
    why: str


def observe(article: Article | None, looks: Looks, sighting: Sighting, *, seed: Seed | None = None) -> Decision:
    """What a page that was read means. `seed` is needed where `article` is None; raises ValueError without it."""
    if sighting.verdict != "article":
        return _no_article(article, looks, sighting)
    if article is None:
        if seed is None:
            raise ValueError("an article that was never read needs a seed")
        return _discovered(looks, sighting, seed)
    wall = _wall(article, sighting)
    if wall:
        return _present(article, _looked(looks, sighting, learned=False), sighting.evidence.fetched_at, wall)
    return _compared(article, looks, sighting)


def unchanged(article: Article | None, looks: Looks, at: datetime) -> Decision:
    """What it means that a server or the bytes said: the same as at the last look (304, or an equal body)."""
    seen = msgspec.structs.replace(looks, seen_at=at, absences=())
    if article is None:
        return Decision((), None, seen, "The page is the one that held no article.")
    return _present(article, seen, at, "The page has not changed since the last look.")


def miss(
    article: Article | None, looks: Looks, absence: Absence, *, checks: int = 3, over: timedelta = timedelta(hours=24)
) -> Decision:
    """What a look that did not find the article means: gone only after `checks` such looks in a row, spread over `over`.

    A block page (`reason` "block_page") says nothing about the article, whoever it blocks.
    """
    if absence.reason == "block_page":
        return Decision((), article, looks, "A block page stands before the article: nothing is known of it.")
    absences = (*looks.absences[: _ABSENCES - 1], absence)
    looks = msgspec.structs.replace(looks, absences=absences)
    spread = absence.at - absences[0].at
    told = f"Absent at {len(absences)} of {checks} looks over {spread} of {over} ({absence.status} {absence.reason})"
    if article is None or article.status == "gone" or len(absences) < checks or spread < over:
        return Decision((), article, looks, f"{told}.")
    last_present = looks.seen_at or article.changed_at
    event = ArticleGone(
        at=absence.at, article=article.id, revision=article.revision, last_present=last_present, absent=absences
    )
    return Decision((event,), fold(article, event), looks, f"{told}: gone.")


def _no_article(article: Article | None, looks: Looks, sighting: Sighting) -> Decision:
    detail = f" ({sighting.detail})" if sighting.detail else ""
    return Decision(
        (), article, looks, f"What was read is no article but {sighting.verdict}{detail}: no revision is made of it."
    )


def _discovered(looks: Looks, sighting: Sighting, seed: Seed) -> Decision:
    content = sighting.content
    if not content.title:
        content = msgspec.structs.replace(content, title=seed.feed_title)
    event = ArticleDiscovered(
        at=sighting.evidence.fetched_at,
        article=seed.article,
        url=seed.url,
        source=seed.source,
        tags=seed.tags,
        aliases=seed.aliases,
        backlog=seed.backlog,
        content=content,
        sha256=content.digest(),
        access=_access(sighting),
        evidence=sighting.evidence,
        feed_title=seed.feed_title,
    )
    return Decision((event,), fold(None, event), _looked(looks, sighting), "Read for the first time.")


def _wall(article: Article, sighting: Sighting) -> str:
    """Why a sighting shows less than there is; empty where it does not."""
    if article.access == "teaser" or not article.content.blocks:
        return ""
    old, new = joined(b.text for b in article.content.blocks), joined(b.text for b in sighting.content.blocks)
    if len(new) >= len(old) * _TEASER_SHARE:
        return ""
    if sighting.access == "teaser":
        return "The publisher says that this is not all of the text: a teaser, no revision."
    cut = new.rstrip("0123456789")[:-24]  # a teaser may end in the middle of a word, or in "read on"
    if len(new) < len(old) / 2 and len(cut) >= 80 and old.startswith(cut) and _cut_short(sighting.content):
        return "What is shown is the beginning of the known text, cut short: a teaser, no revision."
    return ""


def _cut_short(content: Content) -> bool:
    """Whether the last block breaks off, as a teaser's does."""
    return content.blocks[-1].text.rstrip().endswith(("…", "...", "[…]", "[...]"))


def _compared(article: Article, looks: Looks, sighting: Sighting) -> Decision:
    """Compare the new picture with the old one, and record what is an edit."""
    new = _same_title(article, looks, sighting)
    settled = settle(
        article.content,
        new,
        look=looks.count + 1,
        places=looks.places,
        before=frozenset(looks.rest),
        now=frozenset(sighting.rest),
        past=article.past[:-1],
    )
    after = msgspec.structs.replace(_looked(looks, sighting), places=settled.places)
    aside = f" Set aside: {'; '.join(settled.notes)}." if settled.notes else ""
    if wording(settled.content) == wording(article.content):
        return _present(article, after, sighting.evidence.fetched_at, f"No word of the article has changed.{aside}")
    event = _revised(article, looks, sighting, settled.content)
    present = _present(article, after, sighting.evidence.fetched_at, "")
    revised = fold(present.article, event)
    return Decision((*present.events, event), revised, after, f"{event.summary}{aside}")


def _same_title(article: Article, looks: Looks, sighting: Sighting) -> Content:
    """The new content, under the old title where the new one was already among the page's titles at the last look."""
    new = sighting.content
    if lettering(new.title) == lettering(article.content.title) or short_hash(lettering(new.title)) not in looks.titles:
        return new
    return msgspec.structs.replace(new, title=article.content.title)


def _revised(article: Article, looks: Looks, sighting: Sighting, new: Content) -> ArticleRevised:
    old = article.content
    operations = align(old.blocks, new.blocks)
    found = edits(old, new)
    said = wording(new)
    back = article.past.index(said) if said in article.past else None
    return ArticleRevised(
        at=sighting.evidence.fetched_at,
        article=article.id,
        revision=article.revision + 1,
        before_sha256=article.sha256,
        sha256=new.digest(),
        operations=operations,
        fields=_changed_fields(old, new),
        edits=found,
        summary=summary(found),
        last_seen_before=looks.seen_at or article.changed_at,
        access=_access(sighting),
        evidence=sighting.evidence,
        reverted_to=None if back is None else article.revision - len(article.past) + 1 + back,
    )


def _changed_fields(old: Content, new: Content) -> dict[str, Any]:
    """The new values of the fields that differ, as plain JSON values."""
    return {
        name: msgspec.to_builtins(getattr(new, name)) for name in STATED if getattr(old, name) != getattr(new, name)
    }


def _access(sighting: Sighting) -> Access:
    return "teaser" if sighting.access == "teaser" else "full"


def _present(article: Article, looks: Looks, at: datetime, why: str) -> Decision:
    """The article was there: no news, unless it was gone."""
    if article.status != "gone":
        return Decision((), article, looks, why)
    since = article.gone_since or article.changed_at
    event = ArticleRestored(at=at, article=article.id, revision=article.revision, gone_since=since)
    return Decision((event,), fold(article, event), looks, f"The article is there again. {why}".rstrip())


def _looked(looks: Looks, sighting: Sighting, *, learned: bool = True) -> Looks:
    """The looks after one more; from a teaser nothing is learned of the page."""
    evidence = sighting.evidence
    seen = msgspec.structs.replace(
        looks,
        seen_at=evidence.fetched_at,
        etag=evidence.etag,
        last_modified=evidence.last_modified,
        raw_sha256=evidence.raw_sha256,
        absences=(),
    )
    if not learned:
        return seen
    return msgspec.structs.replace(
        seen, container=sighting.container, count=looks.count + 1, titles=sighting.titles, rest=sighting.rest
    )


# --- when to look again ----------------------------------------------------------------------------------------------

_GROWTH = 0.25  # the next look comes after a quarter of the time since the last change


def recheck_in(
    article: Article,
    looks: Looks,
    now: datetime,
    *,
    minimum: timedelta,
    maximum: timedelta,
    until: timedelta,
    hot_every: timedelta,
) -> timedelta | None:
    """How long to wait for the next look; None where the article rested for `until` and is let go.

    The wait grows with the time since the last change, from `minimum` to `maximum`; it is at most `hot_every` while the
    article is hot. An article that was absent at the last look is never let go before that is settled.
    """
    quiet = max(now - article.changed_at, timedelta())
    hot = article.hot_until is not None and now < article.hot_until
    suspect = bool(looks.absences) and article.status == "live"
    if quiet > until and not hot and not suspect:
        return None
    wait = min(max(quiet * _GROWTH, minimum), maximum)
    if hot:
        return min(wait, hot_every)
    return min(wait, _SUSPECT_WAIT) if suspect else wait


_SUSPECT_WAIT = timedelta(hours=1)
