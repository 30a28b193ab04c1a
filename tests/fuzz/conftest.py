"""Lets the test of this folder import the fuzzers beside it, which run by themselves too (`make fuzz`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
