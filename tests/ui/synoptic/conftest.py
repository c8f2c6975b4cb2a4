"""The demo city and a view of it."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from supervisor.clock import HandClock
from tests.ui.bench import Bench
from tests.ui.town import NOW
from ui.synoptic.page_view import SynopticPage
from ui.tasks import Spawn


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, HandClock(NOW))
    made.calm()
    yield made
    made.close()


@pytest.fixture
def never() -> Iterator[Spawn]:
    """A spawn for tests without a loop: what would be read from history is never read."""
    waiting: list[Coroutine[Any, Any, None]] = []
    yield cast(Spawn, waiting.append)
    for coroutine in waiting:
        coroutine.close()


@pytest.fixture
def page(qapp: QApplication, bench: Bench, never: Spawn) -> Iterator[SynopticPage]:
    """A synoptic page in a window of the size it has at 1920 x 1080."""
    made = SynopticPage(bench.context(never))
    made.resize(1308, 880)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
