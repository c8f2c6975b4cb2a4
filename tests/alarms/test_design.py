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

from alarms.design import LOOK_S, SETTLE_S, UNKNOWN_S
from alarms.states import ACTIVE, NOTHING, TABLE, Event, State
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


LONG = UNKNOWN_S + SETTLE_S + 2 * LOOK_S
"""After this what nobody knows hides nothing any more."""


def test_that_a_condition_nobody_knows_hides_an_alarm_for_a_while_and_never_for_ever(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(QUIET)) as one:
            read(one, service=1)
            read(one, level=9)
            await one.wind(100)
            lost_at = one.clock.now()
            read(one, Quality.TIMEOUT, service=math.nan)
            await one.wind(UNKNOWN_S - 1)
            read(one, Quality.STALE, service=math.nan)
            assert hidden(one, "E0.high"), "a link may come back"
            assert not one.alarms.columns["unknown_since"][0]
            await one.wind(1 + LOOK_S)
            await one.wind(SETTLE_S + 0.1)
            assert not hidden(one, "E0.high")
            assert one.alarms.columns["annunciated_at"][0] == one.clock.now(), "now it is told"
            assert one.alarms.columns["unknown_since"][0] == lost_at, "and the list says why"
            read(one, service=1)
            assert hidden(one, "E0.high"), "known again, and it holds"
            assert not one.alarms.columns["unknown_since"][0]

    asyncio.run(scenario())
    assert told(tmp_path, "E0.high") == [("suppress", "design"), ("raise", ""), ("unsuppress", "not_known"),
                                         ("suppress", "design")]  # fmt: skip


def test_that_a_restart_on_a_condition_nobody_knows_hides_nothing_for_ever(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(QUIET)) as one:
            read(one, service=1)
            read(one, level=9)
        with hall(tmp_path, plant(QUIET)) as one:  # and its controller is gone for good
            await one.wind(UNKNOWN_S - 1)
            assert hidden(one, "E0.high")
            await one.wind(1 + LOOK_S)
            await one.wind(SETTLE_S + 0.1)
            assert not hidden(one, "E0.high")

    asyncio.run(scenario())


def test_that_a_cause_nobody_knows_hides_what_comes_of_it_no_longer(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(SUPPLY, PHASE)) as one:
            read(one, order=0, level=0)
            lost_at = one.clock.now()
            read(one, Quality.TIMEOUT, order=math.nan)
            await one.wind(UNKNOWN_S - 1)
            assert hidden(one, "E0.phase")
            await one.wind(1 + LOOK_S)
            await one.wind(PHASE.off_delay_s + SETTLE_S + 0.1)
            assert not hidden(one, "E0.phase")
            assert one.alarms.columns["unknown_since"][row(one, "E0.phase")] == lost_at
            read(one, order=0)
            assert hidden(one, "E0.phase"), "the supply is known to be lost"
            assert not one.alarms.columns["unknown_since"].any()

    asyncio.run(scenario())


def test_that_a_restart_hides_nothing_again_for_a_cause_nobody_knows_until_it_is_known_to_stand(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, plant(SUPPLY, PHASE)) as one:
            read(one, order=0, level=0)
            read(one, Quality.TIMEOUT, order=math.nan)
            await one.wind(UNKNOWN_S + LOOK_S)
            await one.wind(PHASE.off_delay_s + SETTLE_S + 0.1)
            told_at = one.alarms.columns["annunciated_at"][row(one, "E0.phase")]
            clock = one.clock
        with hall(tmp_path, plant(SUPPLY, PHASE), clock) as one:
            for ways in ({"order": math.nan}, {"level": math.nan}, {"order": math.nan}):
                read(one, Quality.NOT_CONNECTED, **ways)
                assert not hidden(one, "E0.phase"), "it was told, and nothing new is known"
            read(one, level=0)
            await one.wind(LONG)
            assert one.alarms.columns["annunciated_at"][row(one, "E0.phase")] == told_at, "and it is not told twice"
            read(one, order=0)
            assert hidden(one, "E0.phase"), "the supply is known to be lost"

    asyncio.run(scenario())


WAYS = (Hidden.NO, Hidden.SHELVED, Hidden.OUT_OF_SERVICE)
STEPS: dict[State, tuple[str, ...]] = {
    State.NORMAL: (),
    State.UNACKED: ("raise",),
    State.ACKED: ("raise", "ack"),
    State.RETURNED: ("raise", "clear"),
    State.LATCHED_UNACKED: ("raise", "clear"),
    State.LATCHED_ACKED: ("raise", "clear", "ack"),
}
"""How each state is reached."""


@pytest.mark.parametrize("state", State)
def test_that_what_is_shown_for_it_keeps_its_state_and_what_else_hides_it(tmp_path: Path, state: State) -> None:
    latching = state in (State.LATCHED_UNACKED, State.LATCHED_ACKED)

    async def scenario() -> None:
        with hall(tmp_path, plant(replace(QUIET, latching=latching), pumps=len(WAYS))) as one:
            ids = [f"E{pump}.high" for pump in range(len(WAYS))]
            for pump in range(len(WAYS)):
                read(one, Quality.GOOD, pump, service=1)
            for step in STEPS[state]:
                if step == "ack":
                    await one.alarms.acknowledge(ids, "ann")
                for pump in range(len(WAYS)):
                    read(one, Quality.GOOD, pump, level=9 if step == "raise" else 2 if step == "clear" else math.nan)
            await one.alarms.shelve([ids[1]], 700, "works", "ann")
            await one.alarms.remove([ids[2]], "works", "ann")
            for pump in range(len(WAYS)):
                read(one, Quality.TIMEOUT, pump, service=math.nan)
            await one.wind(UNKNOWN_S + LOOK_S)
            await one.wind(LONG)
            columns = one.alarms.columns
            rows = [row(one, id_) for id_ in ids]
            assert [State(columns["state"][at]) for at in rows] == [state] * len(WAYS)
            assert [Hidden(columns["suppression"][at]) for at in rows] == list(WAYS)
            seen = [columns["annunciated_at"][at] == one.clock.now() for at in rows]
            assert seen == [state is State.UNACKED, False, False]
            after = {  # what may happen to it now is what the table says, as of any other
                event: [State(code) for code in TABLE[int(latching), event, [state]] if code != NOTHING]
                for event in Event
            }
            for event, wanted in after.items():
                assert (len(one.alarms._life.can(np.array(rows[:1]), event)) == 1) == bool(wanted)

    asyncio.run(scenario())


UNKNOWNS = st.lists(st.sampled_from(["on", "off", "lose", "restart", "wait", "long"]), max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(UNKNOWNS)
def test_that_it_is_hidden_exactly_while_its_condition_holds_or_was_known_to_lately(
    tmp_path_factory: pytest.TempPathFactory, events: list[str]
) -> None:
    """The sentence, second by second: asked for when it was known last, and not unknown for ten minutes."""
    site: Site = plant(QUIET)

    async def scenario(folder: Path) -> None:
        one = Hall(folder, site, HandClock())
        asked, lost = False, 0.0
        for word in events:
            now = one.clock.monotonic()
            if word in ("on", "off"):
                read(one, service=float(word == "on"))
                asked, lost = word == "on", math.inf
            elif word == "lose":
                read(one, Quality.TIMEOUT, service=math.nan)
                lost = min(lost, now)
            elif word == "restart":
                asked = asked and lost + UNKNOWN_S > now  # what was shown stays so
                one.close()
                one = Hall(folder, site, one.clock)
                lost = now
            else:
                await one.wind(UNKNOWN_S if word == "long" else 30)
            await one.wind(LOOK_S)
            await one.wind(SETTLE_S + 0.1)
            over = one.clock.monotonic() - lost
            if not UNKNOWN_S <= over <= LONG + 1:  # on its way
                assert hidden(one, "E0.high") == (asked and over < UNKNOWN_S)
                assert bool(one.alarms.columns["unknown_since"][0]) == (asked and over > UNKNOWN_S)
        one.close()

    asyncio.run(scenario(tmp_path_factory.mktemp("hall")))
