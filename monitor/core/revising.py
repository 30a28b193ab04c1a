"""What the difference between the text on record and a new picture of its page comes to: a revision, a variant, or nothing.

What is no edit, `revision.noise` says; how edits are named, `revision.classify`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from monitor.core.content import Content
from monitor.core.decision import Decision
from monitor.core.events import ArticleRevised
from monitor.core.headline import agreed, confidence
from monitor.core.presence import looked, present
from monitor.core.revision.align import align
from monitor.core.revision.classify import classified
from monitor.core.revision.noise import settle, wording
from monitor.core.standing import STATED, Access, Article, Looks, Sighting, fold
from monitor.core.text import lettering, short_hash
from monitor.core.titles import headed, keeps, retitled, shown, turned
from monitor.core.variants import is_variant, seen_again, stays


def compared(
    article: Article, looks: Looks, sighting: Sighting, confirm: Sequence[timedelta], repeated: Collection[str]
) -> Decision:
    """Compare the new picture with the old one, and record what is an edit."""
    sighting = _titled(article, looks, sighting)
    new, at = sighting.content, sighting.evidence.fetched_at
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
        looked(looks, sighting), places=settled.places, apart=_apart(looks, sighting, settled.content)
    )
    after = _unsettled(after) if settled.held else after
    notes = (*settled.notes, *_retitled(article, looks, sighting, settled.content))
    aside = f" Set aside: {'; '.join(notes)}." if notes else ""
    said = wording(settled.content)
    if said == wording(article.content):
        why = f"No word of the article has changed{_bumped(article, looks, sighting)}.{aside}"
        agreeing = sighting.agreeing if lettering(settled.content.title) == lettering(new.title) else ()
        decision = present(article, after, at, why, agreeing=agreeing, confirm=confirm)
        return msgspec.structs.replace(decision, filters=notes)
    if is_variant(article.past, said):
        other = seen_again(looks.other, said, at)
        after = msgspec.structs.replace(after, other=other)
        if not stays(other, at):
            why = "The other of two states that the page flips between: known, and no revision."
            return msgspec.structs.replace(present(article, after, at, why, outcome="variant"), filters=(why, *notes))
    event = revision_of(article, looks, sighting, settled.content)
    there = present(article, after, at, "")
    newest = fold(there.article, event)
    after = msgspec.structs.replace(after, other=None)
    outcome = "revised" if event.reverted_to is None else "reverted"
    return Decision((*there.events, event), newest, after, f"{event.summary}{aside}", outcome, notes)


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


def _titled(article: Article, looks: Looks, sighting: Sighting) -> Sighting:
    """The sighting under the title that is the article's headline, whatever else the page calls itself, and with the places that show it."""
    title = _headline(article.content.title, looks, sighting)
    if lettering(title) == lettering(sighting.content.title):
        return sighting
    content = msgspec.structs.replace(sighting.content, title=title)
    return msgspec.structs.replace(sighting, content=content, agreeing=shown(sighting.labels, title))


def _headline(old: str, looks: Looks, sighting: Sighting) -> str:
    """What the headline is now that was `old`.

    It is the new heading where the old one stood over the text. It is the old one where heading and data have nothing newer, and where
    the title that most places show was among the page's titles at the last look and took the old one's place nowhere.
    """
    now, new = sighting.labels, sighting.content.title
    heading = headed(looks.labels, now, old)
    if heading or lettering(new) == lettering(old):
        return heading or new
    known = short_hash(lettering(new)) in looks.titles
    stays = known and not turned(looks.labels, now, old, new)
    return old if stays or keeps(now, old, new, agreed=agreed(sighting.agreeing)) else new


def _retitled(article: Article, looks: Looks, sighting: Sighting, settled: Content) -> tuple[str, ...]:
    """What is to be said of the page's other titles, where its headline stays."""
    stays = lettering(settled.title) == lettering(article.content.title)
    return tuple(retitled(looks.labels, sighting.labels)) if stays else ()


def revision_of(article: Article, looks: Looks, sighting: Sighting, new: Content) -> ArticleRevised:
    """The revision by which the text on record becomes `new`, with its edits named."""
    old = article.content
    operations = align(old.blocks, new.blocks)
    found = classified(old, new, seen=msgspec.structs.replace(old, modified=looks.modified or old.modified))
    said = wording(new)
    back = article.past.index(said) if said in article.past else None
    fields = changed_fields(old, new)
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
        access=access_of(sighting),
        evidence=sighting.evidence,
        reverted_to=None if back is None else article.revision - len(article.past) + 1 + back,
        confidence="confirmed" if back is not None else confidence(operations, fields, sighting.agreeing),
        significance=found.significance,
        update_declared=found.update_declared,
        stealth=found.stealth,
        bump=found.bump,
    )


def changed_fields(old: Content, new: Content) -> dict[str, Any]:
    """The new values of the fields that differ, as plain JSON values."""
    return {
        name: msgspec.to_builtins(getattr(new, name)) for name in STATED if getattr(old, name) != getattr(new, name)
    }


def access_of(sighting: Sighting) -> Access:
    """How much of the article the page shows, by its own word."""
    return "teaser" if sighting.access == "teaser" else "full"
