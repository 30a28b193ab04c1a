"""What an observation means for an article: found, revised, confirmed, restored, or nothing, and when to look again.

Pure: it takes the state, the looks so far and one sighting, and returns events with the state after them. Time is the
observation's time. It neither fetches nor stores; `Decision.why` says in one sentence what was decided and why. What it
means that an article was not found is `core.absence`'s to say.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from monitor.core.absence import doubted, is_unread, miss, replaced, wall
from monitor.core.content import Content
from monitor.core.decision import CONFIRM, Decision
from monitor.core.events import ArticleDiscovered, ArticleFact, ArticleReread, ArticleRestored, ArticleRevised
from monitor.core.headline import confidence, confirmation, next_check
from monitor.core.revision.align import align
from monitor.core.revision.classify import classified
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
from monitor.core.variants import is_variant, seen_again, stays

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
        seen = _looked(looks, sighting, learned=False)
        return _present(article, seen, sighting.evidence.fetched_at, walled, outcome="teaser")
    return _compared(article, looks, sighting, confirm, repeated)


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
    return _present(article, seen, at, why, confirm=confirm)


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
        fields=_changed_fields(article.content, new),
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
        access=_access(sighting),
        evidence=sighting.evidence,
        feed_title=seed.feed_title,
        follows=seed.follows,
    )
    seen = _looked(looks, sighting)
    return Decision((event,), fold(None, event), seen, "Read for the first time.", outcome="discovered")


def _opened(article: Article, looks: Looks, sighting: Sighting) -> Decision:
    """The whole text takes the place of its part. That is nobody's edit: what is new in it is new to us alone."""
    new = sighting.content
    if new.digest() == article.sha256:
        return _present(
            article, _looked(looks, sighting), sighting.evidence.fetched_at, "The page shows the known text."
        )
    event = msgspec.structs.replace(
        _revised(article, looks, sighting, new),
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
    present = _present(article, _looked(looks, sighting), sighting.evidence.fetched_at, "")
    return Decision((*present.events, event), fold(present.article, event), present.looks, event.summary, "opened")


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


def _compared(
    article: Article, looks: Looks, sighting: Sighting, confirm: Sequence[timedelta], repeated: Collection[str]
) -> Decision:
    """Compare the new picture with the old one, and record what is an edit."""
    new, at = _same_title(article, looks, sighting), sighting.evidence.fetched_at
    settled = settle(
        article.content,
        new,
        look=looks.count + 1,
        places=looks.places,
        before=frozenset(looks.rest),
        now=frozenset(sighting.rest),
        past=article.past[:-1],
        repeated=repeated,
        apart=frozenset((*looks.apart, *sighting.apart)),
    )
    after = msgspec.structs.replace(
        _looked(looks, sighting), places=settled.places, apart=_apart(looks, sighting, settled.content)
    )
    after = _unsettled(after) if settled.held else after
    aside = f" Set aside: {'; '.join(settled.notes)}." if settled.notes else ""
    said = wording(settled.content)
    if said == wording(article.content):
        why = f"No word of the article has changed{_bumped(article, looks, sighting)}.{aside}"
        decision = _present(article, after, at, why, agreeing=sighting.agreeing, confirm=confirm)
        return msgspec.structs.replace(decision, filters=settled.notes)
    if is_variant(article.past, said):
        other = seen_again(looks.other, said, at)
        after = msgspec.structs.replace(after, other=other)
        if not stays(other, at):
            why = "The other of two states that the page flips between: known, and no revision."
            return msgspec.structs.replace(
                _present(article, after, at, why, outcome="variant"), filters=(why, *settled.notes)
            )
    event = _revised(article, looks, sighting, settled.content)
    present = _present(article, after, at, "")
    revised = fold(present.article, event)
    after = msgspec.structs.replace(after, other=None)
    outcome = "revised" if event.reverted_to is None else "reverted"
    return Decision((*present.events, event), revised, after, f"{event.summary}{aside}", outcome, settled.notes)


def _apart(looks: Looks, sighting: Sighting, content: Content) -> tuple[str, ...]:
    """The texts that stand apart on the page, and those on record that did when they were seen last."""
    away = set(looks.apart).difference(sighting.apart)
    if not away:
        return sighting.apart
    return (*sighting.apart, *sorted(away.intersection(short_hash(lettering(b.text)) for b in content.blocks)))


def _bumped(article: Article, looks: Looks, sighting: Sighting) -> str:
    """That only the stamp is new, where it is: an observation, no revision."""
    before, after = looks.modified or article.content.modified, sighting.content.modified
    if before is None or after is None or before == after:
        return ""
    return f", only its stamp: {before.isoformat()} became {after.isoformat()} (a bump)"


def _unsettled(looks: Looks) -> Looks:
    """The looks after one that leaves something open: the next must read the page in full, whatever the server says."""
    return msgspec.structs.replace(looks, etag="", last_modified="", raw_sha256="", fingerprint="")


def _same_title(article: Article, looks: Looks, sighting: Sighting) -> Content:
    """The new content, under the old title where the new one was already among the page's titles at the last look."""
    new = sighting.content
    if lettering(new.title) == lettering(article.content.title) or short_hash(lettering(new.title)) not in looks.titles:
        return new
    return msgspec.structs.replace(new, title=article.content.title)


def _revised(article: Article, looks: Looks, sighting: Sighting, new: Content) -> ArticleRevised:
    old = article.content
    operations = align(old.blocks, new.blocks)
    found = classified(old, new, seen=msgspec.structs.replace(old, modified=looks.modified or old.modified))
    said = wording(new)
    back = article.past.index(said) if said in article.past else None
    fields = _changed_fields(old, new)
    return ArticleRevised(
        at=sighting.evidence.fetched_at,
        article=article.id,
        revision=article.revision + 1,
        before_sha256=article.sha256,
        sha256=new.digest(),
        operations=operations,
        fields=fields,
        edits=found.edits,
        summary=found.summary,
        last_seen_before=looks.seen_at or article.changed_at,
        access=_access(sighting),
        evidence=sighting.evidence,
        reverted_to=None if back is None else article.revision - len(article.past) + 1 + back,
        confidence="confirmed" if back is not None else confidence(operations, fields, sighting.agreeing),
        significance=found.significance,
        update_declared=found.update_declared,
        stealth=found.stealth,
        bump=found.bump,
    )


def _changed_fields(old: Content, new: Content) -> dict[str, Any]:
    """The new values of the fields that differ, as plain JSON values."""
    return {
        name: msgspec.to_builtins(getattr(new, name)) for name in STATED if getattr(old, name) != getattr(new, name)
    }


def _access(sighting: Sighting) -> Access:
    return "teaser" if sighting.access == "teaser" else "full"


def _present(
    article: Article,
    looks: Looks,
    at: datetime,
    why: str,
    *,
    outcome: str = "unchanged",
    agreeing: Sequence[str] = (),
    confirm: Sequence[timedelta] | None = None,
) -> Decision:
    """The article was there: no news, unless it was gone or blocked, or (where `confirm` is given) its headline was unconfirmed."""
    events: list[ArticleFact] = []
    if article.status != "live":
        was, since = article.status, article.gone_since or article.changed_at
        events.append(ArticleRestored(at=at, article=article.id, revision=article.revision, gone_since=since, was=was))
        why, outcome = f"The article is there again. {why}".rstrip(), "restored"
    if confirm is not None and (confirmed := confirmation(article, at, agreeing, confirm)):
        events.append(confirmed)
        why, outcome = f"{why} The headline is confirmed: {confirmed.how}.", "confirmed"
    for event in events:
        article = fold(article, event)
    return Decision(tuple(events), article, looks, why, outcome)


def _looked(looks: Looks, sighting: Sighting, *, learned: bool = True) -> Looks:
    """The looks after one more; from a teaser nothing is learned of the page."""
    evidence = sighting.evidence
    seen = msgspec.structs.replace(
        looks,
        seen_at=evidence.fetched_at,
        etag=evidence.etag,
        last_modified=evidence.last_modified,
        raw_sha256=evidence.raw_sha256,
        fingerprint=sighting.fingerprint,
        absences=(),
        walls=(),
        other=None,
    )
    if not learned:
        return seen
    return msgspec.structs.replace(
        seen,
        container=sighting.container,
        count=looks.count + 1,
        titles=sighting.titles,
        rest=sighting.rest,
        apart=sighting.apart,
        modified=sighting.content.modified or looks.modified,
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
    confirm: Sequence[timedelta] = CONFIRM,
) -> timedelta | None:
    """How long to wait for the next look; None where the article rested for `until` and is let go.

    The wait grows with the time since the last change, from `minimum` to `maximum`; it is at most `hot_every` while the
    article is hot, and no longer than to the next of the times in `confirm` while a headline is unconfirmed. A difference
    that was held back at first sight is looked at again after `minimum`. An article that was absent or blocked at the last
    look is never let go before that is settled.
    """
    quiet = max(now - article.changed_at, timedelta())
    hot = article.hot_until is not None and now < article.hot_until
    suspect = bool(looks.absences or looks.walls) and article.status == "live"
    doubtful = any(place.is_doubtful for place in looks.places)
    if quiet > until and not hot and not suspect and not doubtful:
        return None
    wait = minimum if doubtful else min(max(quiet * _GROWTH, minimum), maximum)
    check = next_check(article, now, confirm)
    if check is not None:
        wait = min(wait, check) if check else min(wait, minimum)
    if hot:
        return min(wait, hot_every)
    return min(wait, _SUSPECT_WAIT) if suspect else wait


_SUSPECT_WAIT = timedelta(hours=1)
