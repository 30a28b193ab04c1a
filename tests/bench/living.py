"""Lets real pages live with furniture that was cut out of other real pages, and edits some of them: what is told, and what should not have been?

    python tests/bench/living.py [--data DIR] [--recorded FILE…] [--half tuning|held-out] [--temper restless|calm] [--rival N]
                                 [--polls N] [--seed N] [--examples N] [--json]

DIR holds pages in the format of the article extraction benchmark: their articles stand still but for one edit made of their own words. FILES hold
recorded polls (`revisions_offline.py`): their articles have the edits that were really made. Beside them stand teasers, lists, boxes, counters and
captions of other pages, which rotate, flap, count, come or go for good. Half of the pages are for tuning rules, half are held out. An edit is found at
once where a revision is made at its poll, late within the next two; every other revision is a false alarm.

The furniture of `restless` pages is far worse than that of most real ones: it is for finding rules. On `calm` ones most polls are alike, as on the
web. So that figures can be compared, a hash over trafilatura's text is held against the same polls of every Nth page (`--rival`, 0: none).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import html as entities
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from dynamic import ARTICLES, paragraphs
from revisions_offline import CORPORA, Looker, polls
from selectolax.lexbor import LexborHTMLParser, LexborNode
from yardstick import Compared, TextHash, when

from monitor.core.events import ArticleRevised
from monitor.core.text import lettering

RECORDED = sorted((CORPORA / "revisions").glob("pages-*.jsonl.gz"))
_START, _EVERY = 1_795_000_000, 1_800  # seconds
_NAMES = re.compile(r'\s(?:class|id|role|style|aria-[a-z]+)="[^"]*"')
_NUMBER = re.compile(r"(?<=>)([^<]*?)(\d[\d,.]*)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])")
_PARAGRAPHS = re.compile(r"<p(?:\s[^<>]*)?>.{60,4000}?</p>", re.DOTALL | re.IGNORECASE)


# --- furniture of real pages -----------------------------------------------------------------------------------------


def furniture(html: str, gold: str) -> list[str]:
    """The largest pieces of a page that stand beside its article's text, as HTML."""
    tree, known = LexborHTMLParser(html), lettering(gold)
    for node in tree.css("script,style,noscript,svg,iframe,form,template,head"):
        node.decompose()
    return [] if tree.body is None else [*_beside(tree.body, known)]


def _beside(node: LexborNode, gold: str) -> Iterator[str]:
    """The children that hold nothing of the article, of all elements that hold some of it."""
    for child in node.iter():
        letters = lettering(child.text(separator=" "))
        if any(part in letters for part in _parts(gold)):
            yield from _beside(child, gold)
        elif 8 <= len(letters) <= 1_500 and letters not in gold and len(child.html or "") < 20_000:
            yield child.html or ""


@cache
def _parts(gold: str) -> tuple[str, ...]:
    return tuple(gold[at : at + 30] for at in range(0, max(1, len(gold) - 30), 60))


def kind_of(snippet: str) -> str:
    """What a piece of furniture is: a list of links, prose, a short line, or something else."""
    if snippet.count("<a ") >= 3:
        return "list"
    text = " ".join(LexborHTMLParser(snippet).body.text(separator=" ").split())  # type: ignore[union-attr]
    if text.endswith((".", "!", "?", "…")) and text.count(" ") >= 8:
        return "prose"
    return "short" if len(text) <= 60 else "other"


# --- how it behaves --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """Furniture of one kind at one place, and how it behaves."""

    kind: str
    behaviour: str
    snippets: tuple[str, ...]
    place: float
    number: float
    seed: str

    def at(self, poll: int) -> str:
        """What stands there at a poll."""
        lot = random.Random(f"{self.seed} {poll}")
        first = self.snippets[0]
        match self.behaviour:
            case "rotates":
                return lot.choice(self.snippets)
            case "rotates slowly":
                return random.Random(f"{self.seed} {poll // int(self.number)}").choice(self.snippets)
            case "flaps":
                return first if lot.random() < self.number else ""
            case "counts":
                return _NUMBER.sub(lambda m: m[1] + str(1_000 + poll * 7 + lot.randrange(6)), first)
            case "comes":
                return first if poll >= self.number else ""
            case "goes":
                return first if poll < self.number else ""
        return first


@dataclass(frozen=True)
class Temper:
    """How restless pages are: what the lot is drawn from. `flaps` are shares of polls, `slowly` polls for which a text stays."""

    pieces: tuple[int, ...]
    behaviours: tuple[str, ...]
    flaps: tuple[float, ...]
    slowly: tuple[int, ...]


TEMPERS = {
    "restless": Temper(
        (0, 0, 1, 1, 2),
        ("rotates", "rotates slowly", "flaps", "flaps", "flaps", "comes", "goes", "counts", "stands"),
        (0.02, 0.1, 0.3, 0.5, 0.85, 0.97),
        (4, 12, 24),
    ),
    "calm": Temper(
        (0, 0, 1),
        ("rotates slowly", "flaps", "flaps", "flaps", "comes", "goes", "stands", "stands"),
        (0.02, 0.1, 0.9, 0.98),
        (12, 24, 36),
    ),
}


def _piece(lot: random.Random, stock: dict[str, list[str]], count: int, temper: Temper) -> Piece:
    kind = lot.choice([*stock])
    behaviour = lot.choice(temper.behaviours)
    several = tuple(lot.sample(stock[kind], min(len(stock[kind]), lot.choice([2, 3, 5]))))
    if behaviour == "counts":
        several = (lot.choice([s for s in stock["short"] + stock["other"] if _NUMBER.search(s)]),)
    number = {
        "flaps": lot.choice(temper.flaps),
        "rotates slowly": lot.choice(temper.slowly),
        "comes": lot.randrange(3, count - 3),
        "goes": lot.randrange(3, count - 3),
    }.get(behaviour, 0)
    if lot.random() < 0.5:  # names made by a build tool say nothing
        several = tuple(_NAMES.sub("", snippet) for snippet in several)
    return Piece(
        kind, behaviour, several, lot.choice([0, lot.random(), lot.random(), 1, 1, 1]), number, str(lot.random())
    )


# --- one page's life -------------------------------------------------------------------------------------------------


@dataclass
class Life:
    """One page: what the article's own HTML is from which poll on, which of these are edits, and what stands beside it."""

    name: str
    states: dict[int, str]
    edits: dict[int, str]
    pieces: list[Piece] = field(default_factory=list)

    def poll(self, number: int) -> str:
        """The page at one poll."""
        html = self.states[max(start for start in self.states if start <= number)]
        spans = _spans(html)
        if not spans:
            return html
        for piece in sorted(self.pieces, key=lambda piece: -piece.place):
            where = spans[0][0] if piece.place == 0 else spans[round(piece.place * (len(spans) - 1))][1]
            html = html[:where] + piece.at(number) + html[where:]
        return html

    def restless(self) -> str:
        """What stands beside the article, in words."""
        return " + ".join(f"{p.kind} {p.behaviour}" for p in self.pieces) or "nothing"


_known: dict[int, str] = {}


@cache
def _spans(html: str) -> tuple[tuple[int, int], ...]:
    gold = _known.get(hash(html))
    return tuple(paragraphs(html, gold) if gold else (m.span() for m in _PARAGRAPHS.finditer(html)))


def still(directory: Path, half: str, seed: int, count: int) -> Iterator[Life]:
    """Pages whose articles stand still but for one edit made of their own words."""
    gold = json.loads((directory / "ground-truth.json").read_text(encoding="utf-8"))
    for name, entry in gold.items():
        if not is_of(half, name):
            continue
        html, text = page_of(directory, name), entry["articleBody"]
        spans = paragraphs(html, text)
        if len(spans) < 5:
            continue
        lot = random.Random(f"{seed} {name}")
        states, edits = {0: html}, {}
        if lot.random() < 0.6:
            kind, before, after = _edit(html, spans, lot)
            at = lot.randrange(4, count - 6)
            states, edits = {0: before, at: after}, {at: kind}
            if lot.random() < 0.25 and at + 12 < count:
                back = at + lot.randrange(3, 10)
                states[back], edits[back] = before, "undone"
        for one in states.values():
            _known[hash(one)] = text
        yield Life(entry["url"], states, edits if len(set(states.values())) > 1 else {})


def page_of(directory: Path, name: str) -> str:
    """The HTML of one page of the benchmark."""
    return gzip.decompress((directory / "html" / f"{name}.html.gz").read_bytes()).decode("utf-8", "replace")


def recorded(files: list[Path], half: str, seed: int, count: int) -> Iterator[Life]:
    """Pages with the edits that were really made, each state standing for a while."""
    for polled in polls(files):
        if not is_of(half, polled[0]["doc"]) or not any(p["label"] == "text" for p in polled):
            continue
        lot = random.Random(f"{seed} {polled[0]['doc']}")
        states, edits, at = {0: polled[0]["html"]}, {}, 0
        for poll in polled[1:]:
            if poll["label"] not in {"text", "title"} or poll["kind"]:
                continue
            at += lot.randrange(4, 12)
            states[at], edits[at] = poll["html"], poll["label"]
        last = {at: html for at, html in states.items() if at < count - 3}
        yield Life(polled[0]["doc"], last, {at: kind for at, kind in edits.items() if at in last})


def is_of(half: str, name: str) -> bool:
    """Whether a page is one of a half."""
    odd = hashlib.sha256(name.encode()).digest()[0] % 2
    return half == "all" or odd == (half == "held-out")


def _edit(html: str, spans: list[tuple[int, int]], lot: random.Random) -> tuple[str, str, str]:
    """An edit of the article's own words: its kind, the page before and the page after."""
    start, end = lot.choice(spans[1:])
    text, kind = (
        html[start:end],
        lot.choice(["paragraph added", "paragraph removed", "sentence added", "word", "number"]),
    )
    without = html[:start] + html[end:]
    if kind == "paragraph added":
        return kind, without, html
    if kind == "paragraph removed":
        return kind, html, without
    if kind == "sentence added" and len(parts := _SENTENCE.split(text)) > 1 and "<" not in parts[1].replace("</p>", ""):
        return kind, html[:start] + " ".join([parts[0], *parts[2:]]).removesuffix("</p>") + "</p>" + html[end:], html
    pattern = r"(?<=[a-z] )\d{1,4}(?= [a-z])" if kind == "number" else r"(?<=[a-z,] )[a-z]{5,12}(?= [a-z])"
    for start, end in lot.sample(spans, len(spans)):
        text = html[start:end]
        if "<" not in text[4:-5] and (found := re.search(pattern, text)):
            by = "77" if kind == "number" else "reportedly"
            return kind, html, html[:start] + text[: found.start()] + by + text[found.end() :] + html[end:]
    return "paragraph removed", html, without


def lives(
    directory: Path, files: list[Path], half: str, seed: int, count: int, temper: Temper = TEMPERS["restless"]
) -> list[Life]:
    """All pages of a half, with furniture drawn by lot for some of them."""
    gold = json.loads((directory / "ground-truth.json").read_text(encoding="utf-8"))
    stock: dict[str, list[str]] = {"list": [], "prose": [], "short": [], "other": []}
    for name in (name for name in gold if is_of(half, name)):
        for snippet in furniture(page_of(directory, name), gold[name]["articleBody"]):
            stock[kind_of(snippet)].append(snippet)
    found = [*still(directory, half, seed, count), *recorded(files, half, seed, count)]
    for life in found:
        lot = random.Random(f"{seed} furniture {life.name}")
        life.pieces = [_piece(lot, stock, count, temper) for _ in range(lot.choice(temper.pieces))]
    return found


# --- the measure -----------------------------------------------------------------------------------------------------


def measure(chosen: list[Life], count: int, every: int = 0) -> dict[str, Any]:
    """Live through all of it; what was found, late, missed, and which furniture was taken for edits. `every`: how many pages have a rival."""
    outcome, false, pages, examples = Counter[str](), Counter[str](), Counter[str](), []
    started, compared = time.process_time(), Compared(every)
    for life in chosen:
        rival = compared.rival()
        told, theirs = _told(life, count, rival)
        if rival is not None:
            compared.add(life.edits, count, told, theirs)
        pages[life.restless()] += 1
        for turn, kind in life.edits.items():
            late = when(turn, told)
            word = "missed" if late is None else "late" if late else "at once"
            outcome[f"{kind}: {word}"] += 1
            if word != "at once":
                examples.append(f"{word} {kind} at {turn} ({life.restless()}) {life.name}")
            told.pop(turn + (late or 0), None)
        for poll, event in told.items():
            false[life.restless()] += 1
            edits = [(e.kind, e.before[:60], e.after[:60]) for e in event.edits[:3]]
            examples.append(f"false at {poll} ({life.restless()}) {life.name}: {event.summary} {edits}")
    looks, alarms = len(chosen) * count, sum(false.values())
    return {
        "pages": len(chosen),
        "restless_pages": sum(n for name, n in pages.items() if name != "nothing"),
        "polls": looks,
        "edits": sum(outcome.values()),
        **{word.replace(" ", "_"): sum(n for k, n in outcome.items() if k.endswith(word)) for word in ("at once", "late", "missed")},
        "false": alarms,
        "false_per_1000_polls": round(alarms * 1000 / looks, 2),
        "outcome": dict(sorted(outcome.items())),
        "false_by_furniture": dict(false.most_common()),
        "compared": compared.result(),
        "compared_line": compared.line(),
        "examples": examples,
        "seconds": round(time.process_time() - started, 1),
    }  # fmt: skip


def _told(life: Life, count: int, rival: TextHash | None) -> tuple[dict[int, ArticleRevised], set[int]]:
    """The revisions made, by the poll at which they were, and the polls at which the rival tells of something."""
    looker, told, theirs = Looker(), {}, set()
    path = "/" + entities.escape(life.name.split("/", 3)[-1])
    for number in range(count):
        poll = {"path": path, "ts": _START + _EVERY * number, "html": life.poll(number)}
        for event in looker.look(poll).events:
            if isinstance(event, ArticleRevised):
                told[number] = event
        if rival is not None and rival.tells(poll["html"]):
            theirs.add(number)
    return told, theirs


def main() -> int:
    """Print the table; 1 where an edit in fifty is missed, or a poll in a hundred raises a false alarm."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ARTICLES, metavar="DIR")
    parser.add_argument("--recorded", nargs="*", type=Path, default=RECORDED, metavar="FILE")
    parser.add_argument("--half", choices=["tuning", "held-out", "all"], default="held-out")
    parser.add_argument("--temper", choices=[*TEMPERS], default="restless")
    parser.add_argument("--rival", type=int, default=8, metavar="N", help="hold trafilatura against every Nth page")
    parser.add_argument("--polls", type=int, default=48)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    if not (arguments.data / "ground-truth.json").is_file():
        sys.exit(f"no data: {arguments.data} holds no ground-truth.json; name a folder with --data")
    temper = TEMPERS[arguments.temper]
    chosen = lives(arguments.data, arguments.recorded, arguments.half, arguments.seed, arguments.polls, temper)
    result = measure(chosen, arguments.polls, arguments.rival)
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _tell(result, arguments.examples)
    return 0 if result["missed"] * 50 <= result["edits"] and result["false"] * 100 <= result["polls"] else 1


def _tell(result: dict[str, Any], examples: int) -> None:
    print(f"{result['pages']} pages ({result['restless_pages']} with furniture), {result['polls']} polls")
    tell_outcome(result, examples)
    print(f"  {result['compared_line']}")


def tell_outcome(result: dict[str, Any], examples: int) -> None:
    """Print what was found of the edits, and what was told besides."""
    print(f"  {result['edits']} edits: {result['at_once']} at once, {result['late']} late, {result['missed']} missed")
    print(f"  {result['false']} false alarms, {result['false_per_1000_polls']} in 1,000 polls")
    for name, count in result["outcome"].items():
        print(f"    {name:32} {count:4}")
    for name, count in result["false_by_furniture"].items():
        print(f"    false: {count:3}  {name}")
    for example in result["examples"][:examples]:
        print("  " + example[:400])


if __name__ == "__main__":
    sys.exit(main())
