from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alarms.floods import BEGINS_ABOVE, ENDS_BELOW, SPAN_S, By, Flood, Tree, fold
from alarms.states import State
from supervisor.alarm_terms import Design
from supervisor.causes import edges, rings
from supervisor.clock import HandClock
from supervisor.journal import JournalReader
from supervisor.model import Alarm, AlarmRule, Condition, Equipment, EquipmentType, Priority, Site, Tag, TagSpec
from tests.alarms.hall import DOOR, HERE, OPEN, RULES, change, hall, site

UP, REST = np.uint8(State.UNACKED), np.uint8(State.NORMAL)


def rule(id_: str, priority: Priority = Priority.MEDIUM, **design: tuple[str, ...]) -> AlarmRule:
    return AlarmRule(id_, "x", Condition.IS, 1.0, priority, HERE, design=Design(**design))  # type: ignore[arg-type]


FEEDER = (rule("supply_lost", Priority.HIGH),)
CABINET = (
    rule("supply_lost", Priority.HIGH, caused_by=("parent.supply_lost",)),
    rule("door"),
    rule("phase", suppressed_by=("supply_lost",)),
)
CIRCUIT = (rule("dark", Priority.CRITICAL, caused_by=("parent.supply_lost",)), rule("weak"))


def town(cabinets: int = 3) -> Site:
    """A feeder, cabinets on it, two circuits in each."""
    plant = site()
    spec = {"x": TagSpec("x", HERE)}
    kinds = {name: EquipmentType(name, HERE, "lighting", spec, alarms=rules) for name, rules in
             (("feeder", FEEDER), ("cabinet", CABINET), ("circuit", CIRCUIT))}  # fmt: skip
    rows = [("F", "feeder", "")]
    for n in range(cabinets):
        rows += [(f"A{n}", "cabinet", "F"), (f"A{n}.C1", "circuit", f"A{n}"), (f"A{n}.C2", "circuit", f"A{n}")]
    things = tuple(
        Equipment(n, id_, HERE, kinds[kind], "", "lighting", "L", parent) for n, (id_, kind, parent) in enumerate(rows)
    )
    tags = tuple(Tag(thing.index, thing, spec["x"]) for thing in things)
    pairs = [(thing, one) for thing in things for one in thing.type.alarms]
    alarms = tuple(Alarm(n, thing, one, tags[thing.index]) for n, (thing, one) in enumerate(pairs))
    return replace(plant, equipment=things, tags=tags, alarms=alarms)


TOWN = town()
ROW = {alarm.id: alarm.index for alarm in TOWN.alarms}


def folded(
    *ids: str, first: tuple[str, ...] = (), standing: tuple[str, ...] | None = None
) -> list[tuple[str, str, int]]:
    """How, head and count of each group of these alarms."""
    state = np.full(len(TOWN.alarms), REST)
    state[[ROW[id_] for id_ in (ids if standing is None else standing)]] = UP
    mark = np.zeros(len(TOWN.alarms), np.uint8)
    mark[[ROW[id_] for id_ in first]] = 1
    groups = fold(Tree(TOWN), [ROW[id_] for id_ in ids], state, mark)
    return [(group.by.value, TOWN.alarms[group.head].id, group.count) for group in groups]


def test_that_what_comes_of_one_supply_is_one_group_however_far_down() -> None:
    ids = ("A0.C1.dark", "A1.C2.dark", "F.supply_lost", "A0.supply_lost", "A1.supply_lost")
    assert folded(*ids) == [("cause", "F.supply_lost", 5)]
    assert folded(*ids[:2], "A0.supply_lost", "A1.supply_lost") == [
        ("cause", "A0.supply_lost", 2),
        ("cause", "A1.supply_lost", 2),
    ]


def test_that_a_cause_that_is_not_shown_still_heads_what_comes_of_it() -> None:
    assert folded("A0.C1.dark", "A0.C2.dark", standing=("A0.C1.dark", "A0.C2.dark", "A0.supply_lost")) == [
        ("cause", "A0.supply_lost", 2)
    ]


def test_that_a_cause_that_does_not_stand_heads_nothing() -> None:
    assert folded("A0.C1.dark") == [("alone", "A0.C1.dark", 1)]


def test_that_what_is_left_folds_by_equipment_and_then_by_rule() -> None:
    assert folded("A0.door", "A0.C1.weak", first=("A0.C1.weak",)) == [("equipment", "A0.C1.weak", 2)]
    assert folded("A0.door", "A1.door", "A2.door") == [("rule", "A0.door", 3)]
    assert folded("A0.door", "A1.door") == [("alone", "A0.door", 1), ("alone", "A1.door", 1)]


def test_that_a_group_has_the_worst_priority_and_comes_where_its_first_row_was() -> None:
    state = np.full(len(TOWN.alarms), UP)
    rows = [ROW[id_] for id_ in ("A2.door", "A1.C1.dark", "A1.supply_lost", "F.supply_lost")]
    groups = fold(Tree(TOWN), rows, state, np.zeros(len(TOWN.alarms), np.uint8))
    assert [(group.by, group.priority) for group in groups] == [(By.ALONE, 3), (By.CAUSE, 1)]


@given(
    st.permutations(range(len(TOWN.alarms))),
    st.integers(0, len(TOWN.alarms)),
    st.sets(st.sampled_from(range(len(ROW)))),
)
def test_that_nothing_is_dropped_and_nothing_told_twice(order: list[int], shown: int, standing: set[int]) -> None:
    state = np.full(len(TOWN.alarms), REST)
    state[list(standing)] = UP
    groups = fold(Tree(TOWN), order[:shown], state, np.zeros(len(TOWN.alarms), np.uint8))
    members = [row for group in groups for row in group.members]
    assert sorted(members) == sorted(order[:shown])
    place = {row: at for at, row in enumerate(order)}
    for group in groups:
        assert list(group.members) == sorted(group.members, key=place.__getitem__)
        assert group.by is By.CAUSE or group.head in group.members
    assert [place[group.members[0]] for group in groups] == sorted(place[group.members[0]] for group in groups)


def test_that_a_ring_of_causes_is_found_and_a_chain_is_not() -> None:
    assert rings(edges(TOWN)) == []
    ring = [
        replace(CABINET[1], design=Design(suppressed_by=("phase",))),
        replace(CABINET[2], design=Design(suppressed_by=("door",))),
    ]
    ring[1] = replace(CABINET[2], design=Design(caused_by=("door",)))
    plant = replace(TOWN, alarms=tuple(Alarm(n, TOWN.equipment[1], one, TOWN.tags[1]) for n, one in enumerate(ring)))
    assert rings(edges(plant)) == [0, 1]


@pytest.mark.parametrize(("told", "flood"), [(BEGINS_ABOVE, False), (BEGINS_ABOVE + 1, True)])
def test_that_a_flood_begins_above_ten_in_ten_minutes_and_ends_below_five(told: int, flood: bool) -> None:
    one = Flood()
    for n in range(told):
        one.note(1, 10.0 * n)
    assert one.turn(200.0) == flood
    assert one.on == flood
    one.turn(SPAN_S + 10.0 * (told - ENDS_BELOW) - 1)
    assert (one.rate, one.on) == (ENDS_BELOW, flood), "it goes on at five"
    one.turn(SPAN_S + 10.0 * (told - ENDS_BELOW) + 1)
    assert (one.rate, one.on) == (ENDS_BELOW - 1, False)


def test_that_a_flood_is_framed_in_the_journal_and_goes_on_over_a_restart(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock, plant = HandClock(), site(equipment=20)
        with hall(tmp_path, plant, clock) as one:
            for n in range(11):
                one.read(2 * n + DOOR, 1)
            await one.wind(1)
            assert one.alarms.rate() == (11, 1)
        with hall(tmp_path, plant, clock) as one:
            await one.wind(1)
            assert one.alarms.rate() == (11, 1)
            await one.wind(SPAN_S)
            assert one.alarms.rate() == (0, 0)

    asyncio.run(scenario())
    rows = JournalReader(tmp_path / "journal.db").search("flood")[::-1]
    assert [(row.kind, row.detail["rate"]) for row in rows] == [("flood_begin", 11), ("flood_end", 0)]


def test_that_what_is_hidden_makes_no_flood(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, site(equipment=20)) as one:
            await one.alarms.shelve([f"E{n}.open" for n in range(20)], 10, "works", "ann")
            for n in range(20):
                one.read(2 * n + DOOR, 1)
            await one.wind(1)
            assert one.alarms.rate() == (0, 0)
            await one.wind(600)
            assert one.alarms.rate() == (20, 1), "all of them are told when the shelf ends"

    asyncio.run(scenario())


def test_that_of_ten_thousand_alarms_in_a_second_none_is_lost_and_their_order_is_kept(tmp_path: Path) -> None:
    count, at_once = 10_000, 200
    plant = site([RULES[OPEN]], equipment=count)
    order = np.random.default_rng(4).permutation(count)
    with hall(tmp_path, plant) as one:
        for at in range(0, count, at_once):
            one.alarms.absorb(change(one.clock, dict.fromkeys((2 * order[at : at + at_once] + DOOR).tolist(), 1.0)))
        assert (one.alarms.columns["state"] == State.UNACKED).all()
        one.alarms.tick()
        assert one.alarms.rate() == (count, 1)
    rows = JournalReader(tmp_path / "journal.db").search(category="alarm", n=2 * count)[::-1]
    raised = [row.subject for row in rows if row.kind == "raise"]
    assert raised == [plant.alarms[row].id for row in order.tolist()]
