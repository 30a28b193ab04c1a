"""`[[routes]]` and `[[inhibit]]`: who is told of which alerts, and when. What a route means is the core's to say."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, JsonValue, PlainSerializer, WithJsonSchema

from monitor.config.table import Table
from monitor.config.values import UNIQUE, Distinct, Duration, Ids, Zone, read_cron, read_duration, refuse

Label = Literal["watchlist", "entity", "feed", "site", "severity", "change", "type"]
GroupLabel = Literal["watchlist", "entity", "feed", "site", "severity", "change", "type", "article"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_PATTERN = r"^[^\s*]*(\*[^\s*]*)*$"
_TIME = r"^([01]\d|2[0-3]):[0-5]\d$"


# --- single values ---------------------------------------------------------------------------------------------------


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _read_time(value: object) -> time:
    if isinstance(value, time) and not (value.second or value.microsecond or value.tzinfo):
        return value
    if not isinstance(value, str) or not re.fullmatch(_TIME, value):
        raise refuse('a time of day such as "22:30"')
    return time.fromisoformat(value)


def _read_digest(value: object) -> object:
    """A duration, or a cron string: that has spaces in it."""
    return read_cron(value) if isinstance(value, str) and " " in value.strip() else read_duration(value)


_WORD: dict[str, JsonValue] = {"type": "string", "minLength": 1, "maxLength": 200}
Values = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=200)], ...],
    BeforeValidator(_listed),
    Field(strict=False, min_length=1),
    Distinct,
    WithJsonSchema({"anyOf": [_WORD, {"type": "array", "items": _WORD, "minItems": 1, "uniqueItems": True}]}),
]
GroupBy = Annotated[tuple[GroupLabel, ...], Field(strict=False, json_schema_extra=UNIQUE), Distinct]
Equal = Annotated[tuple[Label, ...], Field(strict=False, json_schema_extra=UNIQUE), Distinct]
Days = Annotated[tuple[Day, ...], Field(strict=False, min_length=1, json_schema_extra=UNIQUE), Distinct]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_read_time),
    PlainSerializer(lambda value: value.strftime("%H:%M"), when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _TIME}),
]
Digest = Annotated[timedelta | str, BeforeValidator(_read_digest), WithJsonSchema({"type": "string", "minLength": 2})]


# --- tables ----------------------------------------------------------------------------------------------------------


class Match(Table):
    """`match = { label = value, … }`: what an alert must be like. A list: any of its values; `*`: any characters."""

    watchlist: Annotated[Values | None, Field(description="Ids of watchlists.")] = None
    entity: Annotated[Values | None, Field(description="Ids of entities that were found.")] = None
    feed: Annotated[Values | None, Field(description="Ids of feeds and pages.")] = None
    site: Annotated[Values | None, Field(description="Publishers' sites, such as `example.co.uk`.")] = None
    severity: Annotated[Values | None, Field(description="`info`, `warning`, `critical`.")] = None
    change: Annotated[
        Values | None, Field(description="What became of a term: `appeared`, `disappeared` and so on.")
    ] = None
    type: Annotated[Values | None, Field(description="The event's type: `alert.raised` for every alert.")] = None

    @property
    def matchers(self) -> dict[str, tuple[str, ...]]:
        """Label → values of which one must fit."""
        said: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: values for name, values in said.items() if values is not None}


class QuietHours(Table):
    """`quiet_hours = { from, to }`: when only critical alerts are told; the others wait for the end."""

    start: Annotated[TimeOfDay, Field(validation_alias="from", description='When they begin, such as `"22:00"`.')]
    end: Annotated[
        TimeOfDay, Field(validation_alias="to", description="When they end; earlier than `from`: on the next day.")
    ]
    days: Annotated[Days, Field(description="The days on which they begin.")] = DAYS
    timezone: Annotated[
        Zone | None, Field(description="The IANA time zone of these times. Left out: `timezone` at the top.")
    ] = None


class Route(Table):
    """`[[routes]]`: which channels are told of which alerts, and how."""

    match: Annotated[Match, Field(description="What an alert must be like. Left out: any alert.")] = Field(
        default_factory=Match
    )
    notify: Annotated[
        Ids | None, Field(description="Ids of the channels to tell. Left out: those that the watchlist names.")
    ] = None
    further: Annotated[
        bool,
        Field(validation_alias="continue", description="Whether the routes after this one are asked too."),
    ] = False
    group_by: Annotated[
        GroupBy | None,
        Field(
            description="Labels by which alerts are alike: those that are go out together. An empty list: no groups."
        ),
    ] = None
    group_wait: Annotated[
        Duration | None,
        Field(
            description="How long the first alert of a group waits for others. Left out, where there are groups: 30s."
        ),
    ] = None
    group_interval: Annotated[
        Duration | None,
        Field(description="The time between two messages of one group. Left out, where there are groups: 5m."),
    ] = None
    group_limit: Annotated[
        int | None,
        Field(ge=2, le=10_000, description="How many alerts one message tells of at most. Left out: 1000."),
    ] = None
    throttle: Annotated[
        Duration | None,
        Field(
            description="After an alert, others like it (in `group_by`; left out: of one watchlist and article) tell nobody for so long."
        ),
    ] = None
    digest: Annotated[
        Digest | None,
        Field(
            description="Everything in one message, so long after the first alert, or at the times of a cron string."
        ),
    ] = None
    quiet_hours: Annotated[QuietHours | None, Field(description="When only critical alerts are told.")] = None
    remind_until_ack: Annotated[
        Duration | None, Field(description="How often a message is repeated until somebody acks one of its alerts.")
    ] = None
    min_sources: Annotated[
        int | None,
        Field(
            ge=1,
            le=20,
            description="How many publishers must tell of it, copies of one text counted once; else nobody is told.",
        ),
    ] = None
    within: Annotated[
        Duration | None, Field(description="The time that `min_sources` gives them, from the first. Left out: 1h.")
    ] = None
    routes: Annotated[
        tuple[Route, ...],
        Field(strict=False, description="Routes inside this one: they have what they do not say themselves from it."),
    ] = ()


class Inhibit(Table):
    """`[[inhibit]]`: what makes other alerts not worth telling for a while."""

    by: Annotated[Match, Field(description="The alerts and events that inhibit; name their `type`.")]
    match: Annotated[Match, Field(description="The alerts that are inhibited. Left out: any.")] = Field(
        default_factory=Match
    )
    equal: Annotated[Equal, Field(description="The labels in which both must agree.")] = ()
    lasting: Annotated[Duration, Field(description="For how long.")] = timedelta(hours=1)
