"""Lets the tests of this folder import `reference`, the slow doubles that the core is held to."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
