"""Bodies: the SVG symbols as pixmaps, one per kind, state, theme and scale.

Qt's SVG has no DOM to recolour and knows neither var() nor clip-path (hmi.md section 3): the text is prepared for a
state and a theme, rendered once at the exact scale of the screen, and blitted from then on.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from xml.etree import ElementTree

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.synoptic.kinds import Kind, drawing
from ui.theme.theme import Theme

KEPT = 400
"""Pixmaps kept: some 60 drawings at the scales of a few windows; a resize leaves the old scale behind."""
_SVG = "http://www.w3.org/2000/svg"
_TOKEN = re.compile(r"@(\w+)")


class Bodies:
    """See the module."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str, float], QPixmap] = OrderedDict()
        self.rendered = 0
        """How many were rendered so far; the rest came from the cache."""

    def body(self, kind: Kind, state: str, theme: Theme, scale: float) -> QPixmap:
        """The symbol, `scale` pixels of the screen for one of the page."""
        key = (kind.id, state, theme.name, round(scale, 3))
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = _render(kind, state, theme, scale)
            self.rendered += 1
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return kept


def prepared(kind: Kind, state: str, theme: Theme) -> str:
    """The SVG text of one state in one theme: foreign elements left out, every token replaced by its colour."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(drawing(kind.id))
    for parent in list(root.iter()):
        for child in list(parent):
            states = child.attrib.pop("state", state)
            if state not in states.split():
                parent.remove(child)
    words: Mapping[str, str] = kind.states[state]

    def colour(match: re.Match[str]) -> str:
        return theme.hex(words.get(match[1], match[1]))

    return _TOKEN.sub(colour, ElementTree.tostring(root, encoding="unicode"))


def _render(kind: Kind, state: str, theme: Theme, scale: float) -> QPixmap:
    width, height = kind.size
    pixmap = QPixmap(max(round(width * scale), 1), max(round(height * scale), 1))
    pixmap.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(prepared(kind, state, theme).encode()))
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(0, 0, width * scale, height * scale))
    return pixmap
