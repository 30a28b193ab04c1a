"""What was told of an article and does not hold any more: a text that came back, a page that was not gone after all. It sends nothing.

A thread is what the log keeps of an article for that: its last alerts, how each channel was told, and what came back.
"""

from __future__ import annotations

import msgspec

from monitor.core.events import AlertRaised, ArticleRestored, ArticleRevised, Telling

MOST = 50  # alerts of one article, the newest

Undoing = ArticleRevised | ArticleRestored


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """An alert of the thread. `how` is `new`, `edit`, `gone` or `restored`; `taken_back` says whether it was corrected."""

    alert: str
    watchlist: str
    revision: int
    how: str
    tellings: tuple[Telling, ...]
    taken_back: bool = False


class Undone(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event that took something back: at `revision` the text of `reverted_to` stood again, or (None) the page was there again."""

    event: str
    revision: int
    reverted_to: int | None = None


class Thread(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last alerts of an article, and the last events that took something back."""

    told: tuple[Told, ...] = ()
    undone: tuple[Undone, ...] = ()


def entity(article: str) -> str:
    """The log's name of an article's thread."""
    return f"thread_{article}"


def decode(snapshot: bytes) -> Thread:
    """The snapshot as the log keeps it."""
    return msgspec.json.decode(snapshot, type=Thread) if snapshot else Thread()


def undone_by(event: Undoing, event_id: str) -> Undone | None:
    """What an event takes back; None where it is new."""
    if isinstance(event, ArticleRestored):
        return Undone(event_id, event.revision)
    return Undone(event_id, event.revision, event.reverted_to) if event.reverted_to is not None else None


def noted(thread: Thread, undone: Undone) -> Thread:
    """The thread with an event that took something back."""
    return msgspec.structs.replace(thread, undone=(*thread.undone, undone)[-MOST:])


def told(thread: Thread, alert: AlertRaised, tellings: tuple[Telling, ...]) -> Thread:
    """The thread with an alert more. A second time changes nothing; what this alert corrects itself is taken back."""
    corrected = taken_back(thread, frozenset(one.alert for one in _corrected_by(thread, alert)))
    others = tuple(one for one in corrected.told if one.alert != alert.alert)
    how = str(alert.data.get("how") or "")
    newest = Told(alert.alert, alert.watchlist, alert.revision, how, tellings)
    return msgspec.structs.replace(corrected, told=(*others, newest)[-MOST:])


def supersedes(thread: Thread, alert: AlertRaised) -> str | None:
    """The newest alert that this one corrects by itself: of the same watchlist, about what the event of this one took back."""
    return next((one.alert for one in reversed(_corrected_by(thread, alert))), None)


def _corrected_by(thread: Thread, alert: AlertRaised) -> list[Told]:
    restored = alert.data.get("how") == "restored"
    for undone in reversed(thread.undone):
        if undone.revision == alert.revision and (undone.reverted_to is None) == restored:
            found = [one for one in thread.told if _is_undone(one, undone)]
            return [one for one in found if one.watchlist == alert.watchlist and one.alert != alert.alert]
    return []


def overtaken(thread: Thread, undone: Undone) -> list[Told]:
    """The alerts that an event took back, but for those that were corrected before."""
    return [one for one in thread.told if not one.taken_back and _is_undone(one, undone)]


def taken_back(thread: Thread, alerts: frozenset[str]) -> Thread:
    """The thread once these were corrected."""
    corrected = tuple(
        msgspec.structs.replace(one, taken_back=one.taken_back or one.alert in alerts) for one in thread.told
    )
    return msgspec.structs.replace(thread, told=corrected)


def _is_undone(one: Told, undone: Undone) -> bool:
    if undone.reverted_to is None:
        return one.how == "gone" and one.revision == undone.revision
    return one.how in {"new", "edit"} and undone.reverted_to < one.revision < undone.revision
