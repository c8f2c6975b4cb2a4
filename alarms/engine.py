"""Alarms: every change becomes conditions, deadlines, states, columns, rows on disk and in the journal.

    Change ─> conditions ─> delays ─> states ─┬─> columns      what the window draws
              (standing)    (active)          ├─> alarms.db    survives kill -9
                                              └─> journal      who knew what, when

`standing` is what the condition says, `active` what the alarm says; delays lie between the two. A value of bad
quality sets what stands back to what is active and so cancels the deadline: loss neither raises nor clears.

Rules:
- Columns first, disk afterwards and never waited for: a disk that is full stops no alarm.
- Instants are those of the station (arrival), for a device may be in any year; the journal's rows carry the value.
- Everything runs on the loop's thread; only the writing of files is elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alarms.conditions import Rules, Verdict
from alarms.delays import Delays
from alarms.keep import Gone, Keep
from alarms.states import ACTIVE, NOTHING, TABLE, Event, State
from alarms.suppression import ROWS, Act, Hidden, legal
from supervisor.clock import SECOND, Clock
from supervisor.columns import Columns
from supervisor.desk.alarm_desk import LONGEST_MIN
from supervisor.errors import StoreError
from supervisor.flow import Change, Values
from supervisor.journal import Entry, Journal, safe
from supervisor.model import Condition, Native, Site

Rows = NDArray[np.intp]

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
}
"""One row per `site.alarms`. `state` as in `alarms.states.State`, `suppression` as in `alarms.suppression.Hidden`;
instants in ns UTC, 0 for never; `value` at the raise; `count` raises since it was last normal; `generation` as in
`supervisor.table`."""
TICK_S = 0.1
"""How late a delay or the end of a shelf may be noticed."""
RETRY_S = 5.0
"""How often what could not be written is tried again."""
MINUTE = 60 * SECOND

log = logging.getLogger(__name__)

_KINDS = {Event.RAISE: "raise", Event.CLEAR: "clear", Event.ACK: "acknowledge", Event.RESET: "reset"}


class Alarms:
    """See the module. `absorb` takes what moved; `run` is its task for whatever time alone brings about."""

    def __init__(self, site: Site, store: Path, journal: Journal, clock: Clock, path: Path | None = None) -> None:
        """Restores every alarm from the file `store`, before any value arrives; `path` is where the columns are made.

        Raises StoreError where either can't be opened.
        """
        self.columns = Columns.create(len(site.alarms), FIELDS, path)
        self.columns["value"][:] = np.nan
        self._alarms = site.alarms
        self._row = {alarm.id: alarm.index for alarm in site.alarms}
        self._native = np.array([alarm.rule.condition is Condition.NATIVE for alarm in site.alarms], np.bool_)
        self._latching = np.array([alarm.rule.latching for alarm in site.alarms], np.intp)
        self._rules = Rules.compile(site.alarms, len(site.tags))
        self._delays = Delays(site.alarms)
        self._journal = journal
        self._clock = clock
        self._keep = Keep(store, [alarm.id for alarm in site.alarms], self.columns)
        self._drop(self._keep.restore())
        self._adapt()
        self._standing = ACTIVE[self.columns["state"]]
        self._value = np.full(len(site.alarms), np.nan)
        """The last value of each rule's tag, for raises that come after a delay."""
        self._generation = 0
        self._shelf_end = self._shelves()
        """When each shelf ends, monotonic seconds: a clock that is set back must not keep an alarm hidden for a day."""
        self._mark(np.flatnonzero(self.columns["state"] | self.columns["suppression"]))
        self._retry_at = 0.0

    def absorb(self, change: Change) -> None:
        """Evaluate the rules of the tags that moved."""
        rule, position = self._rules.touched(change.index)
        if not len(rule):
            return
        last = self._value[rule]
        value = self._value[rule] = change.value[position]
        if self._native[rule].any():
            self._raise_native_again(rule, last, value, change.arrival_time)
        verdict = self._rules.evaluate(rule, value, change.quality[position], self._standing[rule])
        if not verdict.empty:
            self._turn(verdict, change.arrival_time)
        if self._native[rule].any():
            self._acknowledge_native(rule, value, change.arrival_time)

    def _turn(self, verdict: Verdict, at: int) -> None:
        """What an evaluation found: start and stop delays, and settle what has none."""
        rule = np.concatenate((verdict.raised, verdict.cleared, verdict.unknown))
        active = ACTIVE[self.columns["state"][rule]]
        self._standing[verdict.raised] = True
        self._standing[verdict.cleared] = False
        self._standing[verdict.unknown] = active[len(rule) - len(verdict.unknown) :]
        due = self._delays.turn(rule, self._standing[rule], active, self._clock.monotonic())
        self._settle(due, at)

    def _raise_native_again(self, rule: Rows, last: Values, value: Values, at: int) -> None:
        """An active alarm that its controller no longer calls acknowledged is a new occurrence: nobody knows of it."""
        again = self._native[rule] & (last == Native.ACKED) & (value == Native.UNACKED)
        rows = rule[again & (self.columns["state"][rule] == State.ACKED)]
        if len(rows):
            self._step(rows, Event.CLEAR, at)
            self._step(rows, Event.RAISE, at)
            self._tell(rows, _KINDS[Event.RAISE], {"reason": "controller"}, at=at)

    def _acknowledge_native(self, rule: Rows, value: Values, at: int) -> None:
        """Somebody acknowledged at the controller, or elsewhere through it: it is acknowledged here too."""
        acked = self._native[rule] & ((value == Native.NORMAL) | (value == Native.ACKED))
        rows = rule[acked & (TABLE[self._latching[rule], Event.ACK, self.columns["state"][rule]] != NOTHING)]
        if len(rows):
            self._step(rows, Event.ACK, at)
            self._tell(rows, _KINDS[Event.ACK], {"by": "controller"}, at=at)

    async def run(self) -> None:
        """Fire what is due by time alone; until cancelled."""
        while True:
            await self._clock.sleep(TICK_S)
            self.tick()

    def tick(self) -> None:
        """One turn of `run`: delays that are over, shelves that end, files that can be written again."""
        self._settle(self._delays.expired(self._clock.monotonic()), self._clock.now())
        over = np.flatnonzero(self._shelf_end <= self._clock.monotonic())
        if len(over):
            self._hide(over, Act.UNSHELVE)
            self._tell(over, Act.UNSHELVE.value, {"reason": "time"})
        if self._keep.behind and self._clock.monotonic() >= self._retry_at:
            self._retry_at = self._clock.monotonic() + RETRY_S
            self._keep.save(np.empty(0, np.intp))

    async def acknowledge(self, ids: Sequence[str], who: str) -> int:
        """How many were waiting for it; the others stay as they are. Returns once it is safe on disk, or can't be."""
        return await self._answer(ids, Event.ACK, who)

    async def reset(self, ids: Sequence[str], who: str) -> int:
        """Let latched alarms go that are gone and acknowledged; how many those were."""
        return await self._answer(ids, Event.RESET, who)

    async def shelve(self, ids: Sequence[str], minutes: float, reason: str, who: str) -> int:
        """Keep alarms from the operator for a while. Raises StoreError, hiding nothing, where it is not journalled."""
        until = self._clock.now() + round(minutes * MINUTE)
        detail = {"minutes": minutes, "reason": reason, "until": until}
        return await self._put(ids, Act.SHELVE, detail, who, until)

    async def unshelve(self, ids: Sequence[str], who: str) -> int:
        """Bring shelved alarms back before their time."""
        return await self._put(ids, Act.UNSHELVE, {"reason": "asked"}, who)

    async def hide(self, ids: Sequence[str], act: Act, reason: str, who: str) -> int:
        """Suppress, remove from service, or undo either; raises StoreError as `shelve` does."""
        return await self._put(ids, act, {"reason": reason}, who)

    def close(self) -> None:
        """Write what is under way, then close the file."""
        self._keep.close()

    def _settle(self, rule: Rows, at: int) -> None:
        """The conditions of these rules have won: raise those that stand, clear those that don't."""
        if not len(rule):
            return
        standing = self._standing[rule]
        for event, rows in ((Event.RAISE, rule[standing]), (Event.CLEAR, rule[~standing])):
            if len(rows):
                self._step(rows, event, at)
                self._tell(rows, _KINDS[event], at=at)

    def _step(self, rows: Rows, event: Event, at: int) -> Future[None]:
        """Move alarms that have a row in the table for `event`."""
        columns = self.columns
        before = columns["state"][rows]
        after = TABLE[self._latching[rows], event, before]
        assert not (after == NOTHING).any(), f"no row for {event.name} in {before}"
        with columns.writing():
            columns["state"][rows] = after
            if event is Event.RAISE:
                columns["count"][rows] = np.where(before == State.NORMAL, 0, columns["count"][rows]) + 1
                columns["value"][rows] = self._value[rows]
                columns["raised_at"][rows] = at
                columns["cleared_at"][rows] = columns["acked_at"][rows] = 0
            elif event is Event.CLEAR:
                columns["cleared_at"][rows] = at
            elif event is Event.ACK:
                columns["acked_at"][rows] = at
            self._mark(rows)
        return self._keep.save(rows)

    async def _answer(self, ids: Sequence[str], event: Event, who: str) -> int:
        rows = self._known(ids)
        rows = rows[TABLE[self._latching[rows], event, self.columns["state"][rows]] != NOTHING]
        if len(rows):
            saved = self._step(rows, event, self._clock.now())
            await _kept(self._tell(rows, _KINDS[event], who=who), saved)
        return len(rows)

    async def _put(self, ids: Sequence[str], act: Act, detail: dict[str, Any], who: str, until: int = 0) -> int:
        """The journal first: what is hidden without a name to it is an alarm lost. What is brought back waits for
        nothing: a disk that is full must not keep an alarm hidden."""
        rows = self._legal(self._known(ids), act)
        if len(rows) and not ROWS[act][1]:
            saved = self._hide(rows, act)
            await _kept(self._tell(rows, act.value, detail, who), saved)
        elif len(rows):
            await safe(self._tell(rows, act.value, detail, who))
            rows = self._legal(rows, act)  # another act may have come while the journal was written
            await _kept(self._hide(rows, act, until))
        return len(rows)

    def _legal(self, rows: Rows, act: Act) -> Rows:
        hidden = self.columns["suppression"][rows].tolist()
        return rows[np.array([legal(one, act) for one in hidden], np.bool_)]

    def _hide(self, rows: Rows, act: Act, until: int = 0) -> Future[None]:
        bit, sets = ROWS[act]
        hidden = self.columns["suppression"][rows]
        with self.columns.writing():
            self.columns["suppression"][rows] = hidden | np.uint8(bit) if sets else hidden & ~np.uint8(bit)
            if bit is Hidden.SHELVED:
                self.columns["shelved_until"][rows] = until
                self._shelf_end[rows] = self._left(until) if until else np.inf
            self._mark(rows)
        return self._keep.save(rows)

    def _shelves(self) -> NDArray[np.float64]:
        """The ends of the shelves that were kept; none is longer than a shelf may be, whatever the clock was then."""
        until = self.columns["shelved_until"]
        most = self._clock.monotonic() + 60 * LONGEST_MIN
        return np.where(until > 0, np.minimum(self._left(until), most), np.inf)

    def _left(self, until: Any) -> Any:
        """An instant or an array of them, ns UTC, as seconds of the monotonic clock."""
        return self._clock.monotonic() + (until - self._clock.now()) / SECOND

    def _known(self, ids: Iterable[str]) -> Rows:
        """Raises KeyError for an id that no alarm has: the desk has checked them."""
        return np.array(sorted({self._row[id_] for id_ in ids}), np.intp)

    def _mark(self, rows: Rows) -> None:
        self._generation += 1
        self.columns["generation"][rows] = self._generation

    def _tell(
        self, rows: Rows, kind: str, detail: dict[str, Any] | None = None, who: str = "", at: int = 0
    ) -> Future[int]:
        """Journal rows, made in the journal's thread: a flood must not hold the loop up."""
        values = self._value[rows].tolist()

        def entries() -> Iterator[Entry]:
            for row, value in zip(rows.tolist(), values, strict=True):
                alarm = self._alarms[row]
                words = {"value": value, "priority": int(alarm.rule.priority), **(detail or {})}
                yield Entry("alarm", kind, who, alarm.id, alarm.equipment.area, detail=words, time=at)

        return self._journal.extend(entries())

    def _adapt(self) -> None:
        """A rule may have become latching, or ceased to be, since its alarm was kept: give it the counterpart."""
        state, latching = self.columns["state"], self._latching.astype(np.bool_)
        for plain, latched in ((State.RETURNED, State.LATCHED_UNACKED), (State.NORMAL, State.LATCHED_ACKED)):
            state[~latching & (state == latched)] = plain
        state[latching & (state == State.RETURNED)] = State.LATCHED_UNACKED

    def _drop(self, gone: Sequence[Gone]) -> None:
        """Alarms of rules the site no longer has end here, and the journal says so."""
        if gone:
            log.info("%d alarms of rules that no longer exist are dropped", len(gone))
            detail = [{"state": one.state, "raised_at": one.raised_at} for one in gone]
            rows = zip(gone, detail, strict=True)
            self._journal.extend(Entry("alarm", "drop", subject=one.id, detail=words) for one, words in rows)


async def _kept(*futures: Future[Any]) -> None:
    """Wait until it is on disk. A full disk must not keep an operator from acknowledging: it is said elsewhere."""
    waits: list[Awaitable[Any]] = [safe(future) for future in futures]
    for wait in waits:
        try:
            await wait
        except StoreError as error:
            log.error("Alarms go on, though not written: %s", error)
