"""Where on a page the article stands: found once with trafilatura, named so that the next look finds the same place.

What trafilatura extracts serves only to point at an element; the text itself is read by `blocks`, at every look alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import trafilatura
from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.core.text import lettering
from monitor.sources.page.blocks import Picture, Shown

_FEWEST_LETTERS = 140  # that make a text
_NEVER = frozenset(
    [
        "p",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "tr",
        "tbody",
        "thead",
        "tfoot",
        "figure",
        "figcaption",
        "a",
    ]
)
_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*")
_NONCE = re.compile(r"[0-9a-f]{8,}|\d{6,}|[A-Z]\d[A-Za-z]\d")
_TEXT_NAMES = re.compile(
    r"(?:article|story|post|entry|news|page|main|text|body|content)[-_]{0,2}(?:body|content|text|main|article|story|copy)|articlebody|storybody|entry|prose|richtext|rich-text",
    re.IGNORECASE,
)
_FALLBACKS = ('[itemprop~="articleBody"]', "article", "main", '[role="main"]', "body")


def find(tree: LexborHTMLParser, container: str) -> LexborNode | None:
    """The element that a name from `named` stands for, or None where the page has it no more."""
    if not container:
        return None
    try:
        return tree.css_first(container)
    except ValueError:  # a name that no version of this module gives
        return None


def locate(tree: LexborHTMLParser, picture: Picture, html: str, url: str) -> tuple[LexborNode | None, float]:
    """The element that holds the article, and how well it agrees with what the extractor took for the text (0..1)."""
    extracted = _extracted(html, url)
    matched = [bool(block.letters) and _is_in(block, extracted) for block in picture.shown]
    total = sum(len(b.letters) for b, hit in zip(picture.shown, matched, strict=True) if hit)
    if total < _FEWEST_LETTERS:
        return _fallback(tree, picture), 0.0
    gains, sizes = _weigh(picture, matched)
    best = max(gains, key=lambda node: (round(_score(gains[node], sizes[node], total), 3), _rank(picture.nodes[node])))
    return picture.nodes[best], _score(gains[best], sizes[best], total)


def _extracted(html: str, url: str) -> str:
    """The letters of what trafilatura takes for the text; empty where it fails."""
    try:
        text = trafilatura.extract(html, url=url or None, fast=True, include_comments=False)
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError, LookupError):
        return ""  # it stumbles over some broken pages; the fallbacks do not
    return "\0".join(map(lettering, (text or "").splitlines()))


def _is_in(block: Shown, extracted: str) -> bool:
    """Whether the extractor has a block: a short one must be a line of its own."""
    if len(block.letters) >= 25:
        return block.letters in extracted
    return f"\0{block.letters}\0" in f"\0{extracted}\0"


def _weigh(picture: Picture, matched: list[bool]) -> tuple[dict[int, int], dict[int, int]]:
    """For each possible container: letters of the extracted text in it, and of all text in it that may be the article's."""
    gains: dict[int, int] = defaultdict(int)
    sizes: dict[int, int] = defaultdict(int)
    for block, hit in zip(picture.shown, matched, strict=True):
        counts = hit or not (block.aside or block.named)
        for element in block.path:
            gains[element] += len(block.letters) * hit
            sizes[element] += len(block.letters) * counts
    possible = {e for e, gain in gains.items() if gain and picture.nodes[e].tag not in _NEVER}
    return {e: gains[e] for e in possible}, sizes


def _score(gain: int, size: int, total: int) -> float:
    """How well an element fits: recall counts more than precision (F2), for what is left out is never seen again."""
    precision, recall = gain / max(size, 1), gain / total
    return 5 * precision * recall / (4 * precision + recall) if gain else 0.0


def _rank(node: LexborNode) -> float:
    """Among elements that fit equally, the one whose name will last."""
    attributes = node.attributes
    if "articleBody" in (attributes.get("itemprop") or ""):
        return 4
    if _TEXT_NAMES.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"):
        return 3
    if node.tag in {"article", "main"}:
        return 2
    return 1 if attributes.get("id") or attributes.get("class") else 0


def _fallback(tree: LexborHTMLParser, picture: Picture) -> LexborNode | None:
    """The most likely element of a page with hardly a text."""
    for selector in _FALLBACKS:
        found = tree.css_first(selector)
        if found is not None and found.mem_id in picture.nodes and any(picture.inside(found.mem_id)):
            return found
    return tree.body


# --- names -----------------------------------------------------------------------------------------------------------


def named(tree: LexborHTMLParser, node: LexborNode) -> str:
    """A CSS selector whose first match is the node, by the most lasting of its marks."""
    for selector in _names(node):
        found = tree.css_first(selector)
        if found is not None and found.mem_id == node.mem_id:
            return selector
    return ""


def _names(node: LexborNode) -> Iterator[str]:
    if "articleBody" in (node.attributes.get("itemprop") or "").split():
        yield '[itemprop~="articleBody"]'
    own = _own_name(node)
    chain = list(_ancestors(node))
    if own != node.tag or node.tag in {"article", "main", "body"}:
        yield own
    for ancestor in chain:
        if _own_name(ancestor) != ancestor.tag:
            yield f"{_own_name(ancestor)} {own}"
    yield " > ".join(_place(below, above) for above, below in pairwise([*reversed(chain), node])) or own


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None and parent.is_element_node:
        yield parent
        parent = parent.parent


def _own_name(node: LexborNode) -> str:
    """The element with its id, else its classes, as far as they look as if somebody had chosen them."""
    attributes = node.attributes
    tag = node.tag or "*"
    identifier = attributes.get("id") or ""
    if _IDENTIFIER.fullmatch(identifier) and not _NONCE.search(identifier):
        return f"{tag}#{identifier}"
    classes = [c for c in (attributes.get("class") or "").split() if _IDENTIFIER.fullmatch(c) and not _NONCE.search(c)]
    return tag + "".join(f".{name}" for name in classes[:4])


def _place(node: LexborNode, parent: LexborNode) -> str:
    """The element by its place among its like."""
    alike = [c.mem_id for c in parent.iter() if c.tag == node.tag]
    return f"{node.tag}:nth-of-type({alike.index(node.mem_id) + 1})"
