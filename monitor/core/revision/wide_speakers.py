"""Who says something in scripts without spaces: 普京说, 田中さんは「…」と述べた. Rules of position, as in `revision.speakers`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.core.revision.attribution import Attribution, phrases
from monitor.core.revision.lexicon import Lexicon
from monitor.core.revision.lexicon.entry import words

_edge = re.compile(r"[,;:.!?—–()\[\]\x00،؛。！？；：，、「」\n]|\s-\s")
_run = re.compile("[\u3400-\u9fff\u3005\u30a0-\u30ff\uff66-\uff9fA-Za-z·・]+$")
_MOST_CHARACTERS = 14


def unspaced(text: str, lexicon: Lexicon) -> Iterator[Attribution]:
    """The attributions of a text whose quotations are holes, in no order."""
    find = _japanese if lexicon.lang == "ja" else _chinese
    return find(text, lexicon)


def _japanese(text: str, lexicon: Lexicon) -> Iterator[Attribution]:
    """The topic of the sentence in which a verb of saying stands: …は「…」と述べた, 「…」と…は話した."""
    rules = phrases(lexicon)
    for match in rules.says.finditer(text):
        first = max(text.rfind("。", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
        subjects = _topics(text, first, match.end(), lexicon)
        speaker = subjects[-1][1] if subjects else ""
        yield Attribution(speaker, match[0], subjects[-1].start() if subjects else match.start(), match.end())
    yield from _beside_quotations(text, lexicon)
    for match in rules.by.finditer(text):
        if name := _run.search(text[max(match.start() - _MOST_CHARACTERS, 0) : match.start()]):
            yield Attribution(name[0], match[0], match.start() - len(name[0]), match.end())


def _beside_quotations(text: str, lexicon: Lexicon) -> Iterator[Attribution]:
    """Who stands beside a quotation, whatever the verb: 「…」と…は肩を落とした, …からは「…」との声."""
    for match in _said_after.finditer(text):
        if match[1] in _voices:
            continue
        yield Attribution(match[1], "と", match.start(1), match.end(1))
    for match in _from.finditer(text):
        yield Attribution(match[1], "から", match.start(1), match.end(1))
    for match in _cleft.finditer(text):
        yield Attribution(match[1], "と", match.start() + 1, match.end(1))
    for match in _quoted.finditer(text):
        first = max(text.rfind("。", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
        subjects = _topics(text, first, match.end(), lexicon)
        if subjects:
            yield Attribution(subjects[-1][1], "と", subjects[-1].start(), subjects[-1].end())
        elif behind := _behind.match(text, match.end()):
            yield Attribution(behind[1], "と", match.start() + 1, behind.end())


def _topics(text: str, start: int, end: int, lexicon: Lexicon) -> list[re.Match[str]]:
    """What a sentence is about, as it says: 首相は; but not 「…」との苦情が."""
    found = _topic.finditer(text, start, end)
    return [
        topic
        for topic in found
        if topic[1] not in lexicon.pronouns and text[topic.start() - 2 : topic.start()] != "との"
    ]


_quoted = re.compile("\x00と")
_NAME = "[\u3400-\u9fff\u3005\u30a0-\u30ff\uff66-\uff9fA-Za-z·・]{1,16}"
_BESIDE = "(?:（[^（）]{1,12}）)?"  # an age
_voices = words("声 悲鳴 不満 批判 意見 怒り 苦情 疑問 要望 指摘 歓声 質問")  # 「…」と声が上がる: of others
_said_after = re.compile(rf"\x00と((?:{_NAME}の)?{_NAME}(?:さん|ら)?){_BESIDE}[はが]")
_from = re.compile(rf"({_NAME})から(?:は|も)?、?(?=\x00)")  # 商店街からは「…」との声が上がる
_cleft = re.compile(
    rf"\x00と[^。\x00]{{1,12}}のは、?(?:[^。、\x00]{{0,12}}の)?({_NAME}(?:さん)?){_BESIDE}(?=だ|です|。)"
)
_behind = re.compile(
    rf"[^。、\x00]{{1,20}}[たるくう]((?:{_NAME}の)?{_NAME}(?:さん|ら)?){_BESIDE}は"
)  # 「…」と優勝した原選手は
_topic = re.compile(
    rf"((?:{_NAME}の)?{_NAME}(?:さん|ら)?){_BESIDE}(?:(?:は|が)(?=[、「『\x00とそ\d\u3400-\u9fffァ-ヶ])|も(?=、?\x00))"
)


def _chinese(text: str, lexicon: Lexicon) -> Iterator[Attribution]:
    """The name right before the verb: 法国总统奥朗德说."""
    rules = phrases(lexicon)
    for match in rules.says.finditer(text):
        edges = [edge.end() for edge in _edge.finditer(text, max(match.start() - 40, 0), match.start())]
        words = text[edges[-1] if edges else max(match.start() - 40, 0) : match.start()]
        name = _run.search(_age.sub("", words))
        speaker = _without_links(name[0], lexicon) if name else ""
        if speaker or not name or name[0] in lexicon.pronouns or _he.match(name[0]):
            yield Attribution(speaker[-_MOST_CHARACTERS:], match[0], match.start() - len(words), match.end())


_age = re.compile("（[^（）]{1,12}）$")


_he = re.compile("(?:他|她)们?(?:在|对|还|也|又|则|随后|同时|曾|于|向|最后)")


def _without_links(name: str, lexicon: Lexicon) -> str:
    if _he.match(name):
        return ""
    for word in sorted(lexicon.linkers, key=len, reverse=True):
        name = name.removeprefix(word)
        if len(word) > 1 or word in "曾还也则又":
            name = name.removesuffix(word)
    return "" if name in lexicon.pronouns else name


_clause = re.compile("(?:^|[。！？；，\n])([\u3400-\u9fff]{2,6})[\u3400-\u9fff]{2}[，：]?$")


def wide_subject(text: str, start: int, lexicon: Lexicon) -> Attribution | None:
    """Whom the sentence is about that goes on with a quotation: 市長は「…」を約束した; in Chinese, all before a verb of two characters."""
    first = max(text.rfind("。", 0, start), text.rfind("\n", 0, start), start - 60) + 1
    if lexicon.lang == "zh":
        match = _clause.search(text, max(first - 1, 0), start)
    else:
        match = next(reversed(_topics(text, first, start + 1, lexicon)), None)
    if match is None or match[1] in lexicon.pronouns:
        return None
    return Attribution(match[1], "", match.start(1), match.end(1))
