"""Views: what the log says, as tables to read. SQLite, one writer, made again from the log at any time; never a source of truth."""

from __future__ import annotations

from typing import Final

from monitor.store.views.reader import Reader
from monitor.store.views.rebuild import Difference, compare, outlived, rebuild, renewed
from monitor.store.views.writer import Views

FILE: Final = "views.sqlite3"  # its name under the data directory

__all__ = ["FILE", "Difference", "Reader", "Views", "compare", "outlived", "rebuild", "renewed"]
