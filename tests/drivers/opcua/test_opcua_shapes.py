"""Arrays, structures, dates and texts of a server that is not ours, methods as commands, and nodes that come later."""

from __future__ import annotations

import asyncio
import math
import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import Server, ua, uamethod
from asyncua.common.structures104 import new_struct, new_struct_field

from drivers.opcua import session
from drivers.opcua.address import Address
from supervisor.clock import SystemClock
from supervisor.errors import WriteFailed
from supervisor.model import Quality
from tests.drivers.opcua.foreign import URI, Line, asyncua_server
from tests.drivers.opcua.plant import until
from tests.ports import free_port

MOMENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def at(path: str, **more: Any) -> Address:
    return Address(f"{{root}}/{path}", namespace=URI, sampling_ms=50, **more)


async def variable(
    server: Server, index: int, name: str, value: Any, kind: ua.VariantType | None = None, of: ua.NodeId | None = None
) -> Any:
    plant = await server.nodes.objects.get_child(f"{index}:Plant")
    return await plant.add_variable(ua.NodeId(name, index), f"{index}:{name}", value, kind, of)


async def motor(server: Server, index: int) -> Any:
    """A structure with a structure and an array in it, written as bytes: the library never learns what it is."""
    inner, _ = await new_struct(server, index, "Rotor", [new_struct_field("Current", ua.VariantType.Float)])
    fields = [
        new_struct_field("Speed", ua.VariantType.Double),
        new_struct_field("Rotor", inner),
        new_struct_field("Phases", ua.VariantType.Int32, array=True),
        new_struct_field("Name", ua.VariantType.String),
    ]
    kind, (encoding,) = await new_struct(server, index, "Motor", fields)
    node = await variable(server, index, "Motor", motor_value(encoding.nodeid, 50.0), of=kind.nodeid)
    return node, encoding.nodeid


def motor_value(encoding: ua.NodeId, speed: float) -> ua.Variant:
    body = struct.pack("<dfi3ii2s", speed, 1.5, 3, 7, 8, 9, 2, b"M1")
    return ua.Variant(ua.ExtensionObject(encoding, body), ua.VariantType.ExtensionObject)


def test_that_elements_and_members_come_out_of_one_monitored_item_each() -> None:
    async def scenario() -> None:
        port = free_port()
        async with asyncua_server(port) as (server, index):
            await server.nodes.objects.add_object(ua.NodeId("Plant", index), f"{index}:Plant")
            profile = await variable(server, index, "Profile", [1.0, 2.0, 3.0, 4.0])
            await variable(server, index, "Table", [[1, 2], [3, 4]])
            node, encoding = await motor(server, index)
            addresses = {
                "first": at("Profile", element=(0,)),
                "last": at("Profile", element=(3,)),
                "beyond": at("Profile", element=(9,)),
                "corner": at("Table", element=(1, 0)),
                "speed": at("Motor", member=("Speed",)),
                "current": at("Motor", member=("Rotor", "Current")),
                "phase": at("Motor", member=("Phases", 1)),
                "name": at("Motor", member=("Name",)),
                "nothing": at("Motor", member=("Colour",)),
            }
            line = Line(port, addresses, texts={"name"})
            async with line.running():
                await until(lambda: line.value("name") == "M1" and line.value("corner") is not None, timeout_s=20)
                told = [line.value(name) for name in ("first", "last", "corner", "speed", "current", "phase")]
                assert told == [1.0, 4.0, 3.0, 50.0, 1.5, 8.0]
                for name in ("beyond", "nothing"):
                    value, quality, _ = line.rows(name)[-1]
                    assert (math.isnan(value), quality) == (True, Quality.CONFIGURATION)
                (subscription,) = server.iserver.subscription_service.subscriptions.values()
                assert len(subscription.monitored_item_srv._monitored_items) == 3
                await profile.write_value([5.0, 2.0, 3.0, 6.0])
                await node.write_value(motor_value(encoding, 25.0))
                await until(lambda: [line.value(name) for name in ("first", "last", "speed")] == [5.0, 6.0, 25.0])

    asyncio.run(scenario())


def test_that_dates_texts_and_bytes_become_what_their_tag_holds() -> None:
    async def scenario() -> None:
        port = free_port()
        async with asyncua_server(port) as (server, index):
            await server.nodes.objects.add_object(ua.NodeId("Plant", index), f"{index}:Plant")
            await variable(server, index, "Moment", MOMENT)
            await variable(server, index, "Words", ua.LocalizedText("Arrêt", "fr"))
            await variable(server, index, "Octets", b"\xff\x01\x02")
            await variable(server, index, "Big", 2**40, ua.VariantType.UInt64)
            await variable(
                server, index, "Any", [ua.Variant(1.5), ua.Variant(3)], ua.VariantType.Variant, ua.NodeId(24)
            )
            addresses = {
                "moment": at("Moment"),
                "moment_text": at("Moment"),
                "words": at("Words"),
                "octets": at("Octets"),
                "octets_text": at("Octets"),
                "big": at("Big"),
                "any": at("Any", element=(1,)),
            }
            line = Line(port, addresses, texts={"moment_text", "words", "octets_text"})
            async with line.running():
                await until(lambda: all(line.rows(name) for name in addresses), timeout_s=20)
                assert {name: line.value(name) for name in addresses} == {
                    "moment": MOMENT.timestamp(),
                    "moment_text": "2026-11-22T08:00:00Z",
                    "words": "Arrêt",
                    "octets": 3.0,
                    "octets_text": "ff0102",
                    "big": float(2**40),
                    "any": 3.0,
                }

    asyncio.run(scenario())


def test_that_a_node_that_comes_later_is_found_while_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        port = free_port()
        async with asyncua_server(port) as (server, index):
            await server.nodes.objects.add_object(ua.NodeId("Plant", index), f"{index}:Plant")
            await variable(server, index, "Here", 1.0)
            line = Line(port, {"here": at("Here"), "late": at("Late"), "later": Address(node="s=Later", namespace=URI)})
            async with line.running():
                await until(
                    lambda: line.value("here") == 1.0 and any(batch.loss for batch in line.batches), timeout_s=20
                )
                await variable(server, index, "Late", 2.0)
                await variable(server, index, "Later", 3.0)
                await until(lambda: (line.value("late"), line.value("later")) == (2.0, 3.0), timeout_s=20)
                assert line.link.reconnects == 0

    monkeypatch.setattr(session, "SEARCH_S", 0.2)
    asyncio.run(scenario())


def test_that_a_write_calls_a_method_with_its_arguments_in_their_types() -> None:
    taken: list[tuple[Any, ...]] = []

    @uamethod
    def start(parent: ua.NodeId, speed: int, forced: bool, who: str) -> int:
        taken.append((speed, forced, who))
        return 0 if speed < 50 else 7

    async def scenario() -> None:
        port = free_port()
        async with asyncua_server(port) as (server, index):
            plant = await server.nodes.objects.add_object(ua.NodeId("Plant", index), f"{index}:Plant")
            kinds = [ua.VariantType.UInt16, ua.VariantType.Boolean, ua.VariantType.String]
            await plant.add_method(ua.NodeId("Start", index), f"{index}:Start", start, kinds, [ua.VariantType.Int32])
            more = {"method": "{root}/Start", "namespace": URI}
            addresses = {
                "start": Address(**more, arguments="{value},true,vigie {value}", returns="0"),
                "by_node": Address(method="s=Start", namespace=URI, arguments="{value}, false, x"),
                "short": Address(**more),
                "lost": Address(method="{root}/Nowhere", namespace=URI),
            }
            line = Line(port, addresses, writable=set(addresses))
            async with line.running():
                await until(lambda: line.link.connected, timeout_s=20)
                await line.link.write(line.tag("start"), 12.0, 5.0)
                await line.link.write(line.tag("by_node"), 13.0, 5.0)
                assert taken == [(12, True, "vigie 12"), (13, False, "x")]
                with pytest.raises(WriteFailed, match="answers 7 and not 0"):
                    await line.link.write(line.tag("start"), 60.0, 5.0)
                with pytest.raises(WriteFailed, match="does not fit a UInt16"):
                    await line.link.write(line.tag("start"), -1.0, 5.0)
                with pytest.raises(WriteFailed, match=r"takes 3 argument\(s\) and the pack gives 1"):
                    await line.link.write(line.tag("short"), 1.0, 5.0)
                with pytest.raises(WriteFailed, match=r"no method for P\.lost: BadNoMatch"):
                    await line.link.write(line.tag("lost"), 1.0, 5.0)
                assert len(taken) == 3

    asyncio.run(scenario())


def test_that_the_clock_of_the_server_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ahead(SystemClock):
        def now(self) -> int:
            return super().now() + 30 * 10**9

    async def scenario() -> None:
        port = free_port()
        async with asyncua_server(port):
            line = Line(port, {})
            line.driver._clock = Ahead()
            async with line.running():
                await until(lambda: line.traffic.skew_s == line.traffic.skew_s, timeout_s=20)
                assert abs(line.traffic.skew_s + 30) < 5

    monkeypatch.setattr(session, "WATCH_S", 0.05)
    asyncio.run(scenario())
