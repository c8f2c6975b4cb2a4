"""What signing and encrypting costs an OPC UA link: processor time per change, beside the same link in clear.

    python -m benchmarks.opcua_security [--seconds 8] [--variables 1000] [--rounds 2]

A server of asyncua in a process of its own writes all its variables five times a second; the driver hears them, one
way of securing it after another. Only this process is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asyncua import ua

from drivers.opcua import PROTOCOL
from drivers.opcua.address import Address, Settings
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.flow import Batch
from supervisor.model import LinkSpec
from supervisor.trust import TrustStore, parse
from supervisor.vault import Vault
from tests.drivers.opcua.fortress import URI, Fortress, der
from tests.drivers.opcua.plant import HERE, site
from tests.ports import free_port

EVERY_S = 0.2
WAYS: tuple[tuple[str, str], ...] = (
    ("none", ""),
    ("basic256sha256", "sign"),
    ("basic256sha256", "sign_and_encrypt"),
    ("aes128", "sign_and_encrypt"),
    ("aes256", "sign_and_encrypt"),
)


def serve(port: int, folder: Path, variables: int, ready: Any) -> None:
    """The server, until it is killed."""

    async def scenario() -> None:
        fortress = Fortress(folder, port=port)
        (folder / "server.der").write_bytes(der(fortress.certificate))
        async with fortress.open() as server:
            index = await server.register_namespace(URI)
            nodes = [
                await server.nodes.objects.add_variable(ua.NodeId(f"V{n}", index), f"V{n}", 0.0)
                for n in range(variables)
            ]
            ready.set()
            turn = 0.0
            while True:
                turn += 1.0
                for node in nodes:
                    await server.write_attribute_value(node.nodeid, ua.DataValue(ua.Variant(turn)))
                await asyncio.sleep(EVERY_S)

    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    asyncio.run(scenario())


async def listen(port: int, folder: Path, variables: int, way: tuple[str, str], seconds: float) -> tuple[float, int]:
    """Microseconds of processor per change, and how many changes came."""
    settings = Settings(publish_ms=100, security=way[0], mode=way[1] or "sign_and_encrypt", timeout_s=10)
    link = LinkSpec("L", HERE, "opcua", f"opc.tcp://127.0.0.1:{port}", "", settings)
    addresses = {f"v{n}": Address(node=f"s=V{n}", namespace=URI, sampling_ms=50) for n in range(variables)}
    made = site(link, addresses)
    changes = 0

    def publish(batch: Batch) -> None:
        nonlocal changes
        changes += len(batch)

    up = asyncio.Event()
    driver = PROTOCOL.driver(link, made.tags, SystemClock(), Traffic(), Vault(folder))
    task = asyncio.create_task(driver.run(publish, up.set))
    waiting = asyncio.create_task(up.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=60)
    if task.done():
        task.result()
    await asyncio.sleep(1.0)  # the first values, and what was learnt at the start
    before, changes = time.process_time(), 0
    await asyncio.sleep(seconds)
    spent, heard = time.process_time() - before, changes
    for one in (task, waiting):
        one.cancel()
    await asyncio.wait([task, waiting])
    return 1e6 * spent / max(heard, 1), heard


def main(words: Sequence[str] | None = None) -> None:
    """Print one line per way, with its ratio to the link in clear."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--variables", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args(words)
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder, port, ready = Path(name), free_port(), context.Event()
        child = context.Process(target=serve, args=(port, folder, given.variables, ready), daemon=True)
        child.start()
        try:
            if not ready.wait(120):
                raise SystemExit("the server did not start")
            TrustStore(Vault(folder).pki).trust(parse((folder / "server.der").read_bytes()))
            _compare(port, folder, given)
        finally:
            child.kill()
            child.join()


def _compare(port: int, folder: Path, given: argparse.Namespace) -> None:
    cost: dict[tuple[str, str], list[float]] = {way: [] for way in WAYS}
    for _ in range(given.rounds):
        for way in WAYS:
            each, heard = asyncio.run(listen(port, folder, given.variables, way, given.seconds))
            cost[way].append(each)
            print(f"  {' '.join(way):34} {heard:8d} changes  {each:6.2f} µs each", flush=True)
    clear = statistics.median(cost[WAYS[0]])
    print(f"{'way':34} µs per change  of it in clear")
    for way, some in cost.items():
        middle = statistics.median(some)
        print(f"{' '.join(way):34} {middle:13.2f}  {middle / clear:5.2f}x")


if __name__ == "__main__":
    main()
