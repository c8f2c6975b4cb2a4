"""A read-back must be newer than the write: what counts, what does not."""

from __future__ import annotations

import pytest

from supervisor.clock import SECOND
from supervisor.desk.watch import Watch
from supervisor.flow import Batch
from supervisor.model import Quality
from supervisor.table import TagTable
from tests.supervisor.plant import site

T0 = 1_000 * SECOND


class Bench:
    """A table of one tag and a watch for its being 1, with seconds since the write left."""

    def __init__(self, value: float, skew_s: float = 0.0, quality: int = Quality.GOOD) -> None:
        self.table = TagTable(site(1).tags)
        self.skew_s = skew_s
        self.watch: Watch | None = None
        self.read(-1.0, value, quality=quality)
        self.watch = Watch(self.table.columns, 0, lambda read: read == 1.0, T0)

    def read(self, at_s: float, value: float, measured_s: float | None = None, quality: int = Quality.GOOD) -> bool:
        """The device measured at `measured_s` by its own clock, which is `skew_s` ahead; it arrives at `at_s`."""
        measured = at_s if measured_s is None else measured_s
        batch = Batch.of([0], value, T0 + round((measured + self.skew_s) * SECOND), quality)
        change = self.table.apply(batch, T0 + round(at_s * SECOND))
        if self.watch is None:
            return False
        if len(change):
            self.watch.absorb(change)
        return self.watch.poll()


def test_that_a_value_that_moves_to_what_was_asked_is_an_answer() -> None:
    bench = Bench(0.0)
    assert not bench.read(0.1, 0.0)
    assert bench.read(0.2, 1.0)


def test_that_the_value_held_before_the_write_is_no_answer() -> None:
    bench = Bench(1.0)
    assert bench.watch is not None
    assert not bench.watch.poll()


def test_that_a_poll_under_way_while_the_command_was_written_is_no_answer() -> None:
    bench = Bench(1.0)
    assert not bench.read(0.1, 1.0, measured_s=-0.2)


def test_that_a_standing_value_measured_after_the_write_is_an_answer() -> None:
    assert Bench(1.0).read(0.3, 1.0, measured_s=0.2)


def test_that_a_standing_value_is_believed_at_its_second_arrival_whatever_the_device_dates_it() -> None:
    for skew_s in (-3600.0, 30.0):
        bench = Bench(1.0, skew_s)
        assert not bench.read(0.3, 1.0)
        assert bench.read(1.3, 1.0)


def test_that_a_value_that_leaves_and_comes_back_is_an_answer() -> None:
    bench = Bench(1.0, -3600.0)
    assert not bench.read(0.1, 0.0)
    assert bench.read(0.2, 1.0)


def test_that_a_loss_is_no_answer_and_is_remembered_until_a_value_comes() -> None:
    bench = Bench(1.0)
    assert not bench.read(0.1, float("nan"), quality=Quality.NOT_CONNECTED)
    assert bench.watch is not None
    assert bench.watch.lost
    assert bench.read(0.5, 1.0)
    assert not bench.watch.lost


def test_that_what_a_broker_retained_is_no_answer_after_a_loss_or_where_nothing_was_known() -> None:
    for bench in (Bench(1.0), Bench(float("nan"), quality=Quality.NOT_CONNECTED)):
        bench.read(0.1, float("nan"), measured_s=-0.9, quality=Quality.NOT_CONNECTED)
        assert not bench.read(0.2, 1.0, measured_s=-0.5)
        assert bench.read(0.3, 1.0, measured_s=0.25)


def test_that_a_pulse_is_an_answer_though_it_has_gone_again() -> None:
    bench = Bench(0.0)
    bench.read(0.1, 1.0)
    assert bench.read(0.2, 0.0)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_that_a_step_back_of_the_machines_clock_hides_no_arrival(value: float) -> None:
    bench = Bench(value)
    bench.read(-50.0, 1.0, measured_s=-0.5)
    assert bench.read(-49.0, 1.0, measured_s=0.5)


def test_that_a_value_put_by_hand_proves_nothing_and_neither_does_letting_it_go() -> None:
    for standing in (0.0, 1.0):
        bench = Bench(standing)
        assert bench.watch is not None
        bench.watch.absorb(bench.table.substitute(0, 1.0, T0 + SECOND))
        assert not bench.watch.poll()
        for at_s in (2.0, 3.0, 4.0):
            assert not bench.read(at_s, 0.0)
    bench = Bench(1.0)
    bench.table.substitute(0, 0.0, T0 - SECOND // 2)
    bench.watch = Watch(bench.table.columns, 0, lambda read: read == 1.0, T0)
    bench.watch.absorb(bench.table.release(0, T0 + SECOND))
    assert not bench.watch.poll(), "what stands again was measured before the write"
    assert bench.read(2.0, 1.0), "the device says it again"
