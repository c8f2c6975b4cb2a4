"""Dress: the palette, the style sheet and Qt's own words of the application, from the look."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from ui.look import Look


class Dress:
    """Follows the look. Made before any widget, so that widgets are told of a new look when Qt already wears it."""

    def __init__(self, application: QApplication, look: Look) -> None:
        self._application, self._look = application, look
        self._worn = ""
        self._translator: QTranslator | None = None
        self._language = ""
        look.changed.connect(self.wear)
        self.wear()

    def wear(self) -> None:
        """Put on what the look says, and only what is new: a style sheet costs a tenth of a second."""
        look, application = self._look, self._application
        application.setFont(look.font("body"))
        if look.theme.name != self._worn:
            self._worn = look.theme.name
            application.setPalette(look.theme.palette())
            application.setStyleSheet(look.theme.style())
        if look.language != self._language:
            self._language = look.language
            self._translate()

    def _translate(self) -> None:
        """The words of Qt's own menus, such as "Copy" in a text field."""
        if self._translator:
            self._application.removeTranslator(self._translator)
        translator = QTranslator()
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(QLocale(self._look.language), "qtbase", "_", folder):
            self._application.installTranslator(translator)
        self._translator = translator
