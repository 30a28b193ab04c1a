"""Steps recorded texts that flip between states through `observe`: an exact return is never a new revision that is not a reversal.

    python tests/bench/ota.py [--data FILE] [--docs N] [--markup] [--json]

FILE: gzipped JSON lines, one line a state: doc, seq, ts, label (first, change, technical), text (Markdown). Each line of text is a block, as a
reader sees it; with `--markup` as it is recorded, so that a link's new address, too, makes a new state.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.core.article import Article, Looks, Seed, Sighting, observe
from monitor.core.content import Block, Content
from monitor.core.events import ArticleRevised, Evidence
from monitor.core.revision.noise import wording

CORPUS = Path(__file__).resolve().parents[2].parent / "shared/corpora/revisions/ota-pga.jsonl.gz"
_PICTURE, _LINK = re.compile(r"!\[[^\]]*\]\([^()\s]*\)"), re.compile(r"\[([^\]]*)\]\([^()]*\)")
_SEED = Seed("article_1", "https://example.org/terms", "bench")


def documents(file: Path) -> dict[str, list[dict[str, Any]]]:
    """The states of each document, in order."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            state = json.loads(line)
            found[state["doc"]].append(state)
    return found


def content(state: dict[str, Any], *, markup: bool) -> Content:
    """One state as an article."""
    text = state["text"] if markup else _LINK.sub(r"\1", _PICTURE.sub("", state["text"]))
    lines = (line.strip() for line in text.splitlines())
    return Content(title=state["doc"], blocks=tuple(Block("paragraph", line) for line in lines if line))


def measure(chosen: list[list[dict[str, Any]]], *, markup: bool) -> dict[str, Any]:
    """Count what was told of new states and of returns."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    quiet: list[str] = []
    started = time.process_time()
    for states in chosen:
        article: Article | None = None
        looks, known, last = Looks(), set[str](), ""
        for state in states:
            shown = content(state, markup=markup)
            said = wording(shown)
            at = datetime.fromtimestamp(state["ts"], UTC)
            evidence = Evidence(at, _SEED.url, 200, hashlib.sha256(state["text"].encode()).hexdigest(), "lines")
            decision = observe(article, looks, Sighting(shown, evidence), seed=_SEED)
            article, looks = decision.article, decision.looks
            told = next((event for event in decision.events if isinstance(event, ArticleRevised)), None)
            kind = "same" if said == last else "returned" if said in known else "new"
            verdict = "quiet" if told is None else "revised" if told.reverted_to is None else "reverted"
            counts[f"{kind}: {verdict}"] += 1
            if kind == "new" and verdict == "quiet" and state["label"] == "change":
                quiet.append(f"{state['doc']} seq {state['seq']}: {decision.why[:200]}")
            if kind == "returned" and verdict == "revised":
                wrong.append(f"{state['doc']} seq {state['seq']}: {decision.why[:200]}")
            known.add(said)
            last = said
    return {
        "documents": len(chosen),
        "states": sum(map(len, chosen)),
        "counts": dict(sorted(counts.items())),
        "wrong": wrong,
        "quiet": quiet,
        "seconds": round(time.process_time() - started, 1),
    }


def main() -> int:
    """Print the table; 1 where a return was told as something new."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=CORPUS, metavar="FILE")
    parser.add_argument("--docs", type=int, help="only the first N documents")
    parser.add_argument("--markup", action="store_true", help="compare the texts as recorded, marks and addresses too")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    if not arguments.data.is_file():
        sys.exit(f"no data: there is no {arguments.data}; name a file with --data")
    result = measure(list(documents(arguments.data).values())[: arguments.docs], markup=arguments.markup)
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(f"{result['documents']} documents, {result['states']} states, {result['seconds']} s")
        for name, count in result["counts"].items():
            print(f"  {name:20} {count:5}")
        print(f"  returns told as new: {len(result['wrong'])}", *result["wrong"][:10], sep="\n    ")
        print(f"  changes that were not told: {len(result['quiet'])}", *result["quiet"][:10], sep="\n    ")
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
