"""Where an article is published: its site, feed, tags, language, section, author, address. What its text says is not looked at."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.core.content import Content
from monitor.core.watch.fold import fold, on_words


@dataclass(frozen=True, slots=True)
class Published:
    """An article's place among others."""

    content: Content | None
    source: str
    tags: AbstractSet[str]
    url: str

    def is_in(self, name: str, value: str) -> bool:
        """Whether the article stands where a scope such as `site:example.com` says."""
        content = self.content
        match name:
            case "feed":
                return value == self.source
            case "tag":
                return value in self.tags
            case "site":
                return _is_host(self.url, value)
            case "url":
                return _like(value).search(self.url.casefold()) is not None
            case "lang":
                return content is not None and _speaks(content.lang, value)
            case "section":
                return content is not None and says(content.section, value)
            case _:
                return content is not None and says(content.byline, value)


def _is_host(url: str, value: str) -> bool:
    """Whether a URL lies on a site or below it: `example.com` has `news.example.com` in it."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    wanted = host_of(value).casefold().removeprefix("*").removeprefix(".").removeprefix("www.")
    return host == wanted or host.endswith(f".{wanted}")


def host_of(value: str) -> str:
    """What `site:` was given, where it is the whole address of a site, as other monitors have it: `https://www.example.com/`."""
    return re.sub(r"^https?://|/$", "", value, flags=re.IGNORECASE)


def _like(value: str) -> re.Pattern[str]:
    """A part of an address, in which a star stands for anything but a space. One star is a plain search, and so are many."""
    return re.compile(r"\S*?".join(map(re.escape, re.split(r"\*+", value.casefold().strip("*"))[:5])))


def _speaks(lang: str, value: str) -> bool:
    spoken, wanted = lang.casefold().replace("_", "-"), value.casefold()
    return spoken == wanted or spoken.startswith(f"{wanted}-")


def says(text: str, value: str) -> bool:
    """Whether a short text says something, folded and on word boundaries."""
    folded, wanted = fold(text), fold(value).strip()
    at = folded.find(wanted)
    while at >= 0:
        if wanted and on_words(folded, at, at + len(wanted)):
            return True
        at = folded.find(wanted, at + 1)
    return False
