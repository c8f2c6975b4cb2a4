"""The dry run: what it tells of each target, and that it touches nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from supervisor.errors import Refused
from supervisor.model import Quality
from supervisor.rounds.trial import word
from tests.supervisor.rounds.estate import ANN, EVE, NED, estate


def test_that_it_tells_refusals_with_reasons_and_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with estate(tmp_path, 8) as one:
            one.field.value |= {"C1.on": 1.0, "C2.fault": 1.0}
            one.speak()
            await one.desk.lock_outs.hang("C3", "câble à nu", ANN)
            before = one.reader.latest(100)
            told = await one.ask("round_dry_run", type="circuit", command="on")
            rows = {row[0]: row for row in told["targets"]}
            assert rows["C1"][1:4] == [1.0, 1.0, True]
            assert rows["C4"][1:4] == [0.0, 1.0, False]
            assert (rows["C2"][5], rows["C3"][5], rows["C4"][5]) == ("interlock", "lock_out", "")
            assert "câble à nu" in told["reasons"][rows["C3"][4]][0]
            assert told["refused"] == {"interlock": 1, "lock_out": 1}
            assert (told["same"], told["changing"]) == (1, 5)
            assert told["effect"] == ["5 × 0 → 1 · 1 déjà 1 · 2 refusés", "5 × 0 → 1 · 1 already 1 · 2 refused"]
            assert msgspec.json.encode(told), "it goes over the socket"
            assert one.reader.latest(100) == before
            assert not one.field.writes
            assert not one.given()

    asyncio.run(scenario())


def test_that_a_command_for_two_persons_is_not_for_a_round_even_if_somebody_wants_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with estate(tmp_path, 4) as one:
            told = await one.ask("round_dry_run", type="circuit", command="reset")
            assert told["refused"] == {"approval": 4}
            assert "deux personnes" in told["reasons"][0][0]
            with pytest.raises(Refused, match="Nothing is left"):
                await one.plan(command="reset", refused=False, same=False)
            assert not one.rounds.runner.rounds

    asyncio.run(scenario())


def test_that_rights_and_areas_are_those_of_who_asks(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with estate(tmp_path, 6) as one:
            told = await one.ask("round_dry_run", NED, type="circuit", command="on")
            assert [row[0] for row in told["targets"] if row[5] == "right"] == ["C4", "C5", "C6"]
            assert (await one.ask("round_dry_run", EVE, type="circuit", command="on"))["refused"] == {"right": 6}
            south = await one.ask("round_dry_run", type="circuit", command="on", areas=["south"])
            assert [row[0] for row in south["targets"]] == ["C4", "C5", "C6"]

    asyncio.run(scenario())


def test_that_a_value_nobody_knows_is_told_as_unknown_and_is_not_already_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with estate(tmp_path, 3) as one:
            one.field.value |= {"C1.on": 1.0, "C2.on": 1.0, "C3.on": 1.0}
            one.speak(Quality.NOT_CONNECTED)
            told = await one.ask("round_dry_run", type="circuit", command="off")
            assert told["targets"][0][1:4] == [None, 0.0, False]
            assert told["effect"][0] == "3 × ? → 0"
            one.field.connected = False
            cut = await one.ask("round_dry_run", type="circuit", command="off")
            assert (cut["refused"], cut["reasons"][0][1][:9]) == ({"link": 3}, "Link down")
            one.field.connected = True
            one.speak()
            dim = await one.ask("round_dry_run", type="circuit", command="dim", value=40.0)
            assert dim["effect"][0] == "3 × 0,0 → 40,0"
            bad = await one.ask("round_dry_run", type="circuit", command="dim", value=140.0)
            assert bad["refused"] == {"range": 3}

    asyncio.run(scenario())


def test_that_values_are_said_in_the_words_of_the_type() -> None:
    assert (word(None, 2.5, "fr"), word(None, float("nan"), "en")) == ("2.5", "?")
