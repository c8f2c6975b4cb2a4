"""A pumping station with one pump, a device for it in memory, and the desk with everything real around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from supervisor import health
from supervisor.clock import Clock, SystemClock
from supervisor.desk.desk import Desk
from supervisor.desk.ledger import Outcome
from supervisor.desk.order import Command
from supervisor.driver import Publish, Traffic
from supervisor.errors import LinkLost
from supervisor.flow import Batch
from supervisor.formula import Formula, Node, parse
from supervisor.journal import CommandRow, Journal, JournalReader
from supervisor.link import Link
from supervisor.model import (
    Area,
    CommandClass,
    CommandSpec,
    Comparison,
    Confirmation,
    Equipment,
    EquipmentType,
    Interlock,
    Kind,
    LinkSpec,
    Operator,
    Role,
    Site,
    Source,
    State,
    Tag,
    TagSpec,
    Text,
    User,
)
from supervisor.station import Station
from supervisor.table import TagTable

HERE = Text("ici", "here")
ANN = User("ann", "Ann", Role.OPERATOR)
NED = User("ned", "Ned", Role.OPERATOR, frozenset({"north"}))
SID = User("sid", "Sid", Role.OPERATOR, frozenset({"south"}))
EVE = User("eve", "Eve", Role.VIEWER)
SUE = User("sue", "Sue", Role.SUPERVISOR)
STOPPED, RUNNING = 0.0, 1.0
PERIOD_S = 0.02


def site(within_s: float = 0.4, confirm_s: float = 0.4) -> Site:
    """Well W (level, area north) with pump W.P1 (order, state, current, speed, mode), and one link L."""
    mode = (State(0, "auto", Text("auto", "auto")), State(1, "manual", Text("manuel", "manual")))
    states = (State(0, "stopped", Text("arrêtée", "stopped")), State(1, "running", Text("en marche", "running")))
    pump = EquipmentType(
        "pump",
        HERE,
        "water",
        {
            "order": TagSpec("order", HERE, Kind.BOOLEAN),
            "state": TagSpec("state", HERE, Kind.ENUM, states=states),
            "current": TagSpec("current", HERE, unit="A"),
            "speed": TagSpec("speed", HERE, unit="Hz", low=0, high=60),
            "mode": TagSpec("mode", HERE, Kind.ENUM, states=mode),
        },
        commands=_commands(within_s, confirm_s),
    )
    well = EquipmentType("well", HERE, "water", {"level": TagSpec("level", HERE, unit="m")})
    things = [
        Equipment(0, "W", HERE, well, "north", "water", "L"),
        Equipment(1, "W.P1", HERE, pump, "north", "water", "L", parent="W"),
        Equipment(2, "L", HERE, health.LINK_TYPE, "", "network"),
        Equipment(3, health.STATION_ID, HERE, health.STATION_TYPE, "", "network"),
    ]
    users = {user.id: user for user in (ANN, NED, SID, EVE, SUE)}
    areas = {
        name: Area(name, Text(name, name), "city" if name != "city" else "") for name in ("city", "north", "south")
    }
    link = LinkSpec("L", HERE, "memory", "memory://", "north", None)
    types = {"pump": pump, "well": well}
    return Site(
        "pumphouse", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", areas, {}, types, {}, {"L": link},
        tuple(things), _tags(things), (), users, "f00d",
    )  # fmt: skip


def _commands(within_s: float, confirm_s: float) -> dict[str, CommandSpec]:
    water = Interlock(Comparison("parent.level", Operator.GT, 0.5), Text("assez d'eau", "enough water"))
    drawn = Confirmation(Comparison("current", Operator.GT, 5.0), confirm_s, Text("le moteur tire", "the motor draws"))
    start = CommandSpec("start", HERE, "order", 1, feedback="state", expected=RUNNING, within_s=within_s)
    specs = (
        replace(start, interlocks=(water,), confirmation=drawn),
        CommandSpec("stop", HERE, "order", 0, feedback="state", expected=STOPPED, within_s=within_s),
        CommandSpec("speed", HERE, "speed", low=10, high=50, within_s=within_s),
        CommandSpec("speed_any", HERE, "speed", within_s=within_s),
        CommandSpec("mode", HERE, "mode", within_s=within_s),
        CommandSpec("service", HERE, "mode", 1, within_s=within_s, role=Role.SUPERVISOR),
        CommandSpec("burn", HERE, "current", 9, within_s=within_s),
        replace(start, id="trip", value=0, expected=STOPPED, critical=True, class_=CommandClass.CRITICAL, select_s=60),
        replace(start, id="blink", value=0, expected=STOPPED, select_s=0.3),
        replace(start, id="drain", interlocks=(water,), approval=2, approval_s=0.6),
        replace(start, id="flush", select_s=60, approval=2, approval_s=60, confirmation=drawn),
        replace(start, id="pulse", rate_s=60),
        replace(start, id="grease", class_=CommandClass.MAINTENANCE),
        replace(start, id="panic", value=0, expected=STOPPED, class_=CommandClass.EMERGENCY),
        CommandSpec("trim", HERE, "speed", low=10, high=50, within_s=within_s, max_step=5),
        replace(start, id="prime", permissives=(Interlock(Formula("t", _both()), Text("arrêtée", "stopped")),)),
    )
    return {spec.id: spec for spec in specs}


def _both() -> Node:
    return parse("current < 1 and speed >= 0")


def _tags(things: Sequence[Equipment]) -> tuple[Tag, ...]:
    tags: list[Tag] = []
    for owner in things:
        for name, spec in owner.type.tags.items():
            writable = name in ("order", "speed", "mode")
            source = Source(name, True, writable, 0.1 if name == "speed" else 1.0, 0.0, None) if owner.link else None
            tags.append(Tag(len(tags), owner, spec, owner.link, source))
    return tuple(tags)


def patient() -> Site:
    """The same, for tests that wait for a good end on a machine that has much to do."""
    return site(within_s=30, confirm_s=30)


class Device:
    """A driver and its device in one: registers in memory, polled like any other, that do what `answer` does.

    Unlike a wire it can be told to lie, to be slow, to vanish in the middle; everything around it is the real thing.
    """

    def __init__(self, site: Site, clock: Clock) -> None:
        self.tags = site.tags_by_link["L"]
        self.index = {tag.id: tag.index for tag in self.tags}
        self.registers = {tag.id: 0.0 for tag in self.tags}
        self.registers["W.level"] = 2.0
        self.writes: list[tuple[str, float]] = []
        self.answer: Callable[[Tag, float], Awaitable[None]] = self.obey
        self.polling = True
        self.gone = False
        self.clock = clock

    async def obey(self, tag: Tag, raw: float) -> None:
        """What a healthy pump does."""
        self.registers[tag.id] = raw
        if tag.spec.id == "order":
            self.registers["W.P1.state"] = RUNNING if raw else STOPPED
            self.registers["W.P1.current"] = 8.0 if raw else 0.0

    async def run(self, publish: Publish, up: Callable[[], None]) -> None:
        if self.gone:
            raise LinkLost("the cable is out")
        up()
        while not self.gone:
            if self.polling:
                self.publish(publish, self.registers)
            await self.clock.sleep(PERIOD_S)
        raise LinkLost("the cable is out")

    def publish(self, publish: Publish, registers: Mapping[str, float], time: int | None = None) -> None:
        index = [self.index[name] for name in registers]
        publish(Batch.of(index, list(registers.values()), self.clock.now() if time is None else time))

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        self.writes.append((tag.id, raw))
        await self.answer(tag, raw)


class House:
    """A station of one device, with its desk and journal."""

    def __init__(self, folder: Path, plant: Site | None = None) -> None:
        self.clock = SystemClock()
        self.site = plant or site()
        self.device = Device(self.site, self.clock)
        self.table = TagTable(self.site.tags)
        self.journal = Journal(folder / "journal.db", self.clock)
        self.reader = JournalReader(folder / "journal.db")
        self.station = Station(self.site, self.table, self.clock)
        spec, tags = self.site.links["L"], self.site.tags_by_link["L"]
        self.link = Link(spec, tags, self.device, Traffic(), self.station.absorb, self.clock)
        self.desk = Desk(self.site, self.table.columns, self.station.links, self.journal, self.clock)
        self.station.consumers.append(self.desk.absorb)

    async def do(self, command: str, value: float | None = None, user: User = ANN) -> Outcome:
        """Give a command to the pump and wait for what becomes of it."""
        return await self.desk.outcome(await self.desk.submit(Command("W.P1", command, value), user))

    async def polled(self) -> None:
        """Wait until the device was read once."""
        while self.table.columns["arrival_time"][self.device.index["W.level"]] == 0:
            await asyncio.sleep(0.005)

    def steps(self, command: int | None = None) -> list[str]:
        """The steps of a command, the last one where none is named."""
        return [step.step for step in self.reader.steps(command or self.last().id)]

    def last(self) -> CommandRow:
        return self.reader.commands(1)[0]


@asynccontextmanager
async def house(folder: Path, plant: Site | None = None) -> AsyncIterator[House]:
    one = House(folder, plant)
    one.station.start({"L": one.link})
    try:
        await one.polled()
        yield one
    finally:
        await one.desk.stop()
        await one.station.stop()
        one.journal.close()
