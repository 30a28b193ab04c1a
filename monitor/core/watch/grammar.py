"""Reading a query: the grammar of the language, and what is wrong with a string that has none of it. It decides no meaning beyond that.

The conventions are those of the commercial media monitors, Brandwatch first: operators in capitals, NEAR before NOT before AND before OR.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from monitor.core.watch import dialects
from monitor.core.watch import query as q
from monitor.core.watch.query import Query

MAX_LENGTH = 500_000  # code points of one query
MAX_DEPTH = 40  # groups, zones and NEARs inside one another
MAX_DISTANCE = 100  # words between the sides of a NEAR

_QUOTES = "“”„‟«»＂"
_BREAKS = rf'\s()"{_QUOTES}{{}}<>~'
_ENDS = rf'(?=[\s()"{_QUOTES}{{<@]|$)'
GRAMMAR = rf"""
start: or
?or: and (OR and)*                          -> any_of
?and: not (AND? not)*                       -> all_of
?not: near | (NOT | MINUS) not              -> negated
?near: unit | near (NEAR | UNIT) unit       -> near
?unit: "(" or ")"                           -> group
     | WORD                                 -> word
     | CALL                                 -> call
     | PHRASE                               -> phrase
     | PHRASE TILDE                         -> loose
     | EXACT                                -> exact
     | ENTITY                               -> entity
     | REGEX                                -> regex
     | ZONE unit                            -> zone
     | SAID unit                            -> said
     | SPEAKER unit                         -> said_by
     | SCOPE value                          -> scope
     | SCOPE "(" listed (OR? listed)* ")"   -> scope
value: VALUE | PHRASE
listed: VALUE | PHRASE

SPEAKER.9: /said:\s*@[a-z0-9][a-z0-9_-]*/
SAID.8: /said:/
ZONE.8: /({"|".join(q.ZONES)}):/
SCOPE.8: /({"|".join(q.SCOPES)}):/
NEAR.7: /O?NEAR(\/\d+f?)?{_ENDS}|(?i:o?near\/\d+f?){_ENDS}/
UNIT.7: /(SENTENCE|PARAGRAPH){_ENDS}/
AND.7: /AND{_ENDS}/
OR.7: /OR{_ENDS}/
NOT.7: /NOT{_ENDS}/
MINUS.6: /[-−–—](?=[^\s–—-])/
CALL.6: /(?!(AND|OR|NOT|O?NEAR|SENTENCE|PARAGRAPH)\()[^\W\d]\w*\(/
ENTITY.6: /@[a-z0-9][a-z0-9_-]*/
REGEX.6: /\/(\\.|[^\/\\\n])+\/[a-zA-Z]*/
EXACT.6: /\{{[^{{}}]*\}}/
PHRASE.6: /"(\\.|[^"\\])*"|[{_QUOTES}](\\.|[^"{_QUOTES}\\])*["{_QUOTES}]/s
TILDE: /~\d+/
VALUE.2: /(?!OR{_ENDS})[^{_BREAKS},;]+/
WORD.1: /(?![a-zA-Z_]+:\S|(AND|OR|NOT|O?NEAR|SENTENCE|PARAGRAPH){_ENDS})[^{_BREAKS}@\/−,;-][^{_BREAKS}]*(?<![,;])/
COMMENT: /<<<.*?>>>/s
%import common.WS
%ignore WS
%ignore COMMENT
"""

_SHOWN = 40  # characters of what is refused
_OPERAND = 'a word, a "phrase", @entity or ( )'
_WORDS = {"RPAR": "a ) that closes the (", "VALUE": "a value", "$END": "the end of the query"}


class Flaw(NamedTuple):
    """One thing wrong with a query: where it is (code points), what was expected there and what was found."""

    at: int
    expected: str
    got: str

    def __str__(self) -> str:
        return f"expected {self.expected}, got {self.got}"


class BadQuery(ValueError):
    """A string that is no query. `flaw` says why."""

    def __init__(self, flaw: Flaw) -> None:
        self.flaw = flaw
        super().__init__(str(flaw))


@dataclass(frozen=True, slots=True)
class Read:
    """A query that was read, and what its author should know about it: (place, warning)."""

    query: Query
    warnings: tuple[tuple[int, str], ...] = ()


def parse(text: str) -> Read:
    """Read a query. Raises BadQuery with the place of the first thing that is wrong."""
    if len(text) > MAX_LENGTH:
        raise BadQuery(Flaw(0, f"a query of at most {MAX_LENGTH:,} characters", f"{len(text):,}"))
    try:
        made = cast("_Made", _parser().parse(text))
    except UnexpectedInput as error:
        raise BadQuery(_flaw(error, text)) from None
    return Read(made.query, tuple(sorted(made.warnings)))


class _Made(NamedTuple):
    """A query under way: whether it stands in parentheses of its own, how deep it is, and what is to be said about it."""

    query: Query
    grouped: bool = False
    depth: int = 1
    warnings: tuple[tuple[int, str], ...] = ()


def _around(query: Query, parts: Sequence[_Made], *warnings: tuple[int, str]) -> _Made:
    depth = 1 + max(part.depth for part in parts)
    if depth > MAX_DEPTH:
        raise BadQuery(Flaw(query.at, f"at most {MAX_DEPTH} groups inside one another", "more"))
    return _Made(query, False, depth, (*warnings, *(warning for part in parts for warning in part.warnings)))


@v_args(inline=True)
class _Builder(Transformer[Token, _Made]):
    """Makes queries of what the parser found, while it finds it."""

    def start(self, made: _Made) -> _Made:
        return made

    def any_of(self, *found: _Made | Token) -> _Made:
        parts = [part for part in found if isinstance(part, _Made)]
        if len(parts) == 1:
            return parts[0]
        mixed = [
            (part.query.at, "AND binds before OR here: parentheses would say which belongs to which")
            for part in parts
            if isinstance(part.query, q.And) and not part.grouped
        ][:1]
        return _around(q.any_of(part.query for part in parts), parts, *mixed)

    def all_of(self, *found: _Made | Token) -> _Made:
        parts = [part for part in found if isinstance(part, _Made)]
        if len(parts) == 1:
            return parts[0]
        return _around(q.all_of(part.query for part in parts), parts)

    def negated(self, sign: Token, part: _Made) -> _Made:
        return _around(q.Not(part.query, at=_at(sign)), [part])

    def near(self, left: _Made, sign: Token, right: _Made) -> _Made:
        at = left.query.at
        if sign.type == "UNIT":
            unit: q.Unit = "sentence" if sign == "SENTENCE" else "paragraph"
            return _around(q.Together(left.query, right.query, unit, at=at), [left, right])
        distance, ordered = _distance(sign)
        return _around(q.Near(left.query, right.query, distance, ordered, at=at), [left, right])

    def group(self, made: _Made) -> _Made:
        return made._replace(grouped=True)

    def word(self, token: Token) -> _Made:
        text, at = str(token), _at(token)
        if meant := dialects.of_word(text):
            expected = "an operator" if dialects.is_operator(meant) else _OPERAND
            raise BadQuery(Flaw(at, expected, f'"{text[:_SHOWN]}"; {meant}'))
        return _Made(_term(text, at, quoted=False), warnings=tuple(_doubts(text, at)))

    def call(self, token: Token) -> _Made:
        raise BadQuery(Flaw(_at(token), _OPERAND, f'"{token[:_SHOWN]}"; {dialects.of_call(token[:-1])}'))

    def phrase(self, token: Token) -> _Made:
        return _Made(_term(token[1:-1], _at(token), quoted=True))

    def loose(self, token: Token, tilde: Token) -> _Made:
        words = tuple(_unescaped(token[1:-1]).split())
        if len(words) < 2:
            raise BadQuery(Flaw(_at(token), "at least two words before ~", "fewer"))
        return _Made(q.Loose(words, _bounded(int(tilde[1:]), tilde), at=_at(token)))

    def exact(self, token: Token) -> _Made:
        return _Made(q.Exact(" ".join(token[1:-1].split()), at=_at(token)))

    def entity(self, token: Token) -> _Made:
        return _Made(q.EntityRef(token[1:], at=_at(token)))

    def regex(self, token: Token) -> _Made:
        pattern, _, flags = token[1:].rpartition("/")
        if flags not in {"", "i"}:
            raise BadQuery(Flaw(_at(token) + len(pattern) + 2, "the flag i or none", f'"{flags}"'))
        return _Made(q.Regex(pattern.replace("\\/", "/"), flags == "i", at=_at(token)))

    def zone(self, name: Token, part: _Made) -> _Made:
        return _around(q.Zone(cast("q.ZoneName", name[:-1]), part.query, at=_at(name)), [part])

    def said(self, name: Token, part: _Made) -> _Made:
        return _around(q.Said(None, part.query, at=_at(name)), [part])

    def said_by(self, speaker: Token, part: _Made) -> _Made:
        return _around(q.Said(speaker.partition("@")[2], part.query, at=_at(speaker)), [part])

    def value(self, token: Token) -> str:
        return " ".join(_unescaped(token[1:-1]).split()) if token.type == "PHRASE" else str(token)

    listed = value

    def scope(self, name: Token, *values: str) -> _Made:
        listed = tuple(value for value in values if not isinstance(value, Token))
        return _Made(q.Scope(cast("q.ScopeName", name[:-1]), listed, at=_at(name)))


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", transformer=_Builder(), maybe_placeholders=False)


def _at(token: Token) -> int:
    return token.start_pos or 0


def _distance(sign: Token) -> tuple[int, bool]:
    name, _, number = sign.upper().partition("/")
    ordered = name == "ONEAR" or number.endswith("F")
    return (_bounded(int(number.rstrip("F")), sign) if number else q.NEAR), ordered


def _bounded(distance: int, token: Token) -> int:
    if distance > MAX_DISTANCE:
        raise BadQuery(Flaw(_at(token), f"at most {MAX_DISTANCE} words between", f"{distance}"))
    return distance


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _term(written: str, at: int, *, quoted: bool) -> Query:
    """A phrase, or a wildcard where a star or question mark stands for letters: not at the end of a quoted “really?”."""
    wild = r"(?<=\w)(?:\*|\?(?=\w))" if quoted else r"[*?]"
    pieces = re.split(rf"(\\.|{wild})", " ".join(written.split()))
    if not any(piece in {"*", "?"} for piece in pieces[1::2]):
        return q.Phrase(_unescaped("".join(pieces)), at=at)
    pieces[::2] = (re.sub(r"[*?]", r"\\\g<0>", piece) for piece in pieces[::2])
    pieces[1::2] = (piece if piece in {"*", "?", "\\*", "\\?", "\\\\"} else piece[1:] for piece in pieces[1::2])
    return q.Wildcard("".join(pieces), at=at)


def _doubts(text: str, at: int) -> Iterator[tuple[int, str]]:
    """What is a word to us although its author may have meant something else by it."""
    if text == "near":
        yield at, f'"{text}" is read as a word: operators are written in capitals'
    elif text[0] in "'‘’" or (len(text) > 1 and text[-1] in "'’" and text[0] in "'‘"):
        yield at, f"single quotation marks make no phrase: put {text} in double ones"


def _flaw(error: UnexpectedInput, text: str) -> Flaw:
    at = error.pos_in_stream if isinstance(error, UnexpectedCharacters) else None
    if isinstance(error, UnexpectedToken):
        at = len(text) if error.token.type == "$END" else error.token.start_pos
    at = len(text) if at is None else at
    return _opened_flaw(text, at) or Flaw(at, _expected(set(_accepted(error))), _got(text, at))


def _accepted(error: UnexpectedInput) -> Collection[str]:
    accepted: Any = getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", ())
    return cast("Collection[str]", accepted)


def _expected(terminals: set[str]) -> str:
    names = [words for name, words in _WORDS.items() if name in terminals]
    if "WORD" in terminals and not names:
        names = [_OPERAND]
    elif "WORD" in terminals:
        names = ["an operator", *names]
    return " or ".join(names) or _OPERAND


def _got(text: str, at: int) -> str:
    """What stands there, and what may have been meant: a field of another name, a sign of another monitor."""
    found = re.match(r"[A-Za-z_]+:|[^\s()]+|.", text[at:], re.DOTALL)
    if not found:
        return "the end of the query"
    seen = found[0][:_SHOWN]
    if seen.endswith(":") and seen[:-1].replace("_", "").isalpha():
        meant = dialects.of_field(seen) or f"the fields here are {dialects.fields()}"
    elif re.match(r"~\d", seen):
        meant = (
            'it stands behind a "phrase": between two groups write NEAR/5'
            if text[:at].rstrip().endswith(")")
            else 'it stands behind a "phrase"'
        )
    else:
        meant = dialects.of_sign(seen) or dialects.of_word(seen)
    return f'"{seen}"' + (f"; {meant}" if meant else "")


def _opened_flaw(text: str, at: int) -> Flaw | None:
    """A quotation mark, brace or comment that opens and never closes, which is where the fault lies and not behind it."""
    marks = {'"': 'a closing "', "{": "a closing }", "<<<": "a closing >>>"} | dict.fromkeys(_QUOTES, "a closing ”")
    opened = re.match(rf'"|\{{|<<<|[{_QUOTES}]', text[at:])
    return Flaw(at, marks[opened[0]], "the end of the query") if opened else None
