"""Conditions of programmes over (what was, what happens): taken up late, never undone, and no valve left open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from supervisor.formula import Formula, parse
from supervisor.schedule.programmes import Programme
from supervisor.schedule.store import Override
from tests.supervisor.schedule import street
from tests.supervisor.schedule.plans import OFF, ON, at, dim, point
from tests.supervisor.schedule.street import NIGHT, Lamps, Room, room, site

pytestmark = pytest.mark.slow

WHEN = Formula("not mode", parse("not mode"))
"""Of a cabinet: nobody has put it in manual. Of a valve: the ground is dry."""
WAITING = replace(
    NIGHT, equipment=("C1",), condition=WHEN, noon=True,
    points=(point("18:00", ON), point("21:00", dim(50)), point("06:00", OFF)),
)  # fmt: skip
WATER = replace(WAITING, points=(point("20:00", ON, lasting_s=1200, then=(OFF,)),))
"""A valve that is opened for twenty minutes."""


async def until(one: Room, text: str) -> None:
    """Wind to a local time, as fast as the scheduler looks, and let what is due be done."""
    while one.go(text) > 0:
        await one.wind(min(one.go(text), 40), 40)
        await one.settle()


def on(one: Room) -> float:
    return one.lamps.value["C1.on"]


async def nothing(one: Room) -> None: ...


async def dry(one: Room) -> None:
    one.lamps.value["C1.mode"] = 0.0


async def flicker(one: Room) -> None:
    one.lamps.value["C1.mode"] = 0.0
    await one.wind(40, 5)
    one.lamps.value["C1.mode"] = 1.0


async def wet(one: Room) -> None:
    one.lamps.value["C1.mode"] = 1.0


async def silence(one: Room) -> None:
    one.lamps.value["C1.mode"] = 0.0
    one.lamps.silent = {"C1.mode"}


async def by_hand(one: Room) -> None:
    one.scheduler.override("C1", Override("C1", "ann", one.clock.now(), at("2026-01-16 12:00"), "time"))
    one.lamps.value["C1.mode"] = 0.0


async def resumed(one: Room) -> None:
    one.scheduler.resume("C1", "ann")


Event = Callable[[Room], Awaitable[None]]
ROWS: dict[str, tuple[Programme, float, Event, float, int]] = {
    # name: programme, condition at 18:00 (1: does not hold), what happens at 18:02, on at 18:06, times it was held
    "held back, and nothing happens": (WAITING, 1, nothing, 0, 1),
    "held back, and it comes to hold": (WAITING, 1, dry, 1, 1),
    "held back, and it holds for less than a minute": (WAITING, 1, flicker, 0, 1),
    "held back, and its probe falls silent": (WAITING, 1, silence, 0, 1),
    "held back, and somebody takes it in hand": (WAITING, 1, by_hand, 0, 1),
    "held back, and somebody resumes it": (WAITING, 1, resumed, 0, 2),
    "taken up, and nothing happens": (WAITING, 0, nothing, 1, 0),
    "taken up, and it no longer holds": (WAITING, 0, wet, 1, 0),
    "taken up, and its probe falls silent": (WAITING, 0, silence, 1, 0),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_that_a_condition_is_followed(tmp_path: Path, row: tuple[Programme, float, Event, float, int]) -> None:
    programme, mode, happens, lit, held = row

    async def scenario() -> None:
        lamps = Lamps(site())
        lamps.value["C1.mode"] = mode
        async with room(tmp_path, "2026-01-15 17:59", lamps, programme) as one:
            await until(one, "2026-01-15 18:02")
            assert on(one) == 1 - mode
            await happens(one)
            await until(one, "2026-01-15 18:06")
            assert on(one) == lit
            await one.until(lambda: len(one.told("held")) == held, "the journal tells it once for each")
            trouble = one.scheduler.courses["C1"].trouble
            waits = not lit and happens is not by_hand
            assert bool(trouble and trouble[0] == "held" and "(non ici)" in trouble[1].fr) == waits

    asyncio.run(scenario())


@pytest.mark.parametrize("free", [True, False])
def test_that_what_is_held_back_holds_up_another_programme_only_in_what_hangs_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: bool
) -> None:
    """`free`: the lamp may be dimmed without being lit."""
    dimming = replace(street.CIRCUIT.commands["dim"], interlocks=() if free else (street.LIT,))
    commands = {**street.CIRCUIT.commands, "dim": dimming}
    monkeypatch.setattr(street, "CIRCUIT", replace(street.CIRCUIT, commands=commands))
    lit = replace(WAITING, points=(point("18:00", ON),))
    other = replace(lit, id="other", condition=None, points=(point("18:00", dim(50)),))

    async def scenario() -> None:
        lamps = Lamps(site())
        lamps.value["C1.mode"] = 1.0
        async with room(tmp_path, "2026-01-15 17:59", lamps, lit, other) as one:
            await until(one, "2026-01-15 18:02")
            await one.settle()
            assert lamps.writes == ([("C1.dimming", 50.0)] if free else [])
            trouble = one.scheduler.courses["C1"].trouble
            assert trouble is not None
            assert trouble[0] == "held"
            await dry(one)
            await one.until(lambda: lamps.value["C1.on"] and lamps.value["C1.dimming"] == 50, "all is taken up")
            await one.settle()
            assert len(lamps.writes) == len(one.given()) == 2, "each was asked for once, and none was refused"
            assert one.scheduler.courses["C1"].trouble is None

    asyncio.run(scenario())


def test_that_what_two_conditions_hold_back_is_journalled_once_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = {**street.CIRCUIT.commands, "dim": replace(street.CIRCUIT.commands["dim"], interlocks=())}
    monkeypatch.setattr(street, "CIRCUIT", replace(street.CIRCUIT, commands=commands))
    lit = replace(WAITING, points=(point("18:00", ON),))
    sound = Formula("not fault", parse("not fault"))
    other = replace(lit, id="other", condition=sound, points=(point("18:00", dim(50)),))

    async def scenario() -> None:
        lamps = Lamps(site())
        lamps.value |= {"C1.mode": 1.0, "C1.fault": 1.0}
        async with room(tmp_path, "2026-01-15 18:01", lamps, lit, other) as one:
            await until(one, "2026-01-15 18:02")
            lamps.value["C1.fault"] = 0.0
            await until(one, "2026-01-15 18:05")
            await one.until(lambda: lamps.value["C1.dimming"] == 50, "the second is taken up")
            await one.settle()
            assert [row.detail["programme"] for row in one.told("held")] == [lit.id, other.id]
            trouble = one.scheduler.courses["C1"].trouble
            assert trouble, "the first is held back as before"
            assert trouble[0] == "held"

    asyncio.run(scenario())


def test_that_the_next_point_and_a_restart_look_anew(tmp_path: Path) -> None:
    """Held back over a point and a restart, it takes up what should be then, and once."""

    async def scenario() -> None:
        lamps = Lamps(site())
        lamps.value["C1.mode"] = 1.0
        async with room(tmp_path, "2026-01-15 20:58", lamps, WAITING) as one:
            await until(one, "2026-01-15 21:03")
            assert [row.detail["command"] for row in one.told("held")] == ["on"], "the first that is lacking, and once"
            assert lamps.writes == []
        async with room(tmp_path, "2026-01-15 21:10", lamps, WAITING) as one:
            await one.settle()
            assert lamps.writes == []
            await dry(one)
            await one.until(lambda: lamps.value["C1.dimming"] == 50, "it is taken up")
            assert lamps.writes == [("C1.order", 1.0), ("C1.dimming", 50.0)]
        await wet(one)
        lamps.writes.clear()
        async with room(tmp_path, "2026-01-15 21:20", lamps, WAITING) as one:
            await one.settle()
            await one.wind(90, 5)
            assert lamps.writes == [], "as planned already: nothing is undone"

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("dry_at", "wet_at", "open_at"),
    [
        ("19:57", "20:10", ("20:05", "20:15")),
        ("20:10", "20:35", ("20:12", "20:15")),
        ("20:19", "20:35", ()),
        ("20:25", "20:35", ()),
    ],
)
def test_that_a_window_is_used_as_far_as_it_holds_and_always_ends(
    tmp_path: Path, dry_at: str, wet_at: str, open_at: tuple[str, ...]
) -> None:
    """Wet ground at its end keeps no valve open: the condition is of the beginning."""

    async def scenario() -> None:
        lamps = Lamps(site())
        lamps.value["C1.mode"] = 1.0
        opened = []
        async with room(tmp_path, "2026-01-15 19:55", lamps, WATER) as one:
            changes = {dry_at: 0.0, wet_at: 1.0}
            for time in sorted({*changes, "20:05", "20:12", "20:15", "20:40"}):
                await until(one, f"2026-01-15 {time}")
                if on(one):
                    opened.append(time)
                one.lamps.value["C1.mode"] = changes.get(time, one.lamps.value["C1.mode"])
            assert on(one) == 0
            assert set(open_at) <= set(opened)
            assert bool(opened) == bool(open_at)

    asyncio.run(scenario())
