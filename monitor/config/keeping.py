"""Tables on what is kept, and for how long, and on what is summed up: `[captures]`, `template_after`, `[archive]`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.config.table import Table
from monitor.config.values import Duration, refuse, spell

_WEEK = timedelta(days=7)


def _check_week(duration: timedelta | None) -> timedelta | None:
    if duration is not None and duration < _WEEK:
        raise refuse(f"at least {spell(_WEEK)}")
    return duration


class Captures(Table):
    """`[captures]`: the raw pages of revisions. Those of held articles, and of the newest revisions of live ones, always stay."""

    keep: Annotated[Duration, Field(description="How long the raw page of a revision is kept.")] = timedelta(days=365)
    megabytes: Annotated[
        int, Field(ge=1, le=10**9, description="How much all of them may take on the disk; the oldest go first.")
    ] = 20_480


class TemplateAfter(Table):
    """`template_after = { articles, within }`: when the same edit on many articles of a site is the site's."""

    articles: Annotated[int, Field(ge=2, le=400, description="How many articles must have the same edit.")] = 5
    within: Annotated[Duration, Field(description="The time in which they are counted.")] = timedelta(hours=1)


class Sealing(Table):
    """`seal = { after, events, bytes }`: when what waits is archived; whatever is reached first."""

    after: Annotated[Duration, Field(description="How long an event waits at most.")] = timedelta(minutes=10)
    events: Annotated[int, Field(ge=1, le=100_000, description="How many events wait at most.")] = 2000
    size: Annotated[
        int,
        Field(
            ge=2**16, le=2**28, validation_alias="bytes", description="How many bytes wait at most, before compression."
        ),
    ] = 2**23


class Archive(Table):
    """`[archive]`: the move of older events from the log's server to compressed files in `data_dir`."""

    enabled: Annotated[
        bool | None,
        Field(description="Whether events are archived. Left out: with the embedded server."),
    ] = None
    seal: Annotated[Sealing, Field(description="When what waits is archived; whatever is reached first.")] = Field(
        default_factory=Sealing
    )
    keep: Annotated[
        Duration | None,
        AfterValidator(_check_week),
        Field(
            description="How long archived events are kept that do not stand any more: older revisions, alerts, messages. Left out: for ever.",
        ),
    ] = None
    megabytes: Annotated[
        int | None,
        Field(
            ge=1,
            le=10**9,
            description="How much the archive may take on the disk; the oldest such events go first, none within a week. Left out: all it needs.",
        ),
    ] = None
