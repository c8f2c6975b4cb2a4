"""The scheduler with the real desk, journal and clock of hand: nights, restarts, links, overrides, refusals."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from supervisor.database import SqliteDatabase, plain
from supervisor.desk.order import Command, find
from supervisor.formula import Formula, parse
from supervisor.journal import CommandRow
from supervisor.model import Quality, Tag
from supervisor.schedule.course import Lack
from supervisor.schedule.programmes import SCHEDULER, Until
from supervisor.schedule.store import Override
from tests.supervisor.schedule.plans import OFF, at, dim, point, schedule
from tests.supervisor.schedule.street import ANN, NIGHT, Lamps, Room, room, running, site

pytestmark = pytest.mark.slow


def test_that_a_night_is_switched_dimmed_and_ended_each_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 17:37:20") as one:
            await one.settle()
            assert one.given() == [], "in daylight everything is as it should be"
            await one.wind(one.go("2026-01-15 17:38:10"), 10)  # the sun sets at 17:38:02
            await one.settle()
            assert sorted(one.given()) == [
                ("C1", "dim", "done"), ("C1", "on", "done"), ("C2", "dim", "done"), ("C2", "on", "done"),
            ]  # fmt: skip
            assert one.lamps.value["C1.on"] == 1
            assert one.lamps.writes.index(("C1.order", 1.0)) < one.lamps.writes.index(("C1.dimming", 100.0))
            await one.wind(one.go("2026-01-15 23:00:30"), 80)
            await one.settle()
            assert one.lamps.value["C2.dimming"] == 50
            assert len(one.given()) == 6

    asyncio.run(scenario())


def test_that_a_restart_at_night_takes_up_what_should_be_and_replays_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        lamps = Lamps(site())
        async with room(tmp_path, "2026-01-15 17:50", lamps) as one:
            await one.settle()
            assert lamps.value["C1.dimming"] == 100
        lamps.writes.clear()
        async with room(tmp_path, "2026-01-18 02:00", lamps) as one:  # saturday's night, after two days
            await one.settle()
            assert sorted(lamps.writes) == [("C1.dimming", 50.0), ("C2.dimming", 50.0)], "neither off nor on nor 10 %"
        lamps.writes.clear()
        async with room(tmp_path, "2026-01-18 02:10", lamps) as one:
            await one.settle()
            assert lamps.writes == []

    asyncio.run(scenario())


def test_that_nothing_is_asked_before_the_journal_tells_what_was_taken_in_hand(tmp_path: Path) -> None:
    async def scenario() -> None:
        place = site()
        one = Room(place, Lamps(place), schedule(NIGHT), tmp_path, at("2026-01-15 22:30"))
        one.journal._writer._connection.execute("PRAGMA query_only = 1")  # as on a disk that has become read-only
        async with running(one):
            await one.wind(5)
            assert one.lamps.writes == []
            one.journal._writer._connection.execute("PRAGMA query_only = 0")
            await one.until(lambda: one.lamps.value["C1.on"] == 1, "it is switched on, without a new start")

    asyncio.run(scenario())


def test_that_nothing_is_asked_before_the_link_is_good_and_then_what_should_be_then(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:59") as one:
            await one.wind(120, speaking=False)
            assert one.given() == []
            await one.settle()
            assert ("C1.dimming", 50.0) in one.lamps.writes
            assert ("C1.dimming", 100.0) not in one.lamps.writes, "what was missed is not replayed"
            one.lamps.value |= {"C1.on": 0.0, "C1.order": 0.0}  # the cabinet lost its supply, and its memory
            one.speak(Quality.NOT_CONNECTED)
            await one.wind(3, speaking=False)
            await one.until(lambda: one.lamps.value["C1.on"] == 1, "it is switched on again")

    asyncio.run(scenario())


def test_that_a_refused_command_is_told_and_not_tried_again_before_the_next_change(tmp_path: Path) -> None:
    async def scenario() -> None:
        lamps = Lamps(site())
        lamps.value["C1.fault"] = 1.0
        async with room(tmp_path, "2026-01-15 17:37:50", lamps) as one:
            await one.wind(20, 5)
            await one.settle()
            await one.wind(200, 5)
            await one.settle()
            assert [row for row in one.given() if row[0] == "C1"] == [("C1", "on", "refused")]
            trouble = one.scheduler.courses["C1"].trouble
            assert trouble
            assert "healthy" in trouble[1].en
        async with room(tmp_path, "2026-01-15 19:00", lamps) as one:
            await one.settle()
            assert len([row for row in one.given() if row[0] == "C1"]) == 1, "nor by a restart"
            one.lamps.value["C1.fault"] = 0.0
            one.scheduler.resume("C1", "ann")
            await one.until(lambda: one.lamps.value["C1.dimming"] == 100, "resumed by hand, it is tried again")

    asyncio.run(scenario())


@pytest.mark.parametrize("broken", ["C1.order", "C1.dimming"])
def test_that_a_failed_command_waits_for_the_next_planned_change(tmp_path: Path, broken: str) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 18:00") as one:
            one.lamps.broken = broken
            await one.settle()
            one.speak(Quality.NOT_CONNECTED)
            await one.wind(3, speaking=False)
            await one.settle()
            failed = [row for row in one.given() if row[2] == "failed"]
            assert len(failed) == 1, "once, although the link came back meanwhile"
            one.lamps.broken = ""
            await one.wind(one.go("2026-01-15 23:00:10"), 80)
            await one.settle()
            assert one.lamps.value["C1.on"] == 1
            assert one.lamps.value["C1.dimming"] == 50

    asyncio.run(scenario())


def test_that_a_command_by_hand_suspends_the_programme_until_the_next_change_and_is_journalled(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:00") as one:
            await one.settle()
            await one.command("C1", "off")
            await one.until(lambda: one.told("override"), "the override stands")
            (row,) = one.told("override")
            assert (row.who, row.subject, row.detail["until"]) == ("ann", "C1", at("2026-01-15 23:00"))
            await one.wind(one.go("2026-01-15 22:59:55"), 80)
            assert one.lamps.value["C1.on"] == 0, "left alone"
            await one.wind(10)
            await one.settle()
            assert one.scheduler.courses["C1"].override is None
            await one.until(lambda: [row.who for row in one.told("resume")] == ["@programmes"], "it is journalled")
            assert (one.lamps.value["C1.on"], one.lamps.value["C1.dimming"]) == (1, 50)

    asyncio.run(scenario())


def test_that_an_override_outlives_the_station_and_ends_at_sunrise_where_the_programme_says_so(tmp_path: Path) -> None:
    night = replace(NIGHT, override=Until.NIGHT)

    async def scenario() -> None:
        lamps = Lamps(site())
        async with room(tmp_path, "2026-01-15 22:00", lamps, night) as one:
            await one.settle()
            await one.command("C2", "dim", 80)
            await one.until(lambda: one.scheduler.courses["C2"].override, "the override stands")
        async with room(tmp_path, "2026-01-16 01:30", lamps, night) as one:
            await one.until(lambda: lamps.value["C1.dimming"] == 10, "the other lamp follows")
            await one.wind(5)
            assert lamps.value["C2.dimming"] == 80
            override = one.scheduler.courses["C2"].override
            assert override
            assert at("2026-01-16 08:40") < override.until < at("2026-01-16 08:50")
            await one.wind(one.go("2026-01-16 08:50"), 80)
            await one.settle()
            assert lamps.value["C2.on"] == 0

    asyncio.run(scenario())


def test_that_what_the_plan_itself_rules_out_is_not_asked_for(tmp_path: Path) -> None:
    """In June the sun is up before the lamps were to be full again: nobody asks a lamp that is off for a level."""
    late = replace(NIGHT, points=(*NIGHT.points[:2], point("07:00", dim(100)), point("sunrise", OFF)))

    async def scenario() -> None:
        async with room(tmp_path, "2026-06-21 02:00", None, late) as one:
            await one.settle()
            assert one.lamps.value["C1.dimming"] == 50
            await one.wind(one.go("2026-06-21 07:01"), 80)
            await one.settle()
            assert one.lamps.value["C1.on"] == 0
            assert [outcome for _, _, outcome in one.given()] == ["done"] * 6, "on, dim and off of two lamps"
            assert one.lamps.value["C1.dimming"] == 50
            assert one.scheduler.courses["C1"].trouble is None

    asyncio.run(scenario())


def test_that_a_command_a_killed_station_left_open_is_unknown_and_not_given_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        lamps = Lamps(site())
        deaf = Room(site(), lamps, schedule(NIGHT), tmp_path, at("2026-01-15 17:39"))
        lamps.value |= {"C2.on": 1.0, "C2.order": 1.0, "C2.dimming": 100.0}
        deaf.speak()
        order = find(deaf.site, Command("C1", "on"))
        await asyncio.wrap_future(deaf.desk.ledger.open(order, SCHEDULER, deaf.clock.now(), {}))
        deaf.journal.close()  # killed with the command in the ledger: nobody knows whether it left
        async with room(tmp_path, "2026-01-15 17:45", lamps) as one:
            await one.settle()
            assert one.given() == [("C1", "on", "unknown")]
            trouble = one.scheduler.courses["C1"].trouble
            assert trouble
            assert trouble[0] == "unknown"
            assert lamps.writes == []
            await one.wind(one.go("2026-01-15 22:59:50"), 80)
            await one.until(lambda: lamps.value["C1.dimming"] == 50, "with the next change it is asked for again")
            assert lamps.value["C1.on"] == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(("back", "stands"), [("2026-01-15 22:30", True), ("2026-01-16 12:00", False)])
def test_that_a_command_the_scheduler_did_not_live_to_hear_is_an_override_as_long_as_it_would_have_been(
    tmp_path: Path, back: str, stands: bool
) -> None:
    async def scenario() -> None:
        lamps = Lamps(site())
        async with room(tmp_path, "2026-01-15 22:00", lamps) as one:
            await one.settle()
        deaf = Room(site(), lamps, schedule(NIGHT), tmp_path, at("2026-01-15 22:10"))
        deaf.speak()
        await deaf.command("C1", "off")
        await deaf.desk.stop()
        deaf.journal.close()
        async with room(tmp_path, back, lamps) as one:
            heard = one.reader.commands(1)[0].id
            await one.until(lambda: one.scheduler._seen >= heard and not one.scheduler._open, "it has heard all")
            override = one.scheduler.courses["C1"].override
            assert (override.until if override else 0) == (at("2026-01-15 23:00") if stands else 0)
            assert lamps.value["C1.on"] == 0, "by hand, or by day"
            if not stands:
                await one.wind(2)
                assert one.told("override") == []

    asyncio.run(scenario())


def test_that_nothing_leaves_once_somebody_took_it_in_hand_while_it_was_looked_at(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 16:00") as one:
            await one.settle()
            plainly, end = one.scheduler._tried, at("2026-01-16 12:00")

            async def tried(lack: Lack, since: int) -> CommandRow | None:
                found = await plainly(lack, since)
                one.scheduler.override("C1", Override("C1", "ann", one.clock.now(), end, "time"))
                return found

            one.scheduler._tried = tried  # type: ignore[method-assign]
            await one.wind(one.go("2026-01-15 22:00"), 300)
            await one.until(lambda: one.lamps.value["C2.on"] == 1, "the others go on")
            assert "C1" not in [equipment for equipment, _, _ in one.given()]

    asyncio.run(scenario())


def test_that_a_command_by_hand_is_heard_among_thousands_of_others(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:00") as one:
            await one.settle()
            now = one.clock.now()
            row = (now, "ann", "C1", "off", "C1.order", "done", now)
            others = [(now, "ben", "X", "off", "X.order", "refused", now)] * 1500

            def work(database: SqliteDatabase) -> None:
                statement = "INSERT INTO commands(time, who, equipment, command, tag, outcome, closed_at)"
                plain(database).executemany(f"{statement} VALUES(?, ?, ?, ?, ?, ?, ?)", [row, *others])

            await asyncio.wrap_future(one.journal.submit(work))
            await one.until(lambda: one.scheduler.courses["C1"].override, "it is an override")

    asyncio.run(scenario())


@pytest.mark.parametrize("heard", [True, False])
def test_that_what_somebody_commands_when_a_programme_is_due_is_asked_for_behind_them(
    tmp_path: Path, heard: bool
) -> None:
    """`heard`: the scheduler knows of the command when its own is due; else the desk refuses it as too late."""

    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:59:50") as one:
            await one.settle()
            plainly, gate = one.lamps.write, asyncio.Event()

            async def slow(tag: Tag, raw: float, timeout_s: float) -> None:
                if raw == 70:
                    await gate.wait()
                await plainly(tag, raw, timeout_s)

            one.lamps.write = slow  # type: ignore[method-assign]
            await one.wind(one.go("2026-01-15 22:59:58"))
            await one.desk.submit(Command("C1", "dim", 70.0), ANN)
            one._at_work = lambda: any(course.busy for course in one.scheduler.courses.values())  # type: ignore[method-assign]
            await one.until(lambda: one.scheduler._open, "it is heard of")
            if heard:
                await one.until(lambda: one.lamps.value["C2.dimming"] == 50, "the other lamp is not kept waiting")
                await one.wind(1)
                assert one.lamps.value["C1.dimming"] == 100
            else:
                one.scheduler._open.clear()
                await one.until(lambda: ("C1", "dim", "refused") in one.given(), "the desk has refused it")
            gate.set()
            await one.until(lambda: one.lamps.value["C1.dimming"] == 50, "then it is the programme's turn")
            await one.settle()
            assert ("C1.dimming", 70.0) in one.lamps.writes
            assert one.scheduler.courses["C1"].trouble is None
            assert one.told("override") == [], "the planned change had come before the outcome"

    asyncio.run(scenario())


def test_that_an_outcome_heard_after_somebody_resumed_holds_nothing_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:00") as one:
            await one.settle()
            before = one.clock.now()
            await one.wind(2)
            one.scheduler.resume("C1", "ann")

            def work(database: SqliteDatabase) -> None:
                statement = "INSERT INTO commands(time, who, equipment, command, tag, outcome, closed_at)"
                row = (before, "ann", "C1", "off", "C1.order", "unknown", before)
                plain(database).execute(f"{statement} VALUES(?, ?, ?, ?, ?, ?, ?)", row)

            await asyncio.wrap_future(one.journal.submit(work))
            heard = one.reader.commands(1)[0].id
            await one.until(lambda: one.scheduler._seen >= heard, "it has heard it")
            assert one.scheduler.courses["C1"].override is None

    asyncio.run(scenario())


def test_that_a_refused_command_by_hand_is_no_override(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 12:00") as one:
            await one.settle()
            with pytest.raises(Exception, match="lit"):
                await one.command("C1", "dim", 40)
            await one.wind(5)
            assert one.told("override") == []

    asyncio.run(scenario())


def test_that_a_condition_that_does_not_hold_keeps_the_programme_back(tmp_path: Path) -> None:
    async def scenario(mode: float) -> Room:
        waiting = replace(NIGHT, condition=Formula("not mode", parse("not mode")))
        lamps = Lamps(site())
        lamps.value["C1.mode"] = mode
        folder = tmp_path / str(mode)
        folder.mkdir()
        async with room(folder, "2026-01-15 18:00", lamps, waiting) as one:
            await one.settle()
            assert lamps.value["C2.on"] == 1
            if mode:
                await one.until(lambda: [row.subject for row in one.told("held")] == ["C1"], "it is journalled")
        return one

    assert asyncio.run(scenario(1.0)).lamps.value["C1.on"] == 0
    assert asyncio.run(scenario(0.0)).lamps.value["C1.on"] == 1


@pytest.mark.parametrize("jump", [-3 * 3600, 40 * 3600])
def test_that_a_clock_that_was_set_is_followed_and_journalled(tmp_path: Path, jump: int) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-16 00:30") as one:
            await one.settle()
            assert one.lamps.value["C1.dimming"] == 50
            one.scheduler.resume("C1", "ann")
            one.clock._now += jump * 1_000_000_000
            one.station.table.forget_times(one.clock.now())
            await one.wind(3)
            await one.settle()
            await one.until(lambda: one.told("clock"), "it is journalled")
            (row,) = one.told("clock")
            assert abs((row.detail["to"] - row.detail["from"]) / 1e9 - jump) < 5
            assert one.lamps.value["C1.dimming"] == (100 if jump < 0 else 50)
            assert one.lamps.value["C1.on"] == (1 if jump < 0 else 0)
            if jump < 0:
                await one.command("C1", "off")
                await one.until(lambda: one.scheduler.courses["C1"].override, "it is in hand, though resumed later")

    asyncio.run(scenario())


def test_that_many_are_begun_with_gently(tmp_path: Path) -> None:
    async def scenario() -> None:
        place = site(40)
        many = replace(NIGHT, equipment=tuple(f"C{n + 1}" for n in range(40)))
        one = Room(place, Lamps(place), replace(schedule(many), per_second=5.0), tmp_path, at("2026-01-15 18:00"))
        async with running(one):
            await one.until(lambda: one.lamps.writes, "the first writes")
            assert len({tag.partition(".")[0] for tag, _ in one.lamps.writes}) <= 5
            await one.settle()
            assert sum(one.lamps.value[f"C{n + 1}.on"] for n in range(40)) == 40
            assert (one.clock.now() - at("2026-01-15 18:00")) / 1e9 >= 6

    asyncio.run(scenario())
