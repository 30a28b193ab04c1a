"""Everything a page shows, block by block, and which of it belongs to a given container. It does not choose the container."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.core.content import BlockKind
from monitor.core.text import collapse, lettering
from monitor.sources.page.furniture import (
    SILENT,
    is_counter_or_stamp,
    is_heading_of_links,
    is_hidden,
    is_named_caption,
    is_named_so,
    is_offer,
    is_spoken_only,
    is_stamp_around,
    leads_away,
)
from monitor.sources.page.posts import Post, marked
from monitor.sources.page.tree import DEEPEST, children

MOST_BLOCKS = 4_000
MOST_CHARACTERS = 2**20
_PROSE = 60  # characters from which on a block may be prose
_LINKS = 4
_NO_REPEAT = 60  # letters from which on a text that was shown before is left out
_MOST_OF_A_NAMED_PART = 0.35  # of a container's text: an element with more is not what its name says

_BLOCKS = frozenset(
    """
    address article blockquote body center dd details dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6
    header hgroup hr legend li main ol p pre section summary table tbody td tfoot th thead tr ul caption
    """.split()  # noqa: SIM905 - a word list reads best as words
)
_KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    "article": "paragraph",
    "blockquote": "quote",
    "li": "item",
    "figcaption": "caption",
    "caption": "caption",
}


@dataclass(slots=True)
class Shown:
    """One visible block: its text, how much of it is linked, the elements above it (their ids), which of those look like furniture, and which is a post."""

    kind: BlockKind
    text: str
    letters: str
    linked: int
    path: tuple[int, ...]
    named: tuple[int, ...]
    aside: bool = False  # by its own words, whatever holds it
    post: Post | None = None
    inward: int = 0  # of the linked characters, those that lead to the same host
    posted: int = 0  # the element that is the post
    links: tuple[tuple[str, str], ...] = ()  # words and what their `href` says

    def is_prose(self) -> bool:
        """Whether it is long and not mostly a link."""
        return len(self.text) >= _PROSE and self.linked < len(self.text) * 0.5


@dataclass(slots=True)
class _Above:
    """What an element inherits from those it stands in."""

    kind: BlockKind = "paragraph"
    path: tuple[int, ...] = ()
    named: tuple[int, ...] = ()
    linked: bool = False
    inward: bool = False  # in a link to the same host
    href: str = ""
    timed: bool = False
    post: Post | None = None
    posted: int = 0


@dataclass(slots=True)
class _Run:
    """The text between two block boundaries."""

    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    inward: int = 0
    timed: int = 0
    untimed: list[str] = field(default_factory=list)
    broken: bool = False
    links: list[tuple[str, list[str]]] = field(default_factory=list)

    def add(self, text: str, above: _Above) -> None:
        if text.strip():
            self.broken = False
        self.pieces.append(text)
        self.linked += len(text.strip()) * above.linked
        self.inward += len(text.strip()) * above.inward
        self.timed += len(text) * above.timed
        if not above.timed:
            self.untimed.append(text)
        if above.href:
            if not self.links or self.links[-1][0] is not above.href:  # one link is one string
                self.links.append((above.href, []))
            self.links[-1][1].append(text)


class _Reading:
    """One walk over a page."""

    def __init__(self, host: str, posts: Mapping[int, Post]) -> None:
        self.host, self.posts = host, posts
        self.shown: list[Shown] = []
        self.nodes: dict[int, LexborNode] = {}
        self._run = _Run()
        self._characters = 0

    def walk(self, node: LexborNode, above: _Above) -> None:
        for child in children(node):
            if child.is_text_node:
                self._run.add(child.text_content or "", above)
            elif child.is_element_node:
                self._element(child, above)

    def _element(self, node: LexborNode, above: _Above) -> None:
        tag = node.tag or ""
        if tag in SILENT or len(above.path) > DEEPEST or len(self.shown) >= MOST_BLOCKS:
            return
        if tag == "br":
            self._line_break(above)
            return
        attributes = node.attributes
        if attributes and is_hidden(attributes):
            return
        inner = self._below(node, tag, attributes, above)
        if tag not in _BLOCKS and "-" not in tag:
            if not (attributes and is_spoken_only(attributes)):
                self.walk(node, inner)
            return
        self.flush(above)
        self.nodes[node.mem_id] = node
        self.walk(node, inner)
        self.flush(inner)

    def _line_break(self, above: _Above) -> None:
        """One break is a space in a block, a second one right after it parts two blocks."""
        if self._run.broken:
            self.flush(above)
        else:
            self._run.add("\n", above)
            self._run.broken = True

    def flush(self, above: _Above) -> None:
        run = self._run
        if not run.pieces:
            return
        self._run = _Run()
        text = collapse("".join(run.pieces))
        letters = lettering(text)
        if not letters or self._characters + len(text) > MOST_CHARACTERS:
            return
        self._characters += len(text)
        stamp = run.timed > 0 and is_stamp_around(collapse("".join(run.untimed)))
        aside = stamp or is_counter_or_stamp(text) or is_offer(text) or leads_away(text, run.inward)
        self.shown.append(
            Shown(
                above.kind,
                text,
                letters,
                run.linked,
                above.path,
                above.named,
                aside,
                above.post,
                run.inward,
                above.posted,
                tuple((collapse("".join(words)), href) for href, words in run.links),
            )
        )

    def _below(self, node: LexborNode, tag: str, attributes: dict[str, str | None], above: _Above) -> _Above:
        """What holds for what stands in an element."""
        if tag == "a":
            href = attributes.get("href") or ""
            return replace(above, linked=True, inward=_leads_inward(href, self.host), href=href)
        if tag == "time":
            return replace(above, timed=True)
        if tag not in _BLOCKS and "-" not in tag:
            return above
        post, posted = (found, node.mem_id) if (found := self.posts.get(node.mem_id)) else (above.post, above.posted)
        kind = _kind(tag, attributes, above.kind)
        return replace(
            above,
            kind="post" if post and kind == "paragraph" else kind,
            path=(*above.path, node.mem_id),
            named=(*above.named, node.mem_id) if attributes and is_named_so(attributes) else above.named,
            post=post,
            posted=posted,
        )


def _kind(tag: str, attributes: dict[str, str | None], above: BlockKind) -> BlockKind:
    """What the blocks of an element are; a quote stays one whatever it is made of, and a caption too but for quotes in it."""
    if above == "quote":
        return above
    if tag == "figure" or (attributes and is_named_caption(attributes)):
        return "caption"
    own = _KINDS.get(tag, above)
    return above if above == "caption" and own != "quote" else own


def _leads_inward(href: str, host: str) -> bool:
    """Whether a link leads to another page of the same host."""
    href = href.strip()
    if not href or href.startswith(("#", "mailto:", "tel:", "javascript:")):
        return False
    try:
        return (urlsplit(href).hostname or host).removeprefix("www.") == host
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Picture:
    """All that a page shows. `nodes` are the block elements by their id, as `Shown.path` names them."""

    shown: list[Shown]
    nodes: dict[int, LexborNode]

    def inside(self, within: Collection[int], without: Collection[int] = ()) -> Iterator[Shown]:
        """The blocks of some elements: furniture, repetitions and the elements `without` left out.

        What is aside by its own words leaves no trace: only a heading over links still says what the links are.
        """
        containers, left_out = set(within), set(without)
        inner = [
            _without_outer_post(b, containers)
            for b in self.shown
            if not containers.isdisjoint(b.path)
            and left_out.isdisjoint(b.path)
            and not (b.aside and not is_heading_of_links(b.text))
        ]
        furniture = _furniture(inner, containers)
        stay = _without_lists_of_links(_within_prose([b for b in inner if furniture.isdisjoint(b.named)]))
        said: set[str] = set()
        for block in stay:
            repeated = len(block.letters) >= _NO_REPEAT and block.letters in said
            if block.kind != "heading":
                said.add(block.letters)
            if not block.aside and not repeated:
                yield block


def host_of(url: str) -> str:
    """The host whose pages links lead inward to."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def picture(tree: LexborHTMLParser, url: str) -> Picture:
    """Read all visible text of a page. `url` tells which links lead to the page's own site."""
    reading = _Reading(host_of(url), marked(tree))
    body = tree.body
    if body is not None:
        reading.nodes[body.mem_id] = body
        above = _Above(path=(body.mem_id,))
        reading.walk(body, above)
        reading.flush(above)
    return Picture(reading.shown, reading.nodes)


def is_aside(node: LexborNode, host: str) -> bool:
    """Whether all that a block element shows is aside by its own words, wherever in a text it stands outside of links."""
    if node.tag not in _BLOCKS or is_hidden(node.attributes):
        return False
    reading = _Reading(host, {})
    above = _Above()
    reading.walk(node, above)
    reading.flush(above)
    return bool(reading.shown) and all(b.aside and not is_heading_of_links(b.text) for b in reading.shown)


def _without_outer_post(block: Shown, containers: set[int]) -> Shown:
    """A block that is no part of a post where the whole text is: a page of one posting is no live blog."""
    if not block.posted:
        return block
    top = next(depth for depth, element in enumerate(block.path) if element in containers)
    if block.posted in block.path[top + (len(containers) == 1) :]:
        return block
    return replace(block, post=None, posted=0, kind="paragraph" if block.kind == "post" else block.kind)


def _furniture(inner: list[Shown], containers: set[int]) -> set[int]:
    """The elements in the containers that are furniture by name and not by far too large for it."""
    sizes: dict[int, int] = defaultdict(int)
    total = 0
    for block in inner:
        total += len(block.letters)
        top = next(depth for depth, element in enumerate(block.path) if element in containers)
        for element in set(block.path[top + 1 :]).intersection(block.named):
            sizes[element] += len(block.letters)
    return {element for element, size in sizes.items() if size <= total * _MOST_OF_A_NAMED_PART}


def _within_prose(blocks: list[Shown]) -> list[Shown]:
    """Leave out what stands before and after all prose and leads to at least `_LINKS` other pages of the same host."""
    prose = [index for index, block in enumerate(blocks) if block.is_prose()]
    if not prose:
        return blocks
    before, text, after = blocks[: prose[0]], blocks[prose[0] : prose[-1] + 1], blocks[prose[-1] + 1 :]
    return [*_without_menu(before), *text, *_without_menu(after)]


def _without_menu(blocks: list[Shown]) -> list[Shown]:
    stay = [block for block in blocks if block.inward < len(block.text) * 0.8]
    return blocks if len(blocks) - len(stay) < _LINKS else stay


def _without_lists_of_links(blocks: list[Shown]) -> Iterator[Shown]:
    """Leave out a heading such as "Most read" with the links that follow it."""
    skipping = False
    for index, block in enumerate(blocks):
        linked = block.linked >= len(block.text) * 0.8
        if is_heading_of_links(block.text) and len(block.text) < 60:
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            skipping = following is None or following.linked >= len(following.text) * 0.8
        elif not linked:
            skipping = False
        if not skipping:
            yield block
