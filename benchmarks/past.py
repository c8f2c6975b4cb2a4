"""The time machine: what a picture of the past costs.

    python -m benchmarks.past [--equipment 70000] [--page 2000] [--rows 1000000] [--days 360]

Medians and worst of several instants, and the median of this process's own time, all in ms: a page of 2 000 tags and
the headline state of 70 000 pieces of equipment, by source time and by arrival time, the window's own reading
included (holes, texts, columns); and the alarms at an instant from a journal of a million rows, at the first
question, with the marks the station keeps, and then; a trend of a year that ends at an instant, by source time and by
arrival. Beside the page: the same tags from plain rows in SQLite; beside the trend: all its samples.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from alarms.marks import Marks, load
from alarms.replay import Plant, Replay
from supervisor.clock import SECOND, HandClock
from supervisor.database import connect, reading
from supervisor.historian.earlier import Earlier
from supervisor.historian.history import History
from supervisor.historian.writer import Historian
from supervisor.holes import HoleReader
from supervisor.journal import Entry, Journal, JournalReader
from supervisor.model import Equipment, EquipmentType, Site, Tag, TagSpec, Text
from supervisor.replay import Rewind, Rows
from supervisor.texts import Texts
from ui.past.seen import Scene, Then

START = 1_767_225_600 * SECOND
HOUR = 3600 * SECOND
DAY = 24 * HOUR
STEP = 600 * SECOND
"""How often an equipment of the map says how it is; that is the historian's own heartbeat."""
WORDS = Text("", "")
Figures = tuple[float, float, float]


def plant(count: int) -> Site:
    """One state for each equipment."""
    kind = EquipmentType("thing", WORDS, "lighting", {"state": TagSpec("state", WORDS)})
    things = [Equipment(n, f"X-{n:05}", WORDS, kind, "a", "lighting", f"L-{n % 1000}", "") for n in range(count)]
    tags = [Tag(n, thing, kind.tags["state"], thing.link) for n, thing in enumerate(things)]
    return Site(
        "bench", WORDS, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {kind.id: kind}, {}, {}, tuple(things),
        tuple(tags), (), {}, "",
    )  # fmt: skip


def record(site: Site, folder: Path, hours: float) -> None:
    """Every equipment says its state every ten minutes, spread over them, and moves now and then."""
    noise = np.random.default_rng(3)
    clock = HandClock(START)
    historian = Historian(folder, site.tags, Texts.create(), clock)
    count = len(site.tags)
    offset = noise.integers(0, STEP // SECOND, count) * SECOND
    for number in range(round(hours * HOUR / STEP)):
        times = START + number * STEP + offset
        order = np.argsort(times, kind="stable").astype(np.int32)
        value = noise.integers(0, 4, count).astype(np.float64)
        late = np.where(noise.random(count) < 0.01, 300 * SECOND, SECOND)
        historian.put(order, times[order], value[order], np.zeros(count, np.uint8), (times + late)[order])
    historian.close()


def rows(site: Site, path: Path, history: Path, wanted: Rows) -> None:
    """Some of the tags as plain rows, WITHOUT ROWID, key tag and time."""
    connection = connect(path, ())
    connection.execute("CREATE TABLE sample(tag INTEGER, t INTEGER, v REAL, PRIMARY KEY(tag, t)) WITHOUT ROWID")
    source = History(history)
    connection.execute("BEGIN")
    for tag in wanted.tolist():
        found = source.samples(site.tags[tag].id, START - 1, START + 1_000 * HOUR)
        connection.executemany(
            "INSERT INTO sample VALUES(?, ?, ?)",
            zip([tag] * len(found), found.time.tolist(), found.value.tolist(), strict=True),
        )
    connection.execute("COMMIT")
    connection.close()
    source.close()


def timed(work: Callable[[int], object], instants: list[int]) -> Figures:
    """Median, worst and median of the processor's time, ms; the first time, which opens the files, is not counted."""
    work(instants[-1])
    spent, own = [], []
    for instant in instants:
        began, mine = time.perf_counter(), time.process_time()
        work(instant)
        spent.append(1000 * (time.perf_counter() - began))
        own.append(1000 * (time.process_time() - mine))
    return statistics.median(spent), max(spent), statistics.median(own)


def once(work: Callable[[], object]) -> Figures:
    """What a first time costs."""
    began, mine = time.perf_counter(), time.process_time()
    work()
    spent, own = 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - mine)
    return spent, spent, own


def pictures(site: Site, folder: Path, page: int, hours: float) -> Iterator[tuple[str, float, float, float]]:
    history = History(folder / "history")
    rewind = Rewind(site, history, HoleReader(folder / "history"))
    noise = random.Random(5)
    instants = [START + round(noise.uniform(0.1, 0.99) * hours * HOUR) for _ in range(7)]
    few = np.sort(np.random.default_rng(1).choice(len(site.tags), min(page, len(site.tags)), replace=False))
    rows(site, folder / "rows.db", folder / "history", few)
    plainly = partial(plain, folder / "rows.db", few)
    yield f"page of {len(few)} tags, plain rows", *timed(plainly, instants)
    for name, wanted in ((f"page of {len(few)} tags", few), (f"map of {len(site.tags)}", np.arange(len(site.tags)))):
        holes, journal = HoleReader(folder / "history"), JournalReader(folder / "journal.db")
        scene = Scene.of(site, Then(instants[0], history, holes, journal, {}))
        for by_arrival, how in ((False, "by source"), (True, "by arrival")):
            work = partial(painted, scene, rewind, wanted, by_arrival)
            yield f"{name}, {how}", *timed(work, instants)
    history.close()


def trends(folder: Path, days: int) -> Iterator[tuple[str, float, float, float]]:
    """A tag polled every ten seconds, of which two days came a month late; the rollups know of all of it."""
    site = plant(1)
    clock = HandClock(START)
    historian = Historian(folder, site.tags, Texts.create(), clock)
    time_ = START + np.arange(0, days * DAY, 10 * SECOND)
    arrival = time_ + np.random.default_rng(0).integers(0, 3, len(time_)) * 100_000_000
    late = (time_ > START + 100 * DAY) & (time_ < START + 102 * DAY)
    arrival[late] = START + 130 * DAY
    value = np.round(np.random.default_rng(1).normal(20, 3, len(time_)), 1)
    historian.put(np.zeros(len(time_), np.int32), time_, value, np.zeros(len(time_), np.uint8), arrival)
    asyncio.run(clock.wind((days + 1) * 86_400))
    historian.flush()
    historian.compact(everything=True)
    historian.merge(everything=True)
    history, span, id_ = History(folder), (START, START + days * DAY), site.tags[0].id
    yield f"trend of {days} days, now", *timed(lambda _: history.trend(id_, *span, 2000), [START] * 7)
    yield "trend, every sample read", *timed(lambda _: history.trend(id_, *span, 2000, level=0), [START] * 7)
    instants = [START + n * days * DAY // 8 for n in (3, 4, 5, 6, 7)]
    for by_arrival, how in ((False, "by source"), (True, "by arrival")):

        def read(instant: int, by_arrival: bool = by_arrival) -> object:
            return Earlier(history, instant, by_arrival).trend(id_, *span, 2000)

        yield f"trend, {how}, first time", *once(partial(read, instants[0]))
        yield f"trend, {how}", *timed(read, instants)
    history.close()
    historian.close()


def painted(scene: Scene, rewind: Rewind, wanted: Rows, by_arrival: bool, instant: int) -> None:
    scene.paint(rewind.at(wanted, instant, by_arrival))


def plain(path: Path, wanted: Rows, instant: int) -> None:
    statement = "SELECT t, v FROM sample WHERE tag = ? AND t <= ? ORDER BY t DESC LIMIT 1"
    with reading(path) as connection:
        for tag in wanted.tolist():
            connection.execute(statement, (tag, instant)).fetchone()


def acted(count: int) -> Iterator[Entry]:
    """Alarms of 20 000, raised, acknowledged and cleared in turn, one row every half minute: a year of a large city."""
    noise = random.Random(1)
    for number in range(count // 3):
        id_ = f"X-{noise.randrange(20_000):05}.fault"
        for at, kind in enumerate(("raise", "acknowledge", "clear")):
            instant = START + (3 * number + at) * 30 * SECOND
            yield Entry("alarm", kind, "anne", id_, "a", detail={"value": 1.0, "priority": 2}, time=instant)


def alarms(folder: Path, count: int) -> Iterator[tuple[str, float, float, float]]:
    path = folder / "journal.db"
    journal = Journal(path, HandClock(START))
    journal.extend(acted(count)).result()
    journal.close()
    plant = Plant({}, {})
    again = Replay(path, plant)
    end = START + count * 30 * SECOND
    yield f"alarms, {count} rows, first question", *once(lambda: again.at(end))
    marks = Marks(path, plant, HandClock(START))
    while marks.make_one():
        pass
    marks.close()
    kept = Replay(path, plant, lambda: load(path, plant))
    yield "alarms, first question with marks", *once(lambda: kept.at(end))
    noise = random.Random(2)
    instants = [START + round(noise.random() * (end - START)) for _ in range(25)]
    yield "alarms, any instant", *timed(again.at, instants)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--equipment", type=int, default=70_000)
    parser.add_argument("--page", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--hours", type=float, default=26.0)
    parser.add_argument("--days", type=int, default=360)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="past-") as temporary:
        folder = Path(temporary)
        site = plant(given.equipment)
        record(site, folder / "history", given.hours)
        print("recorded", file=sys.stderr)
        measured = (
            *pictures(site, folder, given.page, given.hours),
            *trends(folder / "year", given.days),
            *alarms(folder, given.rows),
        )
        for name, median, worst, own in measured:
            print(f"{name:44} {median:9.1f} {worst:9.1f} {own:9.1f} ms", flush=True)


if __name__ == "__main__":
    main()
