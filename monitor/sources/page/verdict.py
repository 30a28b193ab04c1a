"""Whether a page stands in for an article: a wall, a check for robots, a login, an error page sent as if all were well.

Signs are weighed, and none of them is the status, which often says 200. A text of its own outweighs them, and so does a page
that calls itself an article, for articles are written about captchas and missing pages too. The signs are told, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import re2
from selectolax.lexbor import LexborHTMLParser

from monitor.sources.page import walls
from monitor.sources.page.blocks import Shown

_ENOUGH = 3  # points from which on a page is no article
_BRIEF, _SHORT, _LONG = 500, 1_600, 6_400  # letters of the article's own: the more, the more signs it takes
_STUB = 250  # letters: with no more, the page's markup tells as much as its text
_NOTHING = 80  # letters: so few are not a text
_NOTICE = 120  # letters that one phrase of a wall accounts for
_SENTENCE = 24  # letters
_MOST_WORDS = 5
_MOST_READ = 6_000  # characters of what a page says
_MOST_MARKUP = 200_000
_PARTS = re.compile(r"\s*[|–—·•»«›｜_]+\s*|\s+-+\s+|\s*[:：]\s+|(?<=\d):\s*")
_STATUS = re.compile(r"\b[45]\d\d\b.*[a-z]{4}", re.IGNORECASE)
_TRIM = " \t.!?…,;:¿¡。！？-–—’'\"“”"
_NAME_WORDS = 3  # that a site's name beside a telling title may have
_UNSHOWN = "button,noscript,input[type=submit],input[type=button]"
_ARTICLE = 'meta[property="og:type"][content="article"],meta[property="article:published_time"]'
_WORD = re.compile(r"[^\W\d_]+")
_RELOADS = re.compile(r"location\.(?:reload\(|href\s*=|replace\()", re.IGNORECASE)


class Sign(NamedTuple):
    """What speaks for a page being no article, and how much; points below zero speak against."""

    points: int
    told: str


class Page(NamedTuple):
    """What is looked at: the tree, its host, markup and answer's headers, its titles, all it shows, and what of that passes for the article."""

    tree: LexborHTMLParser
    host: str
    html: str
    headers: Mapping[str, str]
    titles: Sequence[str]
    shown: Sequence[Shown]
    inside: Sequence[Shown]
    is_article: bool


def stands_in(page: Page) -> tuple[str, str]:
    """(`block_page`, `not_found` or `empty`, the signs) for a page that is no article; two empty strings for one that may be."""
    own = sum(len(block.letters) for block in page.inside if not _is_notice(block))
    if own > _LONG:
        return "", ""
    against = list(_against(page, own))
    missing = [*_missing(page, own), *against]
    walled = [*_walled(page, own), *against]
    if _points(missing) >= max(_ENOUGH, _points(walled)):
        return "not_found", _told(missing)
    if _points(walled) >= _ENOUGH:
        return "block_page", _told(walled)
    return ("empty", "the page shows no text") if not against and _is_shell(page) else ("", "")


def _points(signs: Sequence[Sign]) -> int:
    return sum(sign.points for sign in signs)


def _told(signs: Sequence[Sign]) -> str:
    return "; ".join(sign.told for sign in signs if sign.points > 0)


def _against(page: Page, own: int) -> Iterator[Sign]:
    """What speaks for an article: a text, one that reports, and the page's own word."""
    if own > _BRIEF:
        yield Sign(-2 if own > _SHORT else -1, "a text of its own")
    if any(len(block.letters) >= _SENTENCE and walls.REPORTS.search(_plain(block.text)) for block in page.inside):
        yield Sign(-2, "it reports")
    if _calls_itself_one(page):
        yield Sign(-2, "it calls itself an article")


def _calls_itself_one(page: Page) -> bool:
    return page.is_article or page.tree.css_first(_ARTICLE) is not None


def _missing(page: Page, own: int) -> Iterator[Sign]:
    titled = list(_titled(page, walls.MISSING_TITLES))
    yield from titled
    notices = [_plain(b.text) for b in _blocks(page, own) if len(b.letters) <= _NOTICE]
    said = dict.fromkeys(found[0] for text in notices if (found := walls.MISSING_NOTICES.search(text)))
    hinted = dict.fromkeys(found[0] for text in notices if (found := walls.MISSING_WORDS.search(text)))
    if said or hinted:
        yield Sign(2 if said else min(2, len(hinted)), _quoted("the text says", said or hinted))
    elif titled:
        yield from _addressed("\n".join(notices), own)
    if own < _NOTHING:
        yield from _bare(page)


def _walled(page: Page, own: int) -> Iterator[Sign]:
    titled = list(_titled(page, walls.TITLES))
    yield from titled
    yield from _answered(page.headers)
    text = _plain(_said(page, own))[:_MOST_READ]
    words = dict.fromkeys(found[0].lower() for found in walls.WORDS.finditer(text))
    if words:
        yield Sign(min(_MOST_WORDS, len(words)), _quoted("the text says", words))
    elif titled:
        yield from _addressed(text, own)
    if own < _NOTHING:
        yield from _bare(page)
    if own <= _STUB:
        yield from _made(page, own)


def _bare(page: Page) -> Iterator[Sign]:
    yield Sign(1, "it shows hardly a text")
    if page.titles and all(_is_name(title, page.host) for title in page.titles):
        yield Sign(1, f"its title is its site's name, “{page.titles[0][:80]}”")


def _made(page: Page, own: int) -> Iterator[Sign]:
    """Signs in the markup of a page that shows hardly a text."""
    markup = page.html[:_MOST_MARKUP]
    if found := walls.CHALLENGES.search(markup):
        yield Sign(2, f"the page carries {found[0][:40]}")
    elif found := walls.PROTECTION.search(markup):
        yield Sign(1, f"the page carries {found[0][:40]}")
    if page.tree.css_first('input[type="password"]') is not None:
        yield Sign(2, "the page asks for a password")
    if own >= _NOTHING or _calls_itself_one(page):
        return
    if found := walls.SCRIPT_WANTED.search(_plain(_all_said(page))):
        yield Sign(2, f"the page is empty and says “{found[0].strip()[:60]}”")
    elif own == 0 and "document.cookie" in markup and _RELOADS.search(markup):
        yield Sign(2, "the page sets a cookie and loads itself again")
    if button := next((b for b in _others(page, "button") if walls.CONSENTS.fullmatch(b.strip(_TRIM))), ""):
        yield Sign(1, f"a button says “{button.strip()[:40]}”")


# --- titles and words ------------------------------------------------------------------------------------------------


def _titled(page: Page, known: re2._Regexp) -> Iterator[Sign]:
    """The most telling title: 3 where it names a status, 2 where it says nothing else, 1 where something else stands beside it."""
    found = [(points, title) for title in page.titles if (points := _is_titled(title, known))]
    if found:
        points, title = max(found)
        yield Sign(points, f"the title says “{title[:80]}”")


def _is_titled(title: str, known: re2._Regexp) -> int:
    parts = [part.strip(_TRIM) for part in _PARTS.split(_plain(title)) if part.strip(_TRIM)]
    others = [part for part in parts if known.fullmatch(part) is None and known.fullmatch(_without_code(part)) is None]
    if len(others) == len(parts):
        return 2 if known.fullmatch(" ".join(parts)) else 0
    if any(len(part.split()) > _NAME_WORDS for part in others):
        return 1
    return 3 if _STATUS.search(title) else 2


def _without_code(part: str) -> str:
    """“502 Bad Gateway” without its number."""
    return (
        re.sub(r"^(?:error |http )?(?:4(?:0[0-35-9]|1[1-9]|[2-9]\d)|5\d\d)\s*", "", part, flags=re.IGNORECASE) or part
    )


def _answered(headers: Mapping[str, str]) -> Iterator[Sign]:
    for name, value in walls.HEADERS.items():
        if name in headers and value in headers[name].lower():
            yield Sign(3, f"the answer says {name}: {headers[name][:40]}")


def _addressed(text: str, own: int) -> Iterator[Sign]:
    """That a short text under a telling title speaks to its reader, as no report does."""
    if own <= _BRIEF and (found := walls.ADDRESS.search(text)):
        yield Sign(1, f"it speaks to its reader (“{found[0].strip()}”)")


# --- what is read ----------------------------------------------------------------------------------------------------


def _blocks(page: Page, own: int) -> Sequence[Shown]:
    """The blocks of the article's region; where that is no text, all that the page shows."""
    return page.inside if own >= _NOTHING else page.shown


def _said(page: Page, own: int) -> str:
    """What the region of the article says, on a stub with what is meant for readers without scripts; where it is no text, all that the page says."""
    if own < _NOTHING and not _calls_itself_one(page):  # a gallery says little, and its banner much
        return _all_said(page)
    return "\n".join([*(block.text for block in page.inside), *(_others(page, "noscript") if own <= _STUB else ())])


def _all_said(page: Page) -> str:
    """All that a page shows or would show, what stands on its buttons included."""
    return "\n".join([*(block.text for block in page.shown), *_others(page, _UNSHOWN)])


def _others(page: Page, selector: str) -> list[str]:
    return [node.text() or node.attributes.get("value") or "" for node in page.tree.css(selector)[:50]]


def _is_notice(block: Shown) -> bool:
    """Whether a block is a wall's own words: no more than a line or two to each phrase of it."""
    phrases = sum(1 for _ in walls.WORDS.finditer(_plain(block.text[:_MOST_READ])))
    return len(block.letters) <= _NOTICE * phrases


def _is_shell(page: Page) -> bool:
    """Whether a page shows nothing but that it is loading, or a name that its host has, too."""
    texts = [block.text for block in page.shown if walls.LOADING.fullmatch(_plain(block.text).strip()) is None]
    return not page.inside or all(_is_name(text, page.host) for text in (*page.titles, *texts))


def _is_name(title: str, host: str) -> bool:
    """Whether a title is no more than a site's name, as its host has it: “The Post” at www.post.example."""
    words = [word for word in _WORD.findall(title.casefold()) if word != "the"]
    return len(words) <= _NAME_WORDS and all(word in host for word in words)


def _plain(text: str) -> str:
    return text.replace("’", "'").replace("\N{NO-BREAK SPACE}", " ")


def _quoted(what: str, found: Mapping[str, object]) -> str:
    return f"{what} {', '.join(f'“{words.strip()[:60]}”' for words in list(found)[:_MOST_WORDS])}"
