"""Samples and aggregates of a tag as Arrow tables, alike in every format.

    samples      tag · time · value · text · quality · arrival
    aggregates   tag · start · end · count · good_s · min · max · mean · first · last
                 first_text · last_text · spent (seconds in each state) · worst · made_of

A value is null where it is bad; a state has its number in `value` and its id in `text`. Times are microseconds UTC that
carry the site's time zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from supervisor.archive.totals import Totals
from supervisor.flow import Times, Values
from supervisor.historian.samples import Samples
from supervisor.model import BAD, Kind, Quality, Tag

_QUALITIES = {int(quality): quality.name.lower() for quality in Quality}
QUALITY_WORDS = tuple(_QUALITIES.get(code, str(code)) for code in range(256))
"""Word of each quality; the number where it has none."""
MADE_OF = ("samples", "rollups")
"""Of what an aggregate is made: of rollups where any of its samples were dropped."""


@dataclass(frozen=True, slots=True)
class Told:
    """A tag as an export has to know it."""

    id: str
    kind: Kind
    states: dict[float, str] = field(default_factory=dict)
    """Value -> id of the state."""

    @classmethod
    def of(cls, tag: Tag) -> Told:
        return cls(tag.id, tag.spec.kind, {float(state.value): state.id for state in tag.spec.states})

    @property
    def coded(self) -> bool:
        """Whether values are states or texts, of which one asks how long they lasted."""
        return self.kind in (Kind.BOOLEAN, Kind.ENUM, Kind.TEXT)

    def word(self, value: float) -> str:
        """Id of a state; the number where it has none."""
        return self.states.get(value) or f"{value:g}"


def stamp(zone: str) -> Any:
    """The type of an instant."""
    return pa.timestamp("us", tz=zone)


def sample_schema(zone: str) -> Any:
    """Columns of exported samples."""
    words, instant = pa.string(), stamp(zone)
    return pa.schema(
        [("tag", words), ("time", instant), ("value", pa.float64()), ("text", words)]
        + [("quality", words), ("arrival", instant)]
    )


def total_schema(zone: str) -> Any:
    """Columns of exported aggregates."""
    words, number = pa.string(), pa.float64()
    return pa.schema(
        [("tag", words), ("start", stamp(zone)), ("end", stamp(zone)), ("count", pa.int64()), ("good_s", number)]
        + [(name, number) for name in ("min", "max", "mean", "first", "last")]
        + [
            ("first_text", words),
            ("last_text", words),
            ("spent", pa.map_(words, number)),
            ("worst", words),
            ("made_of", words),
        ]
    )


def sample_table(told: Told, found: Samples, zone: str) -> Any:
    """Samples of one tag, in their order."""
    text = told.kind is Kind.TEXT
    silent = (found.quality >= BAD) & np.isnan(found.value)
    columns = [
        _repeated(told.id, len(found)),
        _instants(found.time, zone),
        pa.array(found.value, mask=np.ones(len(found), np.bool_) if text else silent),
        _texts(told, found.value, found.words),
        _worded(found.quality, QUALITY_WORDS),
        _instants(found.arrival, zone),
    ]
    return pa.Table.from_arrays(columns, schema=sample_schema(zone))


def total_table(told: Told, totals: Totals, zone: str) -> Any:
    """Buckets of one tag, every one of them."""
    n, words = len(totals.count), tuple(totals.words)
    hidden = np.full(n, told.kind is Kind.TEXT)
    numbers = [
        pa.array(column, mask=hidden | np.isnan(column))
        for column in (totals.low, totals.high, totals.means(), totals.first, totals.last)
    ]
    columns = [
        _repeated(told.id, n),
        _instants(totals.edges[:-1], zone),
        _instants(totals.edges[1:], zone),
        pa.array(totals.count),
        pa.array(totals.good_s),
        *numbers,
        _texts(told, totals.first, words),
        _texts(told, totals.last, words),
        _spent(told, totals, words),
        _worded(totals.worst, QUALITY_WORDS, ~totals.seen),
        _worded(totals.rolled, MADE_OF, ~totals.seen),
    ]
    return pa.Table.from_arrays(columns, schema=total_schema(zone))


def _repeated(word: str, n: int) -> Any:
    return pa.repeat(pa.scalar(word, pa.string()), n)


def _instants(time: Times, zone: str) -> Any:
    return pa.array(time // 1000, pa.int64()).cast(stamp(zone))


def _worded(code: NDArray[Any], words: Sequence[str], hidden: NDArray[np.bool_] | None = None) -> Any:
    return pa.array(words, pa.string()).take(pa.array(code.astype(np.int64), mask=hidden))


def _texts(told: Told, value: Values, words: Sequence[str]) -> Any:
    """Texts as texts, states as their ids, numbers as nothing."""
    if told.kind is Kind.TEXT and words:
        hidden = np.isnan(value)
        return _worded(np.where(hidden, 0, value), [_sound(word) for word in words], hidden)
    if told.kind is Kind.TEXT or not told.states:
        return pa.nulls(len(value), pa.string())
    known, code = np.unique(value, return_inverse=True)
    return pa.array([told.states.get(value) for value in known.tolist()], pa.string()).take(pa.array(code.reshape(-1)))


def _sound(word: str) -> str:
    """A device may have sent half a character; no other program could read the file."""
    return word.encode("utf-8", "replace").decode("utf-8")


def _spent(told: Told, totals: Totals, words: Sequence[str]) -> Any:
    if not told.coded:
        return pa.nulls(len(totals.count), pa.map_(pa.string(), pa.float64()))
    rows: list[list[tuple[str, float]]] = [[] for _ in totals.count]
    for (bucket, value), seconds in sorted(totals.spent.items()):
        word = _sound(words[int(value)]) if told.kind is Kind.TEXT else told.word(value)
        rows[bucket].append((word, round(seconds, 6)))
    return pa.array(rows, pa.map_(pa.string(), pa.float64()))
