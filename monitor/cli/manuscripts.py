"""Reads a text that somebody wants tried: a page on the net, a file, standard input. What watchlists make of it is not its business.

Pages are read by the daemon's own net and parsers, with their limits and their guard against private addresses.
"""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from monitor.core.article import Sighting
from monitor.core.content import Block, Content
from monitor.core.events import Evidence
from monitor.errors import OutsideError, Permanent
from monitor.ports import Limits, ParsedPage, Parser, Response
from monitor.stages.look import sighting

if TYPE_CHECKING:
    from monitor.config import Config

LARGEST: Final = 10 * 2**20  # bytes of a file or of standard input
_URL: Final = re.compile(r"https?://", re.IGNORECASE)
_HTML: Final = re.compile(
    rb"\s*(?:<!--|<!doctype\s+html|<\?xml|<(?:html|head|body|main|article|section|div|h1|p)\b)", re.IGNORECASE
)
_STATUS: Final = {
    401: "asks for a login",
    403: "refuses",
    404: "has no such page",
    410: "says that the page is gone",
    429: "asks for patience",
    451: "may not show it",
}


class Stated(msgspec.Struct, frozen=True):
    """What the user says of a text, in place of what it says itself."""

    title: str = ""
    lang: str = ""


class Manuscript(msgspec.Struct, frozen=True):
    """A text as it was read. `kind` is `page` or `text`; `url` is where it stands, empty where that is not known."""

    name: str
    kind: str
    url: str
    page: ParsedPage
    status: int = 200

    def sighting(self, at: datetime) -> Sighting:
        """What the daemon would see."""
        page = self.page
        evidence = Evidence(at, self.url, self.status, "", page.extractor, confidence=page.confidence)
        return sighting(page, evidence)


class Unreadable(Exception):
    """What was to be tried is no text of an article; the message says why, and what to do."""


async def read_all(names: list[str], config: Config, stated: Stated) -> list[Manuscript]:
    """Read texts one after another, so that a later one is read in the place where the first was found. Raises Unreadable."""
    from monitor.sources.pool import open_pool  # the parsers take a second to load, which plain texts need not wait for

    bodies = [await _body(name, config) for name in names]
    if not any(map(_is_page, bodies)):
        return [_told(_plain(name, body), stated) for name, (body, _) in zip(names, bodies, strict=True)]
    found: list[Manuscript] = []
    async with open_pool(1) as parser:
        for name, body in zip(names, bodies, strict=True):
            container = found[-1].page.container if found else ""
            read = await _page(parser, name, body, container) if _is_page(body) else _plain(name, body[0])
            found.append(_told(read, stated))
    return found


async def _page(parser: Parser, name: str, body: _Body, container: str) -> Manuscript:
    content, answer = body
    url, headers = (answer.url, answer.headers) if answer else ("", {})
    try:
        page = await parser.page(content, url, headers, container)
    except OutsideError as error:
        raise Unreadable(f"{name} cannot be read as a page: {error}") from error
    return Manuscript(name, "page", url or page.canonical, page)


_Body = tuple[bytes, Response | None]


async def _body(name: str, config: Config) -> _Body:
    if _URL.match(name):
        answer = await _fetched(name, config)
        return answer.body, answer
    return await asyncio.to_thread(_file, name), None


def _file(name: str) -> bytes:
    if name == "-":
        body = sys.stdin.buffer.read(LARGEST + 1)
    else:
        try:
            with Path(name).open("rb") as file:
                body = file.read(LARGEST + 1)
        except OSError as error:
            hint = "; a URL begins with http:// or https://" if "." in name and not Path(name).exists() else ""
            raise Unreadable(f"{name} cannot be read: {error.strerror}{hint}") from error
    if len(body) > LARGEST:
        raise Unreadable(f"{name} is larger than {LARGEST} bytes")
    if not body.strip():
        raise Unreadable(f"{'standard input' if name == '-' else name} is empty")
    return body


async def _fetched(url: str, config: Config) -> Response:
    from monitor.net import open_net  # the client takes its time to import, which files need not wait for
    from monitor.rules import user_agent

    polling = config.polling
    limits = Limits(total_seconds=polling.timeout.total_seconds())
    agent = user_agent(polling.contact)
    async with open_net(user_agent=agent, allow_private=polling.allow_private, limits=limits) as net:
        try:
            answer = await net.get(url)
        except OutsideError as error:
            raise Unreadable(f"{url} was not read: {_reason(error)}") from error
    if answer.status != 200:
        said = _STATUS.get(answer.status, "gave no page")
        raise Unreadable(f"{url} was not read: the site {said} (HTTP {answer.status})")
    return answer


def _reason(error: OutsideError) -> str:
    if isinstance(error, Permanent) and error.reason == "forbidden_address":
        return f"{error.detail or 'the address is private'}; polling.allow_private names the private networks that may be asked"
    return str(error)


def _is_page(body: _Body) -> bool:
    content, answer = body
    kind = answer.headers.get("content-type", "").lower() if answer else ""
    return bool(_HTML.match(content[:4096].removeprefix(b"\xef\xbb\xbf"))) or (
        answer is not None and not kind.startswith("text/plain")
    )


def _plain(name: str, body: bytes) -> Manuscript:
    """A text without markup: paragraphs are what empty lines part. It has no headline, for nothing says which line that would be."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{name} is neither HTML nor text in UTF-8: byte {error.start} is 0x{body[error.start]:02x}"
        ) from None
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    blocks = tuple(Block("paragraph", paragraph) for paragraph in paragraphs if paragraph)
    return Manuscript(
        name,
        "text",
        name if _URL.match(name) else "",
        ParsedPage("article", Content("", blocks=blocks), extractor="plain text"),
    )


def _told(read: Manuscript, stated: Stated) -> Manuscript:
    """The text with what the user says of it."""
    page = read.page
    if page.verdict != "article":
        raise Unreadable(
            f"{read.name} is no article but {page.verdict}{f' ({page.detail})' if page.detail else ''}: nothing is made of it"
        )
    content = page.content
    known = {"title": stated.title or content.title, "lang": stated.lang or content.lang}
    return msgspec.structs.replace(read, page=replace(page, content=msgspec.structs.replace(content, **known)))
