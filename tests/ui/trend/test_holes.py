"""Holes on the curves: hatched with their cause, never joined over, told by the tip, on paper and in the table."""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from supervisor.clock import SECOND
from supervisor.database import Writer
from supervisor.historian.history import Damage
from supervisor.holes import DISK, NAME, SCRIPT, STATION, HoleReader, State
from tests.ui.town import NOW, TownStation
from tests.ui.trend.conftest import LEVEL, RAIN, START
from ui.shell.window import MainWindow
from ui.trend import missed, paper
from ui.trend.missed import Missed, Missing, Spans, cut, merged
from ui.trend.page import TrendPage

MINUTE = 60 * SECOND
T = NOW / SECOND
Row = tuple[int, int | None, str, int]
"""Minutes after the start, cause, samples that came later."""


def ledger(station: TownStation, folder: Path, rows: list[Row], tag: str = LEVEL) -> None:
    """Holes of the link that carries a tag."""
    link = station.site.tag_by_id[tag].link
    with Writer(folder / "history" / NAME, SCRIPT) as writer:

        def work(connection) -> None:  # type: ignore[no-untyped-def]
            for number, (start, end, cause, samples) in enumerate(rows, 1):
                until = None if end is None else START + end * MINUTE
                row = (number, link, START + start * MINUTE, until, cause, 3, int(cause != DISK))
                connection.execute("INSERT INTO hole VALUES (?, ?, ?, ?, ?, ?, ?)", row)
                if samples:
                    fill = (number, tag, samples, START + start * MINUTE + 1, START + start * MINUTE + 2)
                    connection.execute("INSERT INTO fill VALUES (?, ?, ?, ?, ?)", fill)

        writer.submit(work).result()


@pytest.fixture
def holed(
    page: TrendPage, station: TownStation, tmp_path: Path, settle: Callable[[Callable[[], bool]], None]
) -> TrendPage:
    """Two hours of a level: a full disk took ten minutes, a lost link ten that came later, and one goes on."""
    rows: list[Row] = [(20, 30, DISK, 0), (80, 90, "timeout", 9), (118, None, "not_connected", 0)]
    ledger(station, tmp_path, rows)
    page.view.show_past(START / SECOND, T)
    page.view.resize(1600, 800)
    settle(lambda: len(page.view.pens[0].curve.past.missing.rows) == 3 and not page.view.reading)
    return page


def test_that_a_curve_is_not_joined_over_a_hole_unless_its_values_came_later(holed: TrendPage) -> None:
    curve = holed.view.pens[0].curve
    begun = START / SECOND

    def at(minute: float) -> float:
        return curve.at(begun + 60 * minute, T)

    assert at(19.9) == pytest.approx(1.19)
    assert np.isfinite(at(85)), "the controller sent the values of that time later"
    time, value = curve.line(T)
    shown = value[(time > begun + 60 * 20) & (time < begun + 60 * 21)]
    assert not len(shown) or np.isnan(shown).all(), "what ruled when the disk was full rules no further"


def test_that_holes_are_hatched_apart_from_those_that_were_filled(holed: TrendPage) -> None:
    past, begun = holed.view.pens[0].curve.past, START / SECOND
    bad = [(round((start - begun) / 60), round((end - begun) / 60)) for start, end in past.bad]
    assert bad == [(20, 30), (61, 71), (118, 120)], "the disk, ten minutes of bad values, and what goes on"
    assert [(round((start - begun) / 60), round((end - begun) / 60)) for start, end in past.filled] == [(80, 90)]
    assert holed.view.plot.shown.hatched == list(past.bad)


class Damages:
    """A history of which the scrub has found some damage; it has samples of the first hour."""

    def __init__(self, *found: tuple[str, int, int]) -> None:
        self._found = found

    def damages(self) -> list[Damage]:
        return [Damage("f", part, 1, (low * MINUTE, high * MINUTE), "", LEVEL) for part, low, high in self._found]

    def count(self, tag_id: str, start: int, end: int) -> int:
        return int(start < 60 * MINUTE)


def test_that_damage_is_a_hole_where_values_are_lost_with_it(holed: TrendPage) -> None:
    tag, none = holed.view.pens[0].tag, HoleReader(Path("none"))
    history = Damages(("chunk", 0, 10), ("rollup", 0, 50), ("keyframe", 20, 20), ("rollup", 70, 80), ("file", 90, 95))
    found = missed.read(none, history, tag, 0, 120 * MINUTE)  # type: ignore[arg-type]
    assert [(row.start / 60, row.end / 60) for row in found.rows] == [(0, 10), (70, 80), (90, 95)]


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("fr", "12:52:07 → 13:02:07 · 10 min 00 s · disque plein, perdu"),
        ("en", "12:52:07 → 13:02:07 · 10 min 00 s · disk full, lost"),
    ],
)
def test_that_the_tip_of_a_hole_says_when_how_long_and_why(
    holed: TrendPage, window: MainWindow, language: str, wanted: str
) -> None:
    window.context.look.use(language=language)
    plot = holed.view.plot

    def tip(minute: float) -> str:
        share = (START / SECOND + 60 * minute - plot.shown.start) / (plot.shown.end - plot.shown.start)
        return plot.hole_words(QPointF(share * plot.box.width(), 300))

    assert wanted in tip(25)
    assert {"fr": "sans réponse, comblé depuis (9 valeurs)", "en": "no answer, filled since (9 samples)"}[
        language
    ] in tip(85)
    assert {"fr": "liaison coupée, en cours", "en": "not connected, going on"}[language] in tip(119)
    assert tip(50) == ""


def test_that_the_other_pens_tell_their_holes_in_lanes(
    holed: TrendPage, window: MainWindow, settle: Callable[[Callable[[], bool]], None]
) -> None:
    rain = window.context.attachment.site.tag_by_id[RAIN]
    holed.view.add([rain])
    settle(lambda: bool(holed.view.pens[1].curve.past.bad) and not holed.view.reading)
    plot = holed.view.plot
    found = plot._layers[1].holes_at(QPointF(0.21 * plot.box.width(), 4), 3.0)
    assert found is not None
    assert found[0].tag is rain
    below = plot._layers[1].holes_at(QPointF(0.21 * plot.box.width(), 200), 3.0)
    assert below is not None
    assert below[0].tag.id == LEVEL
    assert not plot.grab().isNull()


def test_that_the_table_has_a_row_for_each_hole(
    holed: TrendPage, tmp_path: Path, settle: Callable[[Callable[[], bool]], None]
) -> None:
    path = tmp_path / "level.csv"
    said: list[str] = []
    holed.view.said.connect(said.append)
    holed.view.outlet.save(str(path))
    settle(lambda: bool(said))
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file, delimiter=";")
    assert head[-1] == "trou"
    told = [row for row in rows if row[-1]]
    assert [row[-1] for row in told] == [
        "trou jusqu'à 2026-11-22 13:02:07 : disque plein, perdu",
        "trou jusqu'à 2026-11-22 14:02:07 : sans réponse, comblé depuis",
        "trou : liaison coupée, en cours",
    ]
    assert all(row[5:8] == ["", "", ""] for row in told)
    assert all(len(row) == len(head) for row in rows)
    assert [row[4] for row in rows] == sorted(row[4] for row in rows)


def test_that_the_page_lists_the_holes_with_the_pens_that_have_them(
    holed: TrendPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    usual = paper._Page._text

    def text_of(self, place, text, *more):  # type: ignore[no-untyped-def]
        written.append(text)
        usual(self, place, text, *more)

    monkeypatch.setattr(paper._Page, "_text", text_of)
    holed.view.outlet.save(str(tmp_path / "page.pdf"))
    assert [text for text in written if text.startswith("Trou 1")] == [
        "Trou 1  ·  dim. 22 nov. 2026 12:52:07 → 13:02:07 · 10 min 00 s · disque plein, perdu",
        "Trou 1  ·  dim. 22 nov. 2026 13:52:07 → 14:02:07 · 10 min 00 s · sans réponse, comblé depuis (9 valeurs)",
        "Trou 1  ·  dim. 22 nov. 2026 14:30:07 → · 2 min 00 s · liaison coupée, en cours",
    ]


def test_that_a_tag_nobody_carries_has_the_holes_of_vigie_itself(station: TownStation, tmp_path: Path) -> None:
    rows: list[Row] = [(20, 30, STATION, 0), (40, 50, "timeout", 0)]
    ledger(station, tmp_path, rows)
    own = next(tag for tag in station.site.tags if not tag.link)
    found = station.holes.of(own, START, NOW)
    assert [(hole.cause, hole.state, hole.start) for hole in found] == [(STATION, State.LOST, START + 20 * MINUTE)]


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)).map(lambda one: (one[0] * 1.0, sum(one) * 1.0)))
times = st.lists(st.integers(0, 70), min_size=1, max_size=30, unique=True).map(sorted)


@given(times, spans, st.booleans())
def test_that_nothing_reaches_into_a_hole_from_before_it(
    begun: list[int], holes: list[tuple[float, float]], whole: bool
) -> None:
    start = np.array(begun, np.float64)
    end = np.append(start[1:], 71.0)
    cut_end, keep = cut(start, end, merged(holes), whole)
    for at in keep.tolist():
        for low, high in merged(holes):
            assert not (start[at] < low < cut_end[at]), (start[at], cut_end[at], low)
            assert not (whole and low <= start[at] and cut_end[at] <= high and start[at] < high)
    if not whole:
        assert len(keep) == len(start), "no sample is hidden"


@given(spans, st.integers(0, 70), st.integers(1, 20))
def test_that_what_is_in_view_is_all_that_reaches_into_it(
    holes: list[tuple[float, float]], start: int, length: int
) -> None:
    whole = merged(holes)
    wanted = [one for one in whole if one[1] > start and one[0] < start + length]
    assert Spans(whole).any(start, start + length) == bool(wanted)
    cells = {cell for low, high in wanted for cell in range(int(low), int(high)) if start <= cell < start + length}
    for apart in (0.0, 2.0):
        runs = Spans(whole).runs(start, start + length, length * 1.0, apart)
        drawn = {start + cell for left, right in runs for cell in range(int(left), int(right))}
        assert drawn >= cells, "a pixel for each second: none is left out"
        assert apart or drawn == cells
        assert all(one[1] + apart < other[0] for one, other in pairwise(runs))
    tiny = Spans(whole).runs(start, start + length, 3.0, 0.0)
    assert bool(tiny) == bool(wanted), "a second of a month is said still"
    rows = Missing(Missed(low, high, "timeout", State.EMPTY) for low, high in holes)
    assert {(row.start, row.end) for row in rows.within(start, start + length)} == {
        one for one in holes if one[1] > start and one[0] < start + length
    }
