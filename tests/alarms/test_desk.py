"""Acknowledging and shelving through the desk, with real alarms behind it, and by the names of the socket's acts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alarms.states import State
from alarms.suppression import Hidden
from supervisor.desk.acts import acts
from supervisor.desk.alarm_desk import AlarmDesk
from supervisor.desk.desk import Desk
from supervisor.errors import Refused
from supervisor.journal import JournalReader
from supervisor.model import User
from supervisor.table import TagTable
from tests.alarms.hall import DOOR, OPEN, Hall, hall, site

TWO = site(equipment=2)
ANN, NED, EVE = TWO.users["ann"], TWO.users["ned"], TWO.users["eve"]
NORTH, SOUTH = "E0.open", "E1.open"


def door(one: Hall) -> AlarmDesk:
    """Both doors open; the desk before them."""
    one.read(DOOR, 1)
    one.read(2 + DOOR, 1)
    return AlarmDesk(one.site, one.alarms, one.journal, {})


def test_that_an_operator_acknowledges_what_lies_in_their_areas(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, TWO) as one:
            desk = door(one)
            assert await desk.acknowledge([NORTH], NED) == 1
            assert await desk.acknowledge([NORTH, SOUTH], ANN) == 1
            assert await desk.acknowledge([], EVE) == 0

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("user", "ids", "check"),
    [(EVE, [NORTH], "right"), (NED, [NORTH, SOUTH], "right"), (ANN, [NORTH, "E9.open"], "unknown")],
)
def test_that_one_alarm_out_of_reach_leaves_all_untouched_and_is_noted(
    tmp_path: Path, user: User, ids: list[str], check: str
) -> None:
    async def scenario() -> None:
        with hall(tmp_path, TWO) as one:
            desk = door(one)
            for act in (desk.acknowledge, desk.reset, desk.unshelve):
                with pytest.raises(Refused) as caught:
                    await act(ids, user)
                assert caught.value.check == check
                assert caught.value.text.fr != caught.value.text.en
            assert one.state(OPEN) == State.UNACKED

    asyncio.run(scenario())
    rows = JournalReader(tmp_path / "journal.db").search(category="access")
    assert [(row.kind, row.who, row.result) for row in rows] == [("refused", user.id, check)] * 3


@pytest.mark.parametrize(
    ("minutes", "reason", "check"),
    [(0, "works", "range"), (721, "works", "range"), (float("nan"), "works", "range"), (10, "  ", "reason")],
)
def test_that_a_shelf_takes_a_reason_and_an_end(tmp_path: Path, minutes: float, reason: str, check: str) -> None:
    async def scenario() -> None:
        with hall(tmp_path, TWO) as one:
            with pytest.raises(Refused) as caught:
                await door(one).shelve([NORTH], minutes, reason, ANN)
            assert caught.value.check == check
            assert one.alarms.columns["suppression"][OPEN] == 0

    asyncio.run(scenario())


@pytest.mark.logs("can't be journalled")
def test_that_shelving_is_refused_where_the_journal_cannot_be_written(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, TWO) as one:
            desk = door(one)
            one.journal.close()
            with pytest.raises(Refused) as caught:
                await desk.shelve([NORTH], 10, "works", ANN)
            assert caught.value.check == "journal"

    asyncio.run(scenario())


def test_that_the_acts_of_the_socket_reach_the_alarms(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, TWO) as one:
            desk = Desk(TWO, TagTable(TWO.tags).columns, {}, one.journal, one.clock)
            table = acts(desk, door(one))
            assert set(table) >= {"submit", "acknowledge", "reset", "shelve", "unshelve", "ping"}

            async def ask(act: str, **words: Any) -> Any:
                return await table[act](ANN, words)

            assert await ask("shelve", alarms=[NORTH], minutes=5, reason="works") == {"count": 1}
            assert one.alarms.columns["suppression"][OPEN] == Hidden.SHELVED
            assert await ask("unshelve", alarms=[NORTH]) == {"count": 1}
            assert await ask("acknowledge", alarms=[NORTH, SOUTH]) == {"count": 2}
            assert await ask("ping") == {"user": "ann"}
            with pytest.raises(Refused):
                await ask("submit", equipment="E0", command="fly")
            for words in ({}, {"alarms": NORTH}, {"alarms": [3]}):
                with pytest.raises(msgspec.ValidationError):
                    await ask("acknowledge", **words)
            await desk.stop()

    asyncio.run(scenario())
