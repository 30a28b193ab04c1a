"""A comparison as one page of HTML: nothing to fetch, no script, everything from outside escaped. It is a page to keep or to send on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Final, NamedTuple

from monitor.cli.output import clean
from monitor.core.content import Content
from monitor.core.revision.comparison import Comparison, Difference, Passage

LABELS: Final = {"moved": "moved here", "split": "now several paragraphs", "merged": "now one paragraph"}

_STYLE: Final = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1a1a; --dim: #5c5c5c; --line: #d4d4d4;
  --gone: #8f1320; --gone-paper: #fde8ea; --come: #0b5a2a; --come-paper: #e0f5e6; --moved: #5b2a86; --moved-paper: #f1e7fa; }
@media (prefers-color-scheme: dark) { :root { --paper: #161616; --ink: #ececec; --dim: #a8a8a8; --line: #3c3c3c;
  --gone: #ffb3ba; --gone-paper: #45171c; --come: #a5e8bc; --come-paper: #12361f; --moved: #d9bdf5; --moved-paper: #33204a; } }
body { background: var(--paper); color: var(--ink); font: 1.05rem/1.6 Georgia, serif; margin: 0 auto; padding: 1.5rem; max-width: 46rem; }
body.wide { max-width: 84rem; }
h1 { font-size: 1.5rem; line-height: 1.3; } h2 { font-size: 1.1rem; }
header p, .label, summary, th, footer { color: var(--dim); font: .9rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
del { color: var(--gone); background: var(--gone-paper); text-decoration: line-through; }
ins { color: var(--come); background: var(--come-paper); text-decoration: underline; }
del.moved, ins.moved { color: var(--moved); background: var(--moved-paper); text-decoration-style: dotted; }
p { white-space: pre-line; overflow-wrap: anywhere; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .5rem .75rem; text-align: start; vertical-align: top; width: 50%;
  white-space: pre-line; overflow-wrap: anywhere; }
.told { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
details { border-block: 1px solid var(--line); margin: 1rem 0; padding: .25rem 0; }
""".strip()
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_language = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")  # BCP 47, as far as a page needs it


class Ends(NamedTuple):
    """Which two revisions of which article a page compares, when each was first seen, and in one line what changed."""

    url: str
    newer: Content
    revisions: tuple[int, int]
    moments: tuple[str, str]
    summary: str


def page(comparison: Comparison, ends: Ends, *, side_by_side: bool) -> str:
    """The whole page, ended by a line break."""
    title = _shown(ends.newer.title or ends.url)
    shown = _columns(comparison, ends) if side_by_side else _in_place(comparison)
    if comparison.same:
        shown = "<p>The two texts are the same.</p>"
    lang = f' lang="{ends.newer.lang}"' if _language.fullmatch(ends.newer.lang) else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="referrer" content="no-referrer">
<title>{title}: revision {ends.revisions[0]} and {ends.revisions[1]}</title>
<style>
{_STYLE}
</style>
</head>
<body{' class="wide"' if side_by_side else ""}>
<header>
<h1 dir="auto"{lang}>{title}</h1>
<p>{_address(ends.url)}</p>
<p>Revision {ends.revisions[0]}, {_shown(ends.moments[0])} → revision {ends.revisions[1]}, {_shown(ends.moments[1])}</p>
{_summary(comparison, ends)}<p>Words that <del>went</del>, words that <ins>came</ins>, words that <ins class="moved">moved</ins>.</p>
</header>
<main{lang}>
{shown}
</main>
</body>
</html>
"""


def _summary(comparison: Comparison, ends: Ends) -> str:
    return "" if comparison.same else f"<p><strong>{_shown(ends.summary)}</strong></p>\n"


def unchanged(count: int) -> str:
    """Such as “3 paragraphs unchanged”."""
    return "1 paragraph unchanged" if count == 1 else f"{count} paragraphs unchanged"


def _shown(text: str) -> str:
    """Text from outside as text; its line breaks stay."""
    return "\n".join(escape(clean(line)) for line in text.split("\n"))


def _address(url: str) -> str:
    """A link only where it leads to the web; anything else is text."""
    if re.match(r"https?://", url):
        return f'<a href="{_shown(url)}" rel="noreferrer noopener">{_shown(url)}</a>'
    return _shown(url)


# --- words -----------------------------------------------------------------------------------------------------------


def _marked(text: Difference) -> str:
    """The newer text with what went and what came in place."""
    gone, come = {i for i, _ in text.moves}, {j for _, j in text.moves}
    parts: list[str] = []
    cursor = 0
    for number, change in enumerate(text.changes):
        parts.append(_shown(text.after[cursor : change.c]))
        parts.append(_mark("del", text.before[change.a : change.b], moved=number in gone))
        if change.a < change.b and (change.c < change.d or text.after[change.c : change.c + 1].isalnum()):
            parts.append(" ")
        parts.append(_mark("ins", text.after[change.c : change.d], moved=number in come))
        cursor = change.d
    return "".join([*parts, _shown(text.after[cursor:])])


def _one_side(text: Difference, *, new: bool) -> str:
    moving = {pair[new] for pair in text.moves}
    side, cursor = text.after if new else text.before, 0
    parts: list[str] = []
    for number, change in enumerate(text.changes):
        start, end = (change.c, change.d) if new else (change.a, change.b)
        parts += [_shown(side[cursor:start]), _mark("ins" if new else "del", side[start:end], moved=number in moving)]
        cursor = end
    return "".join([*parts, _shown(side[cursor:])])


def _mark(tag: str, words: str, *, moved: bool) -> str:
    """Marked words; what the colour says is told to those who do not see it."""
    if not words:
        return ""
    told = {
        ("del", False): "removed",
        ("ins", False): "added",
        ("del", True): "moved from here",
        ("ins", True): "moved here",
    }
    opened = f'<{tag} class="moved">' if moved else f"<{tag}>"
    return f'{opened}<span class="told">[{told[tag, moved]}: </span>{_shown(words)}<span class="told">]</span></{tag}>'


# --- passages --------------------------------------------------------------------------------------------------------


def _in_place(comparison: Comparison) -> str:
    lines = [
        f'<p dir="auto"><b class="label">{change.field}:</b> {_marked(change.text)}</p>' for change in comparison.fields
    ]
    for same, run in groupby(comparison.passages, key=lambda passage: passage.kind == "same"):
        passages = list(run)
        lines += _folded(passages) if same else [f'<p dir="auto">{_label(p)}{_marked(p.text)}</p>' for p in passages]
    return "\n".join(lines)


def _folded(passages: list[Passage]) -> Iterator[str]:
    yield f"<details><summary>{unchanged(len(passages))}</summary>"
    yield from (f'<p dir="auto">{_shown(passage.text.after)}</p>' for passage in passages)
    yield "</details>"


def _label(passage: Passage) -> str:
    label = LABELS.get(passage.kind)
    return f'<span class="label">{label}:</span> ' if label else ""


def _columns(comparison: Comparison, ends: Ends) -> str:
    heads = "".join(f'<th scope="col">Revision {number}</th>' for number in ends.revisions)
    rows = [
        f"<tr>{''.join(_cell(_one_side(change.text, new=new), f'{change.field}: ') for new in (False, True))}</tr>"
        for change in comparison.fields
    ]
    for passage in comparison.passages:
        sides = _one_side(passage.text, new=False), _one_side(passage.text, new=True)
        rows.append(
            f"<tr>{_cell(sides[0])}{_cell(sides[1], f'{LABELS[passage.kind]}: ' if passage.kind in LABELS else '')}</tr>"
        )
    return "\n".join([f"<table><thead><tr>{heads}</tr></thead><tbody>", *rows, "</tbody></table>"])


def _cell(shown: str, label: str = "") -> str:
    return f'<td dir="auto">{f"""<span class="label">{label}</span>""" if label else ""}{shown}</td>'
