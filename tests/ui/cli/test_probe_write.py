"""A write past the desk meets the lock-outs of the site all the same, and the station that runs; the journal has it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

import drivers
from drivers.modbus.probe import ModbusProbe
from drivers.mqtt.address import Address as Topic
from drivers.mqtt.address import Format
from drivers.mqtt.probe import MqttProbe
from drivers.opcua.address import Address as Node
from drivers.opcua.probe import OpcuaProbe
from supervisor.clock import SystemClock
from supervisor.desk.lock_outs import LockOuts
from supervisor.journal import Journal, JournalReader
from supervisor.model import Equipment, EquipmentType, Role, Site, Source, Tag, TagSpec, Text, User
from supervisor.probe import Peer
from supervisor.site import load
from tests import peers
from tests.people import PASSWORD
from tests.supervisor.plant import HERE
from tests.ui.commissioning.town import device, running, site
from ui.cli import main
from ui.cli.probe_write import same
from ui.folder import DataFolder

ENA, OLE = User("ena", "Ena Le Goff", Role.ENGINEER), User("ole", "Ole", Role.OPERATOR)


class Workshop:
    """A controller, the site that knows it, and the data folder of its station, which is off."""

    def __init__(self, root: Path, url: str) -> None:
        self.url, self.path = url, root / "site"
        self.site: Site = site(self.path, url)
        self.folder = DataFolder(root / "data")
        self.folder.make()

    def write(self, *words: str, sure: bool = True) -> int:
        place = ["probe", self.url, "--timeout", "10", "--write", "holding 51", "7", *(["--yes"] if sure else [])]
        return main([*place, "--site", str(self.path), "--data", str(self.folder.root), *words])

    def lock(self, equipment: str) -> None:
        """Somebody has their hands in it; the station has stopped since."""
        journal = Journal(self.folder.journal, SystemClock())
        locks = LockOuts(self.site, journal, SystemClock())
        asyncio.run(locks.hang(equipment, "roue bouchée", OLE))
        journal.close()

    def rows(self) -> list[tuple[str, str, str]]:
        found = JournalReader(self.folder.journal).search(category="access")[::-1]
        return [(row.who, row.subject, row.result) for row in found if row.kind == "probe_write"]


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with peers.modbus_device() as port:
        yield Workshop(tmp_path, f"modbus://127.0.0.1:{port}")


def test_that_a_controller_of_a_site_is_written_with_a_row_of_the_journal_and_never_where_it_is_locked_out(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert workshop.write() == 0
    assert "reads 7" in capsys.readouterr().out
    assert workshop.rows() == [("@console", "L-CB-1", ""), ("@console", "L-CB-1", "done")]
    workshop.lock("CB-1")
    for more in ((), ("--anyway", "il le faut")):
        assert workshop.write(*more) == 1
        said = capsys.readouterr().err
        assert "Street & square (CB-1) is locked out by ole: roue bouchée" in said
        assert "no override" in said
    assert workshop.write("--language", "fr") == 1
    said = capsys.readouterr().err
    assert "rien n'a été écrit : Rue & place (CB-1) est consigné par ole : roue bouchée" in said
    assert workshop.write("--unit", "2") == 0, "another device of the same line"
    assert "locked out" not in capsys.readouterr().err
    assert len(workshop.rows()) == 4
    assert JournalReader(workshop.folder.journal).verify().whole


def test_that_a_lock_out_hung_while_somebody_makes_up_their_mind_holds(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def thinks(question: str) -> str:
        workshop.lock("CB-1")
        return "yes"

    monkeypatch.setattr("builtins.input", thinks)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert workshop.write(sure=False) == 1
    assert "CB-1) is locked out by ole" in capsys.readouterr().err
    assert workshop.rows() == []


def test_that_a_second_link_and_a_unit_of_their_own_are_found(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    with (workshop.path / "links.csv").open("a", encoding="utf-8") as links:
        links.write(f"L-CB-2,M,modbus,{workshop.url.replace('127.0.0.1', 'localhost')},centre,\n")
    (workshop.path / "equipment" / "others.csv").write_text(
        "id,type,name_fr,name_en,area,link,pack,unit\nCB-2,cabinet,Quai,Quay,centre,L-CB-2,box,2\n", "utf-8"
    )
    workshop.site = load(workshop.path, drivers.TABLE)
    workshop.lock("CB-2")
    assert workshop.write("--unit", "2") == 1
    assert "Quay (CB-2) is locked out by ole" in capsys.readouterr().err
    assert workshop.write() == 0, "unit 1 is another device"
    assert workshop.rows()[-1] == ("@console", "L-CB-1", "done")


def test_that_what_nobody_can_tell_and_a_station_that_runs_take_a_reason(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop.lock("CB-1")
    folder = workshop.path / "equipment" / "cabinets.csv"
    folder.write_text(folder.read_text("utf-8").replace("CB-1,cabinet", "CB-2,cabinet"), "utf-8")
    assert workshop.write() == 1
    said = capsys.readouterr().err
    assert "Rue & place" not in said
    assert "Street & square (CB-1)" in said
    assert "nobody can tell" in said
    assert workshop.write("--anyway", "CB-1 est déposée") == 0
    assert "written anyway: CB-1 est déposée" in capsys.readouterr().err
    with workshop.folder.held():
        assert workshop.write() == 1
        assert "a station runs and holds L-CB-1" in capsys.readouterr().err
        assert workshop.write("--anyway", "rien ne répond") == 1
        assert "--as ID" in capsys.readouterr().err
    assert [row[2] for row in workshop.rows()] == ["", "done"]
    workshop.folder.journal.write_bytes(b"no journal at all" * 400)
    assert workshop.write() == 1
    assert "the lock-outs cannot be read" in capsys.readouterr().err


def test_that_a_station_that_runs_is_told_by_an_engineer_and_looks_at_its_own_lock_outs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_PASSWORD", PASSWORD)

    async def scenario() -> None:
        async with running(tmp_path, device()) as (station, data):
            url = next(iter(station.site.links.values())).url
            words = ["probe", url, "--timeout", "10", "--write", "holding 3", "0", "--yes", "--anyway", "essai"]
            words += ["--site", str(tmp_path / "site"), "--data", str(data.root)]
            with data.held():
                assert await asyncio.to_thread(main, [*words, "--as", "a.martin"]) == 0
                assert await asyncio.to_thread(main, [*words, "--as", "nobody"]) == 1
                await station.desk.lock_outs.hang("CB-1", "les mains dedans", ENA)
                assert await asyncio.to_thread(main, [*words, "--as", "ena"]) == 1
        found = JournalReader(data.journal).search(category="access")[::-1]
        rows = [(row.who, row.result, row.detail["reason"]) for row in found if row.kind == "probe_write"]
        assert rows == [("a.martin", "", "essai"), ("a.martin", "done", "essai")]
        assert JournalReader(data.journal).verify().whole

    asyncio.run(scenario())
    assert "is locked out by Ena Le Goff" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("modbus://localhost", "modbus://127.0.0.1:502", True),
        ("modbus+rtu://127.0.0.1:4001", "modbus://127.0.0.1:4001", True),
        ("modbus://127.0.0.1:503", "modbus://127.0.0.1", False),
        ("opc.tcp://127.0.0.1:4840/plant", "opc.tcp://localhost", True),
        ("mqtt://user@127.0.0.1", "mqtt://127.0.0.1", True),
        ("mqtt://127.0.0.1", "modbus://127.0.0.1:1883", False),
        ("modbus+rtu:///dev/ttyUSB0", "modbus+rtu:///dev/ttyUSB0", True),
        ("modbus+rtu:///dev/ttyUSB0", "modbus+rtu:///dev/ttyUSB1", False),
    ],
)
def test_that_two_urls_of_one_controller_are_known_to_be(one: str, other: str, is_same: bool) -> None:
    assert same(one, other) is is_same


def tag(address: object, **args: str) -> Tag:
    type_ = EquipmentType("thing", HERE, "water", {})
    thing = Equipment(0, "E", Text("E", "E"), type_, "", "water", "L", args=args)
    return Tag(0, thing, TagSpec("t", HERE), "L", Source("t", True, True, 1.0, 0.0, address))


def test_that_each_protocol_knows_its_own_places_and_says_where_it_does_not() -> None:
    modbus, opcua, mqtt = ModbusProbe(), OpcuaProbe(), MqttProbe()
    peer = Peer("modbus://127.0.0.1", {"unit": "3"})
    assert modbus.touches(peer, "holding 900", tag(None, unit="3")) is True
    assert modbus.touches(peer, "holding 900", tag(None)) is False
    assert modbus.touches(Peer("modbus://127.0.0.1", {"unit": "0"}), "holding 1", tag(None)) is True
    node = tag(Node(path="di:{root}/Level", namespace="urn:plant"), root="Pump")
    assert opcua.touches(Peer("opc.tcp://h"), "Pump/Level", node) is True
    assert opcua.touches(Peer("opc.tcp://h"), "2:Pump/Level", node) is True
    assert opcua.touches(Peer("opc.tcp://h"), "Pump/Reset", node) is None
    assert opcua.touches(Peer("opc.tcp://h"), "ns=2;s=Plan", tag(Node(node="s=Plan"))) is True
    assert opcua.touches(Peer("opc.tcp://h"), "ns=2;s=Other", tag(Node(node="s=Plan"))) is None
    lamp = tag(Topic(Format.JSON, topic="lamp/{id}/state", write_topic="lamp/{id}/set"), id="12")
    assert mqtt.touches(Peer("mqtt://h"), "lamp/12/set", lamp) is True
    assert mqtt.touches(Peer("mqtt://h"), "lamp/13/set", lamp) is None
    edge = tag(Topic(Format.SPARKPLUG, path="level"), group="eau", node="N1")
    assert mqtt.touches(Peer("mqtt://h"), "spBv1.0/eau/NCMD/N1", edge) is True
    assert mqtt.touches(Peer("mqtt://h"), "spBv1.0/eau/NCMD/N2", edge) is None
