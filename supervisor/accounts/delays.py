"""Delays: who guesses waits longer and longer. Nobody is ever shut out for good, for an operator must get in at night.

    failures   1  2  3   4   5   6   7   8 …
    wait (s)   0  0  2   4   8  16  32  60 …

Kept in memory: a station that starts again forgets them, and who can restart it does not need to guess.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from dataclasses import dataclass, field

from supervisor.clock import Clock
from supervisor.errors import Refused
from supervisor.model import Text

FREE = 2
"""Failures without a wait: a caps lock, a keyboard in the other language."""
LONGEST_S = 60.0
"""One guess a minute is 43 000 a month: nothing against fifteen characters, and little for somebody who mistyped."""
REMEMBERED = 1000
"""Names that are remembered; the ones that failed longest ago go first."""


@dataclass(slots=True)
class _Row:
    failures: int = 0
    until: float = 0.0
    """Monotonic seconds before which nothing is even looked at."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Delays:
    """See the module."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: OrderedDict[str, _Row] = OrderedDict()

    def turn(self, id_: str) -> asyncio.Lock:
        """Guesses at one name are tried one after another: thirty at once would all come before the first delay."""
        return self._row(id_).turn

    def check(self, id_: str) -> None:
        """Raises Refused while `id_` must wait."""
        left = self._row(id_).until - self._clock.monotonic()
        if left > 0:
            seconds = math.ceil(left)
            raise Refused(
                "wait",
                Text(
                    f"Trop d'essais manqués : réessayez dans {seconds} s.",
                    f"Too many failed attempts: try again in {seconds} s.",
                ),
            )

    def failed(self, id_: str) -> None:
        row = self._row(id_)
        row.failures += 1
        if row.failures > FREE:
            row.until = self._clock.monotonic() + min(2.0 ** (row.failures - FREE), LONGEST_S)

    def passed(self, id_: str) -> None:
        row = self._row(id_)
        row.failures, row.until = 0, 0.0

    def _row(self, id_: str) -> _Row:
        row = self._rows.setdefault(id_, _Row())
        self._rows.move_to_end(id_)
        while len(self._rows) > REMEMBERED:
            self._rows.popitem(last=False)
        return row
