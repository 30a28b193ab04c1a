"""The tables that say what to look for: entities and watchlists. Lists of entities in files of their own are read in `lists`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monitor.config.table import Table
from monitor.config.values import UNIQUE, Distinct, Duration, FilePath, Ids, SourceNames, Terms, refuse

Severity = Literal["info", "warning", "critical"]
Change = Literal[
    "appeared", "disappeared", "added", "removed", "moved", "changed", "withdrawn", "restored",
    "figure", "quote", "headline", "hedge", "correction",
]  # fmt: skip
CHANGES: tuple[Change, ...] = get_args(Change)


def _all_for_everything(value: object) -> object:
    return CHANGES if value == "everything" else value


def _check_moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise refuse('a date or time such as "2015-12-31" or "2015-12-31T18:00"') from error
    return text


def _check_language(text: str) -> str:
    if not re.fullmatch("[a-z]{2,3}", text):
        raise refuse('a language such as "en"')
    return text


Changes = Annotated[
    tuple[Change, ...],
    BeforeValidator(_all_for_everything),
    Field(strict=False, min_length=1),
    Distinct,
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "everything"},
                {"type": "array", "items": {"enum": list(CHANGES)}, "minItems": 1, "uniqueItems": True},
            ]
        }
    ),
]
Moment = Annotated[
    str,
    AfterValidator(_check_moment),
    Field(
        json_schema_extra={
            "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?)?$"
        }
    ),
]
Language = Annotated[str, AfterValidator(_check_language), Field(json_schema_extra={"pattern": "^[a-z]{2,3}$"})]
Languages = Annotated[tuple[Language, ...], Field(strict=False, min_length=1, json_schema_extra=UNIQUE), Distinct]
Texts = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100_000)], ...], Field(strict=False)]


class Entity(Table):
    """`[entities.ID]`: somebody or something with all its names."""

    aliases: Annotated[
        Terms, Field(description="All its names; the first is shown. `{ISIS}` in braces: exact in case and accents.")
    ]
    reject_near: Annotated[
        Terms | None, Field(description="Phrases that make a name within ten words of them somebody else's.")
    ] = None


class Watchlist(Table):
    """`[watchlists.ID]`: what to look for, where, and whom to tell."""

    at_least_one = (("query", "phrases", "entities", "entities_file", "all"),)
    at_most_one = (
        ("query", "phrases"),
        ("query", "entities"),
        ("query", "entities_file"),
        ("query", "all"),
        ("query", "none"),
    )

    query: Annotated[
        Annotated[str, Field(min_length=1)] | None, Field(description="What to look for, in the query language.")
    ] = None
    phrases: Annotated[
        Terms | None,
        Field(description="Phrases to look for; one is enough. `{ISIS}` in braces: exact in case and accents."),
    ] = None
    entities: Annotated[
        Annotated[Ids, Field(min_length=1)] | None, Field(description="Ids of entities to look for; one is enough.")
    ] = None
    entities_file: Annotated[
        FilePath | None, Field(description="A CSV file of entities (id, alias…) to look for; one is enough.")
    ] = None
    all: Annotated[Terms | None, Field(description="Phrases that must all stand in the article.")] = None
    none: Annotated[Terms | None, Field(description="Phrases of which none may stand in the article.")] = None
    severity: Annotated[Severity, Field(description="How grave a match is; it is sent with the alert.")] = "warning"
    feeds: Annotated[
        SourceNames | None,
        Field(description="Where to look: ids of feeds and pages, or `tag:NAME`. Left out: everywhere."),
    ] = None
    languages: Annotated[
        Languages | None,
        Field(description="Languages to look at; articles that state none are looked at too. Left out: all."),
    ] = None
    on: Annotated[
        Changes,
        Field(description='Which changes of a story raise an alert; `"everything"` names all of them.'),
    ] = ("appeared", "disappeared", "withdrawn")
    notify: Annotated[
        Ids | None,
        Field(
            description="Ids of the channels to tell. Left out: `defaults.notify`. An empty list: alerts are recorded, nobody is told."
        ),
    ] = None
    max_age: Annotated[
        Duration | None,
        Field(description="Articles older than this at first sight do not alert here. Left out: the feed's `max_age`."),
    ] = None
    expires: Annotated[
        Moment | None,
        Field(description="From when on it is silent: a date or time, in `timezone` where it names no zone."),
    ] = None
    matches: Annotated[Texts, Field(description="Texts that must match; `monitor check` tries them.")] = ()
    rejects: Annotated[Texts, Field(description="Texts that must not match; `monitor check` tries them.")] = ()
