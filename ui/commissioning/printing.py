"""HTML onto paper: A4 lying, a foot with the page number, without a screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QGuiApplication,
    QPainter,
    QPdfWriter,
    QTextDocument,
)

from supervisor.errors import Unavailable
from ui.a4 import a4

DPI = 96
"""Of the layout: a CSS pixel is then a 96th of an inch; a PDF has no pixels of its own."""
MARGIN_MM = 12.0
FOOT = 24.0
"""Height kept for the foot, CSS pixels."""


def print_pdf(html: str, path: str | Path, foot: str = "Vigie", upright: bool = False) -> None:
    """Raises Unavailable where the file can't be written."""
    application = _application()
    target = Path(path)
    try:
        target.touch()
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from None
    writer = QPdfWriter(str(target))
    writer.setResolution(DPI)
    writer.setCreator("Vigie")
    writer.setPageLayout(a4(MARGIN_MM, upright))
    _draw(_document(html, writer), writer, foot)
    del application


def _application() -> QGuiApplication | None:
    """Qt's fonts need an application; there is one already in a window."""
    if QGuiApplication.instance() is not None:
        return None
    if sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QGuiApplication(sys.argv[:1])


def _document(html: str, writer: QPdfWriter) -> QTextDocument:
    document = QTextDocument()
    document.documentLayout().setPaintDevice(writer)
    document.setDocumentMargin(0)
    document.setDefaultFont(QFont("sans-serif", 9))
    document.setHtml(html)
    document.setPageSize(QSizeF(writer.width(), writer.height() - FOOT))
    return document


def _draw(document: QTextDocument, writer: QPdfWriter, foot: str) -> None:
    width, height = float(writer.width()), writer.height() - FOOT
    pages = document.pageCount()
    with QPainter(writer) as painter:
        for page in range(pages):
            if page:
                writer.newPage()
            painter.save()
            painter.translate(0, -page * height)
            context = QAbstractTextDocumentLayout.PaintContext()
            context.clip = QRectF(0, page * height, width, height)
            painter.setClipRect(context.clip)
            document.documentLayout().draw(painter, context)
            painter.restore()
            painter.setFont(QFont("sans-serif", 8))
            line = QRectF(0, height + 6, width, FOOT - 6)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, foot)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight, f"{page + 1} / {pages}")
