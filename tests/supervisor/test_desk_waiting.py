"""Commands that wait for a person: selected before they are operated, or for two persons; and what is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from supervisor.desk.command_acts import command_acts
from supervisor.desk.order import Command
from supervisor.desk.states import Stage
from supervisor.errors import Refused
from supervisor.flow import Batch
from supervisor.model import CommandClass, Quality, Role, Tag, User
from supervisor.people import People
from tests import patience
from tests.supervisor.pumphouse import ANN, EVE, NED, SID, SUE, House, house, patient, site

TRIP, DRAIN, FLUSH = (Command("W.P1", name) for name in ("trip", "drain", "flush"))


async def until(holds: Callable[[], object]) -> None:
    await patience.until(holds, 20)


async def refused(act: object) -> Refused:
    with pytest.raises(Refused) as caught:
        await act  # type: ignore[misc]
    assert caught.value.text.fr
    assert caught.value.text.fr != caught.value.text.en
    return caught.value


def occupied(one: House) -> int:
    return int(one.desk.lock_outs.board["command"][one.site.equipment_by_id["W.P1"].index])


async def password(id_: str, given: str) -> User:
    if given != f"{id_}'s":
        raise Refused("password", replace(ANN_TEXT))
    return site().users[id_]


ANN_TEXT = Refused("x", replace(site().name, fr="Mot de passe erroné.", en="Wrong password.")).text


# ------------------------------------------------------------ select before operate


def test_that_a_selected_command_reserves_its_equipment_until_it_is_operated(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.select(TRIP, ANN)
            assert occupied(one) == number
            assert (await refused(one.desk.submit(Command("W.P1", "stop"), NED))).check == "busy"
            assert one.device.writes == []
            await one.desk.operate(number, ANN)
            assert (await one.desk.outcome(number)).stage is Stage.DONE
            assert occupied(one) == 0
            assert one.device.writes == [("W.P1.order", 0.0)]
            assert one.steps(number)[:4] == ["requested", "checked", "selected", "journalled"]

    asyncio.run(scenario())


def test_that_a_selection_lapses_by_itself_and_nothing_is_sent(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.select(Command("W.P1", "blink"), ANN)
            outcome = await one.desk.outcome(number)
            assert (outcome.stage, one.last().refused_by) == (Stage.REFUSED, "lapsed")
            assert (await refused(one.desk.operate(number, ANN))).check == "gone"
            assert one.device.writes == []
            assert occupied(one) == 0
            assert (await one.do("stop")).stage is Stage.DONE

    asyncio.run(scenario())


def test_that_only_who_selected_operates_and_only_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.select(FLUSH, ANN)
            assert (await refused(one.desk.operate(number, NED))).check == "right"
            trip = await one.desk.cancel(number, ANN) or await one.desk.select(TRIP, ANN)
            answers = await asyncio.gather(*(one.desk.operate(trip, ANN) for _ in range(3)), return_exceptions=True)
            assert sum(isinstance(answer, Refused) for answer in answers) == 2
            await one.desk.outcome(trip)
            assert len(one.device.writes) == 1

    asyncio.run(scenario())


def test_that_an_interlock_that_broke_since_the_selection_stops_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            spec = replace(one.site.types["pump"].commands["drain"], approval=1, select_s=30)
            one.site.types["pump"].commands["drain"] = spec  # type: ignore[index]
            number = await one.desk.select(DRAIN, ANN)
            one.device.registers["W.level"] = 0.1
            await until(lambda: one.table.columns["value"][one.device.index["W.level"]] < 0.2)
            assert (await refused(one.desk.operate(number, ANN))).check == "interlock"
            assert (one.last().outcome, one.last().refused_by) == ("refused", "interlock")
            assert one.device.writes == []
            assert occupied(one) == 0

    asyncio.run(scenario())


def test_that_a_window_cannot_skip_the_selection_and_a_round_need_not_make_one(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            acts = command_acts(one.desk)
            words = {"equipment": "W.P1", "command": "trip"}
            assert (await refused(acts["submit"](ANN, words))).check == "select"
            number = (await acts["select"](ANN, words))["id"]
            await acts["operate"](ANN, {"id": number})
            assert (await one.desk.outcome(number)).stage is Stage.DONE
            assert (await one.do("trip")).stage is Stage.DONE
            assert one.steps()[:4] == ["requested", "checked", "selected", "journalled"]

    asyncio.run(scenario())


# ------------------------------------------------------------ two persons


def test_that_a_command_for_two_waits_for_the_second_and_names_both(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.submit(FLUSH, ANN)
            assert one.steps(number) == ["requested", "checked", "selected", "awaiting"]
            assert (await refused(one.desk.approve(number, ANN))).check == "second"
            assert (await refused(one.desk.approve(number, SID))).check == "right"
            assert (await refused(one.desk.approve(number, EVE))).check == "right"
            assert one.device.writes == []
            await one.desk.approve(number, NED)
            assert (await one.desk.outcome(number)).stage is Stage.DONE
            steps = [step.step for step in one.reader.steps(number)]
            assert steps[3:6] == ["awaiting", "approved", "journalled"]
            chained = {row.kind: row for row in one.reader.search("W.P1", category="command")}
            assert (chained["approved"].who, chained["requested"].who) == ("ned", "ann")
            assert one.reader.verify().whole

    asyncio.run(scenario())


def test_that_the_second_person_may_prove_it_at_the_seat_of_the_first(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.submit(FLUSH, ANN)
            assert (await refused(one.desk.approve(number, ANN, ("ned", "ned's")))).check == "proof"
            one.desk.lock_outs.prove = password
            assert (await refused(one.desk.approve(number, ANN, ("ned", "guess")))).check == "password"
            assert (await refused(one.desk.approve(number, ANN, ("ann", "ann's")))).check == "second"
            assert one.device.writes == []
            await one.desk.approve(number, ANN, ("ned", "ned's"))
            assert (await one.desk.outcome(number)).stage is Stage.DONE
            approved = next(row for row in one.reader.search("W.P1") if row.kind == "approved")
            assert (approved.who, approved.detail["seat"]) == ("ned", "ann")
            assert "ned's" not in (tmp_path / "journal.db").read_bytes().decode("latin-1")

    asyncio.run(scenario())


def test_that_what_nobody_approves_expires_and_what_is_declined_is_over(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.submit(DRAIN, ANN)
            assert (await one.desk.outcome(number)).stage is Stage.REFUSED
            assert one.last().refused_by == "expired"
            number = await one.desk.submit(FLUSH, ANN)
            await one.desk.decline(number, SUE)
            outcome = await asyncio.to_thread(one.reader.command, number)
            assert outcome
            assert (outcome.outcome, outcome.refused_by) == ("refused", "declined")
            assert "Sue" in outcome.reason_fr
            assert one.device.writes == []
            assert (await refused(one.desk.approve(number, NED))).check == "gone"

    asyncio.run(scenario())


def test_that_selection_and_approval_may_both_be_asked_of_one_command(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.select(FLUSH, ANN)
            assert (await refused(one.desk.approve(number, NED))).check == "gone"
            await one.desk.operate(number, ANN)
            assert one.device.writes == []
            await one.desk.approve(number, NED)
            assert (await one.desk.outcome(number)).stage is Stage.DONE

    asyncio.run(scenario())


# ------------------------------------------------------------ cancel, stop


def test_that_a_command_is_cancelled_by_its_author_or_a_supervisor_before_it_left(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            for who in (ANN, SUE):
                number = await one.desk.submit(FLUSH, ANN)
                assert (await refused(one.desk.cancel(number, NED))).check == "right"
                await one.desk.cancel(number, who)
                assert (one.last().outcome, one.last().refused_by) == ("refused", "cancelled")
                assert who.name in one.last().reason_fr
            assert one.device.writes == []

    asyncio.run(scenario())


def test_that_what_was_sent_cannot_be_taken_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            held = asyncio.Event()

            async def hold(tag: Tag, raw: float) -> None:
                await held.wait()
                await one.device.obey(tag, raw)

            one.device.answer = hold
            number = await one.desk.submit(Command("W.P1", "stop"), ANN)
            await until(lambda: one.device.writes)
            assert (await refused(one.desk.cancel(number, ANN))).check == "sent"
            held.set()
            assert (await one.desk.outcome(number)).stage is Stage.DONE
            assert (await refused(one.desk.cancel(number, ANN))).check == "gone"

    asyncio.run(scenario())


def test_that_a_station_that_stops_says_of_what_waits_that_it_was_not_sent(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.submit(FLUSH, ANN)
            waiting = asyncio.create_task(one.desk.outcome(number))
            await asyncio.sleep(0)
            await one.desk.stop()
            assert (await waiting).stage is Stage.REFUSED
            assert (one.last().outcome, one.last().refused_by) == ("refused", "stopped")

    asyncio.run(scenario())


@pytest.mark.logs("not in the ledger")
def test_that_an_approval_that_cannot_be_journalled_sends_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.submit(FLUSH, ANN)

            one.journal.submit(lambda database: database.pragma("query_only", 1)).result(5)
            assert (await refused(one.desk.approve(number, NED))).check == "journal"
            assert one.device.writes == []
            assert occupied(one) == 0

    asyncio.run(scenario())


# ------------------------------------------------------------ classes, rates, steps, permissives


def test_that_a_right_is_a_role_in_an_area_for_a_class_and_nobody_is_kept_from_an_emergency() -> None:
    people, pump = People(site()), site().equipment_by_id["W.P1"]
    commands = pump.type.commands
    fitter = replace(ANN, classes=frozenset({CommandClass.NORMAL, CommandClass.MAINTENANCE}))
    table = {
        (ANN, "start"): True, (ANN, "trip"): True, (ANN, "grease"): False, (ANN, "panic"): True,
        (SUE, "grease"): True, (SID, "panic"): False, (EVE, "panic"): False,
        (fitter, "start"): True, (fitter, "grease"): True, (fitter, "trip"): False, (fitter, "panic"): True,
    }  # fmt: skip
    assert {key: people.may(key[0], commands[key[1]], pump) for key in table} == table
    assert fitter.role >= Role.OPERATOR


def test_that_a_command_is_not_given_more_often_than_its_rate_even_after_a_restart(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            assert (await one.do("pulse")).stage is Stage.DONE
            again = await refused(one.do("pulse"))
            assert again.check == "rate"
            assert "60 s" in again.text.fr
            assert (await one.do("start")).stage is Stage.DONE, "the rate is of one command"
        async with house(tmp_path, patient()) as one:
            assert (await refused(one.do("pulse"))).check == "rate"

    asyncio.run(scenario())


def test_that_a_setpoint_goes_no_further_at_once_than_its_step(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            one.device.registers["W.P1.speed"] = 300.0
            await until(lambda: one.table.columns["value"][one.device.index["W.P1.speed"]] == 30.0)
            assert (await one.do("trim", 35)).stage is Stage.DONE
            assert (await refused(one.do("trim", 29))).check == "step"
            one.device.polling = False
            one.station.absorb(Batch.of([one.device.index["W.P1.speed"]], 30.0, one.clock.now(), Quality.STALE))
            assert (await refused(one.do("trim", 34))).check == "step"

    asyncio.run(scenario())


def test_that_a_permissive_must_hold_when_it_is_asked_and_bad_quality_satisfies_none(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            assert (await one.do("prime")).stage is Stage.DONE, "it started with no current, and draws some now"
            told = one.reader.steps(one.last().id)[1].detail["interlocks"]
            assert (told["current"], told["t"]) == (0.0, 1.0)
            assert (await refused(one.do("prime"))).check == "permissive"
            one.device.polling = False
            one.station.absorb(Batch.of([one.device.index["W.P1.current"]], 0.0, one.clock.now(), Quality.STALE))
            why = await refused(one.do("prime"))
            assert why.check == "permissive"
            assert "cannot be verified" in why.text.en

    asyncio.run(scenario())


def test_that_a_dry_run_refuses_as_the_desk_would_and_leaves_no_trace(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            assert one.desk.refusal(Command("W.P1", "start"), ANN) is None
            why = one.desk.refusal(Command("W.P1", "start"), EVE)
            assert why
            assert why.check == "right"
            assert one.reader.commands() == []

    asyncio.run(scenario())


def test_that_rights_that_ended_since_the_selection_are_none_when_it_is_operated(tmp_path: Path) -> None:
    async def scenario() -> None:
        plant = patient()
        given = plant.equipment_by_id["W.P1"].type.commands
        given["trip"] = replace(given["trip"], role=Role.SUPERVISOR)  # type: ignore[index]
        async with house(tmp_path, plant) as one:
            lent = replace(ANN, role=Role.SUPERVISOR)
            number = await one.desk.select(TRIP, lent)
            assert (await refused(one.desk.operate(number, ANN))).check == "right"
            assert (one.last().outcome, one.last().refused_by, one.device.writes) == ("refused", "right", [])
            number = await one.desk.select(TRIP, lent)
            await one.desk.operate(number, lent)
            assert (await one.desk.outcome(number)).stage is Stage.DONE

    asyncio.run(scenario())


def test_that_nothing_leaves_in_the_name_of_somebody_who_was_disabled_meanwhile(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            number = await one.desk.submit(FLUSH, ANN)
            one.desk.rights = lambda user: None if user.id == "ann" else user
            why = await refused(one.desk.approve(number, NED))
            assert (why.check, "Ann" in why.text.fr) == ("right", True)
            assert (one.last().outcome, one.last().refused_by) == ("refused", "right")
            assert (await refused(one.do("start"))).check == "right"
            assert one.device.writes == []
            assert (await one.do("start", user=NED)).stage is Stage.DONE

    asyncio.run(scenario())
