"""From a click to a register and back, over the real road, with a device that behaves, lies or vanishes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from supervisor.desk.order import Command
from supervisor.desk.states import Stage
from supervisor.errors import Refused, WriteFailed, WriteUnknown
from supervisor.model import Tag
from supervisor.reasons import told
from tests.supervisor.pumphouse import ANN, EVE, NED, House, house, site

ALL = ["requested", "checked", "journalled", "written", "read_back", "confirmed", "outcome"]


def test_that_a_command_obeyed_is_done_and_every_step_of_it_is_proved(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            assert (await one.do("start")).stage is Stage.DONE
            assert one.device.writes == [("W.P1.order", 1.0)]
            row = one.last()
            assert (row.who, row.equipment, row.command, row.tag) == ("ann", "W.P1", "start", "W.P1.order")
            assert (row.outcome, row.raw) == ("done", 1.0)
            steps = one.reader.steps(row.id)
            assert [step.step for step in steps] == ALL
            assert [step.time for step in steps] == sorted(step.time for step in steps)
            assert steps[1].detail == {"interlocks": {"parent.level": 2.0}}
            assert steps[4].detail == {"tag": "W.P1.state", "value": 1.0}
            assert steps[5].detail["tag"] == "W.P1.current"
            chained = {entry.id: entry for entry in one.reader.search("W.P1", category="command")}
            assert [chained[step.journal].kind for step in steps] == ALL
            assert {chained[step.journal].detail["id"] for step in steps} == {row.id}
            assert one.reader.verify().whole

    asyncio.run(scenario())


def test_that_a_setpoint_is_written_in_raw_units_and_read_back_within_the_registers_step(tmp_path: Path) -> None:
    async def whole_registers(tag: Tag, raw: float) -> None:
        one_device.registers[tag.id] = float(round(raw))

    async def scenario() -> None:
        nonlocal one_device
        async with house(tmp_path) as one:
            one_device, one.device.answer = one.device, whole_registers
            assert (await one.do("speed", 33.34)).stage is Stage.DONE
            assert one.device.writes == [("W.P1.speed", 333.4)]
            assert one.steps() == [step for step in ALL if step != "confirmed"]

    one_device: object = None
    asyncio.run(scenario())


def test_that_a_command_for_what_stands_already_waits_for_a_newer_value(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            assert (await one.do("mode", 0)).stage is Stage.DONE
            one.device.polling = False
            await asyncio.sleep(0.05)
            outcome = await one.do("mode", 0)
            assert outcome.stage is Stage.UNKNOWN
            assert "No read-back" in outcome.reason.en

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("error", "stage"), [(WriteFailed("illegal value"), Stage.FAILED), (WriteUnknown("timeout"), Stage.UNKNOWN)]
)
def test_that_a_write_that_goes_wrong_is_tried_once(tmp_path: Path, error: Exception, stage: Stage) -> None:
    async def refuse(tag: Tag, raw: float) -> None:
        raise error

    async def scenario() -> None:
        async with house(tmp_path) as one:
            one.device.answer = refuse
            outcome = await one.do("start")
            assert outcome.stage is stage
            assert told(str(error)).fr in outcome.reason.fr
            assert str(error) in outcome.reason.en
            assert len(one.device.writes) == 1
            assert one.steps() == ["requested", "checked", "journalled", "outcome"]

    asyncio.run(scenario())


@pytest.mark.logs("failed inside Vigie")
def test_that_a_bug_in_a_driver_ends_as_unknown_and_frees_the_equipment(tmp_path: Path) -> None:
    async def break_down(tag: Tag, raw: float) -> None:
        raise ZeroDivisionError

    async def scenario() -> None:
        async with house(tmp_path) as one:
            one.device.answer = break_down
            assert (await one.do("start")).stage is Stage.UNKNOWN
            one.device.answer = one.device.obey
            assert (await one.do("start")).stage is Stage.DONE

    asyncio.run(scenario())


def test_that_a_device_that_takes_the_order_and_stays_as_it_was_ends_as_unknown(tmp_path: Path) -> None:
    async def sleep_on(tag: Tag, raw: float) -> None:
        return

    async def scenario() -> None:
        async with house(tmp_path) as one:
            one.device.answer = sleep_on
            outcome = await one.do("start")
            assert outcome.stage is Stage.UNKNOWN
            assert "« arrêtée »" in outcome.reason.fr
            assert len(one.device.writes) == 1

    asyncio.run(scenario())


def test_that_an_order_taken_without_current_flowing_is_failed(tmp_path: Path) -> None:
    async def dry(tag: Tag, raw: float) -> None:
        registers.update({"W.P1.state": 1.0})

    async def scenario() -> None:
        nonlocal registers
        async with house(tmp_path) as one:
            registers, one.device.answer = one.device.registers, dry
            outcome = await one.do("start")
            assert outcome.stage is Stage.FAILED
            assert "the motor draws" in outcome.reason.en
            assert one.steps() == ["requested", "checked", "journalled", "written", "read_back", "outcome"]

    registers: dict[str, float] = {}
    asyncio.run(scenario())


def test_that_a_cable_pulled_in_the_middle_ends_as_unknown(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:

            async def vanish(tag: Tag, raw: float) -> None:
                one.device.gone = True

            one.device.answer = vanish
            outcome = await one.do("start")
            assert outcome.stage is Stage.UNKNOWN
            assert "Link lost" in outcome.reason.en
            assert one.device.writes == [("W.P1.order", 1.0)]

    asyncio.run(scenario())


def test_that_a_link_that_is_down_refuses_the_command_and_queues_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            one.device.gone = True
            while one.link.connected:
                await asyncio.sleep(0.01)
            with pytest.raises(Refused) as caught:
                await one.do("stop")
            assert caught.value.check == one.last().refused_by == "link"
            one.device.gone = False
            while not one.link.connected:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            assert one.device.writes == []

    asyncio.run(scenario())


def test_that_a_refusal_is_kept_in_the_ledger_with_its_check_and_both_sentences(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            with pytest.raises(Refused) as caught:
                await one.do("start", user=EVE)
            row = one.last()
            assert (row.outcome, row.refused_by, row.who) == ("refused", "right", "eve")
            assert (row.reason_fr, row.reason_en) == (caught.value.text.fr, caught.value.text.en)
            assert one.steps() == ["requested", "outcome"]
            assert one.device.writes == []

    asyncio.run(scenario())


def test_that_an_equipment_takes_one_command_at_a_time_even_at_the_same_instant(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            orders = [one.desk.submit(Command("W.P1", "start"), user) for user in (ANN, NED, ANN)]
            answers = await asyncio.gather(*orders, return_exceptions=True)
            refusals = [answer for answer in answers if isinstance(answer, Refused)]
            assert [refusal.check for refusal in refusals] == ["busy", "busy"]
            assert "Ann" in refusals[0].text.fr
            (number,) = [answer for answer in answers if isinstance(answer, int)]
            assert (await one.desk.outcome(number)).stage is Stage.DONE
            assert (await one.do("stop")).stage is Stage.DONE
            assert one.device.writes == [("W.P1.order", 1.0), ("W.P1.order", 0.0)]

    asyncio.run(scenario())


async def _repeat(one: House, command: str, times: int) -> None:
    for _ in range(times):
        await one.do(command)


@pytest.mark.logs("not in the ledger")
def test_that_nothing_leaves_when_the_journal_cannot_be_written(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            pages = one.journal.submit(lambda database: database.pragma("page_count")).result(5)
            one.journal.submit(lambda database: database.pragma("max_page_count", pages)).result(5)
            with pytest.raises(Refused) as caught:
                await _repeat(one, "stop", 30)  # until the last page is full
            assert caught.value.check == "journal"
            written = len(one.device.writes)
            with pytest.raises(Refused):
                await one.do("stop")
            assert len(one.device.writes) == written
            one.journal.submit(lambda database: database.pragma("max_page_count", 1_000_000)).result(5)
            assert (await one.do("stop")).stage is Stage.DONE

    asyncio.run(scenario())


def test_that_a_command_that_waited_too_long_for_the_journal_is_not_sent(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            one.clock.monotonic = iter([0.0, 60.0, *range(60, 99)]).__next__  # type: ignore[method-assign,assignment]
            outcome = await one.do("start")
            assert outcome.stage is Stage.FAILED
            assert "too long" in outcome.reason.en
            assert one.device.writes == []

    asyncio.run(scenario())


def test_that_a_caller_that_goes_away_does_not_stop_the_command(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            task = asyncio.create_task(one.desk.submit(Command("W.P1", "start"), ANN))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            for _ in range(300):
                if (rows := one.reader.commands(1)) and rows[0].outcome:
                    break
                await asyncio.sleep(0.01)
            assert one.last().outcome == "done"

    asyncio.run(scenario())


def test_that_a_station_that_stops_gives_its_open_commands_an_outcome(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, site(within_s=30)) as one:
            one.device.polling = False
            number = await one.desk.submit(Command("W.P1", "stop"), ANN)
            waiting = asyncio.create_task(one.desk.outcome(number))
            await asyncio.sleep(0.05)
            await one.desk.stop()
            assert (await waiting).stage is Stage.UNKNOWN
            assert one.last().reason_en == "station stopped"

    asyncio.run(scenario())


def test_that_a_new_station_leaves_outcomes_as_they_are(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            await one.do("start")
            done = one.last()
        async with house(tmp_path) as one:
            assert await asyncio.to_thread(one.desk.ledger.recovered.result, 5) == 0
            assert one.last() == done

    asyncio.run(scenario())


def test_that_an_interlock_that_broke_while_the_journal_was_written_stops_the_command(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path) as one:
            one.journal.submit(lambda _: time.sleep(0.4))
            asked = asyncio.ensure_future(one.do("start"))
            await asyncio.sleep(0.1)
            one.device.registers["W.level"] = 0.2
            outcome = await asked
            assert outcome.stage is Stage.FAILED
            assert "enough water" in outcome.reason.en
            assert one.device.writes == []
            one.device.registers["W.level"] = 2.0
            await asyncio.sleep(0.1)
            assert (await one.do("start")).stage is Stage.DONE

    asyncio.run(scenario())
