"""Asking where a page goes, and putting it there: PDF, or HTML where the name says so. No dialog runs its own loop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from supervisor.errors import Unavailable
from ui.commissioning.printing import print_pdf

FILTERS = ("PDF (*.pdf)", "HTML (*.html)")


def save_paper(
    parent: QWidget, html: str, name: str, foot: str, told: Callable[[str], None], upright: bool = False
) -> QFileDialog:
    """Open the dialog; `told` hears the path, or the sentence why not."""
    dialog = QFileDialog(parent)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(FILTERS)
    dialog.setDefaultSuffix("pdf")
    dialog.selectFile(name)
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix("html" if chosen == FILTERS[1] else "pdf"))
    dialog.fileSelected.connect(lambda path: told(put(Path(path), html, foot, upright)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def put(path: Path, html: str, foot: str, upright: bool = False) -> str:
    """Write it; the path, or why it can't be written."""
    try:
        if path.suffix.lower() in (".html", ".htm"):
            path.write_text(html, "utf-8")
        else:
            print_pdf(html, path, foot, upright)
    except (OSError, Unavailable) as error:
        return str(error)
    return str(path)
