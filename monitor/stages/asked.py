"""What goes into a look at an article and what comes out of it. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.core.article import Article, Decision, Looks, is_unread
from monitor.core.decision import CONFIRM
from monitor.core.explained import Explained
from monitor.ports import Claim, Head
from monitor.stages.jobs import FetchJob
from monitor.stages.sources import Source


@dataclass(frozen=True, slots=True)
class Rechecks:
    """How often an article is looked at again, when it counts as gone, when a headline alone is looked at again."""

    minimum: timedelta
    maximum: timedelta
    until: timedelta
    hot_every: timedelta
    gone_checks: int
    gone_over: timedelta
    confirm: tuple[timedelta, ...] = CONFIRM


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an article before a look at it. `site`: the note on what other articles of its site show."""

    head: Head
    article: Article | None
    looks: Looks
    hot_until: datetime | None
    explained: Explained
    site: bytes | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What a look brought: the decision, the answer's status, and the raw body and the hashes of all texts where a page was read."""

    decision: Decision
    status: int | None = None
    body: bytes = b""
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """An article that is due: its claim, what to read, on whose behalf, what is known, and the time of the look."""

    claim: Claim
    job: FetchJob
    source: Source
    known: Known
    at: datetime

    @property
    def article(self) -> str:
        """The id of the article."""
        return self.claim.member

    @property
    def unread(self) -> bool:
        """Whether its page was never read: nothing is known of it, or only what its feed says."""
        return is_unread(self.known.article, self.known.looks)

    @property
    def is_told(self) -> bool:
        """Whether there is something to say of it though its page cannot be read: it was read before, or its feed names it."""
        return self.known.article is not None or self.job.title != ""

    @property
    def afresh(self) -> bool:
        """Whether the page must be asked for and read anew, though it may not have changed: its headline is unconfirmed."""
        return self.known.article is not None and self.known.article.unconfirmed


def is_front(url: str) -> bool:
    """Whether an address is a site's front page."""
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query


def looks_note(article: str) -> str:
    """The key of the note that holds an article's looks."""
    return f"article:{article}"
