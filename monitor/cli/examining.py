"""What `monitor check` looks at beyond a configuration's form: the texts that its watchlists must and must not match, doubts, wordings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from monitor.config import Config
from monitor.config.files import place, read_text
from monitor.config.findings import dotted
from monitor.config.positions import Path as KeyPath
from monitor.config.positions import Positions
from monitor.core.content import Block, Content
from monitor.core.watch.evaluate import Rule, Rulebook
from monitor.core.watch.explain import why_not
from monitor.core.watch.grammar import parse
from monitor.core.watch.query import anywhere
from monitor.core.watch.wording import canonical, in_words
from monitor.errors import ConfigError, Fault
from monitor.rules import rulebook_of

_LONGEST_SHOWN = 60
_LONGEST_WORDING = 2_000


def examine(config: Config, path: Path) -> list[str]:
    """Try the examples of all watchlists, and return what is doubtful about their queries. Raises ConfigError where one fails.

    Each is judged as a paragraph of an article that is published wherever the query likes.
    """
    text = read_text(path)
    positions = Positions(text)
    notes = [
        str(Fault(str(path), *where, dotted(key), f"{warning}\n{positions.excerpt(where)}"))
        for key, at, warning in _doubts(config)
        for where in (positions.of_character(key, at),)
    ]
    if faults := [Fault(str(path), *place(key, text), dotted(key), problem) for key, problem in _failures(config)]:
        raise ConfigError(faults)
    return notes


def explained(config: Config) -> dict[str, dict[str, str]]:
    """Each watchlist's query in canonical form and in words."""
    names = {entity.id: entity.aliases[0] for entity in config.named()}
    asked = {name: watchlist.asked for name, watchlist in rulebook_of(config).watchlists.items()}
    return {
        name: {
            "canonical": _cut(canonical(query), _LONGEST_WORDING),
            "words": _cut(in_words(query, names), _LONGEST_WORDING),
        }
        for name, query in asked.items()
    }


def _doubts(config: Config) -> Iterator[tuple[KeyPath, int, str]]:
    """What its author should know about a query, and at which of its characters."""
    for name, table in config.watchlists.items():
        for at, warning in parse(table.query).warnings if table.query else ():
            yield ("watchlists", name, "query"), at, warning


def _failures(config: Config) -> Iterator[tuple[KeyPath, str]]:
    """The examples that do otherwise than they should."""
    tried = [name for name, table in config.watchlists.items() if table.matches or table.rejects]
    if not tried:
        return
    watchlists = [watchlist for name, watchlist in rulebook_of(config).watchlists.items() if name in tried]
    book = Rulebook.compile([replace(each, query=anywhere(each.asked)) for each in watchlists], config.named())
    for rule in book.rules:
        table = config.watchlists[rule.watchlist.id]
        for key, examples in (("matches", table.matches), ("rejects", table.rejects)):
            for number, example in enumerate(examples):
                if problem := _problem(book, rule, example, must_match=key == "matches"):
                    yield ("watchlists", rule.watchlist.id, key, number), problem


def _problem(book: Rulebook, rule: Rule, example: str, *, must_match: bool) -> str | None:
    text = book.event(None, Content("", blocks=(Block("paragraph", example),)), how="new", source="").after
    shown = f"“{_cut(example, _LONGEST_SHOWN)}”"
    if must_match:
        reason = why_not(rule.plan, text)
        return f"expected a text that matches, got {shown}: {reason}" if reason else None
    found = [canonical(term.query) for term in text.terms(rule.plan)]
    return f"expected a text that does not match, got {shown}: it has {', '.join(found)}" if found else None


def _cut(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[:limit]}…"
