"""What calculated tags cost: 5 000 of them, at 10 000 changes a second, beside the same station without any.

    python -m benchmarks.calculated [--seconds 10]

2 500 cabinets of six measured tags and two formulas each, one made of the other; in batches as polling brings them (20
changes) and as a subscription does (500). The station has a table, alarms and a historian, as `vigie station` has. The
figure is processor time a second of plant time; beside it the same formulas as Python functions called for each change.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from alarms.engine import Alarms
from supervisor import health
from supervisor.calculated.calculator import Calculator
from supervisor.clock import SystemClock
from supervisor.flow import Batch
from supervisor.formula import Formula, parse
from supervisor.historian.writer import Historian
from supervisor.journal import Journal
from supervisor.model import Equipment, EquipmentType, LinkSpec, Site, Source, Tag, TagSpec, Text
from supervisor.station import Station
from supervisor.table import TagTable

CABINETS, MEASURED, RATE = 2_500, 6, 10_000
HERE = Text("ici", "here")
FORMULAS = {"power": "(t0 * t1 + t2 * t3) / 1000", "load": "if(t4 > 0, 100 * power / t4, 0)"}


def city() -> Site:
    specs = {f"t{n}": TagSpec(f"t{n}", HERE) for n in range(MEASURED)}
    specs |= {id_: TagSpec(id_, HERE, formula=Formula(text, parse(text))) for id_, text in FORMULAS.items()}
    kind = EquipmentType("cabinet", HERE, "lighting", specs)
    cabinets = [Equipment(n, f"C{n}", HERE, kind, "", "lighting", "L") for n in range(CABINETS)]
    link = LinkSpec("L", HERE, "memory", "memory://", "", None)
    own = [
        Equipment(CABINETS, "L", HERE, health.LINK_TYPE, "", "network"),
        Equipment(CABINETS + 1, health.STATION_ID, HERE, health.STATION_TYPE, "", "network"),
    ]
    tags: list[Tag] = []
    for thing in (*cabinets, *own):
        for id_, spec in thing.type.tags.items():
            carried = thing.type is kind and not spec.formula
            source = Source(id_, True, False, 1.0, 0.0, None) if carried else None
            tags.append(Tag(len(tags), thing, spec, "L" if carried else "", source))
    return Site(
        "bench", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {kind.id: kind}, {}, {"L": link},
        (*cabinets, *own), tuple(tags), (), {}, "",
    )  # fmt: skip


def batches(site: Site, size: int, changes: int) -> list[Batch]:
    """Every batch other values, cabinet by cabinet."""
    carried = np.array([tag.index for tag in site.tags if tag.source], np.int32)
    chance, now = np.random.default_rng(size), time.time_ns()  # of another size, other values
    at = np.arange(changes) % len(carried)
    return [
        Batch.of(carried[at[n : n + size]], chance.uniform(1, 400, len(at[n : n + size])).round(1), now + n)
        for n in range(0, changes, size)
    ]


def run(site: Site, readings: Sequence[Batch], calculating: bool) -> tuple[float, float]:
    """Processor seconds for all of it, and for the most patient batch on the wall."""
    clock, table = SystemClock(), TagTable(site.tags)
    with tempfile.TemporaryDirectory() as folder, closing(Journal(Path(folder) / "journal.db", clock)) as journal:
        alarms = Alarms(site, Path(folder) / "alarms.db", journal, clock)
        historian = Historian(Path(folder) / "history", site.tags, table.texts, clock)
        station = Station(site, table, clock, [alarms.absorb, historian.absorb])
        if calculating:
            station.consumers.append(Calculator(site, table.columns, station.absorb).absorb)
        (first,) = batches(site, CABINETS * MEASURED, CABINETS * MEASURED)
        first.source_time[:] = readings[0].source_time[0]  # one that came later would make all the others late
        station.absorb(first)
        before = station.changes
        begun, worst = time.process_time(), 0.0
        for batch in readings:
            at = time.perf_counter()
            station.absorb(batch)
            worst = max(worst, time.perf_counter() - at)
        spent = time.process_time() - begun
        assert station.changes - before > 0.9 * sum(map(len, readings)), "values that don't move prove nothing"
        alarms.close()
        historian.close()
    return spent, worst


def plain(site: Site, readings: Sequence[Batch]) -> float:
    """The same formulas as functions of Python, called for every change of an input."""
    value, quality = [0.0] * len(site.tags), [0] * len(site.tags)
    per = len(site.tags_by_equipment["C0"])
    begun = time.process_time()
    for batch in readings:
        for index, one, code in zip(batch.index.tolist(), batch.value.tolist(), batch.quality.tolist(), strict=True):
            value[index], quality[index] = one, code
            at = index - index % per
            if index - at < 4:
                power = (value[at] * value[at + 1] + value[at + 2] * value[at + 3]) / 1000
                value[at + 6], quality[at + 6] = power, max(quality[at : at + 4])
            if index - at < 5:
                load = 100 * value[at + 6] / value[at + 4] if value[at + 4] > 0 else 0.0
                value[at + 7], quality[at + 7] = load, max(quality[at + 4], quality[at + 6])
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    seconds = parser.parse_args().seconds
    site = city()
    print(f"{CABINETS * len(FORMULAS):,} calculated tags, {RATE:,} changes a second")
    for size in (20, 100, 500):
        readings = batches(site, size, RATE * seconds)
        (without, _), (with_, worst) = run(site, readings, False), run(site, readings, True)
        bare = plain(site, readings)
        print(
            f"batches of {size:3d}: {100 * (with_ - without) / seconds:5.1f} % of a core for formulas, and the rest"
            f" of the road for what they give (station without {100 * without / seconds:.1f} %; bare Python,"
            f" formulas alone {100 * bare / seconds:.1f} %); slowest batch {1000 * worst:.1f} ms"
        )


if __name__ == "__main__":
    main()
