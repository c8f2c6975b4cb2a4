"""A street for tests of the scheduler: lamps C1 and C2, a device in memory, and the real desk and journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from supervisor import health
from supervisor.clock import SECOND, HandClock
from supervisor.desk.desk import Desk
from supervisor.desk.order import Command
from supervisor.errors import WriteFailed
from supervisor.flow import Batch
from supervisor.journal import CommandRow, Journal, JournalReader, Row
from supervisor.model import (
    CommandSpec,
    Comparison,
    Equipment,
    EquipmentType,
    Interlock,
    Kind,
    LinkSpec,
    Operator,
    Quality,
    Role,
    Site,
    Source,
    Tag,
    TagSpec,
    Text,
    User,
)
from supervisor.schedule.programmes import SCHEDULER, Programme, Schedule
from supervisor.schedule.scheduler import Scheduler
from supervisor.schedule.store import Store
from supervisor.station import Station
from supervisor.table import TagTable
from tests.supervisor.schedule.plans import STREET, at, schedule

HERE = Text("ici", "here")
ANN = User("ann", "Ann", Role.OPERATOR)
LIT = Interlock(Comparison("on", Operator.EQ, 1.0), Text("allumé", "lit"))
HEALTHY = Interlock(Comparison("fault", Operator.EQ, 0.0), Text("sain", "healthy"))
CIRCUIT = EquipmentType(
    "circuit", HERE, "lighting",
    {
        "order": TagSpec("order", HERE, Kind.BOOLEAN), "on": TagSpec("on", HERE, Kind.BOOLEAN),
        "dimming": TagSpec("dimming", HERE, low=0, high=100), "fault": TagSpec("fault", HERE, Kind.BOOLEAN),
        "mode": TagSpec("mode", HERE, Kind.BOOLEAN),
    },
    commands={
        "on": CommandSpec("on", HERE, "order", 1.0, feedback="on", within_s=5.0, interlocks=(HEALTHY,)),
        "off": CommandSpec("off", HERE, "order", 0.0, feedback="on", within_s=5.0),
        "dim": CommandSpec("dim", HERE, "dimming", low=0, high=100, within_s=5.0, interlocks=(LIT,)),
    },
)  # fmt: skip
NIGHT = replace(STREET, equipment=("C1", "C2"))


def site(count: int = 2) -> Site:
    """Lamps C1, C2 … on the link L."""
    link = LinkSpec("L", HERE, "memory", "memory://", "", None)
    things = [Equipment(n, f"C{n + 1}", HERE, CIRCUIT, "", "lighting", "L") for n in range(count)]
    owners = [
        *things, Equipment(count, "L", HERE, health.LINK_TYPE, "", "network"),
        Equipment(count + 1, health.STATION_ID, HERE, health.STATION_TYPE, "", "network"),
    ]  # fmt: skip
    tags: list[Tag] = []
    for owner in owners:
        for name, spec in owner.type.tags.items():
            source = Source(name, True, name in ("order", "dimming"), 1.0, 0.0, None) if owner in things else None
            tags.append(Tag(len(tags), owner, spec, "L" if source else "", source))
    types = {"circuit": CIRCUIT}
    return Site(
        "street", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, types, {}, {"L": link},
        tuple(owners), tuple(tags), (), {ANN.id: ANN}, "",
    )  # fmt: skip


class Lamps:
    """The device: takes orders as a cabinet does, and keeps what it was told while no station runs."""

    def __init__(self, site: Site) -> None:
        self.value = {tag.id: 0.0 for tag in site.tags if tag.source}
        self.writes: list[tuple[str, float]] = []
        self.broken = ""
        """Tag that declines every write."""
        self.silent: set[str] = set()
        """Tags whose probe is dead."""
        self.changed: Callable[[], None] = lambda: None
        self.connected = True

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        if tag.id == self.broken:
            raise WriteFailed("declined")
        self.writes.append((tag.id, raw))
        self.value[tag.id] = raw
        if tag.spec.id == "order":
            self.value[tag.id.replace("order", "on")] = raw
        self.changed()

    async def examine(self, tag: Tag, timeout_s: float) -> object:
        raise NotImplementedError


class Room:
    """A station with a desk, a scheduler and the lamps; `wind` lets time pass as seconds of a hand-wound clock."""

    def __init__(self, site: Site, lamps: Lamps, plan: Schedule, folder: Path, now: int) -> None:
        self.site, self.lamps, self.folder = site, lamps, folder
        self.clock = HandClock(now)
        self.journal = Journal(folder / "journal.db", self.clock)
        self.reader = JournalReader(folder / "journal.db")
        table = TagTable(site.tags)
        self.station = Station(site, table, self.clock)
        self.desk = Desk(site, table.columns, {"L": lamps}, self.journal, self.clock)  # type: ignore[dict-item]
        self.station.consumers.append(self.desk.absorb)
        self.store = Store(self.journal, folder / "schedule.db")
        self.scheduler = Scheduler(site, plan, self.desk, (table.columns, self.journal, self.store, self.clock))
        lamps.changed = self.speak

    def speak(self, quality: int = Quality.GOOD) -> None:
        """What the device has, up the ordinary road; nothing of it where the quality is bad."""
        tags = [self.site.tag_by_id[id_].index for id_ in self.lamps.value]
        now = self.clock.now()
        good = quality < Quality.BAD
        batch = (
            Batch.of(tags, list(self.lamps.value.values()), now) if good else Batch.lost(tags, Quality(quality), now)
        )
        self.station.absorb(batch)
        dead = [self.site.tag_by_id[id_].index for id_ in self.lamps.silent]
        if dead and good:
            self.station.absorb(Batch.lost(dead, Quality.DEVICE_FAULT, now))

    async def wind(self, seconds: float, step: float = 1.0, speaking: bool = True) -> None:
        """Step by step, with real turns of the loop between: threads have to answer. Slowly while a command runs."""
        left = seconds
        while left > 0:
            passed = min(0.004 if self._at_work() else step, left)
            left -= passed
            await self.clock.wind(passed)
            if speaking:
                self.speak()
            await asyncio.sleep(0.004)

    def _at_work(self) -> bool:
        return bool(self.desk._busy) or any(course.busy for course in self.scheduler.courses.values())

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        for _ in range(3000):
            if condition():
                return
            await self.wind(0.2)
        raise AssertionError(f"never: {what}")

    async def settle(self) -> None:
        """Until nothing is under way nor waits."""
        asked = self.clock.now()
        await self.until(lambda: self.scheduler._looked >= asked, "it has looked since")
        held = [one for one in self.scheduler.courses.values() if one.override]
        await self.until(lambda: self.scheduler.waiting <= len(held), "nothing is under way")

    def go(self, text: str) -> float:
        """Seconds until a local time."""
        return (at(text) - self.clock.now()) / SECOND

    async def command(self, equipment: str, command: str, value: float | None = None, user: User = ANN) -> None:
        """As an operator; with its outcome."""
        number = await self.desk.submit(Command(equipment, command, value), user)
        await self.until(lambda: (row := self.reader.command(number)) and row.outcome, "an outcome")

    def given(self) -> list[tuple[str, str, str]]:
        """Equipment, command and outcome of what the programmes gave, oldest first."""
        rows: list[CommandRow] = self.reader.commands(1000)[::-1]
        return [(row.equipment, row.command, row.outcome) for row in rows if row.who == SCHEDULER.id]

    def told(self, kind: str) -> list[Row]:
        return [row for row in self.reader.search(category="schedule") if row.kind == kind][::-1]


@asynccontextmanager
async def room(folder: Path, now: str, lamps: Lamps | None = None, *programmes: Programme) -> AsyncIterator[Room]:
    """A station that starts at this local time."""
    place = site()
    one = Room(place, lamps or Lamps(place), schedule(*(programmes or (NIGHT,))), folder, at(now))
    async with running(one):
        yield one


@asynccontextmanager
async def running(one: Room) -> AsyncIterator[None]:
    """The scheduler runs for the block; then everything is put away."""
    task = asyncio.create_task(one.scheduler.run(), name="programmes")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await one.scheduler.stop()
        await one.desk.stop()
        one.journal.close()
