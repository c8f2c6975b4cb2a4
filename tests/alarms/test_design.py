"""Suppression by design: what a rule says is no alarm now is hidden, told in the journal, and shown again by itself."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alarms.design import SETTLE_S
from alarms.states import ACTIVE, State
from alarms.suppression import Hidden
from supervisor.clock import HandClock
from supervisor.formula import Formula, Name
from supervisor.journal import JournalReader
from supervisor.model import Condition, Quality, Site
from tests.alarms.hall import Hall, change, hall
from tests.alarms.plant import AT, LEVEL, ORDER, RULES, SERVICE, STATE, hidden_by, link_up, plant, rule

SERVICED = Formula("service", Name(SERVICE))
QUIET = hidden_by(RULES[Condition.HIGH], suppress_when=SERVICED)
SUPPLY = replace(rule(Condition.IS, ORDER, 0.0), id="supply_lost")
PHASE = replace(
    hidden_by(rule(Condition.LOW, LEVEL, 2.0), suppressed_by=("supply_lost",)), id="phase", off_delay_s=10.0
)
FAR = replace(hidden_by(rule(Condition.IS, STATE, 2.0), suppressed_by=("phase",)), id="far")
SILENT = replace(RULES[Condition.COMMUNICATION], on_delay_s=3.0)


def read(one: Hall, quality: int = Quality.GOOD, pump: int = 0, /, **values: float) -> None:
    one.alarms.absorb(change(one.clock, {pump * len(AT) + AT[name]: value for name, value in values.items()}, quality))


def row(one: Hall, id_: str) -> int:
    return next(alarm.index for alarm in one.site.alarms if alarm.id == id_)


def hidden(one: Hall, id_: str) -> bool:
    return bool(one.alarms.columns["suppression"][row(one, id_)] & Hidden.SUPPRESSED)


def told(folder: Path, id_: str) -> list[tuple[str, str]]:
    rows = JournalReader(folder / "journal.db").search(id_)[::-1]
    return [(one.kind, str(one.detail.get("by", one.detail.get("reason", "")))) for one in rows]


def test_that_an_alarm_is_hidden_while_its_expression_is_true_and_shown_by_itself(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(QUIET)) as one:
            read(one, service=1)
            assert hidden(one, "E0.high")
            read(one, level=9)
            assert one.state(0) == State.UNACKED
            assert one.alarms.columns["annunciated_at"][0] == 0
            read(one, service=0)
            assert hidden(one, "E0.high")
            await one.wind(SETTLE_S + 0.1)
            assert not hidden(one, "E0.high")
            assert one.alarms.columns["annunciated_at"][0] == one.clock.now(), "now it is told"

    asyncio.run(scenario())
    assert told(tmp_path, "E0.high") == [("suppress", "design"), ("raise", ""), ("unsuppress", "design")]


def test_that_an_expression_that_can_not_be_worked_out_changes_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(QUIET)) as one:
            for service in (0, 1):
                read(one, service=service)
                read(one, Quality.TIMEOUT, service=math.nan)
                await one.wind(60)
                assert hidden(one, "E0.high") == bool(service)

    asyncio.run(scenario())


def test_that_consequences_are_hidden_before_they_are_told_and_come_back_after_their_cause(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(SUPPLY, PHASE, FAR, pumps=2)) as one:
            for pump in (0, 1):
                read(one, Quality.GOOD, pump, order=1, level=5, state=0)
            read(one, order=0, level=0, state=2)
            assert not hidden(one, "E0.supply_lost")
            assert hidden(one, "E0.phase")
            assert hidden(one, "E0.far")
            assert not hidden(one, "E1.phase"), "its supply is another one"
            assert one.alarms.columns["annunciated_at"][row(one, "E0.phase")] == 0
            read(one, order=1, level=5, state=0)
            await one.wind(10.1)
            assert hidden(one, "E0.phase"), "its own off delay, and a little more"
            await one.wind(SETTLE_S + 0.1)
            assert not hidden(one, "E0.phase")
            await one.wind(60)
            assert one.alarms.columns["suppression"].any() == np.False_

    asyncio.run(scenario())
    assert told(tmp_path, "E0.phase")[:2] == [("suppress", "E0.supply_lost"), ("raise", "")]


def test_that_a_shelved_cause_still_hides_and_one_out_of_service_does_not(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(SUPPLY, PHASE)) as one:
            read(one, order=0, level=0)
            await one.alarms.shelve(["E0.supply_lost"], 10, "works", "ann")
            await one.wind(60)
            assert hidden(one, "E0.phase")
            await one.alarms.remove(["E0.supply_lost"], "contact broken", "ann")
            await one.wind(60)
            assert not hidden(one, "E0.phase")
            await one.alarms.put_back(["E0.supply_lost"], "ann")
            assert hidden(one, "E0.phase")

    asyncio.run(scenario())


def test_that_a_cause_in_its_delay_holds_back_what_comes_of_it_and_hides_nothing_that_stood(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(replace(SUPPLY, on_delay_s=5.0), PHASE, pumps=2)) as one:
            read(one, Quality.GOOD, 1, level=0)
            for pump in (0, 1):
                read(one, Quality.GOOD, pump, order=0, level=0)
            assert (hidden(one, "E0.phase"), hidden(one, "E1.phase")) == (True, False)
            await one.wind(4)
            for pump in (0, 1):
                read(one, Quality.GOOD, pump, order=1)
            await one.wind(13)
            assert not hidden(one, "E0.phase"), "the supply never was lost, and the phase is low all the same"
            assert one.alarms.columns["annunciated_at"][row(one, "E0.phase")] == one.clock.now()

    asyncio.run(scenario())


def test_that_the_loss_of_a_link_hides_the_silence_of_all_behind_it(tmp_path: Path) -> None:
    site = plant(SILENT, pumps=3)

    async def scenario() -> None:
        with hall(tmp_path, site) as one:
            one.alarms.absorb(change(one.clock, link_up(site)))
            read(one, Quality.GOOD, 0, level=5)
            for pump in (1, 2):
                read(one, Quality.STALE, pump, level=math.nan)
            await one.wind(4)
            assert one.alarms.rate()[0] == 2
            one.alarms.absorb(change(one.clock, dict.fromkeys(link_up(site), 0.0)))
            for pump in range(3):
                read(one, Quality.NOT_CONNECTED, pump, level=math.nan)
            await one.wind(10)
            assert one.alarms.rate()[0] == 3, "the link alone"
            assert [hidden(one, f"E{n}.communication") for n in range(3)] == [True] * 3
            assert not hidden(one, "L.communication_lost")
            assert one.state(0) == State.NORMAL

    asyncio.run(scenario())


@pytest.mark.parametrize("gone", [False, True])
def test_that_a_restart_keeps_what_is_hidden_unless_its_rule_is_gone(tmp_path: Path, gone: bool) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(QUIET)) as one:
            read(one, service=1)
        with hall(tmp_path, plant(RULES[Condition.HIGH] if gone else QUIET)) as one:
            await one.wind(60)
            assert hidden(one, "E0.high") != gone
            read(one, service=0)
            await one.wind(60)
            assert not hidden(one, "E0.high")

    asyncio.run(scenario())
    assert [kind for kind, _ in told(tmp_path, "E0.high")] == ["suppress", "unsuppress"]


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([ORDER, SERVICE, LEVEL, STATE]), st.sampled_from([0.0, 1.0, 2.0, 9.0])),
        st.tuples(st.just("wind"), st.floats(0.1, 20.0)),
        st.tuples(st.just("lose"), st.just(0.0)),
        st.tuples(st.just("restart"), st.just(0.0)),
    ),
    max_size=20,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS)
def test_that_whatever_happens_only_what_has_a_reason_stays_hidden(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[str, float]]
) -> None:
    site: Site = plant(SUPPLY, hidden_by(PHASE, suppressed_by=("supply_lost",), suppress_when=SERVICED), FAR)

    async def scenario(folder: Path) -> None:
        one = Hall(folder, site, HandClock())
        serviced = False
        for word, value in events:
            if word == "wind":
                await one.wind(value)
            elif word == "lose":
                read(one, Quality.TIMEOUT, **dict.fromkeys(AT, math.nan))
            elif word == "restart":
                await one.wind(
                    PHASE.off_delay_s + SETTLE_S + 0.1
                )  # or what is about to be shown waits until it is known
                one.close()
                one = Hall(folder, site, one.clock)
            else:
                serviced = value != 0 if word == SERVICE else serviced
                read(one, **{word: value})
        await one.wind(30)
        await one.wind(30)  # what hid it may have gone in the turn before
        supply, phase = (bool(ACTIVE[one.state(row(one, id_))]) for id_ in ("E0.supply_lost", "E0.phase"))
        assert (hidden(one, "E0.phase"), hidden(one, "E0.far")) == (supply or serviced, phase)
        one.close()

    asyncio.run(scenario(tmp_path_factory.mktemp("hall")))


def test_that_a_restart_shows_what_was_hidden_for_a_cause_that_is_gone_though_its_expression_is_not_known(
    tmp_path: Path,
) -> None:
    both = replace(hidden_by(RULES[Condition.HIGH], suppress_when=SERVICED, suppressed_by=("supply_lost",)), id="both")
    alone = replace(SUPPLY, id="other")

    async def scenario() -> None:
        with hall(tmp_path, plant(both, SUPPLY)) as one:
            read(one, service=0)
            read(one, level=9)
            read(one, order=0)
            assert hidden(one, "E0.both")
        with hall(tmp_path, plant(both, alone)) as one:  # the rule of the cause left the site
            await one.wind(SETTLE_S + 0.1)
            assert not hidden(one, "E0.both"), "nothing says that it should be"

    asyncio.run(scenario())
