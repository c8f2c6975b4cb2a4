"""Vitals: how the links and the station are, read once a second and sent up the one road as tags of their equipment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from supervisor import health
from supervisor.availability import Running
from supervisor.columns import Columns
from supervisor.flow import Batch
from supervisor.link import Link
from supervisor.model import BAD, Quality, Site

STATION = (
    health.GOOD_SHARE,
    health.CHANGES,
    health.FAULTS,
    health.HISTORY_LAG,
    health.HISTORY_DAMAGE,
    health.DISK_ROOM,
    health.JOURNAL_OWED,
    health.JOURNAL_USE,
    health.NOTICES_FAILING,
    health.ALARM_RATE,
    health.FLOOD,
)


class Vitals:
    """Where the tags of the links and of the station are, and what to write there."""

    def __init__(self, site: Site) -> None:
        self._links = tuple(site.links)
        ids = [f"{link}.{tag}" for tag in health.FIGURES for link in self._links]
        ids += [f"{health.STATION_ID}.{tag}" for tag in STATION]
        self._index = np.array([site.tag_by_id[id_].index for id_ in ids], np.int32)
        self._carried = np.array([tag.index for tag in site.tags if tag.source], np.int32)
        self._requests = np.zeros(len(self._links))
        self._changes = 0
        self._then = 0.0
        self.running = Running(self._links, site.zone)

    def down(self, now: int) -> Batch:
        """Before anything has connected: every link is down, and that is known, not unknown."""
        self.running.step(np.zeros(len(self._links), np.bool_), now)
        return Batch.of(self._index[: len(self._links)], 0.0, now)

    def read(self, links: Mapping[str, Link], own: Sequence[float], now: int, monotonic: float) -> Batch:
        """Once a second; `own` are the tags of the station, in the order of `STATION`."""
        figures = np.array([_figures(links.get(name)) for name in self._links], np.float64).reshape(-1, 7).T
        self.running.step(figures[0] == 1.0, now)
        passed, self._then = monotonic - self._then, monotonic
        requests = figures[3].copy()
        figures[3] = np.round((requests - self._requests) / (passed if passed > 0 else 1.0))
        self._requests = requests
        values = np.concatenate((figures.ravel(), *self.running.percents(), own))
        # such as the round trip of a link that asked nothing
        return Batch.of(self._index, values, now, np.where(np.isnan(values), Quality.NOT_CONNECTED, Quality.GOOD))

    def own(self, columns: Columns, changes: int, faults: float, files: Sequence[float]) -> tuple[float, ...]:
        """The tags of the station; `changes` since it began; `files`: lag, damage and room of the history, rows and
        room of the journal, then the rate of alarms and whether they are a flood."""
        quality = columns["quality"][self._carried]
        share = 100.0 * float(np.count_nonzero(quality < BAD)) / max(len(quality), 1)
        since, self._changes = changes - self._changes, changes
        return share, float(since), faults, *files


def _figures(link: Link | None) -> tuple[float, ...]:
    if link is None:
        return (0.0, np.nan, np.nan, 0.0, 0.0, 0.0, np.nan)
    traffic = link.traffic
    errors = float(sum(traffic.errors.values()))
    skew = round(traffic.skew_s, 1) if link.connected else np.nan
    return (float(link.connected), *link.round_trip(), float(traffic.requests), errors, float(link.reconnects), skew)
