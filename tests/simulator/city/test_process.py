"""The whole demo city as a process: it comes up, answers on the wire, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator.control import ask
from simulator.process import City
from supervisor.errors import Unavailable
from supervisor.model import Site
from tests.patience import hold_until
from tests.ports import free_port

READY_S = 30.0

pytestmark = pytest.mark.slow


def port_of(site: Site, link: str) -> int:
    return urlsplit(site.links[link].url).port or 0


def listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def read_input(port: int, address: int) -> int:
    """One input register of unit 1, over a socket of our own."""
    with socket.create_connection(("127.0.0.1", port), 2) as wire:
        wire.sendall(struct.pack(">HHHBBHH", 1, 0, 6, 1, 4, address, 1))
        return int(struct.unpack(">HHHBBBH", wire.recv(64))[-1])


def test_that_a_city_comes_up_lives_and_leaves_nothing_behind(angers: Site) -> None:
    ports = [urlsplit(link.url).port or 0 for link in angers.links.values()]

    async def scenario() -> None:
        city = City(angers, rate=0.0)
        await city.start()
        try:
            before = city.world.value.copy()
            level = city.world.value[angers.tag_by_id["PR-07.level"].index]
            wire = await asyncio.to_thread(read_input, port_of(angers, "L-PR-07"), 0)
            assert wire / 1000 == pytest.approx(level, abs=0.3)
            await asyncio.sleep(1.2)
            assert (city.world.value != before).sum() > 300
            assert all([await asyncio.to_thread(listening, port) for port in ports])
        finally:
            await city.stop()

    asyncio.run(scenario())
    assert not any(listening(port) for port in ports)


def test_that_a_taken_port_is_said_and_nothing_stays_up(angers: Site) -> None:
    ports = {link: port_of(angers, link) for link in angers.links}
    first, *_, last = City(angers).servers

    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", ports[last])), pytest.raises(Unavailable, match=last):
            await City(angers).start()

    asyncio.run(scenario())
    assert not listening(ports[first])


class Child:
    """`python -m simulator` as a child."""

    def __init__(self, folder: Path, *words: str, prefix: tuple[str, ...] = ()) -> None:
        command = [*prefix, sys.executable, "-m", "simulator", str(folder), "--quiet", *words]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ready(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def end(self) -> int:
        """Its exit code; it must end by itself by now."""
        try:
            return self.process.wait(15)
        finally:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe:
                    pipe.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_that_the_process_says_when_it_is_ready_takes_mischief_and_ends_on_sigterm(
    angers: Site, angers_folder: Path
) -> None:
    door = free_port()
    child = Child(angers_folder, "--control", str(door))
    tags = sum(1 for tag in angers.tags if tag.source)
    assert child.ready() == f"city ready: {len(angers.links)} links, {tags} tags\n"
    port = port_of(angers, "L-AP-014")
    assert listening(port)
    ask(door, ["drop", "L-AP-014"])
    hold_until(lambda: not listening(port), 10)
    ask(door, ["restore", "L-AP-014"])
    hold_until(lambda: listening(port), 10)
    child.process.send_signal(signal.SIGTERM)
    assert child.end() == 0
    assert not any(listening(port_of(angers, link)) for link in angers.links)


def test_that_an_attached_city_ends_when_its_parent_lets_go_of_the_pipe(angers: Site, angers_folder: Path) -> None:
    child = Child(angers_folder, "--attached")
    assert child.ready().startswith("city ready")
    assert child.process.stdin
    child.process.stdin.close()
    assert child.end() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="orphans get a new parent on POSIX only")
def test_that_a_city_ends_when_its_parent_is_killed(angers: Site, angers_folder: Path) -> None:
    parent = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    child = Child(angers_folder, prefix=(sys.executable, "-c", parent))
    assert child.ready().startswith("city ready")
    os.kill(child.process.pid, signal.SIGKILL)
    child.end()
    ports = [port_of(angers, link) for link in angers.links]
    hold_until(lambda: not any(listening(port) for port in ports), 10)
