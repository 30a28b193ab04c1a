"""What ties tables together: ids that must exist, keys that exclude each other. It reads the raw tables, so that one fault hides no other.

Values of a wrong type are passed over here: the models refuse them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args

from pydantic import SecretStr

from monitor.config.channels import TABLES
from monitor.config.findings import Finding, one_of
from monitor.config.models import Feed, Page, Redis
from monitor.config.positions import Path
from monitor.config.table import Table
from monitor.config.watchlists import Severity, Watchlist
from monitor.core.watch.checks import Known, flaws
from monitor.core.watch.grammar import BadQuery, Flaw, parse

Raw = Mapping[str, Any]


def check(raw: Raw, listed: Collection[str] = ()) -> Iterator[Finding]:
    """Every finding about how the tables of a file fit together; `listed` are the ids of entities that stand in other files."""
    for path, table, model in _each_table(raw):
        yield from _check_company(path, table, model)
    yield from _check_sources(raw)
    entities = {name for name, _ in _items(raw.get("entities"))}.union(listed)
    yield from _check_ids(raw, entities)
    yield from _check_queries(raw, entities)
    yield from _check_routes(raw, entities)


def check_transport(raw: Raw) -> Iterator[Finding]:
    """Channels that would send in the clear; to be asked once secret addresses were brought in."""
    for channel, table in tables_of(raw, "channels"):
        url = table.get("api" if table.get("type") == "slack" else "url")
        plain = url.get_secret_value() if isinstance(url, SecretStr) else url
        if isinstance(plain, str) and plain.startswith("http://") and table.get("allow_private") is not True:
            key = "url_env" if "url_env" in table else "api" if "api" in table else "url"
            yield Finding(("channels", channel, key), "value", "a URL that starts with https://", "http://")


def tables_of(raw: Raw, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """The tables of a kind by id; what is no table is left out."""
    tables = raw.get(kind)
    return [(name, table) for name, table in _items(tables) if isinstance(table, dict)]


def _items(tables: object) -> Iterator[tuple[str, Any]]:
    if isinstance(tables, dict):
        yield from tables.items()


def _each_table(raw: Raw) -> Iterator[tuple[Path, dict[str, Any], type[Table]]]:
    kinds: dict[str, type[Table]] = {"feeds": Feed, "pages": Page, "watchlists": Watchlist}
    for kind, model in kinds.items():
        yield from (((kind, name), table, model) for name, table in tables_of(raw, kind))
    for name, table in tables_of(raw, "channels"):
        if (kind := str(table.get("type"))) in TABLES:
            yield ("channels", name), table, TABLES[kind]
    if isinstance(redis := raw.get("redis"), dict):
        yield ("redis",), redis, Redis


def _check_company(path: Path, table: dict[str, Any], model: type[Table]) -> Iterator[Finding]:
    """Keys that stand together and must not, or are all missing where one must stand."""
    for keys in model.at_most_one:
        given = [key for key in keys if key in table]
        if len(given) > 1:
            yield Finding((*path, given[-1]), "key", " or ".join(keys), "both")
    for keys in model.at_least_one:
        if not any(key in table for key in keys):
            yield Finding((*path, keys[0]), "key", " or ".join(keys), "neither")


def _check_sources(raw: Raw) -> Iterator[Finding]:
    feeds = {name for name, _ in _items(raw.get("feeds"))}
    for name, _ in _items(raw.get("pages")):
        if name in feeds:
            yield Finding(("pages", name), "key", "an id that no feed has", f'"{name}"')


def _check_queries(raw: Raw, entities: set[str]) -> Iterator[Finding]:
    """What is wrong with queries, each flaw at its character."""
    sources = _source_names(raw)
    known = Known(entities, *partition(sources))
    for name, table in tables_of(raw, "watchlists"):
        if isinstance(text := table.get("query"), str):
            for flaw in _flaws(text, known):
                yield Finding(("watchlists", name, "query"), "value", flaw.expected, flaw.got, flaw.at)


def _flaws(text: str, known: Known) -> Iterator[Flaw]:
    try:
        yield from flaws(parse(text).query, known)
    except BadQuery as bad:
        yield bad.flaw


def partition(sources: set[str]) -> tuple[set[str], set[str]]:
    """What a watchlist's `feeds` may say, as ids and as tags."""
    tags = {name.removeprefix("tag:") for name in sources if name.startswith("tag:")}
    return {name for name in sources if not name.startswith("tag:")}, tags


def _check_ids(raw: Raw, entities: set[str]) -> Iterator[Finding]:
    channels = {name for name, _ in _items(raw.get("channels"))}
    sources = _source_names(raw)
    for name, table in tables_of(raw, "watchlists"):
        here = ("watchlists", name)
        yield from _check_list((*here, "entities"), table.get("entities"), entities, "the id of an entity")
        yield from _check_list((*here, "feeds"), table.get("feeds"), sources, "the id of a feed or page, or tag:NAME")
        yield from _check_list((*here, "notify"), table.get("notify"), channels, "the id of a channel")
    if isinstance(defaults := raw.get("defaults"), dict):
        for key in ("notify", "health"):
            yield from _check_list(("defaults", key), defaults.get(key), channels, "the id of a channel")
    if isinstance(heartbeat := raw.get("heartbeat"), dict):
        yield from _check_list(("heartbeat", "notify"), heartbeat.get("notify"), channels, "the id of a channel")
    for name, table in tables_of(raw, "channels"):
        fallback = table.get("fallback")
        if isinstance(fallback, str) and fallback not in channels - {name}:
            expected, got = one_of(channels - {name}, "the id of another channel", fallback)
            yield Finding(("channels", name, "fallback"), "value", expected, got)


def _check_routes(raw: Raw, entities: set[str]) -> Iterator[Finding]:
    """Channels that routes tell, and what routes and inhibitions match by id."""
    channels = {name for name, _ in _items(raw.get("channels"))}
    for path, table in _each_route(raw.get("routes"), ("routes",)):
        yield from _check_list((*path, "notify"), table.get("notify"), channels, "the id of a channel")
        yield from _check_match(raw, entities, (*path, "match"), table.get("match"))
    for index, table in enumerate(_listed(raw.get("inhibit"))):
        for key in ("by", "match"):
            yield from _check_match(raw, entities, ("inhibit", index, key), table.get(key))


def _each_route(routes: object, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for index, table in enumerate(_listed(routes)):
        yield (*path, index), table
        yield from _each_route(table.get("routes"), (*path, index, "routes"))


def _listed(tables: object) -> list[dict[str, Any]]:
    """The tables of a list; what is no table counts as an empty one, so that the others keep their places."""
    return [table if isinstance(table, dict) else {} for table in (tables if isinstance(tables, list) else [])]


def _check_match(raw: Raw, entities: set[str], path: Path, match: object) -> Iterator[Finding]:
    known = {
        "watchlist": ({name for name, _ in _items(raw.get("watchlists"))}, "the id of a watchlist"),
        "entity": (entities, "the id of an entity"),
        "feed": ({n for kind in ("feeds", "pages") for n, _ in _items(raw.get(kind))}, "the id of a feed or page"),
        "severity": (set(get_args(Severity)), "a severity"),
    }
    for label, (names, kind) in known.items():
        value = match.get(label) if isinstance(match, dict) else None
        if isinstance(value, str) and "*" not in value and value not in names:
            yield Finding((*path, label), "value", *one_of(names, kind, value))
        elif isinstance(value, list):
            plain = [name if isinstance(name, str) and "*" not in name else None for name in value]
            yield from _check_list((*path, label), plain, names, kind)


def _source_names(raw: Raw) -> set[str]:
    """All that a watchlist's `feeds` may say: ids of feeds and pages, and their tags."""
    names = set()
    for kind in ("feeds", "pages"):
        names |= {name for name, _ in _items(raw.get(kind))}
        for _, table in tables_of(raw, kind):
            tags = table.get("tags")
            names |= {f"tag:{tag}" for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()
    return names


def _check_list(path: Path, listed: object, known: set[str], kind: str) -> Iterator[Finding]:
    for index, name in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(name, str) and name not in known:
            yield Finding((*path, index), "value", *one_of(known, kind, name))
