"""Who says something in a sentence: “the ministry said”, « selon Marie Dupont », 普京说. Rules of position around verbs of saying.

It knows no grammar: the speaker is the words between the verb and the nearest mark on its side, without what only links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.core.revision.after_verbs import after_verb, begins_loosely
from monitor.core.revision.attribution import Attribution, phrases
from monitor.core.revision.before_verbs import MOST_OF_A_SUBJECT, RELATIVES, before_verb, name_of
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.entry import words
from monitor.core.revision.subjects import CAPITAL, DETERMINERS, NAME_STOP, POSSESSIVES, WINDOW, leading
from monitor.core.revision.wide_speakers import unspaced


def attributions(text: str, lexicon: Lexicon) -> list[Attribution]:
    """The attributions of a text whose quotations are holes, in their order."""
    if not lexicon.says:
        return []
    find = _spaced if lexicon.spaced else unspaced
    found = sorted(find(text, lexicon), key=lambda found: (found.start, not found.speaker))
    return [a for i, a in enumerate(found) if not i or a.start >= found[i - 1].end or not found[i - 1].speaker]


def _spaced(text: str, lexicon: Lexicon) -> Iterator[Attribution]:
    rules = phrases(lexicon)
    last = before = 0  # where the last attribution ends that names a speaker, and the last verb
    verbs: set[int] = set()
    for match in rules.says.finditer(text):
        verbs.add(match.start())
        if text[match.start() - 1 : match.start()] in _HYPHENS:
            continue  # the so-called
        nested = _named_between(text, before, match.start(), lexicon)
        before = match.end()
        if nested:
            last = match.end()
            yield Attribution(nested[0], match[0], nested[1], match.end())
            continue
        goes_on = last > 0 and _stop.search(text, last, match.start()) is None
        found = _passive(text, match, lexicon) or _by_verb(text, match, lexicon, goes_on=goes_on)
        last = found.end if found.speaker else last
        yield found
    if lexicon.lang == "ar":
        yield from (
            Attribution(match[1].strip(), match[2], match.start(), match.end()) for match in _quoted_from.finditer(text)
        )
    for match in rules.by.finditer(text):
        if match[0].lower() in _postposed and (ahead := before_verb(text, match.start(), lexicon)):
            yield Attribution(ahead[0], match[0], ahead[1], match.end())
            continue
        name, end = after_verb(text, match.end(), lexicon)
        if name and match.end() + 1 not in verbs:  # según explicó la doctora
            yield Attribution(name, match[0], match.start(), end)


def _named_between(text: str, start: int, end: int, lexicon: Lexicon) -> tuple[str, int] | None:
    """The name that stands alone between two verbs, and where it begins: prosecutors say Mr Lake bragged."""
    if lexicon.lang == "ar" or not 0 < start < end <= start + WINDOW or NAME_STOP.search(text, start, end):
        return None
    words = text[start:end].split()
    told = words[1:] if words and words[0].lower() in RELATIVES else words
    if not 0 < len(told) <= MOST_OF_A_SUBJECT or not all(CAPITAL.match(word) for word in told):
        return None
    name = name_of(told, lexicon)
    return (name, text.index(told[0], start)) if name else None


def _by_verb(text: str, said: re.Match[str], lexicon: Lexicon, *, goes_on: bool) -> Attribution:
    """Who says something by a verb; `goes_on`: the sentence has named a speaker before, whom “what it called” means."""
    if _coordinate.search(text, max(said.start() - 16, 0), said.start()):
        return Attribution(
            "" if goes_on else leading(text, said.start(), lexicon) or "", said[0], said.start(), said.end()
        )
    before = before_verb(text, said.start(), lexicon, goes_on=goes_on)
    if before is not None:
        if _inverted(text[before[1] : said.start()].split(), lexicon):
            after = after_verb(text, said.end(), lexicon)
            before = (after[0], said.start()) if after[0] else before
        return Attribution(before[0], said[0], before[1], said.end())
    if _participle.search(said[0]) and _comma_before.search(text[max(said.start() - 3, 0) : said.start()]):
        speaker = "" if goes_on else leading(text, said.start(), lexicon) or ""
        return Attribution(speaker, said[0], said.start(), said.end())
    after = after_verb(text, said.end(), lexicon)
    return Attribution(after[0], said[0], said.start(), after[1])


def _inverted(ahead: list[str], lexicon: Lexicon) -> bool:
    """Whether the words before a verb say no more than where or when, so that its subject follows: Auf Twitter schrieb der Senator."""
    if lexicon.lang in {"en", "ru"} or not ahead:
        return False
    if ahead[0].lower() not in lexicon.functions - DETERMINERS - POSSESSIVES - lexicon.pronouns:
        return False
    return lexicon.lang == "de" or not any(CAPITAL.match(word) for word in ahead[1:])


_quoted_from = re.compile(r"(?<!\w)عن\s((?:\w+\s){1,4})(قول(?:ه|ها|هم))(?!\w)")
_coordinate = re.compile(
    r"(?:\x00|,)\s?(?:and|but|et|mais|und|aber|y|pero|и|но)\s(?:\w+ly\s|also\s|then\s)?$|\b(?:to|not)\s$"
)
_stop = re.compile(r"[.!?…]\s|\n")
_HYPHENS = frozenset("-‐‑")
_been = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+|widely\s+|also\s+)?$", re.IGNORECASE)

_by = re.compile(r"\s+by\b")


def _passive(text: str, said: re.Match[str], lexicon: Lexicon) -> Attribution | None:
    """Nobody, where the subject is whom it is said of: the bill was called “…”, residents were told to “…”."""
    if (
        lexicon.lang != "en"
        or said[0].endswith("ing")
        or not _been.search(text, max(said.start() - 20, 0), said.start())
    ):
        return None
    if by := _by.match(text, said.end()):
        name, end = after_verb(text, by.end(), lexicon)
        return Attribution(name, said[0], said.start(), end, nobody=not name)
    return Attribution("", said[0], said.start(), said.end(), nobody=True)


_postposed = words("zufolge")  # it stands behind the name
_participle = re.compile(r"(?:ing|ant|ndo|ив|ав|ув)$")  # …, calling it “a farce”: said by whom the sentence is about
_comma_before = re.compile(r",\s*$")


_verb_behind = re.compile(
    r"\s*([,،])?\s*(?:[—–-]\s)?(?:(?:a|ont|ha|han|hat|haben)\s)?(?:s['’](?:est|était)\s|se\ssont\s|(?:se|me)\s|s['’])?([^\W\d_]{3,})\s+(?:(?:sich|se)\s+)?"
    r"(?:((?:son|sa|ses|leur|sein|seine|ihr|ihre|su|sus|his|her|their|its|der|die|das|den|ein|eine|einer|el|los|las|la|le|les|des|un|une|una|unos|the|a|an)\s|l['’]))?"
)
_said_he = re.compile(
    r"\s*,?\s*((?:(?:a|ont|avait)-t-(?:ils?|elles?|on)\s[^\W\d_]+|[^\W\d_]+-(?:t-)?(?:ils?|elles?|on))\b)"
)
_verb_alone = re.compile(r"\s*,\s*(?:[—–-]\s)?([^\W\d_]{3,})(?=[.,;]|$)")  # «Era mi hermano», repite.
_dash = re.compile(r"\s*[—–]\s")
_name_behind = re.compile(
    r"\s*,?\s*((?:The\s)?[A-Z][\w’'-]+(?:\s(?:[a-z]{2,3}\s)?[A-Z][\w’'-]+){0,3})\s([a-z]{3,}(?:ed|s))(?=[\s,.;:]|$)"
)


def behind(text: str, at: int, lexicon: Lexicon, *, led: bool) -> Attribution | None:
    """Who is named right behind a quotation that ends at `at`, by a verb that no lexicon need know: « …», prévient Luc Ferrand.

    `led`: the quotation ends with a comma of its own. Without any comma between them the words go on with the sentence.
    """
    if not lexicon.spaced or not lexicon.says:
        return None
    end = at + WINDOW
    if said_he := _said_he.match(text, at, end):
        return Attribution("", said_he[1], said_he.start(1), said_he.end())
    if lexicon.lang in {"es", "ru"} and (alone := _verb_alone.match(text, at, end)) and _may_say(alone[1], lexicon):
        return Attribution("", alone[1], alone.start(1), alone.end())
    match = _verb_behind.match(text, at, end)
    led = led or (lexicon.lang == "ru" and _dash.match(text, at, end) is not None)
    if match and (led or match[1]) and _may_say(match[2], lexicon):
        name, last = after_verb(text, match.end(), lexicon)
        loosely = match[3] or lexicon.lang in {"ar", "ru"} or begins_loosely(text[match.end() : end])
        if name and (loosely or CAPITAL.search(name)):
            return Attribution(name, match[2], match.start(2), last)
        if not name and lexicon.lang == "es":
            return Attribution("", match[2], match.start(2), match.end(2))
    named = _name_behind.match(text, at, end) if led and lexicon.lang == "en" else None
    return Attribution(named[1], named[2], named.start(1), named.end()) if named else None


def _may_say(word: str, lexicon: Lexicon) -> bool:
    return (
        not word[:1].isupper()
        and not word.endswith("ing")
        and not (word in lexicon.functions or word in lexicon.linkers or word in lexicon.pronouns)
    )
