"""Suppression by design: the station hides what a rule says is no alarm now, and shows it again by itself.

    suppress_when    an expression over tags of the equipment is true            maintenance mode, pump stopped
    suppressed_by    an alarm that says it all stands                            supply ─> phases, broker ─> devices

Rules:
- An expression that can't be worked out, for a value is bad, changes nothing at first, and so with a cause whose own
  condition is not known. After `UNKNOWN_S` neither hides anything any more: what nobody knows must not keep an alarm
  from the operator (ISA-18.2 / IEC 62682: designed suppression lasts as long as its condition holds). The alarm says
  since when that is so; once the condition is known to hold, it is hidden again.
- A cause that is shelved still hides: somebody knows of it. One out of service hides nothing: it is not believed.
- A cause and its consequences that come in one turn: the consequences are hidden before they are told.
- A cause in its on delay holds back what has not been told yet; what has been stays where it is seen.
- After a restart a cause keeps hidden what it hid, but hides nothing anew until its condition is known once: what was
  shown because nobody knew stays so.
- What is no longer hidden by a rule waits for the off delay of its own and `SETTLE_S`: what came with its cause may
  go a little after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alarms.hiding import BY_EXPRESSION, UNKNOWN, Hiding
from alarms.life import Life
from alarms.measures import Truth
from alarms.states import ACTIVE, State
from alarms.suppression import Act, Hidden
from alarms.watching import Fan
from supervisor.causes import edges
from supervisor.clock import SECOND, Clock
from supervisor.columns import Columns
from supervisor.flow import Indices
from supervisor.model import BAD, Alarm, Site

SETTLE_S = 2.0
"""Longer than a poll of the slowest of what is polled by the second."""

UNKNOWN_S = 600.0
"""For how long something hides an alarm though nobody can tell whether it should. The standards give no number; this is
their span of ten minutes, longer than a link takes to come back, or a controller to start."""
LOOK_S = 1.0
"""How often that is looked at."""

Rows = NDArray[np.intp]
Marks = NDArray[np.bool_]
Seconds = NDArray[np.float64]


class ByDesign:
    """See the module."""

    def __init__(self, site: Site, life: Life, hiding: Hiding, clock: Clock, standing: Marks) -> None:
        """`standing` is the engine's own, by row: whose condition holds, though its delay may not be over."""
        self._standing = standing
        self._alarms = site.alarms
        self._life = life
        self._hiding = hiding
        self._clock = clock
        self._works = _works(site)
        pairs = [(tags, work.rows[places]) for work in self._works for tags, places in work.inputs()]
        self.inputs = np.concatenate([np.empty(0, np.int32), *(tags for tags, _ in pairs)])
        """The tags that expressions look at."""
        self._fan = Fan.of(pairs, len(site.tags))
        self._work = np.full(len(site.alarms), -1, np.intp)
        self._place = np.zeros(len(site.alarms), np.intp)
        for number, work in enumerate(self._works):
            self._work[work.rows], self._place[work.rows] = number, np.arange(len(work.rows))
        found = np.array([(one.alarm, one.cause) for one in edges(site) if one.hides], np.int32).reshape(-1, 2)
        count = len(site.alarms)
        self._causes = Fan.of([(found[:, 0], found[:, 1].astype(np.intp))], count)
        """The causes of each alarm; and the other way round, its consequences."""
        self._consequences = Fan.of([(found[:, 1], found[:, 0].astype(np.intp))], count)
        self._asked = np.zeros(count, np.bool_)
        """Where the expression was true when it was known last."""
        self._coming = np.zeros(count, np.bool_)
        """Raised within this turn."""
        self._blind = np.full(count, clock.monotonic())
        """Since when the expression can't be worked out, monotonic seconds; infinite while it can."""
        self._lost = self._blind.copy()
        """Since when the condition of the alarm itself is not known, likewise: it may be the cause of others."""
        self._met = np.zeros(count, np.bool_)
        """Whose own condition was known at least once since the start."""
        self._look_at = 0.0
        self._due = np.full(count, np.inf)
        """When what is no longer wanted hidden is shown, monotonic seconds."""
        self._wait = np.array([alarm.rule.off_delay_s for alarm in site.alarms], np.float64) + SETTLE_S

    def begin(self) -> None:
        """What was hidden when the station ended stays so until its expression is known; a rule may be gone."""
        hidden = self._hidden(np.arange(len(self._alarms)))
        self._asked = hidden & (self._work >= 0) & self._hiding.by_expression()
        self.turn(np.unique(np.concatenate((np.flatnonzero(hidden), np.unique(self._consequences.rows)))))

    def absorb(self, index: Indices, seen: Columns) -> None:
        """The tags that moved; `seen` is the last of all."""
        if not self._works:
            return
        rows = self._fan.touched(index)
        for number in np.unique(self._work[rows]).tolist():
            mine = rows[self._work[rows] == number]
            value, quality = self._works[number].measure(self._place[mine], seen, 0.0)
            known = (quality < BAD) & (value == value)
            self._asked[mine[known]] = value[known] != 0
            _note(self._blind, mine, mine[~known], self._clock.monotonic())
        self.turn(rows)

    def doubt(self, rows: Rows, unknown: Rows) -> None:
        """The conditions of these were looked at; of some of them nobody can tell whether they hold."""
        if len(self._consequences.rows):
            found = rows[self._lost[rows] < np.inf]
            _note(self._lost, rows, unknown, self._clock.monotonic())
            self._met[rows] |= np.isinf(self._lost[rows])
            if len(found):
                self.follow(found)

    def foresee(self, rows: Rows) -> None:
        """These are about to raise: hide what comes of them first."""
        below = self._below(rows) if len(self._consequences.rows) else self._consequences.rows
        if len(below):
            self._coming[rows] = True
            self.turn(below)
            self._coming[rows] = False

    def follow(self, rows: Rows) -> None:
        """These have moved: look at what comes of them."""
        if len(self._consequences.rows):
            self.turn(self._below(rows))

    def turn(self, rows: Rows) -> None:
        """Hide what is wanted hidden, and let what is no longer wait for its time."""
        if not len(rows):
            return
        wanted, hidden = self._wanted(rows), self._hidden(rows)
        self._tell_doubt(rows, hidden | wanted)
        self._due[rows[wanted]] = np.inf
        waiting = rows[~wanted & hidden]
        self._due[waiting] = np.minimum(self._due[waiting], self._clock.monotonic() + self._wait[waiting])
        hide = rows[wanted & ~hidden]
        if len(hide):
            self._hiding.step(hide, Act.SUPPRESS, self._reasons(hide))

    def tick(self) -> None:
        """Show what has waited, and what nobody knows enough of to hide it any longer."""
        now = self._clock.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            self.turn(self._doubtful())
        over = np.flatnonzero(self._due <= now)
        if len(over):
            self._due[over] = np.inf
            doubted = np.isfinite(self._since(over)).tolist()
            self._hiding.step(over, Act.UNSUPPRESS, [{"reason": UNKNOWN if one else BY_EXPRESSION} for one in doubted])
            self._tell_doubt(over, self._hidden(over))

    def _doubtful(self) -> Rows:
        """What is hidden, and is about to be shown no sooner than anything else happens, for what can't be known."""
        over = self._over(self._blind) & self._asked
        causes = np.flatnonzero(self._over(self._lost) & ACTIVE[self._life.columns["state"]])
        over[self._below(causes)] = True
        rows: Rows = np.flatnonzero(over)
        found: Rows = rows[self._hidden(rows) & np.isinf(self._due[rows])]
        return found

    def _over(self, since: Seconds) -> Marks:
        """Not known for too long."""
        found: Marks = since <= self._clock.monotonic() - UNKNOWN_S
        return found

    def _since(self, rows: Rows) -> Seconds:
        """Since when what would hide these has not been known, where that is too long; infinite for all others."""
        flat, place = self._causes.spread(rows)
        stand = self._active(flat) & self._over(self._lost[flat])
        since = np.where(self._asked[rows] & self._over(self._blind[rows]), self._blind[rows], np.inf)
        np.minimum.at(since, place[stand], self._lost[flat[stand]])
        return since

    def _tell_doubt(self, rows: Rows, hidden: Marks) -> None:
        """The columns say since when what hid an alarm is not known, while that is why it is seen."""
        since, column = self._since(rows), self._life.columns["unknown_since"]
        doubted = np.isfinite(since) & ~hidden
        moved = doubted != (column[rows] != 0)
        if moved.any():
            ago = np.where(doubted, self._clock.monotonic() - since, 0.0)[moved]
            instants = self._clock.now() - np.rint(ago * SECOND).astype(np.int64)
            self._life.doubt(rows[moved], np.where(doubted[moved], instants, 0))

    def _below(self, rows: Rows) -> Rows:
        return self._consequences.touched(rows)

    def _hidden(self, rows: Rows) -> Marks:
        found: Marks = (self._life.columns["suppression"][rows] & Hidden.SUPPRESSED) != 0
        return found

    def _wanted(self, rows: Rows) -> Marks:
        flat, row = self._causes.spread(rows)
        hidden = self._hidden(rows)
        met = self._met[flat] | hidden[row]
        certain = self._stand(flat) & met
        likely = self._standing[flat] & self._believed(flat) & ~self._over(self._lost[flat]) & met
        untold = (self._life.columns["state"][rows] == State.NORMAL) | hidden
        wanted: Marks = (
            (self._asked[rows] & ~self._over(self._blind[rows]))
            | (np.bincount(row, certain, len(rows)) > 0)
            | (untold & (np.bincount(row, likely, len(rows)) > 0))
        )
        return wanted

    def _stand(self, causes: Rows) -> Marks:
        """Those that hide what comes of them."""
        found: Marks = self._active(causes) & ~self._over(self._lost[causes])
        return found

    def _active(self, causes: Rows) -> Marks:
        """Those that stand as far as anybody knows, and are in service."""
        active = ACTIVE[self._life.columns["state"][causes]] | self._coming[causes]
        found: Marks = active & self._believed(causes)
        return found

    def _believed(self, causes: Rows) -> Marks:
        found: Marks = (self._life.columns["suppression"][causes] & Hidden.OUT_OF_SERVICE) == 0
        return found

    def _reasons(self, rows: Rows) -> list[Mapping[str, Any]]:
        """Why each of these is to be hidden: its own expression, or the first cause that stands, or is about to."""
        own = self._asked[rows] & ~self._over(self._blind[rows])
        flat, place = self._causes.spread(rows)
        cause = np.zeros(len(rows), np.intp)
        for stands in (self._standing[flat], self._stand(flat)):
            cause[place[stands][::-1]] = flat[stands][::-1]  # where several are put in one place the last stays
        return [
            {"reason": BY_EXPRESSION} if mine else {"reason": "cause", "by": self._alarms[by].id}
            for mine, by in zip(own.tolist(), cause.tolist(), strict=True)
        ]


def _note(since: Seconds, rows: Rows, unknown: Rows, now: float) -> None:
    """These were looked at now: what is known of them is, and what is not goes on being unknown, or begins to be."""
    begun = np.minimum(since[unknown], now)
    since[rows] = np.inf
    since[unknown] = begun


def _works(site: Site) -> list[Truth]:
    found: dict[int, list[Alarm]] = defaultdict(list)
    for alarm in site.alarms:
        if alarm.rule.design.suppress_when:
            found[id(alarm.rule.design)].append(alarm)
    made = [Truth(alarms, site, alarms[0].rule.design.suppress_when) for alarms in found.values()]
    return [work for work in made if len(work.rows)]
