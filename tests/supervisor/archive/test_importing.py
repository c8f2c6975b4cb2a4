"""What was exported comes back as it was; what is wrong with a file is told, all of it, before anything is loaded."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.archive import importing, reading
from supervisor.archive.export import export
from supervisor.archive.importing import check, compare, load, tags_of
from supervisor.archive.reading import Reading
from supervisor.clock import SECOND, HandClock
from supervisor.errors import StoreError
from supervisor.historian.history import History
from supervisor.model import Quality
from tests.supervisor.archive.store import NIGHT, NOW, PARIS, Row, Store, at, city, rows_of

MINUTE = 60 * SECOND
SITE = city()
TAGS = [tag.id for tag in SITE.tags[:5]]
BAD = int(Quality.NOT_CONNECTED)

TIMES = st.integers(-90, 300).map(lambda minutes: NIGHT + minutes * MINUTE + 123_000_000)
NUMBERS = st.floats(width=64) | st.integers(-5, 5).map(float) | st.decimals(-10, 10, places=2).map(float)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
QUALITIES = st.sampled_from([0, 0, 0, 0x40, 0x42])


def rows(values: st.SearchStrategy[object]) -> st.SearchStrategy[list[Row]]:
    good = st.tuples(TIMES, values, QUALITIES)
    bad = st.tuples(TIMES, st.none(), st.sampled_from([0x80, BAD, 0x99]))
    return st.lists(good | bad, max_size=25, unique_by=lambda row: row[0]).map(sorted_by_time)


def sorted_by_time(found: list[Row]) -> list[Row]:
    return sorted(found, key=lambda row: row[0])


PLANT = st.fixed_dictionaries(
    {
        "É-1.level": rows(NUMBERS),
        "É-1.total": rows(st.integers(0, 1 << 40).map(float)),
        "É-1.on": rows(st.sampled_from([0.0, 1.0])),
        "É-1.mode": rows(st.sampled_from([0.0, 1.0, 2.0, 9.0])),
        "É-1.word": rows(WORDS),
    }
)


def import_(folder: Path, *paths: Path) -> importing.Report:
    report = check(paths, tags_of(SITE, folder), PARIS, NOW)
    assert report.mistakes == []
    return load(folder, SITE, paths, HandClock(NOW))


@pytest.mark.slow
@settings(deadline=None, max_examples=6)
@given(plant=PLANT, lag=st.sampled_from([0, 300_000_000, 86_400 * SECOND, -SECOND]))
def test_that_what_was_exported_comes_back_as_it_was(plant: dict[str, list[Row]], lag: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        with Store(root / "one", partition_s=3600) as store:
            for tag, put in plant.items():
                store.put(tag, put, lag)
            for form in ("csv", "parquet"):
                export(store.history, store.wish(0, NOW), root / f"all.{form}", form)
            before = {tag: rows_of(store.history, tag) for tag in TAGS}
        count = sum(map(len, plant.values()))
        for form, other in (("csv", "parquet"), ("parquet", "csv")):
            report = import_(root / form, root / f"all.{form}")
            assert report.new == report.samples == count
            history = History(root / form)
            assert {tag: rows_of(history, tag) for tag in TAGS} == before, form
            history.close()
            again = compare(root / form, [root / f"all.{other}"], Reading(tags_of(SITE, root / form), PARIS, NOW))
            assert again == 0, "each format says the same"


def test_that_late_samples_go_where_their_time_says_and_equal_ones_are_dropped(tmp_path: Path) -> None:
    with Store(tmp_path / "history", partition_s=3600) as store:
        store.put("É-1.level", [(NIGHT + n * 10 * MINUTE, float(n), 0) for n in range(1, 100)])
        store.settle()
    path = tmp_path / "late.csv"
    path.write_text(
        "tag,time,value\n"
        "É-1.level,2026-10-25T00:05:00+02:00,77\n"  # late
        "É-1.level,2026-10-25T00:10:00+02:00,1.0\n"  # there already
        "É-1.level,2026-10-25T00:20:00+02:00,2.5\n"  # another value of the same time
        "É-1.level,2026-10-25T00:05:00+02:00,77\n",  # twice in the file
        "utf-8",
    )
    told = compare(tmp_path / "history", [path], Reading(tags_of(SITE, tmp_path / "history"), PARIS, NOW))
    report = import_(tmp_path / "history", path)
    assert (report.samples, report.new, told) == (4, 2, 2)
    history = History(tmp_path / "history")
    found = [row[:2] for row in rows_of(history, "É-1.level")][:4]
    assert found == [
        (NIGHT + 5 * MINUTE, 77.0), (NIGHT + 10 * MINUTE, 1.0), (NIGHT + 20 * MINUTE, 2.0), (NIGHT + 20 * MINUTE, 2.5),
    ]  # fmt: skip
    assert history.at(["É-1.level"], NIGHT + 21 * MINUTE).value.tolist() == [2.5]
    history.close()


def test_that_a_wide_table_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(
        "time;É-1.level;É-1.on;É-1.mode;É-1.word\n"
        "2026-07-01 12:00:00;3,5;vrai;forcé;à l'arrêt\n"
        "2026-07-01T12:10:00+02:00;;0;2;\n".encode("utf-8-sig")
    )
    report = import_(tmp_path / "history", path)
    assert report.new == 6
    history, noon = History(tmp_path / "history"), at(2026, 7, 1, 12)
    assert [row[:2] for row in rows_of(history, "É-1.level")] == [(noon, 3.5)]
    assert [row[:2] for row in rows_of(history, "É-1.on")] == [(noon, 1.0), (noon + 10 * MINUTE, 0.0)]
    assert [row[:2] for row in rows_of(history, "É-1.mode")] == [(noon, 1.0), (noon + 10 * MINUTE, 2.0)]
    assert [row[:2] for row in rows_of(history, "É-1.word")] == [(noon, "à l'arrêt")]
    history.close()


def test_that_every_mistake_is_told_with_its_line_and_nothing_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        "tag,time,value,quality,text\n"
        "É-1.levle,2026-07-01 12:00,1,,\n"
        "É-1.levle,2026-07-01 12:01,1,,\n"  # told once
        "É-1.level,2026-10-25 02:30,1,,\n"
        "É-1.level,noon,1,,\n"
        "É-1.level,2027-01-01,1,,\n"
        "É-1.level,2026-07-01,much,,\n"
        "É-1.mode,2026-07-01,,good,forced\n"
        "É-1.level,2026-07-01,1,godo,\n"
        "É-1.level,2026-07-01,,,\n"
        "É-1.level,2026-07-01\n"
        f"É-1.word,2026-07-01,,,{'x' * 97}\n"
        "É-1.level,2026-07-01,5,bad,\n",  # no mistake, but no value either
        "utf-8",
    )
    report = check([path], tags_of(SITE, tmp_path / "none"), PARIS, NOW)
    lines = [mistake.removeprefix(f"{path}:").partition(": ") for mistake in report.mistakes]
    told = {int(line): words for line, _, words in lines}
    assert sorted(told) == [2, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    for line, words in (
        (2, 'Did you mean "É-1.level"?'), (4, "comes twice in Europe/Paris"), (5, '"noon" is no instant'),
        (6, "lies in the future"), (7, '"much" is no value of É-1.level'), (8, 'Did you mean "forcé"?'),
        (9, '"godo" is no quality. Did you mean "good"?'), (10, "has no value"), (11, "has 2 columns"),
        (12, "more than 96 bytes"),
    ):  # fmt: skip
        assert words in told[line], told[line]
    assert report.hushed == 1
    assert report.wrong == 10


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"start,end,mean\n1,2,3\n", 'names no columns "tag" and "time"'),
        ("a.csv", "time,É-1.level\n2026-07-01,1\n".encode("latin-1"), "is not UTF-8"),
        ("a.csv", 'tag,time,value\n"É-1.level,2026-07-01,1\n'.encode(), "cannot be read"),
        ("a.csv", b"", "names no columns"),
        ("a.parquet", b"no parquet", "is no Parquet file"),
    ],
)
def test_that_a_file_of_another_sort_is_one_sentence(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    report = check([path], tags_of(SITE, tmp_path / "none"), PARIS, NOW)
    assert report.samples == 0
    assert said in report.mistakes[0]


def test_that_a_parquet_of_somebody_else_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "theirs.parquet"
    table = pa.table(
        {
            "tag": ["É-1.level", "É-1.mode", "É-1.nobody"],
            "time": pa.array([at(2026, 7, 1, 12) // 10**9 + 7200] * 3, pa.timestamp("s")),  # local, without a zone
            "value": pa.array([1, None, 2], pa.int32()),
            "text": [None, "off", None],
            "quality": [0x40, 0, 0],
        }
    )
    pa.parquet.write_table(table.slice(0, 2), path)
    assert import_(tmp_path / "history", path).new == 2
    history = History(tmp_path / "history")
    assert [row[:3] for row in rows_of(history, "É-1.level")] == [(at(2026, 7, 1, 12), 1.0, 0x40)]
    assert [row[1] for row in rows_of(history, "É-1.mode")] == [2.0]
    history.close()
    pa.parquet.write_table(table, path)
    wrong = pa.table({"tag": ["É-1.level"], "time": pa.array([at(2026, 10, 25) // 10**9 + 16_200], pa.timestamp("s"))})
    pa.parquet.write_table(wrong, tmp_path / "twice.parquet")  # 02:30 without a zone
    assert "twice.parquet:1: 2026-10-25 02:30:00 comes twice" in said(tmp_path / "twice.parquet")
    assert "theirs.parquet:3: neither" in said(path)


def said(path: Path) -> str:
    """The first mistake."""
    return check([path], tags_of(SITE, path), PARIS, NOW).mistakes[0]


def test_that_a_tag_that_left_the_site_may_come_back_with_its_samples(tmp_path: Path) -> None:
    with Store(tmp_path / "one") as store:
        store.put("É-1.word", [(NIGHT, "été", 0)])
        store.put("É-1.level", [(NIGHT, 2.0, 0)])
    smaller = city()
    object.__setattr__(smaller, "tags", smaller.tags[5:])
    path = tmp_path / "old.csv"
    path.write_text("tag,time,text\nÉ-1.word,2026-10-25T01:00:00+02:00,hiver\n", "utf-8")
    report = load(tmp_path / "one", smaller, [path], HandClock(NOW))
    assert report.new == 1
    history = History(tmp_path / "one")
    assert [row[1] for row in rows_of(history, "É-1.word")] == ["été", "hiver"]
    assert history.tags()["É-1.word"] == "text"
    history.close()


def test_that_nothing_is_loaded_beside_a_running_historian(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("tag,time,value\nÉ-1.level,2026-07-01,1\n", "utf-8")
    with Store(tmp_path / "history") as store:
        with pytest.raises(StoreError, match="another Vigie is writing here"):
            load(tmp_path / "history", SITE, [path], HandClock(NOW))
        assert rows_of(store.history, "É-1.level") == []


def test_that_a_long_file_is_loaded_in_batches_with_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 1000)
    path, told = tmp_path / "long.csv", list[float]()
    with Store(tmp_path / "one") as store:
        store.put("É-1.level", [(NIGHT + n * SECOND, math.sin(n), 0) for n in range(12_345)])
        export(store.history, store.wish(0, NOW), path, "csv")
        before = rows_of(store.history, "É-1.level")
    report = load(tmp_path / "two", SITE, [path], HandClock(NOW), told.append)
    assert report.new == 12_345
    assert told == sorted(told)
    assert told[-1] == 1.0
    history = History(tmp_path / "two")
    assert rows_of(history, "É-1.level") == before
    history.close()
