"""What makes two spellings of an address one article: canonical form, aliases, ids. It fetches and resolves nothing.

The canonical form follows the WHATWG URL standard where that decides which host is meant, and never names another host.
What it cannot read for certain it refuses: `Permanent("bad_url")`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes

from monitor.core.events import entity_id
from monitor.errors import Permanent

_LONGEST = 4_096  # characters; longer addresses are no article's
_SHAPE = re.compile(r"(https?):[/\\]*([^/\\?#]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE | re.DOTALL)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_PATH_SAFE, _QUERY_SAFE = "/%:@!$&'()*+,;=~[]|", "/%:@!$&'()*+,;=~?[]|"
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")
_DEVIATIONS = frozenset("ßς\u200c\u200d")  # IDNA 2003 maps these away; the standard in force does not
_PORTS = {"http": "80", "https": "443"}

_TRACKING_PREFIXES = tuple(
    "utm_ pk_ piwik_ mtm_ matomo_ hsa_ guce_ ns_ fb_action at_custom __hs trk_ wt_".split()  # noqa: SIM905 - as below
)
_TRACKING = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid igshid igsh twclid ttclid li_fat_id epik
    rdt_cid sccid _ga _gl _hsenc _hsmi hsctatracking mc_cid mc_eid mkt_tok vero_id vero_conv oly_anon_id
    oly_enc_id ck_subscriber_id s_cid sc_cid icid ncid cmpid cmp ito ocid taid srnd sref seid smid smtyp smvar
    xtor xtref spm scm mbid ftag guccounter wt.mc_id wt.mc_ev at_medium at_campaign at_link_id at_link_type
    at_link_origin at_format at_ptr_name at_bbc_team at_campaign_type ref_src ref_url __twitter_impression
    __tn__ __s fb_source fb_ref feedtype feedname rssfeed intcmp int_cmp google_editors_picks zanpid recruiter
    sfmc_id sfmc_activityid algtrack dicbo tblci cvid ust usg ved
    """.split()  # noqa: SIM905 - a word list reads best as words
)


def canonical(url: str) -> str:
    """The one spelling of an http(s) address: without fragment, credentials, default port and tracking parameters.

    Raises Permanent("bad_url") for anything else. `canonical(canonical(url)) == canonical(url)`.
    """
    match = _SHAPE.fullmatch(re.sub(r"[\t\r\n]", "", url.strip("".join(map(chr, range(33))))).partition("#")[0])
    if match is None or len(url) > _LONGEST:
        raise Permanent("bad_url", f"not an http address: {url[:200]!r}")
    scheme, authority, path, query = match.groups()
    scheme = scheme.lower()
    host, port = _host_and_port(authority, url)
    port = "" if port == _PORTS[scheme] else port
    kept = _without_tracking(query or "")
    return f"{scheme}://{host}{f':{port}' if port else ''}{_path(path)}{f'?{kept}' if kept else ''}"


def _host_and_port(authority: str, url: str) -> tuple[str, str]:
    host, port = re.fullmatch(r"(.*?)(?::([0-9]*))?", authority.rpartition("@")[2], re.DOTALL).groups()  # type: ignore[union-attr]  # matches any text
    if len((port or "").lstrip("0")) > 5 or int(port or 0) > 65_535:
        raise Permanent("bad_url", f"no such port: {url[:200]!r}")
    try:
        return _host(host), str(int(port)) if port else ""
    except ValueError as error:
        raise Permanent("bad_url", f"no such host: {url[:200]!r}") from error


def _host(raw: str) -> str:
    """The host as the standard serialises it. Raises ValueError where it is none, or an IPv4 address in disguise."""
    if raw.startswith("[") and raw.endswith("]"):
        return f"[{ipaddress.IPv6Address(raw[1:-1]).compressed}]"
    host = unquote_to_bytes(raw.encode("utf-8")).decode("utf-8")
    labels = host.replace("。", ".").replace("．", ".").split(".")
    host = ".".join(map(_label, labels)).lower()
    if not host.strip(".") or _FORBIDDEN_IN_HOST.search(host):
        raise ValueError(host)
    if re.fullmatch(r"\d+|0x[0-9a-f]*", host.rstrip(".").rpartition(".")[2]):
        return str(ipaddress.IPv4Address(host))
    return host


def _label(label: str) -> str:
    """One label in its ASCII form. Raises ValueError (UnicodeError is one) where it has none."""
    if label.isascii():
        if label[:4].lower() == "xn--":
            label[4:].encode().decode("punycode")
            if len(label) == 4:
                raise ValueError(label)
        return label.lower()
    if _DEVIATIONS.isdisjoint(label):
        return label.encode("idna").decode("ascii")
    return "xn--" + label.lower().encode("punycode").decode("ascii")


def _path(raw: str) -> str:
    segments: list[str] = []
    parts = _escaped(raw.replace("\\", "/"), _PATH_SAFE).split("/")[1:] or [""]
    for part in parts:
        if part == "..":
            del segments[-1:]
        elif part != ".":
            segments.append(part)
    if parts[-1] in {".", ".."}:
        segments.append("")
    return "/" + "/".join(segments)


def _escaped(raw: str, safe: str) -> str:
    """Percent-encoding made one: what need not be escaped is not, what must be is, in upper case."""
    text = _STRAY_PERCENT.sub("%25", raw)
    text = _ESCAPE.sub(lambda m: c if (c := chr(int(m[1], 16))) in _UNRESERVED else f"%{m[1].upper()}", text)
    return quote(text.encode("utf-8", "replace"), safe=safe)


def _without_tracking(query: str) -> str:
    kept = [part for part in query.split("&") if part and not _tracks(part.partition("=")[0])]
    return _escaped("&".join(kept), _QUERY_SAFE)


def _tracks(name: str) -> bool:
    lower = name.lower()
    return lower in _TRACKING or lower.startswith(_TRACKING_PREFIXES)


# --- what is the same article ----------------------------------------------------------------------------------------

_AMP_PATH = re.compile(r"(?:/amp/?$|(?<=[^./])\.amp(?=\.html?$|$)|^/amp(?=/.))", re.IGNORECASE)
_AMP_PARAMETER = re.compile(r"(?:amp(?:=(?:1|true)?)?|outputtype=amp)", re.IGNORECASE)


def without_amp(url: str) -> str:
    """The address that an AMP copy on the same host most likely copies; any other canonical address as it is."""
    head, _, query = url.partition("?")
    scheme, _, rest = head.partition("://")
    host, slash, path = rest.partition("/")
    plain = _AMP_PATH.sub("", slash + path, count=1) or "/"
    kept = "&".join(part for part in query.split("&") if part and not _AMP_PARAMETER.fullmatch(part))
    return f"{scheme}://{host}{plain}{f'?{kept}' if kept else ''}"


def article_id(canonical_url: str, generation: int = 0) -> str:
    """The id pinned at discovery: `article_` and 20 hex digits over the address and its generation.

    A second generation is another text that took over the address of an earlier one.
    """
    return entity_id("article", canonical_url, str(generation))


def aliases(urls: Iterable[str], *, feed: str = "", guid: str = "") -> tuple[str, ...]:
    """The keys under which an article is found again: every address seen, and the feed's own key for it.

    http and https are one; an AMP or mobile copy counts as what it copies. Addresses that cannot be read are left out.
    """
    found = dict.fromkeys(key for url in urls for key in _url_keys(url))
    if feed and guid:
        found[entity_id("guid", feed, guid)] = None
    return tuple(found)


def next_generation(article: str, canonical_url: str) -> str:
    """The id of what took over the address of an article: the next after its own generation, or the first that is not its own."""
    for generation in range(_MOST_GENERATIONS):
        if article_id(canonical_url, generation) == article:
            return article_id(canonical_url, generation + 1)
    return article_id(canonical_url, 0)


_MOST_GENERATIONS = 10_000


def is_guid(alias: str) -> bool:
    """Whether an alias is a feed's own key, and not an address."""
    return alias.startswith("guid_")


def _url_keys(url: str) -> tuple[str, ...]:
    try:
        known = canonical(url)
    except Permanent:
        return ()
    plain = without_amp(known)
    return tuple(
        dict.fromkeys("url:" + spelling.partition(":")[2] for spelling in (known, plain, without_device(plain)))
    )


_DEVICES = frozenset({"m", "mobile", "amp"})


def without_device(url: str) -> str:
    """The address on the site's plain host: `m.`, `mobile.`, `amp.` and `www.` name copies of a page, not other pages."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    *subdomains, name, top = host.split(".") if host.count(".") else ["", "", host]
    plain = [label for label in subdomains if label and label not in _DEVICES]
    plain = plain[1:] if plain[:1] == ["www"] else plain
    return f"{scheme}://{'.'.join([*plain, name, top]).lstrip('.')}{slash}{path}"


_SHARED_HOSTS = frozenset(
    """
    github.io gitlab.io blogspot.com wordpress.com substack.com tumblr.com medium.com netlify.app pages.dev
    vercel.app herokuapp.com web.app firebaseapp.com azurewebsites.net cloudfront.net amazonaws.com
    livejournal.com typepad.com
    """.split()  # noqa: SIM905 - a word list reads best as words
)
_SECOND_LEVEL = frozenset(
    """
    co com org net gov govt ac edu or ne go gob gouv nic mil ltd plc sch asso nom
    """.split()  # noqa: SIM905 - a word list reads best as words
)


def site(url: str) -> str:
    """The name a site is known by: the host without its own subdomains (`edition.news.example.co.uk` → `example.co.uk`)."""
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    host = host.partition(":")[0].rstrip(".")
    labels = host.split(".")
    if labels[-1].isdigit() or len(labels) < 3:
        return host
    country_code = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if country_code or ".".join(labels[-2:]) in _SHARED_HOSTS else labels[-2:])


def same_site(one: str, other: str) -> bool:
    """Whether two canonical addresses belong to one publisher, so that one may speak for the other."""
    return site(one) == site(other)
