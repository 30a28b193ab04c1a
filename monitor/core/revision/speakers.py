"""Who says something in a sentence: “the ministry said”, « selon Marie Dupont », 普京说. Rules of position around verbs of saying.

It knows no grammar: the speaker is the words between the verb and the nearest mark on its side, without what only links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import msgspec

from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.entry import words
from monitor.core.revision.lexicon.keys import Finder
from monitor.core.revision.subjects import CAPITAL, HOLE, leading

_MOST_WORDS = 7  # of one speaker
_MOST_OF_A_SUBJECT = 4  # words of one that is no name
_WINDOW = 90  # characters on each side of a verb that are looked at

_big_word = re.compile(r"\b[A-ZÀ-ÖØ-ÞŁŚŠŽČА-ЯЁ][\w’'-]+")
_edge = re.compile(r"[,;:.!?—–()\[\]\x00،؛。！？；：，、「」\n]|\s-\s")
_name_stop = re.compile(
    r"[,;:!?—–()\[\]\x00،؛。！？；：，、「」『』“”\"\n]|(?<!\b\w)(?<!\b(?:Mr|Dr|Ms|St))(?<!\bMrs)\.|\s-\s"
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


class Attribution(msgspec.Struct, frozen=True, gc=False):
    """`speaker` (empty for a pronoun) says what stands around text[start:end], which holds the `cue`."""

    speaker: str
    cue: str
    start: int
    end: int


class _Rules(NamedTuple):
    says: Finder
    by: Finder


@cache
def _rules(lexicon: Lexicon) -> _Rules:
    return _Rules(lexicon.finder(lexicon.says), lexicon.finder(lexicon.by))


def attributions(text: str, lexicon: Lexicon) -> list[Attribution]:
    """The attributions of a text whose quotations are holes, in their order."""
    if not lexicon.says:
        return []
    find = _spaced if lexicon.spaced else _unspaced
    found = sorted(find(text, lexicon), key=lambda found: found.start)
    return [a for i, a in enumerate(found) if not i or a.start >= found[i - 1].end or not found[i - 1].speaker]


def _spaced(text: str, lexicon: Lexicon) -> Iterator[Attribution]:
    rules = _rules(lexicon)
    for match in rules.says.finditer(text):
        before = _before(text, match.start(), lexicon)
        if before is not None:
            yield Attribution(before[0], match[0], before[1], match.end())
            continue
        if _participle.search(match[0]) and _comma_before.search(text[max(match.start() - 3, 0) : match.start()]):
            speaker = leading(text, match.start(), lexicon) or ""
            yield Attribution(speaker, match[0], match.start(), match.end())
            continue
        after = _after(text, match.end(), lexicon)
        yield Attribution(after[0], match[0], match.start(), after[1])
    for match in rules.by.finditer(text):
        if match[0].lower() in _postposed and (ahead := _before(text, match.start(), lexicon)):
            yield Attribution(ahead[0], match[0], ahead[1], match.end())
            continue
        name, end = _after(text, match.end(), lexicon)
        if name:
            yield Attribution(name, match[0], match.start(), end)


_postposed = words("zufolge")  # it stands behind the name
_participle = re.compile(r"(?:ing|ant|ndo|ив|ав|ув)$")  # …, calling it “a farce”: said by whom the sentence is about
_comma_before = re.compile(r",\s*$")


def _before(text: str, at: int, lexicon: Lexicon) -> tuple[str, int] | None:
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
        return leading(text, at, lexicon) or "", first
    name = _name(_after_relative(said), lexicon)
    if name is None:
        return None
    if name and CAPITAL.match(name.split()[-1]) is None and (other := _before_apposition(text, edges, first, lexicon)):
        return other if CAPITAL.search(other[0]) else (name, first)
    return name, first


def _before_apposition(text: str, edges: list[int], at: int, lexicon: Lexicon) -> tuple[str, int] | None:
    """“Maria Lopez, a witness, said”: the one of the two with capitals."""
    if text[:at].rstrip()[-1:] != "," or len(edges) < 3:
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
    has have had was is also later then a ont avait hat haben hatte hatten ha han había le lo les se
    """
)


def _after(text: str, at: int, lexicon: Lexicon) -> tuple[str, int]:
    """The subject that follows a verb, or “according to”, and where it ends: to the last capital, or to the first link."""
    stop = _name_stop.search(text, at, at + _WINDOW)
    end = stop.start() if stop else min(at + _WINDOW, len(text))
    words: list[str] = []
    capitals = 0
    for word in text[at:end].split()[:_MOST_WORDS]:
        lower = word.lower()
        big = CAPITAL.match(word) is not None
        if not words and (lower in lexicon.pronouns and lower not in lexicon.linkers):
            return "", at
        if not words and not big and (lower in lexicon.linkers or lower in _possessives):
            continue
        if capitals and not big and lower not in _particles:
            break
        if not big and lower in lexicon.functions and lower not in _particles:
            break
        words.append(word)
        capitals += big and lower not in _ranks
    while words and words[-1].lower() in (_particles | lexicon.linkers):
        words.pop()
    if words and not CAPITAL.match(words[0]) and (named := _apposed_name.match(text, end)):
        return named[1], named.end()
    if lexicon.lang == "ar":
        words = words if stop and len(words) == len(text[at:end].split()) else words[:4]
        while words and words[-1] in lexicon.linkers:
            words.pop()
    return " ".join(words).strip(" '’\""), end


_verb_behind = re.compile(
    r"\s*([,،])?\s*(?:[—–-]\s)?(?:(?:a|ont|ha|han|hat|haben)\s)?(?:(?:se|me)\s|s['’])?([^\W\d_]{3,})\s+(?:(?:sich|se)\s+)?"
    r"(?:((?:son|sa|ses|leur|sein|seine|ihr|ihre|su|sus|his|her|their|its|der|die|das|ein|eine|el|la|le|un|une|una|the|a|an)\s|l['’]))?"
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
    match = _verb_behind.match(text, at)
    if match and (led or match[1]) and _may_say(match[2], lexicon):
        name, end = _after(text, match.end(), lexicon)
        if name and (match[3] or CAPITAL.search(name) or lexicon.lang == "ar"):
            return Attribution(name, match[2], match.start(2), end)
    named = _name_behind.match(text, at) if led and lexicon.lang == "en" else None
    return Attribution(named[1], named[2], named.start(1), named.end()) if named else None


def _may_say(word: str, lexicon: Lexicon) -> bool:
    return word.islower() and not (word in lexicon.functions or word in lexicon.linkers or word in lexicon.pronouns)


# --- without spaces --------------------------------------------------------------------------------------------------

_run = re.compile("[\u3400-\u9fff\u3005\u30a0-\u30ff\uff66-\uff9fA-Za-z·・]+$")
_MOST_CHARACTERS = 14


def _unspaced(text: str, lexicon: Lexicon) -> Iterator[Attribution]:
    find = _japanese if lexicon.lang == "ja" else _chinese
    return find(text, lexicon)


def _japanese(text: str, lexicon: Lexicon) -> Iterator[Attribution]:
    """The topic of the sentence in which a verb of saying stands: …は「…」と述べた, 「…」と…は話した."""
    rules = _rules(lexicon)
    for match in rules.says.finditer(text):
        first = max(text.rfind("。", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
        subjects = [s for s in _topic.finditer(text, first, match.end()) if s[1] not in lexicon.pronouns]
        speaker = subjects[-1][1] if subjects else ""
        yield Attribution(speaker, match[0], subjects[-1].start() if subjects else match.start(), match.end())
    for match in _said_after.finditer(text):
        yield Attribution(match[1], "と", match.start(1), match.end(1))
    for match in _quoted.finditer(text):
        first = max(text.rfind("。", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
        subjects = [s for s in _topic.finditer(text, first, match.end()) if s[1] not in lexicon.pronouns]
        if subjects:
            yield Attribution(subjects[-1][1], "と", subjects[-1].start(), subjects[-1].end())
    for match in rules.by.finditer(text):
        if name := _run.search(text[max(match.start() - _MOST_CHARACTERS, 0) : match.start()]):
            yield Attribution(name[0], match[0], match.start() - len(name[0]), match.end())


_quoted = re.compile("\x00と")
_NAME = "[\u3400-\u9fff\u3005\u30a0-\u30ff\uff66-\uff9fA-Za-z·・]{1,16}"
_said_after = re.compile(rf"\x00と((?:{_NAME}の)?{_NAME}(?:さん|ら)?)[はが]")
_topic = re.compile(rf"((?:{_NAME}の)?{_NAME}(?:さん|ら)?)(?:は|が)(?=[、「『\x00と\u3400-\u9fffァ-ヶ])")


def _chinese(text: str, lexicon: Lexicon) -> Iterator[Attribution]:
    """The name right before the verb: 法国总统奥朗德说."""
    rules = _rules(lexicon)
    for match in rules.says.finditer(text):
        edges = [edge.end() for edge in _edge.finditer(text, max(match.start() - 40, 0), match.start())]
        words = text[edges[-1] if edges else max(match.start() - 40, 0) : match.start()]
        name = _run.search(words)
        speaker = _without_links(name[0], lexicon) if name else ""
        if speaker or not name or name[0] in lexicon.pronouns:
            yield Attribution(speaker[-_MOST_CHARACTERS:], match[0], match.start() - len(words), match.end())


def _without_links(name: str, lexicon: Lexicon) -> str:
    for word in sorted(lexicon.linkers, key=len, reverse=True):
        name = name.removeprefix(word)
        if len(word) > 1 or word in "曾还也则又":
            name = name.removesuffix(word)
    return "" if name in lexicon.pronouns else name


def same_speaker(one: str, other: str, near_one: str = "", near_other: str = "") -> bool:
    """Whether two names may be of one speaker: one is unknown, or they share a telling word, or one stands near the other.

    `near_one` and `near_other` are what stands around the names: “Karen Doyle, a spokeswoman for the airline”.
    """
    if not one or not other:
        return True
    left, right = one.casefold(), other.casefold()
    if left in right or right in left:
        return True
    key_left, key_right = _surname(one), _surname(other)
    if key_left and key_right:
        return (
            key_left == key_right
            or key_left in _stems(near_other.casefold()) | _stems(right)
            or (key_right in _stems(near_one.casefold()) | _stems(left))
        )
    known_left, known_right = _telling(left), _telling(right)
    if not known_left or not known_right:
        return bool(_stems(left) & _stems(right))
    return bool(known_left & (known_right | _telling(near_other.casefold()))) or bool(
        known_right & _telling(near_one.casefold())
    )


_plain = words(
    """
    the a an le la les un une der die das el los president minister prime chief spokesman spokeswoman spokesperson mr mrs ms dr of
    for to président ministre premier première präsident präsidentin minister ministerin presidente ministro ministra primer
    президент министр глава الرئيس رئيس وزير الوزير secretary general state foreign interior defense defence official officials
    said
    """
)


def _telling(name: str) -> set[str]:
    """The words of a name by which it is known: its stems, without titles."""
    return {word[:5] for word in re.findall(r"\w+", name) if word not in _plain and len(word) > 2}


def _surname(name: str) -> str:
    """The stem of the last word with a capital; empty where there is none, or the script has no capitals."""
    found = _big_word.findall(name)
    return found[-1].casefold()[:5] if found else ""


def _stems(name: str) -> set[str]:
    return {word[:5] for word in re.findall(r"\w+", name) if len(word) > 2}
