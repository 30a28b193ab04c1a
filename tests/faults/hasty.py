"""The command line of Monitor, where leases last three seconds and claims six: what a killed daemon held is free before long."""

from __future__ import annotations

from monitor.store import leases

leases.TTL = 3.0  # before anybody takes it for a default

from monitor import app  # noqa: E402
from monitor.cli import main  # noqa: E402

for claim in ("POLL_LEASE", "FETCH_LEASE", "DELIVER_LEASE", "POLICY_LEASE"):
    setattr(app, claim, 6.0)

if __name__ == "__main__":
    main()
