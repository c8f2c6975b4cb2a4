"""The look at an OPC UA server that no site knows yet: what it offers, what it has, and that it asks in bulk."""

from __future__ import annotations

import asyncio
import math

import pytest
from asyncua import ua

from drivers.opcua import PROTOCOL
from drivers.opcua.probe import OpcuaProbe
from drivers.opcua.wire import Wire
from supervisor.errors import Unavailable
from supervisor.probe import Fact, Finding, News, Peer
from tests import peers
from tests.drivers.opcua.plant import URI, Plant
from tests.ports import free_port


def look(plant: Plant, **words: str) -> list[News]:
    news: list[News] = []

    async def scenario() -> None:
        await plant.server.start()
        try:
            await OpcuaProbe().look(Peer(f"opc.tcp://127.0.0.1:{plant.port}", {"timeout": "30", **words}), news.append)
        finally:
            await plant.server.stop()

    asyncio.run(scenario())
    return news


def found(news: list[News]) -> dict[str, Finding]:
    return {one.place: one for one in news if isinstance(one, Finding)}


def facts(news: list[News], kind: str) -> list[str]:
    return [f"{one.name} {one.text}" for one in news if isinstance(one, Fact) and one.kind == kind]


def test_that_a_look_finds_what_the_server_carries_and_rows_that_a_pack_takes():
    plant = Plant()
    plant.set("level", 1.25)
    news = look(plant)
    level = found(news)["Station0/Operational/Measurements/Level"]
    assert level.value == "1.25"
    assert level.row == {"path": "Station0/Operational/Measurements/pumps:Level", "namespace": URI}
    order = found(news)["Station0/P1/Order"]
    assert order.kind == "boolean"
    assert order.row["access"] == "rw"
    for one in found(news).values():
        PROTOCOL.address(one.row)
    assert any(text.startswith("None ") for text in facts(news, "endpoint"))
    assert any(URI in text for text in facts(news, "namespace"))


def test_that_a_look_asks_for_many_nodes_at_a_time(monkeypatch):
    asked: list[str] = []
    ask = Wire.ask

    async def counted(self, request, answer):
        asked.append(type(request).__name__)
        return await ask(self, request, answer)

    monkeypatch.setattr(Wire, "ask", counted)
    news = look(Plant(stations=20))
    assert len(found(news)) >= 100
    assert len(asked) < 40, asked


def test_that_a_look_may_begin_at_a_path_and_stop_early():
    news = look(Plant(stations=3), path="Station1", depth="1")
    assert set(found(news)) == {"Station1/Message"}
    assert len(found(look(Plant(stations=3), most="4"))) == 4


def test_that_a_path_that_is_not_there_says_what_is():
    with pytest.raises(Unavailable, match=r'"Objects" has no "Statoin1": there are .*Station1'):
        look(Plant(stations=2), path="Statoin1")


def test_that_one_value_is_read_and_written_and_read_back():
    plant = Plant()
    plant.set("start_level", 2.0)

    async def scenario() -> tuple[Finding, str]:
        await plant.server.start()
        peer, place = (
            Peer(f"opc.tcp://127.0.0.1:{plant.port}", {"timeout": "30"}),
            "Station0/Operational/Control/StartLevel",
        )
        try:
            return await OpcuaProbe().read(peer, place), await OpcuaProbe().write(peer, place, "250")
        finally:
            await plant.server.stop()

    one, said = asyncio.run(scenario())
    assert float(one.value) == pytest.approx((2.0 - 1.0) / 0.01)
    assert bytes.fromhex(one.raw)[0] in (ua.VariantType.Double.value, ua.VariantType.Float.value)
    assert float(said) == 250


def test_that_a_server_that_is_not_there_is_one_sentence():
    with pytest.raises(Unavailable, match="does not answer as an OPC UA server"):
        asyncio.run(OpcuaProbe().look(Peer(f"opc.tcp://127.0.0.1:{free_port()}", {"timeout": "1"}), lambda news: None))


@pytest.mark.slow
def test_that_a_server_on_node_opcua_is_browsed_to_its_last_variable(tmp_path):
    port, news = free_port(), list[News]()
    with peers.node("opcua_server.js", str(port), str(tmp_path), "300"):
        asyncio.run(OpcuaProbe().look(Peer(f"opc.tcp://127.0.0.1:{port}", {"timeout": "30"}), news.append))
    rows = found(news)
    assert len([place for place in rows if place.startswith("Many/")]) == 300
    assert rows["Plant/Name"].value == "Île de Gourdon"
    assert rows["Plant/Goal"].row == {"path": "Plant/Goal", "namespace": "urn:vigie:peer", "access": "rw"}
    assert rows["Plant/Profile"].row == {}
    assert math.isnan(rows["Plant/Level"].low)
    assert [text for text in facts(news, "endpoint") if "SignAndEncrypt" in text]
