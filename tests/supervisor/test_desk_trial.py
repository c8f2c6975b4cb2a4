"""Trials of commissioning go through the desk: an engineer's right, the interlocks, the ledger, the read-back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from supervisor.desk.acts import trial_acts
from supervisor.desk.order import Command, find
from supervisor.desk.states import Stage
from supervisor.desk.trial import TEST
from supervisor.driver import Examined
from supervisor.errors import ReadFailed, Refused
from supervisor.model import CommandSpec, Comparison, Interlock, Operator, Role, Tag, Text, User
from tests.supervisor.pumphouse import ANN, House, house, site

ENA = User("ena", "Ena", Role.ENGINEER)


async def write(one: House, tag: str, value: float, user: User = ENA) -> Stage:
    answer = await trial_acts(one.desk)["test_write"](user, {"tag": tag, "value": value})
    return (await one.desk.outcome(answer["id"])).stage


def test_that_a_test_write_is_journalled_written_and_read_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            assert await write(one, "W.P1.speed", 33) is Stage.DONE
            assert one.device.writes == [("W.P1.speed", 330.0)]
            row = one.last()
            assert (row.who, row.equipment, row.command, row.tag) == ("ena", "W.P1", TEST, "W.P1.speed")
            assert one.steps() == ["requested", "checked", "journalled", "written", "read_back", "outcome"]

    asyncio.run(scenario())


def test_that_a_test_write_takes_an_engineer_and_a_refusal_is_kept(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            with pytest.raises(Refused) as refused:
                await write(one, "W.P1.speed", 33, ANN)
            assert refused.value.check == "right"
            assert one.last().outcome == "refused"
            assert one.device.writes == []

    asyncio.run(scenario())


def test_that_a_test_write_goes_nowhere_a_command_may_not_go(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            one.device.registers["W.level"] = 0.1
            await asyncio.sleep(0.1)
            with pytest.raises(Refused) as refused:
                await write(one, "W.P1.order", 1)
            assert refused.value.check == "interlock"
            assert await write(one, "W.P1.order", 0) is Stage.DONE
            with pytest.raises(Refused) as refused:
                await write(one, "W.P1.speed", 61)
            assert refused.value.check == "range"

    asyncio.run(scenario())


def test_that_a_test_write_is_no_way_round_two_persons_rates_steps_or_an_interlock_of_the_same_name() -> None:
    def limits(*ids: str, value: float = 1.0) -> CommandSpec:
        plant = site()
        given = dict(plant.equipment_by_id["W.P1"].type.commands)
        kept = {id_: given[id_] for id_ in ids}
        plant.equipment_by_id["W.P1"].type.commands.clear()  # type: ignore[attr-defined]
        plant.equipment_by_id["W.P1"].type.commands.update(kept)  # type: ignore[attr-defined]
        return find(plant, Command("W.P1", TEST, value, f"W.P1.{given[ids[0]].tag}")).spec

    assert limits("drain").approval == 2
    assert limits("drain", "start").approval == 1, "start does the same for one person"
    assert limits("drain", "stop", value=0.0).approval == 1
    assert limits("pulse").rate_s == 60
    assert limits("trim").max_step == 5
    assert limits("trim", "speed").max_step != limits("trim", "speed").max_step
    plant = site()
    pump = plant.equipment_by_id["W.P1"].type
    other = Interlock(Comparison("current", Operator.LT, 1.0), Text("à l'arrêt", "enough water"))
    pump.commands["drain"] = replace(pump.commands["drain"], interlocks=(other,))  # type: ignore[index]
    spec = find(plant, Command("W.P1", TEST, 1.0, "W.P1.order")).spec
    assert {lock.name.fr for lock in spec.interlocks} >= {"à l'arrêt", "assez d'eau"}


@pytest.mark.parametrize("tag", ["W.level", "W.P1.current", "W.P1.nothing", "nowhere.order", ""])
def test_that_what_cannot_be_written_is_refused(tag: str) -> None:
    with pytest.raises(Refused):
        find(site(), Command(tag.rpartition(".")[0], TEST, 1.0, tag))


def test_that_a_test_read_shows_what_is_on_the_wire_to_an_engineer_only(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            read = trial_acts(one.desk)["test_read"]
            without = await read(ENA, {"tag": "W.level"})
            assert "shows no value as it is on the wire" in without["error"]

            async def examine(tag: Tag, timeout_s: float) -> Examined:
                if tag.spec.id != "level":
                    raise ReadFailed("the device refused: exception 2")
                return Examined(b"\x41\xc8", "16840")

            one.device.examine = examine  # type: ignore[attr-defined]
            assert await read(ENA, {"tag": "W.level"}) == {"raw": "41c8", "text": "16840", "error": ""}
            assert "exception 2" in (await read(ENA, {"tag": "W.P1.speed"}))["error"]
            for user, tag in ((ANN, "W.level"), (ENA, "W.nothing"), (ENA, "L.connected")):
                with pytest.raises(Refused):
                    await read(user, {"tag": tag})

    asyncio.run(scenario())
