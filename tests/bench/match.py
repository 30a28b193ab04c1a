"""How fast texts are folded and searched, in MB/s of UTF-8, with 10 to 100,000 terms. A measurement, not a test.

    python tests/bench/match.py [--terms N …] [--data FILE…]

The text is that of the real articles in `../shared/corpora/articles` where they are, of `--data` (plain text) where given, else
made up. The terms are names of two made-up words, and one in twenty is a pair of words that stands in the text. Where pyahocorasick
is installed, its search of the same folded text stands beside ours.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from monitor.core.content import Block, Content
from monitor.core.watch.automaton import Automaton
from monitor.core.watch.evaluate import Rulebook
from monitor.core.watch.fold import fold
from monitor.core.watch.rules import Watchlist

ROUNDS = 3
SYLLABLES = (
    ["ra", "qqa", "hol", "lan", "de", "war", "bom", "pa", "ris", "va", "lls", "sta", "te", "min", "is", "ter", "act", "or", "fen", "ce", "mi", "li", "tant", "re", "port", "air", "strike"]
)
ARTICLES = Path(__file__).resolve().parents[2].parent / "shared/corpora/articles/ground-truth.json"


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--terms", type=int, nargs="+", default=[10, 100, 1_000, 10_000, 100_000])
    parser.add_argument("--data", type=Path, nargs="+", default=[])
    options = parser.parse_args()
    chance = random.Random(1)  # the same text and terms every time
    texts = (
        [path.read_text("utf-8") for path in options.data] or _articles() or [_words(chance, 100) for _ in range(2000)]
    )
    paragraphs = [line for text in texts for line in text.splitlines() if line.strip()]
    Console().print(_table(paragraphs, options.terms, chance))


def _table(paragraphs: list[str], counts: list[int], chance: random.Random) -> Table:
    size = sum(len(paragraph.encode()) for paragraph in paragraphs) / 1e6
    folded = [fold(paragraph) for paragraph in paragraphs]
    folding = size / _seconds(lambda: [fold(paragraph) for paragraph in paragraphs])
    table = Table(
        title=f"{size:.1f} MB in {len(paragraphs)} paragraphs; folding alone {folding:.0f} MB/s; medians of {ROUNDS} rounds"
    )
    for heading in ("terms", "hits", "search MB/s", "judge MB/s", "compile s", "pyahocorasick MB/s", "ratio"):
        table.add_column(heading, justify="right")
    pairs = [" ".join(words) for text in folded for words in pairwise(text.split()) if all(map(str.isalpha, words))]
    for count in counts:
        known = chance.sample(pairs, min(max(count // 20, 1), len(pairs)))
        terms = list(dict.fromkeys([*known, *(_words(chance, 2) for _ in range(count - len(known)))]))
        table.add_row(*_row(paragraphs, folded, size, terms))
    return table


def _row(paragraphs: list[str], folded: list[str], size: float, terms: list[str]) -> list[str]:
    automaton = Automaton(terms)
    hits = sum(1 for text in folded for _ in automaton.find(text))
    search = size / _seconds(lambda: [list(automaton.find(text)) for text in folded])
    start = time.perf_counter()
    book = Rulebook.compile([Watchlist(f"w{number}", (term,)) for number, term in enumerate(terms)], [])
    compiling = time.perf_counter() - start
    articles = [
        Content("", blocks=tuple(Block("paragraph", text) for text in paragraphs[at : at + 10]))
        for at in range(0, len(paragraphs), 10)
    ]
    judge = size / _seconds(lambda: [book.judge(None, article, how="new", source="bench") for article in articles])
    other = _other(folded, size, terms)
    ratio = (f"{other:.1f}", f"{search / other:.1f}") if other else ("not installed", "")
    return [f"{len(terms):,}", f"{hits:,}", f"{search:.1f}", f"{judge:.1f}", f"{compiling:.2f}", *ratio]


def _other(folded: list[str], size: float, terms: list[str]) -> float | None:
    if importlib.util.find_spec("ahocorasick") is None:
        return None
    import ahocorasick  # an option of whoever measures, no dependency

    automaton = ahocorasick.Automaton()
    for number, term in enumerate(terms):
        automaton.add_word(term, number)
    automaton.make_automaton()
    return size / _seconds(lambda: [list(automaton.iter(text)) for text in folded])


def _seconds(work: Callable[[], object]) -> float:
    """The median of the rounds, in CPU time: other work on the machine does not count."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        rounds.append(time.process_time() - start)
    return statistics.median(rounds)


def _articles() -> list[str]:
    if not ARTICLES.exists():
        return []
    return [article["articleBody"] for article in json.loads(ARTICLES.read_text("utf-8")).values()]


def _words(chance: random.Random, count: int) -> str:
    return " ".join("".join(chance.choices(SYLLABLES, k=chance.choice([2, 3, 3, 4]))) for _ in range(count))


if __name__ == "__main__":
    main()
