"""The configuration under which the daemon watches the newsroom: an ordinary one, on a fast clock. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SECRET = "MONITOR_DEMO_SECRET"  # noqa: S105  # the name of a variable, not a secret

_CONFIG = """\
# Written by `monitor demo`: an ordinary configuration on a fast clock. It ends with the demo.
data_dir = "{data_dir}"

{feeds}
[entities.raqqa]
aliases = ["Raqqa", "Raqqah", "Rakka"]

[entities.is-group]
aliases = ["Islamic State", "ISIL", "Daesh", "Daech", "{{ISIS}}"]

[entities.hollande]
aliases = ["François Hollande", "Hollande"]

[entities.valls]
aliases = ["Manuel Valls", "Valls"]

[watchlists.act-of-war]
phrases = ["act of war", "acte de guerre"]
severity = "critical"

[watchlists.bomb-count]
phrases = ["20 bombs", "30 bombs"]
severity = "critical"

[watchlists.raqqa]
entities = ["raqqa"]

[watchlists.is-group]
entities = ["is-group"]
severity = "info"

[watchlists.leaders]
entities = ["hollande", "valls"]
severity = "info"

[channels.desk]
type = "webhook"
url = "{receiver}"
secret_env = "{secret}"
allow_private = true

[defaults]
max_age = "24h"
notify = ["desk"]
hot = {{ every = "1s", for = "1h" }}
gone_after = {{ checks = 3, over = "3s" }}

[polling]
every = "1s"
recheck = {{ min = "1s", max = "2s", until = "30d" }}
allow_private = ["127.0.0.0/8"]
per_host = 4

[logging]
format = "json"

[web]
listen = "{page}"
"""
_FEED = """\
[feeds.{id}]
url = "{url}"
every = "1s"
"""


def configuration(feeds: Mapping[str, str], receiver: str, data_dir: Path, page: str) -> str:
    """The TOML for feeds (id → URL), a webhook receiver and where the page is. `data_dir` needs no escape: the demo chooses it."""
    return _CONFIG.format(
        data_dir=data_dir,
        feeds="\n".join(_FEED.format(id=name, url=url) for name, url in feeds.items()),
        receiver=receiver,
        secret=SECRET,
        page=page,
    )
