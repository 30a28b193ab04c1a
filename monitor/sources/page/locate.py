"""Where on a page the article stands, found with trafilatura at the first look, or when the place is not found again.

What trafilatura extracts serves only to point at elements; the text itself is read by `blocks`, at every look alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import trafilatura
from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.core.text import lettering
from monitor.sources.page.blocks import Picture, Shown
from monitor.sources.page.region import lasting_name, named, named_all

_FEWEST_LETTERS = 140  # that make a text
_SAMPLE = 32  # letters of a long block that are looked for
_SHORT_BLOCK = 25  # letters: what is shorter may stand anywhere by chance
_TEXTS = (
    "p",
    "li",
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
    "td",
    "th",
    "figcaption",
)
_NO_CONTAINERS = frozenset({*_TEXTS, "ul", "ol", "dl", "tbody", "thead", "tfoot", "figure"}) - {"td"}
_ALWAYS_TEXT = frozenset({*_TEXTS, "figure", "table"})
_TEXT_NAMES = re.compile(
    r"(?:article|story|post|entry|news|page|main|text|body|content)[-_]{0,2}(?:body|content|text|main|article|story|copy)|"
    r"articlebody|storybody|entry|prose|richtext|rich-text",
    re.IGNORECASE,
)
_FALLBACKS = ('[itemprop~="articleBody"]', "article", "main", '[role="main"]', "body")
_MOST_LEFT_OUT = 16
_NAMED_TEXT = 3  # the rank of an element that is called the text
_CHAPTER = 300  # letters that make a further part of the text
_MOST_CHAPTERS = 40
_TRUST = 0.06  # that such a name is worth, as a score


@dataclass(frozen=True, slots=True)
class Located:
    """The name of the article's region, and how well it agrees with what the extractor took for the text (0..1)."""

    name: str
    agreement: float


def locate(tree: LexborHTMLParser, seen: Picture, html: str, url: str, titles: Collection[str]) -> Located:
    """Find the element that holds the article, and the furniture in it that no rule on names knows.

    `titles` are the letterings of the page's titles: where they stand says nothing of where the text does.
    """
    extracted = _extracted(html, url)
    picture = Picture([b for b in seen.shown if b.kind != "heading" or b.letters not in titles], seen.nodes)
    matched = [_is_in(block, extracted) for block in picture.shown]
    total = sum(len(b.letters) for b, hit in zip(picture.shown, matched, strict=True) if hit)
    if total < _FEWEST_LETTERS:
        return Located(named(tree, node) if (node := _fallback(tree, picture)) is not None else "", 0.0)
    gains, sizes = _weigh(picture, matched)
    scores = {element: _score(gain, sizes[element], total) for element, gain in gains.items()}
    ranks = {element: _rank(picture.nodes[element]) for element in gains}
    best = max(scores, key=lambda e: (round(scores[e] + _TRUST * (ranks[e] >= _NAMED_TEXT), 3), ranks[e]))
    others = list(_left_out(picture, matched, best))[:_MOST_LEFT_OUT]
    name = named(tree, picture.nodes[best], others)
    return Located(named_all(name) if _goes_on(tree, picture, best) else name, scores[best])


def _goes_on(tree: LexborHTMLParser, picture: Picture, best: int) -> bool:
    """Whether the text goes on in other elements of the same name, side by side: long prose, and none of it links."""
    name = lasting_name(picture.nodes[best])
    others = [node.mem_id for node in tree.css(name)[:_MOST_CHAPTERS] if node.mem_id != best] if name else []
    found = [[b for b in picture.shown if other in b.path] for other in others]
    return bool(found) and all(_is_chapter(blocks, best) for blocks in found)


def _is_chapter(blocks: list[Shown], best: int) -> bool:
    total = sum(len(b.letters) for b in blocks)
    prose = sum(len(b.letters) for b in blocks if b.is_prose())
    linked = sum(b.linked for b in blocks)
    return (
        total >= _CHAPTER and prose >= total * 0.8 and linked <= total * 0.2 and all(best not in b.path for b in blocks)
    )


def _extracted(html: str, url: str) -> str:
    """The letters of what trafilatura takes for the text, line by line; empty where it fails."""
    try:
        text = trafilatura.extract(html, url=url or None, fast=True, include_comments=False)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return ""  # it stumbles over some broken pages; the fallbacks do not
    return "\0".join(["", *map(lettering, (text or "").splitlines()), ""])


def _is_in(block: Shown, extracted: str) -> bool:
    """Whether the extractor has a block: a short one must be a line of its own, of a long one two of three samples count."""
    letters = block.letters
    if len(letters) < _SHORT_BLOCK:
        return f"\0{letters}\0" in extracted
    if letters in extracted:
        return True
    samples = (letters[start : start + _SAMPLE] for start in (0, (len(letters) - _SAMPLE) // 2, len(letters) - _SAMPLE))
    return len(letters) >= 3 * _SAMPLE and sum(sample in extracted for sample in samples) >= 2


def _weigh(picture: Picture, matched: list[bool]) -> tuple[dict[int, int], dict[int, int]]:
    """For each possible container: letters of the extracted text in it, and of all text in it that may be the article's."""
    gains: dict[int, int] = defaultdict(int)
    sizes: dict[int, int] = defaultdict(int)
    for block, hit in zip(picture.shown, matched, strict=True):
        counts = hit or not (block.aside or block.named)
        for element in block.path:
            gains[element] += len(block.letters) * hit
            sizes[element] += len(block.letters) * counts
    return {e: gain for e, gain in gains.items() if gain and picture.nodes[e].tag not in _NO_CONTAINERS}, sizes


def _score(gain: int, size: int, total: int) -> float:
    """How well an element fits: the harmonic mean of precision and recall."""
    return 2 * gain / (size + total)


def _rank(node: LexborNode) -> int:
    """Among elements that fit equally, the one whose name will last."""
    attributes = node.attributes
    if "articleBody" in (attributes.get("itemprop") or ""):
        return 4
    if _TEXT_NAMES.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"):
        return _NAMED_TEXT
    if node.tag in {"article", "main"}:
        return 2
    return 1 if lasting_name(node) else 0


def _fallback(tree: LexborHTMLParser, picture: Picture) -> LexborNode | None:
    """The most likely element of a page with hardly a text."""
    for selector in _FALLBACKS:
        found = tree.css_first(selector)
        if found is not None and found.mem_id in picture.nodes and any(picture.inside([found.mem_id])):
            return found
    return tree.body


# --- furniture without a telling name --------------------------------------------------------------------------------


def _left_out(picture: Picture, matched: list[bool], container: int) -> Iterator[str]:
    """Names of elements in the container of which the extractor took nothing, and which hold little prose.

    Inside the text only lists of links are left out; before and after it, all that is no prose.
    """
    inner = [(b, hit) for b, hit in zip(picture.shown, matched, strict=True) if container in b.path]
    taken = {element for block, hit in inner if hit for element in block.path}
    hits = [index for index, (_, hit) in enumerate(inner) if hit]
    for element, indexes in _untaken(inner, container, taken).items():
        node, blocks = picture.nodes[element], [inner[i][0] for i in indexes]
        outside = bool(hits) and (indexes[-1] < hits[0] or indexes[0] > hits[-1])
        if node.tag in _ALWAYS_TEXT or not _is_furniture(blocks, outside=outside):
            continue
        name = lasting_name(node)
        if name and taken.isdisjoint(found.mem_id for found in picture.nodes[container].css(name)):
            yield name


def _untaken(inner: list[tuple[Shown, bool]], container: int, taken: set[int]) -> dict[int, list[int]]:
    """The highest elements of which nothing was taken, each with the indexes of its blocks."""
    found: dict[int, list[int]] = defaultdict(list)
    for index, (block, hit) in enumerate(inner):
        below = block.path[block.path.index(container) + 1 :]
        highest = next((element for element in below if element not in taken), None)
        if not hit and highest is not None:
            found[highest].append(index)
    return found


def _is_furniture(blocks: list[Shown], *, outside: bool) -> bool:
    total = sum(len(block.text) for block in blocks)
    linked = sum(block.linked for block in blocks)
    prose = sum(len(block.text) for block in blocks if block.is_prose())
    return linked >= total * 0.5 or (outside and prose < total * 0.5)
