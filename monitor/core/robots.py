"""What a robots.txt allows: RFC 9309, with the readings that Google's published parser gives to what the standard leaves open.

Fetches nothing and keeps nothing. A file that could not be had is the caller's case (RFC 9309, section 2.3.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, urlsplit

MOST_BYTES = 500 * 1024  # what a crawler must at least read (section 2.5), and what we read at most
LONGEST_LINE = 16 * 1024
MOST_RULES = 10_000

_AGENT = re.compile(r"[A-Za-z_-]*")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_KEYS = {
    **dict.fromkeys(("user-agent", "useragent", "user agent"), "agent"),
    "allow": "allow",
    **dict.fromkeys(("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), "disallow"),
}


class Rule(NamedTuple):
    """A line that allows or disallows the paths that its pattern matches."""

    allows: bool
    pattern: str


class Robots(NamedTuple):
    """The rules that hold for one agent. `own`: the file names this agent, so that what it says of `*` does not count."""

    rules: tuple[Rule, ...]
    own: bool

    def allow(self, url: str) -> bool:
        """Whether the address may be fetched: the longest pattern that matches decides, and of two as long the one that allows."""
        path = _path(url)
        best = max(
            ((length, rule.allows) for rule in self.rules if (length := _reach(rule, path)) > 0), default=(0, True)
        )
        return best[1]


def parse(text: bytes | str, agent: str) -> Robots:
    """The rules for an agent, such as `Monitor`: its own groups where there are any, else those for `*`."""
    lines = text[:MOST_BYTES].decode("utf-8", "replace") if isinstance(text, bytes) else text[:MOST_BYTES]
    own: list[Rule] = []
    everybody: list[Rule] = []
    named = False
    listening: list[list[Rule]] = []
    in_rules = False  # agents in a row share what follows; the first agent after a rule begins a new group
    for key, value in _entries(lines):
        if key == "agent":
            if in_rules:
                listening, in_rules = [], False
            if value == "*" or value.startswith("* "):
                listening.append(everybody)
            elif agent and _AGENT.match(value).group().lower() == agent.lower():  # type: ignore[union-attr]  # matches anything
                listening.append(own)
                named = True
        else:
            in_rules = in_rules or bool(listening)
            for rules in listening:
                if len(rules) < MOST_RULES:
                    rules.append(Rule(key == "allow", _escaped(value)))
    return Robots(tuple(own if named else everybody), named)


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")):
        said = line[:LONGEST_LINE].partition("#")[0].strip()
        key, colon, value = said.partition(":")
        if not colon:  # a forgotten colon is forgiven where there are just two words
            words = said.split()
            if len(words) != 2:
                continue
            key, value = words
        kind = _KEYS.get(key.strip().lower())
        if kind:
            yield kind, value.strip()


def _escaped(pattern: str) -> str:
    """A pattern as addresses are written: other scripts percent-encoded, the digits of escapes in capitals."""
    encoded = quote(pattern, safe="".join(map(chr, range(33, 127))))
    return _ESCAPE.sub(lambda escape: escape.group().upper(), encoded)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _reach(rule: Rule, path: str) -> int:
    """How long the pattern is that matches; 0 where none does. `…/index.html` allows its folder, too."""
    if _matches(path, rule.pattern):
        return len(rule.pattern)
    folder, slash, page = rule.pattern.rpartition("/")
    if rule.allows and slash and page.startswith("index.htm") and _matches(path, f"{folder}/$"):
        return len(folder) + 2
    return 0


def _matches(path: str, pattern: str) -> bool:
    """Whether the path begins with the pattern, where `*` is any text and `$` at the end is the path's end (section 2.2.3).

    Without backtracking: of several places where a piece fits, the first serves as well as any later one.
    """
    anchored = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    reached = len(first)
    if not pieces:
        return not anchored or reached == len(path)
    *middle, last = pieces
    for piece in middle:
        found = path.find(piece, reached)
        if found < 0:
            return False
        reached = found + len(piece)
    if anchored:
        return len(path) - reached >= len(last) and path.endswith(last)
    return path.find(last, reached) >= 0
