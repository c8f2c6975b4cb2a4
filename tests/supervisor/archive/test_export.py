"""What is exported is what was recorded, and other programs read it as what it is."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pytest

from supervisor.archive import export as exporting
from supervisor.archive import sinks
from supervisor.archive.export import choose, export
from supervisor.clock import SECOND
from supervisor.errors import Unavailable
from supervisor.historian.history import History
from supervisor.historian.retention import Retention, TagClass
from supervisor.historian.writer import Pace
from supervisor.model import Quality
from tests.supervisor.archive.store import NIGHT, PARIS, Store, at

resource = pytest.importorskip("resource", reason="limits the size of files, which Windows can't")

HOUR = 3600 * SECOND
END = NIGHT + 25 * HOUR
BAD = int(Quality.TIMEOUT)
HALF_PAST_TWO = [at(2026, 10, 25, 2, 30), at(2026, 10, 25, 2, 30, fold=1)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The night the clock is set back: a level every ten minutes, a hole, states and words."""
    with Store(tmp_path / "history") as made:
        level = [(NIGHT + n * 600 * SECOND, n / 10, 0) for n in range(1, 150)]
        level[60] = (level[60][0], None, BAD)
        made.put("É-1.level", level, lag=300 * SECOND // 1000)
        made.put("É-1.mode", [(NIGHT + HOUR, 0.0, 0), (HALF_PAST_TWO[0], 1.0, 0), (HALF_PAST_TWO[1], 7.0, 0)])
        made.put("É-1.word", [(NIGHT + HOUR, 'à l\'arrêt, "net"\nfin', 0), (NIGHT + 2 * HOUR, None, BAD)])
        made.put("É-1.on", [(NIGHT + HOUR, 1.0, 0), (NIGHT + 3 * HOUR, 0.0, 0)])
        made.settle()
        made.put("É-1.total", [(NIGHT + n * HOUR, float(n), 0x40) for n in range(1, 5)])
        yield made


def write(store: Store, path: Path, step: str = "", **how: object) -> int:
    wish = store.wish(NIGHT, END, step)
    return export(store.history, wish, path, path.suffix[1:], **how).rows  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_that_duckdb_reads_samples_with_their_types_and_instants(store: Store, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"samples.{suffix}"
    assert write(store, path) == 149 + 3 + 2 + 2 + 4
    with duckdb.connect() as base:
        base.execute("SET TimeZone = 'Europe/Paris'")
        table = f"'{path}'"
        types = {row[0]: row[1] for row in base.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}
        assert types == {
            "tag": "VARCHAR", "time": "TIMESTAMP WITH TIME ZONE", "value": "DOUBLE", "text": "VARCHAR",
            "quality": "VARCHAR", "arrival": "TIMESTAMP WITH TIME ZONE",
        }  # fmt: skip
        rows = base.execute(
            f"SELECT epoch_us(time), value, text, quality FROM {table} WHERE tag = 'É-1.mode' ORDER BY time"
        ).fetchall()
        assert rows == [
            ((NIGHT + HOUR) // 1000, 0.0, "auto", "good"),
            (HALF_PAST_TWO[0] // 1000, 1.0, "forcé", "good"),
            (HALF_PAST_TWO[1] // 1000, 7.0, None, "good"),
        ]
        days = "count(DISTINCT date_trunc('day', time)), count(DISTINCT epoch_ms(time) // 3600000)"
        assert base.execute(f"SELECT {days} FROM {table} WHERE tag = 'É-1.level'").fetchone() == (1, 25)
        bad = f"SELECT value, quality, arrival - time FROM {table} WHERE quality <> 'good' AND tag = 'É-1.level'"
        assert base.execute(bad).fetchall() == [(None, "timeout", timedelta(seconds=0.3))]
        words = f"SELECT value, text, quality FROM {table} WHERE tag = 'É-1.word' ORDER BY time"
        assert base.execute(words).fetchall() == [(None, 'à l\'arrêt, "net"\nfin', "good"), (None, None, "timeout")]


def test_that_pandas_reads_parquet_with_the_zone_of_the_site(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path / "samples.parquet")
    frame = pd.read_parquet(tmp_path / "samples.parquet")
    assert str(frame.dtypes["time"]) == "datetime64[us, Europe/Paris]"
    assert frame.dtypes["value"] == np.float64
    mode = frame[frame.tag == "É-1.mode"]
    assert [f"{time:%H:%M %z}" for time in mode.time] == ["01:00 +0200", "02:30 +0200", "02:30 +0100"]
    assert int(frame.value.isna().sum()) == 1 + 2


def test_that_pandas_reads_csv_with_both_half_past_twos(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path / "samples.csv")
    frame = pd.read_csv(tmp_path / "samples.csv")
    frame["time"] = pd.to_datetime(frame["time"], utc=True).dt.tz_convert("Europe/Paris")
    mode = frame[frame.tag == "É-1.mode"]
    assert [f"{time:%H:%M %z}" for time in mode.time] == ["01:00 +0200", "02:30 +0200", "02:30 +0100"]
    assert frame.value.dtype == np.float64


def test_that_a_spreadsheet_has_local_times_and_numbers(store: Store, tmp_path: Path) -> None:
    assert write(store, tmp_path / "samples.xlsx") == 160
    book = openpyxl.load_workbook(tmp_path / "samples.xlsx")
    rows = list(book.active.iter_rows(values_only=True))
    book.close()
    assert rows[0] == ("tag", "time", "value", "text", "quality", "arrival", "offset")
    mode = [row for row in rows if row[0] == "É-1.mode"]
    assert [(row[1].replace(microsecond=0), row[6]) for row in mode] == [
        (datetime(2026, 10, 25, 1, 0), "+02:00"),
        (datetime(2026, 10, 25, 2, 30), "+02:00"),
        (datetime(2026, 10, 25, 2, 30), "+01:00"),
    ]
    assert [row[2:5] for row in mode] == [(0, "auto", "good"), (1, "forcé", "good"), (7, None, "good")]


def test_that_a_text_of_a_device_is_no_formula(store: Store, tmp_path: Path) -> None:
    store.put("É-1.word", [(NIGHT + 4 * HOUR, "=1+1", 0), (NIGHT + 5 * HOUR, float("inf"), 0)][:1])
    store.put("É-1.level", [(NIGHT + 25 * HOUR, math.inf, 0)])
    write(store, tmp_path / "samples.xlsx")
    book = openpyxl.load_workbook(tmp_path / "samples.xlsx")
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value in ("=1+1", "inf")]
    book.close()
    assert sorted((cell.value, cell.data_type) for cell in cells) == [("=1+1", "s"), ("inf", "s")]


def test_that_aggregates_follow_the_calendar_of_the_site(store: Store, tmp_path: Path) -> None:
    assert write(store, tmp_path / "days.parquet", "1h") == 5 * 25
    with duckdb.connect() as base:
        base.execute("SET TimeZone = 'Europe/Paris'")
        found = base.execute(
            f'SELECT count, min, max, mean, "first", "last", good_s, worst FROM \'{tmp_path}/days.parquet\''
            " WHERE tag = 'É-1.level' ORDER BY start"
        ).fetchall()
        assert found[1][:3] == (6, 0.6, 1.2)
        assert found[1][3] == pytest.approx((0.6 + 0.7 + 0.8 + 0.9 + 1.0 + 1.1) / 6)
        assert found[1][4:] == (0.7, 1.2, 3600.0, "good")
        assert found[10][6:] == (3000.0, "timeout")
        spent = f"SELECT spent FROM '{tmp_path}/days.parquet' WHERE tag = 'É-1.mode' ORDER BY start"
        states = [row[0] for row in base.execute(spent).fetchall()]
    assert states[0] == {}
    assert states[2] == {"auto": 1800.0, "forcé": 1800.0}
    assert states[3] == {"forcé": 1800.0, "7": 1800.0}


def test_that_a_month_is_a_row_and_words_have_their_time(store: Store, tmp_path: Path) -> None:
    wish = store.wish(at(2026, 9, 15), at(2026, 11, 5), "month", ["É-1.word", "É-1.on"])
    export(store.history, wish, tmp_path / "months.csv", "csv")
    frame = pd.read_csv(tmp_path / "months.csv", dtype={"spent": str})
    assert frame["start"].tolist()[:3] == [
        "2026-09-15T00:00:00.000+02:00", "2026-10-01T00:00:00.000+02:00", "2026-11-01T00:00:00.000+01:00",
    ]  # fmt: skip
    spent = [json.loads(words) if isinstance(words, str) else None for words in frame["spent"]]
    assert spent[1] == {"0": spent[1]["0"], "1": 7200.0}
    assert spent[4] == {'à l\'arrêt, "net"\nfin': 3600.0}
    assert frame["first_text"].tolist()[4] == 'à l\'arrêt, "net"\nfin'


def test_that_many_samples_are_read_piece_by_piece_and_come_out_alike(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("É-1.level", [(NIGHT + n * 2 * SECOND + 1_000_000, math.sin(n / 50), 0) for n in range(40_000)])
    store.settle()
    for name, step in (("samples", ""), ("hours", "1h")):
        write(store, tmp_path / f"{name}-whole.csv", step)
    most: list[int] = []
    read = History.samples

    def counted(self: History, *words: object) -> object:
        found = read(self, *words)  # type: ignore[arg-type]
        most.append(len(found))
        return found

    monkeypatch.setattr(History, "samples", counted)
    monkeypatch.setattr(exporting, "MOST", 17_000)
    monkeypatch.setattr(exporting, "GROUP", 1000)
    for name, step in (("samples", ""), ("hours", "1h")):
        write(store, tmp_path / f"{name}-cut.csv", step)
    assert max(most) <= 17_000
    assert (tmp_path / "samples-whole.csv").read_bytes() == (tmp_path / "samples-cut.csv").read_bytes()
    whole, cut = (pd.read_csv(tmp_path / f"hours-{name}.csv") for name in ("whole", "cut"))
    pd.testing.assert_frame_equal(whole, cut)


def test_that_progress_only_grows_and_ends(store: Store, tmp_path: Path) -> None:
    for step in ("", "1h"):
        told: list[float] = []
        write(store, tmp_path / f"a{step}.csv", step, progress=told.append)
        assert told == sorted(told)
        assert told[-1] == 1.0


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_that_a_disk_that_is_full_leaves_nothing_behind(store: Store, tmp_path: Path, suffix: str) -> None:
    store.put("É-1.level", [(NIGHT + n * SECOND, math.sin(n), 0) for n in range(5_000)])
    place = tmp_path / "out"
    place.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(Unavailable, match=r"cannot be written .* nothing of it is left behind"):
            write(store, place / f"big.{suffix}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(place.iterdir()) == []
    assert write(store, place / f"big.{suffix}") > 5_000


def test_that_a_file_is_not_replaced_unless_somebody_says_so(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("mine")
    with pytest.raises(Unavailable, match="is there already"):
        write(store, path)
    assert path.read_text() == "mine"
    assert write(store, path, overwrite=True)
    assert path.read_text("utf-8").startswith('"tag"')


def test_that_a_sheet_refuses_more_rows_than_it_holds(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sinks, "SHEET_ROWS", 161)
    assert write(store, tmp_path / "all.xlsx") == 160
    monkeypatch.setattr(sinks, "SHEET_ROWS", 160)
    with pytest.raises(Unavailable, match="a sheet holds 159 rows, and this export has more"):
        write(store, tmp_path / "more.xlsx")
    assert not (tmp_path / "more.xlsx").exists()


def test_that_tags_are_chosen_by_pattern_equipment_or_id_and_those_that_left_the_site_too(store: Store) -> None:
    recorded = store.history.tags() | {"OLD.level": "number"}

    def ids(*patterns: str) -> list[str]:
        return [told.id for told in choose(store.site, recorded, patterns)]

    assert ids("É-1.level") == ["É-1.level"]
    assert ids("É-1") == ["É-1.level", "É-1.mode", "É-1.on", "É-1.total", "É-1.word"]
    assert ids("*.level", "OLD.*") == ["OLD.level", "É-1.level"]
    with pytest.raises(Unavailable, match=r'no tag is called "X" or "É-2\.\*"'):
        ids("X", "É-1", "É-2.*")


def test_that_the_instants_of_every_format_agree(store: Store, tmp_path: Path) -> None:
    for suffix in ("csv", "parquet"):
        write(store, tmp_path / f"a.{suffix}")
    parquet = pd.read_parquet(tmp_path / "a.parquet")["time"].dt.tz_convert(UTC)
    text = pd.to_datetime(pd.read_csv(tmp_path / "a.csv")["time"], utc=True)
    assert (parquet.astype("int64") == text.astype("datetime64[us, UTC]").astype("int64")).all()
    assert str(PARIS) == "Europe/Paris"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Store]:
    """Ten days of a level, a mode and a word; the samples of the level older than a week were dropped, of the mode all
    older than four days."""
    with Store(tmp_path / "kept") as made:
        start = at(2026, 11, 12)
        minutes = range(1, 10 * 24 * 60)
        made.put("É-1.level", [(start + n * 60 * SECOND, n % 97 / 10, BAD if n % 500 < 7 else 0) for n in minutes])
        made.put("É-1.mode", [(start + n * 4000 * SECOND, float(n % 3), 0) for n in range(1, 215)])
        made.settle()
        yield made


def hours(store: Store, path: Path, step: str = "1h") -> pd.DataFrame:
    wish = store.wish(at(2026, 11, 12), at(2026, 11, 22), step, ["É-1.level", "É-1.mode"])
    written = export(store.history, wish, path, "csv")
    frame = pd.read_csv(path)
    assert written.rolled == (frame.made_of == "rollups").sum()
    return frame


@pytest.mark.parametrize("step", ["1h", "day"])
def test_that_aggregates_come_from_rollups_where_the_samples_were_dropped_and_say_so(
    kept: Store, tmp_path: Path, step: str
) -> None:
    before = hours(kept, tmp_path / "before.csv", step)
    assert set(before.made_of) == {"samples"}
    classes = (TagClass(4, tags=("mode",)),)
    kept.historian.pace = Pace(retention=Retention(days=7, classes=classes))
    kept.historian._days = {
        int(slot): kept.historian.pace.retention.of(tag)
        for slot, tag in zip(kept.historian._slots.tolist(), kept.site.tags, strict=True)
    }
    assert kept.historian.purge() > 0
    after = hours(kept, tmp_path / "after.csv", step)
    rolled = after.made_of == "rollups"
    assert 0 < rolled.sum() < len(after)
    share = {tag: float(rolled[after.tag == tag].mean()) for tag in ("É-1.level", "É-1.mode")}
    assert share["É-1.level"] < share["É-1.mode"] < 1, "its class is kept for a shorter time"
    names = ["tag", "start", "end", "count", "good_s", "min", "max", "mean", "first", "last", "spent", "worst"]
    for name in ("count", "good_s", "min", "max", "mean"):
        np.testing.assert_allclose(after[name], before[name], rtol=1e-9, equal_nan=True, err_msg=name)
    pd.testing.assert_frame_equal(after[names[:3]], before[names[:3]])
    read = before["worst"] != "never_read"  # rollups do not tell what was before the first sample of all
    assert after["worst"][read].tolist() == before["worst"][read].tolist()
    spent = [[json.loads(words) if isinstance(words, str) else {} for words in one.spent] for one in (before, after)]
    for one, other in zip(*spent, strict=True):
        assert one == pytest.approx(other)


def test_that_buckets_finer_than_the_rollups_left_say_nothing(kept: Store, tmp_path: Path) -> None:
    kept.historian.pace = Pace(retention=Retention(days=7))
    kept.historian._days = dict.fromkeys(kept.historian._slots.tolist(), 7)
    kept.historian.purge()
    frame = hours(kept, tmp_path / "fine.csv", "1min")
    oldest = frame[(frame.tag == "É-1.level")].head(60)
    assert oldest.made_of.isna().all()
    assert (oldest["count"] == 0).all()
