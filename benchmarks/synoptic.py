"""The synoptic: calling up a page of many symbols, and a tick in which some of them moved.

    QT_QPA_PLATFORM=offscreen python -m benchmarks.synoptic [--symbols 500] [--rounds 5]

Promise: 500 symbols are on the screen within 150 ms, and a tick in which one in a hundred moved costs under 2 ms. The
figures are medians; the first round, which renders the symbols into the cache, is told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import numpy as np

import drivers
from alarms.engine import FIELDS
from supervisor.clock import SystemClock
from supervisor.columns import Columns
from supervisor.desk.board import blank
from supervisor.flow import Batch
from supervisor.historian.history import History
from supervisor.journal import JournalReader
from supervisor.model import Role, Site, User
from supervisor.site import load
from supervisor.table import TagTable
from ui.app import prepare
from ui.attach import Attachment
from ui.board import Board
from ui.live import Live
from ui.look import Look
from ui.pages import Context
from ui.seat import Session
from ui.synoptic.binding import Bound, Drawing
from ui.synoptic.kinds import kinds
from ui.synoptic.page import Symbol, Synoptic
from ui.synoptic.sheet import Sheet
from ui.synoptic.view import SynopticView

ANGERS = Path(__file__).resolve().parents[1] / "sites" / "angers"
COLUMNS = 25


class _Desk:
    """An attachment without a station: a table this program fills itself."""

    def __init__(self, site: Site, table: TagTable, folder: Path) -> None:
        self.site, self.table, self.texts = site, table.columns, table.texts
        self.alarms = Columns.create(len(site.alarms), FIELDS)
        self.equipment = blank(site)
        self.history, self.journal = History(folder), JournalReader(folder / "journal.db")


def drawing(site: Site, symbols: int) -> Drawing:
    """A page of pumps, values, words and gauges by turns, each on a tag of its own as far as they reach."""
    kinds_ = kinds()
    numbers = [tag for tag in site.tags if not tag.spec.states]
    states = [tag for tag in site.tags if tag.spec.id in ("state", "on", "mode")]
    bound = []
    for n in range(symbols):
        kind = ("pump", "value", "word", "gauge")[n % 4]
        tag = (states if kind in ("pump", "word") else numbers)[n % (len(states) if n % 2 == 0 else len(numbers))]
        at = (40 + n % COLUMNS * 120.0, 40 + n // COLUMNS * 64.0)
        size = None if kind == "pump" else (104.0, 48.0)
        symbol = Symbol(str(n), kind, at, size, options={} if kind == "pump" else {"spark": False}, group=str(n))
        bound.append(Bound(symbol, kinds_[kind], site, tag.equipment, tag, {}, ()))
    page = Synoptic("benchmark", "", (COLUMNS * 120.0 + 40, symbols / COLUMNS * 64 + 80), (), ())
    return Drawing(page, site.equipment[0], tuple(bound), ())


def view_over(site: Site, table: TagTable, folder: Path) -> SynopticView:
    live = Live(table.columns)

    def never(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        coroutine.close()
        return cast("asyncio.Task[None]", None)

    desk = _Desk(site, table, folder)
    context = Context(
        attachment=cast(Attachment, desk),
        live=live,
        board=Board(site, desk.alarms),
        look=Look(site.zone),
        spawn=never,
        session=Session(User("b", "b", Role.OPERATOR)),
        clock=SystemClock(),
        navigate=lambda _: None,
    )
    view = SynopticView(Sheet(context))
    view.resize(1920, 1000)
    view.show()
    return view


def move(table: TagTable, tags: np.ndarray[Any, np.dtype[np.int32]], now: int) -> None:
    table.apply(Batch.of(tags, np.random.default_rng(now % 2**32).integers(0, 40, len(tags)), now), now)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--symbols", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    app = prepare()
    site, clock = load(ANGERS, drivers.TABLE), SystemClock()
    table = TagTable(site.tags)
    move(table, np.arange(len(site.tags), dtype=np.int32), clock.now())
    table.columns.beat = clock.now()
    with tempfile.TemporaryDirectory() as folder:
        view = view_over(site, table, Path(folder))
        live = view.sheet.live
        live.pull(clock.now())
        page = drawing(site, given.symbols)
        calls = []
        for _ in range(given.rounds):
            began = perf_counter()
            view.show_drawing(page)
            made = perf_counter()
            view.viewport().repaint()
            app.processEvents()
            calls.append((1000 * (made - began), 1000 * (perf_counter() - began)))
        print(f"{given.symbols} symbols: first call-up {calls[0][1]:.0f} ms")
        built, shown = (statistics.median(times) for times in zip(*calls[1:], strict=True))
        print(f"call-up after that {shown:.0f} ms, of which {built:.0f} ms to make the items")
        shown_tags = np.array(sorted(view._by_tag), np.int32)
        for share in (0.01, 0.1, 1.0):
            ticks = []
            for _ in range(4 * given.rounds):
                chosen = shown_tags[:: max(int(1 / share), 1)]
                move(table, chosen, clock.now())
                table.columns.beat = clock.now()
                moved = live.pull(clock.now())
                began = perf_counter()
                view.refresh(moved)
                app.processEvents()
                ticks.append(1000 * (perf_counter() - began))
            print(f"tick with {share:.0%} of its tags moved: {statistics.median(ticks):.1f} ms")


if __name__ == "__main__":
    main()
