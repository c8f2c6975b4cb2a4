"""A value by hand in the place of a measurement: who may, what stands, what is kept beneath, what survives."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from supervisor.clock import SECOND, SystemClock
from supervisor.desk.acts import substitution_acts
from supervisor.desk.substitution import Substitutions
from supervisor.errors import Refused
from supervisor.flow import Batch
from supervisor.journal import Journal, JournalReader
from supervisor.model import Quality, Role, User
from supervisor.station import Station
from supervisor.table import TagTable
from tests.supervisor.pumphouse import site

CHIEF = User("chief", "Chief", Role.SUPERVISOR)
CLERK = User("clerk", "Clerk", Role.OPERATOR)
LEVEL = "W.level"


class Room:
    """A station without links, its journal, and the desk of substitutions."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.site = SystemClock(), site()
        self.table = TagTable(self.site.tags)
        self.changes: list[Any] = []
        self.station = Station(self.site, self.table, self.clock, [self.changes.append])
        self.journal = Journal(folder / "journal.db", self.clock)
        self.reader = JournalReader(folder / "journal.db")
        self.desk = Substitutions(self.site, self.journal, self.clock, self.station.substitute)
        self.desk.restore()
        self.index = self.site.tag_by_id[LEVEL].index

    def bring(self, value: float, quality: int = Quality.GOOD, time: int = 0) -> None:
        self.station.absorb(Batch.of([self.index], value, time or self.clock.now(), quality))

    def shown(self) -> tuple[float, int]:
        return float(self.table.columns["value"][self.index]), int(self.table.columns["quality"][self.index])


def tried(folder: Path, work: Callable[[Room], Any]) -> None:
    async def scenario() -> None:
        room = Room(folder)
        try:
            await work(room)
        finally:
            room.journal.close()

    asyncio.run(scenario())


def test_that_live_values_do_not_overwrite_it_and_stand_again_at_the_release(tmp_path: Path) -> None:
    async def work(room: Room) -> None:
        room.bring(1.0)
        await room.desk.substitute(LEVEL, 2.5, "sensor in mud", CHIEF)
        assert room.shown() == (2.5, Quality.SUBSTITUTED)
        assert room.changes[-1].quality.tolist() == [Quality.SUBSTITUTED]
        moved = len(room.changes)
        room.bring(7.0)
        room.station.absorb(Batch.lost([room.index], Quality.NOT_CONNECTED, room.clock.now()))
        room.bring(8.0)
        assert room.shown() == (2.5, Quality.SUBSTITUTED)
        assert all(len(change) == 0 for change in room.changes[moved:])
        await room.desk.substitute(LEVEL, None, "", CHIEF)
        assert room.shown() == (8.0, Quality.GOOD)
        assert room.changes[-1].value.tolist() == [8.0]
        room.bring(9.0)
        assert room.shown() == (9.0, Quality.GOOD)

    tried(tmp_path, work)


def test_that_a_link_lost_beneath_is_seen_at_the_release(tmp_path: Path) -> None:
    async def work(room: Room) -> None:
        room.bring(1.0)
        await room.desk.substitute(LEVEL, 2.5, "sensor in mud", CHIEF)
        room.station.absorb(Batch.lost([room.index], Quality.NOT_CONNECTED, room.clock.now()))
        await room.desk.substitute(LEVEL, 3.5, "looked again", CHIEF)
        await room.desk.substitute(LEVEL, None, "", CHIEF)
        assert math.isnan(room.shown()[0])
        assert room.shown()[1] == Quality.NOT_CONNECTED

    tried(tmp_path, work)


def test_that_an_older_value_is_late_for_a_substituted_tag_too(tmp_path: Path) -> None:
    async def work(room: Room) -> None:
        now = room.clock.now()
        room.bring(1.0, time=now)
        await room.desk.substitute(LEVEL, 2.5, "sensor in mud", CHIEF)
        room.bring(0.5, time=now - 1)
        late = room.changes[-1].late
        assert late is not None
        assert late.value.tolist() == [0.5]
        await room.desk.substitute(LEVEL, None, "", CHIEF)
        assert room.shown() == (1.0, Quality.GOOD)

    tried(tmp_path, work)


def test_that_it_is_journalled_and_survives_the_station_until_released(tmp_path: Path) -> None:
    async def first(room: Room) -> None:
        await room.desk.substitute(LEVEL, 2.5, " sensor in mud ", CHIEF)
        row = room.reader.latest(1)[0]
        assert (row.category, row.kind, row.who, row.subject) == ("command", "substitute", "chief", LEVEL)
        assert row.detail == {"value": 2.5, "reason": "sensor in mud"}

    async def second(room: Room) -> None:
        assert room.shown() == (2.5, Quality.SUBSTITUTED)
        room.bring(1.0)
        assert room.shown() == (2.5, Quality.SUBSTITUTED)
        await room.desk.substitute(LEVEL, None, "mended", CHIEF)
        assert room.shown() == (1.0, Quality.GOOD)
        assert room.reader.latest(1)[0].kind == "release"
        assert room.reader.verify().whole

    async def third(room: Room) -> None:
        assert room.shown()[1] == Quality.NEVER_READ
        assert room.desk.standing == {}

    for work in (first, second, third):
        tried(tmp_path, work)


@pytest.mark.parametrize(
    ("tag", "value", "reason", "user", "check"),
    [
        (LEVEL, 2.5, "why", CLERK, "right"),
        (LEVEL, 2.5, "  ", CHIEF, "reason"),
        (LEVEL, math.inf, "why", CHIEF, "range"),
        ("W.P1.state", 77.0, "why", CHIEF, "range"),
        ("L.connected", 1.0, "why", CHIEF, "unknown"),
        ("nowhere", 1.0, "why", CHIEF, "unknown"),
        (LEVEL, None, "", CHIEF, "unknown"),
    ],
)
def test_that_what_may_not_be_is_refused_and_kept_and_changes_nothing(
    tmp_path: Path, tag: str, value: float | None, reason: str, user: User, check: str
) -> None:
    async def work(room: Room) -> None:
        room.bring(1.0)
        with pytest.raises(Refused) as caught:
            await room.desk.substitute(tag, value, reason, user)
        assert caught.value.check == check
        assert caught.value.text.fr != caught.value.text.en
        assert room.shown() == (1.0, Quality.GOOD)
        room.journal.close()
        assert room.reader.latest(1)[0].result == check

    tried(tmp_path, work)


@pytest.mark.logs("it can't be journalled")
def test_that_what_cannot_be_journalled_is_not_substituted(tmp_path: Path) -> None:
    async def work(room: Room) -> None:
        room.bring(1.0)
        room.journal.close()
        with pytest.raises(Refused) as caught:
            await room.desk.substitute(LEVEL, 2.5, "why", CHIEF)
        assert caught.value.check == "journal"
        assert room.shown() == (1.0, Quality.GOOD)

    tried(tmp_path, work)


def test_that_a_window_substitutes_releases_and_lists_by_acts(tmp_path: Path) -> None:
    async def work(room: Room) -> None:
        table = substitution_acts(room.desk)
        assert await table["substitute"](CHIEF, {"tag": LEVEL, "value": 2.5, "reason": "mud"}) == {"standing": 1}
        (one,) = (await table["substituted"](CLERK, {}))["standing"]
        assert (one["tag"], one["value"], one["who"], one["reason"]) == (LEVEL, 2.5, "chief", "mud")
        assert await table["substitute"](CHIEF, {"tag": LEVEL}) == {"standing": 0}

    tried(tmp_path, work)


def test_that_a_device_that_speaks_is_not_called_silent_for_being_substituted(tmp_path: Path) -> None:
    async def work(room: Room) -> None:
        room.bring(1.0)
        await room.desk.substitute(LEVEL, 2.5, "sensor in mud", CHIEF)
        limit = np.zeros(len(room.table.columns), np.int64)
        limit[room.index] = 5 * SECOND
        later = room.clock.now() + 60 * SECOND
        assert room.table.stale(limit, later).tolist() == [room.index]
        room.table.apply(Batch.of([room.index], 3.0, later), later)
        assert room.table.stale(limit, later).tolist() == []
        assert room.shown() == (2.5, Quality.SUBSTITUTED)

    tried(tmp_path, work)
