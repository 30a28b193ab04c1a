"""Lets the tests of this folder import the harness beside them, which runs by itself too (`make chaos`, `make power`)."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
