"""The ledger of holes: what was missed, why, and what came back; over restarts, kills and late samples."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervisor.clock import SECOND, HandClock
from supervisor.errors import StoreError
from supervisor.flow import Batch
from supervisor.holes import DISK, NAME, STATION, Hole, HoleReader, Holes, State, holes, holes_of
from supervisor.model import Quality
from supervisor.station import Station
from supervisor.table import TagTable
from tests.supervisor.plant import site

START = 1_790_000_000 * SECOND
MINUTE = 60 * SECOND


class Ledger:
    """A station with the ledger as its one consumer."""

    def __init__(self, folder: Path, now: int = START, known: int = 0, fillable: tuple[str, ...] = ("memory",)) -> None:
        self.site, self.clock, self.folder = site(), HandClock(now), folder
        self.table = TagTable(self.site.tags)
        self.holes = Holes(folder, self.site, now, known, fillable)
        self.station = Station(self.site, self.table, self.clock, [self.holes.absorb])
        self.connected = self.site.tag_by_id["L.connected"].index
        self.say(0.0)

    def say(self, up: float) -> None:
        self.station.absorb(Batch.of([self.connected], up, self.clock.now()))

    def wait(self, span: int) -> None:
        self.clock._now += span

    def lose(self, quality: Quality = Quality.TIMEOUT) -> None:
        tags = [tag.index for tag in self.site.tags_by_link["L"]]
        self.station.absorb(Batch.lost(tags, quality, self.clock.now()))
        self.say(0.0)

    def past(self, tag: str, *times: int) -> None:
        index = self.site.tag_by_id[tag].index
        self.station.absorb(Batch.of([index] * len(times), 1.0, list(times), historical=True))  # type: ignore[arg-type]

    def read(self) -> list[Hole]:
        self.holes._submit(lambda _: None).result()
        return holes(self.folder, 0, START * 2)


def test_that_a_loss_is_a_hole_with_its_cause_until_the_link_is_back(tmp_path: Path) -> None:
    one = Ledger(tmp_path)
    one.wait(SECOND)
    one.say(1.0)
    assert one.read() == [], "a link that is up within the time to settle has missed nothing"
    one.wait(MINUTE)
    one.lose()
    lost = one.clock.now()
    assert one.read() == [Hole("L", lost, None, "timeout", State.OPEN, 5, 0, 0)]
    one.wait(MINUTE)
    one.say(1.0)
    assert one.read() == [Hole("L", lost, lost + MINUTE, "timeout", State.EMPTY, 5, 0, 0)]
    one.holes.close()


def test_that_late_samples_fill_a_hole_by_and_by_and_only_inside_it(tmp_path: Path) -> None:
    one = Ledger(tmp_path)
    one.wait(SECOND)
    one.say(1.0)
    one.wait(MINUTE)
    one.lose()
    lost = one.clock.now()
    one.wait(MINUTE)
    one.say(1.0)
    back = one.clock.now()
    one.past("E.t0", lost, back + 1)
    assert one.read()[0].state is State.EMPTY, "the span is start < t <= end"
    one.past("E.t0", lost + 1, lost + 2, back)
    one.past("E.t0", lost + 3)
    (hole,) = one.read()
    assert (hole.state, hole.filled, hole.samples) == (State.PARTLY, 1, 4)
    for tag in ("t1", "t2", "t3", "words"):
        one.past(f"E.{tag}", back)
    assert one.read()[0].state is State.FILLED
    one.wait(MINUTE)
    one.lose()
    by_tag = holes_of(tmp_path, one.site.tag_by_id["E.t1"], lost, one.clock.now() + 1)
    assert [(hole.state, hole.samples) for hole in one.read()] == [(State.FILLED, 8), (State.OPEN, 0)]
    assert (by_tag[0].state, by_tag[0].tags, by_tag[0].samples) == (State.FILLED, 1, 1)
    assert holes_of(tmp_path, one.site.tag_by_id["VIGIE.good"], 0, START * 2) == []
    one.holes.close()


def test_that_what_a_protocol_never_sends_again_is_lost(tmp_path: Path) -> None:
    one = Ledger(tmp_path, fillable=())
    one.wait(SECOND)
    one.say(1.0)
    one.wait(MINUTE)
    one.lose(Quality.NOT_CONNECTED)
    one.wait(SECOND)
    one.say(1.0)
    assert [(hole.state, hole.cause) for hole in one.read()] == [(State.LOST, "not_connected")]
    one.holes.close()


def test_that_a_station_that_was_off_is_a_hole_until_each_link_is_back(tmp_path: Path) -> None:
    one = Ledger(tmp_path)
    one.wait(SECOND)
    one.say(1.0)
    one.wait(MINUTE)
    one.lose()
    lost = one.clock.now()
    one.read()
    one.holes.close()  # as a kill does: the loss stands open in the file
    known = lost + 10 * SECOND
    two = Ledger(tmp_path, known + 3600 * SECOND, known)
    two.wait(2 * SECOND)
    two.say(1.0)
    up = two.clock.now()
    assert [(hole.start, hole.end, hole.cause) for hole in two.read()] == [
        (lost, known, "timeout"), (known, up, STATION)
    ]  # fmt: skip
    assert [hole.start for hole in holes(tmp_path, known, up, "L")] == [known]
    assert holes(tmp_path, 0, START * 2, "other") == []
    two.holes.close()


def test_that_a_link_that_stays_away_after_a_start_has_a_hole_of_its_own(tmp_path: Path) -> None:
    known = START - 3600 * SECOND
    one = Ledger(tmp_path, START, known)
    one.lose(Quality.NOT_CONNECTED)
    one.wait(20 * SECOND)
    one.station.absorb(Batch.of([one.site.tag_by_id["VIGIE.changes"].index], 5.0, one.clock.now()))
    assert [(hole.start, hole.end, hole.cause) for hole in one.read()] == [
        (known, START, STATION), (START, None, "not_connected")
    ]  # fmt: skip
    one.holes.close()


def test_that_a_short_pause_of_the_station_parts_no_hole(tmp_path: Path) -> None:
    one = Ledger(tmp_path)
    one.wait(SECOND)
    one.say(1.0)
    one.wait(MINUTE)
    one.lose()
    lost = one.clock.now()
    one.read()
    one.holes.close()
    two = Ledger(tmp_path, lost + 5 * SECOND, lost + SECOND)
    two.wait(30 * SECOND)
    two.lose()
    two.wait(SECOND)
    two.say(1.0)
    assert [(hole.start, hole.end) for hole in two.read()] == [(lost, two.clock.now())]
    two.holes.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 300), st.booleans()), max_size=25))
def test_that_the_holes_of_a_link_never_overlap_and_are_its_time_down(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool]]
) -> None:
    one = Ledger(tmp_path_factory.mktemp("ledger"))
    one.wait(SECOND)
    one.say(1.0)
    down, up = 0, True
    for seconds, now_up in steps:
        down += 0 if up else seconds
        one.wait(seconds * SECOND)
        one.say(float(now_up))
        up = now_up
    found = one.read()
    one.holes.close()
    ends = [one.clock.now() if hole.end is None else hole.end for hole in found]
    assert sum(end - hole.start for hole, end in zip(found, ends, strict=True)) == down * SECOND
    assert all(end <= following.start for end, following in zip(ends, found[1:], strict=False))
    assert [hole.state is State.OPEN for hole in found] == [False] * (len(found) - 1) + [not up] * bool(found)


def test_that_a_ledger_nobody_has_made_yet_has_no_holes(tmp_path: Path) -> None:
    assert holes(tmp_path, 0, START) == []


CHILD = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from supervisor.clock import SECOND
    from tests.supervisor.test_holes import Ledger
    one = Ledger(Path(sys.argv[1]))
    one.wait(SECOND)
    one.say(1.0)
    while True:
        one.wait(60 * SECOND)
        one.lose()
        one.wait(60 * SECOND)
        one.past("E.t0", one.clock.now() - SECOND)
        one.say(1.0)
        print(len(one.read()), flush=True)
    """
)


def test_that_kill_9_leaves_every_hole_that_was_told_and_a_file_that_is_sound(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    told = [int(child.stdout.readline()) for _ in range(10)][-1]
    time.sleep(0.05)
    child.kill()
    told = max([told, *(int(line) for line in child.stdout.read().split("\n")[:-1])])
    child.stdout.close()
    child.wait()
    assert (tmp_path / NAME).exists()
    end = START + 100_000 * MINUTE
    two = Ledger(tmp_path, end, end - 60 * MINUTE)
    found = two.read()
    two.holes.close()
    mine = [hole for hole in found if hole.cause == "timeout"]
    assert len(mine) >= told
    assert all(hole.end is not None and hole.state in (State.PARTLY, State.EMPTY) for hole in mine)
    assert all(hole.state is State.PARTLY for hole in mine[: told - 1])
    assert [hole.cause for hole in found if hole.cause != "timeout"] == [STATION]


def test_that_what_a_full_disk_cost_is_a_hole_of_every_link_once_there_is_room(tmp_path: Path) -> None:
    one = Ledger(tmp_path)
    one.wait(SECOND)
    one.say(1.0)
    lost = one.clock.now()
    one.holes.miss(lost, lost + SECOND)
    one.holes.miss(lost + SECOND, lost + 3 * SECOND)
    one.wait(MINUTE)
    one.say(1.0)
    one.past("E.t0", one.clock.now())
    assert one.read() == [Hole("L", lost, lost + 3 * SECOND, DISK, State.LOST, 5, 0, 0)]
    tag = one.site.tag_by_id["VIGIE.good"]
    assert [hole.cause for hole in HoleReader(tmp_path).of(tag, 0, START * 2)] == [DISK]
    one.holes.close()


@pytest.mark.logs("Not written")
def test_that_a_hole_of_a_full_disk_waits_until_the_ledger_can_be_written(tmp_path: Path) -> None:
    one = Ledger(tmp_path)
    one.wait(SECOND)
    one.say(1.0)

    def full(enough: int) -> None:
        one.holes._writer.submit(
            lambda connection: connection.execute(f"PRAGMA max_page_count={enough}").fetchall()
        ).result()

    full(1)
    lost = one.clock.now()
    one.holes._rows = {f"L-{n}": (5, False) for n in range(2000)}
    one.holes.miss(lost, lost + SECOND)
    for _ in range(3):
        one.wait(MINUTE)
        one.past("E.t0", one.clock.now())
        with suppress(StoreError):
            one.holes._submit(lambda _: None).result()
    assert holes(tmp_path, lost, lost + SECOND, "L-0") == []
    full(1 << 30)
    one.wait(MINUTE)
    one.past("E.t0", one.clock.now())
    one.read()
    assert [hole.cause for hole in holes(tmp_path, lost, lost + SECOND, "L-0")] == [DISK]
    one.holes.close()
