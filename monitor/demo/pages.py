"""How the newsroom's pages look: each outlet its own template, with noise that differs on every request. Pure; serves nothing."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from string import Template

from monitor.demo.story import Outlet, Scene, Story

_TEMPLATES = Path(__file__).with_name("templates")
FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}

# What stands beside a story and is no part of it. It is full of tracked words: none of them may ever make a hit.
_TEASERS = (
    "Hollande and Valls: two days, one phrase",
    "“Act of war”: what the words mean in law",
    "Where is Raqqa? A map in five minutes",
    "ISIS, ISIL or Daesh: why the names differ",
    "20 bombs or 30 bombs? How to read a communiqué",
    "Ferry timetable: the winter service",
)


@dataclass(frozen=True, slots=True)
class Stamps:
    """When an outlet says that a story was published, and last touched."""

    published: datetime
    modified: datetime


def article(story: Story, scene: Scene, stamps: Stamps, url: str, request: int) -> str:
    """The page of a story in one scene, as it looks on the `request`th request."""
    template = f"{story.outlet.id}-{scene.dress}.html" if scene.dress else f"{story.outlet.id}.html"
    return _filled(
        template,
        **_noise(request, links=story.outlet.id == "courier"),
        title=html.escape(scene.title),
        byline=html.escape(story.byline),
        paragraphs=_paragraphs(scene),
        published=stamps.published.isoformat(timespec="seconds"),
        modified=stamps.modified.isoformat(timespec="seconds"),
        url=html.escape(url),
        feed=f"/feed.{story.outlet.feed}",
        json_ld=_json_ld(story, scene, stamps, url),
    )


def challenge(outlet: Outlet, request: int) -> str:
    """What a content network puts before a page when it doubts the visitor: an answer of 200 that is no article."""
    return _filled("challenge.html", site=html.escape(outlet.name), nonce=_digits(request, "ray")[:16])


def missing(outlet: Outlet) -> str:
    """The page under a 404."""
    return _filled("missing.html", site=html.escape(outlet.name))


def front(outlet: Outlet, listed: Iterable[tuple[str, str]]) -> str:
    """The outlet's front page: (address, headline) of each story that it lists."""
    items = "\n".join(f'<li><a href="{html.escape(url)}">{html.escape(title)}</a></li>' for url, title in listed)
    return _filled(
        "front.html",
        site=html.escape(outlet.name),
        lang=outlet.lang,
        feed=f"/feed.{outlet.feed}",
        feed_type=FEED_TYPES[outlet.feed],
        items=items,
    )


def _filled(template: str, **values: str) -> str:
    return Template((_TEMPLATES / template).read_text("utf-8")).substitute(values)


def _paragraphs(scene: Scene) -> str:
    if not scene.dress:
        return "\n".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in scene.paragraphs)
    # The other layout says the same in entities, spans and broken lines.
    return "\n\n".join(
        f'<p class="t{number % 2}"><span>\n  {_in_entities(paragraph)}\n</span></p>'
        for number, paragraph in enumerate(scene.paragraphs)
    )


def _in_entities(paragraph: str) -> str:
    return html.escape(paragraph).encode("ascii", "xmlcharrefreplace").decode().replace(". ", ".\n  ")


def _json_ld(story: Story, scene: Scene, stamps: Stamps, url: str) -> str:
    stated = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": scene.title,
        "author": [{"@type": "Person", "name": story.byline}],
        "datePublished": stamps.published.isoformat(timespec="seconds"),
        "dateModified": stamps.modified.isoformat(timespec="seconds"),
        "mainEntityOfPage": url,
    }
    return json.dumps(stated, ensure_ascii=False).replace("</", "<\\/")


def _noise(request: int, *, links: bool) -> dict[str, str]:
    turned = [_TEASERS[(request + place) % len(_TEASERS)] for place in range(4)]
    return {
        "nonce": _digits(request, "nonce"),
        "served": str(17 + request * 7 % 83),
        "counter": str(1200 + request * 13),
        "ago": f"{2 + request % 50} minutes ago",
        "related": _links(turned) if links else f"Night Music, part {request % 9 + 1}",
    }


def _links(titles: list[str]) -> str:
    return "".join(f'<li><a href="/news/{_digits(0, title)[:8]}">{html.escape(title)}</a></li>' for title in titles)


def _digits(request: int, salt: str) -> str:
    return sha256(f"{salt}{request}".encode()).hexdigest()[:24]
