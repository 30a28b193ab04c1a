"""How a feed is, in one word and one plain sentence, and what to do about it. It judges nothing anew: each fact was found and recorded before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, Literal

import msgspec

from monitor.core import failing
from monitor.core.policy.summary import lasting

State = Literal["working", "slow", "stale", "failing", "moved", "gone", "blocked", "lying"]
STATES: Final[tuple[State, ...]] = ("gone", "blocked", "failing", "stale", "moved", "lying", "slow", "working")
"""The gravest first: of several that hold, the first is the word for it."""

_PASSES: Final = "Nothing, unless it lasts: it is asked again and again, once a day at least."
_ADVICE: Final = {
    "tls": "See whether the site's certificate has run out.",
    "dns": "See whether names can be resolved on this machine.",
    "forbidden_address": "It stands on a private address: polling.allow_private lets it be read, where it is yours.",
    "not_a_feed": "See what stands there now, with `monitor feeds preview`: a feed may have become a page.",
    "replaced": "See whose site it is now: if it is still the one that you mean, it is read again by itself after a day.",
    "no_links": "See what `monitor feeds preview` finds, and say in `links` which paths are articles.",
    "too_large": "Find a smaller feed of the site.",
    "bomb": "Take it out: what it sends unpacks to no end.",
    "http_429": "Poll it less often: `every`.",
}


class Known(msgspec.Struct, frozen=True):
    """What was said of a feed. Pauses and times of answers are in seconds; `failing` tells it from `working` in `state`.

    `reason`, `detail`, `status`, `failures` and `last_ok` are those of when it was called failing. `moved_from` is the address before
    the last move. `stale_since`: it brings nothing new, against its rhythm; `last_new` and `usual_pause` are those of the last time that
    it did so. `lying_since`: its validators are not believed. `slow_since`: it answers within `answer` where `usual_answer` was usual.
    `gaps` looks knew nothing of what they found; the last of these windows was from `gap_since` to `gap_until`.
    """

    id: str
    url: str
    state: str = "working"
    moved_from: str | None = None
    reason: str = ""
    detail: str = ""
    status: int | None = None
    failures: int = 0
    last_ok: datetime | None = None
    gone_since: datetime | None = None
    stale_since: datetime | None = None
    last_new: datetime | None = None
    usual_pause: float | None = None
    lying_since: datetime | None = None
    slow_since: datetime | None = None
    answer: float | None = None
    usual_answer: float | None = None
    gaps: int = 0
    gap_since: datetime | None = None
    gap_until: datetime | None = None


class Condition(msgspec.Struct, frozen=True):
    """How a feed is: `state` in one word, what that `says`, what to `do`, and what is to be known `besides`."""

    state: State
    says: str
    do: str = ""
    besides: tuple[str, ...] = ()


def condition(known: Known, when: Callable[[datetime], str]) -> Condition:
    """The condition of a feed; `when` says a moment as its reader wants it."""
    first, *others = [(state, *_WORDS[state](known, when)) for state in _holding(known)]
    state, says, do = first
    besides = [said for other, said, _ in others if other != "working"]
    if known.gaps:
        besides.append(_lost(known, when))
    return Condition(state, says, do, tuple(besides))


def _holding(known: Known) -> Iterator[State]:
    """All that holds of a feed, the gravest first."""
    is_failing = known.state == "failing"
    holds: dict[State, object] = {
        "gone": is_failing and known.gone_since,
        "blocked": is_failing and not known.gone_since and failing.is_refused(known.status),
        "failing": is_failing and not known.gone_since and not failing.is_refused(known.status),
        "stale": known.stale_since,
        "moved": known.moved_from,
        "lying": known.lying_since,
        "slow": known.slow_since,
        "working": not is_failing,
    }
    return (state for state in STATES if holds[state])


_When = Callable[[datetime], str]


def _gone(known: Known, when: _When) -> tuple[str, str]:
    since = f" since {when(known.gone_since)}" if known.gone_since else ""
    return (
        f"Is there no more{since} ({_because(known)}){_last_read(known, when)}.",
        f"Take it out, or find where it went: `monitor feeds add {known.url}`. It is still asked once a day.",
    )


def _blocked(known: Known, when: _When) -> tuple[str, str]:
    return (
        f"The site refuses to let it be read ({_because(known)}), {known.failures} times in a row{_last_read(known, when)}.",
        "Ask the site to let Monitor in; `polling.contact` tells it who asks.",
    )


def _failing(known: Known, when: _When) -> tuple[str, str]:
    detail = f": {known.detail}" if known.detail else ""
    says = f"Cannot be read ({_because(known)}{detail}), {known.failures} times in a row{_last_read(known, when)}."
    missing = failing.is_missing(known.reason, known.status)
    default = "See whether its address is right; it is called gone after some days of this." if missing else _PASSES
    return says, _ADVICE.get(known.reason, default)


def _stale(known: Known, when: _When) -> tuple[str, str]:
    since = f" since {when(known.last_new)}" if known.last_new else ""
    usual = f", and seldom pauses for more than {lasting(known.usual_pause)}" if known.usual_pause else ""
    return (
        f"Has brought nothing new{since}{usual}.",
        "Look at the site: it may publish elsewhere now.",
    )


def _moved(known: Known, _: _When) -> tuple[str, str]:
    return (
        f"Has moved for good from {known.moved_from} and is read at its new address.",
        f'Write the new address into the configuration: url = "{known.url}"',
    )


def _lying(known: Known, when: _When) -> tuple[str, str]:
    since = f" (found at {when(known.lying_since)})" if known.lying_since else ""
    return (
        f"Says that nothing has changed where something has{since}: it is read in full each time.",
        "Nothing: it is believed again once it has told of five changes in a row.",
    )


def _slow(known: Known, _: _When) -> tuple[str, str]:
    usual = f", usually in {known.usual_answer:.1f} s" if known.usual_answer else ""
    return (
        f"Answers in {known.answer or 0:.1f} s{usual}.",
        "Nothing: it is read all the same, within `polling.timeout`.",
    )


def _working(_: Known, __: _When) -> tuple[str, str]:
    return "Works.", ""


_WORDS: Final[dict[State, Callable[[Known, _When], tuple[str, str]]]] = {
    "gone": _gone,
    "blocked": _blocked,
    "failing": _failing,
    "stale": _stale,
    "moved": _moved,
    "lying": _lying,
    "slow": _slow,
    "working": _working,
}


def _lost(known: Known, when: _When) -> str:
    """What may have come and gone unseen."""
    times = "Once" if known.gaps == 1 else f"{known.gaps} times"
    window = (
        f" between {when(known.gap_since)} and {when(known.gap_until)}" if known.gap_since and known.gap_until else ""
    )
    last = window if known.gaps == 1 else f"; the last time{window}" if window else ""
    return f"{times} a look knew none of its entries, so that others may have come and gone{last}. Poll it more often."


def _because(known: Known) -> str:
    status = known.status
    return f"{known.reason}, {status}" if status and str(status) not in known.reason else known.reason


def _last_read(known: Known, when: _When) -> str:
    return f"; last read {when(known.last_ok)}" if known.last_ok else "; never read"
