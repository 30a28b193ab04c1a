"""What one stage leaves for another beside the events: the payloads and kinds of timers, the snapshot of a message. Values only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from monitor.core.events import NotificationFormed
from monitor.ports import Append, Entry, Head, SetTimer

FETCH = "fetch"
POLL = "poll"
POLICY = "policy"
WEBSUB = "websub"
MOST_HTML = 8_000


class FetchJob(msgspec.Struct, frozen=True, omit_defaults=True):
    """One article to read; times in seconds.

    `html` is the feed's own text: all there is to sources that are read from the feed alone, and what is known of a page
    behind a wall until it was read (`MOST_HTML` characters). `follows` is the article whose address this one took over.
    `aside` counts how often it was due while nobody wanted it.
    """

    url: str
    source: str
    content: Literal["page", "feed"] = "page"
    aliases: tuple[str, ...] = ()
    title: str = ""
    author: str = ""
    html: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    max_age: float = 86_400.0
    every: float | None = None
    failures: int = 0
    follows: str = ""
    aside: int = 0

    def is_old(self, published: datetime | None, at: datetime) -> bool:
        """Whether what is read for the first time now is too old to tell anybody: by the publisher's claim, where there is one."""
        claimed = self.published or published or self.updated
        return claimed is not None and (at - claimed).total_seconds() > self.max_age


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(FetchJob)


def encode(job: FetchJob) -> bytes:
    """The payload of a timer."""
    return _encoder.encode(job)


def decode(payload: bytes) -> FetchJob:
    """Read a timer's payload back."""
    return _decoder.decode(payload)


def of_entry(
    entry: Entry, *, source: str, content: Literal["page", "feed"], max_age: timedelta, aliases: tuple[str, ...]
) -> FetchJob:
    """The job that a feed's entry asks for."""
    text = entry.content_html or entry.summary
    return FetchJob(
        url=entry.url,
        source=source,
        content=content,
        aliases=aliases,
        title=entry.title,
        author=entry.author,
        html=text if content == "feed" else text[:MOST_HTML],
        published=entry.published,
        updated=entry.updated,
        max_age=max_age.total_seconds(),
    )


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """The snapshot of a notification: its frozen body and how far its delivery is.

    `before` counts the attempts that its schedule does not: those of earlier rounds (a dead letter that is asked for again
    gets a whole schedule anew), and knocks at a channel that was away. `since` is when the round's first attempt was made.
    """

    notification: str
    channel: str
    article: str
    body: str
    attempts: int = 0
    before: int = 0
    state: str = "scheduled"
    since: datetime | None = None


def deliveries_of(channel: str) -> str:
    """The kind of the timers of one channel."""
    return f"deliver:{channel}"


def thread_note(channel: str, article: str) -> str:
    """The key of the note that says under which message a channel threads what it is told of an article."""
    return f"thread:{channel}:{article}"


def hot_note(article: str) -> str:
    """The key of the note that says until when a matched article is looked at more often."""
    return f"hot:{article}"


# --- what policy waits for -------------------------------------------------------------------------------------------


class AlertState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The snapshot of an alert: whether somebody has taken note of it. There is none before somebody did."""

    acked: bool = False


class Close(msgspec.Struct, frozen=True, tag=True):
    """Tell together what waits in a window of a lane."""

    lane: str
    group: str


class Correct(msgspec.Struct, frozen=True, tag=True):
    """Take back what an event of an article has overtaken; `tries` counts how often the matcher was waited for."""

    article: str
    event: str
    tries: int = 0


class Remind(msgspec.Struct, frozen=True, tag=True):
    """Say a message again unless one of its alerts (id and article) was acked; `last` is the message that said it last. Seconds."""

    notification: str
    channel: str
    alerts: tuple[tuple[str, str], ...]
    every: float
    last: str
    number: int = 1


Waiting = Close | Correct | Remind

_waiting: msgspec.json.Decoder[Waiting] = msgspec.json.Decoder(Waiting)


def waiting(payload: bytes) -> Waiting:
    """Read the payload of a timer of policy's."""
    return _waiting.decode(payload)


def set_waiting(member: str, job: Waiting, delay: float) -> SetTimer:
    """The timer of something that policy waits for; one that is set already comes no later than it did."""
    return SetTimer(POLICY, member, max(0.0, delay), _encoder.encode(job), only_sooner=True)


def scheduled(formed: NotificationFormed) -> Append:
    """A message that was formed just now, ready to be recorded with its snapshot."""
    message = Message(formed.notification, formed.channel, formed.article, formed.body)
    return Append(formed.notification, Head(), (formed,), _encoder.encode(message))
