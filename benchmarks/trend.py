"""The trend: eight pens over a year, panned and zoomed, and what a read of it costs.

    QT_QPA_PLATFORM=offscreen python -m benchmarks.trend [--days 365] [--step 60] [--rounds 40]

Promise: thirty frames a second while a year of eight pens is panned, zoomed and read at the cursor, reads off the
loop; and the highest and lowest value of the year are on the screen whatever the width. Each link was down three times
a day, and that is hatched. A frame is the wish, the curves drawn anew and everything painted that this moved. What
counts is the time of the window's thread; the wall is told beside it, for other programs of the machine are in that.
The year is written through the historian's own writer.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any, cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import qasync
from PySide6.QtWidgets import QApplication

import drivers
from alarms.engine import FIELDS
from supervisor.clock import SECOND, HandClock
from supervisor.columns import Columns
from supervisor.database import Connection, Writer
from supervisor.desk.board import blank
from supervisor.historian.history import History
from supervisor.historian.writer import Historian
from supervisor.holes import NAME, SCRIPT, HoleReader
from supervisor.journal import JournalReader
from supervisor.model import Role, Site, Tag, User
from supervisor.site import load
from supervisor.table import TagTable
from supervisor.texts import Texts
from ui.app import prepare
from ui.attach import Attachment
from ui.board import Board
from ui.live import Live
from ui.look import Look
from ui.pages import Context
from ui.seat import Session
from ui.tasks import Tasks
from ui.trend.view import TrendView

ANGERS = Path(__file__).resolve().parents[1] / "sites" / "angers"
NOW = 1_795_354_327 * SECOND
DAY = 86_400
FRAME_MS = 1000 / 30


class _Desk:
    """An attachment without a station."""

    def __init__(self, site: Site, folder: Path) -> None:
        table = TagTable(site.tags)
        self.site, self.table, self.texts = site, table.columns, table.texts
        self.alarms = Columns.create(len(site.alarms), FIELDS)
        self.equipment = blank(site)
        self.history, self.journal = History(folder), JournalReader(folder / "journal.db")
        self.holes = HoleReader(folder)


def year(folder: Path, site: Site, tags: list[Tag], days: int, step_s: int) -> float:
    """A walk for each tag with one peak of a single sample; seconds that it took."""
    historian = Historian(folder, site.tags, Texts.create(), HandClock(NOW))
    noise = np.random.default_rng(1)
    begun = perf_counter()
    index = np.array([tag.index for tag in tags], np.int32)
    per_day = DAY // step_s
    level = np.zeros(len(tags))
    for day in range(days):
        start = NOW - (days - day) * DAY * SECOND
        time = start + np.arange(1, per_day + 1) * step_s * SECOND
        walk = level + np.cumsum(noise.normal(0, 0.01, (per_day, len(tags))), axis=0)
        level = walk[-1]
        if day == days // 3:
            walk[per_day // 2] += 40
        historian.put(
            np.tile(index, per_day),
            np.repeat(time, len(tags)),
            np.round(walk, 2).ravel(),
            np.zeros(walk.size, np.uint8),
        )
        historian.flush()
        if day % 20 == 19:
            historian.compact()
    historian.compact(everything=True)
    historian.close()
    return perf_counter() - begun


def ledger(folder: Path, tags: list[Tag], days: int) -> int:
    """Three holes a day in each link, every second one filled later; how many there are."""
    links = sorted({tag.link for tag in tags if tag.link})
    rows = [
        (NOW - (days - day) * DAY * SECOND + third * 8 * 3600 * SECOND, link)
        for link in links
        for day in range(days)
        for third in range(3)
    ]
    with Writer(folder / NAME, SCRIPT) as writer:
        made = [(n, link, at, at + 600 * SECOND, "timeout", 8, 1) for n, (at, link) in enumerate(rows, 1)]
        filled = [(n, tag.id, 5, at + 1, at + 2) for n, link, at, *_ in made[::2] for tag in tags if tag.link == link]

        def work(connection: Connection) -> None:
            connection.executemany("INSERT INTO hole VALUES (?, ?, ?, ?, ?, ?, ?)", made)
            connection.executemany("INSERT INTO fill VALUES (?, ?, ?, ?, ?)", filled)

        writer.submit(work).result()
    return len(rows)


def frames(view: TrendView, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of each frame, of the window's own thread and on the wall, by what is done."""
    box = view.plot.box
    start, end = view.span
    acts: dict[str, Callable[[int], None]] = {
        "pan": lambda n: box.pan(0.01 if n % 2 else -0.01),
        "zoom": lambda n: box.zoom(0.98 if n % 2 else 1 / 0.98, (start + end) / 2),
        "cursor": lambda n: view.plot.pointed.emit(start + (end - start) * (0.3 + n / 200)),
    }
    spent: dict[str, list[tuple[float, float]]] = {}
    for name, act in acts.items():
        for number in range(rounds):
            begun, busy = perf_counter(), thread_time()
            act(number)
            QApplication.processEvents()
            spent.setdefault(name, []).append(((thread_time() - busy) * 1000, (perf_counter() - begun) * 1000))
    return spent


async def settled(view: TrendView) -> float:
    """Milliseconds until everything asked for is read and drawn."""
    begun = perf_counter()
    await asyncio.sleep(0)
    while view.reading:  # noqa: ASYNC110 - the view has no event of it, and needs none but here
        await asyncio.sleep(0.005)
    return (perf_counter() - begun) * 1000


def measure(loop: Any, folder: Path, site: Site, tags: list[Tag], given: argparse.Namespace) -> bool:
    """Print the figures; whether the promise holds. Frames are drawn outside of any task, as Qt does."""
    desk, tasks = cast(Attachment, _Desk(site, folder)), Tasks(loop)
    view = TrendView(_context(desk, tasks), given.days * DAY)
    view.resize(1920, 1000)
    view.show()
    view.add(tags)
    took = loop.run_until_complete(settled(view))
    print(f"  {took:8.0f} ms  first reading of {given.days} days of {len(tags)} pens, with exact figures")
    view.show_past(NOW / SECOND - given.days * DAY, NOW / SECOND)
    loop.run_until_complete(settled(view))
    good = True
    for name, spent in frames(view, given.rounds).items():
        median, wall = (statistics.median(one) for one in zip(*spent, strict=True))
        worst = sorted(busy for busy, _ in spent)[int(0.95 * len(spent))]
        good = good and median <= FRAME_MS
        told = f"(95 %: {worst:.1f}; {wall:.1f} on the wall), {1000 / median:.0f} a second"
        print(f"  {median:8.1f} ms  a frame of {name} {told}")
    loop.run_until_complete(settled(view))
    peaks = sum(pen.figures.high >= pen.figures.mean + 30 for pen in view.pens)
    print(f"  {peaks} of {len(tags)} peaks of one sample are on the screen")
    loop.run_until_complete(tasks.close())
    view.close()
    desk.history.close()
    return good and peaks == len(tags)


def _context(desk: Attachment, tasks: Tasks) -> Context:
    return Context(
        attachment=desk,
        live=Live(desk.table),
        board=Board(desk.site, desk.alarms),
        look=Look(desk.site.zone),
        spawn=tasks.spawn,
        session=Session(User("bench", "Bench", Role.OPERATOR)),
        clock=HandClock(NOW),
        navigate=lambda _: None,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--step", type=int, default=60, help="seconds between two samples of a tag")
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    site = load(ANGERS, drivers.TABLE)
    tags = [tag for tag in site.tags if not tag.spec.states and tag.spec.unit][:8]
    with tempfile.TemporaryDirectory(prefix="vigie-trend-") as temporary:
        took = year(Path(temporary), site, tags, given.days, given.step)
        samples = given.days * DAY // given.step * len(tags)
        print(f"trend: {samples:,} samples written in {took:.1f} s")
        holes = ledger(Path(temporary), tags, given.days)
        print(f"  {holes:8,} holes of {len({tag.link for tag in tags})} links")
        loop: Any = qasync.QEventLoop(prepare())
        asyncio.set_event_loop(loop)
        with loop:
            good = measure(loop, Path(temporary), site, tags, given)
    print("promise kept" if good else "PROMISE BROKEN")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
