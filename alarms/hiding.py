"""Hiding: the acts of the second machine, with their names, reasons and ends, on disk as in the columns.

hide    journal ─> columns      what is hidden without a name to it is an alarm lost
show    columns ─> journal      a disk that is full must not keep an alarm hidden
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alarms.keep import HIDING, Keep, Names
from alarms.life import Life
from alarms.suppression import ROWS, Act, Hidden, legal
from alarms.telling import Teller, kept
from supervisor.asides import Aside
from supervisor.clock import SECOND, Clock
from supervisor.desk.alarm_desk import LONGEST_MIN
from supervisor.model import Alarm

BY_EXPRESSION = "design"
"""Reason of what is hidden for the expression of its rule; of what is hidden for a cause it is the cause's id."""

UNKNOWN = "not_known"
"""Why an alarm is shown that a rule hid: whether it still should be nobody can tell."""

SHOWING = (*HIDING, "annunciated_at")
"""What is written of alarms that come into sight: the operator is told of them then."""

Rows = NDArray[np.intp]


def word(bit: Hidden) -> str:
    """How an alarm is hidden, as it stands in files and on the wire."""
    return str(bit.name).lower()


ENDS = {word(bit): act for act, (bit, sets) in ROWS.items() if not sets}
"""How an alarm is hidden -> what ends that."""


class Hiding:
    """See the module. `clock` ends shelves by its monotonic seconds: one that is set back must hide nothing longer."""

    def __init__(self, alarms: Sequence[Alarm], life: Life, keep: Keep, teller: Teller, clock: Clock) -> None:
        self._alarms = alarms
        self._life = life
        self._keep = keep
        self._teller = teller
        self._clock = clock
        self._end = self._shelves()
        """When each shelf ends, monotonic seconds; infinite for none."""

    async def put(self, rows: Rows, act: Act, detail: Mapping[str, Any], who: str) -> int:
        """Hide alarms, or show them, in the name of somebody; how many that changed. `detail` has the reason, and for a
        shelf `until`. Raises StoreError, hiding nothing, where that can't be journalled."""
        rows = self.legal(rows, act)
        if len(rows) and not ROWS[act][1]:
            await kept(self.step(rows, act, [detail], who))
        elif len(rows):
            asides = self._asides(rows, act, [detail], who)
            entries = list(self._teller.entries(rows, act.value, who, [detail]))
            await self._keep.secure(rows, self._words(rows, act, asides), self._all(rows, asides), entries)
            rows = self.legal(rows, act)  # another act may have come while the journal was written
            self._apply(rows, act, asides)
            await kept(self._keep.write(rows, HIDING))
        return len(rows)

    def step(self, rows: Rows, act: Act, detail: Sequence[Mapping[str, Any]], who: str = "") -> Future[int]:
        """At once, the columns first: what comes into sight, and what the station itself hides by a rule. `detail` as
        in `Teller.entries`."""
        self._apply(rows, act, self._asides(rows, act, detail, who))
        return self._keep.write(
            rows, HIDING if ROWS[act][1] else SHOWING, self._teller.entries(rows, act.value, who, detail)
        )

    def tick(self) -> None:
        """Shelves whose time is over."""
        over = np.flatnonzero(self._end <= self._clock.monotonic())
        if len(over):
            self.step(over, Act.UNSHELVE, [{"reason": "time"}])

    def legal(self, rows: Rows, act: Act) -> Rows:
        """Those for which the act changes anything."""
        hidden = self._life.columns["suppression"][rows].tolist()
        return rows[np.array([legal(one, act) for one in hidden], np.bool_)]

    def by_expression(self) -> NDArray[np.bool_]:
        """By row: what the station hides for a rule's own expression, not for a cause."""
        found = np.zeros(len(self._alarms), np.bool_)
        how = word(Hidden.SUPPRESSED)
        for row, alarm in enumerate(self._alarms):
            aside = self._keep.asides.get((alarm.id, how))
            found[row] = aside is not None and aside.reason == BY_EXPRESSION
        return found

    def _asides(self, rows: Rows, act: Act, detail: Sequence[Mapping[str, Any]], who: str) -> list[Aside]:
        """One for each row, in order; what they say is of no account where the act shows."""
        details = list(detail) * len(rows) if len(detail) == 1 else detail
        how, now = word(ROWS[act][0]), self._clock.now()
        return [
            Aside(self._alarms[row].id, how, who, str(more.get("by", more["reason"])), now, int(more.get("until", 0)))
            for row, more in zip(rows.tolist(), details, strict=True)
        ]

    def _apply(self, rows: Rows, act: Act, asides: Sequence[Aside]) -> None:
        bit, sets = ROWS[act]
        until = asides[0].until if sets and asides else 0
        who = self._keep.names.code(asides[0].who) if sets and asides else 0
        self._life.hide(rows, act, self._clock.now(), until, who)
        if bit is Hidden.SHELVED:
            self._end[rows] = self._left(until) if sets else np.inf
        ids = {self._alarms[row].id for row in rows.tolist()}
        for aside in asides:
            if aside.alarm not in ids:
                continue
            if sets:
                self._keep.asides[aside.alarm, aside.how] = aside
            else:
                self._keep.asides.pop((aside.alarm, aside.how), None)

    def _words(self, rows: Rows, act: Act, asides: Sequence[Aside]) -> dict[str, list[int]]:
        """What the columns will hold."""
        bit, _ = ROWS[act]
        columns = self._life.columns
        until = columns["shelved_until"][rows].tolist()
        if bit is Hidden.SHELVED:
            until = [aside.until for aside in asides]
        return {"suppression": (columns["suppression"][rows] | np.uint8(bit)).tolist(), "shelved_until": until}

    def _all(self, rows: Rows, asides: Sequence[Aside]) -> list[Aside]:
        """These, and those of the same alarms that are hidden in another way too."""
        fresh = {(one.alarm, one.how) for one in asides}
        return [*asides, *(one for one in self._keep.hidden(rows) if (one.alarm, one.how) not in fresh)]

    def _shelves(self) -> NDArray[np.float64]:
        """The ends of the shelves that were kept; none is longer than a shelf may be, whatever the clock was then."""
        until = self._life.columns["shelved_until"]
        most = self._clock.monotonic() + 60 * LONGEST_MIN
        return np.where(until > 0, np.minimum(self._left(until), most), np.inf)

    def _left(self, until: Any) -> Any:
        """An instant or an array of them, ns UTC, as seconds of the monotonic clock."""
        return self._clock.monotonic() + (until - self._clock.now()) / SECOND


def shelvers(columns_rows: Mapping[str, int], asides: Sequence[Aside], names: Names) -> list[tuple[int, int]]:
    """Row and code of who shelved it, for the shelves that were kept."""
    found = [aside for aside in asides if aside.how == word(Hidden.SHELVED)]
    return [(columns_rows[aside.alarm], names.code(aside.who)) for aside in found if aside.alarm in columns_rows]
