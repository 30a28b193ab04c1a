"""Lets whole sites live with furniture of one make on all of their articles: what does it spare an article that others show its texts, and what does it cost?

    python tests/bench/sites.py [--data DIR] [--recorded FILE…] [--half tuning|held-out|all] [--articles N] [--polls N] [--seed N]
                                [--every N] [--temper restless|calm] [--alone] [--examples N] [--json]

The articles of FILES (`revisions_offline.py`), with the edits that were really made, are dealt out into sites of N, which come one after the other
and are looked at in the order of time. A site has up to two pieces of furniture: of one kind, in the same wrappers, at about the same place,
and with one behaviour on all its articles. Its words, cut out of the pages of DIR (`living.py`), are the site's own or those of the article.
An edit is found at once where a revision is made at its poll, late within the next two; every other revision is a false alarm. With
`--alone` nothing is known of other articles.
"""

from __future__ import annotations

import argparse
import html as entities
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dynamic import ARTICLES
from living import RECORDED, TEMPERS, Life, Piece, Temper, furniture, is_of, kind_of, page_of, recorded, tell_outcome
from revisions_offline import Looker
from selectolax.lexbor import LexborHTMLParser
from yardstick import tally, when

from monitor.core import repeated
from monitor.core.events import ArticleRevised

_START, _EVERY = 1_795_000_000, 1_800  # seconds
_APART = 8  # polls after which the next article of a site comes
_WRAPPERS = (
    "{}",
    "{}",
    "<div>{}</div>",
    '<div class="module">{}</div>',
    '<div class="inline-box"><div class="inner">{}</div></div>',
    "<section>{}</section>",
    '<figure class="embed">{}</figure>',
)


# --- furniture of one make -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Make:
    """Furniture that all articles of a site have: what is the same on each. `shared`: its words are, too."""

    kind: str
    behaviour: str
    wrapper: str
    place: float
    number: float
    shared: bool
    seed: str

    def on(self, article: str, stock: dict[str, list[str]], count: int) -> Piece:
        """The piece on one article."""
        lot = random.Random(f"{self.seed} {'' if self.shared else article}")
        several = tuple(self.wrapper.format(made(self.kind, lot.choice(stock[self.kind]))) for _ in range(3))
        chance = random.Random(f"{self.seed} {article}")
        number = chance.randrange(3, count - 3) if self.behaviour in {"comes", "goes"} else self.number
        return Piece(self.kind, self.behaviour, several, self.place, number, str(chance.random()))


def made(kind: str, snippet: str) -> str:
    """The words of a snippet in the markup of its kind: what differs between articles is the words alone."""
    body = LexborHTMLParser(snippet).body
    lines = [" ".join(line.split()) for line in (body.text(separator="\n") if body else "").split("\n")]
    lines = [entities.escape(line) for line in lines if len(line) > 1][:12]
    if kind == "list":
        return "<ul>" + "".join(f'<li><a href="/x">{line}</a></li>' for line in lines) + "</ul>"
    if kind == "other":
        return f"<h4>{lines[0]}</h4>" + "".join(f"<p>{line}</p>" for line in lines[1:]) if lines else ""
    return f"<p>{' '.join(lines)}</p>"


def make(lot: random.Random, temper: Temper) -> Make:
    """Furniture for a site, by lot."""
    behaviour = lot.choice(temper.behaviours)
    number = {"flaps": lot.choice(temper.flaps), "rotates slowly": lot.choice(temper.slowly)}.get(behaviour, 0)
    kind = lot.choice(["list", "prose", "short", "other"])
    place = lot.choice([0, lot.random(), lot.random(), 1, 1, 1])
    return Make(kind, behaviour, lot.choice(_WRAPPERS), place, number, lot.random() < 0.3, str(lot.random()))


# --- sites -----------------------------------------------------------------------------------------------------------


@dataclass
class Site:
    """Articles of one site, each from its own poll on, and what is known of the site."""

    name: str
    makes: list[Make]
    lives: list[Life]

    def polls(self, count: int) -> Iterator[tuple[int, int, int]]:
        """Every look in the order of time: when, at which article, which of its polls."""
        for turn in range(_APART * (len(self.lives) - 1) + count):
            for number in range(len(self.lives)):
                if 0 <= turn - _APART * number < count:
                    yield turn, number, turn - _APART * number


def sites(
    directory: Path, files: list[Path], half: str, seed: int, size: int, count: int, temper: Temper
) -> list[Site]:
    """All articles of a half, dealt out into sites of one template each."""
    gold = json.loads((directory / "ground-truth.json").read_text(encoding="utf-8"))
    stock: dict[str, list[str]] = {"list": [], "prose": [], "short": [], "other": []}
    for name in (name for name in gold if is_of(half, name)):
        for snippet in furniture(page_of(directory, name), gold[name]["articleBody"]):
            stock[kind_of(snippet)].append(snippet)
    found: list[Site] = []
    for file in files:
        articles = list(recorded([file], half, seed, count))
        random.Random(seed).shuffle(articles)
        for start in range(0, len(articles) - size + 1, size):
            lot = random.Random(f"{seed} {file.name} {start}")
            makes = [make(lot, temper) for _ in range(lot.choice([0, 1, 1, 2]))]
            lives = articles[start : start + size]
            for life in lives:
                life.pieces = [one.on(life.name, stock, count) for one in makes]
            found.append(Site(f"{file.name} {start}", makes, lives))
    return found


# --- the measure -----------------------------------------------------------------------------------------------------


def measure(chosen: list[Site], count: int, *, alone: bool) -> dict[str, Any]:
    """Live through all of it; what was found, late, missed, and which furniture was taken for edits."""
    sums, outcome, false, examples = Counter[str](), Counter[str](), Counter[str](), list[str]()
    started = time.process_time()
    for site in chosen:
        for life, told in zip(site.lives, _told(site, count, alone=alone), strict=True):
            sums += tally(life.edits, told)
            left = dict(told)
            for turn, kind in life.edits.items():
                late = when(turn, left)
                left.pop(turn + (late or 0), None)
                word = "missed" if late is None else "late" if late else "at once"
                outcome[f"{kind}: {word}"] += 1
                if word != "at once":
                    examples.append(f"{word} {kind} at {turn} ({life.restless()}) {life.name}")
            for poll, event in left.items():
                false[life.restless()] += 1
                edits = [(e.kind, e.before[:60], e.after[:60]) for e in event.edits[:3]]
                examples.append(f"false at {poll} ({life.restless()}) {life.name}: {event.summary} {edits}")
    articles = sum(len(site.lives) for site in chosen)
    return {
        "sites": len(chosen),
        "articles": articles,
        "polls": articles * count,
        **{name: sums[name] for name in ("edits", "at_once", "late", "missed", "false")},
        "false_per_1000_polls": round(sums["false"] * 1000 / max(1, articles * count), 2),
        "outcome": dict(sorted(outcome.items())),
        "false_by_furniture": dict(false.most_common()),
        "examples": examples,
        "seconds": round(time.process_time() - started, 1),
    }


def _told(site: Site, count: int, *, alone: bool) -> list[dict[int, ArticleRevised]]:
    """The revisions made of each article, by the poll at which they were."""
    lookers = [Looker() for _ in site.lives]
    told: list[dict[int, ArticleRevised]] = [{} for _ in site.lives]
    note = repeated.Site()
    for turn, number, poll in site.polls(count):
        life, at = site.lives[number], _START + _EVERY * turn
        own, now = f"article_{number}", datetime.fromtimestamp(at, UTC)
        shown = {"path": f"/{number}", "ts": at, "html": life.poll(poll)}
        sighting = lookers[number].read(shown)
        known = frozenset[str]() if alone else repeated.repeated(note, own, now)
        decision = lookers[number].decide(sighting, repeated=known)
        for event in decision.events:
            if isinstance(event, ArticleRevised):
                told[number][poll] = event
        if decision.events or decision.filters:
            note = repeated.with_page(note, own, repeated.texts_of(sighting.content, sighting.rest), now)
    return told


def main() -> int:
    """Print the table; 1 where an edit in fifty is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ARTICLES, metavar="DIR")
    parser.add_argument("--recorded", nargs="*", type=Path, default=RECORDED, metavar="FILE")
    parser.add_argument("--half", choices=["tuning", "held-out", "all"], default="held-out")
    parser.add_argument("--temper", choices=[*TEMPERS], default="calm")
    parser.add_argument("--articles", type=int, default=12, help="of one site")
    parser.add_argument("--polls", type=int, default=48)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth site")
    parser.add_argument("--alone", action="store_true", help="let articles know nothing of each other")
    parser.add_argument("--examples", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args()
    if not (given.data / "ground-truth.json").is_file():
        sys.exit(f"no data: {given.data} holds no ground-truth.json; name a folder with --data")
    temper = TEMPERS[given.temper]
    chosen = sites(given.data, given.recorded, given.half, given.seed, given.articles, given.polls, temper)
    result = measure(chosen[:: given.every], given.polls, alone=given.alone)
    if given.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _tell(result, given.examples)
    return 0 if result["missed"] * 50 <= result["edits"] else 1


def _tell(result: dict[str, Any], examples: int) -> None:
    print(f"{result['sites']} sites, {result['articles']} articles, {result['polls']} polls, {result['seconds']} s")
    tell_outcome(result, examples)


if __name__ == "__main__":
    sys.exit(main())
