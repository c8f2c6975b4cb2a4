"""A small site with a tag of every kind and a history of it, filled by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from supervisor import health
from supervisor.archive.columns import Told
from supervisor.archive.export import Wish
from supervisor.archive.period import Step
from supervisor.clock import SECOND, HandClock
from supervisor.historian.history import History
from supervisor.historian.samples import Samples
from supervisor.historian.writer import Historian, Pace
from supervisor.model import Equipment, EquipmentType, Kind, Site, State, Tag, TagSpec, Text
from supervisor.texts import Texts

PARIS = ZoneInfo("Europe/Paris")
HERE = Text("ici", "here")
STATES = (State(0, "auto", HERE), State(1, "forcé", HERE), State(2, "off", HERE))


def at(*words: int, fold: int = 0) -> int:
    """ns UTC of a local time of the site."""
    return round(datetime(*words, tzinfo=PARIS, fold=fold).timestamp()) * SECOND  # type: ignore[misc, arg-type]


NIGHT = at(2026, 10, 25)
"""Midnight before the clock is set back."""
NOW = at(2026, 11, 22, 10)


def city() -> Site:
    """Equipment É-1 with level, total, on, mode and word, and the station's own tags."""
    specs = {
        "level": TagSpec("level", HERE, unit="m"),
        "total": TagSpec("total", HERE, Kind.COUNTER),
        "on": TagSpec("on", HERE, Kind.BOOLEAN),
        "mode": TagSpec("mode", HERE, Kind.ENUM, states=STATES),
        "word": TagSpec("word", HERE, Kind.TEXT),
    }
    kind = EquipmentType("thing", HERE, "water", specs)
    things = [
        Equipment(0, "É-1", HERE, kind, "", "water"),
        Equipment(1, health.STATION_ID, HERE, health.STATION_TYPE, "", "network"),
    ]
    tags: list[Tag] = []
    for owner in things:
        for spec in owner.type.tags.values():
            tags.append(Tag(len(tags), owner, spec))
    return Site(
        "test", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {"thing": kind}, {}, {},
        tuple(things), tuple(tags), (), {}, "",
    )  # fmt: skip


Value = float | str | None
Row = tuple[int, Value, int]
"""Time, value or text or None for bad, quality."""


@dataclass
class Store:
    """A history folder and its historian."""

    folder: Path
    partition_s: int = 86_400
    site: Site = field(default_factory=city)

    def __post_init__(self) -> None:
        self.clock = HandClock(NOW)
        self.texts = Texts.create()
        self.historian = Historian(
            self.folder, self.site.tags, self.texts, self.clock, Pace(partition_s=self.partition_s)
        )
        self.history = History(self.folder)

    def put(self, tag: str, rows: Sequence[Row], lag: int = 0) -> None:
        index = self.site.tag_by_id[tag].index
        value = [self.texts.code(row[1]) if isinstance(row[1], str) else row[1] for row in rows]
        time = np.array([row[0] for row in rows], np.int64)
        self.historian.put(
            np.full(len(rows), index, np.int32),
            time,
            np.array([np.nan if number is None else number for number in value], np.float64),
            np.array([row[2] for row in rows], np.uint8),
            time + lag,
        )
        self.historian.flush()

    def settle(self) -> None:
        """Everything into partitions."""
        self.historian.compact(everything=True)
        self.historian.merge(everything=True)

    def close(self) -> None:
        self.history.close()
        self.historian.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wish(self, start: int, end: int, step: str = "", tags: Sequence[str] = ()) -> Wish:
        chosen = tuple(Told.of(tag) for tag in self.site.tags if (tag.id in tags if tags else tag.index < 5))
        return Wish(chosen, (start, end), PARIS, Step.of(step) if step else None)


def rows_of(history: History, tag: str) -> list[tuple[int, object, int, int]]:
    """Time, value or text, quality, arrival; all there is, comparable."""
    found: Samples = history.samples(tag, 0, NOW + 3600 * SECOND)
    values = [
        (found.text(row) if found.words and value == value else None if value != value else value)
        for row, value in enumerate(found.value.tolist())
    ]
    return list(zip(found.time.tolist(), values, found.quality.tolist(), found.arrival.tolist(), strict=True))
