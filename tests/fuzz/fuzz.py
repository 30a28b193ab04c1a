"""Fuzz every reader of what others wrote, or some, for MINUTES each; ends at the first input of a reader for which its law does not hold.

    .venv/bin/python tests/fuzz/fuzz.py [--minutes 10] [--seed 1] [--found FOLDER] [PARSER …]

Hypothesis makes the inputs, from the words and real files of tests/fuzz/parsers.py, and makes a failing one small. It is written to FOLDER.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from hypothesis import HealthCheck, Phase, given, seed, settings
from parsers import PARSERS, Parser, hold, inputs

AT_ONCE = 100  # inputs between two looks at the clock


def fuzz(name: str, parser: Parser, until: float, first: int, found: Path) -> bool:
    """Whether the law held for all inputs until then. Prints what came of them."""
    outcomes: Counter[str] = Counter()
    last = b""

    def law(data: bytes) -> None:
        nonlocal last
        last = data
        outcomes[hold(parser, data)] += 1

    rounds, start = 0, time.monotonic()
    quiet = settings(
        max_examples=AT_ONCE,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    while not rounds or time.monotonic() < until:
        try:
            seed(first * 1_000_003 + rounds)(quiet(given(inputs(parser))(law)))()
        except Exception:  # noqa: BLE001 -- whatever it is, it was found
            traceback.print_exc()
            found.mkdir(parents=True, exist_ok=True)
            path = found / f"{name}-{first}-{rounds}"
            path.write_bytes(last)
            print(
                f"{name}: FAILED after {outcomes.total()} inputs; the smallest found is in {path}: {last[:200]!r}",
                flush=True,
            )
            return False
        rounds += 1
    told = ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common())
    print(f"{name}: {outcomes.total()} inputs in {time.monotonic() - start:.0f} s: {told}", flush=True)
    return True


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--minutes", type=float, default=10.0, help="for each parser")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--found", type=Path, default=Path("build/fuzz"))
    arguments.add_argument("parsers", nargs="*", metavar="PARSER", help=f"of {', '.join(PARSERS)}; all")
    asked = arguments.parse_args()
    if unknown := set(asked.parsers) - set(PARSERS):
        arguments.error(f"no parser {', '.join(sorted(unknown))}; there are {', '.join(PARSERS)}")
    warnings.simplefilter("ignore")  # feedparser warns of its own names
    held = [
        fuzz(name, PARSERS[name], time.monotonic() + asked.minutes * 60, asked.seed, asked.found)
        for name in asked.parsers or PARSERS
    ]
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
