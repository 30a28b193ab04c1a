"""The posts of a live blog: which elements they are, their ids and stamps, from the elements themselves and from JSON-LD. It reads no text blocks.

A post is an element marked as a BlogPosting (schema.org), or one of at least three siblings of one kind that each carry an id and a dated `<time>`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.core.text import lettering
from monitor.sources.page.furniture import SILENT

_MOST_POSTS = 1_000
_MOST_TIMES = 20  # that are looked at to find a post's own
_FEWEST_SIBLINGS = 3
_HIGHEST = 6  # elements between a post and its stamp
_IDS = ("id", "data-post-id", "data-block-id", "data-entry-id", "data-id", "data-key")
_SURE_TEXT = 12  # letters from which on a block is known as part of a post by its text
_LONGEST_BODY = 20_000


class Post(NamedTuple):
    """A post's id (empty where it has none) and stamp, and the letters of its text where JSON-LD gives it."""

    id: str
    at: datetime | None
    letters: str = ""


def marked(tree: LexborHTMLParser) -> dict[int, Post]:
    """The elements that are posts, by their ids in the tree."""
    found = _dated(tree)
    for node in tree.css('[itemtype$="/BlogPosting"]')[:_MOST_POSTS]:
        times = (time for time in node.css("time[datetime]")[:_MOST_TIMES] if _is_read(time))
        at = next((_stamp(time.attributes.get("datetime")) for time in times), None)
        found[node.mem_id] = Post(_own_id(node), at)
    return found


def _dated(tree: LexborHTMLParser) -> dict[int, Post]:
    """Siblings that look alike, each with an id and a stamp of its own."""
    rows: dict[tuple[int, str], dict[int, Post]] = defaultdict(dict)
    for time in tree.css("time[datetime]")[:_MOST_POSTS]:
        node = _holder(time) if _is_read(time) else None
        at = _stamp(time.attributes.get("datetime"))
        if node is not None and node.parent is not None and at is not None:
            rows[node.parent.mem_id, node.tag or ""].setdefault(node.mem_id, Post(_own_id(node), at))
    return {
        element: post
        for row in rows.values()
        if len({p.id for p in row.values()}) >= _FEWEST_SIBLINGS
        for element, post in row.items()
    }


def _holder(time: LexborNode) -> LexborNode | None:
    """The nearest element above a stamp that has an id."""
    node = time.parent
    for _ in range(_HIGHEST):
        if node is None or node.tag in {"body", "html", "main"}:
            return None
        if _own_id(node):
            return node
        node = node.parent
    return None


def _is_read(node: LexborNode) -> bool:
    """Whether it stands in no element whose text is not read."""
    above = node.parent
    while above is not None and above.is_element_node:
        if above.tag in SILENT:
            return False
        above = above.parent
    return True


def _own_id(node: LexborNode) -> str:
    attributes = node.attributes
    return next((value[:100] for name in _IDS if (value := (attributes.get(name) or "").strip())), "")


def told(thing: Mapping[str, Any]) -> tuple[Post, ...]:
    """The posts that a LiveBlogPosting of JSON-LD lists."""
    updates = thing.get("liveBlogUpdate")
    listed = updates if isinstance(updates, list) else [updates]
    return tuple(_told(update) for update in listed[:_MOST_POSTS] if isinstance(update, dict))


def _told(update: Mapping[str, Any]) -> Post:
    texts = [update.get("headline"), update.get("articleBody")]
    letters = "\0".join(lettering(text[:_LONGEST_BODY]) for text in texts if isinstance(text, str))
    address = next((value for key in ("@id", "url") if isinstance(value := update.get(key), str)), "")
    return Post((address.rpartition("#")[2] or address)[-100:], _stamp(update.get("datePublished")), letters)


def posts_of(blocks: Iterable[tuple[str, tuple[int, ...], Post | None]], listed: Sequence[Post]) -> list[Post | None]:
    """The post that each block (its letters, the elements above it, and the post these are) belongs to.

    That is the element it stands in, completed by JSON-LD; else the listed one whose text it is, or that all known
    blocks of an element around it belong to: a post's heading is not always told.
    """
    blocks = list(blocks)
    own = [_post_of(letters, known, listed) for letters, _, known in blocks]
    if not listed:
        return own
    within: dict[int, set[Post]] = defaultdict(set)
    for (_, path, _), post in zip(blocks, own, strict=True):
        if post is not None:
            for element in path:
                within[element].add(post)
    return [
        post or next((next(iter(within[e])) for e in path if len(within[e]) == 1), None)
        for (_, path, _), post in zip(blocks, own, strict=True)
    ]


def _post_of(letters: str, known: Post | None, listed: Sequence[Post]) -> Post | None:
    if known is not None:
        return known if known.at else next((p for p in listed if p.id and p.id == known.id), known)
    if len(letters) < _SURE_TEXT:
        return None
    return next((post for post in listed if letters in post.letters), None)


def _stamp(claim: Any) -> datetime | None:
    if not isinstance(claim, str):
        return None
    try:
        found = datetime.fromisoformat(claim.strip()[:40])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
