"""Tries a query before it is saved: on a text, on an article's past, on what was recorded of late. It judges as the daemon does, and stores nothing.

Runs as a process of its own, `python -m monitor.trials`, errand in and outcome out as JSON: what somebody tries must not hold up an alert.
"""

from __future__ import annotations

from monitor.trials.values import Asked, Errand, Outcome, Trial

__all__ = ["Asked", "Errand", "Outcome", "Trial"]
