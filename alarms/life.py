"""Life: the columns of the alarms, and the two machines stepping in them. Knows no condition, no time and no disk.

    state         alarms.states         normal ─ unacked ─ acked ─ returned ─ latched
    suppression   alarms.suppression    shelved · suppressed · out of service, over the first one
    first_up      the first of its group to raise; stays marked until all of the group are normal
    taken_by      who is on it, until it is normal again

A group is the alarms of one equipment, or those of a whole equipment whose rules name the same `first_up`. Of several
that raise in one turn the first is the one whose values have the earliest source time; where that is the same, or time
alone raised one of them, nobody can tell, as of a controller that is read by polling: then it is the most urgent, and
the mark says that they came at the same instant. Messages pass each other on their way: what raises within `SETTLED` of
the first, in another turn, and was sooner by its source time, takes the mark over. Then it stays.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alarms.states import ACTIVE, NOTHING, TABLE, Event, State
from alarms.suppression import ROWS, Act, Hidden
from supervisor.causes import whole
from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.flow import Times, Values
from supervisor.model import Alarm, Site

Rows = NDArray[np.intp]
Marks = NDArray[np.bool_]

FIELDS = {
    "state": "u1",
    "suppression": "u1",
    "raised_at": "<i8",
    "cleared_at": "<i8",
    "acked_at": "<i8",
    "value": "<f8",
    "count": "<u4",
    "generation": "<u8",
    "shelved_until": "<i8",
    "annunciated_at": "<i8",
    "first_up": "u1",
    "taken_by": "<u2",
    "shelved_by": "<u2",
    "unknown_since": "<i8",
    "heard": "u1",
}
"""One row per `site.alarms`. `state` as in `alarms.states.State`, `suppression` as in `alarms.suppression.Hidden`;
instants in ns UTC, 0 for never; `value` at the raise; `count` raises since it was last normal; `generation` as in
`supervisor.table`; `annunciated_at` when the operator was last told: a raise, a re-alarm, or the end of hiding it;
`taken_by` and `shelved_by` are codes of `supervisor.names.coded`: 1 + row of the user in `site.users`, or of whom the
station alone knows; 0 for nobody, 65535 for somebody unknown to both (the journal has the id); `unknown_since` is since
when nobody can tell whether a rule should hide it, while it is shown for that; `heard` is 1 + the last word (`Native`)
of the controller that runs it, 0 for none."""

_NORMAL, _UNACKED = int(State.NORMAL), int(State.UNACKED)
"""As plain numbers: to ask an enumeration for its member costs as much as to compare a column with it."""
FIRST, SAME_INSTANT = 1, 2
"""What `first_up` says of the first of a group: that it was, or that it is the most urgent of several that can't be put
in order."""
HOW = {FIRST: "source_time", SAME_INSTANT: "same_instant"}
"""How the first of several was found, as the journal says it."""
SETTLED = 2 * SECOND
"""For how long the first of a group may still be another, and by how much that one may have been sooner: longer than
what is published, or polled, by the second takes; a clock that is further off is not believed."""


class Life:
    """See the module."""

    def __init__(self, site: Site, columns: Columns) -> None:
        self.columns = columns
        self.latching = np.array([alarm.rule.latching for alarm in site.alarms], np.intp)
        self._priority = np.array([alarm.rule.priority for alarm in site.alarms], np.uint8)
        self._group = groups(site.alarms)
        self._up = np.zeros(int(self._group.max(initial=-1)) + 1, np.int64)
        """How many alarms of each group are not normal."""
        self._first = np.full(len(self._up), -1, np.intp)
        """The first of each group, -1 for none."""
        self._source = np.zeros(len(self._up), np.int64)
        """When that was by its source time; 0 where it is not known, or told before a restart."""
        self._since = np.zeros(len(self._up), np.int64)
        """When each group ceased to be calm, ns UTC."""
        self._generation = 0
        self.annunciations = 0
        """How many there were since the start; see `alarms.floods`."""
        self.contested = np.empty(0, np.intp)
        """Of the last step: those that became the first of several."""

    def begin(self) -> None:
        """What was kept stands in the columns now. A rule may have become latching, or ceased to be, since: its alarm
        is given the counterpart."""
        state, latching = self.columns["state"], self.latching.astype(np.bool_)
        for plain, latched in ((State.RETURNED, State.LATCHED_UNACKED), (State.NORMAL, State.LATCHED_ACKED)):
            state[~latching & (state == latched)] = plain
        state[latching & (state == State.RETURNED)] = State.LATCHED_UNACKED
        np.add.at(self._up, self._group[state != State.NORMAL], 1)
        self._mend_marks()
        self.mark(np.flatnonzero(state | self.columns["suppression"]))

    def _mend_marks(self) -> None:
        """The rule that held a group up may be gone from the site, and two groups may have become one: nobody of a
        group that is normal is the first, and of several that are marked it is who raised first."""
        marked = np.flatnonzero(self.columns["first_up"])
        how = self.columns["first_up"].copy()
        self.columns["first_up"][marked] = 0
        marked = marked[self._up[self._group[marked]] > 0]
        marked = marked[np.argsort(self.columns["raised_at"][marked], kind="stable")]
        _, first = np.unique(self._group[marked], return_index=True)
        self.columns["first_up"][marked[first]] = how[marked[first]]
        self._first[self._group[marked[first]]] = marked[first]

    def can(self, rows: Rows, event: Event) -> Rows:
        """Those that have a row in the table for `event`."""
        possible: Marks = TABLE[self.latching[rows], event, self.columns["state"][rows]] != NOTHING
        return rows[possible]

    def step(self, rows: Rows, event: Event, at: int, value: Values | None = None, source: Times | None = None) -> Rows:
        """Move alarms, each of which has a row in the table; returns all whose columns changed: those, and the others
        of their groups that are no longer the first. `value` is what they raise with, `source` the source time of
        that, ns UTC, 0 for one that nobody knows."""
        columns = self.columns
        before = columns["state"][rows]
        after = TABLE[self.latching[rows], event, before]
        assert not (after == NOTHING).any(), f"no row for {event.name} in {before}"
        changed = rows
        with columns.writing():
            columns["state"][rows] = after
            if event is Event.RAISE:
                fresh = before == _NORMAL
                columns["count"][rows] = np.where(fresh, 0, columns["count"][rows]) + 1
                columns["value"][rows] = value
                columns["raised_at"][rows] = at
                columns["cleared_at"][rows] = columns["acked_at"][rows] = 0
                columns["annunciated_at"][rows[fresh]] = 0
                times = np.zeros(len(rows), np.int64) if source is None else source
                changed = np.concatenate((rows, self._rise(rows[fresh], times[fresh], at)))
            elif event is Event.CLEAR:
                columns["cleared_at"][rows] = at
            else:
                columns["acked_at"][rows] = 0 if event is Event.REALARM else at
            self._annunciate(rows[after == _UNACKED], at)
            falling = rows[after == _NORMAL]  # no row of the table goes from normal to normal
            if len(falling):
                columns["taken_by"][falling] = 0
                changed = np.concatenate((rows, self._let_go(rows, falling)))
            self.mark(changed)
        return changed

    def _annunciate(self, rows: Rows, at: int) -> None:
        shown = rows[self.columns["suppression"][rows] == 0]
        self.columns["annunciated_at"][shown] = at
        self.annunciations += len(shown)

    def _rise(self, rising: Rows, source: Times, at: int) -> Rows:
        """Count who is up in each group, and mark the first of those that were calm; whose marks were taken over."""
        group = self._group[rising]
        calm = self._up[group] == 0
        np.add.at(self._up, group, 1)
        self._since[group[calm]] = at
        able = calm | self._sooner(group, source, at)
        first, source, how, several = self._order(rising[able], group[able], source[able])
        group = self._group[first]
        before = self._first[group]
        over = before >= 0
        self.columns["first_up"][before[over]] = 0
        self.columns["first_up"][first] = how
        self._first[group], self._source[group] = first, source
        self.contested = first[several | over]
        former: Rows = before[over]
        return former

    def _sooner(self, group: Rows, source: Times, at: int) -> Marks:
        """Those that were there before the first of their group, which is not settled yet."""
        ahead = self._source[group] - source
        found: Marks = (source > 0) & (ahead > 0) & (ahead <= SETTLED) & (np.abs(at - self._since[group]) <= SETTLED)
        return found

    def _order(self, fresh: Rows, group: Rows, source: Times) -> tuple[Rows, Times, NDArray[np.int_], Marks]:
        """The first of each group, its source time, how it was found, and whether there were others."""
        if len(set(group.tolist())) == len(group):  # far the most frequent
            return fresh, source, np.full(len(fresh), FIRST), np.zeros(len(fresh), np.bool_)
        if not source.all():  # one that nobody knows leaves the order of its whole group unknown
            source = np.where(np.isin(group, group[source == 0]), 0, source)
        order = np.lexsort((fresh, self._priority[fresh], source, group))
        fresh, group, source = fresh[order], group[order], source[order]
        new = np.concatenate(([True], group[1:] != group[:-1]))
        begins = np.flatnonzero(new)
        follower = np.minimum(begins + 1, len(fresh) - 1)
        several = ~new[follower] & (follower > begins)
        same = several & (source[begins] == source[follower])
        return fresh[begins], source[begins], np.where(same, SAME_INSTANT, FIRST), several

    def _let_go(self, rows: Rows, falling: Rows) -> Rows:
        """The marks of groups of which these were the last; whose marks those were, without `rows`."""
        group = self._group[falling]
        np.subtract.at(self._up, group, 1)
        empty = group[(self._up[group] == 0) & (self._first[group] >= 0)]
        done = set(self._first[empty].tolist())
        self._first[empty] = -1
        self.columns["first_up"][list(done)] = 0
        return np.array(sorted(done.difference(rows.tolist())), np.intp)

    def hide(self, rows: Rows, act: Act, at: int, until: int = 0, who: int = 0) -> None:
        """Step the second machine. What comes into sight again, and nobody has acknowledged, is told then."""
        bit, sets = ROWS[act]
        columns = self.columns
        hidden = columns["suppression"][rows]
        with columns.writing():
            columns["suppression"][rows] = hidden | np.uint8(bit) if sets else hidden & ~np.uint8(bit)
            if bit is Hidden.SHELVED:
                columns["shelved_until"][rows] = until
                columns["shelved_by"][rows] = who if sets else 0
            if not sets:
                self._annunciate(rows[columns["state"][rows] == State.UNACKED], at)
            self.mark(rows)

    def doubt(self, rows: Rows, since: Times) -> None:
        """Since when what would hide these by design has not been known, ns UTC; 0 where it is."""
        with self.columns.writing():
            self.columns["unknown_since"][rows] = since
            self.mark(rows)

    def hear(self, rows: Rows, words: Values) -> Rows:
        """What controllers say of alarms they run themselves; those of which that is news."""
        codes, column = words.astype(np.uint8) + 1, self.columns["heard"]
        moved = column[rows] != codes
        column[rows] = codes
        news: Rows = rows[moved]
        return news

    def take(self, rows: Rows, who: int) -> None:
        """Somebody is on it, or with 0 nobody any more."""
        with self.columns.writing():
            self.columns["taken_by"][rows] = who
            self.mark(rows)

    def active(self, rows: Rows) -> Marks:
        """By row: the condition holds."""
        found: Marks = ACTIVE[self.columns["state"][rows]]
        return found

    def mark(self, rows: Rows) -> None:
        """They changed: readers look at what is newer than they have seen."""
        self._generation += 1
        self.columns["generation"][rows] = self._generation


def groups(alarms: Sequence[Alarm]) -> NDArray[np.intp]:
    """By row, the number of its group."""
    numbers: dict[tuple[str, str], int] = {}
    return np.array([numbers.setdefault(_key(alarm), len(numbers)) for alarm in alarms], np.intp)


def _key(alarm: Alarm) -> tuple[str, str]:
    group = alarm.rule.design.first_up
    return (whole(alarm.equipment), group) if group else (alarm.equipment.id, "")


def rows_of(ids: Sequence[str], row: dict[str, int]) -> Rows:
    """Raises KeyError for an id that no alarm has: the desk has checked them."""
    return np.array(sorted({row[id_] for id_ in ids}), np.intp)
