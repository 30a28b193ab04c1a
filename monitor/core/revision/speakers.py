"""Who says something in a sentence: “the ministry said”, « selon Marie Dupont », 普京说. Rules of position around verbs of saying.

It knows no grammar: the speaker is the words between the verb and the nearest mark on its side, without what only links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.core.revision.attribution import Attribution, phrases
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.entry import words
from monitor.core.revision.subjects import CAPITAL, HOLE, leading
from monitor.core.revision.wide_speakers import unspaced

_MOST_WORDS = 7  # of one speaker
_MOST_OF_A_SUBJECT = 4  # words of one that is no name
_WINDOW = 90  # characters on each side of a verb that are looked at

_name_stop = re.compile(
    r"[;:!?—–()\[\]\x00،؛。！？；：，、「」『』“”\"\n]|,(?!\d)|(?<!\b\w)(?<!\b(?:Mr|Dr|Ms|St))(?<!\bMrs)\.(?!\d)|\s-\s"
)
_particles = words(
    """
    de da di du del della der den van von bin ibn al el la le y e d of the und et for und des
    """
)

_subjects = words("who which qui quien quienes который которая которые")
_relatives = words(
    "that who which whom whose where when que qui dont où quien quienes cuyo который которая которые что где"
)
_what_he = re.compile(
    r"\bwhat (?:s?he|it|they)$|\bce qu['’](?:ils?|elles?)$|\bwas (?:er|sie|es)$|\blo que$", re.IGNORECASE
)
_possessives = words("son sa ses leur leurs su sus sein seine seiner ihr ihre ihrer")  # prévient son frère, Luc Ferrand
_ranks = words(
    """
    premier première primer primera vice prime the a le la der die das el
    """
)  # the name is still to come


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
    for match in rules.says.finditer(text):
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
    for match in rules.by.finditer(text):
        if match[0].lower() in _postposed and (ahead := _before(text, match.start(), lexicon)):
            yield Attribution(ahead[0], match[0], ahead[1], match.end())
            continue
        name, end = _after(text, match.end(), lexicon)
        if name:
            yield Attribution(name, match[0], match.start(), end)


def _named_between(text: str, start: int, end: int, lexicon: Lexicon) -> tuple[str, int] | None:
    """The name that stands alone between two verbs, and where it begins: prosecutors say Mr Lake bragged."""
    words = text[start:end].split() if 0 < start < end <= start + _WINDOW else []
    told = words[1:] if words and words[0].lower() in _relatives else words
    if not 0 < len(told) <= _MOST_OF_A_SUBJECT or not all(CAPITAL.match(word) for word in told):
        return None
    name = _name(told, lexicon)
    return (name, text.index(told[0], start)) if name else None


def _by_verb(text: str, said: re.Match[str], lexicon: Lexicon, *, goes_on: bool) -> Attribution:
    """Who says something by a verb; `goes_on`: the sentence has named a speaker before, whom “what it called” means."""
    before = _before(text, said.start(), lexicon, goes_on=goes_on)
    if before is not None:
        return Attribution(before[0], said[0], before[1], said.end())
    if _participle.search(said[0]) and _comma_before.search(text[max(said.start() - 3, 0) : said.start()]):
        speaker = "" if goes_on else leading(text, said.start(), lexicon) or ""
        return Attribution(speaker, said[0], said.start(), said.end())
    after = _after(text, said.end(), lexicon)
    return Attribution(after[0], said[0], said.start(), after[1])


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
        name, end = _after(text, by.end(), lexicon)
        return Attribution(name, said[0], said.start(), end, nobody=not name)
    return Attribution("", said[0], said.start(), said.end(), nobody=True)


_postposed = words("zufolge")  # it stands behind the name
_participle = re.compile(r"(?:ing|ant|ndo|ив|ав|ув)$")  # …, calling it “a farce”: said by whom the sentence is about
_comma_before = re.compile(r",\s*$")


def _before(text: str, at: int, lexicon: Lexicon, *, goes_on: bool = False) -> tuple[str, int] | None:
    """The subject before a verb, and where it begins; None where none stands there. Verbs come first in Arabic."""
    if lexicon.lang == "ar":
        return None
    start = max(at - _WINDOW, 0)
    edges = [0, *[edge.end() for edge in _name_stop.finditer(text, start, at)]]
    first = max(edges[-1], start)
    words = text[first:at]
    if not words.strip():
        return _before_apposition(text, edges, at, lexicon)
    said = _last_words(words)
    if said[0].lower() in _subjects and text[:first].rstrip().endswith(","):  # Hollande, who on Saturday called …
        outer = _name(_last_words(text[edges[-2] if len(edges) > 1 else 0 : first].rstrip(" ,")), lexicon)
        return (outer, edges[-2] if len(edges) > 1 else 0) if outer and HOLE not in outer else None
    if said[-2:] and _what_he.search(" ".join(said[-2:])):  # the regulator fined the bank for what it called …
        return "" if goes_on else leading(text, at, lexicon) or "", first
    name = _name(_after_relative(said), lexicon)
    if name is None:
        return _before_apposition(text, edges, first, lexicon)
    if (
        name and _goes_on.search(text, first, at) and not CAPITAL.search(name)
    ):  # Volkov, the spokesman, left without saying
        return _before_apposition(text, edges, first, lexicon) or (name, first)
    return name, first


_goes_on = re.compile(r"\b(?:and|but|beyond|without|before|after|by|et|mais|sans|und|aber|y|pero|и|но)\s$")


def _before_apposition(text: str, edges: list[int], at: int, lexicon: Lexicon) -> tuple[str, int] | None:
    """“Maria Lopez, a witness, said”, “Ms Reed — who had left — said”: the one of the two with capitals."""
    if text[:at].rstrip()[-1:] not in {",", "—", "–", ")"} or len(edges) < 3:
        return None
    inner, outer = text[edges[-2] : edges[-1] - 1], text[edges[-3] : edges[-2] - 1]
    if HOLE in inner or not inner.strip():
        return None
    if inner.split()[0].lower() in _subjects and HOLE not in outer:
        name = _name(_last_words(outer), lexicon)
        return (name, edges[-3]) if name else None
    names = [_name(_last_words(words), lexicon) for words in (inner, outer) if HOLE not in words]
    capitals = [name for name in names if name and CAPITAL.search(name.removeprefix("The ").removeprefix("A "))]
    about = "" if capitals or len(outer.split()) > _MOST_OF_A_SUBJECT else leading(text, edges[-2] - 1, lexicon)
    if about and outer.lstrip().startswith(about):  # The minister, asked about it, said
        return outer.strip(), edges[-3]
    return (capitals[0], edges[-3]) if capitals else None


def _after_relative(words: list[str]) -> list[str]:
    """The words of the clause that stands next to the verb: of “the attacks that Hollande” only the last."""
    for at in range(len(words) - 1, 0, -1):
        if words[at - 1].lower() in _relatives:
            return words[at:]
    return words


def _last_words(words: str) -> list[str]:
    return words.split()[-_MOST_WORDS:]


def _name(words: list[str], lexicon: Lexicon) -> str | None:
    """The words of a speaker without what only links; empty for a pronoun, None where no word is left."""
    while words and words[0].lower() in lexicon.linkers:
        words = words[1:]
    while words and words[-1].lower() in lexicon.linkers | _auxiliaries:
        words = words[:-1]
    if not words:
        return None
    if words[-1].lower() in lexicon.pronouns and len(words) <= 3:
        return ""
    return " ".join(words).strip(" '’\"")


_apposed_name = re.compile(r",\s+((?:[A-ZÀ-ÞА-ЯЁ][\w’'-]+(?:\s+(?:de|von|van|del|di|la)\s+|\s+)?){2,4})(?=[,.;:]|\s|$)")
_auxiliaries = words(
    """
    has have had was is also later then once earlier previously repeatedly recently never still now often simply even quickly publicly
    immediately initially since again just only finally a ont avait hat haben hatte hatten ha han había le lo les se ne n'a n'ont
    también ya luego después siempre также ранее позже потом затем уже ещё
    """
)


def _after(text: str, at: int, lexicon: Lexicon) -> tuple[str, int]:
    """The subject that follows a verb, or “according to”, and where it ends: to the last capital, or to the first link."""
    if _inverted.match(text, at):
        return "", at
    stop = _name_stop.search(text, at, at + _WINDOW)
    end = stop.start() if stop else min(at + _WINDOW, len(text))
    given = _without_adverbial(text[at:end].split(), lexicon)
    if given and given[0].lower() in lexicon.pronouns - lexicon.linkers:
        return "", at
    words = _subject(given, lexicon)
    ranked = words and (not CAPITAL.match(words[0]) or (lexicon.lang == "de" and given[0] != words[0]))
    if ranked and (named := _apposed_name.match(text, end)):
        return named[1], named.end()
    if lexicon.lang == "ar" and not (stop and len(words) == len(given)):
        words = words[:4]
    while words and words[-1].lower() in (lexicon.linkers if lexicon.lang == "ar" else _particles | lexicon.linkers):
        words.pop()
    return " ".join(words).strip(" '’\""), end


def _subject(given: list[str], lexicon: Lexicon) -> list[str]:
    """The words of a subject that begins a clause, or follows what only links."""
    words: list[str] = []
    capitals = 0
    for at, word in enumerate(given[:_MOST_WORDS]):
        lower, big = word.lower(), CAPITAL.match(word) is not None
        if not words and not big and (lower in lexicon.linkers or lower in _possessives):
            continue
        ends = lower in lexicon.functions or (capitals and not _leads_to_name(given[at : at + 3], lexicon))
        if ends and not big and lower not in _particles:
            break
        words.append(word)
        capitals += big and lower not in _ranks
    return words


def _leads_to_name(given: list[str], lexicon: Lexicon) -> bool:
    """Whether a name goes on with one more behind a word or two: Senate leader Tom Pike; but сказал Лавров журналистам ТАСС."""
    if lexicon.lang not in {"en", "ru"}:
        return False
    for word in given:
        if CAPITAL.match(word):
            return True
        if word.lower() in lexicon.functions | lexicon.linkers or word.endswith(("ly", "ам", "ям", "у", "ю")):
            return False
    return False


def _without_adverbial(given: list[str], lexicon: Lexicon) -> list[str]:
    """What follows a verb, without where and to whom it was said, if a subject follows: a dit à la presse Anne Petit; sagte am Freitag der Chef."""
    if lexicon.lang == "en" or not given or given[0].lower() not in _adverbial:
        return given
    rest = given[1:]
    if rest and rest[0].lower() in _articles:
        rest = rest[1:]
    rest = rest[1:]
    return rest if rest and (CAPITAL.match(rest[0]) or rest[0].lower() in _articles) else given


_inverted = re.compile(r"-(?:t-)?(?:ils?|elles?|on|je)\b")  # répète-t-il
_adverbial = words("à au aux dans devant sur en al entre con ante am im beim gegenüber vor в на")
_articles = words("le la les un une el los las der die das dem den ein eine einem einer")


_verb_behind = re.compile(
    r"\s*([,،])?\s*(?:[—–-]\s)?(?:(?:a|ont|ha|han|hat|haben)\s)?(?:(?:se|me)\s|s['’])?([^\W\d_]{3,})\s+(?:(?:sich|se)\s+)?"
    r"(?:((?:son|sa|ses|leur|sein|seine|ihr|ihre|su|sus|his|her|their|its|der|die|das|ein|eine|el|la|le|un|une|una|the|a|an)\s|l['’]))?"
)
_said_he = re.compile(
    r"\s*,?\s*((?:(?:a|ont|avait)-t-(?:ils?|elles?|on)\s[^\W\d_]+|[^\W\d_]+-(?:t-)?(?:ils?|elles?|on))\b)"
)
_name_behind = re.compile(
    r"\s*,?\s*((?:The\s)?[A-Z][\w’'-]+(?:\s(?:[a-z]{2,3}\s)?[A-Z][\w’'-]+){0,3})\s([a-z]{3,}(?:ed|s))(?=[\s,.;:]|$)"
)


def behind(text: str, at: int, lexicon: Lexicon, *, led: bool) -> Attribution | None:
    """Who is named right behind a quotation that ends at `at`, by a verb that no lexicon need know: « …», prévient Luc Ferrand.

    `led`: the quotation ends with a comma of its own. Without any comma between them the words go on with the sentence.
    """
    if not lexicon.spaced or not lexicon.says:
        return None
    if said_he := _said_he.match(text, at):
        return Attribution("", said_he[1], said_he.start(1), said_he.end())
    match = _verb_behind.match(text, at)
    if match and (led or match[1]) and _may_say(match[2], lexicon):
        name, end = _after(text, match.end(), lexicon)
        if name and (match[3] or CAPITAL.search(name) or lexicon.lang == "ar"):
            return Attribution(name, match[2], match.start(2), end)
    named = _name_behind.match(text, at) if led and lexicon.lang == "en" else None
    return Attribution(named[1], named[2], named.start(1), named.end()) if named else None


def _may_say(word: str, lexicon: Lexicon) -> bool:
    return (
        word.islower()
        and not word.endswith("ing")
        and not (word in lexicon.functions or word in lexicon.linkers or word in lexicon.pronouns)
    )
