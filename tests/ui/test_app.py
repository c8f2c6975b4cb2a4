"""What must be right before a window can be shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

import ui.app
from supervisor.errors import Unavailable
from tests.ui.town import ANNE, TownStation
from ui.app import Seat, binding_keeps_references, run
from ui.screenshots import take
from ui.shell.window import MainWindow


def test_that_the_installed_binding_keeps_the_references_of_none() -> None:
    assert binding_keeps_references()


def test_that_a_binding_that_would_die_is_refused_in_one_sentence(
    station: TownStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui.app, "binding_keeps_references", lambda: False)
    with pytest.raises(Unavailable, match="PySide6-Essentials"):
        run(station, Seat(ANNE))


def test_that_the_window_runs_in_its_own_loop_until_it_is_closed(station: TownStation) -> None:
    lived: list[str] = []

    async def beside() -> None:
        try:
            from PySide6.QtWidgets import QApplication

            await asyncio.sleep(0.3)
            window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible())
            lived.append(window.place.page)
            window.close()
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            lived.append("cancelled")
            raise

    assert run(station, Seat(ANNE), beside, station.clock) == 0
    assert lived == ["overview", "cancelled"]


@pytest.mark.slow
def test_that_every_page_has_its_picture_in_both_themes_and_languages(
    make_window: Callable[..., MainWindow], loop: asyncio.AbstractEventLoop, tmp_path: Path
) -> None:
    window = make_window()
    for page in set(window.rows) - {"overview", "alarms"}:
        del window.rows[page]
    made = loop.run_until_complete(take(window, tmp_path))
    assert len(made) == 2 * 2 * 2
    assert all(path.stat().st_size > 20_000 for path in made)
    assert window.context.look.theme.name == "light"
