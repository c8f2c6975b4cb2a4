"""Columns shared by processes: what one writes another reads, whole."""

import multiprocessing
import sys
import time

import numpy as np
import pytest

from supervisor.columns import Columns
from supervisor.errors import StoreError
from supervisor.texts import OVERFLOW, Texts


def test_that_a_reader_sees_what_a_writer_wrote(tmp_path):
    path = tmp_path / "run" / "a.columns"
    mine = Columns.create(5, {"value": "<f8", "quality": "u1"}, path)
    with mine.writing():
        mine["value"][3] = 1.5
        mine["quality"][4] = 7
    mine.beat = 42
    other = Columns.attach(path)
    assert (other["value"][3], other["quality"][4], other.beat, len(other)) == (1.5, 7, 42, 5)
    with pytest.raises(ValueError, match="read-only"):
        other["value"][0] = 1.0


def test_that_a_new_station_makes_new_columns_and_old_readers_keep_theirs(tmp_path):
    path = tmp_path / "a.columns"
    Columns.create(2, {"value": "<f8"}, path)["value"][0] = 1.0
    old = Columns.attach(path)
    Columns.create(2, {"value": "<f8"}, path)["value"][0] = 2.0
    assert (old["value"][0], Columns.attach(path)["value"][0]) == (1.0, 2.0)


def test_that_what_is_no_column_file_is_named(tmp_path):
    with pytest.raises(StoreError, match="Is the station running"):
        Columns.attach(tmp_path / "none")
    (tmp_path / "text").write_bytes(b"x" * 200)
    with pytest.raises(StoreError, match="not a column file"):
        Columns.attach(tmp_path / "text")
    (tmp_path / "short").write_bytes(b"x")
    with pytest.raises(StoreError, match="not a column file"):
        Columns.attach(tmp_path / "short")


@pytest.mark.skipif(sys.platform == "win32", reason="no such count there")
def test_that_the_room_of_a_file_is_taken_when_it_is_made(tmp_path):
    """A hole that cannot be filled later would end the station without a word."""
    Columns.create(300_000, {"value": "<f8", "quality": "u1"}, tmp_path / "a.columns")
    about = (tmp_path / "a.columns").stat()
    assert about.st_size >= 300_000 * 9
    assert about.st_blocks * 512 >= about.st_size


def _write_for_ever(path):
    columns = Columns.create(1000, {"a": "<f8", "b": "<f8"}, path)
    number = 0.0
    while True:
        number += 1.0
        with columns.writing():
            columns["a"][:] = number
            columns["b"][:] = -number


@pytest.mark.slow
def test_that_a_read_is_never_torn_while_another_process_writes(tmp_path):
    path = tmp_path / "a.columns"
    writer = multiprocessing.get_context("spawn").Process(target=_write_for_ever, args=(path,), daemon=True)
    writer.start()
    deadline = time.monotonic() + 20
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.1)
    columns = Columns.attach(path)
    seen = set()
    deadline = time.monotonic() + 20
    while len(seen) < 20 and time.monotonic() < deadline:
        a, b = columns.read(lambda columns: (columns["a"].copy(), columns["b"].copy()))
        assert np.all(a == a[0])
        assert np.all(a == -b)
        seen.add(float(a[0]))
    writer.kill()
    writer.join()
    assert len(seen) == 20


def test_that_a_writer_that_died_in_the_middle_does_not_hold_its_readers_for_ever(tmp_path):
    columns = Columns.create(3, {"value": "<f8"}, tmp_path / "a.columns")
    columns["value"][:] = 4.0
    with columns.writing():
        began = time.monotonic()
        assert Columns.attach(tmp_path / "a.columns").read(lambda c: c["value"].copy()).tolist() == [4.0, 4.0, 4.0]
    assert time.monotonic() - began < 2.0


def test_that_texts_are_shared_and_a_full_list_never_lends_another_word(tmp_path, caplog):
    texts = Texts.create(tmp_path / "t", capacity=4)
    first, second = texts.code("Ralliement"), texts.code("Foch – Maison bleue")
    other = Texts.attach(tmp_path / "t")
    assert [other.text(first), other.text(second), other.text(0)] == ["Ralliement", "Foch – Maison bleue", ""]
    assert texts.code("one too many") == OVERFLOW
    assert other.text(OVERFLOW) == "…"
    assert other.text(float("nan")) == ""
    assert "full" in caplog.text


def test_that_long_texts_are_kept_as_far_as_they_are_shown_and_no_text_is_refused(tmp_path):
    texts = Texts.create(capacity=8)
    code = texts.code("x" * 10_000_000)
    assert texts.code("x" * 96 + "y") == code
    assert max(len(kept) for kept in texts._codes) <= 96
    assert texts.text(texts.code("half \ud800 a pair")) == "half ? a pair"


def test_that_a_device_that_invents_words_does_not_fill_the_log(caplog):
    texts = Texts.create(capacity=2)
    for n in range(100):
        assert texts.code(f"word {n}") == OVERFLOW
    assert caplog.text.count("full") == 1
