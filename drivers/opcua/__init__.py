"""OPC UA: subscriptions with a fast decoder, namespaces by URI, one owner of every task and socket."""

from __future__ import annotations

from drivers.opcua.address import COLUMNS, parse_address, parse_settings, parse_url
from drivers.opcua.driver import OpcuaDriver
from supervisor.driver import Protocol


def _check_url(url: str) -> None:
    parse_url(url)


PROTOCOL = Protocol("opcua", COLUMNS, parse_address, parse_settings, _check_url, OpcuaDriver)
