"""Lock-outs: who may, what they hold, and that it takes two to take one off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from supervisor.clock import SystemClock
from supervisor.desk.lock_outs import LONGEST, LockOuts, last_known, lock_acts, standing
from supervisor.desk.order import Command
from supervisor.desk.proof import check_ledger
from supervisor.desk.states import Stage
from supervisor.errors import Refused
from supervisor.journal import Journal
from supervisor.journal_tables import LockNameTable
from supervisor.model import Site, Text
from tests.supervisor.pumphouse import ANN, EVE, NED, SID, SUE, House, house, patient
from tests.supervisor.test_desk_waiting import password

WHY = "roue bouchée, les mains dedans"


async def refused(act: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as caught:
        await act
    assert caught.value.text.fr
    assert caught.value.text.fr != caught.value.text.en
    return caught.value


def marks(one: House, id_: str) -> tuple[int, int]:
    board, row = one.desk.lock_outs.board, one.site.equipment_by_id[id_].index
    return int(board["locks"][row]), int(board["inside"][row])


def test_that_it_holds_the_equipment_and_its_parts_and_the_refusal_says_who_when_and_why(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            locks = one.desk.lock_outs
            number = await locks.hang("W", WHY, ANN)
            assert marks(one, "W.P1") == (1, 0)
            why = await refused(one.do("stop", user=SUE))
            assert why.check == "lock_out"
            for word in ("consigné par Ann", WHY, "/20"):
                assert word in why.text.fr
            assert (await refused(one.desk.select(Command("W.P1", "panic"), SUE))).check == "lock_out"
            assert one.last().refused_by == "lock_out"
            await locks.ask(number, "", ANN)
            assert (await refused(one.do("stop"))).check == "lock_out", "asking for its release releases nothing"
            await locks.confirm(number, ("", ""), NED)
            assert marks(one, "W.P1") == (0, 0)
            assert (await one.do("stop")).stage is Stage.DONE
            kinds = [(row.kind, row.who) for row in one.reader.search(category="lockout")][::-1]
            assert kinds == [("hang_lock", "ann"), ("ask_release", "ann"), ("release_lock", "ned")]
            assert one.reader.verify().whole

    asyncio.run(scenario())


def test_that_a_lock_out_of_a_part_shows_on_its_owner_and_leaves_the_owner_free(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            await one.desk.lock_outs.hang("W.P1", WHY, ANN)
            assert (marks(one, "W.P1"), marks(one, "W")) == ((1, 0), (0, 1))
            assert one.desk.lock_outs.on(one.site.equipment_by_id["W"]) is None

    asyncio.run(scenario())


def test_that_each_hangs_their_own_and_the_last_one_frees_the_equipment(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            locks = one.desk.lock_outs
            numbers = {user.id: await locks.hang("W.P1", WHY, user) for user in (ANN, NED)}
            assert marks(one, "W.P1") == (2, 0)
            assert (await refused(locks.hang("W.P1", WHY, ANN))).check == "twice"
            await locks.ask(numbers["ann"], "", ANN)
            await locks.confirm(numbers["ann"], ("", ""), NED)
            assert "Ned" in (await refused(one.do("stop"))).text.fr
            await locks.ask(numbers["ned"], "", NED)
            await locks.confirm(numbers["ned"], ("", ""), ANN)
            assert (await one.do("stop")).stage is Stage.DONE

    asyncio.run(scenario())


def test_that_the_second_person_is_another_with_a_right_who_proves_it_at_a_seat_that_is_not_theirs(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            locks = one.desk.lock_outs
            number = await locks.hang("W.P1", WHY, ANN)
            assert (await refused(locks.confirm(number, ("", ""), NED))).check == "unasked"
            assert (await refused(locks.ask(number, "", NED))).check == "right"
            await locks.ask(number, "", ANN)
            assert (await refused(locks.confirm(number, ("", ""), ANN))).check == "second"
            assert (await refused(locks.confirm(number, ("", ""), SID))).check == "right"
            assert (await refused(locks.confirm(number, ("", ""), EVE))).check == "right"
            assert (await refused(locks.confirm(number, ("ned", "ned's"), ANN))).check == "proof"
            locks.prove = password
            assert (await refused(locks.confirm(number, ("ned", "guess"), ANN))).check == "password"
            assert (await refused(locks.confirm(number, ("ann", "ann's"), ANN))).check == "second"
            await locks.confirm(number, ("ned", "ned's"), ANN)
            released = one.reader.search(category="lockout")[0]
            assert (released.who, released.detail["holder"], released.detail["seat"]) == ("ned", "ann", "ann")
            refusals = [row.result for row in one.reader.search(category="access")]
            assert {"unasked", "right", "second", "proof", "password"} <= set(refusals)

    asyncio.run(scenario())


def test_that_a_supervisor_asks_for_a_holder_who_has_gone_and_still_it_takes_two(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            locks = one.desk.lock_outs
            number = await locks.hang("W.P1", WHY, ANN)
            assert (await refused(locks.ask(number, " ", SUE))).check == "reason"
            await locks.ask(number, "Ann est rentrée, joignable au 06", SUE)
            assert (await refused(locks.confirm(number, ("", ""), SUE))).check == "second"
            await locks.keep(number, ANN)
            assert (await refused(locks.confirm(number, ("", ""), NED))).check == "unasked"
            await locks.ask(number, "Ann est rentrée", SUE)
            await locks.confirm(number, ("", ""), NED)
            assert locks.standing == {}

    asyncio.run(scenario())


@pytest.mark.parametrize("reason", ["", "   ", "x" * (LONGEST + 1)])
def test_that_a_lock_out_has_a_reason_and_a_person_who_may(tmp_path: Path, reason: str) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            locks = one.desk.lock_outs
            assert (await refused(locks.hang("W.P1", reason, ANN))).check == "reason"
            assert (await refused(locks.hang("W.P1", WHY, SID))).check == "right"
            assert (await refused(locks.hang("nowhere", WHY, ANN))).check == "unknown"
            assert (await refused(locks.ask(99, "", ANN))).check == "unknown"
            assert locks.standing == {}
            assert not locks.board["locks"].any()

    asyncio.run(scenario())


def test_that_what_stands_is_there_again_after_a_restart_with_its_wish_to_be_released(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.lock_outs.hang("W", WHY, ANN)
            await one.desk.lock_outs.ask(number, "", ANN)
            before = one.desk.lock_outs.standing
        async with house(tmp_path, patient()) as one:
            assert one.desk.lock_outs.standing == before
            assert marks(one, "W.P1") == (1, 0)
            assert (await refused(one.do("start"))).check == "lock_out"
            await one.desk.lock_outs.confirm(number, ("", ""), NED)
            assert await one.desk.lock_outs.hang("W", WHY, ANN) > number, "no number is given twice"

    asyncio.run(scenario())


@pytest.mark.logs("can't be journalled")
def test_that_it_holds_at_once_and_where_it_cannot_be_journalled_nothing_changes(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            locks = one.desk.lock_outs
            hanging = asyncio.ensure_future(locks.hang("W", WHY, ANN))
            await asyncio.sleep(0)
            assert one.desk.refusal(Command("W.P1", "stop"), NED) is not None
            number = await hanging
            await locks.ask(number, "", ANN)
            one.journal.submit(lambda database: database.pragma("query_only", 1)).result(5)
            assert (await refused(locks.confirm(number, ("", ""), NED))).check == "journal"
            assert (await refused(locks.hang("W.P1", WHY, NED))).check == "journal"
            assert list(locks.standing) == [number]
            assert (marks(one, "W"), marks(one, "W.P1")) == ((1, 0), (1, 0))

    asyncio.run(scenario())


def test_that_a_lock_out_hung_while_a_command_waits_keeps_it_from_leaving(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.submit(Command("W.P1", "flush"), ANN)
            await one.desk.lock_outs.hang("W.P1", WHY, SUE)
            assert (await refused(one.desk.approve(number, NED))).check == "lock_out"
            assert one.device.writes == []

    asyncio.run(scenario())


def test_that_the_acts_of_a_window_do_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            one.desk.lock_outs.prove = password
            acts = lock_acts(one.desk.lock_outs)
            number = (await acts["hang_lock"](ANN, {"equipment": "W.P1", "reason": WHY}))["id"]
            await acts["ask_release"](ANN, {"id": number})
            await acts["keep_lock"](ANN, {"id": number})
            await acts["ask_release"](ANN, {"id": number})
            await acts["release_lock"](ANN, {"id": number, "second": "sue", "password": "sue's"})
            assert one.desk.lock_outs.standing == {}

    asyncio.run(scenario())


@pytest.mark.logs("can't be read")
def test_that_a_station_that_cannot_read_them_holds_everything_still(tmp_path: Path) -> None:
    async def scenario() -> None:
        closed = Journal(tmp_path / "closed.db", SystemClock())
        closed.close()
        async with house(tmp_path, patient()) as one:
            one.desk.lock_outs = LockOuts(one.site, closed, one.clock)
            why = await refused(one.do("stop", user=SUE))
            assert why.check == "lock_out"
            assert "redémarrez" in why.text.fr
            assert one.device.writes == []

    asyncio.run(scenario())


def test_that_who_keeps_a_lock_out_is_not_overtaken_by_who_takes_it_off(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            locks = one.desk.lock_outs
            number = await locks.hang("W.P1", WHY, ANN)
            await locks.ask(number, "", ANN)
            ends = await asyncio.gather(
                locks.keep(number, ANN), locks.confirm(number, ("", ""), NED), return_exceptions=True
            )
            assert ends[0] is None
            assert isinstance(ends[1], Refused)
            assert marks(one, "W.P1") == (1, 0)
            await locks.ask(number, "", ANN)
            ends = await asyncio.gather(
                locks.confirm(number, ("", ""), NED), locks.keep(number, ANN), return_exceptions=True
            )
            assert ends[0] is None
            assert isinstance(ends[1], Refused), "there is nothing left to keep"
            assert (marks(one, "W.P1"), locks.standing) == ((0, 0), {})
            assert not check_ledger(tmp_path / "journal.db")

    asyncio.run(scenario())


def shrunk(plant: Site, area: str = "north") -> Site:
    """The same site after its pump was renamed in the folder, and perhaps its area too."""
    things = tuple(
        replace(one, id="W.P9", name=Text("Pompe neuve", "New pump")) if one.id == "W.P1" else one
        for one in plant.equipment
    )
    tags = tuple(replace(tag, equipment=things[tag.equipment.index]) for tag in plant.tags)
    return replace(plant, equipment=things, tags=tags, areas={one: plant.areas[one] for one in ("city", area)})


def test_that_one_whose_equipment_left_the_site_is_told_by_its_last_name_and_comes_off_by_two(tmp_path: Path) -> None:
    async def scenario() -> None:
        old = patient()
        things = tuple(
            replace(one, name=Text("Pompe du puits", "Well pump")) if one.id == "W.P1" else one for one in old.equipment
        )
        async with house(tmp_path, replace(old, equipment=things)) as one:
            await one.desk.lock_outs.hang("W.P1", WHY, ANN)
            await one.desk.lock_outs.hang("W", WHY, NED)
        async with house(tmp_path, shrunk(patient())) as one:
            locks = one.desk.lock_outs
            told = {lock.equipment: lock for lock in standing(one.journal.path)}
            gone = told["W.P1"]
            assert (gone.name.fr, gone.area, last_known(gone).en) == ("Pompe du puits", "north", "Well pump")
            assert gone.id in locks.standing
            assert marks(one, "W.P9") == (1, 0), "what stands on its owner holds the new one; its own holds nothing"
            assert int(locks.board["gone"].sum()) == 1, "and every window is told that there is one"
            assert (await refused(locks.ask(gone.id, "", SID))).check == "right", "the area it stood in is not his"
            await locks.ask(gone.id, "remplacée par P9", SUE)
            assert (await refused(locks.confirm(gone.id, ("", ""), ANN))).check == "second", "it is hers"
            assert (await refused(locks.confirm(gone.id, ("", ""), SID))).check == "right"
            await locks.keep(gone.id, ANN)
            await locks.ask(gone.id, "", ANN)
            await locks.confirm(gone.id, ("", ""), NED)
            assert [lock.equipment for lock in standing(one.journal.path)] == ["W"]
            assert ("orphan", "W.P1") in [(row.kind, row.subject) for row in one.reader.search(category="lockout")]
            row = one.reader.search("W.P1", category="lockout")[0]
            assert (row.kind, row.who, row.area) == ("release_lock", "ned", "north")
            assert one.reader.verify().whole
        assert check_ledger(tmp_path / "journal.db") == []

    asyncio.run(scenario())


def test_that_one_whose_area_left_too_is_for_who_may_everywhere_and_an_unnamed_one_keeps_its_id(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.lock_outs.hang("W.P1", WHY, NED)
            one.journal.submit(lambda database: LockNameTable.delete().execute(database)).result()
        async with house(tmp_path, shrunk(patient(), "south")) as one:
            locks = one.desk.lock_outs
            gone = locks.standing[number]
            assert (gone.area, last_known(gone).fr) == ("", "W.P1")
            assert (await refused(locks.ask(number, "je suis là", SID))).check == "right"
            await locks.ask(number, "ancien repère", SUE)
            assert (await refused(locks.confirm(number, ("", ""), NED))).check == "second"
            await locks.confirm(number, ("", ""), ANN)
            assert standing(one.journal.path) == []

    asyncio.run(scenario())


def test_that_a_name_that_changed_since_is_the_last_known_one(tmp_path: Path) -> None:
    async def scenario() -> None:
        plants = [patient(), patient(), shrunk(patient())]
        things = [replace(one, name=Text("Pompe rénovée", "Renewed pump")) for one in plants[1].equipment]
        plants[1] = replace(plants[1], equipment=tuple(things))
        for plant in plants:
            async with house(tmp_path, plant) as one:
                if plant is plants[0]:
                    await one.desk.lock_outs.hang("W.P1", WHY, ANN)
                names = [lock.name.fr for lock in one.desk.lock_outs.standing.values()]
        assert names == ["Pompe rénovée"]

    asyncio.run(scenario())
