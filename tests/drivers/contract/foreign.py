"""The plant on servers that nobody of this project wrote: a child process that takes values and tells of writes.

Plant ── "h 10 173" ──> child's input        the world as it is
      <── "took c 3 1" ── child's output     a write that reached the field
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from drivers.modbus.address import Address, Table
from drivers.modbus.codec import Layout, encode_one
from simulator.world import World
from supervisor.model import Kind, Tag
from tests import peers
from tests.drivers.contract.wires import node_folder

Took = Callable[[Tag, float], None]
"""A write of a raw value that the field accepted."""
READY_S = 60.0
_LETTERS = {Table.HOLDING: "h", Table.INPUT: "i", Table.COIL: "c", Table.DISCRETE: "d"}


class Foreign:
    """A server as `simulator.world.Server`, in a process of its own."""

    def __init__(self, port: int, tags: Sequence[Tag], world: World, took: Callable[[str, float], None]) -> None:
        self.port = port
        self._tags = {tag.spec.id: tag for tag in tags}
        self._world = world
        self._took = took
        self._told: dict[str, float | str] = {}
        self._child: asyncio.subprocess.Process | None = None
        self._refusing = asyncio.Event()
        self._ear: asyncio.Task[None] | None = None

    def command(self) -> Sequence[str]:
        """The program and its words; skips the test where there is none."""
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        return {}

    def line(self, tag: Tag, raw: float) -> str:
        """What tells the child a value."""
        raise NotImplementedError

    def written(self, words: Sequence[str]) -> Iterator[tuple[str, float]]:
        """What the child says it took: tag and raw value."""
        raise NotImplementedError

    async def start(self) -> None:
        pipe = asyncio.subprocess.PIPE
        environment = {**os.environ, **self.environment()}
        self._child = await asyncio.create_subprocess_exec(*self.command(), stdin=pipe, stdout=pipe, env=environment)
        assert self._child.stdout is not None
        async with asyncio.timeout(READY_S):
            while (line := await self._child.stdout.readline()).strip() != b"ready":
                assert line, f"{self.command()[0]} ended before it was ready"
        self._told.clear()
        self._refusing.clear()
        await self.push()
        self._ear = asyncio.create_task(self._listen(self._child.stdout))

    async def push(self) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        for name, tag in self._tags.items():
            text = tag.spec.kind is Kind.TEXT
            value = self._world.text[tag.index] if text else float(self._world.value[tag.index])
            if self._told.get(name) != value and not (value != value and self._told.get(name) == "bad"):
                self._told[name] = "bad" if value != value else value
                self._child.stdin.write(f"{self._said(tag, value)}\n".encode())
        with contextlib.suppress(ConnectionError):
            await self._child.stdin.drain()

    def _said(self, tag: Tag, value: float | str) -> str:
        assert tag.source is not None
        if isinstance(value, str):
            return f"{tag.spec.id} {value}"
        return self.line(tag, value if math.isnan(value) else (value - tag.source.offset) / tag.source.scale)

    async def refuse(self) -> None:
        """Decline every write from now on."""
        assert self._child is not None
        assert self._child.stdin is not None
        self._child.stdin.write(b"refuse 1\n")
        async with asyncio.timeout(READY_S):
            await self._refusing.wait()

    async def stop(self) -> None:
        """kill -9."""
        if self._child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._child.kill()
        await self._child.wait()
        if self._ear:
            await self._ear
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child = None

    async def _listen(self, output: asyncio.StreamReader) -> None:
        while line := await output.readline():
            words = line.decode().split()
            if words == ["refusing"]:
                self._refusing.set()
            if words[:1] != ["took"]:
                continue
            for name, raw in self.written(words[1:]):
                source = self._tags[name].source
                assert source is not None
                value = round(raw * source.scale + source.offset, 4)
                self._told[name] = value  # the field has it: telling it again could undo a later write
                self._took(name, value)


class Libmodbus(Foreign):
    """See tests/peers/modbus_device.c."""

    def command(self) -> Sequence[str]:
        return [peers.program("modbus_device"), "plant", str(self.port)]

    def line(self, tag: Tag, raw: float) -> str:
        address = _address(tag)
        if address.table.bits:
            return f"{_LETTERS[address.table]} {address.number} {int(raw)}"
        words = np.frombuffer(encode_one(address, round(raw, 6)), ">u2")
        return f"{_LETTERS[address.table]} {address.number} {' '.join(map(str, words))}"

    def written(self, words: Sequence[str]) -> Iterator[tuple[str, float]]:
        letter, first, values = words[0], int(words[1]), [int(word) for word in words[2:]]
        for name, tag in self._tags.items():
            address = _address(tag)
            if _LETTERS[address.table] == letter and address.number == first:
                bits = address.table.bits
                data = np.array(values, ">u2").tobytes()
                yield name, float(values[0]) if bits else float(Layout([address], first).decode(data)[0])


class NodeOpcua(Foreign):
    """See tests/peers/node/opcua_plant.js."""

    words: Sequence[str] = ()

    def command(self) -> Sequence[str]:
        peers.module("node-opcua")
        folder = node_folder()
        return [
            peers.program("node"),
            str(peers.HERE / "node" / "opcua_plant.js"),
            str(self.port),
            str(folder),
            *self.words,
        ]

    def environment(self) -> Mapping[str, str]:
        return {"NODE_PATH": str(peers.BUILD / "node" / "node_modules")}

    def line(self, tag: Tag, raw: float) -> str:
        return f"{tag.spec.id} {'bad' if math.isnan(raw) else round(raw, 6)}"

    def written(self, words: Sequence[str]) -> Iterator[tuple[str, float]]:
        yield words[0], float(words[1])


def _address(tag: Tag) -> Address:
    assert tag.source is not None
    assert isinstance(tag.source.address, Address)
    return tag.source.address


class SecureNodeOpcua(NodeOpcua):
    """The same, and nobody comes in but a user, signed and encrypted."""

    words = ("secure",)


SERVERS: dict[str, type[Foreign]] = {
    "libmodbus": Libmodbus,
    "node-opcua": NodeOpcua,
    "secure node-opcua": SecureNodeOpcua,
}
