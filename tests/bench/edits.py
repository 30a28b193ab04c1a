"""How many revisions a second one core classifies, at 800 words with 5 % of them changed: `python tests/bench/edits.py`.

The whole of it: alignment of blocks and sentences, typed edits, significance and the plain line. Twice: with the changed words in two
places, as edits have them (a sentence rewritten, a few words here and there), and scattered evenly over the text, which is harder. For
comparison, difflib's word diff of the same texts, which names nothing, and how many times that many we classify. “First time” counts
texts that were never seen, each pair once: nothing that is kept from one classification to the next can help.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from difflib import SequenceMatcher

from monitor.core.content import Block, Content
from monitor.core.revision.alignment import aligned
from monitor.core.revision.classify import classified

_WORDS, _CHANGED, _TEXTS, _SECONDS, _ONCE = 800, 40, 40, 2.0, 300
Edit = Callable[[list[list[str]], random.Random], list[list[str]]]
_PARAGRAPH, _SENTENCE = 45, 18  # words, about as news has them
_NEWS = """
the a of to in and on for with that by from at as was were said president minister police officials attack town
border army war raid school people house street report company city market bank vote law court party leader
prices week Sunday Paris Raqqa Brussels France Germany Hollande government ministry spokesman witnesses several
hundred after before during against found killed wounded arrested claimed denied called opened closed struck
reached left came went began ended remained
"""
_VOCABULARY = _NEWS.split()


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
    for at in chance.sample(range(_WORDS), _CHANGED):
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


def first_time(edit: Edit, chance: random.Random) -> float:
    """Classifications a second of processor time of pairs that are made for it, each once."""
    pairs = [(content(old), content(edit(old, chance))) for old in (text(chance) for _ in range(_ONCE))]
    started = time.process_time()
    for pair in pairs:
        classified(*pair)
    return _ONCE / (time.process_time() - started)


def word_diff(old: Content, new: Content) -> object:
    words = [" ".join(block.text for block in side.blocks).split() for side in (old, new)]
    return SequenceMatcher(None, *words).get_opcodes()


def main() -> int:
    chance = random.Random(4)
    texts = [text(chance) for _ in range(_TEXTS)]
    print(f"{_WORDS} words, {_CHANGED} changed   in two places    scattered   (a second, on one core)")
    sets = [[(content(old), content(edit(old, chance))) for old in texts] for edit in (together, scattered)]
    rates: dict[str, list[float]] = {}
    for name, run in (("classified", classified), ("aligned only", aligned), ("difflib words", word_diff)):
        rates[name] = [rate(run, pairs) for pairs in sets]
    rates["classified, first time"] = [first_time(edit, chance) for edit in (together, scattered)]
    for name, (near, far) in rates.items():
        print(f"{name:<23} {near:14,.0f} {far:12,.0f}")
    near, far = (ours / theirs for ours, theirs in zip(rates["classified"], rates["difflib words"], strict=True))
    print(f"{'times difflib':<23} {near:14.2f} {far:12.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
