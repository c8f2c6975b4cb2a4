"""Modbus TCP: own client with strict checks, compiled block plans, one numpy gather per type and block."""

from __future__ import annotations

from drivers.modbus.address import COLUMNS, parse_address, parse_settings, parse_url
from drivers.modbus.driver import ModbusDriver
from supervisor.driver import Protocol


def _check_url(url: str) -> None:
    parse_url(url)


PROTOCOL = Protocol("modbus", COLUMNS, parse_address, parse_settings, _check_url, ModbusDriver)
