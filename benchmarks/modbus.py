"""Modbus: tags a second and processor time per request and per tag, beside pymodbus and beside libmodbus in C.

    python -m benchmarks.modbus [--devices 100] [--seconds 1.5] [--rounds 3]

One device of libmodbus per port, all in a process of their own; 125 registers of each hold 60 floats and 5 whole
numbers. Every way reads them as fast as it can, all devices side by side (the C program one after the other, as it
blocks), and in every round each way has its turn. Only the client's own processor time counts, system calls with it.
The values that arrive must be right, or the figures are void.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from pymodbus.client import AsyncModbusTcpClient

from drivers.modbus import PROTOCOL
from drivers.modbus.address import Address, Settings, Table, Type
from drivers.modbus.client import Client
from drivers.modbus.codec import Layout
from drivers.modbus.dial import dial
from drivers.modbus.endpoint import Endpoint, Framing
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.flow import Batch
from supervisor.model import LinkSpec
from supervisor.vault import Vault
from tests import peers
from tests.drivers.modbus.plant import HERE, site

FIRST, REGISTERS, FLOATS = 1000, 125, 60
ADDRESSES = {f"f{k}": Address(Table.HOLDING, FIRST + 2 * k, Type.FLOAT32, poll="fast") for k in range(FLOATS)} | {
    f"n{k}": Address(Table.HOLDING, FIRST + 2 * FLOATS + k, poll="fast") for k in range(REGISTERS - 2 * FLOATS)
}
TAGS = len(ADDRESSES)
EXPECTED = [1.5 * k for k in range(FLOATS)] + [float(FIRST + 2 * FLOATS + k) for k in range(TAGS - FLOATS)]
WITHOUT_PAUSE_S = 1e-4
"""Period of the poll class: always due."""
ASKED = struct.pack(">BHH", 3, FIRST, REGISTERS)


@dataclass(slots=True)
class Count:
    """What a way has done so far."""

    requests: int = 0
    tags: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, tags: int) -> None:
        self.requests += 1
        self.tags += tags
        if self.requests == 1:
            self.begun.set()


@dataclass(frozen=True, slots=True)
class Result:
    """One way in one round."""

    requests: int
    tags: int
    wall_s: float
    cpu_s: float

    def figures(self) -> tuple[float, ...]:
        """Requests and tags a second; us of the processor per request and per tag."""
        request, tag = 1e6 * self.cpu_s / self.requests, 1e6 * self.cpu_s / self.tags
        return self.requests / self.wall_s, self.tags / self.wall_s, request, tag


Way = Callable[[int, int, float], Awaitable[Result]]
"""First port, number of devices, seconds."""


async def timed(count: Count, seconds: float) -> Result:
    """What happens within some seconds; connections stand already, and the first answer is there."""
    await count.begun.wait()
    gc.collect()
    before = count.requests, count.tags
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    spent = time.perf_counter() - wall, time.process_time() - cpu
    return Result(count.requests - before[0], count.tags - before[1], *spent)


@asynccontextmanager
async def running(loops: list[Awaitable[None]]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    try:
        yield
    finally:
        while not all(task.done() for task in tasks):  # pymodbus swallows a cancellation now and then on Python 3.11
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=0.2)
        failures = [task.exception() for task in tasks if not task.cancelled()]
        assert not any(failures), failures


# ------------------------------------------------------------ ours


async def driver(first: int, devices: int, seconds: float) -> Result:
    """The whole road of a driver: schedule, request, checks, decoding, Batch published."""
    count, last = Count(), dict[int, Batch]()
    drivers = []
    for port in range(first, first + devices):
        spec = LinkSpec(f"L{port}", HERE, "modbus", f"modbus://127.0.0.1:{port}", "", Settings(fast_s=WITHOUT_PAUSE_S))
        plant = site(spec, (1,), ADDRESSES)
        drivers.append(PROTOCOL.driver(spec, plant.tags, SystemClock(), Traffic(), Vault(Path())))

    def publish(batch: Batch) -> None:
        count.add(len(batch.index))
        last[0] = batch

    async with running([one.run(publish, lambda: None) for one in drivers]):
        result = await timed(count, seconds)
    assert last[0].value.tolist() == EXPECTED
    assert result.tags == TAGS * result.requests
    return result


async def client(first: int, devices: int, seconds: float) -> Result:
    """Our client alone: request, checks, bytes."""
    count = Count()

    async def ask(one: Client) -> None:
        while True:
            data = await one.call(1, ASKED, 1.0)
            count.add(TAGS)
            assert len(data) == 1 + 2 * REGISTERS

    ends = [Endpoint(Framing.MBAP, "127.0.0.1", port) for port in range(first, first + devices)]
    clients = [await dial(end, Settings()) for end in ends]
    async with running([ask(one) for one in clients]):
        result = await timed(count, seconds)
    for one in clients:
        one.close()
        await one.closed()
    return result


# ------------------------------------------------------------ pymodbus


@asynccontextmanager
async def foreign(first: int, devices: int) -> AsyncIterator[list[AsyncModbusTcpClient]]:
    clients = [AsyncModbusTcpClient("127.0.0.1", port=first + n, timeout=1, retries=0) for n in range(devices)]
    for one in clients:
        assert await one.connect()
    yield clients
    for one in clients:
        one.close()


async def block(first: int, devices: int, seconds: float) -> Result:
    """pymodbus, a block at a time, its registers not decoded."""
    count = Count()

    async def ask(one: AsyncModbusTcpClient) -> None:
        while True:
            answer = await one.read_holding_registers(FIRST, count=REGISTERS)
            count.add(TAGS)
            assert len(answer.registers) == REGISTERS

    async with foreign(first, devices) as clients, running([ask(one) for one in clients]):
        return await timed(count, seconds)


async def decoded(first: int, devices: int, seconds: float) -> Result:
    """pymodbus, a block at a time, all its floats converted in one call."""
    count = Count()

    async def ask(one: AsyncModbusTcpClient) -> None:
        while True:
            answer = await one.read_holding_registers(FIRST, count=REGISTERS)
            values = one.convert_from_registers(answer.registers[: 2 * FLOATS], one.DATATYPE.FLOAT32)
            count.add(TAGS)
            assert values[-1] == EXPECTED[FLOATS - 1]

    async with foreign(first, devices) as clients, running([ask(one) for one in clients]):
        return await timed(count, seconds)


async def naive(first: int, devices: int, seconds: float) -> Result:
    """pymodbus, one tag at a time."""
    count = Count()

    async def ask(one: AsyncModbusTcpClient) -> None:
        while True:
            for k in range(FLOATS):
                answer = await one.read_holding_registers(FIRST + 2 * k, count=2)
                value = one.convert_from_registers(answer.registers, one.DATATYPE.FLOAT32)
                count.add(1)
                assert value == EXPECTED[k]

    async with foreign(first, devices) as clients, running([ask(one) for one in clients]):
        return await timed(count, seconds)


# ------------------------------------------------------------ libmodbus


def compiled(folder: Path) -> Path | str:
    """The C client, or why there is none."""
    source, program = Path(__file__).with_name("modbus_client.c"), folder / "modbus_client"
    if not shutil.which("cc"):
        return "no C compiler on this machine"
    made = subprocess.run(["cc", "-O2", source, "-o", program, "-lmodbus"], capture_output=True, text=True, check=False)
    return "libmodbus is not there to compile against" if made.returncode else program


def in_c(program: Path) -> Way:
    async def way(first: int, devices: int, seconds: float) -> Result:
        words = [program, str(first), str(devices), str(seconds)]
        said = await asyncio.to_thread(subprocess.check_output, words, text=True)
        requests, wall_s, cpu_s, total = said.split()
        assert np.isclose(float(total), int(requests) * sum(EXPECTED[:FLOATS]), rtol=1e-5)
        return Result(int(requests), int(requests) * TAGS, float(wall_s), float(cpu_s))

    return way


# ------------------------------------------------------------ decoding alone


def decoding() -> None:
    """60 floats out of the bytes of an answer; the fastest of several runs, since only noise is slower."""
    floats = [ADDRESSES[f"f{k}"] for k in range(FLOATS)]
    data = struct.pack(f">{FLOATS}f", *EXPECTED[:FLOATS])
    registers = list(struct.unpack(f">{2 * FLOATS}H", data))
    convert, kind = AsyncModbusTcpClient.convert_from_registers, AsyncModbusTcpClient.DATATYPE.FLOAT32
    layout = Layout(floats, FIRST)
    swapped = Layout([Address(Table.HOLDING, one.number, Type.FLOAT32, word_order="CDAB") for one in floats], FIRST)
    mixed = Layout(list(ADDRESSES.values()), FIRST)
    whole = data + struct.pack(">5H", *map(int, EXPECTED[FLOATS:]))
    assert layout.decode(data).tolist() == convert(registers, kind) == EXPECTED[:FLOATS]
    assert mixed.decode(whole).tolist() == EXPECTED
    ways: dict[str, Callable[[], object]] = {
        "Layout.decode, 60 floats": lambda: layout.decode(data),
        "Layout.decode, 60 floats with swapped words": lambda: swapped.decode(data),
        "Layout.decode, 60 floats and 5 whole numbers": lambda: mixed.decode(whole),
        "pymodbus, all 60 in one call": lambda: convert(registers, kind),
        "pymodbus, one call each": lambda: [convert(registers[k : k + 2], kind) for k in range(0, 2 * FLOATS, 2)],
    }
    best = {name: min(timeit.repeat(way, number=500, repeat=9)) / 500 * 1e6 for name, way in ways.items()}
    base = best["pymodbus, all 60 in one call"]
    print(f"\n{'decoding alone':46s} {'us':>8s} {'less':>8s}")
    for name, spent in best.items():
        print(f"{name:46s} {spent:8.2f} {base / spent:7.1f}x")


# ------------------------------------------------------------ the table


def report(devices: int, results: dict[str, list[Result]], bases: tuple[str, str]) -> None:
    """`bases`: the way that brings registers and the way that brings values; each is a baseline of its own."""

    def less(name: str, base: str) -> float:
        pairs = zip(results[name], results[base], strict=True)
        return statistics.median(their.figures()[3] / one.figures()[3] for one, their in pairs)

    print(f"{devices} devices, {REGISTERS} registers a block; medians of {len(results[bases[0]])} rounds")
    words = ("requests/s", "tags/s", "us/request", "us/tag", "less (1)", "less (2)")
    print(f"{'':46s} {words[0]:>10s} {words[1]:>12s} {words[2]:>10s} {words[3]:>8s} {words[4]:>9s} {words[5]:>9s}")
    for name, rounds in results.items():
        columns = zip(*(one.figures() for one in rounds), strict=True)
        rate, tags, request, tag = map(statistics.median, columns)
        ratios = " ".join(f"{less(name, base):8.2f}x" for base in bases)
        print(f"{name:46s} {rate:10,.0f} {tags:12,.0f} {request:10.1f} {tag:8.3f} {ratios}")
    print("us: of the processor. less: how many times less of it per tag, in the same round,")
    print(f"than (1) '{bases[0]}', registers only, and (2) '{bases[1]}', values")


OURS = {"Vigie's driver: block decoded and published": driver, "Vigie's client: block": client}
THEIRS = {"pymodbus: block": block, "pymodbus: block decoded": decoded, "pymodbus: one tag at a time": naive}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=3)
    words = parser.parse_args()
    logging.getLogger("pymodbus").addHandler(logging.NullHandler())  # what it says of a request that is cut short
    with tempfile.TemporaryDirectory() as folder:
        ways: dict[str, Way] = {**OURS, **THEIRS}
        program = compiled(Path(folder))
        if isinstance(program, Path):
            ways["libmodbus in C: block decoded"] = in_c(program)
        results: dict[str, list[Result]] = {name: [] for name in ways}
        try:
            with peers.modbus_device(words.devices) as first:
                for _ in range(words.rounds):
                    for name, way in ways.items():
                        results[name].append(asyncio.run(way(first, words.devices, words.seconds)))
        except pytest.skip.Exception as reason:
            sys.exit(f"There is no device to ask: {reason}")
    report(words.devices, results, ("pymodbus: block", "pymodbus: block decoded"))
    if not isinstance(program, Path):
        print(f"libmodbus in C is left out: {program}")
    decoding()


if __name__ == "__main__":
    main()
