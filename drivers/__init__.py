"""The wire: one folder per protocol, one row of `TABLE` each.

To add a protocol: a folder with `address.py` (what a pack row and a link may say) and `driver.py` (touches the
world), and a row below. Each protocol library is imported in its own folder only. Siblings never import each other.
"""

from __future__ import annotations

from drivers import modbus, mqtt, opcua
from supervisor.driver import Protocol

TABLE: dict[str, Protocol] = {protocol.name: protocol for protocol in (modbus.PROTOCOL, mqtt.PROTOCOL, opcua.PROTOCOL)}
"""Protocol name, as in links.csv and pack.toml -> what it offers."""

REMEMBERS = frozenset({mqtt.PROTOCOL.name, opcua.PROTOCOL.name})
"""Protocols whose devices may send what was missed: an OPC UA server's history, samples with a time of their own."""
