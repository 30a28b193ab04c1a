"""The page: what Monitor saw and told, to be looked at. It reads the views and asks for things by events; it decides nothing.

Rendered here, whole without a script; a small one adds what is live. Every byte that a reader gets is escaped text in our own markup.
"""

from __future__ import annotations

from monitor.web.door import Keys
from monitor.web.server import serving
from monitor.web.token import Token
from monitor.web.vitals import Body

__all__ = ["Body", "Keys", "Token", "serving"]
