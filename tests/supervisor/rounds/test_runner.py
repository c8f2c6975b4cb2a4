"""A round from its dry run to its end: stages, stops, what it never does twice, and its thread in the journal."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from supervisor.errors import Refused
from supervisor.rounds import acts
from supervisor.rounds.runner import AT_ONCE
from tests.supervisor.rounds.estate import ANN, EVE, NED, Estate, Field, estate, hurried, site


def run(folder: Path, scenario: Callable[[Estate], Awaitable[None]], count: int = 30) -> None:
    async def main() -> None:
        async with hurried(), estate(folder, count) as one:
            await scenario(one)

    asyncio.run(main())


def test_that_a_round_goes_by_one_ten_and_a_hundred_percent_and_a_person_lets_each_go(tmp_path: Path) -> None:
    async def scenario(one: Estate) -> None:
        number = await one.plan()
        assert not one.field.writes
        assert (await one.state(), one.round().stage) == ("planned", 0)
        for stage, (done, state) in enumerate([(1, "held"), (3, "held"), (30, "done")]):
            await one.release(stage)
            assert len(one.field.writes) == done
            assert await one.state(number) == state
            assert Counter((await one.states()).values())["done"] == done
        assert all(one.field.value[f"C{n}.on"] == 1 for n in range(1, 31))
        assert [row.outcome for row in one.given()] == ["done"] * 30
        assert not one.rounds.runner.rounds
        assert one.field.most <= AT_ONCE

    run(tmp_path, scenario)


def test_that_a_round_that_is_not_over_is_listed_however_many_came_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(one: Estate) -> None:
        for _ in range(3):
            await one.plan()
        await one.ask("round_end", number=2)
        assert [told["number"] for told in (await one.ask("rounds"))["rounds"]] == [3, 1]

    monkeypatch.setattr(acts, "MOST", 1)
    run(tmp_path, scenario)


def test_that_no_more_than_four_are_under_way_at_once(tmp_path: Path) -> None:
    async def scenario(one: Estate) -> None:
        await one.plan()
        await one.release(0)
        await one.release(1)
        one.field.gate.clear()
        await one.ask("round_release", number=1, stage=2)
        await one.until(lambda: one.field._now == AT_ONCE, "four are under way")
        await asyncio.sleep(0.1)
        assert one.field.most == AT_ONCE
        one.field.gate.set()
        await one.until(lambda: not one.rounds.runner.rounds, "it is done")

    run(tmp_path, scenario)


def test_that_five_a_second_leave_at_most(tmp_path: Path) -> None:
    async def main() -> None:
        async with estate(tmp_path, 6) as one:
            await one.plan()
            await one.release(0)
            await one.release(1)
            begun = one.clock.monotonic()
            await one.release(2)
            assert one.clock.monotonic() - begun >= 3 * 0.2, "three pauses between four commands"

    asyncio.run(main())


def test_that_the_first_stage_stops_at_the_first_that_is_not_done_and_goes_on_with_what_waits(tmp_path: Path) -> None:
    async def scenario(one: Estate) -> None:
        await one.plan()
        one.field.refusing = {"C1"}
        await one.release(0)
        assert (await one.state(), one.round().reason.en) == ("stopped", "Stopped by itself: 1 command not done.")
        assert (await one.states())["C1"] == "failed"
        one.field.refusing = {"C3"}
        await one.release(1)
        assert await one.state() == "stopped", "nothing has gone right yet, so nothing may go wrong"
        one.field.refusing = set()
        await one.release(2)
        states = await one.states()
        assert (states["C1"], states["C2"], states["C3"], await one.state()) == ("failed", "done", "failed", "done")
        assert not [row for row, count in Counter(row.equipment for row in one.given()).items() if count > 1]

    run(tmp_path, scenario)


def test_that_a_later_stage_bears_one_in_twenty_and_no_more(tmp_path: Path) -> None:
    async def scenario(one: Estate) -> None:
        await one.plan()
        await one.release(0)
        one.field.refusing = {"C2"}
        await one.release(1)
        assert await one.state() == "held", "one of two: one is always borne"
        one.field.refusing = {f"C{n}" for n in range(1, 31)}
        await one.release(2)
        told = Counter((await one.states()).values())
        assert await one.state() == "stopped"
        assert 2 <= told["failed"] - 1 <= 2 + AT_ONCE, "two of 27, and those under way then"
        assert told["waiting"] > 15
        one.field.refusing = set()
        await one.release(2)
        assert await one.state() == "done"
        assert max(Counter(row.equipment for row in one.given()).values()) == 1, "asked once each"

    run(tmp_path, scenario)


def test_that_a_person_stops_it_at_once_and_what_has_left_ends_by_itself(tmp_path: Path) -> None:
    async def scenario(one: Estate) -> None:
        await one.plan()
        await one.release(0)
        await one.release(1)
        one.field.gate.clear()
        await one.ask("round_release", number=1, stage=2)
        await one.until(lambda: one.field._now == AT_ONCE, "four are under way")
        await one.ask("round_stop", number=1)
        assert await one.state() == "stopped"
        for act in ("round_release", "round_end"):
            with pytest.raises(Refused, match="still under way"):
                await one.ask(act, ANN, number=1, stage=2)
        one.field.gate.set()
        await one.until(lambda: not one.rounds.runner.busy(1), "they end")
        told = Counter((await one.states()).values())
        assert told == {"done": 3 + AT_ONCE, "waiting": 30 - 3 - AT_ONCE}
        assert one.round().reason.fr == "Arrêtée par Ann."
        await one.release(2)
        assert await one.state() == "done"

    run(tmp_path, scenario)


def test_that_what_is_refused_or_already_so_is_left_out_unless_somebody_wants_it(tmp_path: Path) -> None:
    async def scenario(one: Estate) -> None:
        one.field.value |= {"C1.on": 1.0, "C2.fault": 1.0}
        one.speak()
        await one.plan()
        states = await one.states()
        assert (states["C1"], states["C2"], states["C3"]) == ("left_out", "left_out", "waiting")
        assert await one.plan(same=False, refused=False) == 2
        assert set((await one.states(2)).values()) == {"waiting"}
        await one.release(0)
        assert [tag for tag, _ in one.field.writes] == ["C3.order"]

    run(tmp_path, scenario)


def test_that_a_lock_out_hung_after_the_plan_is_met_and_stops_it(tmp_path: Path) -> None:
    async def scenario(one: Estate) -> None:
        await one.plan()
        await one.desk.lock_outs.hang("C1", "intervention", ANN)
        await one.release(0)
        told = await one.ask("round", number=1)
        row = next(row for row in told["targets"] if row[0] == "C1")
        assert (row[2], told["state"]) == ("refused", "stopped")
        assert "intervention" in told["reasons"][row[6]][0]
        assert not one.field.writes

    run(tmp_path, scenario)


def test_that_its_thread_in_the_journal_tells_everything_in_order_and_the_chain_is_whole(tmp_path: Path) -> None:
    async def scenario(one: Estate) -> None:
        await one.plan()
        one.field.refusing = {"C1"}
        await one.release(0)
        await one.release(1)
        await one.release(2)
        kinds = [row.kind.removeprefix("round_") for row in one.thread()]
        assert kinds == [
            "plan", "release", "target", "stop", "release", "target", "held", "release", "target", "done",
        ]  # fmt: skip
        plan, release, target, stop = one.thread()[:4]
        assert (plan.who, plan.detail["count"], plan.detail["wish"]["command"]) == ("ann", 3, "on")
        assert (release.detail["stage"], release.detail["count"]) == (1, 1)
        assert (target.result, target.area, target.detail["equipment"]) == ("failed", "north", "C1")
        assert target.detail["id"] == one.given()[0].id
        assert target.detail["fr"]
        assert (stop.detail["en"], stop.who) == ("Stopped by itself: 1 command not done.", "")
        assert one.reader.verify().whole

    run(tmp_path, scenario, 3)


@asynccontextmanager
async def planned(folder: Path) -> AsyncIterator[Estate]:
    async with hurried(), estate(folder, 6) as one:
        await one.plan()
        yield one


@pytest.mark.parametrize(
    ("act", "user", "words", "check"),
    [
        ("round_release", EVE, {"number": 1, "stage": 0}, "right"),
        ("round_release", ANN, {"number": 1, "stage": 1}, "gone"),
        ("round_release", ANN, {"number": 7, "stage": 0}, "gone"),
        ("round_stop", ANN, {"number": 1}, "gone"),
        ("round_stop", EVE, {"number": 1}, "right"),
        ("round_end", EVE, {"number": 1}, "right"),
        ("round_plan", EVE, {"type": "circuit", "command": "on"}, "right"),
        ("round_plan", ANN, {"type": "circuit", "command": "on", "areas": ["moon"]}, "unknown"),
    ],
)
def test_that_what_may_not_be_done_is_refused_and_journalled(
    tmp_path: Path, act: str, user: object, words: dict[str, object], check: str
) -> None:
    async def main() -> None:
        async with planned(tmp_path) as one:
            with pytest.raises(Refused) as caught:
                await one.ask(act, user, **words)  # type: ignore[arg-type]
            assert caught.value.check == check
            await one.until(lambda: one.reader.latest(1)[0].kind == "refused", "it is in the journal")
            row = one.reader.latest(1)[0]
            assert (row.category, row.result, row.detail["act"]) == ("round", check, act)
            assert (await one.state(), one.field.writes) == ("planned", [])

    asyncio.run(main())


def test_that_who_releases_must_have_the_right_to_all_of_the_stage(tmp_path: Path) -> None:
    async def main() -> None:
        async with planned(tmp_path) as one:
            await one.release(0, NED)
            assert one.given()[0].who == "ned", "in whose name it goes"
            await one.release(1)
            with pytest.raises(Refused, match="3 of the 4"):
                await one.release(2, NED)
            await one.release(2)
            assert await one.state() == "done"

    asyncio.run(main())


def test_that_an_ended_round_asks_for_nothing_more(tmp_path: Path) -> None:
    async def main() -> None:
        async with planned(tmp_path) as one:
            await one.release(0)
            await one.ask("round_end", number=1)
            assert await one.state() == "ended"
            with pytest.raises(Refused, match="is over"):
                await one.release(1)
            told = await one.ask("rounds")
            assert told["rounds"][0]["counts"] == {"done": 1, "waiting": 5}
            assert len(one.field.writes) == 1

    asyncio.run(main())


def test_that_a_restart_finds_it_where_it_was_and_goes_on_when_told_to(tmp_path: Path) -> None:
    async def main() -> None:
        field = Field(site(30))
        async with hurried(), estate(tmp_path, 30, field) as one:
            await one.plan()
            await one.release(0)
        async with hurried(), estate(tmp_path, 30, field) as one:
            assert await one.state() == "held", "between two stages it simply waits"
            await one.release(1)
            field.gate.clear()
            await one.ask("round_release", number=1, stage=2)
            await one.until(lambda: field._now == AT_ONCE, "in the middle of a stage")
        field.gate.set()
        async with hurried(), estate(tmp_path, 30, field) as one:
            told = Counter((await one.states()).values())
            assert (await one.state(), one.round().reason.fr[:22]) == ("stopped", "Le poste a redémarré p")
            assert told == {"done": 3, "unknown": AT_ONCE, "waiting": 30 - 3 - AT_ONCE}
            await one.release(2)
            assert await one.state() == "done"
            assert max(Counter(row.equipment for row in one.given()).values()) == 1
            kinds = [row.kind for row in one.thread()]
            assert (kinds.count("round_stop"), kinds.count("round_target"), kinds[-1]) == (1, 30, "round_done")

    asyncio.run(main())


def test_that_counts_of_rounds_that_are_over_stay_right(tmp_path: Path) -> None:
    async def main() -> None:
        async with planned(tmp_path) as one:
            await one.release(0)
            assert (await one.ask("rounds"))["rounds"][0]["counts"] == {"done": 1, "waiting": 5}
            await all_of(one)
            number = await one.plan(command="off")
            for _ in range(2):
                told = (await one.ask("rounds"))["rounds"]
                assert [row["counts"] for row in told] == [{"waiting": 6}, {"done": 6}]
                assert [row["number"] for row in told] == [number, 1]

    asyncio.run(main())


@pytest.mark.logs("Round 1 stops")
def test_that_a_mistake_of_ours_stops_it_and_leaves_it_usable(tmp_path: Path) -> None:
    async def main() -> None:
        async with planned(tmp_path) as one:
            outcome = one.desk.outcome
            one.desk.outcome = None  # type: ignore[assignment, method-assign]
            await one.release(0)
            assert (await one.state(), one.round().reason.en[:14]) == ("stopped", "Internal error")
            one.desk.outcome = outcome  # type: ignore[method-assign]
            await one.release(1)
            assert (await one.states())["C2"] == "done"

    asyncio.run(main())


@pytest.mark.logs("round", "cannot be written", "in the ledger", "journal")
def test_that_nothing_is_asked_while_the_journal_cannot_be_written(tmp_path: Path) -> None:
    async def main() -> None:
        async with hurried(), estate(tmp_path, 12) as one:
            await one.plan()
            await one.release(0)
            connection = sqlite3.connect(tmp_path / "journal.db")
            (size,) = connection.execute("PRAGMA page_count").fetchone()
            connection.close()
            one.journal.submit(lambda database: database.execute_sql(f"PRAGMA max_page_count = {size}")).result()
            one.journal.submit(_fill).exception()
            with pytest.raises(Refused) as caught:
                await all_of(one)
            assert caught.value.check == "journal"
            one.journal.submit(lambda database: database.execute_sql("PRAGMA max_page_count = 100000")).result()
            assert len(one.field.writes) == len([row for row in one.given() if row.outcome != "refused"])

    asyncio.run(main())


async def all_of(one: Estate) -> None:
    while one.rounds.runner.rounds:
        await one.release(one.round().stage)


def _fill(database: object) -> None:
    """Take what room is left in the pages there are."""
    for _ in range(10_000):
        database.execute_sql("CREATE TABLE IF NOT EXISTS fill (x)")  # type: ignore[attr-defined]
        database.execute_sql("INSERT INTO fill VALUES (randomblob(3000))")  # type: ignore[attr-defined]
