"""How the accounts of `why` look: those that match first, then what nearly does or once did, then the others. It judges nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from monitor.cli.marking import Marks, in_sentence
from monitor.cli.output import safe, screen, short, when
from monitor.cli.rehearsed import place
from monitor.core.policy.accounts import Account

_HITS: Final = 3
_OTHERS: Final = 20


def told(found: Sequence[Account], zone: tzinfo) -> list[RenderableType]:
    """The accounts as they are read."""
    matching = [each for each in found if each.matches]
    nearly = [each for each in found if not each.matches and (each.stood or each.turns or each.alerts)]
    others = [each for each in found if not each.matches and each not in nearly]
    marks = Marks.of(screen())
    lines: list[RenderableType] = [Text("\nWatchlists", style="bold")]
    for each in (*matching, *nearly):
        lines += [*_standing(each, marks), *_history(each, zone)]
    lines += [
        _indented(Text.assemble(safe(each.watchlist), safe(f": no, {each.reason}", "dim")), 2)
        for each in others[:_OTHERS]
    ]
    if len(others) > _OTHERS:
        lines.append(safe(f"  … {len(others) - _OTHERS} more that do not match: --json has all of them", "dim"))
    return lines if found else []


def _standing(account: Account, marks: Marks) -> Iterator[RenderableType]:
    if account.matches:
        yield Text.assemble("  ", safe(account.watchlist, "bold"), ("  matches as it stands", "green"))
    else:
        yield _indented(Text.assemble(safe(account.watchlist, "bold"), safe(f": {account.reason}")), 2)
        if account.stood:
            yield _indented(safe(f"there: {'; '.join(account.stood[:_HITS])}", "dim"), 4)
    for hit in account.hits[:_HITS]:
        where = place(hit).partition(" in ")[2]
        yield _indented(safe(f"{hit.term}  {where}", "dim"), 4)
        yield _indented(in_sentence(hit.sentence, hit.marks, marks), 6)
    if len(account.hits) > _HITS:
        yield safe(f"    … {len(account.hits) - _HITS} hits more", "dim")


def _history(account: Account, zone: tzinfo) -> Iterator[RenderableType]:
    for turn in account.turns:
        what = ", ".join(turn.changes)
        if turn.excluded:
            what = f"{what}; " if what else ""
            what += f"excluded {'; '.join(turn.excluded)}{f', for {turn.reason}' if turn.reason else ''}"
        elif turn.backlog:
            what += ": backlog, nobody is told"
        elif not turn.told:
            what += ": not asked to be told of"
        yield _indented(safe(f"{when(turn.at, zone)}  revision {turn.revision}  {what}", "dim"), 4)
    if account.alerts:
        yield _indented(safe(f"alerts raised: {', '.join(map(short, account.alerts))}", "dim"), 4)


def _indented(text: RenderableType, by: int) -> Padding:
    return Padding(text, (0, 0, 0, by), expand=False)
