"""Modbus on TCP, TLS and serial lines: own client, strict checks, planned blocks, numpy for a whole block at once."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.modbus.address import COLUMNS, parse_address, parse_settings
from drivers.modbus.check import check
from drivers.modbus.device import parse_device
from drivers.modbus.endpoint import parse_endpoint
from supervisor.clock import Clock
from supervisor.driver import Driver, Protocol, Traffic
from supervisor.model import LinkSpec, Tag
from supervisor.probe import Probe
from supervisor.vault import Vault


def _check_url(url: str) -> None:
    parse_endpoint(url)


def _driver(spec: LinkSpec, tags: Sequence[Tag], clock: Clock, traffic: Traffic, vault: Vault) -> Driver:
    """Imports the protocol's library only where a controller is spoken to: the window reads addresses only."""
    from drivers.modbus.driver import ModbusDriver

    return ModbusDriver(spec, tags, clock, traffic, vault)


def _probe() -> Probe:
    from drivers.modbus.probe import ModbusProbe

    return ModbusProbe()


PROTOCOL = Protocol("modbus", COLUMNS, parse_address, parse_settings, _check_url, _driver, parse_device, check, _probe)
