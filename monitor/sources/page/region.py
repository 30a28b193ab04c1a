"""A place on a page, and the name by which the next look finds it: CSS selectors by the most lasting marks of elements.

`div.story-body ! div.gallery ! ul.byline` is the element `div.story-body` without what the others name in it;
`all div.chapter` are all elements of that name, for texts that stand in several. It does not choose the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_NONCE = re.compile(r"[0-9a-f]{8,}|\d{6,}|[A-Z]\d[A-Za-z]\d")
_WITHOUT = " ! "
_ALL = "all "
_LONGEST_NAME = 2_000
_MOST_CLASSES = 4


@dataclass(frozen=True, slots=True)
class Region:
    """The elements (their ids) that hold the article, and those in them that are left out."""

    within: frozenset[int]
    without: frozenset[int] = frozenset()


def find(tree: LexborHTMLParser, name: str) -> Region | None:
    """The region of that name, or None where the page has it no more."""
    within, others = parts(tree, name)
    if not within:
        return None
    without = (node.mem_id for other in others for node in tree.css(other))
    try:
        return Region(frozenset(node.mem_id for node in within), frozenset(without))
    except SelectolaxError:  # a name that this module did not give
        return None


def parts(tree: LexborHTMLParser, name: str) -> tuple[list[LexborNode], list[str]]:
    """The elements of the region of that name, none where the page has it no more, and the names of what is left out of them."""
    container, *others = name[:_LONGEST_NAME].split(_WITHOUT)
    try:
        found = tree.css(container.removeprefix(_ALL)) if container else []
    except SelectolaxError:  # a name that this module did not give
        return [], []
    return found if container.startswith(_ALL) else found[:1], others


def named(tree: LexborHTMLParser, node: LexborNode, others: Iterable[str] = ()) -> str:
    """The name of an element without what `others` (of `lasting_name`) name in it; empty where it cannot be named."""
    for selector in _selectors(node):
        found = tree.css_first(selector)
        if found is not None and found.mem_id == node.mem_id:
            return _joined(selector, others)
    return ""


def named_all(name: str) -> str:
    """The name of all elements that the first part of a name names."""
    return _ALL + name


def _joined(selector: str, others: Iterable[str]) -> str:
    """As much of a name as fits."""
    for other in dict.fromkeys(others):
        if len(selector) + len(_WITHOUT) + len(other) <= _LONGEST_NAME:
            selector += _WITHOUT + other
    return selector


def lasting_name(node: LexborNode) -> str:
    """The element by its id, else its classes, as far as they look as if somebody had chosen them; empty without such."""
    name = _own_name(node)
    return "" if name == node.tag else name


def _own_name(node: LexborNode) -> str:
    attributes, tag = node.attributes, node.tag or "*"
    identifier = attributes.get("id") or ""
    if _is_chosen(identifier):
        return f"{tag}#{identifier}"
    return tag + "".join(f".{c}" for c in filter(_is_chosen, (attributes.get("class") or "").split()[:_MOST_CLASSES]))


def _is_chosen(name: str) -> bool:
    return len(name) <= 60 and _IDENTIFIER.fullmatch(name) is not None and _NONCE.search(name) is None


def _selectors(node: LexborNode) -> Iterator[str]:
    """Ways to name an element, the most lasting first."""
    own, above = _own_name(node), list(_ancestors(node))
    if "articleBody" in (node.attributes.get("itemprop") or "").split():
        yield '[itemprop~="articleBody"]'
    if own != node.tag or own in {"article", "main", "body"}:
        yield own
    yield from (f"{name} {own}" for ancestor in above if (name := lasting_name(ancestor)))
    yield " > ".join(_place(child, parent) for parent, child in pairwise([*reversed(above), node])) or own


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None and parent.is_element_node:
        yield parent
        parent = parent.parent


def _place(node: LexborNode, parent: LexborNode) -> str:
    """The element by its place among its like."""
    alike = [c.mem_id for c in parent.iter() if c.tag == node.tag]
    return f"{node.tag}:nth-of-type({alike.index(node.mem_id) + 1})"
