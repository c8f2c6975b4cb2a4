"""An estate of lamps for tests of rounds: a device in memory that can refuse or be slow; the real desk and journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from supervisor.clock import SystemClock
from supervisor.desk.desk import Desk
from supervisor.errors import WriteFailed
from supervisor.flow import Batch
from supervisor.journal import CommandRow, Journal, JournalReader, Row
from supervisor.model import Area, CommandSpec, Equipment, EquipmentType, Quality, Role, Site, Tag, User
from supervisor.rounds import runner
from supervisor.rounds.acts import RoundDesk, round_acts
from supervisor.rounds.store import Round
from supervisor.station import Station
from supervisor.table import TagTable
from tests import patience
from tests.supervisor.schedule.street import ANN as ANN
from tests.supervisor.schedule.street import HERE, Lamps
from tests.supervisor.schedule.street import site as street

NED = User("ned", "Ned", Role.OPERATOR, frozenset({"north"}))
EVE = User("eve", "Eve", Role.VIEWER)
AREAS = {"city": Area("city", HERE), "north": Area("north", HERE, "city"), "south": Area("south", HERE, "city")}


def site(count: int) -> Site:
    """Lamps C1, C2 …: the first half in the north, the others in the south. One of their commands takes two persons."""
    place = street(count)
    type_: EquipmentType = place.types["circuit"]
    both = CommandSpec("reset", HERE, "order", 0.0, feedback="on", approval=2)
    type_ = replace(type_, commands={**type_.commands, "reset": both})
    things: list[Equipment] = []
    for thing in place.equipment:
        area = ("north" if thing.index < count / 2 else "south") if thing.index < count else ""
        things.append(replace(thing, area=area, type=type_ if area else thing.type))
    tags = tuple(replace(tag, equipment=things[tag.equipment.index]) for tag in place.tags)
    people = {one.id: one for one in (ANN, NED, EVE)}
    return replace(place, areas=AREAS, types={"circuit": type_}, equipment=tuple(things), tags=tags, users=people)


class Field(Lamps):
    """The lamps, slow where a test says so."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.refusing: set[str] = set()
        """Equipment whose controller declines every write."""
        self.gate = asyncio.Event()
        """Nobody answers until it is set."""
        self.gate.set()
        self.most = self._now = 0
        """How many writes were under way at once, at most."""

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await self.gate.wait()
            await asyncio.sleep(0.002)
            if tag.equipment.id in self.refusing:
                raise WriteFailed("declined")
            await super().write(tag, raw, timeout_s)
        finally:
            self._now -= 1


class Estate:
    """A station with a desk and rounds, on the clock of the room."""

    def __init__(self, site: Site, folder: Path, field: Field | None = None) -> None:
        self.site, self.field = site, field or Field(site)
        self.clock = SystemClock()
        self.journal = Journal(folder / "journal.db", self.clock)
        self.reader = JournalReader(folder / "journal.db")
        table = TagTable(site.tags)
        self.station = Station(site, table, self.clock)
        self.desk = Desk(site, table.columns, {"L": self.field}, self.journal, self.clock)  # type: ignore[dict-item]
        self.station.consumers.append(self.desk.absorb)
        self.rounds = RoundDesk(site, self.desk, table.columns, self.journal, self.clock)
        self.acts = round_acts(self.rounds)
        self.field.changed = self.speak

    def speak(self, quality: int = Quality.GOOD) -> None:
        """What the device has, up the ordinary road."""
        tags = [self.site.tag_by_id[id_].index for id_ in self.field.value]
        self.station.absorb(Batch.of(tags, list(self.field.value.values()), self.clock.now(), quality))

    async def ask(self, act: str, user: User = ANN, **words: Any) -> dict[str, Any]:
        return dict(await self.acts[act](user, words))

    async def plan(self, user: User = ANN, **words: Any) -> int:
        number = (await self.ask("round_plan", user, **{"type": "circuit", "command": "on", **words}))["number"]
        return int(number)

    def round(self, number: int = 1) -> Round:
        """One that is not over."""
        return self.rounds.runner.rounds[number]

    async def release(self, stage: int, user: User = ANN, number: int = 1) -> None:
        """Let a stage go, and wait for its end."""
        await self.ask("round_release", user, number=number, stage=stage)
        await self.until(lambda: not self.rounds.runner.busy(number), "the stage is over")

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        await patience.until(condition, 30, what)

    async def states(self, number: int = 1) -> dict[str, str]:
        """Equipment -> how the target is, as a window is told."""
        told = await self.ask("round", number=number)
        return {row[0]: row[2] for row in told["targets"]}

    async def state(self, number: int = 1) -> str:
        return str((await self.ask("round", number=number))["state"])

    def thread(self, number: int = 1) -> list[Row]:
        """The journal of one round, oldest first."""
        return self.reader.search(f"R{number}", category="round")[::-1]

    def given(self) -> list[CommandRow]:
        """The ledger, oldest first."""
        return self.reader.commands(1000)[::-1]


@asynccontextmanager
async def estate(folder: Path, count: int = 30, field: Field | None = None) -> AsyncIterator[Estate]:
    """A station that has heard of every lamp."""
    one = Estate(site(count), folder, field)
    await one.rounds.runner.restore()
    one.speak()
    try:
        yield one
    finally:
        await one.rounds.runner.stop()
        await one.desk.stop()
        one.journal.close()


@asynccontextmanager
async def hurried() -> AsyncIterator[None]:
    """Five a second would keep every test waiting."""
    pace = runner.PACE_S
    runner.PACE_S = 0.002
    try:
        yield
    finally:
        runner.PACE_S = pace
