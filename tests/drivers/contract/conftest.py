from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from tests.drivers.contract.kits import KITS, Kit

Figure = Callable[[str, object], None]
log = logging.getLogger("figures")


@pytest.fixture(params=list(KITS))
def kit(request: pytest.FixtureRequest) -> Kit:
    """Each protocol in turn."""
    return KITS[request.param]


@pytest.fixture(params=[name for name, kit in KITS.items() if kit.server == "simulator"])
def lone_kit(request: pytest.FixtureRequest) -> Kit:
    """Each protocol once, where no server answers anyway."""
    return KITS[request.param]


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Tell what a test measured; shown by `--log-cli-level=INFO`."""

    def tell(what: str, value: object) -> None:
        log.info("%s: %s = %s", request.node.name, what, f"{value:.2f}" if isinstance(value, float) else value)

    return tell
