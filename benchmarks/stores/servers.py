"""Stores that are servers: InfluxDB and VictoriaMetrics, as Debian has them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from benchmarks.stores import setup
from benchmarks.stores.data import KILLED, YEAR, Batch, Data
from benchmarks.stores.store import Peaks, Server, State
from benchmarks.workload import DAY
from supervisor.clock import SECOND
from supervisor.model import BAD

MS = SECOND // 1000
_CONFIG = """
reporting-enabled = false
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  index-version = "inmem"
  cache-snapshot-write-cold-duration = "5s"
  compact-full-write-cold-duration = "5s"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[logging]
  level = "warn"
"""
"""The defaults, but for the waits before it compacts (10 minutes and 4 hours), which a benchmark can't sit out.
wal-fsync-delay is 0: every write is synced."""


class Influx(Server):
    """A point for every sample: value and quality are its fields, the tag is its tag."""

    name = "InfluxDB"
    keeps = "value, quality, source time; every write synced (wal-fsync-delay 0, its default)"
    grows = "data/vigie/autogen/**/*"
    commit = 10_000

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, setup.program("influxdb"))

    def command(self) -> list[str]:
        config = self.folder.with_suffix(".conf")
        config.write_text(_CONFIG.format(folder=self.folder, port=self.port, rpc=self.port + 1000))
        return [str(self.program), "run", "-config", str(config)]

    def alive(self) -> None:
        self.ask("/query?" + urlencode({"q": "CREATE DATABASE vigie"}), b"")

    def prepare(self, batch: Batch) -> None:
        self._work = [self._lines(piece) for piece in batch.cut(self.commit)]

    @staticmethod
    def _lines(batch: Batch) -> bytes:
        """A bad value, NaN here, is a point without one: InfluxDB has no NaN."""
        columns = batch.index, batch.time // MS, batch.value, batch.quality
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return "\n".join(
            f"s,id={tag} v={v!r},q={q}i {t}" if v == v else f"s,id={tag} q={q}i {t}" for tag, t, v, q in rows
        ).encode()

    def load(self) -> None:
        for lines in self._work:
            self.ask("/write?db=vigie&precision=ms", lines)

    def append(self, batch: Batch) -> None:
        self.ask("/write?db=vigie&precision=ms", self._lines(batch))

    def settle(self) -> None:
        """Until its files stop changing for ten seconds, or two minutes."""
        _still(self, 10.0, 120.0)

    def _rows(self, query: str) -> list[dict[str, Any]]:
        said = json.loads(self.ask("/query?" + urlencode({"db": "vigie", "epoch": "ms", "q": query})))
        found: list[dict[str, Any]] = said["results"][0].get("series", [])
        return found

    def trend(self, data: Data) -> Peaks:
        width, offset = data.width // MS, (data.start // MS + 1) % (data.width // MS)
        (series,) = self._rows(
            f"SELECT min(v), max(v), first(v), last(v) FROM s WHERE id = '{YEAR}' AND time > {data.start}"
            f" AND time <= {data.end} GROUP BY time({width}ms, {offset}ms) fill(none)"
        )
        low, high = ([row[place] for row in series["values"]] for place in (1, 2))
        return len(low), min(low), max(high)

    def state(self, data: Data) -> State:
        found: State = {}
        query = f"SELECT last(q), v FROM s WHERE time > {data.instant - DAY} AND time <= {data.instant} GROUP BY id"
        for series in self._rows(query):
            _, quality, value = series["values"][0]
            if quality < BAD and int(series["tags"]["id"]) < YEAR:
                found[int(series["tags"]["id"])] = value
        return found

    def times(self, start: int) -> list[int]:
        found = self._rows(f"SELECT v FROM s WHERE id = '{KILLED}' AND time >= {start}")
        return [row[0] * MS for row in found[0]["values"]] if found else []


class Victoria(Server):
    """Two series a tag: it keeps numbers only, so that the quality is one of its own."""

    name = "VictoriaMetrics"
    keeps = "value and quality as two series, source time; nothing synced before some seconds, by design"
    commit = 100_000

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, setup.program("victoria-metrics"))

    def command(self) -> list[str]:
        words = {
            "storageDataPath": self.folder,
            "httpListenAddr": f"127.0.0.1:{self.port}",
            "retentionPeriod": "10y",
            "search.disableCache": "true",
            "search.latencyOffset": "0s",
            "loggerLevel": "WARN",
        }
        return [str(self.program), *(f"-{key}={word}" for key, word in words.items())]

    def alive(self) -> None:
        self.ask("/health")

    def prepare(self, batch: Batch) -> None:
        self._work = [self._lines(piece) for piece in batch.cut(self.commit)]

    @staticmethod
    def _lines(batch: Batch) -> bytes:
        """A line for each series; a bad value, NaN here, is left out: the quality says it."""
        lines = []
        order = np.argsort(batch.index, kind="stable")
        edges = np.flatnonzero(np.diff(batch.index[order])) + 1
        for rows in np.split(order, edges):
            tag, good = str(batch.index[rows[0]]), rows[~np.isnan(batch.value[rows])]
            for name, column, kept in (("v", batch.value, good), ("q", batch.quality, rows)):
                values, stamps = column[kept].tolist(), (batch.time[kept] // MS).tolist()
                metric = {"__name__": name, "tag": tag}
                lines.append(json.dumps({"metric": metric, "values": values, "timestamps": stamps}))
        return "\n".join(lines).encode()

    def load(self) -> None:
        for lines in self._work:
            self.ask("/api/v1/import", lines)

    def append(self, batch: Batch) -> None:
        self.ask("/api/v1/import", self._lines(batch))

    def settle(self) -> None:
        self.ask("/internal/force_flush")
        self.ask("/internal/force_merge")
        _still(self, 5.0, 60.0)

    def trend(self, data: Data) -> Peaks:
        width = data.width // MS
        functions = '("min_over_time", "max_over_time", "first_over_time", "last_over_time")'
        words = {
            "query": f'aggr_over_time({functions}, v{{tag="{YEAR}"}}[{width}ms])',
            "start": f"{(data.start + data.width) / SECOND:.3f}",
            "end": f"{data.end / SECOND:.3f}",
            "step": f"{width}ms",
            "nocache": "1",
        }
        said = json.loads(self.ask("/api/v1/query_range?" + urlencode(words)))["data"]["result"]
        by_name = {one["metric"]["rollup"]: [float(value) for _, value in one["values"]] for one in said}
        return len(by_name["min_over_time"]), min(by_name["min_over_time"]), max(by_name["max_over_time"])

    def state(self, data: Data) -> State:
        words = {"query": 'last_over_time({__name__=~"v|q"}[1d])', "time": f"{data.instant / SECOND:.3f}", "nocache": 1}
        said = json.loads(self.ask("/api/v1/query?" + urlencode(words)))["data"]["result"]
        found = {(one["metric"]["__name__"], int(one["metric"]["tag"])): one for one in said}
        value = {key: float(one["value"][1]) for key, one in found.items()}
        return {tag: v for (name, tag), v in value.items() if name == "v" and tag < YEAR and value["q", tag] < BAD}

    def times(self, start: int) -> list[int]:
        self.ask("/internal/force_flush")  # what it has in memory only is shown after a second or so
        words = {"match[]": f'v{{tag="{KILLED}"}}', "start": start // SECOND - 1}
        found: list[int] = []
        for line in self.ask("/api/v1/export?" + urlencode(words)).splitlines():
            found += (stamp * MS for stamp in json.loads(line)["timestamps"])
        return sorted(found)


def _still(store: Server, quiet_s: float, most_s: float) -> None:
    """Until the files have been as big for a while: neither server says when it is done."""
    until, since, size = time.monotonic() + most_s, time.monotonic(), store.size()
    while time.monotonic() < until and time.monotonic() - since < quiet_s:
        time.sleep(0.5)
        if (now := store.size()) != size:
            since, size = time.monotonic(), now
