"""MQTT: messages a second and processor time per message, against paho used naively and against libmosquitto in C.

    python -m benchmarks.mqtt [--messages 60000] [--rounds 3]

A child process plays a broker that sends prepared messages as fast as the client takes them, so the client is what is
measured. All clients get the same messages: JSON of some 200 bytes with six values and a time, on a hundred topics.

    paho, nothing        paho's network thread with an on_message that only counts
    paho, naive          on_message with json.loads, then one tag at a time into a table under a lock
    Vigie                the driver, from the socket to `Batch`: decoded, judged, gathered
    Vigie, table         the same, and each batch applied to the table of live values
    libmosquitto (C)     a callback in C that only counts; compiled here, skipped where that is not possible

Naive and Vigie must end with the same values, or the figures are void. Processor seconds count all threads of the
client and none of the broker's. Then, without a network: what a payload costs to decode.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import shutil
import socket
import statistics
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from drivers.mqtt import PROTOCOL
from drivers.mqtt.gather import Gather
from drivers.mqtt.plan import Plan
from drivers.mqtt.sparkplug import Metric, Type, encode
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.flow import Batch
from supervisor.model import Equipment, EquipmentType, LinkSpec, Site, Source, Tag, TagSpec, Text
from supervisor.table import TagTable
from supervisor.vault import Vault

DEVICES = 100
NAMES = ("temperature", "humidity", "pressure", "co2", "battery", "rssi")
METRICS = 20
TABLE = "table"
HERE = Text("ici", "here")
C_CLIENT = r"""
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
static long left; static volatile long bytes;
static double wall(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec+t.tv_nsec/1e9;}
static double cpu(void){struct rusage u;getrusage(RUSAGE_SELF,&u);
  return u.ru_utime.tv_sec+u.ru_stime.tv_sec+(u.ru_utime.tv_usec+u.ru_stime.tv_usec)/1e6;}
static void heard(struct mosquitto*m,void*o,const struct mosquitto_message*s){
  (void)o;bytes+=s->payloadlen;if(--left==0)mosquitto_disconnect(m);}
static void up(struct mosquitto*m,void*o,int rc){(void)o;(void)rc;mosquitto_subscribe(m,NULL,"#",1);}
int main(int n,char**a){(void)n;left=atol(a[2]);mosquitto_lib_init();
  struct mosquitto*m=mosquitto_new("c",true,NULL);
  mosquitto_message_callback_set(m,heard);mosquitto_connect_callback_set(m,up);
  double w=wall(),c=cpu();if(mosquitto_connect(m,"127.0.0.1",atoi(a[1]),60))return 1;
  mosquitto_loop_forever(m,-1,1);printf("%f %f\n",wall()-w,cpu()-c);return left!=0;}
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One run of one client."""

    wall_s: float
    cpu_s: float
    values: dict[str, float]
    """Tag id -> its last value; empty for a client that decodes nothing."""


def payload(turn: int, device: int) -> bytes:
    body: dict[str, Any] = {"device": f"probe-{device:03}", "ts": 1_760_000_000_000 + turn * 1000, "fw": "2.11.4"}
    body |= {name: round(20.0 + place + turn * 0.01 + device, 2) for place, name in enumerate(NAMES)}
    return json.dumps(body | {"location": {"floor": "2", "room": "B"}}).encode()


def city() -> Site:
    """A hundred probes of six tags."""
    specs = {name: TagSpec(name, HERE) for name in NAMES}
    kind = EquipmentType("probe", HERE, "network", specs)
    things = [Equipment(n, f"P{n}", HERE, kind, "", "network", "L", args={"n": f"{n}"}) for n in range(DEVICES)]
    tags: list[Tag] = []
    for thing in things:
        for name in NAMES:
            address = PROTOCOL.address({"topic": "probe/{n}/state", "path": name, "time": "ts:ms"})
            tags.append(Tag(len(tags), thing, specs[name], "L", Source(name, True, False, 1.0, 0.0, address)))
    return Site(
        "bench", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {}, {}, {}, tuple(things), tuple(tags),
        (), {}, "",
    )  # fmt: skip


# The broker


def serve(pipe: Connection, messages: int, qos: int) -> None:
    """In a child process: accepts one client after the other, and sends each all the messages once it subscribed."""
    flood = {five: _flood(messages, qos, five) for five in (False, True)}
    with socket.create_server(("127.0.0.1", 0)) as server:
        pipe.send(server.getsockname()[1])
        while True:
            wire, _ = server.accept()
            threading.Thread(target=_client, args=(wire, flood), daemon=True).start()


def _client(wire: socket.socket, flood: dict[bool, list[bytes]]) -> None:
    """QoS 1 without a window: what the client answers is read and not waited for."""
    stream, five, sent, turn = wire.makefile("rb"), False, False, threading.Lock()

    def answer(packet: bytes) -> None:
        with turn:  # never in the middle of a message
            wire.sendall(packet)

    def send() -> None:
        with suppress(OSError):
            for part in flood[five]:
                answer(part)

    with wire, suppress(OSError, IndexError):
        while True:
            command = stream.read(1)[0]
            body = stream.read(_length(stream))
            if command == 0x10:
                five = bool(body[6] == 5)
                answer(b"\x20\x03\x00\x00\x00" if five else b"\x20\x02\x00\x00")
            elif command == 0x82:
                granted = (b"\0" if five else b"") + b"\1" * _filters(body[5:] if five else body[2:])
                answer(bytes([0x90, len(granted) + 2]) + body[:2] + granted)
                if not sent:
                    sent = True
                    threading.Thread(target=send, daemon=True).start()
            elif command == 0xC0:
                answer(b"\xd0\x00")
            elif command == 0xE0:
                return


def _flood(messages: int, qos: int, five: bool) -> list[bytes]:
    """A message of each device in turn."""
    turns = range(messages // DEVICES)
    return [b"".join(_publication(turn, n, qos, five) for n in range(DEVICES)) for turn in turns]


def _publication(turn: int, device: int, qos: int, five: bool) -> bytes:
    topic = f"probe/{device}/state".encode()
    body = struct.pack("!H", len(topic)) + topic + (struct.pack("!H", device + 1) if qos else b"")
    body += (b"\0" if five else b"") + payload(turn, device)
    return bytes([0x30 | qos << 1, len(body) & 0x7F | 0x80, len(body) >> 7]) + body


def _length(stream: Any) -> int:
    number = shift = 0
    while True:
        byte = int(stream.read(1)[0])
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number
        shift += 7


def _filters(body: bytes) -> int:
    count = place = 0
    while place < len(body):
        place += 3 + (body[place] << 8 | body[place + 1])
        count += 1
    return count


@contextmanager
def broker(messages: int, qos: int) -> Iterator[int]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, messages, qos), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


# The clients


class Stopwatch:
    """Seconds on the wall and of this process, all threads."""

    def __init__(self) -> None:
        self._begun = time.perf_counter(), time.process_time()

    def result(self, values: dict[str, float] | None = None) -> Result:
        return Result(time.perf_counter() - self._begun[0], time.process_time() - self._begun[1], values or {})


def paho(port: int, messages: int, naive: bool) -> Result:
    """paho as its documentation shows it."""
    table: dict[str, tuple[float, int, float]] = {}
    lock, done, left = threading.Lock(), threading.Event(), messages
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "naive", protocol=MQTTProtocolVersion.MQTTv5)

    def on_message(client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        nonlocal left
        if naive:
            body = json.loads(message.payload)
            device = "P" + message.topic.split("/")[1]
            for name in NAMES:
                value = float(body[name])
                with lock:
                    table[f"{device}.{name}"] = (value, 0, body["ts"] / 1000)
        left -= 1
        if not left:
            done.set()

    client.on_message = on_message
    client.on_connect = lambda client, *rest: client.subscribe("#", 1)
    watch = Stopwatch()
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert done.wait(120.0), f"{left} messages did not come"
    result = watch.result({tag: value for tag, (value, *_) in table.items()})
    client.disconnect()
    client.loop_stop()
    return result


def vigie(site: Site, port: int, messages: int, to_table: bool) -> Result:
    return asyncio.run(_vigie(site, port, messages, to_table))


async def _vigie(site: Site, port: int, messages: int, to_table: bool) -> Result:
    table, traffic, batches = TagTable(site.tags), Traffic(), list[Batch]()
    done = asyncio.Event()
    spec = LinkSpec("L", HERE, "mqtt", f"mqtt://127.0.0.1:{port}", "", PROTOCOL.settings({}))
    driver = PROTOCOL.driver(spec, site.tags, SystemClock(), traffic, Vault(Path()))

    def apply(batch: Batch) -> None:
        for part in batch.rounds():
            table.apply(part, time.time_ns())

    def publish(batch: Batch) -> None:
        (apply if to_table else batches.append)(batch)
        if traffic.requests >= messages:
            done.set()

    watch = Stopwatch()
    task = asyncio.create_task(driver.run(publish, lambda: None))
    ended = asyncio.create_task(done.wait())
    await asyncio.wait([task, ended], return_when=asyncio.FIRST_COMPLETED)
    assert not task.done(), task.exception()
    result = watch.result()
    for batch in batches:
        apply(batch)
    assert not traffic.errors, traffic.errors
    task.cancel()
    await asyncio.wait([task])
    values = {tag.id: float(table.columns["value"][tag.index]) for tag in site.tags}
    return Result(result.wall_s, result.cpu_s, values)


def compiled(folder: Path) -> Path | str:
    """The client in C, or why there is none."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return "no C compiler"
    (folder / "client.c").write_text(C_CLIENT)
    command = [compiler, "-O2", "-o", str(folder / "client"), str(folder / "client.c"), "-lmosquitto"]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    return "libmosquitto-dev is not installed" if built.returncode else folder / "client"


def c_client(program: Path, port: int, messages: int) -> Result:
    said = subprocess.run([program, str(port), str(messages)], capture_output=True, text=True, check=True).stdout
    wall_s, cpu_s = (float(word) for word in said.split())
    return Result(wall_s, cpu_s, {})


# The figures


def compare(messages: int, rounds: int, qos: int, program: Path | str) -> None:
    site = city()
    clients: dict[str, Callable[[int], Result]] = {
        "paho, nothing": lambda port: paho(port, messages, naive=False),
        "paho, naive": lambda port: paho(port, messages, naive=True),
        "Vigie": lambda port: vigie(site, port, messages, to_table=False),
        "Vigie, table": lambda port: vigie(site, port, messages, to_table=True),
    }
    if isinstance(program, Path):
        clients["libmosquitto (C)"] = lambda port: c_client(program, port, messages)
    results: dict[str, list[Result]] = {name: [] for name in clients}
    with broker(messages, qos) as port:
        for _ in range(rounds):  # in turn, so that a busy machine is busy for all
            for name, run in clients.items():
                results[name].append(run(port))
    naive, ours = results["paho, naive"][-1].values, results["Vigie"][-1].values
    assert naive == ours == results["Vigie, table"][-1].values, "the clients disagree about the values"
    base = statistics.median(result.cpu_s for result in results["paho, naive"])
    for name, runs in results.items():
        cpu, wall = (statistics.median(getattr(run, word) for run in runs) for word in ("cpu_s", "wall_s"))
        tags = f"{1e6 * cpu / messages / len(NAMES):5.2f} us a tag" if runs[0].values else " " * 13
        print(
            f"QoS {qos}  {name:17s} {messages / wall:9,.0f} messages/s  {1e6 * cpu / messages:6.2f} us of processor"
            f" a message  {tags}  {base / cpu:5.1f}x less than naive"
        )
    if isinstance(program, str):
        print(f"QoS {qos}  libmosquitto (C)  skipped: {program}")


def micro(work: Callable[[], object], times: int = 20_000) -> float:
    """Microseconds of processor a call, the best of five."""
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        for _ in range(times // 5):
            work()
        best = min(best, time.process_time() - begun)
    return 1e6 * best / (times // 5)


def decoding() -> None:
    text = payload(7, 7)
    decode = msgspec.json.Decoder().decode
    plain, fast = micro(lambda: json.loads(text)), micro(lambda: decode(text))
    print(f"JSON of {len(text)} bytes: json {plain:.2f} us, msgspec {fast:.2f} us, ratio {plain / fast:.1f}")
    plan, gather = Plan(city().tags), Gather()
    now = time.time_ns()
    whole = micro(lambda: plan.read("probe/7/state", text, False, now, gather))
    gather.finish()
    print(f"  its way from topic and payload to six samples of a batch: {whole:.2f} us")
    births, reads = _node(), _node_reader()
    print(f"Sparkplug, {METRICS} metrics of {len(births[1])} bytes, aliases only: {reads:.2f} us to {METRICS} samples")


def _node() -> tuple[bytes, bytes]:
    """A birth, and the data that follow it."""
    names = [Metric(f"M{n}", Type.DOUBLE, 1.5 * n, n + 1) for n in range(METRICS)]
    birth = encode([Metric("bdSeq", Type.INT64, 0.0), *names], 1_760_000_000_000, 0)
    data = [Metric("", Type.DOUBLE, 2.5 * n, n + 1, 1_760_000_000_000 + n) for n in range(METRICS)]
    return birth, encode(data, 1_760_000_001_000, 1)


def _node_reader() -> float:
    specs = {f"M{n}": TagSpec(f"M{n}", HERE) for n in range(METRICS)}
    kind = EquipmentType("node", HERE, "network", specs)
    thing = Equipment(0, "N", HERE, kind, "", "network", "L", args={"group": "g", "node": "n"})
    address = {name: PROTOCOL.address({"format": "sparkplug", "path": name}) for name in specs}
    tags = [
        Tag(n, thing, spec, "L", Source(name, True, False, 1.0, 0.0, address[name]))
        for n, (name, spec) in enumerate(specs.items())
    ]
    birth, data = _node()
    plan, gather, now = Plan(tags), Gather(), time.time_ns()
    plan.read("spBv1.0/g/NBIRTH/n", birth, False, now, gather)
    bodies = [data[: data.rindex(b"\x18") + 1] + _varint(n % 256) for n in range(1, 20_001)]
    turn = iter(bodies)
    each = micro(lambda: plan.read("spBv1.0/g/NDATA/n", next(turn), False, now, gather))
    read = sum(len(batch) for batch in gather.finish())
    assert read == METRICS * 20_001, f"{read} samples: the payloads were not in sequence"
    return each


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    words = parser.parse_args()
    messages = words.messages // DEVICES * DEVICES
    with tempfile.TemporaryDirectory() as folder:
        program = compiled(Path(folder))
        for qos in (0, 1):
            compare(messages, words.rounds, qos, program)
    decoding()


if __name__ == "__main__":
    main()
