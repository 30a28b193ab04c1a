"""What makes alerts not worth telling for a while: silences that somebody set, and inhibitions by what happened elsewhere.

One snapshot holds all that is in force; it is the fold of its events. It tells nobody, and asks no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from monitor.core.events import InhibitionStarted, SilenceExpired, SilenceSet, entity_id
from monitor.core.policy.labels import Labels, Matchers, chosen, fits

ENTITY = "mutes"
MOST = 1_000  # silences, and inhibitions, in force at once

MuteEvent = SilenceSet | SilenceExpired | InhibitionStarted


class TooMany(ValueError):
    """There are as many silences in force as are kept: one must be ended first."""


@dataclass(frozen=True, slots=True)
class Inhibition:
    """A rule: what `by` fits makes alerts that `match` fits not worth telling, `lasting` so long, where the labels in `equal` agree."""

    name: str
    by: Matchers
    match: Matchers = field(default_factory=dict)
    equal: tuple[str, ...] = ()
    lasting: timedelta = timedelta(hours=1)


class Mutes(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is in force, the newest last; what has run out leaves with the next event."""

    silences: tuple[SilenceSet, ...] = ()
    inhibitions: tuple[InhibitionStarted, ...] = ()


class Muted(msgspec.Struct, frozen=True):
    """Why an alert tells nobody: `silenced` or `inhibited`, and by what."""

    reason: str
    by: str


def decode(snapshot: bytes) -> Mutes:
    """The snapshot as the log keeps it; nothing is in force before the first event."""
    return msgspec.json.decode(snapshot, type=Mutes) if snapshot else Mutes()


def fold(mutes: Mutes, event: MuteEvent) -> Mutes:
    """What is in force after an event."""
    silences = tuple(one for one in mutes.silences if one.until > event.at)
    inhibitions = tuple(one for one in mutes.inhibitions if one.until > event.at)
    match event:
        case SilenceSet():
            return Mutes((*silences, event)[-MOST:], inhibitions)
        case SilenceExpired():
            return Mutes(tuple(one for one in silences if one.silence != event.silence), inhibitions)
        case InhibitionStarted():
            return Mutes(silences, (*inhibitions, event)[-MOST:])


def set_silence(
    mutes: Mutes, matchers: dict[str, tuple[str, ...]], *, at: datetime, until: datetime, comment: str, by: str
) -> SilenceSet:
    """The event of a new silence. Raises ValueError without a matcher, a comment or an end, TooMany where no more are kept."""
    if not matchers:
        raise ValueError("a silence needs a label to match: one of everything would hide what matters")
    if not comment.strip():
        raise ValueError("a silence needs a comment that says why")
    if until <= at:
        raise ValueError("a silence needs an end that is still to come")
    if sum(one.until > at for one in mutes.silences) >= MOST:
        raise TooMany(f"{MOST} silences are in force: end one first")
    parts = (at.isoformat(), until.isoformat(), repr(sorted(matchers.items())), comment, by)
    return SilenceSet(at, entity_id("silence", *parts), matchers, until, comment.strip(), by)


def muted(mutes: Mutes, rules: Sequence[Inhibition], alert: str, labels: Labels, at: datetime) -> Muted | None:
    """Why an alert with these labels tells nobody at this moment; None where nothing is against it."""
    for silence in mutes.silences:
        if silence.at <= at < silence.until and fits(silence.matchers, labels):
            return Muted("silenced", silence.silence)
    matching = {rule.name: rule for rule in rules if fits(rule.match, labels)}
    for started in mutes.inhibitions:
        rule = matching.get(started.rule)
        agrees = rule and all(labels.get(name, ()) == values for name, values in started.equal.items())
        if agrees and started.by != alert and started.at <= at < started.until:
            return Muted("inhibited", started.by)
    return None


def inhibitions(
    mutes: Mutes, rules: Sequence[Inhibition], by: str, labels: Labels, at: datetime
) -> tuple[InhibitionStarted, ...]:
    """The events of what an alert or event with these labels inhibits from now on; none for what it has done before."""
    started = [
        InhibitionStarted(at, rule.name, chosen(labels, rule.equal), at + rule.lasting, by)
        for rule in rules
        if fits(rule.by, labels)
    ]
    done = {(one.rule, one.by) for one in mutes.inhibitions}
    return tuple(one for one in started if (one.rule, one.by) not in done)
