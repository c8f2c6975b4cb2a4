"""Units behind a gateway of another maker, one of which says nothing: it costs its neighbours no value."""

from __future__ import annotations

import asyncio

import pytest

from drivers.modbus.address import Address, Table
from supervisor.model import Quality
from tests import peers
from tests.drivers.modbus.fieldbus import Fieldbus, Reader, until
from tests.ports import free_port

SILENT = 2
UNITS = (1, SILENT, 3)


@pytest.mark.parametrize("pipeline", [1, 4])
def test_that_a_silent_unit_of_a_gateway_keeps_no_neighbour_waiting(pipeline: int) -> None:
    place = Fieldbus(UNITS)
    place.port = free_port()
    gateway = [peers.program("modbus_device"), "gateway", str(place.port), str(SILENT)]
    addresses = {"seven": Address(Table.HOLDING, 7), "eleven": Address(Table.HOLDING, 11)}

    async def scenario() -> None:
        reader = Reader(place, addresses, UNITS, pipeline=pipeline, timeout_s=0.4)
        async with reader.running():
            await until(lambda: reader.quality("seven", SILENT) == Quality.TIMEOUT, 30)
            for unit in (1, 3):
                await until(lambda unit=unit: reader.value("seven", unit) == 7.0, 30)
                assert reader.value("eleven", unit) == 11.0
            heard = {unit: len(reader.heard[unit]) for unit in UNITS}
            await asyncio.sleep(2.0)
            more = {unit: len(reader.heard[unit]) - heard[unit] for unit in UNITS}
            assert more[SILENT] == 0
            assert min(more[1], more[3]) >= 8, f"of some 20 with nobody silent: {more}"
            assert {reader.quality("seven", unit) for unit in (1, 3)} == {Quality.GOOD}
            assert reader.quality("seven", SILENT) == Quality.TIMEOUT
            assert reader.ups == 1
            assert set(reader.traffic.errors) == {"timeout"}

    with peers.running(gateway):
        asyncio.run(scenario())
