"""A plant of a few tags and a historian over it, wound by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor.clock import SECOND, HandClock
from supervisor.historian.history import History
from supervisor.historian.writer import Historian, Pace
from supervisor.model import Equipment, EquipmentType, Kind, Tag, TagSpec, Text
from supervisor.texts import Texts

START = 1_767_225_600 * SECOND
"""2026-01-01 00:00 UTC, the start of a partition of any sane length."""
HOUR = 3600 * SECOND


def make_tags(count: int = 8) -> list[Tag]:
    """P.t0 with a deadband of 0.5, P.t1 a text, P.t4 true or false, the others plain numbers."""
    words = Text("x", "x")
    kinds = {1: Kind.TEXT, 4: Kind.BOOLEAN}
    specs = {
        f"t{i}": TagSpec(f"t{i}", words, kinds.get(i, Kind.NUMBER), deadband=0.5 if i == 0 else 0.0)
        for i in range(count)
    }
    kind = EquipmentType("pump", words, "water", specs)
    equipment = Equipment(0, "P", words, kind, "", "water")
    return [Tag(i, equipment, spec) for i, spec in enumerate(specs.values())]


class Plant:
    """A history folder whose historian can be closed and opened again."""

    def __init__(self, folder: Path, pace: Pace | None = None, tags: int = 8) -> None:
        self.folder = folder / "history"
        self.clock = HandClock(START)
        self.words = {2.0: "Ardenne", 3.0: "Roseraie", 4.0: "été"}
        self.texts = self._number_texts()
        self.tags = make_tags(tags)
        self.pace = pace or Pace(partition_s=3600)
        self.historian = self._open()
        self.history = History(self.folder)

    def _open(self) -> Historian:
        return Historian(self.folder, self.tags, self.texts, self.clock, self.pace)

    def _number_texts(self) -> Texts:
        texts = Texts.create()
        for word in self.words.values():
            texts.code(word)
        return texts

    def reopen(self) -> None:
        self.historian.close()
        self.texts = self._number_texts()
        self.historian = self._open()

    def close(self) -> None:
        self.historian.close()
        self.history.close()


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path)
    yield made
    made.close()
