"""Opens what the reading verbs read: the views and the log. It prints nothing and decides nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar, overload

from monitor.cli.output import minute
from monitor.core.urls import aliases, canonical
from monitor.errors import LogUnavailable, Permanent
from monitor.ports import Log

if TYPE_CHECKING:
    from monitor.cli.remote import Remote
    from monitor.config import Config
    from monitor.store import FileCaptures
    from monitor.store.views import Reader

_Answer = TypeVar("_Answer")
_DIGITS = re.compile("[0-9a-f]{4,20}")  # of an id, without its kind


def views_path(config: Config) -> Path:
    """Where the views of a configuration lie."""
    from monitor.store.views import FILE  # the store brings Redis with it, which `--help` need not wait for

    return config.data_dir / FILE


@contextmanager
def views(place: Config | Remote) -> Iterator[Reader | Remote]:
    """The views, read-only, or what answers as they do. Raises ViewsUnavailable where nothing was recorded yet, Elsewhere."""
    if is_here(place):
        with here(place) as reader:
            yield reader
    elif elsewhere(place):
        with place:
            yield place


@contextmanager
def here(config: Config) -> Iterator[Reader]:
    """The views of this machine. Raises ViewsUnavailable where nothing was recorded yet."""
    from monitor.store.views import Reader  # as above

    with Reader(views_path(config)) as reader:
        yield reader


def is_here(place: Config | Remote) -> TypeGuard[Config]:
    """Whether a place is a configuration of this machine."""
    return not elsewhere(place)


def elsewhere(place: Config | Remote) -> TypeGuard[Remote]:
    """Whether it is a Monitor that is asked over HTTP."""
    return hasattr(place, "readiness")


def forgotten(reader: Reader | Remote, zone: tzinfo) -> str:
    """What retention has dropped, in a sentence without its end; empty where it has dropped nothing."""
    upto = reader.forgotten()
    return (
        f"what was recorded up to {minute(upto, zone)} and does not stand any more was dropped by retention"
        if upto
        else ""
    )


def captures(config: Config) -> FileCaptures:
    """The raw pages of a configuration."""
    from monitor.store import FileCaptures  # as above
    from monitor.store.captures import FOLDER  # as above

    return FileCaptures(config.data_dir / FOLDER)


@overload
def listed(place: Config, ask: Callable[[Reader], list[_Answer]]) -> list[_Answer]: ...
@overload
def listed(place: Config | Remote, ask: Callable[[Reader | Remote], list[_Answer]]) -> list[_Answer]: ...
def listed(place: Config | Remote, ask: Callable[[Any], list[_Answer]]) -> list[_Answer]:
    """The rows of a listing: none where nothing was recorded yet."""
    if is_here(place) and not views_path(place).exists():
        return []
    with views(place) as reader:
        return ask(reader)


@asynccontextmanager
async def log(config: Config, *, running: bool = False) -> AsyncIterator[Log]:
    """The log. Embedded, it is that of the daemon that runs, else its server is started for as long as this lasts.

    With `running`, it is never started: what lasts would keep a daemon from starting. Raises LogUnavailable.
    """
    async with asynccontextmanager(_opened)(config, owner=not running and not _runs(config)) as opened:
        yield opened


async def _opened(config: Config, *, owner: bool) -> AsyncIterator[Log]:
    from monitor import telemetry
    from monitor.store import open_log  # as above

    telemetry.configure("error", config.logging.format)  # an answer is not a daemon's log: only what is wrong is said
    url, partitions = config.redis.url.get_secret_value(), config.redis.partitions
    async with open_log(url, data_dir=config.data_dir, partitions=partitions, owner=owner) as opened:
        yield opened


def _runs(config: Config) -> bool:
    from monitor.store import EmbeddedServer  # as above

    try:
        EmbeddedServer.running(config.data_dir)
    except LogUnavailable:
        return False
    return True


def names_of(typed: str) -> list[str]:
    """Everything that an article typed as an id or a URL may be recorded under; a URL may lack its scheme."""
    text = typed.strip()
    if _DIGITS.fullmatch(text):
        return [text, f"article_{text}"]
    urls = [text] if "://" in text else [text, f"https://{text}"]
    found = [text, *(spelling for url in urls for spelling in _spellings(url)), *aliases(urls)]
    return list(dict.fromkeys(found))


def _spellings(url: str) -> list[str]:
    try:
        return [url, canonical(url)]
    except Permanent:
        return []
