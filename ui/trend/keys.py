"""Keys of a trend: everything the mouse can do with time, pens and cursors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from ui.trend.view import TrendView

FAR_PX = 10
"""A cursor goes with Ctrl as well as Shift."""


def act_of(view: TrendView, event: QKeyEvent) -> Callable[[], None] | None:
    """What a key does; None where it means nothing here."""
    held = event.modifiers()
    if held & Qt.KeyboardModifier.ShiftModifier:
        far = FAR_PX if held & Qt.KeyboardModifier.ControlModifier else 1
        step = {Qt.Key.Key_Left: -far, Qt.Key.Key_Right: far}.get(Qt.Key(event.key()))
        if step:
            return partial(view.cursors.step, step)
    if held & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
        return None
    number = event.key() - Qt.Key.Key_1.value
    if 0 <= number < len(view.pens):
        return partial(view.choose, view.pens[number])
    return _acts(view).get(Qt.Key(event.key()))


def _acts(view: TrendView) -> dict[Qt.Key, Callable[[], None]]:
    box, scene = view.plot.box, view.plot.shown
    middle = (scene.start + scene.end) / 2
    return {
        Qt.Key.Key_Left: lambda: box.pan(-0.1),
        Qt.Key.Key_Right: lambda: box.pan(0.1),
        Qt.Key.Key_PageUp: lambda: box.pan(-1.0),
        Qt.Key.Key_PageDown: lambda: box.pan(1.0),
        Qt.Key.Key_Plus: lambda: box.zoom(1 / 1.5, middle),
        Qt.Key.Key_Minus: lambda: box.zoom(1.5, middle),
        Qt.Key.Key_Home: view.go_direct,
        Qt.Key.Key_Escape: view.cursors.clear,
        Qt.Key.Key_A: lambda: view.cursors.put(0),
        Qt.Key.Key_B: lambda: view.cursors.put(1),
        Qt.Key.Key_Z: view.zoom_selection,
        Qt.Key.Key_F: view.fold_chosen,
        Qt.Key.Key_N: view.bar.noting.emit,
        Qt.Key.Key_W: view.bar.shelving.emit,
    }
