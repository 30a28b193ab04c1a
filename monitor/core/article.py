"""What an observation means for an article: found, opened, read anew, or the text to be compared with the one on record.

Pure: it takes the state, the looks so far and one sighting, and returns events with the state after them. Time is the
observation's time. It neither fetches nor stores; `Decision.why` says in one sentence what was decided and why. What two texts
come to is `core.revising`'s to say, that an article was not found `core.absence`'s, when to look again `core.recheck`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from monitor.core.absence import doubted, is_unread, miss, replaced, wall
from monitor.core.content import Content
from monitor.core.decision import CONFIRM, Decision
from monitor.core.events import ArticleDiscovered, ArticleReread
from monitor.core.presence import looked, present
from monitor.core.recheck import recheck_in
from monitor.core.revising import access_of, changed_fields, compared, revision_of
from monitor.core.revision.align import align
from monitor.core.revision.noise import wording
from monitor.core.standing import (
    STATED,
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
from monitor.core.text import joined
from monitor.core.variants import seen_again

__all__ = [
    "Article",
    "Decision",
    "Looks",
    "Seed",
    "Sighting",
    "decode_article",
    "decode_looks",
    "doubted",
    "encode",
    "fold",
    "folded",
    "is_unread",
    "miss",
    "observe",
    "recheck_in",
    "replaced",
    "reread",
    "revise",
    "unchanged",
    "wall",
    "wording",
]

_OPENED = "The text can be read now; until then only a part of it was known."
_TEASER_SHARE = 0.6  # of the old text: a longer beginning of it is an edit, not a wall


def observe(
    article: Article | None,
    looks: Looks,
    sighting: Sighting,
    *,
    seed: Seed | None = None,
    confirm: Sequence[timedelta] = CONFIRM,
    repeated: Collection[str] = frozenset(),
) -> Decision:
    """What a page that was read means. `confirm`: how long after it was first seen a headline alone is looked at again.

    `repeated` are the hashes of texts that other articles of the site show (`core.repeated`). `seed` is needed where
    `article` is None; raises ValueError without it.
    """
    if sighting.verdict != "article":
        return _no_article(article, looks, sighting)
    if article is None:
        if seed is None:
            raise ValueError("an article that was never read needs a seed")
        return _discovered(looks, sighting, seed)
    if sighting.container and article.access == "teaser" and (sighting.access == "full" or is_unread(article, looks)):
        return _opened(article, looks, sighting)
    walled = _teased(article, sighting)
    if walled:
        seen = looked(looks, sighting, learned=False)
        return present(article, seen, sighting.evidence.fetched_at, walled, outcome="teaser")
    return compared(article, looks, sighting, confirm, repeated)


def unchanged(
    article: Article | None, looks: Looks, at: datetime, *, confirm: Sequence[timedelta] = CONFIRM
) -> Decision:
    """What it means that a server or the bytes said: the same as at the last look (304, or an equal body)."""
    if article is None:
        seen = msgspec.structs.replace(looks, seen_at=at, absences=())
        return Decision((), None, seen, "The page is the one that held no article.")
    if looks.other is not None:  # the page at the last look was not the text on record, but its variant
        looks = msgspec.structs.replace(looks, seen_at=at, other=seen_again(looks.other, looks.other.wording, at))
        return Decision((), article, looks, "The page has not changed since the last look.", outcome="variant")
    seen = msgspec.structs.replace(looks, seen_at=at, absences=(), walls=())
    why = "The page has not changed since the last look."
    return present(article, seen, at, why, confirm=confirm)


def reread(article: Article, looks: Looks, sighting: Sighting) -> Decision | None:
    """The kept page of the newest revision as another extractor reads it: the text on record becomes that; None where it reads no article.

    So that the next look compares like with like, and an upgrade is nobody's edit.
    """
    if sighting.verdict != "article":
        return None
    stated = {name: getattr(sighting.content, name) or getattr(article.content, name) for name in STATED}
    new = msgspec.structs.replace(sighting.content, **stated)
    looks = msgspec.structs.replace(
        looks,
        container=sighting.container,
        titles=sighting.titles,
        rest=sighting.rest,
        fingerprint="",
        apart=sighting.apart,
    )
    by = sighting.evidence.extractor
    why = f"Revision {article.revision} was read anew by {by}, so that like is compared with like."
    if new.digest() == article.sha256:
        return Decision((), article, msgspec.structs.replace(looks, reread_by=by), why, outcome="reread")
    event = ArticleReread(
        at=sighting.evidence.fetched_at,
        article=article.id,
        revision=article.revision,
        before_sha256=article.sha256,
        sha256=new.digest(),
        operations=align(article.content.blocks, new.blocks),
        fields=changed_fields(article.content, new),
        extractor=by,
        raw_sha256=article.raw_sha256,
    )
    return Decision((event,), fold(article, event), looks, why, outcome="reread")


def _no_article(article: Article | None, looks: Looks, sighting: Sighting) -> Decision:
    detail = f" ({sighting.detail})" if sighting.detail else ""
    return Decision(
        (),
        article,
        looks,
        f"What was read is no article but {sighting.verdict}{detail}: no revision is made of it.",
        outcome=sighting.verdict,
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
        access=access_of(sighting),
        evidence=sighting.evidence,
        feed_title=seed.feed_title,
        follows=seed.follows,
    )
    seen = looked(looks, sighting)
    return Decision((event,), fold(None, event), seen, "Read for the first time.", outcome="discovered")


def _opened(article: Article, looks: Looks, sighting: Sighting) -> Decision:
    """The whole text takes the place of its part. That is nobody's edit: what is new in it is new to us alone."""
    new = sighting.content
    if new.digest() == article.sha256:
        return present(article, looked(looks, sighting), sighting.evidence.fetched_at, "The page shows the known text.")
    event = msgspec.structs.replace(
        revision_of(article, looks, sighting, new),
        edits=(),
        summary=_OPENED,
        significance="cosmetic",
        update_declared="unknown",
        opened=True,
        stealth=False,
        bump=False,
        confidence="confirmed",
        reverted_to=None,
    )
    there = present(article, looked(looks, sighting), sighting.evidence.fetched_at, "")
    return Decision((*there.events, event), fold(there.article, event), there.looks, event.summary, "opened")


def _teased(article: Article, sighting: Sighting) -> str:
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
