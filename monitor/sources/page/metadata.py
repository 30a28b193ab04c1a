"""What a page says about itself: titles, authors, stamps, canonical address, access. Claims, all of them; it checks none.

Sources: JSON-LD (schema.org Article and its kin), Open Graph and `article:` properties, plain meta tags, the page's own h1.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.core.text import collapse, lettering
from monitor.core.titles import Place, Title
from monitor.core.urls import canonical, same_site
from monitor.errors import Permanent
from monitor.sources.page.furniture import is_hidden
from monitor.sources.page.posts import Post, told

_LONGEST_SCRIPT = 2**19
_LONGEST_LINE = 1_000
_MOST_THINGS = 200  # of one JSON-LD script
_ARTICLES = re.compile(r"(?:Article|Posting|Report|Review|Blog|Recipe)$")
_SEPARATORS = re.compile(r"\s+[|–—·•»«:\-]{1,2}\s+|\s*[|｜]\s*")
_STANDFIRST = (
    '.dek,.deck,.standfirst,.article-dek,.article-standfirst,[class$="__dek"],[class$="__standfirst"],[class*="standfirst"],[class$="-dek"],'
    + ",".join(
        f"{tag}.{name}"
        for tag in ("h2", "p")
        for name in ("subheadline", "sub-headline", "subhead", "article-subtitle", "entry-subtitle")
    )
    + ',[itemprop="alternativeHeadline"]'
)
_AUTHORS = '[itemprop="author"] [itemprop="name"],[rel="author"],[itemprop="author"],.byline__name,.byline,.author-name'
METAS = frozenset(
    """
    og:title twitter:title og:site_name og:description description article:section og:type og:url og:locale author article:author
    article:published_time date dc.date article:modified_time og:updated_time last-modified
    """.split()  # noqa: SIM905 - a word list reads best as words
)
"""The names of all meta tags that are read. Others come and go as they like: tokens, nonces, ids of a request."""
TOLD = (
    'meta[content],title,h1,script[type="application/ld+json"],link[rel~="canonical"],[itemprop="author"],[rel="author"],[itemprop="alternativeHeadline"],'
    '.author-name,.deck,[class*="byline"],[class*="dek"],[class*="standfirst"],h2[class*="sub"],p[class*="sub"]'
)
"""Every element that `described` may read, but for the root's language: wider than its own selectors, and quicker."""


@dataclass(frozen=True, slots=True)
class Described:
    """A page in its own words. `titles` are all it gives itself, the chosen one first; `free` is None where it does not say.

    `agreeing` names the places that show the chosen title: `json-ld`, `og`, `h1`. `labels` are the titles as they stand in each
    place, with the site's name. `is_article`: it calls itself one, in JSON-LD.
    """

    title: str
    titles: tuple[str, ...]
    h1: str
    dek: str
    description: str
    byline: str
    section: str
    lang: str
    published: datetime | None
    modified: datetime | None
    canonical: str
    free: bool | None
    agreeing: tuple[str, ...] = ()
    labels: tuple[Title, ...] = ()
    posts: tuple[Post, ...] = ()
    is_article: bool = False


def described(tree: LexborHTMLParser, url: str) -> Described:
    """Read a page's own description."""
    meta, thing = _meta(tree), _article(tree)
    site = _line(meta.get("og:site_name"))
    h1 = _h1(tree, site)
    labels = _labels(tree, meta, thing, h1)
    titles = _titles(labels, {site, *_host_names(url)})
    title = _chosen(titles)
    return Described(
        title=title,
        titles=tuple(dict.fromkeys([title, *titles])) if title else (),
        h1=h1,
        dek=_standfirst(tree),
        description=_line(meta.get("og:description") or meta.get("description")) or _plain(thing.get("description")),
        byline=_byline(tree, meta, thing),
        section=(_line(meta.get("article:section")) or _plain(_first(thing.get("articleSection"))))[:100],
        lang=_lang(tree, meta, thing),
        published=_stamp(
            thing.get("datePublished"), meta.get("article:published_time"), meta.get("date"), meta.get("dc.date")
        ),
        modified=_stamp(
            thing.get("dateModified"),
            meta.get("article:modified_time"),
            meta.get("og:updated_time"),
            meta.get("last-modified"),
        ),
        canonical=_canonical(tree, meta, url),
        free=_free(thing),
        agreeing=_agreeing(title, labels),
        labels=tuple(Title(place, line) for place, line in labels.items()),
        posts=told(thing),
        is_article=bool(thing),
    )


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    """The meta tags by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for node in tree.css("meta[content]")[:500]:
        name, content = meta_of(node)
        if name in METAS:
            found.setdefault(name, content)
    return found


def meta_of(node: LexborNode) -> tuple[str, str]:
    """The lower-case name and the content of a meta tag."""
    attributes = node.attributes
    name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
    return name.lower(), attributes.get("content") or ""


def _line(value: Any) -> str:
    """A claimed value as one bounded line; empty for anything but text."""
    return collapse(value[: _LONGEST_LINE * 4])[:_LONGEST_LINE] if isinstance(value, str) else ""


def _plain(value: Any) -> str:
    """A line of JSON-LD: no parser has read its entities yet."""
    return html.unescape(_line(value))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


# --- JSON-LD ---------------------------------------------------------------------------------------------------------


def _article(tree: LexborHTMLParser) -> dict[str, Any]:
    """The first thing of JSON-LD that is an article; empty where there is none, or none that can be read."""
    for node in tree.css('script[type="application/ld+json"]')[:20]:
        text = node.text()
        if len(text) > _LONGEST_SCRIPT:
            continue
        try:
            things = list(_things(json.loads(text.strip(" \t\r\n;"), strict=False)))
        except (ValueError, RecursionError):
            continue
        for thing in things[:_MOST_THINGS]:
            if any(isinstance(kind, str) and _ARTICLES.search(kind) for kind in _listed(thing.get("@type"))):
                return thing
    return {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _things(value: Any) -> Iterator[dict[str, Any]]:
    for thing in _listed(value):
        if isinstance(thing, dict):
            yield thing
            yield from (
                inner
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                for inner in _listed(thing.get(key))
                if isinstance(inner, dict)
            )


def _free(thing: dict[str, Any]) -> bool | None:
    value = thing.get("isAccessibleForFree")
    if isinstance(value, str):
        value = {"false": False, "true": True}.get(value.strip().lower().rpartition("/")[2])
    return value if isinstance(value, bool) else None


# --- titles ----------------------------------------------------------------------------------------------------------


def _h1(tree: LexborHTMLParser, site: str) -> str:
    """The page's visible main heading: the one marked so, or the only one; empty where it is not clear which."""
    marked = tree.css('h1[itemprop~="headline"]') or tree.css("article h1") or tree.css("h1")
    lines = [_line(node.text()) for node in marked[:20] if not is_hidden(node.attributes)]
    lines = [line for line in lines if lettering(line) and lettering(line) != lettering(site)]
    return lines[0] if len(lines) == 1 else ""


def _labels(tree: LexborHTMLParser, meta: dict[str, str], thing: dict[str, Any], h1: str) -> dict[Place, str]:
    """The title in each place that has one, in the order of trust."""
    node = tree.css_first("head title") or tree.css_first("title")
    og, title = _line(meta.get("og:title") or meta.get("twitter:title")), _line(node.text()) if node else ""
    headline = _line(thing.get("headline"))
    headline = headline if headline in {og, h1, title} else _plain(headline)
    found: dict[Place, str] = {"json-ld": headline, "og": og, "h1": h1, "title": title}
    return {place: line for place, line in found.items() if line}


def _titles(labels: dict[Place, str], names: set[str]) -> list[str]:
    """All titles, without the site's name, in the order of trust."""
    whole = {lettering(title) for title in labels.values()}
    return [stripped for title in labels.values() if (stripped := _without_site(title, names, whole))]


def _without_site(title: str, names: set[str], whole: set[str]) -> str:
    """A title without the site's name before or after it, known by its name or because the page also gives the rest alone."""
    known = {lettering(name).casefold() for name in names if name}
    for cut in _SEPARATORS.finditer(title):
        head, tail = title[: cut.start()], title[cut.end() :]
        if head and (lettering(tail).casefold() in known or lettering(head) in whole):
            return head
        if tail and lettering(head).casefold() in known:
            return tail
    return title


def _agreeing(title: str, labels: dict[Place, str]) -> tuple[str, ...]:
    """The places that show a title, with the site's name or without. The browser's tab is none: nobody reads a headline there."""
    wanted = lettering(title)
    return tuple(
        place
        for place, line in labels.items()
        if place != "title" and lettering(_without_site(line, set(), {wanted})) == wanted
    )


def _host_names(url: str) -> set[str]:
    """What a site might call itself, from its host: `www.bbc.co.uk` → bbc, bbc.co.uk."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return {host, host.partition(".")[0], *host.split(".")[:2]} - {""}


def _chosen(titles: list[str]) -> str:
    """The title most of the page's own titles agree on; where none agree, the first."""
    votes = Counter(lettering(title) for title in titles)
    return max(titles, key=lambda title: votes[lettering(title)], default="")


# --- the rest --------------------------------------------------------------------------------------------------------


def _standfirst(tree: LexborHTMLParser) -> str:
    for node in tree.css(_STANDFIRST)[:5]:
        line = _line(node.text())
        if 20 <= len(line) <= 600 and node.tag != "meta":
            return line
    return ""


def _byline(tree: LexborHTMLParser, meta: dict[str, str], thing: dict[str, Any]) -> str:
    names = [_plain(a.get("name") if isinstance(a, dict) else a) for a in _listed(thing.get("author"))[:20]]
    written = ", ".join(dict.fromkeys(name for name in names if name and "://" not in name))
    return written or _visible_author(tree) or _plain_author(meta)


def _visible_author(tree: LexborHTMLParser) -> str:
    for node in tree.css(_AUTHORS)[:5]:
        line = re.sub(r"^by\s+", "", _line(node.text()), flags=re.IGNORECASE)
        if lettering(line) and len(line) <= 150 and not any(map(str.isdigit, line)):
            return line
    return ""


def _plain_author(meta: dict[str, str]) -> str:
    line = _line(meta.get("author") or meta.get("article:author"))
    return "" if "://" in line or len(line) > 200 else line


def _lang(tree: LexborHTMLParser, meta: dict[str, str], thing: dict[str, Any]) -> str:
    root = tree.css_first("html")
    claimed = (
        (root.attributes.get("lang") if root else "") or _line(thing.get("inLanguage")) or meta.get("og:locale") or ""
    )
    claimed = claimed.strip().replace("_", "-")
    return claimed if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", claimed) else ""


def _stamp(*claims: Any) -> datetime | None:
    """The first claim that is a date of our time; one without a zone is taken for UTC."""
    for claim in claims:
        if not isinstance(claim, str) or not 8 <= len(claim.strip()) <= 40:
            continue
        try:
            found = datetime.fromisoformat(claim.strip())
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
            if 1980 <= found.year <= 2200:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _canonical(tree: LexborHTMLParser, meta: dict[str, str], url: str) -> str:
    """The address the page gives itself, if it is on the same site and not merely its front page; else empty."""
    node = tree.css_first('link[rel~="canonical"]')
    for claim in ((node.attributes.get("href") if node else "") or "", meta.get("og:url", "")):
        try:
            here, there = canonical(url), canonical(urljoin(url, claim))
        except (Permanent, ValueError):
            continue
        if claim and same_site(here, there) and (_is_deep(there) or not _is_deep(here)):
            return there
    return ""


def _is_deep(url: str) -> bool:
    return url.partition("://")[2].partition("/")[2] != ""
