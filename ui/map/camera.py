"""Camera: which part of the ground is on the screen, and how large."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

from ui.map.geometry import Points

CLOSEST, FARTHEST = 3.0, 0.006
"""Pixels per metre."""
LEAST_SPAN_M = 600.0
"""Of what is framed, so that one marker alone is not shown from a metre's distance."""


@dataclass
class Camera:
    """Metres east and south of the site's position on one side, pixels of the widget on the other."""

    scale: float = 0.05
    """Pixels per metre."""
    east: float = 0.0
    """Of the middle of the screen."""
    south: float = 0.0
    width: float = 1.0
    """Of the widget, in pixels."""
    height: float = 1.0

    @property
    def level(self) -> float:
        """The scale rounded to a half power of two: what is grouped by it does not flicker while one zooms."""
        return float(2.0 ** (round(2 * log2(self.scale)) / 2))

    def pixels(self, places: Points) -> NDArray[np.float64]:
        offset = (self.width / 2 - self.east * self.scale, self.height / 2 - self.south * self.scale)
        moved: NDArray[np.float64] = places * self.scale + offset
        return moved

    def ground(self, place: QPointF) -> tuple[float, float]:
        """Metres east and south under a place of the screen."""
        return (
            self.east + (place.x() - self.width / 2) / self.scale,
            self.south + (place.y() - self.height / 2) / self.scale,
        )

    def transform(self, margin: float = 0.0) -> QTransform:
        """From metres to pixels, of a picture that is `margin` pixels larger on all sides."""
        transform = QTransform()
        transform.translate(self.width / 2 + margin, self.height / 2 + margin)
        transform.scale(self.scale, self.scale)
        transform.translate(-self.east, -self.south)
        return transform

    def visible(self, margin: float = 0.0) -> QRectF:
        """Metres on the screen."""
        width, height = (self.width + 2 * margin) / self.scale, (self.height + 2 * margin) / self.scale
        return QRectF(self.east - width / 2, self.south - height / 2, width, height)

    def zoom(self, factor: float, anchor: QPointF) -> None:
        """Come closer about a place of the screen, which stays where it is."""
        east, south = self.ground(anchor)
        self.scale = float(np.clip(self.scale * factor, FARTHEST, CLOSEST))
        there = self.ground(anchor)
        self.east += east - there[0]
        self.south += south - there[1]

    def pan(self, right: float, down: float) -> None:
        """Look on by so many pixels."""
        self.east += right / self.scale
        self.south += down / self.scale

    def frame(self, places: Points, margin: float) -> None:
        """Show all these places, with `margin` pixels around them."""
        low, high = places.min(axis=0), places.max(axis=0)
        span = np.maximum(high - low, LEAST_SPAN_M)
        room = (max(self.width - 2 * margin, 50.0), max(self.height - 2 * margin, 50.0))
        self.scale = float(np.clip(min(room[0] / span[0], room[1] / span[1]), FARTHEST, CLOSEST))
        self.east, self.south = ((low + high) / 2).tolist()
