"""OPC UA: subscriptions with a fast decoder, namespaces by URI, one owner of every task and socket."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.opcua.address import COLUMNS, parse_address, parse_settings, parse_url
from supervisor.clock import Clock
from supervisor.driver import Driver, Protocol, Traffic
from supervisor.model import LinkSpec, Tag
from supervisor.probe import Probe
from supervisor.vault import Vault


def _check_url(url: str) -> None:
    parse_url(url)


def _driver(spec: LinkSpec, tags: Sequence[Tag], clock: Clock, traffic: Traffic, vault: Vault) -> Driver:
    """Imports the protocol's library only where a controller is spoken to: the window reads addresses only."""
    from drivers.opcua.driver import OpcuaDriver

    return OpcuaDriver(spec, tags, clock, traffic, vault)


def _probe() -> Probe:
    from drivers.opcua.probe import OpcuaProbe

    return OpcuaProbe()


PROTOCOL = Protocol("opcua", COLUMNS, parse_address, parse_settings, _check_url, _driver, probe=_probe)
