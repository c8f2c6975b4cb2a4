"""Soak: a whole city for half an hour with links that are killed, silenced and garbled at random, all the time.

    python -m benchmarks.soak [--minutes 30] [--seed 1]

    city (child) ── real Modbus, OPC UA and MQTT ── station (child) ── every ten seconds: tasks, sockets, memory
      └── mischief: each second a link is dropped, silenced, made late or garbled, and mended some seconds later

Promise: nothing grows, and a minute after the last mischief every tag is good again. Tasks, sockets and threads are
compared in the calm before and after; memory in the second and the last quarter of the storm, when every buffer, cache
and code path has been warm for long.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import drivers
from simulator import control
from supervisor.errors import Unavailable
from supervisor.flow import Indices
from supervisor.model import BAD, Site
from supervisor.site import load
from ui.assemble import Assembly
from ui.folder import DataFolder

ANGERS = Path(__file__).resolve().parents[1] / "sites" / "angers"
FIRST_PORT = 17_000
"""Of the copy of the demo: away from the demo itself and from the tests."""
CONTROL = 16_999
LOOK_S = 10.0
WAYS = ("drop", "silence", "garbage", "late", "refuse")
CALM_S = 25.0
"""Before the first mischief."""
HEALED_S = 90.0
"""After the last one."""
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Look:
    """The station's process at one moment."""

    seconds: float
    tasks: int
    sockets: int
    threads: int
    rss_mb: float
    objects: int
    good: float
    """Share of the carried tags whose value is good, per cent."""
    losses: int
    errors: int


def site_copy(to: Path) -> Path:
    """The demo city on ports of its own."""
    folder = to / "angers"
    shutil.copytree(ANGERS, folder)
    lines, port = [], FIRST_PORT
    for line in (folder / "links.csv").read_text("utf-8").splitlines():
        head, address, tail = line.partition("127.0.0.1:")
        if address:
            old = tail.split("/")[0].split(",")[0]
            line, port = head + address + str(port) + tail[len(old) :], port + 1
        lines.append(line)
    (folder / "links.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


# The station's process


async def station(folder: Path, data: Path) -> None:
    """Run until the input ends; say how the process is, one line of JSON each time."""
    site = load(folder, drivers.TABLE)
    carried = np.array([tag.index for tag in site.tags if tag.source], np.int32)
    began, ended = time.monotonic(), asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    async with Assembly.of(site, DataFolder(data)) as assembly:
        while not ended.is_set():
            say(look(assembly, carried, time.monotonic() - began))
            try:
                async with asyncio.timeout(LOOK_S):
                    await ended.wait()
            except TimeoutError:
                continue


def look(assembly: Assembly, carried: Indices, seconds: float) -> Look:
    """What the process holds after a collection: garbage that waits for one is no leak."""
    gc.collect()
    names = [_target(name) for name in os.listdir("/proc/self/fd")]
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    links = assembly.station.links.values()
    return Look(
        seconds,
        len(asyncio.all_tasks()),
        sum(name.startswith("socket:") for name in names),
        len(os.listdir("/proc/self/task")),
        pages * PAGE / 1e6,
        len(gc.get_objects()),
        100 * float((assembly.table.columns["quality"][carried] < BAD).mean()),
        sum(link.reconnects for link in links),
        sum(sum(link.traffic.errors.values()) for link in links),
    )


def _target(name: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{name}")
    except FileNotFoundError:  # the listing's own
        return ""


def say(one: Look) -> None:
    print(json.dumps(one.__dict__), flush=True)


# The whole


def soak(minutes: float, seed: int) -> int:
    """Run it, print the figures; 1 where something grew or did not come back."""
    with tempfile.TemporaryDirectory() as place:
        folder = site_copy(Path(place))
        site = load(folder, drivers.TABLE)
        with child(["-m", "ui.cli", "city", str(folder), "--control", str(CONTROL)]):
            await_city()
            words = ["-m", "benchmarks.soak", "--station", str(folder), "--data", str(Path(place) / "data")]
            with child(words, pipe=True) as running:
                return judge(*watched(running, site, minutes, random.Random(seed)))


def watched(running: subprocess.Popen[str], site: Site, minutes: float, dice: random.Random) -> tuple[list[Look], int]:
    """Every look at the station while links are spoiled and mended, and how many were."""
    assert running.stdout is not None
    spoiled: dict[str, float] = {}
    count, looks = 0, []
    start = time.monotonic() + CALM_S
    end = start + 60 * minutes
    os.set_blocking(running.stdout.fileno(), False)
    while time.monotonic() < end + HEALED_S:
        now = time.monotonic()
        for link in [link for link, until in spoiled.items() if until <= now or now > end]:
            control.ask(CONTROL, ["restore", link])
            del spoiled[link]
        if start < now < end:
            count += spoil(spoiled, list(site.links), dice, now)
        looks += [Look(**json.loads(line)) for line in running.stdout.readlines() if line.startswith("{")]
        if running.poll() is not None:
            print(f"the station ended with code {running.returncode}", file=sys.stderr)
            break
        time.sleep(1.0)
    return looks, count


def spoil(spoiled: dict[str, float], links: Sequence[str], dice: random.Random, now: float) -> int:
    link, way = dice.choice(links), dice.choice(WAYS)
    if link in spoiled:
        return 0
    control.ask(CONTROL, [way, link, "1.5"] if way == "late" else [way, link])
    spoiled[link] = now + dice.uniform(1.0, 20.0)
    return 1


def judge(looks: list[Look], spoils: int) -> int:
    """Print the figures and what they mean."""
    storm = [one for one in looks if CALM_S < one.seconds < looks[-1].seconds - HEALED_S]
    quarter, calm = len(storm) // 4, [one for one in looks if one.seconds < CALM_S]
    if not quarter or not calm:
        print("too short to say anything", file=sys.stderr)
        return 1
    last = looks[-1]
    print(f"{last.seconds / 60:.1f} minutes, {spoils} links spoiled, {last.losses} losses, {last.errors} errors")
    print(f"{'':10}{'calm before':>14}{'2nd quarter':>14}{'4th quarter':>14}{'most':>10}{'calm after':>14}")
    grown = []
    for name, slack in (("tasks", 2), ("sockets", 2), ("threads", 2), ("rss_mb", 12), ("objects", 4000)):
        parts = (calm[-1:], storm[quarter : 2 * quarter], storm[-quarter:], looks[-3:])
        before, early, late, after = (statistics.median(getattr(one, name) for one in part) for part in parts)
        most = max(getattr(one, name) for one in looks)
        print(f"{name:10}{before:14.1f}{early:14.1f}{late:14.1f}{most:10.1f}{after:14.1f}")
        counted = name in ("tasks", "sockets", "threads")
        if (after - before if counted else late - early) > slack:
            grown.append(name)
    print(f"good tags at the end: {last.good:.2f} %")
    if grown:
        print(f"GREW: {', '.join(grown)}")
    return int(bool(grown) or last.good < 99.9)


@contextmanager
def child(words: Sequence[str], pipe: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A Python of ours, ended at the end."""
    out = subprocess.PIPE if pipe else subprocess.DEVNULL
    running = subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield running
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)
            running.wait(30)


def await_city() -> None:
    for _ in range(150):
        try:
            control.ask(CONTROL, ["list"])
        except Unavailable:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the city did not start")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--station", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.station:
        asyncio.run(station(given.station, given.data))
    else:
        sys.exit(soak(given.minutes, given.seed))
