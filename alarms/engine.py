"""Alarms: every change becomes conditions, deadlines, states, columns, rows on disk and in the journal.

    Change ─> conditions ─> delays ─> states ─┬─> columns      what the window draws
              (standing)    (active)          └─> journal.db   who knew what, when; and how every alarm is

`standing` is what the condition says, `active` what the alarm says; delays lie between the two. A value of bad
quality sets what stands back to what is active and so cancels the deadline: loss neither raises nor clears.

Rules:
- Columns first, disk afterwards and never waited for: a disk that is full stops no alarm.
- Instants are those of the station (arrival), for a device may be in any year; the journal's rows carry the value.
- Everything runs on the loop's thread; only the writing of files is elsewhere.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alarms.conditions import Rules, Verdict
from alarms.delays import Delays, Reminders
from alarms.design import ByDesign
from alarms.floods import flood_entry, resumed
from alarms.hiding import ENDS, Hiding, shelvers
from alarms.keep import HEARD, PROCESS, TAKEN, Gone, Keep, Names
from alarms.life import FIELDS as FIELDS
from alarms.life import HOW, Life, rows_of
from alarms.native import NativeRules
from alarms.states import ACTIVE, Event, State
from alarms.suppression import Act
from alarms.telling import BOOK, Teller, kept
from alarms.watching import Found, Watching
from supervisor.asides import Aside
from supervisor.clock import SECOND, Clock
from supervisor.columns import Columns
from supervisor.flow import Change
from supervisor.journal import Entry, Journal
from supervisor.model import Site

Rows = NDArray[np.intp]

TICK_S = 0.1
"""How late a delay or the end of a shelf may be noticed."""
RETRY_S = 5.0
"""How often what could not be written is tried again."""
MOST_AT_ONCE = 10_000
"""Alarms whose rows are tried again in one turn: the loop must not stand still for a flood that is not on disk."""
MINUTE = 60 * SECOND

log = logging.getLogger(__name__)

KINDS = {
    Event.RAISE: "raise",
    Event.CLEAR: "clear",
    Event.ACK: "acknowledge",
    Event.RESET: "reset",
    Event.REALARM: "realarm",
}
"""Event -> the word of the journal."""


class Moved(NamedTuple):
    """What is to be written of alarms that moved."""

    changed: Rows
    fields: tuple[str, ...]
    entries: Iterator[Entry]


class Alarms:
    """See the module. `absorb` takes what moved; `run` is its task for whatever time alone brings about."""

    def __init__(self, site: Site, store: Path, journal: Journal, clock: Clock, path: Path | None = None) -> None:
        """Restores every alarm from the journal's file, before any value arrives; `store` is where an earlier Vigie
        kept them, `path` is where the columns are made.

        Raises StoreError where either can't be opened.
        """
        self.columns = Columns.create(len(site.alarms), FIELDS, path)
        self.columns["value"][:] = np.nan
        self._ids = [alarm.id for alarm in site.alarms]
        self._row = {id_: row for row, id_ in enumerate(self._ids)}
        self._native = NativeRules(site.alarms)
        self._rules = Rules.compile(site.alarms)
        self._watching = Watching(site)
        self._delays = Delays(site.alarms)
        self._reminders = Reminders(site.alarms)
        self._journal = journal
        self._clock = clock
        self._names = Names(site, journal.people)
        self._life = Life(site, self.columns)
        self._keep = Keep(journal, site, self.columns, self._names)
        self._drop(self._keep.restore(store))
        self._life.begin()
        self._standing = ACTIVE[self.columns["state"]]
        self._watching.begin(self._standing)
        self._begun = np.zeros(len(site.alarms), np.int64)
        """Source time at which what stands began to, ns UTC; 0 where it is not known."""
        self._on_delay = np.array([round(alarm.rule.on_delay_s * SECOND) for alarm in site.alarms], np.int64)
        self._teller = Teller(site.alarms, self._watching.values)
        self._hiding = Hiding(site.alarms, self._life, self._keep, self._teller, clock)
        self._design = ByDesign(site, self._life, self._hiding, clock, self._standing)
        self._watching.look_at(self._design.inputs)
        self._resume()
        self._retry_at = 0.0
        self._flood = resumed(journal, self.columns["annunciated_at"], clock)
        self._told = 0
        self._design.begin()
        self._clear_orphans()

    def absorb(self, change: Change) -> None:
        """Evaluate the rules of the tags that moved."""
        change = self._watching.concerned(change)
        if not len(change):
            return
        at = change.arrival_time
        found = self._watching.absorb(change, self._clock.monotonic())
        self._design.absorb(change.index, self._watching.seen)
        if not self._native.any:
            self._judge(found, at)
            return
        rule, word = self._native.words(found)
        self._raise_again(self._native.again(rule, word, self.columns), at)
        news = self._life.hear(rule, word)
        if len(news):
            self._keep.write(news, HEARD)
        self._judge(found, at)
        rows = self._life.can(self._native.answered(rule, word), Event.ACK)
        if len(rows):
            self._happen(rows, Event.ACK, at, {"by": "controller"})

    def _judge(self, found: Found, at: int, timeless: bool = False) -> None:
        """Hold what was found against the limits. `timeless`: time alone moved it, and no value says when."""
        if not len(found.rule):
            return
        verdict = self._rules.evaluate(*found, self._standing[found.rule])
        self._design.doubt(found.rule, verdict.unknown)
        if not verdict.empty:
            if len(verdict.raised):
                self._begun[verdict.raised] = 0 if timeless else self._watching.source(verdict.raised)
            self._turn(verdict, at)

    def _turn(self, verdict: Verdict, at: int) -> None:
        """What an evaluation found: start and stop delays, and settle what has none."""
        rule = np.concatenate((verdict.raised, verdict.cleared, verdict.unknown))
        active = self._life.active(rule)
        self._standing[verdict.raised] = True
        self._standing[verdict.cleared] = False
        self._standing[verdict.unknown] = active[len(rule) - len(verdict.unknown) :]
        self._design.follow(rule)
        due = self._delays.turn(rule, self._standing[rule], active, self._clock.monotonic())
        self._settle(due, at)

    def _raise_again(self, rows: Rows, at: int) -> None:
        """An active alarm that its controller no longer calls acknowledged is a new occurrence: nobody knows of it."""
        if len(rows):
            gone = Moved(self._life.step(rows, Event.CLEAR, at), (*PROCESS, *TAKEN), iter(()))
            self._begun[rows] = self._watching.source(rows)
            self._write([gone, self._move(rows, Event.RAISE, at, {"reason": "controller"})])
            self._design.follow(rows)

    async def run(self) -> None:
        """Fire what is due by time alone; until cancelled."""
        while True:
            await self._clock.sleep(TICK_S)
            self.tick()

    def tick(self) -> None:
        """One turn of `run`: delays that are over, reminders, shelves that end, files that can be written again."""
        now, instant = self._clock.monotonic(), self._clock.now()
        self._judge(self._watching.turn(now), instant, timeless=True)
        self._settle(self._delays.expired(now), instant)
        again = self._reminders.expired(now)
        if len(again):
            self._happen(again, Event.REALARM, instant)
        self._hiding.tick()
        self._design.tick()
        self._count()
        if self._keep.behind and now >= self._retry_at:
            self._retry_at = now + RETRY_S
            self._keep.retry(MOST_AT_ONCE)

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
        return await self._hiding.put(rows_of(ids, self._row), Act.SHELVE, detail, who)

    async def unshelve(self, ids: Sequence[str], who: str) -> int:
        """Bring shelved alarms back before their time."""
        return await self._hiding.put(rows_of(ids, self._row), Act.UNSHELVE, {"reason": "asked"}, who)

    async def hide(self, ids: Sequence[str], act: Act, reason: str, who: str) -> int:
        """Remove from service or put back; raises StoreError as `shelve` does."""
        rows = rows_of(ids, self._row)
        count = await self._hiding.put(rows, act, {"reason": reason}, who)
        self._design.follow(rows)
        return count

    async def remove(self, ids: Sequence[str], reason: str, who: str) -> int:
        """Out of service until somebody puts them back."""
        return await self.hide(ids, Act.REMOVE, reason, who)

    async def put_back(self, ids: Sequence[str], who: str) -> int:
        """Into service again."""
        return await self.hide(ids, Act.RETURN, "asked", who)

    async def take(self, ids: Sequence[str], who: str) -> int:
        """Somebody is on these, in the place of whoever was; how many of them stand and were not theirs before."""
        rows, code = rows_of(ids, self._row), self._names.code(who)
        mine = [self.taker(row) == who for row in rows.tolist()]
        rows = rows[(self.columns["state"][rows] != State.NORMAL) & ~np.array(mine, np.bool_)]
        if len(rows):
            details = [{"from": self.taker(row)} if self.taker(row) else {} for row in rows.tolist()]
            self._names.note(rows.tolist(), who)
            self._life.take(rows, code)
            await kept(self._keep.write(rows, TAKEN, self._teller.entries(rows, "take", who, details)))
        return len(rows)

    async def release(self, ids: Sequence[str], who: str) -> int:
        """Nobody is on these any more; how many somebody was on."""
        rows = rows_of(ids, self._row)
        rows = rows[self.columns["taken_by"][rows] != 0]
        if len(rows):
            details = [{"from": self.taker(row)} for row in rows.tolist()]
            self._life.take(rows, 0)
            await kept(self._keep.write(rows, TAKEN, self._teller.entries(rows, "release", who, details)))
        return len(rows)

    async def comment(self, ids: Sequence[str], text: str, who: str) -> int:
        """Words about alarms, in the journal. Raises StoreError."""
        rows = rows_of(ids, self._row)
        if len(rows):
            await self._journal.written(*self._teller.entries(rows, "comment", who, [{"text": text}]))
        return len(rows)

    def taker(self, row: int) -> str:
        """Id of who is on an alarm; empty for nobody."""
        return self._names.id(int(self.columns["taken_by"][row]), row)

    def on_it(self, id_: str) -> str:
        """Id of who is on an alarm, by its id."""
        return self.taker(self._row[id_])

    @property
    def taken(self) -> Mapping[str, str]:
        """Alarm -> id of who is on it."""
        rows = np.flatnonzero(self.columns["taken_by"])
        return {self._ids[row]: self.taker(row) for row in rows.tolist()}

    @property
    def asides(self) -> Sequence[Aside]:
        """Every alarm that is hidden, by whom and why."""
        return list(self._keep.asides.values())

    def rate(self) -> tuple[float, float]:
        """Alarms told in the last ten minutes, and 1 while that is a flood."""
        return float(self._flood.rate), float(self._flood.on)

    def close(self) -> None:
        """Nothing is under way that the journal does not hold."""
        if self._keep.behind:
            self._keep.retry()

    def _count(self) -> None:
        """Whether what was told is a flood by now, or no longer."""
        told = self._life.annunciations
        self._flood.note(told - self._told, self._clock.monotonic())
        self._told = told
        if self._flood.turn(self._clock.monotonic()):
            self._journal.append(flood_entry(self._flood))

    def _settle(self, rule: Rows, at: int) -> None:
        """The conditions of these rules have won: raise those that stand, clear those that don't."""
        if not len(rule):
            return
        standing = self._standing[rule]
        raised, cleared = rule[standing], rule[~standing]
        self._design.foresee(raised)
        moves = [self._move(rows, event, at) for rows, event in ((raised, Event.RAISE), (cleared, Event.CLEAR))
                 if len(rows)]  # fmt: skip
        self._write(moves)
        self._design.follow(rule)

    def _happen(
        self, rows: Rows, event: Event, at: int, detail: Mapping[str, Any] | None = None, who: str = ""
    ) -> Future[int]:
        """Move alarms that have a row in the table for `event`, and write what they are with the journal's rows."""
        written = self._write([self._move(rows, event, at, detail, who)])
        self._design.follow(rows)
        return written

    def _move(self, rows: Rows, event: Event, at: int, detail: Mapping[str, Any] | None = None, who: str = "") -> Moved:
        """In the columns; what is to be written of it."""
        details = [detail or {}]
        if event is Event.RAISE:
            begun = self._begun[rows]
            source = np.where(begun, begun + self._on_delay[rows], 0)
            changed = self._life.step(rows, event, at, self._watching.values(rows), source)
            details = self._firsts(rows, details)
        else:
            changed = self._life.step(rows, event, at)
        self._reminders.begin(rows, self.columns["state"][rows] == State.ACKED, self._clock.monotonic())
        fields = (*PROCESS, *TAKEN) if event in (Event.CLEAR, Event.ACK, Event.RESET) else PROCESS
        return Moved(changed, fields, self._teller.entries(rows, KINDS[event], who, details, at))

    def _write(self, moves: Sequence[Moved]) -> Future[int]:
        """All of one turn as one step on disk, in their order."""
        rows = np.concatenate([move.changed for move in moves])
        fields = max((move.fields for move in moves), key=len)
        return self._keep.write(rows, fields, itertools.chain.from_iterable(move.entries for move in moves))

    def _firsts(self, rows: Rows, details: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """What the journal says of alarms that rise: which is the first, where several of a group came."""
        firsts = set(self._life.contested.tolist())
        if not firsts:
            return details
        first_up = self.columns["first_up"]
        return [{**details[0], "first": HOW[first_up[row]]} if row in firsts else details[0] for row in rows.tolist()]

    async def _answer(self, ids: Sequence[str], event: Event, who: str) -> int:
        rows = self._life.can(rows_of(ids, self._row), event)
        if len(rows):
            await kept(self._happen(rows, event, self._clock.now(), who=who))
        return len(rows)

    def _resume(self) -> None:
        """What time was doing when the station ended: it goes on."""
        for row, code in shelvers(self._row, self.asides, self._names):
            self.columns["shelved_by"][row] = code
        acked = np.flatnonzero(self.columns["state"] == State.ACKED)
        left = (self._clock.now() - self.columns["acked_at"][acked]) / SECOND
        self._reminders.resume(acked, left, self._clock.monotonic())

    def _drop(self, gone: Sequence[Gone]) -> None:
        """Alarms of rules the site no longer has end here, and the journal says so."""
        if gone:
            log.info("%d alarms of rules that no longer exist are dropped", len(gone))
            self._keep.forget(gone, itertools.chain.from_iterable(map(_end, gone)))

    def _clear_orphans(self) -> None:
        """What stands, and whose equipment has not all any more that its rule looks at: nothing would ever end it."""
        rows = np.flatnonzero(self._standing & ~self._watching.able)
        self._standing[rows] = False
        self._settle(rows, self._clock.now())


def _end(gone: Gone) -> Iterator[Entry]:
    """What hid it ends too: its rule may come back, and would be hidden in the journal for ever."""
    for how in gone.hidden:
        yield Entry(BOOK, ENDS[how].value, subject=gone.id)
    yield Entry(BOOK, "drop", subject=gone.id, detail={"state": gone.state, "raised_at": gone.raised_at})
