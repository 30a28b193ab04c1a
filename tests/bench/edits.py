"""How many revisions a second one core classifies, at 800 words with 5 % of them changed: `python tests/bench/edits.py`.

The whole of it: alignment of blocks and sentences, typed edits, significance and the plain line. Of two kinds of text: words at random,
and news in English, the sentences of `tests/gold/edits.jsonl` in any order, with their quotations, figures, names and curly marks. Each
twice: with the changed words in two places, as edits have them (a sentence rewritten, a few words here and there), and scattered evenly
over the text, which is harder. For comparison, difflib's word diff of the same texts, which names nothing, and how many times that many we
classify. “First time” counts texts that were never seen, each pair once: nothing that is kept from one classification to the next can help.

Where the public corpora stand beside the project, the recorded edits of public-domain posts of about that length are classified as well.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import gold

from monitor.core.content import Block, Content
from monitor.core.revision.alignment import aligned
from monitor.core.revision.classify import classified

_WORDS, _CHANGED, _TEXTS, _SECONDS, _ONCE = 800, 40, 40, 2.0, 300
Text = Callable[[random.Random], list[list[str]]]
Edit = Callable[[list[list[str]], random.Random], list[list[str]]]
_PARAGRAPH, _SENTENCE, _SHORTEST = 45, 18, 8  # words, about as news has them
_NEWS = """
the a of to in and on for with that by from at as was were said president minister police officials attack town
border army war raid school people house street report company city market bank vote law court party leader
prices week Sunday Paris Raqqa Brussels France Germany Hollande government ministry spokesman witnesses several
hundred after before during against found killed wounded arrested claimed denied called opened closed struck
reached left came went began ended remained
"""
_VOCABULARY = _NEWS.split()
_GOLD = Path(__file__).parents[1] / "gold/edits.jsonl"
_POSTS = Path(__file__).parents[3] / "shared/corpora/revisions"


def _sentences() -> list[list[str]]:
    """The English paragraphs of the labelled pairs, as words."""
    pairs = [json.loads(line) for line in _GOLD.read_text(encoding="utf-8").splitlines()]
    texts = [gold.content(pair["before"], "en") for pair in pairs if pair["lang"] == "en"]
    return [block.text.split() for text in texts for block in text.blocks if len(block.text.split()) >= _SHORTEST]


_SENTENCES = _sentences()


def text(chance: random.Random) -> list[list[str]]:
    """Paragraphs of words that read like none, but are as long and as varied as news."""
    words = [chance.choice(_VOCABULARY) for _ in range(_WORDS)]
    for at in range(0, _WORDS, 37):
        words[at] = str(chance.randrange(2, 500))
    for at in range(_SENTENCE - 1, _WORDS, _SENTENCE):
        words[at] += "."
        if at + 1 < _WORDS:
            words[at + 1] = words[at + 1].capitalize()
    return [words[at : at + _PARAGRAPH] for at in range(0, _WORDS, _PARAGRAPH)]


def news(chance: random.Random) -> list[list[str]]:
    """Paragraphs of sentences that were written as news."""
    paragraphs: list[list[str]] = []
    while sum(map(len, paragraphs)) < _WORDS:
        paragraph: list[str] = []
        while len(paragraph) < _PARAGRAPH:
            paragraph += chance.choice(_SENTENCES)
        paragraphs.append(paragraph[:_PARAGRAPH])
    return paragraphs


def together(paragraphs: list[list[str]], chance: random.Random) -> list[list[str]]:
    """The changed words in two places: most in one run, the others within one paragraph."""
    new = [list(words) for words in paragraphs]
    first, second = chance.sample(range(len(new) - 1), 2)
    run = chance.randrange(_PARAGRAPH - 24)
    new[first][run : run + 24] = (another(word, chance) for word in new[first][run : run + 24])
    for at in chance.sample(range(_PARAGRAPH), _CHANGED - 24):
        new[second][at] = another(new[second][at], chance)
    return new


def scattered(paragraphs: list[list[str]], chance: random.Random) -> list[list[str]]:
    """The changed words anywhere."""
    new = [list(words) for words in paragraphs]
    for at in chance.sample(range(sum(map(len, paragraphs))), _CHANGED):
        words = new[at // _PARAGRAPH]
        words[at % _PARAGRAPH] = another(words[at % _PARAGRAPH], chance)
    return new


def another(word: str, chance: random.Random) -> str:
    """Another word in the same place: it begins and ends a sentence where the old one did."""
    new = chance.choice(_VOCABULARY)
    return (new.capitalize() if word[0].isupper() else new) + "." * word.endswith(".")


def content(paragraphs: list[list[str]]) -> Content:
    blocks = tuple(Block("paragraph", " ".join(words)) for words in paragraphs)
    return Content(title="A title that stays", lang="en", blocks=blocks)


def rate(run: Callable[[Content, Content], object], pairs: list[tuple[Content, Content]]) -> float:
    """Runs a second of processor time, over at least some seconds of it."""
    for pair in pairs:
        run(*pair)
    count, started = 0, time.process_time()
    while time.process_time() - started < _SECONDS:
        for pair in pairs:
            run(*pair)
        count += len(pairs)
    return count / (time.process_time() - started)


def first_time(make: Text, edit: Edit, chance: random.Random) -> float:
    """Classifications a second of processor time of pairs that are made for it, each once."""
    pairs = [(content(old), content(edit(old, chance))) for old in (make(chance) for _ in range(_ONCE))]
    started = time.process_time()
    for pair in pairs:
        classified(*pair)
    return _ONCE / (time.process_time() - started)


def word_diff(old: Content, new: Content) -> object:
    words = [" ".join(block.text for block in side.blocks).split() for side in (old, new)]
    return SequenceMatcher(None, *words).get_opcodes()


def recorded() -> Iterator[tuple[Content, Content]]:
    """Versions of public-domain posts of about 800 words that follow one another and differ."""
    for path in sorted(_POSTS.glob("*.jsonl.gz")):
        versions: dict[str, list[Content]] = defaultdict(list)
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for post in (json.loads(line) for line in lines):
                if "markdown" in post:
                    versions[post["doc"]].append(_post(post["title"] or "", post["markdown"]))
        for old, new in (pair for texts in versions.values() for pair in pairwise(texts)):
            if old != new and 600 < sum(len(block.text.split()) for block in old.blocks) < 1000:
                yield old, new


def _post(title: str, markdown: str) -> Content:
    """A post without its markup, as blocks."""
    plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|<[^>]+>|[*_`]{1,3}|^#+ |^>\s?", r"\1", markdown, flags=re.MULTILINE)
    blocks = (" ".join(part.split()) for part in re.split(r"\n\s*\n|\n(?=[-*+\d] ?)", plain))
    return Content(title=title, lang="en", blocks=tuple(Block("paragraph", block) for block in blocks if block))


def main() -> int:
    chance = random.Random(4)
    sets: dict[str, list[tuple[Content, Content]]] = {}
    fresh: dict[str, float] = {}
    for kind, make in (("at random", text), ("news", news)):
        texts = [make(chance) for _ in range(_TEXTS)]
        for where, edit in (("in two places", together), ("scattered", scattered)):
            sets[f"{kind}, {where}"] = [(content(old), content(edit(old, chance))) for old in texts]
            fresh[f"{kind}, {where}"] = first_time(make, edit, chance)
    if posts := list(recorded()):
        sets["recorded edits"] = posts
    print(
        f"{_WORDS} words, {_CHANGED} changed        classified  first time  aligned only  difflib words  times difflib   (a second, one core)"
    )
    for name, pairs in sets.items():
        ours, aligning, theirs = (rate(run, pairs) for run in (classified, aligned, word_diff))
        once = f"{fresh[name]:,.0f}" if name in fresh else "–"
        print(f"{name:<25} {ours:13,.0f} {once:>11} {aligning:13,.0f} {theirs:14,.0f} {ours / theirs:14.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
