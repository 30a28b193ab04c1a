"""The one door to the outside: HTTP within limits, to addresses that may be dialled.

It follows redirects and decodes bodies; it keeps no cookies, knows no proxies, and does not say when to try again.
"""

from monitor.net.client import open_net
from monitor.net.target import judge_url

__all__ = ["judge_url", "open_net"]
