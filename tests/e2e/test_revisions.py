"""A part of the recorded pages through the running daemon: the benchmark's own run, held to the product's bar."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpora" / "revisions"


@pytest.mark.slow
def test_edits_are_found_and_none_is_invented():
    if not list(CORPUS.glob("pages-*.jsonl.gz")):
        pytest.skip(f"no recorded pages: {CORPUS} is not there")
    words = [sys.executable, str(ROOT / "tests/bench/revisions.py"), "--docs", "40", "--json", "--patience", "80"]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True, timeout=88)
    result = json.loads(done.stdout.splitlines()[-1])
    print(result)
    assert result["undiscovered"] == []
    assert result["said_gone_or_restored"] == {}
    assert result["found_share"] >= 0.96
    assert result["false_share"] <= 0.007
