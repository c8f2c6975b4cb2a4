"""Alarms that a controller runs itself: its word decides, and what an operator acknowledges goes back to it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alarms.states import State
from supervisor.clock import SystemClock
from supervisor.desk.alarm_desk import AlarmDesk
from supervisor.driver import Traffic
from supervisor.errors import Refused, WriteFailed
from supervisor.journal import JournalReader
from supervisor.link import Link
from supervisor.model import AlarmRule, Condition, LinkSpec, Native, Priority, Quality, Site, Tag, Text
from tests.alarms.hall import DOOR, HERE, LEVEL, hall, site

RULE = AlarmRule("overload", "level", Condition.NATIVE, float("nan"), Priority.HIGH, HERE)
ROW = 0


def plant() -> Site:
    bare = site((RULE,))
    alarm = bare.alarms[ROW]
    tag = replace(alarm.tag, link="L")
    return replace(bare, alarms=(replace(alarm, tag=tag),))


PLANT = plant()
ANN = PLANT.users["ann"]
STATES = {
    Native.NORMAL: State.NORMAL,
    Native.RETURNED: State.RETURNED,
    Native.ACKED: State.ACKED,
    Native.UNACKED: State.UNACKED,
}


class Controller:
    """The side of a link that an acknowledgement leaves by."""

    def __init__(self, refusal: str = "") -> None:
        self.heard: list[tuple[str, str]] = []
        self.refusal = refusal

    async def run(self, publish: object, up: object) -> None:
        raise NotImplementedError

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        raise NotImplementedError

    async def acknowledge(self, tag: Tag, comment: str, timeout_s: float) -> None:
        if self.refusal:
            raise WriteFailed(self.refusal)
        self.heard.append((tag.id, comment))

    def link(self, connected: bool = True) -> Link:
        spec = LinkSpec("L", Text("l", "l"), "opcua", "opc.tcp://127.0.0.1", "", None)
        link = Link(spec, (), self, Traffic(), lambda batch: None, SystemClock())
        link.connected = connected
        return link


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(Native), min_size=1, max_size=12))
def test_that_the_alarm_is_what_the_controller_says_whatever_came_before(
    tmp_path_factory: pytest.TempPathFactory, said: list[Native]
) -> None:
    with hall(tmp_path_factory.mktemp("native"), PLANT) as one:
        for value in said:
            before = one.state(ROW)
            one.read(LEVEL, value)
            state = State(one.state(ROW))
            assert state.active is (value >= Native.ACKED)
            if value in (Native.NORMAL, Native.ACKED):
                assert state == STATES[value], "acknowledged at the controller is acknowledged here"
            if before == State.NORMAL and value is Native.RETURNED:
                assert state == State.NORMAL, "it came and went before anybody listened"


def test_that_an_active_alarm_no_longer_acknowledged_is_raised_anew(tmp_path: Path) -> None:
    with hall(tmp_path, PLANT) as one:
        for value in (Native.UNACKED, Native.ACKED):
            one.read(LEVEL, value)
        one.read(LEVEL, Native.UNACKED)
        assert one.state(ROW) == State.UNACKED
    kinds = [row.kind for row in JournalReader(tmp_path / "journal.db").search("E0.overload")]
    assert kinds == ["raise", "acknowledge", "raise"]


def test_that_a_new_occurrence_leaves_on_disk_nothing_of_the_one_before(tmp_path: Path) -> None:
    """Who was on it is not any more, and what stood before it in its group is no longer the first."""
    bare = site((RULE, AlarmRule("open", "door", Condition.IS, 1.0, Priority.LOW, HERE)))
    columns = ("first_up", "taken_by", "state")

    async def before() -> list[list[int]]:
        with hall(tmp_path, bare) as one:
            one.read(DOOR, 1.0)
            await one.wind(1)
            one.read(LEVEL, Native.UNACKED)
            await one.alarms.take(["E0.overload"], "ann")
            await one.alarms.acknowledge(["E0.open"], "ann")
            for value in (Native.ACKED, Native.UNACKED):
                one.read(DOOR, 0.0)
                one.read(LEVEL, value)
            return [one.alarms.columns[name].tolist() for name in columns]

    stood = asyncio.run(before())
    assert stood == [[1, 0], [0, 0], [State.UNACKED, State.NORMAL]]
    with hall(tmp_path, bare) as one:
        assert [one.alarms.columns[name].tolist() for name in columns] == stood


def test_that_bad_quality_neither_clears_nor_acknowledges(tmp_path: Path) -> None:
    with hall(tmp_path, PLANT) as one:
        one.read(LEVEL, Native.UNACKED)
        one.read(LEVEL, float("nan"), Quality.NOT_CONNECTED)
        assert one.state(ROW) == State.UNACKED


def test_that_an_acknowledgement_goes_back_to_the_controller_in_the_operators_name(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, PLANT) as one:
            one.read(LEVEL, Native.UNACKED)
            controller = Controller()
            desk = AlarmDesk(one.site, one.alarms, one.journal, {"L": controller.link()})
            assert await desk.acknowledge(["E0.overload"], ANN) == 1
            assert controller.heard == [("E0.level", "Ann")]
            assert one.state(ROW) == State.ACKED
            one.read(LEVEL, Native.UNACKED)  # the controller has not come round to it
            assert one.state(ROW) == State.ACKED
            one.read(LEVEL, Native.ACKED)
            assert one.state(ROW) == State.ACKED

    asyncio.run(scenario())
    rows = [(row.kind, row.result) for row in JournalReader(tmp_path / "journal.db").search("E0.overload")]
    assert rows == [("forward", "done"), ("acknowledge", ""), ("raise", "")]


@pytest.mark.parametrize("connected", [True, False])
def test_that_an_acknowledgement_the_controller_did_not_take_is_said_and_journalled(
    tmp_path: Path, connected: bool
) -> None:
    async def scenario() -> None:
        with hall(tmp_path, PLANT) as one:
            one.read(LEVEL, Native.UNACKED)
            link = Controller("BadUserAccessDenied").link(connected)
            desk = AlarmDesk(one.site, one.alarms, one.journal, {"L": link})
            with pytest.raises(Refused, match="BadUserAccessDenied" if connected else "not connected") as caught:
                await desk.acknowledge(["E0.overload"], ANN)
            assert "Acquittée ici" in caught.value.text.fr
            assert one.state(ROW) == State.ACKED, "who acknowledged knows of it"

    asyncio.run(scenario())
    row = JournalReader(tmp_path / "journal.db").search("E0.overload")[0]
    assert (row.kind, row.result) == ("forward", "failed")


def test_that_a_new_occurrence_while_the_controller_was_out_of_reach_is_told(tmp_path: Path) -> None:
    with hall(tmp_path, PLANT) as one:
        for value in (Native.UNACKED, Native.ACKED):
            one.read(LEVEL, value)
        one.read(LEVEL, float("nan"), Quality.NOT_CONNECTED)
        assert one.state(ROW) == State.ACKED
        one.read(LEVEL, Native.UNACKED)
        assert one.state(ROW) == State.UNACKED, "it cleared and came again, and nobody here knows of it"


def test_that_a_new_occurrence_while_the_station_was_off_is_told(tmp_path: Path) -> None:
    with hall(tmp_path, PLANT) as one:
        for value in (Native.UNACKED, Native.ACKED):
            one.read(LEVEL, value)
    with hall(tmp_path, PLANT) as one:
        assert one.state(ROW) == State.ACKED
        one.read(LEVEL, Native.UNACKED)
        assert one.state(ROW) == State.UNACKED, "it cleared and came again, and nobody here knows of it"
    kinds = [row.kind for row in JournalReader(tmp_path / "journal.db").search("E0.overload")]
    assert kinds == ["raise", "acknowledge", "raise"]


def test_that_what_the_controller_never_took_stays_acknowledged_over_a_restart(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, PLANT) as one:
            one.read(LEVEL, Native.UNACKED)
            await one.alarms.acknowledge(["E0.overload"], "ann")
        for _ in range(2):
            with hall(tmp_path, PLANT) as one:
                one.read(LEVEL, Native.UNACKED)
                assert one.state(ROW) == State.ACKED, "somebody knows of it, and it is the same"
        with hall(tmp_path, PLANT) as one:
            one.read(LEVEL, Native.ACKED)  # it came round to it at last
        with hall(tmp_path, PLANT) as one:
            one.read(LEVEL, Native.UNACKED)
            assert one.state(ROW) == State.UNACKED

    asyncio.run(scenario())
