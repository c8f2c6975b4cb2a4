"""Every end a write may have, and that none of them is a lie."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from supervisor.errors import WriteFailed, WriteUnknown
from tests.drivers.contract import chaos
from tests.drivers.contract.kits import ANSWERING, KITS, Kit
from tests.drivers.contract.plant import Line, working
from tests.patience import timed, until

WAYS = [(chaos.held, None), (None, chaos.held), (chaos.late(0.2), None), (chaos.truncated, None)]


def test_that_a_write_reaches_the_device_once_and_comes_back_up(kit: Kit) -> None:
    async def scenario() -> None:
        async with working(kit) as line:
            await line.write("goal", 2.5)
            await line.write("order", 1.0)
            await until(lambda: len(line.plant.taken) == 2, 2)
            await until(lambda: line.good("goal", 2.5) and line.good("order", 1.0), 3)
            assert line.plant.taken == [("goal", 2.5), ("order", 1.0)]

    asyncio.run(scenario())


@pytest.mark.parametrize("name", ANSWERING)
def test_that_a_refused_write_has_failed_and_the_link_lives(name: str) -> None:
    async def scenario() -> None:
        async with working(KITS[name]) as line:
            if not await line.plant.refuse():
                pytest.skip("this broker takes every message in silence")
            with pytest.raises(WriteFailed):
                await _written_until_refused(line)
            assert line.plant.taken == []
            assert line.link.connected

    asyncio.run(scenario())


async def _written_until_refused(line: Line) -> None:
    """A broker takes a moment to notice that the device has hung up; every other peer refuses the first."""
    async with asyncio.timeout(5.0):
        while True:
            await line.write("goal", 2.5)


def test_that_a_value_that_cannot_be_sent_has_failed(deep_kit: Kit) -> None:
    async def scenario() -> None:
        async with working(deep_kit) as line:
            with pytest.raises(WriteFailed):
                await line.link.write(line.plant.tag("order"), float("nan"), 1.0)
            assert line.plant.taken == []
            assert line.link.connected

    asyncio.run(scenario())


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("end", ["cut", "silence"])
def test_that_a_write_lost_in_the_middle_is_unknown(deep_kit: Kit, lost: str, end: str) -> None:
    async def scenario() -> None:
        async with working(deep_kit) as line:
            for _ in range(5):
                if await _lost(line, lost, end):
                    break
            else:
                pytest.fail("no write has left in five times")
            line.chaos.cut()
            line.chaos.calm()
            await until(lambda: line.link.connected, 8)
            await asyncio.sleep(0.5)
            assert len(line.plant.taken) <= 1, "never repeated"
            assert lost == "answer" or line.plant.taken == []

    asyncio.run(scenario())


async def _lost(line: Line, lost: str, end: str) -> bool:
    """A write that is lost; False where it stood behind a question and never left: failed, and rightly so."""
    line.chaos.disturb(**{"up" if lost == "request" else "down": chaos.held})
    writing = asyncio.create_task(line.write("goal", 2.5, timeout_s=5.0 if end == "cut" else 0.3))
    await asyncio.sleep(0.1)
    if end == "cut":
        line.chaos.cut()
    await until(writing.done, 1.4, "who writes is told")
    with pytest.raises((WriteUnknown, WriteFailed)) as told:
        await writing
    if told.type is WriteUnknown:
        return True
    line.chaos.calm()
    await until(lambda: line.link.connected and line.all_good, 8)
    assert line.plant.taken == []
    return False


def test_that_a_write_while_the_link_is_down_has_failed_and_is_not_kept_for_later(deep_kit: Kit) -> None:
    async def scenario() -> None:
        async with working(deep_kit) as line:
            await line.chaos.refuse()
            await until(lambda: not line.link.connected, 2)
            for _ in range(30):  # through several attempts to connect
                async with timed() as took:
                    with pytest.raises(WriteFailed):
                        await line.write("goal", 2.5)
                    with pytest.raises(WriteFailed):
                        await line.driver.write(line.plant.tag("goal"), 150.0, 1.0)
                assert took.spent_s < 0.2
                await asyncio.sleep(0.04)
            await line.chaos.open()
            await until(lambda: line.link.connected and line.all_good, 8)
            await asyncio.sleep(0.3)
            assert line.plant.taken == []
            await line.write("goal", 3.5)
            await until(lambda: line.plant.taken == [("goal", 3.5)], 2)

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_no_write_lies_on_a_wire_that_breaks_all_the_time(deep_kit: Kit) -> None:
    dice = random.Random(11)
    told: dict[float, str] = {}

    async def break_it(line: Line) -> None:
        while True:
            await asyncio.sleep(dice.uniform(0.05, 0.9))
            line.chaos.disturb(
                *dice.choice([(chaos.held,), (None, chaos.held), (chaos.late(0.2),), (chaos.truncated,)])
            )
            await asyncio.sleep(dice.uniform(0, 0.2))
            line.chaos.cut()
            line.chaos.calm()

    async def write_on(line: Line) -> None:
        value, began = 2.0, time.monotonic()
        while (spent := time.monotonic() - began) < 4.0 or (len(set(told.values())) < 3 and spent < 30.0):
            value = round(value + 0.01, 2)
            if spent > 4.0 and dice.random() < 0.3:  # chance has met no write under way yet: it is aimed at them now
                line.chaos.disturb(None, chaos.held)
            try:
                await line.write("goal", value, 0.5)
                told[value] = "done"
            except WriteFailed:
                told[value] = "failed"
            except WriteUnknown:
                told[value] = "unknown"
            await asyncio.sleep(0.02)

    async def scenario() -> None:
        async with working(deep_kit) as line:
            breaking = asyncio.create_task(break_it(line))
            await write_on(line)
            breaking.cancel()
            await asyncio.wait([breaking])
            line.chaos.calm()
            await until(lambda: line.link.connected and line.all_good, 12)
            await asyncio.sleep(0.3)
            _judge([value for _, value in line.plant.taken], told)

    asyncio.run(scenario())
    assert {"done", "failed", "unknown"} <= set(told.values()), "the wire was too good for this test"


def _judge(taken: list[float], told: dict[float, str]) -> None:
    """What was told of each write against what the field has taken."""
    assert len(taken) == len(set(taken)), "a write was repeated"
    by_word = {word: {value for value in told if told[value] == word} for word in ("done", "failed", "unknown")}
    assert by_word["done"] <= set(taken), "done, and the field never heard of it"
    assert not by_word["failed"] & set(taken), "failed, and the field acted"
