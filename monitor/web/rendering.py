"""Templates to answers: everything in them is escaped, times are the reader's, and an address is a link only where it leads to the web."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitor import __version__
from monitor.web import shown

HERE: Final = Path(__file__).parent
# C0 and C1 controls, marks that reorder what is seen, invisible separators, lone surrogates; the joiners of Persian, Indic and emoji stay
_UNSEEN: Final = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


class Pages:
    """The templates, loaded once."""

    def __init__(self, zone: ZoneInfo, *, is_guarded: bool = False, feed_key: str = "") -> None:
        """`is_guarded`: a token is asked for, so that there is something to log out of. `feed_key` opens the Atom feeds to programs."""
        self._zone = zone
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "clock": self._clock,
            "day": self._day,
            "hour": self._hour,
            "iso": _iso,
            "seen": seen,
            "host": _host,
            "lasting": _lasting,
            "bytes": _bytes,
            "many": "{:,}".format,
        }
        self._templates.globals |= {
            "shown": shown,
            "version": __version__,
            "is_guarded": is_guarded,
            "for_feeds": f"?key={feed_key}" if feed_key else "",
        }
        self._templates.tests["web"] = _leads_to_the_web
        self._templates.finalize = _cleaned

    def show(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A page as an answer."""
        return web.Response(text=self.render(template, **values), status=status, content_type="text/html")

    def render(self, template: str, **values: Any) -> str:
        """A page, or a part of one."""
        return self._templates.get_template(template).render(values)

    def _clock(self, at: datetime | None) -> str:
        return at.astimezone(self._zone).strftime("%H:%M:%S") if at else "–"

    def _hour(self, at: datetime) -> str:
        """The hour that begins then, of which no more is known."""
        first, last = at.astimezone(self._zone), (at + timedelta(hours=1)).astimezone(self._zone)
        return f"{first:%H:%M}–{last:%H:%M}"

    def _day(self, at: datetime | None) -> str:
        return at.astimezone(self._zone).strftime("%a %-d %b %Y") if at else "–"


def seen(text: str) -> str:
    """Text from outside without what nobody sees but what could change how the rest is seen."""
    return _UNSEEN.sub("", text)


def _cleaned(value: Any) -> Any:
    return seen(value) if type(value) is str else value


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _lasting(seconds: float) -> str:
    """A length of time as it is spoken of."""
    for unit, name in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 1.5 * unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds:.2g} s"


def _bytes(count: int) -> str:
    return f"{count / 1000:.1f} kB" if count >= 1000 else f"{count} B"


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].removeprefix("www.") or url


def _leads_to_the_web(url: str) -> bool:
    return bool(re.match(r"https?://[^\s]+\Z", url))
