"""A small site with one alarm of every sort, for the tests of the alarms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from alarms.engine import Alarms
from supervisor.clock import HandClock
from supervisor.flow import Change
from supervisor.journal import Journal
from supervisor.model import (
    Alarm,
    AlarmRule,
    Area,
    Condition,
    Equipment,
    EquipmentType,
    Kind,
    Priority,
    Quality,
    Role,
    Site,
    Tag,
    TagSpec,
    Text,
    User,
)

HERE = Text("ici", "here")
LEVEL, DOOR = 0, 1

RULES = (
    AlarmRule("high", "level", Condition.HIGH, 3.0, Priority.HIGH, HERE, deadband=0.5),
    AlarmRule("high_high", "level", Condition.HIGH_HIGH, 4.0, Priority.CRITICAL, HERE, latching=True),
    AlarmRule("low", "level", Condition.LOW, 1.0, Priority.MEDIUM, HERE, on_delay_s=5.0, off_delay_s=3.0),
    AlarmRule("open", "door", Condition.IS, 1.0, Priority.LOW, HERE),
)
HIGH, HIGH_HIGH, LOW, OPEN = range(4)


def site(rules: Sequence[AlarmRule] = RULES, equipment: int = 1) -> Site:
    """Equipment E0, E1… with a level and a door each, and `rules` on every one."""
    specs = {"level": TagSpec("level", HERE), "door": TagSpec("door", HERE, Kind.BOOLEAN)}
    kind = EquipmentType("well", HERE, "water", specs, alarms=tuple(rules))
    things = tuple(
        Equipment(n, f"E{n}", HERE, kind, "north" if n % 2 == 0 else "south", "water") for n in range(equipment)
    )
    tags = tuple(Tag(2 * thing.index + n, thing, spec) for thing in things for n, spec in enumerate(specs.values()))
    by_id = {tag.id: tag for tag in tags}
    pairs = [(thing, rule) for thing in things for rule in rules]
    alarms = tuple(Alarm(n, thing, rule, by_id[f"{thing.id}.{rule.tag}"]) for n, (thing, rule) in enumerate(pairs))
    users = {
        "ann": User("ann", "Ann", Role.OPERATOR),
        "ned": User("ned", "Ned", Role.OPERATOR, frozenset({"north"})),
        "eve": User("eve", "Eve", Role.VIEWER),
    }
    areas = {name: Area(name, HERE) for name in ("north", "south")}
    return Site(
        "hall", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", areas, {}, {"well": kind}, {}, {}, things, tags,
        alarms, users, "",
    )  # fmt: skip


def change(clock: HandClock, values: dict[int, float], quality: int = Quality.GOOD) -> Change:
    """What the table would say had moved: tag index -> value."""
    n = len(values)
    return Change(
        np.array(list(values), np.int32),
        np.array(list(values.values()), np.float64),
        np.full(n, quality, np.uint8),
        np.full(n, clock.now(), np.int64),
        clock.now(),
    )


class Hall:
    """Alarms with their files, and words for what happens to them."""

    def __init__(self, folder: Path, plant: Site, clock: HandClock) -> None:
        self.clock = clock
        self.site = plant
        self.journal = Journal(folder / "journal.db", clock)
        self.alarms = Alarms(plant, folder / "alarms.db", self.journal, clock, folder / "run" / "alarms.columns")

    def read(self, tag: int, value: float, quality: int = Quality.GOOD) -> None:
        self.alarms.absorb(change(self.clock, {tag: value}, quality))

    def state(self, alarm: int) -> int:
        return int(self.alarms.columns["state"][alarm])

    async def wind(self, seconds: float) -> None:
        await self.clock.wind(seconds)
        self.alarms.tick()

    def close(self) -> None:
        self.alarms.close()
        self.journal.close()


@contextmanager
def hall(folder: Path, plant: Site | None = None, clock: HandClock | None = None) -> Iterator[Hall]:
    one = Hall(folder, plant or site(), clock or HandClock())
    try:
        yield one
    finally:
        one.close()
