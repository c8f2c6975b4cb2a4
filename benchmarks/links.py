"""Dead links: what a station spends on controllers that are not there, beside the same station without any link.

    python -m benchmarks.links [--links 1000] [--seconds 30] [--warm 45]

Three stations in turn, each with table, alarms and historian, ten tags a link: no link at all; links whose port
refuses; links whose address swallows everything (a listener whose queue is full, so that the system drops what comes).
After the waits have grown to their longest, the processor seconds of the whole process are counted.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import drivers
from alarms.engine import Alarms
from supervisor import health
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.historian.writer import Historian
from supervisor.journal import Journal
from supervisor.link import Link
from supervisor.model import Alarm, Equipment, EquipmentType, LinkSpec, Site, Source, Tag, TagSpec, Text
from supervisor.station import Station
from supervisor.table import TagTable
from supervisor.vault import Vault

HERE = Text("ici", "here")
PER_LINK = 10


@dataclass(frozen=True, slots=True)
class Cost:
    """What one station spent."""

    cpu_s: float
    wall_s: float
    lines: int
    """Of the log, from its start."""
    threads: int
    files: int
    """Open ones, with sockets."""
    tries: int


class Lines(logging.Handler):
    """Counts what would be written to vigie.log."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def city(count: int, port: int) -> Site:
    """`count` links to one port of this machine."""
    protocol = drivers.TABLE["modbus"]
    specs = {f"t{n}": TagSpec(f"t{n}", HERE) for n in range(PER_LINK)}
    kind = EquipmentType("thing", HERE, "water", specs)
    links = {
        f"L{n}": LinkSpec(f"L{n}", HERE, "modbus", f"modbus://127.0.0.1:{port}", "", protocol.settings({}))
        for n in range(count)
    }
    addresses = [protocol.address({"table": "holding", "address": str(n), "type": "uint16"}) for n in range(PER_LINK)]
    things, tags = list[Equipment](), list[Tag]()
    for link in links:
        things.append(Equipment(len(things), f"E-{link}", HERE, kind, "", "water", link))
        for address, (name, spec) in zip(addresses, specs.items(), strict=True):
            tags.append(Tag(len(tags), things[-1], spec, link, Source(name, True, False, 1.0, 0.0, address)))
    for id_, type_ in [*((link, health.LINK_TYPE) for link in links), (health.STATION_ID, health.STATION_TYPE)]:
        things.append(Equipment(len(things), id_, HERE, type_, "", "network"))
        tags += [Tag(len(tags) + n, things[-1], spec) for n, spec in enumerate(type_.tags.values())]
    by_id = {tag.id: tag for tag in tags}
    rules = [(thing, rule) for thing in things for rule in thing.type.alarms]
    alarms = [Alarm(n, thing, rule, by_id[f"{thing.id}.{rule.tag}"]) for n, (thing, rule) in enumerate(rules)]
    return Site(
        "bench", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {}, {}, links, tuple(things), tuple(tags),
        tuple(alarms), {}, "",
    )  # fmt: skip


async def spend(site: Site, folder: Path, warm_s: float, seconds: float) -> Cost:
    """Run one station and count."""
    clock, lines = SystemClock(), Lines()
    root = logging.getLogger()
    root.addHandler(lines)
    table = TagTable(site.tags)
    with closing(Journal(folder / "journal.db", clock)) as journal:
        alarms = Alarms(site, folder / "alarms.db", journal, clock)
        historian = Historian(folder / "history", site.tags, table.texts, clock)
        historian.start()
        station = Station(site, table, clock, [alarms.absorb, historian.absorb])
        links = {spec.id: _link(site, spec, station, folder) for spec in site.links.values()}
        delays = asyncio.create_task(alarms.run())
        station.start(links)
        await asyncio.sleep(warm_s)
        cpu, wall, tries = time.process_time(), time.monotonic(), _tries(links)
        await asyncio.sleep(seconds)
        cost = Cost(
            time.process_time() - cpu, time.monotonic() - wall, lines.count, threading.active_count(),
            _open_files(), _tries(links) - tries,
        )  # fmt: skip
        delays.cancel()
        await station.stop()
        alarms.close()
        historian.close()
    root.removeHandler(lines)
    return cost


def _link(site: Site, spec: LinkSpec, station: Station, folder: Path) -> Link:
    tags, traffic, clock = site.tags_by_link[spec.id], Traffic(), SystemClock()
    driver = drivers.TABLE["modbus"].driver(spec, tags, clock, traffic, Vault(folder, "vigie:bench"))
    return Link(spec, tags, driver, traffic, station.absorb, clock)


def _open_files() -> int:
    """0 where the system does not say."""
    files = Path("/proc/self/fd")
    return len(list(files.iterdir())) if files.is_dir() else 0


def _tries(links: dict[str, Link]) -> int:
    return sum(sum(link.traffic.errors.values()) for link in links.values())


@contextmanager
def refusing() -> Iterator[int]:
    """A port that is bound, so that nobody else takes it, and does not listen."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield int(bound.getsockname()[1])


@contextmanager
def swallowing() -> Iterator[int]:
    """A port whose queue is full: what comes is dropped, as by a firewall or by a modem that is off."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        full = [socket.socket() for _ in range(4)]
        for one in full:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])
        for one in full:
            one.close()


def measure(count: int, port: int, warm_s: float, seconds: float) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(spend(city(count, port), Path(folder), warm_s, seconds))


def report(name: str, cost: Cost, idle: Cost) -> None:
    share, base = 100 * cost.cpu_s / cost.wall_s, 100 * idle.cpu_s / idle.wall_s
    rate = cost.tries / cost.wall_s
    print(f"{name:24s} {share:5.1f} % of a core ({share - base:+5.1f} beside none), {rate:4.0f} tries/s")
    print(f"{'':24s} {cost.threads} threads, {cost.files} files and sockets, {cost.lines} lines of log since the start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--links", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--warm", type=float, default=45)
    words = parser.parse_args()
    logging.getLogger().setLevel(logging.INFO)
    idle = measure(0, 1, 5, words.seconds)
    report("no link", idle, idle)
    with refusing() as port:
        report(f"{words.links} refused", measure(words.links, port, words.warm, words.seconds), idle)
    with swallowing() as port:
        report(f"{words.links} without an answer", measure(words.links, port, words.warm, words.seconds), idle)


if __name__ == "__main__":
    main()
