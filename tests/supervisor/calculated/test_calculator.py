"""The calculator: what it publishes is what a plain evaluation gives, in any order of changes, within the same turn."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from supervisor.clock import SECOND
from supervisor.flow import Batch
from supervisor.model import Quality
from tests.supervisor.calculated.town import NOW, Plain, Running, files

numbers: SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["a", "b", "P1.c", "2", "0.5", "7"]),
        st.sampled_from(["sum", "mean", "min", "max"]).map(lambda name: f"{name}(parts.c)"),
        st.tuples(numbers, st.sampled_from("+-*/"), numbers).map(lambda one: f"({one[0]} {one[1]} {one[2]})"),
        st.tuples(truths, numbers, numbers).map(lambda one: f"if({one[0]}, {one[1]}, {one[2]})"),
        st.tuples(st.sampled_from(["min", "max"]), numbers, numbers).map(lambda one: f"{one[0]}({one[1]}, {one[2]})"),
        st.tuples(st.sampled_from(["abs", "sqrt"]), numbers).map(lambda one: f"{one[0]}({one[1]})"),
        numbers.map(lambda one: f"clamp(-{one}, -3, a)"),
        st.just("count(parts.on and parts.c > 1)"),
    )
)
truths: SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["on", "mode == auto", "mode != manual", "any(parts.on)", "all(parts.c < 2)"]),
        st.tuples(truths, st.sampled_from(["and", "or"]), truths).map(lambda one: f"({one[0]} {one[1]} {one[2]})"),
        st.tuples(numbers, st.sampled_from(["<", ">=", "!="]), numbers).map(lambda one: f"{one[0]} {one[1]} {one[2]}"),
        truths.map(lambda one: f"not ({one})"),
    )
)
short = numbers.filter(lambda text: text.count("(") < 16)
asked = truths.filter(lambda text: text.count("(") < 16)
GENERATE = (Phase.explicit, Phase.generate)
"""A formula is short enough to be read as it is; to shorten it takes minutes."""
FIELDS = {"a": 0, "b": 0, "on": 1, "mode": 2, "P1.c": 0, "P1.on": 1, "P2.c": 0, "P2.on": 1}
VALUES = (st.sampled_from([-2.0, 0.0, 0.5, 1.0, 3.0, 1e308]), st.sampled_from([0.0, 1.0]), st.sampled_from([3.0, 5.0]))
cells = st.tuples(st.integers(0, 2), st.sampled_from(sorted(FIELDS))).flatmap(
    lambda at: st.tuples(
        st.just(f"B{at[0]}.{at[1]}"),
        VALUES[FIELDS[at[1]]],
        st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.UNCERTAIN, Quality.SUBSTITUTED, Quality.STALE]),
    )
)
batches = st.lists(st.lists(cells, min_size=1, max_size=12), max_size=6)
Rows = list[tuple[str, float, Quality]]


def publish(running: Running, rows: Rows, time: int) -> None:
    index = [running.site.tag_by_id[id_].index for id_, _, _ in rows]
    values = [math.nan if quality.bad else value for _, value, quality in rows]
    qualities = [int(quality) for _, _, quality in rows]
    running.station.absorb(Batch.of(index, values, time, qualities))  # type: ignore[arg-type]


def check(running: Running, tags: tuple[str, ...]) -> None:
    for box in ("B0", "B1", "B2"):
        for tag in tags:
            spec = running.site.tag_by_id[f"{box}.{tag}"].spec
            assert spec.formula
            told = running.row(f"{box}.{tag}")
            meant = Plain(running, box).result(spec.formula.tree)
            assert told[1] == meant[1], (box, spec.formula.text, told, meant)
            assert told[0] == pytest.approx(meant[0], nan_ok=True), (box, spec.formula.text)


@settings(
    max_examples=40,
    deadline=None,
    phases=GENERATE,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(short, asked, batches)
def test_that_the_columns_come_to_what_a_plain_evaluation_of_each_equipment_gives(
    number: str, truth: str, news: list[Rows]
) -> None:
    formulas = {"first": f"{number} + a * 0", "yes": f"({truth}) and (on or not on)", "second": "first * 2 + b"}
    with tempfile.TemporaryDirectory() as folder:
        running = Running.of(Path(folder), files(3, formulas, kinds={"yes": "boolean"}))
    for turn, rows in enumerate(news):
        publish(running, rows, NOW + turn)
        check(running, ("first", "yes", "second"))


@settings(max_examples=30, deadline=None, phases=GENERATE)
@given(st.lists(cells, min_size=2, max_size=12, unique_by=lambda cell: cell[0]), st.randoms())
def test_that_any_order_of_changes_ends_in_the_same_values(rows: Rows, random) -> None:  # type: ignore[no-untyped-def]
    formulas = {"third": "second + sum(parts.c)", "second": "first - b", "first": "if(on, a, P2.c)"}
    ends = []
    with tempfile.TemporaryDirectory() as folder:
        site = Running.of(Path(folder), files(3, formulas)).site
    for _ in range(3):
        running = Running(site)
        random.shuffle(rows)
        for row in rows:
            publish(running, [row], NOW)
        at_once = Running(site)
        publish(at_once, rows, NOW)
        ends += [
            [one.row(f"B{n}.{tag}") for n in range(3) for tag in ("first", "second", "third")]
            for one in (running, at_once)
        ]
    assert all(str(end) == str(ends[0]) for end in ends)


def test_that_an_input_that_goes_bad_leaves_no_output_good_within_its_turn(tmp_path: Path) -> None:
    running = Running.of(tmp_path, files(1, {"x": "a + b", "y": "x * 2"}))
    running.tell(B0_a=1, B0_b=2)
    assert (running.row("B0.x"), running.row("B0.y")) == ((3.0, 0), (6.0, 0))
    running.changes.clear()
    running.tell(B0_b=math.nan)
    assert running.row("B0.y")[1] == running.row("B0.b")[1] == Quality.TIMEOUT
    assert math.isnan(running.row("B0.y")[0])
    went = [running.site.tags[index].id for change in running.changes for index in change.index.tolist()]
    assert went == ["B0.b", "B0.x", "B0.y"], "each once, inputs first"


def test_that_only_what_a_change_touches_is_worked_out_again(tmp_path: Path) -> None:
    running = Running.of(tmp_path, files(200, {"x": "a + b"}))
    publish(running, [(f"B{n}.{tag}", n, Quality.GOOD) for n in range(200) for tag in "ab"], NOW)
    before = running.table.columns["arrival_time"].copy()
    running.clock._now += SECOND
    running.tell(B7_a=50)
    moved = [
        tag.id for tag in running.site.tags if running.table.columns["arrival_time"][tag.index] != before[tag.index]
    ]
    assert moved == ["B7.a", "B7.x"]


def test_that_a_result_is_dated_by_the_newest_of_its_inputs(tmp_path: Path) -> None:
    running = Running.of(tmp_path, files(1, {"x": "a + max(parts.c)"}))
    running.tell(NOW - 5 * SECOND, B0_a=1, B0_P1_c=1)
    running.tell(NOW - 9 * SECOND, B0_P2_c=1)
    assert running.time("B0.x") == NOW - 5 * SECOND
    running.tell(NOW - 2 * SECOND, B0_P2_c=3)
    assert (running.row("B0.x"), running.time("B0.x")) == ((4.0, 0), NOW - 2 * SECOND)


def test_that_an_input_with_a_slow_clock_comes_back_after_a_loss(tmp_path: Path) -> None:
    running = Running.of(tmp_path, files(1, {"x": "a * 2"}))
    running.tell(NOW - 90 * SECOND, B0_a=1)
    running.station.absorb(Batch.lost([running.site.tag_by_id["B0.a"].index], Quality.NOT_CONNECTED, NOW))
    assert running.row("B0.x")[1] == Quality.NOT_CONNECTED
    running.tell(NOW - 80 * SECOND, B0_a=4)
    assert running.row("B0.x") == (8.0, 0), "its device says 80 s ago, and the loss was dated now"
    assert running.time("B0.x") == NOW


def test_that_a_clock_set_back_stops_no_calculated_tag(tmp_path: Path) -> None:
    running = Running.of(tmp_path, files(1, {"x": "a * 2"}))
    for back in (0, 2, 30, 7200):
        running.clock._now = NOW - back * SECOND
        running.tell(B0_a=back)
        assert running.row("B0.x") == (2.0 * back, 0), back


def test_that_a_substituted_input_makes_a_doubtful_result_and_a_released_one_a_good_one(tmp_path: Path) -> None:
    running = Running.of(tmp_path, files(1, {"x": "a * 2"}))
    running.tell(B0_a=1)
    tag = running.site.tag_by_id["B0.a"]
    running.clock._now += 60 * SECOND
    running.station.substitute(tag, 10.0)
    assert running.row("B0.x") == (20.0, Quality.SUBSTITUTED)
    running.clock._now += 60 * SECOND
    running.station.substitute(tag, None)
    assert running.row("B0.x") == (2.0, 0)


def test_that_a_division_by_zero_is_bad_and_no_number(tmp_path: Path) -> None:
    running = Running.of(tmp_path, files(1, {"x": "a / b", "y": "if(b > 0, a / b, 0)"}))
    running.tell(B0_a=1, B0_b=0)
    assert running.row("B0.x")[1] == Quality.BAD
    assert math.isnan(running.row("B0.x")[0])
    assert running.row("B0.y") == (0.0, 0), "the side that is not taken counts for nothing"


GROUPS = """[[group]]
id = "ALL"
name = "Total"
type = "box"
each = "area"
good = 60

[[group.tag]]
id = "total"
name = "Somme"
of = "a * 2"
how = "sum"

[[group.tag]]
id = "running"
name = "Moteurs en marche"
type = "motor"
of = "on and c > 1"
how = "count"

[[group.tag]]
id = "part"
name = "Part"
of = "mode == auto"
how = "share"

[[group.alarm]]
id = "much"
tag = "total"
when = "high"
limit = 100
priority = 3
name = "Beaucoup"
"""


def test_that_a_group_adds_up_its_area_and_those_inside_it(tmp_path: Path) -> None:
    running = Running.of(tmp_path, files(5, {}, GROUPS))
    rows = [(f"B{n}.a", 10.0 + n, Quality.GOOD) for n in range(5)]
    publish(running, rows + [(f"B{n}.mode", (3.0, 5.0)[n % 2], Quality.GOOD) for n in range(5)], NOW)
    assert running.row("ALL-town.total") == (120.0, 0)
    assert running.row("ALL-harbour.total") == (2.0 * (11 + 13), 0)
    assert running.row("ALL-town.part") == (60.0, 0)
    running.tell(B1_P1_on=1, B1_P1_c=3, B1_P2_on=1, B1_P2_c=0, B3_P1_on=0, B3_P1_c=9, B3_P2_on=1, B3_P2_c=2)
    assert running.row("ALL-harbour.running") == (2.0, 0)
    assert running.row("ALL-town.running")[1] == Quality.NEVER_READ, "4 of 10 motors are known, and 60 % are asked for"
    assert running.row("ALL-town.running_good") == (40.0, 0)
    alarms = [(alarm.id, alarm.tag.id) for alarm in running.site.alarms if alarm.equipment.type.id == "group.ALL"]
    assert alarms == [("ALL-town.much", "ALL-town.total"), ("ALL-harbour.much", "ALL-harbour.total")]


def test_that_what_is_known_before_any_input_has_a_time_is_known_now(tmp_path: Path) -> None:
    running = Running.of(tmp_path, files(5, {}, GROUPS))
    running.tell(B0_a=1)
    assert running.row("ALL-town.running_good") == (0.0, 0), "of no motor is anything known, and that is known"
    assert running.time("ALL-town.running_good") == running.clock.now(), "and not since 1970"


def test_that_a_group_is_good_from_the_stated_share_on_and_says_how_many_are(tmp_path: Path) -> None:
    running = Running.of(tmp_path, files(5, {}, GROUPS.replace('each = "area"\n', "")))
    running.tell(B0_a=1, B1_a=1, B2_a=1, B3_a=1, B4_a=1)
    running.tell(B0_a=math.nan, B1_a=math.nan)
    assert running.row("ALL.total") == (6.0, 0)
    assert running.row("ALL.total_good") == (60.0, 0)
    running.tell(B2_a=math.nan)
    assert running.row("ALL.total")[1] == Quality.TIMEOUT
    assert running.row("ALL.total_good") == (40.0, 0)
    running.station.substitute(running.site.tag_by_id["B2.a"], 4.0)
    assert running.row("ALL.total") == (2.0 * (1 + 1 + 4), Quality.UNCERTAIN), "not all of it measured"
