from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from tests.drivers.contract.kits import DEEP, KITS, SHAKING, Kit

Figure = Callable[[str, object], None]
log = logging.getLogger("figures")


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords of tests go into a folder of the tests, never into the keyring of this machine."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture(params=list(KITS))
def kit(request: pytest.FixtureRequest) -> Kit:
    """Each wire in turn."""
    return KITS[request.param]


@pytest.fixture(params=DEEP)
def deep_kit(request: pytest.FixtureRequest) -> Kit:
    """See `kits.DEEP`."""
    return KITS[request.param]


@pytest.fixture(params=SHAKING)
def shaking_kit(request: pytest.FixtureRequest) -> Kit:
    """See `kits.SHAKING`."""
    return KITS[request.param]


@pytest.fixture(params=["modbus", "opcua", "mqtt"])
def lone_kit(request: pytest.FixtureRequest) -> Kit:
    """Each protocol once, where no server answers anyway."""
    return KITS[request.param]


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Tell what a test measured; shown by `--log-cli-level=INFO`."""

    def tell(what: str, value: object) -> None:
        log.info("%s: %s = %s", request.node.name, what, f"{value:.2f}" if isinstance(value, float) else value)

    return tell
