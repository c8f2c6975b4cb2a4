"""Phrasebook: rows of sentences in both languages, and the French of an English one, with what lies in its holes.

`{}` stands for what is another one each time: an address, a name, a number, or a sentence of its own, which is looked
up in turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from supervisor.model import Text

LONGEST, MOST = 1000, 12
"""Characters of a reason that is looked up, and sentences in it or within each other; beyond, a device has sent us its
memory."""
_AND, _OF = "; ", ": "
"""What stands between two sentences, and before one that lies in another."""
_HOLE = "{}"


@dataclass(frozen=True)
class Sentence:
    """One row, ready to be looked for."""

    text: Text

    @cached_property
    def weight(self) -> int:
        """Letters that are not `{}`: of two rows that fit, the one that says more is meant."""
        return len(self.text.en.replace(_HOLE, ""))

    @cached_property
    def core(self) -> str:
        """What stands in every sentence of this row: most rows are passed over for want of it."""
        return max(self.text.en.split(_HOLE), key=len)

    @cached_property
    def bare(self) -> bool:
        """No word of its own: it says something only where what lies in it does, and it is of English: no space before
        a colon."""
        return not any(map(str.isalpha, self.text.en))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("(.*?)".join(map(re.escape, self.text.en.split(_HOLE))), re.DOTALL)


class Phrasebook:
    """See the module."""

    def __init__(self, rows: Iterable[Text]) -> None:
        self.sentences = tuple(sorted(map(Sentence, rows), key=lambda one: -one.weight))
        """In the order in which they are tried."""
        self.french = lru_cache(maxsize=4096)(self._french)
        """Of one sentence or of several; empty where no row knows it."""
        self._one = lru_cache(maxsize=4096)(self._fitting)

    def _french(self, said: str) -> str:
        if len(said) > LONGEST or said.count(_OF) > MOST:
            return ""
        return self._one(said) or self._several(said)

    def _fitting(self, said: str) -> str:
        """As one sentence; empty where no row fits. A row that would part a pair of brackets is taken for want of
        another: a reason within another is in brackets, and ends with them."""
        torn: tuple[Sentence, re.Match[str]] | None = None
        for one in self.sentences:
            match = one.pattern.fullmatch(said) if one.core in said else None
            if match and all(map(_whole, match.groups())):
                return self._told(one, match)
            torn = torn or (match and (one, match))
        return self._told(*torn) if torn else ""

    def _told(self, one: Sentence, match: re.Match[str]) -> str:
        parts = [self.french(part) or part for part in match.groups()]
        if one.bare and (parts == list(match.groups()) or any(part != part.strip() for part in match.groups())):
            return ""
        return one.text.fr.format(*parts)

    def _several(self, said: str) -> str:
        """Sentences one behind the other, each of which has a row; some have a semicolon of their own. From the last
        one on, so that no piece is looked at twice: a device may send us anything."""
        parts = said.split(_AND)
        if not 1 < len(parts) <= MOST:
            return ""
        told_from = [""] * len(parts)
        for begin in reversed(range(len(parts))):
            for end in range(begin + 1, len(parts) + 1):
                rest = told_from[end] if end < len(parts) else ""
                if (end < len(parts) and not rest) or not (first := self._one(_AND.join(parts[begin:end]))):
                    continue
                told_from[begin] = f"{first} ; {rest}" if rest else first
                break
        return told_from[0]


def _whole(part: str) -> bool:
    """Whether every bracket in it is opened and closed."""
    depth = 0
    for letter in part:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
    return not depth
