"""Alarms: tags judged a second, and ten thousand alarms in one second with a window looking on.

    QT_QPA_PLATFORM=offscreen python -m benchmarks.alarms [--changes 500000] [--rounds 3] [--no-burst]

**Judging**: 500 000 tags and 100 000 rules, half of them levels, the rest one state, several states, deviation,
disagreement and formulas. The baseline is a loop over rule objects in plain Python, written with care, given lists
instead of arrays; it keeps nothing on disk and nothing but whether an alarm is active. The engine's own thread is held
against it, which also steps the states, fills the columns and hands the journal its rows; what all threads took, the
journal's with its hash chain among them, is told beside it. Both must end with the same alarms, else it counts for
nothing. Judged in changes of 10 000 tags, a second of the city, and of 2 000: what a change costs beside its tags, some
0.3 ms, is then the most of it. On a machine that does other things the small numpy calls suffer more than the loop.

**Burst**: a station in a process of its own raises 10 000 alarms within a second, 100 every 10 ms, and a real window
(offscreen) shows the page of alarms meanwhile. Promises: no alarm lost, order kept, the window answers within 50 ms.
What the window takes is the longest its thread was busy without a turn for anything else: between two beats of its
loop, or for one refresh; the wall is told beside it, for other programs of the machine are in that.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any, NamedTuple, cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import qasync

from alarms.engine import Alarms
from alarms.states import ACTIVE, State
from supervisor import model
from supervisor.alarm_terms import Design, Watch
from supervisor.clock import SystemClock
from supervisor.columns import Columns
from supervisor.desk.board import blank
from supervisor.flow import Change
from supervisor.formula import Binary, Compared, Formula, Name, Number
from supervisor.historian.history import History
from supervisor.holes import HoleReader
from supervisor.journal import Entry, Journal, JournalReader
from supervisor.model import (
    Alarm,
    AlarmRule,
    Area,
    Condition,
    Equipment,
    EquipmentType,
    Kind,
    Priority,
    Role,
    Site,
    System,
    Tag,
    TagSpec,
    Text,
    User,
)
from supervisor.table import TagTable
from supervisor.terms import Operator
from supervisor.texts import Texts
from ui.app import build, collect_here, prepare
from ui.attach import Attachment
from ui.pages import ALARMS
from ui.preferences import Preferences
from ui.refresh import Refresh
from ui.tasks import Tasks

TAGS, PER_THING, BATCHES = 500_000, 10, (10_000, 2_000)
BURST, AT_ONCE, EVERY_S = 10_000, 100, 0.01
FEEDERS = 100
ANSWER_MS = 50.0
HERE = Text("ici", "here")
STATES = tuple(model.State(n, f"s{n}", HERE) for n in range(4))
USER = User("ann", "Ann", Role.ENGINEER)


def rule(id_: str, tag: str, condition: Condition, limit: float, **more: Any) -> AlarmRule:
    return AlarmRule(id_, tag, condition, limit, Priority.MEDIUM, HERE, **more)


BOTH = Formula(
    "t0 > 97 and t1 < 40",
    Binary("and", Compared(Operator.GT, Name("t0"), Number(97.0)), Compared(Operator.LT, Name("t1"), Number(40.0))),
)
KINDS = (
    (rule("high", "t0", Condition.HIGH, 98.0, deadband=5.0), rule("low", "t1", Condition.LOW, 2.0, deadband=5.0)),
    (rule("hh", "t0", Condition.HIGH_HIGH, 99.0), rule("ll", "t1", Condition.LOW_LOW, 1.0)),
    (rule("is", "t2", Condition.IS, 3.0), rule("one_of", "t3", Condition.IS, 3.0, watch=Watch(limits=(2.0, 3.0)))),
    (rule("off", "t4", Condition.DEVIATION, 95.0, watch=Watch(other="t5")), rule("high", "t0", Condition.HIGH, 98.0)),
    (
        rule("deaf", "t3", Condition.DISAGREES, 2.5, watch=Watch(other="t2")),
        rule("both", "t0", Condition.FORMULA, 0.0, watch=Watch(formula=BOTH)),
    ),
)
"""Two rules for each kind of equipment; the kinds take turns."""


def city() -> Site:
    """500 000 tags, 100 000 rules."""
    specs = {f"t{n}": TagSpec(f"t{n}", HERE) for n in range(PER_THING)}
    specs |= {id_: TagSpec(id_, HERE, Kind.ENUM, states=STATES) for id_ in ("t2", "t3")}
    specs = dict(sorted(specs.items()))
    kinds = [EquipmentType(f"k{n}", HERE, "water", specs, alarms=rules) for n, rules in enumerate(KINDS)]
    things = [Equipment(n, f"E{n}", HERE, kinds[n % len(kinds)], "", "water") for n in range(TAGS // PER_THING)]
    return assembled(things)


def assembled(things: Sequence[Equipment]) -> Site:
    """A site of this equipment."""
    pairs = [(thing, spec) for thing in things for spec in thing.type.tags.values()]
    tags = tuple(Tag(n, thing, spec) for n, (thing, spec) in enumerate(pairs))
    by_id = {tag.id: tag for tag in tags}
    rows = [(thing, one) for thing in things for one in thing.type.alarms]
    alarms = tuple(Alarm(n, thing, one, by_id[f"{thing.id}.{one.tag}"]) for n, (thing, one) in enumerate(rows))
    areas, systems = {"town": Area("town", HERE)}, {"water": System("water", HERE)}
    return Site(
        "bench", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", areas, systems, {}, {}, {}, tuple(things), tags,
        alarms, {USER.id: USER}, "",
    )  # fmt: skip


def changes(count: int, batch: int = BATCHES[-1]) -> list[Change]:
    """Of random tags; few values reach a limit."""
    chance, made, now = np.random.default_rng(5), [], time.time_ns()
    states = np.isin(np.arange(PER_THING), (2, 3))
    for turn in range(0, count, batch):
        index = np.sort(chance.choice(TAGS, batch, replace=False)).astype(np.int32)
        value = np.where(states[index % PER_THING], np.minimum(chance.geometric(0.93, batch) - 1, 3), 0.0)
        value = np.where(states[index % PER_THING], value, chance.uniform(0, 100, batch))
        made.append(Change(index, value, np.zeros(batch, np.uint8), np.full(batch, now + turn), now + turn))
    return made


class PlainRule:
    """One rule as an object."""

    __slots__ = ("active", "back", "kind", "limit", "limits", "other", "tag")

    def __init__(self, alarm: Alarm, site: Site) -> None:
        one = alarm.rule
        self.kind, self.limit, self.back, self.limits = (
            one.condition,
            one.limit,
            one.deadband,
            frozenset(one.watch.limits),
        )
        other = site.tag(alarm.equipment, "t1" if one.watch.formula else one.watch.other or one.tag)
        self.tag, self.other, self.active = alarm.tag.index, other.index if other else 0, False

    def judge(self, values: list[float | None]) -> None:
        value, other = values[self.tag], values[self.other]
        if value is None or other is None:
            return
        kind, back = self.kind, self.back if self.active else 0.0
        if kind is Condition.HIGH or kind is Condition.HIGH_HIGH:
            self.active = value > self.limit - back
        elif kind is Condition.LOW or kind is Condition.LOW_LOW:
            self.active = value < self.limit + back
        elif kind is Condition.IS:
            self.active = value in self.limits if self.limits else value == self.limit
        elif kind is Condition.FORMULA:
            self.active = value > 97.0 and other < 40.0
        else:
            self.active = abs(value - other) > self.limit


def plain(site: Site, given: Sequence[Change]) -> tuple[float, list[bool]]:
    """Processor seconds, and which alarms are active at the end."""
    rules = [PlainRule(alarm, site) for alarm in site.alarms]
    of: list[list[PlainRule]] = [[] for _ in range(TAGS)]
    for one in rules:
        for tag in {one.tag, one.other}:
            of[tag].append(one)
    values: list[float | None] = [None] * TAGS
    lists = [(change.index.tolist(), change.value.tolist()) for change in given]
    begun = process_time()
    for index, value in lists:
        for tag, one in zip(index, value, strict=True):
            values[tag] = one
        for tag in index:
            for mine in of[tag]:
                mine.judge(values)
    return process_time() - begun, [one.active for one in rules]


class Run(NamedTuple):
    """One of the engine: processor seconds of its own thread and of all, active alarms, longest turn in ms, rows."""

    own: float
    all: float
    active: list[bool]
    worst: float
    rows: int


def real(site: Site, given: Sequence[Change], folder: Path) -> Run:
    """The same of the engine."""
    clock = SystemClock()
    with closing(Journal(folder / "journal.db", clock)) as journal:
        alarms = Alarms(site, folder / "alarms.db", journal, clock)
        turns, begun = [], process_time()
        for change in given:
            turn = thread_time()
            alarms.absorb(change)
            turns.append(thread_time() - turn)
        rows = journal.append(Entry("system", "end")).result()
        spent = process_time() - begun
        alarms.close()
    return Run(sum(turns), spent, ACTIVE[alarms.columns["state"]].tolist(), 1000 * max(turns), rows)


def judging(site: Site, count: int, batch: int, rounds: int) -> bool:
    """Print the figures; whether they are valid."""
    given = changes(count, batch)
    print(f"Judging: {len(site.tags)} tags, {len(site.alarms)} rules, {count} tags that move, {batch} in a change")
    ours, theirs, same = [], [], True
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            ours.append(real(site, given, Path(folder)))
        loop, wanted = plain(site, given)
        theirs.append(loop)
        same = same and ours[-1].active == wanted
    own, other = statistics.median(run.own for run in ours), statistics.median(theirs)
    every, worst = statistics.median(run.all for run in ours), max(run.worst for run in ours)
    print(f"  {count / own:10.0f} tags/s  the engine's thread; the longest turn {worst:.1f} ms")
    print(f"  {count / every:10.0f} tags/s  all its threads, {ours[-1].rows} rows of the journal among them")
    print(f"  {count / other:10.0f} tags/s  a loop over rule objects in plain Python, nothing on disk")
    print(
        f"  {other / own:10.1f} times; {sum(wanted)} alarms active at the end, {'the same' if same else 'NOT THE SAME'}"
    )
    return same


# ---------------------------------------------------------------- the burst
def feeders() -> Site:
    """A hundred feeders, each with as many cabinets whose doors come of its supply."""
    spec = {"door": TagSpec("door", HERE, Kind.BOOLEAN)}
    lost = rule("supply_lost", "door", Condition.IS, 1.0)
    door = rule("open", "door", Condition.IS, 1.0, design=Design(caused_by=("parent.supply_lost",)))
    feeder = EquipmentType("feeder", HERE, "water", spec, alarms=(lost,))
    cabinet = EquipmentType("cabinet", HERE, "water", spec, alarms=(door,))
    things = []
    for n in range(BURST):
        first = n - n % (BURST // FEEDERS)
        kind, parent = (feeder, "") if n == first else (cabinet, f"E{first}")
        things.append(Equipment(n, f"E{n}", Text(f"Armoire {n}", f"Cabinet {n}"), kind, "town", "water", parent=parent))
    return assembled(things)


async def station(folder: Path) -> None:
    """The station's process: waits for a word, raises them all, tells how it went."""
    site, clock = feeders(), SystemClock()
    with closing(Journal(folder / "journal.db", clock)) as journal:
        alarms = Alarms(site, folder / "alarms.db", journal, clock, folder / "alarms.columns")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        order = np.random.default_rng(2).permutation(BURST).astype(np.int32)
        begun, turns = perf_counter(), []
        for at in range(0, BURST, AT_ONCE):
            await asyncio.sleep(max(begun + at / AT_ONCE * EVERY_S - perf_counter(), 0))
            some, now, turn = order[at : at + AT_ONCE], clock.now(), thread_time()
            ones = np.ones(len(some))
            alarms.absorb(Change(some, ones, np.zeros(len(some), np.uint8), np.full(len(some), now), now))
            turns.append(thread_time() - turn)
        seen = perf_counter() - begun
        await asyncio.wrap_future(journal.append(Entry("system", "end")))
        told = perf_counter() - begun
        rows = JournalReader(folder / "journal.db").search(category="alarm", n=2 * BURST)[::-1]
        raised = [row.subject for row in rows if row.kind == "raise"]
        wanted = [site.alarms[row].id for row in order.tolist()]
        lost = BURST - int(np.count_nonzero(alarms.columns["state"] == State.UNACKED))
        figures = {"seen": seen, "told": told, "turn": max(turns) * 1000, "lost": lost, "kept": raised == wanted}
        print(json.dumps(figures), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        alarms.close()


class _Desk:
    """An attachment to the station's columns; what is asked is answered with nothing."""

    def __init__(self, site: Site, folder: Path) -> None:
        table = TagTable(site.tags)
        self.site, self.table, self.texts = site, table.columns, Texts.create()
        self.alarms = Columns.attach(folder / "alarms.columns")
        self.equipment = blank(site)
        self.history, self.journal = History(folder / "history"), JournalReader(folder / "journal.db")
        self.holes = HoleReader(folder / "history")

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        return {"alarms": {} if act == "taken" else []}


class Blocks:
    """How long the window's thread was busy without a turn for anything else, in ms, and what passed on the wall."""

    def __init__(self) -> None:
        self.busy: list[float] = []
        self.wall: list[float] = []
        self._from = (thread_time(), perf_counter())

    def mark(self) -> None:
        """Others could have had a turn here."""
        busy, wall = thread_time(), perf_counter()
        self.busy.append((busy - self._from[0]) * 1000)
        self.wall.append((wall - self._from[1]) * 1000)
        self._from = (busy, wall)

    def around(self, work: Callable[[Refresh], None]) -> Callable[[Refresh], None]:
        """The work, with a mark before and after it."""

        def marked(refresh: Refresh) -> None:
            self.mark()
            work(refresh)
            self.mark()

        return marked

    async def beat(self, until: float) -> None:
        self._from = (thread_time(), perf_counter())
        self.busy, self.wall = [], []
        while perf_counter() < until:
            await asyncio.sleep(0.002)
            self.mark()


def burst() -> bool:
    """Print the figures; whether the promises hold."""
    print(f"Burst: {BURST} alarms in a second, a window looking on")
    app = prepare()
    loop = qasync.QEventLoop(app, already_running=False)
    asyncio.set_event_loop(loop)
    blocks = Blocks()
    Refresh.tick = blocks.around(Refresh.tick)  # type: ignore[method-assign, assignment]
    with loop, tempfile.TemporaryDirectory() as name:
        given = [sys.executable, "-m", "benchmarks.alarms", "--station", name]
        child = subprocess.Popen(given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        desk, tasks = _Desk(feeders(), Path(name)), Tasks(loop)
        window = build(cast(Attachment, desk), Preferences(), USER, SystemClock(), tasks)
        window.resize(1920, 1080)
        window.show()
        window.start()
        window.navigate(ALARMS)
        collector = collect_here()
        loop.run_until_complete(asyncio.sleep(2.0))
        child.stdin.write("go\n")
        loop.run_until_complete(blocks.beat(perf_counter() + 4.0))
        collector.stop()
        shown = len(window.context.board.rows)
        figures = json.loads(child.stdout.readline())
        loop.run_until_complete(tasks.close())
        window.close()
        desk.history.close()
        child.stdin.write("end\n")
        child.wait()
    return _told(figures, blocks, shown)


def _told(figures: Mapping[str, Any], blocks: Blocks, shown: int) -> bool:
    busy, wall = sorted(blocks.busy), sorted(blocks.wall)
    kept, most = "kept" if figures["kept"] else "NOT KEPT", busy[int(0.99 * len(busy))]
    print(f"  {figures['seen']:8.2f} s   until the last stood in the columns; longest turn {figures['turn']:.1f} ms")
    print(f"  {figures['told']:8.2f} s   until all were safe in the journal")
    print(f"  {figures['lost']:8d}     lost; order {kept}; {shown} on the window's board")
    print(f"  {busy[-1]:8.1f} ms  the window was busy at most (99 %: {most:.1f}; {wall[-1]:.1f} on the wall)")
    return bool(not figures["lost"] and figures["kept"] and shown == BURST and busy[-1] <= ANSWER_MS)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--changes", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-burst", action="store_true")
    parser.add_argument("--station", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.station:
        asyncio.run(station(given.station))
        return 0
    site = city()
    same = [judging(site, given.changes, batch, given.rounds) for batch in BATCHES]
    return 0 if (given.no_burst or burst()) and all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
