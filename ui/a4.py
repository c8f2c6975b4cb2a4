"""A4: the page for a printer or a PDF, and the one across that is painted in the pixels of the screen."""

from __future__ import annotations

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter

WIDTH, HEIGHT = 1060.0, 740.0
"""The page across in the pixels of the screen: at 96 dots an inch, without its margins."""


def a4(margin_mm: float, upright: bool = False) -> QPageLayout:
    """The page with the same margin on all sides."""
    return QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4),
        QPageLayout.Orientation.Portrait if upright else QPageLayout.Orientation.Landscape,
        QMarginsF(margin_mm, margin_mm, margin_mm, margin_mm),
        QPageLayout.Unit.Millimeter,
    )


ACROSS = a4(8.0)


def fit(painter: QPainter) -> None:
    """From here on `WIDTH` and `HEIGHT` fill what the painter paints on."""
    room = painter.viewport()
    scale = min(room.width() / WIDTH, room.height() / HEIGHT)
    painter.scale(scale, scale)
