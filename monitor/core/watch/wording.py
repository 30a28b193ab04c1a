"""A query written out: in canonical form, which reads back as the same query, and in words for whoever must trust it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from monitor.core.watch import query as q
from monitor.core.watch.dialects import of_word
from monitor.core.watch.query import Query

_BARE = re.compile(r"[^\W_](?:[\w.&'-]*\w)?")
_PLAIN = re.compile(r"(?!OR$)[\w.:/*-]+")
_OPERATORS = re.compile(r"(?:AND|OR|NOT|O?NEAR|SENTENCE|PARAGRAPH|near)")


def canonical(query: Query) -> str:
    """The query as a string that reads back as the same query, with all parentheses."""
    match query:
        case q.Or(parts):
            return " OR ".join(map(_joined, parts))
        case q.And(parts):
            return " AND ".join(map(_joined, parts))
        case q.Not(part):
            return f"NOT {_joined(part)}"
        case q.Near(left, right, distance, ordered):
            return f"{_grouped(left)} NEAR/{distance}{'f' if ordered else ''} {_grouped(right)}"
        case q.Together(left, right, unit):
            return f"{_grouped(left)} {unit.upper()} {_grouped(right)}"
        case q.Zone(name, part):
            return f"{name}:{_grouped(part)}"
        case q.Said(None, q.EntityRef() as part):
            return f"said:({canonical(part)})"  # without parentheses it would be the speaker
        case q.Said(speaker, part):
            return f"said:{f'@{speaker} ' if speaker else ''}{_grouped(part)}"
        case q.Scope(name, values):
            listed = " OR ".join(value if _PLAIN.fullmatch(value) else _quoted(value) for value in values)
            return f"{name}:{listed if len(values) == 1 else f'({listed})'}"
        case _:
            return _leaf(query)


def _joined(query: Query) -> str:
    return canonical(query) if isinstance(query, q.Not) else _grouped(query)


def _grouped(query: Query) -> str:
    written = canonical(query)
    return f"({written})" if isinstance(query, q.And | q.Or | q.Not | q.Near | q.Together) else written


def _leaf(query: q.Leaf | q.Loose) -> str:
    match query:
        case q.Phrase(text):
            return text if _is_bare(text) else _quoted(text)
        case q.Wildcard(pattern):
            return f'"{pattern.replace(chr(34), chr(92) + chr(34))}"' if _needs_quotes(pattern) else pattern
        case q.Exact(text):
            return f"{{{text}}}"
        case q.EntityRef(id=name):
            return f"@{name}"
        case q.Loose(words, distance):
            return f"{_quoted(' '.join(words))}~{distance}"
        case q.Regex(pattern, ignores_case):
            return f"/{pattern.replace('/', chr(92) + '/')}/{'i' if ignores_case else ''}"


def _is_bare(text: str) -> bool:
    """Whether a word can stand alone, and is no operator, here or elsewhere."""
    return bool(_BARE.fullmatch(text)) and not _OPERATORS.fullmatch(text) and not of_word(text)


def _needs_quotes(pattern: str) -> bool:
    """Whether a wildcard cannot stand alone: its letters would be read as something else than one word."""
    return bool(of_word(pattern)) or not re.fullmatch(
        r'(?![A-Za-z_]+:)[^\s()"“”„‟«»＂{}<>~@/−–—,;-][^\s()"“”„‟«»＂{}<>~]*(?<![,;])', pattern
    )


def _quoted(text: str) -> str:
    """In quotation marks, with a backslash before what would mean something there."""
    escaped = re.sub(r'["\\*?]', r"\\\g<0>", text)
    return f'"{escaped}"'


# --- in words --------------------------------------------------------------------------------------------------------


def in_words(query: Query, names: Mapping[str, str] | None = None) -> str:
    """The query in plain English; `names` has the display name of each entity."""
    known = names or {}

    def say(part: Query) -> str:
        return _said_simply(part, known) or _said_of_parts(part, grouped)

    def grouped(part: Query) -> str:
        return f"({say(part)})" if len(q.inner(part)) > 1 else say(part)

    return say(query)


def _said_simply(query: Query, names: Mapping[str, str]) -> str | None:
    match query:
        case q.Phrase(text):
            return f"“{text}”"
        case q.Exact(text):
            return f"“{text}” written exactly so"
        case q.Wildcard(pattern):
            return f"a word like “{pattern}”" if " " not in pattern else f"words like “{pattern}”"
        case q.Regex(pattern, ignores_case):
            return f"a match of /{pattern}/" + (" in any case" if ignores_case else "")
        case q.EntityRef(id=name):
            return f"any name of {names.get(name, name)}"
        case q.Loose(words, distance):
            listed = ", ".join(f"“{word}”" for word in words)
            return f"{listed} in any order with at most {_count(distance)} between them"
        case q.Scope(name, values):
            return f"{_PLACES[name]} is {' or '.join(f'“{value}”' for value in values)}"
        case _:
            return None


def _said_of_parts(query: Query, say: Callable[[Query], str]) -> str:
    match query:
        case q.And(parts):
            return " and ".join(map(say, parts))
        case q.Or(parts):
            return " or ".join(map(say, parts))
        case q.Not(part):
            return f"not {say(part)}"
        case q.Near(left, right, distance, ordered):
            way = "before" if ordered else "near"
            return f"{say(left)} {way} {say(right)} with at most {_count(distance)} between them"
        case q.Together(left, right, unit):
            return f"{say(left)} and {say(right)} in one {unit}"
        case q.Zone(name, part):
            return f"in {_ZONES[name]}: {say(part)}"
        case q.Said(speaker, part):
            return f"said by {say(q.EntityRef(speaker)).removeprefix('any name of ') if speaker else 'somebody named'}: {say(part)}"
        case _:
            raise AssertionError(query)  # all other nodes have no parts


def _count(words: int) -> str:
    return "no word" if words == 0 else "1 word" if words == 1 else f"{words} words"


_ZONES: dict[q.ZoneName, str] = {
    "title": "the headline", "lede": "the standfirst or first paragraph", "body": "the text", "quote": "direct speech",
    "byline": "the byline", "caption": "a caption",
}  # fmt: skip
_PLACES: dict[q.ScopeName, str] = {
    "site": "the site", "feed": "the feed", "tag": "a tag of the feed", "lang": "the language", "section": "the section",
    "author": "the author", "url": "the address",
}  # fmt: skip
