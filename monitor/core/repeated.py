"""Texts that several articles of one site show: its furniture, whatever it looks like. A note; it reads no page and decides no edit.

A text counts once two other articles show it, and only when the first of them did so a while ago: what comes to many articles at the
same time is a change of the template, which is told and summed up (`core.templates`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from monitor.core.content import Content
from monitor.core.text import lettering, short_hash

_OTHERS = 2  # articles that show a text before it is known as the site's
_SETTLED = timedelta(hours=1)  # that it was known before
_MOST_TEXTS = 600  # of one site that are remembered: about 40 kB
_MOST_OF_ONE = 200  # texts of one article that are remembered


class Shown(msgspec.Struct, frozen=True, array_like=True):
    """The hash of a text, when it was seen first, and a few of the articles that show it."""

    text: str
    since: datetime
    articles: tuple[str, ...]


class Site(msgspec.Struct, frozen=True):
    """What is remembered of a site, the newest last."""

    texts: tuple[Shown, ...] = ()


def texts_of(content: Content, rest: Collection[str]) -> tuple[str, ...]:
    """The hashes of all that a page shows: its article's blocks and what stands beside them."""
    own = (short_hash(lettering(block.text)) for block in content.blocks)
    return tuple(dict.fromkeys([*own, *rest]))[:_MOST_OF_ONE]


def repeated(site: Site, article: str, at: datetime) -> frozenset[str]:
    """The texts that other articles of the site show, and did not only begin to just now."""
    own = short_hash(article)
    return frozenset(
        shown.text for shown in site.texts if at - shown.since >= _SETTLED and len({*shown.articles} - {own}) >= _OTHERS
    )


def with_page(site: Site, article: str, texts: Collection[str], at: datetime) -> Site:
    """The site after one of its pages was read; those texts go first that only one article shows."""
    own, known = short_hash(article), {shown.text: shown for shown in site.texts}
    for text in texts:
        shown = known.get(text, Shown(text, at, ()))
        if own not in shown.articles and len(shown.articles) <= _OTHERS:
            known[text] = Shown(text, shown.since, (*shown.articles, own))
    kept = list(known.values())
    surplus = len(kept) - _MOST_TEXTS
    if surplus > 0:
        gone = {id(shown) for shown in sorted(kept, key=lambda shown: (len(shown.articles) > 1, shown.since))[:surplus]}
        kept = [shown for shown in kept if id(shown) not in gone]
    return Site(tuple(kept))


def note_key(site: str) -> str:
    """The key of the note."""
    return f"repeated:{site}"


_json = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Site)


def encode(site: Site) -> bytes:
    """The stored form."""
    return _json.encode(site)


def decode(raw: bytes | None) -> Site:
    """Read the note. Nothing, or what another Monitor wrote, is as if no article of the site had been read."""
    try:
        return _decoder.decode(raw) if raw else Site()
    except msgspec.MsgspecError:
        return Site()
