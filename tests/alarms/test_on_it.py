"""Who is on an alarm, words about it, being told again, the first of a group, and why an alarm is hidden."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alarms.life import SAME_INSTANT
from alarms.states import State
from alarms.suppression import Act, Hidden
from supervisor.alarm_terms import Design
from supervisor.asides import asides
from supervisor.clock import HandClock
from supervisor.database import Connection, connect
from supervisor.desk.acts import acts
from supervisor.desk.alarm_desk import AlarmDesk
from supervisor.desk.desk import Desk
from supervisor.errors import Refused
from supervisor.journal import JournalReader, Row
from supervisor.model import Role, User
from supervisor.names import OTHER, coded
from supervisor.table import TagTable
from tests.alarms.hall import DOOR, HIGH, HIGH_HIGH, LEVEL, LOW, OPEN, RULES, Hall, hall, site

WAYS = ("taken_by", "shelved_by")
BOSS = User("boss", "Boss", Role.SUPERVISOR)
AGAIN = [replace(rule, realarm_s=600.0) for rule in RULES]


def rows(folder: Path, subject: str) -> list[Row]:
    return JournalReader(folder / "journal.db").search(subject)[::-1]


def code(one: Hall, who: str) -> int:
    return 1 + list(one.site.users).index(who)


def test_that_who_takes_an_alarm_over_is_seen_journalled_and_remembered(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(DOOR, 1)
            assert await one.alarms.take(["E0.open", "E0.high"], "ann") == 1, "what does not stand is nobody's"
            assert one.alarms.columns["taken_by"][OPEN] == code(one, "ann")
            assert await one.alarms.take(["E0.open"], "ann") == 0
            assert await one.alarms.take(["E0.open"], "ned") == 1
        with hall(tmp_path) as one:
            assert one.alarms.columns["taken_by"][OPEN] == code(one, "ned")
            assert one.alarms.taken == {"E0.open": "ned"}
            assert await one.alarms.release(["E0.open"], "ned") == 1
            assert one.alarms.columns["taken_by"][OPEN] == 0
        with hall(tmp_path) as one:
            assert one.alarms.taken == {}

    asyncio.run(scenario())
    told = [(row.kind, row.who, row.detail.get("from", "")) for row in rows(tmp_path, "E0.open")]
    assert told == [("raise", "", ""), ("take", "ann", ""), ("take", "ned", "ann"), ("release", "ned", "ned")]


def test_that_somebody_the_site_does_not_list_is_remembered_by_name(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(DOOR, 1)
            await one.alarms.take(["E0.open"], "zoe")
            assert one.alarms.columns["taken_by"][OPEN] == 0xFFFF
        with hall(tmp_path) as one:
            assert one.alarms.taken == {"E0.open": "zoe"}

    asyncio.run(scenario())


def test_that_nobody_is_on_an_alarm_that_is_normal_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(DOOR, 1)
            await one.alarms.take(["E0.open"], "ann")
            await one.alarms.acknowledge(["E0.open"], "ann")
            one.read(DOOR, 0)
            assert one.alarms.columns["taken_by"][OPEN] == 0
        with hall(tmp_path) as one:
            assert one.alarms.taken == {}

    asyncio.run(scenario())


@pytest.mark.parametrize("restart", [False, True])
def test_that_an_acknowledged_alarm_that_still_stands_is_told_again(tmp_path: Path, restart: bool) -> None:
    async def scenario() -> None:
        clock = HandClock()
        one = Hall(tmp_path, site(AGAIN), clock)
        one.read(DOOR, 1)
        await one.alarms.acknowledge(["E0.open"], "ann")
        raised = int(one.alarms.columns["raised_at"][OPEN])
        await one.wind(300)
        if restart:
            one.close()
            one = Hall(tmp_path, site(AGAIN), clock)
        await one.wind(299)
        assert one.state(OPEN) == State.ACKED
        await one.wind(2)
        columns = one.alarms.columns
        assert one.state(OPEN) == State.UNACKED
        assert (columns["acked_at"][OPEN], columns["raised_at"][OPEN]) == (0, raised)
        assert columns["annunciated_at"][OPEN] == clock.now()
        await one.alarms.acknowledge(["E0.open"], "ann")
        one.read(DOOR, 0)
        await one.wind(3600)
        assert one.state(OPEN) == State.NORMAL
        one.close()

    asyncio.run(scenario())
    kinds = [row.kind for row in rows(tmp_path, "E0.open")]
    assert kinds == ["raise", "acknowledge", "realarm", "acknowledge", "clear"]


def test_that_a_rule_without_a_time_is_not_told_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(DOOR, 1)
            await one.alarms.acknowledge(["E0.open"], "ann")
            await one.wind(86_400)
            assert one.state(OPEN) == State.ACKED

    asyncio.run(scenario())


def test_that_the_first_of_an_equipment_is_marked_until_all_of_it_are_normal(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path, site(equipment=2)) as one:
            first = one.alarms.columns["first_up"]
            one.read(DOOR, 1)
            one.read(LEVEL, 3.5)
            one.read(2 + DOOR, 1)
            assert first.tolist() == [0, 0, 0, 1, 0, 0, 0, 1], "each equipment has a first of its own"
            one.read(DOOR, 0)
            await one.alarms.acknowledge(["E0.open"], "ann")
            assert first[OPEN] == 1, "it is normal; it was the first all the same"
        with hall(tmp_path, site(equipment=2)) as one:
            first = one.alarms.columns["first_up"]
            assert first[OPEN] == 1
            one.read(LEVEL, 2)
            await one.alarms.acknowledge(["E0.high"], "ann")
            assert first.tolist() == [0, 0, 0, 0, 0, 0, 0, 1]
        with hall(tmp_path, site(equipment=2)) as one:
            assert one.alarms.columns["first_up"].tolist() == [0, 0, 0, 0, 0, 0, 0, 1]

    asyncio.run(scenario())


def test_that_of_two_that_come_in_one_turn_the_most_urgent_is_the_first(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        one.read(LEVEL, 5)
        assert one.alarms.columns["first_up"][[HIGH, HIGH_HIGH]].tolist() == [0, SAME_INSTANT]


def test_that_a_declared_group_has_one_first_for_the_whole_equipment(tmp_path: Path) -> None:
    """A station and its pumps: whichever stops first, however the others follow."""
    grouped = [replace(rule, design=Design(first_up="stop")) for rule in RULES]
    plant = site(grouped, equipment=3)
    things = [replace(thing, id=id_) for thing, id_ in zip(plant.equipment, ("S", "S.P1", "T"), strict=True)]
    tags = tuple(replace(tag, equipment=things[tag.equipment.index]) for tag in plant.tags)
    alarms = tuple(
        replace(alarm, equipment=things[alarm.equipment.index], tag=tags[alarm.tag.index]) for alarm in plant.alarms
    )
    with hall(tmp_path, replace(plant, equipment=tuple(things), tags=tags, alarms=alarms)) as one:
        for thing in (1, 0, 2):
            one.read(2 * thing + DOOR, 1)
        assert np.flatnonzero(one.alarms.columns["first_up"]).tolist() == [4 + OPEN, 8 + OPEN]


def test_that_a_shelf_tells_who_why_and_until_when_without_the_journal(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            await one.alarms.shelve(["E0.high"], 10, "works", "ann")
            await one.alarms.remove(["E0.open", "E0.high"], "broken contact", "ned")
            assert one.alarms.columns["shelved_by"][HIGH] == code(one, "ann")
            until = int(one.alarms.columns["shelved_until"][HIGH])
        with hall(tmp_path) as one:
            assert one.alarms.columns["shelved_by"][HIGH] == code(one, "ann")
            told = [(aside.alarm, aside.how, aside.who, aside.reason) for aside in one.alarms.asides]
            assert sorted(told) == [
                ("E0.high", "out_of_service", "ned", "broken contact"),
                ("E0.high", "shelved", "ann", "works"),
                ("E0.open", "out_of_service", "ned", "broken contact"),
            ]
            kept = asides(tmp_path / "journal.db")
            assert (kept[0].alarm, kept[0].until) == ("E0.high", until), "what ends first comes first"
            assert sorted(kept, key=str) == sorted(one.alarms.asides, key=str)
            await one.wind(601)
            await one.alarms.put_back(["E0.open"], "ned")
            assert one.alarms.columns["shelved_by"][HIGH] == 0
            assert one.alarms.columns["suppression"].tolist() == [Hidden.OUT_OF_SERVICE, 0, 0, 0]
        assert [aside.how for aside in asides(tmp_path / "journal.db")] == ["out_of_service"]

    asyncio.run(scenario())


def test_that_what_comes_off_the_shelf_unacknowledged_is_told_then(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            await one.alarms.shelve(["E0.open"], 10, "works", "ann")
            one.read(DOOR, 1)
            assert one.alarms.columns["annunciated_at"][OPEN] == 0
            await one.wind(601)
            assert one.alarms.columns["annunciated_at"][OPEN] == one.clock.now()

    asyncio.run(scenario())


def test_that_the_desk_checks_right_reason_and_words(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            ann, eve, ned = (one.site.users[name] for name in ("ann", "eve", "ned"))
            one.read(DOOR, 1)
            desk = AlarmDesk(one.site, one.alarms, one.journal, {})

            async def refused(doing: Any) -> str:
                with pytest.raises(Refused) as caught:
                    await doing
                assert caught.value.text.fr != caught.value.text.en
                return caught.value.check

            assert await refused(desk.take(["E0.open"], eve)) == "right"
            assert await refused(desk.remove(["E0.open"], "broken", ann)) == "right"
            assert await refused(desk.remove(["E0.open"], " ", BOSS)) == "reason"
            assert await refused(desk.comment(["E0.open"], " ", ann)) == "text"
            assert await refused(desk.comment(["E0.open"], "x" * 401, ann)) == "text"
            assert await desk.take(["E0.open"], ann) == 1
            assert await refused(desk.release(["E0.open"], ned)) == "right"
            assert await desk.release(["E0.open"], BOSS) == 1
            assert await desk.remove(["E0.open"], "broken", BOSS) == 1
            assert await refused(desk.put_back(["E0.open"], ann)) == "right"
            assert await desk.put_back(["E0.open"], BOSS) == 1

    asyncio.run(scenario())


def test_that_the_acts_of_the_socket_take_comment_remove_and_list(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(DOOR, 1)
            desk = Desk(one.site, TagTable(one.site.tags).columns, {}, one.journal, one.clock)
            table = acts(desk, AlarmDesk(one.site, one.alarms, one.journal, {}))

            async def ask(act: str, **words: Any) -> Any:
                return await table[act](BOSS, words)

            assert await ask("take", alarms=["E0.open"]) == {"count": 1}
            assert await ask("taken") == {"alarms": {"E0.open": "boss"}}
            assert await ask("comment", alarms=["E0.open"], text=" key is with the crew ") == {"count": 1}
            assert await ask("release", alarms=["E0.open"]) == {"count": 1}
            assert await ask("remove_from_service", alarms=["E0.open"], reason="contact") == {"count": 1}
            (hidden,) = (await ask("aside"))["alarms"]
            assert {**hidden, "since": 0} == {
                "alarm": "E0.open", "how": "out_of_service", "who": "boss", "reason": "contact", "since": 0, "until": 0,
            }  # fmt: skip
            assert await ask("return_to_service", alarms=["E0.open"]) == {"count": 1}
            await desk.stop()

    asyncio.run(scenario())
    told = {row.kind: row for row in rows(tmp_path, "E0.open")}
    assert told["comment"].detail["text"] == "key is with the crew"
    assert (told["remove"].who, told["remove"].detail["reason"]) == ("boss", "contact")


OLD = """
    CREATE TABLE alarms(
        id TEXT PRIMARY KEY, state TEXT NOT NULL, suppression INTEGER NOT NULL, raised_at INTEGER NOT NULL,
        cleared_at INTEGER NOT NULL, acked_at INTEGER NOT NULL, value REAL, count INTEGER NOT NULL,
        shelved_until INTEGER NOT NULL) WITHOUT ROWID;
"""


def test_that_alarms_an_earlier_vigie_kept_in_a_file_of_their_own_are_taken_over_once(tmp_path: Path) -> None:
    old: Connection = connect(tmp_path / "alarms.db", (OLD,))
    old.execute("INSERT INTO alarms VALUES('E0.open','acked',0,5,0,6,1.0,3,0)")
    old.close()
    with hall(tmp_path) as one:
        columns = one.alarms.columns
        assert (columns["state"][OPEN], columns["raised_at"][OPEN], columns["count"][OPEN]) == (State.ACKED, 5, 3)
        assert not (tmp_path / "alarms.db").exists()
        one.read(DOOR, 0)
    with hall(tmp_path) as one:
        assert one.state(OPEN) == State.NORMAL


def test_that_two_ways_of_hiding_at_once_both_stand_after_a_restart(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            await asyncio.gather(
                one.alarms.shelve(["E0.open"], 10, "works", "ann"),
                one.alarms.hide(["E0.open"], Act.REMOVE, "broken", "ned"),
            )
            one.read(DOOR, 1)
            before = {name: one.alarms.columns[name].copy() for name in ("state", "suppression", "shelved_until")}
        with hall(tmp_path) as one:
            for name, column in before.items():
                np.testing.assert_array_equal(one.alarms.columns[name], column)
            assert one.alarms.columns["suppression"][OPEN] == Hidden.SHELVED | Hidden.OUT_OF_SERVICE
            assert one.state(LOW) == State.NORMAL

    asyncio.run(scenario())


def test_that_the_mark_of_the_first_goes_with_the_rule_that_held_its_group_up(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.read(DOOR, 1)
            one.read(LEVEL, 3.5)
            one.read(DOOR, 0)
            await one.alarms.acknowledge(["E0.open"], "ann")
            assert one.alarms.columns["first_up"][OPEN] == 1
        left = [rule for rule in RULES if rule.id != "high"]
        with hall(tmp_path, site(left)) as one:
            first = one.alarms.columns["first_up"]
            assert first.tolist() == [0, 0, 0], "the last of the group that stood left the site"
            one.read(LEVEL, 5)
            assert first.tolist() == [1, 0, 0]

    asyncio.run(scenario())


def test_that_somebody_the_station_alone_knows_is_on_an_alarm_by_a_code_of_their_own(tmp_path: Path) -> None:
    async def scenario() -> None:
        with hall(tmp_path) as one:
            one.journal.people.meet("x.gast", "Xavière Gast")
            one.journal.people.meet("y.roy", "Yann Roy")
            one.read(DOOR, 1)
            await one.alarms.take(["E0.open"], "y.roy")
            assert one.alarms.columns["taken_by"][OPEN] == one.journal.people.code("y.roy") != OTHER
            await one.alarms.shelve(["E0.open"], 15, "essai", "x.gast")
            assert one.alarms.columns["shelved_by"][OPEN] == one.journal.people.code("x.gast")
        with hall(tmp_path) as one:
            assert one.alarms.taken == {"E0.open": "y.roy"}, "and is so after a restart"
            shown = [coded(one.site, one.journal.people, int(one.alarms.columns[way][OPEN])) for way in WAYS]
            assert shown == ["y.roy", "x.gast"]

    asyncio.run(scenario())
