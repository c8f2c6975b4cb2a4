"""From a register to the columns, the alarms and the history, and back by command; over three protocols at once."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import numpy as np
import pytest

from supervisor.ask import Asker
from supervisor.clock import SECOND
from supervisor.desk.demands import spec_of
from supervisor.errors import Refused
from supervisor.historian.history import History
from supervisor.journal import JournalReader
from supervisor.model import Quality
from tests.journeys.conftest import Town, until
from tests.people import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
UNACKED, ACKED, NORMAL, RETURNED = 1, 2, 0, 3


def ask(town: Town, act: str, user: str = "", **words: Any) -> dict[str, Any]:
    return town.ask(act, user or operator(town), **words)


def ask_in_silence(town: Town, link: str, act: str, **words: Any) -> dict[str, Any]:
    """Ask when a controller has just fallen silent: who asks has signed in before, which takes its time."""

    async def scenario() -> dict[str, Any]:
        asker = Asker(town.folder.station, "poste-1", proof=(operator(town), PASSWORD))
        try:
            await asker.ask("ping")
            await asyncio.to_thread(town.mischief, "silence", link)
            return dict(await asker.ask(act, **words))
        finally:
            await asker.close()

    return asyncio.run(scenario())


def give(town: Town, equipment: str, command: str, **value: float) -> int:
    """The number of a command; one that is selected before it is operated is."""
    spec = spec_of(town.site, town.site.equipment_by_id[equipment], command)
    assert spec is not None
    number = int(
        ask(town, "select" if spec.select_s else "submit", equipment=equipment, command=command, **value)["id"]
    )
    if spec.select_s:
        ask(town, "operate", id=number)
    return number


def operator(town: Town) -> str:
    return next(user.id for user in town.site.users.values() if user.role == 1 and not user.areas)


def outcome(town: Town, command: int, within_s: float = 30) -> str:
    reader = JournalReader(town.folder.journal)

    def known() -> str:
        return next(row.outcome for row in reader.commands(50) if row.id == command)

    until(lambda: bool(known()), within_s, "the command has an outcome")
    return known()


@pytest.mark.parametrize(("tag", "value"), [("PR-02.level", 2.5), ("CF-101.temperature", 31.5), ("PK-01.free", 17)])
def test_that_what_a_controller_measures_is_in_the_columns_within_two_seconds(town: Town, tag: str, value: float):
    town.mischief("set", tag, value)
    until(lambda: town.value(tag) == pytest.approx(value, abs=0.05), 4.0, f"{tag} reads {value}")
    town.mischief("release", tag)


def test_that_every_tag_of_three_protocols_is_good(town: Town):
    assert {link.protocol for link in town.site.links.values()} == {"modbus", "opcua", "mqtt"}
    assert town.ready()


def test_that_a_controller_that_is_killed_is_bad_at_once_comes_back_and_leaves_a_hole(town: Town):
    tag = "AP-001.M.p"
    since = time.time_ns()
    town.mischief("drop", "L-AP-001")
    taken = until(lambda: town.quality(tag) >= Quality.BAD, 2.0 + 1.0, "the tag is bad")
    assert taken < 2.0, "two poll periods, the step of the city included"
    assert np.isnan(town.value(tag))
    time.sleep(1.5)
    town.mischief("restore", "L-AP-001")
    until(lambda: town.quality(tag) == Quality.GOOD, 15, "the tag is good again")
    time.sleep(2.0)
    history = History(town.folder.history)
    samples = history.samples(tag, since - 5 * SECOND, time.time_ns())
    history.close()
    bad = samples.quality >= Quality.BAD
    assert bad.any()
    assert not bad[-1], "the hole has an end"
    assert np.isnan(samples.value[bad]).all()


def test_that_a_circuit_is_switched_with_proof(town: Town):
    ask(town, "submit", equipment="AP-004", command="manual")
    until(lambda: town.value("AP-004.mode") == 1.0, 5, "the cabinet is in manual")
    for word, value in (("off", 0.0), ("on", 1.0)):
        command = give(town, "AP-004.C1", word)
        assert outcome(town, command) == "done"
        assert town.value("AP-004.C1.on") == value
        stages = [step.step for step in JournalReader(town.folder.journal).steps(command)]
        assert [one for one in stages if one != "selected"][:4] == ["requested", "checked", "journalled", "written"]
        assert stages[-1] == "outcome"
    ask(town, "submit", equipment="AP-004", command="auto")


def test_that_a_plan_is_changed_over_opc_ua_with_proof(town: Town):
    plan = 2.0 if town.value("CF-101.plan") != 2.0 else 3.0
    command = ask(town, "submit", equipment="CF-101", command="plan", value=plan)["id"]
    assert outcome(town, command, 150) == "done"
    assert town.value("CF-101.plan") == plan


def test_that_a_sign_is_changed_over_mqtt_with_proof(town: Town):
    commands = town.site.equipment_by_id["PK-01"].type.commands
    name, spec = next(iter(commands.items()))
    words = {} if spec.value is not None else {"value": 2.0}
    command = give(town, "PK-01", name, **words)
    assert outcome(town, command) == "done"


@pytest.mark.parametrize(("equipment", "command", "tag"), [("CF-101", "plan", "plan"), ("PK-01", "sign", "sign")])
def test_that_an_order_that_already_stands_is_proven_too(town: Town, equipment: str, command: str, tag: str):
    """A peer that speaks only of what moves says nothing of it by itself."""
    standing = town.value(f"{equipment}.{tag}")
    assert outcome(town, give(town, equipment, command, value=standing), 150) == "done"


def test_that_a_controller_that_dies_in_the_middle_of_a_command_leaves_unknown_and_is_not_asked_twice(town: Town):
    ask(town, "submit", equipment="AP-001", command="manual")
    until(lambda: town.value("AP-001.mode") == 1.0, 5, "the cabinet is in manual")
    command = ask(town, "select", equipment="AP-001.C2", command="off")["id"]
    ask_in_silence(town, "L-AP-001", "operate", id=command)
    assert outcome(town, command) == "unknown"
    town.mischief("restore", "L-AP-001")
    until(lambda: town.quality("AP-001.C2.on") == Quality.GOOD, 20, "the cabinet is back")
    steps = [step.step for step in JournalReader(town.folder.journal).steps(command)]
    assert steps.count("written") <= 1
    assert steps[-1] == "outcome"
    ask(town, "submit", equipment="AP-001", command="auto")


def test_that_a_controller_that_refuses_is_failed_and_one_with_water_too_low_is_refused(town: Town):
    town.mischief("refuse", "L-AP-004")
    time.sleep(0.6)
    command = ask(town, "submit", equipment="AP-004", command="manual")["id"]
    assert outcome(town, command) == "failed"
    town.mischief("restore", "L-AP-004")
    town.mischief("set", "PR-02.level", 0.2)
    until(lambda: town.value("PR-02.level") == pytest.approx(0.2, abs=0.05), 4)
    with pytest.raises(Refused, match=r"water|eau"):
        ask(town, "submit", equipment="PR-02.P1", command="start")
    town.mischief("release", "PR-02.level")


def test_that_a_viewer_may_look_and_nothing_else(town: Town):
    viewer = next(user.id for user in town.site.users.values() if user.role == 0)
    with pytest.raises(Refused):
        ask(town, "submit", viewer, equipment="AP-004", command="manual")


def test_that_alarms_and_acknowledgements_survive_kill_9_and_commands_under_way_become_unknown(town: Town):
    alarm = "AP-004.supply_lost"
    town.mischief("set", "AP-004.supply", 0)
    until(lambda: town.alarm(alarm) == UNACKED, 20, "the alarm stands")
    ask(town, "acknowledge", alarms=[alarm])
    until(lambda: town.alarm(alarm) == ACKED, 2)
    command = ask_in_silence(town, "L-AP-001", "submit", equipment="AP-001", command="manual")["id"]
    town.station.kill()
    town.station.wait()
    town.mischief("restore", "L-AP-001")
    town.station = town.start_station()
    until(town.ready, 40, "the station is back with every value good")
    assert town.alarm(alarm) == ACKED
    assert outcome(town, command) == "unknown"
    town.mischief("release", "AP-004.supply")
    until(lambda: town.alarm(alarm) == NORMAL, 20, "the alarm clears")


def test_that_at_most_a_second_is_lost_at_kill_9(town: Town):
    moving = [tag for tag in town.site.tags if tag.spec.id in ("latitude", "odometer", "i1", "cycle", "p")]
    since = time.time_ns()
    places = [tag.index for tag in moving]
    until(lambda: town.columns()["source_time"][places].max() > since, 10, "something moves")
    known, beat = int(town.columns()["source_time"][places].max()), town.columns().beat
    until(lambda: town.columns().beat > beat + 1.5 * SECOND, 20, "a second to the disk has gone by for the station")
    killed = time.time_ns()
    town.station.kill()
    town.station.wait()
    history = History(town.folder.history)
    newest = max(
        int(samples.time[-1]) for tag in moving if len(samples := history.samples(tag.id, since - 60 * SECOND, killed))
    )
    history.close()
    assert newest >= known, "what was known a second and a half before is lost"
    town.station = town.start_station()
    until(town.ready, 40, "the station is back")


def test_that_the_journal_of_all_this_is_unbroken(town: Town):
    command = ask(town, "submit", equipment="AP-001", command="manual")["id"]
    assert outcome(town, command) in ("done", "unknown")
    verdict = JournalReader(town.folder.journal).verify()
    assert verdict.rows >= len(JournalReader(town.folder.journal).steps(command)) > 3
    assert verdict.fault == ""
