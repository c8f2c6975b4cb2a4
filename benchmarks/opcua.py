"""Data changes from one OPC UA server: the library by its manual, the library in bulk, ours, and a client on node.

    python -m benchmarks.opcua [--seconds 4] [--rounds 2] [--mixed]

    blaster (a process of its own) ── PublishResponses of 1 000 values, encoded once ──> one client at a time

The server answers every publish request at once with bytes made beforehand, so that the client is the limit. CPU is
that of the client's process; for ours it ends with a `Batch` for the table. Ratios are of one run, the clients in turn.
Values are Doubles; with --mixed Doubles, Booleans and Int32 in turn, as a real controller has them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import multiprocessing
import os
import shutil
import socket
import statistics
import struct
import subprocess
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncua import Client, Server, ua
from asyncua.server.uaprocessor import UaProcessor
from asyncua.ua.ua_binary import struct_to_binary

from drivers.opcua import PROTOCOL
from drivers.opcua.address import Address, Settings
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.flow import Batch
from supervisor.model import Equipment, EquipmentType, LinkSpec, Source, Tag, TagSpec, Text
from supervisor.vault import Vault

ITEMS = 1000
URI = "urn:vigie:bench"
NODE = Path("build/peers/node")
HERE = Text("ici", "here")
Result = tuple[float, float]
"""Changes a second, microseconds of CPU per change."""

_SCRIPT = """
const { OPCUAClient, TimestampsToReturn, AttributeIds } = require("node-opcua");
(async () => {
    const [url, seconds, items] = [process.argv[1], Number(process.argv[2]), Number(process.argv[3])];
    const client = OPCUAClient.create({ endpointMustExist: false });
    await client.connect(url);
    const session = await client.createSession();
    const subscription = await session.createSubscription2({ requestedPublishingInterval: 50,
        requestedMaxKeepAliveCount: 10, requestedLifetimeCount: 600, publishingEnabled: true });
    const nodes = Array.from({ length: items },
        (_, i) => ({ nodeId: `ns=2;s=V${i}`, attributeId: AttributeIds.Value }));
    let seen = 0;
    const group = await subscription.monitorItems(nodes, { samplingInterval: 50, queueSize: 1, discardOldest: true },
        TimestampsToReturn.Both);
    group.on("changed", () => { seen += 1; });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [before, began, cpu] = [seen, process.hrtime.bigint(), process.cpuUsage()];
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const used = process.cpuUsage(cpu);
    const wall = Number(process.hrtime.bigint() - began) / 1e9;
    console.log(JSON.stringify([(seen - before) / wall, (used.user + used.system) / Math.max(seen - before, 1)]));
    process.exit(0);
})();
"""


class Blaster(UaProcessor):  # type: ignore[misc]
    """Answers publish requests with a thousand changes, as soon as the items are there."""

    mixed = False

    async def _process_message(self, typeid: Any, requesthdr: Any, seqhdr: Any, body: Any) -> Any:
        subscriptions = getattr(self.iserver.subscription_service, "subscriptions", {})
        ready = [one for one in subscriptions.values() if len(one.monitored_item_srv._monitored_items) >= ITEMS]
        if typeid != ua.NodeId(ua.ObjectIds.PublishRequest_Encoding_DefaultBinary) or not ready:
            return await super()._process_message(typeid, requesthdr, seqhdr, body)
        subscription = ready[0]
        subscription._notification_seq += 1
        raw = _patched(subscription, requesthdr.RequestHandle)
        chunks = self._connection.message_to_binary(
            raw, message_type=ua.MessageType.SecureMessage, request_id=seqhdr.RequestId
        )
        self._transport.write(chunks)
        return True


def _patched(subscription: Any, handle: int) -> bytes:
    """The response encoded once per subscription, with the handle and the number of this one."""
    made = getattr(subscription, "blast", None)
    if made is None:
        response = ua.PublishResponse()
        response.Parameters.SubscriptionId = subscription.data.SubscriptionId
        response.Parameters.NotificationMessage.NotificationData = [_thousand(subscription)]
        made = subscription.blast = bytearray(struct_to_binary(response))
    struct.pack_into("<I", made, 12, handle)  # the request's, in the response header
    struct.pack_into("<I", made, 37, subscription._notification_seq - 1)
    return bytes(made)


def _thousand(subscription: Any) -> ua.DataChangeNotification:
    now = datetime.now(UTC)
    change = ua.DataChangeNotification()
    for number, held in enumerate(subscription.monitored_item_srv._monitored_items.values()):
        each: Any = number * 1.5
        if Blaster.mixed:
            each = (each, number % 2 == 0, ua.Variant(number, ua.VariantType.Int32))[number % 3]
        variant = each if isinstance(each, ua.Variant) else ua.Variant(each)
        value = ua.DataValue(variant, SourceTimestamp=now, ServerTimestamp=now)
        change.MonitoredItems.append(ua.MonitoredItemNotification(held.client_handle, value))
    return change


def serve(port: int, ready: Any, mixed: bool) -> None:
    """The blaster's process."""

    async def run() -> None:
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        from asyncua.server import binary_server_asyncio

        binary_server_asyncio.UaProcessor = Blaster
        Blaster.mixed = mixed
        server = Server()
        await server.init()
        server.disable_clock()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        index = await server.register_namespace(URI)
        for number in range(ITEMS):
            await server.nodes.objects.add_variable(ua.NodeId(f"V{number}", index), f"{index}:V{number}", 0.0)
        async with server:
            ready.set()
            await asyncio.Event().wait()

    asyncio.run(run())


async def _measured(count: Callable[[], int], seconds: float) -> Result:
    while not count():  # noqa: ASYNC110 - whatever the client is, its first changes
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    before, began, cpu = count(), time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    changes = max(count() - before, 1)
    return changes / (time.perf_counter() - began), (time.process_time() - cpu) / changes * 1e6


async def naive(url: str, seconds: float) -> Result:
    """One handler call per value, as asyncua's manual shows."""

    class Handler:
        seen = 0

        def datachange_notification(self, node: object, value: object, data: object) -> None:
            self.seen += 1

    handler = Handler()
    return await _subscribed(url, handler, lambda: handler.seen, seconds)


async def bulk(url: str, seconds: float) -> Result:
    """asyncua's own decoder, its tasks per value left out: a list per notification."""
    seen = 0

    async def take(result: ua.PublishResult) -> None:
        nonlocal seen
        for part in result.NotificationMessage.NotificationData or []:
            seen += len([(item.ClientHandle, item.Value.Value.Value) for item in part.MonitoredItems])

    class Deaf:
        def datachange_notification(self, node: object, value: object, data: object) -> None:
            """Never called: `take` stands before it."""

    return await _subscribed(url, Deaf(), lambda: seen, seconds, take)


async def _subscribed(
    url: str,
    handler: object,
    count: Callable[[], int],
    seconds: float,
    take: Callable[..., Awaitable[None]] | None = None,
) -> Result:
    async with Client(url, timeout=10) as client:
        index = await client.get_namespace_index(URI)
        subscription = await client.create_subscription(50, handler)
        if take is not None:
            client.uaclient.session._subscription_callbacks[subscription.subscription_id] = take
        await subscription.subscribe_data_change([client.get_node(f"ns={index};s=V{n}") for n in range(ITEMS)])
        return await _measured(count, seconds)


async def ours(url: str, seconds: float) -> Result:
    """The driver, from the socket to the batch."""
    specs = {f"V{number}": TagSpec(f"V{number}", HERE) for number in range(ITEMS)}
    thing = Equipment(0, "B", HERE, EquipmentType("bench", HERE, "water", specs), "", "water", "L")
    tags = [
        Tag(number, thing, spec, "L", Source(name, True, False, 1.0, 0.0, Address(node=f"s={name}", namespace=URI)))
        for number, (name, spec) in enumerate(specs.items())
    ]
    link, seen = LinkSpec("L", HERE, "opcua", url, "", Settings(50.0, 10.0)), 0
    driver = PROTOCOL.driver(link, tags, SystemClock(), Traffic(), Vault(Path()))

    def publish(batch: Batch) -> None:
        nonlocal seen
        seen += len(batch)

    task = asyncio.create_task(driver.run(publish, lambda: None))
    try:
        return await _measured(lambda: seen, seconds)
    finally:
        task.cancel()
        await asyncio.wait([task])


def _in_process(client: Callable[[str, float], Awaitable[Result]], url: str, seconds: float, answer: Any) -> None:
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)

    async def run() -> Result:
        return await client(url, seconds)

    answer.put(asyncio.run(run()))


def python(client: Callable[[str, float], Awaitable[Result]]) -> Callable[[str, float], Result | str]:
    """A client in a process of its own, so that its CPU is only its own."""

    def run(url: str, seconds: float) -> Result | str:
        context = multiprocessing.get_context("spawn")
        answer = context.Queue()
        child = context.Process(target=_in_process, args=(client, url, seconds, answer))
        child.start()
        try:
            found: Result = answer.get(timeout=seconds + 60)
            return found
        finally:
            child.terminate()
            child.join()

    return run


def node_opcua(url: str, seconds: float) -> Result | str:
    """A client on node-opcua."""
    program = shutil.which("node")
    if program is None or not (NODE / "node_modules" / "node-opcua").is_dir():
        return "skipped: run packaging/peers.py first"
    environment = {**os.environ, "NODE_PATH": str((NODE / "node_modules").resolve())}
    words = [program, "-e", _SCRIPT, url, str(seconds), str(ITEMS)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=seconds + 90, env=environment, check=False)
    if done.returncode:
        return f"failed: {done.stderr.strip().splitlines()[-1:]}"
    changes, cpu = json.loads(done.stdout.strip().splitlines()[-1])
    return float(changes), float(cpu)


CLIENTS: dict[str, Callable[[str, float], Result | str]] = {
    "asyncua, a handler call per value": python(naive),
    "asyncua, a list per notification": python(bulk),
    "node-opcua": node_opcua,
    "ours, to the batch": python(ours),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--mixed", action="store_true")
    words = parser.parse_args()
    results: dict[str, list[Result]] = {name: [] for name in CLIENTS}
    for _ in range(words.rounds):
        for name, client in CLIENTS.items():
            found = _round(client, words.seconds, words.mixed)
            if isinstance(found, str):
                print(f"{name:36s} {found}")
            else:
                results[name].append(found)
    _report(results)


def _round(client: Callable[[str, float], Result | str], seconds: float, mixed: bool) -> Result | str:
    """A server of its own for each: what one client left behind costs the next nothing."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    server = context.Process(target=serve, args=(port, ready, mixed))
    server.start()
    try:
        if not ready.wait(60):
            return "failed: the server did not start"
        return client(f"opc.tcp://127.0.0.1:{port}", seconds)
    finally:
        server.terminate()
        server.join()


def _report(results: dict[str, list[Result]]) -> None:
    ours_cpu = statistics.median(cpu for _, cpu in results["ours, to the batch"])
    for name, found in results.items():
        if found:
            rate, cpu = (statistics.median(column) for column in zip(*found, strict=True))
            print(f"{name:36s} {rate:10,.0f} changes/s  {cpu:8.2f} us of CPU each  {cpu / ours_cpu:6.1f} x ours")


if __name__ == "__main__":
    main()
