"""Dropped: where the samples of a tag were kept long enough and only their rollups are left.

A span counts as dropped where the tag's rollups tell of samples and no file has any: before the first partition, and in
partitions that a shorter class of tags has left.
"""

from __future__ import annotations

import numpy as np

from supervisor.database import Connection
from supervisor.historian import rollups
from supervisor.historian.rollups import Rows
from supervisor.historian.samples import Span
from supervisor.historian.view import Sight, View


def dropped(view: View, sight: Sight, slot: int, span: Span, level: int) -> list[tuple[Span, Rows]]:
    """The spans, oldest first, with the buckets of a level that lie within; buckets that only carry a value too."""
    found = []
    for gone in _without(sight, slot, span):
        whole = -(-gone[0] // level) * level, gone[1] // level * level
        if whole[0] >= whole[1]:
            continue
        rows = rollups.load(view.rollup, slot, level, whole)
        if bool((rows.n > 0).any()):
            rows = rows.take(np.flatnonzero((rows.n > 0) | (rows.good > 0) | (rows.worst > 0)))
            found.append((gone, rows))
    return found


def _without(sight: Sight, slot: int, span: Span) -> list[Span]:
    """Where no file has a sample of the tag."""

    def none(file: Connection) -> bool:
        return file.execute("SELECT 1 FROM chunk WHERE tag = ? LIMIT 1", (slot,)).fetchone() is None

    parts = [part for part in sight.parts if part.t0 < span[1] and part.t1 > span[0]]
    empty = [part for part in parts if sight.asked(part, none, False)]
    spans = [(max(part.t0, span[0]), min(part.t1, span[1])) for part in empty]
    if sight.parts and span[0] < sight.parts[0].t0:
        spans.insert(0, (span[0], min(sight.parts[0].t0, span[1])))
    return [one for one in spans if not len(sight.unmerged(slot, one))]
